//! Conditions on estates made by hand: each holds, fails, and is unknown where what it rests on is missing, old or denied.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::estate::balancer::{Target, TargetState};
use crate::estate::group::{Activity, ActivityStatus, Group, Member, Refresh};
use crate::estate::instance::{Check, CheckStatus, Instance, InstanceStatus};
use crate::estate::{FailureKind, Kind, ReadFailure, Row, Slice, SliceId, Update};

fn now() -> Timestamp {
    "2026-11-21T03:14:22Z".parse().unwrap()
}

fn here() -> Region {
    Region::from("us-east-1")
}

/// An estate that tests put things into, all of them just read.
struct Account(Estate);

impl Account {
    fn new() -> Self {
        Self(Estate::new(vec![here()]))
    }

    fn with<T: Row>(mut self, rows: Vec<T>) -> Self {
        let id = SliceId::all(&here(), T::KIND);
        self.0.apply(Update::part(id, Slice::read(T::rows(rows), now())));
        self
    }

    fn of<T: Row>(mut self, parent: &str, rows: Vec<T>) -> Self {
        let id = SliceId::of(&here(), T::KIND, parent);
        self.0.apply(Update::part(id, Slice::read(T::rows(rows), now())));
        self
    }

    fn denied(mut self, kind: Kind) -> Self {
        let why = ReadFailure {
            kind: FailureKind::Denied,
            action: "autoscaling:DescribeAutoScalingGroups".into(),
            code: Some("AccessDenied".into()),
            message: "you may not".into(),
            request_id: None,
        };
        self.0.apply(Update::part(SliceId::all(&here(), kind), Slice::failed(why, now())));
        self
    }

    fn asked(&self, fact: Fact) -> (Option<bool>, String) {
        self.asked_at(fact, now())
    }

    fn asked_at(&self, fact: Fact, at: Timestamp) -> (Option<bool>, String) {
        let answer = Condition::new(&here(), fact).answer(&self.0, at);
        (answer.holds, answer.detail)
    }
}

fn member(id: &str, state: LifecycleState) -> Member {
    let instance = InstanceId::from(id);
    Member { instance, zone: "us-east-1a".into(), state, healthy: true, protected: false, template_version: None }
}

fn web(members: Vec<Member>) -> Group {
    Group {
        name: "web".into(),
        arn: None,
        min: 2,
        desired: 2,
        max: 3,
        zones: vec!["us-east-1a".into()],
        subnets: Vec::new(),
        members,
        target_groups: vec!["arn:tg".into()],
        classic_balancers: Vec::new(),
        health_check: "ELB".into(),
        grace_s: Some(60),
        suspended: std::collections::BTreeMap::new(),
        launch_source: None,
        zonal_shift_enabled: None,
        impaired_zone_behavior: None,
        status: None,
        termination_policies: None,
        protects_new: None,
        tags: crate::estate::tag::Tags::default(),
    }
}

fn target(id: &str, state: TargetState) -> Target {
    Target {
        id: id.into(),
        port: Some(80),
        zone: None,
        state,
        reason: None,
        description: None,
        administrative_override: None,
    }
}

fn launch(status: ActivityStatus, minutes_ago: i64, message: Option<&str>) -> Activity {
    Activity {
        id: format!("launch {minutes_ago}").into(),
        group: "web".into(),
        status,
        description: "Launching a new EC2 instance: i-9".into(),
        cause: "".into(),
        message: message.map(Into::into),
        zone: None,
        started_at: now() - SignedDuration::from_mins(minutes_ago),
        ended_at: None,
        progress: None,
    }
}

const IN_SERVICE: LifecycleState = LifecycleState::InService;

fn pair() -> Vec<Member> {
    vec![member("i-1", IN_SERVICE), member("i-2", IN_SERVICE)]
}

fn ids(all: &[&str]) -> BTreeSet<InstanceId> {
    all.iter().map(|id| InstanceId::from(*id)).collect()
}

fn grown() -> Fact {
    Fact::Grown { group: "web".into(), beside: ids(&["i-1", "i-2"]), by: 1 }
}

#[test]
fn a_group_whose_sizes_somebody_changed_is_not_the_one_that_was_planned_for() {
    let account = Account::new().with(vec![web(pair())]);
    let sizes = |desired| Fact::Sizes { group: "web".into(), min: 2, desired, max: 3 };
    assert_eq!(account.asked(sizes(2)), (Some(true), "min 2, desired 2, max 3".to_owned()));
    let (holds, detail) = account.asked(sizes(1));
    assert_eq!(holds, Some(false));
    assert_eq!(detail, "min 2, desired 2, max 3; the plan was made at min 2, desired 1, max 3");
}

