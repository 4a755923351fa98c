//! Properties of the simulated account over random worlds, faults and heals.
//!
//! Owns: the invariants that no single rule's test can hold. Must stay true: the choices come from seeds, so that a
//! failure can be had again; the message names the seed.

mod writes;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::fault::Fault;
use super::world::{AlarmState, LifecycleState, Origin, ShiftStatus, TargetState, World};
use super::{Options, Scenario, Sim, SimTime, physics, state, wire};

const START: SimTime = SimTime::from_seconds(1_795_230_862);
const REGION: &str = "us-east-1";

fn world(seed: u64) -> World {
    World::builtin(Origin { seed, start: START }).unwrap()
}

/// Names that faults can be about.
struct Names {
    zones: Vec<String>,
    instances: Vec<String>,
    groups: Vec<String>,
    services: Vec<String>,
    databases: Vec<String>,
}

impl Names {
    fn of(world: &World) -> Self {
        let region = &world.regions[REGION];
        Self {
            zones: region.zones.values().flat_map(|zone| [zone.name.to_string(), zone.id.to_string()]).collect(),
            instances: region.instances.keys().map(ToString::to_string).collect(),
            groups: region.groups.keys().map(ToString::to_string).collect(),
            services: region.services.keys().map(ToString::to_string).collect(),
            databases: region.databases.keys().map(ToString::to_string).collect(),
        }
    }

    /// A fault whose cause lasts while it is in force.
    fn lasting(&self, random: &mut fastrand::Rng) -> Fault {
        let zone = pick(&self.zones, random);
        let instance = pick(&self.instances, random);
        let service = pick(&self.services, random);
        let id = pick(&self.databases, random);
        match random.u32(..15) {
            0 => Fault::ZonePowerLoss { zone },
            1 => Fault::GrayZone { zone, share: f64::from(random.u32(1..10)) / 10.0 },
            2 => Fault::NoCapacity { zone },
            3 => Fault::EbsStall { zone },
            4 => Fault::Host { instance },
            5 => Fault::Guest { instance },
            6 => Fault::Application { instance },
            7 => Fault::KeyDenied { group: pick(&self.groups, random) },
            8 => Fault::HealthCheck { service },
            9 => Fault::Load { service: Some(service), factor: f64::from(random.u32(1..30)) / 10.0 },
            10 => Fault::Load { service: None, factor: f64::from(random.u32(1..30)) / 10.0 },
            11 => Fault::LateMetrics { s: f64::from(random.u32(1..1200)) },
            12 => Fault::NatGateway { zone: "use1-az6".to_owned(), share: f64::from(random.u32(1..10)) / 10.0 },
            13 => Fault::Lag { id, s: f64::from(random.u32(1..9000)) / 10.0 },
            _ => Fault::RegionOutage { region: REGION.to_owned() },
        }
    }

    /// Any fault of the physics, those that act once among them.
    fn any(&self, random: &mut fastrand::Rng) -> Fault {
        match random.u32(..9) {
            0 => Fault::Autoshift { zone: pick(&self.zones, random) },
            1 => Fault::PracticeRun { zone: pick(&self.zones, random) },
            2 => Fault::BadRelease { group: pick(&self.groups, random) },
            3 => Fault::DatabaseCrash { id: pick(&self.databases, random) },
            4 => Fault::Refresh { group: pick(&self.groups, random) },
            5 => Fault::RetryStorm { service: pick(&self.services, random) },
            _ => self.lasting(random),
        }
    }
}

fn pick(names: &[String], random: &mut fastrand::Rng) -> String {
    random.choice(names).unwrap().clone()
}

/// Every lasting cause of the world, as text.
fn causes(world: &World) -> String {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for region in world.regions.values() {
        lines.insert(region.name.to_string(), format!("{:?}", region.causes));
        for zone in region.zones.values() {
            lines.insert(zone.name.to_string(), format!("{:?}", zone.causes));
        }
        for gateway in region.nat_gateways.values() {
            lines.insert(gateway.id.clone(), format!("{:?}", gateway.causes));
        }
        for instance in region.instances.values() {
            lines.insert(instance.id.to_string(), format!("{:?}", instance.causes));
        }
        for group in region.groups.values() {
            lines.insert(format!("{} {}", region.name, group.name), format!("{:?}", group.causes));
        }
        for database in region.databases.values() {
            lines.insert(format!("{} {}", region.name, database.id), format!("{:?}", database.causes));
        }
        for service in region.services.values() {
            let factor = service.factor.latest().copied().unwrap_or(1.0);
            let causes = (factor, service.health_path_broken, service.retry_storm);
            lines.insert(format!("{} service {}", region.name, service.name), format!("{causes:?}"));
        }
    }
    lines.insert("late".to_owned(), format!("{:?}", world.late_metrics_s.latest().copied().unwrap_or(0.0)));
    format!("{lines:#?}")
}

