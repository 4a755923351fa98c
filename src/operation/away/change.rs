//! Fields that operations changed: what each was before, and what we made of it.
//!
//! Owns: [`Change`] and how it is read from a record. Depends on: calls. Must stay true: *before* is what the step's undo would set,
//! *ours* what its last call set; a call that changes no field of anything changes nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::record::{Applied, Record};
use crate::id::{Arn, ClassicName, GroupName, SubnetId, Text};
use crate::operation::call::{Action, Process, Resize, SHIFT_ID};
use crate::operation::{Call, Fact, Step};

/// A field of a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The shift of a resource.
    Shift(Arn),
    /// A group's subnets.
    Subnets(GroupName),
    /// What a group does about a zone that it is shifted away from.
    Behavior(GroupName),
    /// Whether a group can be shifted.
    Shiftable(GroupName),
    /// A group's minimum.
    Min(GroupName),
    /// A group's desired.
    Desired(GroupName),
    /// A group's maximum.
    Max(GroupName),
    /// Whether a process of a group is suspended.
    Process(GroupName, Process),
    /// A balancer's subnets.
    BalancerSubnets(Arn),
    /// Whether a classic balancer is in a subnet.
    ClassicSubnet(ClassicName, SubnetId),
    /// Where a route leads: the table, and the destination.
    Route(Text, Text),
    /// The zone of a DB instance that writes.
    Database(Text),
    /// Who writes for a cluster.
    Writer(Text),
    /// A tag of a group.
    Tag(GroupName, Text),
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: no shift, no tag.
    Absent,
    /// An id, a zone, a word.
    Word(Text),
    /// So many.
    Number(i32),
    /// These.
    Subnets(BTreeSet<SubnetId>),
    /// Yes or no.
    Is(bool),
}

/// A field that operations changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What it was.
    pub before: Value,
    /// What we made of it; none where nobody recorded that, so that what is there is taken for it.
    pub ours: Option<Value>,
    /// The call that puts it back, where the record has one of its own.
    pub back: Option<Action>,
    /// The operation.
    pub by: Text,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("none"),
            Self::Word(word) => f.write_str(word),
            Self::Number(number) => number.fmt(f),
            Self::Subnets(subnets) => f.write_str(&subnets.iter().map(SubnetId::as_str).collect::<Vec<_>>().join(",")),
            Self::Is(is) => f.write_str(if *is { "yes" } else { "no" }),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shift(resource) => write!(f, "shift of {}", resource.short()),
            Self::Subnets(group) => write!(f, "subnets of {group}"),
            Self::Behavior(group) => write!(f, "behavior of {group} while shifted"),
            Self::Shiftable(group) => write!(f, "zonal shift of {group} enabled"),
            Self::Min(group) => write!(f, "min of {group}"),
            Self::Desired(group) => write!(f, "desired of {group}"),
            Self::Max(group) => write!(f, "max of {group}"),
            Self::Process(group, process) => write!(f, "{} of {group} suspended", process.as_str()),
            Self::BalancerSubnets(balancer) => write!(f, "subnets of balancer {}", balancer.short()),
            Self::ClassicSubnet(balancer, subnet) => write!(f, "classic balancer {balancer} in {subnet}"),
            Self::Route(table, destination) => write!(f, "route {destination} of {table}"),
            Self::Database(database) => write!(f, "zone of the writer of {database}"),
            Self::Writer(cluster) => write!(f, "writer of {cluster}"),
            Self::Tag(group, key) => write!(f, "tag {key} of {group}"),
        }
    }
}

/// The subnets that a text lists, comma by comma.
#[must_use]
pub(super) fn subnets(text: &str) -> Value {
    Value::Subnets(text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(SubnetId::from).collect())
}

/// The fields that records changed, oldest record first: the earliest *before*, and the last of *ours*.
#[must_use]
pub fn changes<'r>(records: impl IntoIterator<Item = &'r Record>) -> Vec<Change> {
    let mut all: BTreeMap<Field, Change> = BTreeMap::new();
    for record in records {
        for step in &record.plan.steps {
            let applied: Vec<&Applied> = record.applied.iter().filter(|applied| applied.step == step.id).collect();
            if !applied.is_empty() {
                of_step(record, step, &applied, &mut all);
            }
        }
    }
    all.into_values().collect()
}

