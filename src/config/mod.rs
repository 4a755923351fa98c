//! What the user has set: the config file, the policy file, and where every effective value comes from.
//!
//! Owns: both files' keys, their loader and its located errors. May know: ids, the judgement's policy, the lists' columns.
//! Must stay true: a key that is not known is an error with its place and the nearest valid key, never ignored; a file that
//! is named but cannot be read is an error; every value keeps its origin.

mod document;
mod error;
mod origin;
mod paths;
mod policy;
mod settings;
mod wall;

pub use error::ConfigError;
pub use origin::{Entry, Origin, Setting};
pub use paths::{config_file, keys_file, policy_file, read, state_dir, themes};
pub use policy::{Account, Frame, Rules};
pub use settings::{Color, Config, Pace, Retention};
pub use wall::{Notify, PAGES, WallConfig};

/// What the command line says; it outranks the environment, which outranks the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--region`, each.
    pub regions: Vec<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--theme`.
    pub theme: Option<String>,
    /// `--no-color`.
    pub no_color: bool,
    /// `--read-only`.
    pub read_only: bool,
}

/// A file's text and the path to name in messages; none where there is no such file and none was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it was read from.
    pub path: std::path::PathBuf,
    /// What it says.
    pub text: String,
}

/// Looks up an environment variable. The environment is passed in, so that loading stays a function of its arguments.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
