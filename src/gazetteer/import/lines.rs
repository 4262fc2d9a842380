//! Formats of one row a line: the lines that are text, with their numbers, and everything else reported.

use super::input::{Head, Input, Line};
use super::output::Output;
use crate::error::Result;
use crate::gazetteer::source::report::Fault;

/// Reads a file line by line: `row` gets each line that is UTF-8, no longer than `limit` bytes and not blank, with its
/// number; what it returns as an error is reported at the line.
pub(super) fn each_line(
    input: &mut Input,
    output: &mut Output<'_>,
    limit: usize,
    mut row: impl FnMut(&str, u64, &mut Output<'_>) -> Result<(), Fault>,
) -> Result<()> {
    let mut line = Vec::new();
    loop {
        match input.next_line(&mut line, limit)? {
            Line::End => return Ok(()),
            Line::TooLong => {
                output.row()?;
                let message = format!("a line of more than {limit} bytes is no row of this format");
                output.problem(input.line, Fault::new("bad-row", message));
                continue;
            }
            Line::Read => {}
        }
        output.row()?;
        match std::str::from_utf8(&line) {
            Err(_) => {
                output.problem(input.line, Fault::new("invalid-utf8", "invalid UTF-8: save the file as UTF-8"));
            }
            Ok(text) => {
                // A mark in the middle of joined files is no text either.
                let text = text.trim_start_matches('\u{FEFF}');
                if !text.trim().is_empty()
                    && let Err(fault) = row(text, input.line, output)
                {
                    output.problem(input.line, fault);
                }
            }
        }
    }
}

/// Whether a question is answered with yes by most of a file's first lines.
pub(super) fn most_lines(head: &Head<'_>, is: impl Fn(&str) -> bool) -> bool {
    let lines = head.lines().take(50);
    let (yes, all) = lines.fold((0, 0), |(yes, all), line| (yes + usize::from(is(line)), all + 1));
    yes * 2 > all
}
