//! How an index is made: from nothing, or from the last one and what was read since.
//!
//! Must stay true: both ways lead to the same index.

use std::sync::Arc;

use jiff::Timestamp;

use super::block::Block;
use super::headcount::Headcount;
use super::pages::Pages;
use super::sheet::{About, At, Edit, Sheet};
use super::thing::{Places, Thing};
use super::{Delta, Index, Number, Numbers, Sheets};
use crate::estate::Estate;
use crate::estate::group::Group;
use crate::id::{Region, Text};
use crate::judge::standing::{self, Standing};

/// What is otherwise in each sheet.
#[derive(Default)]
struct Edits {
    instances: Edit,
    statuses: Edit,
    groups: Edit,
    targets: Edit,
    classic: Edit,
    target_groups: Edit,
    subnets: Edit,
}

impl Edits {
    fn all(&self) -> [&Edit; 7] {
        let Self { instances, statuses, groups, targets, classic, target_groups, subnets } = self;
        [instances, statuses, groups, targets, classic, target_groups, subnets]
    }
}

impl Index {
    /// The look-ups over what is known of `region`, and what is otherwise than in `before`, of which what was not read anew is taken
    /// over.
    pub fn after(before: &Arc<Self>, estate: &Estate, region: &Region, now: Timestamp) -> (Arc<Self>, Delta) {
        let mut numbers = before.numbers.clone();
        let (sheets, edits) = Sheets::after(&before.sheets, estate, region, now, &mut numbers);
        let groups_are_known = estate.table::<Group>(region, now).is_complete();
        if !edits.all().iter().any(|edit| edit.is_new) && groups_are_known == before.groups_are_known {
            return (before.clone(), Delta::Things(Vec::new()));
        }
        let mut index = Self {
            numbers,
            sheets,
            things: before.things.clone(),
            groups: before.groups.clone(),
            target_groups: before.target_groups.clone(),
            awaiting: before.awaiting.clone(),
            subnets: before.subnets.clone(),
            heads: before.heads.clone(),
            unlike: None,
            groups_are_known,
            tangled: before.tangled,
        };
        let same_subnets = !edits.subnets.is_any || !index.take_subnets();
        if edits.groups.is_any {
            index.take_groups();
        }
        if edits.target_groups.is_any {
            let by_arn = index.sheets.target_groups.rows().map(|(at, group)| (group.arn.text().clone(), at));
            index.target_groups = Arc::new(by_arn.collect());
        }
        let is_first = before.things.len() == 0;
        let is_amendable = same_subnets && groups_are_known == before.groups_are_known && !index.sheets.are_sparse();
        let changed = if is_first || before.tangled || !is_amendable { None } else { index.amend(before, &edits) };
        match changed {
            Some(changed) if !index.is_wasteful(before) => {
                let of_groups = edits.groups.unlike.iter().filter_map(|at| index.sheets.groups.get(*at));
                index.unlike = Some(Arc::new(of_groups.map(|group| group.name.clone()).collect()));
                index.heads = Headcount::after(before, &index, &changed);
                (Arc::new(index), Delta::Things(changed))
            }
            None if is_first => {
                index.join(&edits);
                (Arc::new(index), Delta::All)
            }
            // All is joined anew, and names of things long gone are forgotten.
            _ => (Self::new(estate, region, now), Delta::All),
        }
    }

    /// The look-ups from nothing.
    pub fn new(estate: &Estate, region: &Region, now: Timestamp) -> Arc<Self> {
        Self::after(&Arc::default(), estate, region, now).0
    }

    /// Finds the blocks of addresses anew; whether they are otherwise.
    fn take_subnets(&mut self) -> bool {
        let blocks = self
            .sheets
            .subnets
            .rows()
            .filter_map(|(_, subnet)| Some((Block::parse(subnet.cidr.as_deref()?)?, subnet.zone.clone())));
        let blocks: Vec<_> = blocks.collect();
        let differ = *self.subnets != blocks;
        if differ {
            self.subnets = Arc::new(blocks);
        }
        differ
    }

