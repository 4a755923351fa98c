//! What goes: zones, the region, or single databases.

use std::collections::BTreeSet;

use crate::id::{DatabaseId, ZoneName};

/// What is taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    zones: BTreeSet<ZoneName>,
    region: bool,
    databases: BTreeSet<DatabaseId>,
}

impl Gone {
    /// These zones.
    pub fn zones(zones: impl IntoIterator<Item = ZoneName>) -> Self {
        Self { zones: zones.into_iter().collect(), ..Self::default() }
    }

    /// All of the region.
    pub fn region() -> Self {
        Self { region: true, ..Self::default() }
    }

    /// These DB instances, and no machine besides.
    pub fn databases(databases: impl IntoIterator<Item = DatabaseId>) -> Self {
        Self { databases: databases.into_iter().collect(), ..Self::default() }
    }

    /// Whether what stands in `zone` goes; none where its zone is not known and that matters.
    pub fn takes(&self, zone: Option<&ZoneName>) -> Option<bool> {
        match zone {
            _ if self.region => Some(true),
            _ if self.zones.is_empty() => Some(false),
            Some(zone) => Some(self.zones.contains(zone)),
            None => None,
        }
    }

    /// Whether a zone goes.
    pub fn takes_zone(&self, zone: &ZoneName) -> bool {
        self.region || self.zones.contains(zone)
    }

    /// Whether all of these zones go; of none, no.
    pub fn takes_all<'a>(&self, zones: impl IntoIterator<Item = &'a ZoneName>) -> bool {
        let mut zones = zones.into_iter().peekable();
        zones.peek().is_some() && zones.all(|zone| self.takes_zone(zone))
    }

    /// Whether a DB instance goes; none where its zone is not known and that matters.
    pub fn takes_database(&self, id: &DatabaseId, zone: Option<&ZoneName>) -> Option<bool> {
        if self.databases.contains(id) { Some(true) } else { self.takes(zone) }
    }

    /// Whether the region as a whole goes.
    pub fn is_region(&self) -> bool {
        self.region
    }

    /// Whether zones go: what one can leave.
    pub fn is_zones(&self) -> bool {
        !self.zones.is_empty()
    }

    /// The zones that go, where they were named.
    pub fn named(&self) -> impl Iterator<Item = &ZoneName> {
        self.zones.iter()
    }
}
