//! An Aurora cluster whose writer goes: a reader takes over (`aws-domain.md A.4`, C.3).
//!
//! Owns: which member writes, and cluster statuses. Must stay true: at most one member writes; nothing is lost, since
//! all members share one storage; without a reader the writer is made anew in its own zone, and in a dark zone it waits.

use std::cmp::Reverse;
use std::ops::Range;

use super::super::super::world::{
    ClusterFailover, DbCluster, DbClusterId, DbInstance, DbInstanceId, DbPhase, DbStatus, HostTrouble,
};
use super::super::{Event, Scene};
use super::host::trouble;
use super::notice::Notice;

/// The rest of a failover once it is noticed: 15 to 60 seconds in all.
const FAILOVER_S: Range<u32> = 10..48;
/// A member's host is replaced.
const REPLACED_S: Range<u32> = 90..240;
/// A writer without readers is made anew in its zone: about ten minutes.
const MADE_ANEW_S: Range<u32> = 480..720;
/// Readers restart to follow the new writer.
const FOLLOWS_S: Range<u32> = 5..12;

impl Scene<'_> {
    /// Aurora has noticed that a member does not answer.
    pub(super) fn notice_member(&mut self, id: &DbInstanceId, cluster: &DbClusterId, trouble: HostTrouble) {
        let Some(found) = self.region.clusters.get(cluster) else { return };
        let (writes, successor) = (found.writer() == Some(id), self.successor(found));
        let alone = writes && successor.is_none();
        if let Some(to) = successor.filter(|_| writes && found.failover.is_none()) {
            self.begin_cluster_failover(cluster, to);
        }
        match trouble {
            HostTrouble::Crashed => self.begin_restart(id, if alone { MADE_ANEW_S } else { REPLACED_S }),
            HostTrouble::Dark | HostTrouble::Stalled | HostTrouble::Asked => {
                self.set_phase(id, DbPhase::Down { trouble })
            }
        }
    }

    /// The cluster of a member that changed looks at it.
    pub(super) fn feel_cluster_of(&mut self, id: &DbInstanceId) {
        if let Some(cluster) = self.region.databases.get(id).and_then(|database| database.cluster.clone()) {
            self.feel_cluster(&cluster);
        }
    }

    /// The cluster looks at its writer, and at who is to take over.
    pub(super) fn feel_cluster(&mut self, id: &DbClusterId) {
        let Some(cluster) = self.region.clusters.get(id) else { return };
        let phase = |id: &DbInstanceId| self.region.databases.get(id).map(|database| database.course.phase);
        let successor = self.successor(cluster);
        match &cluster.failover {
            Some(failover) if phase(&failover.to) != Some(DbPhase::Serving) => match successor {
                Some(to) => self.begin_cluster_failover(id, to),
                None => self.give_up_failover(id),
            },
            Some(_) => {}
            None => {
                let down = cluster.writer().and_then(phase).is_some_and(|phase| matches!(phase, DbPhase::Down { .. }));
                if let Some(to) = successor.filter(|_| down) {
                    self.begin_cluster_failover(id, to);
                }
            }
        }
    }

    /// The reader that takes over: by tier, then by size.
    pub(super) fn successor(&self, cluster: &DbCluster) -> Option<DbInstanceId> {
        let readers = cluster.members.iter().filter(|member| !member.writer);
        let able = readers.filter_map(|member| Some((member, self.region.databases.get(&member.instance)?))).filter(
            |(_, database)| {
                database.course.phase == DbPhase::Serving
                    && database.status == DbStatus::Available
                    && trouble(self.region, database).is_none()
            },
        );
        let first = able.min_by_key(|(member, database)| (member.promotion_tier, Reverse(size(database))));
        first.filter(|_| cluster.writer().is_some()).map(|(member, _)| member.instance.clone())
    }

    pub(super) fn begin_cluster_failover(&mut self, id: &DbClusterId, to: DbInstanceId) {
        let due = self.now + self.between("failover", id.as_str(), FAILOVER_S);
        let zone = |id: &DbInstanceId| self.region.databases.get(id).map(|database| database.course.zone.clone());
        let Some(cluster) = self.region.clusters.get_mut(id) else { return };
        let crosses = cluster.writer().and_then(zone) != zone(&to);
        cluster.status = DbStatus::FailingOver;
        cluster.failover = Some(ClusterFailover { to: to.clone(), due });
        self.schedule.put(due, Event::Cluster(self.region.name.clone(), id.clone()));
        let notice = if crosses { Notice::CrossZoneFailoverStarted(&to) } else { Notice::SameZoneFailoverStarted(&to) };
        self.tell_cluster(id, notice);
    }

    fn give_up_failover(&mut self, id: &DbClusterId) {
        let Some(cluster) = self.region.clusters.get_mut(id) else { return };
        cluster.failover = None;
        cluster.status = DbStatus::Available;
        self.tell_cluster(id, Notice::ClusterFailoverFailed);
    }

    /// The reader writes from now on.
    pub(in super::super) fn finish_cluster_failover(&mut self, id: &DbClusterId) {
        let now = self.now;
        let Some(cluster) = self.region.clusters.get_mut(id) else { return };
        let Some(failover) = cluster.failover.take_if(|failover| failover.due == now) else { return };
        let old = cluster.writer().cloned();
        for member in &mut cluster.members {
            member.writer = member.instance == failover.to;
        }
        cluster.status = DbStatus::Available;
        let others: Vec<DbInstanceId> =
            (cluster.members.iter().filter(|member| !member.writer)).map(|member| member.instance.clone()).collect();
        self.tell(&failover.to, Notice::Restarted);
        self.tell_cluster(id, Notice::ClusterFailoverFinished(&failover.to));
        for other in &others {
            let phase = self.region.databases.get(other).map(|database| database.course.phase);
            if old.as_ref() == Some(other) && matches!(phase, Some(DbPhase::Serving | DbPhase::Restarting)) {
                self.tell(other, Notice::WriterBecameReader);
            }
            if phase == Some(DbPhase::Serving) {
                self.begin_restart(other, FOLLOWS_S);
            }
        }
        for member in others.iter().chain([&failover.to]) {
            self.note_serving(member);
        }
    }
}

