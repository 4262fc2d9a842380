//! Errors and problems: what went wrong, and where.
//!
//! An [`Error`] ends an operation. A [`Problem`] is one finding with a place (a broken row, an invalid byte): many of
//! them may be collected in one pass, and the pass goes on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation could not be done.
///
/// The kinds are private: match on the questions ([`Error::is_closed_pipe`], [`Error::problems`]) instead.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

#[derive(Debug)]
enum ErrorKind {
    Io { place: Option<PathBuf>, source: io::Error },
    Problems(Vec<Problem>),
    Message(String),
}

impl Error {
    /// An error in one sentence: lower case, no full stop, the offending value last in backticks.
    pub fn message(message: impl Into<String>) -> Self {
        Self(Box::new(ErrorKind::Message(message.into())))
    }

    /// An input or output error at a file or folder.
    pub fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self(Box::new(ErrorKind::Io { place: Some(path.as_ref().to_path_buf()), source }))
    }

    /// The same input or output error, told of another path.
    #[must_use]
    pub fn at_path(mut self, path: impl AsRef<Path>) -> Self {
        if let ErrorKind::Io { place, .. } = &mut *self.0 {
            *place = Some(path.as_ref().to_path_buf());
        }
        self
    }

    /// All problems that make an input unusable (never empty).
    pub fn from_problems(problems: Vec<Problem>) -> Self {
        Self(Box::new(ErrorKind::Problems(problems)))
    }

    /// The problems behind this error, if it is made of problems.
    pub fn problems(&self) -> &[Problem] {
        match &*self.0 {
            ErrorKind::Problems(problems) => problems,
            _ => &[],
        }
    }

    /// Whether the reader of our output went away, which is no error for a command-line tool.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(&*self.0, ErrorKind::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            ErrorKind::Io { place: Some(path), source } => write!(f, "{}: {source}", path.display()),
            ErrorKind::Io { place: None, source } => write!(f, "{source}"),
            ErrorKind::Problems(problems) => {
                for (i, problem) in problems.iter().enumerate() {
                    if i > 0 {
                        f.write_str("\n")?;
                    }
                    write!(f, "{problem}")?;
                }
                Ok(())
            }
            ErrorKind::Message(message) => f.write_str(message),
        }
    }
}

/// What the message says already is not given again as a source.
impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Self(Box::new(ErrorKind::Io { place: None, source }))
    }
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is wrong; something is worth knowing.
    Note,
    /// The item was used, with a loss or a doubt.
    Warning,
    /// The item could not be used.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`, as the tables print it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding with its place: printed as `file:line: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A short stable word for the sort of problem (`bad-row`, `unknown-column`, `invalid-utf8` …).
    pub code: &'static str,
    /// The file, folder or argument, as the user named it.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// The byte in the file or document, counted from 0.
    pub byte: Option<u64>,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// What to do about it, where that is known.
    pub fix: Option<Box<str>>,
}

impl Problem {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, path: None, line: None, byte: None, message: message.into(), fix: None }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// A note without a place yet.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// The same problem with what to do about it.
    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<Box<str>>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// The same problem at a file.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same problem at a line (from 1).
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same problem at a byte (from 0).
    #[must_use]
    pub fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{path}:")?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            f.write_str(" ")?;
        }
        match self.severity {
            Severity::Note => f.write_str("note: ")?,
            Severity::Warning => f.write_str("warning: ")?,
            Severity::Error => {}
        }
        f.write_str(&self.message)?;
        if let Some(byte) = self.byte {
            write!(f, " (byte {byte})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_prints_file_line_and_message() {
        let problem = Problem::error("bad-row", "unknown kind `x`").in_file("people.csv").at_line(12);
        assert_eq!(problem.to_string(), "people.csv:12: unknown kind `x`");
        let warning = Problem::warning("invalid-utf8", "3 bytes replaced").in_file("a.txt").at_byte(7);
        assert_eq!(warning.to_string(), "a.txt: warning: 3 bytes replaced (byte 7)");
    }

    #[test]
    fn an_error_lists_all_its_problems() {
        let error = Error::from_problems(vec![Problem::error("a", "one"), Problem::error("b", "two")]);
        assert_eq!(error.to_string(), "one\ntwo");
        assert_eq!(error.problems().len(), 2);
    }

    #[test]
    fn a_closed_pipe_is_recognised() {
        assert!(Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).is_closed_pipe());
        assert!(!Error::message("no").is_closed_pipe());
    }
}
