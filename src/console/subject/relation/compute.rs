//! Ties among instances, groups, balancers and zones.

use std::collections::BTreeMap;

use crate::estate::balancer::{ClassicBalancer, ClassicTarget, Target, TargetGroup};
use crate::estate::database::Database;
use crate::estate::group::Group;
use crate::estate::instance::Instance;
use crate::estate::shift::ZonalShift;
use crate::estate::{Kind, SliceId};
use crate::id::ZoneName;
use crate::judge::standing::{self, Standing};
use crate::judge::target_group::reason_words;

use super::super::{Subject, SubjectKind, find};
use super::{Ties, launch};

impl<'a> Ties<'a> {
    pub(super) fn known<T: crate::estate::Row + 'a>(&self) -> Vec<&'a T> {
        self.picture.estate.table::<T>(&self.subject.region, self.picture.taken_at).known().collect()
    }

    pub(super) fn instance_note(&self, id: &str) -> String {
        let zone = self.index.zone_of_instance(id).map(|zone| format!("{zone} ")).unwrap_or_default();
        format!("{zone}{}", standing::of_instance(self.index, id))
    }
}

fn target_note(target: &Target) -> String {
    let reason = target.reason.as_deref().map(|code| format!(": {}", reason_words(code))).unwrap_or_default();
    let held = target.administrative_override.as_deref().filter(|word| *word != "no_override");
    let held = held.map(|word| format!(" ({word})")).unwrap_or_default();
    format!("{}{reason}{held}", target.state)
}

fn classic_note(target: &ClassicTarget) -> String {
    let words = target.description.as_deref().filter(|words| *words != "N/A").map(|words| format!(": {words}"));
    format!("{}{}", target.state, words.unwrap_or_default())
}

pub(super) fn of_instance(ties: &mut Ties<'_>) {
    let id = ties.subject.id.clone();
    if let Some((group, member)) = ties.index.membership(&id) {
        let health = if member.healthy { "" } else { ", unhealthy" };
        let protected = if member.protected { ", protected from scale-in" } else { "" };
        ties.add_here("group", SubjectKind::Group, group.name.as_str(), format!("{}{health}{protected}", member.state));
        launch::of_member(ties, group, member);
    } else if let Some(name) =
        find::instance(&ties.picture.estate, &ties.subject.region, &id).and_then(|(row, _)| row.group())
    {
        ties.add_here("group", SubjectKind::Group, name.as_str(), "by its tag; the group does not list it");
    }
    for (arn, target) in ties.index.targets_of(&id) {
        ties.add_here("target group", SubjectKind::TargetGroup, arn, target_note(target));
    }
    for arn in ties.index.targets_of(&id).map(|(arn, _)| arn.to_owned()).collect::<Vec<_>>() {
        for balancer in ties.index.target_group(&arn).map_or(&[][..], |group| &group.load_balancers) {
            ties.add_here("load balancer", SubjectKind::LoadBalancer, balancer.as_str(), "");
        }
    }
    for (name, target) in ties.index.classic_targets_of(&id) {
        ties.add_here("classic balancer", SubjectKind::ClassicBalancer, name, classic_note(target));
    }
    if let Some(instance) = ties.index.instance(&id) {
        ties.add_here("zone", SubjectKind::Zone, instance.zone.as_str(), "");
        if let Some(image) = &instance.image {
            launch::add_image(ties, image.as_str());
        }
    }
}

