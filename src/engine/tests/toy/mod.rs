//! A toy account: one region, groups with members behind a target group, honest about time, dishonest where it is told to be.

mod act;
mod group;
mod read;
mod shift;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::engine::Account;
use crate::estate::group::LifecycleState;
use crate::estate::shift::ZonalShift;
use crate::estate::{Estate, Update};
use crate::id::{GroupName, InstanceId, Region, Text};
use crate::operation::Need;
use crate::operation::call::{Call, CallError, ErrorClass, Receipt, Stamp};

pub(super) use group::{ToyGroup, ToyMember};

/// What is done to one call instead of what it asks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// It is answered with this error and not done.
    Refuse(ErrorClass, usize),
    /// It is done, and its answer is lost.
    LoseAnswer,
    /// It is not done, and nobody says so.
    LoseCall,
    /// The process dies before it leaves.
    DieBefore,
    /// The process dies after it was done.
    DieAfter,
    /// The network delivers it twice.
    Twice,
}

/// The world.
pub(super) struct World {
    pub(super) groups: BTreeMap<GroupName, ToyGroup>,
    pub(super) shifts: Vec<ZonalShift>,
    ended: BTreeSet<InstanceId>,
    next: u32,
    tokens: BTreeMap<Text, Receipt>,
    start: (Timestamp, Instant),
    settled_s: u64,
    /// Added to the time that AWS tells.
    pub(super) skew: SignedDuration,
    /// What reads show for some seconds after a call.
    stale: Option<(u64, BTreeMap<GroupName, ToyGroup>)>,
    pub(super) lag_s: u64,
    pub(super) reads_fail: bool,
    /// Faults by the number of the call, from 0.
    pub(super) faults: BTreeMap<usize, Fault>,
    pub(super) calls: usize,
    /// Calls that changed something.
    pub(super) effects: Vec<(Stamp, Call)>,
    /// Every call that arrived.
    pub(super) arrived: Vec<(Stamp, Call)>,
    /// In service at the least, by group.
    pub(super) least: BTreeMap<GroupName, usize>,
    pub(super) killed: Arc<tokio::sync::Notify>,
}

/// The account as a run sees it; clones are the same one.
#[derive(Clone)]
pub(super) struct Toy(pub(super) Arc<Mutex<World>>, pub(super) Check);

/// Looks at each call before it takes effect.
pub(super) type Check = Arc<dyn Fn(&World, &Stamp) + Send + Sync>;

pub(super) fn here() -> Region {
    Region::from("us-east-1")
}

pub(super) fn id(number: u32) -> InstanceId {
    InstanceId::from(format!("i-{number}"))
}

impl Toy {
    /// Groups of so many members each, `check` being called before each call takes effect.
    pub(super) fn new(groups: &[(&str, u32)], check: Check) -> Self {
        let mut world = World {
            groups: BTreeMap::new(),
            shifts: Vec::new(),
            ended: BTreeSet::new(),
            next: 1,
            tokens: BTreeMap::new(),
            start: ("2026-11-21T03:14:22Z".parse().unwrap(), Instant::now()),
            settled_s: 0,
            skew: SignedDuration::ZERO,
            stale: None,
            lag_s: 0,
            reads_fail: false,
            faults: BTreeMap::new(),
            calls: 0,
            effects: Vec::new(),
            arrived: Vec::new(),
            least: BTreeMap::new(),
            killed: Arc::default(),
        };
        for (name, size) in groups {
            let mut group = ToyGroup {
                min: 1,
                desired: *size as i32,
                max: *size as i32,
                suspended: BTreeSet::new(),
                members: BTreeMap::new(),
                launches_fail: false,
                failed_at: None,
            };
            for _ in 0..*size {
                let member =
                    ToyMember { state: LifecycleState::InService, protected: false, left_s: 0, serves_s: 1_000 };
                group.members.insert(id(world.next), member);
                world.next += 1;
            }
            world.least.insert(GroupName::from(*name), *size as usize);
            world.groups.insert(GroupName::from(*name), group);
        }
        Self(Arc::new(Mutex::new(world)), check)
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle();
        world
    }
}

