//! A journal's file: one writer, and every line on disk before anything is done.
//!
//! Owns: [`FileSink`]. Depends on: the chain. Must stay true: mode 0600 in a folder of 0700; the file and its folder are synced; while a
//! run writes it nobody else can; a line that was written in part is taken back.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::{Reading, Sink};

/// The largest journal that is read: a run of a thousand steps has some 4 MiB.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A file that one run writes.
#[derive(Debug)]
pub struct FileSink {
    file: File,
    /// Bytes that are whole lines.
    length: u64,
    /// Set where a line that was written in part could not be taken back.
    torn: bool,
}

/// A journal that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its run goes on.
    #[error("{0}: a run writes it at this moment; attach to it, or end that run first")]
    Busy(PathBuf),
    /// It is not what was written.
    #[error("{path}: {first}; nothing is done on a journal that was changed. `fournines journal verify` tells more")]
    Broken {
        /// The file.
        path: PathBuf,
        /// The first line that is not what was written.
        first: super::Broken,
    },
    /// It is too large to be one.
    #[error("{0}: larger than {LARGEST} bytes: no journal of ours")]
    Large(PathBuf),
    /// The disk's.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl OpenError {
    fn disk(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path: path.clone(), source }
    }
}

impl FileSink {
    /// A new file, which must not be there yet.
    ///
    /// # Errors
    /// The disk's, or that it is there.
    pub fn create(path: &Path) -> Result<Self, OpenError> {
        let disk = OpenError::disk(path);
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(&disk)?;
        }
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path).map_err(&disk)?;
        take(&file, path)?;
        sync_folder(path).map_err(&disk)?;
        Ok(Self { file, length: 0, torn: false })
    }

    /// The file of a run that goes on, and what it holds. A tail that a crash cut short is set aside beside it (`ID.jsonl.cut`).
    ///
    /// # Errors
    /// [`OpenError`], where its run goes on or it was changed.
    pub fn reopen(path: &Path) -> Result<(Self, Reading), OpenError> {
        let disk = OpenError::disk(path);
        let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(&disk)?;
        take(&file, path)?;
        let bytes = contents(&mut file, path)?;
        let reading = Reading::of(&bytes);
        if let Some(first) = reading.broken.first() {
            return Err(OpenError::Broken { path: path.to_owned(), first: first.clone() });
        }
        let length = (bytes.len() - reading.cut.len()) as u64;
        if !reading.cut.is_empty() {
            set_aside(path, &reading.cut).map_err(&disk)?;
            file.set_len(length).and_then(|()| file.sync_all()).map_err(&disk)?;
        }
        Ok((Self { file, length, torn: false }, reading))
    }
}

impl Sink for FileSink {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            // Perhaps there is room again by now.
            self.file.set_len(self.length)?;
            self.torn = false;
        }
        let written = self.file.write_all_at(line, self.length).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.torn = self.file.set_len(self.length).is_err();
                Err(error)
            }
        }
    }
}

/// Reads a journal, whether its run goes on or not.
///
/// # Errors
/// The disk's.
pub fn read(path: &Path) -> Result<Reading, OpenError> {
    let mut file = File::open(path).map_err(OpenError::disk(path))?;
    Ok(Reading::of(&contents(&mut file, path)?))
}

/// Whether a run writes the file at this moment.
pub fn is_written(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    flock(&file, FlockOperation::NonBlockingLockShared).is_err_and(|error| error == rustix::io::Errno::WOULDBLOCK)
}

/// A folder of mode 0700, with those above it.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes a name in a folder outlive a crash.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn take(file: &File, path: &Path) -> Result<(), OpenError> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(OpenError::Busy(path.to_owned())),
        Err(error) => Err(OpenError::disk(path)(error.into())),
    }
}

fn contents(file: &mut File, path: &Path) -> Result<Vec<u8>, OpenError> {
    let disk = OpenError::disk(path);
    if file.metadata().map_err(&disk)?.len() > LARGEST {
        return Err(OpenError::Large(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(&disk)?;
    Ok(bytes)
}

/// Keeps what a crash cut short, after what was kept before.
fn set_aside(path: &Path, tail: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".cut");
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(PathBuf::from(name))?;
    file.write_all(tail)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    sync_folder(path)
}
