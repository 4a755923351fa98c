//! One read's way to AWS: its turn in the limiter, its retries, its pages.
//!
//! Owns: how a call is made. Depends on: the limiter, the errors. Must stay true: pages are all there or the read has failed;
//! nothing is retried that would fail the same way.

use std::collections::BTreeSet;
use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::domain::Domain;
use super::error;
use super::limiter::{Limiter, Priority};
use super::session::Clients;
use crate::estate::{FailureKind, ReadFailure};
use crate::id::Region;

/// Attempts at a call that fails in a way that may pass.
const ATTEMPTS: u32 = 3;
/// Attempts at a call that is throttled.
const ATTEMPTS_THROTTLED: u32 = 5;
/// Pages after which an answer is taken to be endless.
const MOST_PAGES: usize = 10_000;

/// Makes the calls of one read.
pub(super) struct Caller<'a> {
    pub(super) region: &'a Region,
    pub(super) clients: Arc<Clients>,
    pub(super) limiter: &'a Limiter,
    pub(super) domain: Domain,
    pub(super) action: &'static str,
    pub(super) priority: Priority,
    /// One attempt, whatever comes.
    pub(super) is_probe: bool,
}

impl Caller<'_> {
    /// Makes one call: waits for its turn, tries again where that helps.
    pub(super) async fn call<T, E, F>(&self, send: impl Fn() -> F) -> Result<T, ReadFailure>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut attempt = 1;
        loop {
            self.limiter.turn(self.region, self.domain, self.priority).await;
            let failure = match send().await {
                Ok(answer) => {
                    self.limiter.answered(self.region, self.domain, false);
                    return Ok(answer);
                }
                Err(error) => {
                    let failure = error::failure(self.action, &error);
                    // A silent endpoint has cost its time already; the schedule tries it again.
                    if error::is_time_out(&error) {
                        self.limiter.answered(self.region, self.domain, false);
                        return Err(failure);
                    }
                    failure
                }
            };
            let throttled = failure.kind == FailureKind::Throttled;
            self.limiter.answered(self.region, self.domain, throttled);
            let most = if throttled { ATTEMPTS_THROTTLED } else { ATTEMPTS };
            if self.is_probe || !failure.kind.is_transient() || attempt >= most {
                return Err(failure);
            }
            attempt += 1;
            tokio::time::sleep(self.limiter.wait_before(attempt, throttled)).await;
        }
    }

    /// Makes a call for each page. `take` keeps a page's rows and gives the token of the next.
    pub(super) async fn pages<T, E, F>(
        &self,
        send: impl Fn(Option<String>) -> F,
        mut take: impl FnMut(T) -> Result<Option<String>, ReadFailure>,
    ) -> Result<(), ReadFailure>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut token: Option<String> = None;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let page = self.call(|| send(token.clone())).await?;
            let next = take(page)?.filter(|next| !next.is_empty());
            let Some(next) = next else { return Ok(()) };
            if !seen.insert(next.clone()) {
                return Err(self.malformed("pages that repeat themselves"));
            }
            token = Some(next);
        }
        Err(self.malformed("more pages than can be"))
    }

    /// What AWS always sends, or a failure that names what is missing.
    pub(super) fn required<T>(&self, value: Option<T>, what: &str) -> Result<T, ReadFailure> {
        value.ok_or_else(|| error::lacking(self.action, what))
    }

    fn malformed(&self, what: &str) -> ReadFailure {
        ReadFailure { message: format!("the answer has {what}").into(), ..error::lacking(self.action, what) }
    }
}
