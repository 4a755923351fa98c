//! The way out: a real connection, or a simulated account in the same process, behind the same SDK.
//!
//! Owns: the in-process connector and the reading of `Date` headers. Depends on: the SDK's HTTP seam. Must stay true: whatever
//! answers, the SDK above sees nothing but HTTP.

use std::fmt;
use std::io;
use std::sync::Arc;

use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::StreamBody;
use hyper::body::Frame;
use jiff::Timestamp;

use crate::clock::Clock;

/// What comes of a request, after the time that it takes. An error is a connection that failed before there was a response; a
/// response with fewer bytes than its `Content-Length` is one whose connection failed within it.
pub type Answering = BoxFuture<'static, io::Result<http::Response<Bytes>>>;

/// Something in this process that answers as AWS would.
pub trait Wire: Send + Sync {
    /// Answers one request.
    fn answer(&self, request: http::Request<Bytes>) -> Answering;
}

/// A client over real connections: rustls, the system's certificates, the proxy of the environment.
pub(super) fn network() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https()
}

/// A client whose every request is answered by `wire`.
pub(super) fn in_process(wire: Arc<dyn Wire>) -> SharedHttpClient {
    SharedHttpClient::new(InProcess(wire))
}

#[derive(Clone)]
struct InProcess(Arc<dyn Wire>);

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match to_http(request) {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(error)),
        };
        let answering = self.0.answer(request);
        HttpConnectorFuture::new(async move {
            let answer = answering.await.map_err(|error| ConnectorError::io(error.into()))?;
            let promised = answer.headers().get(http::header::CONTENT_LENGTH);
            let promised: usize = promised.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
            let is_cut = promised > answer.body().len();
            let answer = answer.map(|body| if is_cut { broken(body) } else { SdkBody::from(body) });
            answer.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))
        })
    }
}

/// A body whose connection ends after these bytes.
fn broken(bytes: Bytes) -> SdkBody {
    let frames = [Ok(Frame::data(bytes)), Err(io::Error::from(io::ErrorKind::UnexpectedEof))];
    SdkBody::from_body_1_x(StreamBody::new(futures_util::stream::iter(frames)))
}

fn to_http(request: HttpRequest) -> Result<http::Request<Bytes>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(Box::new(error)))?;
    let (parts, body) = request.into_parts();
    let body =
        body.bytes().map(Bytes::copy_from_slice).ok_or_else(|| ConnectorError::user("a streaming body".into()))?;
    Ok(http::Request::from_parts(parts, body))
}

/// The SDK hook that sets the clock by AWS's answers.
#[derive(Debug)]
pub(super) struct WatchDate(pub(super) Arc<Clock>);

impl Intercept for WatchDate {
    fn name(&self) -> &'static str {
        "WatchDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date").and_then(parse_date) {
            self.0.observe(date);
        }
        Ok(())
    }
}

/// The time of a `Date` header, in HTTP's form.
fn parse_date(header: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(header).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_header_is_read() {
        let time = parse_date("Sat, 21 Nov 2026 03:14:22 GMT").map(|time| time.to_string());
        assert_eq!(time.as_deref(), Some("2026-11-21T03:14:22Z"));
        assert_eq!(parse_date("yesterday"), None);
    }
}
