//! The journals of this machine's operations, on disk.
//!
//! Must stay true: reading changes nothing; an id may be cut short where that is not ambiguous.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::args::{Global, JournalCommand};
use crate::cli::journal::{self, Kept};
use crate::cli::{self, Exit, Rendered};
use crate::config;
use crate::id::Text;
use crate::journal::{is_written, read};
use crate::operation::TargetKind;
use crate::operation::away::Record;
use crate::operation::registry::find as find_operation;

use super::super::set_up::SetUpError;

/// How long back *lately* goes.
const LATELY: Duration = Duration::from_secs(3600);
/// Journals that are listed at most.
const MOST: usize = 10_000;

/// The folder of the journals.
pub(super) fn folder(state_dir: &Path) -> PathBuf {
    state_dir.join("operations")
}

/// An operation's journal.
pub(super) fn journal_of(state_dir: &Path, id: &str) -> PathBuf {
    folder(state_dir).join(format!("{id}.jsonl"))
}

/// The ids of all operations, the newest first.
pub(super) fn ids(state_dir: &Path) -> io::Result<Vec<Text>> {
    let entries = match std::fs::read_dir(folder(state_dir)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries.take(MOST) {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".jsonl")) {
            found.push((entry.metadata()?.modified()?, Text::from(id)));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// The operation that an id, or the beginning or end of one, means.
pub(super) fn find(state_dir: &Path, wanted: &str) -> Result<Text, String> {
    let ids = ids(state_dir).map_err(|error| format!("the journals cannot be listed: {error}"))?;
    if let Some(id) = ids.iter().find(|id| ***id == *wanted) {
        return Ok(id.clone());
    }
    let fits: Vec<&Text> = ids.iter().filter(|id| id.starts_with(wanted) || id.ends_with(wanted)).collect();
    match fits.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(format!("there is no operation {wanted}; `fournines journal` lists them")),
        several => {
            let names: Vec<&str> = several.iter().take(5).map(|id| &***id).collect();
            Err(format!("{wanted} means {} operations: {}", several.len(), names.join(", ")))
        }
    }
}

/// An operation's journal.
pub(super) fn kept(state_dir: &Path, id: &Text) -> Result<Kept, String> {
    let path = journal_of(state_dir, id);
    let reading = read(&path).map_err(|error| error.to_string())?;
    Ok(Kept { id: id.clone(), reading, is_written: is_written(&path) })
}

/// What planners must know of earlier operations.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// How many targets operations touched in the last hour; none where a journal could not be read.
    pub touched_lately: Option<usize>,
    /// What operations on zones did, the newest first.
    pub records: Vec<Record>,
}

/// What this machine's journals tell a planner.
pub(super) fn remembered(state_dir: &Path, now: Timestamp) -> Remembered {
    let mut remembered = Remembered { touched_lately: Some(0), records: Vec::new() };
    let (Some(since), Ok(ids)) = (now.checked_sub(LATELY).ok(), ids(state_dir)) else {
        return Remembered::default();
    };
    for id in ids {
        let past = kept(state_dir, &id).map(|kept| (kept.past(), kept.last().map(|record| record.at)));
        let Ok((Some(past), last)) = past else {
            // What it touched nobody can tell.
            remembered.touched_lately = None;
            continue;
        };
        if last.is_some_and(|at| at >= since) && past.has_called() {
            let touched = past.plan.intent.targets.len().max(1);
            remembered.touched_lately = remembered.touched_lately.map(|before| before + touched);
        }
        if find_operation(&past.plan.operation).is_some_and(|operation| operation.target == TargetKind::Zone) {
            remembered.records.extend(past.record());
        }
    }
    remembered
}

/// `fournines journal`.
pub(in crate::runtime) fn journal(
    global: &Global,
    command: Option<&JournalCommand>,
    json: bool,
) -> Result<Rendered, SetUpError> {
    let state_dir = global.state_dir.clone().or_else(config::state_dir).ok_or(SetUpError::NoStateFolder)?;
    let one =
        |wanted: &str| find(&state_dir, wanted).and_then(|id| kept(&state_dir, &id)).map_err(SetUpError::Question);
    let all = || -> Result<Vec<Kept>, SetUpError> {
        let ids = ids(&state_dir).map_err(|error| SetUpError::Question(format!("journals: {error}")))?;
        ids.iter().map(|id| kept(&state_dir, id).map_err(SetUpError::Question)).collect()
    };
    Ok(match command {
        None | Some(JournalCommand::List) => journal::list(&all()?, json),
        Some(JournalCommand::Show { id }) => journal::show(&one(id)?, json),
        Some(JournalCommand::Verify { id: None }) => journal::verify(&all()?, json),
        Some(JournalCommand::Verify { id: Some(id) }) => journal::verify(&[one(id)?], json),
        Some(JournalCommand::Export { id }) => {
            let kept = one(id)?;
            let text = std::fs::read_to_string(journal_of(&state_dir, &kept.id))
                .map_err(|error| SetUpError::Question(format!("{}: {error}", kept.id)))?;
            let text = journal::export(&kept, &text).map_err(|error| SetUpError::Question(error.to_string()))?;
            Rendered { text, notes: Vec::new(), exit: Exit::Done }
        }
        Some(JournalCommand::Import { file }) => take_in(&state_dir, file)?,
    })
}

/// Takes in an operation from another machine.
fn take_in(state_dir: &Path, file: &Path) -> Result<Rendered, SetUpError> {
    let wrong = |why: String| SetUpError::Question(format!("{}: {why}", file.display()));
    let text = match file.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => std::fs::read_to_string(file),
    };
    let carried =
        journal::import(&text.map_err(|error| wrong(error.to_string()))?).map_err(|error| wrong(error.to_string()))?;
    let path = journal_of(state_dir, &carried.id);
    std::fs::create_dir_all(folder(state_dir)).map_err(|error| wrong(error.to_string()))?;
    // One that is here already is never written over: it may know more.
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(carried.text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => wrong(format!("operation {} is here already", carried.id)),
        _ => wrong(error.to_string()),
    })?;
    cli::output::note(&[format!(
        "fournines: {} is here; `fournines journal show {0}` tells how it stands",
        carried.id
    )]);
    Ok(Rendered { text: format!("{}\n", carried.id), notes: Vec::new(), exit: Exit::Done })
}
