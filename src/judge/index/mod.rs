//! Joins that AWS leaves to its callers: instance to zone, to checks, to group, to targets.
//!
//! Owns: the look-ups over one region of one estate. Depends on: estate. Must stay true: a thing that is not found is
//! unknown, never healthy; an index made after another equals one made from nothing.
//!
//! Whatever is joined has a [`Number`], given once for each slice that was read; a refresh numbers its own slice and the joins
//! are then made by position.

mod block;
mod numbers;
mod sheet;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::balancer::{ClassicTarget, Target, TargetGroup};
use crate::estate::group::{Group, Member};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::zone::Subnet;
use crate::estate::{Estate, Part, Row, Rows};
use crate::id::{Region, Text, ZoneName};

use super::standing::{self, Standing};
use block::Block;
pub use numbers::Number;
use numbers::Numbers;
use sheet::{At, Sheet};

/// Look-ups over one region.
#[derive(Debug, Clone, Default)]
pub struct Index {
    numbers: Arc<Numbers>,
    sheets: Sheets,
    things: Vec<Thing>,
    /// Targets by their thing: [`Thing::targets`] says where.
    targets: Vec<At>,
    classic: Vec<At>,
    /// Groups by name: where each stands, and where its members' numbers begin.
    groups: Arc<BTreeMap<Text, (At, usize)>>,
    target_groups: Arc<BTreeMap<Text, At>>,
    subnets: Vec<(Block, ZoneName)>,
    groups_are_known: bool,
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

/// Where all that is said of one thing stands.
#[derive(Debug, Clone, Copy)]
struct Thing {
    instance: At,
    status: At,
    group: At,
    member: u32,
    targets: (u32, u32),
    classic: (u32, u32),
    /// Its reading as an instance is too old, or kept from an earlier run.
    doubted: bool,
    standing: Standing,
}

impl Thing {
    const UNKNOWN: Self = Self {
        instance: At::NOWHERE,
        status: At::NOWHERE,
        group: At::NOWHERE,
        member: 0,
        targets: (0, 0),
        classic: (0, 0),
        doubted: false,
        standing: Standing::Unknown,
    };
}

/// What is otherwise in an index than in the one it was made after.
#[derive(Debug, Clone)]
pub enum Delta {
    /// Perhaps everything.
    All,
    /// Only what is said of these things, in their order.
    Things(Vec<Number>),
}

impl Delta {
    /// Whether anything said of one of these things may be otherwise.
    pub fn touches(&self, mut numbers: impl Iterator<Item = Number>) -> bool {
        match self {
            Self::All => true,
            Self::Things(things) if things.is_empty() => false,
            Self::Things(things) => numbers.any(|number| things.binary_search(&number).is_ok()),
        }
    }
}

impl Index {
    /// The look-ups over what is known of `region`. What `before` holds of the same slices is taken over.
    pub fn after(before: &Arc<Self>, estate: &Estate, region: &Region, now: Timestamp) -> (Arc<Self>, Delta) {
        let mut numbers = before.numbers.clone();
        let sheets = Sheets::new(&before.sheets, estate, region, now, &mut numbers);
        let groups_are_known = estate.table::<Group>(region, now).is_complete();
        if sheets.is_same(&before.sheets) && groups_are_known == before.groups_are_known {
            return (before.clone(), Delta::Things(Vec::new()));
        }
        if numbers.len() > before.numbers.len() {
            Arc::make_mut(&mut numbers).settle();
        }
        let mut index = Self { numbers, groups_are_known, ..Self::default() };
        let is_same = sheets.groups.is_same(&before.sheets.groups);
        index.groups = if is_same { before.groups.clone() } else { Arc::new(groups_by_name(&sheets.groups)) };
        let is_same = sheets.target_groups.is_same(&before.sheets.target_groups);
        let by_arn = || sheets.target_groups.rows().map(|(at, group)| (group.arn.text().clone(), at)).collect();
        index.target_groups = if is_same { before.target_groups.clone() } else { Arc::new(by_arn()) };
        index.sheets = sheets;
        index.join();
        // Names of things long gone are forgotten once they outnumber those that are there.
        if index.things.len() > 1024 && index.dead() * 2 > index.things.len() {
            return Self::after(&Arc::default(), estate, region, now);
        }
        (Arc::new(index), Delta::All)
    }

    /// The look-ups from nothing.
    pub fn new(estate: &Estate, region: &Region, now: Timestamp) -> Arc<Self> {
        Self::after(&Arc::default(), estate, region, now).0
    }

    fn dead(&self) -> usize {
        let nothing = |thing: &&Thing| {
            let unread = thing.instance == At::NOWHERE && thing.status == At::NOWHERE && thing.group == At::NOWHERE;
            unread && thing.targets.0 == thing.targets.1 && thing.classic.0 == thing.classic.1
        };
        self.things.iter().filter(nothing).count()
    }

