//! The log: a file a day in the state folder, readable by its owner alone, and no more of it than the config allows.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::config::Retention;
use crate::watch::store::create_private_folder;

/// Writes what is left of the log when dropped.
pub(super) struct Guard(#[expect(dead_code, reason = "held for its drop")] Option<WorkerGuard>);

/// Starts the log under `state_dir` and deletes what is older or larger than kept.
///
/// # Errors
/// Where the folder cannot be made or written.
pub(super) fn start(state_dir: &Path, level: &str, retention: &Retention) -> io::Result<Guard> {
    let folder = state_dir.join("log");
    create_private_folder(&folder)?;
    if level == "off" {
        return Ok(Guard(None));
    }
    prune(&folder, retention, crate::clock::wall().into());
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("fournines")
        .filename_suffix("log")
        .max_log_files(usize::try_from(retention.days.value).unwrap_or(usize::MAX).max(1))
        .build(&folder)
        .map_err(io::Error::other)?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    // Dependencies are heard from warnings up, whatever the level: their debug lines may carry headers of requests.
    let filter = EnvFilter::try_new(format!("warn,fournines={level}")).map_err(io::Error::other)?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).finish();
    // A second start in one process (as in tests) keeps the first subscriber.
    tracing::subscriber::set_global_default(subscriber).ok();
    Ok(Guard(Some(guard)))
}

/// Deletes the oldest files until the rest are young and small enough.
fn prune(folder: &Path, retention: &Retention, now: SystemTime) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, u64, std::path::PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let data = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((data.modified().ok()?, data.len(), entry.path()))
        })
        .collect();
    files.sort_by_key(|(modified, _, _)| std::cmp::Reverse(*modified));
    let oldest = now.checked_sub(Duration::from_secs(u64::from(retention.days.value) * 86_400));
    let most = u64::from(retention.mib.value) * 1024 * 1024;
    let mut total = 0;
    for (modified, size, path) in files {
        total += size;
        if total > most || oldest.is_some_and(|oldest| modified < oldest) {
            fs::remove_file(path).ok();
        }
    }
}
