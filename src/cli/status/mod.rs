//! `fournines status`: the account's verdict, as a document, a line or a short text.
//!
//! Owns: the three forms. Depends on: judgement. Must stay true: the verdict is the judgement's, its exit code with it; all three
//! forms say the same.

mod changes;
mod document;
mod probes;
mod region;
mod text;

use serde::Serialize;

use crate::config::Rules;
use crate::estate::{Estate, Kind};
use crate::id::{AccountId, Arn};
use crate::judge::{Acknowledgements, JUDGED, Picture};

use super::args;
use super::{Exit, Rendered};

pub use document::StatusDocument;

/// Kinds of a region that the document shows beside those it judges.
const BESIDE: &[Kind] =
    &[Kind::LoadBalancers, Kind::GlobalClusters, Kind::ManagedResources, Kind::Autoshifts, Kind::Subnets, Kind::Series];

/// Kinds that tell who changed what. Without them changes have no names, which is said beside them and is no error.
pub const CHANGES: &[Kind] = &[Kind::Activities, Kind::TrailEvents];

/// The kinds of a region that the status is made from: what must be read for it, and whose errors it tells. Others may be in the
/// estate from an earlier run, as old as they like.
pub fn kinds() -> impl Iterator<Item = Kind> {
    JUDGED.iter().chain(BESIDE).copied()
}

/// What the account is called, and what people say of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountLabel {
    /// Its id, once known.
    pub account: Option<AccountId>,
    /// Its name: the policy's, else AWS's alias.
    pub name: Option<String>,
    /// What it is for, in the policy's word.
    pub class: Option<String>,
    /// Who asks.
    pub caller: Option<Arn>,
    /// What somebody has taken note of.
    pub noted: Acknowledgements,
    /// Operations that are not over, as this machine's journal tells.
    pub underway: Vec<Underway>,
}

/// An operation that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Underway {
    /// Its id.
    pub id: String,
    /// What is done: `replace`.
    pub operation: String,
    /// To what.
    pub target: String,
    /// How it stands: `running`, `held`, `paused`, `undoing`, `stopped`.
    pub state: &'static str,
}

impl AccountLabel {
    /// What the account of this estate is called.
    pub fn of(estate: &Estate, rules: &Rules) -> Self {
        let identity = estate.identity();
        let account = identity.map(|identity| identity.account.clone());
        let known = account.as_ref().map(|id| rules.account(id, estate.alias())).unwrap_or_default();
        let name = known.name.or_else(|| estate.alias().map(str::to_owned));
        let class = known.class.map(|(word, _)| word);
        let caller = identity.map(|identity| identity.caller.clone());
        Self { account, name, class, caller, noted: Acknowledgements::default(), underway: Vec::new() }
    }
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One line, for a status bar.
    Line,
    /// The document `fournines/status/1`.
    Json,
}

impl From<&args::Status> for Format {
    fn from(status: &args::Status) -> Self {
        match (status.json, status.line) {
            (true, _) => Self::Json,
            (_, true) => Self::Line,
            _ => Self::Text,
        }
    }
}

/// Answers.
pub fn render(picture: &Picture, label: &AccountLabel, format: Format) -> Rendered {
    let document = StatusDocument::of(picture, label);
    let text = match format {
        Format::Text => text::text(picture, &document),
        Format::Line => text::line(&document),
        Format::Json => json(&document),
    };
    Rendered { text, notes: Vec::new(), exit: Exit::Verdict(picture.judgement.account.verdict) }
}

fn json(document: &StatusDocument<'_>) -> String {
    // Maps have text keys and no value refuses to be written, so this does not fail.
    super::document::write(document)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