#[test]
fn causes_are_those_of_the_faults_in_force_in_whatever_order_they_came_and_went() {
    let calm = world(7);
    let (names, before) = (Names::of(&calm), causes(&calm));
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut faults: Vec<Fault> = Vec::new();
        for _ in 0..random.usize(1..10) {
            let fault = names.lasting(&mut random);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        let staying = random.usize(..=faults.len());
        let (mut all, mut few) = (calm.clone(), calm.clone());
        for fault in &faults {
            all.apply(fault.clone()).unwrap();
        }
        for fault in faults[..staying].iter().rev() {
            few.apply(fault.clone()).unwrap();
        }
        let mut leaving = faults[staying..].to_vec();
        random.shuffle(&mut leaving);
        for fault in &leaving {
            all.heal(fault).unwrap();
        }
        assert_eq!(causes(&all), causes(&few), "seed {seed}: {faults:?}, of which {staying} stay");
        random.shuffle(&mut faults[..staying]);
        for fault in &faults[..staying] {
            all.heal(fault).unwrap();
        }
        assert_eq!(causes(&all), before, "seed {seed}: healed");
    }
}

/// What happens in a run.
enum Step {
    Pass(u64),
    Apply(Fault),
    Heal(Fault),
}

/// A random course of faults and heals over some hours. Faults of one kind about one thing do not overlap themselves.
fn course(names: &Names, seed: u64) -> Vec<Step> {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut steps, mut on): (Vec<Step>, Vec<Fault>) = (Vec::new(), Vec::new());
    for _ in 0..8 {
        steps.push(Step::Pass(random.u64(1..1500)));
        if !on.is_empty() && random.bool() {
            steps.push(Step::Heal(on.swap_remove(random.usize(..on.len()))));
        } else {
            let fault = names.any(&mut random);
            if !on.contains(&fault) {
                on.push(fault.clone());
                steps.push(Step::Apply(fault));
            }
        }
    }
    steps.push(Step::Pass(random.u64(1..1500)));
    steps.extend(on.into_iter().map(Step::Heal));
    steps
}

/// Runs a course; every pass is cut into pieces by `cut`.
fn run(sim: &Sim, steps: &[Step], mut cut: impl FnMut(u64) -> Vec<u64>) {
    for step in steps {
        match step {
            Step::Pass(seconds) => cut(*seconds).into_iter().for_each(|piece| {
                sim.advance(Duration::from_secs(piece));
            }),
            // An instance that it names may be gone by then: its group ended it.
            Step::Apply(fault) => sim.with_world(|world| match world.must_exist(fault) {
                Ok(()) => world.apply(fault.clone()).unwrap(),
                Err(unknown) => assert_eq!(unknown.kind, "instance", "{unknown}"),
            }),
            Step::Heal(fault) => sim.with_world(|world| {
                if world.faults.iter().any(|other| other.fault == *fault) {
                    world.heal(fault).unwrap();
                }
            }),
        }
        sim.with_world(|world| must_always_hold(world));
    }
}

/// What no fault can break.
fn must_always_hold(world: &World) {
    for region in world.regions.values() {
        for resource in region.managed_resources.values() {
            let away = resource.applied_weights.values().filter(|weight| **weight <= 0.0).count();
            assert!(away <= 1, "{}: {away} zones away at once", resource.name);
        }
        for group in region.target_groups.values() {
            for target in group.targets.values() {
                let Some(zone) = &target.zone else { continue };
                let due = region.administrative_override(group, zone.as_str());
                assert_eq!(target.administrative_override, due, "{} {}", group.name, target.key.id);
            }
        }
        for group in region.groups.values() {
            for member in group.members.values() {
                let instance = &region.instances[&member.instance];
                assert_eq!(instance.group.as_ref(), Some(&group.name), "{} belongs to one group", instance.id);
                assert_eq!(instance.zone, member.zone, "{}", instance.id);
            }
        }
    }
}

fn sim(seed: u64) -> Sim {
    let options = Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() };
    Sim::new(world(seed), options, Box::new(|| Duration::ZERO))
}

/// The world's document and what AWS answers of it.
fn told(sim: &Sim) -> String {
    let calls = [
        ("ec2", "Action=DescribeInstanceStatus&Version=2016-11-15&IncludeAllInstances=true"),
        ("autoscaling", "Action=DescribeAutoScalingGroups&Version=2011-01-01"),
        ("autoscaling", "Action=DescribeScalingActivities&Version=2011-01-01"),
        ("rds", "Action=DescribeDBInstances&Version=2014-10-31"),
        ("rds", "Action=DescribeEvents&Version=2014-10-31"),
        ("monitoring", "Action=DescribeAlarms&Version=2010-08-01"),
    ];
    let mut told = sim.with_world(|world| state::document(world).to_string());
    for (scope, body) in calls {
        let credentials = format!("AWS4-HMAC-SHA256 Credential=x/20261121/{REGION}/{scope}/aws4_request, Signature=0");
        let request = http::Request::builder()
            .method("POST")
            .uri("/")
            .header("authorization", credentials)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(Bytes::from_static(body.as_bytes()));
        let answer = wire::answer(sim, request.unwrap()).response().unwrap();
        told.push_str(&String::from_utf8_lossy(answer.body()));
    }
    told
}

