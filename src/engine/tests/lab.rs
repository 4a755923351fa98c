//! A laboratory: a plan, a toy account, a journal in memory that fails when it is told to, and runs that may die.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;

use super::toy::{Fault, Toy, World, here, id};
use crate::engine::sabotage::Sabotage;
use crate::engine::{Asked, Ended, Fate, NoCommands, Order, Outcome, Past, Run, Settings, StartError};
use crate::id::Text;
use crate::journal::{Event, Host, Journal, Phase, Reading, Record, Sink};
use crate::operation::call::{
    Action, LaunchInstances, MembersOf, Process, Processes, Protection, Removal, Resize, SetDesired, Stamp,
    TerminateMember, Whom,
};
use crate::operation::plan::{Confirm, ConfirmKind, Grant, Guard, Level, OnFailure, Summary, Until};
use crate::operation::{Call, Condition, Fact, Limits, Plan, Step, fill};

/// Lines in memory, and the writes that fail.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) bytes: Vec<u8>,
    pub(super) writes: usize,
    pub(super) fails: BTreeSet<usize>,
    /// Bytes of the line that outlive the death of the process at this write.
    pub(super) dies: Option<(usize, usize)>,
    pub(super) dead: bool,
}

#[derive(Clone, Default)]
pub(super) struct Memory(pub(super) Arc<Mutex<Lines>>);

impl Sink for Memory {
    fn append(&mut self, line: &[u8]) -> std::io::Result<()> {
        let mut lines = self.0.lock().unwrap();
        let number = lines.writes;
        lines.writes += 1;
        if let Some((_, kept)) = lines.dies.filter(|(at, _)| *at == number) {
            lines.bytes.extend_from_slice(&line[..kept.min(line.len())]);
            lines.dead = true;
        }
        if lines.dead || lines.fails.contains(&number) {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        }
        lines.bytes.extend_from_slice(line);
        Ok(())
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Came {
    Ended(Ended),
    Died,
    Refused(String),
}

impl Came {
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Ended(ended) => Some(ended.outcome),
            Self::Died | Self::Refused(_) => None,
        }
    }
}

/// One experiment.
pub(super) struct Lab {
    pub(super) toy: Toy,
    pub(super) lines: Memory,
    pub(super) plan: Plan,
    pub(super) orders: Vec<(Duration, Order)>,
    pub(super) limits: Limits,
    pub(super) sabotage: Option<Sabotage>,
    pub(super) grant_for: Option<Text>,
    pub(super) violations: Arc<Mutex<Vec<String>>>,
    pub(super) seed: u64,
}

impl Lab {
    pub(super) fn new(plan: Plan, groups: &[(&str, u32)]) -> Self {
        let lines = Memory::default();
        let violations = Arc::new(Mutex::new(Vec::new()));
        let (journal, found) = (lines.clone(), violations.clone());
        let announced = move |_: &World, stamp: &Stamp| {
            let lines = journal.0.lock().unwrap();
            let records = lines.bytes.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let records = records.filter_map(|line| serde_json::from_slice::<Record>(line).ok());
            let last = records.into_iter().find(|record| record.step.as_ref() == Some(&stamp.step));
            let is_announced = last.is_some_and(|record| match &record.event {
                Event::Call(sent) => {
                    sent.phase == Phase::Sent
                        && (sent.ordinal, sent.undo, &sent.token) == (stamp.ordinal, stamp.undo, &stamp.token)
                }
                _ => false,
            });
            if !is_announced {
                found.lock().unwrap().push(format!("{stamp:?} left without a line in the journal"));
            }
        };
        Self {
            toy: Toy::new(groups, Arc::new(announced)),
            lines,
            plan,
            orders: Vec::new(),
            limits: Limits::default().unattended(),
            sabotage: None,
            grant_for: None,
            violations,
            seed: 7,
        }
    }

    pub(super) fn fault(self, call: usize, fault: Fault) -> Self {
        self.toy.world().faults.insert(call, fault);
        self
    }

    pub(super) fn reading(&self) -> Reading {
        Reading::of(&self.lines.0.lock().unwrap().bytes)
    }

    pub(super) fn past(&self) -> Past {
        Past::of(&self.reading().records).unwrap()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.reading().records.into_iter().map(|record| record.event).collect()
    }

    fn settings(&self) -> Settings {
        let host = Host { name: "laptop".into(), pid: 1, version: "0".into() };
        Settings { host, by: "arn:me".into(), seed: self.seed, limits: self.limits }
    }

