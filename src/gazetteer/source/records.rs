//! Records of a delimited file with the line each begins on.
//!
//! Splitting follows RFC 4180 as the `csv` crate reads it (a test compares the two): records end with LF, CR LF or CR,
//! blank lines are skipped, a quote inside an unquoted cell stands for itself. What that crate forgives is an error
//! here, because a gazetteer must not lose text silently: a quote that never closes (it would swallow the rest of the
//! file) and text after a closing quote. Cells are places in the file: nothing is copied. Lines are counted from the
//! bytes, so that blank lines, CRLF and line breaks in quoted cells leave them right.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2_iter, memchr3};

use super::report::Fault;

/// How much of the file may be read again because of quotes that never close, in multiples of its size.
const MAX_REPEATS: usize = 8;
/// How far the end of a cell is looked for byte by byte: most are near, and a search has a price of its own.
const NEAR: usize = 24;

/// One step of [`Records::next`].
#[derive(Debug, PartialEq, Eq)]
pub(in crate::gazetteer) enum Step {
    /// The record was read; it begins on this line.
    Record(u64),
    /// This line begins no usable record; reading can go on.
    Broken(u64, Fault),
    /// There is nothing more.
    End,
}

/// Where a cell stands in the file, without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gazetteer) struct Cell {
    start: usize,
    end: usize,
    /// Quotes are written twice in it.
    doubled: bool,
}

impl Cell {
    /// The cell as it is written, out of a text that begins at byte `base` of the file; it says that, unless it needs
    /// to be [unescaped](Cell::of).
    pub(in crate::gazetteer) fn raw(self, text: &str, base: usize) -> &str {
        &text[self.start - base..self.end - base]
    }

    /// Where the cell stands in the file.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether quotes are written twice in the cell.
    pub(in crate::gazetteer) fn is_escaped(self) -> bool {
        self.doubled
    }

    /// What the cell says, out of a text that begins at byte `base` of the file.
    pub(in crate::gazetteer) fn of(self, text: &str, base: usize) -> Cow<'_, str> {
        let cell = self.raw(text, base);
        if self.doubled { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) }
    }

    /// What the cell says, invalid bytes replaced.
    #[cfg(test)]
    pub(in crate::gazetteer) fn lossy(self, bytes: &[u8]) -> String {
        let cell = String::from_utf8_lossy(&bytes[self.start..self.end]);
        if self.doubled { cell.replace("\"\"", "\"") } else { cell.into_owned() }
    }
}

/// Reads records one by one.
pub(in crate::gazetteer) struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// The bytes that end an unquoted cell.
    ends_cell: [bool; 256],
    /// Where the next record is looked for.
    at: usize,
    lines: Lines<'a>,
    /// The last record without the line breaks before it.
    current: Range<usize>,
    /// The last record ends with the only line break in it.
    one_line: bool,
    /// How many bytes may still be read again.
    budget: usize,
}

impl<'a> Records<'a> {
    pub(in crate::gazetteer) fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        let mut ends_cell = [false; 256];
        for byte in [delimiter, b'\n', b'\r'] {
            ends_cell[usize::from(byte)] = true;
        }
        Self {
            bytes,
            delimiter,
            ends_cell,
            // A byte-order mark is no text, even behind another one.
            at: if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 },
            lines: Lines { bytes, at: 0, line: 1 },
            current: 0..0,
            one_line: false,
            budget: bytes.len().saturating_mul(MAX_REPEATS),
        }
    }

    /// Reads the cells of the next record that is not a blank line.
    pub(in crate::gazetteer) fn next(&mut self, cells: &mut Vec<Cell>) -> Step {
        if std::mem::take(&mut self.one_line) {
            self.lines.step(self.at);
        }
        let mut start = self.at;
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        if start == self.bytes.len() {
            self.at = start;
            return Step::End;
        }
        let line = self.lines.at(start);
        let scanned = self.scan(start, cells);
        self.at = scanned.end;
        self.current = start..scanned.end;
        match scanned.flaw {
            None => {
                self.one_line = scanned.one_line;
                Step::Record(line)
            }
            Some(Flaw::TextAfter(at)) => {
                let advice = "text after a closing quote (a quote inside a quoted cell is written twice)";
                Step::Broken(self.lines.at(at), Fault::new("bad-quotes", advice))
            }
            Some(Flaw::NeverClosed(open)) => {
                self.restart_after_line_of(open);
                let fault = Fault::new("bad-quotes", "the quote that opens here is never closed");
                Step::Broken(self.lines.at(open), fault)
            }
        }
    }

    /// Splits the record that begins at a byte.
    fn scan(&self, start: usize, cells: &mut Vec<Cell>) -> Scanned {
        cells.clear();
        let bytes = self.bytes;
        let mut flaw = None;
        let mut quoted = false;
        let mut at = start;
        loop {
            let mut cell = Cell { start: at, end: at, doubled: false };
            if bytes.get(at) == Some(&b'"') {
                quoted = true;
                let open = at;
                at += 1;
                cell.start = at;
                loop {
                    let Some(offset) = memchr(b'"', &bytes[at..]) else {
                        let flaw = flaw.or(Some(Flaw::NeverClosed(open)));
                        return Scanned { end: bytes.len(), flaw, one_line: false };
                    };
                    at += offset + 1;
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    cell.doubled = true;
                    at += 1;
                }
                cell.end = at - 1;
                let end = self.cell_end(at);
                if end > at && flaw.is_none() {
                    flaw = Some(Flaw::TextAfter(at));
                }
                at = end;
            } else {
                at = self.cell_end(at);
                cell.end = at;
            }
            cells.push(cell);
            let end = match bytes.get(at) {
                Some(byte) if *byte == self.delimiter => {
                    at += 1;
                    continue;
                }
                None => at,
                Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => at + 2,
                Some(_) => at + 1,
            };
            return Scanned { end, flaw, one_line: !quoted && end > at };
        }
    }

    /// The first byte at or after `at` that ends an unquoted cell, or the end of the file.
    fn cell_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        let near = rest.iter().take(NEAR).position(|byte| self.ends_cell[usize::from(*byte)]);
        let offset = near.or_else(|| {
            let far = rest.get(NEAR..)?;
            memchr3(self.delimiter, b'\n', b'\r', far).map(|offset| NEAR + offset)
        });
        at + offset.unwrap_or(rest.len())
    }

    /// Goes on with the line after the one that `open` stands in, unless too much was read twice.
    fn restart_after_line_of(&mut self, open: usize) {
        let end = self.bytes.len();
        let next = self.bytes[open..].iter().position(|b| matches!(b, b'\r' | b'\n')).map_or(end, |at| open + at);
        self.budget = self.budget.saturating_sub(end - next);
        if self.budget > 0 {
            self.at = next;
        }
    }

    /// Where the last record stands in the file, the line break at its end included.
    pub(super) fn range(&self) -> Range<usize> {
        self.current.clone()
    }

    /// How many lines the last record spans.
    pub(in crate::gazetteer) fn height(&self) -> u64 {
        let raw = &self.bytes[self.current.clone()];
        let trimmed = raw.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
        1 + breaks(self.bytes, self.current.start, self.current.start + trimmed)
    }

    /// The last record as text, and its first byte in the file.
    ///
    /// # Errors
    /// Line and byte of the first invalid UTF-8 in it.
    pub(in crate::gazetteer) fn text(&self) -> Result<(&'a str, usize), (u64, u64)> {
        let start = self.current.start;
        std::str::from_utf8(&self.bytes[self.current.clone()]).map(|text| (text, start)).map_err(|error| {
            let at = start + error.valid_up_to();
            let line = self.lines.line + breaks(self.bytes, self.lines.at, at.max(self.lines.at));
            (line, at as u64)
        })
    }
}

