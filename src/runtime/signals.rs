//! Signals that ask the program to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end a console: SIGTERM, SIGHUP and SIGINT (which a raw terminal sends as a key instead).
pub(super) struct Ending {
    signals: Vec<Signal>,
}

impl Ending {
    /// Listens from now on. A signal that cannot be listened for keeps its default, which also ends the program.
    pub(super) fn listen() -> Self {
        let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
        Self { signals: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect() }
    }

    /// Waits for one of them.
    pub(super) async fn asked(&mut self) {
        std::future::poll_fn(|context| {
            if self.signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}
