//! `evacuate` and `return` (`aws-domain.md` C.3) over the SDK on virtual time, held against the ledger: what clients truly got.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fournines::engine::{Asked, Ended, NoCommands, Outcome, Run};
use fournines::estate::group::Group;
use fournines::estate::instance::{Instance, InstanceState};
use fournines::estate::shift::ManagedResource;
use fournines::id::{InstanceId, ZoneId};
use fournines::journal::{Event, Journal, Reading, Record};
use fournines::judge::Picture;
use fournines::judge::zone::ZoneVerdict;
use fournines::operation::{Intent, Plan, StepId};
use fournines::runtime::operating::drawing::KINDS;
use fournines::sim::SimTime;
use fournines::sim::fault::Fault;
use tokio::sync::mpsc;

use super::matrix::on_virtual_time;
use super::stage::{Memory, Stage, east, settings};
use crate::watching::Console;

const ZONE: &str = "us-east-1b";
/// How long a zone may be sick before it must be called so.
const FOUND: u64 = 15 * 60;
/// Over how long what clients got is counted, from the confirmation on.
const COUNTED: u64 = 30 * 60;

/// An account with a sick zone, watched until it is called degraded.
struct Incident {
    stage: Stage,
    console: Console,
    picture: Arc<Picture>,
}

impl Incident {
    async fn found(scenario: &str, set: &[&str], seed: u64) -> Self {
        let stage = Stage::playing(scenario, set, seed);
        let mut console = Console::open(&stage.account, &["us-east-1"]);
        console.look_at(KINDS.to_vec(), Vec::new());
        let mut waited = 0;
        loop {
            let picture = console.after(20).await;
            waited += 20;
            let zones = &picture.judgement.regions[&east()].zones;
            let verdict = zones.iter().find(|zone| zone.name.as_str() == ZONE).map(|zone| zone.verdict);
            if verdict == Some(ZoneVerdict::Degraded) {
                // A person looks, and reads the review.
                let picture = console.after(40).await;
                return Self { stage, console, picture };
            }
            assert!(waited < FOUND, "{scenario}, seed {seed}: {ZONE} is {verdict:?} after {waited} s");
        }
    }

    async fn draw(&self, operation: &str, with: &[(&str, &str)]) -> Result<Plan, fournines::operation::Refusal> {
        let intent = Intent {
            operation: operation.into(),
            targets: vec![ZONE.into()],
            region: Some(east()),
            settings: with.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            ..Intent::default()
        };
        self.stage.draw_over(&self.picture, &intent).await.outcome
    }

    async fn plan(&self, operation: &str, with: &[(&str, &str)]) -> Plan {
        match self.draw(operation, with).await {
            Ok(plan) => plan,
            Err(refusal) => panic!("{operation} is refused: {refusal}; {}", refusal.remedy),
        }
    }

    /// Lets the account go on, watched.
    async fn watch(&mut self, seconds: u64) {
        self.picture = self.console.after(seconds).await;
    }

    fn now(&self) -> SimTime {
        self.stage.account.sim.now()
    }

    /// Requests that failed, by service.
    fn failed(&self, from: SimTime) -> BTreeMap<String, f64> {
        let until = self.now();
        self.stage.account.sim.with_world(|world| {
            let region = world.region("us-east-1").unwrap();
            let names: Vec<String> = region.ledger.services.keys().map(ToString::to_string).collect();
            let sums = |name: String| {
                let failed = world.ledger_sums("us-east-1", &name, from, until)?.failed;
                Some((name, failed))
            };
            names.into_iter().filter_map(sums).collect()
        })
    }

    /// Machines of groups behind balancers that run in the zone.
    fn behind_balancers(picture: &Picture) -> BTreeSet<InstanceId> {
        let groups = picture.estate.known::<Group>(&east());
        let behind = groups.filter(|group| !group.target_groups.is_empty() || !group.classic_balancers.is_empty());
        let members: BTreeSet<InstanceId> =
            behind.flat_map(|group| &group.members).map(|member| member.instance.clone()).collect();
        let running = |instance: &&Instance| {
            instance.zone.as_str() == ZONE && instance.state == InstanceState::Running && members.contains(&instance.id)
        };
        picture.estate.known::<Instance>(&east()).filter(running).map(|instance| instance.id.clone()).collect()
    }
}

