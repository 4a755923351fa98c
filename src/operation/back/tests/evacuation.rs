//! Evacuations in the words of their journal, of every kind of change.

use crate::id::{GroupName, Text};
use crate::operation::away::marks;
use crate::operation::call::{
    Action, BalancerSubnets, CancelShift, ClassicSubnets, GroupTag, GroupTags, ImpairmentPolicy, Process, Processes,
    Resize, Route, SHIFT_ID, SetDesired, StartShift, TerminateMember, Whom,
};
use crate::operation::plan::{Confirm, ConfirmKind, OnFailure, Summary, Until};
use crate::operation::tests::fixture::{here, intent, now};
use crate::operation::{Call, Condition, Fact, Plan, Step, fill};

use super::world::{SICK, SICK_ID, World, balancer_arn, group_arn};

/// How a service is evacuated.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Its balancer by subnets instead of by a shift.
    pub by_subnets: bool,
    /// Its group by subnets instead of by a shift.
    pub group_by_subnets: bool,
    /// So many more outside first.
    pub more: i32,
    /// Its machines move: as many come outside as go in the zone.
    pub moves: bool,
}

/// A plan in the making.
#[derive(Debug)]
pub struct Leaving {
    steps: Vec<Step>,
}

impl Leaving {
    fn step(&mut self, calls: Vec<Action>, undo: Vec<Action>, until: Option<Fact>) {
        let id = format!("s{}", self.steps.len() + 1);
        let region = here();
        let call = |action: Action| Call::new(&region, action);
        self.steps.push(Step {
            id: id.as_str().into(),
            part: "part".into(),
            needs: Vec::new(),
            title: String::new(),
            why: String::new(),
            guards: Vec::new(),
            commands: Vec::new(),
            calls: calls.into_iter().map(call).collect(),
            until: until.map(|fact| Until::new(Condition::new(&here(), fact), 60)),
            undo: undo.into_iter().map(call).collect(),
            on_failure: OnFailure::Hold,
        });
    }

    fn shift(&mut self, arn: &str) {
        let id = format!("s{}", self.steps.len() + 1);
        let start = StartShift {
            resource_identifier: arn.into(),
            away_from: SICK_ID.into(),
            expires_in: "6h".into(),
            comment: marks::comment(&fill::OPERATION.into(), "arn:aws:iam::1:user/ada"),
        };
        let cancel = CancelShift { zonal_shift_id: fill::answered(&id.as_str().into(), SHIFT_ID) };
        self.step(vec![Action::StartZonalShift(start)], vec![Action::CancelZonalShift(cancel)], None);
    }
}