    fn join(&mut self) {
        let mut things = vec![Thing::UNKNOWN; self.numbers.len()];
        let mut at = |number: Number, change: &dyn Fn(&mut Thing)| {
            if let Some(thing) = things.get_mut(number.position()) {
                change(thing);
            }
        };
        for (place, number, _) in self.sheets.instances.numbered() {
            let doubted = !self.sheets.instances.is_known(place);
            at(number, &|thing| {
                thing.instance = place;
                thing.doubted |= doubted;
            });
        }
        for (place, number, _) in self.sheets.statuses.numbered() {
            at(number, &|thing| thing.status = place);
        }
        let members = self
            .sheets
            .groups
            .rows()
            .flat_map(|(place, group)| (0_u32..).zip(&group.members).map(move |(m, _)| (place, m)));
        for ((place, member), number) in members.zip(self.sheets.groups.numbers()) {
            at(number, &|thing| (thing.group, thing.member) = (place, member));
        }
        self.targets = gather(&self.sheets.targets, &mut things, |thing| &mut thing.targets);
        self.classic = gather(&self.sheets.classic, &mut things, |thing| &mut thing.classic);
        let subnets = self
            .sheets
            .subnets
            .rows()
            .filter_map(|(_, subnet)| Some((Block::parse(subnet.cidr.as_deref()?)?, subnet.zone.clone())));
        self.subnets = subnets.collect();
        self.things = things;
        let awaiting = self.groups_that_await();
        let standings: Vec<Standing> =
            self.numbers().map(|number| standing::work_out(self, number, self.awaits(number, &awaiting))).collect();
        for (thing, standing) in self.things.iter_mut().zip(standings) {
            thing.standing = standing;
        }
    }

    /// Every number.
    pub fn numbers(&self) -> impl Iterator<Item = Number> + use<> {
        (0..u32::try_from(self.things.len()).unwrap_or(u32::MAX)).map(Number)
    }

    /// Groups with a balancer, in use, of whose health nobody knows now; in the order of their rows.
    fn groups_that_await(&self) -> Vec<(At, bool)> {
        let unused = |arn: &str| self.target_group(arn).is_some_and(|known| known.load_balancers.is_empty());
        let awaits = |group: &Group| {
            group.target_groups.iter().any(|arn| !self.has_answered(arn.as_str()) && !unused(arn.as_str()))
                || group.classic_balancers.iter().any(|name| !self.has_answered(name.as_str()))
        };
        self.sheets.groups.rows().map(|(at, group)| (at, awaits(group))).collect()
    }

    /// Whether a balancer routes to the thing, through its group, of whose health nobody knows now.
    fn awaits(&self, number: Number, groups: &[(At, bool)]) -> bool {
        let Some(thing) = self.thing(number) else { return false };
        let found = groups.binary_search_by_key(&(thing.group.part, thing.group.row), |(at, _)| (at.part, at.row));
        found.ok().and_then(|at| groups.get(at)).is_some_and(|(_, awaits)| *awaits)
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
        self.numbers.name(number)
    }

    /// A number's place in the order of ids.
    pub fn rank(&self, number: Number) -> u32 {
        self.numbers.rank(number)
    }

    /// Every instance, as often as it was read.
    pub fn instances(&self) -> impl Iterator<Item = (Number, &Instance)> {
        self.sheets.instances.numbered().map(|(_, number, instance)| (number, instance))
    }

    /// The numbers of a part's instances in the order of its rows, where these are the rows that were joined.
    pub fn instances_of(&self, part: &Part, rows: &Arc<Rows>) -> Option<&[Number]> {
        self.sheets.instances.numbers_of(part, rows)
    }

    /// Every target of a target group.
    pub fn targets(&self) -> impl Iterator<Item = (Number, &Target)> {
        self.sheets.targets.numbered().map(|(_, number, target)| (number, target))
    }

    /// The instance with this number.
    pub fn instance_at(&self, number: Number) -> Option<&Instance> {
        self.sheets.instances.get(self.thing(number)?.instance)
    }

    /// The same, where what EC2 says of it can be trusted now.
    pub fn trusted_instance_at(&self, number: Number) -> Option<&Instance> {
        self.instance_at(number).filter(|_| self.thing(number).is_some_and(|thing| !thing.doubted))
    }

    /// Its status checks.
    pub fn status_at(&self, number: Number) -> Option<&InstanceStatus> {
        self.sheets.statuses.get(self.thing(number)?.status)
    }

    /// Its group and its place in it.
    pub fn membership_at(&self, number: Number) -> Option<(&Group, &Member)> {
        let thing = self.thing(number)?;
        let group = self.sheets.groups.get(thing.group)?;
        Some((group, group.members.get(thing.member as usize)?))
    }

    /// Where it is a target: the target group's ARN and its health there.
    pub fn targets_at(&self, number: Number) -> impl Iterator<Item = (&str, &Target)> {
        let (from, to) = self.thing(number).map_or((0, 0), |thing| thing.targets);
        let found = self.targets.get(from as usize..to as usize).unwrap_or_default();
        found.iter().filter_map(|at| Some((parent(self.sheets.targets.part(*at)?)?, self.sheets.targets.get(*at)?)))
    }