pub(super) fn of_group(ties: &mut Ties<'_>) {
    let Some((group, _)) = find::group(&ties.picture.estate, &ties.subject.region, &ties.subject.id) else { return };
    for arn in &group.target_groups {
        ties.add_here("target group", SubjectKind::TargetGroup, arn.as_str(), "");
    }
    for name in &group.classic_balancers {
        ties.add_here("classic balancer", SubjectKind::ClassicBalancer, name.as_str(), "");
    }
    launch::of_group(ties, group);
    let shares = group.in_service_by_zone();
    for (zone, count) in &shares {
        let note = format!("{count} of {} in service here", group.in_service().count());
        ties.add_here("zone", SubjectKind::Zone, zone.as_str(), note);
    }
    shifts_of_resource(ties, group.arn.as_ref().map_or("", |arn| arn.as_str()));
    let mut members: Vec<_> = group.members.iter().collect();
    // What does not serve stands first.
    members.sort_by_key(|member| standing::of_instance(ties.index, member.instance.as_str()) == Standing::InService);
    for member in members {
        let health = if member.healthy { "" } else { ", unhealthy" };
        let version =
            member.template_version.as_ref().map(|version| format!(", template {version}")).unwrap_or_default();
        let note = format!("{} {}{health}{version}", ties.instance_note(member.instance.as_str()), member.state);
        ties.add_here("member", SubjectKind::Instance, member.instance.as_str(), note);
    }
}

pub(super) fn of_target_group(ties: &mut Ties<'_>) {
    let (region, id) = (ties.subject.region.clone(), ties.subject.id.clone());
    let Some((group, _)) = find::target_group(&ties.picture.estate, &region, &id) else { return };
    for arn in &group.load_balancers {
        ties.add_here("load balancer", SubjectKind::LoadBalancer, arn.as_str(), "");
    }
    for owner in ties.known::<Group>().into_iter().filter(|owner| owner.target_groups.contains(&group.arn)) {
        ties.add_here("group", SubjectKind::Group, owner.name.as_str(), "registers its members here");
    }
    let slice = ties.picture.estate.slice(&SliceId::of(&region, Kind::Targets, group.arn.text().clone()));
    for target in slice.into_iter().flat_map(|slice| slice.rows::<Target>()) {
        let zone = ties.index.zone_of_target(target).map(|zone| format!("{zone} ")).unwrap_or_default();
        ties.add_here("target", SubjectKind::Instance, &target.id, format!("{zone}{}", target_note(target)));
    }
}

pub(super) fn of_load_balancer(ties: &mut Ties<'_>) {
    let id = ties.subject.id.clone();
    for group in ties.known::<TargetGroup>() {
        if group.load_balancers.iter().any(|arn| arn.as_str() == id) {
            ties.add_here("target group", SubjectKind::TargetGroup, group.arn.as_str(), "");
        }
    }
    shifts_of_resource(ties, &id);
    let Some((balancer, _)) = find::load_balancer(&ties.picture.estate, &ties.subject.region, &id) else { return };
    for (zone, _) in &balancer.zones {
        ties.add_here("zone", SubjectKind::Zone, zone.as_str(), "");
    }
}

pub(super) fn of_classic_balancer(ties: &mut Ties<'_>) {
    let (region, id) = (ties.subject.region.clone(), ties.subject.id.clone());
    for group in ties.known::<Group>() {
        if group.classic_balancers.iter().any(|name| name.as_str() == id) {
            ties.add_here("group", SubjectKind::Group, group.name.as_str(), "registers its members here");
        }
    }
    let slice = ties.picture.estate.slice(&SliceId::of(&region, Kind::ClassicTargets, &*id));
    for target in slice.into_iter().flat_map(|slice| slice.rows::<ClassicTarget>()) {
        let note = format!("{} {}", ties.instance_note(target.instance.as_str()), classic_note(target));
        ties.add_here("instance", SubjectKind::Instance, target.instance.as_str(), note);
    }
    for balancer in ties.known::<ClassicBalancer>().into_iter().filter(|balancer| balancer.name.as_str() == id) {
        // Registered, though its health could not be read.
        for instance in &balancer.instances {
            ties.add_here("instance", SubjectKind::Instance, instance.as_str(), ties.instance_note(instance.as_str()));
        }
    }
}

