//! Programs of policy that run beside a plan's calls: started by their arguments, ended by their time-out.
//!
//! Must stay true: no shell is between; a program that is ended takes with it what it started; what it prints goes to the log, a
//! little of it, and never to a screen.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::engine::Commands;
use crate::operation::LocalCommand;

/// Most of a program's output that is kept for the log.
const KEPT: u64 = 4096;

/// Runs programs on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Programs;

impl Commands for Programs {
    async fn run(&self, command: &LocalCommand) -> Result<i32, String> {
        let Some((program, arguments)) = command.argv.split_first() else { return Err("no program".to_owned()) };
        let mut starting = Command::new(&**program);
        starting.args(arguments.iter().map(|argument| &**argument));
        starting.envs(command.env.iter().map(|(name, value)| (&**name, &**value)));
        starting.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it starts ends with it.
        let mut child =
            starting.process_group(0).kill_on_drop(true).spawn().map_err(|why| format!("{program}: {why}"))?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let ending = async {
            let (out, err, status) = tokio::join!(beginning(out), beginning(err), child.wait());
            tracing::info!(%program, out, err, "a program of policy ended");
            status
        };
        let outcome = tokio::time::timeout(Duration::from_secs(command.timeout_s), ending).await;
        match outcome {
            Ok(Ok(status)) => status.code().ok_or_else(|| format!("{program}: ended by {status}")),
            Ok(Err(why)) => Err(format!("{program}: {why}")),
            Err(_) => {
                if let Some(group) = group {
                    kill_process_group(group, Signal::KILL).ok();
                }
                Err(format!("{program}: ended after {}s, its time-out", command.timeout_s))
            }
        }
    }
}

/// The first words of what a program prints; the rest is read and let go, so that it never waits for us.
async fn beginning(output: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut output) = output else { return String::new() };
    let mut kept = Vec::new();
    (&mut output).take(KEPT).read_to_end(&mut kept).await.ok();
    tokio::io::copy(&mut output, &mut tokio::io::sink()).await.ok();
    String::from_utf8_lossy(&kept).trim_end().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn command(argv: &[&str], timeout_s: u64) -> LocalCommand {
        let env = [("TARGET".into(), "i-1".into())].into();
        LocalCommand { argv: argv.iter().map(|word| (*word).into()).collect(), timeout_s, env }
    }

    #[tokio::test]
    async fn a_program_ends_with_its_code_or_by_its_time_out_and_no_shell_reads_its_arguments() {
        assert_eq!(Programs.run(&command(&["test", "$HOME", "=", "$HOME"], 10)).await, Ok(0));
        assert_eq!(Programs.run(&command(&["sh", "-c", "test $TARGET = i-1 && exit 3"], 10)).await, Ok(3));
        let late = Programs.run(&command(&["sh", "-c", "sleep 60 & wait"], 1)).await;
        assert_eq!(late, Err("sh: ended after 1s, its time-out".to_owned()));
        let missing = Programs.run(&command(&["no-such-program-here"], 10)).await.unwrap_err();
        assert!(missing.starts_with("no-such-program-here: "), "{missing}");
    }
}
