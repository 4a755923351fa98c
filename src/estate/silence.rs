//! Zones that alone fall silent: AWS answers for the instances of the others and not for theirs.
//!
//! Owns: [`Silence`], the silence as data. Depends on: slices. Must stay true: silence is evidence against a zone (`aws-domain.md`
//! B.1, signal 7), and never the news that its instances are gone (A.1).

use jiff::Timestamp;

use super::instance::{Instance, InstanceState};
use super::{Estate, FailureKind, Kind, Part, ReadFailure};
use crate::id::{Region, ZoneName};

/// A zone for whose instances AWS does not answer, while it does for those of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence<'a> {
    /// The zone.
    pub zone: &'a ZoneName,
    /// When the first of the reads failed that have failed in a row.
    pub since: Timestamp,
    /// When its instances were last read; none where they never were.
    pub last_read_at: Option<Timestamp>,
    /// How many instances it had then that were not terminated; none where they were never read.
    pub last_seen: Option<usize>,
    /// AWS's last word.
    pub why: &'a ReadFailure,
}

impl Silence<'_> {
    /// `silent since 03:14:22Z · 41 instances last seen then`.
    pub fn words(&self) -> String {
        let since = self.since.strftime("%H:%M:%S");
        match self.last_seen {
            Some(1) => format!("silent since {since}Z · 1 instance last seen then"),
            Some(count) => format!("silent since {since}Z · {count} instances last seen then"),
            None => format!("silent since {since}Z · never read before"),
        }
    }
}

/// The zones of a region that are silent now, in the order of their names.
pub fn silences<'a>(estate: &'a Estate, region: &Region) -> Vec<Silence<'a>> {
    let silent = estate.slices(region, Kind::Instances).filter_map(|(part, slice)| {
        let Part::Zone(zone) = part else { return None };
        let failure = slice.failure().filter(|failure| failure.why.kind == FailureKind::Silent)?;
        let rows = slice.rows::<Instance>().iter();
        let last_seen = rows.filter(|instance| instance.state != InstanceState::Terminated).count();
        Some(Silence {
            zone,
            since: failure.since,
            last_read_at: slice.read_at(),
            last_seen: slice.read_at().map(|_| last_seen),
            why: &failure.why,
        })
    });
    silent.collect()
}