/// Of a zone: shifts away from it, what is not well in it, its databases. The rest is in the lists, with `zone:`.
pub(super) fn of_zone(ties: &mut Ties<'_>) {
    let (region, name) = (ties.subject.region.clone(), ties.subject.id.clone());
    let Some((zone, _)) = find::zone(&ties.picture.estate, &region, &name) else { return };
    for shift in ties.known::<ZonalShift>().into_iter().filter(|shift| shift.away_from == zone.id) {
        ties.add_here(
            "zonal shift",
            SubjectKind::Shift,
            &shift.id,
            format!("{} {}", shift.resource.short(), shift.status),
        );
    }
    groups_of_zone(ties, &zone.name);
    for database in ties.known::<Database>() {
        if database.zone.as_ref() == Some(&zone.name) {
            ties.add_here("database", SubjectKind::Database, database.id.as_str(), &*database.status);
        }
        if database.standby_zone.as_ref() == Some(&zone.name) {
            ties.add_here("standby of", SubjectKind::Database, database.id.as_str(), &*database.status);
        }
    }
}

/// What of each group stands in a zone, those with trouble first and counted; what is not well and in no group by itself.
fn groups_of_zone(ties: &mut Ties<'_>, zone: &ZoneName) {
    let mut groups: BTreeMap<&str, BTreeMap<Standing, usize>> = BTreeMap::new();
    let mut alone: Vec<&str> = Vec::new();
    let instances = ties.known::<Instance>();
    for instance in instances.iter().filter(|instance| instance.zone == *zone) {
        let standing = standing::of_instance(ties.index, instance.id.as_str());
        match ties.index.membership(instance.id.as_str()) {
            Some((group, _)) => *groups.entry(group.name.as_str()).or_default().entry(standing).or_default() += 1,
            None if standing.is_trouble() => alone.push(instance.id.as_str()),
            None => {}
        }
    }
    let trouble = |standings: &BTreeMap<Standing, usize>| -> usize {
        standings.iter().filter(|(standing, _)| standing.is_trouble()).map(|(_, count)| count).sum()
    };
    let mut rows: Vec<(&str, BTreeMap<Standing, usize>)> = groups.into_iter().collect();
    rows.sort_by_key(|(_, standings)| std::cmp::Reverse(trouble(standings)));
    for (group, standings) in rows {
        let all: usize = standings.values().sum();
        let words: Vec<String> =
            standings.iter().map(|(standing, count)| format!("{count} {}", standing.as_str())).collect();
        let bad = trouble(&standings);
        let role = if bad > 0 { "not well" } else { "group" };
        let of = if bad > 0 { format!("{bad} of {all} here not well: ") } else { format!("{all} here: ") };
        ties.add_here(role, SubjectKind::Group, group, format!("{of}{}", words.join(", ")));
    }
    for id in alone {
        ties.add_here("not well", SubjectKind::Instance, id, ties.instance_note(id));
    }
}

pub(super) fn of_shift(ties: &mut Ties<'_>) {
    let (region, id) = (ties.subject.region.clone(), ties.subject.id.clone());
    if let Some((shift, _)) = find::shift(&ties.picture.estate, &region, &id) {
        let resource = shift.resource.as_str();
        if resource.contains(":loadbalancer/") {
            ties.add_here("shifts", SubjectKind::LoadBalancer, resource, "");
        } else if resource.contains(":autoScalingGroup") {
            ties.add_here("shifts", SubjectKind::Group, shift.resource.short(), "");
        }
        let zones = ties.picture.judgement.regions.get(&region).map(|judged| &judged.zones);
        if let Some(zone) = zones.into_iter().flatten().find(|zone| zone.id == shift.away_from) {
            ties.add_here("away from", SubjectKind::Zone, zone.name.as_str(), zone.id.as_str());
        }
    }
}

fn shifts_of_resource(ties: &mut Ties<'_>, arn: &str) {
    for shift in ties.known::<ZonalShift>().into_iter().filter(|shift| shift.resource.as_str() == arn) {
        let subject = Subject::new(SubjectKind::Shift, &ties.subject.region, &*shift.id);
        ties.add("zonal shift", subject, format!("away from {}, {}", shift.away_from, shift.status));
    }
}
