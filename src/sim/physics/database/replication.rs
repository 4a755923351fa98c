//! Read replicas: how far behind they are, and what AWS says when replication cannot go on (`aws-domain.md A.4`, F.31).
//!
//! Owns: `StatusInfos`, and the record of how far behind replicas are. Knows: all regions, since a source may be in
//! another one. Must stay true: lag grows by a second a second at most; a source that is silent loses nothing, whatever
//! the lag metric says of it (`physics/metric/replica.rs`).

use std::time::Duration;

use super::super::super::world::{
    DbInstance, DbInstanceId, DbSpace, Glide, Region, RegionName, ReplicaSource, ReplicationState, ReplicationStatus,
    SimTime, World,
};
use super::super::Scene;
use super::DbStep;
use super::notice::Notice;

/// Replication that is broken for longer is ended for good (`aws-domain.md A.4`).
const TERMINATED_AFTER: Duration = Duration::from_secs(30 * 86_400);
/// MySQL gives its source up after some tries.
const SOURCE_LOST_AFTER: Duration = Duration::from_secs(300);
/// Seconds of changes that a replica works off in a second, beside what is new.
const CATCH_UP: f64 = 3.0;
/// Longer than any simulation: the lag of what cannot go on.
const FOR_EVER_S: f64 = 1e9;

/// What `database`, which stands in `region`, replicates.
pub(in super::super::super) fn source_of<'w>(
    world: &'w World,
    region: &'w Region,
    database: &DbInstance,
) -> Option<(&'w Region, &'w DbInstance)> {
    match database.replica_source.as_ref()? {
        ReplicaSource::SameRegion(id) => Some((region, region.databases.get(id)?)),
        ReplicaSource::OtherRegion(arn) => {
            // arn:aws:rds:REGION:ACCOUNT:db:ID
            let mut parts = arn.as_str().split(':').skip(3);
            let (home, id) = (world.regions.get(parts.next()?)?, parts.nth(2)?);
            Some((home, home.databases.get(id)?))
        }
    }
}

impl World {
    /// Has all replicas look at their sources and at themselves.
    pub(in super::super::super) fn settle_replication(&mut self) {
        let now = self.now;
        let mut followers: Vec<(RegionName, DbInstanceId, Option<SimTime>)> = Vec::new();
        for region in self.regions.values() {
            for database in
                region.databases.values().filter(|found| found.replication.is_some() || found.cluster.is_some())
            {
                let source = source_of(self, region, database);
                let lost = source.and_then(|(_, source)| silent_since(source, now));
                followers.push((region.name.clone(), database.id.clone(), lost));
            }
        }
        for (region, id, source_lost) in followers {
            self.with_scene(&region, |scene| scene.settle_replica(&id, source_lost));
        }
    }
}

/// Since when nobody reads from `source`.
fn silent_since(source: &DbInstance, now: SimTime) -> Option<SimTime> {
    let last = source.course.serving.last_while(now, |serving| serving.answers());
    last.filter(|last| *last < now)
}

impl Scene<'_> {
    fn settle_replica(&mut self, id: &DbInstanceId, source_lost: Option<SimTime>) {
        let Some(database) = self.region.databases.get(id) else { return };
        if database.replication.is_some() {
            let state = standing(database, source_lost, self.now);
            self.enter_replication(id, state);
            self.look_again(id, source_lost);
        }
        self.settle_lag(id);
    }

    /// Notes and tells a change of `StatusInfos`.
    fn enter_replication(&mut self, id: &DbInstanceId, status: ReplicationStatus) {
        let now = self.now;
        let Some(database) = self.region.databases.get_mut(id) else { return };
        let active = status.state == ReplicationState::Replicating;
        database.course.replicating.record(now, active);
        let before = database.replication.as_ref().map(|status| status.state);
        if before == Some(status.state) {
            return;
        }
        let notice = match status.state {
            ReplicationState::Replicating => Notice::ReplicationResumed,
            ReplicationState::Terminated => Notice::ReplicationTerminated,
            ReplicationState::Error | ReplicationState::Stopped => Notice::ReplicationStopped,
        };
        database.replication = Some(status);
        self.tell(id, notice);
    }

    /// Comes back when replication will have stood still for too long.
    fn look_again(&mut self, id: &DbInstanceId, source_lost: Option<SimTime>) {
        let now = self.now;
        let Some(database) = self.region.databases.get(id) else { return };
        let deadlines = [
            database.causes.replication_broken.map(|since| since + TERMINATED_AFTER),
            source_lost.map(|since| since + SOURCE_LOST_AFTER),
        ];
        let next = deadlines.into_iter().flatten().filter(|at| *at > now).min();
        if next == database.course.replication_due {
            return;
        }
        if let Some(next) = next {
            self.database_in(id, DbStep::Replication, next.since(now));
        }
        if let Some(database) = self.database(id) {
            database.course.replication_due = next;
        }
    }

    /// Notes where the lag is going from now on.
    fn settle_lag(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.region.databases.get_mut(id) else { return };
        let cannot = database.replication.as_ref().is_some_and(|_| is_stuck(database))
            || (database.replica_source.is_some() && !database.course.serving_at(now).answers());
        let towards = if cannot { FOR_EVER_S } else { database.causes.lag_s };
        let before = database.course.behind.latest().map_or(0.0, |glide| glide.towards);
        if towards != before {
            let from = database.course.behind_at(now);
            let per_s = if towards > from { 1.0 } else { CATCH_UP };
            database.course.behind.record(now, Glide { from, towards, per_s });
        }
    }
}

/// Whether a replica cannot apply what its source sends.
fn is_stuck(database: &DbInstance) -> bool {
    let ended = database.replication.as_ref().is_some_and(|status| status.state == ReplicationState::Terminated);
    ended || database.causes.replication_broken.is_some() || database.course.space == DbSpace::Full
}

/// What AWS says of a replica's replication.
fn standing(database: &DbInstance, source_lost: Option<SimTime>, now: SimTime) -> ReplicationStatus {
    let postgres = database.engine.contains("postgres");
    let broken = database.causes.replication_broken;
    let ended = database.replication.as_ref().is_some_and(|status| status.state == ReplicationState::Terminated);
    let (state, message) = if ended || broken.is_some_and(|since| now.since(since) >= TERMINATED_AFTER) {
        (
            ReplicationState::Terminated,
            Some("Replication has been terminated because it was stopped for more than 30 days."),
        )
    } else if broken.is_some() && postgres {
        (ReplicationState::Error, Some("Streaming replication has stopped."))
    } else if broken.is_some() {
        (
            ReplicationState::Error,
            Some(
                "Read Replica Replication Error - SQLError: 1062, reason: Error 'Duplicate entry '88213' for key \
                 'PRIMARY'' on query.",
            ),
        )
    } else if database.course.space == DbSpace::Full {
        (ReplicationState::Error, Some("Replication has stopped because the read replica has no storage left."))
    } else if !postgres && source_lost.is_some_and(|since| now.since(since) >= SOURCE_LOST_AFTER) {
        (
            ReplicationState::Error,
            Some("Read Replica Replication Error - IOError: 2003, reason: error reconnecting to the source."),
        )
    } else {
        (ReplicationState::Replicating, None)
    };
    ReplicationStatus { normal: message.is_none(), state, message: message.map(str::to_owned) }
}
