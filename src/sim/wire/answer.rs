//! What a client experiences of one request: seldom more than bytes, on a bad day less.
//!
//! Owns: [`Answer`]. Knows HTTP's response type. Must stay true: time is virtual here; whoever carries an answer to a client
//! does the waiting ([`super::super::delivery`]).

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, header};

/// An answer with the time it takes.
#[derive(Debug)]
pub struct Answer {
    /// Virtual time that faults let pass before anything comes.
    pub after: Duration,
    /// What comes then.
    pub outcome: Outcome,
}

/// What comes of a request.
#[derive(Debug)]
pub enum Outcome {
    /// A response.
    Whole(Response<Bytes>),
    /// A response that promises more bytes (`Content-Length`) than come before the connection ends.
    Cut(Response<Bytes>),
    /// Nothing; the connection stays open.
    Silence,
    /// The connection is reset.
    Reset,
}

impl Answer {
    /// A response at once.
    #[must_use]
    pub fn at_once(response: Response<Bytes>) -> Self {
        Self { after: Duration::ZERO, outcome: Outcome::Whole(response) }
    }

    /// The response, if one comes whole.
    #[must_use]
    pub fn response(self) -> Option<Response<Bytes>> {
        match self.outcome {
            Outcome::Whole(response) => Some(response),
            Outcome::Cut(_) | Outcome::Silence | Outcome::Reset => None,
        }
    }
}

impl Outcome {
    /// The first half of a response, with the length of the whole.
    #[must_use]
    pub fn cut(response: Response<Bytes>) -> Self {
        let length = response.body().len();
        let mut response = response.map(|body| body.slice(..length / 2));
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        Self::Cut(response)
    }

    /// What the record of calls calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Whole(_) => "whole",
            Self::Cut(_) => "cut",
            Self::Silence => "none",
            Self::Reset => "reset",
        }
    }
}
