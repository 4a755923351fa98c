//! An operation carried to another machine: its lines as they stand, with the head of their chain.
//!
//! Must stay true: what is taken in is byte for byte what was given out; an operation that was changed on the way is refused.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::id::Text;
use crate::journal::{Link, Reading};

/// The document.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    schema: Text,
    id: Text,
    /// The last line's number and hash.
    seq: u64,
    hash: Text,
    lines: Vec<String>,
}

const SCHEMA: &str = "fournines/operation/1";

/// An operation that was carried here.
#[derive(Debug)]
pub struct Carried {
    /// Its id.
    pub id: Text,
    /// Its journal, as it is written.
    pub text: String,
}

/// Why an operation is not given out or taken in.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// Its lines are not what was written.
    #[error("{0}: nothing is done with a journal that was changed")]
    Broken(crate::journal::Broken),
    /// It ends before its head.
    #[error("it ends at line {there}, and had {told} when it was exported: lines are missing")]
    Short {
        /// Lines there are.
        there: u64,
        /// Lines there were.
        told: u64,
    },
    /// It is no export of ours.
    #[error("no operation that `fournines journal export` wrote: {0}")]
    Strange(String),
}

/// The document of an operation, from its journal's text.
///
/// # Errors
/// Where its lines are not what was written.
pub fn export(kept: &Kept, text: &str) -> Result<String, CarryError> {
    if let Some(first) = kept.reading.broken.first() {
        return Err(CarryError::Broken(first.clone()));
    }
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let Link { seq, hash } = kept.reading.head.clone();
    let lines = whole.lines().map(str::to_owned).collect();
    let document = Document { schema: SCHEMA.into(), id: kept.id.clone(), seq, hash: hash.into(), lines };
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .map_err(|error| CarryError::Strange(error.to_string()))
}

/// An operation of a document.
///
/// # Errors
/// Where it is none, or was changed on the way.
pub fn import(text: &str) -> Result<Carried, CarryError> {
    let document: Document = serde_json::from_str(text).map_err(|error| CarryError::Strange(error.to_string()))?;
    if *document.schema != *SCHEMA {
        return Err(CarryError::Strange(format!("its schema is {}", document.schema)));
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    // The id becomes a file's name.
    if document.id.is_empty() || document.id.len() > 100 || !document.id.chars().all(is_plain) {
        return Err(CarryError::Strange(format!("its id is `{}`", document.id)));
    }
    let text: String = document.lines.iter().map(|line| format!("{line}\n")).collect();
    let reading = Reading::of(text.as_bytes());
    if let Some(first) = reading.broken.first() {
        return Err(CarryError::Broken(first.clone()));
    }
    if (reading.head.seq, reading.head.hash.as_str()) != (document.seq, &*document.hash) {
        return Err(CarryError::Short { there: reading.head.seq, told: document.seq });
    }
    if reading.records.iter().any(|record| record.operation_id != document.id) {
        return Err(CarryError::Strange("its lines are of another operation".to_owned()));
    }
    Ok(Carried { id: document.id, text })
}
