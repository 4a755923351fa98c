//! Services: a broken check, a release, too much asked, and trouble without a known cause.

use jiff::SignedDuration;

use super::scene::Scene;
use crate::judge::Verdict;

const MINUTES_5: SignedDuration = SignedDuration::from_mins(5);

/// A service that answers its checks with another code, and so many of 3000 requests a minute with an error.
fn no_target_healthy(reason: &'static str, failing: Option<f64>) -> Scene {
    let mut scene = Scene::well(2, 2);
    scene.pass(MINUTES_5);
    for host in scene.hosts(0) {
        (host.target, host.reason) = ("unhealthy", Some(reason));
    }
    scene.pass(MINUTES_5);
    if let Some(failing) = failing {
        scene.requests(0, 3000.0, 3000.0, failing);
    }
    scene
}

#[test]
fn a_service_that_answers_though_no_target_is_healthy_has_a_broken_check_aws_domain_f7() {
    let mut scene = no_target_healthy("Target.ResponseCodeMismatch", Some(3.0));
    let said = scene.about("service").remove(0);
    assert_eq!(said.verdict, Verdict::Critical);
    assert!(said.detail.starts_with("0 of 6 healthy (wrong answer code), yet s0 answers: it fails open"), "{said:?}");
    assert_eq!(said.next.as_deref(), Some("mend the health check; hold s0: suspend ReplaceUnhealthy"));

    scene.hosts(0)[0].target = "healthy";
    assert!(!scene.sentence("service").contains("fails open"), "one that is healthy gets all the traffic");
    let failing = no_target_healthy("Target.ResponseCodeMismatch", Some(1500.0)).sentence("service");
    assert!(!failing.contains("fails open"), "customers are not answered: {failing}");
}

#[test]
fn before_metrics_tell_failing_open_is_likely_where_every_check_is_answered_aws_domain_f7() {
    let said = no_target_healthy("Target.ResponseCodeMismatch", None).sentence("service");
    assert!(
        said.contains("0 of 6 healthy (wrong answer code): s0 fails open; whether it answers is not measured"),
        "{said}"
    );
    assert!(said.contains("→ see whether it answers"), "{said}");
    let silent = no_target_healthy("Target.Timeout", None).sentence("service");
    assert!(silent.contains("no release seen → look at what it depends on"), "nobody answers the check: {silent}");
}

#[test]
fn members_of_a_version_that_fail_where_others_pass_are_its_release_aws_domain_f6() {
    let mut scene = Scene::well(2, 4);
    scene.pass(MINUTES_5);
    for host in scene.hosts(0).into_iter().filter(|host| host.zone < 2).take(6) {
        (host.target, host.version) = ("unhealthy", "2");
    }
    let said = scene.sentence("service");
    assert!(said.starts_with("service s0: a release of s0: 6 of 6 on version 2 fail, 0 of 6 on others"), "{said}");
    assert!(said.ends_with("→ roll s0 back to version 1"), "{said}");

    for host in scene.hosts(0) {
        host.version = "1";
    }
    assert!(!scene.sentence("service").contains("release of"), "all have the same");
}

/// A good deployment: the new fail their checks until they have booted.
#[test]
fn what_boots_in_a_deployment_is_no_bad_release() {
    let mut scene = Scene::well(2, 4);
    for host in scene.hosts(0).into_iter().take(4) {
        (host.target, host.version, host.age_s) = ("unhealthy", "2", 40);
    }
    scene.unhealthy_alarm(0);
    assert_eq!(scene.sentence("service"), "");
    let alarm = scene.about("alarm").remove(0);
    assert_eq!(alarm.verdict, Verdict::Warning, "{alarm:?}");
    assert!(alarm.detail.ends_with("of what it watches only members that boot fail now"), "{alarm:?}");

    // Their group waits for two minutes, and no longer.
    scene.pass(SignedDuration::from_secs(100));
    assert!(scene.sentence("service").contains("4 of 4 on version 2 fail"));
    assert_eq!(scene.about("alarm")[0].verdict, Verdict::Critical);
}

#[test]
fn who_has_served_and_fails_is_in_trouble_however_young() {
    let mut scene = Scene::well(2, 4);
    for host in scene.hosts(0).into_iter().take(4) {
        (host.version, host.age_s) = ("2", 20);
    }
    scene.pass(SignedDuration::from_secs(30));
    for host in scene.hosts(0).into_iter().take(4) {
        host.target = "unhealthy";
    }
    assert!(scene.sentence("service").contains("4 of 4 on version 2 fail, 0 of 8 on others"));
}

#[test]
fn a_release_after_which_all_fail_is_told_with_its_time_aws_domain_f6() {
    let mut scene = Scene::well(2, 4);
    scene.pass(MINUTES_5);
    scene.account.launch_versions[0] = "7";
    scene.pass(MINUTES_5);
    scene.hosts(0).into_iter().for_each(|host| host.target = "unhealthy");
    let said = scene.sentence("service");
    assert!(said.contains("s0 12 of 12 fail, in all zones alike, 5m after a release (version 1 to 7)"), "{said}");

    let mut before = Scene::well(2, 4);
    before.pass(MINUTES_5);
    before.hosts(0).into_iter().for_each(|host| host.target = "unhealthy");
    before.pass(MINUTES_5);
    before.account.launch_versions[0] = "7";
    assert!(!before.sentence("service").contains("after a release"), "they failed before it");
}

#[test]
fn too_much_asked_of_all_zones_is_overload_and_needs_capacity() {
    let overload = |cpu: f64| {
        let mut scene = Scene::well(2, 4);
        scene.pass(MINUTES_5);
        (0..3).for_each(|zone| scene.fail(0, zone, 2));
        scene.cpu(0, 40.0, cpu);
        scene.requests(0, 3000.0, 9000.0, 900.0);
        scene.sentence("service")
    };
    let said = overload(97.0);
    assert!(said.contains("overload in all zones alike: CPU 97 %, 9000 requests a minute (3.0 × the usual)"), "{said}");
    assert!(said.ends_with("→ add capacity or shed load: s0 from 12 to at most 90"), "{said}");
    assert!(!overload(60.0).contains("overload"), "it has room");
}

#[test]
fn trouble_in_several_zones_is_the_services_and_no_zone_is_a_way_out_aws_domain_b2() {
    let mut scene = Scene::well(2, 4);
    scene.pass(MINUTES_5);
    [0, 1].into_iter().for_each(|zone| [0, 1].into_iter().for_each(|service| scene.fail(service, zone, 2)));
    let said = scene.about("service");
    assert_eq!(said.len(), 2, "{said:?}");
    let words = "4 of 12 fail in us-east-1a and us-east-1b: more than one zone, so no way out of one: no release seen";
    assert!(said.iter().all(|finding| finding.detail == words), "{said:?}");
    assert!(scene.findings().iter().all(|finding| !finding.sentence().contains("evacuate")));

    // In one of two zones alone it is that zone.
    let mut one = Scene::well(2, 4);
    one.pass(MINUTES_5);
    [0, 1].into_iter().for_each(|service| one.fail(service, 1, 3));
    assert_eq!(one.sentence("service"), "");
    assert!(one.sentence("zone").contains("evacuate us-east-1b"));
}
