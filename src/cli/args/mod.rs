//! The arguments, as the contract's table has them.
//!
//! Owns: their declaration. Depends on: lists, for their names. Must stay true: help and version end with 0, every other way
//! of not being understood with 3.

mod operate;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::Overrides;
use crate::judge::audit::{self, CHECKS, Check};
use crate::listing::{self, LISTS, List};

use super::Exit;

pub use operate::{ApplyArgs, GoOnArgs, IamArgs, JournalArgs, JournalCommand, PlanArgs, Wanted};

/// The terminal operations console for AWS high availability: what is failing in this account, and how do we move off it.
///
/// Without a command: the console on the account that AWS's usual environment and config files name.
#[derive(Debug, Clone, Parser)]
#[command(name = "fournines", version, subcommand_help_heading = "Commands")]
pub struct Args {
    /// What every command understands.
    #[command(flatten)]
    pub global: Global,
    /// The command; none is the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command understands.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The AWS profile, from AWS's own config files
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// A region to look at; may be repeated [default: the config file's list, else every region enabled for the account]
    #[arg(long = "region", global = true, value_name = "REGION")]
    pub regions: Vec<String>,
    /// Where AWS's API answers instead of AWS (also AWS_ENDPOINT_URL)
    #[arg(long, global = true, value_name = "URL", value_parser = endpoint)]
    pub endpoint_url: Option<String>,
    /// Refuse every change, whatever is asked later
    #[arg(long, global = true)]
    pub read_only: bool,
    /// The config file [default: fournines/config.toml in the XDG config folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The policy file [default: policy.toml beside the config file]
    #[arg(long, global = true, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The console's theme
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Where journal, log and last inventory are kept [default: fournines in the XDG state folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// How much is logged in the state folder: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info", hide_possible_values = true)]
    pub log: LogLevel,
    /// No colours, as with NO_COLOR
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// What may fail.
    Warn,
    /// What happens.
    #[default]
    Info,
    /// Every call.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The word that log filters understand.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// The console on a thing: an instance, group, target group, balancer, database, cluster, alarm or zone
    Open {
        /// Its ARN, id or name
        #[arg(value_name = "ARN|ID")]
        thing: String,
    },
    /// The console on the simulated account
    Demo(Demo),
    /// The read-only wall screen: large numbers, pages that turn by themselves
    Wall(WallArgs),
    /// The account's verdict; exits 0 ok, 1 warning, 2 critical, 3 unknown
    Status(Status),
    /// The things of one kind, as a table, JSON or CSV
    #[command(after_help = FILTER_HELP)]
    List(ListArgs),
    /// What would take the account down one day; exits 0 ok, 1 warning, 2 critical, 3 unknown
    Audit(AuditArgs),
    /// What is left, at today's load, if a zone, region or database goes; exits 0 keeps, 1 strained, 2 something is lost, 3 unknown
    WhatIf(WhatIfArgs),
    /// What an operation would do, step by step; nothing is changed; exits 0, or 10 refused
    Plan(PlanArgs),
    /// Plans, asks, and runs; exits 0 done, 10 refused, 11 stopped part-way, 12 undone, 13 failed
    Apply(ApplyArgs),
    /// Goes on with an operation that stopped or was killed, or attaches to one that runs; exits as apply
    Resume(GoOnArgs),
    /// Takes back what an operation did; exits as apply
    Undo(GoOnArgs),
    /// Operations, their steps and calls, and whether anybody changed the record
    Journal(JournalArgs),
    /// The IAM policy that exactly these calls need
    Iam(IamArgs),
    /// The host of one run: told by pipe, in a session of its own
    #[command(hide = true)]
    Host,
    /// The policy file: whether it stands, and the rules in force
    Policy {
        /// What to do with it
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// The simulated AWS on loopback, for any AWS client
    Sim(Sim),
    /// Completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// `fournines demo`.
#[derive(Debug, Clone, clap::Args)]
pub struct Demo {
    /// What happens in the simulated account
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// Sets a parameter of the scenario: zone=us-east-1c
    #[arg(long, value_name = "K=V")]
    pub set: Vec<String>,
    /// Virtual seconds a second; 0 stands still
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The seed of all chance
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Open this thing, as `fournines open` does
    #[arg(long, value_name = "ARN|ID")]
    pub open: Option<String>,
}

/// `fournines wall`.
#[derive(Debug, Clone, clap::Args)]
pub struct WallArgs {
    /// On the simulated account
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated account
    #[arg(long, value_name = "NAME|FILE", requires = "demo")]
    pub scenario: Option<String>,
    /// Sets a parameter of the scenario: zone=us-east-1c
    #[arg(long, value_name = "K=V", requires = "demo")]
    pub set: Vec<String>,
    /// Virtual seconds a second; 0 stands still [default: 1]
    #[arg(long, value_name = "N", value_parser = speed, requires = "demo")]
    pub speed: Option<f64>,
    /// The seed of all chance
    #[arg(long, value_name = "N", requires = "demo")]
    pub seed: Option<u64>,
}

impl WallArgs {
    /// The demo that was asked for.
    pub fn demo(&self) -> Option<Demo> {
        let Self { demo, scenario, set, speed, seed } = self;
        let (scenario, set, speed) = (scenario.clone(), set.clone(), speed.unwrap_or(1.0));
        let asked = Demo { scenario, set, speed, seed: *seed, open: None };
        demo.then_some(asked)
    }
}

/// `fournines status`.
#[derive(Debug, Clone, clap::Args)]
pub struct Status {
    /// One document, fournines/status/1
    #[arg(long, conflicts_with = "line")]
    pub json: bool,
    /// One line, for a status bar
    #[arg(long)]
    pub line: bool,
}

/// `fournines list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// What to list
    #[arg(value_name = "KIND", value_parser = list_parser())]
    pub kind: &'static List,
    /// One document, fournines/list/1
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Comma-separated values, a header first
    #[arg(long)]
    pub csv: bool,
    /// Only rows that pass
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Sort by a column; -COL for the greatest first
    #[arg(long, value_name = "COL", allow_hyphen_values = true)]
    pub sort: Option<String>,
}

/// `fournines audit`.
#[derive(Debug, Clone, clap::Args)]
pub struct AuditArgs {
    /// One document, fournines/audit/1
    #[arg(long)]
    pub json: bool,
    /// Only this check; may be repeated
    #[arg(long = "check", value_name = "CHECK", value_parser = check_parser(), hide_possible_values = true)]
    pub checks: Vec<&'static Check>,
    /// Say why a check matters and what to do, and read nothing
    #[arg(long, value_name = "CHECK", value_parser = check_parser(), hide_possible_values = true)]
    #[arg(conflicts_with_all = ["json", "checks"])]
    pub explain: Option<&'static Check>,
}

/// `fournines what-if`.
#[derive(Debug, Clone, clap::Args)]
pub struct WhatIfArgs {
    /// What goes
    #[arg(value_name = "THING")]
    pub thing: Thing,
    /// Its name or id; several zones of one region go together
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    /// One document, fournines/what-if/1
    #[arg(long)]
    pub json: bool,
}

/// What can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Thing {
    /// A zone, by name or id
    Zone,
    /// A region
    Region,
    /// A DB instance, cluster or global cluster
    Database,
}

/// `fournines policy`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum PolicyCommand {
    /// Reads it and says what is wrong, and where; exits 0, or 3
    Check,
    /// Every rule in force, with where it comes from
    Show {
        /// One document, fournines/policy/1
        #[arg(long)]
        json: bool,
    },
}

