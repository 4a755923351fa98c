//! `fournines completions SHELL`: the shell's own completion, from the arguments' declaration.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Args, Exit, Rendered};

/// The completion script for `shell`.
pub fn render(shell: Shell) -> Rendered {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "fournines", &mut script);
    Rendered { text: String::from_utf8_lossy(&script).into_owned(), notes: Vec::new(), exit: Exit::Done }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_knows_commands_and_lists() {
        let script = render(Shell::Bash).text;
        assert!(["status", "--region", "databases"].iter().all(|word| script.contains(word)));
    }
}
