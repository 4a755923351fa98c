//! Plans for the toy account: small, and each of another shape.

use super::super::toy::{here, id};
use crate::operation::call::{
    Action, CancelShift, LaunchInstances, MembersOf, Process, Processes, Protection, Removal, Resize, SHIFT_ID,
    SetDesired, StartShift, TerminateMember, Whom,
};
use crate::operation::plan::{Confirm, ConfirmKind, Guard, Level, OnFailure, Summary, Until};
use crate::operation::{Call, Condition, Fact, Plan, Step, fill};

fn step(number: u32, needs: &[u32], calls: Vec<Action>, until: Option<Until>, undo: Vec<Action>) -> Step {
    let call = |action| Call::new(&here(), action);
    Step {
        id: format!("s{number}").as_str().into(),
        part: "web".into(),
        needs: needs.iter().map(|need| format!("s{need}").as_str().into()).collect(),
        title: format!("step {number}"),
        why: "test".to_owned(),
        guards: Vec::new(),
        commands: Vec::new(),
        calls: calls.into_iter().map(call).collect(),
        until,
        undo: undo.into_iter().map(call).collect(),
        on_failure: OnFailure::Hold,
    }
}

pub(in crate::engine::tests) fn guard(id: &str, level: Level, fact: Fact) -> Guard {
    Guard { id: id.into(), level, condition: Condition::new(&here(), fact), accepted: None }
}

pub(in crate::engine::tests) fn until(fact: Fact, deadline_s: u64) -> Option<Until> {
    Some(Until::new(Condition::new(&here(), fact), deadline_s))
}

fn resize(max: i32) -> Action {
    Action::UpdateAutoScalingGroup(Resize { max_size: Some(max), ..Resize::of(&"web".into()) })
}

pub(in crate::engine::tests) fn desired(group: &str, desired_capacity: i32) -> Action {
    Action::SetDesiredCapacity(SetDesired {
        auto_scaling_group_name: group.into(),
        desired_capacity,
        honor_cooldown: false,
    })
}

fn plan(operation: &str, steps: Vec<Step>) -> Plan {
    let at = "2026-11-21T03:14:00Z".parse().unwrap();
    Plan {
        id: format!("{operation}-1").into(),
        operation: operation.into(),
        target: "i-1".into(),
        account: "123456789012".into(),
        account_name: "shop".into(),
        region: here(),
        made_at: at,
        made_from: at,
        intent: crate::operation::Intent::default(),
        on_surprise: crate::operation::plan::Surprise::HoldLane,
        summary: Summary {
            changes: vec!["test".to_owned()],
            cannot_undo: Vec::new(),
            expected_s: 60,
            confirm: Confirm { kind: ConfirmKind::Key, token: "y".into() },
            why: Vec::new(),
            rules: Vec::new(),
            parts: Vec::new(),
            notes: Vec::new(),
            expires_at: None,
        },
        steps,
    }
}

fn sizes(min: i32, desired: i32, max: i32) -> Fact {
    Fact::Sizes { group: "web".into(), min, desired, max }
}

fn grown(by: usize, beside: u32) -> Fact {
    Fact::Grown { group: "web".into(), beside: (1..=beside).map(id).collect(), by }
}

/// Grow, drain, kill, restore: `aws-domain.md` C.1, with two members of which the first is replaced.
pub(in crate::engine) fn replace() -> Plan {
    let processes =
        || Processes { auto_scaling_group_name: "web".into(), scaling_processes: vec![Process::AzRebalance] };
    let suspended = Fact::Suspended { group: "web".into(), processes: [Process::AzRebalance].into() };
    let runs = Fact::ProcessesRun { group: "web".into(), processes: [Process::AzRebalance].into() };
    let end = TerminateMember { instance_id: Whom::Known(id(1)), should_decrement_desired_capacity: true };
    let left = Fact::MemberLeft { group: "web".into(), instance: id(1) };
    let mut steps = vec![
        step(
            1,
            &[],
            vec![Action::SuspendProcesses(processes())],
            until(suspended, 60),
            vec![Action::ResumeProcesses(processes())],
        ),
        step(2, &[1], vec![resize(3)], until(sizes(1, 2, 3), 60), vec![resize(2)]),
        step(3, &[2], vec![desired("web", 3)], until(grown(1, 2), 600), vec![desired("web", 2)]),
        step(4, &[3], vec![Action::TerminateInstanceInAutoScalingGroup(end)], until(left, 300), Vec::new()),
        step(5, &[4], vec![resize(2)], until(sizes(1, 2, 2), 60), vec![resize(3)]),
        step(6, &[5], vec![Action::ResumeProcesses(processes())], until(runs, 60), Vec::new()),
    ];
    steps[0].guards.push(guard("s1.sizes", Level::Block, sizes(1, 2, 2)));
    let floor = Fact::InService { group: "web".into(), beside: [id(1)].into(), at_least: 2 };
    steps[3].guards.push(guard("s4.floor", Level::Block, floor));
    if let Some(until) = &mut steps[2].until {
        let after = "2026-11-21T03:14:00Z".parse().unwrap();
        until.fails = Some(Condition::new(&here(), Fact::LaunchFailed { group: "web".into(), after, but_in: None }));
        until.hold_s = 30;
    }
    plan("replace", steps)
}

