//! The arguments of the commands that plan, run and account for operations.

use std::path::PathBuf;

use clap::Subcommand;

/// What is to be planned: an operation, what it is done to, and how.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Wanted {
    /// The operation
    #[arg(value_name = "OP")]
    pub operation: Option<String>,
    /// What it is done to: an id, ARN or name; several make one plan
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// How it is done: way=launch-first, desired=6
    #[arg(long, value_name = "K=V", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Leave this part out; may be repeated
    #[arg(long, value_name = "PART")]
    pub skip: Vec<String>,
    /// Let this guard pass although it does not hold or is not known; may be repeated
    #[arg(long, value_name = "GUARD", requires = "reason")]
    pub accept: Vec<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The ticket it belongs to; kept in the journal
    #[arg(long, value_name = "ID")]
    pub ticket: Option<String>,
}

/// `fournines plan`.
#[derive(Debug, Clone, clap::Args)]
pub struct PlanArgs {
    /// What is to be planned.
    #[command(flatten)]
    pub wanted: Wanted,
    /// Keep the plan in a file, for somebody to review and `apply --plan`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// One document, fournines/plan/1
    #[arg(long)]
    pub json: bool,
}

/// `fournines apply`.
#[derive(Debug, Clone, clap::Args)]
pub struct ApplyArgs {
    /// What is to be planned and run.
    #[command(flatten)]
    pub wanted: Wanted,
    /// A plan that was kept and reviewed, instead of a new one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["operation", "targets", "set", "skip"])]
    pub plan: Option<PathBuf>,
    /// Run it without asking, if nothing in it is irreversible
    #[arg(long)]
    pub yes: bool,
    /// Run it: the token that the plan names, typed in full
    #[arg(long, value_name = "TOKEN", conflicts_with = "yes")]
    pub confirm: Option<String>,
    /// An event a line
    #[arg(long)]
    pub json: bool,
}

/// `fournines resume` and `fournines undo`.
#[derive(Debug, Clone, clap::Args)]
pub struct GoOnArgs {
    /// The operation's id, or enough of it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Without asking
    #[arg(long)]
    pub yes: bool,
    /// Let this guard pass although it does not hold or is not known; may be repeated
    #[arg(long, value_name = "GUARD", requires = "reason")]
    pub accept: Vec<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// An event a line
    #[arg(long)]
    pub json: bool,
}

/// `fournines journal`.
#[derive(Debug, Clone, clap::Args)]
pub struct JournalArgs {
    /// What to do with it [default: list]
    #[command(subcommand)]
    pub command: Option<JournalCommand>,
    /// One document, fournines/journal/1
    #[arg(long, global = true)]
    pub json: bool,
}

/// What is done with the journal.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// Operations, the newest first
    List,
    /// One operation: its steps, calls and how it stands
    Show {
        /// Its id, or enough of it
        id: String,
    },
    /// Whether any line was changed or cut; exits 0, or 2
    Verify {
        /// Its id, or enough of it [default: every operation]
        id: Option<String>,
    },
    /// One operation as a document, to be resumed, undone or returned from on another machine
    Export {
        /// Its id, or enough of it
        id: String,
    },
    /// Takes in an operation that was exported
    Import {
        /// The file; - is standard input
        file: PathBuf,
    },
}

/// `fournines iam`.
#[derive(Debug, Clone, clap::Args)]
pub struct IamArgs {
    /// Only what this operation takes; may be repeated [default: all; with --read-only none]
    #[arg(long = "operation", value_name = "OP")]
    pub operations: Vec<String>,
}

/// `key=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| "how looks like key=value".to_owned())?;
    let key = key.trim();
    if key.is_empty() {
        Err("a key is missing before =".to_owned())
    } else {
        Ok((key.to_owned(), value.trim().to_owned()))
    }
}
