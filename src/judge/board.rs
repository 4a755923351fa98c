//! The zone board as data: services by zones, each cell the standings of what is there.
//!
//! Owns: what the board's cells hold. Depends on: services, standings. Must stay true: each instance and address counts once in
//! its service, and what has no zone is listed, not lost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::estate::balancer::{ClassicTarget, Target};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::{Estate, Kind, Part, SliceId};
use crate::id::{GroupName, Region, ZoneName};

use super::index::Index;
use super::role::{Clusters, DatabaseRole};
use super::service::Service;
use super::standing::{self, Standing};

/// What stands in one zone for one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many there are of each standing.
    pub standings: BTreeMap<Standing, usize>,
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
        let unknown = self.standings.get(&Standing::Unknown).copied().unwrap_or(0);
        Tally { healthy: self.healthy(), unknown, total: self.total() }
    }

    /// How many serve.
    pub fn healthy(&self) -> usize {
        self.standings.get(&Standing::InService).copied().unwrap_or(0)
    }

    /// How many should.
    pub fn total(&self) -> usize {
        self.standings.iter().filter(|(standing, _)| standing.counts()).map(|(_, count)| count).sum()
    }

    /// Whether nothing is here at all.
    pub fn is_empty(&self) -> bool {
        self.standings.is_empty() && self.databases.is_empty()
    }

    fn add(&mut self, standing: Standing) {
        *self.standings.entry(standing).or_default() += 1;
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

    /// How many serve of how many that should, over all zones.
    pub fn tally(&self) -> Tally {
        self.all().map(Cell::tally).fold(Tally::default(), std::ops::Add::add)
    }

    /// All cells, the one without a zone last.
    pub fn all(&self) -> impl Iterator<Item = &Cell> {
        self.zones.values().chain(std::iter::once(&self.nowhere))
    }
}

/// The cells of a service: its instances, its addresses behind balancers, its databases.
pub fn cells_of_service(
    estate: &Estate,
    index: &Index<'_>,
    region: &Region,
    now: Timestamp,
    service: &Service,
) -> Cells {
    let mut cells = Cells::default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for group in estate.table::<Group>(region, now).known().filter(|group| service.groups.contains(&group.name)) {
        for member in &group.members {
            if seen.insert(member.instance.as_str()) {
                cells.at(Some(&member.zone)).add(standing::of_instance(index, member.instance.as_str()));
            }
        }
    }
    for arn in &service.target_groups {
        let slice =
            estate.slice(&SliceId { region: region.clone(), kind: Kind::Targets, part: Part::Of(arn.text().clone()) });
        for target in slice.into_iter().flat_map(|slice| slice.rows::<Target>()) {
            if !seen.insert(&target.id) {
                continue;
            }
            let standing = match target.instance() {
                Some(id) => standing::of_instance(index, id.as_str()),
                None => standing::of_target(&target.state),
            };
            cells.at(index.zone_of_target(target)).add(standing);
        }
    }
    for name in &service.classic_balancers {
        let slice = estate.slice(&SliceId::of(region, Kind::ClassicTargets, name.text().clone()));
        for target in slice.into_iter().flat_map(|slice| slice.rows::<ClassicTarget>()) {
            if seen.insert(target.instance.as_str()) {
                let zone = index.zone_of_instance(target.instance.as_str());
                cells.at(zone).add(standing::of_instance(index, target.instance.as_str()));
            }
        }
    }
    for id in &service.standalone {
        if seen.insert(id.as_str()) {
            cells.at(index.zone_of_instance(id.as_str())).add(standing::of_instance(index, id.as_str()));
        }
    }
    add_databases(estate, region, now, service, &mut cells);
    cells
}

/// The cells of one group, to be shown under its service.
pub fn cells_of_group(estate: &Estate, index: &Index<'_>, region: &Region, now: Timestamp, name: &GroupName) -> Cells {
    let mut cells = Cells::default();
    if let Some(group) = estate.table::<Group>(region, now).known().find(|group| group.name == *name) {
        for member in &group.members {
            cells.at(Some(&member.zone)).add(standing::of_instance(index, member.instance.as_str()));
        }
    }
    cells
}

fn add_databases(estate: &Estate, region: &Region, now: Timestamp, service: &Service, cells: &mut Cells) {
    let clusters = Clusters {
        clusters: estate.table::<Cluster>(region, now).known().collect(),
        globals: estate.table::<GlobalCluster>(region, now).known().collect(),
    };
    for database in estate.table::<Database>(region, now).known() {
        let ours = service.databases.contains(&database.id)
            || database.cluster.as_ref().is_some_and(|cluster| service.clusters.contains(cluster));
        if !ours {
            continue;
        }
        let mark = match clusters.role_of(database) {
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
