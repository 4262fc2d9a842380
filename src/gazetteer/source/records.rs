//! Records of a delimited file with the line each begins on.
//!
//! Splitting is the `csv` crate's. What it forgives is checked here, because a gazetteer must not lose text silently:
//! a quote that never closes (it would swallow the rest of the file) and text after a closing quote. Lines are counted
//! from the bytes, so that blank lines, CRLF and line breaks in quoted cells leave them right.

use csv::ByteRecord;
use memchr::{memchr, memchr2_iter};

use super::report::Fault;

/// How much of the file may be read again because of quotes that never close, in multiples of its size.
const MAX_REPEATS: usize = 8;

/// One step of [`Records::next`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The record was read; it begins on this line.
    Record(u64),
    /// This line begins no usable record; reading can go on.
    Broken(u64, Fault),
    /// There is nothing more.
    End,
}

/// Reads records one by one.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// Where `reader` began in `bytes`.
    base: usize,
    reader: csv::Reader<&'a [u8]>,
    lines: Lines<'a>,
    /// The last record without the line breaks before it.
    current: std::ops::Range<usize>,
    /// How many bytes may still be read again.
    budget: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self {
            bytes,
            delimiter,
            base: 0,
            reader: reader(bytes, delimiter),
            lines: Lines { bytes, at: 0, line: 1 },
            current: 0..0,
            budget: bytes.len().saturating_mul(MAX_REPEATS),
        }
    }

    /// Reads the next record that is not a blank line.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Step {
        let mut start = self.base + self.reader.position().byte() as usize;
        match self.reader.read_byte_record(record) {
            Ok(true) => {}
            Ok(false) => return Step::End,
            // A slice gives no input error and the reader is flexible about lengths.
            Err(error) => return Step::Broken(self.lines.at(start), Fault::new("bad-row", error.to_string())),
        }
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let end = (self.base + self.reader.position().byte() as usize).max(start);
        self.current = start..end;
        let line = self.lines.at(start);
        let raw = &self.bytes[start..end];
        if memchr(b'"', raw).is_none() {
            return Step::Record(line);
        }
        match check_quotes(raw, self.delimiter) {
            Quotes::Fine => Step::Record(line),
            Quotes::TextAfter(at) => {
                let line = self.lines.at(start + at);
                let advice = "text after a closing quote (a quote inside a quoted cell is written twice)";
                Step::Broken(line, Fault::new("bad-quotes", advice))
            }
            Quotes::NeverClosed(at) => {
                let line = self.lines.at(start + at);
                self.restart_after_line_of(start + at, end);
                Step::Broken(line, Fault::new("bad-quotes", "the quote that opens here is never closed"))
            }
        }
    }

    /// Goes on with the line after the one that `open` stands in, unless too much was read twice.
    fn restart_after_line_of(&mut self, open: usize, end: usize) {
        let next = self.bytes[open..end].iter().position(|b| matches!(b, b'\r' | b'\n')).map_or(end, |at| open + at);
        self.budget = self.budget.saturating_sub(end - next);
        if self.budget > 0 {
            self.base = next;
            self.reader = reader(&self.bytes[next..], self.delimiter);
        }
    }

    /// How many lines the last record spans.
    pub(super) fn height(&self) -> u64 {
        let raw = &self.bytes[self.current.clone()];
        let trimmed = raw.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
        1 + breaks(self.bytes, self.current.start, self.current.start + trimmed)
    }

    /// Line and byte of the first invalid UTF-8 in the last record.
    pub(super) fn invalid_utf8(&self) -> Option<(u64, u64)> {
        let error = std::str::from_utf8(&self.bytes[self.current.clone()]).err()?;
        let at = self.current.start + error.valid_up_to();
        let line = self.lines.line + breaks(self.bytes, self.lines.at, at.max(self.lines.at));
        Some((line, at as u64))
    }
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(1 << 16)
        .from_reader(bytes)
}

/// Counts lines forward.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a byte at or after the last one asked for.
    fn at(&mut self, byte: usize) -> u64 {
        if byte > self.at {
            self.line += breaks(self.bytes, self.at, byte);
            self.at = byte;
        }
        self.line
    }
}

/// Line breaks (LF, CR LF, CR) that end in `bytes[from..to]`; a CR LF that is cut counts with its LF.
fn breaks(bytes: &[u8], from: usize, to: usize) -> u64 {
    memchr2_iter(b'\n', b'\r', &bytes[from..to])
        .filter(|at| bytes[from + at] == b'\n' || bytes.get(from + at + 1) != Some(&b'\n'))
        .count() as u64
}

