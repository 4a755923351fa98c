//! Every operation, every call of it, every way in which a call goes wrong: the run goes on from its journal, and the account is as if
//! nothing had happened to it; and from every point it is taken back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use fournines::engine::{Asked, Ended, NoCommands, Order, Outcome, Run};
use fournines::estate::group::{Group, LifecycleState};
use fournines::estate::instance::{Instance, InstanceState};
use fournines::estate::shift::{ManagedResource, ShiftStatus, ZonalShift};
use fournines::journal::{Event, Journal, Phase, Reading};
use fournines::judge::Picture;
use fournines::operation::{OPERATIONS, Plan};
use tokio::sync::mpsc;

use super::faulty::{Faulty, Wrong};
use super::stage::{Memory, Stage, announced, east, settings};

/// An operation on one of the account's things.
#[derive(Debug, Clone, Copy)]
struct Scene {
    operation: &'static str,
    target: Target,
    settings: &'static [(&'static str, &'static str)],
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Group(&'static str),
    MemberOf(&'static str),
    Called(&'static str),
    /// A zone of a calm account.
    Zone(&'static str),
    /// A zone that was left before.
    Left(&'static str),
    /// The shift that is there.
    Shift,
}

/// Bytes of stack.
const STACK: usize = 32 << 20;

const SCENES: &[Scene] = &[
    Scene { operation: "replace", target: Target::MemberOf("checkout-asg"), settings: &[] },
    Scene { operation: "replace", target: Target::MemberOf("search-asg"), settings: &[("grow", "launch")] },
    Scene { operation: "replace", target: Target::MemberOf("bastion-asg"), settings: &[] },
    Scene { operation: "replace", target: Target::Called("ci-runner-1"), settings: &[("way", "stop-start")] },
    Scene { operation: "standby", target: Target::MemberOf("media-asg"), settings: &[] },
    Scene { operation: "scale", target: Target::Group("workers-asg"), settings: &[("desired", "+1")] },
    Scene { operation: "scale", target: Target::Group("workers-asg"), settings: &[("desired", "-1")] },
    Scene { operation: "reboot", target: Target::Called("ci-runner-2"), settings: &[] },
    Scene { operation: "evacuate", target: Target::Zone("us-east-1b"), settings: &[("only", "search")] },
    Scene { operation: "evacuate", target: Target::Zone("us-east-1b"), settings: &[("only", "media")] },
    Scene { operation: "return", target: Target::Left("us-east-1b"), settings: &[] },
    Scene { operation: "extend", target: Target::Shift, settings: &[("for", "5h")] },
    Scene { operation: "cancel", target: Target::Shift, settings: &[] },
];

impl Scene {
    async fn begin(self) -> (Stage, Picture, Plan) {
        let scenario = if matches!(self.target, Target::Shift) { "expiring-shift" } else { "calm" };
        let stage = Stage::after(scenario, &[], 1).await;
        if let Target::Left(zone) = self.target {
            let plan = stage.plan_of_zone("evacuate", zone, &[("only", "search")]).await;
            let (ended, records) = stage.run(&plan).await;
            assert_eq!(ended.outcome, Outcome::Done, "{self:?}: {}", ended.detail);
            stage.keep(&records);
            stage.wait(600).await;
        }
        let before = stage.look().await;
        let target = self.target(&before);
        let plan = match self.target {
            Target::Zone(_) | Target::Left(_) | Target::Shift => {
                stage.plan_of_zone(self.operation, &target, self.settings).await
            }
            _ => stage.plan(self.operation, &target, self.settings).await,
        };
        (stage, before, plan)
    }

    /// What is compared of it. Where a shift is, a zone is sick, and groups are never at rest: there only where traffic goes counts.
    fn world(self, picture: &Picture) -> BTreeMap<String, String> {
        let mut world = world(picture);
        if matches!(self.target, Target::Shift) {
            world.retain(|name, _| name.starts_with("arn:"));
        }
        world
    }

    fn target(self, picture: &Picture) -> String {
        let groups = || picture.estate.known::<Group>(&east());
        match self.target {
            Target::Group(name) | Target::Zone(name) | Target::Left(name) => name.to_owned(),
            Target::Shift => {
                let mut shifts = picture.estate.known::<ZonalShift>(&east());
                shifts.find(|shift| shift.status == ShiftStatus::Active).unwrap().id.to_string()
            }
            Target::MemberOf(name) => {
                let group = groups().find(|group| group.name.as_str() == name).unwrap();
                group.members.iter().map(|member| member.instance.to_string()).min().unwrap()
            }
            Target::Called(name) => {
                let mut all = picture.estate.known::<Instance>(&east());
                all.find(|instance| instance.name() == Some(name)).unwrap().id.to_string()
            }
        }
    }
}

/// What is compared of the account: each group's sizes, processes, subnets, own tags and members by state, what runs besides, and where
/// traffic goes.
pub fn world(picture: &Picture) -> BTreeMap<String, String> {
    let mut world = BTreeMap::new();
    let mut members = Vec::new();
    for group in picture.estate.known::<Group>(&east()) {
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        for member in &group.members {
            *states.entry(member.state.to_string()).or_default() += 1;
            members.push(member.instance.clone());
        }
        let sizes = (group.min, group.desired, group.max);
        let own: Vec<&str> =
            group.tags.iter().map(|(key, _)| key).filter(|key| key.starts_with("fournines:")).collect();
        let (suspended, subnets) = (group.suspended.keys(), &group.subnets);
        world.insert(group.name.to_string(), format!("{sizes:?} {suspended:?} {states:?} {subnets:?} {own:?}"));
    }
    for resource in picture.estate.known::<ManagedResource>(&east()) {
        world.insert(resource.arn.to_string(), format!("{:?}", resource.weights));
    }
    // Who has ended is shown for an hour, and is nothing any more.
    let is_there = |each: &&Instance| each.group().is_none() && each.state != InstanceState::Terminated;
    for instance in picture.estate.known::<Instance>(&east()).filter(is_there) {
        world.insert(instance.id.to_string(), instance.state.to_string());
    }
    world
}

/// One cell: which call, and what goes wrong with it.
async fn cell(scene: Scene, at: usize, wrong: Wrong) {
    let (stage, _, plan) = scene.begin().await;
    let shown: Vec<String> = plan.calls().map(|call| call.action.name().to_owned()).collect();
    let words = format!("{scene:?}: {wrong:?} call {at} of {shown:?}");
    let memory = Memory::default();
    let faulty = Faulty::new(stage.live(&plan.id), at, wrong);
    let killed = faulty.killed.clone();
    let run = Run::of((faulty, NoCommands, ()), Journal::begin(memory.clone()), &plan, settings());
    let (_orders, asked) = mpsc::channel::<Asked>(1);
    let ended = tokio::select! {
        ended = run.begin(stage.grant(&plan), asked) => Some(ended.unwrap()),
        () = killed.notified() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            // The process is gone; another one goes on a while later.
            stage.wait(45).await;
            let reading = Reading::of(&memory.0.lock().unwrap());
            let journal = Journal::go_on(memory.clone(), &reading);
            let ports = (stage.live(&plan.id), NoCommands, ());
            let (_orders, asked) = mpsc::channel::<Asked>(1);
            Run::again(ports, journal, &reading, settings()).unwrap().resume(0, asked).await.unwrap()
        }
    };
    let ended = match (ended.outcome, scene.operation) {
        // A reboot leaves no trace by which it could be looked up: it is not repeated, and somebody is asked.
        (Outcome::Stopped, "reboot") => retried(&stage, &memory, &plan).await,
        _ => ended,
    };
    assert_eq!(ended.outcome, Outcome::Done, "{words}: {}", ended.detail);
    let reading = Reading::of(&memory.0.lock().unwrap());
    assert!(reading.broken.is_empty(), "{words}");
    // Nothing is called that was not announced, nothing is lost; and what may not be repeated was not.
    let (saw, told) = (stage.writes_of(&plan.id), announced(&reading.records));
    for action in &shown {
        let seen = saw.iter().filter(|name| *name == action).count();
        assert!(seen >= shown.iter().filter(|name| *name == action).count(), "{words}: {saw:?}");
        assert!(seen <= told.iter().filter(|name| *name == action).count(), "{words}: {saw:?} of {told:?}");
    }
    stage.wait(240).await;
    let after = scene.world(&stage.look().await);
    assert_eq!(after, undisturbed(scene).await, "{words}");
}

/// Somebody who looked for themselves has the one held step tried again.
async fn retried(stage: &Stage, memory: &Memory, plan: &Plan) -> Ended {
    let reading = Reading::of(&memory.0.lock().unwrap());
    let held = reading.records.iter().rev().find_map(|record| match &record.event {
        Event::Paused { .. } => record.step.clone(),
        _ => None,
    });
    let ports = (stage.live(&plan.id), NoCommands, ());
    let run = Run::again(ports, Journal::go_on(memory.clone(), &reading), &reading, settings()).unwrap();
    let (orders, asked) = mpsc::channel::<Asked>(1);
    let ask = async {
        stage.wait(20).await;
        let order = Order::Retry { step: held.expect("a step is held"), accept: None };
        orders.send(Asked { order, by: "alice".into(), answer: None }).await.unwrap();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = run.resume(0, asked) => ended.unwrap(),
        () = ask => unreachable!(),
    }
}

/// The account after a run with which nothing goes wrong.
async fn undisturbed(scene: Scene) -> BTreeMap<String, String> {
    let (stage, _, plan) = scene.begin().await;
    let (ended, _) = stage.run(&plan).await;
    assert_eq!(ended.outcome, Outcome::Done, "{scene:?}: {}", ended.detail);
    stage.wait(285).await;
    scene.world(&stage.look().await)
}

/// Stops after so many calls, then takes everything back.
async fn taken_back(scene: Scene, calls: usize) {
    let (stage, before, plan) = scene.begin().await;
    let words = format!("{scene:?}: taken back after {calls} calls");
    let memory = Memory::default();
    let ports = (stage.live(&plan.id), NoCommands, ());
    let run = Run::of(ports, Journal::begin(memory.clone()), &plan, settings());
    let (orders, asked) = mpsc::channel::<Asked>(1);
    let watching = async {
        loop {
            let reading = Reading::of(&memory.0.lock().unwrap());
            let is_answered = |event: &Event| matches!(event, Event::Call(sent) if sent.phase == Phase::Answered);
            let answered = reading.records.iter().filter(|record| is_answered(&record.event)).count();
            if answered >= calls {
                let order = Order::Stop;
                orders.send(Asked { order, by: "alice".into(), answer: None }).await.ok();
                return std::future::pending::<()>().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    let ended = tokio::select! {
        ended = run.begin(stage.grant(&plan), asked) => ended.unwrap(),
        () = watching => unreachable!(),
    };
    assert!(matches!(ended.outcome, Outcome::Stopped | Outcome::Done), "{words}: {}", ended.detail);
    let reading = Reading::of(&memory.0.lock().unwrap());
    let ports = (stage.live(&plan.id), NoCommands, ());
    let again = Run::again(ports, Journal::go_on(memory.clone(), &reading), &reading, settings()).unwrap();
    let (_orders, asked) = mpsc::channel::<Asked>(1);
    let ended = again.undo(0, None, asked).await.unwrap();
    let told: String = Reading::of(&memory.0.lock().unwrap()).records.iter().map(fournines::cli::run::line).collect();
    assert_eq!(ended.outcome, Outcome::Undone, "{words}: {}\n{told}", ended.detail);
    // Groups balance themselves once they may again.
    stage.wait(900).await;
    let after = stage.look().await;
    assert_eq!(scene.world(&after), scene.world(&before), "{words}\n{told}");
    if matches!(scene.target, Target::Shift) {
        return;
    }
    let serving = |picture: &Picture| {
        let groups = picture.estate.known::<Group>(&east());
        groups.map(|group| group.members.iter().filter(|m| m.state == LifecycleState::InService).count()).sum::<usize>()
    };
    assert!(serving(&after) >= serving(&before), "{words}: capacity was lost");
}

/// A cell of the matrix.
#[derive(Debug, Clone, Copy)]
enum Cell {
    GoesWrong(Scene, usize, Wrong),
    TakenBack(Scene, usize),
}

/// Visits cells on two threads, each on virtual time of its own; how many were visited.
fn visit(cells: Vec<Cell>) -> usize {
    let queue = Mutex::new(VecDeque::from(cells));
    let visited = Mutex::new(0);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    let Some(next) = queue.lock().unwrap().pop_front() else { return };
                    on_virtual_time(|| async {
                        match next {
                            Cell::GoesWrong(scene, at, wrong) => cell(scene, at, wrong).await,
                            Cell::TakenBack(scene, calls) => taken_back(scene, calls).await,
                        }
                    });
                    *visited.lock().unwrap() += 1;
                }
            });
        }
    });
    visited.into_inner().unwrap()
}

/// Runs it on a clock that jumps, on a thread whose stack takes the SDK's parsers unoptimised.
pub fn on_virtual_time<T: Send, W: Future<Output = T>>(work: impl FnOnce() -> W + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(work())
    };
    std::thread::scope(|threads| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(threads, run).unwrap();
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn calls_of(scene: Scene) -> usize {
    on_virtual_time(|| async { scene.begin().await.2.calls().count() })
}

#[test]
fn whatever_goes_wrong_with_whichever_call_the_account_ends_as_if_nothing_had() {
    for operation in OPERATIONS {
        assert!(SCENES.iter().any(|scene| scene.operation == operation.name), "{} is in the matrix", operation.name);
    }
    let mut planned = Vec::new();
    for scene in SCENES {
        for at in 0..calls_of(*scene) {
            planned.extend(Wrong::ALL.map(|wrong| Cell::GoesWrong(*scene, at, wrong)));
        }
    }
    let count = planned.len();
    let visited = visit(planned);
    println!("{count} cells planned, {visited} visited, {} skipped", count - visited);
    assert_eq!(visited, count);
}

#[test]
fn from_every_point_it_can_be_taken_back_and_no_capacity_is_lost() {
    let mut planned = Vec::new();
    for scene in SCENES {
        planned.extend((1..=calls_of(*scene)).map(|calls| Cell::TakenBack(*scene, calls)));
    }
    let count = planned.len();
    let visited = visit(planned);
    println!("{count} points planned, {visited} visited");
    assert_eq!(visited, count);
}