/// `fournines sim`.
#[derive(Debug, Clone, clap::Args)]
pub struct Sim {
    /// What happens in it
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// Sets a parameter of the scenario: zone=us-east-1c
    #[arg(long, value_name = "K=V")]
    pub set: Vec<String>,
    /// A world to start from, in TOML or JSON [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub world: Option<PathBuf>,
    /// The seed of all chance
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Virtual seconds a second; 0 stands still until advanced
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub listen: SocketAddr,
    /// End when standard input is closed
    #[arg(long)]
    pub stdin_closes: bool,
}

const FILTER_HELP: &str = "\
Filters: words must all be found in a row; !word must not; also
  state:running  zone:use1-az4  name:web-*  state:pending,stopping   a column's value
  age<1h  desired>=3  since<10m  state=running  state!=running       compared
  lag:?  group:-  group:                                             unknown, absent, present
  /regex/  problems  is:critical  is:stale";

/// Why the program does not start, or what it says instead: help, version, or a usage error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The text.
    pub text: String,
    /// Whether it was asked for, and so goes to standard output.
    pub asked_for: bool,
    /// How the program ends.
    pub exit: Exit,
}

impl Args {
    /// Reads the arguments, the program's name first.
    pub fn read<T: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> Result<Self, Usage> {
        Self::try_parse_from(arguments).map_err(|error| {
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            Usage {
                text: error.render().to_string() + &kinds_of_list(&error),
                asked_for,
                exit: if asked_for { Exit::Done } else { Exit::SetUp },
            }
        })
    }
}