impl World {
    fn elapsed_s(&self) -> u64 {
        self.start.1.elapsed().as_secs()
    }

    pub(super) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.start.1.elapsed()).unwrap();
        self.start.0 + elapsed + self.skew
    }

    /// Lets the world live, second by second, up to now.
    fn settle(&mut self) {
        while self.settled_s < self.elapsed_s() {
            self.settled_s += 1;
            let now = self.now();
            for (name, group) in &mut self.groups {
                group.live(&mut self.next, &mut self.ended, now);
                let in_service = group.in_service();
                let least = self.least.entry(name.clone()).or_insert(in_service);
                *least = (*least).min(in_service);
            }
        }
    }

    fn seen(&self) -> &BTreeMap<GroupName, ToyGroup> {
        match &self.stale {
            Some((until, groups)) if self.settled_s < *until => groups,
            _ => &self.groups,
        }
    }

    fn apply(&mut self, call: &Call, stamp: &Stamp) -> Result<Receipt, CallError> {
        let before = format!("{:?}", self.groups);
        let stale = (self.settled_s + self.lag_s, self.groups.clone());
        self.arrived.push((stamp.clone(), call.clone()));
        let receipt = self.act(&call.action)?;
        // What happens by itself within the second is not the call's doing.
        if before != format!("{:?}", self.groups) {
            self.effects.push((stamp.clone(), call.clone()));
            self.stale = Some(stale);
        }
        Ok(receipt)
    }

    fn group(&mut self, name: &GroupName) -> Result<&mut ToyGroup, CallError> {
        self.groups.get_mut(name).ok_or_else(|| error(ErrorClass::NotFound, "no such group"))
    }
}

fn error(class: ErrorClass, message: &str) -> CallError {
    let iam_action = (class == ErrorClass::Denied).then(|| "autoscaling:SetDesiredCapacity".into());
    CallError { class, code: Some("Toy".into()), message: message.into(), request_id: None, iam_action }
}

impl Account for Toy {
    async fn read(&self, needs: &[Need]) -> Arc<Estate> {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let world = self.world();
        let mut estate = Estate::new(vec![here()]);
        for need in needs {
            estate.apply(Update { whole: false, ..Update::part(need.slice(), world.slice(need)) });
        }
        Arc::new(estate)
    }

    async fn send(&self, call: &Call, stamp: &Stamp) -> Result<Receipt, CallError> {
        let fault = {
            let mut world = self.world();
            (self.1)(&world, stamp);
            let number = world.calls;
            world.calls += 1;
            let fault = world.faults.get(&number).cloned();
            match fault {
                Some(Fault::Refuse(_, 0) | Fault::DieBefore) | None => {}
                // Refused so many times: the next call is refused as well.
                Some(Fault::Refuse(class, left)) if left > 1 => {
                    world.faults.insert(number + 1, Fault::Refuse(class, left - 1));
                }
                Some(_) => {}
            }
            if fault == Some(Fault::DieBefore) {
                world.killed.notify_one();
            }
            fault
        };
        if fault == Some(Fault::DieBefore) {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let result = {
            let mut world = self.world();
            match &fault {
                Some(Fault::Refuse(class, _)) => return Err(error(*class, "as told")),
                Some(Fault::LoseCall) => return Err(error(ErrorClass::Unclear, "timed out")),
                _ => {}
            }
            let result = world.apply(call, stamp);
            if fault == Some(Fault::Twice) {
                world.apply(call, stamp).ok();
            }
            if fault == Some(Fault::DieAfter) {
                world.killed.notify_one();
            }
            result
        };
        match fault {
            Some(Fault::DieAfter) => std::future::pending().await,
            Some(Fault::LoseAnswer) => Err(error(ErrorClass::Unclear, "timed out")),
            _ => result,
        }
    }

    fn now(&self) -> Timestamp {
        self.world().now()
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}
