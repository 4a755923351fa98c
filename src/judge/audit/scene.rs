//! What a check sees of one region, or of the account.
//!
//! Owns: the look-ups that several checks share. Must stay true: only what can be trusted now is seen at all.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{BalancerAttributes, LoadBalancer, TargetGroup, TargetGroupAttributes};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::query::Query;
use crate::estate::{Estate, Kind, Row};
use crate::id::{Arn, InstanceId, Region, Text, ZoneName};
use crate::judge::RegionJudgement;
use crate::judge::finding::Subject;
use crate::judge::index::Index;
use crate::judge::metrics::{Metrics, Sample};
use crate::judge::policy::Policy;

use super::Check;
use super::gap::{self, Gap};

/// One region as a check sees it; for checks over the account, the region is [`Region::global`].
pub struct Scene<'a> {
    estate: &'a Estate,
    judged: &'a RegionJudgement,
    /// What the account's owners have set.
    pub policy: &'a Policy,
    /// AWS's time.
    pub now: Timestamp,
    region: Region,
    metrics: Metrics<'a>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        estate: &'a Estate,
        judged: &'a RegionJudgement,
        policy: &'a Policy,
        now: Timestamp,
        region: Region,
    ) -> Self {
        let metrics = Metrics::new(estate, &region, now);
        Self { estate, judged, policy, now, region, metrics }
    }

    /// The region.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The regions looked at.
    pub fn regions(&self) -> &'a [Region] {
        self.estate.scope()
    }

    /// The region's joins.
    pub fn index(&self) -> &'a Index {
        &self.judged.index
    }

    /// What is missing of a kind for a check that looks here.
    pub(super) fn gaps(&self, check: &'static Check, kind: Kind) -> Vec<Gap> {
        let places = gap::places(self.estate, &self.region, kind);
        let find = |region: &Region| gap::find(check, self.estate, region, kind, self.now, self.policy);
        places.iter().filter_map(find).collect()
    }

    /// The rows of a kind that can be trusted now.
    pub fn rows<T: Row + 'a>(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.rows_in(&self.region)
    }

    /// The same of another region.
    pub fn rows_in<T: Row + 'a>(&self, region: &Region) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let table = self.estate.table::<T>(region, self.now);
        table.known_with_trust().filter(|(_, trust)| trust.is_known()).map(|(row, _)| row)
    }

    /// All rows of a kind; none where not all are known.
    pub fn whole<T: Row + 'a>(&self) -> Option<impl Iterator<Item = &'a T> + use<'a, T>> {
        self.estate.table::<T>(&self.region, self.now).complete()
    }

    /// Groups that are to have members and are not being deleted.
    pub fn groups(&self) -> impl Iterator<Item = &'a Group> + use<'a> {
        self.rows::<Group>().filter(|group| group.desired > 0 && group.status.is_none())
    }

    /// Target groups that a balancer routes to.
    pub fn target_groups(&self) -> impl Iterator<Item = &'a TargetGroup> + use<'a> {
        self.rows::<TargetGroup>().filter(|group| !group.load_balancers.is_empty())
    }

    /// What traffic comes through to a group's members: `behind web`; none where no balancer routes to them.
    pub fn entry_of(&self, group: &Group) -> Option<String> {
        let used = |arn: &&Arn| self.index().target_group(arn.as_str()).is_some_and(|g| !g.load_balancers.is_empty());
        let mut names: Vec<&str> = group.target_groups.iter().filter(used).map(Arn::short).collect();
        names.extend(group.classic_balancers.iter().map(|name| name.as_str()));
        (!names.is_empty()).then(|| format!("behind {}", names.join(", ")))
    }

    /// What traffic comes through to one instance: the target groups and classic balancers that it stands behind.
    pub fn entry_of_instance(&self, id: &InstanceId) -> Option<String> {
        let index = self.index();
        let mut names: Vec<&str> = index
            .targets_of(id.as_str())
            .filter(|(arn, _)| index.target_group(arn).is_some_and(|group| !group.load_balancers.is_empty()))
            .filter_map(|(arn, _)| index.target_group(arn).map(|group| &*group.name))
            .collect();
        names.extend(index.classic_targets_of(id.as_str()).map(|(name, _)| name));
        (!names.is_empty()).then(|| format!("behind {}", names.join(", ")))
    }

    /// Instances that run and belong to no group.
    pub fn standalone(&self) -> impl Iterator<Item = &'a Instance> + use<'a> {
        let index = self.index();
        self.rows::<Instance>().filter(move |instance| {
            instance.state == InstanceState::Running
                && instance.group().is_none()
                && index.membership(instance.id.as_str()).is_none()
        })
    }

    /// The CPU of a group's members now, per cent.
    pub fn cpu(&self, group: &Group) -> Sample {
        self.metrics.latest(&Query::of_group(&group.name))
    }

    /// The metrics of the region.
    pub fn metrics(&self) -> &Metrics<'a> {
        &self.metrics
    }

    /// Attributes of target groups by ARN, of those that are known.
    pub fn target_group_attributes(&self) -> BTreeMap<&'a str, &'a BTreeMap<Text, Text>> {
        self.rows::<TargetGroupAttributes>().map(|row| (row.of.as_str(), &row.values)).collect()
    }

    /// Attributes of balancers by ARN, of those that are known.
    pub fn balancer_attributes(&self) -> BTreeMap<&'a str, &'a BTreeMap<Text, Text>> {
        self.rows::<BalancerAttributes>().map(|row| (row.of.as_str(), &row.values)).collect()
    }

    /// Balancers by ARN.
    pub fn balancers(&self) -> BTreeMap<&'a str, &'a LoadBalancer> {
        self.rows::<LoadBalancer>().map(|balancer| (balancer.arn.as_str(), balancer)).collect()
    }
}

/// A group as a subject.
pub fn group(group: &Group) -> Subject {
    Subject::named("group", group.name.as_str())
}

/// A target group as a subject.
pub fn target_group(group: &TargetGroup) -> Subject {
    Subject::with_id("target group", &*group.name, group.arn.text().clone())
}

/// A balancer as a subject.
pub fn balancer(balancer: &LoadBalancer) -> Subject {
    Subject::with_id("balancer", &*balancer.name, balancer.arn.text().clone())
}

/// An instance as a subject: by its name, where it has one.
pub fn instance(instance: &Instance) -> Subject {
    match instance.name() {
        Some(name) => Subject::with_id("instance", name, instance.id.text().clone()),
        None => Subject::named("instance", instance.id.as_str()),
    }
}

/// `3 in us-east-1a, 2 in us-east-1b`.
pub fn by_zone(counts: &BTreeMap<ZoneName, usize>) -> String {
    let words: Vec<String> = counts.iter().map(|(zone, count)| format!("{count} in {zone}")).collect();
    words.join(", ")
}

/// `1 member`, `2 members`.
pub fn count(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// An alarm as a subject.
pub fn alarm(alarm: &Alarm) -> Subject {
    Subject::named("alarm", alarm.name.as_str())
}