    fn ports(&self) -> (Toy, NoCommands, ()) {
        (self.toy.clone(), NoCommands, ())
    }

    /// Orders that come when they are due.
    fn give(&mut self) -> mpsc::Receiver<Asked> {
        let (sender, receiver) = mpsc::channel(64);
        let orders = std::mem::take(&mut self.orders);
        tokio::spawn(async move {
            let begun = tokio::time::Instant::now();
            for (at, order) in orders {
                tokio::time::sleep_until(begun + at).await;
                sender.send(Asked { order, by: "arn:me".into(), answer: None }).await.ok();
            }
            // Somebody listens for as long as the run lasts.
            sender.closed().await;
        });
        receiver
    }

    async fn came(&self, run: impl Future<Output = Result<Ended, StartError>>) -> Came {
        let killed = self.toy.world().killed.clone();
        // A run that never ends is told as one that was refused.
        let limit = tokio::time::sleep(Duration::from_secs(6 * 3600));
        let came = tokio::select! {
            biased;
            () = killed.notified() => Came::Died,
            ended = run => match ended {
                Ok(ended) if self.lines.0.lock().unwrap().dead => { let _ = ended; Came::Died }
                Ok(ended) => Came::Ended(ended),
                Err(error) => Came::Refused(error.to_string()),
            },
            () = limit => Came::Refused("it never ends".to_owned()),
        };
        let mut lines = self.lines.0.lock().unwrap();
        (lines.dead, lines.dies) = (false, None);
        came
    }

    /// Begins.
    pub(super) async fn run(&mut self) -> Came {
        let orders = self.give();
        let mut run = Run::of(self.ports(), Journal::begin(self.lines.clone()), &self.plan, self.settings());
        run.sabotage = self.sabotage;
        let digest = self.grant_for.clone().unwrap_or_else(|| self.plan.digest().unwrap().into());
        let at = self.toy.world().now();
        let grant = Grant { digest, confirmed_by: "arn:me".into(), at, reason: None };
        self.came(run.begin(grant, orders)).await
    }

    /// Opens the journal as after a restart: a cut line is taken off.
    fn reopened(&self) -> (Journal<Memory>, Reading) {
        let reading = self.reading();
        let mut lines = self.lines.0.lock().unwrap();
        let whole = lines.bytes.len() - reading.cut.len();
        lines.bytes.truncate(whole);
        drop(lines);
        (Journal::go_on(self.lines.clone(), &reading), reading)
    }

    pub(super) async fn resume(&mut self) -> Came {
        let orders = self.give();
        let (journal, reading) = self.reopened();
        match Run::again(self.ports(), journal, &reading, self.settings()) {
            Ok(mut run) => {
                run.sabotage = self.sabotage;
                self.came(run.resume(reading.cut.len(), orders)).await
            }
            Err(error) => Came::Refused(error.to_string()),
        }
    }

    pub(super) async fn undo(&mut self) -> Came {
        let orders = self.give();
        let (journal, reading) = self.reopened();
        match Run::again(self.ports(), journal, &reading, self.settings()) {
            Ok(mut run) => {
                run.sabotage = self.sabotage;
                self.came(run.undo(reading.cut.len(), None, orders)).await
            }
            Err(error) => Came::Refused(error.to_string()),
        }
    }

    /// What is wrong, whatever was done: nothing left unannounced, nothing happened twice, and the world is what the journal says.
    pub(super) fn wrongs(&self) -> Vec<String> {
        let mut wrongs = self.violations.lock().unwrap().clone();
        let reading = self.reading();
        wrongs.extend(reading.broken.iter().map(ToString::to_string));
        let Ok(past) = Past::of(&reading.records) else { return wrongs };
        let world = self.toy.world();
        for (step, own) in past.steps() {
            for (undo, calls) in [(false, &step.calls), (true, &step.undo)] {
                for ordinal in 0..calls.len() {
                    let is = |stamp: &Stamp| (&stamp.step, stamp.ordinal, stamp.undo) == (&step.id, ordinal, undo);
                    let happened = world.effects.iter().filter(|(stamp, _)| is(stamp)).count();
                    let told = own.of(undo).get(&ordinal).map(|call| call.fate);
                    match (happened, told) {
                        (0, None | Some(Fate::Refused | Fate::Open)) | (1, Some(Fate::Applied | Fate::Open)) => {}
                        // It came when it was so already, or somebody else did it.
                        (0, Some(Fate::Applied)) if world.arrived.iter().any(|(stamp, _)| is(stamp)) => {}
                        other => {
                            wrongs.push(format!("{} call {ordinal} (undo {undo}): happened, told {other:?}", step.id))
                        }
                    }
                }
            }
            let order = step
                .needs
                .iter()
                .filter_map(|need| past.step(need))
                .all(|need| need.state.is_over() || need.state.is_undoing() || !own.has_called());
            if !order {
                wrongs.push(format!("{} called before what it needs was over", step.id));
            }
        }
        wrongs
    }
}

