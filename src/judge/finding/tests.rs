//! The order of findings, and what follows from what.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::{Finding, Subject, Urgency, ranked};
use crate::estate::Estate;
use crate::id::Region;
use crate::judge::verdict::Verdict;
use crate::judge::zone::tests::account::{Account, EAST};
use crate::judge::{Judgement, Policy, RegionJudgement, judge};

fn now() -> Timestamp {
    "2026-11-21T03:14:00Z".parse().unwrap()
}

fn finding(verdict: Verdict, what: &'static str) -> Finding {
    Finding::new(verdict, Subject::named(what, what), "")
}

/// From the one that is read first to the last.
fn in_order() -> Vec<Finding> {
    let ago = |minutes| Some(now() - SignedDuration::from_mins(minutes));
    let notice = Finding { zone: Some("us-east-1b".into()), ..finding(Verdict::Ok, "zone") };
    let cause = Some(Subject::named("zone", "zone"));
    vec![
        finding(Verdict::Critical, "region"),
        finding(Verdict::Critical, "zone").urgency(Urgency::Now),
        finding(Verdict::Critical, "service").urgency(Urgency::Now).since(ago(1)),
        finding(Verdict::Critical, "service").urgency(Urgency::Now).since(ago(9)),
        finding(Verdict::Critical, "database").urgency(Urgency::Now),
        finding(Verdict::Critical, "group").urgency(Urgency::Now),
        finding(Verdict::Critical, "instance").urgency(Urgency::Now),
        finding(Verdict::Critical, "target group"),
        finding(Verdict::Critical, "alarm"),
        notice,
        finding(Verdict::Unknown, "region"),
        finding(Verdict::Warning, "group"),
        finding(Verdict::Warning, "instance").urgency(Urgency::Planned),
        Finding { follows: cause, ..finding(Verdict::Critical, "service") },
    ]
}

fn order(findings: Vec<Finding>) -> Vec<Finding> {
    let region = Region::from(EAST);
    let judged = RegionJudgement { findings, ..RegionJudgement::default() };
    let judgement = Judgement { regions: [(region.clone(), judged)].into(), ..Judgement::default() };
    ranked(&judgement, &[region], now()).into_iter().map(|(_, finding)| finding.clone()).collect()
}

#[test]
fn the_gravest_and_widest_is_read_first_and_what_follows_last() {
    for seed in 0..50 {
        let mut mixed = in_order();
        Rng::with_seed(seed).shuffle(&mut mixed);
        assert_eq!(order(mixed), in_order());
    }
}

#[test]
fn what_is_merely_not_read_yet_is_no_finding_to_read() {
    assert!(order(vec![Finding { waiting: true, ..finding(Verdict::Unknown, "region") }]).is_empty());
}

#[test]
fn a_cause_stands_above_what_follows_from_it_and_takes_nothing_graver() {
    for seed in 0..60 {
        let random = &mut Rng::with_seed(seed);
        let mut account = Account::well(3, random.usize(1..4), 4);
        (0..3).for_each(|zone| account.fail(zone, random.usize(0..7)));
        if random.bool() {
            account.shift(random.usize(0..3), random.choice(["ZONAL_SHIFT", "PRACTICE_RUN"]).unwrap(), 18);
        }
        let mut estate = Estate::new(vec![Region::from(EAST)]);
        account.read_into(&mut estate);
        let judgement = judge(&estate, account.now, &Policy::default());
        let regions = [Region::from(EAST)];
        let all: Vec<&Finding> = ranked(&judgement, &regions, account.now).into_iter().map(|(_, one)| one).collect();
        for (place, each) in all.iter().enumerate() {
            let followers = all.iter().filter(|other| other.follows.as_ref() == Some(&each.subject)).count();
            assert_eq!(each.followers, followers, "{seed}: {}", each.sentence());
            let Some(cause) = &each.follows else { continue };
            let at = all.iter().position(|other| other.subject == *cause).unwrap();
            assert!(at < place && all[at].subject != each.subject, "{seed}: {}", each.sentence());
            assert!(all[at].verdict.severity() >= each.verdict.severity(), "{seed}: {}", each.sentence());
        }
        let told = &judgement.regions[&regions[0]].findings;
        let worst = Verdict::worst(told.iter().map(|finding| finding.verdict));
        assert_eq!(judgement.account.verdict, worst, "{seed}");
    }
}
