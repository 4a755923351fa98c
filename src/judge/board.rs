//! The zone board as data: services by zones, each cell the standings of what is there.
//!
//! Owns: what the board's cells hold. Depends on: services, standings. Must stay true: each instance and address counts once in
//! its service, and what has no zone is listed, not lost.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::Estate;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::id::{Arn, ClassicName, GroupName, Region, ZoneName};

use super::index::{Index, Number};
use super::role::{Clusters, DatabaseRole};
use super::service::Service;
use super::standing::{self, Standing, Standings};

/// What stands in one zone for one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many there are of each standing.
    pub standings: Standings,
    /// Databases here, each by what it does.
    pub databases: Vec<DatabaseMark>,
}

/// A database's mark in its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatabaseMark {
    /// Takes writes.
    Writer,
    /// Synchronous standby.
    Standby,
    /// Reader in a cluster.
    Reader,
    /// Replica of another instance.
    Replica,
    /// Nobody knows what it does.
    Unknown,
}

impl DatabaseMark {
    /// Its letter on the board.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Writer => "W",
            Self::Standby => "S",
            Self::Reader => "R",
            Self::Replica => "r",
            Self::Unknown => "?",
        }
    }
}

/// How many serve of how many that should. What nobody knows is no zero: `?/6`, and `3?/4` where at least three do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that serve.
    pub healthy: usize,
    /// Those of which nobody knows.
    pub unknown: usize,
    /// Those that should serve, the unknown among them.
    pub total: usize,
}

impl Tally {
    /// Whether all that should serve do.
    pub fn is_whole(self) -> bool {
        self.healthy == self.total
    }
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            healthy: self.healthy + other.healthy,
            unknown: self.unknown + other.unknown,
            total: self.total + other.total,
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.healthy, self.unknown) {
            (healthy, 0) => write!(f, "{healthy}/{}", self.total),
            (0, _) => write!(f, "?/{}", self.total),
            (healthy, _) => write!(f, "{healthy}?/{}", self.total),
        }
    }
}

impl Cell {
    /// How many serve of how many that should.
    pub fn tally(&self) -> Tally {
        Tally { healthy: self.healthy(), unknown: self.standings.of(Standing::Unknown), total: self.total() }
    }

    /// How many serve.
    pub fn healthy(&self) -> usize {
        self.standings.of(Standing::InService)
    }

    /// How many should.
    pub fn total(&self) -> usize {
        self.standings.iter().filter(|(standing, _)| standing.counts()).map(|(_, count)| count).sum()
    }

    /// Whether nothing is here at all.
    pub fn is_empty(&self) -> bool {
        self.standings.is_empty() && self.databases.is_empty()
    }
}

/// The cells of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// By zone.
    pub zones: BTreeMap<ZoneName, Cell>,
    /// What no zone is known for.
    pub nowhere: Cell,
}

impl Cells {
    fn at(&mut self, zone: Option<&ZoneName>) -> &mut Cell {
        match zone {
            Some(zone) => self.zones.entry(zone.clone()).or_default(),
            None => &mut self.nowhere,
        }
    }

    fn add(&mut self, zone: Option<&ZoneName>, standing: Standing) {
        // Most zones are there already, and then the name need not be shared once more.
        match zone.and_then(|zone| self.zones.get_mut(zone)) {
            Some(cell) => cell.standings.add(standing),
            None => self.at(zone).standings.add(standing),
        }
    }

    /// How many serve of how many that should, over all zones.
    pub fn tally(&self) -> Tally {
        self.all().map(Cell::tally).fold(Tally::default(), std::ops::Add::add)
    }

    /// All cells, the one without a zone last.
    pub fn all(&self) -> impl Iterator<Item = &Cell> {
        self.zones.values().chain(std::iter::once(&self.nowhere))
    }
}

/// Makes the cells of one region's rows.
pub struct Board<'a> {
    index: &'a Index,
    clusters: Clusters<'a>,
    databases: BTreeMap<&'a str, &'a Database>,
    members: BTreeMap<&'a str, Vec<&'a Database>>,
    seen: Seen,
}

/// What was counted in the present service, by number: each thing counts once in it.
#[derive(Debug, Default)]
struct Seen {
    turn: u32,
    last: Vec<u32>,
}

impl Seen {
    fn begin(&mut self) {
        self.turn += 1;
    }

