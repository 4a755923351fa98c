//! `replace`: a sick or doomed instance makes way for a sound one (`aws-domain.md` C.1).
//!
//! Owns: the form, and how several targets become lanes. Depends on: the ways beside it. Must stay true: members of one group are
//! replaced one after another; lanes run beside one another only as far as policy lets them, and members of a quorum never.

mod alone;
mod member;
mod way;

use std::collections::BTreeMap;

use super::draft::Draft;
use super::gates::Gate;
use super::ground::{Ground, Here};
use super::intent::{Field, FieldKind, Intent, Settings, TargetKind};
use super::lanes::{AT_ONCE, Lanes};
use super::plan::{Plan, Refusal};
use super::registry::{Operation, Under};
use crate::estate::instance::Instance;
use crate::estate::{Kind, SliceId};
use crate::id::{GroupName, Region};
use member::Job;
pub use way::{Chosen, Ills, Way};

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "replace",
    doc: "replace an instance by a sound one",
    target: TargetKind::Instance,
    form: &[
        Field {
            name: "way",
            doc: "how: auto chooses by what is known, and says why",
            kind: FieldKind::Choice(Way::WORDS),
            default: Some("auto"),
        },
        Field {
            name: "grow",
            doc: "launch-first: raise desired (AWS chooses the zone), or launch in the old one's zone",
            kind: FieldKind::Choice(&["desired", "launch"]),
            default: Some("desired"),
        },
        Field {
            name: "type",
            doc: "stop-start, restore: another instance type, where AWS has none left of its own",
            kind: FieldKind::Name,
            default: None,
        },
        Field {
            name: "image",
            doc: "restore, root-volume: the image; the instance's own where none is said",
            kind: FieldKind::Name,
            default: None,
        },
        Field {
            name: "subnet",
            doc: "restore: the subnet; the instance's own where its zone is well",
            kind: FieldKind::Name,
            default: None,
        },
        Field {
            name: "old",
            doc: "restore: what becomes of the old one",
            kind: FieldKind::Choice(&["stop", "keep", "terminate"]),
            default: Some("stop"),
        },
        Field {
            name: "lose-instance-store",
            doc: "stop-start: data on instance stores may be lost",
            kind: FieldKind::Switch,
            default: Some("no"),
        },
        Field {
            name: "without-volumes",
            doc: "restore: volumes besides the root stay with the old one, instead of going over",
            kind: FieldKind::Switch,
            default: Some("no"),
        },
        AT_ONCE,
    ],
    plan,
    reads,
};

/// A target, and what is decided of it.
enum Target<'a> {
    Member(Job<'a>, Gate<'a>),
    Alone(Here<'a, Instance>, Chosen, super::rules::Effective),
}

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let asked = settings.get("way").and_then(Way::of);
    let mut terms = Under::new(ground, intent);
    let mut targets: Vec<Target<'a>> = Vec::new();
    for id in &intent.targets {
        let here = ground.instance(intent.region.as_ref(), id)?;
        let group = ground.membership(here)?;
        let effective = terms.of_instance(here, group.map(|(group, _)| group))?;
        targets.push(match group {
            Some((group, member)) => {
                let gate = Gate { ground, region: here.region, group };
                let chosen = way::of_member(ground, here, (group, member), asked, effective.floor(group.desired))?;
                Target::Member(Job { here, member, chosen, effective }, gate)
            }
            None => Target::Alone(here, way::of_standalone(ground, here, asked)?, effective),
        });
    }
    let (region, token) = terms.place()?;
    let mut draft = Draft::new(ground, &region, &token, ground.made_from(&region, None));
    terms.tell(&mut draft);
    let lanes = Lanes::new(&mut draft, &terms, &settings, targets.len());
    place(&mut draft, ground, targets, settings, lanes)?;
    draft.finish(intent)
}

/// Members of one group are one lane.
fn place<'a>(
    draft: &mut Draft<'a>,
    ground: &'a Ground<'a>,
    targets: Vec<Target<'a>>,
    settings: Settings<'a>,
    mut lanes: Lanes,
) -> Result<(), Refusal> {
    let mut groups: BTreeMap<GroupName, (Gate<'a>, Vec<Job<'a>>)> = BTreeMap::new();
    let mut alone = Vec::new();
    for target in targets {
        match target {
            Target::Member(job, gate) => {
                groups.entry(gate.group.name.clone()).or_insert_with(|| (gate, Vec::new())).1.push(job);
            }
            Target::Alone(here, chosen, effective) => alone.push((here, chosen, effective)),
        }
    }
    for (gate, jobs) in groups.into_values() {
        let last = member::Lane::new(draft, gate, settings, lanes.start()).plan(&jobs)?;
        lanes.end(last);
    }
    for (here, chosen, effective) in alone {
        let last = alone::Lane::new(draft, ground, here, settings, effective, lanes.start())?.plan(&chosen)?;
        lanes.end(last);
    }
    Ok(())
}

/// What must be read first that is not read all the time.
fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let mut reads = Vec::new();
    for id in &intent.targets {
        let Ok(here) = ground.instance(intent.region.as_ref(), id) else { continue };
        match ground.membership(here) {
            Ok(Some((group, _))) => reads.extend(of_group(here.region, &group.name)),
            _ => reads.push(SliceId::of(here.region, Kind::InstanceAttributes, id.clone())),
        }
        let targets = ground.targets_of(here.region, &here.thing.id).unwrap_or_default();
        reads.extend(
            targets
                .iter()
                .map(|(group, _)| SliceId::of(here.region, Kind::TargetGroupAttributes, group.arn.text().clone())),
        );
    }
    reads.sort();
    reads.dedup();
    reads
}

/// What is read of a group before anything is planned for it.
pub(super) fn of_group(region: &Region, name: &GroupName) -> Vec<SliceId> {
    let kinds = [Kind::Refreshes, Kind::Hooks, Kind::ScheduledActions];
    kinds.map(|kind| SliceId::of(region, kind, name.text().clone())).into()
}