    /// Where it stands behind a classic balancer: the balancer's name and its health there.
    pub fn classic_targets_at(&self, number: Number) -> impl Iterator<Item = (&str, &ClassicTarget)> {
        let (from, to) = self.thing(number).map_or((0, 0), |thing| thing.classic);
        let found = self.classic.get(from as usize..to as usize).unwrap_or_default();
        found.iter().filter_map(|at| Some((parent(self.sheets.classic.part(*at)?)?, self.sheets.classic.get(*at)?)))
    }

    /// Its health behind the target groups whose word can be trusted now.
    pub(super) fn targets_heard(&self, number: Number) -> impl Iterator<Item = &Target> {
        let (from, to) = self.thing(number).map_or((0, 0), |thing| thing.targets);
        let found = self.targets.get(from as usize..to as usize).unwrap_or_default();
        let sheet = &self.sheets.targets;
        found.iter().filter(|at| sheet.is_known(**at)).filter_map(|at| sheet.get(*at))
    }

    /// Its health behind the classic balancers whose word can be trusted now.
    pub(super) fn classic_heard(&self, number: Number) -> impl Iterator<Item = &ClassicTarget> {
        let (from, to) = self.thing(number).map_or((0, 0), |thing| thing.classic);
        let found = self.classic.get(from as usize..to as usize).unwrap_or_default();
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
        self.thing(number).is_some_and(|thing| thing.targets.0 < thing.targets.1 || thing.classic.0 < thing.classic.1)
    }

    /// The group with this name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.sheets.groups.get(self.groups.get(name)?.0)
    }

    /// The members of the group with this name.
    pub fn members_of<'a>(&'a self, name: &str) -> impl Iterator<Item = (Number, &'a Member)> + use<'a> {
        let (at, first) = self.groups.get(name).copied().unwrap_or((At::NOWHERE, 0));
        let members = self.sheets.groups.get(at).map_or(&[][..], |group| &group.members);
        self.sheets.groups.part_numbers(at).iter().skip(first).copied().zip(members)
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

impl Sheets {
    fn new(before: &Self, estate: &Estate, region: &Region, now: Timestamp, numbers: &mut Arc<Numbers>) -> Self {
        use std::iter::{empty, once};
        Self {
            instances: Sheet::new(estate, region, now, &before.instances, numbers, |row| once(row.id.text())),
            statuses: Sheet::new(estate, region, now, &before.statuses, numbers, |row| once(row.instance.text())),
            groups: Sheet::new(estate, region, now, &before.groups, numbers, |row: &Group| {
                row.members.iter().map(|member| member.instance.text())
            }),
            targets: Sheet::new(estate, region, now, &before.targets, numbers, |row| once(&row.id)),
            classic: Sheet::new(estate, region, now, &before.classic, numbers, |row| once(row.instance.text())),
            target_groups: Sheet::new(estate, region, now, &before.target_groups, numbers, |_| empty()),
            subnets: Sheet::new(estate, region, now, &before.subnets, numbers, |_| empty()),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.instances.is_same(&other.instances)
            && self.statuses.is_same(&other.statuses)
            && self.groups.is_same(&other.groups)
            && self.targets.is_same(&other.targets)
            && self.classic.is_same(&other.classic)
            && self.target_groups.is_same(&other.target_groups)
            && self.subnets.is_same(&other.subnets)
    }
}

fn groups_by_name(sheet: &Sheet<Group>) -> BTreeMap<Text, (At, usize)> {
    let mut part = None;
    let mut first = 0;
    let place = |(at, group): (At, &Group)| {
        if part.replace(at.part) != Some(at.part) {
            first = 0;
        }
        let place = (at, first);
        first += group.members.len();
        (group.name.text().clone(), place)
    };
    sheet.rows().map(place).collect()
}

/// Sorts the rows of a sheet by their things, keeping their order, and tells each thing where its own stand.
fn gather<T: Row>(sheet: &Sheet<T>, things: &mut [Thing], range: impl Fn(&mut Thing) -> &mut (u32, u32)) -> Vec<At> {
    for number in sheet.numbers() {
        if let Some(thing) = things.get_mut(number.position()) {
            range(thing).1 += 1;
        }
    }
    let mut next = 0;
    for thing in things.iter_mut() {
        let range = range(thing);
        let count = range.1;
        *range = (next, next);
        next += count;
    }
    let mut sorted = vec![At::NOWHERE; next as usize];
    for (at, number, _) in sheet.numbered() {
        let Some(thing) = things.get_mut(number.position()) else { continue };
        let end = &mut range(thing).1;
        if let Some(place) = sorted.get_mut(*end as usize) {
            *place = at;
        }
        *end += 1;
    }
    sorted
}

fn parent(part: &Part) -> Option<&str> {
    match part {
        Part::Of(parent) => Some(parent),
        Part::All | Part::Zone(_) => None,
    }
}
