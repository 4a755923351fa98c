//! A toy account: one region, groups with members behind a target group, honest about time, dishonest where it is told to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::engine::Account;
use crate::estate::balancer::{Target, TargetState};
use crate::estate::group::{Activity, ActivityStatus, Group, LifecycleState, Member};
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::tag::Tags;
use crate::estate::{Estate, FailureKind, ReadFailure, Row, Slice, Update};
use crate::id::{GroupName, InstanceId, Region, Text};
use crate::operation::call::{Action, Call, CallError, ErrorClass, Receipt, Stamp};
use crate::operation::{Need, What};

pub(super) const BOOT_S: u64 = 60;
const WARM_S: u64 = 20;
const ENDS_S: u64 = 40;

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

#[derive(Debug, Clone)]
pub(super) struct ToyMember {
    pub(super) state: LifecycleState,
    pub(super) protected: bool,
    /// Seconds until it is what it becomes.
    left_s: u64,
    /// Seconds since it is in service.
    serves_s: u64,
}

#[derive(Debug, Clone)]
pub(super) struct ToyGroup {
    pub(super) min: i32,
    pub(super) desired: i32,
    pub(super) max: i32,
    pub(super) suspended: BTreeSet<String>,
    pub(super) members: BTreeMap<InstanceId, ToyMember>,
    pub(super) launches_fail: bool,
    failed_at: Option<Timestamp>,
}

/// The world.
pub(super) struct World {
    pub(super) groups: BTreeMap<GroupName, ToyGroup>,
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

    fn slice(&self, need: &Need) -> Slice {
        let now = self.now();
        if self.reads_fail {
            let why = ReadFailure {
                kind: FailureKind::Unreachable,
                action: need.iam().into(),
                code: None,
                message: "connection refused".into(),
                request_id: None,
            };
            return Slice::failed(why, now);
        }
        let rows = match &need.what {
            What::Group(name) => Group::rows(self.seen().get(name).map(|group| group.row(name)).into_iter().collect()),
            What::Activities(name) => {
                let failed = self.groups.get(name).and_then(|group| group.failed_at);
                Activity::rows(failed.map(|at| failed_launch(name, at)).into_iter().collect())
            }
            What::Targets(arn) => {
                let groups = self.seen().iter().filter(|(name, _)| arn.as_str() == format!("arn:{name}"));
                Target::rows(groups.flat_map(|(_, group)| group.targets()).collect())
            }
            What::Instance(id) => Instance::rows(self.instance(id).into_iter().collect()),
            other => panic!("the toy has no {other:?}"),
        };
        Slice::read(rows, now)
    }

    fn instance(&self, id: &InstanceId) -> Option<Instance> {
        let group = self.seen().iter().find(|(_, group)| group.members.contains_key(id)).map(|(name, _)| name.clone());
        let state = match (self.ended.contains(id), &group) {
            (true, _) => InstanceState::Terminated,
            (false, Some(_)) => InstanceState::Running,
            (false, None) => return None,
        };
        let tags = group.map(|group| ("aws:autoscaling:groupName".into(), group.text().clone()));
        Some(Instance {
            id: id.clone(),
            zone: "us-east-1a".into(),
            state,
            state_reason: None,
            instance_type: "m7g.large".into(),
            image: None,
            launched_at: None,
            subnet: None,
            vpc: None,
            private_address: None,
            public_address: None,
            lifecycle: None,
            volumes: Box::default(),
            make: None,
            tags: Tags::new(tags),
        })
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

    fn act(&mut self, action: &Action) -> Result<Receipt, CallError> {
        let invalid = |message: &str| Err(error(ErrorClass::Invalid, message));
        match action {
            Action::SetDesiredCapacity(set) => {
                let group = self.group(&set.auto_scaling_group_name)?;
                if set.desired_capacity > group.max || set.desired_capacity < group.min {
                    return invalid("outside of min and max");
                }
                group.desired = set.desired_capacity;
            }
            Action::UpdateAutoScalingGroup(resize) => {
                let group = self.group(&resize.auto_scaling_group_name)?;
                group.max = resize.max_size.unwrap_or(group.max);
                group.min = resize.min_size.unwrap_or(group.min);
                group.desired = resize.desired_capacity.unwrap_or(group.desired);
            }
            Action::SuspendProcesses(processes) => {
                let group = self.group(&processes.auto_scaling_group_name)?;
                group.suspended.extend(processes.scaling_processes.iter().map(|process| process.as_str().to_owned()));
            }
            Action::ResumeProcesses(processes) => {
                let group = self.group(&processes.auto_scaling_group_name)?;
                for process in &processes.scaling_processes {
                    group.suspended.remove(process.as_str());
                }
            }
            Action::TerminateInstanceInAutoScalingGroup(end) => {
                let id = InstanceId::from(end.instance_id.to_string());
                let Some(group) = self.groups.values_mut().find(|group| group.members.contains_key(&id)) else {
                    return Err(error(ErrorClass::NotFound, "no such member"));
                };
                if end.should_decrement_desired_capacity && group.desired <= group.min {
                    return invalid("desired would fall below min");
                }
                let Some(member) = group.members.get_mut(&id) else { return invalid("gone") };
                if member.state != LifecycleState::Terminating {
                    (member.state, member.left_s) = (LifecycleState::Terminating, ENDS_S);
                    group.desired -= i32::from(end.should_decrement_desired_capacity);
                }
            }
            Action::EnterStandby(removal) => {
                let group = self.group(&removal.auto_scaling_group_name)?;
                for whom in &removal.instance_ids {
                    match group.members.get_mut(&InstanceId::from(whom.to_string())) {
                        Some(member) if member.state == LifecycleState::InService => {
                            (member.state, member.left_s) = (LifecycleState::EnteringStandby, 10);
                            group.desired -= i32::from(removal.should_decrement_desired_capacity);
                        }
                        _ => return invalid("not in service"),
                    }
                }
            }
            Action::ExitStandby(members) => {
                let group = self.group(&members.auto_scaling_group_name)?;
                for whom in &members.instance_ids {
                    match group.members.get_mut(&InstanceId::from(whom.to_string())) {
                        Some(member) if member.state == LifecycleState::Standby && group.desired < group.max => {
                            (member.state, member.left_s) = (LifecycleState::Pending, 20);
                            group.desired += 1;
                        }
                        _ => return invalid("not standing by, or no room"),
                    }
                }
            }
            Action::LaunchInstances(launch) => {
                if let Some(receipt) = self.tokens.get(&launch.client_token) {
                    return Ok(receipt.clone());
                }
                let new = id(self.next);
                self.next += 1;
                let group = self.group(&launch.auto_scaling_group_name)?;
                if group.desired >= group.max {
                    return invalid("no room");
                }
                group.desired += 1;
                group.members.insert(new.clone(), ToyMember::pending());
                let receipt = Receipt { brought: vec![new], ..Receipt::default() };
                self.tokens.insert(launch.client_token.clone(), receipt.clone());
                return Ok(receipt);
            }
            Action::SetInstanceProtection(protection) => {
                let group = self.group(&protection.auto_scaling_group_name)?;
                for whom in &protection.instance_ids {
                    match group.members.get_mut(&InstanceId::from(whom.to_string())) {
                        Some(member) => member.protected = protection.protected_from_scale_in,
                        None => return Err(error(ErrorClass::NotFound, "no such member")),
                    }
                }
            }
            Action::RebootInstances(_) => {}
            other => panic!("the toy knows no {}", other.name()),
        }
        Ok(Receipt { request_id: Some("r".into()), ..Receipt::default() })
    }

    fn group(&mut self, name: &GroupName) -> Result<&mut ToyGroup, CallError> {
        self.groups.get_mut(name).ok_or_else(|| error(ErrorClass::NotFound, "no such group"))
    }
}

impl ToyMember {
    fn pending() -> Self {
        Self { state: LifecycleState::Pending, protected: false, left_s: BOOT_S, serves_s: 0 }
    }
}

impl ToyGroup {
    pub(super) fn in_service(&self) -> usize {
        self.members.values().filter(|member| member.state == LifecycleState::InService).count()
    }

