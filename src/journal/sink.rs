//! Where a journal's lines go.
//!
//! Owns: [`Sink`], [`Journal`]. Depends on: the chain. Must stay true: once a write has returned, the line is where a crash cannot take
//! it; after a write that failed the journal is as it was before it.

use std::io;

use super::chain::Link;
use super::{Reading, Record};

/// What keeps lines. A file; in tests, something that fails when it is told to.
pub trait Sink: Send {
    /// Keeps a line with its end. When it returns, the line outlives a crash of the machine.
    ///
    /// # Errors
    /// The disk's. Then nothing of the line is kept.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        (**self).append(line)
    }
}

/// A journal that is written.
#[derive(Debug)]
pub struct Journal<S> {
    sink: S,
    head: Link,
}

/// A line that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk is full, gone or not writable.
    #[error("the journal could not be written")]
    Disk(#[from] io::Error),
    /// It is no data.
    #[error("a line of the journal cannot be written down")]
    Line(#[from] serde_json::Error),
}

impl<S: Sink> Journal<S> {
    /// A journal that begins.
    pub fn begin(sink: S) -> Self {
        Self { sink, head: Link::first() }
    }

    /// A journal that goes on after what was read of it.
    pub fn go_on(sink: S, reading: &Reading) -> Self {
        Self { sink, head: reading.head.clone() }
    }

    /// Writes a record.
    ///
    /// # Errors
    /// [`WriteError`]; nothing that the record announces may be done then.
    pub fn write(&mut self, record: &Record) -> Result<(), WriteError> {
        let (mut line, next) = self.head.seal(record)?;
        line.push('\n');
        self.sink.append(line.as_bytes())?;
        self.head = next;
        Ok(())
    }

    /// The last line: what a report repeats, so that a cut tail shows.
    pub fn head(&self) -> &Link {
        &self.head
    }

    /// What keeps the lines.
    pub fn sink(&self) -> &S {
        &self.sink
    }
}