/// One record as [`Records::scan`] found it.
struct Scanned {
    /// The byte after the record and its line break.
    end: usize,
    flaw: Option<Flaw>,
    one_line: bool,
}

/// What is wrong with the quotes of a record, and where.
enum Flaw {
    TextAfter(usize),
    NeverClosed(usize),
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

    /// Goes to a byte with one line break since the last.
    fn step(&mut self, byte: usize) {
        self.line += 1;
        self.at = byte;
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
pub(in crate::gazetteer) fn count_lines(bytes: &[u8]) -> u64 {
    1 + breaks(bytes, 0, bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every step as `line:cells joined by /` or `line!code`.
    fn steps(text: &str, delimiter: u8) -> Vec<String> {
        let mut records = Records::new(text.as_bytes(), delimiter);
        let mut cells = Vec::new();
        let mut steps = Vec::new();
        loop {
            match records.next(&mut cells) {
                Step::Record(line) => {
                    let cells: Vec<_> = cells.iter().map(|cell| cell.of(text, 0)).collect();
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
        let mut cells = Vec::new();
        assert_eq!(records.next(&mut cells), Step::Record(1));
        assert_eq!(records.text(), Ok(("a,b\n", 0)));
        assert_eq!(records.next(&mut cells), Step::Record(2));
        assert_eq!(records.height(), 2);
        assert_eq!(records.text(), Err((3, 10)));
    }

    /// The records of the `csv` crate, each with the line that its first byte stands in.
    fn oracle(bytes: &[u8], delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
        let mut record = csv::ByteRecord::new();
        let mut rows = Vec::new();
        loop {
            let mut start = reader.position().byte() as usize;
            if !reader.read_byte_record(&mut record).expect("a slice is always readable") {
                return rows;
            }
            while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
                start += 1;
            }
            let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            rows.push((count_lines(&bytes[..start]), cells));
        }
    }

    proptest! {
        /// With sound quotes the records are those of the `csv` crate; else the two agree up to the first flaw.
        #[test]
        fn records_are_those_of_the_csv_crate(
            parts in prop::collection::vec(prop::sample::select(&[
                ",", ";", "\n", "\r\n", "\r", "\"", "\"\"", ",\"", "\",", "\"\n", "\"\r\n", "a", "é", "東京", " ", "b c",
                "a longer cell that is not found by looking near", "\"quoted, with\nall\"\"that\"",
            ][..]), 0..40),
            delimiter in prop::sample::select(&b",;\t"[..]),
        ) {
            let text = parts.concat();
            let expected = oracle(text.as_bytes(), delimiter);
            let mut records = Records::new(text.as_bytes(), delimiter);
            let mut cells = Vec::new();
            let mut rows = expected.iter();
            loop {
                match records.next(&mut cells) {
                    Step::Record(line) => {
                        let row = (line, cells.iter().map(|cell| cell.of(&text, 0).into_owned()).collect());
                        prop_assert_eq!(Some(&row), rows.next());
                        let lossy: Vec<String> = cells.iter().map(|cell| cell.lossy(text.as_bytes())).collect();
                        prop_assert_eq!(row.1, lossy);
                    }
                    Step::End => {
                        prop_assert_eq!(rows.next(), None);
                        break;
                    }
                    // A quote that never closes is read again from the next line.
                    Step::Broken(_, fault) if fault.message.contains("never") => break,
                    Step::Broken(..) => prop_assert!(rows.next().is_some()),
                }
            }
        }
    }
}
