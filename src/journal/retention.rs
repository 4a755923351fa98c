//! How long journals are kept.
//!
//! Must stay true: what can still be resumed is never deleted, nor what a run writes, nor what was changed: somebody must look at it.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::file::{is_written, read};
use super::{Event, Reading};

/// Deletes operations of a folder that are over and older than so many days; and, while all together are more than so many MiB, those that
/// are over, the oldest first. The ids of what is gone.
pub fn sweep(folder: &Path, days: u32, mib: u32, now: Timestamp) -> Vec<String> {
    let mut gone = Vec::new();
    let mut over: Vec<(Timestamp, u64, PathBuf)> = Vec::new();
    let mut total = 0;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in entries.filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
        let length = fs::metadata(&path).map(|metadata| metadata.len()).unwrap_or_default();
        total += length;
        let ended_at = read(&path).ok().as_ref().and_then(ended_at);
        if let (Some(at), false) = (ended_at, is_written(&path)) {
            over.push((at, length, path));
        }
    }
    over.sort();
    let limit = SignedDuration::from_hours(24 * i64::from(days));
    for (at, length, path) in over {
        let is_due = now.duration_since(at) > limit || total > u64::from(mib) * 1024 * 1024;
        if is_due && fs::remove_file(&path).is_ok() {
            // What a crash cut off goes with it; most have none.
            fs::remove_file(path.with_extension("jsonl.cut")).ok();
            total -= length;
            gone.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
    }
    gone
}

/// When an operation was over; none where something can still be done with it, or its journal is not whole.
fn ended_at(reading: &Reading) -> Option<Timestamp> {
    let last = reading.records.last().filter(|record| record.step.is_none())?;
    let is_over = matches!(last.event, Event::Done { .. } | Event::Undone { .. } | Event::Failed { .. });
    (is_over && reading.broken.is_empty() && reading.cut.is_empty()).then_some(last.at)
}
