//! Where balancers, DNS and shifts send traffic, and what metrics say of it.

use super::super::super::super::world::{Forward, ListenerAction, TargetReason};
use super::*;

#[test]
fn half_of_a_gray_zone_is_unhealthy_at_a_time_and_errors_smear_over_all_nodes_aws_domain_f8() {
    let mut world = fleet();
    world.apply(gray("eu-west-1b")).unwrap();
    world.pass(300);
    let (mut sick, mut others) = (0.0, 0.0);
    for _ in 0..40 {
        world.pass(30);
        sick += share(&world, "eu-west-1b", TargetState::Unhealthy) / 40.0;
        others += share(&world, "eu-west-1a", TargetState::Unhealthy) / 40.0;
    }
    assert!((0.4..0.65).contains(&sick), "{sick}");
    assert!(others < 0.03, "{others}");
    let group = world.here().target_groups.values().next().unwrap();
    let unhealthy = group.targets.values().filter(|target| target.state == TargetState::Unhealthy);
    assert!(unhealthy.clone().all(|target| target.reason == Some(TargetReason::Timeout)));
    // With cross-zone on every node sends there: the balancer's metrics by zone do not tell which zone is sick.
    let [a, b, c] =
        ["a", "b", "c"].map(|zone| sum(&world, "HTTPCode_ELB_5XX_Count", Some(&format!("eu-west-1{zone}"))));
    assert!(a > 1000.0 && c > 1000.0 && b > 1000.0, "{a} {b} {c}");
    world.heal(&gray("eu-west-1b")).unwrap();
    world.pass(300);
    assert!(share(&world, "eu-west-1b", TargetState::Healthy) > 0.999 && availability(&world, 60) > 0.98);
}

#[test]
fn none_healthy_and_traffic_flows_while_a_shift_has_no_effect_aws_domain_f7() {
    let mut world = fleet();
    world.apply(Fault::HealthCheck { service: "web".to_owned() }).unwrap();
    world.pass(180);
    assert!(counted(&world, "HealthyHostCount", None, 1).unwrap().maximum < 0.5);
    let group = world.here().target_groups.values().next().unwrap();
    assert!(group.targets.values().all(|target| target.reason == Some(TargetReason::ResponseCodeMismatch)));
    let requests = sum(&world, "RequestCount", None);
    assert!((requests / 90_000.0 - 1.0).abs() < 0.02, "{requests}");
    assert!(sum(&world, "HTTPCode_Target_5XX_Count", None) < 0.02 * 90_000.0 && availability(&world, 60) > 0.98);
    shift(&mut world, "eu-west-1a", 0.0);
    world.pass(600);
    assert!(sum(&world, "RequestCount", Some("eu-west-1a")) > 25_000.0, "fail-open wins over the shift");
    world.heal(&Fault::HealthCheck { service: "web".to_owned() }).unwrap();
    world.pass(120);
    assert!(share(&world, "eu-west-1b", TargetState::Healthy) > 0.999);
}

#[test]
fn a_shift_empties_a_zone_in_minutes_with_a_tail_aws_domain_c3_f14_f38() {
    let mut world = fleet();
    world.pass(120);
    let before = sum(&world, "RequestCount", Some("eu-west-1c"));
    shift(&mut world, "eu-west-1c", 0.0);
    world.pass(120);
    let early = sum(&world, "RequestCount", Some("eu-west-1c")) / before;
    assert!((0.05..0.5).contains(&early), "connections stay for a while: {early}");
    world.pass(240);
    let later = sum(&world, "RequestCount", Some("eu-west-1c")) / before;
    assert!(later < 0.1, "falls by nine tenths in five minutes: {later}");
    world.pass(1200);
    assert_eq!(counted(&world, "RequestCount", Some("eu-west-1c"), 1), None, "no traffic, no datapoint");
    assert_eq!(counted(&world, "HTTPCode_ELB_5XX_Count", Some("eu-west-1c"), 1), None);
    assert!(counted(&world, "HealthyHostCount", Some("eu-west-1c"), 1).unwrap().minimum > 9.0);
    assert!(availability(&world, 1200) > 0.98, "a shift of a healthy zone fails nobody");
    shift(&mut world, "eu-west-1c", 1.0);
    world.pass(1200);
    assert!((sum(&world, "RequestCount", Some("eu-west-1c")) / before - 1.0).abs() < 0.06);
}

