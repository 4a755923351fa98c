//! Coming back: what is put back, what is left, in which order, and when not (`aws-domain.md` C.3, F.13, F.15, F.18).

mod evacuation;
mod world;

use serde_json::json;

use crate::estate::shift::ShiftStatus;
use crate::operation::away::marks;
use crate::operation::tests::fixture::intent;
use crate::operation::{Action, Fact, Plan, Refusal, Step};
use evacuation::{How, evacuation};
use world::{SICK, SICK_ID, World, balancer_arn, of};

/// A world from which these left, with the record of it.
fn left(mut world: World, services: &[(&str, How)], rest: bool) -> World {
    let plan = evacuation(&world, services, rest);
    let record = world.run(&plan);
    world.records.push(record);
    world.least.clear();
    world
}

fn back(world: &World) -> Result<Plan, Refusal> {
    world.plan_of(&intent("return", &[SICK], &[]))
}

#[track_caller]
fn place(plan: &Plan, is: impl Fn(&Step) -> bool) -> usize {
    plan.steps.iter().position(is).unwrap()
}

fn calls(step: &Step) -> Vec<&'static str> {
    step.calls.iter().map(|call| call.action.name()).collect()
}

fn notes(plan: &Plan) -> String {
    plan.summary.notes.iter().map(|note| format!("{}: {}\n", note.label, note.text)).collect()
}

/// Whether a step comes after another by what it needs, through however many.
fn needs(plan: &Plan, later: usize, earlier: usize) -> bool {
    let step = &plan.steps[later];
    let before = |id: &crate::operation::StepId| plan.steps.iter().position(|step| step.id == *id).unwrap();
    step.needs.iter().any(|need| before(need) == earlier || needs(plan, before(need), earlier))
}

fn two() -> World {
    let grown = How { more: 3, ..How::default() };
    left(World::new(&[("big", 12), ("small", 6)]), &[("big", grown), ("small", How::default())], true)
}

#[test]
fn what_was_left_comes_back_in_the_order_of_the_domain() {
    let world = two();
    let plan = back(&world).unwrap();
    let canary = place(&plan, |step| calls(step) == ["RunInstances"]);
    let watch = place(&plan, |step| matches!(&step.until, Some(until) if until.hold_s == 300));
    let cancels = |arn: String| {
        let at = |step: &Step| {
            calls(step) == ["CancelZonalShift"]
                && matches!(&step.undo[0].action, Action::StartZonalShift(start) if start.resource_identifier.as_str() == arn)
        };
        place(&plan, at)
    };
    let (group, first, second) =
        (cancels(world::group_arn("big")), cancels(balancer_arn("small")), cancels(balancer_arn("big")));
    let min = place(&plan, |step| step.title.contains("min 1, desired 15"));
    let last = plan.steps.len() - 1;
    assert_eq!(canary, 0, "the canary is the first step");
    for (later, earlier) in
        [(watch, canary), (group, watch), (first, watch), (second, first), (second, group), (min, second)]
    {
        assert!(needs(&plan, later, earlier), "{} after {}", plan.steps[later].title, plan.steps[earlier].title);
    }
    assert_eq!(plan.steps[first].until.as_ref().unwrap().hold_s, 600, "one balancer is observed for ten minutes");
    assert!(
        plan.steps
            .iter()
            .enumerate()
            .all(|(at, _)| at == last || at < 3 || needs(&plan, last, at) || plan.steps[at].part == plan.steps[2].part)
    );
    let ended: Vec<&str> = plan
        .calls()
        .filter(|call| call.action.name().starts_with("Terminate"))
        .map(|call| call.action.name())
        .collect();
    assert_eq!(
        ended,
        [
            "TerminateInstances",
            "TerminateInstanceInAutoScalingGroup",
            "TerminateInstanceInAutoScalingGroup",
            "TerminateInstanceInAutoScalingGroup"
        ]
    );
    assert!(
        plan.risk() < crate::operation::Risk::Irreversible,
        "what the plan launches itself loses nothing when it ends"
    );
    let asked = plan.steps[0].guards.iter().map(|guard| &*guard.id).collect::<Vec<_>>();
    assert!(asked.contains(&"s1.signals") && asked.contains(&"s1.clean"), "{asked:?}");
}