#[test]
fn the_same_seed_is_the_same_run_byte_for_byte_in_whatever_pieces_time_passes() {
    for seed in 0..2 {
        let steps = course(&Names::of(&world(seed)), seed);
        let (whole, again, pieces) = (sim(seed), sim(seed), sim(seed));
        run(&whole, &steps, |seconds| vec![seconds]);
        run(&again, &steps, |seconds| vec![seconds]);
        let mut random = fastrand::Rng::with_seed(!seed);
        run(&pieces, &steps, |seconds| {
            let first = random.u64(..=seconds);
            let second = random.u64(..=seconds - first);
            vec![first, second, seconds - first - second]
        });
        let expected = told(&whole);
        assert!(expected == told(&again), "seed {seed}: another run of the same seed differs");
        assert!(expected == told(&pieces), "seed {seed}: in pieces it went another way");
    }
}

/// What is not as in a healthy account.
fn ailments(world: &World) -> Vec<String> {
    let mut ailments = Vec::new();
    let mut note = |what: String| ailments.push(what);
    for region in world.regions.values() {
        for group in region.groups.values() {
            let away = group.members.values().filter(|member| member.state != LifecycleState::Standby);
            for member in away {
                let serves = region.instances.get(&member.instance);
                let serves = serves.is_some_and(|instance| physics::serves(region, instance, world.now));
                if !serves || member.state != LifecycleState::InService {
                    note(format!("{}: {} {} serves {serves}", group.name, member.instance, member.state));
                }
            }
            if group.in_service() != usize::try_from(group.desired).unwrap() {
                note(format!("{}: {} in service of {}", group.name, group.in_service(), group.desired));
            }
        }
        for group in region.target_groups.values() {
            let sick = group.targets.values().filter(|target| target.state != TargetState::Healthy);
            sick.for_each(|target| note(format!("{}: {} {:?}", group.name, target.key.id, target.state)));
        }
        for database in region.databases.values().filter(|database| database.status.as_str() != "available") {
            note(format!("{}: {}", database.id, database.status));
        }
        for alarm in region.alarms.values().filter(|alarm| alarm.state == AlarmState::Alarm) {
            note(format!("{}: {}", alarm.name, alarm.reason));
        }
        for shift in region.zonal_shifts.iter().filter(|shift| shift.status == ShiftStatus::Active) {
            note(format!("shift of {} away from {}", shift.resource, shift.away_from));
        }
        for resource in region.managed_resources.values() {
            let away = resource.applied_weights.values().filter(|weight| **weight <= 0.0).count();
            (away > 0).then(|| note(format!("{}: {away} zones away", resource.name)));
        }
    }
    ailments
}

#[test]
fn no_state_is_left_without_a_cause_once_all_is_healed() {
    assert_eq!(ailments(&world(0)), [""; 0]);
    let mut sick = 0;
    for seed in 10..14 {
        let sim = sim(seed);
        let steps = sim.with_world(|world| course(&Names::of(world), seed));
        run(&sim, &steps, |seconds| vec![seconds]);
        sick += sim.with_world(|world| ailments(world).len());
        sim.advance(Duration::from_secs(6 * 3600));
        let left = sim.with_world(|world| ailments(world));
        let faults: Vec<_> =
            steps.iter().filter_map(|step| if let Step::Apply(fault) = step { Some(fault) } else { None }).collect();
        assert!(left.is_empty(), "seed {seed}: {left:#?}\nafter {faults:#?}");
    }
    assert!(sick > 0, "the faults did something");
}

/// Both once left clients in a storm of retries that nothing ended.
#[test]
fn an_overload_does_not_outlive_its_cause() {
    let faults = [Fault::Load { service: None, factor: 1000.0 }, Fault::StorageFull { id: "orders".to_owned() }];
    for fault in faults {
        let sim = sim(7);
        sim.with_world(|world| world.apply(fault.clone())).unwrap();
        sim.advance(Duration::from_secs(1800));
        sim.with_world(|world| world.heal(&fault)).unwrap();
        sim.advance(Duration::from_secs(3 * 3600));
        sim.with_world(|world| {
            let from = world.now - Duration::from_secs(600);
            for service in world.regions["us-east-1"].services.keys() {
                let sums = world.ledger_sums("us-east-1", service.as_str(), from, world.now).unwrap();
                let availability = sums.availability().unwrap_or(1.0);
                assert!(availability > 0.97, "{fault:?}: {service} {availability}");
            }
            // What piled up in a queue is really there, and takes its time.
            let left: Vec<_> =
                ailments(world).into_iter().filter(|one| !one.starts_with("workers-queue-age")).collect();
            assert_eq!(left, [""; 0], "{fault:?}");
        });
    }
}
