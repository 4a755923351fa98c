//! Facts of what there is in a zone and outside of it: what must carry the load while it is away (`aws-domain.md` B.4).

use super::Answer;
use super::group::with;
use super::look::{Look, told};
use crate::estate::balancer::{Target, TargetState};
use crate::estate::group::{Group, Member};
use crate::estate::instance::Instance;
use crate::estate::{Kind, SliceId};
use crate::id::{Arn, GroupName, InstanceId, ZoneName};
use crate::operation::need::What;

pub(super) fn in_service(
    look: &Look<'_>,
    name: &GroupName,
    zone: &ZoneName,
    at_least: usize,
) -> Result<Answer, String> {
    with(look, name, |group, age| {
        let count = group.in_service().filter(|member| member.zone != *zone).count();
        Ok(told(count >= at_least, format!("{count} in service outside {zone}; {at_least} are needed"), age))
    })
}

pub(super) fn none_in(look: &Look<'_>, name: &GroupName, zone: &ZoneName) -> Result<Answer, String> {
    with(look, name, |group, age| {
        let members: Vec<&Member> = group.members.iter().filter(|member| member.zone == *zone).collect();
        let first = members.first().map(|member| format!(": {} is {}", member.instance, member.state));
        let detail = format!("{} of {name} in {zone}{}", members.len(), first.unwrap_or_default());
        Ok(told(members.is_empty(), detail, age))
    })
}

/// A target whose zone nobody knows counts for nothing; where it would tip the scales, nobody knows.
pub(super) fn healthy(
    look: &Look<'_>,
    arn: &Arn,
    (zone, inside): (&ZoneName, bool),
    at_least: usize,
) -> Result<Answer, String> {
    let (name, place) = (arn.short(), if inside { "in" } else { "outside" });
    let (targets, age) = look.part::<Target>(arn.text()).map_err(|why| format!("{name}: {why}"))?;
    let (mut healthy, mut unplaced) = (0, 0);
    for target in targets.iter().filter(|target| target.state == TargetState::Healthy) {
        match zone_of(look, target) {
            Some(there) if (there == *zone) == inside => healthy += 1,
            Some(_) => {}
            None => unplaced += 1,
        }
    }
    if healthy < at_least && healthy + unplaced >= at_least {
        return Err(format!("{name}: {healthy} healthy {place} {zone}, and {unplaced} in zones that nobody knows"));
    }
    let detail = format!("{name} has {healthy} healthy {place} {zone}; {at_least} are needed");
    Ok(told(healthy >= at_least, detail, age))
}

/// Whoever is in a zone stays there: however old what is known of it, it is so.
fn zone_of(look: &Look<'_>, target: &Target) -> Option<ZoneName> {
    let Some(id) = target.instance() else {
        return target.zone.clone().filter(|zone| zone.as_str() != "all");
    };
    let instances = look.estate.known::<Instance>(look.region);
    let of_instance = instances.filter(|instance| instance.id == id).map(|instance| instance.zone.clone()).next();
    of_instance.or_else(|| member_zone(look, &id))
}

fn member_zone(look: &Look<'_>, id: &InstanceId) -> Option<ZoneName> {
    let mut members = look.estate.known::<Group>(look.region).flat_map(|group| &group.members);
    members.find(|member| member.instance == *id).map(|member| member.zone.clone())
}

/// Groups tell where their members are, also while a zone is in trouble and EC2 does not answer for it (`aws-domain.md` A.1); who is in
/// none is asked for by itself.
pub(super) fn needs(look: &Look<'_>, arn: &Arn) -> Vec<What> {
    let mut needs = vec![What::Targets(arn.clone()), What::Groups];
    // What is asked next has no moment: whatever was read counts, however old.
    let targets = look.estate.slice(&SliceId::of(look.region, Kind::Targets, arn.text().clone()));
    if let (true, Some(targets)) = (look.estate.was_tried(look.region, Kind::Groups), targets) {
        let targets = targets.rows::<Target>().iter();
        let alone = targets.filter_map(Target::instance).filter(|id| member_zone(look, id).is_none());
        needs.extend(alone.take(MOST_ALONE).map(What::Instance));
    }
    needs
}

/// Instances of no group that are asked for one by one: of the others nobody knows the zone.
const MOST_ALONE: usize = 20;
