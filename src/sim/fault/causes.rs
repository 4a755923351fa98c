//! From all faults in force to the causes that last.
//!
//! Owns: the only place where lasting causes change. Must stay true: the result depends on the faults in force and on their
//! instants alone, so that any two compose in any order and healing one leaves the other.

use super::super::world::{
    Causes, DbCauses, DbInstance, GroupCauses, Instance, InstanceId, NatCauses, Region, RegionCauses, Service, SimTime,
    World, Zone, ZoneCauses, ZoneName,
};
use super::{Fault, InForce};

impl World {
    /// Works out every lasting cause afresh, and has all who feel a change look.
    pub(super) fn settle_causes(&mut self) {
        let faults = std::mem::take(&mut self.faults);
        let (now, started) = (self.now, self.started_at);
        let late = faults.iter().filter_map(|other| match other.fault {
            Fault::LateMetrics { s } => Some(s),
            _ => None,
        });
        let late_s = late.fold(0.0, f64::max);
        if self.late_metrics_s.latest().is_none() {
            self.late_metrics_s.record(started, 0.0);
        }
        self.late_metrics_s.record(now, late_s);
        for name in self.region_names() {
            let mut changed = Changed::default();
            if let Some(region) = self.regions.get_mut(&name) {
                settle_region(region, &faults, now, started, &mut changed);
            }
            if changed.anything {
                self.with_scene(&name, |scene| scene.feel(&changed.zones, &changed.instances));
            }
        }
        self.faults = faults;
        self.settle_replication();
    }
}

/// Whom a change of causes concerns.
#[derive(Default)]
struct Changed {
    anything: bool,
    zones: Vec<ZoneName>,
    instances: Vec<InstanceId>,
}

fn settle_region(region: &mut Region, faults: &[InForce], now: SimTime, started: SimTime, changed: &mut Changed) {
    let outage = earliest(
        faults,
        |fault| matches!(fault, Fault::RegionOutage { region: name } if region.name == *name.as_str()),
    );
    let causes = RegionCauses { outage };
    changed.anything |= put(&mut region.causes, causes);
    region.notices.note(None, outage, now);
    for zone in region.zones.values_mut() {
        region.notices.note(Some(&zone.name), power_loss(zone, faults), now);
        let causes = zone_causes(zone, faults, outage);
        if put(&mut zone.causes, causes) {
            changed.zones.push(zone.name.clone());
        }
    }
    settle_gateways(region, faults, now, started, changed);
    for instance in region.instances.values_mut() {
        let causes = instance_causes(instance, faults);
        if put(&mut instance.causes, causes) {
            changed.instances.push(instance.id.clone());
        }
    }
    for group in region.groups.values_mut() {
        let denied =
            earliest(faults, |fault| matches!(fault, Fault::KeyDenied { group: name } if group.name == *name.as_str()));
        if put(&mut group.causes, GroupCauses { key_denied: denied }) {
            changed.anything = true;
            group.unsettled = true;
        }
    }
    for database in region.databases.values_mut() {
        let causes = database_causes(database, faults);
        changed.anything |= put(&mut database.causes, causes);
    }
    for service in region.services.values_mut() {
        changed.anything |= settle_service(service, faults, now, started);
    }
    changed.anything |= !changed.zones.is_empty() || !changed.instances.is_empty();
}

/// Since when a zone has no power of its own, whatever its region has.
fn power_loss(zone: &Zone, faults: &[InForce]) -> Option<SimTime> {
    let is = |name: &str| zone.name == *name || zone.id == *name;
    earliest(faults, |fault| matches!(fault, Fault::ZonePowerLoss { zone } if is(zone)))
}

fn zone_causes(zone: &Zone, faults: &[InForce], outage: Option<SimTime>) -> ZoneCauses {
    let is = |name: &str| zone.name == *name || zone.id == *name;
    let power = power_loss(zone, faults);
    let kept = faults.iter().filter_map(|other| match &other.fault {
        Fault::GrayZone { zone, share } if is(zone) => Some(1.0 - share),
        _ => None,
    });
    ZoneCauses {
        dark: power.into_iter().chain(outage).min(),
        loss: 1.0 - product(kept),
        no_capacity: earliest(faults, |fault| matches!(fault, Fault::NoCapacity { zone } if is(zone))),
        ebs_stalled: earliest(faults, |fault| matches!(fault, Fault::EbsStall { zone } if is(zone))),
    }
}

fn settle_gateways(region: &mut Region, faults: &[InForce], now: SimTime, started: SimTime, changed: &mut Changed) {
    for gateway in region.nat_gateways.values_mut() {
        let id = region.zones.get(&gateway.zone).map(|zone| zone.id.as_str());
        let kept = faults.iter().filter_map(|other| match &other.fault {
            Fault::NatGateway { zone, share } if gateway.zone == *zone.as_str() || id == Some(zone) => {
                Some(1.0 - share)
            }
            _ => None,
        });
        let causes = NatCauses { drops: 1.0 - product(kept) };
        if gateway.dropping.latest().is_none() {
            gateway.dropping.record(started, 0.0);
        }
        gateway.dropping.record(now, causes.drops);
        changed.anything |= put(&mut gateway.causes, causes);
    }
}

