//! Facts of Auto Scaling groups (`aws-domain.md` A.2, C.1).

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::look::{Look, told};
use super::{Answer, Process};
use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetState};
use crate::estate::group::{Activity, ActivityStatus, Group, LifecycleState, Member, Refresh};
use crate::id::{GroupName, InstanceId, Text, ZoneName};

/// What nobody knows, in words.
type Unknown = String;

/// The group, or the answer that it is gone.
pub(super) fn with<'a>(
    look: &Look<'a>,
    name: &GroupName,
    then: impl FnOnce(&'a Group, Duration) -> Result<Answer, Unknown>,
) -> Result<Answer, Unknown> {
    let found = look.find::<Group>(&format!("group {name}"), name.text(), |group| group.name == *name)?;
    match found.thing {
        Some(group) => then(group, found.age),
        None => Ok(told(false, format!("there is no group {name} any more"), found.age)),
    }
}

pub(super) fn sizes(look: &Look<'_>, name: &GroupName, wanted: (i32, i32, i32)) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let there = (group.min, group.desired, group.max);
        let words = |(min, desired, max)| format!("min {min}, desired {desired}, max {max}");
        let detail = match there == wanted {
            true => words(there),
            false => format!("{}; the plan was made at {}", words(there), words(wanted)),
        };
        Ok(told(there == wanted, detail, age))
    })
}

pub(super) fn member_in(
    look: &Look<'_>,
    name: &GroupName,
    instance: &InstanceId,
    states: &[LifecycleState],
) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let Some(member) = member(group, instance) else {
            return Ok(told(false, format!("{instance} is no member of {name}"), age));
        };
        Ok(told(states.contains(&member.state), format!("{instance} is {}", member.state), age))
    })
}

pub(super) fn member_left(look: &Look<'_>, name: &GroupName, instance: &InstanceId) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        Ok(match member(group, instance) {
            Some(member) => told(false, format!("{instance} is {}", member.state), age),
            None => told(true, format!("{instance} has left {name}"), age),
        })
    })
}

pub(super) fn in_service(
    look: &Look<'_>,
    name: &GroupName,
    beside: &BTreeSet<InstanceId>,
    at_least: usize,
) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let count = group.in_service().filter(|member| !beside.contains(&member.instance)).count();
        let word = if beside.is_empty() { "are" } else { "would be" };
        Ok(told(count >= at_least, format!("{count} {word} in service; {at_least} are needed"), age))
    })
}

/// In service is not enough: a member serves once every balancer says so (`aws-domain.md` C.1, step 3).
pub(super) fn grown(
    look: &Look<'_>,
    name: &GroupName,
    beside: &BTreeSet<InstanceId>,
    by: usize,
    outside: Option<&ZoneName>,
) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let counts = |member: &&Member| !beside.contains(&member.instance) && outside != Some(&member.zone);
        let new: Vec<&Member> = group.members.iter().filter(counts).collect();
        let in_service: Vec<&Member> =
            new.iter().copied().filter(|member| member.state == LifecycleState::InService).collect();
        let (mut serving, mut age) = (0, age);
        for member in &in_service {
            let (serves, read) = serves(look, group, &member.instance)?;
            serving += usize::from(serves);
            age = age.max(read.unwrap_or_default());
        }
        let detail = format!("{serving} of {by} new serve; {} in service, {} in all", in_service.len(), new.len());
        Ok(told(serving >= by, detail, age))
    })
}

/// Whether every balancer that the group registers with calls the instance healthy.
fn serves(look: &Look<'_>, group: &Group, instance: &InstanceId) -> Result<(bool, Option<Duration>), Unknown> {
    let mut oldest = None;
    for arn in &group.target_groups {
        let (targets, age) = look.part::<Target>(arn.text()).map_err(|why| format!("{}: {why}", arn.short()))?;
        oldest = oldest.max(Some(age));
        let mut own = targets.iter().filter(|target| target.id == *instance.text()).peekable();
        if own.peek().is_none() || own.any(|target| target.state != TargetState::Healthy) {
            return Ok((false, oldest));
        }
    }
    for name in &group.classic_balancers {
        let (targets, age) = look.part::<ClassicTarget>(name.text()).map_err(|why| format!("{name}: {why}"))?;
        oldest = oldest.max(Some(age));
        let own = targets.iter().find(|target| target.instance == *instance);
        if own.is_none_or(|target| target.state != ClassicState::InService) {
            return Ok((false, oldest));
        }
    }
    Ok((true, oldest))
}

/// A tag of the group, or none of that key.
pub(super) fn tagged(look: &Look<'_>, name: &GroupName, key: &Text, value: Option<&Text>) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let there = group.tags.get(key);
        let detail = match there {
            Some(there) => format!("{name} has {key}={there}"),
            None => format!("{name} has no tag {key}"),
        };
        Ok(told(there == value, detail, age))
    })
}

