//! Shifts that go on: `extend` keeps traffic away for longer, `cancel` lets it come back (`aws-domain.md` A.6, C.3, F.13–F.16).
//!
//! Owns: which shifts are meant by an id or by a zone. Depends on: ground. Must stay true: what AWS began is AWS's to end; of a zone
//! the shifts that this tool began are meant, and others' only where it began none or somebody asks for all.

pub mod cancel;
pub mod extend;

use jiff::Timestamp;

use super::ground::{Ground, ZoneCalled};
use super::intent::{Field, FieldKind, Intent, Settings};
use super::plan::Refusal;
use super::registry::Under;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ShiftStatus, ShiftType, ZonalShift};
use crate::estate::{Kind, Row, SliceId};
use crate::id::{Region, Text};

/// With what the comments of our own shifts begin.
const OURS: &str = "fournines ";

/// Of a zone, whose shifts are meant.
const WHOSE: Field = Field {
    name: "whose",
    doc: "of a zone's shifts: those begun by fournines, or all begun by hand; auto is ours where there are any",
    kind: FieldKind::Choice(&["auto", "ours", "all"]),
    default: Some("auto"),
};

/// The shifts that are meant.
struct Chosen<'a> {
    region: &'a Region,
    shifts: Vec<&'a ZonalShift>,
    /// What was taken for what was typed.
    told: Vec<String>,
    /// What is typed to confirm it: the zone's id, or the shift's.
    token: Text,
    /// When the oldest reading was made that this rests on.
    made_from: Timestamp,
}

/// The shifts that an intent names, each once, in the order of their resources.
fn chosen<'a>(intent: &Intent, settings: &Settings<'_>, ground: &Ground<'a>) -> Result<Chosen<'a>, Refusal> {
    let mut chosen: Option<Chosen<'a>> = None;
    for text in &intent.targets {
        let next = match ground.zone_called(intent.region.as_ref(), text) {
            Ok(zone) => of_zone(zone, settings, ground)?,
            Err(no_zone) => by_id(intent.region.as_ref(), text, ground, no_zone)?,
        };
        chosen = Some(match chosen {
            None => next,
            Some(first) if first.region != next.region => {
                return Err(Refusal::new(
                    format!("the shifts are in {} and in {}", first.region, next.region),
                    "plan one region at a time",
                ));
            }
            Some(mut first) => {
                first.shifts.extend(next.shifts);
                first.told.extend(next.told);
                first
            }
        });
    }
    let mut chosen = chosen.ok_or_else(|| Refusal::new("there is no target", "name a shift or a zone"))?;
    chosen.shifts.sort_by_key(|shift| (shift.resource.short(), &shift.id));
    chosen.shifts.dedup_by_key(|shift| &shift.id);
    Ok(chosen)
}

fn by_id<'a>(region: Option<&Region>, id: &Text, ground: &Ground<'a>, no_zone: Refusal) -> Result<Chosen<'a>, Refusal> {
    let found = ground.find(region, &format!("shift {id}"), |shift: &ZonalShift| shift.id == *id);
    // What is neither looks like a zone that is misspelt, or one of another account.
    let looks_like_zone = id.contains("-az") || id.len() < 16;
    let here = found.map_err(|refusal| if looks_like_zone { no_zone } else { refusal })?;
    let shift = here.thing;
    if shift.status != ShiftStatus::Active {
        let word = shift.status.to_string().to_lowercase();
        return Err(Refusal::new(
            format!("shift {id} of {} is {word}: it goes on no more", shift.resource.short()),
            "there is nothing to change of it; `evacuate` begins another",
        ));
    }
    Ok(Chosen {
        region: here.region,
        shifts: vec![shift],
        told: Vec::new(),
        token: id.clone(),
        made_from: made_from(ground, here.region),
    })
}

fn of_zone<'a>(zone: ZoneCalled<'a>, settings: &Settings<'_>, ground: &Ground<'a>) -> Result<Chosen<'a>, Refusal> {
    let Some(all) = ground.all::<ZonalShift>(zone.region) else {
        return Err(Refusal::new(
            format!("shifts of {} are not known now", zone.region),
            "wait until they are read, or see `fournines status` for why they are not",
        ));
    };
    let away = |shift: &&ZonalShift| shift.status == ShiftStatus::Active && shift.away_from == *zone.id;
    let there: Vec<&ZonalShift> = all.into_iter().filter(away).collect();
    let by_hand: Vec<&ZonalShift> =
        there.iter().copied().filter(|shift| shift.shift_type == ShiftType::Manual).collect();
    let ours: Vec<&ZonalShift> = by_hand.iter().copied().filter(|shift| is_ours(shift)).collect();
    let others = by_hand.len() - ours.len();
    let (shifts, note) = match settings.get("whose") {
        Some("all") => (by_hand, None),
        Some("ours") => (ours, None),
        _ if ours.is_empty() => (by_hand, (others > 0).then(|| format!("{others} begun by others: none is ours"))),
        _ => (ours, (others > 0).then(|| format!("{others} begun by others stay as they are: --set whose=all"))),
    };
    if shifts.is_empty() {
        return Err(none_of(zone, &there, ground));
    }
    Ok(Chosen {
        region: zone.region,
        told: std::iter::once(zone.told()).chain(note).collect(),
        token: zone.id.text().clone(),
        made_from: made_from(ground, zone.region),
        shifts,
    })
}