    /// Whether it is seen for the first time since [`Seen::begin`].
    fn is_first(&mut self, number: Number) -> bool {
        let at = number.position();
        if at >= self.last.len() {
            self.last.resize(at + 1, 0);
        }
        self.last.get_mut(at).is_none_or(|last| std::mem::replace(last, self.turn) != self.turn)
    }
}

impl<'a> Board<'a> {
    /// Over what is known of `region`.
    pub fn new(estate: &'a Estate, index: &'a Index, region: &Region, now: Timestamp) -> Self {
        let clusters = Clusters {
            clusters: estate.table::<Cluster>(region, now).known().collect(),
            globals: estate.table::<GlobalCluster>(region, now).known().collect(),
        };
        let (databases, members) = (BTreeMap::new(), BTreeMap::new());
        let mut board = Self { index, clusters, databases, members, seen: Seen::default() };
        for database in estate.table::<Database>(region, now).known() {
            board.databases.insert(database.id.as_str(), database);
            if let Some(cluster) = &database.cluster {
                board.members.entry(cluster.as_str()).or_default().push(database);
            }
        }
        board
    }

    /// The cells of a service: its instances, its addresses behind balancers, its databases.
    pub fn of_service(&mut self, service: &Service) -> Cells {
        let mut cells = self.of_things(service);
        self.add_databases(service, &mut cells);
        cells
    }

    /// The cells of a service without its databases.
    pub(super) fn of_things(&mut self, service: &Service) -> Cells {
        let mut cells = Cells::default();
        self.seen.begin();
        let seen = &mut self.seen;
        let mut add = |number: Number, zone: Option<&ZoneName>, standing| {
            if seen.is_first(number) {
                cells.add(zone, standing);
            }
        };
        for (number, member) in service.groups.iter().flat_map(|name| self.index.members_of(name.as_str())) {
            add(number, Some(&member.zone), self.index.standing_at(number));
        }
        for arn in &service.target_groups {
            for (number, target) in self.index.targets_behind(arn.text()) {
                let standing = match target.instance() {
                    Some(_) => self.index.standing_at(number),
                    None => standing::of_target(&target.state),
                };
                add(number, self.index.zone_of_target_at(number, target), standing);
            }
        }
        for name in &service.classic_balancers {
            for number in self.index.classic_behind(name.text()) {
                add(number, self.index.zone_at(number), self.index.standing_at(number));
            }
        }
        for number in service.standalone.iter().filter_map(|id| self.index.number(id.as_str())) {
            add(number, self.index.zone_at(number), self.index.standing_at(number));
        }
        cells
    }

    /// The cells of one group, to be shown under its service.
    pub fn of_group(&self, name: &GroupName) -> Cells {
        let mut cells = Cells::default();
        for (number, member) in self.index.members_of(name.as_str()) {
            cells.add(Some(&member.zone), self.index.standing_at(number));
        }
        cells
    }

    /// Targets as their balancer sees them, whatever else is known of the instances.
    pub fn of_target_group(&self, arn: &Arn) -> Cells {
        let mut cells = Cells::default();
        for (number, target) in self.index.targets_behind(arn.text()) {
            cells.add(self.index.zone_of_target_at(number, target), standing::of_target(&target.state));
        }
        cells
    }

    /// What stands behind a classic balancer.
    pub fn of_classic_balancer(&self, name: &ClassicName) -> Cells {
        let mut cells = Cells::default();
        for number in self.index.classic_behind(name.text()) {
            cells.add(self.index.zone_at(number), self.index.standing_at(number));
        }
        cells
    }

    /// Adds a service's databases to its cells.
    pub(super) fn add_databases(&self, service: &Service, cells: &mut Cells) {
        let alone = service.databases.iter().filter_map(|id| self.databases.get(id.as_str()));
        let members = service.clusters.iter().filter_map(|id| self.members.get(id.as_str())).flatten();
        for database in alone.chain(members) {
            let mark = match self.clusters.role_of(database) {
                DatabaseRole::Primary | DatabaseRole::Writer => DatabaseMark::Writer,
                DatabaseRole::Reader => DatabaseMark::Reader,
                DatabaseRole::Replica => DatabaseMark::Replica,
                DatabaseRole::Unknown => DatabaseMark::Unknown,
            };
            cells.at(database.zone.as_ref()).databases.push(mark);
            if let Some(standby) = &database.standby_zone {
                cells.at(Some(standby)).databases.push(DatabaseMark::Standby);
            }
        }
        for cell in cells.zones.values_mut() {
            cell.databases.sort();
        }
    }
}
