//! One account a rule.

use jiff::SignedDuration;

use super::account::{Account, EAST, zones};
use crate::estate::Estate;
use crate::estate::query::Measure;
use crate::id::Region;
use crate::judge::zone::{NotZonal, ZoneAssessment, ZoneVerdict};

fn verdicts(zones: &[ZoneAssessment]) -> Vec<&'static str> {
    zones.iter().map(|zone| zone.verdict.as_str()).collect()
}

fn told(zone: &ZoneAssessment) -> String {
    zone.evidence.iter().map(|evidence| evidence.detail.as_str()).collect::<Vec<_>>().join("; ")
}

/// Cross-zone balancing is on, so metrics would blur it: the targets' own zone does not.
#[test]
fn half_of_one_zones_targets_in_several_services_is_the_zone_aws_domain_f8() {
    let mut account = Account::well(3, 3, 4);
    account.fail(1, 6);
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "degraded", "ok"]);
    assert_eq!(judged[1].evidence[0].detail, "6 of 12 targets unhealthy (50%) in 3 services, elsewhere 0 of 24");
    assert_eq!((judged[1].hosts_hit.len(), judged[1].services_hit.len()), (6, 3));
}

#[test]
fn one_bad_host_is_no_zone_aws_domain_f9() {
    let mut account = Account::well(3, 2, 2);
    account.fail(1, 1);
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "not-zonal", "ok"]);
    assert_eq!(judged[1].not_zonal, Some(NotZonal::OneHost { host: "i-010".into() }));
}

#[test]
fn all_zones_alike_is_no_zone_aws_domain_b2() {
    let mut account = Account::well(3, 3, 4);
    (0..3).for_each(|zone| account.fail(zone, 5));
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["not-zonal"; 3]);
    assert_eq!(judged[0].not_zonal, Some(NotZonal::AllZones));
}

/// A service of which all targets of one zone fail, while many others there are well.
#[test]
fn one_service_alone_is_no_zone_and_a_release_is_named_aws_domain_f6() {
    let mut account = Account::well(3, 3, 4);
    let fail = |account: &mut Account, version| {
        for host in account.in_zone(1).into_iter().filter(|host| host.service == 0) {
            (host.target, host.version) = ("unhealthy", version);
        }
    };
    fail(&mut account, "1");
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "not-zonal", "ok"]);
    assert_eq!(judged[1].not_zonal, Some(NotZonal::OneService { service: "s0".to_owned() }));

    fail(&mut account, "2");
    let release = |version: &str| Some(NotZonal::Release { group: "s0".into(), version: version.into() });
    assert_eq!(account.judged()[1].not_zonal, release("lt 2"), "members of other zones have another version");

    // Deployed in place: every member says the old version, and only the group's launch source changed.
    fail(&mut account, "1");
    let mut estate = Estate::new(vec![Region::from(EAST)]);
    Account::well(3, 3, 4).read_into(&mut estate);
    account.launch_versions[0] = "7";
    account.now += SignedDuration::from_secs(60);
    account.read_into(&mut estate);
    assert_eq!(zones(&estate, account.now)[1].not_zonal, release("lt 7"));
}

/// Where there is but one service, its targets are all there is to see.
#[test]
fn the_only_service_of_a_zone_speaks_for_it_aws_domain_b2() {
    let mut account = Account::well(3, 1, 4);
    account.fail(1, 2);
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
    account.fail(2, 2);
    assert_eq!(verdicts(&account.judged()), ["ok", "not-zonal", "not-zonal"]);
}

/// Too few others to clear it: one condition is missing.
#[test]
fn one_service_beside_too_few_others_is_a_suspicion_aws_domain_b2() {
    let mut account = Account::well(3, 2, 4);
    account.hosts.retain(|host| host.service == 0 || host.id.ends_with(['0', '1']));
    for host in account.in_zone(1).into_iter().filter(|host| host.service == 0).take(2) {
        host.target = "unhealthy";
    }
    assert_eq!(verdicts(&account.judged()), ["ok", "suspect", "ok"]);
}

