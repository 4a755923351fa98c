//! Too much load: cascades, retry storms, queues; and databases that do not answer.

use super::*;

#[test]
fn what_needs_a_database_that_does_not_answer_fails_and_recovers_with_it() {
    let mut world = fixture::world_with(|document| {
        document.replace("error_share = 0.01 }", "error_share = 0.01, uses = { main = 0.4 } }")
    });
    let crash = Fault::DatabaseCrash { id: "main".to_owned() };
    world.apply(crash.clone()).unwrap();
    world.pass(20);
    assert!((0.5..0.7).contains(&availability(&world, 10)), "{}", availability(&world, 10));
    world.heal(&crash).unwrap();
    world.pass(1200);
    assert!(availability(&world, 60) > 0.98, "{}", availability(&world, 60));
}

#[test]
fn too_much_load_takes_targets_out_and_the_rest_with_them_until_it_falls() {
    let mut world = fleet();
    world.apply(load(2.15)).unwrap();
    world.pass(60);
    assert!(share(&world, "eu-west-1a", TargetState::Healthy) > 0.999, "a little too much fails requests, no checks");
    assert!((0.5..0.95).contains(&availability(&world, 30)), "{}", availability(&world, 30));
    world.apply(load(1.4)).unwrap();
    world.pass(120);
    let healthy = |world: &World| share(world, "eu-west-1a", TargetState::Healthy);
    assert!(healthy(&world) < 0.8 && availability(&world, 30) < 0.5, "a cascade: {}", availability(&world, 30));
    let cpu = vec![("AutoScalingGroupName".to_owned(), "web".to_owned())];
    let metric = Metric { namespace: "AWS/EC2".to_owned(), name: "CPUUtilization".to_owned(), dimensions: cpu };
    assert!(world.counted(world.here(), &metric, world.now - SECOND * 60).unwrap().maximum > 99.0);
    let slow = counted(&world, "TargetResponseTime", None, 1).unwrap();
    assert!(slow.average() > 0.2 && slow.percentile(99.0) > slow.average() * 5.0, "{slow:?}");
    world.heal(&load(2.15)).unwrap();
    world.heal(&load(1.4)).unwrap();
    world.pass(600);
    assert!(healthy(&world) > 0.999 && availability(&world, 60) > 0.98);
}

#[test]
fn a_retry_storm_keeps_a_failure_alive_after_its_cause_until_it_ends() {
    let hit = |storm: bool| {
        let mut world = fleet();
        world.apply(load(1.6)).unwrap();
        if storm {
            world.apply(Fault::RetryStorm { service: "web".to_owned() }).unwrap();
        }
        world.pass(60);
        world.apply(dark("eu-west-1b")).unwrap();
        world.pass(120);
        world.heal(&dark("eu-west-1b")).unwrap();
        world.pass(900);
        world
    };
    assert!(availability(&hit(false), 60) > 0.98, "calm clients let it recover");
    let mut world = hit(true);
    assert!(availability(&world, 60) < 0.6, "{}", availability(&world, 60));
    world.heal(&Fault::RetryStorm { service: "web".to_owned() }).unwrap();
    world.heal(&load(1.6)).unwrap();
    world.pass(900);
    assert!(availability(&world, 60) > 0.98, "{}", availability(&world, 60));
}

#[test]
fn a_queue_piles_up_while_nobody_works_and_is_worked_off() {
    let mut world = fixture::world_with(|document| {
        document
            .replace("error_share = 0.01 }", "queue = \"jobs\" }")
            .replace("service = \"web\", protocol", "protocol")
            .replace(r#", health_checks = ["EC2", "ELB"]"#, "")
    });
    let age = |world: &World| {
        let dimensions = vec![("QueueName".to_owned(), "jobs".to_owned())];
        let name = "ApproximateAgeOfOldestMessage".to_owned();
        let metric = Metric { namespace: "AWS/SQS".to_owned(), name, dimensions };
        world.counted(world.here(), &metric, world.now - SECOND * 60).unwrap().maximum
    };
    assert!(age(&world) < 10.0);
    for zone in ["a", "b", "c"] {
        world.apply(dark(&format!("eu-west-1{zone}"))).unwrap();
    }
    world.pass(600);
    assert!((480.0..620.0).contains(&age(&world)), "it grows a second a second: {}", age(&world));
    assert!(availability(&world, 300) > 0.999, "jobs are accepted all the same");
    for zone in ["a", "b", "c"] {
        world.heal(&dark(&format!("eu-west-1{zone}"))).unwrap();
    }
    world.pass(1800);
    assert!(age(&world) < 10.0 && world.here().services["web"].traffic.flow.backlog < 1.0, "{}", age(&world));
}
