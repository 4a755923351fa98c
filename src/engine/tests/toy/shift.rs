//! The toy's zonal shifts: one zone at a time, as ARC has it.

use std::collections::BTreeMap;

use super::{World, error};
use crate::estate::shift::{ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::id::Arn;
use crate::operation::call::{CallError, CancelShift, ErrorClass, Receipt, SHIFT_ID, StartShift};

fn refused(code: &str) -> CallError {
    CallError { code: Some(code.into()), ..error(ErrorClass::Refused, "as ARC says") }
}

fn goes_on(shift: &ZonalShift) -> bool {
    shift.status == ShiftStatus::Active
}

impl World {
    pub(super) fn start_shift(&mut self, start: &StartShift) -> Result<Receipt, CallError> {
        if let Some(shift) = self.shifts.iter().find(|shift| goes_on(shift)) {
            let same = shift.away_from == start.away_from;
            return Err(refused(if same { "ZonalShiftAlreadyExists" } else { "SimultaneousZonalShiftsConflict" }));
        }
        let shift = ZonalShift {
            id: format!("shift-{}", self.shifts.len() + 1).into(),
            resource: start.resource_identifier.clone(),
            away_from: start.away_from.clone(),
            status: ShiftStatus::Active,
            shift_type: ShiftType::Manual,
            expires_at: None,
            started_at: None,
            comment: Some(start.comment.clone()),
        };
        let answer = BTreeMap::from([(SHIFT_ID.into(), shift.id.clone())]);
        self.shifts.push(shift);
        Ok(Receipt { answer, ..Receipt::default() })
    }

    pub(super) fn cancel_shift(&mut self, cancel: &CancelShift) -> Result<Receipt, CallError> {
        let mut shifts = self.shifts.iter_mut().filter(|shift| goes_on(shift));
        match shifts.find(|shift| shift.id == cancel.zonal_shift_id) {
            Some(shift) => shift.status = ShiftStatus::Canceled,
            None => return Err(refused("ZonalShiftStatusNotActive")),
        }
        Ok(Receipt::default())
    }

    pub(super) fn managed(&self, arn: &Arn) -> ManagedResource {
        let is_away = |zone: &str| self.shifts.iter().any(|shift| goes_on(shift) && shift.away_from.as_str() == zone);
        let weight = |zone: &str| (zone.into(), if is_away(zone) { 0.0 } else { 1.0 });
        ManagedResource {
            arn: arn.clone(),
            name: "lb".into(),
            weights: ["use1-az1", "use1-az2"].map(weight).into(),
            autoshift: None,
            practice_run: None,
            applied: BTreeMap::new(),
        }
    }
}
