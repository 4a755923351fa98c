//! The Application Recovery Controller's calls (botocore's model of `arc-zonal-shift`).

use aws_sdk_arczonalshift::error::SdkError;
use aws_sdk_arczonalshift::operation::cancel_zonal_shift::CancelZonalShiftError;
use aws_sdk_arczonalshift::operation::start_zonal_shift::StartZonalShiftError;
use aws_sdk_arczonalshift::operation::update_zonal_shift::UpdateZonalShiftError;
use aws_sdk_arczonalshift::types::error::ConflictException;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{One, failure};
use crate::aws::time;
use crate::operation::call::{CallError, CancelShift, ErrorClass, Receipt, SHIFT_ID, StartShift, UpdateShift};

pub(super) async fn start(one: &One, start: &StartShift) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .arc
        .start_zonal_shift()
        .resource_identifier(start.resource_identifier.as_str())
        .away_from(start.away_from.as_str())
        .expires_in(&*start.expires_in)
        .comment(&*start.comment);
    let sent = request.send().await.map_err(|error| {
        told(
            one,
            &error,
            match error.as_service_error() {
                Some(StartZonalShiftError::ConflictException(conflict)) => Some(conflict),
                _ => None,
            },
        )
    });
    let answer = sent?;
    let mut receipt = receipt(&answer);
    receipt.answer.insert(SHIFT_ID.into(), answer.zonal_shift_id().into());
    if let Some(expiry) = time::at(answer.expiry_time()) {
        receipt.answer.insert("expiryTime".into(), expiry.to_string().into());
    }
    Ok(receipt)
}

pub(super) async fn update(one: &One, update: &UpdateShift) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .arc
        .update_zonal_shift()
        .zonal_shift_id(&*update.zonal_shift_id)
        .set_comment(update.comment.as_deref().map(str::to_owned))
        .set_expires_in(update.expires_in.as_deref().map(str::to_owned));
    let sent = request.send().await.map_err(|error| {
        told(
            one,
            &error,
            match error.as_service_error() {
                Some(UpdateZonalShiftError::ConflictException(conflict)) => Some(conflict),
                _ => None,
            },
        )
    });
    let answer = sent?;
    let mut receipt = receipt(&answer);
    if let Some(expiry) = time::at(answer.expiry_time()) {
        receipt.answer.insert("expiryTime".into(), expiry.to_string().into());
    }
    Ok(receipt)
}

pub(super) async fn cancel(one: &One, cancel: &CancelShift) -> Result<Receipt, CallError> {
    let request = one.clients.arc.cancel_zonal_shift().zonal_shift_id(&*cancel.zonal_shift_id);
    let sent = request.send().await.map_err(|error| {
        told(
            one,
            &error,
            match error.as_service_error() {
                Some(CancelZonalShiftError::ConflictException(conflict)) => Some(conflict),
                _ => None,
            },
        )
    });
    Ok(receipt(&sent?))
}

fn receipt(answer: &impl aws_types::request_id::RequestId) -> Receipt {
    Receipt { request_id: answer.request_id().map(Into::into), ..Receipt::default() }
}

/// A conflict by its reason, and with the shift that is in the way: `ConflictException` alone says nothing of what to do next.
fn told<E>(one: &One, error: &SdkError<E, HttpResponse>, conflict: Option<&ConflictException>) -> CallError
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata + std::error::Error + 'static,
{
    let plain = failure::of(&one.name, error);
    let Some(conflict) = conflict else { return plain };
    let shift = conflict.zonal_shift_id().map(|id| format!(" (shift {id})")).unwrap_or_default();
    CallError {
        class: ErrorClass::Refused,
        code: Some(conflict.reason().as_str().into()),
        message: format!("{}{shift}", conflict.message()).into(),
        ..plain
    }
}