#[test]
fn pinned_clients_make_a_shift_look_without_effect_aws_domain_f17() {
    let mut world = fixture::world_with(|document| {
        let text = document.replace("kind = \"application\"", "kind = \"application\", zonal_shift = true");
        text.replace("capacity_rps = 100,", "capacity_rps = 100, pinned = 0.65,")
    });
    world.pass(120);
    let before = sum(&world, "RequestCount", Some("eu-west-1c"));
    shift(&mut world, "eu-west-1c", 0.0);
    world.pass(360);
    let left = sum(&world, "RequestCount", Some("eu-west-1c")) / before;
    assert!((0.45..0.65).contains(&left), "some 40 per cent have gone after five minutes: {left}");
}

#[test]
fn a_shift_of_one_balancer_takes_shared_targets_from_the_other_aws_domain_c3() {
    let mut world = fixture::world_with(|document| {
        document
            .replace("target_groups = [{ name = \"web\",", "target_groups = [{ name = \"admin\", service = \"web\", protocol = \"HTTP\", port = 80 }, { name = \"web\",")
            .replace("load_balancers = [", "load_balancers = [{ name = \"admin\", kind = \"application\", age = \"90d\", listeners = [{ port = 80, protocol = \"HTTP\", to = \"admin\" }] }, ")
            .replace("{ name = \"web\", kind = \"application\"", "{ name = \"web\", kind = \"application\", zonal_shift = true")
            .replace("target_groups = [\"web\"]", "target_groups = [\"web\", \"admin\"]")
    });
    let balancer = world.here().balancers.values().find(|balancer| balancer.name == "web").unwrap().arn.clone();
    let id = world.here().zone_id("eu-west-1a").unwrap().clone();
    region(&mut world).managed_resources.get_mut(&balancer).unwrap().applied_weights.insert(id, 0.0);
    world.scene(REGION).unwrap().feel_traffic();
    world.pass(10);
    let traffic = &world.here().services["web"].traffic;
    for (lane, zones) in traffic.layout.lanes.iter().zip(&traffic.flow.lanes) {
        assert!(zones[0].reached < 1e-9 && zones[1].reached > 50.0, "{:?}: {zones:?}", lane.way);
    }
    // Two ways of equal share, two thirds of six instances: each carries what four carry of all.
    assert!((traffic.flow.lanes[0][1].load - 300.0 / 400.0).abs() < 0.01, "{:?}", traffic.flow.lanes);
}

