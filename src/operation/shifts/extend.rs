//! `extend`: traffic stays away for longer (`aws-domain.md` F.15). At its expiry a shift ends by itself, healed or not.
//!
//! Must stay true: a shift is never made shorter, and never ended and begun anew, which would let traffic in between.

use jiff::{SignedDuration, Timestamp};

use super::{WHOSE, chosen, lane, reads, under, until, whose};
use crate::estate::shift::{ShiftType, ZonalShift};
use crate::operation::call::{Action, UpdateShift, expiry_minutes};
use crate::operation::condition::Fact;
use crate::operation::draft::{Draft, Part};
use crate::operation::ground::Ground;
use crate::operation::intent::{Field, FieldKind, Intent, Settings, TargetKind};
use crate::operation::plan::{Note, Plan, Refusal};
use crate::operation::registry::Operation;

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "extend",
    doc: "keep traffic away from a zone for longer",
    target: TargetKind::Shift,
    form: &[
        Field { name: "for", doc: "from now: 90m, 2h; at most 72h", kind: FieldKind::Name, default: Some("2h") },
        WHOSE,
    ],
    plan,
    reads,
};

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let span = settings.get("for").unwrap_or("2h");
    let minutes = expiry_minutes(span).ok_or_else(|| {
        Refusal::new(format!("for={span}: it takes whole minutes or hours, 1m to 72h"), "say 90m or 2h")
    })?;
    let chosen = chosen(intent, &settings, ground)?;
    let policy = under(intent, ground, &chosen)?;
    let mut draft = Draft::new(ground, chosen.region, &chosen.token, chosen.made_from);
    policy.tell(&mut draft);
    draft.why.extend(chosen.told.iter().cloned());
    let ends_at = ground.now.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX);
    for shift in &chosen.shifts {
        reason_against(shift, ends_at, ground.now)?;
        let ends_now = shift.expires_at.unwrap_or(ground.now);
        let active =
            |at_least| Fact::ShiftUntil { shift: shift.id.clone(), resource: shift.resource.clone(), at_least };
        let name = shift.resource.short();
        let call = UpdateShift { zonal_shift_id: shift.id.clone(), comment: None, expires_in: Some(span.into()) };
        let title = format!("keep {name} away from {} for {span} from now", shift.away_from);
        let part = Part::new(&lane(shift, &chosen.shifts), title, format!("it ends{} by itself", until(shift)))
            // Whoever ended it or made it shorter meant that.
            .block("goes-on", active(ends_now))
            .call(Action::UpdateZonalShift(call))
            // Later than it was: what was so before the call proves nothing (A.9).
            .until(active(ends_now.checked_add(SignedDuration::from_secs(30)).unwrap_or(ends_now)), 5, 120);
        draft.add(part);
        let (before, after) = (ends_now.strftime("%H:%M"), ends_at.strftime("%H:%MZ"));
        draft.changes.push(format!("{name}: away from {} until {before} → {after}, {}", shift.away_from, whose(shift)));
    }
    draft.expires_at = Some(ends_at);
    let text = format!("{}: traffic comes back by itself then, healed or not", ends_at.strftime("%F %H:%MZ"));
    draft.notes.push(Note { label: "expiry".into(), text });
    let text = "a longer shift is not taken back: `cancel` ends it".to_owned();
    draft.notes.push(Note { label: "undo".into(), text });
    draft.finish(intent)
}

fn reason_against(shift: &ZonalShift, ends_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let name = shift.resource.short();
    match shift.shift_type {
        ShiftType::Manual => {}
        ShiftType::Autoshift => {
            return Err(Refusal::new(
                format!("AWS itself keeps {name} from {}: that is not ours to extend", shift.away_from),
                "it lasts as long as AWS sees the trouble; a shift by hand, `evacuate`, goes before it",
            ));
        }
        _ => {
            return Err(Refusal::new(
                format!(
                    "{name} is away from {} for {}: only a shift by hand can be extended",
                    shift.away_from,
                    whose(shift)
                ),
                "`evacuate` begins one by hand, which goes before it",
            ));
        }
    }
    let Some(ends) = shift.expires_at else {
        return Err(Refusal::new(format!("AWS does not tell when the shift of {name} ends"), "look again in a minute"));
    };
    if ends <= now {
        return Err(Refusal::new(
            format!("the shift of {name} ended at {}: traffic is back", ends.strftime("%H:%MZ")),
            "`evacuate` begins another",
        ));
    }
    if ends_at <= ends {
        return Err(Refusal::new(
            format!("{name} is away until {} already, and that would make it shorter", ends.strftime("%F %H:%MZ")),
            "say a longer time with --set for=; `cancel` ends it",
        ));
    }
    Ok(())
}
