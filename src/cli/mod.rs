//! The command line: verbs, flags, exit codes.
//!
//! Standard output carries data only; messages go to standard error. Exit codes: 0 done, 1 done but something was found
//! wrong, 2 could not run, 130 stopped by SIGINT. A closed pipe is no error.

mod add;
mod args;
mod bench;
mod compile;
mod config;
mod diff;
mod discover;
mod eval;
mod extract;
mod grid;
mod import;
mod lint;
mod report;
mod setup;
mod stats;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Verb};

/// How a verb ended that met no error that stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Done,
    /// Done, but something was found wrong.
    Findings,
    /// Stopped by SIGINT, cleanly.
    Stopped,
}

/// Runs the command with the arguments of the process.
pub fn main() -> ExitCode {
    run(std::env::args_os().collect())
}

/// Runs the command with given arguments, the program's name first.
fn run(arguments: Vec<OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, and go to standard output; all else is a usage error.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let result = config::with_config(cli.verb, arguments).and_then(|(verb, config)| match verb {
        Verb::Extract(args) => extract::run(*args, config),
        Verb::Compile(args) => compile::run(&args),
        Verb::Import(args) => import::run(&args),
        Verb::Lint(args) => lint::run(&args),
        Verb::Add(args) => add::run(&args),
        Verb::Diff(args) => diff::run(*args, config),
        Verb::Discover(args) => discover::run(&args, config),
        Verb::Bench(args) => bench::run(&args, config),
        Verb::Eval(args) => eval::run(&args, config),
        Verb::Stats(args) => stats::run(&args),
    });
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Stopped) => ExitCode::from(130),
        Err(error) => {
            if closed_pipe(&error) {
                return ExitCode::SUCCESS;
            }
            let _ = writeln!(std::io::stderr(), "gazetier: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<crate::Error>().is_some_and(crate::Error::is_closed_pipe)
            || cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
