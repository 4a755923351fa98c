//! What a database does in truth, beside what AWS says about it.
//!
//! Owns: the hosts, the standby and the disk of an instance, and the record of what its clients got. Knows: virtual
//! time. Must stay true: nothing here is on the wire; `physics/database/` alone changes it, and the records only grow at
//! their end, so that a past minute reads the same whenever it is asked for.

use std::time::Duration;

use serde::Serialize;

use super::super::words::words;
use super::super::{DbInstanceId, History, SimTime, ZoneName};

/// The share of its storage that a database leaves free in calm.
pub const FREE_IN_CALM: f64 = 0.42;

/// The true course of a database instance.
#[derive(Debug, Clone, Serialize)]
pub struct DbCourse {
    /// Where the host that serves stands. `DbInstance::zone` follows minutes after a failover (`aws-domain.md A.4`).
    pub zone: ZoneName,
    /// Since when it runs on this host: what broke before stayed behind on another one.
    pub host_since: SimTime,
    /// What its host goes through.
    pub phase: DbPhase,
    /// When the phase takes its next step.
    pub phase_due: Option<SimTime>,
    /// Its standby.
    pub standby: Standby,
    /// When the standby that is being built is in sync.
    pub standby_due: Option<SimTime>,
    /// When AWS's zone fields catch up with the truth.
    pub zones_due: Option<SimTime>,
    /// When it last failed over: a person's request for another one is abandoned for some time (RDS-EVENT-0034).
    pub failed_over_at: Option<SimTime>,
    /// A reboot that a person asked for is about to begin: whether by a failover.
    pub reboot: Option<bool>,
    /// It restarts because a person asked for it.
    pub rebooting: bool,
    /// Its storage.
    pub space: DbSpace,
    /// When its storage reaches the next threshold.
    pub space_due: Option<SimTime>,
    /// When its replication has to be looked at again.
    pub replication_due: Option<SimTime>,
    /// What clients got.
    #[serde(skip)]
    pub serving: History<DbServing>,
    /// Share of what the primary sends its standby that is lost on the way: each commit waits for the standby.
    #[serde(skip)]
    pub standby_loss: History<f64>,
    /// Seconds that a replica is behind what it replicates, beyond its lag in calm.
    #[serde(skip)]
    pub behind: History<Glide>,
    /// Whether a replica's replication is active.
    #[serde(skip)]
    pub replicating: History<bool>,
    /// The share of its storage that is free.
    #[serde(skip)]
    pub free: History<Glide>,
}

impl DbCourse {
    /// A database that serves from `zone`, with its standby in `standby`, and has done so since `since`.
    #[must_use]
    pub fn new(zone: ZoneName, standby: Option<ZoneName>, since: SimTime) -> Self {
        Self {
            zone,
            host_since: since,
            phase: DbPhase::Serving,
            phase_due: None,
            reboot: None,
            rebooting: false,
            standby: standby.map_or(Standby::None, |zone| Standby::InSync { zone }),
            standby_due: None,
            zones_due: None,
            failed_over_at: None,
            space: DbSpace::Enough,
            space_due: None,
            replication_due: None,
            serving: History::default(),
            standby_loss: History::default(),
            behind: History::default(),
            replicating: History::default(),
            free: History::default(),
        }
    }

    /// What clients got at `at`.
    #[must_use]
    pub fn serving_at(&self, at: SimTime) -> DbServing {
        self.serving.at(at).copied().unwrap_or(DbServing::Silent)
    }

    /// The share of its storage that was free at `at`.
    #[must_use]
    pub fn free_at(&self, at: SimTime) -> f64 {
        Glide::at(&self.free, at).unwrap_or(FREE_IN_CALM)
    }

    /// Seconds that it was behind at `at`, beyond its lag in calm.
    #[must_use]
    pub fn behind_at(&self, at: SimTime) -> f64 {
        Glide::at(&self.behind, at).unwrap_or(0.0)
    }
}