fn of_step(record: &Record, step: &Step, applied: &[&Applied], all: &mut BTreeMap<Field, Change>) {
    let mut before: BTreeMap<Field, (Value, Option<Action>)> = BTreeMap::new();
    let undo = undo_of(record, step);
    for call in &undo {
        for (field, value) in sets(&call.action, &BTreeMap::new()) {
            before.insert(field, (value, specific(&call.action)));
        }
    }
    let sizes = guarded_sizes(step);
    for each in applied {
        for (field, ours) in sets(&each.call.action, &each.answer) {
            let known = match &field {
                Field::Shift(_) => Some((Value::Absent, None)),
                field => before.get(field).cloned(),
            };
            take(all, record, field, ours, known);
        }
        if let Some((group, by)) = grows(&each.call.action, step) {
            let field = Field::Desired(group.clone());
            let base = all.get(&field).and_then(|change| change.ours.clone());
            let base = base.or_else(|| sizes.get(&group).map(|desired| Value::Number(*desired)));
            if let Some(Value::Number(base)) = base {
                take(all, record, field, Value::Number(base + by), Some((Value::Number(base), None)));
            }
        }
        if let Some((database, zone)) = failed_over(&each.call.action, step) {
            let change = Change {
                field: Field::Database(database.clone()),
                before: Value::Word(zone),
                ours: None,
                back: Some(each.call.action.clone()),
                by: record.id().clone(),
            };
            all.entry(change.field.clone()).or_insert(change);
        }
    }
}

/// What takes a step back, as far as it is about what is known: members that never came are in no field.
fn undo_of(record: &Record, step: &Step) -> Vec<Call> {
    let fill = record.fill();
    step.undo.iter().filter_map(|call| fill.fill(call).ok()).collect()
}

fn take(
    all: &mut BTreeMap<Field, Change>,
    record: &Record,
    field: Field,
    ours: Value,
    before: Option<(Value, Option<Action>)>,
) {
    if let Some(change) = all.get_mut(&field) {
        change.ours = Some(ours);
        return;
    }
    // What nobody can put back is not ours to put back.
    if let Some((before, back)) = before {
        let change = Change { field: field.clone(), before, ours: Some(ours), back, by: record.id().clone() };
        all.insert(field, change);
    }
}

/// What an action makes of which fields.
fn sets(action: &Action, answer: &BTreeMap<Text, Text>) -> Vec<(Field, Value)> {
    match action {
        Action::StartZonalShift(start) => {
            let id = answer.get(SHIFT_ID).cloned().unwrap_or_else(|| "".into());
            vec![(Field::Shift(start.resource_identifier.clone()), Value::Word(id))]
        }
        Action::UpdateAutoScalingGroup(resize) => of_resize(resize),
        Action::SetDesiredCapacity(set) => {
            vec![(Field::Desired(set.auto_scaling_group_name.clone()), Value::Number(set.desired_capacity))]
        }
        Action::SuspendProcesses(all) | Action::ResumeProcesses(all) => {
            let is_suspended = matches!(action, Action::SuspendProcesses(_));
            let group = &all.auto_scaling_group_name;
            let each = all.scaling_processes.iter();
            each.map(|process| (Field::Process(group.clone(), *process), Value::Is(is_suspended))).collect()
        }
        Action::SetSubnets(set) => {
            let subnets = Value::Subnets(set.named().cloned().collect());
            vec![(Field::BalancerSubnets(set.load_balancer_arn.clone()), subnets)]
        }
        Action::DetachLoadBalancerFromSubnets(of) | Action::AttachLoadBalancerToSubnets(of) => {
            let is_in = matches!(action, Action::AttachLoadBalancerToSubnets(_));
            let field = |subnet: &SubnetId| Field::ClassicSubnet(of.load_balancer_name.clone(), subnet.clone());
            of.subnets.iter().map(|subnet| (field(subnet), Value::Is(is_in))).collect()
        }
        Action::ReplaceRoute(route) => {
            let field = Field::Route(route.route_table_id.clone(), route.destination_cidr_block.clone());
            vec![(field, Value::Word(route.nat_gateway_id.clone()))]
        }
        Action::FailoverDBCluster(failover) => {
            let target = failover.target_db_instance_identifier.clone();
            let field = Field::Writer(failover.db_cluster_identifier.clone());
            target.map(|target| (field, Value::Word(target))).into_iter().collect()
        }
        Action::CreateOrUpdateTags(tags) | Action::DeleteTags(tags) => {
            let is_set = matches!(action, Action::CreateOrUpdateTags(_));
            let value = |value: &Option<Text>| match value {
                Some(value) if is_set => Value::Word(value.clone()),
                _ => Value::Absent,
            };
            let field = |group: &GroupName, key: &Text| Field::Tag(group.clone(), key.clone());
            tags.tags.iter().map(|tag| (field(&tag.resource_id, &tag.key), value(&tag.value))).collect()
        }
        _ => Vec::new(),
    }
}

