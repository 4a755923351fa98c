//! Conditions: what must be true before a call, and what must have become true after it.
//!
//! Owns: [`Condition`], [`Answer`] and the rules by which facts are checked on what was read. Depends on: the estate. Must stay true:
//! what is stale, denied or never read is *unknown*, which never counts as holding; what is asked after a call is a
//! change, not a state that may have been true before (`aws-domain.md` A.9).

mod beside;
mod group;
mod instance;
mod look;
mod members;
mod target;
mod words;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::Process;
use super::need::{Need, What};
use crate::estate::Estate;
use crate::estate::group::{Group, LifecycleState};
use crate::estate::instance::InstanceState;
use crate::id::{Arn, ClassicName, GroupName, ImageId, InstanceId, Region, SubnetId, Text};

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
    /// A group has so many members, each in service or standing by, and none comes or goes.
    Settled {
        /// The group.
        group: GroupName,
        /// How many are in service.
        in_service: usize,
    },
    /// Members are protected from scale-in, or are not.
    Protected {
        /// The group.
        group: GroupName,
        /// Which.
        instances: BTreeSet<InstanceId>,
        /// Whether they are.
        protected: bool,
    },
    /// Each of these processes is suspended.
    Suspended {
        /// The group.
        group: GroupName,
        /// Which.
        processes: BTreeSet<Process>,
    },
    /// A launch of the group that began after a moment failed: what is waited for will not come by itself.
    LaunchFailed {
        /// The group.
        group: GroupName,
        /// The moment.
        after: Timestamp,
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
        /// Instances that do not count.
        beside: BTreeSet<InstanceId>,
        /// How many.
        at_least: usize,
    },
    /// An instance is healthy wherever it is a target.
    Serves {
        /// The instance.
        instance: InstanceId,
        /// The target groups.
        target_groups: Vec<Arn>,
        /// The classic balancers.
        classic: Vec<ClassicName>,
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
    /// An instance runs and passes its status checks.
    ChecksPass {
        /// The instance.
        instance: InstanceId,
    },
    /// Nothing is wrong with the host of an instance nor with its volumes: a reboot, which stays there, can help (`aws-domain.md` F.1).
    HostSound {
        /// The instance.
        instance: InstanceId,
    },
    /// An elastic address belongs to an instance.
    AddressOn {
        /// The address.
        allocation: Text,
        /// The instance.
        instance: InstanceId,
    },
    /// A subnet has so many addresses left.
    FreeAddresses {
        /// The subnet.
        subnet: SubnetId,
        /// How many.
        at_least: i32,
    },
    /// An image can be launched.
    ImageUsable {
        /// The image.
        image: ImageId,
    },
    /// All of these are so.
    All {
        /// The facts.
        of: Vec<Fact>,
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
        let answer = asked(&look, &self.fact);
        // Whatever could not be told is nothing that one may act upon.
        answer.unwrap_or_else(Answer::unknown)
    }

    /// What must be read for it. Where a group's balancers matter, they are known once the group is: ask again until nothing new
    /// comes, which the second time is so.
    #[must_use]
    pub fn needs(&self, estate: &Estate) -> Vec<Need> {
        let known = |group: &GroupName| Look::new(estate, &self.region, Timestamp::MIN).known_group(group);
        whats(&self.fact, &known).into_iter().map(|what| Need::new(&self.region, what)).collect()
    }
}

