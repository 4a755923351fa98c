//! From an HTTP request to a [`Request`]: who is meant, what is asked.
//!
//! Owns: the signature's scope (service and region; signatures are not verified), the choice of protocol, the action's name,
//! the parameters, the routes of the REST services. Must stay true: whatever bytes come, the answer is a request or an error.

use std::borrow::Cow;

use bytes::Bytes;
use http::request::Parts;
use serde_json::{Map, Value};

use super::body;
use super::error::{ApiError, Code};
use super::form::{self, Lists};
use super::request::{Params, Protocol, Request};
use super::service::{self, Action, Service};

/// A request as far as it was understood: an error is answered in the protocol that was recognised.
#[derive(Debug)]
pub struct Received {
    /// The service as the signature names it.
    pub scope: String,
    /// The region of the signature, else of the host, else empty.
    pub region: String,
    /// The service, where the simulator has it.
    pub service: Option<Service>,
    /// The protocol, as well as it could be told.
    pub protocol: Protocol,
    /// Action, else method and path.
    pub action: String,
    /// Parameters as far as they were read.
    pub params: Params,
    /// The request's action, or why there is none.
    pub found: Result<&'static Action, ApiError>,
}

/// Reads a request.
pub fn receive(parts: &Parts, body: &Bytes) -> Received {
    let (scope, region, signed) = address(parts);
    let content_type = header(parts, "content-type");
    let mut received = Received {
        protocol: protocol(parts, content_type, &scope),
        action: format!("{} {}", parts.method, parts.uri.path()),
        params: Params::default(),
        service: Service::of_scope(&scope, None),
        found: Err(ApiError::general(Code::UnknownAction, "The request names no action")),
        scope,
        region,
    };
    received.found = understand(&mut received, parts, body);
    if !signed && received.region.is_empty() {
        received.found = Err(ApiError::general(Code::Unsigned, "Request is missing Authentication Token"));
    }
    received
}

impl Received {
    /// Whether its action changes something.
    pub fn is_write(&self) -> bool {
        self.found.as_ref().is_ok_and(|action| action.is_write())
    }

    /// The request for its action. `user_agent` is the header's.
    pub fn into_request(self, service: Service, user_agent: String) -> Request {
        Request {
            service,
            action: self.action,
            region: self.region,
            params: self.params,
            user_agent,
            protocol: self.protocol,
        }
    }
}

fn understand(received: &mut Received, parts: &Parts, body: &Bytes) -> Result<&'static Action, ApiError> {
    if !received.scope.is_empty() {
        known(received)?;
    }
    match received.protocol {
        Protocol::Ec2 | Protocol::Query => query(received, parts, body),
        Protocol::Json | Protocol::Json11 => {
            let target = header(parts, "x-amz-target").unwrap_or_default();
            received.action = target.rsplit('.').next().unwrap_or(target).to_owned();
            received.params = Params::new(body::json_members(body)?);
            named(received)
        }
        Protocol::Cbor => {
            received.action = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
            received.params = Params::new(body::cbor_members(body)?);
            named(received)
        }
        Protocol::RestJson | Protocol::RestXml => rest(received, parts, body),
    }
}

/// A form in the body, or in the query string for GET.
fn query(received: &mut Received, parts: &Parts, body: &Bytes) -> Result<&'static Action, ApiError> {
    let text = match parts.method {
        http::Method::GET => Cow::Borrowed(parts.uri.query().unwrap_or_default()),
        _ => String::from_utf8_lossy(body),
    };
    let lists = if received.protocol == Protocol::Ec2 { Lists::Flat } else { Lists::Wrapped };
    let malformed = || ApiError::new("MalformedQueryString", "The query string contains a syntax error");
    let mut members = form::members(&text, lists).ok_or_else(malformed)?;
    let version = members.remove("Version").and_then(|version| version.as_str().map(str::to_owned));
    received.service = Service::of_scope(&received.scope, version.as_deref());
    let action = members.remove("Action");
    members.retain(|name, _| !name.starts_with("X-Amz-"));
    received.params = Params::new(members);
    match action.as_ref().and_then(Value::as_str).filter(|action| !action.is_empty()) {
        Some(action) => received.action = action.to_owned(),
        None => return Err(ApiError::new("MissingAction", "The request must contain the parameter Action").status(400)),
    }
    named(received)
}

/// The action by its name.
fn named(received: &Received) -> Result<&'static Action, ApiError> {
    let service = known(received)?;
    service::find(service, &received.action).ok_or_else(|| {
        let action = received.action.chars().take(80).collect::<String>();
        ApiError::general(Code::UnknownAction, format!("The action {action} is not valid for this web service."))
    })
}