/// How many lines a text has, for files that are not delimited.
#[cfg(test)]
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    1 + breaks(bytes, 0, bytes.len())
}

enum Quotes {
    Fine,
    TextAfter(usize),
    NeverClosed(usize),
}

/// Checks the quoting of one record as RFC 4180 has it; a quote inside an unquoted cell stands for itself.
fn check_quotes(raw: &[u8], delimiter: u8) -> Quotes {
    let mut at = 0;
    let mut cell_start = true;
    while let Some(&byte) = raw.get(at) {
        if cell_start && byte == b'"' {
            let open = at;
            at += 1;
            loop {
                match raw.get(at..).and_then(|rest| memchr(b'"', rest)) {
                    None => return Quotes::NeverClosed(open),
                    Some(offset) => at += offset + 1,
                }
                if raw.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            if raw.get(at).is_some_and(|b| *b != delimiter && !matches!(b, b'\r' | b'\n')) {
                return Quotes::TextAfter(at);
            }
            cell_start = false;
        } else {
            cell_start = byte == delimiter || matches!(byte, b'\r' | b'\n');
            at += 1;
        }
    }
    Quotes::Fine
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every step as `line:cells joined by /` or `line!code`.
    fn steps(text: &str, delimiter: u8) -> Vec<String> {
        let mut records = Records::new(text.as_bytes(), delimiter);
        let mut record = ByteRecord::new();
        let mut steps = Vec::new();
        loop {
            match records.next(&mut record) {
                Step::Record(line) => {
                    let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
                    steps.push(format!("{line}:{}", cells.join("/")));
                }
                Step::Broken(line, fault) => steps.push(format!("{line}!{}", fault.code)),
                Step::End => return steps,
            }
        }
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for (text, expected) in [
            ("a,b\n1,2\n3,4", vec!["1:a/b", "2:1/2", "3:3/4"]),
            ("a,b\r\n1,2\r\n3,4\r\n", vec!["1:a/b", "2:1/2", "3:3/4"]),
            ("a,b\r1,2\r3,4", vec!["1:a/b", "2:1/2", "3:3/4"]),
            ("\n\na,b\n\n\n1,2\n", vec!["3:a/b", "6:1/2"]),
            ("a,b\r\n\r\n1,2\r\n", vec!["1:a/b", "3:1/2"]),
            ("a,b\n\"x\ny\",2\n3,4\n", vec!["1:a/b", "2:x\ny/2", "4:3/4"]),
            ("a,b\r\n\"x\r\n\r\ny\",2\r\n3,4", vec!["1:a/b", "2:x\r\n\r\ny/2", "5:3/4"]),
            ("", vec![]),
            ("\n\r\n", vec![]),
        ] {
            assert_eq!(steps(text, b','), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_are_checked() {
        for (text, expected) in [
            ("\"a\"\"b\",c\n", vec!["1:a\"b/c"]),
            ("5\" disk,c\n", vec!["1:5\" disk/c"]),
            ("\"Weird Al\" Yankovic,c\nd,e\n", vec!["1!bad-quotes", "2:d/e"]),
            ("a,b\nc,\"d\ne,f\ng,h\n", vec!["1:a/b", "2!bad-quotes", "3:e/f", "4:g/h"]),
            ("a,b\r\nc,\"d\r\ne,f\r\n", vec!["1:a/b", "2!bad-quotes", "3:e/f"]),
            ("\"", vec!["1!bad-quotes"]),
            ("\"\"", vec!["1:"]),
        ] {
            assert_eq!(steps(text, b','), expected, "{text:?}");
        }
        assert_eq!(steps("a;\"b;c\"\n", b';'), ["1:a/b;c"]);
    }

    #[test]
    fn many_open_quotes_take_no_quadratic_time() {
        let text = "x\",\"\n".repeat(20_000);
        assert!(!steps(&text, b',').is_empty());
    }

    #[test]
    fn invalid_bytes_have_line_and_byte() {
        let mut records = Records::new(b"a,b\n\"x\ny\",\xff\n", b',');
        let mut record = ByteRecord::new();
        assert_eq!(records.next(&mut record), Step::Record(1));
        assert_eq!(records.invalid_utf8(), None);
        assert_eq!(records.next(&mut record), Step::Record(2));
        assert_eq!(records.height(), 2);
        assert_eq!(records.invalid_utf8(), Some((3, 10)));
    }
}
