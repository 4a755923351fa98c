//! What a run needs besides the account: somebody to run its local commands, and somebody to tell.
//!
//! Must stay true: whoever listens can never make the engine wait; what was missed stands in the journal.

use std::future::Future;

use tokio::sync::mpsc;

use crate::journal::Record;
use crate::operation::LocalCommand;

/// Runs programs on this machine.
pub trait Commands: Send + Sync {
    /// Runs one to its end, or to its time-out, which counts as failed. Its exit code.
    ///
    /// # Errors
    /// Why it did not run to its end: not found, ended by its time-out or by a signal.
    fn run(&self, command: &LocalCommand) -> impl Future<Output = Result<i32, String>> + Send;
}

/// Runs none: each is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCommands;

impl Commands for NoCommands {
    async fn run(&self, command: &LocalCommand) -> Result<i32, String> {
        let name = command.argv.first().map_or("", |name| name);
        Err(format!("{name}: no program is started here"))
    }
}

/// Is told what happens.
pub trait Listener: Send + Sync {
    /// A record that was journaled.
    fn journaled(&self, record: &Record);

    /// How a wait goes on; only the newest counts, and it is not in the journal.
    fn progress(&self, record: &Record) {
        let _ = record;
    }
}

/// Nobody.
impl Listener for () {
    fn journaled(&self, _: &Record) {}
}

/// A bounded channel. Full, it takes nothing more: whoever lags reads the journal.
impl Listener for mpsc::Sender<Record> {
    fn journaled(&self, record: &Record) {
        self.try_send(record.clone()).ok();
    }

    fn progress(&self, record: &Record) {
        self.try_send(record.clone()).ok();
    }
}
