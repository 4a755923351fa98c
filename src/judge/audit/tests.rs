//! Every check on worlds made for it, and what becomes of what they find.

use std::collections::BTreeSet;

use super::check::CASES;
use super::fixture::{EAST, NOW, WEST, World};
use super::*;
use crate::judge::policy::AcceptedRisk;

fn risk(check: &str, subject: &str, until: &str) -> AcceptedRisk {
    AcceptedRisk {
        check: check.to_owned(),
        subject: subject.to_owned(),
        owner: "ada".to_owned(),
        reason: "moves in spring".to_owned(),
        until: until.parse().unwrap(),
    }
}

fn sentences(audit: &Audit) -> Vec<String> {
    audit.flaws.iter().map(|flaw| format!("{} {}: {}", flaw.check.name, flaw.subject, flaw.evidence)).collect()
}

#[test]
fn names_are_unique_and_everything_is_explained() {
    let mut names = BTreeSet::new();
    for check in CHECKS {
        assert!(names.insert(check.name), "{}", check.name);
        assert!(check.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", check.name);
        assert!(check.explain.len() > 120 && check.source.contains("aws-domain.md"), "{}", check.name);
        assert!(!check.remedy.is_empty() && check.kinds().next().is_some(), "{}", check.name);
        assert!(find(check.name).is_some());
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let audit = World::clean().audit();
    assert_eq!(sentences(&audit), [] as [String; 0]);
    let blind: Vec<String> =
        audit.could_not_look.iter().map(|gap| format!("{} {}", gap.check.name, gap.reason)).collect();
    assert_eq!(blind, [] as [String; 0]);
    assert!(audit.not_measured.is_empty(), "{:?}", audit.not_measured);
    assert_eq!(audit.verdict(), Verdict::Ok);
}

/// A check without its two cases does not compile; each finds what its case says, and nothing beside it.
#[test]
fn each_check_fires_on_what_it_is_for_and_on_nothing_like_it() {
    assert_eq!(CASES.len(), CHECKS.len());
    for (check, case) in CHECKS.iter().zip(CASES) {
        let mut world = World::clean();
        (case.fires)(&mut world);
        let audit = world.audit_by([*check]);
        let found: Vec<&str> = audit.flaws.iter().map(|flaw| &*flaw.subject.name).collect();
        assert_eq!(found, [case.subject], "{}: {:?}", check.name, sentences(&audit));
        let flaw = &audit.flaws[0];
        for words in case.evidence {
            assert!(flaw.evidence.contains(words), "{}: {words:?} in {:?}", check.name, flaw.evidence);
        }
        let mut world = World::clean();
        (case.silent)(&mut world);
        let audit = world.audit_by([*check]);
        assert_eq!(sentences(&audit), [] as [String; 0], "{} on the world that is much like it", check.name);
        assert!(audit.could_not_look.is_empty(), "{}: the silent world is seen whole", check.name);
    }
}

/// A kind that may not be read leaves every check that needs it without an answer, and never with *nothing found*.
#[test]
fn what_may_not_be_read_is_never_found_to_be_well() {
    for check in CHECKS {
        for kind in check.kinds() {
            let mut world = World::clean();
            for region in [EAST, WEST, "global"] {
                world.deny(region, kind, "some:Action");
            }
            let audit = world.audit_by([*check]);
            assert!(audit.could_not_look.iter().any(|gap| gap.kind == kind), "{} without {kind}", check.name);
            let gap = audit.could_not_look.iter().find(|gap| gap.kind == kind).unwrap();
            assert_eq!(gap.iam_action.as_deref(), Some("some:Action"), "{} without {kind}", check.name);
            assert_eq!(audit.verdict(), Verdict::Unknown, "{} without {kind}: {:?}", check.name, sentences(&audit));
        }
    }
}

#[test]
fn what_policy_accepts_unread_is_told_and_not_counted() {
    let mut world = World::clean();
    world.deny(EAST, Kind::Alarms, "cloudwatch:DescribeAlarms");
    world.policy.accept_unread.insert(Kind::Alarms);
    let audit = world.audit();
    assert!(!audit.could_not_look.is_empty());
    assert_eq!(audit.verdict(), Verdict::Ok);
}

#[test]
fn an_accepted_risk_is_told_with_its_days_and_counts_again_once_it_expires() {
    let mut world = World::clean();
    world.set(EAST, Kind::Databases, "orders", serde_json::json!({"multi_az": false, "standby_zone": null}));
    let check = find("multi-az-off").unwrap();
    assert_eq!(world.audit_by([check]).verdict(), Verdict::Critical);

    world.policy.accepted = vec![risk("multi-az-off", "ord*", "2026-12-01T00:00:00Z")];
    let audit = world.audit_by([check]);
    assert_eq!((audit.flaws.len(), audit.accepted.len(), audit.verdict()), (0, 1, Verdict::Ok));
    assert_eq!(audit.accepted[0].days_left, 10, "nine days and twenty hours");

    world.policy.accepted[0].until = NOW.parse().unwrap();
    let audit = world.audit_by([check]);
    assert_eq!((audit.accepted.len(), audit.verdict()), (0, Verdict::Critical));
    assert_eq!(audit.flaws[0].lapsed.as_ref().unwrap().owner, "ada");
}

#[test]
fn an_acceptance_of_what_is_gone_is_called_obsolete_unless_nobody_looked() {
    let mut world = World::clean();
    world.policy.accepted = vec![risk("multi-az-off", "orders", "2026-12-01T00:00:00Z")];
    assert_eq!(world.audit().obsolete.len(), 1);
    assert!(world.audit_by([find("single-zone").unwrap()]).obsolete.is_empty(), "nobody looked for it");
    world.deny(WEST, Kind::Databases, "rds:DescribeDBInstances");
    assert!(world.audit().obsolete.is_empty(), "and now not everywhere");
}