pub(super) fn processes_run(
    look: &Look<'_>,
    name: &GroupName,
    processes: &BTreeSet<Process>,
) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let suspended = |process: &&Process| group.suspended.keys().any(|key| **key == *process.as_str());
        let stopped: Vec<&str> = processes.iter().filter(suspended).map(|process| process.as_str()).collect();
        Ok(match stopped.is_empty() {
            true => told(true, "none of them is suspended", age),
            false => told(false, format!("{} suspended in {name}", stopped.join(", ")), age),
        })
    })
}

pub(super) fn suspended(look: &Look<'_>, name: &GroupName, processes: &BTreeSet<Process>) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        let runs = |process: &&Process| !group.suspended.keys().any(|key| **key == *process.as_str());
        let running: Vec<&str> = processes.iter().filter(runs).map(|process| process.as_str()).collect();
        Ok(match running.is_empty() {
            true => told(true, "all of them are suspended", age),
            false => told(false, format!("{} still acts in {name}", running.join(", ")), age),
        })
    })
}

pub(super) fn quiet(look: &Look<'_>, name: &GroupName) -> Result<Answer, Unknown> {
    with(look, name, |group, age| {
        if let Some(status) = &group.status {
            return Ok(told(false, format!("{name}: {status}"), age));
        }
        let read = look.part::<Refresh>(name.text());
        let (refreshes, age, unanswered) = match read {
            Ok((refreshes, read)) => (refreshes, age.max(read), ""),
            // What stands in for AWS may know no refreshes; then one that went on would show in the activities alone.
            Err(_) if look.is_unanswered::<Refresh>(name.text()) => {
                (&[][..], age, ", as its activities tell: nobody answers for refreshes here")
            }
            Err(why) => return Err(format!("{name}: {why}")),
        };
        // Words that we do not know may be of a refresh that goes on.
        let is_over = |refresh: &&Refresh| {
            ["Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"].contains(&&*refresh.status)
        };
        if let Some(refresh) = refreshes.iter().find(|refresh| !is_over(refresh)) {
            return Ok(told(false, format!("an instance refresh of {name} is {}", refresh.status), age));
        }
        let (activities, read) = look.rows::<Activity>(&format!("activities of {name}"), name.text())?;
        let age = age.max(read);
        let busy = activities.into_iter().find(|activity| activity.group == *name && !is_done(&activity.status));
        Ok(match busy {
            Some(activity) => {
                told(false, format!("{name} is busy: {} ({})", activity.description, activity.status), age)
            }
            None => told(true, format!("{name} does nothing by itself{unanswered}"), age),
        })
    })
}

fn is_done(status: &ActivityStatus) -> bool {
    matches!(status, ActivityStatus::Successful | ActivityStatus::Failed | ActivityStatus::Cancelled)
}

pub(super) fn launches_work(look: &Look<'_>, name: &GroupName) -> Result<Answer, Unknown> {
    let (activities, age) = look.rows::<Activity>(&format!("activities of {name}"), name.text())?;
    let launches = activities.into_iter().filter(|activity| activity.group == *name && is_launch(activity));
    let latest = launches.filter(|activity| is_done(&activity.status)).max_by_key(|activity| activity.started_at);
    Ok(match latest {
        Some(activity) if activity.status == ActivityStatus::Failed => {
            let why = activity.message.as_deref().unwrap_or("without a reason");
            told(false, format!("the latest launch of {name} failed: {why}"), age)
        }
        Some(_) => told(true, format!("the latest launch of {name} did not fail"), age),
        None => told(true, format!("no launch of {name} is known to have failed"), age),
    })
}

pub(super) fn launch_failed(
    look: &Look<'_>,
    name: &GroupName,
    after: Timestamp,
    but_in: Option<&ZoneName>,
) -> Result<Answer, Unknown> {
    let (activities, age) = look.rows::<Activity>(&format!("activities of {name}"), name.text())?;
    let since = |activity: &&Activity| activity.group == *name && activity.started_at > after && is_launch(activity);
    let matters = |activity: &&Activity| but_in.is_none() || activity.zone.as_ref() != but_in;
    let failed =
        activities.into_iter().filter(since).filter(matters).find(|activity| activity.status == ActivityStatus::Failed);
    Ok(match failed {
        Some(activity) => {
            told(true, format!("a launch failed: {}", activity.message.as_deref().unwrap_or("without a reason")), age)
        }
        None => told(false, "no launch failed since", age),
    })
}

fn is_launch(activity: &Activity) -> bool {
    activity.description.starts_with("Launching")
}

fn member<'a>(group: &'a Group, instance: &InstanceId) -> Option<&'a Member> {
    group.members.iter().find(|member| member.instance == *instance)
}