/// What the host of a database goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum DbPhase {
    /// It serves, as far as its role and its storage let it.
    Serving,
    /// It does not answer, and AWS has not noticed yet.
    Unnoticed {
        /// Why.
        trouble: HostTrouble,
        /// Since when.
        since: SimTime,
    },
    /// RDS fails over to the standby.
    FailingOver {
        /// Why.
        trouble: HostTrouble,
        /// Since when it does not answer.
        since: SimTime,
        /// The new host has started the engine.
        restarted: bool,
    },
    /// It does not answer, and there is nothing that could take over.
    Down {
        /// Why.
        trouble: HostTrouble,
    },
    /// The engine starts.
    Restarting,
}

/// What keeps a host from serving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostTrouble {
    /// Its zone has no power.
    Dark,
    /// It crashed.
    Crashed,
    /// Its volumes complete no I/O.
    Stalled,
    /// Nothing: a person asked for another host.
    Asked,
}

/// A Multi-AZ instance's standby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Standby {
    /// Single-AZ.
    None,
    /// Ready to take over.
    InSync {
        /// Where.
        zone: ZoneName,
    },
    /// Gone: not protected now.
    Lost {
        /// Where it stood.
        zone: ZoneName,
        /// Since when.
        since: SimTime,
        /// It only lost its power: it is in sync again if nothing was written meanwhile.
        intact: bool,
    },
    /// A new one is being built: not protected now.
    Building {
        /// Where.
        zone: ZoneName,
    },
}

impl Standby {
    /// Where a standby stands that can take over.
    #[must_use]
    pub const fn ready(&self) -> Option<&ZoneName> {
        match self {
            Self::InSync { zone } => Some(zone),
            Self::None | Self::Lost { .. } | Self::Building { .. } => None,
        }
    }
}

/// A change of writers in an Aurora cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterFailover {
    /// Who takes over.
    pub to: DbInstanceId,
    /// When.
    pub due: SimTime,
}

words! {
    /// What clients of a database get.
    pub enum DbServing {
        /// Reads and writes.
        ReadWrite = "read-write",
        /// Reads.
        ReadOnly = "read-only",
        /// Connections, and statements that never return.
        Stalled = "stalled",
        /// No connection; a host is there, and publishes metrics.
        Refusing = "refusing",
        /// Nothing: no host is there.
        Silent = "silent",
    }

    /// How full a database's storage is.
    pub enum DbSpace {
        /// Enough is free.
        Enough = "enough",
        /// It fills up.
        Filling = "filling",
        /// Less than a tenth is free.
        Low = "low",
        /// Nothing is free, and the engine is shut down.
        Full = "full",
    }
}

impl DbServing {
    /// Statements are answered.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Self::ReadWrite | Self::ReadOnly)
    }
}

/// A quantity on its way at a constant speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Glide {
    /// Where it began.
    pub from: f64,
    /// Where it ends.
    pub towards: f64,
    /// Speed, a second.
    pub per_s: f64,
}

impl Glide {
    /// The value at `at` of a quantity with this record; `None` when nothing was ever recorded.
    #[must_use]
    pub fn at(record: &History<Self>, at: SimTime) -> Option<f64> {
        let (since, glide) = record.entry(at)?;
        Some(glide.after(at.since(since)))
    }

    /// The value after `passed`.
    #[must_use]
    pub fn after(&self, passed: Duration) -> f64 {
        let way = self.per_s * passed.as_secs_f64();
        if self.towards >= self.from {
            (self.from + way).min(self.towards)
        } else {
            (self.from - way).max(self.towards)
        }
    }

    /// How long it takes from its beginning until it is at `value`, which lies on its way.
    #[must_use]
    pub fn reaches(&self, value: f64) -> Duration {
        Duration::try_from_secs_f64((value - self.from).abs() / self.per_s).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glide_goes_both_ways_and_stops() {
        let mut record = History::default();
        let at = SimTime::from_seconds;
        record.record(at(100), Glide { from: 0.0, towards: 60.0, per_s: 1.0 });
        record.record(at(200), Glide { from: 60.0, towards: 0.0, per_s: 4.0 });
        let value = |seconds| Glide::at(&record, at(seconds));
        assert_eq!((value(50), value(130), value(180)), (Some(0.0), Some(30.0), Some(60.0)));
        assert_eq!((value(205), value(300)), (Some(40.0), Some(0.0)));
    }
}
