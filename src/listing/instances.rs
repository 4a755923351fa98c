//! `instances`: EC2 instances with their checks, their group's word and their balancers' (`aws-domain.md` A.1-A.3).

use std::collections::BTreeMap;

use crate::estate::balancer::{Target, TargetGroup};
use crate::estate::instance::{Check, Instance, InstanceState, InstanceStatus};
use crate::estate::{Kind, Part};
use crate::id::GroupName;
use crate::judge::standing::{self, Standing};
use crate::judge::target_group::reason_words;
use crate::judge::{Assessment, Verdict};

use super::list::{Column, List, Listed};
use super::place::{Entry, Place};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Instances>(
    "instances",
    &["instance", "ec2"],
    "EC2 instances: state, checks, group, balancers' health",
    &[
        Kind::Instances,
        Kind::InstanceStatuses,
        Kind::Zones,
        Kind::Groups,
        Kind::TargetGroups,
        Kind::Targets,
        Kind::ClassicBalancers,
        Kind::ClassicTargets,
    ],
    1,
);

struct Instances;

type Col = Column<Instances>;

impl Listed for Instances {
    type Row<'a> = &'a Instance;

    const COLUMNS: &'static [Col] = &[
        Col::new("id", "ID", "The instance's id", |row, _| row.id.text().into()).sized(19, 0).called(&["instance"]),
        Col::new("name", "NAME", "Its Name tag", |row, _| Value::maybe(row.name())).sized(20, 2),
        Col::new("state", "STATE", "Its life's state, by EC2's word", |row, _| row.state.as_str().into()).sized(9, 2),
        Col::new("standing", "STANDING", "Everything known of it in one word", standing_cell)
            .sized(10, 1)
            .called(&["health"]),
        Col::new("type", "TYPE", "Its instance type", |row, _| (&row.instance_type).into()).sized(11, 5),
        Col::new("zone", "ZONE", "The zone's name in this account", |row, _| row.zone.text().into()).sized(10, 1),
        Col::new("zone_id", "ZONE ID", "The zone's physical id", |row, place| place.zone_id_of(Some(&row.zone)))
            .sized(8, 6),
        Col::new("group", "GROUP", "The Auto Scaling group it is a member of", |row, place| {
            Value::maybe(group_of(row, place).as_ref().map(GroupName::text))
        })
        .sized(18, 3),
        Col::new("lifecycle", "LIFECYCLE", "Its place in its group's life", lifecycle).sized(10, 4),
        Col::new("system_check", "SYSTEM", "EC2's system status check", |row, place| {
            check(row, place, |s| Some(&s.system))
        })
        .sized(8, 4),
        Col::new("instance_check", "INSTANCE", "EC2's instance status check", |row, place| {
            check(row, place, |s| Some(&s.guest))
        })
        .sized(8, 4),
        Col::new("ebs_check", "EBS", "EC2's check of the attached volumes", |row, place| {
            check(row, place, |s| s.volumes.as_ref())
        })
        .sized(8, 6),
        Col::new("targets", "TARGETS", "Its health behind balancers, by state", targets).sized(12, 3),
        Col::new("image", "IMAGE", "The image it was started from", |row, _| {
            Value::maybe(row.image.as_ref().map(|image| image.text()))
        })
        .sized(21, 7),
        Col::new("private_address", "ADDRESS", "Its first private address", |row, _| {
            Value::maybe(row.private_address.as_ref())
        })
        .sized(14, 6)
        .called(&["address", "ip"]),
        Col::new("public_address", "PUBLIC", "Its public address", |row, _| Value::maybe(row.public_address.as_ref()))
            .hidden(14),
        Col::new("age_s", "AGE", "Time since it was last started", |row, place| place.age_of(row.launched_at))
            .sized(5, 3)
            .right(),
        Col::new("launched_at", "LAUNCHED", "When it was last started", |row, _| Value::maybe(row.launched_at))
            .hidden(17),
        Col::new("purchase", "PURCHASE", "spot, scheduled or capacity-block; on-demand has none", |row, _| {
            Value::maybe(row.lifecycle.as_ref())
        })
        .hidden(9),
        Col::new("subnet", "SUBNET", "Its subnet", |row, _| Value::maybe(row.subnet.as_ref().map(|id| id.text())))
            .hidden(24),
        Col::new("event", "EVENT", "What AWS has scheduled for it", event).sized(20, 5),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Entry<&'a Instance>> {
        place.read::<Instance>().map(|(_, entry)| entry).collect()
    }

    fn id(row: &&Instance) -> String {
        row.id.to_string()
    }

    /// The worst of its own checks and of what its group and balancers say of it. Silent is not well: it is ok only where its
    /// checks were read.
    fn assess<'a>(row: &&'a Instance, place: &Place<'a>) -> Assessment {
        let mut assessment =
            place.judged.and_then(|judged| judged.instances.get(&row.id)).cloned().unwrap_or_else(Assessment::ok);
        match standing::of_instance(place.index(), row.id.as_str()) {
            Standing::Unhealthy => assessment.add(Verdict::Warning, unhealthy(row, place)),
            Standing::Unknown if assessment.verdict == Verdict::Ok => {
                assessment.add(Verdict::Unknown, "its balancer does not know it");
            }
            _ => {}
        }
        if row.state == InstanceState::Running
            && !place.trusts(Kind::InstanceStatuses, Part::Zone(row.zone.clone()))
            && let Some(reason) = place.reason_unread(Kind::InstanceStatuses)
        {
            assessment.add(Verdict::Unknown, reason);
        }
        assessment
    }
}