/// Targets of a gray zone flap: at no time does a fifth of them fail, within five minutes far more have.
#[test]
fn flapping_targets_count_for_the_window_and_no_longer_aws_domain_b2() {
    let mut estate = Estate::new(vec![Region::from(EAST)]);
    let mut account = Account::well(3, 3, 4);
    let began = account.now;
    account.read_into(&mut estate);
    for minute in 0..3 {
        account.now = began + SignedDuration::from_mins(minute + 1);
        account.hosts.iter_mut().for_each(|host| host.target = "healthy");
        let turn = usize::try_from(minute).unwrap() * 2;
        account.in_zone(1).into_iter().skip(turn).take(2).for_each(|host| host.target = "unhealthy");
        account.read_into(&mut estate);
    }
    let judged = zones(&estate, account.now);
    assert_eq!(verdicts(&judged), ["ok", "degraded", "ok"]);
    assert!(told(&judged[1]).starts_with("6 of 12 targets unhealthy within 5m (50%)"), "{}", told(&judged[1]));
    assert!(judged[1].since.is_some_and(|since| since < began + SignedDuration::from_mins(2)));
    account.hosts.iter_mut().for_each(|host| host.target = "healthy");
    for (minute, wanted) in [(4, "degraded"), (9, "ok")] {
        account.now = began + SignedDuration::from_mins(minute);
        account.read_into(&mut estate);
        assert_eq!(verdicts(&zones(&estate, account.now)), ["ok", wanted, "ok"], "{minute}");
    }
}

/// Replacements boot in the zones that are well, and fail their first checks.
#[test]
fn what_has_not_served_yet_fails_nothing_aws_domain_a2() {
    let mut account = Account::well(3, 3, 4);
    account.in_zone(0).into_iter().take(6).for_each(|host| (host.target, host.age_s) = ("unhealthy", 60));
    assert_eq!(verdicts(&account.judged()), ["ok", "ok", "ok"]);
    account.fail(1, 6);
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
}

#[test]
fn status_checks_of_a_tenth_and_of_two_hosts_aws_domain_b1() {
    let impaired = |zone: usize, count: usize, checks: [&'static str; 3]| {
        let mut account = Account::well(3, 3, 4);
        account.in_zone(zone).into_iter().take(count).for_each(|host| host.checks = checks);
        account.judged()
    };
    assert_eq!(verdicts(&impaired(1, 1, ["impaired", "impaired", "ok"])), ["ok", "ok", "ok"], "one host");
    assert_eq!(verdicts(&impaired(1, 2, ["impaired", "impaired", "ok"])), ["ok", "degraded", "ok"]);
    assert_eq!(verdicts(&impaired(1, 2, ["ok", "impaired", "ok"])), ["ok", "suspect", "ok"], "the guest's own");
    let volumes = impaired(1, 3, ["ok", "ok", "impaired"]);
    assert_eq!(verdicts(&volumes), ["ok", "degraded", "ok"]);
    assert!(told(&volumes[1]).starts_with("EBS"), "{}", told(&volumes[1]));
    let undecided = ["insufficient-data", "insufficient-data", "insufficient-data"];
    assert_eq!(verdicts(&impaired(1, 1, undecided)), ["ok", "ok", "ok"], "of one instance it says nothing");
    assert_eq!(verdicts(&impaired(1, 6, undecided)), ["ok", "suspect", "ok"]);
    let mut everywhere = Account::well(3, 3, 4);
    everywhere.hosts.iter_mut().for_each(|host| host.checks = ["impaired", "impaired", "ok"]);
    assert_eq!(verdicts(&everywhere.judged()), ["not-zonal"; 3], "the region");
}

#[test]
fn silence_decides_with_any_other_signal_and_alone_does_not_aws_domain_b1() {
    let mut account = Account::well(3, 3, 4);
    account.silent = Some(1);
    assert_eq!(verdicts(&account.judged()), ["ok", "unknown", "ok"]);
    account.in_zone(1).into_iter().filter(|host| host.service == 0).take(2).for_each(|host| host.target = "unhealthy");
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "degraded", "ok"]);
    assert!(judged[1].silent_since.is_some() && told(&judged[1]).contains("silent since"));
}

#[test]
fn aws_declares_and_corroborates_aws_domain_b1() {
    let mut account = Account::well(3, 3, 4);
    account.autoshift(1);
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
    let mut account = Account::well(3, 3, 4);
    account.health_event(1);
    assert_eq!(verdicts(&account.judged()), ["ok", "ok", "ok"], "late, so never the trigger (A.7)");
    account.in_zone(1).into_iter().take(2).for_each(|host| host.target = "unhealthy");
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
}

