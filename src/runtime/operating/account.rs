//! The account as a run sees it, over the SDK: narrow reads that go first, calls that are sent once.
//!
//! Must stay true: an estate holds what was read for these needs, just now, and nothing else; what could not be read stands in its
//! slice as a failure.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;

use crate::aws::{Ask, Found, Priority, Reader, Writer};
use crate::engine::Account;
use crate::estate::{Estate, FailureKind, ReadFailure, Slice, Update};
use crate::id::Region;
use crate::operation::call::{CallError, Receipt, Stamp};
use crate::operation::{Call, Need, What};

/// Waits before it is believed that there is no such instance (`aws-domain.md` A.9).
const DISBELIEF: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// An account behind the SDK.
pub struct Live {
    reader: Arc<Reader>,
    writer: Writer,
}

impl Live {
    /// What a run works on: reads and calls draw on the same limits.
    pub fn new(reader: Arc<Reader>, writer: Writer) -> Self {
        Self { reader, writer }
    }

    /// What a need asks for besides its slice: metrics, and since when.
    fn ask(&self, need: &Need) -> Ask {
        let Some((queries, length)) = need.metrics() else { return Ask::default() };
        let metrics = queries.into_iter().map(|query| (query.metric, query.statistic)).collect();
        Ask { metrics, since: self.now().checked_sub(length).ok(), ..Ask::default() }
    }

    async fn slice(&self, need: &Need) -> Update {
        let id = need.slice();
        let ask = self.ask(need);
        let mut outcome = self.reader.read(&id, &ask, Priority::Step).await;
        // EC2 may not know for seconds what it has just launched; what it does not know is gone only if that stays so.
        for wait in DISBELIEF.iter().filter(|_| matches!(need.what, What::Instance(_) | What::Status(_))) {
            if !matches!(&outcome, Ok(Found::Rows(rows)) if rows.is_empty()) {
                break;
            }
            self.sleep(*wait).await;
            outcome = self.reader.read(&id, &ask, Priority::Step).await;
        }
        let now = self.now();
        let slice = match outcome {
            Ok(Found::Rows(rows)) => Slice::read(rows, now),
            Ok(Found::Split | Found::Named { .. } | Found::Placed { .. }) => Slice::failed(unasked(need), now),
            Err(why) => Slice::failed(why, now),
        };
        Update { whole: false, ..Update::part(id, slice) }
    }
}

/// An answer to a question that was not asked.
fn unasked(need: &Need) -> ReadFailure {
    ReadFailure {
        kind: FailureKind::Malformed,
        action: need.iam().into(),
        code: None,
        message: "the answer is to another question".into(),
        request_id: None,
    }
}

impl Account for Live {
    async fn read(&self, needs: &[Need]) -> Arc<Estate> {
        let mut regions: Vec<Region> = needs.iter().map(|need| need.region.clone()).collect();
        regions.sort();
        regions.dedup();
        let mut estate = Estate::new(regions);
        let mut reads: FuturesUnordered<_> = needs.iter().map(|need| self.slice(need)).collect();
        while let Some(update) = reads.next().await {
            estate.apply(update);
        }
        Arc::new(estate)
    }

    async fn send(&self, call: &Call, _: &Stamp) -> Result<Receipt, CallError> {
        self.writer.send(call).await
    }

    fn now(&self) -> Timestamp {
        self.reader.session().clock().now()
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(self.reader.session().clock().wait_for(span)).await;
    }
}
