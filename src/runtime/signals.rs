//! Signals that ask the program to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end a console: SIGTERM, SIGHUP and SIGINT (which a raw terminal sends as a key instead).
pub(super) struct Ending {
    signals: Vec<(SignalKind, Signal)>,
}

impl Ending {
    /// Listens from now on. A signal that cannot be listened for keeps its default, which also ends the program.
    pub(super) fn listen() -> Self {
        let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
        Self { signals: kinds.into_iter().filter_map(|kind| Some((kind, signal(kind).ok()?))).collect() }
    }

    /// Waits for one of them.
    pub(super) async fn asked(&mut self) {
        self.first(|_| true).await;
    }

    /// Waits for one that is no interrupt: those are another program's while it has the terminal.
    pub(super) async fn asked_by_others(&mut self) {
        self.first(|kind| kind != SignalKind::interrupt()).await;
    }

    async fn first(&mut self, counts: impl Fn(SignalKind) -> bool) {
        std::future::poll_fn(|context| {
            let mut counted = self.signals.iter_mut().filter(|(kind, _)| counts(*kind));
            if counted.any(|(_, signal)| signal.poll_recv(context).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}
