//! Joins that AWS leaves to its callers: instance to zone, to checks, to group, to targets.
//!
//! Owns: the look-ups over one region of one estate. Depends on: estate. Must stay true: a thing that is not found is
//! unknown, never healthy; an index made after another equals one made from nothing.
//!
//! Whatever is joined has a [`Number`], given once for each slice that was read; a refresh numbers its own slice and the joins
//! are then made by position.

mod block;
mod headcount;
mod join;
mod numbers;
mod pages;
mod sheet;
mod thing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::estate::balancer::{ClassicTarget, Target, TargetGroup};
use crate::estate::group::{Group, Member};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::zone::Subnet;
use crate::estate::{Part, Rows};
use crate::id::{GroupName, Text, ZoneName};

use super::standing::Standing;
use block::Block;
use headcount::Headcount;
pub use headcount::Heads;
pub use numbers::Number;
use numbers::Numbers;
pub(in crate::judge) use pages::Pages;
use sheet::{At, Sheet};
use thing::Thing;

/// Look-ups over one region.
#[derive(Debug, Clone, Default)]
pub struct Index {
    numbers: Arc<Numbers>,
    sheets: Sheets,
    things: Pages<Thing>,
    /// Groups and target groups by name: where each stands.
    groups: Arc<BTreeMap<Text, At>>,
    target_groups: Arc<BTreeMap<Text, At>>,
    /// Group by group in the order of their rows, whether a balancer routes to it of whose health nobody knows now.
    awaiting: Arc<Vec<(At, bool)>>,
    subnets: Arc<Vec<(Block, ZoneName)>>,
    heads: Arc<Headcount>,
    /// The groups whose rows are not as the rows in their places were in the index that this one was made after; none where nobody knows.
    unlike: Option<Arc<BTreeSet<GroupName>>>,
    groups_are_known: bool,
    /// Whether one thing was read twice as the same: then the last reading counts, and what it hides is found by joining anew.
    tangled: bool,
}

/// What is joined.
#[derive(Debug, Clone, Default)]
struct Sheets {
    instances: Sheet<Instance>,
    statuses: Sheet<InstanceStatus>,
    groups: Sheet<Group>,
    targets: Sheet<Target>,
    classic: Sheet<ClassicTarget>,
    target_groups: Sheet<TargetGroup>,
    subnets: Sheet<Subnet>,
}

/// What is otherwise in an index than in the one it was made after.
#[derive(Debug, Clone)]
pub enum Delta {
    /// Perhaps everything.
    All,
    /// Only what is said of these things, in their order.
    Things(Vec<Number>),
}

