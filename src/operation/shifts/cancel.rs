//! `cancel`: a shift ends, and traffic comes back to the zone (`aws-domain.md` C.3, F.14, F.18).
//!
//! Must stay true: what returns to what is counted before, and let pass only with a reason where it is sick or nobody knows; what AWS
//! keeps away stays away.

use jiff::Timestamp;

use super::{Chosen, WHOSE, chosen, lane, reads, under, until, whose};
use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::group::Group;
use crate::estate::instance::Instance;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ManagedResource, ShiftType, ZonalShift};
use crate::estate::zone::Zone;
use crate::id::{Arn, ZoneName};
use crate::judge::zone::ZoneVerdict;
use crate::operation::call::{Action, CancelShift, StartShift};
use crate::operation::condition::Fact;
use crate::operation::draft::{Draft, Part};
use crate::operation::ground::Ground;
use crate::operation::intent::{Intent, Settings, TargetKind};
use crate::operation::plan::{Note, Plan, Refusal};
use crate::operation::registry::Operation;

/// How long weights may take to follow (`aws-domain.md` C.5).
const APPLIED_S: u64 = 120;

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "cancel",
    doc: "end a shift: traffic comes back to its zone",
    target: TargetKind::Shift,
    form: &[WHOSE],
    plan,
    reads,
};

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let chosen = chosen(intent, &settings, ground)?;
    let policy = under(intent, ground, &chosen)?;
    let mut draft = Draft::new(ground, chosen.region, &chosen.token, chosen.made_from);
    policy.tell(&mut draft);
    draft.why.extend(chosen.told.iter().cloned());
    for shift in &chosen.shifts {
        step(&mut draft, ground, &chosen, shift)?;
    }
    let text = "a shift that is ended is begun anew, for the hours that it had left".to_owned();
    draft.notes.push(Note { label: "undo".into(), text });
    let text = "`return` does this in its order: machines first, then traffic, capacity last".to_owned();
    draft.notes.push(Note { label: "return".into(), text });
    draft.finish(intent)
}

fn step(draft: &mut Draft<'_>, ground: &Ground<'_>, chosen: &Chosen<'_>, shift: &ZonalShift) -> Result<(), Refusal> {
    let name = shift.resource.short();
    if shift.shift_type == ShiftType::Autoshift {
        return Err(Refusal::new(
            format!("AWS itself keeps {name} from {}: that is not ours to end", shift.away_from),
            "it ends when AWS says so, or with the resource's autoshift configuration",
        ));
    }
    let mut zones = ground.estate.known::<Zone>(chosen.region);
    let Some(zone) = zones.find(|zone| zone.id == shift.away_from) else {
        return Err(Refusal::new(
            format!("what {} is called in this account is not known", shift.away_from),
            "wait until zones are read: what is there cannot be counted without",
        ));
    };
    let is_kept_by_aws = kept_by_aws(ground, chosen, shift);
    let over = Fact::ShiftOver { shift: shift.id.clone(), resource: shift.resource.clone() };
    let back = Fact::NotAway { resource: shift.resource.clone(), zone: shift.away_from.clone() };
    let until_fact = if is_kept_by_aws { over } else { Fact::All { of: vec![over, back] } };
    let goes_on = Fact::ShiftUntil {
        shift: shift.id.clone(),
        resource: shift.resource.clone(),
        at_least: shift.expires_at.unwrap_or(ground.now),
    };
    let title = format!("let {name} take traffic in {} ({}) again", zone.name, zone.id);
    let mut part = Part::new(&lane(shift, &chosen.shifts), title, format!("{}{}", whose(shift), until(shift)))
        .block("goes-on", goes_on)
        .warn("zone", Fact::ZonePasses { zone: zone.name.clone() });
    if let Some(told) = sick(ground, chosen, zone) {
        part = part.warn("verdict", told);
    }
    let (facts, counts) = returning(ground, chosen, &shift.resource, &zone.name);
    for fact in facts {
        part = part.warn("healthy", fact);
    }
    part = part
        .call(Action::CancelZonalShift(CancelShift { zonal_shift_id: shift.id.clone() }))
        .until(until_fact, 10, APPLIED_S);
    if shift.shift_type == ShiftType::Manual {
        part = part.undo(Action::StartZonalShift(begun_anew(shift, ground.now)));
    }
    draft.add(part);
    let kept = if is_kept_by_aws { "; AWS's autoshift keeps it away all the same" } else { "" };
    draft.changes.push(format!("{name}: traffic back in {} ({}): {counts}{kept}", zone.name, zone.id));
    if shift.shift_type == ShiftType::PracticeRun {
        draft.changes.push(format!("{name}: its practice run ends as INTERRUPTED"));
    }
    Ok(())
}