#[test]
fn what_was_never_read_is_denied_or_has_grown_old_is_unknown_and_says_why() {
    let fact = || Fact::InService { group: "web".into(), beside: BTreeSet::new(), at_least: 0 };
    assert_eq!(Account::new().asked(fact()), (None, "group web: groups not read yet".to_owned()));
    let (holds, detail) = Account::new().denied(Kind::Groups).asked(fact());
    assert_eq!(holds, None);
    assert!(detail.starts_with("group web: groups: "), "{detail}");
    let later = now() + SignedDuration::from_hours(2);
    let (holds, detail) = Account::new().with(vec![web(pair())]).asked_at(fact(), later);
    assert_eq!((holds, detail.as_str()), (None, "group web: groups last read 7200s ago"));
}

#[test]
fn a_group_that_is_gone_is_known_to_be_gone() {
    let account = Account::new().with::<Group>(Vec::new());
    let fact = Fact::InService { group: "web".into(), beside: BTreeSet::new(), at_least: 0 };
    assert_eq!(account.asked(fact), (Some(false), "there is no group web any more".to_owned()));
}

/// `aws-domain.md` C.1, step 3: in service, then healthy in every target group.
#[test]
fn a_new_member_counts_once_its_balancer_says_healthy() {
    let mut members = pair();
    members.push(member("i-3", LifecycleState::Pending));
    let pending = Account::new().with(vec![web(members.clone())]);
    assert_eq!(pending.asked(grown()), (Some(false), "0 of 1 new serve; 0 in service, 1 in all".to_owned()));

    members[2].state = IN_SERVICE;
    let account = |state| Account::new().with(vec![web(members.clone())]).of("arn:tg", vec![target("i-3", state)]);
    assert_eq!(account(TargetState::Initial).asked(grown()).0, Some(false));
    assert_eq!(
        account(TargetState::Healthy).asked(grown()),
        (Some(true), "1 of 1 new serve; 1 in service, 1 in all".to_owned())
    );
    let unseen = Account::new().with(vec![web(members.clone())]);
    assert_eq!(unseen.asked(grown()), (None, "tg: target health not read yet".to_owned()), "nobody knows");
    let unregistered = Account::new().with(vec![web(members.clone())]).of::<Target>("arn:tg", Vec::new());
    assert_eq!(unregistered.asked(grown()).0, Some(false), "in service, and no target yet");
}

/// `aws-domain.md` C.1, gates: no refresh, no activity.
#[test]
fn a_group_that_is_busy_is_not_quiet() {
    let quiet = || Fact::Quiet { group: "web".into() };
    let base = || Account::new().with(vec![web(pair())]);
    let refresh = |status: &str| Refresh {
        id: "r".into(),
        group: "web".into(),
        status: status.into(),
        percentage: None,
        instances_left: None,
        reason: None,
        started_at: None,
        ended_at: None,
    };
    let done = launch(ActivityStatus::Successful, 30, None);
    let calm = base().with(vec![done.clone()]).of::<Refresh>("web", Vec::new());
    assert_eq!(calm.asked(quiet()), (Some(true), "web does nothing by itself".to_owned()));
    let busy = base().with(vec![launch(ActivityStatus::InProgress, 1, None)]).of::<Refresh>("web", Vec::new());
    assert_eq!(busy.asked(quiet()).0, Some(false));
    for (status, holds) in [("Successful", true), ("InProgress", false), ("Baking", false), ("A new word", false)] {
        let account = base().with(vec![done.clone()]).of("web", vec![refresh(status)]);
        assert_eq!(account.asked(quiet()).0, Some(holds), "{status}");
    }
    assert_eq!(base().with(vec![done]).asked(quiet()).0, None, "nobody asked about refreshes");
}

/// `aws-domain.md` C.1, gates: what replaces a member would fail as well.
#[test]
fn the_latest_launch_tells_whether_a_replacement_would_come() {
    let fact = || Fact::LaunchesWork { group: "web".into() };
    let failed = |ago| launch(ActivityStatus::Failed, ago, Some("no capacity"));
    let worked = |ago| launch(ActivityStatus::Successful, ago, None);
    let account = |activities| Account::new().with::<Activity>(activities);
    assert_eq!(account(vec![worked(1), failed(9)]).asked(fact()).0, Some(true));
    assert_eq!(
        account(vec![worked(9), failed(1)]).asked(fact()),
        (Some(false), "the latest launch of web failed: no capacity".to_owned())
    );
    assert_eq!(Account::new().asked(fact()).0, None);
}