fn standing_cell<'a>(row: &&'a Instance, place: &Place<'a>) -> Value {
    match standing::of_instance(place.index(), row.id.as_str()) {
        Standing::Unknown => Value::Unknown,
        standing => standing.as_str().into(),
    }
}

/// Why it is called unhealthy: its group's word, or what its balancers see.
fn unhealthy<'a>(row: &'a Instance, place: &Place<'a>) -> String {
    let index = place.index();
    if let Some((group, _)) = index.membership(row.id.as_str()).filter(|(_, member)| !member.healthy) {
        return format!("unhealthy by its group {}", group.name);
    }
    let failing =
        index.targets_of(row.id.as_str()).iter().find(|(_, target)| target.state.as_str().starts_with("unhealthy"));
    if let Some((arn, target)) = failing {
        let name = index.target_group(arn).map_or(*arn, |group| &*group.name);
        let why = target.reason.as_deref().map(|code| format!(", {}", reason_words(code))).unwrap_or_default();
        return format!("unhealthy in {name}{why}");
    }
    match index.classic_targets_of(row.id.as_str()).first() {
        Some((balancer, _)) => format!("out of service behind {balancer}"),
        None => "unhealthy".to_owned(),
    }
}

/// Its group: by the group's own list, else by the tag that Auto Scaling sets, which also tells where groups are not readable.
fn group_of(row: &Instance, place: &Place<'_>) -> Option<GroupName> {
    place.index().membership(row.id.as_str()).map(|(group, _)| group.name.clone()).or_else(|| row.group())
}

fn lifecycle<'a>(row: &&'a Instance, place: &Place<'a>) -> Value {
    match place.index().membership(row.id.as_str()) {
        Some((_, member)) => member.state.as_str().into(),
        None if place.trusts(Kind::Groups, Part::All) => Value::None,
        None => Value::Unknown,
    }
}

/// One check's word. AWS keeps checks of running instances only, so the others have none.
fn check<'a>(row: &&'a Instance, place: &Place<'a>, which: impl Fn(&'a InstanceStatus) -> Option<&'a Check>) -> Value {
    if row.state != InstanceState::Running {
        return Value::None;
    }
    if !place.trusts(Kind::InstanceStatuses, Part::Zone(row.zone.clone())) {
        return Value::Unknown;
    }
    let status = place.index().status(row.id.as_str());
    Value::maybe(status.and_then(which).map(|check| check.status.as_str()))
}

/// Its targets by state, over target groups and classic balancers.
fn targets<'a>(row: &&'a Instance, place: &Place<'a>) -> Value {
    let index = place.index();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (arn, target) in index.targets_of(row.id.as_str()) {
        let trusted = place.trusts(Kind::Targets, Part::Of((*arn).into()));
        let word = if trusted { target.state.as_str() } else { "unknown" };
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    for (name, target) in index.classic_targets_of(row.id.as_str()) {
        let trusted = place.trusts(Kind::ClassicTargets, Part::Of((*name).into()));
        let word = if trusted { target.state.as_str() } else { "unknown" };
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    if !counts.is_empty() {
        return Value::Counts(counts);
    }
    let groups = place.estate.table::<TargetGroup>(place.region, place.now);
    let health = place.estate.table::<Target>(place.region, place.now);
    let every_target_is_known = groups.is_complete() && health.trusts().all(|trust| trust.is_known());
    if every_target_is_known { Value::None } else { Value::Unknown }
}

fn event<'a>(row: &&'a Instance, place: &Place<'a>) -> Value {
    match place.index().status(row.id.as_str()) {
        Some(status) => Value::maybe(status.events.iter().find(|event| !event.is_over()).map(|event| &event.code)),
        None if place.trusts(Kind::InstanceStatuses, Part::Zone(row.zone.clone())) => Value::None,
        None => Value::Unknown,
    }
}