impl Index {
    /// Every number.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = Number> + use<> {
        (0..u32::try_from(self.things.len()).unwrap_or(u32::MAX)).map(Number)
    }

    fn thing(&self, number: Number) -> Option<&Thing> {
        self.things.get(number.position())
    }

    /// The number of the thing with this id; none where nothing mentions it.
    pub fn number(&self, id: &str) -> Option<Number> {
        self.numbers.of(id)
    }

    /// The id of the thing with this number.
    pub fn name_of(&self, number: Number) -> Option<&str> {
        self.numbers.name(number).map(|name| &**name)
    }

    /// A number's place in the order of ids.
    pub fn rank(&self, number: Number) -> u64 {
        self.numbers.rank(number)
    }

    /// Every instance, as often as it was read.
    pub fn instances(&self) -> impl Iterator<Item = (Number, &Instance)> {
        self.sheets.instances.numbered()
    }

    /// The numbers of a part's instances in the order of its rows, where these are the rows that were joined.
    pub fn instances_of(&self, part: &Part, rows: &Arc<Rows>) -> Option<&[Number]> {
        self.sheets.instances.numbers_of(part, rows)
    }

    /// Every target of a target group.
    pub fn targets(&self) -> impl Iterator<Item = (Number, &Target)> {
        self.sheets.targets.numbered()
    }

    /// The instance with this number.
    pub fn instance_at(&self, number: Number) -> Option<&Instance> {
        self.sheets.instances.get(self.thing(number)?.instance)
    }

    /// The same, where what EC2 says of it can be trusted now.
    pub fn trusted_instance_at(&self, number: Number) -> Option<&Instance> {
        let at = self.thing(number)?.instance;
        self.sheets.instances.get(at).filter(|_| self.sheets.instances.is_known(at))
    }

    /// Its status checks.
    pub fn status_at(&self, number: Number) -> Option<&InstanceStatus> {
        self.sheets.statuses.get(self.thing(number)?.status)
    }

    /// The same, where what EC2 says of them can be trusted now.
    pub fn trusted_status_at(&self, number: Number) -> Option<&InstanceStatus> {
        let at = self.thing(number)?.status;
        self.sheets.statuses.get(at).filter(|_| self.sheets.statuses.is_known(at))
    }

    /// Its group and its place in it.
    pub fn membership_at(&self, number: Number) -> Option<(&Group, &Member)> {
        let thing = self.thing(number)?;
        let group = self.sheets.groups.get(thing.group)?;
        Some((group, group.members.get(thing.member as usize)?))
    }

    /// Where it is a target: the target group's ARN and its health there.
    pub fn targets_at(&self, number: Number) -> impl Iterator<Item = (&str, &Target)> {
        let found = self.thing(number).map(|thing| thing.targets.as_slice()).unwrap_or_default();
        found.iter().filter_map(|at| Some((parent(self.sheets.targets.part(*at)?)?, self.sheets.targets.get(*at)?)))
    }

    /// Where it stands behind a classic balancer: the balancer's name and its health there.
    pub fn classic_targets_at(&self, number: Number) -> impl Iterator<Item = (&str, &ClassicTarget)> {
        let found = self.thing(number).map(|thing| thing.classic.as_slice()).unwrap_or_default();
        found.iter().filter_map(|at| Some((parent(self.sheets.classic.part(*at)?)?, self.sheets.classic.get(*at)?)))
    }

    /// Its health behind the target groups whose word can be trusted now.
    pub(super) fn targets_heard(&self, number: Number) -> impl Iterator<Item = &Target> {
        let found = self.thing(number).map(|thing| thing.targets.as_slice()).unwrap_or_default();
        let sheet = &self.sheets.targets;
        found.iter().filter(|at| sheet.is_known(**at)).filter_map(|at| sheet.get(*at))
    }

    /// Its health behind the classic balancers whose word can be trusted now.
    pub(super) fn classic_heard(&self, number: Number) -> impl Iterator<Item = &ClassicTarget> {
        let found = self.thing(number).map(|thing| thing.classic.as_slice()).unwrap_or_default();
        let sheet = &self.sheets.classic;
        found.iter().filter(|at| sheet.is_known(**at)).filter_map(|at| sheet.get(*at))
    }

    /// How it stands, everything known of it taken together.
    pub fn standing_at(&self, number: Number) -> Standing {
        self.thing(number).map_or(Standing::Unknown, |thing| thing.standing)
    }

    /// Its zone, by EC2's word, its group's or its status checks'.
    pub fn zone_at(&self, number: Number) -> Option<&ZoneName> {
        self.instance_at(number)
            .map(|instance| &instance.zone)
            .or_else(|| self.membership_at(number).map(|(_, member)| &member.zone))
            .or_else(|| self.status_at(number).and_then(|status| status.zone.as_ref()))
    }

    /// The zone of a target: AWS names it for addresses only, so instances are joined by id and addresses by subnet
    /// (`aws-domain.md` A.3).
    pub fn zone_of_target_at<'a>(&'a self, number: Number, target: &'a Target) -> Option<&'a ZoneName> {
        self.zone_at(number).or_else(|| self.zone_by_address(target))
    }

    fn zone_by_address<'a>(&'a self, target: &'a Target) -> Option<&'a ZoneName> {
        if let Some(zone) = target.zone.as_ref().filter(|zone| zone.as_str() != "all") {
            return Some(zone);
        }
        let address: std::net::Ipv4Addr = target.id.parse().ok()?;
        self.subnets.iter().find(|(block, _)| block.contains(address)).map(|(_, zone)| zone)
    }

    /// Whether a target group's or classic balancer's word on its targets can be trusted now.
    pub fn has_answered(&self, parent: &str) -> bool {
        self.sheets.targets.has_answered(parent) || self.sheets.classic.has_answered(parent)
    }

    /// Whether what groups say of their members can be trusted now.
    pub fn groups_are_known(&self) -> bool {
        self.groups_are_known
    }

    /// The instance with this id.
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instance_at(self.number(id)?)
    }

    /// Its status checks.
    pub fn status(&self, id: &str) -> Option<&InstanceStatus> {
        self.status_at(self.number(id)?)
    }

    /// Its group and its place in it.
    pub fn membership(&self, id: &str) -> Option<(&Group, &Member)> {
        self.membership_at(self.number(id)?)
    }

    /// Where it is a target: the target group's ARN and its health there.
    pub fn targets_of<'a>(&'a self, id: &str) -> impl Iterator<Item = (&'a str, &'a Target)> + use<'a> {
        self.number(id).into_iter().flat_map(|number| self.targets_at(number))
    }

    /// Where it stands behind a classic balancer: the balancer's name and its health there.
    pub fn classic_targets_of<'a>(&'a self, id: &str) -> impl Iterator<Item = (&'a str, &'a ClassicTarget)> + use<'a> {
        self.number(id).into_iter().flat_map(|number| self.classic_targets_at(number))
    }

    /// Whether it is known behind any balancer.
    pub fn is_target_at(&self, number: Number) -> bool {
        self.thing(number).is_some_and(|thing| !thing.targets.is_empty() || !thing.classic.is_empty())
    }

    /// The group with this name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.sheets.groups.get(*self.groups.get(name)?)
    }

    /// Whether a group's row is as `old` was, which stood in its place in the index that this one was made after.
    pub(super) fn is_same_group(&self, old: &Group, row: &Group) -> bool {
        match &self.unlike {
            Some(unlike) => !unlike.contains(&row.name),
            None => old == row,
        }
    }

    /// The members of the group with this name.
    pub fn members_of<'a>(&'a self, name: &str) -> impl Iterator<Item = (Number, &'a Member)> + use<'a> {
        let at = self.groups.get(name).copied().unwrap_or(At::NOWHERE);
        let members = self.sheets.groups.get(at).map_or(&[][..], |group| &group.members);
        self.sheets.groups.numbers_at(at).iter().copied().zip(members)
    }

    /// The targets of the target group with this ARN.
    pub fn targets_behind<'a>(&'a self, arn: &Text) -> impl Iterator<Item = (Number, &'a Target)> + use<'a> {
        self.sheets.targets.numbered_part(&Part::Of(arn.clone()))
    }

    /// What stands behind the classic balancer of this name.
    pub fn classic_behind<'a>(&'a self, name: &Text) -> impl Iterator<Item = Number> + use<'a> {
        self.sheets.classic.numbered_part(&Part::Of(name.clone())).map(|(number, _)| number)
    }

    /// The target group with this ARN.
    pub fn target_group(&self, arn: &str) -> Option<&TargetGroup> {
        self.sheets.target_groups.get(*self.target_groups.get(arn)?)
    }

    /// The zone of an instance, by whatever tells it.
    pub fn zone_of_instance(&self, id: &str) -> Option<&ZoneName> {
        self.zone_at(self.number(id)?)
    }

    /// The zone of a target, found by its id.
    pub fn zone_of_target<'a>(&'a self, target: &'a Target) -> Option<&'a ZoneName> {
        self.number(&target.id).and_then(|number| self.zone_at(number)).or_else(|| self.zone_by_address(target))
    }
}

fn parent(part: &Part) -> Option<&str> {
    match part {
        Part::Of(parent) => Some(parent),
        Part::All | Part::Zone(_) => None,
    }
}
