//! Bodies: how large a request's may be, and an answer's that ends too soon.
//!
//! Owns: the limits and their reasons, the reading within them. Must stay true: whatever is sent, memory is bounded by the limit
//! of its path; a client that sent too much is still told so.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::super::control;

/// A world document may name a hundred thousand instances one by one, at some 300 bytes each.
const LARGEST_WORLD: usize = 64 * 1024 * 1024;
/// The other control paths take a few fields.
const LARGEST_CONTROL: usize = 64 * 1024;
/// AWS's own front ends take about a megabyte; the largest read (500 metric queries) has a quarter of it.
const LARGEST_REQUEST: usize = 1024 * 1024;
/// How long a request's body may take.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// Of a body that is too large, how much is taken and thrown away so that its sender gets to read why.
const LARGEST_WASTE: usize = 512 * 1024 * 1024;
/// A pause after which a sender of too much is taken to be waiting for the answer.
const PAUSE: Duration = Duration::from_millis(500);

/// Why a request's body was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub status: StatusCode,
    /// What is wrong, for people.
    pub message: String,
}

/// The whole body of a request, within the limit of its path.
pub async fn whole(parts: &Parts, mut body: Incoming) -> Result<Bytes, Refused> {
    let limit = limit(parts.uri.path());
    let announced = body.size_hint().lower() > limit as u64;
    let taken = if announced {
        Ok(None)
    } else {
        let taken = tokio::time::timeout(BODY_WITHIN, take(&mut body, limit)).await;
        let late = Refused { status: StatusCode::REQUEST_TIMEOUT, message: "the body took too long".to_owned() };
        taken.unwrap_or(Err(late))
    };
    if let Some(bytes) = taken? {
        return Ok(bytes);
    }
    // Who asks before sending need not send at all.
    if !(announced && parts.headers.contains_key(header::EXPECT)) {
        waste(body).await;
    }
    let message = format!("the body is larger than the {limit} bytes that {} takes", parts.uri.path());
    Err(Refused { status: StatusCode::PAYLOAD_TOO_LARGE, message })
}

/// The bytes of a body; none of one that is longer than `limit`, of which the rest is left unread.
async fn take(body: &mut Incoming, limit: usize) -> Result<Option<Bytes>, Refused> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refused {
            status: StatusCode::BAD_REQUEST,
            message: format!("the body could not be read: {error}"),
        })?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > limit {
            return Ok(None);
        }
        bytes.extend_from_slice(data);
    }
    Ok(Some(Bytes::from(bytes)))
}

fn limit(path: &str) -> usize {
    match path.trim_end_matches('/') {
        "/_sim/world" => LARGEST_WORLD,
        path if control::is_control(path) => LARGEST_CONTROL,
        _ => LARGEST_REQUEST,
    }
}

/// Reads and forgets, as long as more keeps coming: most clients look for an answer only once they have sent everything.
async fn waste(mut body: Incoming) {
    let mut wasted = 0;
    while wasted < LARGEST_WASTE {
        match tokio::time::timeout(PAUSE, body.frame()).await {
            Ok(Some(Ok(frame))) => wasted += frame.data_ref().map_or(0, Bytes::len),
            Ok(Some(Err(_)) | None) | Err(_) => return,
        }
    }
}

/// An answer's body; one that is shorter than its response's `Content-Length` ends with an error, and the connection with it.
pub struct Answered {
    bytes: Option<Bytes>,
    whole: bool,
    given: bool,
}

impl Answered {
    /// The response with such a body.
    pub fn of(response: Response<Bytes>) -> Response<Self> {
        let promised =
            response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let whole = promised.is_none_or(|promised: usize| promised <= response.body().len());
        response.map(|bytes| Self { bytes: Some(bytes), whole, given: false })
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if self.whole {
            return Poll::Ready(None);
        }
        if !self.given {
            // What there is leaves before the connection breaks.
            self.given = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.whole && self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        if self.whole {
            SizeHint::with_exact(self.bytes.as_ref().map_or(0, Bytes::len) as u64)
        } else {
            SizeHint::default()
        }
    }
}