fn known(received: &Received) -> Result<Service, ApiError> {
    received.service.ok_or_else(|| {
        let scope = received.scope.chars().take(40).collect::<String>();
        ApiError::general(Code::UnknownAction, format!("The simulated account does not have the service {scope}."))
    })
}

/// The action by method and path, which are matched before they are decoded: an ARN in a label holds encoded slashes.
fn rest(received: &mut Received, parts: &Parts, body: &Bytes) -> Result<&'static Action, ApiError> {
    let service = known(received)?;
    let path = parts.uri.path().trim_end_matches('/');
    let matching = service::all().filter(|action| action.service == service).find_map(|action| {
        let (method, pattern) = action.route?;
        (method == parts.method.as_str()).then(|| labels(pattern, path)).flatten().map(|labels| (action, labels))
    });
    let Some((action, labels)) = matching else {
        return Err(ApiError::general(Code::UnknownAction, format!("No operation is at {}.", received.action)));
    };
    action.name.clone_into(&mut received.action);
    let members = if received.protocol == Protocol::RestJson { body::json_members(body)? } else { Map::new() };
    received.params = Params::new(members);
    for (name, value) in form::pairs(parts.uri.query().unwrap_or_default()) {
        received.params.set(name, value);
    }
    for (name, value) in labels {
        received.params.set(name, value);
    }
    Ok(action)
}

/// The labels of a path that fits a pattern such as `/2013-04-01/hostedzone/{Id}/rrset`.
fn labels(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, given) = (pattern.trim_end_matches('/').split('/'), path.split('/'));
    if wanted.clone().count() != given.clone().count() {
        return None;
    }
    let mut labels = Vec::new();
    for (wanted, given) in wanted.zip(given) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !given.is_empty() => labels.push((name.to_owned(), form::decode(given, false))),
            None if wanted == given => {}
            _ => return None,
        }
    }
    Some(labels)
}

/// Service and region from `Credential=AKID/20261121/us-east-1/ec2/aws4_request`, in the header or, presigned, in the query
/// string; else from a host such as `ec2.us-east-1.amazonaws.com`. And whether there was a signature.
fn address(parts: &Parts) -> (String, String, bool) {
    let authorization = header(parts, "authorization")
        .and_then(|value| value.split_once("Credential="))
        .map(|(_, scope)| scope.to_owned());
    let presigned =
        || form::pairs(parts.uri.query()?).find(|(name, _)| name == "X-Amz-Credential").map(|(_, scope)| scope);
    if let Some(credential) = authorization.or_else(presigned) {
        let scope = credential.split([',', ' ']).next().unwrap_or_default();
        // From the right, because an access key might hold a slash.
        let mut fields = scope.rsplit('/').skip(1);
        let service = fields.next().unwrap_or_default().to_owned();
        return (service, fields.next().unwrap_or_default().to_owned(), true);
    }
    let host = header(parts, "host").or_else(|| parts.uri.host()).unwrap_or_default();
    let mut names = host.split(':').next().unwrap_or_default().split('.');
    match (names.next(), names.next(), names.next()) {
        (Some(service), Some(region), Some("amazonaws")) => (service.to_owned(), region.to_owned(), false),
        (Some(service), Some("amazonaws"), _) => (service.to_owned(), "us-east-1".to_owned(), false),
        _ => (String::new(), String::new(), false),
    }
}

fn protocol(parts: &Parts, content_type: Option<&str>, scope: &str) -> Protocol {
    let is_form = content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if header(parts, "smithy-protocol").is_some_and(|protocol| protocol == "rpc-v2-cbor") {
        Protocol::Cbor
    } else if header(parts, "x-amz-target").is_some() {
        match content_type {
            Some(kind) if kind.starts_with("application/x-amz-json-1.1") => Protocol::Json11,
            _ => Protocol::Json,
        }
    } else if is_form && scope != "ec2" {
        Protocol::Query
    } else {
        match scope {
            "ec2" => Protocol::Ec2,
            "route53" => Protocol::RestXml,
            "arc-zonal-shift" => Protocol::RestJson,
            _ => Protocol::Query,
        }
    }
}

