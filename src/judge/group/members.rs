//! Members that do not serve, and whether anything will happen to them by itself (`aws-domain.md` A.2, F.5, F.20, F.21).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::estate::Kind;
use crate::estate::balancer::TargetState;
use crate::estate::group::{Group, Hook, LifecycleState, Member, StandbyEntry};
use crate::id::InstanceId;

use crate::judge::finding::Urgency;
use crate::judge::sight::Sight;
use crate::judge::target_group::reason_words;
use crate::judge::verdict::{Reason, Verdict, age_words};
use crate::judge::words::names;

/// How long a hook may hold a member before somebody should look: hooks drain and copy for minutes.
const HELD: SignedDuration = SignedDuration::from_mins(15);
/// Members whose time in a state is looked up: it is for words, and a few tell as much as all.
const LOOKED_UP: usize = 64;
/// From when a member in Standby counts as forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn reasons(group: &Group, sight: &Sight<'_>) -> Vec<Reason> {
    [unhealthy(group), blind(group, sight), held(group, sight), standby(group, sight), retained(group)]
        .into_iter()
        .flatten()
        .collect()
}

/// Members that the group itself calls unhealthy: it replaces them, unless it may not.
fn unhealthy(group: &Group) -> Option<Reason> {
    let count = group.members.iter().filter(|member| !member.healthy).count();
    let is_suspended = |process: &str| group.suspended.contains_key(process);
    let fate = match () {
        () if is_suspended("Terminate") || is_suspended("ReplaceUnhealthy") => ", and stays",
        () if is_suspended("Launch") => ": it ends and nothing comes in its place",
        () => ": being replaced",
    };
    (count > 0).then(|| Reason::new(Verdict::Warning, format!("{count} unhealthy{fate}")))
}

/// Members that a balancer sees failing and the group, which asks EC2 alone, never will (`aws-domain.md` F.5).
fn blind(group: &Group, sight: &Sight<'_>) -> Option<Reason> {
    if group.checks_balancer() || (group.target_groups.is_empty() && group.classic_balancers.is_empty()) {
        return None;
    }
    let (index, mut why) = (sight.index(), None);
    let failing: Vec<&InstanceId> = group
        .in_service()
        .filter(|member| member.healthy)
        .filter(|member| {
            let failing = index
                .targets_of(member.instance.as_str())
                .find(|(_, target)| matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining));
            why = why.or(failing.and_then(|(_, target)| target.reason.as_deref()));
            failing.is_some()
        })
        .map(|member| &member.instance)
        .collect();
    if failing.is_empty() {
        return None;
    }
    let why = why.map(|why| format!(" ({})", reason_words(why))).unwrap_or_default();
    let (count, all) = (failing.len(), group.in_service().count());
    let words = format!(
        "{count} of {all} fail the balancer's check{why}, but it asks {} only: it will never replace them",
        group.health_check
    );
    let first = if group.suspended.contains_key("Launch") { "resume Launch, then " } else { "" };
    let next = match failing.len() {
        1 => format!("{first}replace {}", names(&failing)),
        _ => format!("{first}replace {} one by one", names(&failing)),
    };
    let since = failing.iter().take(LOOKED_UP).filter_map(|id| failed_at(id, sight)).min();
    Some(Reason::new(Verdict::Critical, words).next(next).urgency(Urgency::Now).since(since))
}

/// When a target began to fail, as far as it is remembered.
fn failed_at(instance: &InstanceId, sight: &Sight<'_>) -> Option<Timestamp> {
    let change = sight.last_change(Kind::Targets, instance.as_str(), "state")?;
    (change.to.as_deref() == Some("unhealthy")).then_some(change.at)
}

