//! Tests of the flow as a whole; [`routing`] has those of balancers, [`strain`] those of too much load.

mod routing;
mod strain;

use super::super::super::fault::Fault;
use super::super::super::world::{Region, TargetState};
use super::super::fixture::{self, REGION};
use super::super::{Datapoint, Metric};
use super::*;

/// A larger fixture: thirty targets, a group that does not replace what its balancer complains of, zonal shift possible.
fn fleet() -> World {
    fixture::world_with(|document| {
        let shiftable = "kind = \"application\", zonal_shift = true";
        let text =
            document.replace("kind = \"application\"", shiftable).replace(r#", health_checks = ["EC2", "ELB"]"#, "");
        text.replace("desired = 6, max = 12", "desired = 30, max = 60").replace("rps = 300", "rps = 1500")
    })
}

fn gray(zone: &str) -> Fault {
    Fault::GrayZone { zone: zone.to_owned(), share: 0.3 }
}

fn dark(zone: &str) -> Fault {
    Fault::ZonePowerLoss { zone: zone.to_owned() }
}

fn load(factor: f64) -> Fault {
    Fault::Load { service: Some("web".to_owned()), factor }
}

fn region(world: &mut World) -> &mut Region {
    world.regions.get_mut(REGION).unwrap()
}

/// Sets where traffic of the balancer goes, as a zonal shift that is applied does.
fn shift(world: &mut World, zone: &str, weight: f32) {
    let id = world.here().zone_id(zone).unwrap().clone();
    let balancer = world.here().balancers.keys().next().unwrap().clone();
    region(world).managed_resources.get_mut(&balancer).unwrap().applied_weights.insert(id, weight);
    world.scene(REGION).unwrap().feel_traffic();
}

/// What the balancer's metric `name` counted `minutes` minutes ago, in a zone or in all, of the target group if it is one.
fn counted(world: &World, name: &str, zone: Option<&str>, minutes: u64) -> Option<Datapoint> {
    let balancer = world.here().balancers.values().next().unwrap();
    let group = world.here().target_groups.values().next().unwrap();
    let mut dimensions = vec![("LoadBalancer".to_owned(), balancer.metric_dimension().to_owned())];
    if name.ends_with("HostCount") {
        dimensions.push(("TargetGroup".to_owned(), group.metric_dimension().to_owned()));
    }
    dimensions.extend(zone.map(|zone| ("AvailabilityZone".to_owned(), zone.to_owned())));
    let metric = Metric { namespace: balancer.kind.namespace().to_owned(), name: name.to_owned(), dimensions };
    world.counted(world.here(), &metric, world.now - SECOND * 60 * u32::try_from(minutes).unwrap())
}

fn sum(world: &World, name: &str, zone: Option<&str>) -> f64 {
    counted(world, name, zone, 1).map_or(0.0, |datapoint| datapoint.sum)
}

/// Share of targets in a zone that are in `state`.
fn share(world: &World, zone: &str, state: TargetState) -> f64 {
    let group = world.here().target_groups.values().next().unwrap();
    let there: Vec<_> = group.targets.values().filter(|target| target.zone.as_ref().unwrap() == zone).collect();
    there.iter().filter(|target| target.state == state).count() as f64 / there.len() as f64
}

fn availability(world: &World, seconds: u32) -> f64 {
    let sums = world.ledger_sums(REGION, "web", world.now - SECOND * seconds, world.now).unwrap();
    sums.availability().unwrap()
}

#[test]
fn calm_is_constant_and_costs_nothing() {
    let mut world = fleet();
    world.pass(7200);
    let region = world.here();
    assert!(region.restless.at.is_none() && region.restless.services.is_empty());
    assert_eq!(region.ledger.services["web"].since(SimTime::from_seconds(0)).count(), 1, "one row for two hours");
    let sums = world.ledger_sums(REGION, "web", world.started_at, world.now).unwrap();
    assert!((sums.asked / 7200.0 - 1500.0).abs() < 0.1 && sums.retried < 1.0, "{sums:?}");
    assert!((0.985..0.995).contains(&sums.availability().unwrap()), "the share of errors of a good day: {sums:?}");
}

#[test]
fn past_minutes_never_change() {
    let mut world = fleet();
    let names =
        ["RequestCount", "HTTPCode_ELB_5XX_Count", "TargetResponseTime", "UnHealthyHostCount", "HealthyHostCount"];
    let read = |world: &World, minute: SimTime| -> Vec<Option<Datapoint>> {
        let back = world.now.since(minute).as_secs() / 60;
        let zones = [None, Some("eu-west-1a"), Some("eu-west-1b")];
        zones.iter().flat_map(|zone| names.map(|name| counted(world, name, *zone, back))).collect()
    };
    let mut seen = Vec::new();
    for step in 0..60 {
        match step {
            5 => world.apply(gray("eu-west-1b")).unwrap(),
            15 => world.apply(load(2.0)).unwrap(),
            20 => world.apply(dark("eu-west-1a")).unwrap(),
            30 => world.heal(&dark("eu-west-1a")).unwrap(),
            35 => world.heal(&gray("eu-west-1b")).unwrap(),
            40 => world.heal(&load(2.0)).unwrap(),
            _ => {}
        }
        world.pass(60);
        let minute = SimTime::of_minute(world.now.minute() - 1);
        seen.push((minute, read(&world, minute)));
    }
    for (minute, then) in &seen {
        assert_eq!(read(&world, *minute), *then, "{minute}");
    }
}

#[test]
fn whatever_breaks_asked_is_served_or_failed_and_heal_brings_back_health() {
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = fleet();
        let zone = |random: &mut fastrand::Rng| format!("eu-west-1{}", random.choice(["a", "b", "c"]).unwrap());
        let mut faults = Vec::new();
        for _ in 0..4 {
            let fault = match random.u8(0..6) {
                0 => gray(&zone(&mut random)),
                1 => dark(&zone(&mut random)),
                2 => load(random.f64() * 4.0),
                3 => Fault::RetryStorm { service: "web".to_owned() },
                4 => Fault::HealthCheck { service: "web".to_owned() },
                _ => Fault::Guest { instance: world.first_member().to_string() },
            };
            world.apply(fault.clone()).unwrap();
            faults.push(fault);
            world.pass(random.u64(1..200));
        }
        for fault in &faults {
            // The same fault twice is in force once.
            let _ = world.heal(fault);
            world.pass(random.u64(1..60));
        }
        let book = &world.here().ledger.services["web"];
        for (at, row) in book.since(world.started_at) {
            let zones: f32 = row.zones.iter().map(|zone| zone.served).sum();
            assert!((zones - row.served()).abs() <= row.asked * 1e-4 + 1e-3, "seed {seed} at {at}: {row:?}");
            let failed: f32 = row.zones.iter().map(|zone| zone.failed).sum();
            assert!((failed - row.failed).abs() <= row.asked * 1e-4 + 1e-3, "seed {seed} at {at}: {row:?}");
            assert!(
                row.asked >= 0.0 && row.failed >= -1e-3 && row.retried <= row.asked,
                "seed {seed} at {at}: {row:?}"
            );
        }
        world.pass(1800);
        assert!(availability(&world, 60) > 0.98, "seed {seed}: {faults:?} {}", availability(&world, 60));
        assert!(world.here().restless.services.is_empty(), "seed {seed}: at rest again");
    }
}