#[test]
fn suspended_processes_are_named() {
    let mut group = web(pair());
    group.suspended.insert("Launch".into(), "by a person".into());
    let account = Account::new().with(vec![group]);
    let fact = |all: &[Process]| Fact::ProcessesRun { group: "web".into(), processes: all.iter().copied().collect() };
    assert_eq!(
        account.asked(fact(&[Process::Launch, Process::Terminate])),
        (Some(false), "Launch suspended in web".to_owned())
    );
    assert_eq!(account.asked(fact(&[Process::Terminate])).0, Some(true));
}

#[test]
fn a_target_that_drains_is_not_drained_yet() {
    let drained = || Fact::Drained { target_group: "arn:tg".into(), instance: "i-1".into() };
    let account = |targets| Account::new().of::<Target>("arn:tg", targets);
    assert_eq!(account(vec![target("i-1", TargetState::Draining)]).asked(drained()).0, Some(false));
    assert_eq!(account(vec![target("i-1", TargetState::Unused)]).asked(drained()).0, Some(true));
    assert_eq!(account(Vec::new()).asked(drained()).0, Some(true));
    assert_eq!(Account::new().asked(drained()).0, None);
    let healthy = || Fact::Healthy { target_group: "arn:tg".into(), beside: ids(&["i-1"]), at_least: 1 };
    let one = account(vec![target("i-1", TargetState::Healthy), target("i-2", TargetState::Unhealthy)]);
    assert_eq!(one.asked(healthy()), (Some(false), "tg would keep 0 healthy; 1 are needed".to_owned()));
}

/// `aws-domain.md` A.9: a wait is for a change, never for a state that was true before.
#[test]
fn an_instance_counts_as_restarted_only_by_a_start_after_the_call() {
    let instance = |minutes_ago| Instance {
        id: "i-1".into(),
        zone: "us-east-1a".into(),
        state: InstanceState::Running,
        state_reason: None,
        instance_type: "m7g.large".into(),
        image: None,
        launched_at: Some(now() - SignedDuration::from_mins(minutes_ago)),
        subnet: None,
        vpc: None,
        private_address: None,
        public_address: None,
        lifecycle: None,
        volumes: Box::default(),
        make: None,
        tags: crate::estate::tag::Tags::default(),
    };
    let checks = |status: CheckStatus| {
        let check = Check { status, impaired_since: None };
        let (system, guest) = (check.clone(), check);
        InstanceStatus { instance: "i-1".into(), zone: None, system, guest, volumes: None, events: Box::default() }
    };
    let after = now() - SignedDuration::from_mins(5);
    let restarted = || Fact::Restarted { instance: "i-1".into(), after };
    let account = |ago, status| Account::new().with(vec![instance(ago)]).with(vec![checks(status)]);
    assert_eq!(account(60, CheckStatus::Ok).asked(restarted()).0, Some(false), "runs since an hour");
    assert_eq!(account(2, CheckStatus::Initializing).asked(restarted()).0, Some(false));
    assert_eq!(account(2, CheckStatus::Ok).asked(restarted()).0, Some(true));
}

/// What a condition rests on is what it asks to be read: with nothing but that it can answer.
#[test]
fn a_condition_names_what_must_be_read_for_it() {
    let mut members = pair();
    members.push(member("i-3", IN_SERVICE));
    let account = Account::new().with(vec![web(members)]);
    let needs = Condition::new(&here(), grown()).needs(&account.0);
    let need = |what| Need::new(&here(), what);
    assert_eq!(needs, [need(What::Group("web".into())), need(What::Targets("arn:tg".into()))]);
}

/// Read for itself and not there is gone; with nothing but other things' parts read, nobody knows.
#[test]
fn what_was_read_for_itself_and_is_not_there_is_gone_and_what_was_not_is_unknown() {
    let fact = || Fact::InService { group: "web".into(), beside: BTreeSet::new(), at_least: 0 };
    let gone = Account::new().of::<Group>("web", Vec::new());
    assert_eq!(gone.asked(fact()).1, "there is no group web any more");
    let other = Account::new().of::<Group>("api", Vec::new());
    assert_eq!(other.asked(fact()), (None, "group web: groups not read yet".to_owned()));
}