/// A member stands by.
pub(in crate::engine) fn standby() -> Plan {
    let removal = Removal {
        auto_scaling_group_name: "web".into(),
        instance_ids: vec![Whom::Known(id(1))],
        should_decrement_desired_capacity: true,
    };
    let back = MembersOf { auto_scaling_group_name: "web".into(), instance_ids: vec![Whom::Known(id(1))] };
    let there = Fact::MemberIn {
        group: "web".into(),
        instance: id(1),
        states: vec![crate::estate::group::LifecycleState::Standby],
    };
    let mut only =
        step(1, &[], vec![Action::EnterStandby(removal)], until(there, 300), vec![Action::ExitStandby(back)]);
    let floor = Fact::InService { group: "web".into(), beside: [id(1)].into(), at_least: 1 };
    only.guards.push(guard("s1.floor", Level::Block, floor));
    plan("standby", vec![only])
}

/// A member is launched, found by what its call brought, and protected.
pub(in crate::engine) fn launch() -> Plan {
    let launch = LaunchInstances {
        auto_scaling_group_name: "web".into(),
        requested_capacity: 1,
        client_token: fill::TOKEN.into(),
        subnet_ids: vec!["subnet-a".into()],
        retry_strategy: "none".into(),
    };
    let protection = |protected| Protection {
        auto_scaling_group_name: "web".into(),
        instance_ids: vec![Whom::From("s2".into())],
        protected_from_scale_in: protected,
    };
    let end = TerminateMember { instance_id: Whom::From("s2".into()), should_decrement_desired_capacity: true };
    let steps = vec![
        step(1, &[], vec![resize(3)], until(sizes(1, 2, 3), 60), vec![resize(2)]),
        step(
            2,
            &[1],
            vec![Action::LaunchInstances(launch)],
            until(grown(1, 2), 600),
            vec![Action::TerminateInstanceInAutoScalingGroup(end)],
        ),
        step(
            3,
            &[2],
            vec![Action::SetInstanceProtection(protection(true))],
            None,
            vec![Action::SetInstanceProtection(protection(false))],
        ),
    ];
    plan("launch", steps)
}

/// Two groups beside one another, and a step that needs both.
pub(in crate::engine) fn lanes() -> Plan {
    let settled = |group: &str, count| Fact::Settled { group: group.into(), in_service: count };
    let mut steps = vec![
        step(1, &[], vec![desired("web", 1)], until(settled("web", 1), 300), vec![desired("web", 2)]),
        step(2, &[], vec![desired("shop", 1)], until(settled("shop", 1), 300), vec![desired("shop", 2)]),
        step(3, &[1, 2], vec![desired("web", 2)], until(settled("web", 2), 300), vec![desired("web", 1)]),
    ];
    steps[1].part = "shop".into();
    steps[2].part = "both".into();
    plan("lanes", steps)
}

/// A balancer's traffic leaves a zone; it comes back by the shift's id, which only the answer tells.
pub(in crate::engine) fn shift() -> Plan {
    let start = StartShift {
        resource_identifier: "arn:lb".into(),
        away_from: "use1-az1".into(),
        expires_in: "3h".into(),
        comment: "fournines shift-1 me".into(),
    };
    let away = Fact::Away { resource: "arn:lb".into(), zone: "use1-az1".into() };
    let cancel = CancelShift { zonal_shift_id: fill::answered(&"s1".into(), SHIFT_ID) };
    let start = vec![Action::StartZonalShift(start)];
    plan("shift", vec![step(1, &[], start, until(away, 120), vec![Action::CancelZonalShift(cancel)])])
}

/// A plan by its name, with the groups of its account and their sizes.
pub(in crate::engine::tests) type Case = (&'static str, fn() -> Plan, &'static [(&'static str, u32)]);

/// Every plan, with the account that it is for.
pub(in crate::engine::tests) fn all() -> Vec<Case> {
    vec![
        ("replace", replace as fn() -> Plan, &[("web", 2)]),
        ("standby", standby, &[("web", 2)]),
        ("launch", launch, &[("web", 2)]),
        ("lanes", lanes, &[("web", 2), ("shop", 2)]),
    ]
}
