//! The Application Recovery Controller's reads (`aws-domain.md` A.6).

use super::Found;
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::estate::{ReadFailure, Row};
use crate::id::{Arn, Text, ZoneId};

/// Rows a page, the most that is given.
const PAGE: i32 = 100;

pub(super) async fn managed_resources(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| caller.clients.arc.list_managed_resources().max_results(PAGE).set_next_token(token).send(),
            |page| {
                for resource in page.items() {
                    let arn = caller.required(resource.arn(), "arn")?;
                    let weights = resource.applied_weights().into_iter().flatten();
                    let shifts = resource.zonal_shifts().iter();
                    rows.push(ManagedResource {
                        arn: Arn::from(arn),
                        name: resource.name().unwrap_or(arn).into(),
                        weights: weights.map(|(zone, weight)| (ZoneId::from(zone.as_str()), *weight)).collect(),
                        autoshift: resource.zonal_autoshift_status().map(|status| status.as_str().into()),
                        practice_run: resource.practice_run_status().map(|status| status.as_str().into()),
                        applied: shifts
                            .map(|shift| {
                                (Text::from(shift.zonal_shift_id()), Text::from(shift.applied_status().as_str()))
                            })
                            .collect(),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(ManagedResource::rows(rows)))
}

pub(super) async fn zonal_shifts(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| caller.clients.arc.list_zonal_shifts().max_results(PAGE).set_next_token(token).send(),
            |page| {
                for shift in page.items() {
                    rows.push(ZonalShift {
                        id: shift.zonal_shift_id().into(),
                        resource: Arn::from(shift.resource_identifier()),
                        away_from: ZoneId::from(shift.away_from()),
                        status: ShiftStatus::from(shift.status().as_str()),
                        shift_type: ShiftType::from(shift.shift_type().map_or("ZONAL_SHIFT", |kind| kind.as_str())),
                        expires_at: time::at(shift.expiry_time()),
                        started_at: time::at(shift.start_time()),
                        comment: Some(shift.comment()).filter(|comment| !comment.is_empty()).map(Text::from),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(ZonalShift::rows(rows)))
}

pub(super) async fn autoshifts(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| caller.clients.arc.list_autoshifts().max_results(PAGE).set_next_token(token).send(),
            |page| {
                for shift in page.items() {
                    rows.push(Autoshift {
                        away_from: ZoneId::from(shift.away_from()),
                        status: AutoshiftStatus::from(shift.status().as_str()),
                        started_at: time::at(shift.start_time()),
                        ended_at: time::maybe(shift.end_time()),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Autoshift::rows(rows)))
}