/// A header's value, where it is text.
pub fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

    fn received(method: &str, uri: &str, scope: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Received {
        let mut request = http::Request::builder().method(method).uri(uri);
        if !scope.is_empty() {
            let credential = format!(
                "AWS4-HMAC-SHA256 Credential=AK/ID/20261121/{scope}/aws4_request, SignedHeaders=host, Signature=0"
            );
            request = request.header("authorization", credential);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        receive(&parts, &body.into())
    }

    fn members(received: &Received) -> Value {
        Value::Object(received.params.members().clone())
    }

    #[test]
    fn every_protocol_yields_service_region_action_and_members() {
        let ec2 = received(
            "POST",
            "/",
            "us-west-2/ec2",
            &[FORM],
            "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1",
        );
        assert_eq!((ec2.service, ec2.region.as_str(), ec2.protocol), (Some(Service::Ec2), "us-west-2", Protocol::Ec2));
        assert_eq!(
            (ec2.found.as_ref().unwrap().name, members(&ec2)),
            ("DescribeInstances", json!({"InstanceId": ["i-1"]}))
        );

        let get = received(
            "GET",
            "/?Action=DescribeRegions&X-Amz-Credential=AK/20261121/us-east-1/ec2/aws4_request",
            "",
            &[],
            "",
        );
        assert_eq!((get.service, get.found.unwrap().name), (Some(Service::Ec2), "DescribeRegions"));

        let mut body = Vec::new();
        let at = ciborium::Value::Tag(1, Box::new(ciborium::Value::from(1.5)));
        let sent = ciborium::Value::Map(vec![("StartDate".into(), at), ("MaxRecords".into(), 7.into())]);
        ciborium::into_writer(&sent, &mut body).unwrap();
        let path = "/service/GraniteServiceVersion20100801/operation/GetCallerIdentity";
        let cbor = received("POST", path, "us-east-1/sts", &[("smithy-protocol", "rpc-v2-cbor")], body);
        assert_eq!((cbor.protocol, cbor.found.as_ref().unwrap().name), (Protocol::Cbor, "GetCallerIdentity"));
        assert_eq!(members(&cbor), json!({"StartDate": 1.5, "MaxRecords": 7}));
        assert_eq!(cbor.params.time("StartDate").unwrap().unwrap().as_millis(), 1500);

        let json = received(
            "POST",
            "/",
            "us-east-1/monitoring",
            &[("x-amz-target", "GraniteServiceVersion20100801.X")],
            r#"{"A": [1]}"#,
        );
        assert_eq!(
            (json.service, json.protocol, json.action.as_str(), members(&json)),
            (Some(Service::CloudWatch), Protocol::Json, "X", json!({"A": [1]}))
        );
    }

    #[test]
    fn classic_and_newer_load_balancers_are_told_apart_by_version() {
        for (version, service) in
            [("2012-06-01", Service::ElasticLoadBalancing), ("2015-12-01", Service::ElasticLoadBalancingV2)]
        {
            let form = format!("Action=DescribeLoadBalancers&Version={version}");
            assert_eq!(received("POST", "/", "us-east-1/elasticloadbalancing", &[FORM], form).service, Some(service));
        }
    }

    #[test]
    fn an_encoded_arn_is_one_label() {
        let path = "/managedresources/arn%3Aaws%3Aelasticloadbalancing%3Aus-east-1%3A1%3Aloadbalancer%2Fapp%2Fweb%2F1";
        let found = labels("/managedresources/{resourceIdentifier}", path).unwrap();
        assert_eq!(
            found,
            [(
                "resourceIdentifier".to_owned(),
                "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/1".to_owned()
            )]
        );
        assert_eq!(labels("/a/{Id}", "/a/b/c"), None);
        assert_eq!(labels("/a/{Id}", "/a/"), None);
    }

    #[test]
    fn nothing_that_is_sent_is_more_than_refused() {
        let code = |received: Received| received.found.unwrap_err().code;
        assert_eq!(code(received("POST", "/", "", &[FORM], "Action=DescribeInstances")), Code::Unsigned);
        assert_eq!(
            code(received("POST", "/", "us-east-1/ec2", &[FORM], "Action=DescribeUnicorns")),
            Code::UnknownAction
        );
        assert_eq!(code(received("POST", "/", "us-east-1/ec2", &[FORM], "%%%&&==")), Code::Own("MissingAction"));
        assert_eq!(code(received("GET", "/bucket/key", "us-east-1/s3", &[], "")), Code::UnknownAction);
        assert_eq!(code(received("POST", "/", "us-east-1/s3", &[FORM], "Action=X")), Code::UnknownAction);
        assert_eq!(
            code(received("POST", "/", "us-east-1/monitoring", &[("x-amz-target", "a.b")], "[1")),
            Code::Own("SerializationException")
        );
        assert_eq!(
            code(received("POST", "/", "us-east-1/monitoring", &[("smithy-protocol", "rpc-v2-cbor")], vec![0xff; 9])),
            Code::Own("SerializationException")
        );
        assert_eq!(code(received("GET", "/nowhere", "us-east-1/route53", &[], "")), Code::UnknownAction);
        assert_eq!(
            code(received("POST", "/", "/////", &[("authorization", "Credential=")], vec![0, 159, 146, 150])),
            Code::Own("MissingAction")
        );
    }
}
