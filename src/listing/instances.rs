//! `instances`: EC2 instances with their checks, their group's word and their balancers' (`aws-domain.md` A.1-A.3).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Deref;

use crate::estate::balancer::{ClassicTarget, Target};
use crate::estate::group::{Group, Member};
use crate::estate::instance::{Check, Instance, InstanceState, InstanceStatus, ScheduledEvent};
use crate::estate::{Kind, Part, Slice};
use crate::id::GroupName;
use crate::judge::index::Number;
use crate::judge::standing::Standing;
use crate::judge::target_group::reason_words;
use crate::judge::{Assessment, Verdict};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
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
        Kind::Images,
        Kind::LaunchTemplates,
    ],
    1,
);

struct Instances;

type Col = Column<Instances>;

impl Listed for Instances {
    type Row<'a> = Numbered<'a>;

    const COLUMNS: &'static [Col] = &[
        Col::new("id", "ID", "The instance's id", |row, _| row.id.text().into()).sized(19, 0).called(&["instance"]),
        Col::new("name", "NAME", "Its Name tag", |row, _| Value::maybe(row.name())).sized(20, 2),
        Col::new("state", "STATE", "Its life's state, by EC2's word", state).sized(9, 2),
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
        Col::new(
            "image_age_s",
            "IMAGE AGE",
            "Time since its image was made; of this account's images alone",
            image_age,
        )
        .sized(9, 6)
        .right(),
        Col::new("drift", "DRIFT", "What of it is not what its group would launch now: version, image, type", drift)
            .sized(14, 4)
            .loud(),
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
        Col::new("event", "EVENT", "What AWS has scheduled for it and is not over", |row, place| {
            event(row, place, |event| (&event.code).into())
        })
        .sized(20, 4)
        .loud(),
        Col::new("event_in_s", "IN", "Time until that may begin", |row, place| {
            event(row, place, |event| place.time_until(event.not_before))
        })
        .sized(5, 4)
        .right(),
        Col::new("state_reason", "WHY", "Why it does not run, in AWS's words", |row, _| {
            Value::maybe(row.state_reason.as_ref().map(|(_, message)| message))
        })
        .hidden(30),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, Numbered<'a>>> {
        place.read::<Instance, _>(Numbered::new).collect()
    }

    fn id(row: &Numbered<'_>) -> String {
        row.id.to_string()
    }

    fn at_rest(row: &Numbered<'_>) -> Option<&'static str> {
        match row.state {
            InstanceState::ShuttingDown | InstanceState::Terminated => Some("ended"),
            InstanceState::Stopped => Some("stopped"),
            _ => None,
        }
    }

    fn find<'a>(stretch: &Stretch<'a, Numbered<'a>>, id: &str, place: &Place<'a>) -> Option<usize> {
        let (part, slice) = stretch.origin()?;
        match slice.all_rows().and_then(|rows| place.index().instances_of(part, rows)) {
            Some(numbers) => {
                let wanted = place.index().number(id)?;
                numbers.iter().position(|number| *number == wanted)
            }
            None => slice.rows::<Instance>().iter().position(|instance| instance.id.as_str() == id),
        }
    }

    fn compare<'a>(a: &Numbered<'a>, b: &Numbered<'a>, place: &Place<'a>) -> Ordering {
        match (a.number, b.number) {
            (Some(a), Some(b)) => place.index().rank(a).cmp(&place.index().rank(b)),
            _ => a.id.cmp(&b.id),
        }
    }

    fn verdict<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Verdict {
        let judged = place.judged.and_then(|judged| judged.instances.get(&row.id));
        let own = judged.map_or(Verdict::Ok, |assessment| assessment.verdict);
        let seen = match row.standing(place) {
            Standing::Unhealthy => Verdict::Warning,
            Standing::Unknown => Verdict::Unknown,
            _ => Verdict::Ok,
        };
        let verdict = if seen == Verdict::Unknown && own != Verdict::Ok { own } else { own.or(seen) };
        verdict.or(if checks_unread(row, place).is_some() { Verdict::Unknown } else { Verdict::Ok })
    }

    /// The worst of its own checks and of what its group and balancers say of it. Silent is not well: it is ok only where its
    /// checks were read.
    fn assess<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Assessment {
        let mut assessment =
            place.judged.and_then(|judged| judged.instances.get(&row.id)).cloned().unwrap_or_else(Assessment::ok);
        match row.standing(place) {
            Standing::Unhealthy => assessment.add(Verdict::Warning, unhealthy(row, place)),
            Standing::Unknown if assessment.verdict == Verdict::Ok => {
                assessment.add(Verdict::Unknown, "its balancer does not know it");
            }
            _ => {}
        }
        if let Some(reason) = checks_unread(row, place) {
            assessment.add(Verdict::Unknown, reason);
        }
        assessment
    }
}

/// An instance with its number in the joins, where these are of the same reading.
#[derive(Clone, Copy)]
struct Numbered<'a> {
    instance: &'a Instance,
    number: Option<Number>,
}

impl<'a> Numbered<'a> {
    fn new(place: &Place<'a>, part: &'a Part, slice: &'a Slice, i: usize) -> Option<Self> {
        let instance: &Instance = slice.rows().get(i)?;
        let joined = slice.all_rows().and_then(|rows| place.index().instances_of(part, rows)?.get(i).copied());
        Some(Self { instance, number: joined.or_else(|| place.index().number(instance.id.as_str())) })
    }