fn step(number: u32, needs: &[u32], calls: Vec<Action>, until: Option<Until>, undo: Vec<Action>) -> Step {
    let call = |action| Call::new(&here(), action);
    Step {
        id: format!("s{number}").as_str().into(),
        part: "web".into(),
        needs: needs.iter().map(|need| format!("s{need}").as_str().into()).collect(),
        title: format!("step {number}"),
        why: "test".to_owned(),
        guards: Vec::new(),
        commands: Vec::new(),
        calls: calls.into_iter().map(call).collect(),
        until,
        undo: undo.into_iter().map(call).collect(),
        on_failure: OnFailure::Hold,
    }
}

pub(super) fn guard(id: &str, level: Level, fact: Fact) -> Guard {
    Guard { id: id.into(), level, condition: Condition::new(&here(), fact), accepted: None }
}

pub(super) fn until(fact: Fact, deadline_s: u64) -> Option<Until> {
    Some(Until::new(Condition::new(&here(), fact), deadline_s))
}

pub(super) fn resize(max: i32) -> Action {
    Action::UpdateAutoScalingGroup(Resize { max_size: Some(max), ..Resize::of(&"web".into()) })
}

pub(super) fn desired(group: &str, desired_capacity: i32) -> Action {
    Action::SetDesiredCapacity(SetDesired {
        auto_scaling_group_name: group.into(),
        desired_capacity,
        honor_cooldown: false,
    })
}

fn plan(operation: &str, steps: Vec<Step>) -> Plan {
    let at = "2026-11-21T03:14:00Z".parse().unwrap();
    Plan {
        id: format!("{operation}-1").into(),
        operation: operation.into(),
        target: "i-1".into(),
        account: "123456789012".into(),
        account_name: "shop".into(),
        region: here(),
        made_at: at,
        made_from: at,
        intent: crate::operation::Intent::default(),
        on_surprise: crate::operation::plan::Surprise::HoldLane,
        summary: Summary {
            changes: vec!["test".to_owned()],
            cannot_undo: Vec::new(),
            expected_s: 60,
            confirm: Confirm { kind: ConfirmKind::Key, token: "y".into() },
            why: Vec::new(),
            rules: Vec::new(),
            parts: Vec::new(),
            notes: Vec::new(),
            expires_at: None,
        },
        steps,
    }
}

fn sizes(min: i32, desired: i32, max: i32) -> Fact {
    Fact::Sizes { group: "web".into(), min, desired, max }
}

fn grown(by: usize, beside: u32) -> Fact {
    Fact::Grown { group: "web".into(), beside: (1..=beside).map(id).collect(), by }
}

/// Grow, drain, kill, restore: `aws-domain.md` C.1, with two members of which the first is replaced.
pub(in crate::engine) fn replace() -> Plan {
    let processes =
        || Processes { auto_scaling_group_name: "web".into(), scaling_processes: vec![Process::AzRebalance] };
    let suspended = Fact::Suspended { group: "web".into(), processes: [Process::AzRebalance].into() };
    let runs = Fact::ProcessesRun { group: "web".into(), processes: [Process::AzRebalance].into() };
    let end = TerminateMember { instance_id: Whom::Known(id(1)), should_decrement_desired_capacity: true };
    let left = Fact::MemberLeft { group: "web".into(), instance: id(1) };
    let mut steps = vec![
        step(
            1,
            &[],
            vec![Action::SuspendProcesses(processes())],
            until(suspended, 60),
            vec![Action::ResumeProcesses(processes())],
        ),
        step(2, &[1], vec![resize(3)], until(sizes(1, 2, 3), 60), vec![resize(2)]),
        step(3, &[2], vec![desired("web", 3)], until(grown(1, 2), 600), vec![desired("web", 2)]),
        step(4, &[3], vec![Action::TerminateInstanceInAutoScalingGroup(end)], until(left, 300), Vec::new()),
        step(5, &[4], vec![resize(2)], until(sizes(1, 2, 2), 60), vec![resize(3)]),
        step(6, &[5], vec![Action::ResumeProcesses(processes())], until(runs, 60), Vec::new()),
    ];
    steps[0].guards.push(guard("s1.sizes", Level::Block, sizes(1, 2, 2)));
    let floor = Fact::InService { group: "web".into(), beside: [id(1)].into(), at_least: 2 };
    steps[3].guards.push(guard("s4.floor", Level::Block, floor));
    if let Some(until) = &mut steps[2].until {
        let after = "2026-11-21T03:14:00Z".parse().unwrap();
        until.fails = Some(Condition::new(&here(), Fact::LaunchFailed { group: "web".into(), after }));
        until.hold_s = 30;
    }
    plan("replace", steps)
}