fn asked(look: &Look<'_>, fact: &Fact) -> Result<Answer, String> {
    match fact {
        Fact::Sizes { group, min, desired, max } => group::sizes(look, group, (*min, *desired, *max)),
        Fact::MemberIn { group, instance, states } => group::member_in(look, group, instance, states),
        Fact::MemberLeft { group, instance } => group::member_left(look, group, instance),
        Fact::Grown { group, beside, by } => group::grown(look, group, beside, *by),
        Fact::InService { group, beside, at_least } => group::in_service(look, group, beside, *at_least),
        Fact::Settled { group, in_service } => members::settled(look, group, *in_service),
        Fact::Protected { group, instances, protected } => members::protected(look, group, instances, *protected),
        Fact::Suspended { group, processes } => group::suspended(look, group, processes),
        Fact::LaunchFailed { group, after } => group::launch_failed(look, group, *after),
        Fact::ProcessesRun { group, processes } => group::processes_run(look, group, processes),
        Fact::Quiet { group } => group::quiet(look, group),
        Fact::LaunchesWork { group } => group::launches_work(look, group),
        Fact::Healthy { target_group, beside, at_least } => target::healthy(look, target_group, beside, *at_least),
        Fact::Serves { instance, target_groups, classic } => target::serves(look, instance, target_groups, classic),
        Fact::Drained { target_group, instance } => target::drained(look, target_group, instance),
        Fact::InstanceIn { instance, states } => instance::instance_in(look, instance, states),
        Fact::Restarted { instance, after } => instance::restarted(look, instance, *after),
        Fact::ChecksPass { instance } => instance::checks_pass(look, instance),
        Fact::HostSound { instance } => instance::host_sound(look, instance),
        Fact::AddressOn { allocation, instance } => beside::address_on(look, allocation, instance),
        Fact::FreeAddresses { subnet, at_least } => beside::free_addresses(look, subnet, *at_least),
        Fact::ImageUsable { image } => beside::image_usable(look, image),
        Fact::All { of } => all(look, of),
    }
}

/// What does not hold is told before what nobody knows, and that before what holds.
fn all(look: &Look<'_>, facts: &[Fact]) -> Result<Answer, String> {
    let answers: Vec<Result<Answer, String>> = facts.iter().map(|fact| asked(look, fact)).collect();
    let failing = answers.iter().flatten().find(|answer| answer.holds == Some(false));
    if let Some(answer) = failing {
        return Ok(answer.clone());
    }
    let known = answers.into_iter().collect::<Result<Vec<Answer>, String>>()?;
    if let Some(unknown) = known.iter().find(|answer| answer.holds.is_none()) {
        return Err(unknown.detail.clone());
    }
    let detail = known.iter().map(|answer| answer.detail.as_str()).collect::<Vec<_>>().join("; ");
    let age = known.iter().filter_map(|answer| answer.age).max();
    Ok(Answer { holds: Some(true), detail, age })
}

/// What a fact rests on.
fn whats<'a>(fact: &Fact, known: &dyn Fn(&GroupName) -> Option<&'a Group>) -> Vec<What> {
    match fact {
        Fact::Sizes { group, .. }
        | Fact::MemberIn { group, .. }
        | Fact::MemberLeft { group, .. }
        | Fact::InService { group, .. }
        | Fact::Settled { group, .. }
        | Fact::Protected { group, .. }
        | Fact::Suspended { group, .. }
        | Fact::ProcessesRun { group, .. } => vec![What::Group(group.clone())],
        Fact::Grown { group, .. } => {
            let mut needs = vec![What::Group(group.clone())];
            if let Some(known) = known(group) {
                needs.extend(known.target_groups.iter().cloned().map(What::Targets));
                needs.extend(known.classic_balancers.iter().cloned().map(What::ClassicTargets));
            }
            needs
        }
        Fact::Quiet { group } => {
            [What::Group, What::Activities, What::Refreshes].map(|what| what(group.clone())).into()
        }
        Fact::LaunchesWork { group } | Fact::LaunchFailed { group, .. } => vec![What::Activities(group.clone())],
        Fact::Healthy { target_group, .. } | Fact::Drained { target_group, .. } => {
            vec![What::Targets(target_group.clone())]
        }
        Fact::Serves { target_groups, classic, .. } => {
            let targets = target_groups.iter().cloned().map(What::Targets);
            targets.chain(classic.iter().cloned().map(What::ClassicTargets)).collect()
        }
        Fact::InstanceIn { instance, .. } => vec![What::Instance(instance.clone())],
        Fact::Restarted { instance, .. } | Fact::ChecksPass { instance } => {
            [What::Instance, What::Status].map(|what| what(instance.clone())).into()
        }
        Fact::HostSound { instance } => vec![What::Status(instance.clone())],
        Fact::AddressOn { instance, .. } => vec![What::Addresses(instance.clone())],
        Fact::FreeAddresses { subnet, .. } => vec![What::Subnet(subnet.clone())],
        Fact::ImageUsable { image } => vec![What::Image(image.clone())],
        Fact::All { of } => of.iter().flat_map(|fact| whats(fact, known)).collect(),
    }
}

#[cfg(test)]
mod tests;