    fn standing(&self, place: &Place<'a>) -> Standing {
        self.number.map_or(Standing::Unknown, |number| place.index().standing_at(number))
    }

    fn status(&self, place: &Place<'a>) -> Option<&'a InstanceStatus> {
        place.index().status_at(self.number?)
    }

    fn membership(&self, place: &Place<'a>) -> Option<(&'a Group, &'a Member)> {
        place.index().membership_at(self.number?)
    }

    fn targets(&self, place: &Place<'a>) -> impl Iterator<Item = (&'a str, &'a Target)> + use<'a> {
        let index = place.index();
        self.number.into_iter().flat_map(move |number| index.targets_at(number))
    }

    fn classic_targets(&self, place: &Place<'a>) -> impl Iterator<Item = (&'a str, &'a ClassicTarget)> + use<'a> {
        let index = place.index();
        self.number.into_iter().flat_map(move |number| index.classic_targets_at(number))
    }
}

impl Deref for Numbered<'_> {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        self.instance
    }
}

/// Why the checks of a running instance are not known, where they are not.
fn checks_unread<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Option<&'a str> {
    let unread = row.state == InstanceState::Running && !place.trusts_in_zone(Kind::InstanceStatuses, &row.zone);
    if unread { place.reason_unread(Kind::InstanceStatuses) } else { None }
}

/// EC2's word for it; of a zone for which EC2 does not answer nobody knows what runs.
fn state<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Value {
    if place.is_silent(&row.zone) { Value::Unknown } else { row.state.as_str().into() }
}

fn standing_cell<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Value {
    match row.standing(place) {
        Standing::Unknown => Value::Unknown,
        standing => standing.as_str().into(),
    }
}

/// Why it is called unhealthy: its group's word, or what its balancers see.
fn unhealthy<'a>(row: &Numbered<'a>, place: &Place<'a>) -> String {
    if let Some((group, _)) = row.membership(place).filter(|(_, member)| !member.healthy) {
        return format!("unhealthy by its group {}", group.name);
    }
    let failing = row.targets(place).find(|(_, target)| target.state.as_str().starts_with("unhealthy"));
    if let Some((arn, target)) = failing {
        let name = place.index().target_group(arn).map_or(arn, |group| &*group.name);
        let why = target.reason.as_deref().map(|code| format!(", {}", reason_words(code))).unwrap_or_default();
        return format!("unhealthy in {name}{why}");
    }
    match row.classic_targets(place).next() {
        Some((balancer, _)) => format!("out of service behind {balancer}"),
        None => "unhealthy".to_owned(),
    }
}

/// Its group: by the group's own list, else by the tag that Auto Scaling sets, which also tells where groups are not readable.
fn group_of<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Option<GroupName> {
    row.membership(place).map(|(group, _)| group.name.clone()).or_else(|| row.group())
}

fn lifecycle<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Value {
    match row.membership(place) {
        Some((_, member)) => member.state.as_str().into(),
        None if place.trusts(Kind::Groups, Part::All) => Value::None,
        None => Value::Unknown,
    }
}

/// One check's word. AWS keeps checks of running instances only, so the others have none.
fn check<'a>(row: &Numbered<'a>, place: &Place<'a>, which: impl Fn(&'a InstanceStatus) -> Option<&'a Check>) -> Value {
    if row.state != InstanceState::Running {
        return Value::None;
    }
    if !place.trusts_in_zone(Kind::InstanceStatuses, &row.zone) {
        return Value::Unknown;
    }
    Value::maybe(row.status(place).and_then(which).map(|check| check.status.as_str()))
}

/// Its targets by state, over target groups and classic balancers.
fn targets<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Value {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let grouped = row.targets(place).map(|(parent, target)| (parent, target.state.as_str()));
    let classic = row.classic_targets(place).map(|(parent, target)| (parent, target.state.as_str()));
    for (parent, state) in grouped.chain(classic) {
        let word = if place.index().has_answered(parent) { state } else { "unknown" };
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    match counts.is_empty() {
        false => Value::Counts(counts),
        true if place.every_target_is_known() => Value::None,
        true => Value::Unknown,
    }
}

/// Of the first event that lies ahead or is under way: AWS shows those that are over for a week more (`aws-domain.md` A.1).
fn event<'a>(row: &Numbered<'a>, place: &Place<'a>, cell: impl Fn(&'a ScheduledEvent) -> Value) -> Value {
    match row.status(place) {
        Some(status) => {
            let ahead = status.events.iter().filter(|event| !event.is_over());
            ahead.min_by_key(|event| event.not_before).map_or(Value::None, cell)
        }
        None if place.trusts_in_zone(Kind::InstanceStatuses, &row.zone) => Value::None,
        None => Value::Unknown,
    }
}

/// Another account's images are not read, so that nobody knows their age.
fn image_age<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Value {
    let Some(image) = &row.image else { return Value::None };
    place.image(image.as_str()).map_or(Value::Unknown, |image| place.age_of(image.created_at))
}

fn drift<'a>(row: &Numbered<'a>, place: &Place<'a>) -> Value {
    match row.membership(place) {
        Some((group, member)) => place.drift(group, member, row),
        None if place.trusts(Kind::Groups, Part::All) => Value::None,
        None => Value::Unknown,
    }
}
