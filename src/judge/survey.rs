//! What the causes of a region's trouble are worked out from, once its things are judged.
//!
//! Owns: [`Survey`]. Depends on: the estate, joins, metrics. Must stay true: whatever is not known is none; what costs by what there
//! is, and not by what is wrong, is made only once something is wrong.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::alarm::{Alarm, AlarmState, AlarmType};
use crate::estate::balancer::TargetGroup;
use crate::estate::group::{Group, Refresh};
use crate::estate::query::Query;
use crate::estate::{Estate, History, Kind, SliceId};
use crate::id::{AlarmName, Arn, GroupName, Region};

use super::RegionJudgement;
use super::finding::Subject;
use super::index::Index;
use super::metrics::Metrics;
use super::policy::Policy;
use super::sight::Sight;
use super::verdict::Verdict;

/// Settled minutes that are *now*: one bad minute is no trouble, one late one is no peace.
pub(super) const NOW: usize = 3;
/// Settled minutes that are kept of a series, and so what *usual* can rest on.
pub(super) const BEFORE: usize = 15;

/// What an alarm watches, as subjects' keys.
type Watched = Vec<(&'static str, String)>;

/// A region, with what the judgements look up.
pub(super) struct Survey<'a> {
    pub(super) estate: &'a Estate,
    pub(super) region: &'a Region,
    pub(super) now: Timestamp,
    pub(super) policy: &'a Policy,
    pub(super) index: &'a Index,
    pub(super) history: Option<&'a History>,
    pub(super) sight: Sight<'a>,
    alarms: OnceCell<BTreeMap<&'a str, &'a Alarm>>,
    troubled: OnceCell<Vec<(AlarmName, Watched)>>,
}

impl<'a> Survey<'a> {
    /// Over what is known of the sight's region.
    pub(super) fn new(estate: &'a Estate, index: &'a Index, sight: Sight<'a>, now: Timestamp) -> Self {
        let (region, policy) = (sight.region(), sight.policy());
        Self {
            estate,
            region,
            now,
            policy,
            index,
            history: estate.history(region),
            sight,
            alarms: OnceCell::new(),
            troubled: OnceCell::new(),
        }
    }