/// Why there is no shift of a zone that could be changed (`aws-domain.md` F.13, F.14).
fn none_of(zone: ZoneCalled<'_>, there: &[&ZonalShift], ground: &Ground<'_>) -> Refusal {
    let both = zone.both();
    let practice = there.iter().find(|shift| shift.shift_type == ShiftType::PracticeRun);
    if let Some(practice) = practice {
        return Refusal::new(
            format!("a practice run keeps {} from {both}{}, nobody's hand", practice.resource.short(), until(practice)),
            format!("it ends by itself; `cancel {}` ends it now, where there is real trouble", practice.id),
        );
    }
    let is_of_aws = |shift: &&Autoshift| shift.away_from == *zone.id && shift.status == AutoshiftStatus::Active;
    let by_aws = ground.estate.known::<Autoshift>(zone.region).any(|shift| is_of_aws(&shift));
    if by_aws {
        return Refusal::new(
            format!("AWS itself shifts away from {both}: that is not ours to change"),
            "it ends when AWS says so; a shift by hand, `evacuate`, goes before it",
        );
    }
    Refusal::new(
        format!("nothing is shifted away from {both}"),
        "`fournines list shifts` shows what goes on; `evacuate` begins one",
    )
}

fn is_ours(shift: &ZonalShift) -> bool {
    shift.comment.as_deref().is_some_and(|comment| comment.starts_with(OURS))
}

/// Whose a shift is, in words.
fn whose(shift: &ZonalShift) -> String {
    match (&shift.shift_type, &shift.comment) {
        (ShiftType::Manual, Some(comment)) => format!("begun by \"{comment}\""),
        (ShiftType::Manual, None) => "begun by hand".to_owned(),
        (ShiftType::PracticeRun, _) => "a practice run".to_owned(),
        (ShiftType::Fis, _) => "an experiment".to_owned(),
        (ShiftType::Autoshift, _) => "AWS's autoshift".to_owned(),
        (ShiftType::Other(word), _) => word.to_string(),
    }
}

fn until(shift: &ZonalShift) -> String {
    shift.expires_at.map(|at| format!(" until {}", at.strftime("%H:%MZ"))).unwrap_or_default()
}

/// The lane of a shift: its resource's name, and its id where several have that name.
fn lane(shift: &ZonalShift, among: &[&ZonalShift]) -> Text {
    let name = shift.resource.short();
    match among.iter().filter(|other| other.resource.short() == name).count() {
        0 | 1 => name.into(),
        _ => format!("{name}-{}", shift.id).into(),
    }
}

/// Puts a zone and each shift's resource under policy.
fn under<'a>(intent: &'a Intent, ground: &'a Ground<'a>, chosen: &Chosen<'_>) -> Result<Under<'a>, Refusal> {
    let mut under = Under::new(ground, intent);
    for shift in &chosen.shifts {
        let zones = ground.estate.known::<crate::estate::zone::Zone>(chosen.region);
        let zone = zones.filter(|zone| zone.id == shift.away_from).map(|zone| zone.name.as_str()).next();
        let mut names = vec![shift.resource.short(), shift.resource.as_str(), shift.away_from.as_str(), &*shift.id];
        names.extend(zone);
        under.of_names(chosen.region, names)?;
    }
    under.place()?;
    Ok(under)
}

fn made_from(ground: &Ground<'_>, region: &Region) -> Timestamp {
    let slices = ground.estate.slices(region, ZonalShift::KIND);
    slices.filter_map(|(_, slice)| slice.read_at()).min().unwrap_or(ground.now)
}

fn reads(_: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let kinds = [Kind::Zones, Kind::ZonalShifts, Kind::Autoshifts, Kind::ManagedResources];
    ground.estate.scope().iter().flat_map(|region| kinds.map(|kind| SliceId::all(region, kind))).collect()
}
