//! The last inventory, kept on disk: drawn at the next start with its age, and all there is while AWS does not answer.
//!
//! Owns: the inventory's file. Depends on: the estate. Must stay true: the folder is 0700 and the file 0600; a file is replaced
//! as a whole or not at all; a damaged line costs that slice and is said; what is loaded is never counted as fresh.

use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::estate::account::Identity;
use crate::estate::{Change, Estate, Kind, Slice, SliceId, Update};
use crate::id::Region;

/// Where an inventory is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    file: PathBuf,
}

#[derive(Serialize)]
struct LineOut<'a> {
    id: &'a SliceId,
    slice: &'a Slice,
}

#[derive(Deserialize)]
struct Line {
    id: SliceId,
    slice: Slice,
}

/// What changed in a region, beside the slices.
#[derive(Serialize, Deserialize)]
struct HistoryLine {
    history: Region,
    changes: Vec<Change>,
}

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The slices.
    pub updates: Vec<Update>,
    /// What changed in each region, oldest first.
    pub histories: Vec<(Region, Vec<Change>)>,
    /// Lines that could not be read.
    pub damaged: usize,
}

impl Loaded {
    /// Puts what was kept into an estate.
    pub fn into_estate(self, estate: &mut Estate) {
        for update in self.updates {
            estate.apply(update);
        }
        for (region, changes) in self.histories {
            estate.restore_history(&region, changes);
        }
    }
}

impl Store {
    /// The inventory under `state_dir` of whoever asks: `who` tells profiles and endpoints apart.
    pub fn new(state_dir: &Path, who: &str) -> Self {
        let name: String =
            who.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
        let name: String = name.chars().take(120).collect();
        Self { file: state_dir.join("inventory").join(format!("{name}.jsonl")) }
    }

    /// Loads what an earlier run kept; nothing where there is none.
    ///
    /// # Errors
    /// Where there is a file and it cannot be opened.
    pub fn load(&self) -> io::Result<Loaded> {
        let file = match fs::File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Loaded::default()),
            Err(error) => return Err(error),
        };
        let mut loaded = Loaded::default();
        for line in BufReader::new(file).lines() {
            let Ok(line) = line else {
                loaded.damaged += 1;
                continue;
            };
            if let Ok(HistoryLine { history, changes }) = serde_json::from_str(&line) {
                loaded.histories.push((history, changes));
                continue;
            }
            match serde_json::from_str::<Line>(&line).ok() {
                Some(line) if line.slice.all_rows().is_none_or(|rows| rows.kind() == line.id.kind) => {
                    loaded.updates.push(Update { whole: false, ..Update::part(line.id, line.slice) });
                }
                _ => loaded.damaged += 1,
            }
        }
        Ok(loaded)
    }

    /// Keeps what was read well.
    ///
    /// # Errors
    /// Where the folder or the file cannot be written; the older inventory then stays as it is.
    pub fn save(&self, estate: &Estate) -> io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        create_private_folder(folder)?;
        let others = self.of_other_regions(estate);
        let unfinished = self.file.with_extension(format!("{}.part", std::process::id()));
        let mut out = BufWriter::new(create_private_file(&unfinished)?);
        // What a person once looked at closely is no inventory.
        let is_kept = |id: &SliceId, slice: &Slice| slice.read_at().is_some() && id.kind != Kind::Charts;
        let mut slices = estate.all_slices().filter(|(id, slice)| is_kept(id, slice));
        let written = slices.try_for_each(|(id, slice)| {
            serde_json::to_writer(&mut out, &LineOut { id: &id, slice: Arc::as_ref(slice) })?;
            out.write_all(b"\n")
        });
        let written = written.and_then(|()| {
            estate.histories().filter(|(_, history)| !history.is_empty()).try_for_each(|(region, history)| {
                let changes = history.iter().cloned().collect();
                serde_json::to_writer(&mut out, &HistoryLine { history: region.clone(), changes })?;
                out.write_all(b"\n")
            })
        });
        let written = written.and_then(|()| others.iter().try_for_each(|line| writeln!(out, "{line}")));
        let finished = written.and_then(|()| out.flush()).and_then(|()| fs::rename(&unfinished, &self.file));
        if finished.is_err() {
            fs::remove_file(&unfinished).ok();
        }
        finished
    }
}

impl Store {
    /// What is kept of regions that this run did not look at: a look at one region must not cost the memory of the rest. Of another
    /// account it is worth nothing.
    fn of_other_regions(&self, estate: &Estate) -> Vec<String> {
        let Ok(text) = fs::read_to_string(&self.file) else { return Vec::new() };
        let lines: Vec<(&str, Line)> =
            text.lines().filter_map(|line| Some((line, serde_json::from_str::<Line>(line).ok()?))).collect();
        let kept =
            lines.iter().flat_map(|(_, line)| line.slice.rows::<Identity>()).next().map(|identity| &identity.account);
        let now = estate.identity().map(|identity| &identity.account);
        if kept.is_none() || now.is_some_and(|now| kept != Some(now)) {
            return Vec::new();
        }
        let elsewhere = |line: &Line| !line.id.region.is_global() && !estate.scope().contains(&line.id.region);
        lines.iter().filter(|(_, line)| elsewhere(line)).map(|(text, _)| (*text).to_owned()).collect()
    }
}

/// Makes a folder that only its owner can look into.
///
/// # Errors
/// Where it cannot be made.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes a file that only its owner can read, empty.
///
/// # Errors
/// Where it cannot be made.
pub fn create_private_file(file: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::Row;
    use crate::estate::account::Alias;
    use jiff::Timestamp;

    #[test]
    fn what_is_kept_comes_back_and_a_damaged_line_costs_one_slice() {
        let folder = std::env::temp_dir().join(format!("fournines-store-{}", std::process::id()));
        let store = Store::new(&folder, "profile x/https://y");
        assert!(store.load().unwrap().updates.is_empty(), "none yet");
        let mut estate = Estate::default();
        let id = SliceId::all(&Region::global(), Kind::Alias);
        let slice =
            Slice::read(Alias::rows(vec![Alias("shop".into())]), Timestamp::from_second(1_800_000_000).unwrap());
        estate.apply(Update::part(id, slice));
        store.save(&estate).unwrap();
        let mut file = fs::OpenOptions::new().append(true).open(&store.file).unwrap();
        file.write_all(b"{half a line").unwrap();
        let loaded = store.load().unwrap();
        assert_eq!((loaded.updates.len(), loaded.damaged), (1, 1));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&store.file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(&folder).unwrap();
    }
}