fn told(records: &[Record]) -> String {
    records.iter().map(fournines::cli::run::line).collect()
}

/// Seconds from the confirmation until each part's last step was done.
fn took(plan: &Plan, records: &[Record]) -> BTreeMap<String, i64> {
    let Some(confirmed) = records.iter().find(|record| matches!(record.event, Event::Confirmed { .. })) else {
        return BTreeMap::new();
    };
    let mut took = BTreeMap::new();
    for record in records {
        let Some(step) = record.step.as_ref().and_then(|id| plan.step(id)) else { continue };
        if matches!(record.event, Event::StepDone { .. }) {
            took.insert(step.part.to_string(), record.at.duration_since(confirmed.at).as_secs());
        }
    }
    took
}

/// What somebody set of a group or a balancer.
#[derive(Debug, PartialEq)]
struct Set {
    fields: String,
    desired: Option<i32>,
}

/// Everything that an evacuation may change.
fn set(picture: &Picture) -> BTreeMap<String, Set> {
    let mut all = BTreeMap::new();
    for group in picture.estate.known::<Group>(&east()) {
        let own = group.tags.iter().map(|(key, _)| key).filter(|key| key.starts_with("fournines:"));
        let behavior = &group.impaired_zone_behavior;
        let (sizes, own) = ((group.min, group.max), own.collect::<Vec<_>>());
        let fields = format!("{sizes:?} {:?} {:?} {behavior:?} {own:?}", group.suspended.keys(), group.subnets);
        all.insert(group.name.to_string(), Set { fields, desired: Some(group.desired) });
    }
    for resource in picture.estate.known::<ManagedResource>(&east()) {
        all.insert(resource.arn.to_string(), Set { fields: format!("{:?}", resource.weights), desired: None });
    }
    all
}

/// One world: the same incident with somebody who evacuates and with nobody who does anything.
async fn outcome(scenario: &str, set: &[&str], seed: u64) -> Result<String, String> {
    let mut idle = Incident::found(scenario, set, seed).await;
    let from = idle.now();
    idle.watch(COUNTED).await;
    let unacted = idle.failed(from);

    let mut acted = Incident::found(scenario, set, seed).await;
    assert_eq!(acted.now(), from, "the same incident");
    let before = Incident::behind_balancers(&acted.picture);
    let plan = acted.plan("evacuate", &[]).await;
    let (ended, records) = acted.stage.run(&plan).await;
    let words = format!("{scenario} {set:?}, seed {seed}");
    // A lane may be held, with its numbers: the account changes meanwhile, and what is begun in a dead zone hangs.
    let is_held = ended.outcome == Outcome::Stopped && ended.detail.starts_with("held: ");
    assert!(
        ended.outcome == Outcome::Done || is_held,
        "{words}: {:?} {}\n{}",
        ended.outcome,
        ended.detail,
        told(&records)
    );
    let spent = u64::try_from(acted.now().as_millis() - from.as_millis()).unwrap() / 1000;
    acted.watch(COUNTED.saturating_sub(spent)).await;
    let failed = acted.failed(from);
    let line = format!(
        "{words}: {:?} {}; failed {:.0}, had nobody acted {:.0}; seconds {:?}",
        ended.outcome,
        ended.detail,
        failed.values().sum::<f64>(),
        unacted.values().sum::<f64>(),
        took(&plan, &records)
    );
    let ended_by_us: Vec<InstanceId> = ended_by(&records).intersection(&before).cloned().collect();
    if !ended_by_us.is_empty() {
        return Err(format!("{line}: {ended_by_us:?} ended behind shifted balancers\n{}", told(&records)));
    }
    if failed.values().sum::<f64>() >= unacted.values().sum::<f64>() {
        let each = failed.iter().map(|(name, count)| format!("{name} {count:.0} ({:.0})", unacted[name]));
        let each: Vec<String> = each.collect();
        return Err(format!("{line}: more failed than if nobody had acted: {}\n{}", each.join(", "), told(&records)));
    }
    Ok(line)
}