    /// Finds the groups by their names anew, where they stand otherwise.
    fn take_groups(&mut self) {
        let mut rows = self.sheets.groups.rows();
        let same = self.sheets.groups.rows().count() == self.groups.len()
            && rows.all(|(at, group)| self.groups.get(group.name.text()) == Some(&at));
        if !same {
            let by_name = self.sheets.groups.rows().map(|(at, group)| (group.name.text().clone(), at));
            self.groups = Arc::new(by_name.collect());
        }
    }

    /// Joins everything from nothing: to an empty index all that is there has come.
    fn join(&mut self, edits: &Edits) {
        self.things.lengthen(self.numbers.len(), &Thing::UNKNOWN);
        self.tangled = !self.place(edits);
        self.awaiting = Arc::new(self.groups_that_await());
        let mut heads = Headcount::default();
        for number in self.numbers() {
            self.take_standing(number);
            heads.count(self, number, 1);
        }
        self.heads = Arc::new(heads);
    }

    /// Joins anew what is otherwise than `before`, and says which things these are; none where it cannot be told so.
    fn amend(&mut self, before: &Self, edits: &Edits) -> Option<Vec<Number>> {
        self.things.lengthen(self.numbers.len(), &Thing::UNKNOWN);
        if !self.place(edits) {
            return None;
        }
        let mut changed: Vec<Number> = edits.all().iter().flat_map(|edit| edit.numbers()).collect();
        // Who waits for a balancer's word changes with the groups' balancers and with whose word is heard.
        if edits.groups.is_any || edits.targets.parts || edits.classic.parts || edits.target_groups.is_any {
            let awaiting = self.groups_that_await();
            if awaiting != *before.awaiting {
                // Groups that stand elsewhere now were noted with their rows.
                let flipped = awaiting.iter().filter(|(at, awaits)| before.awaits(*at) != *awaits);
                changed.extend(flipped.flat_map(|(at, _)| self.sheets.groups.numbers_at(*at).iter().copied()));
                self.awaiting = Arc::new(awaiting);
            }
        }
        changed.sort_unstable();
        changed.dedup();
        for number in &changed {
            self.take_standing(*number);
        }
        Some(changed)
    }

    /// Whether things long gone outnumber those that are there.
    fn is_wasteful(&self, before: &Self) -> bool {
        let grew = self.things.len() > before.things.len() && self.things.len() > 1024;
        grew && self.things.iter().filter(|thing| thing.is_gone()).count() * 2 > self.things.len()
    }

    /// Puts things where they stand now; false where one was read twice as the same.
    fn place(&mut self, edits: &Edits) -> bool {
        let mut is_clear = self.place_one(&edits.instances, |thing| &mut thing.instance);
        is_clear &= self.place_one(&edits.statuses, |thing| &mut thing.status);
        is_clear &= self.place_one(&edits.groups, |thing| &mut thing.group);
        for (number, _, nth) in &edits.groups.came {
            if let Some(thing) = self.things.get_mut(number.position()) {
                thing.member = *nth;
            }
        }
        let sheets = &self.sheets;
        place_many(&mut self.things, &edits.targets, |at| sheets.targets.order(at), |thing| &mut thing.targets);
        place_many(&mut self.things, &edits.classic, |at| sheets.classic.order(at), |thing| &mut thing.classic);
        is_clear
    }

    fn place_one(&mut self, edit: &Edit, side: impl Fn(&mut Thing) -> &mut At) -> bool {
        for (number, at, _) in &edit.left {
            match self.things.get_mut(number.position()).map(&side) {
                Some(place) if place == at => *place = At::NOWHERE,
                _ => {}
            }
        }
        let mut is_clear = true;
        for (number, at, _) in &edit.came {
            if let Some(thing) = self.things.get_mut(number.position()) {
                is_clear &= std::mem::replace(side(thing), *at) == At::NOWHERE;
            }
        }
        is_clear
    }

