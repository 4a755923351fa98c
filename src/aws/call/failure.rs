//! Why a call was not accepted, and whether AWS may have done it all the same.
//!
//! Must stay true: *unreachable* is said only where no byte of the call can have taken effect; what is doubtful is *unclear*.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::error;
use crate::estate::{FailureKind, ReadFailure};
use crate::operation::call::{CallError, ErrorClass};

/// What the SDK said of a call, `name` as IAM names it.
pub(super) fn of<E>(name: &str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failure = error::failure(name, error);
    let class = match error {
        SdkError::ConstructionFailure(_) => ErrorClass::Invalid,
        // A refusal is one only if AWS said it: a server's error may come after the deed (`aws-domain.md` A.10).
        SdkError::ServiceError(_) => class(&failure),
        SdkError::DispatchFailure(dispatch) if dispatch.is_user() => ErrorClass::Invalid,
        _ if failure.kind == FailureKind::Refused => ErrorClass::Invalid,
        _ if failure.kind == FailureKind::Credentials || never_connected(error) => ErrorClass::Unreachable,
        _ => ErrorClass::Unclear,
    };
    CallError {
        class,
        iam_action: (class == ErrorClass::Denied).then(|| name.into()),
        code: failure.code,
        message: failure.message,
        request_id: failure.request_id,
    }
}

/// What an answer of AWS means for what is done next.
fn class(failure: &ReadFailure) -> ErrorClass {
    match failure.kind {
        FailureKind::Denied => ErrorClass::Denied,
        FailureKind::Throttled => ErrorClass::Throttled,
        FailureKind::Gone => ErrorClass::NotFound,
        FailureKind::Unsupported => ErrorClass::Refused,
        // AWS took nothing of it; with new credentials it will.
        FailureKind::Credentials => ErrorClass::Unreachable,
        FailureKind::Invalid | FailureKind::Refused => class_of_code(failure.code.as_deref().unwrap_or_default()),
        // Told with a 500, and nothing was done all the same (`aws-domain.md` F.3).
        FailureKind::Service if failure.code.as_deref().is_some_and(is_no_capacity) => ErrorClass::Refused,
        FailureKind::Service | FailureKind::Unreachable | FailureKind::Malformed | FailureKind::Silent => {
            ErrorClass::Unclear
        }
    }
}

/// Whether a code says that there is no room: `InsufficientInstanceCapacity`.
fn is_no_capacity(code: &str) -> bool {
    let code = code.strip_prefix("Server.").unwrap_or(code);
    code.starts_with("Insufficient") && code.ends_with("Capacity")
}

/// Codes of refusals, told apart by whether the same call may be accepted a moment later.
fn class_of_code(code: &str) -> ErrorClass {
    match code {
        "ScalingActivityInProgress"
        | "ScalingActivityInProgressFault"
        | "ResourceContention"
        | "ResourceContentionFault"
        | "ResourceInUse"
        | "ResourceInUseFault"
        // A volume that was taken off a moment ago.
        | "VolumeInUse" => ErrorClass::Conflict,
        "ValidationError" | "ValidationException" | "MissingParameter" | "MalformedQueryString" => ErrorClass::Invalid,
        _ if code.starts_with("InvalidParameter") => ErrorClass::Invalid,
        _ => ErrorClass::Refused,
    }
}

/// Whether the connection was never made. The connector tells it in words alone.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        let refused = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if refused == Some(std::io::ErrorKind::ConnectionRefused) || cause.to_string() == "client error (Connect)" {
            return true;
        }
        next = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classed(kind: FailureKind, code: &str) -> ErrorClass {
        let (action, message) = ("autoscaling:SetDesiredCapacity".into(), "words".into());
        class(&ReadFailure { kind, action, code: Some(code.into()), message, request_id: None })
    }

    #[test]
    fn only_what_aws_refused_is_taken_as_not_done() {
        for kind in [FailureKind::Service, FailureKind::Unreachable, FailureKind::Malformed] {
            assert_eq!(classed(kind, "InternalError"), ErrorClass::Unclear, "{kind:?} may come after the deed");
        }
        for (kind, code, class) in [
            (FailureKind::Denied, "AccessDenied", ErrorClass::Denied),
            (FailureKind::Throttled, "Throttling", ErrorClass::Throttled),
            (FailureKind::Gone, "InvalidInstanceID.NotFound", ErrorClass::NotFound),
            (FailureKind::Invalid, "ScalingActivityInProgress", ErrorClass::Conflict),
            (FailureKind::Invalid, "ValidationError", ErrorClass::Invalid),
            (FailureKind::Invalid, "IncorrectInstanceState", ErrorClass::Refused),
            (FailureKind::Credentials, "ExpiredToken", ErrorClass::Unreachable),
            (FailureKind::Service, "InsufficientInstanceCapacity", ErrorClass::Refused),
        ] {
            assert_eq!(classed(kind, code), class, "{code}");
        }
    }

    #[test]
    fn a_connection_that_was_refused_sent_nothing_and_one_that_broke_may_have() {
        assert!(never_connected(&std::io::Error::from(std::io::ErrorKind::ConnectionRefused)));
        assert!(!never_connected(&std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
    }
}
