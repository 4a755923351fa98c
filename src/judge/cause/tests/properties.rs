//! What must hold of every account: what is not read makes no cause more certain, and nothing well.

use std::collections::BTreeSet;

use fastrand::Rng;
use jiff::SignedDuration;

use crate::estate::alarm::Series;
use crate::estate::query::{Measure, Query};
use crate::estate::{Estate, Kind, Update};
use crate::id::{Arn, Region};
use crate::judge::finding::{self, Finding};
use crate::judge::zone::ZoneVerdict;
use crate::judge::zone::tests::account::{Account, EAST, arn, balancer};
use crate::judge::{Judgement, Policy, Verdict, judge};

/// An account in which a zone, two, a service, a release, a host or nothing is sick.
fn account(random: &mut Rng) -> Account {
    let mut account = Account::well(random.usize(2..4), random.usize(1..4), random.usize(2..5));
    let (zone, service, sick) = (random.usize(0..account.zones), random.usize(0..account.services), random.u8(0..7));
    for host in &mut account.hosts {
        let (in_zone, in_service) = (host.zone == zone, host.service == service);
        host.version = if random.u8(0..3) == 0 { "2" } else { "1" };
        let fails = match sick {
            0 => in_zone && random.u8(0..3) > 0,
            1 => host.zone < 2 && random.bool(),
            2 => in_service,
            3 => in_service && host.version == "2",
            4 => random.u8(0..3) == 0,
            _ => random.u8(0..20) == 0,
        };
        host.target = if fails { "unhealthy" } else { "healthy" };
        host.reason = fails.then_some(random.choice(["Target.ResponseCodeMismatch", "Target.Timeout"]).unwrap());
        host.age_s = random.choice([30, 86_400, 86_400]).unwrap();
    }
    if random.u8(0..3) == 0 {
        account.launch_versions[service] = "2";
    }
    account.silent = (random.u8(0..5) == 0).then_some(zone);
    if random.bool() {
        (0..account.services).for_each(|service| measure(&mut account, service, random.choice([0.0, 90.0]).unwrap()));
    }
    account
}

/// 3000 requests a minute of a service, and so many that fail.
fn measure(account: &mut Account, service: usize, failing: f64) {
    let (group, balancer) = (Arn::from(arn(service).as_str()), Arn::from(balancer(service).as_str()));
    for (measure, value) in [(Measure::Requests, 3000.0), (Measure::Errors, failing)] {
        let query = Query::of_target_group(measure, &balancer, &group, None).unwrap();
        let minute = |back: i64| (account.now + SignedDuration::from_mins(3 - back), value);
        let points = (0..10).rev().map(minute).collect();
        account.series.push(Series { id: "board".into(), metric: query.metric, statistic: query.statistic, points });
    }
}

/// All was well five minutes ago; then these slices were read.
fn judged(before: &[Update], slices: &[Update], account: &Account) -> Judgement {
    let mut estate = Estate::new(vec![Region::from(EAST)]);
    before.iter().chain(slices).cloned().for_each(|update| estate.apply(update));
    judge(&estate, account.now, &Policy::default())
}

fn findings(judgement: &Judgement, account: &Account) -> Vec<Finding> {
    let regions = [Region::from(EAST)];
    let ranked = finding::ranked(judgement, &regions, account.now);
    ranked.into_iter().map(|(_, finding)| finding.clone()).collect()
}

#[test]
fn the_order_of_findings_does_not_depend_on_that_of_slices() {
    for seed in 0..100 {
        let random = &mut Rng::with_seed(seed);
        let account = account(random);
        let mut slices = account.slices();
        let wanted = findings(&judged(&[], &slices, &account), &account);
        random.shuffle(&mut slices);
        // A failure of a part comes after its rows, whatever else stands between them.
        slices.sort_by_key(|update| update.slices.iter().any(|(_, slice)| slice.failure().is_some()));
        assert_eq!(findings(&judged(&[], &slices, &account), &account), wanted, "{seed}");
    }
}

/// Subjects of causes that are told as certain.
fn certain(findings: &[Finding]) -> BTreeSet<(&'static str, String)> {
    let is_cause = |finding: &&Finding| matches!(finding.subject.what, "region" | "service" | "instance" | "zone");
    let certain = findings.iter().filter(|finding| finding.verdict == Verdict::Critical).filter(is_cause);
    certain.map(|finding| (finding.subject.what, finding.subject.name.clone())).collect()
}

#[test]
fn what_is_not_read_makes_no_cause_more_certain_and_nothing_well() {
    let mut causes = BTreeSet::new();
    for seed in 0..80 {
        let random = &mut Rng::with_seed(seed);
        let mut account = account(random);
        let mut well = Account::well(account.zones, account.services, 5);
        well.hosts = account.hosts.clone();
        // Half of them were seen to serve before; of the rest it is not known.
        well.hosts.retain(|host| host.age_s > 300 && host.id.len() % 2 == 0 || seed % 2 == 0);
        well.hosts.iter_mut().for_each(|host| (host.target, host.reason) = ("healthy", None));
        let before = well.slices();
        account.now += SignedDuration::from_mins(5);
        let slices = account.slices();
        let whole = judged(&before, &slices, &account);
        let told = findings(&whole, &account);
        let sure = certain(&told);
        causes.extend(sure.iter().map(|(what, _)| *what));
        let has_sick_zone =
            whole.regions[&Region::from(EAST)].zones.iter().any(|zone| zone.verdict == ZoneVerdict::Degraded);
        for gone in 0..slices.len() {
            let (kind, part) = (slices[gone].kind, &slices[gone].slices[0].0);
            let of_it = |update: &&Update| update.kind == kind && update.slices[0].0 == *part;
            let without = |all: &[Update]| -> Vec<Update> { all.iter().filter(|it| !of_it(it)).cloned().collect() };
            let rest = judged(&without(&before), &without(&slices), &account);
            let less = findings(&rest, &account);
            let words = |findings: &[Finding]| findings.iter().map(Finding::sentence).collect::<Vec<_>>().join("\n  ");
            let story = || format!("{seed} without {kind} {part}:\n  {}\nwhole:\n  {}", words(&less), words(&told));
            // Without what makes a zone sick, its services stand for themselves.
            let new: Vec<_> = certain(&less).difference(&sure).filter(|_| !has_sick_zone).cloned().collect();
            assert!(new.is_empty(), "{new:?} {}", story());
            let is_well = |judgement: &Judgement| judgement.account.verdict == Verdict::Ok;
            assert!(is_well(&whole) || !is_well(&rest) || kind == Kind::Series, "{}", story());
        }
    }
    assert_eq!(causes.len(), 3, "zones, services and hosts are among them: {causes:?}");
}