/// Sizes of a family in order: `db.r6g.large` before `db.r6g.xlarge` before `db.r6g.2xlarge`.
fn size(database: &DbInstance) -> u32 {
    match database.class.rsplit('.').next().unwrap_or_default() {
        "micro" => 1,
        "small" => 2,
        "medium" => 3,
        "large" => 4,
        "xlarge" => 8,
        more => more.strip_suffix("xlarge").and_then(|times| times.parse::<u32>().ok()).map_or(0, |times| times * 8),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{DbServing, World};
    use super::super::super::fixture;
    use super::*;

    fn world() -> World {
        fixture::world_with(|document| {
            document
                + r#"
[[regions.eu-west-1.clusters]]
id = "books"
engine = "aurora-postgresql"
version = "16.6"
backup_days = 7
age = "90d"
members = [
    { id = "books-1", class = "db.r6g.xlarge", zone = "eu-west-1a", tier = 0 },
    { id = "books-2", class = "db.r6g.large", zone = "eu-west-1b", tier = 1 },
    { id = "books-3", class = "db.r6g.2xlarge", zone = "eu-west-1c", tier = 1 },
]
"#
        })
    }

    fn crash(id: &str) -> Fault {
        Fault::DatabaseCrash { id: id.to_owned() }
    }

    fn dark(zone: &str) -> Fault {
        Fault::ZonePowerLoss { zone: format!("eu-west-1{zone}") }
    }

    fn writer(world: &World) -> &str {
        world.here().clusters["books"].writer().unwrap().as_str()
    }

    /// How long nobody wrote, seconds, of the last `seconds`.
    fn gap(world: &World, seconds: u64) -> u64 {
        let writes = |back: &u64| {
            let at = world.now - Duration::from_secs(*back);
            ["books-1", "books-2", "books-3"].iter().any(|id| world.here().databases[*id].accepts_writes(at))
        };
        (0..seconds).filter(|back| !writes(back)).count() as u64
    }

    #[test]
    fn the_reader_of_the_first_tier_then_of_the_largest_class_takes_over_aws_domain_c3() {
        let mut world = world();
        let before = world.here().db_events.len();
        world.apply(crash("books-1")).unwrap();
        world.pass(13);
        assert_eq!(world.here().clusters["books"].status, DbStatus::FailingOver);
        world.pass(300);
        assert_eq!(writer(&world), "books-3", "of tier 1 as books-2, and larger");
        assert_eq!(world.here().clusters["books"].status, DbStatus::Available);
        assert!((15..=60).contains(&gap(&world, 313)), "{} s without a writer", gap(&world, 313));
        let told: Vec<String> = world
            .here()
            .db_events
            .iter()
            .skip(before)
            .map(|event| format!("{} {}", event.source, event.message))
            .collect();
        assert_eq!(told[0], "books Started cross AZ failover to DB instance: books-3");
        assert!(told.contains(&"books Completed failover to DB instance: books-3".to_owned()), "{told:?}");
        assert!(told.contains(&"books-2 DB instance restarted".to_owned()), "readers restart: {told:?}");
        let serving = |id: &str| world.here().databases[id].course.serving_at(world.now);
        assert_eq!((serving("books-1"), serving("books-2")), (DbServing::ReadOnly, DbServing::ReadOnly));
    }

    #[test]
    fn without_a_reader_the_writer_is_made_anew_in_its_zone_aws_domain_c3() {
        let mut world = world();
        world.apply(dark("b")).unwrap();
        world.apply(crash("books-3")).unwrap();
        world.apply(crash("books-1")).unwrap();
        world.pass(20);
        assert_eq!(writer(&world), "books-1", "books-3 is away for some minutes");
        world.heal(&dark("b")).unwrap();
        world.pass(1200);
        assert!(world.here().databases["books-1"].accepts_writes(world.now));
        assert_eq!(world.here().databases["books-1"].zone, *"eu-west-1a");
        assert!((480..=740).contains(&gap(&world, 1220)), "about ten minutes: {}", gap(&world, 1220));
    }

    #[test]
    fn a_cluster_with_all_members_in_a_dark_zone_is_down_though_available_aws_domain_f28c() {
        let mut world = fixture::world_with(|document| {
            document
                + r#"
[[regions.eu-west-1.clusters]]
id = "books"
engine = "aurora-mysql"
version = "8.0"
backup_days = 7
age = "90d"
members = [{ id = "books-1", class = "db.r6g.large", zone = "eu-west-1b" }, { id = "books-2", class = "db.r6g.large", zone = "eu-west-1b" }]
"#
        });
        world.apply(dark("b")).unwrap();
        world.pass(900);
        let cluster = &world.here().clusters["books"];
        assert_eq!((cluster.status, cluster.failover.is_none()), (DbStatus::Available, true));
        assert_eq!(world.here().databases["books-1"].status, DbStatus::Available);
        assert_eq!(world.here().databases["books-1"].course.serving_at(world.now), DbServing::Silent);
        world.heal(&dark("b")).unwrap();
        world.pass(300);
        assert_eq!(writer(&world), "books-1");
        assert!(world.here().databases["books-1"].accepts_writes(world.now));
    }

    #[test]
    fn there_is_one_writer_at_most_whatever_breaks() {
        let mut world = world();
        let faults = [crash("books-1"), dark("a"), crash("books-3"), dark("c"), crash("books-2")];
        for (step, fault) in faults.iter().chain(&faults).enumerate() {
            if step < faults.len() {
                world.apply(fault.clone()).unwrap()
            } else {
                world.heal(fault).unwrap()
            }
            for _ in 0..20 {
                world.pass(7);
                let writing = |id: &&DbInstanceId| world.here().databases[*id].accepts_writes(world.now);
                let ids: BTreeSet<&DbInstanceId> =
                    world.here().databases.keys().filter(|id| id.as_str().starts_with("books")).collect();
                assert!(ids.iter().filter(|id| writing(id)).count() <= 1);
            }
        }
        world.pass(900);
        let cluster = &world.here().clusters["books"];
        assert_eq!(cluster.status, DbStatus::Available);
        assert!(
            cluster.members.iter().all(|member| world.here().databases[&member.instance].status == DbStatus::Available)
        );
        assert!(world.here().databases[writer(&world)].accepts_writes(world.now));
    }
}