#[test]
fn without_cross_zone_a_zone_without_healthy_targets_leaves_dns_aws_domain_a3() {
    let mut world = fixture::world_with(|document| {
        let network = document
            .replace("kind = \"application\"", "kind = \"network\"")
            .replace("listeners = [{ port = 80, protocol = \"HTTP\"", "listeners = [{ port = 80, protocol = \"TCP\"");
        network
            .replace("protocol = \"HTTP\", port = 80, interval_s", "protocol = \"TCP\", port = 80, interval_s")
            .replace(r#", health_checks = ["EC2", "ELB"]"#, "")
    });
    let sick: Vec<_> = world.members().into_iter().filter(|member| member.zone == *"eu-west-1a").collect();
    for member in &sick {
        world.cause(&member.instance, |causes| causes.application_hung = Some(SimTime::from_seconds(0)));
    }
    world.pass(30);
    assert!(world.here().services["web"].traffic.flow.failed > 30.0, "its node sends to nobody else");
    world.pass(900);
    assert!(sum(&world, "NewFlowCount", Some("eu-west-1a")) < 200.0);
    assert!(availability(&world, 60) > 0.98, "{}", availability(&world, 60));
}

#[test]
fn an_nlb_that_lets_connections_be_shows_unhealthy_draining_aws_domain_a3() {
    let mut world = fixture::world_with(|document| {
        document
            .replace("protocol = \"HTTP\", port = 80, interval_s", "protocol = \"TCP\", port = 80, interval_s")
            .replace(
                "attributes = { ",
                "attributes = { \"target_health_state.unhealthy.connection_termination.enabled\" = \"false\", \"target_health_state.unhealthy.draining_interval_seconds\" = \"60\", ",
            )
            .replace("kind = \"application\"", "kind = \"network\"")
            .replace(r#", health_checks = ["EC2", "ELB"]"#, "")
    });
    let id = world.first_member();
    world.cause(&id, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
    world.pass(30);
    assert_eq!(world.target_state(&id), Some(TargetState::UnhealthyDraining));
    world.pass(60);
    assert_eq!(world.target_state(&id), Some(TargetState::Unhealthy));
}

#[test]
fn a_dark_zone_fails_a_third_of_requests_until_dns_and_checks_leave_it_aws_domain_f10() {
    let mut world = fleet();
    world.apply(dark("eu-west-1b")).unwrap();
    world.pass(5);
    let at_once = 1.0 - availability(&world, 3);
    assert!((0.3..0.65).contains(&at_once), "a third at dead nodes, a third of the rest at dead targets: {at_once}");
    world.pass(300);
    assert!(availability(&world, 60) > 0.97, "{}", availability(&world, 60));
    assert_eq!(counted(&world, "RequestCount", Some("eu-west-1b"), 1), None, "a dead node counts nothing");
    let member = world.members().into_iter().find(|member| member.zone == *"eu-west-1b").unwrap();
    let cpu = |world: &World, minutes: u32| {
        let dimensions = vec![("InstanceId".to_owned(), member.instance.to_string())];
        let metric = Metric { namespace: "AWS/EC2".to_owned(), name: "CPUUtilization".to_owned(), dimensions };
        world.counted(world.here(), &metric, world.now - SECOND * 60 * minutes)
    };
    assert_eq!(cpu(&world, 2), None, "nobody measures it");
    assert!((45.0..62.0).contains(&cpu(&world, 30).unwrap().average()), "as it was before");
}

#[test]
fn a_fresh_target_takes_its_share_slowly_aws_domain_a3() {
    let mut world = fixture::world_with(|document| {
        document.replace("attributes = { ", "attributes = { \"slow_start.duration_seconds\" = \"100\", ")
    });
    let (arn, id) = (world.here().target_groups.keys().next().unwrap().clone(), world.standalone());
    world.scene(REGION).unwrap().register_target(&arn, &id);
    while world.target_state(&id) != Some(TargetState::Healthy) {
        world.pass(1);
    }
    let weight = |world: &World| world.here().services["web"].traffic.layout.lanes[0].places[0].mix.serving - 2.0;
    world.pass(30);
    assert!((0.2..0.4).contains(&weight(&world)), "{}", weight(&world));
    world.pass(80);
    assert!((weight(&world) - 1.0).abs() < 1e-9);
    world.pass(10);
    assert!(world.here().restless.services.is_empty(), "and then all is at rest");
}

#[test]
fn an_action_divides_by_its_weights() {
    let mut world = fixture::world();
    let (black, red) = {
        let region = region(&mut world);
        let red = region.target_groups.values().next().unwrap().clone();
        let mut black = red.clone();
        black.arn = Arn::from(format!("{}-black", red.arn.as_str()));
        region.target_groups.insert(black.arn.clone(), black.clone());
        (black.arn, red.arn)
    };
    world.wire_services();
    let forward = |weight: u16| {
        let to = [(&red, 100 - weight), (&black, weight)];
        let forwards = to.map(|(arn, weight)| Forward { target_group: arn.clone(), weight });
        ListenerAction::Forward(forwards.to_vec())
    };
    for (weight, expected) in [(0, 0.0), (25, 0.25), (100, 1.0)] {
        let balancer = region(&mut world).balancers.values_mut().next().unwrap();
        balancer.listeners[0].default_actions = vec![forward(weight)];
        world.scene(REGION).unwrap().feel_traffic();
        world.pass(2);
        let traffic = &world.here().services["web"].traffic;
        let lane = traffic.layout.lanes.iter().find(|lane| lane.way == Way::Group(black.clone())).unwrap();
        assert!((lane.share - expected).abs() < 1e-9, "{weight}: {}", lane.share);
        assert!((traffic.flow.asked - 300.0).abs() < 1.0);
    }
}
