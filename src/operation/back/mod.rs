//! `return`: what an evacuation left away comes back, once the zone is well (`aws-domain.md` C.3, return trip).
//!
//! Owns: the form, the order of the lanes. Depends on: the record of what was done, judgement, headroom. Must stay true: only what still holds
//! our value is put back, and every difference is told; nothing enters before positive evidence; no balancer sends before its targets
//! there are healthy; capacity is lowered last, by name, and never below today's need.

mod balancer;
mod canary;
mod capacity;
mod gates;
mod group;
mod need;
mod rest;
mod scope;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::call::{Action, Resize};
use super::draft::Draft;
use super::ground::{Ground, ZoneCalled};
use super::intent::{Field, FieldKind, Intent, Settings, TargetKind};
use super::plan::{PartSummary, Plan, Refusal, StepId};
use super::registry::{Operation, Under};
use super::replace;
use crate::estate::group::Group;
use crate::estate::{Kind, SliceId};
use crate::id::{GroupName, Text};
use group::Entering;
use scope::Scope;

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "return",
    doc: "bring back what was evacuated from a zone, once it is well",
    target: TargetKind::Zone,
    form: &[Field {
        name: "with",
        doc: "also: databases whose writer goes back, comma by comma; each is an outage",
        kind: FieldKind::Ids,
        default: None,
    }],
    plan,
    reads,
};

/// A group's sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    min: i32,
    desired: i32,
    max: i32,
}

impl std::fmt::Display for Sizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "min {}, desired {}, max {}", self.min, self.desired, self.max)
    }
}

impl Sizes {
    /// The call that makes these of others; what is the same stays.
    fn resize(self, group: &GroupName, from: Self) -> Action {
        let said = |to: i32, from: i32| (to != from).then_some(to);
        Action::UpdateAutoScalingGroup(Resize {
            min_size: said(self.min, from.min),
            desired_capacity: said(self.desired, from.desired),
            max_size: said(self.max, from.max),
            ..Resize::of(group)
        })
    }
}

/// A return in the making.
struct Back<'d, 'a> {
    draft: &'d mut Draft<'a>,
    ground: &'a Ground<'a>,
    zone: ZoneCalled<'a>,
    scope: &'a Scope<'a>,
    /// After this step the zone may be entered.
    watched: StepId,
    /// The last step of each balancer, by its name.
    traffic: Vec<(Text, StepId)>,
    /// The sizes that groups have in the end.
    sizes: BTreeMap<GroupName, Sizes>,
}

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let [target] = intent.targets.as_slice() else {
        return Err(Refusal::new("return takes one zone at a time", "each is watched by itself"));
    };
    let zone = ground.zone_called(intent.region.as_ref(), target)?;
    let scope = Scope::of(ground, zone)?;
    if !scope.ours().any(|_| true) {
        return Err(nothing_away(zone, &scope));
    }
    gates::refusals(ground, zone)?;
    if intent.skip.iter().any(|part| **part == *canary::PART) && intent.reason.as_deref().is_none_or(str::is_empty) {
        return Err(Refusal::new(
            "without the canary nothing shows that the zone is well",
            "leave it out only with --reason",
        ));
    }
    let mut under = Under::new(ground, intent);
    under.of_names(zone.region, vec![zone.name.as_str(), zone.id.as_str()])?;
    let groups = groups(ground, zone, &scope);
    for group in &groups {
        under.of_group(super::ground::Here { region: zone.region, thing: *group })?;
    }
    let (region, _) = under.place()?;
    let mut draft = Draft::new(
        ground,
        &region,
        zone.id.as_str(),
        ground.made_from(&region, groups.first().map(|group| &group.name)),
    );
    under.tell(&mut draft);
    draft.why.push(zone.told());
    let gates = gates::gates(ground, zone, &scope);
    let watched = canary::add(&mut draft, ground, zone, &scope, gates);
    let with: BTreeSet<Text> = settings.ids("with").map(Text::from).collect();
    let mut back =
        Back { draft: &mut draft, ground, zone, scope: &scope, watched, traffic: Vec::new(), sizes: BTreeMap::new() };
    back.all(&groups, &with, &intent.skip)?;
    draft.finish(intent)
}

impl<'a> Back<'_, 'a> {
    /// The lanes, in the order of `aws-domain.md` C.3.
    fn all(&mut self, groups: &[&'a Group], with: &BTreeSet<Text>, skip: &[Text]) -> Result<(), Refusal> {
        let mut entering: Vec<Entering<'a>> = Vec::new();
        for group in groups {
            entering.push(self.enter(group)?);
        }
        self.routes();
        self.balancers(&entering);
        for each in entering {
            self.leave_capacity(each);
        }
        self.rows();
        self.databases(with)?;
        self.verify(skip);
        self.differences();
        Ok(())
    }

    /// A row a lane, for the review.
    fn rows(&mut self) {
        for (part, titles) in self.draft.lanes() {
            let (first, more) = (titles.first().cloned().unwrap_or_default(), titles.len().saturating_sub(1));
            let how = if more == 0 { first } else { format!("{first}; {more} more steps") };
            self.draft.parts.push(PartSummary {
                part,
                on: true,
                serves: None,
                cpu: None,
                cpu_limit: None,
                how,
                takes_s: None,
                why_off: None,
                with: None,
            });
        }
    }
}

/// The groups of which something is put back.
fn groups<'a>(ground: &'a Ground<'a>, zone: ZoneCalled<'a>, scope: &Scope<'_>) -> Vec<&'a Group> {
    let mut names: BTreeSet<GroupName> = BTreeSet::new();
    for merged in scope.ours() {
        names.extend(canary::group_of(&merged.change.field).cloned());
        if let super::away::Field::Shift(arn) = &merged.change.field
            && group::is_group(arn)
        {
            names.insert(arn.short().into());
        }
    }
    let known = ground.estate.known::<Group>(zone.region);
    known.filter(|group| names.contains(&group.name)).collect()
}

fn nothing_away(zone: ZoneCalled<'_>, scope: &Scope<'_>) -> Refusal {
    let theirs = scope.theirs();
    let mut words: Vec<String> = scope.merged.iter().map(ToString::to_string).take(4).collect();
    words.extend(theirs.iter().take(4).cloned());
    let told = if words.is_empty() { String::new() } else { format!(": {}", words.join("; ")) };
    let remedy = match theirs.is_empty() {
        true => {
            "there is nothing to bring back: no record here, no shift and no tag of fournines; `fournines journal import` brings a record"
        }
        false => "ask whose shifts they are, or end them with `fournines plan cancel`",
    };
    Refusal::new(format!("nothing of ours is away from {}{told}", zone.both()), remedy)
}

/// What must be read first that is not read all the time.
fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let mut reads = Vec::new();
    for target in &intent.targets {
        let Ok(zone) = ground.zone_called(intent.region.as_ref(), target) else { continue };
        for group in ground.estate.known::<Group>(zone.region) {
            reads.extend(replace::of_group(zone.region, &group.name));
        }
        let kinds = [Kind::ZonalShifts, Kind::ManagedResources, Kind::Autoshifts, Kind::RouteTables, Kind::NatGateways];
        reads.extend(kinds.map(|kind| SliceId::all(zone.region, kind)));
    }
    reads.sort();
    reads.dedup();
    reads
}
