//! The judgement of one region, stage by stage.
//!
//! Owns: the order of the stages and what each takes over from the last judgement. Depends on: all of them. Must stay true: a
//! judgement made after another equals one made from nothing.
//!
//! What is said of one thing rests on its row and on what a [`Sight`] hands out; it is made again when one of these is otherwise.
//! Whoever adds a stage either makes it so, or makes it cost what is wrong and not what there is.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::gathered::Gathered;
use super::index::{Delta, Index};
use super::lag::Lags;
use super::memo::{Instances, Memo, Rule, Seen};
use super::metrics::Metrics;
use super::parents::Unread;
use super::policy::Policy;
use super::roll_up::roll_up;
use super::sight::{Looked, Sight};
use super::survey::Survey;
use super::verdict::Assessment;
use super::{
    JudgedService, RegionJudgement, alarm, database, finding, group, instance, reasons_unread, target_group, zone,
};
use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, ClassicTarget, Target, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::{Estate, Kind, Row, Trust};
use crate::id::{AlarmName, Arn, ClassicName, ClusterId, DatabaseId, GlobalClusterId, GroupName, Region};

/// What a region's judgement leaves to the next.
#[derive(Clone, Default)]
pub(super) struct Memory {
    seen: Seen,
    pub(super) instances: Instances,
    pub(super) groups: Memo<GroupName>,
    pub(super) target_groups: Memo<Arn>,
    pub(super) classic_balancers: Memo<ClassicName>,
    pub(super) databases: Memo<DatabaseId>,
    pub(super) clusters: Memo<ClusterId>,
    global_clusters: Memo<GlobalClusterId>,
    alarms: Memo<AlarmName>,
    gathered: Gathered,
    unread: Unread,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It says how the judgement was made, not what it is.
        f.write_str("Memory")
    }
}

/// What all stages go by.
pub(super) struct Stage<'a> {
    pub(super) estate: &'a Estate,
    pub(super) now: Timestamp,
    pub(super) sight: Sight<'a>,
    pub(super) index: &'a Index,
    pub(super) delta: &'a Delta,
    otherwise: Looked,
    pub(super) touched: Touched<'a>,
}

/// Judges a region. `before` is its last judgement, by the same policy and not later than `now`.
pub(super) fn judge_region(
    estate: &Estate,
    region: &Region,
    now: Timestamp,
    policy: &Policy,
    before: &RegionJudgement,
) -> RegionJudgement {
    let (index, delta) = Index::after(&before.index, estate, region, now);
    let seen = Seen::new(estate, region, now);
    let stage = Stage {
        estate,
        now,
        sight: Sight::new(estate, region, &index, policy, now),
        index: &index,
        delta: &delta,
        otherwise: seen.since(&before.memory.seen),
        touched: Touched::new(&index, &delta),
    };
    let memory = stage.judge(before, seen);
    let services = memory.gathered.services().map(|entry| JudgedService {
        service: entry.service.clone(),
        cells: entry.cells.clone(),
        assessment: Assessment::ok(),
    });
    let services: Vec<JudgedService> = services.collect();
    let mut judged = RegionJudgement {
        summary: Assessment::ok(),
        zones: zone::assess(estate, &index, &services, &stage.sight, &memory.unread, now),
        services,
        instances: memory.instances.outcome(),
        groups: memory.groups.outcome(),
        target_groups: memory.target_groups.outcome(),
        classic_balancers: memory.classic_balancers.outcome(),
        databases: memory.databases.outcome(),
        clusters: memory.clusters.outcome(),
        lags: Lags::new(estate, region, now, &Metrics::new(estate, region, now)),
        global_clusters: memory.global_clusters.outcome(),
        alarms: memory.alarms.outcome(),
        unread: Vec::new(),
        unknown: reasons_unread(estate, region, &memory.unread, now),
        findings: Vec::new(),
        memory: Arc::new(memory),
        index: index.clone(),
    };
    let verdicts = roll_up_each(&judged, &before.services);
    for (each, assessment) in judged.services.iter_mut().zip(verdicts) {
        each.assessment = assessment;
    }
    finding::summarise(&mut judged, &Survey::new(estate, &index, stage.sight, now));
    judged
}

/// How each service stands, in their order. What `before` said holds where nothing that the service is made of is otherwise.
fn roll_up_each(judged: &RegionJudgement, before: &[JudgedService]) -> Vec<Assessment> {
    let differing = judged.memory.gathered.differing(&judged.memory);
    let mut older = before.iter().peekable();
    let verdicts = judged.services.iter().map(|each| {
        while older.next_if(|old| old.service.name < each.service.name).is_some() {}
        let same =
            |old: &&&JudgedService| Arc::ptr_eq(&old.service, &each.service) && Arc::ptr_eq(&old.cells, &each.cells);
        let holds = differing.as_ref().is_some_and(|names| !names.contains(each.service.name.as_str()));
        match older.peek().filter(|_| holds).filter(same) {
            Some(old) => old.assessment.clone(),
            None => roll_up(judged, &each.service, &each.cells),
        }
    });
    verdicts.collect()
}

/// What in the joins something is otherwise around.
pub(super) struct Touched<'a> {
    all: bool,
    groups: HashSet<&'a str>,
    pub(super) targets: HashSet<&'a str>,
    classic: HashSet<&'a str>,
}

