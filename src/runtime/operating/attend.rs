//! Attends a run from a terminal or a script until it ends: tells what happens, and passes on the wish to stop.
//!
//! Must stay true: leaving ends nothing but the attending; what is told comes from the journal, and a run whose process is gone without
//! an end in its journal is told as stopped.

use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{self, Ending, run};
use crate::engine::Order;
use crate::id::Text;

use super::super::set_up::SetUpError;
use super::control;
use super::follow::{Follower, LOOK};

/// Looks after which a journal that nobody writes has no more to say.
const QUIET: u32 = 3;

/// Tells what a run's journal gets, from `follower`'s place on, until the run ends. An interrupt asks it to stop between calls; a second one
/// leaves it alone.
pub(super) async fn attend(mut follower: Follower, journal: &Path, by: Text, json: bool) -> Result<Ending, SetUpError> {
    let mut interrupts = signal(SignalKind::interrupt()).map_err(SetUpError::Terminal)?;
    let mut asked = false;
    let mut quiet = 0;
    loop {
        let records = follower.look().map_err(SetUpError::Output)?;
        for record in &records {
            let text = if json { run::document(record) } else { run::line(record) };
            cli::output::print(&text).map_err(SetUpError::Output)?;
            if let Some(ending) = run::ending(record) {
                return Ok(ending);
            }
        }
        quiet = if records.is_empty() && !follower.is_written() { quiet + 1 } else { 0 };
        if quiet > QUIET {
            note("the run's process is gone, and its journal has no end: it stopped part-way");
            return Ok(Ending::Stopped);
        }
        tokio::select! {
            biased;
            _ = interrupts.recv() => {
                if std::mem::replace(&mut asked, true) {
                    note("left; the run goes on by itself until its next call is over");
                    return Ok(Ending::Stopped);
                }
                note("asked to stop between calls; once more to leave without waiting");
                if let Err(error) = control::tell(journal, Order::Stop, by.clone()).await {
                    note(&format!("the run was not told: {error}"));
                }
            }
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn note(words: &str) {
    cli::output::note(&[format!("fournines: {words}")]);
}
