//! What stands against any operation on a group, whichever way it is done (`aws-domain.md` C.1, gates).
//!
//! Owns: the refusals that planners share, and the guards that ask the same again on fresh data. Depends on: ground, conditions.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::call::Process;
use super::condition::Fact;
use super::ground::Ground;
use super::plan::Refusal;
use crate::estate::balancer::{Target, TargetState};
use crate::estate::group::{Activity, ActivityStatus, Group, LifecycleState, Refresh, ScalingPolicy, ScheduledAction};
use crate::id::{InstanceId, Region};

/// A group of a region.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// What is known.
    pub ground: &'a Ground<'a>,
    /// Where.
    pub region: &'a Region,
    /// The group.
    pub group: &'a Group,
}

impl<'a> Gate<'a> {
    /// Why nothing may be done to the group now.
    ///
    /// # Errors
    /// It is being deleted, or AWS is moving it already (`aws-domain.md`, rule 10).
    pub fn is_free(&self) -> Result<(), Refusal> {
        let name = &self.group.name;
        if let Some(status) = &self.group.status {
            return Err(Refusal::new(format!("{name}: {status}"), "it is on its way out: nothing is worth changing"));
        }
        let refreshes = self.ground.of::<Refresh>(self.region, name.text()).unwrap_or_default();
        let over = ["Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"];
        if let Some(refresh) = refreshes.iter().find(|refresh| !over.contains(&&*refresh.status)) {
            let done = refresh.percentage.map(|done| format!(" at {done} %")).unwrap_or_default();
            return Err(Refusal::new(
                format!("an instance refresh of {name} is {}{done}", refresh.status),
                "it replaces members itself: wait for it, or cancel it first",
            ));
        }
        Ok(())
    }

    /// Why the group would not bring a new member.
    ///
    /// # Errors
    /// Launches are suspended (`aws-domain.md` F.19), or the last one failed: what is ended would not be replaced.
    pub fn launches(&self) -> Result<(), Refusal> {
        let name = &self.group.name;
        for process in [Process::Launch, Process::Terminate, Process::AddToLoadBalancer] {
            let Some(why) = self.group.suspended.get(process.as_str()) else { continue };
            let means = match process {
                Process::Launch => "nothing new would come: each end shrinks the group",
                Process::Terminate => "nothing would go",
                _ => "what comes is never put behind its balancers",
            };
            return Err(Refusal::new(
                format!("{} is suspended in {name} ({}): {means}", process.as_str(), reason(why)),
                format!(
                    "ask who suspended it, then `aws autoscaling resume-processes --auto-scaling-group-name {name} --scaling-processes {}`",
                    process.as_str()
                ),
            ));
        }
        if let Some(failed) = self.last_launch().filter(|launch| launch.status == ActivityStatus::Failed) {
            let message = failed.message.as_deref().unwrap_or("AWS gives no reason");
            return Err(Refusal::new(
                format!("the last launch of {name} failed, so what replaces a member would fail as well: {message}"),
                "mend what AWS names, let one launch succeed, then plan again",
            ));
        }
        Ok(())
    }