impl<'a> Touched<'a> {
    fn new(index: &'a Index, delta: &Delta) -> Self {
        let mut touched = Self { all: false, groups: HashSet::new(), targets: HashSet::new(), classic: HashSet::new() };
        match delta {
            Delta::All => touched.all = true,
            Delta::Things(things) => {
                for number in things {
                    touched.groups.extend(index.membership_at(*number).map(|(group, _)| group.name.as_str()));
                    touched.targets.extend(index.targets_at(*number).map(|(arn, _)| arn));
                    touched.classic.extend(index.classic_targets_at(*number).map(|(name, _)| name));
                }
            }
        }
        touched
    }

    fn has(&self, among: &HashSet<&str>, name: &str) -> bool {
        self.all || among.contains(name)
    }
}

impl Stage<'_> {
    /// What is said of each thing.
    fn judge(&self, judged: &RegionJudgement, seen: Seen) -> Memory {
        let before = &judged.memory;
        let sight = &self.sight;
        let touched = &self.touched;
        let targets_heard = seen.parents_since(&before.seen, Kind::Targets);
        let classic_heard = seen.parents_since(&before.seen, Kind::ClassicTargets);
        Memory {
            instances: Instances::after(
                &before.instances,
                self.index,
                self.delta,
                self.otherwise,
                self.now,
                |number, row| sight.watch(|| instance::assess(row, self.index.status_at(number), sight)),
            ),
            groups: self.memo(
                &before.groups,
                true,
                |group: &Group| group.name.clone(),
                |old, row| self.index.is_same_group(old, row),
                |group| group::assess(group, sight),
                |group| touched.has(&touched.groups, group.name.as_str()),
            ),
            target_groups: self.memo(
                &before.target_groups,
                false,
                |group: &TargetGroup| group.arn.clone(),
                PartialEq::eq,
                |group| self.assess_target_group(group),
                |group| targets_heard.contains(group.arn.text()) || touched.has(&touched.targets, group.arn.as_str()),
            ),
            classic_balancers: self.memo(
                &before.classic_balancers,
                false,
                |balancer: &ClassicBalancer| balancer.name.clone(),
                PartialEq::eq,
                |balancer| self.assess_classic(balancer),
                |balancer| {
                    let name = balancer.name.text();
                    classic_heard.contains(name) || touched.has(&touched.classic, name)
                },
            ),
            databases: self.memo(
                &before.databases,
                true,
                |database: &Database| database.id.clone(),
                PartialEq::eq,
                |database| database::assess(database, sight),
                |_| true,
            ),
            clusters: self.memo(
                &before.clusters,
                true,
                |row: &Cluster| row.id.clone(),
                PartialEq::eq,
                database::assess_cluster,
                |_| true,
            ),
            global_clusters: self.memo(
                &before.global_clusters,
                true,
                |row: &GlobalCluster| row.id.clone(),
                PartialEq::eq,
                database::assess_global,
                |_| true,
            ),
            alarms: self.memo(
                &before.alarms,
                true,
                |row: &Alarm| row.name.clone(),
                PartialEq::eq,
                |row| alarm::assess(row, sight),
                |_| true,
            ),
            gathered: before.gathered.after(self, &judged.index, (&before.seen, &seen)),
            unread: Unread::after(&before.unread, (&before.seen, &seen), self.estate, sight.region()),
            seen,
        }
    }

    /// `touched` is asked of things that looked at their neighbours in the joins.
    fn memo<T: Row, K: Ord + Clone>(
        &self,
        before: &Memo<K>,
        distrusts: bool,
        key: impl Fn(&T) -> K,
        same: impl Fn(&T, &T) -> bool,
        assess: impl Fn(&T) -> Assessment,
        touched: impl Fn(&T) -> bool,
    ) -> Memo<K> {
        let (otherwise, now) = (self.otherwise, self.now);
        let rule = Rule { key: &key, same: &same, assess: &assess, touched: &touched, otherwise, distrusts, now };
        Memo::after(before, self.estate, &self.sight, &rule)
    }
    fn assess_target_group(&self, group: &TargetGroup) -> Assessment {
        match self.sight.part_of::<Target>(group.arn.text()) {
            Some((_, trust @ Trust::Unknown(_))) => distrusted(Assessment::ok(), Kind::Targets, &trust),
            Some((targets, trust)) => {
                distrusted(target_group::assess(group, targets, &self.sight), Kind::Targets, &trust)
            }
            // A group that no balancer uses is not asked about.
            None if group.load_balancers.is_empty() => Assessment::ok(),
            None => Assessment::unknown("target health not read yet"),
        }
    }

    fn assess_classic(&self, balancer: &ClassicBalancer) -> Assessment {
        match self.sight.part_of::<ClassicTarget>(balancer.name.text()) {
            Some((_, trust @ Trust::Unknown(_))) => distrusted(Assessment::ok(), Kind::ClassicTargets, &trust),
            Some((targets, trust)) => distrusted(target_group::assess_classic(targets), Kind::ClassicTargets, &trust),
            None => Assessment::unknown("instance health not read yet"),
        }
    }
}

fn distrusted(mut assessment: Assessment, kind: Kind, trust: &Trust<'_>) -> Assessment {
    assessment.distrust(kind.name(), trust);
    assessment
}
