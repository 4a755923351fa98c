//! Answers that wait to be read: together they may take so much memory and no more.
//!
//! Owns: the count of their bytes. Must stay true: an answer is counted from its making until its last byte is with the system
//! or its client is gone; one answer alone always passes, however large.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::Response;

/// Bytes that all clients together may leave unread.
const MOST: usize = 512 * 1024 * 1024;

/// The bytes that wait.
#[derive(Debug, Clone)]
pub struct Backlog {
    waiting: Arc<AtomicUsize>,
    most: usize,
}

impl Backlog {
    /// An empty one.
    pub fn new() -> Self {
        Self::up_to(MOST)
    }

    fn up_to(most: usize) -> Self {
        Self { waiting: Arc::default(), most }
    }

    /// Counts a response's body until it is dropped; `None` when too much waits already.
    pub fn hold(&self, response: Response<Bytes>) -> Option<Response<Bytes>> {
        let length = response.body().len();
        let before = self.waiting.fetch_add(length, Ordering::Relaxed);
        let held = Held { bytes: response.body().clone(), waiting: Arc::clone(&self.waiting) };
        (before == 0 || before + length <= self.most).then(|| response.map(|_| Bytes::from_owner(held)))
    }
}

/// Bytes that are counted as long as they are there.
struct Held {
    bytes: Bytes,
    waiting: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_bounded_and_room_comes_back() {
        let backlog = Backlog::up_to(100);
        let answer = |length: usize| backlog.hold(Response::new(Bytes::from(vec![b'x'; length])));
        let alone = answer(1_000).unwrap();
        assert_eq!((alone.body().len(), answer(1).is_none()), (1_000, true));
        drop(alone);
        let held: Vec<_> = (0..12).map_while(|_| answer(10)).collect();
        assert_eq!(held.len(), 10);
        let part = held.into_iter().next().unwrap().into_body().slice(..1);
        assert!(answer(90).is_some(), "nine of ten are read");
        assert!(answer(91).is_none(), "of one a part still waits");
        drop(part);
        assert!(answer(91).is_some());
    }
}