    /// A group's last refresh, where refreshes were read and one was made.
    pub(super) fn refresh_of(&self, group: &GroupName) -> Option<&'a Refresh> {
        let slice = self.estate.slice(&SliceId::of(self.region, Kind::Refreshes, group.text().clone()))?;
        slice.rows::<Refresh>().iter().max_by_key(|refresh| refresh.started_at)
    }

    /// What metrics say.
    pub(super) fn metrics(&self) -> &Metrics<'a> {
        self.sight.metrics()
    }

    /// The values of a query's last settled minutes, the newest first, where it was asked; minutes without a value are left out.
    pub(super) fn minutes(&self, query: Option<Query>, from: usize, count: usize) -> Vec<f64> {
        let Some(query) = query else { return Vec::new() };
        self.metrics().minutes(&query, from + count).into_iter().skip(from).flatten().collect()
    }

    /// An instance as a subject: by its name where it has one of its own, else by its id.
    pub(super) fn instance(&self, id: &str) -> Subject {
        let instance = self.index.instance(id);
        // Members of a group share one name.
        let own = instance.filter(|instance| instance.group().is_none()).and_then(|instance| instance.name());
        match own.filter(|name| !name.is_empty()) {
            Some(name) => Subject::with_id("instance", name, id),
            None => Subject::named("instance", id),
        }
    }

    /// The group with this name.
    pub(super) fn group(&self, name: &GroupName) -> Option<&'a Group> {
        self.index.group(name.as_str())
    }

    /// The target group with this ARN.
    pub(super) fn target_group(&self, arn: &Arn) -> Option<&'a TargetGroup> {
        self.index.target_group(arn.as_str())
    }

    /// What an alarm watches, as subjects' keys: by its metric's dimensions; of a composite, what those of its children watch that
    /// fire.
    pub(super) fn watched_by(&self, alarm: &str) -> Watched {
        let Some(alarm) = self.alarms().get(alarm) else { return Vec::new() };
        if alarm.alarm_type != AlarmType::Composite {
            return self.dimensions_of(alarm);
        }
        let mut watched = Vec::new();
        let mut open: Vec<&Alarm> = vec![alarm];
        let mut seen: Vec<&str> = vec![alarm.name.as_str()];
        while let Some(next) = open.pop() {
            for child in children(next).filter_map(|name| self.alarms().get(name).copied()) {
                if child.state == AlarmState::Alarm && !seen.contains(&child.name.as_str()) {
                    seen.push(child.name.as_str());
                    match child.alarm_type {
                        AlarmType::Composite => open.push(child),
                        AlarmType::Metric | AlarmType::Log => watched.extend(self.dimensions_of(child)),
                    }
                }
            }
        }
        watched
    }

    /// The alarms of the region that are not well, each with what it watches.
    pub(super) fn troubled_alarms(&self, judged: &RegionJudgement) -> &[(AlarmName, Watched)] {
        self.troubled.get_or_init(|| {
            let troubled = judged.alarms.iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok);
            troubled.map(|(name, _)| (name.clone(), self.watched_by(name.as_str()))).collect()
        })
    }

    /// The alarm with this name.
    pub(super) fn alarm(&self, name: &str) -> Option<&'a Alarm> {
        self.alarms().get(name).copied()
    }

    fn alarms(&self) -> &BTreeMap<&'a str, &'a Alarm> {
        self.alarms.get_or_init(|| {
            let alarms = self.estate.table::<Alarm>(self.region, self.now).known();
            alarms.map(|alarm| (alarm.name.as_str(), alarm)).collect()
        })
    }

    /// The alarms on metrics of a zone of their own.
    pub(super) fn alarms_of_zone<'s>(&'s self, zone: &'s str) -> impl Iterator<Item = &'a Alarm> + use<'s, 'a> {
        let of_zone = move |alarm: &&&'a Alarm| {
            let dimensions = alarm.metric.iter().flat_map(|metric| &metric.dimensions);
            dimensions.clone().any(|(name, value)| &**name == "AvailabilityZone" && &**value == zone)
        };
        self.alarms().values().filter(of_zone).copied()
    }

    fn dimensions_of(&self, alarm: &Alarm) -> Watched {
        let dimensions = alarm.metric.iter().flat_map(|metric| &metric.dimensions);
        let dimension =
            |wanted: &str| dimensions.clone().find(|(name, _)| &**name == wanted).map(|(_, value)| value.to_string());
        let mut watched = Vec::new();
        match (dimension("TargetGroup"), dimension("LoadBalancer")) {
            (Some(group), _) => {
                watched.extend(self.target_groups(|known| known.arn.resource() == group));
            }
            (None, Some(balancer)) => {
                let ends = format!("loadbalancer/{balancer}");
                let behind = |known: &TargetGroup| known.load_balancers.iter().any(|arn| arn.resource() == ends);
                watched.extend(self.target_groups(behind));
            }
            (None, None) => {}
        }
        let simple = [
            ("AutoScalingGroupName", "group"),
            ("InstanceId", "instance"),
            ("DBInstanceIdentifier", "database"),
            ("DBClusterIdentifier", "cluster"),
            ("LoadBalancerName", "classic balancer"),
            ("NatGatewayId", "NAT gateway"),
        ];
        watched.extend(simple.into_iter().filter_map(|(name, what)| Some((what, dimension(name)?))));
        watched
    }

    fn target_groups(&self, wanted: impl Fn(&TargetGroup) -> bool) -> Watched {
        let known = self.estate.table::<TargetGroup>(self.region, self.now).known();
        known.filter(|group| wanted(group)).map(|group| ("target group", group.arn.to_string())).collect()
    }
}

/// The names in a composite's rule: `ALARM(a) OR ALARM("b")`.
fn children(alarm: &Alarm) -> impl Iterator<Item = &str> {
    let rule = alarm.rule.as_deref().unwrap_or_default();
    rule.split("ALARM(").skip(1).filter_map(|rest| Some(rest.split(')').next()?.trim_matches(['"', '\'', ' '])))
}
