//! From the SDK's errors to ours: what failed, why, AWS's code and request id, and what kind of failure that is.
//!
//! Owns: the classification of error codes. Depends on: the SDK's error types. Must stay true: a denial is never taken for an
//! outage nor the reverse, and an answer that is not AWS's is *malformed*, whatever its status.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::read_list::Refusal;
use crate::estate::{FailureKind, ReadFailure};

/// What the SDK said, as a failure of `action`.
pub(super) fn failure<E>(action: &str, error: &SdkError<E, HttpResponse>) -> ReadFailure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let told = told_in_body(error);
    let code = error.code().or(told.as_ref().map(|(code, _)| code.as_str()));
    let kind = if find::<Refusal, _>(error) {
        FailureKind::Refused
    } else {
        match error {
            SdkError::ServiceError(_) => code.map_or(FailureKind::Malformed, |code| kind_of_code(code, status)),
            SdkError::ResponseError(_) => code.map_or(FailureKind::Malformed, |code| kind_of_code(code, status)),
            SdkError::TimeoutError(_) => FailureKind::Unreachable,
            _ if find::<CredentialsError, _>(error) => FailureKind::Credentials,
            SdkError::DispatchFailure(dispatch) if dispatch.is_io() || dispatch.is_timeout() => {
                FailureKind::Unreachable
            }
            SdkError::DispatchFailure(_) if mentions_credentials(error) => FailureKind::Credentials,
            SdkError::DispatchFailure(_) => FailureKind::Unreachable,
            _ if mentions_credentials(error) => FailureKind::Credentials,
            _ => FailureKind::Invalid,
        }
    };
    ReadFailure {
        kind,
        action: action.into(),
        code: code.map(Into::into),
        message: told.as_ref().map_or_else(|| message(error, status), |(_, words)| words.clone()).into(),
        request_id: request_id(error).map(Into::into),
    }
}

/// An answer that lacks what AWS always sends.
pub(super) fn lacking(action: &str, what: &str) -> ReadFailure {
    ReadFailure {
        kind: FailureKind::Malformed,
        action: action.into(),
        code: None,
        message: format!("the answer has no {what}").into(),
        request_id: None,
    }
}

/// What kind of failure an error code of AWS is; `status` decides where the code does not.
fn kind_of_code(code: &str, status: Option<u16>) -> FailureKind {
    match code {
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "NotAuthorized"
        | "AuthorizationError"
        | "OptInRequired" => FailureKind::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "TokenRefreshRequired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "InvalidSignatureException" => FailureKind::Credentials,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "PriorRequestNotComplete"
        | "LimitExceeded"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "EC2ThrottledException"
        | "TransactionInProgressException" => FailureKind::Throttled,
        // Health answers only accounts with a support plan (`aws-domain.md` A.7): nothing that a role could be allowed.
        "InvalidAction"
        | "UnknownOperationException"
        | "NotImplemented"
        | "UnsupportedOperation"
        | "NoSuchService"
        | "SubscriptionRequiredException" => FailureKind::Unsupported,
        _ if is_gone(code) => FailureKind::Gone,
        _ if status.is_some_and(|status| status >= 500) => FailureKind::Service,
        "InternalError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "Unavailable"
        | "InternalServerException"
        | "InternalServiceError" => FailureKind::Service,
        _ => FailureKind::Invalid,
    }
}

fn is_gone(code: &str) -> bool {
    code.ends_with("NotFound")
        || code.ends_with("NotFoundFault")
        || code.ends_with("NotFoundException")
        || code.ends_with(".NotFound")
        || code.starts_with("NoSuch")
}

fn message<E: ProvideErrorMetadata + Error + 'static>(
    error: &SdkError<E, HttpResponse>,
    status: Option<u16>,
) -> String {
    match error {
        SdkError::ServiceError(service) if service.err().code().is_some() => {
            service.err().message().unwrap_or("AWS gave no message").to_owned()
        }
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
            let status = status.map_or_else(|| "no status".to_owned(), |status| format!("HTTP {status}"));
            match beginning(error) {
                Some(words) => format!("{status} with an answer that is not AWS's, which begins: {words}"),
                None => format!("{status} with an answer that is not AWS's, or only a part of it"),
            }
        }
        _ if is_time_out(error) => "no answer in time".to_owned(),
        _ => chain(error),
    }
}

/// The causes below the outermost error, said once each.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        // Layers that only say that there is a layer below.
        let empty = ["io error", "other", "dispatch failure", "client error (Connect)"].contains(&text.as_str());
        if !empty && !words.iter().any(|said| said.contains(&text)) {
            words.push(text);
        }
        next = cause.source();
    }
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}

/// The first words of an answer that could not be understood, on one line.
fn beginning<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let body = String::from_utf8_lossy(error.raw_response()?.body().bytes()?).into_owned();
    let words: String = body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    (!words.is_empty()).then(|| words.chars().filter(|letter| !letter.is_control()).collect())
}

/// Code and message of an error that wears another service's clothes: proxies and other endpoints than AWS's wrap them in forms
/// which the SDK does not read, and a denial must not pass for an outage.
fn told_in_body<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<(String, String)> {
    if error.code().is_some() {
        return None;
    }
    let response = error.raw_response().filter(|response| response.status().as_u16() >= 400)?;
    let body = std::str::from_utf8(response.body().bytes()?).ok()?;
    let between = |tag: &str| {
        let after = body.split(&format!("<{tag}>")).nth(1)?;
        let words = after.split(&format!("</{tag}>")).next()?.trim();
        (!words.is_empty() && words.len() < 1000).then(|| words.to_owned())
    };
    let code = between("Code").filter(|code| code.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'))?;
    Some((code, between("Message").unwrap_or_else(|| "AWS gave no message".to_owned())))
}

/// Whether no answer came in time.
pub(super) fn is_time_out<E>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::TimeoutError(_) => true,
        SdkError::DispatchFailure(dispatch) => dispatch.is_timeout(),
        _ => false,
    }
}

fn find<T: Error + 'static, E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = next {
        if cause.is::<T>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// The SDK wraps some failures of its credential chain in errors that are not public; their words are all there is.
fn mentions_credentials(error: &(dyn Error + 'static)) -> bool {
    let words = chain(error);
    ["credentials", "Credentials", "identity", "token is expired", "SSO"].iter().any(|word| words.contains(word))
}

fn request_id<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let from_body = match error {
        SdkError::ServiceError(service) => service.err().meta().extra("aws_request_id").map(str::to_owned),
        _ => None,
    };
    from_body.or_else(|| error.raw_response().and_then(|response| response.request_id().map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_service_are_told_apart() {
        for (code, status, kind) in [
            ("UnauthorizedOperation", 403, FailureKind::Denied),
            ("AccessDenied", 403, FailureKind::Denied),
            ("SubscriptionRequiredException", 400, FailureKind::Unsupported),
            ("ExpiredTokenException", 400, FailureKind::Credentials),
            ("RequestExpired", 400, FailureKind::Credentials),
            ("RequestLimitExceeded", 503, FailureKind::Throttled),
            ("Throttling", 400, FailureKind::Throttled),
            ("InvalidInstanceID.NotFound", 400, FailureKind::Gone),
            ("DBInstanceNotFound", 404, FailureKind::Gone),
            ("TargetGroupNotFound", 400, FailureKind::Gone),
            ("InternalError", 500, FailureKind::Service),
            ("Unavailable", 503, FailureKind::Service),
            ("InvalidParameterValue", 400, FailureKind::Invalid),
        ] {
            assert_eq!(kind_of_code(code, Some(status)), kind, "{code}");
        }
    }
}
