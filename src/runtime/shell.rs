//! A shell on an instance: another program has the terminal until it ends.
//!
//! Must stay true: the program is started with a list of arguments and never through a shell of ours; nothing of this console reads
//! the terminal meanwhile.

use std::io;

use tokio::process::Command;

use super::signals::Ending;

/// How it ended.
pub(super) enum Ended {
    /// The program ended; why it failed, where it did.
    Shell(Option<String>),
    /// This console was asked to end meanwhile.
    Console,
}

/// Runs the program until it ends. Interrupts are the program's: the whole terminal hears them.
pub(super) async fn run(line: &[String], ending: &mut Ending) -> Ended {
    let Some((program, arguments)) = line.split_first() else { return Ended::Shell(None) };
    let mut child = match Command::new(program).args(arguments).kill_on_drop(true).spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ended::Shell(Some(format!("`{program}` is not installed here, or not in PATH")));
        }
        Err(error) => return Ended::Shell(Some(format!("{program}: {error}"))),
    };
    tokio::select! {
        status = child.wait() => Ended::Shell(match status {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!(
                "the session ended with {status}: it needs the Session Manager plugin here, its agent there, and ssm:StartSession"
            )),
            Err(error) => Some(format!("{program}: {error}")),
        }),
        () = ending.asked_by_others() => Ended::Console,
    }
}
