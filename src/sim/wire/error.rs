//! AWS's errors, as each protocol and service writes them.
//!
//! Owns: [`ApiError`], each service's own words for the errors that all share, and their bytes. Knows the protocols and the
//! services' names. Must stay true: the code a client sees is the one that AWS's model or documentation gives for that service.

use std::borrow::Cow;
use std::sync::Arc;

use super::request::Protocol;
use super::service::Service;
use super::writer::Writer;

/// What went wrong, in general words where every service has its own code for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// AWS's own code, such as `InvalidInstanceID.NotFound`.
    Own(&'static str),
    /// A code that a fault names: whatever AWS may answer one day.
    Given(Arc<str>),
    /// A parameter that is missing, out of bounds or not of its type.
    Validation,
    /// A pagination token that this action did not give.
    Token,
    /// More requests than the token bucket holds (`aws-domain.md` A.8).
    Throttled,
    /// An action which the service, or the simulator, does not have.
    UnknownAction,
    /// Credentials that are not valid in this region.
    Credentials,
    /// A caller whose role does not allow the action.
    Denied,
    /// Credentials whose time is over.
    Expired,
    /// A request without a signature.
    Unsigned,
    /// A service that cannot answer now.
    Unavailable,
}

/// Whose fault it is, as Query's `Type` and CBOR's `fault` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The caller's: the same request fails again.
    Sender,
    /// The service's: the same request may succeed.
    Receiver,
}

/// An action's refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct ApiError {
    /// What went wrong.
    pub code: Code,
    /// For people, as AWS words it.
    pub message: Cow<'static, str>,
    /// HTTP status; `None` takes the one that belongs to the code.
    pub status: Option<u16>,
    /// Whose fault it is.
    pub fault: Fault,
    /// Further members of the error, where its model has any and the protocol is JSON.
    pub details: Vec<(&'static str, String)>,
}

impl ApiError {
    /// The caller's fault, with AWS's own code; status 400.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::general(Code::Own(code), message)
    }

    /// A parameter that is missing, out of bounds or of the wrong type: each service's own code for it.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::general(Code::Validation, message)
    }

    /// A general error, with the service's own code.
    pub fn general(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), status: None, fault: Fault::Sender, details: Vec::new() }
    }

    /// The same with another HTTP status; 5xx makes it the service's fault.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        if status >= 500 {
            self.fault = Fault::Receiver;
        }
        self
    }

    /// The same with one more member.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// The HTTP status and the code that this service answers.
    #[must_use]
    pub fn resolve(&self, service: Option<Service>) -> (u16, &str) {
        let (status, code) = match &self.code {
            Code::Own(code) => (400, *code),
            Code::Given(code) => (400, &**code),
            Code::Validation => (400, validation(service)),
            Code::Token => (400, token(service)),
            Code::Throttled => throttled(service),
            Code::UnknownAction => unknown_action(service),
            Code::Credentials => credentials(service),
            Code::Denied => denied(service),
            Code::Expired => expired(service),
            Code::Unsigned => (403, "MissingAuthenticationToken"),
            Code::Unavailable => unavailable(service),
        };
        (self.status.unwrap_or(status), code)
    }
}

fn validation(service: Option<Service>) -> &'static str {
    match service {
        Some(Service::Ec2 | Service::Rds) => "InvalidParameterValue",
        Some(Service::ArcZonalShift | Service::Health) => "ValidationException",
        Some(Service::CloudTrail) => "InvalidMaxResultsException",
        Some(Service::Route53) => "InvalidInput",
        Some(
            Service::AutoScaling
            | Service::CloudWatch
            | Service::ElasticLoadBalancing
            | Service::ElasticLoadBalancingV2
            | Service::Iam
            | Service::Sts,
        )
        | None => "ValidationError",
    }
}

fn token(service: Option<Service>) -> &'static str {
    match service {
        Some(Service::AutoScaling | Service::CloudWatch) => "InvalidNextToken",
        Some(Service::CloudTrail) => "InvalidNextTokenException",
        Some(Service::Health) => "InvalidPaginationToken",
        other => validation(other),
    }
}