    /// The group's latest launch that is over.
    fn last_launch(&self) -> Option<&'a Activity> {
        let activities = self.ground.estate.known::<Activity>(self.region);
        let over = activities.filter(|activity| {
            activity.group == self.group.name
                && activity.description.starts_with("Launching")
                && matches!(activity.status, ActivityStatus::Successful | ActivityStatus::Failed)
        });
        over.max_by_key(|activity| activity.started_at)
    }

    /// After which a launch that fails is one of ours.
    #[must_use]
    pub fn launched_at(&self) -> Timestamp {
        let own = self.ground.estate.known::<Activity>(self.region);
        let own = own.filter(|activity| activity.group == self.group.name).map(|activity| activity.started_at);
        own.max().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// What must hold before the first call: nobody changed the group, it is quiet, and it can launch.
    #[must_use]
    pub fn guards(&self, launches: bool) -> Vec<(&'static str, Fact)> {
        self.guards_of(self.group.desired, self.group.max, launches)
    }

    /// The same where an earlier step has set another maximum.
    #[must_use]
    pub fn guards_at(&self, max: i32, launches: bool) -> Vec<(&'static str, Fact)> {
        self.guards_of(self.group.desired, max, launches)
    }

    /// The same where earlier steps have set desired and maximum.
    #[must_use]
    pub fn guards_of(&self, desired: i32, max: i32, launches: bool) -> Vec<(&'static str, Fact)> {
        let group = self.group.name.clone();
        let mut guards = vec![("sizes", self.sizes(desired, max)), ("quiet", Fact::Quiet { group: group.clone() })];
        if launches {
            let processes = [Process::Launch, Process::Terminate, Process::AddToLoadBalancer].into();
            guards.push(("processes", Fact::ProcessesRun { group: group.clone(), processes }));
            guards.push(("launches", Fact::LaunchesWork { group }));
        }
        guards
    }

    /// The group has these sizes, and its minimum.
    #[must_use]
    pub fn sizes(&self, desired: i32, max: i32) -> Fact {
        Fact::Sizes { group: self.group.name.clone(), min: self.group.min, desired, max }
    }

    /// So many members beside one are in service.
    #[must_use]
    pub fn in_service(&self, beside: BTreeSet<InstanceId>, at_least: usize) -> Fact {
        Fact::InService { group: self.group.name.clone(), beside, at_least }
    }

    /// In every target group, that as many others stay healthy as are now, and one at least.
    #[must_use]
    pub fn healthy(&self, beside: &BTreeSet<InstanceId>, lost: usize) -> Vec<(&'static str, Fact)> {
        let of = |arn: &crate::id::Arn| {
            let targets = self.ground.of::<Target>(self.region, arn.text()).unwrap_or_default();
            let others = targets.iter().filter(|target| !beside.contains(&*target.id));
            let healthy = others.filter(|target| target.state == TargetState::Healthy).count();
            let at_least = healthy.saturating_sub(lost).max(1);
            ("healthy", Fact::Healthy { target_group: arn.clone(), beside: beside.clone(), at_least })
        };
        self.group.target_groups.iter().map(of).collect()
    }

    /// Everybody who is a member now.
    #[must_use]
    pub fn members(&self) -> BTreeSet<InstanceId> {
        self.group.members.iter().map(|member| member.instance.clone()).collect()
    }

    /// Members in service beside some.
    #[must_use]
    pub fn others(&self, beside: &BTreeSet<InstanceId>) -> usize {
        self.group.in_service().filter(|member| !beside.contains(&member.instance)).count()
    }

    /// What would undo a change of size while it is made, and is not suspended already: rebalancing where there are several zones,
    /// alarms where there are policies or nobody knows, schedules likewise.
    #[must_use]
    pub fn interferes(&self) -> Vec<Process> {
        let runs = |process: Process| !self.group.suspended.contains_key(process.as_str());
        let policies = self.ground.all::<ScalingPolicy>(self.region);
        let scales = policies.is_none_or(|all| {
            all.iter().any(|policy| policy.group == self.group.name && policy.enabled != Some(false))
        });
        let schedules = self.ground.of::<ScheduledAction>(self.region, self.group.name.text());
        let is_scheduled = schedules.is_none_or(|all| !all.is_empty());
        [
            (Process::AzRebalance, self.group.zones.len() > 1),
            (Process::AlarmNotification, scales),
            (Process::ScheduledActions, is_scheduled),
        ]
        .into_iter()
        .filter(|(process, needed)| *needed && runs(*process))
        .map(|(process, _)| process)
        .collect()
    }

    /// Policies that track a metric and schedules, in words: they may change sizes again afterwards.
    #[must_use]
    pub fn changes_again(&self) -> Vec<String> {
        let policies = self.ground.all::<ScalingPolicy>(self.region).unwrap_or_default();
        let own =
            policies.into_iter().filter(|policy| policy.group == self.group.name && policy.enabled != Some(false));
        let mut words: Vec<String> = own
            .map(|policy| match &policy.tracks {
                Some((metric, value)) => format!("policy {} holds {metric} at {value}", policy.name),
                None => format!("policy {} ({}) acts on alarms", policy.name, policy.policy_type),
            })
            .collect();
        let schedules = self.ground.of::<ScheduledAction>(self.region, self.group.name.text()).unwrap_or_default();
        words.extend(schedules.iter().map(|action| {
            let sizes = [("min", action.min), ("desired", action.desired), ("max", action.max)];
            let sizes: Vec<String> =
                sizes.iter().filter_map(|(name, value)| Some(format!("{name} {}", (*value)?))).collect();
            let at = action.at.map(|at| format!(" at {at}")).unwrap_or_default();
            format!("schedule {} sets {}{at}", action.name, sizes.join(", "))
        }));
        words
    }
}

/// A member's state, where it is in service; else why it cannot be dealt with as one that is.
///
/// # Errors
/// It comes, goes or stands by.
pub fn in_service(group: &Group, id: &InstanceId, state: &LifecycleState) -> Result<(), Refusal> {
    let (reason, remedy) = match state {
        LifecycleState::InService => return Ok(()),
        LifecycleState::Pending | LifecycleState::PendingProceed => {
            ("it is still coming".to_owned(), "wait until it is in service".to_owned())
        }
        LifecycleState::Standby => (
            "it stands by and serves nothing".to_owned(),
            format!("put it back first: `fournines plan standby {id} --set to=in`"),
        ),
        LifecycleState::PendingWait | LifecycleState::TerminatingWait => (
            "a lifecycle hook holds it (what should answer the hook does not?)".to_owned(),
            format!(
                "let it go on: `fournines plan replace {id} --set way=complete-hook`; then mend what answers the hook"
            ),
        ),
        other => (format!("it is {other}"), "wait until its group is done with it".to_owned()),
    };
    Err(Refusal::new(format!("{id} of {}: {reason}", group.name), remedy))
}

fn reason(why: &str) -> &str {
    if why.trim().is_empty() { "AWS gives no reason" } else { why }
}
