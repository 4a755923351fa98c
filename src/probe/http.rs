//! One request over HTTP/1.1 on a connection of its own, with TLS or without.
//!
//! Must stay true: an answer is judged by what arrived; half an answer is a failure where the body matters.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONNECTION, HOST, USER_AGENT};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::judge::policy::{Bracketed, Expect};

use super::BODY;

/// Who asks: servers' logs should say.
const AGENT: &str = concat!("fournines/", env!("CARGO_PKG_VERSION"), " (probe)");

/// What is asked.
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) tls: bool,
    pub(super) path: &'a str,
}

/// What came back.
pub(super) struct Answer {
    status: u16,
    /// The beginning of the body, where it matters.
    body: Vec<u8>,
}

impl Answer {
    /// Whether it is what the probe expects, else why not.
    pub(super) fn meets(&self, expect: &Expect) -> Result<(), String> {
        if !expect.status.contains(&self.status) {
            return Err(format!("status {}", self.status));
        }
        match &expect.body {
            Some(text) if !contains(&self.body, text.as_bytes()) => {
                Err(format!("status {}, but its body does not say `{text}`", self.status))
            }
            _ => Ok(()),
        }
    }
}

/// Asks over TLS, the server's certificate verified.
pub(super) async fn over_tls(
    config: Arc<ClientConfig>,
    stream: tokio::net::TcpStream,
    asked: &Asked<'_>,
    wants_body: bool,
) -> Result<Answer, String> {
    let name = ServerName::try_from(asked.host.to_owned()).map_err(|error| format!("{}: {error}", asked.host))?;
    let stream = TlsConnector::from(config).connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
    over(stream, asked, wants_body).await
}

/// Asks over a connection.
pub(super) async fn over<S>(stream: S, asked: &Asked<'_>, wants_body: bool) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let told = |error: hyper::Error| match error.is_parse() {
        true => format!("no HTTP answer: {error}"),
        false => "the answer broke off".to_owned(),
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(told)?;
    let ask = async {
        let request = request(asked)?;
        let response = sender.send_request(request).await.map_err(told)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let mut rest = response.into_body();
        while wants_body && body.len() < BODY {
            match rest.frame().await {
                None => break,
                Some(Ok(frame)) => {
                    let data = frame.into_data().unwrap_or_default();
                    body.extend(data.iter().take(BODY - body.len()));
                }
                Some(Err(_)) => return Err("the answer broke off".to_owned()),
            }
        }
        Ok(Answer { status, body })
    };
    // The connection moves only while it is polled, so both are driven here and both end here.
    let (ask, connection) = (std::pin::pin!(ask), std::pin::pin!(connection));
    match futures_util::future::select(ask, connection).await {
        futures_util::future::Either::Left((answer, _)) => answer,
        futures_util::future::Either::Right((ended, ask)) => {
            if let Err(error) = ended {
                return Err(told(error));
            }
            ask.await
        }
    }
}

fn request(asked: &Asked<'_>) -> Result<http::Request<Empty<Bytes>>, String> {
    let usual = if asked.tls { 443 } else { 80 };
    let host = Bracketed(asked.host);
    let authority = if asked.port == usual { host.to_string() } else { format!("{host}:{}", asked.port) };
    http::Request::get(asked.path)
        .header(HOST, authority)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|error| format!("cannot be asked: {error}"))
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}
