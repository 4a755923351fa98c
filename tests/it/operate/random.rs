//! Runs at random over the SDK: worlds, operations, faults, deaths, orders and other people, by seed. However it comes, it comes to an end,
//! nothing was called that the journal did not announce nor the plan show, and the account is what the journal says.

use std::collections::BTreeMap;
use std::time::Duration;

use fournines::engine::{Account as _, Asked, Ended, NoCommands, Order, Outcome, Past, Run, Settings, StartError};
use fournines::estate::group::Group;
use fournines::estate::instance::Instance;
use fournines::estate::shift::ZonalShift;
use fournines::journal::{Event, Journal, Phase, Reading};
use fournines::judge::Picture;
use fournines::operation::call::{SetDesired, Stamp};
use fournines::operation::condition::Fact;
use fournines::operation::intent::{FieldKind, TargetKind};
use fournines::operation::{Action, Call, Limits, OPERATIONS, Operation, Plan, StepId};
use fournines::sim::fault::Fault;
use tokio::sync::mpsc;

use super::matrix::{on_virtual_time, world};
use super::stage::{Memory, Stage, east, settings};

/// How many runs there are; `FOURNINES_RUNS` says another number, `FOURNINES_SEED` just one.
const RUNS: u64 = 40;
/// How often a run is gone on with before somebody mends all that is wrong and sees it through.
const AGAIN: usize = 4;
/// What no run may take, however it comes.
const ENDLESS: Duration = Duration::from_secs(12 * 3600);
/// What the worlds are like in which it happens.
const SCENARIOS: &[&str] =
    &["calm", "calm", "calm", "host-failure", "no-capacity", "throttled", "gray-zone", "blind-group", "load-swing"];

/// One run and what is so of it.
struct Course {
    rng: fastrand::Rng,
    stage: Stage,
    before: Picture,
    plan: Plan,
    memory: Memory,
    /// Whether nobody but the run touched the account, and nothing in it broke.
    is_alone: bool,
    /// Faults in force, to be healed in the end.
    faults: Vec<Fault>,
}

/// How a course began.
enum Begun {
    Refused,
    Running(Box<Course>),
}

fn pick<'a, T>(rng: &mut fastrand::Rng, of: &'a [T]) -> Option<&'a T> {
    (!of.is_empty()).then(|| &of[rng.usize(0..of.len())])
}

/// Something of the kind that an operation takes.
fn target(rng: &mut fastrand::Rng, operation: &Operation, picture: &Picture) -> Option<String> {
    let mut found: Vec<String> = match operation.target {
        TargetKind::Instance => picture.estate.known::<Instance>(&east()).map(|each| each.id.to_string()).collect(),
        TargetKind::Group => picture.estate.known::<Group>(&east()).map(|each| each.name.to_string()).collect(),
        TargetKind::Zone => picture.judgement.regions[&east()].zones.iter().map(|zone| zone.name.to_string()).collect(),
        TargetKind::Shift => picture.estate.known::<ZonalShift>(&east()).map(|shift| shift.id.to_string()).collect(),
    };
    found.sort();
    pick(rng, &found).cloned()
}

/// Some of the form, filled in.
fn form(rng: &mut fastrand::Rng, operation: &Operation) -> Vec<(&'static str, String)> {
    let mut filled = Vec::new();
    for field in operation.form {
        let often = if operation.name == "scale" && field.name == "desired" { 4 } else { 1 };
        if rng.u8(0..5) >= often {
            continue;
        }
        let value = match field.kind {
            FieldKind::Choice(words) => pick(rng, words).map(|word| (*word).to_owned()),
            FieldKind::Count => pick(rng, &["+1", "-1", "+2", "4"]).map(|word| (*word).to_owned()),
            FieldKind::Switch => pick(rng, &["yes", "no"]).map(|word| (*word).to_owned()),
            FieldKind::Ids | FieldKind::Name => None,
        };
        filled.extend(value.map(|value| (field.name, value)));
    }
    filled
}