fn of_resize(resize: &Resize) -> Vec<(Field, Value)> {
    let group = &resize.auto_scaling_group_name;
    let number = |field: fn(GroupName) -> Field, value: Option<i32>| {
        value.map(|value| (field(group.clone()), Value::Number(value)))
    };
    let mut set: Vec<(Field, Value)> = [
        number(Field::Min, resize.min_size),
        number(Field::Desired, resize.desired_capacity),
        number(Field::Max, resize.max_size),
    ]
    .into_iter()
    .flatten()
    .collect();
    set.extend(resize.subnets.as_ref().map(|text| (Field::Subnets(group.clone()), subnets(text))));
    if let Some(policy) = &resize.availability_zone_impairment_policy {
        let enabled = policy.zonal_shift_enabled;
        set.extend(enabled.map(|enabled| (Field::Shiftable(group.clone()), Value::Is(enabled))));
        let behavior = policy.impaired_zone_health_check_behavior.clone();
        set.extend(behavior.map(|word| (Field::Behavior(group.clone()), Value::Word(word))));
    }
    set
}

/// An action that is about one field alone puts that back as it was written: with the addresses of each subnet, in AWS's order.
fn specific(action: &Action) -> Option<Action> {
    let is_own = match action {
        Action::UpdateAutoScalingGroup(resize) => resize.subnets.is_some(),
        Action::SetSubnets(_) | Action::FailoverDBCluster(_) => true,
        _ => false,
    };
    is_own.then(|| action.clone())
}

/// What an action makes of a group's desired without saying the number: of which group, and by how many.
fn grows(action: &Action, step: &Step) -> Option<(GroupName, i32)> {
    match action {
        Action::LaunchInstances(launch) => Some((launch.auto_scaling_group_name.clone(), launch.requested_capacity)),
        Action::TerminateInstanceInAutoScalingGroup(end) if end.should_decrement_desired_capacity => {
            Some((group_of(step)?, -1))
        }
        _ => None,
    }
}

/// The group whose members a step ends: what it waits for, or guards, names it.
fn group_of(step: &Step) -> Option<GroupName> {
    facts(step).into_iter().find_map(|fact| match fact {
        Fact::MemberLeft { group, .. } | Fact::NoneIn { group, .. } | Fact::Sizes { group, .. } => Some(group.clone()),
        Fact::InService { group, .. } | Fact::InServiceOutside { group, .. } => Some(group.clone()),
        _ => None,
    })
}

/// Desired of the groups whose sizes a step guards.
fn guarded_sizes(step: &Step) -> BTreeMap<GroupName, i32> {
    let mut found = BTreeMap::new();
    for guard in &step.guards {
        for fact in parts(&guard.condition.fact) {
            if let Fact::Sizes { group, desired, .. } = fact {
                found.insert(group.clone(), *desired);
            }
        }
    }
    found
}

/// The DB instance that a step fails over, and where it wrote before.
fn failed_over(action: &Action, step: &Step) -> Option<(Text, Text)> {
    let Action::RebootDBInstance(reboot) = action else { return None };
    let from = facts(step).into_iter().find_map(|fact| match fact {
        Fact::FailedOver { database, from, .. } if *database == reboot.db_instance_identifier => Some(from),
        _ => None,
    })?;
    reboot.force_failover.then(|| (reboot.db_instance_identifier.clone(), from.text().clone()))
}

fn facts(step: &Step) -> Vec<&Fact> {
    let until = step.until.iter().map(|until| &until.condition);
    let all = until.chain(step.guards.iter().map(|guard| &guard.condition));
    all.flat_map(|condition| parts(&condition.fact)).collect()
}

fn parts(fact: &Fact) -> Vec<&Fact> {
    match fact {
        Fact::All { of } => of.iter().flat_map(parts).collect(),
        one => vec![one],
    }
}