/// A member that a lifecycle hook holds: still billed, not in service (`aws-domain.md` F.20).
fn held(group: &Group, sight: &Sight<'_>) -> Option<Reason> {
    let waits =
        |member: &&Member| matches!(member.state, LifecycleState::TerminatingWait | LifecycleState::PendingWait);
    let mut held: Vec<(&Member, Option<Timestamp>)> = group
        .members
        .iter()
        .filter(waits)
        .take(LOOKED_UP)
        .map(|member| (member, since(group, member, sight)))
        .collect();
    // Nobody knows since when: it is told only where it cannot be one of the last minutes.
    held.retain(|(_, since)| since.is_some_and(|at| at.checked_add(HELD).is_ok_and(|end| sight.has_passed(end))));
    held.sort_by_key(|(_, since)| *since);
    let (member, since) = *held.first()?;
    let hook = hook_of(sight.kept_of::<Hook>(group.name.text()), &member.state);
    let limit = hook.and_then(|hook| u64::try_from(hook.heartbeat_s?).ok()).map(Duration::from_secs);
    let limit = limit.map(|limit| format!(" of {}", age_words(limit))).unwrap_or_default();
    let name = hook.map_or("its hook".to_owned(), |hook| hook.name.to_string());
    let lasting = sight.lasting(since);
    let more = if held.len() > 1 { format!(" (and {} more)", held.len() - 1) } else { String::new() };
    let words = format!("{} in {}{lasting}{limit}: {name} holds it{more}", member.instance, member.state);
    let next = format!("complete {name}, then mend what should have");
    Some(Reason::new(Verdict::Warning, words).next(next).since(since))
}

/// The hook that holds a member in this state, where only one can.
fn hook_of<'a>(hooks: Option<&'a [Hook]>, state: &LifecycleState) -> Option<&'a Hook> {
    let transition = match state {
        LifecycleState::PendingWait => "autoscaling:EC2_INSTANCE_LAUNCHING",
        _ => "autoscaling:EC2_INSTANCE_TERMINATING",
    };
    let mut hooks = hooks?.iter().filter(|hook| &*hook.transition == transition);
    hooks.next().filter(|_| hooks.next().is_none())
}

/// A member that somebody put aside and nobody fetched (`aws-domain.md` F.21).
fn standby(group: &Group, sight: &Sight<'_>) -> Option<Reason> {
    let aside: Vec<(&Member, Option<Timestamp>)> = group
        .members
        .iter()
        .filter(|member| member.state == LifecycleState::Standby)
        .take(LOOKED_UP)
        .map(|member| (member, since(group, member, sight)))
        // One that was put aside within a day is somebody's work in progress.
        .filter(|(_, since)| since.is_none_or(|at| at.checked_add(FORGOTTEN).is_ok_and(|end| sight.has_passed(end))))
        .collect();
    let (first, since) = aside.iter().min_by_key(|(_, since)| since.map_or(i64::MAX, Timestamp::as_second)).copied()?;
    let lasting = sight.lasting(since);
    let who = if aside.len() > 1 { format!("{} members", aside.len()) } else { first.instance.to_string() };
    // Leaving Standby raises desired: above max it is refused.
    let full = group.desired >= group.max;
    let reason =
        Reason::new(Verdict::Warning, format!("{who} in standby{lasting}, gets no traffic and no health checks"));
    let next = match (full, aside.len()) {
        (true, many) => format!("raise max by {many} and exit standby, or end it"),
        (false, _) => "exit standby, or end it".to_owned(),
    };
    Some(reason.next(next).urgency(Urgency::Planned).since(since))
}

/// A member whose hook was abandoned with a retain policy.
fn retained(group: &Group) -> Option<Reason> {
    let retained: Vec<&InstanceId> = group
        .members
        .iter()
        .filter(|member| member.state == LifecycleState::TerminatingRetained)
        .map(|member| &member.instance)
        .collect();
    (!retained.is_empty()).then(|| {
        let words = format!("{} retained by a hook: nothing happens to it by itself", names(&retained));
        Reason::new(Verdict::Warning, words).next("look at it, then complete its hook or end it")
    })
}

