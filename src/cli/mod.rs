//! The command line: what is asked, and what is answered without a screen.
//!
//! Owns: arguments, the documents of `status`, `list`, `audit` and `what-if`, exit codes, writing to standard output. May know:
//! judgement, lists, config. Must stay true: answers are pure functions of a picture and options; one document goes to standard
//! output, words for people to standard error; a reader that closes early is no error.

pub mod args;
pub mod audit;
pub mod availability;
pub mod completions;
pub mod document;
pub mod exit;
pub mod iam;
pub mod journal;
pub mod list;
pub mod output;
pub mod plan;
pub mod policy;
pub mod run;
pub mod status;
mod table;
pub mod what_if;

pub use args::{Args, Command, Usage};
pub use exit::{Ending, Exit};

/// An answer, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// For standard output, its last line ended.
    pub text: String,
    /// For standard error, a line each.
    pub notes: Vec<String>,
    /// How the program ends.
    pub exit: Exit,
}
