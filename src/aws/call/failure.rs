//! Why a call failed, and whether AWS may have done it all the same.
//!
//! Must stay true: *not sent* is said only where no byte can have reached AWS; what is doubtful is [`Sent::Perhaps`].

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::aws::error;
use crate::estate::{FailureKind, ReadFailure};

/// What is known of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Nothing left: it was not done.
    No,
    /// AWS refused it: it was not done.
    Refused,
    /// It left and nobody knows what came of it.
    Perhaps,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{failure}")]
pub struct CallFailure {
    /// What AWS or the way there said.
    pub failure: ReadFailure,
    /// Whether it may have been done.
    pub sent: Sent,
}

impl CallFailure {
    pub(super) fn of<E>(name: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let failure = error::failure(name, error);
        let sent = match error {
            SdkError::ConstructionFailure(_) => Sent::No,
            SdkError::DispatchFailure(dispatch) if dispatch.is_user() => Sent::No,
            SdkError::DispatchFailure(_) if never_connected(error) => Sent::No,
            // A refusal is one only if AWS said it: a server's error may come after the deed (`aws-domain.md` A.10).
            SdkError::ServiceError(_) if is_refusal(failure.kind) => Sent::Refused,
            _ if matches!(failure.kind, FailureKind::Refused | FailureKind::Credentials) => Sent::No,
            _ => Sent::Perhaps,
        };
        Self { failure, sent }
    }

    /// Whether AWS asked to be asked more slowly.
    pub fn is_throttled(&self) -> bool {
        self.failure.kind == FailureKind::Throttled
    }
}

fn is_refusal(kind: FailureKind) -> bool {
    match kind {
        FailureKind::Denied
        | FailureKind::Credentials
        | FailureKind::Throttled
        | FailureKind::Unsupported
        | FailureKind::Gone
        | FailureKind::Invalid
        | FailureKind::Refused => true,
        FailureKind::Service | FailureKind::Unreachable | FailureKind::Malformed | FailureKind::Silent => false,
    }
}

/// Whether the connection was never made. The connector tells it in words alone.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return true;
        }
        if cause.to_string().contains("client error (Connect)") {
            return true;
        }
        next = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_aws_refused_is_taken_as_not_done() {
        for kind in [FailureKind::Service, FailureKind::Unreachable, FailureKind::Malformed] {
            assert!(!is_refusal(kind), "{kind:?} may come after the deed");
        }
        for kind in [FailureKind::Denied, FailureKind::Throttled, FailureKind::Invalid, FailureKind::Gone] {
            assert!(is_refusal(kind), "{kind:?} comes before it");
        }
    }

    #[test]
    fn a_connection_that_was_refused_sent_nothing_and_one_that_broke_may_have() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(never_connected(&refused));
        assert!(!never_connected(&broken));
    }
}