#[test]
fn a_practice_run_is_no_incident_and_a_shift_by_hand_is_never_clean_aws_domain_f14_f38() {
    let mut account = Account::well(3, 3, 4);
    account.shift(1, "PRACTICE_RUN", 18);
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "ok", "ok"]);
    assert_eq!(told(&judged[1]), "practice run until 03:32Z (s0)");
    account.fail(1, 6);
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"], "what remains speaks");
    let mut account = Account::well(3, 3, 4);
    account.shift(1, "ZONAL_SHIFT", 18);
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "suspect", "ok"]);
    assert_eq!(judged[1].evidence[0].detail, "s0 shifted away for 2h, ends in 18m: no data on whether it is well");
}

#[test]
fn no_room_in_a_zone_is_no_sickness_aws_domain_b1() {
    let mut account = Account::well(3, 3, 4);
    account.failed_launch(1, "We currently do not have sufficient m7g capacity in the Availability Zone you requested");
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "ok", "ok"]);
    let entering = judged[1].entering.unwrap();
    assert_eq!((entering.failed, entering.no_capacity), (1, 1));
    assert!(told(&judged[1]).contains("entering fails"));
}

/// What a zone lost fails no check any more.
#[test]
fn a_zone_that_groups_use_and_have_nothing_left_in_is_not_ok_aws_domain_f10() {
    let mut account = Account::well(3, 3, 4);
    account.hosts.retain(|host| host.zone != 1);
    assert_eq!(verdicts(&account.judged()), ["ok", "suspect", "ok"]);
}

/// Population z-scores never fire at three zones, quartiles at none below four: shares do.
#[test]
fn one_two_and_six_zones_and_local_ones_aws_domain_b2() {
    for (count, wanted) in [(1, "suspect"), (2, "degraded"), (6, "degraded")] {
        let mut account = Account::well(count, 3, 4);
        account.fail(0, 6);
        let judged = account.judged();
        assert_eq!(judged.len(), count, "a local zone is none to leave");
        assert_eq!(judged[0].verdict.as_str(), wanted, "{count}: {}", told(&judged[0]));
        assert!(judged[1..].iter().all(|zone| zone.verdict == ZoneVerdict::Ok));
    }
}

fn measured(errors: [f64; 3]) -> Account {
    let mut account = Account::well(3, 3, 4);
    for (zone, errors) in errors.into_iter().enumerate() {
        account.measure(0, zone, Measure::Requests, 3000.0);
        account.measure(0, zone, Measure::Errors, errors);
    }
    account
}

#[test]
fn a_node_that_errs_more_for_sure_is_a_suspicion_and_targets_make_it_more_aws_domain_b2() {
    assert_eq!(verdicts(&measured([2.0, 90.0, 3.0]).judged()), ["ok", "suspect", "ok"]);
    assert_eq!(verdicts(&measured([2.0, 2.5, 2.0]).judged()), ["ok", "ok", "ok"], "within what is promised");
    let mut account = measured([2.0, 90.0, 3.0]);
    account.in_zone(1).into_iter().filter(|host| host.service == 1).take(2).for_each(|host| host.target = "unhealthy");
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
}

/// A third of one zone's targets fails behind nodes that send everywhere: the same errors in all zones.
#[test]
fn errors_smeared_over_all_nodes_are_not_the_region_aws_domain_f8() {
    assert_eq!(verdicts(&measured([90.0, 95.0, 90.0]).judged()), ["ok", "ok", "ok"]);
    let mut account = measured([90.0, 95.0, 90.0]);
    account.fail(1, 6);
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
    // The nodes that are well may even look worse, for it is they who call the sick zone.
    let mut account = measured([90.0, 2.0, 2.0]);
    account.fail(1, 6);
    assert_eq!(verdicts(&account.judged()), ["ok", "degraded", "ok"]);
}

#[test]
fn traffic_that_stays_away_from_one_zone_unexplained_is_not_clean_aws_domain_f38() {
    let mut account = Account::well(3, 3, 4);
    account.measure(0, 0, Measure::Requests, 3000.0);
    account.measure(0, 1, Measure::Requests, 0.0);
    account.measure(0, 2, Measure::Requests, 3000.0);
    let judged = account.judged();
    assert_eq!(verdicts(&judged), ["ok", "suspect", "ok"]);
    assert!(told(&judged[1]).contains("no traffic here"), "{}", told(&judged[1]));
    account.shift(1, "PRACTICE_RUN", 18);
    assert_eq!(verdicts(&account.judged()), ["ok", "ok", "ok"], "a practice run explains it (F.14)");
}
