//! What must hold of every account: order changes nothing, and what is not read never makes anything ok nor degraded.

use fastrand::Rng;

use super::account::{Account, Host, judged};
use crate::estate::balancer::Target;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::query::Measure;
use crate::estate::zone::Zone;
use crate::estate::{Kind, Row, Slice, Update};
use crate::judge::zone::ZoneVerdict;

/// An account in which a zone, a service, a host or nothing is sick, with some noise.
fn account(random: &mut Rng) -> Account {
    let mut account = Account::well(random.usize(1..5), random.usize(1..4), random.usize(1..5));
    let (zone, service) = (random.usize(0..account.zones), random.usize(0..account.services));
    let sick = random.u8(0..7);
    for host in &mut account.hosts {
        let (in_zone, in_service) = (host.zone == zone, host.service == service);
        let fails = match sick {
            0 => in_zone && random.u8(0..3) > 0,
            1 => in_service && random.bool(),
            2 => in_zone && in_service,
            3 => random.u8(0..3) == 0,
            _ => random.u8(0..30) == 0,
        };
        host.target = if fails { "unhealthy" } else { random.choice(["healthy", "healthy", "initial"]).unwrap() };
        if sick == 4 && in_zone || random.u8(0..20) == 0 {
            host.checks = random
                .choice([["impaired", "impaired", "ok"], ["ok", "ok", "impaired"], ["insufficient-data", "ok", "ok"]])
                .unwrap();
        }
        host.version = random.choice(["1", "1", "2"]).unwrap();
        host.age_s = random.choice([30, 86_400, 86_400]).unwrap();
    }
    account.hosts.retain(|_| random.u8(0..12) > 0);
    if sick == 5 {
        account.hosts.retain(|host: &Host| host.zone != zone);
    }
    account.silent = (random.u8(0..4) == 0).then_some(zone);
    match random.u8(0..8) {
        0 => account.shift(zone, "PRACTICE_RUN", 18),
        1 => account.shift(zone, "ZONAL_SHIFT", 18),
        2 => account.autoshift(zone),
        3 => account.health_event(zone),
        4 => account.failed_launch(zone, "InsufficientInstanceCapacity"),
        _ => {}
    }
    if random.bool() {
        for service in 0..account.services {
            for each in 0..account.zones {
                account.measure(service, each, Measure::Requests, random.choice([0.0, 50.0, 3000.0]).unwrap());
                account.measure(service, each, Measure::Errors, if each == zone { 90.0 } else { 2.0 });
            }
        }
    }
    account
}

#[test]
fn verdicts_do_not_depend_on_the_order_of_zones_or_slices() {
    for seed in 0..150 {
        let random = &mut Rng::with_seed(seed);
        let account = account(random);
        let slices = account.slices();
        let wanted = judged(&slices, account.now);
        // A failure of a part comes after its rows, whatever else stands between them.
        let mut mixed: Vec<Update> = slices.iter().map(|update| shuffled(update, random)).collect();
        random.shuffle(&mut mixed);
        mixed.sort_by_key(|update| update.slices.iter().any(|(_, slice)| slice.failure().is_some()));
        assert_eq!(judged(&mixed, account.now), wanted, "{seed}");
    }
}

/// The same rows in another order.
fn shuffled(update: &Update, random: &mut Rng) -> Update {
    fn mix<T: Row + Clone>(slice: &Slice, random: &mut Rng) -> Slice {
        let mut rows = slice.rows::<T>().to_vec();
        random.shuffle(&mut rows);
        Slice::read(T::rows(rows), slice.read_at().unwrap())
    }
    let mut update = update.clone();
    for (_, slice) in update.slices.iter_mut().filter(|(_, slice)| slice.read_at().is_some()) {
        *slice = match update.kind {
            Kind::Zones => mix::<Zone>(slice, random),
            Kind::Instances => mix::<Instance>(slice, random),
            Kind::InstanceStatuses => mix::<InstanceStatus>(slice, random),
            Kind::Targets => mix::<Target>(slice, random),
            _ => slice.clone(),
        };
    }
    update
}

/// Metrics cost money and may be left out: they alone can raise a suspicion that goes with them.
#[test]
fn what_is_not_read_never_makes_a_zone_ok_nor_degraded() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..300 {
        let account = account(&mut Rng::with_seed(seed));
        let slices = account.slices();
        let whole = judged(&slices, account.now);
        seen.extend(whole.iter().map(|zone| zone.verdict.as_str()));
        for gone in 0..slices.len() {
            let (kind, part) = (slices[gone].kind, &slices[gone].slices[0].0);
            let of_it = |update: &&Update| update.kind == kind && update.slices[0].0 == *part;
            let rest: Vec<Update> = slices.iter().filter(|update| !of_it(update)).cloned().collect();
            for zone in judged(&rest, account.now) {
                let before = whole.iter().find(|whole| whole.name == zone.name).unwrap();
                let told = format!("{seed}: {kind} {part} {}: {:?}\n{:?}", zone.name, before.evidence, zone.evidence);
                if before.verdict != ZoneVerdict::Degraded {
                    assert_ne!(zone.verdict, ZoneVerdict::Degraded, "{told}");
                }
                if before.verdict != ZoneVerdict::Ok && kind != Kind::Series {
                    assert_ne!(zone.verdict, ZoneVerdict::Ok, "{told}");
                }
            }
        }
    }
    assert_eq!(seen.len(), 5, "every verdict is among them: {seen:?}");
}