fn throttled(service: Option<Service>) -> (u16, &'static str) {
    match service {
        Some(Service::Ec2) => (503, "RequestLimitExceeded"),
        Some(Service::ArcZonalShift) => (429, "ThrottlingException"),
        Some(Service::CloudTrail | Service::Health) => (400, "ThrottlingException"),
        _ => (400, "Throttling"),
    }
}

fn unknown_action(service: Option<Service>) -> (u16, &'static str) {
    match service {
        Some(Service::ArcZonalShift | Service::Route53) => (404, "UnknownOperationException"),
        Some(Service::CloudTrail | Service::Health) => (400, "UnknownOperationException"),
        _ => (400, "InvalidAction"),
    }
}

fn denied(service: Option<Service>) -> (u16, &'static str) {
    match service {
        Some(Service::Ec2) => (403, "UnauthorizedOperation"),
        Some(Service::ArcZonalShift) => (403, "AccessDeniedException"),
        Some(Service::CloudTrail | Service::Health) => (400, "AccessDeniedException"),
        _ => (403, "AccessDenied"),
    }
}

fn credentials(service: Option<Service>) -> (u16, &'static str) {
    match service {
        Some(Service::Ec2) => (401, "AuthFailure"),
        Some(Service::ArcZonalShift) => (403, "UnrecognizedClientException"),
        Some(Service::CloudTrail | Service::Health) => (400, "UnrecognizedClientException"),
        _ => (403, "InvalidClientTokenId"),
    }
}

/// EC2 says that the request has expired when it means the session that signed it.
fn expired(service: Option<Service>) -> (u16, &'static str) {
    match service {
        Some(Service::Ec2) => (400, "RequestExpired"),
        Some(Service::ArcZonalShift) => (403, "ExpiredTokenException"),
        Some(Service::CloudTrail | Service::Health) => (400, "ExpiredTokenException"),
        _ => (403, "ExpiredToken"),
    }
}

fn unavailable(service: Option<Service>) -> (u16, &'static str) {
    match service {
        Some(Service::Ec2) => (503, "Unavailable"),
        Some(Service::ArcZonalShift | Service::CloudTrail | Service::Health) => (503, "ServiceUnavailableException"),
        _ => (503, "ServiceUnavailable"),
    }
}

/// The modelled shape of one of CloudWatch's codes: JSON and CBOR name errors by shape where Query names them by code.
fn cloudwatch_shape(code: &str) -> &str {
    match code {
        "InvalidParameterValue" => "InvalidParameterValueException",
        "InvalidParameterCombination" => "InvalidParameterCombinationException",
        "MissingParameter" => "MissingRequiredParameterException",
        "LimitExceeded" => "LimitExceededFault",
        "ExpiredToken" => "ExpiredTokenException",
        "ServiceUnavailable" => "ServiceUnavailableException",
        "Throttling" => "ThrottlingException",
        "InvalidAction" => "UnknownOperationException",
        other => other,
    }
}