/// F.18: AZRebalance fights the return.
#[test]
fn rebalancing_is_held_until_traffic_is_back_and_no_balancer_sends_before_its_targets_are_healthy_aws_domain_f18() {
    let how = How { group_by_subnets: true, more: 3, ..How::default() };
    let world = left(World::new(&[("shop", 12)]), &[("shop", how)], false);
    assert_eq!(world.groups[0].members.iter().filter(|member| member.zone.as_str() == SICK).count(), 0);
    let plan = back(&world).unwrap();
    let held = place(&plan, |step| calls(step) == ["SuspendProcesses"]);
    let subnets = place(&plan, |step| step.title.contains("launch in us-east-1b again"));
    let launched = place(&plan, |step| calls(step) == ["LaunchInstances"]);
    let cancel = place(&plan, |step| calls(step) == ["CancelZonalShift"]);
    let end = place(&plan, |step| calls(step).contains(&"TerminateInstanceInAutoScalingGroup"));
    let resumed = place(&plan, |step| step.title.contains("resume AZRebalance"));
    for (later, earlier) in [(subnets, held), (launched, subnets), (cancel, launched), (end, cancel), (resumed, end)] {
        assert!(needs(&plan, later, earlier), "{} after {}", plan.steps[later].title, plan.steps[earlier].title);
    }
    let guards = &plan.steps[cancel].guards;
    let healthy = guards.iter().find(|guard| matches!(guard.condition.fact, Fact::HealthyIn { .. })).unwrap();
    assert_eq!(healthy.level, crate::operation::plan::Level::Block);
    let ends: Vec<&Step> =
        plan.steps.iter().filter(|step| calls(step).contains(&"TerminateInstanceInAutoScalingGroup")).collect();
    for step in ends {
        let counts = step
            .guards
            .iter()
            .any(|guard| matches!(guard.condition.fact, Fact::InService { at_least, .. } if at_least >= 12));
        assert!(counts, "{}: a floor of what stays", step.title);
    }
}

/// F.13: while AWS moves traffic away by itself, nothing returns.
#[test]
fn nothing_returns_while_an_autoshift_is_active_or_the_zone_is_sick_aws_domain_f13() {
    let mut world = two();
    world.autoshifts.push(of(
        json!({"away_from": SICK_ID, "status": "ACTIVE", "started_at": "2026-11-21T03:02:00Z", "ended_at": null}),
    ));
    let refusal = back(&world).unwrap_err();
    assert!(refusal.reason.contains("AWS itself keeps traffic from us-east-1b (use1-az4) since 03:02Z"), "{refusal:?}");
    world.autoshifts.clear();
    let sick: Vec<String> = world
        .groups
        .iter()
        .flat_map(|group| &group.members)
        .filter(|member| member.zone.as_str() == SICK)
        .map(|member| member.instance.to_string())
        .collect();
    world.failing.extend(sick);
    match back(&world) {
        Err(refusal) => assert!(refusal.reason.contains("still degraded"), "{refusal:?}"),
        Ok(plan) => {
            let signals = plan.steps[0].guards.iter().find(|guard| guard.id.ends_with("signals")).unwrap();
            assert!(matches!(&signals.condition.fact, Fact::Told { holds: Some(false), .. }), "{signals:?}");
        }
    }
}

#[test]
fn a_zone_that_nothing_of_ours_is_away_from_or_where_an_operation_goes_on_is_refused() {
    let mut world = World::new(&[("web", 6)]);
    let refusal = back(&world).unwrap_err();
    assert!(refusal.reason.starts_with("nothing of ours is away from us-east-1b (use1-az4)"), "{refusal:?}");
    world.shifts.push(of(json!({"id": "theirs", "resource": balancer_arn("web"), "away_from": SICK_ID, "status": "ACTIVE",
        "shift_type": "ZONAL_SHIFT", "expires_at": null, "started_at": null, "comment": "carol: draining for a test"})));
    let refusal = back(&world).unwrap_err();
    assert!(refusal.reason.contains("shift of web is somebody else's (carol: draining for a test)"), "{refusal:?}");
    let mut world = two();
    world.records[0].is_over = false;
    let refusal = back(&world).unwrap_err();
    assert!(refusal.reason.contains("evacuate-1 on us-east-1b (use1-az4) is not over"), "{refusal:?}");
    let mut world = two();
    for shift in &mut world.shifts {
        shift.status = ShiftStatus::Expired;
    }
    let told = notes(&back(&world).unwrap());
    assert!(told.contains("done: shift of small: over already, cancelled by somebody else or expired"), "{told}");
}

#[test]
fn today_s_need_is_kept_and_what_is_not_known_is_not_lowered() {
    let mut world = two();
    world.cpu.insert("big".into(), 63.0);
    let plan = back(&world).unwrap();
    assert!(notes(&plan).contains("desired of big: 14 and not 12, since today's load needs 14"), "{}", notes(&plan));
    world.run(&plan);
    assert_eq!(world.group("big").desired, 14);
    let mut world = two();
    world.cpu.clear();
    let plan = back(&world).unwrap();
    assert!(notes(&plan).contains("desired of big stays 15: today's load is not known"), "{}", notes(&plan));
    world.run(&plan);
    assert_eq!(world.group("big").desired, 15);
}