/// The plan of an evacuation of these services, and of the classic balancer and the route.
pub fn evacuation(world: &World, services: &[(&str, How)], rest: bool) -> Plan {
    let mut leaving = Leaving { steps: Vec::new() };
    let subnets = |words: &[&str]| words.iter().map(|id| (*id).into()).collect::<Vec<_>>();
    if rest {
        let route = |gateway: &str| {
            Action::ReplaceRoute(Route {
                route_table_id: "rtb-c".into(),
                destination_cidr_block: "0.0.0.0/0".into(),
                nat_gateway_id: gateway.into(),
            })
        };
        leaving.step(vec![route("nat-c")], vec![route("nat-b")], None);
        let classic = ClassicSubnets { load_balancer_name: "legacy".into(), subnets: subnets(&["subnet-b"]) };
        leaving.step(
            vec![Action::DetachLoadBalancerFromSubnets(classic.clone())],
            vec![Action::AttachLoadBalancerToSubnets(classic)],
            None,
        );
    }
    for (name, how) in services {
        let group = world.groups.iter().find(|group| group.name.as_str() == *name).unwrap();
        let own = GroupName::from(*name);
        tags(&mut leaving, world, &own);
        if how.group_by_subnets {
            let set =
                |list: &str| Action::UpdateAutoScalingGroup(Resize { subnets: Some(list.into()), ..Resize::of(&own) });
            leaving.step(vec![set("subnet-a,subnet-c")], vec![set("subnet-a,subnet-b,subnet-c")], None);
        } else {
            let set = |word: &str| {
                let policy = ImpairmentPolicy {
                    zonal_shift_enabled: None,
                    impaired_zone_health_check_behavior: Some(word.into()),
                };
                Action::UpdateAutoScalingGroup(Resize {
                    availability_zone_impairment_policy: Some(policy),
                    ..Resize::of(&own)
                })
            };
            leaving.step(vec![set("IgnoreUnhealthy")], vec![set("ReplaceUnhealthy")], None);
            leaving.shift(&group_arn(name));
        }
        if how.more > 0 {
            let alarms =
                Processes { auto_scaling_group_name: own.clone(), scaling_processes: vec![Process::AlarmNotification] };
            leaving.step(vec![Action::SuspendProcesses(alarms.clone())], vec![Action::ResumeProcesses(alarms)], None);
            let sizes = |min, desired, max| {
                Action::UpdateAutoScalingGroup(Resize {
                    min_size: Some(min),
                    desired_capacity: Some(desired),
                    max_size: Some(max),
                    ..Resize::of(&own)
                })
            };
            let desired = group.desired + how.more;
            leaving.step(
                vec![sizes(desired, desired, group.max.max(desired))],
                vec![sizes(group.min, group.desired, group.max)],
                None,
            );
        }
        if how.moves {
            moved(&mut leaving, world, &own);
        } else if how.by_subnets && !group.target_groups.is_empty() {
            let set = |words: &[&str]| {
                Action::SetSubnets(BalancerSubnets {
                    load_balancer_arn: balancer_arn(name).into(),
                    subnets: subnets(words),
                    subnet_mappings: Vec::new(),
                })
            };
            leaving.step(vec![set(&["subnet-a", "subnet-c"])], vec![set(&["subnet-a", "subnet-b", "subnet-c"])], None);
        } else if !group.target_groups.is_empty() {
            leaving.shift(&balancer_arn(name));
        }
    }
    Plan {
        id: "evacuate-1".into(),
        operation: "evacuate".into(),
        target: SICK.into(),
        account: "123456789012".into(),
        account_name: "shop".into(),
        region: here(),
        made_at: now(),
        made_from: now(),
        intent: intent("evacuate", &[SICK], &[]),
        on_surprise: crate::operation::plan::Surprise::HoldLane,
        summary: Summary {
            changes: Vec::new(),
            cannot_undo: Vec::new(),
            expected_s: 0,
            confirm: Confirm { kind: ConfirmKind::Key, token: SICK_ID.into() },
            why: Vec::new(),
            rules: Vec::new(),
            parts: Vec::new(),
            notes: Vec::new(),
            expires_at: None,
        },
        steps: leaving.steps,
    }
}

/// What was there is written on the group before anything of it is changed.
fn tags(leaving: &mut Leaving, world: &World, name: &GroupName) {
    let group = world.groups.iter().find(|group| group.name == *name).unwrap();
    let list: Text = group.subnets.iter().map(ToString::to_string).collect::<Vec<_>>().join(",").into();
    let sizes = marks::sizes(&fill::OPERATION.into(), &SICK_ID.into(), group);
    let pairs = [(marks::SIZES_TAG, sizes), (marks::SUBNETS_TAG, list)];
    let all = |is_set: bool| GroupTags {
        tags: pairs.iter().map(|(key, value)| GroupTag::new(name, key, is_set.then(|| value.clone()))).collect(),
    };
    leaving.step(vec![Action::CreateOrUpdateTags(all(true))], vec![Action::DeleteTags(all(false))], None);
}

/// Launch-first: as many outside, then those in the zone are ended.
fn moved(leaving: &mut Leaving, world: &World, name: &GroupName) {
    let group = world.groups.iter().find(|group| group.name == *name).unwrap();
    let there: Vec<_> = group.members.iter().filter(|member| member.zone.as_str() == SICK).collect();
    let count = i32::try_from(there.len()).unwrap();
    let base = leaving
        .steps
        .iter()
        .flat_map(|step| &step.calls)
        .filter_map(|call| match &call.action {
            Action::UpdateAutoScalingGroup(resize) if resize.auto_scaling_group_name == *name => {
                resize.desired_capacity
            }
            _ => None,
        })
        .next_back()
        .unwrap_or(group.desired);
    let set = |desired_capacity| {
        Action::SetDesiredCapacity(SetDesired {
            auto_scaling_group_name: name.clone(),
            desired_capacity,
            honor_cooldown: false,
        })
    };
    let room = |max| Action::UpdateAutoScalingGroup(Resize { max_size: Some(max), ..Resize::of(name) });
    leaving.step(vec![room(base + count), set(base + count)], vec![set(base), room(group.max)], None);
    for member in there {
        let end =
            TerminateMember { instance_id: Whom::from(&member.instance), should_decrement_desired_capacity: true };
        let left = Fact::MemberLeft { group: name.clone(), instance: member.instance.clone() };
        leaving.step(vec![Action::TerminateInstanceInAutoScalingGroup(end)], Vec::new(), Some(left));
    }
}