/// The same shift again, for the whole hours that it has left.
fn begun_anew(shift: &ZonalShift, now: Timestamp) -> StartShift {
    let left = shift.expires_at.map_or(0, |at| at.duration_since(now).as_mins());
    let hours = (left.max(1) + 59) / 60;
    StartShift {
        resource_identifier: shift.resource.clone(),
        away_from: shift.away_from.clone(),
        expires_in: format!("{}h", hours.clamp(1, 72)).into(),
        comment: shift.comment.clone().unwrap_or_else(|| "fournines".into()),
    }
}

/// Whether traffic stays away by AWS's doing once the shift has ended.
fn kept_by_aws(ground: &Ground<'_>, chosen: &Chosen<'_>, shift: &ZonalShift) -> bool {
    let mut autoshifts = ground.estate.known::<Autoshift>(chosen.region);
    let declared = autoshifts.any(|each| each.away_from == shift.away_from && each.status == AutoshiftStatus::Active);
    let mut managed = ground.estate.known::<ManagedResource>(chosen.region);
    let own = managed.find(|managed| managed.arn == shift.resource);
    declared && own.is_some_and(|managed| managed.autoshift.as_deref() == Some("ENABLED"))
}

/// What stands against the zone by what is known now; somebody answers for it.
fn sick(ground: &Ground<'_>, chosen: &Chosen<'_>, zone: &Zone) -> Option<Fact> {
    let both = format!("{} ({})", zone.name, zone.id);
    let (words, holds) = match ground.zone(chosen.region, &zone.name) {
        Some(ZoneVerdict::Ok | ZoneVerdict::NotZonal) => return None,
        Some(ZoneVerdict::Degraded) => {
            (format!("{both} is degraded: traffic would return to a sick zone"), Some(false))
        }
        Some(ZoneVerdict::Suspect) => (format!("{both} is suspect"), Some(false)),
        Some(ZoneVerdict::Unknown) | None => (format!("whether {both} is well is not known"), None),
    };
    Some(Fact::Told { words: words.into(), holds })
}

/// What traffic returns to: each target group's targets in the zone, of which three of four are to be healthy.
fn returning(ground: &Ground<'_>, chosen: &Chosen<'_>, resource: &Arn, zone: &ZoneName) -> (Vec<Fact>, String) {
    let own_group = ground.estate.known::<Group>(chosen.region).find(|group| group.arn.as_ref() == Some(resource));
    let is_behind = |group: &&TargetGroup| match own_group {
        Some(own) => own.target_groups.contains(&group.arn),
        None => group.load_balancers.contains(resource),
    };
    let (mut facts, mut counts) = (Vec::new(), Vec::new());
    for group in ground.estate.known::<TargetGroup>(chosen.region).filter(is_behind) {
        let Some(targets) = ground.of::<Target>(chosen.region, group.arn.text()) else {
            counts.push(format!("{} not known", group.name));
            facts.push(healthy(group, zone, 1));
            continue;
        };
        let there: Vec<&Target> =
            targets.iter().filter(|target| zone_of(ground, chosen, target).as_ref() == Some(zone)).collect();
        let fit = there.iter().filter(|target| target.state == TargetState::Healthy).count();
        counts.push(format!("{fit} of {} healthy in {}", there.len(), group.name));
        if !there.is_empty() {
            facts.push(healthy(group, zone, there.len() - there.len() / 4));
        }
    }
    match counts.is_empty() {
        true => (facts, "no target group is behind it".to_owned()),
        false => (facts, counts.join(", ")),
    }
}

fn healthy(group: &TargetGroup, zone: &ZoneName, at_least: usize) -> Fact {
    Fact::HealthyIn { target_group: group.arn.clone(), zone: zone.clone(), at_least }
}

fn zone_of(ground: &Ground<'_>, chosen: &Chosen<'_>, target: &Target) -> Option<ZoneName> {
    let Some(id) = target.instance() else { return target.zone.clone() };
    let mut instances = ground.estate.known::<Instance>(chosen.region);
    instances.find(|instance| instance.id == id).map(|instance| instance.zone.clone())
}