impl Course {
    async fn begin(seed: u64) -> Begun {
        let mut rng = fastrand::Rng::with_seed(seed);
        let scenario = SCENARIOS[rng.usize(0..SCENARIOS.len())];
        let stage = Stage::after(scenario, &[], rng.u64(1..9)).await;
        let before = stage.look().await;
        let operation = &OPERATIONS[rng.usize(0..OPERATIONS.len())];
        let Some(target) = target(&mut rng, operation, &before) else { return Begun::Refused };
        let filled = form(&mut rng, operation);
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match stage.draw(operation.name, &target, &filled).await.outcome {
            Ok(plan) => {
                let (memory, faults) = (Memory::default(), Vec::new());
                let is_alone = scenario == "calm";
                Begun::Running(Box::new(Self { rng, stage, before, plan, memory, is_alone, faults }))
            }
            Err(refusal) => {
                assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty(), "seed {seed}: {refusal:?}");
                assert!(stage.writes().is_empty(), "seed {seed}: a refusal calls nothing");
                Begun::Refused
            }
        }
    }

    fn reading(&self) -> Reading {
        Reading::of(&self.memory.0.lock().unwrap())
    }

    fn past(&self) -> Option<Past> {
        Past::of(&self.reading().records).ok()
    }

    /// Something goes wrong with the account, or somebody else touches it.
    async fn disturb(&mut self) {
        let actions: Vec<&Call> = self.plan.calls().collect();
        let action = pick(&mut self.rng, &actions).map(|call| call.action.iam()[0].to_owned());
        let service = (*pick(&mut self.rng, &["autoscaling", "ec2", "elasticloadbalancing"]).unwrap()).to_owned();
        let fault = match self.rng.u8(0..7) {
            0 => action.map(|action| Fault::Deny { action }),
            1 => Some(Fault::Throttle { service, rate: 0.2 }),
            2 => Some(Fault::Error { service, code: "InternalError".to_owned(), share: 0.5 }),
            3 => Some(Fault::Slow { service, s: 20.0 }),
            4 => Some(Fault::LoseAnswer { nth: self.rng.u64(1..4) }),
            5 => Some(Fault::Dead {}),
            _ => return self.meddle().await,
        };
        if let Some(fault) = fault {
            self.stage.account.fault(fault.clone());
            self.faults.push(fault);
        }
    }

    /// Somebody else sets how many members a group of the plan keeps.
    async fn meddle(&mut self) {
        let Some(group) = self.groups().into_iter().next() else { return };
        let picture = self.stage.look().await;
        let Some(group) = picture.estate.known::<Group>(&east()).find(|each| each.name.as_str() == group).cloned()
        else {
            return;
        };
        let set = SetDesired {
            auto_scaling_group_name: group.name.clone(),
            desired_capacity: (group.desired + 1).min(group.max),
            honor_cooldown: false,
        };
        let call = Call::new(&east(), Action::SetDesiredCapacity(set));
        let (step, token) = (StepId::from("s0"), "somebody".into());
        let stamp = Stamp { operation: "somebody".into(), step, ordinal: 0, undo: false, token };
        self.is_alone = false;
        // Refused or not: it is somebody else's.
        self.stage.live("somebody").send(&call, &stamp).await.ok();
    }

    /// The groups that the plan speaks of.
    fn groups(&self) -> Vec<String> {
        let names: Vec<String> = self.before.estate.known::<Group>(&east()).map(|each| each.name.to_string()).collect();
        let text = serde_json::to_string(&self.plan.steps).unwrap();
        names.into_iter().filter(|name| text.contains(&format!("\"{name}\""))).collect()
    }

    fn heal(&mut self) {
        for fault in self.faults.drain(..) {
            // What has passed by itself is not in force any more.
            self.stage.account.sim.with_world(|world| world.heal(&fault)).ok();
        }
    }

    fn order(&mut self) -> Order {
        let step = format!("s{}", self.rng.usize(1..=self.plan.steps.len())).as_str().into();
        match self.rng.u8(0..9) {
            0 => Order::Pause,
            1 => Order::Resume,
            2 => Order::Hold { step },
            3 | 4 => Order::Retry { step, accept: None },
            5 => Order::Skip { step, reason: "asked for".into() },
            6 => Order::Stop,
            7 => Order::Undo { reason: None },
            _ => Order::Abort { reason: None },
        }
    }

    /// Lets the run go on, with orders in between; none where it was killed on the way.
    async fn go(&mut self, work: Work, orders: Vec<(Duration, Order)>, dies: Option<Duration>) -> Option<Ended> {
        let ports = (self.stage.live(&self.plan.id), NoCommands, ());
        let limits = Limits { patience: Duration::from_secs(self.rng.u64(0..2) * 900), ..Limits::default() };
        let settings = Settings { limits, ..settings() };
        let (asking, asked) = mpsc::channel::<Asked>(4);
        let reading = self.reading();
        let run = async {
            let again = || Journal::go_on(self.memory.clone(), &reading);
            let began: Result<Ended, StartError> = match work {
                Work::Begin => {
                    let run = Run::of(ports, Journal::begin(self.memory.clone()), &self.plan, settings);
                    run.begin(self.stage.grant(&self.plan), asked).await
                }
                Work::Resume => match Run::again(ports, again(), &reading, settings) {
                    Ok(run) => run.resume(0, asked).await,
                    Err(why) => Err(why),
                },
                Work::Undo => match Run::again(ports, again(), &reading, settings) {
                    Ok(run) => run.undo(0, None, asked).await,
                    Err(why) => Err(why),
                },
            };
            began.ok()
        };
        let ask = async {
            for (after, order) in orders {
                tokio::time::sleep(after).await;
                asking.send(Asked { order, by: "alice".into(), answer: None }).await.ok();
            }
            std::future::pending::<()>().await;
        };
        let killed = async {
            match dies {
                Some(after) => tokio::time::sleep(after).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            ended = run => ended,
            () = ask => unreachable!(),
            () = killed => None,
        }
    }

    /// What is wrong with the journal and the account as they are.
    fn wrongs(&self) -> Vec<String> {
        let mut wrongs = Vec::new();
        let reading = self.reading();
        if !reading.broken.is_empty() || !reading.cut.is_empty() {
            wrongs.push(format!("the journal is not whole: {:?}", reading.broken));
        }
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for record in &reading.records {
            if let Event::Call(sent) = &record.event
                && sent.phase == Phase::Sent
            {
                *told.entry(sent.call.action.name()).or_default() += 1;
            }
        }
        let shown: Vec<&str> = self
            .plan
            .steps
            .iter()
            .flat_map(|step| step.calls.iter().chain(&step.undo))
            .map(|call| call.action.name())
            .collect();
        let mut saw: BTreeMap<String, usize> = BTreeMap::new();
        for name in self.stage.writes_of(&self.plan.id) {
            *saw.entry(name).or_default() += 1;
        }
        for (name, count) in &saw {
            let announced = told.get(name.as_str()).copied().unwrap_or_default();
            if *count > announced {
                wrongs.push(format!("{name} was sent {count} times and announced {announced} times"));
            }
            if !shown.contains(&name.as_str()) {
                wrongs.push(format!("{name} was sent, which the plan does not show"));
            }
        }
        wrongs
    }

    /// The floors that the plan's own guards set, of an operation after which there are as many as before.
    fn floors(&self) -> BTreeMap<String, usize> {
        let mut floors = BTreeMap::new();
        for guard in self.plan.steps.iter().flat_map(|step| &step.guards) {
            if let Fact::InService { group, at_least, .. } = &guard.condition.fact {
                let floor: &mut usize = floors.entry(group.to_string()).or_insert(*at_least);
                *floor = (*floor).min(*at_least);
            }
        }
        floors
    }

    fn below_floor(&self, after: &Picture) -> Vec<String> {
        let floors = self.floors();
        let groups = after.estate.known::<Group>(&east());
        let below = groups.filter_map(|group| {
            let floor = floors.get(group.name.as_str())?;
            let serving = group.in_service().count();
            (serving < *floor).then(|| format!("{}: {serving} in service, {floor} is the floor", group.name))
        });
        below.collect()
    }
}