    fn take_standing(&mut self, number: Number) {
        let Some(thing) = self.things.get(number.position()) else { return };
        let (last, awaits) = (thing.standing, self.awaits(thing.group));
        let standing: Standing = standing::work_out(self, number, awaits);
        if standing != last
            && let Some(thing) = self.things.get_mut(number.position())
        {
            thing.standing = standing;
        }
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

    /// Whether a balancer routes to this group of whose health nobody knows now.
    fn awaits(&self, group: At) -> bool {
        let order = |at: &At| self.sheets.groups.order(at);
        let found = self.awaiting.binary_search_by_key(&order(&group), |(at, _)| order(at));
        found.ok().and_then(|at| self.awaiting.get(at)).is_some_and(|(_, awaits)| *awaits)
    }
}

fn place_many(
    things: &mut Pages<Thing>,
    edit: &Edit,
    order: impl Fn(&At) -> (u32, u32),
    side: impl Fn(&mut Thing) -> &mut Places,
) {
    for (number, at, _) in &edit.left {
        if let Some(thing) = things.get_mut(number.position()) {
            side(thing).remove(*at);
        }
    }
    for (number, at, _) in &edit.came {
        if let Some(thing) = things.get_mut(number.position()) {
            side(thing).add(*at, &order);
        }
    }
}

impl Sheets {
    fn after(
        before: &Self,
        estate: &Estate,
        region: &Region,
        now: Timestamp,
        numbers: &mut Arc<Numbers>,
    ) -> (Self, Edits) {
        fn about<T>(name: for<'a> fn(&'a T, usize) -> Option<&'a Text>) -> About<T> {
            About { name, same: |_, _, _| false }
        }
        let (instances, instance_edit) = Sheet::after(
            &before.instances,
            estate,
            region,
            now,
            numbers,
            &about(|row, nth| (nth == 0).then(|| row.id.text())),
        );
        let (statuses, status_edit) = Sheet::after(
            &before.statuses,
            estate,
            region,
            now,
            numbers,
            &about(|row, nth| (nth == 0).then(|| row.instance.text())),
        );
        let members = About {
            name: |row: &Group, nth| row.members.get(nth).map(|member| member.instance.text()),
            same: |old, row, nth| old.members.get(nth) == row.members.get(nth) && says_the_same_of_all(old, row),
        };
        let (groups, group_edit) = Sheet::after(&before.groups, estate, region, now, numbers, &members);
        let (targets, target_edit) = Sheet::after(
            &before.targets,
            estate,
            region,
            now,
            numbers,
            &about(|row, nth| (nth == 0).then_some(&row.id)),
        );
        let (classic, classic_edit) = Sheet::after(
            &before.classic,
            estate,
            region,
            now,
            numbers,
            &about(|row, nth| (nth == 0).then(|| row.instance.text())),
        );
        let (target_groups, target_group_edit) =
            Sheet::after(&before.target_groups, estate, region, now, numbers, &about(|_, _| None));
        let (subnets, subnet_edit) = Sheet::after(&before.subnets, estate, region, now, numbers, &about(|_, _| None));
        let edits = Edits {
            instances: instance_edit,
            statuses: status_edit,
            groups: group_edit,
            targets: target_edit,
            classic: classic_edit,
            target_groups: target_group_edit,
            subnets: subnet_edit,
        };
        (Self { instances, statuses, groups, targets, classic, target_groups, subnets }, edits)
    }

    fn are_sparse(&self) -> bool {
        self.targets.is_sparse() || self.classic.is_sparse() || self.instances.is_sparse() || self.statuses.is_sparse()
    }
}

/// Whether two rows of a group are alike in all that is said of it as a whole: those of its members that are alike too need not be
/// joined anew.
fn says_the_same_of_all(a: &Group, b: &Group) -> bool {
    let Group {
        name,
        arn,
        min,
        desired,
        max,
        zones,
        subnets,
        members: _,
        target_groups,
        classic_balancers,
        health_check,
        grace_s,
        suspended,
        launch_source,
        zonal_shift_enabled,
        impaired_zone_behavior,
        status,
        termination_policies,
        protects_new,
        tags,
    } = a;
    *name == b.name
        && *arn == b.arn
        && (*min, *desired, *max) == (b.min, b.desired, b.max)
        && *zones == b.zones
        && *subnets == b.subnets
        && *target_groups == b.target_groups
        && *classic_balancers == b.classic_balancers
        && *health_check == b.health_check
        && *grace_s == b.grace_s
        && *suspended == b.suspended
        && *launch_source == b.launch_source
        && *zonal_shift_enabled == b.zonal_shift_enabled
        && *impaired_zone_behavior == b.impaired_zone_behavior
        && *status == b.status
        && *termination_policies == b.termination_policies
        && *protects_new == b.protects_new
        && *tags == b.tags
}
