//! The ledger: by virtual second, what clients asked of each service and what they got. The truth, not what AWS shows.
//!
//! Owns: the rows and the document of `GET /_sim/ledger`. Knows: what `physics/traffic` and the databases' physics note.
//! Must stay true: asked = served + failed in every row; a row holds until the next one, so that quiet hours cost nothing;
//! books are bounded, and what they dropped is counted.

mod book;
mod databases;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use self::book::Book;
use super::world::{Region, ServiceName, SimTime, World, ZoneName};

/// Rows that the services of one region may hold together.
const ROWS_IN_A_REGION: usize = 400_000;
/// Rows that one service may hold: two hours in which every second differs from the one before.
const ROWS_OF_A_SERVICE: usize = 7_200;
/// Rows that a service may always hold.
const ROWS_AT_LEAST: usize = 128;

/// The ledger of a region.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Services.
    pub services: BTreeMap<ServiceName, Book<ServiceRow>>,
}

/// What went on at a service in every second from the row's instant on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceRow {
    /// Requests a second that clients sent, retries among them.
    pub asked: f32,
    /// Of these, repeated ones.
    pub retried: f32,
    /// Of these, not answered, or with an error of the server.
    pub failed: f32,
    /// Jobs that wait, for a service with a queue.
    pub backlog: f32,
    /// By zone, in the order of the region's zones.
    pub zones: Box<[ZoneRow]>,
}

/// One zone's part in a [`ServiceRow`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ZoneRow {
    /// Targets (or members) that truly serve.
    pub in_service: u32,
    /// Requests a second served by them.
    pub served: f32,
    /// Requests a second that failed here or on the way here.
    pub failed: f32,
}

impl ServiceRow {
    /// Requests a second that were answered well.
    #[must_use]
    pub fn served(&self) -> f32 {
        self.asked - self.failed
    }

    /// Whether a row says nothing that the one before does not: a row a second for the last thousandths of a change
    /// would drown the others.
    fn is_like(&self, other: &Self) -> bool {
        let near = |one: f32, two: f32| (one - two).abs() <= (one.abs().max(two.abs()) * 0.001).max(0.01);
        let like = |(one, two): (&ZoneRow, &ZoneRow)| {
            one.in_service == two.in_service && near(one.served, two.served) && near(one.failed, two.failed)
        };
        near(self.asked, other.asked)
            && near(self.failed, other.failed)
            && near(self.backlog, other.backlog)
            && self.zones.len() == other.zones.len()
            && self.zones.iter().zip(&other.zones).all(like)
    }
}

/// What a service's clients asked and got over some time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Seconds that the ledger knows of.
    pub seconds: f64,
    /// Requests that clients sent.
    pub asked: f64,
    /// Of these, repeated ones.
    pub retried: f64,
    /// Answered well.
    pub served: f64,
    /// Not.
    pub failed: f64,
}

impl Sums {
    /// Share of requests that were answered well; `None` when there were none.
    #[must_use]
    pub fn availability(&self) -> Option<f64> {
        (self.asked > 0.0).then(|| self.served / self.asked)
    }
}

impl Ledger {
    /// Opens a book for each service.
    pub fn open(&mut self, services: impl ExactSizeIterator<Item = ServiceName>) {
        let capacity = (ROWS_IN_A_REGION / services.len().max(1)).clamp(ROWS_AT_LEAST, ROWS_OF_A_SERVICE);
        self.services = services.map(|name| (name, Book::new(capacity))).collect();
    }

    /// Notes what goes on at a service from `at` on.
    pub fn note(&mut self, service: &str, at: SimTime, row: ServiceRow) {
        if let Some(book) = self.services.get_mut(service) {
            book.note(at, row, ServiceRow::is_like);
        }
    }

    /// What the clients of a service asked and got from `from` until `until`; `None` for a service it does not know.
    #[must_use]
    pub fn sums(&self, service: &str, from: SimTime, until: SimTime) -> Option<Sums> {
        let mut sums = Sums::default();
        for (row, seconds) in self.services.get(service)?.spans(from, until) {
            sums.seconds += seconds;
            sums.asked += f64::from(row.asked) * seconds;
            sums.retried += f64::from(row.retried) * seconds;
            sums.failed += f64::from(row.failed) * seconds;
        }
        sums.served = sums.asked - sums.failed;
        Some(sums)
    }
}

impl World {
    /// What the clients of a service in a region asked and got from `from` until `until`, now at the latest; `None` for a
    /// service that there is not.
    #[must_use]
    pub fn ledger_sums(&self, region: &str, service: &str, from: SimTime, until: SimTime) -> Option<Sums> {
        self.regions.get(region)?.ledger.sums(service, from, until.min(self.now))
    }
}

/// The whole document; rows that hold at `since` or later.
#[must_use]
pub fn document(world: &World, since: SimTime) -> Value {
    json!({
        "schema": "fournines-sim/ledger/1",
        "time": world.now,
        "since": since.max(world.started_at),
        "regions": world.regions.values().map(|region| region_document(region, since)).collect::<Vec<_>>(),
        "databases": databases::document(world, since.max(world.started_at)),
    })
}

fn region_document(region: &Region, since: SimTime) -> Value {
    let zones: Vec<&ZoneName> = region.zones.keys().collect();
    let services = region.ledger.services.iter().map(|(name, book)| {
        json!({
            "service": name,
            "dropped_rows": book.dropped(),
            "rows": book.since(since).map(|(at, row)| row_document(*at, row, &zones)).collect::<Vec<_>>(),
        })
    });
    json!({ "region": region.name, "services": services.collect::<Vec<_>>() })
}

fn row_document(at: SimTime, row: &ServiceRow, names: &[&ZoneName]) -> Value {
    let zones: Map<String, Value> = (names.iter().zip(&row.zones))
        .map(|(name, zone)| {
            let served =
                json!({ "in_service": zone.in_service, "served": tidy(zone.served), "failed": tidy(zone.failed) });
            (name.to_string(), served)
        })
        .collect();
    json!({
        "at": at,
        "asked": tidy(row.asked),
        "retried": tidy(row.retried),
        "served": tidy(row.served()),
        "failed": tidy(row.failed),
        "backlog": tidy(row.backlog),
        "zones": zones,
    })
}

/// Three digits after the point: more would be noise of the arithmetic.
fn tidy(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}
