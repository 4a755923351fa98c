//! The canary: one instance in the zone, outside of every balancer and group, before anything else enters (`aws-domain.md` C.3, return).
//!
//! Must stay true: it is like a member of a group that returns; it is ended by its id, by the plan that launched it, and by its undo.

use super::super::away::{Field, Value, marks};
use super::super::call::{Action, FromTemplate, Instances, Profile, Run, Tag, TagSpecification, Whom};
use super::super::condition::Fact;
use super::super::draft::{Draft, Part};
use super::super::fill::{OPERATION, TOKEN};
use super::super::ground::{Ground, ZoneCalled};
use super::super::plan::StepId;
use super::gates::{Gate, told};
use super::scope::Scope;
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::zone::Subnet;
use crate::id::{GroupName, InstanceId, SubnetId, Text};

/// How long it may take until its checks pass.
const RUN_S: u64 = 1200;
/// How long it may take to end.
const END_S: u64 = 900;
/// How long everything in the zone must pass its checks before traffic comes.
const WATCH_S: u64 = 300;
/// How long that may take.
const WATCH_DEADLINE_S: u64 = 3600;
/// Its lane.
pub(super) const PART: &str = "canary";

/// Launches it, watches the zone while it runs, and ends it. What enters the zone comes after the watch.
pub(super) fn add(
    draft: &mut Draft<'_>,
    ground: &Ground<'_>,
    zone: ZoneCalled<'_>,
    scope: &Scope<'_>,
    gates: Vec<Gate>,
) -> StepId {
    let part = Text::from(PART);
    let model = model(ground, zone, scope);
    let this = draft.next();
    let new = InstanceId::from(format!("${{{this}}}"));
    let mut gates = gates;
    if let Some((group, run)) = &model {
        let image = run.image_id.clone();
        let subnet = run.subnet_id.clone();
        let mut step = Part::new(
            &part,
            format!("launch one like {group}'s in {} ({subnet})", zone.name),
            "that a launch works there and runs well is seen before traffic comes: outside of every balancer and group",
        )
        .block("image", Fact::ImageUsable { image })
        .block("addresses", Fact::FreeAddresses { subnet, at_least: 1 });
        for (name, fact) in gates.drain(..) {
            step = step.warn(name, fact);
        }
        let end = Instances { instance_ids: vec![Whom::From(this.clone())] };
        draft.add(
            step.call(Action::RunInstances(run.clone()))
                .until(Fact::ChecksPass { instance: new.clone() }, 240, RUN_S)
                .undo(Action::TerminateInstances(end)),
        );
        draft.changes.push(format!(
            "canary: 1 like {group}'s in {}, started with the group's own start-up, then ended",
            zone.name
        ));
    } else {
        gates.push((
            "canary",
            told(None, "there is nothing to launch a canary like: whether launches work there is not known"),
        ));
    }
    let mut watch = Part::new(
        &part,
        format!("watch {} for {} min", zone.both(), WATCH_S / 60),
        "status checks and volumes of all that is there must pass, and go on passing; no sample is no proof",
    );
    for (name, fact) in gates {
        watch = watch.warn(name, fact);
    }
    let watched =
        draft.add(watch.until(Fact::ZonePasses { zone: zone.name.clone() }, 10, WATCH_DEADLINE_S).held_for(WATCH_S));
    if model.is_some() {
        let ended = vec![InstanceState::Terminated];
        let runs = vec![InstanceState::Running];
        let step = Part::new(&part, "end the canary", "it was launched for this, and holds nothing")
            .block("state", Fact::InstanceIn { instance: new.clone(), states: runs })
            .call(Action::TerminateInstances(Instances { instance_ids: vec![Whom::From(this)] }))
            .until(Fact::InstanceIn { instance: new, states: ended }, 60, END_S);
        draft.add(step);
    }
    watched
}

/// A group of which one is launched, and how: one behind balancers first, since outside of them it has no work to take.
fn model(ground: &Ground<'_>, zone: ZoneCalled<'_>, scope: &Scope<'_>) -> Option<(GroupName, Run)> {
    let mut groups: Vec<&Group> = ground.all::<Group>(zone.region)?;
    let is_changed =
        |group: &Group| scope.merged.iter().any(|merged| group_of(&merged.change.field) == Some(&group.name));
    groups.sort_by_key(|group| {
        (!is_changed(group), group.target_groups.is_empty() && group.classic_balancers.is_empty(), group.name.clone())
    });
    groups.into_iter().find_map(|group| Some((group.name.clone(), run(ground, zone, scope, group)?)))
}

fn run(ground: &Ground<'_>, zone: ZoneCalled<'_>, scope: &Scope<'_>, group: &Group) -> Option<Run> {
    let subnet = subnet_of(ground, zone, scope, group)?;
    let members = group.in_service().filter(|member| member.zone != *zone.name);
    let like = members.filter_map(|member| {
        let id = member.instance.as_str();
        ground.estate.known::<Instance>(zone.region).find(|instance| instance.id.as_str() == id)
    });
    let like = like.max_by_key(|instance| (instance.launched_at, instance.id.clone()))?;
    let make = like.make.as_ref()?;
    let tag = |key: &str| like.tags.get(key).cloned();
    let template = tag("aws:ec2launchtemplate:id").zip(tag("aws:ec2launchtemplate:version"));
    let own = |key: &str, value: Text| Tag { key: key.into(), value };
    let tags = vec![own("Name", "fournines-canary".into()), own(marks::CANARY_TAG, OPERATION.into())];
    Some(Run {
        image_id: like.image.clone()?,
        instance_type: like.instance_type.clone(),
        min_count: 1,
        max_count: 1,
        subnet_id: subnet,
        security_group_ids: make.security_groups.to_vec(),
        key_name: make.key.clone(),
        iam_instance_profile: make.profile.clone().map(|arn| Profile { arn }),
        launch_template: template.map(|(id, version)| FromTemplate { launch_template_id: id.into(), version }),
        client_token: TOKEN.into(),
        tag_specifications: vec![TagSpecification { resource_type: "instance".into(), tags }],
    })
}

/// The group's subnet in the zone: one that it has, or had before it left.
pub(super) fn subnet_of(
    ground: &Ground<'_>,
    zone: ZoneCalled<'_>,
    scope: &Scope<'_>,
    group: &Group,
) -> Option<SubnetId> {
    let before = scope.is_ours(&Field::Subnets(group.name.clone())).map(|merged| &merged.change.before);
    let before = match before {
        Some(Value::Subnets(subnets)) => subnets.iter().cloned().collect(),
        _ => Vec::new(),
    };
    let all: Vec<&Subnet> = ground.estate.known::<Subnet>(zone.region).filter(|each| each.zone == *zone.name).collect();
    let is_there = |id: &&SubnetId| all.iter().any(|subnet| subnet.id == **id);
    group.subnets.iter().chain(&before).find(is_there).cloned()
}

/// The group that a field is of.
pub(super) fn group_of(field: &Field) -> Option<&GroupName> {
    match field {
        Field::Subnets(group)
        | Field::Behavior(group)
        | Field::Shiftable(group)
        | Field::Min(group)
        | Field::Desired(group)
        | Field::Max(group)
        | Field::Process(group, _)
        | Field::Tag(group, _) => Some(group),
        _ => None,
    }
}
