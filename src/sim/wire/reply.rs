//! Around an answer's members: the wrappers of each protocol, and the HTTP response.
//!
//! Owns: root elements, result wrappers, content types and headers. Knows how to run an action. Must stay true: an action that
//! refuses leaves nothing half written, because its error replaces the whole body.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::error::ApiError;
use super::request::{Protocol, Request};
use super::service::Action;
use super::writer::Writer;
use crate::sim::time::SimTime;
use crate::sim::world::World;

/// Runs the action between the wrappers of its protocol.
pub fn write(action: &Action, world: &mut World, request: &Request, request_id: &str) -> Result<Vec<u8>, ApiError> {
    let mut writer = match request.protocol {
        Protocol::Json | Protocol::Json11 | Protocol::RestJson => Writer::json(),
        Protocol::Cbor => Writer::cbor(),
        Protocol::Ec2 | Protocol::Query | Protocol::RestXml => Writer::xml(),
    };
    let (response, result) = (format!("{}Response", action.name), format!("{}Result", action.name));
    match request.protocol {
        Protocol::Ec2 => {
            writer.open(&response, Some(action.service.namespace()));
            writer.text("requestId", request_id);
            action.perform(world, request, &mut writer)?;
            writer.close(&response);
        }
        Protocol::Query => {
            writer.open(&response, Some(action.service.namespace()));
            writer.open(&result, None);
            action.perform(world, request, &mut writer)?;
            writer.close(&result);
            writer.structure("ResponseMetadata", |w| w.text("RequestId", request_id));
            writer.close(&response);
        }
        Protocol::RestXml => {
            writer.open(&response, Some(action.service.namespace()));
            action.perform(world, request, &mut writer)?;
            writer.close(&response);
        }
        Protocol::Json | Protocol::Json11 | Protocol::RestJson | Protocol::Cbor => {
            action.perform(world, request, &mut writer)?
        }
    }
    Ok(writer.finish())
}

/// A response with AWS's headers; `Date` is virtual time's.
pub fn respond(
    protocol: Protocol,
    status: u16,
    request_id: &str,
    now: SimTime,
    extra: &[(&'static str, String)],
    body: Vec<u8>,
) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = match protocol {
        Protocol::Ec2 | Protocol::Query => "text/xml;charset=UTF-8",
        Protocol::RestXml => "text/xml",
        Protocol::Json => "application/x-amz-json-1.0",
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::Cbor => "application/cbor",
    };
    let mut headers = vec![
        ("content-type", content_type.to_owned()),
        ("x-amzn-requestid", request_id.to_owned()),
        ("date", now.http_date()),
    ];
    if protocol == Protocol::Cbor {
        headers.push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
    }
    headers.extend(extra.iter().cloned());
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
