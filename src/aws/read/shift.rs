//! The Application Recovery Controller's reads (`aws-domain.md` A.6).

use aws_sdk_arczonalshift::types::ZonalShiftStatus;

use super::{Found, only};
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{Arn, Text, ZoneId};

/// Rows a page, the most that is given.
const PAGE: i32 = 100;

pub(super) async fn managed_resources(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    if let Some(resource) = only(id) {
        return managed_resource(caller, resource).await;
    }
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

/// One resource, whose weights say where its traffic goes.
async fn managed_resource(caller: &Caller<'_>, resource: &Text) -> Result<Found, ReadFailure> {
    let answer =
        caller.call(|| caller.clients.arc.get_managed_resource().resource_identifier(&**resource).send()).await?;
    let applied = answer.zonal_shifts().iter();
    let row = ManagedResource {
        // AWS need not say again whom it was asked about.
        arn: Arn::from(answer.arn().unwrap_or(resource)),
        name: answer.name().unwrap_or(resource).into(),
        weights: answer.applied_weights().iter().map(|(zone, weight)| (ZoneId::from(zone.as_str()), *weight)).collect(),
        autoshift: answer.zonal_autoshift_status().map(|status| status.as_str().into()),
        practice_run: answer.practice_run_configuration().map(|_| "ENABLED".into()),
        applied: applied
            .map(|shift| (Text::from(shift.zonal_shift_id()), Text::from(shift.applied_status().as_str())))
            .collect(),
    };
    Ok(Found::Rows(ManagedResource::rows(vec![row])))
}

pub(super) async fn zonal_shifts(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| {
                let call = caller.clients.arc.list_zonal_shifts().max_results(PAGE).set_next_token(token);
                // Of one resource those that go on are asked for.
                let call = match only(id) {
                    Some(resource) => call.resource_identifier(&**resource).status(ZonalShiftStatus::Active),
                    None => call,
                };
                call.send()
            },
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
