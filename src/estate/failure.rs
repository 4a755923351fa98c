//! Why a read failed: as data, so that it can be kept, shown and compared.
//!
//! Owns: the error of a read. Depends on: nothing. Must stay true: AWS's code and request id stay with it, and a denial names
//! the IAM action that is missing.

use serde::{Deserialize, Serialize};

use crate::id::Text;

/// What kind of failure it was: decides whether to retry, what to tell and how to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The caller may not make the call.
    Denied,
    /// AWS asks us to slow down.
    Throttled,
    /// The credentials are missing, wrong or expired.
    Credentials,
    /// No answer: connection refused, name unknown, time-out.
    Unreachable,
    /// An answer that is not AWS's: HTML, another service's, half of one.
    Malformed,
    /// What was asked about does not exist any more.
    Gone,
    /// The service or the feature is not offered here: an endpoint without the call, a region without the service.
    Unsupported,
    /// AWS failed: a 5xx with a code.
    Service,
    /// AWS did not accept the question.
    Invalid,
    /// This program refused: the operation is not on the read list.
    Refused,
    /// AWS answers for the other zones and not for this one (`aws-domain.md` A.1).
    Silent,
}

impl FailureKind {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Credentials => "credentials",
            Self::Unreachable => "unreachable",
            Self::Malformed => "malformed",
            Self::Gone => "gone",
            Self::Unsupported => "unsupported",
            Self::Service => "service",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::Silent => "silent",
        }
    }

    /// Whether what was read before still stands while this lasts: the account did not change its mind, it could not be asked. Of a
    /// zone that alone falls silent nothing stands: its silence is evidence against it.
    pub fn is_passing(self) -> bool {
        self.is_transient() || self == Self::Credentials
    }

    /// Whether the same question may well be answered a moment later.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unreachable | Self::Malformed | Self::Service)
    }
}

/// A read that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct ReadFailure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// The call, as IAM names it: `ec2:DescribeInstances`.
    pub action: Text,
    /// AWS's error code.
    pub code: Option<Text>,
    /// What happened, in AWS's words where it said any.
    pub message: Text,
    /// AWS's request id, for its support.
    pub request_id: Option<Text>,
}

impl ReadFailure {
    /// The IAM action that is missing, for a denial.
    pub fn iam_action(&self) -> Option<&str> {
        (self.kind == FailureKind::Denied).then_some(&*self.action)
    }

    /// What to do next.
    pub fn remedy(&self) -> String {
        match self.kind {
            FailureKind::Denied => format!("allow {} for this role", self.action),
            FailureKind::Credentials => {
                "renew the credentials (for SSO: `aws sso login`, else the profile's own way); fournines goes on by itself".to_owned()
            }
            FailureKind::Throttled => "nothing to do: it is asked again, more slowly".to_owned(),
            FailureKind::Unreachable => "check the network, the endpoint and the region's name".to_owned(),
            FailureKind::Malformed => "check that the endpoint is AWS's or speaks its protocol".to_owned(),
            FailureKind::Gone => "it no longer exists; the next read will show that".to_owned(),
            FailureKind::Unsupported => "nothing to do: this endpoint or region does not offer it".to_owned(),
            FailureKind::Service => "AWS's side failed; it is asked again".to_owned(),
            FailureKind::Invalid => "please report this with the request id".to_owned(),
            FailureKind::Refused => "this program may not make that call".to_owned(),
            FailureKind::Silent => {
                "look at this zone's targets, status checks and shifts: its instances are asked for again and again".to_owned()
            }
        }
    }

    fn sentence(&self) -> String {
        let code = self.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
        let request = self.request_id.as_deref().map(|id| format!(" [request {id}]")).unwrap_or_default();
        match self.kind {
            FailureKind::Denied => format!("{} denied{code}: {}{request}", self.action, self.message),
            kind => format!("{} {}{code}: {}{request}", self.action, kind.as_str(), self.message),
        }
    }
}