/// A member stands by.
pub(in crate::engine) fn standby() -> Plan {
    let removal = Removal {
        auto_scaling_group_name: "web".into(),
        instance_ids: vec![Whom::Known(id(1))],
        should_decrement_desired_capacity: true,
    };
    let back = MembersOf { auto_scaling_group_name: "web".into(), instance_ids: vec![Whom::Known(id(1))] };
    let there = Fact::MemberIn {
        group: "web".into(),
        instance: id(1),
        states: vec![crate::estate::group::LifecycleState::Standby],
    };
    let mut only =
        step(1, &[], vec![Action::EnterStandby(removal)], until(there, 300), vec![Action::ExitStandby(back)]);
    let floor = Fact::InService { group: "web".into(), beside: [id(1)].into(), at_least: 1 };
    only.guards.push(guard("s1.floor", Level::Block, floor));
    plan("standby", vec![only])
}

/// A member is launched, found by what its call brought, and protected.
pub(in crate::engine) fn launch() -> Plan {
    let launch = LaunchInstances {
        auto_scaling_group_name: "web".into(),
        requested_capacity: 1,
        client_token: fill::TOKEN.into(),
        subnet_ids: vec!["subnet-a".into()],
        retry_strategy: "none".into(),
    };
    let protection = |protected| Protection {
        auto_scaling_group_name: "web".into(),
        instance_ids: vec![Whom::From("s2".into())],
        protected_from_scale_in: protected,
    };
    let end = TerminateMember { instance_id: Whom::From("s2".into()), should_decrement_desired_capacity: true };
    let steps = vec![
        step(1, &[], vec![resize(3)], until(sizes(1, 2, 3), 60), vec![resize(2)]),
        step(
            2,
            &[1],
            vec![Action::LaunchInstances(launch)],
            until(grown(1, 2), 600),
            vec![Action::TerminateInstanceInAutoScalingGroup(end)],
        ),
        step(
            3,
            &[2],
            vec![Action::SetInstanceProtection(protection(true))],
            None,
            vec![Action::SetInstanceProtection(protection(false))],
        ),
    ];
    plan("launch", steps)
}

/// Two groups beside one another, and a step that needs both.
pub(in crate::engine) fn lanes() -> Plan {
    let settled = |group: &str, count| Fact::Settled { group: group.into(), in_service: count };
    let mut steps = vec![
        step(1, &[], vec![desired("web", 1)], until(settled("web", 1), 300), vec![desired("web", 2)]),
        step(2, &[], vec![desired("shop", 1)], until(settled("shop", 1), 300), vec![desired("shop", 2)]),
        step(3, &[1, 2], vec![desired("web", 2)], until(settled("web", 2), 300), vec![desired("web", 1)]),
    ];
    steps[1].part = "shop".into();
    steps[2].part = "both".into();
    plan("lanes", steps)
}

/// A plan by its name, with the groups of its account and their sizes.
pub(super) type Case = (&'static str, fn() -> Plan, &'static [(&'static str, u32)]);

/// Every plan, with the account that it is for.
pub(super) fn all() -> Vec<Case> {
    vec![
        ("replace", replace as fn() -> Plan, &[("web", 2)]),
        ("standby", standby, &[("web", 2)]),
        ("launch", launch, &[("web", 2)]),
        ("lanes", lanes, &[("web", 2), ("shop", 2)]),
    ]
}
