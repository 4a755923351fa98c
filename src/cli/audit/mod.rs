//! `fournines audit`: what in the account would take it down one day, as a document or a text.
//!
//! Owns: both forms, and the explanation of a check. Depends on: the judgement's audit. Must stay true: the exit code is the
//! audit's verdict; what could not be looked at stands beside what was found, and never exits 0 unless policy accepts it.

mod document;
mod text;

use crate::judge::audit::{Audit, CHECKS, Check};
use crate::judge::availability::ServiceAvailability;

use super::status::AccountLabel;
use super::{Exit, Rendered, args};

pub use document::AuditDocument;

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// The document `fournines/audit/1`.
    Json,
}

impl From<&args::AuditArgs> for Format {
    fn from(asked: &args::AuditArgs) -> Self {
        if asked.json { Self::Json } else { Self::Text }
    }
}

/// Answers. `availability` is the arithmetic over the same picture, where all checks were asked for; `taken_at` its time.
pub fn render(
    audit: &Audit,
    availability: Option<&[ServiceAvailability]>,
    label: &AccountLabel,
    taken_at: jiff::Timestamp,
    format: Format,
) -> Rendered {
    let text = match format {
        Format::Text => text::text(audit, availability, label, taken_at),
        Format::Json => {
            let document = AuditDocument::of(audit, availability, label, taken_at);
            // Maps have text keys and no value refuses to be written, so this does not fail.
            super::document::write(&document)
        }
    };
    Rendered { text, notes: Vec::new(), exit: Exit::Verdict(audit.verdict()) }
}

/// Explains a check: why it matters, where that is from, what to do, what it reads.
pub fn explain(check: &Check) -> Rendered {
    Rendered { text: text::explain(check), notes: Vec::new(), exit: Exit::Done }
}

/// The checks as a table for the README.
pub fn overview() -> String {
    let mut text = String::from("| check | severity | what it finds |\n| --- | --- | --- |\n");
    for check in CHECKS {
        text.push_str(&format!("| `{}` | {} | {} |\n", check.name, check.severity, check.title));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