/// What can be listed, for who asked for a list of nothing.
fn kinds_of_list(error: &clap::Error) -> String {
    let is_of_list =
        error.kind() == ErrorKind::MissingRequiredArgument && error.render().to_string().contains("<KIND>");
    if !is_of_list {
        return String::new();
    }
    let names: Vec<&str> = LISTS.iter().map(|list| list.name).collect();
    format!("\nKIND is one of: {}\n", names.join(", "))
}

impl Global {
    /// What of it outranks the files.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            regions: self.regions.clone(),
            profile: self.profile.clone(),
            theme: self.theme.clone(),
            no_color: self.no_color,
            read_only: self.read_only,
        }
    }
}

/// The commands and what each does, as a table for the README.
pub fn overview() -> String {
    let mut text = String::from("| command | does |\n| --- | --- |\n| `fournines` | the console on the account |\n");
    let command = <Args as clap::CommandFactory>::command();
    for known in command.get_subcommands().filter(|known| known.get_name() != "help") {
        let does = known.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("| `fournines {}` | {does} |\n", known.get_name()));
    }
    text.trim_end().to_owned()
}

fn list_parser() -> impl TypedValueParser<Value = &'static List> {
    let names =
        LISTS.iter().map(|list| PossibleValue::new(list.name).aliases(list.aliases.iter().copied()).help(list.doc));
    PossibleValuesParser::new(names).try_map(|name| listing::find(&name))
}

fn check_parser() -> impl TypedValueParser<Value = &'static Check> {
    let names = CHECKS.iter().map(|check| PossibleValue::new(check.name).help(check.title));
    PossibleValuesParser::new(names).try_map(|name| audit::find(&name).ok_or("no such check"))
}

fn endpoint(text: &str) -> Result<String, String> {
    if text.starts_with("http://") || text.starts_with("https://") {
        Ok(text.to_owned())
    } else {
        Err("an endpoint begins with http:// or https://".to_owned())
    }
}

fn speed(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|speed| *speed == 0.0 || (0.001..=10_000.0).contains(speed))
        .ok_or_else(|| "a speed is 0, or a number from 0.001 to 10000".to_owned())
}

/// The simulated AWS takes any credentials, so it is for this machine alone.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "an address looks like 127.0.0.1:4566".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err(format!("{} is not a loopback address", address.ip())) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(line: &str) -> Result<Args, Usage> {
        Args::read(std::iter::once("fournines").chain(line.split_whitespace()))
    }

    #[test]
    fn the_declaration_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_and_after_the_command() {
        let args = read("--profile prod list asg --region us-east-1 --region us-west-2 --sort -desired").unwrap();
        assert_eq!(args.global.profile.as_deref(), Some("prod"));
        assert_eq!(args.global.overrides().regions, ["us-east-1", "us-west-2"]);
        let Some(Command::List(list)) = args.command else { panic!("no list") };
        assert_eq!((list.kind.name, list.sort.as_deref()), ("groups", Some("-desired")));
        assert!(read("").unwrap().command.is_none(), "no command is the console");
    }

    #[test]
    fn misuse_ends_with_3_and_help_with_0() {
        for (line, words) in [
            ("list instnaces", "instances"),
            ("stats", "status"),
            ("audit --check single-zonr", "single-zone"),
            ("status --json --line", "cannot be used with"),
            ("list", "instances, groups, targets"),
            ("sim --listen 0.0.0.0:80", "loopback"),
            ("demo --speed -1", ""),
            ("wall --scenario calm", "--demo"),
            ("--endpoint-url localhost:5000", "http://"),
        ] {
            let usage = read(line).unwrap_err();
            assert_eq!((usage.exit.code(), usage.asked_for), (3, false), "{line}");
            assert!(usage.text.contains(words), "{line}: {}", usage.text);
        }
        for line in ["--help", "--version", "list --help"] {
            let usage = read(line).unwrap_err();
            assert_eq!((usage.exit.code(), usage.asked_for), (0, true), "{line}");
        }
    }
}
