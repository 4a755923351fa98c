//! The loop that ties everything together: the only place that spawns, opens terminals and touches files at run time.
//!
//! Owns: tasks, signals, the terminal. May know: everything. Must stay true: every task ends when the command does; channels are
//! bounded or keep the latest alone; the terminal is given back on every way out.

mod answer;
mod clipboard;
mod headless;
mod logging;
mod notes;
pub mod observer;
pub mod operating;
mod probing;
mod screen;
mod set_up;
mod shell;
mod signals;
mod simulated;
mod sitting;
mod sparse;
mod spending;
mod terminal;
mod wall;

use crate::cli::{self, Args, Command, Exit};
use set_up::{Desk, SetUpError};

/// Does what the arguments ask and says how the program ends.
pub async fn run(args: Args) -> Exit {
    // Log, inventory and whatever else we write is its owner's alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let outcome = match &args.command {
        None => match Desk::on_account(&args.global).await {
            Ok(desk) => screen::console(desk, None).await,
            Err(error) => Err(error),
        },
        Some(Command::Open { thing }) => match Desk::on_account(&args.global).await {
            Ok(desk) => screen::console(desk, Some(thing)).await,
            Err(error) => Err(error),
        },
        Some(Command::Demo(demo)) => match simulated::desk(&args.global, demo) {
            Ok(desk) => screen::console(desk, demo.open.as_deref()).await,
            Err(error) => Err(error),
        },
        Some(Command::Wall(asked)) => {
            let desk = match asked.demo() {
                Some(demo) => simulated::desk(&args.global, &demo),
                None => Desk::on_account(&args.global).await,
            };
            match desk {
                Ok(desk) => wall::wall(desk).await,
                Err(error) => Err(error),
            }
        }
        Some(Command::Status(status)) => headless::status(&args.global, status).await,
        Some(Command::List(list)) => headless::list(&args.global, list).await,
        Some(Command::Audit(audit)) => headless::audit(&args.global, audit).await,
        Some(Command::WhatIf(asked)) => headless::what_if(&args.global, asked).await,
        Some(Command::Policy { command }) => headless::policy(&args.global, *command).and_then(say),
        Some(Command::Plan(asked)) => operating::plan(&args.global, asked).await,
        Some(Command::Apply(asked)) => operating::apply(&args.global, asked).await,
        Some(Command::Resume(asked)) => operating::resume(&args.global, asked).await,
        Some(Command::Undo(asked)) => operating::undo(&args.global, asked).await,
        Some(Command::Iam(asked)) => headless::iam(&args.global, asked).and_then(say),
        Some(Command::Journal(asked)) => {
            operating::journal(&args.global, asked.command.as_ref(), asked.json).and_then(say)
        }
        Some(Command::Host) => operating::host(&args.global).await,
        Some(Command::Sim(sim)) => simulated::listen(sim).await,
        Some(Command::Completions { shell }) => Ok(cli::completions::render(*shell)).and_then(say),
    };
    outcome.unwrap_or_else(|error| {
        cli::output::note(&[format!("fournines: {error}")]);
        Exit::SetUp
    })
}

/// Writes an answer. A reader that has gone away is no error.
fn say(rendered: cli::Rendered) -> Result<Exit, SetUpError> {
    cli::output::note(&rendered.notes);
    cli::output::print(&rendered.text).map_err(SetUpError::Output)?;
    Ok(rendered.exit)
}