/// Whom a run ended.
fn ended_by(records: &[Record]) -> BTreeSet<InstanceId> {
    let calls = records.iter().filter_map(|record| match &record.event {
        Event::Call(sent) => Some(&sent.call),
        _ => None,
    });
    let ends = calls.filter(|call| call.action.name().starts_with("Terminate"));
    ends.flat_map(|call| call.action.known_instances().cloned().collect::<Vec<_>>()).collect()
}

#[test]
fn fewer_requests_fail_than_if_nobody_had_acted_and_no_machine_behind_a_shifted_balancer_is_ended() {
    let worlds: &[(&str, &[&str], u64)] = &[
        ("gray-zone", &[], 1),
        ("gray-zone", &["share=0.6"], 2),
        ("gray-zone", &["share=0.45"], 3),
        ("zone-power-loss", &[], 1),
        ("ebs-stall", &[], 1),
    ];
    let (queue, wrongs) = (std::sync::Mutex::new(worlds.to_vec()), std::sync::Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    let Some((scenario, set, seed)) = queue.lock().unwrap().pop() else { return };
                    match on_virtual_time(|| outcome(scenario, set, seed)) {
                        Ok(line) => println!("{line}"),
                        Err(wrong) => wrongs.lock().unwrap().push(wrong),
                    }
                }
            });
        }
    });
    let wrongs = wrongs.into_inner().unwrap();
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n\n"));
}

/// Where nothing else happened, returning leaves the account as it was.
#[test]
fn a_return_after_an_evacuation_leaves_no_difference() {
    on_virtual_time(|| async {
        let mut incident = Incident::found("gray-zone", &[], 1).await;
        let before = set(&incident.stage.survey().await);
        let plan = incident.plan("evacuate", &[]).await;
        let (ended, records) = incident.stage.run(&plan).await;
        assert_eq!(ended.outcome, Outcome::Done, "{}\n{}", ended.detail, told(&records));
        incident.stage.keep(&records);
        incident.stage.account.heal(Fault::GrayZone { zone: ZONE.to_owned(), share: 0.3 });
        // What was sick must have been well for a while.
        incident.watch(75 * 60).await;
        let plan = incident.plan("return", &[]).await;
        let (ended, records) = incident.stage.run(&plan).await;
        assert_eq!(ended.outcome, Outcome::Done, "{}\n{}", ended.detail, told(&records));
        incident.watch(20 * 60).await;
        let after = set(&incident.stage.survey().await);
        let left: String = plan.summary.notes.iter().map(|note| note.text.as_str()).collect();
        for (name, before) in &before {
            let now = &after[name];
            assert_eq!(now.fields, before.fields, "{name}\n{}", told(&records));
            // Today's need is kept, and said; a queue's workers are scaled by their own policy.
            let is_told = now.desired == before.desired || left.contains(name.as_str()) || name == "workers-asg";
            assert!(is_told, "{name}: desired {:?} → {:?}\n{left}", before.desired, now.desired);
        }
    });
}