/// Since when a member is in its state: by the activity that waits for it or put it there, lately or weeks ago, else by what changed
/// between readings.
fn since(group: &Group, member: &Member, sight: &Sight<'_>) -> Option<Timestamp> {
    let word = match member.state {
        LifecycleState::Standby => "to Standby",
        LifecycleState::PendingWait => "Launching",
        _ => "Terminating",
    };
    let names = |text: &str| text.contains(member.instance.as_str()) && text.contains(word);
    let by_activity = sight.activities_of(&group.name).iter().find(|activity| names(&activity.description));
    let long_ago = || {
        let entries =
            sight.kept_of::<StandbyEntry>(group.name.text()).filter(|_| member.state == LifecycleState::Standby);
        entries?.iter().filter(|entry| entry.instance == member.instance).map(|entry| entry.at).max()
    };
    by_activity.map(|activity| activity.started_at).or_else(long_ago).or_else(|| {
        let change = sight.last_change(Kind::Groups, member.instance.as_str(), "member")?;
        (change.to.as_deref() == Some(member.state.as_str())).then_some(change.at)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture::{Around, group, member};
    use super::*;
    use serde_json::json;

    fn with(around: &mut Around, id: &str, state: &str) {
        around.group["members"].as_array_mut().unwrap().push(member(id, state));
    }

    #[test]
    fn a_group_that_asks_ec2_alone_never_replaces_what_its_balancer_fails_aws_domain_f5() {
        let mut around = Around::of(group(6, 6, json!({"health_check": "EC2"})));
        let bad = |id: &str| json!({"id": id, "port": 80, "state": "unhealthy", "reason": "Target.FailedHealthChecks"});
        around.targets = vec![bad("i-1"), bad("i-4"), json!({"id": "i-0", "port": 80, "state": "healthy"})];
        let assessment = around.assess();
        assert_eq!(assessment.verdict, Verdict::Critical);
        let words =
            "2 of 6 fail the balancer's check (connections refused), but it asks EC2 only: it will never replace them";
        assert_eq!(assessment.reasons, [words]);
        assert_eq!(assessment.next.as_deref(), Some("replace i-1 and i-4 one by one"));
        around.group["health_check"] = json!("EC2,ELB");
        assert_eq!(around.assess().verdict, Verdict::Ok, "that one will see to it itself");
    }

    #[test]
    fn a_hook_that_nobody_completes_is_told_with_its_time_and_name_aws_domain_f20() {
        let mut around = Around::of(group(6, 6, json!({})));
        with(&mut around, "i-9", "Terminating:Wait");
        around.activities = vec![json!({"id": "a", "group": "web", "status": "MidLifecycleAction", "cause": "",
            "description": "Terminating EC2 instance: i-9", "started_at": "2026-11-21T02:19:00Z"})];
        let assessment = around.assess();
        assert_eq!(assessment.reasons, ["i-9 in Terminating:Wait for 55m: its hook holds it"]);
        around.hooks = Some(
            serde_json::from_value(json!([{"name": "finish-orders", "group": "web", "heartbeat_s": 3600,
            "transition": "autoscaling:EC2_INSTANCE_TERMINATING"}]))
            .unwrap(),
        );
        let assessment = around.assess();
        assert_eq!(assessment.reasons, ["i-9 in Terminating:Wait for 55m of 1h: finish-orders holds it"]);
        assert_eq!(assessment.next.as_deref(), Some("complete finish-orders, then mend what should have"));
        around.activities[0]["started_at"] = json!("2026-11-21T03:12:00Z");
        assert_eq!(around.assess().verdict, Verdict::Ok, "a hook takes its time");
    }

    #[test]
    fn who_stands_aside_in_a_full_group_needs_room_first_aws_domain_f21() {
        let mut around = Around::of(group(6, 6, json!({"max": 6})));
        with(&mut around, "i-9", "Standby");
        around.activities = vec![json!({"id": "a", "group": "web", "status": "Successful", "cause": "",
            "description": "Moving EC2 instance to Standby: i-9", "started_at": "2026-11-12T03:14:00Z"})];
        let assessment = around.assess();
        assert_eq!(assessment.reasons, ["i-9 in standby for 9d, gets no traffic and no health checks"]);
        assert_eq!(assessment.next.as_deref(), Some("raise max by 1 and exit standby, or end it"));
        assert_eq!(assessment.urgency, Urgency::Planned);

        // Of six hours the listing of all groups tells; of weeks the group's own.
        around.standby = around.activities.drain(..).collect();
        assert_eq!(around.assess().reasons, assessment.reasons);
        around.standby.clear();
        let reasons = around.assess().reasons;
        assert_eq!(reasons, ["i-9 in standby, gets no traffic and no health checks"], "nobody knows since when");
    }
}