/// What is done with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Begin,
    Resume,
    Undo,
}

/// One course by its seed: what is wrong afterwards, and whether anything ran.
async fn course(seed: u64) -> (Vec<String>, bool) {
    let mut course = match Course::begin(seed).await {
        Begun::Refused => return (Vec::new(), false),
        Begun::Running(course) => *course,
    };
    let mut last = None;
    for again in 0..AGAIN {
        if course.rng.bool() {
            course.disturb().await;
        }
        let count = course.rng.usize(0..3);
        let orders = (0..count).map(|_| (Duration::from_secs(course.rng.u64(0..300)), course.order())).collect();
        let dies = (course.rng.u8(0..3) == 0).then(|| Duration::from_secs(course.rng.u64(0..400)));
        let work = if again == 0 { Work::Begin } else { Work::Resume };
        last = course.go(work, orders, dies).await;
        let wrongs = course.wrongs();
        if !wrongs.is_empty() {
            return (wrongs, true);
        }
        if matches!(&last, Some(ended) if ended.outcome != Outcome::Stopped) {
            break;
        }
        course.stage.wait(course.rng.u64(5..200)).await;
        if course.rng.bool() {
            course.heal();
        }
    }
    course.heal();
    let is_over = matches!(&last, Some(ended) if ended.outcome == Outcome::Done);
    let back = !is_over || course.rng.bool();
    if back && course.past().is_some_and(|past| past.confirmed_at.is_some()) {
        course.stage.wait(30).await;
        last = course.go(Work::Undo, Vec::new(), None).await.or(last);
    }
    let mut wrongs = course.wrongs();
    course.stage.wait(600).await;
    let after = course.stage.look().await;
    wrongs.extend(course.judged(last.as_ref(), &after));
    (wrongs, true)
}

