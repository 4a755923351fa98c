//! What it is instead of a zone, where a zone has trouble that is not its own (`aws-domain.md` B.2, F.6, F.9).

use std::fmt;

use crate::id::{GroupName, Text};

/// What makes a zone's targets fail, other than the zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotZonal {
    /// One instance or address: replace it.
    OneHost {
        /// Its id.
        host: Text,
    },
    /// A release of this group, which reached this zone first or all of them.
    Release {
        /// The group.
        group: GroupName,
        /// What its members are launched from since then: the template's name and version.
        version: Text,
    },
    /// The targets of one service alone; those of others in the zone are well.
    OneService {
        /// Its name.
        service: String,
    },
    /// Other zones have the same trouble: a release, a dependency, too much load, or the region.
    AllZones,
}

impl fmt::Display for NotZonal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneHost { host } => write!(f, "one host, not the zone: {host}"),
            Self::Release { group, version } => write!(f, "a release, not the zone: {group} has {version}"),
            Self::OneService { service } => write!(f, "one service, not the zone: {service}"),
            Self::AllZones => f.write_str("other zones fail too: a release, a dependency or the region"),
        }
    }
}