/// What is wrong with an instance. A fault of a host from before the last start stayed
/// behind on it; what hung a guest ended with its last boot.
fn instance_causes(instance: &Instance, faults: &[InForce]) -> Causes {
    let since = |begun: SimTime, wanted: &dyn Fn(&Fault) -> bool| {
        let mine = faults.iter().filter(|other| other.since >= begun && wanted(&other.fault));
        mine.map(|other| other.since).min()
    };
    let (moved, booted) = (instance.moved_at, instance.moved_at.max(instance.booted_at));
    let id = instance.id.as_str();
    Causes {
        host_broken: since(moved, &|fault| matches!(fault, Fault::Host { instance } if instance == id)),
        guest_broken: since(booted, &|fault| matches!(fault, Fault::Guest { instance } if instance == id)),
        application_hung: since(booted, &|fault| matches!(fault, Fault::Application { instance } if instance == id)),
        stop_hangs: since(moved, &|fault| matches!(fault, Fault::StuckStop { instance } if instance == id)),
        ..instance.causes.clone()
    }
}

fn database_causes(database: &DbInstance, faults: &[InForce]) -> DbCauses {
    let lag = faults.iter().filter_map(|other| match &other.fault {
        Fault::Lag { id, s } if database.id == *id.as_str() => Some(*s),
        _ => None,
    });
    DbCauses {
        crashed: earliest(faults, |fault| matches!(fault, Fault::DatabaseCrash { id } if database.id == *id.as_str())),
        lag_s: in_order(lag).iter().fold(0.0, |sum, part| sum + part),
        replication_broken: earliest(
            faults,
            |fault| matches!(fault, Fault::ReplicaError { id } if database.id == *id.as_str()),
        ),
        storage_full: earliest(
            faults,
            |fault| matches!(fault, Fault::StorageFull { id } if database.id == *id.as_str()),
        ),
    }
}

fn settle_service(service: &mut Service, faults: &[InForce], now: SimTime, started: SimTime) -> bool {
    let factors = faults.iter().filter_map(|other| match &other.fault {
        Fault::Load { service: name, factor } => {
            name.as_deref().is_none_or(|name| service.name == *name).then_some(*factor)
        }
        _ => None,
    });
    let factor = product(factors);
    let health_path = earliest(
        faults,
        |fault| matches!(fault, Fault::HealthCheck { service: name } if service.name == *name.as_str()),
    );
    let retries = earliest(
        faults,
        |fault| matches!(fault, Fault::RetryStorm { service: name } if service.name == *name.as_str()),
    );
    let before = service.factor.latest().copied().unwrap_or(1.0);
    if service.factor.latest().is_none() {
        service.factor.record(started, 1.0);
    }
    service.factor.record(now, factor);
    let mut changed = before != factor;
    changed |= put(&mut service.health_path_broken, health_path);
    changed |= put(&mut service.retry_storm, retries);
    changed
}

/// Sums and products of fractions depend on the order of their parts in the last digit; faults have none.
fn in_order(parts: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut parts: Vec<f64> = parts.collect();
    parts.sort_by(f64::total_cmp);
    parts
}

fn product(parts: impl Iterator<Item = f64>) -> f64 {
    in_order(parts).iter().product()
}

/// Since when the earliest fault of a kind is in force.
fn earliest(faults: &[InForce], is: impl Fn(&Fault) -> bool) -> Option<SimTime> {
    faults.iter().filter(|other| is(&other.fault)).map(|other| other.since).min()
}

/// Sets `place`, and says whether that changed it.
fn put<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::world::{Format, Origin};
    use super::*;

    const DOCUMENT: &str = r#"
account = "111122223333"
[regions.eu-west-1]
network = 0
zones = { eu-west-1a = "euw1-az3", eu-west-1b = "euw1-az1" }
"#;

    fn world() -> World {
        let origin = Origin { seed: 5, start: SimTime::from_seconds(1_795_230_862) };
        World::from_document(DOCUMENT, Format::Toml, origin).unwrap()
    }

    fn zone(world: &World) -> ZoneCauses {
        world.regions["eu-west-1"].zones["eu-west-1a"].causes.clone()
    }

    #[test]
    fn faults_compose_and_healing_one_leaves_the_other() {
        let mut world = world();
        let gray = |share| Fault::GrayZone { zone: "eu-west-1a".to_owned(), share };
        let region = Fault::RegionOutage { region: "eu-west-1".to_owned() };
        let power = Fault::ZonePowerLoss { zone: "euw1-az3".to_owned() };
        world.apply(gray(0.5)).unwrap();
        world.apply(gray(0.2)).unwrap();
        world.apply(power.clone()).unwrap();
        world.apply(region.clone()).unwrap();
        assert!((zone(&world).loss - 0.6).abs() < 1e-9);
        world.heal(&power).unwrap();
        assert!(zone(&world).dark.is_some(), "the region is still out");
        world.heal(&region).unwrap();
        world.heal(&gray(0.5)).unwrap();
        assert_eq!((zone(&world).dark, (zone(&world).loss * 10.0).round()), (None, 2.0));
        world.heal(&gray(0.2)).unwrap();
        assert_eq!(zone(&world), ZoneCauses::default());
    }

    #[test]
    fn what_does_not_exist_cannot_break() {
        let mut world = world();
        let error = world.apply(Fault::ZonePowerLoss { zone: "eu-west-1x".to_owned() }).unwrap_err();
        assert_eq!(error.to_string(), "there is no zone \"eu-west-1x\"");
        let error = world.apply(Fault::Cut { service: "ec3".to_owned() }).unwrap_err();
        assert_eq!(error.to_string(), "there is no AWS service \"ec3\"");
        assert!(world.faults.is_empty());
    }
}
