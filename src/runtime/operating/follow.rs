//! Follows a journal that a run writes, as any console of the person may.
//!
//! Must stay true: only whole lines count; whether the run still goes on is asked of the file's lock, not guessed from its lines.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::journal::{Record, is_written};

/// How often a journal is looked at.
pub(super) const LOOK: Duration = Duration::from_millis(100);
/// Most that is taken in at once.
const CHUNK: u64 = 1 << 20;

/// A place in a journal.
#[derive(Debug)]
pub(super) struct Follower {
    path: PathBuf,
    offset: u64,
    rest: Vec<u8>,
}

impl Follower {
    /// From the beginning.
    pub(super) fn from_start(path: &Path) -> Self {
        Self { path: path.to_owned(), offset: 0, rest: Vec::new() }
    }

    /// From what is there now; from the beginning where there is nothing yet.
    pub(super) fn from_here(path: &Path) -> Self {
        let offset = std::fs::metadata(path).map_or(0, |about| about.len());
        Self { path: path.to_owned(), offset, rest: Vec::new() }
    }

    /// Whether a run writes it at this moment.
    pub(super) fn is_written(&self) -> bool {
        is_written(&self.path)
    }

    /// What came since the last look; nothing where the journal is not there yet.
    ///
    /// # Errors
    /// The disk's. A line that is no record is told as one that is none.
    pub(super) fn look(&mut self) -> io::Result<Vec<Record>> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        // A line that was written in part is taken back by its writer, and so is what we have of it.
        if file.metadata()?.len() < self.offset {
            self.offset -= self.rest.len() as u64;
            self.rest.clear();
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let read = file.take(CHUNK).read_to_end(&mut self.rest)?;
        self.offset += read as u64;
        let mut records = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            records.push(serde_json::from_slice(&line).map_err(io::Error::other)?);
        }
        Ok(records)
    }
}