impl Course {
    /// What the end came to against what it says.
    fn judged(&self, last: Option<&Ended>, after: &Picture) -> Vec<String> {
        let mut wrongs = Vec::new();
        let told = || self.reading().records.iter().map(fournines::cli::run::line).collect::<String>();
        let Some(past) = self.past() else { return wrongs };
        let kept = past.steps().any(|(step, past)| step.undo.is_empty() && past.has_called());
        if self.is_alone {
            match last.map(|ended| ended.outcome) {
                Some(Outcome::Undone) if !kept && world(after) != world(&self.before) => {
                    wrongs.push(format!(
                        "undone, and not as it was: {:?}\n{}",
                        differences(&self.before, after),
                        told()
                    ));
                }
                Some(Outcome::Done) if &*self.plan.operation == "replace" => wrongs.extend(self.below_floor(after)),
                _ => {}
            }
        }
        if !wrongs.is_empty() {
            wrongs.insert(
                0,
                format!("{} of {} with {:?}", self.plan.operation, self.plan.target, self.plan.intent.settings),
            );
            wrongs.push(told());
        }
        wrongs
    }
}

fn differences(before: &Picture, after: &Picture) -> Vec<String> {
    let (before, after) = (world(before), world(after));
    let names = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let differing = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    differing.map(|name| format!("{name}: {:?} → {:?}", before.get(name), after.get(name))).collect()
}

#[test]
fn runs_at_random_over_the_sdk_leave_the_account_that_the_journal_tells() {
    let begun = std::time::Instant::now();
    let asked = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let runs = asked("FOURNINES_RUNS").unwrap_or(RUNS);
    let seeds: Vec<u64> = asked("FOURNINES_SEED").map_or_else(|| (0..runs).collect(), |seed| vec![seed]);
    let queue = std::sync::Mutex::new(seeds.clone());
    let results = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    let Some(seed) = queue.lock().unwrap().pop() else { return };
                    let result = on_virtual_time(|| async {
                        match tokio::time::timeout(ENDLESS, course(seed)).await {
                            Ok(result) => result,
                            Err(_) => (vec!["it has no end".to_owned()], true),
                        }
                    });
                    results.lock().unwrap().push((seed, result));
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    let ran = results.iter().filter(|(_, (_, ran))| *ran).count();
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    println!(
        "{} courses, {ran} ran, the others were refused; {:.0} a minute",
        results.len(),
        results.len() as f64 / minutes
    );
    let failed: Vec<String> = results
        .iter()
        .filter(|(_, (wrongs, _))| !wrongs.is_empty())
        .map(|(seed, (wrongs, _))| format!("FOURNINES_SEED={seed}: {}", wrongs.join("; ")))
        .collect();
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), seeds.len(), failed.join("\n"));
    assert!(seeds.len() < 10 || ran * 4 > seeds.len(), "{ran} of {} ran: hardly anything was tried", seeds.len());
}