/// An error's body, and the headers that carry its code in the protocols that put it there.
#[derive(Debug)]
pub struct Rendered {
    /// HTTP status.
    pub status: u16,
    /// The code that the client sees.
    pub code: String,
    /// Response headers.
    pub headers: Vec<(&'static str, String)>,
    /// Response body.
    pub body: Vec<u8>,
}

/// Writes an error as that protocol and service do.
pub fn render(error: &ApiError, protocol: Protocol, service: Option<Service>, request_id: &str) -> Rendered {
    let (status, code) = error.resolve(service);
    let mut headers = Vec::new();
    if service.is_none() {
        // Services that the simulator lacks speak protocols of all kinds; the header is where most clients look.
        headers.push(("x-amzn-errortype", code.to_owned()));
    }
    let body = match protocol {
        Protocol::Ec2 => ec2_body(code, &error.message, request_id),
        Protocol::Query | Protocol::RestXml => query_body(error, code, service, request_id),
        Protocol::RestJson => {
            headers.push(("x-amzn-errortype", code.to_owned()));
            let mut writer = Writer::json();
            writer.text("message", &error.message);
            for (name, value) in &error.details {
                writer.text(name, value);
            }
            writer.finish()
        }
        Protocol::Json11 => {
            let mut writer = Writer::json();
            writer.text("__type", code);
            writer.text("message", &error.message);
            writer.finish()
        }
        Protocol::Json | Protocol::Cbor => {
            let shape = match service {
                Some(Service::CloudWatch) => format!("com.amazonaws.cloudwatch#{}", cloudwatch_shape(code)),
                _ => code.to_owned(),
            };
            let fault = if error.fault == Fault::Sender { "Sender" } else { "Receiver" };
            headers.push(("x-amzn-query-error", format!("{code};{fault}")));
            let mut writer = if protocol == Protocol::Json { Writer::json() } else { Writer::cbor() };
            writer.text("__type", shape);
            writer.text("message", &error.message);
            writer.finish()
        }
    };
    Rendered { status, code: code.to_owned(), headers, body }
}

fn ec2_body(code: &str, message: &str, request_id: &str) -> Vec<u8> {
    let mut writer = Writer::xml();
    writer.structure("Response", |w| {
        w.structure("Errors", |w| {
            w.structure("Error", |w| {
                w.text("Code", code);
                w.text("Message", message);
            });
        });
        w.text("RequestID", request_id);
    });
    writer.finish()
}

fn query_body(error: &ApiError, code: &str, service: Option<Service>, request_id: &str) -> Vec<u8> {
    let mut writer = Writer::xml();
    writer.open("ErrorResponse", service.map(Service::namespace));
    writer.structure("Error", |w| {
        w.text("Type", if error.fault == Fault::Sender { "Sender" } else { "Receiver" });
        w.text("Code", code);
        w.text("Message", &error.message);
    });
    writer.text("RequestId", request_id);
    writer.close("ErrorResponse");
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_has_its_own_words() {
        let table = [
            (Code::Throttled, Service::Ec2, (503, "RequestLimitExceeded")),
            (Code::Throttled, Service::ElasticLoadBalancingV2, (400, "Throttling")),
            (Code::Throttled, Service::ArcZonalShift, (429, "ThrottlingException")),
            (Code::Validation, Service::Rds, (400, "InvalidParameterValue")),
            (Code::Validation, Service::AutoScaling, (400, "ValidationError")),
            (Code::Token, Service::AutoScaling, (400, "InvalidNextToken")),
            (Code::Token, Service::Ec2, (400, "InvalidParameterValue")),
            (Code::Credentials, Service::Ec2, (401, "AuthFailure")),
            (Code::Credentials, Service::Rds, (403, "InvalidClientTokenId")),
            (Code::UnknownAction, Service::Iam, (400, "InvalidAction")),
            (Code::Expired, Service::Ec2, (400, "RequestExpired")),
            (Code::Expired, Service::Sts, (403, "ExpiredToken")),
            (Code::Unavailable, Service::Ec2, (503, "Unavailable")),
        ];
        for (code, service, expected) in table {
            let error = ApiError::general(code, "");
            assert_eq!(error.resolve(Some(service)), expected, "{error} {service:?}");
        }
    }

    #[test]
    fn cloudwatch_names_errors_by_shape_in_json_and_by_code_in_the_header() {
        let error = ApiError::new("ResourceNotFound", "Unknown").status(404);
        let rendered = render(&error, Protocol::Json, Some(Service::CloudWatch), "id");
        assert_eq!(rendered.headers, [("x-amzn-query-error", "ResourceNotFound;Sender".to_owned())]);
        assert_eq!(rendered.body, br#"{"__type":"com.amazonaws.cloudwatch#ResourceNotFound","message":"Unknown"}"#);
        let invalid = ApiError::new("InvalidParameterValue", "");
        let rendered = render(&invalid, Protocol::Json, Some(Service::CloudWatch), "id");
        assert!(rendered.body.starts_with(br#"{"__type":"com.amazonaws.cloudwatch#InvalidParameterValueException""#));
    }
}
