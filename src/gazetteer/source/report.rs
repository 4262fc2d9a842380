//! Collecting problems of one file.

use hashbrown::{HashMap, HashSet};

use crate::error::{Problem, Severity};

/// The most warnings of one code that a file lists; the rest is counted in one line.
const MAX_WARNINGS: u64 = 1_000;
/// The most errors that a file lists: a file of another format has one a row.
const MAX_ERRORS: u64 = 100_000;

/// The message that stands for warnings beyond a limit.
pub(crate) fn more_warnings(count: u64, code: &str) -> String {
    format!("{count} more warnings like this: {code}")
}

/// How many warnings a problem stands for by [`more_warnings`].
pub(crate) fn count_of_more(problem: &Problem) -> Option<u64> {
    let count = problem.message.strip_suffix(problem.code)?.strip_suffix(" more warnings like this: ")?;
    count.parse().ok().filter(|_| problem.line.is_none())
}

/// A mistake without its place: a stable code and a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The problems of one file, in the order they were found.
#[derive(Default)]
pub(crate) struct Report {
    label: String,
    problems: Vec<Problem>,
    warnings: HashMap<&'static str, u64>,
    said: HashSet<String>,
    errors: u64,
    /// Rows that were not used.
    pub(crate) skipped: u64,
    /// Nothing of the file could be read: an error even when bad rows may be skipped.
    pub(crate) unusable: bool,
}

impl Report {
    pub(crate) fn new(label: &str) -> Self {
        Self { label: label.to_owned(), ..Self::default() }
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> u64 {
        self.errors
    }

    pub(crate) fn error(&mut self, line: u64, fault: Fault) {
        self.push(Problem::error(fault.code, fault.message).at_line(line));
    }

    pub(crate) fn error_at_byte(&mut self, line: u64, byte: u64, fault: Fault) {
        self.push(Problem::error(fault.code, fault.message).at_line(line).at_byte(byte));
    }

    /// An error that leaves nothing to read in the file.
    pub(crate) fn unusable(&mut self, line: Option<u64>, fault: Fault) {
        self.unusable = true;
        let problem = Problem::error(fault.code, fault.message);
        self.push(match line {
            Some(line) => problem.at_line(line),
            None => problem,
        });
    }

    pub(crate) fn warning(&mut self, line: u64, code: &'static str, message: impl Into<String>) {
        let count = self.warnings.entry(code).or_default();
        *count += 1;
        if *count <= MAX_WARNINGS {
            self.push(Problem::warning(code, message).at_line(line));
        }
    }

    /// A warning about something that many rows may have alike: only the first row is named.
    pub(crate) fn warning_once(&mut self, line: u64, code: &'static str, message: String) {
        if self.said.insert(message.clone()) {
            self.warning(line, code, message);
        }
    }

    fn push(&mut self, problem: Problem) {
        if problem.severity == Severity::Error {
            self.errors += 1;
            if self.errors > MAX_ERRORS {
                return;
            }
        }
        self.problems.push(problem.in_file(self.label.as_str()));
    }

    /// All problems, by line, and a line for those beyond the limits.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        let mut more: Vec<(&'static str, u64)> =
            self.warnings.iter().filter(|(_, count)| **count > MAX_WARNINGS).map(|(c, n)| (*c, *n)).collect();
        more.sort_unstable();
        for (code, count) in more {
            let message = more_warnings(count - MAX_WARNINGS, code);
            self.problems.push(Problem::warning(code, message).in_file(self.label.as_str()));
        }
        if self.errors > MAX_ERRORS {
            let message = format!("{} more errors", self.errors - MAX_ERRORS);
            self.problems.push(Problem::error("more-errors", message).in_file(self.label.as_str()));
        }
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_beyond_the_limit_are_counted() {
        let mut report = Report::new("a.csv");
        for line in 1..=MAX_WARNINGS + 5 {
            report.warning(line, "long-name", "too long");
        }
        report.error(2, Fault::new("bad-prior", "no number"));
        let problems = report.into_problems();
        assert_eq!(problems.len() as u64, MAX_WARNINGS + 2);
        assert_eq!(problems[2].to_string(), "a.csv:2: no number");
        assert_eq!(problems[problems.len() - 1].to_string(), "a.csv: warning: 5 more warnings like this: long-name");
        assert_eq!(count_of_more(&problems[problems.len() - 1]), Some(5));
        assert_eq!(count_of_more(&problems[0]), None);
    }
}
