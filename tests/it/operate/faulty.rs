//! An account of which one call goes wrong: the run is killed before or after it, or its answer is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fournines::engine::Account;
use fournines::estate::Estate;
use fournines::operation::call::{CallError, ErrorClass, Receipt, Stamp};
use fournines::operation::{Call, Need};
use fournines::runtime::operating::account::Live;
use jiff::Timestamp;
use tokio::sync::Notify;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The run is killed when the call is announced and not yet sent.
    Before,
    /// It is killed when AWS has done it and the answer is not yet journaled.
    After,
    /// AWS does it, and the answer is lost.
    Lost,
}

impl Wrong {
    pub const ALL: [Self; 3] = [Self::Before, Self::After, Self::Lost];
}

/// The account, and when it goes wrong.
pub struct Faulty {
    live: Live,
    at: usize,
    wrong: Wrong,
    sent: AtomicUsize,
    /// Told when the run is to be killed.
    pub killed: Arc<Notify>,
}

impl Faulty {
    pub fn new(live: Live, at: usize, wrong: Wrong) -> Self {
        Self { live, at, wrong, sent: AtomicUsize::new(0), killed: Arc::default() }
    }

    async fn kill<T>(&self) -> T {
        self.killed.notify_one();
        std::future::pending().await
    }
}

impl Account for Faulty {
    async fn read(&self, needs: &[Need]) -> Arc<Estate> {
        self.live.read(needs).await
    }

    async fn send(&self, call: &Call, stamp: &Stamp) -> Result<Receipt, CallError> {
        if self.sent.fetch_add(1, Ordering::SeqCst) != self.at {
            return self.live.send(call, stamp).await;
        }
        if self.wrong == Wrong::Before {
            return self.kill().await;
        }
        let outcome = self.live.send(call, stamp).await;
        match self.wrong {
            Wrong::Before | Wrong::After => self.kill().await,
            Wrong::Lost => {
                assert!(outcome.is_ok(), "{outcome:?}");
                let (class, message) = (ErrorClass::Unclear, "no answer in time".into());
                Err(CallError { class, code: None, message, request_id: None, iam_action: None })
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.live.now()
    }

    async fn sleep(&self, span: Duration) {
        self.live.sleep(span).await;
    }
}
