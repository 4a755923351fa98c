//! The program: arguments in, exit code out.

use std::process::ExitCode;

use fournines::cli::{Args, output};

/// Bytes of stack of each worker.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let args = match Args::read(std::env::args_os()) {
        Ok(args) => args,
        Err(usage) => {
            if usage.asked_for {
                output::print(&usage.text).ok();
            } else {
                output::note(&[usage.text.trim_end().to_owned()]);
            }
            return usage.exit.into();
        }
    };
    // The SDK's parsers take deep stacks where they are not optimised.
    let runtime = match tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::note(&[format!("fournines: no runtime: {error}")]);
            return ExitCode::from(3);
        }
    };
    let exit = runtime.block_on(fournines::runtime::run(args));
    // A blocking read of standard input or a look-up that hangs must not keep the program.
    runtime.shutdown_background();
    exit.into()
}
