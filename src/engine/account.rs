//! The account as a run sees it: read, call, the time.
//!
//! Owns: [`Account`]. Depends on: operation, estate. Must stay true: it is all that a run knows of the world, so that a run in tests is
//! the same code on another account and another time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::estate::Estate;
use crate::operation::call::{CallError, Receipt, Stamp};
use crate::operation::{Call, Need};

/// What a run does its work on.
pub trait Account: Send + Sync {
    /// Reads anew what is needed, before anything that is read for screens. What could not be read is a failure in its slice.
    /// The estate holds what was read for these needs and nothing else.
    fn read(&self, needs: &[Need]) -> impl Future<Output = Arc<Estate>> + Send;

    /// Sends a call once. It comes back within the call's time-out, and is never repeated inside.
    ///
    /// # Errors
    /// [`CallError`], whose class says whether anything was sent and whether it may have happened.
    fn send(&self, call: &Call, stamp: &Stamp) -> impl Future<Output = Result<Receipt, CallError>> + Send;

    /// AWS's time.
    fn now(&self) -> Timestamp;

    /// Returns once so much of AWS's time has passed.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send;
}

impl<A: Account> Account for Arc<A> {
    fn read(&self, needs: &[Need]) -> impl Future<Output = Arc<Estate>> + Send {
        (**self).read(needs)
    }

    fn send(&self, call: &Call, stamp: &Stamp) -> impl Future<Output = Result<Receipt, CallError>> + Send {
        (**self).send(call, stamp)
    }

    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send {
        (**self).sleep(span)
    }
}
