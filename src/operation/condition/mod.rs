//! Conditions: what must be true before a call, and what must have become true after it.
//!
//! Owns: [`Condition`], [`Answer`] and the rules by which facts are checked on what was read. Depends on: the estate. Must stay true:
//! what is stale, denied or never read is *unknown*, which never counts as holding; what is asked after a call is a
//! change, not a state that may have been true before (`aws-domain.md` A.9).

mod group;
mod instance;
mod look;
mod target;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::Process;
use super::need::{Need, What};
use crate::estate::Estate;
use crate::estate::group::LifecycleState;
use crate::estate::instance::InstanceState;
use crate::id::{Arn, GroupName, InstanceId, Region};

use look::Look;

/// Something about the account that is so, is not so, or is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Where.
    pub region: Region,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What may be so of a region's things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// A group's sizes are these: nobody changed them.
    Sizes {
        /// The group.
        group: GroupName,
        /// Members it never goes below by itself.
        min: i32,
        /// Members it keeps.
        desired: i32,
        /// Members it never goes above.
        max: i32,
    },
    /// An instance is a member in one of these states.
    MemberIn {
        /// The group.
        group: GroupName,
        /// The instance.
        instance: InstanceId,
        /// The states.
        states: Vec<LifecycleState>,
    },
    /// An instance is no member any more.
    MemberLeft {
        /// The group.
        group: GroupName,
        /// The instance.
        instance: InstanceId,
    },
    /// So many members beside these are in service, and healthy wherever the group registers them.
    Grown {
        /// The group.
        group: GroupName,
        /// The members that were there before.
        beside: BTreeSet<InstanceId>,
        /// How many.
        by: usize,
    },
    /// So many members beside these are in service.
    InService {
        /// The group.
        group: GroupName,
        /// Members that do not count.
        beside: BTreeSet<InstanceId>,
        /// How many.
        at_least: usize,
    },
    /// None of these processes is suspended.
    ProcessesRun {
        /// The group.
        group: GroupName,
        /// Which.
        processes: BTreeSet<Process>,
    },
    /// The group does nothing by itself at the moment: no activity, no refresh, and it is not being deleted.
    Quiet {
        /// The group.
        group: GroupName,
    },
    /// The group's latest launch did not fail: what replaces a member would fail as well (`aws-domain.md` C.1, gates).
    LaunchesWork {
        /// The group.
        group: GroupName,
    },
    /// So many targets beside this instance are healthy.
    Healthy {
        /// The target group.
        target_group: Arn,
        /// The instance that does not count.
        beside: InstanceId,
        /// How many.
        at_least: usize,
    },
    /// An instance is a target no more: its connections are drained.
    Drained {
        /// The target group.
        target_group: Arn,
        /// The instance.
        instance: InstanceId,
    },
    /// An instance is in one of these states.
    InstanceIn {
        /// The instance.
        instance: InstanceId,
        /// The states.
        states: Vec<InstanceState>,
    },
    /// An instance was started after a moment, and passes its status checks.
    Restarted {
        /// The instance.
        instance: InstanceId,
        /// The moment.
        after: Timestamp,
    },
}

/// Whether a condition holds, with numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Yes, no, or nobody knows.
    pub holds: Option<bool>,
    /// In words: what there is, and what is needed.
    pub detail: String,
    /// How old the oldest reading is that it rests on; none where nothing was read.
    pub age: Option<Duration>,
}

impl Answer {
    fn unknown(detail: impl Into<String>) -> Self {
        Self { holds: None, detail: detail.into(), age: None }
    }
}

impl Condition {
    /// A fact of a region.
    pub fn new(region: &Region, fact: Fact) -> Self {
        Self { region: region.clone(), fact }
    }

    /// Checks it on what was read.
    #[must_use]
    pub fn answer(&self, estate: &Estate, now: Timestamp) -> Answer {
        let look = Look::new(estate, &self.region, now);
        let answer = match &self.fact {
            Fact::Sizes { group, min, desired, max } => group::sizes(&look, group, (*min, *desired, *max)),
            Fact::MemberIn { group, instance, states } => group::member_in(&look, group, instance, states),
            Fact::MemberLeft { group, instance } => group::member_left(&look, group, instance),
            Fact::Grown { group, beside, by } => group::grown(&look, group, beside, *by),
            Fact::InService { group, beside, at_least } => group::in_service(&look, group, beside, *at_least),
            Fact::ProcessesRun { group, processes } => group::processes_run(&look, group, processes),
            Fact::Quiet { group } => group::quiet(&look, group),
            Fact::LaunchesWork { group } => group::launches_work(&look, group),
            Fact::Healthy { target_group, beside, at_least } => target::healthy(&look, target_group, beside, *at_least),
            Fact::Drained { target_group, instance } => target::drained(&look, target_group, instance),
            Fact::InstanceIn { instance, states } => instance::instance_in(&look, instance, states),
            Fact::Restarted { instance, after } => instance::restarted(&look, instance, *after),
        };
        // Whatever could not be told is nothing that one may act upon.
        answer.unwrap_or_else(Answer::unknown)
    }

    /// What must be read for it. Where a group's balancers matter, they are known once the group is: ask again until nothing new
    /// comes, which the second time is so.
    #[must_use]
    pub fn needs(&self, estate: &Estate) -> Vec<Need> {
        let need = |what| Need::new(&self.region, what);
        match &self.fact {
            Fact::Sizes { group, .. }
            | Fact::MemberIn { group, .. }
            | Fact::MemberLeft { group, .. }
            | Fact::InService { group, .. }
            | Fact::ProcessesRun { group, .. } => vec![need(What::Group(group.clone()))],
            Fact::Grown { group, .. } => {
                let mut needs = vec![need(What::Group(group.clone()))];
                let known = Look::new(estate, &self.region, Timestamp::MIN).known_group(group);
                if let Some(known) = known {
                    needs.extend(known.target_groups.iter().map(|arn| need(What::Targets(arn.clone()))));
                    let classic = known.classic_balancers.iter();
                    needs.extend(classic.map(|name| need(What::ClassicTargets(name.clone()))));
                }
                needs
            }
            Fact::Quiet { group } => {
                [What::Group, What::Activities, What::Refreshes].map(|what| need(what(group.clone()))).into()
            }
            Fact::LaunchesWork { group } => vec![need(What::Activities(group.clone()))],
            Fact::Healthy { target_group, .. } | Fact::Drained { target_group, .. } => {
                vec![need(What::Targets(target_group.clone()))]
            }
            Fact::InstanceIn { instance, .. } => vec![need(What::Instance(instance.clone()))],
            Fact::Restarted { instance, .. } => {
                [What::Instance, What::Status].map(|what| need(what(instance.clone()))).into()
            }
        }
    }
}

#[cfg(test)]
mod tests;
