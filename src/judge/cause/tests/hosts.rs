//! One host.

use jiff::SignedDuration;

use super::scene::Scene;
use crate::judge::Verdict;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn one_fails() -> Scene {
    let mut scene = Scene::well(1, 4);
    scene.pass(MINUTE);
    scene.fail(0, 1, 1);
    scene
}

#[test]
fn a_host_that_fails_alone_is_replaced_and_not_its_zone_aws_domain_f9() {
    let mut scene = one_fails();
    scene.pass(MINUTE);
    let said = scene.about("instance").remove(0);
    let words = "one host: fails s0's check for 1m, 11 others pass; s0 in us-east-1b";
    assert_eq!((said.verdict, said.detail.as_str()), (Verdict::Warning, words), "nobody feels it yet");
    assert_eq!(said.next.as_deref(), Some("s0 should replace it: see that it does"));
    let follow = scene.findings().into_iter().filter(|finding| finding.follows.as_ref() == Some(&said.subject));
    assert_eq!(follow.map(|finding| finding.subject.what).collect::<Vec<_>>(), ["zone", "target group"]);

    scene.requests(0, 3000.0, 3000.0, 90.0);
    assert_eq!(scene.about("instance")[0].verdict, Verdict::Critical, "customers do");

    scene.fail(0, 2, 1);
    assert_eq!(scene.sentence("instance"), "", "two are no one host");
}

#[test]
fn what_boots_beside_a_bad_host_is_no_second_one() {
    let mut scene = one_fails();
    let booting = &mut scene.hosts(0)[11];
    (booting.id, booting.target, booting.age_s) = ("i-new".to_owned(), "unhealthy", 20);
    assert!(scene.sentence("instance").starts_with("instance i-010: one host"));

    let mut boots = Scene::well(2, 4);
    let only = &mut boots.hosts(0)[4];
    (only.target, only.age_s) = ("unhealthy", 20);
    assert_eq!(boots.sentence("instance"), "", "that one merely boots");
}

#[test]
fn a_host_that_its_group_ends_keeps_its_line_for_a_while() {
    let mut scene = one_fails();
    scene.pass(MINUTE);
    scene.hosts(0)[4].target = "draining";
    scene.account.ending.push("i-010".to_owned());
    let said = scene.about("instance").remove(0);
    assert_eq!(said.detail, "one host: failed s0's check 1m ago, 11 others pass; s0 in us-east-1b ends it");
    assert!(said.next.unwrap().starts_with("s0 replaces it"));

    scene.pass(SignedDuration::from_mins(6));
    assert_eq!(scene.sentence("instance"), "", "news no more");
}

#[test]
fn a_host_of_a_sick_zone_is_the_zones() {
    let mut scene = Scene::well(3, 4);
    scene.pass(MINUTE);
    scene.fail(0, 1, 1);
    [1, 2].into_iter().for_each(|service| scene.fail(service, 1, 3));
    assert_eq!(scene.sentence("instance"), "");
    assert!(scene.sentence("zone").contains("degraded"));
}
