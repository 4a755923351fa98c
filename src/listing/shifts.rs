//! `shifts`: zonal shifts and AWS's own autoshifts (`aws-domain.md` A.6).

use jiff::Timestamp;

use crate::estate::Kind;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::id::ZoneId;
use crate::judge::shifted::moved_off;
use crate::judge::{Assessment, Verdict};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Shifts>(
    "shifts",
    &["shift", "zonal-shifts", "arc"],
    "Zonal shifts and autoshifts: what is kept from which zone, until when",
    &[Kind::ZonalShifts, Kind::Autoshifts, Kind::ManagedResources, Kind::Zones],
    2,
);

struct Shifts;

type Col = Column<Shifts>;

#[derive(Clone, Copy)]
enum ShiftRow<'a> {
    Zonal(&'a ZonalShift),
    Auto(&'a Autoshift),
}

impl Listed for Shifts {
    type Row<'a> = ShiftRow<'a>;

    const COLUMNS: &'static [Col] = &[
        Col::new("resource", "RESOURCE", "What is shifted; an autoshift is a zone's, not a resource's", |row, _| {
            Value::maybe(row.zonal().map(|shift| shift.resource.short()))
        })
        .sized(24, 0),
        Col::new("away_from", "AWAY FROM", "The zone left, by its physical id", |row, _| row.away_from().text().into())
            .sized(9, 0)
            .called(&["zone_id"]),
        Col::new("zone", "ZONE", "That zone's name in this account", |row, place| {
            Value::known(place.zone_name(row.away_from()).map(|zone| zone.text()))
        })
        .sized(10, 2),
        Col::new("status", "STATUS", "ACTIVE, EXPIRED, CANCELED or COMPLETED", |row, _| row.status().into())
            .sized(9, 1)
            .called(&["state"]),
        Col::new("kind", "KIND", "manual, autoshift, practice or fis", |row, _| match row {
            ShiftRow::Zonal(shift) => kind_word(&shift.shift_type).into(),
            ShiftRow::Auto(_) => "autoshift".into(),
        })
        .sized(9, 2),
        Col::new("applied", "APPLIED", "Whether ARC applies it to the resource now", applied).sized(11, 4),
        Col::new("left_s", "LEFT", "Time until it ends by itself, healed or not", |row, place| {
            let active = row.zonal().filter(|shift| shift.status == ShiftStatus::Active);
            let left = active.and_then(|shift| shift.expires_at).map(|at| at.duration_since(place.now).as_secs_f64());
            Value::maybe(left.map(Value::Seconds))
        })
        .sized(5, 1)
        .right(),
        Col::new("expires_at", "EXPIRES", "When it ends by itself", |row, _| {
            Value::maybe(row.zonal().and_then(|shift| shift.expires_at))
        })
        .sized(17, 3),
        Col::new("started_at", "STARTED", "When it began", |row, _| Value::maybe(row.started_at())).sized(17, 5),
        Col::new("comment", "COMMENT", "The words given with it", |row, _| {
            Value::maybe(row.zonal().and_then(|shift| shift.comment.as_ref()))
        })
        .sized(30, 4),
        Col::new("resource_arn", "ARN", "The resource's ARN", |row, _| {
            Value::maybe(row.zonal().map(|shift| shift.resource.text()))
        })
        .hidden(60)
        .called(&["arn"]),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, ShiftRow<'a>>> {
        let mut rows = place.made(|shift| Some(ShiftRow::Zonal(shift)));
        rows.extend(place.made(|shift| Some(ShiftRow::Auto(shift))));
        rows
    }

    fn id(row: &ShiftRow<'_>) -> String {
        match row {
            ShiftRow::Zonal(shift) => shift.id.to_string(),
            ShiftRow::Auto(shift) => {
                let start = shift.started_at.map(|at| at.to_string()).unwrap_or_default();
                format!("autoshift/{}/{start}", shift.away_from)
            }
        }
    }

    fn assess<'a>(row: &ShiftRow<'a>, place: &Place<'a>) -> Assessment {
        let mut assessment = Assessment::ok();
        match row {
            ShiftRow::Auto(shift) if shift.status == AutoshiftStatus::Active => {
                let moved = moved_off(place.estate, place.region, &shift.away_from, place.now);
                let moved = moved.map_or("what it moved is not known".to_owned(), |moved| moved.to_string());
                assessment.add(Verdict::Warning, format!("AWS declared the zone sick; {moved}"));
            }
            ShiftRow::Zonal(shift) if shift.status == ShiftStatus::Active => {
                // The same half hour as the account's verdict warns (aws-domain.md C.3).
                if let Some(left) =
                    shift.expires_at.map(|at| at.duration_since(place.now).as_secs()).filter(|left| *left <= 1800)
                {
                    assessment.add(Verdict::Warning, format!("ends in {}m, healed or not", left.max(0) / 60));
                }
            }
            _ => {}
        }
        assessment
    }
}

impl<'a> ShiftRow<'a> {
    fn zonal(&self) -> Option<&'a ZonalShift> {
        match self {
            Self::Zonal(shift) => Some(shift),
            Self::Auto(_) => None,
        }
    }

    fn away_from(&self) -> &'a ZoneId {
        match self {
            Self::Zonal(shift) => &shift.away_from,
            Self::Auto(shift) => &shift.away_from,
        }
    }

    fn status(&self) -> &'a str {
        match self {
            Self::Zonal(shift) => shift.status.as_str(),
            Self::Auto(shift) => shift.status.as_str(),
        }
    }

    fn started_at(&self) -> Option<Timestamp> {
        match self {
            Self::Zonal(shift) => shift.started_at,
            Self::Auto(shift) => shift.started_at,
        }
    }
}

/// The contract's word for who began a shift; a word newer than this program passes through.
pub fn kind_word(shift_type: &ShiftType) -> &str {
    match shift_type {
        ShiftType::Manual => "manual",
        ShiftType::Autoshift => "autoshift",
        ShiftType::PracticeRun => "practice",
        ShiftType::Fis => "fis",
        ShiftType::Other(word) => word,
    }
}

fn applied<'a>(row: &ShiftRow<'a>, place: &Place<'a>) -> Value {
    let Some(shift) = row.zonal().filter(|shift| shift.status == ShiftStatus::Active) else { return Value::None };
    let resources = place.estate.table::<ManagedResource>(place.region, place.now);
    let word = resources
        .known()
        .filter(|resource| resource.arn == shift.resource)
        .find_map(|resource| resource.applied.get(&shift.id));
    Value::known(word)
}