/// What a lane is refused holds it alone; resumed, nothing is begun twice.
#[test]
fn one_denied_lane_leaves_all_others_done_and_resuming_begins_no_shift_twice() {
    on_virtual_time(|| async {
        let incident = Incident::found("gray-zone", &[], 1).await;
        let plan = incident.plan("evacuate", &[]).await;
        println!("{}", serde_json::to_string_pretty(&plan.summary).unwrap());
        let denied = "autoscaling:SuspendProcesses";
        assert!(plan.calls().any(|call| call.action.iam().contains(&denied)), "it is part of it");
        incident.stage.account.deny(denied);
        let memory = Memory::default();
        let ended = begin(&incident, &plan, &memory).await;
        let reading = Reading::of(&memory.0.lock().unwrap());
        assert_eq!(ended.outcome, Outcome::Stopped, "{}\n{}", ended.detail, told(&reading.records));
        assert!(ended.detail.contains("held"), "{}", ended.detail);
        let done: BTreeSet<&StepId> = reading
            .records
            .iter()
            .filter(|record| matches!(record.event, Event::StepDone { .. }))
            .filter_map(|record| record.step.as_ref())
            .collect();
        // What is denied, and what rests on it.
        let mut held: BTreeSet<&StepId> = BTreeSet::new();
        for step in &plan.steps {
            let is_denied = step.calls.iter().any(|call| call.action.iam().contains(&denied));
            if is_denied || step.needs.iter().any(|need| held.contains(need)) {
                held.insert(&step.id);
            }
        }
        assert!(!held.is_empty() && held.len() < plan.steps.len());
        for step in plan.steps.iter().filter(|step| !held.contains(&step.id)) {
            assert!(done.contains(&step.id), "{} waits for nothing\n{}", step.id, told(&reading.records));
        }
        incident.stage.account.allow(denied);
        let run = Run::again(
            (incident.stage.live(&plan.id), NoCommands, ()),
            Journal::go_on(memory.clone(), &reading),
            &reading,
            settings(),
        );
        let (_orders, asked) = mpsc::channel::<Asked>(1);
        let ended = run.unwrap().resume(0, asked).await.unwrap();
        let records = Reading::of(&memory.0.lock().unwrap()).records;
        assert_eq!(ended.outcome, Outcome::Done, "{}\n{}", ended.detail, told(&records));
        let planned = plan.calls().filter(|call| call.action.name() == "StartZonalShift").count();
        let sent = incident.stage.writes().iter().filter(|name| *name == "StartZonalShift").count();
        assert_eq!(sent, planned, "exactly one a resource over both runs");
        let picture = incident.stage.survey().await;
        let zone = zone_id(&picture);
        let shifted = plan.calls().filter_map(|call| {
            let parameters = call.parameters().ok()?;
            Some(parameters.get("resourceIdentifier")?.as_str()?.to_owned())
        });
        for arn in shifted {
            let resource =
                picture.estate.known::<ManagedResource>(&east()).find(|each| each.arn.as_str() == arn).unwrap();
            assert_eq!(resource.weights.get(&zone), Some(&0.0), "{arn}");
        }
    });
}

fn zone_id(picture: &Picture) -> ZoneId {
    let zones = &picture.judgement.regions[&east()].zones;
    zones.iter().find(|zone| zone.name.as_str() == ZONE).unwrap().id.clone()
}

async fn begin(incident: &Incident, plan: &Plan, memory: &Memory) -> Ended {
    let ports = (incident.stage.live(&plan.id), NoCommands, ());
    let run = Run::of(ports, Journal::begin(memory.clone()), plan, settings());
    let (_orders, asked) = mpsc::channel::<Asked>(1);
    run.begin(incident.stage.grant(plan), asked).await.unwrap()
}

/// `aws-domain.md` F.12: without room nothing is shifted at once.
#[test]
fn f_12_without_headroom_a_partial_outage_is_not_turned_into_a_total_one() {
    on_virtual_time(|| async {
        let mut incident = Incident::found("no-headroom", &[], 1).await;
        let from = incident.now();
        let plan = incident.plan("evacuate", &[]).await;
        let shift = plan.steps.iter().position(|step| {
            &*step.part == "checkout" && step.calls.iter().any(|call| call.action.name() == "StartZonalShift")
        });
        let grow = plan.steps.iter().position(|step| {
            &*step.part == "checkout" && step.calls.iter().any(|call| call.action.name() == "UpdateAutoScalingGroup")
        });
        match (grow, shift) {
            (Some(grow), Some(shift)) => assert!(grow < shift, "it grows first"),
            (None, None) => {}
            other => panic!("checkout is shifted without room: {other:?}"),
        }
        let (ended, records) = incident.stage.run(&plan).await;
        incident.watch(10 * 60).await;
        let mut idle = Incident::found("no-headroom", &[], 1).await;
        idle.watch((incident.now().as_millis() - from.as_millis()) as u64 / 1000).await;
        let (failed, unacted) = (incident.failed(from), idle.failed(from));
        assert!(
            failed["checkout"] <= unacted["checkout"] * 1.05,
            "{:?}: {:.0} requests of checkout failed, {:.0} had nobody acted\n{}",
            ended.outcome,
            failed["checkout"],
            unacted["checkout"],
            told(&records)
        );
    });
}