/// From another laptop: what AWS itself shows is enough for what it shows.
#[test]
fn without_a_record_comments_and_tags_bring_back_what_they_tell_and_the_rest_is_said() {
    let before = World::new(&[("shop", 12)]).words();
    let how = How { group_by_subnets: true, more: 3, ..How::default() };
    let mut world = left(World::new(&[("shop", 12)]), &[("shop", how)], true);
    world.records.clear();
    let plan = back(&world).unwrap();
    assert!(notes(&plan).contains("?: no record of evacuate-1 here"), "{}", notes(&plan));
    world.run(&plan);
    let differ: Vec<String> =
        world.words().into_iter().filter(|(key, value)| before[key] != *value).map(|(key, _)| key).collect();
    assert_eq!(differ, ["classic", "processes of shop", "route"], "only what no tag tells");
    assert!(world.groups[0].tags.get(marks::SIZES_TAG).is_none());
}

/// The two planners know one another by the calls alone.
#[test]
fn what_the_planner_of_evacuations_does_comes_back_without_a_difference() {
    for cpu in [30.0, 55.0] {
        let mut world = World::new(&[("big", 12), ("small", 6), ("work", 6)]);
        world.cpu.values_mut().for_each(|load| *load = cpu);
        let before = world.words();
        let plan = world.plan_of(&intent("evacuate", &[SICK], &[])).unwrap();
        let record = world.run(&plan);
        world.records.push(record);
        assert!(world.words() != before, "something left");
        world.cpu.values_mut().for_each(|load| *load = 20.0);
        let plan = back(&world).unwrap();
        world.run(&plan);
        assert_eq!(world.words(), before, "{}", notes(&plan));
    }
}

/// Three-way, over many worlds: what nobody touched is as before; what others changed is left, and told.
#[test]
fn evacuated_and_returned_nothing_differs_but_what_others_changed_and_that_is_listed() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let names = ["one", "two", "work"];
        let sizes: Vec<(&str, usize)> = names.iter().map(|name| (*name, random.usize(1..7) * 3)).collect();
        let before = World::new(&sizes);
        let how = |random: &mut fastrand::Rng, name: &str| {
            let moves = name == "work" && random.bool();
            How { by_subnets: random.bool(), group_by_subnets: !moves && random.bool(), more: random.i32(0..5), moves }
        };
        let services: Vec<(&str, How)> = names.iter().map(|name| (*name, how(&mut random, name))).collect();
        let mut world = left(before.clone(), &services, random.bool());
        let foreign = seed % 2 == 1;
        let touched = if foreign { touch(&mut world, &mut random) } else { Vec::new() };
        let then = world.words();
        let needed: Vec<i32> = world
            .groups
            .iter()
            .map(|group| group.desired.min(before.clone().group(group.name.as_str()).desired))
            .collect();
        let plan = back(&world).unwrap_or_else(|refusal| panic!("seed {seed}: {refusal:?}"));
        world.run(&plan);
        let (wanted, now, told) = (before.words(), world.words(), notes(&plan));
        for (key, value) in &now {
            match touched.iter().find(|(touched, _)| touched == key) {
                Some((_, listed)) => {
                    assert_eq!(
                        *value,
                        then[key],
                        "seed {seed}: {key} is somebody else's {services:?} {:#?}",
                        plan.steps.iter().map(|s| s.title.clone()).collect::<Vec<_>>()
                    );
                    assert!(told.contains(listed), "seed {seed}: {listed} is not told:\n{told}");
                }
                None => assert_eq!(*value, wanted[key], "seed {seed}: {key}, {services:?}\n{told}"),
            }
        }
        for (group, needed) in world.groups.iter().zip(needed) {
            let least = world.least[&group.name];
            assert!(
                least >= usize::try_from(needed).unwrap(),
                "seed {seed}: {} fell to {least} of {needed}",
                group.name
            );
            let there = group.members.iter().filter(|member| member.zone.as_str() == SICK).count();
            assert!(
                there * 3 + 2 >= group.members.len() || foreign,
                "seed {seed}: {} has {there} of {} there",
                group.name,
                group.members.len()
            );
        }
    }
}

/// What others do meanwhile: which words of the world change, and which are told.
fn touch(world: &mut World, random: &mut fastrand::Rng) -> Vec<(String, String)> {
    let name = ["one", "two", "work"][random.usize(0..3)];
    match random.usize(0..4) {
        0 => {
            let group = world.group(name);
            group.max += 7;
            group.desired += 5;
            let told = vec![
                (format!("desired of {name}"), format!("desired of {name}")),
                (format!("max of {name}"), format!("max of {name}")),
            ];
            world.settle(name);
            told
        }
        1 => {
            let group = world.group(name);
            group.impaired_zone_behavior = Some("Other".into());
            // It was ours only where we set it: else it is nobody's business.
            vec![(format!("behavior of {name}"), String::new())]
        }
        2 => {
            world.tables[0].routes[0].target = Some("nat-a".into());
            vec![("route".to_owned(), String::new())]
        }
        _ => {
            for shift in world.shifts.iter_mut().filter(|shift| shift.resource.as_str() == balancer_arn(name)) {
                shift.status = ShiftStatus::Canceled;
            }
            Vec::new()
        }
    }
}
