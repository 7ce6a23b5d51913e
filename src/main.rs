//! The `bedside` program: reads the command line, runs one command, says how it ended.

use std::process::ExitCode;

use bedside::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(exit) => exit.code().into(),
        Err(failure) => {
            use std::io::Write;
            // Nobody is left to tell when standard error is gone too.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            failure.code().into()
        }
    }
}
