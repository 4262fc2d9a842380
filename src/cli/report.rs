//! Messages on standard error: problems, progress, the summary.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::Problem;

/// How many problems are shown one by one.
const SHOWN: u64 = 20;

/// Writes messages, unless the run is quiet.
pub(super) struct Report {
    quiet: bool,
    problems: u64,
    progress: Option<ProgressBar>,
    begun: Instant,
}

impl Report {
    pub fn new(quiet: bool) -> Self {
        let progress = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { quiet, problems: 0, progress, begun: Instant::now() }
    }

    /// One line.
    pub fn line(&self, line: &str) {
        if !self.quiet {
            self.print(line);
        }
    }

    fn print(&self, line: &str) {
        let write = || {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr(), "{line}");
        };
        match &self.progress {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// A problem, while there are few.
    pub fn problem(&mut self, problem: &Problem) {
        self.problems += 1;
        if self.problems <= SHOWN {
            self.line(&problem.to_string());
        }
    }

    /// How many problems were not shown.
    pub fn end_problems(&mut self, where_to_look: &str) {
        if self.problems > SHOWN {
            self.line(&format!("… and {} more problems{where_to_look}", self.problems - SHOWN));
        }
        self.problems = 0;
    }

    /// Progress of the run.
    pub fn progress(&self, documents: u64, bytes: u64, mentions: u64) {
        if let Some(bar) = &self.progress {
            let rate = bytes as f64 / 1e6 / self.begun.elapsed().as_secs_f64().max(1e-3);
            bar.set_message(format!(
                "{documents} documents, {:.1} MB, {rate:.1} MB/s, {mentions} mentions",
                bytes as f64 / 1e6
            ));
        }
    }

    /// What is being done now.
    pub fn step(&self, what: &str) {
        if let Some(bar) = &self.progress {
            bar.set_message(what.to_owned());
        }
    }

    /// Takes the progress line away.
    pub fn end_progress(&mut self) {
        if let Some(bar) = self.progress.take() {
            bar.finish_and_clear();
        }
    }
}
