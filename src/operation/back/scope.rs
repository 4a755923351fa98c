//! What is away from a zone and still ours: by the records, else by what AWS shows.
//!
//! Must stay true: a record that was given back, or of which nothing can be left, says nothing; an operation that goes on is waited for.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::super::away::{Change, Field, Merged, Outcome, Present, Record, Value, changes, marks, merge};
use super::super::ground::{Ground, ZoneCalled};
use super::super::plan::Refusal;
use crate::estate::shift::ZonalShift;
use crate::id::{InstanceId, Text};

/// How long a record counts of which AWS shows nothing any more: no shift lasts longer (`aws-domain.md` C.3).
const LASTS: SignedDuration = SignedDuration::from_hours(72);

/// What is away from a zone.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) present: Present<'a>,
    /// Every field that was changed, and what became of it.
    pub(super) merged: Vec<Merged>,
    /// The operations whose records were found.
    pub(super) records: Vec<&'a Record>,
    /// Instances that they brought.
    pub(super) brought: BTreeSet<InstanceId>,
}

impl<'a> Scope<'a> {
    /// What is away.
    ///
    /// # Errors
    /// Another operation on the zone goes on.
    pub(super) fn of(ground: &'a Ground<'a>, zone: ZoneCalled<'a>) -> Result<Self, Refusal> {
        let present = Present { ground, region: zone.region, zone: zone.id };
        let told = marks::changes(&present);
        let marked: BTreeSet<&Text> = told.iter().map(|change| &change.by).collect();
        let own: Vec<&Record> = ground.records.iter().filter(|record| is_of(record, ground, zone)).collect();
        if let Some(underway) = own.iter().find(|record| !record.is_over) {
            return Err(Refusal::new(
                format!("{} on {} is not over (by {})", underway.id(), zone.both(), underway.by),
                format!(
                    "let it end: `fournines resume {0}`, or give it up there; `fournines undo {0}` takes it back",
                    underway.id()
                ),
            ));
        }
        let returned = own.iter().filter(|record| &*record.plan.operation == "return" && record.is_done);
        let returned = returned.map(|record| record.at).max();
        let counts = |record: &&Record| {
            let is_recent = ground.now.duration_since(record.at) <= LASTS || marked.contains(record.id());
            &*record.plan.operation == "evacuate"
                && !record.applied.is_empty()
                && returned.is_none_or(|at| record.at > at)
                && is_recent
        };
        let mut records: Vec<&Record> = own.into_iter().filter(counts).collect();
        records.sort_by_key(|record| record.at);
        let mut all = changes(records.iter().copied());
        let shifts = present.shifts();
        for change in &mut all {
            // The answer was lost: the shift's comment tells whose it is.
            if let (Field::Shift(resource), Some(Value::Word(id))) = (&change.field, &mut change.ours)
                && id.is_empty()
            {
                let by = &change.by;
                let is_own = |shift: &&&ZonalShift| {
                    shift.resource == *resource && marks::owner(shift).is_some_and(|(owner, _)| owner == *by)
                };
                if let Some(own) = shifts.iter().flatten().find(is_own) {
                    id.clone_from(&own.id);
                }
            }
        }
        // A record tells all that its operation changed: what its marks tell besides is as it was, or somebody else's.
        let known: BTreeSet<Text> = records.iter().map(|record| record.id().clone()).collect();
        let fields: BTreeSet<Field> = all.iter().map(|change| change.field.clone()).collect();
        let (recorded, new): (Vec<Change>, Vec<Change>) = told
            .into_iter()
            .filter(|change| !fields.contains(&change.field))
            .partition(|change| known.contains(&change.by));
        all.extend(new);
        let asked = |change: Change| {
            let now = present.value(&change.field);
            merge(change, now)
        };
        let mut merged: Vec<Merged> = all.into_iter().map(asked).collect();
        let others = recorded.into_iter().map(|change| asked(Change { ours: Some(change.before.clone()), ..change }));
        merged.extend(others.filter(|merged| merged.outcome == Outcome::Theirs));
        let brought = records.iter().flat_map(|record| record.brought.values().flatten().cloned()).collect();
        Ok(Self { present, merged, records, brought })
    }

    /// What is put back.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Merged> {
        self.merged.iter().filter(|merged| merged.outcome == Outcome::PutBack)
    }

    /// Whether a field is put back.
    pub(super) fn is_ours(&self, field: &Field) -> Option<&Merged> {
        self.ours().find(|merged| merged.change.field == *field)
    }

    /// Shifts that somebody else started by hand, in words.
    pub(super) fn theirs(&self) -> Vec<String> {
        let shifts = self.present.shifts().unwrap_or_default();
        let is_ours = |resource: &crate::id::Arn| self.is_ours(&Field::Shift(resource.clone())).is_some();
        let others = shifts.into_iter().filter(|shift| !is_ours(&shift.resource));
        let words = others.map(|shift| {
            let why = shift.comment.as_deref().unwrap_or("without a comment");
            format!(
                "shift of {} is somebody else's ({why}): left; `fournines plan cancel {}`",
                shift.resource.short(),
                shift.id
            )
        });
        words.collect()
    }
}

fn is_of(record: &Record, ground: &Ground<'_>, zone: ZoneCalled<'_>) -> bool {
    let plan = &record.plan;
    let is_here = plan.account == *ground.account && plan.region == *zone.region;
    let is_zone = *plan.target == *zone.name.as_str() || *plan.target == *zone.id.as_str();
    is_here && is_zone && matches!(&*plan.operation, "evacuate" | "return")
}