    /// One second.
    fn live(&mut self, next: &mut u32, ended: &mut BTreeSet<InstanceId>, now: Timestamp) {
        use LifecycleState as L;
        for member in self.members.values_mut() {
            member.left_s = member.left_s.saturating_sub(1);
            if member.state == L::InService {
                member.serves_s += 1;
            }
            if member.left_s == 0 {
                match member.state {
                    L::Pending => (member.state, member.serves_s) = (L::InService, 0),
                    L::EnteringStandby => member.state = L::Standby,
                    L::Terminating => member.state = L::Detached,
                    _ => {}
                }
            }
        }
        let gone: Vec<InstanceId> =
            self.members.iter().filter(|(_, m)| m.state == L::Detached).map(|(id, _)| id.clone()).collect();
        for id in gone {
            self.members.remove(&id);
            ended.insert(id);
        }
        let counted = |member: &ToyMember| matches!(member.state, L::Pending | L::InService);
        let count = self.members.values().filter(|member| counted(member)).count() as i32;
        if count < self.desired && !self.suspended.contains("Launch") {
            if self.launches_fail {
                self.failed_at = Some(now);
            } else {
                self.members.insert(id(*next), ToyMember::pending());
                *next += 1;
            }
        }
        if count > self.desired
            && let Some((_, victim)) = self.members.iter_mut().rev().find(|(_, m)| counted(m) && !m.protected)
        {
            (victim.state, victim.left_s) = (L::Terminating, ENDS_S);
        }
    }

    fn row(&self, name: &GroupName) -> Group {
        let member = |(instance, member): (&InstanceId, &ToyMember)| Member {
            instance: instance.clone(),
            zone: "us-east-1a".into(),
            state: member.state.clone(),
            healthy: true,
            protected: member.protected,
            template_version: None,
        };
        Group {
            name: name.clone(),
            arn: None,
            min: self.min,
            desired: self.desired,
            max: self.max,
            zones: vec!["us-east-1a".into()],
            subnets: Vec::new(),
            members: self.members.iter().map(member).collect(),
            target_groups: vec![format!("arn:{name}").into()],
            classic_balancers: Vec::new(),
            health_check: "ELB".into(),
            grace_s: Some(60),
            suspended: self.suspended.iter().map(|name| (name.as_str().into(), "user".into())).collect(),
            launch_source: None,
            zonal_shift_enabled: None,
            impaired_zone_behavior: None,
            status: None,
            termination_policies: None,
            protects_new: None,
            tags: Tags::default(),
        }
    }

    fn targets(&self) -> Vec<Target> {
        let serving = self.members.iter().filter(|(_, member)| member.state == LifecycleState::InService);
        serving
            .map(|(instance, member)| Target {
                id: instance.text().clone(),
                port: Some(80),
                zone: None,
                state: if member.serves_s >= WARM_S { TargetState::Healthy } else { TargetState::Initial },
                reason: None,
                description: None,
                administrative_override: None,
            })
            .collect()
    }
}

fn failed_launch(group: &GroupName, at: Timestamp) -> Activity {
    Activity {
        id: "a".into(),
        group: group.clone(),
        status: ActivityStatus::Failed,
        description: "Launching a new EC2 instance".into(),
        cause: "".into(),
        message: Some("no capacity".into()),
        zone: None,
        started_at: at,
        ended_at: Some(at),
        progress: None,
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
