//! The values of a large JSON array or object, one by one, each with its line.
//!
//! Nothing is parsed here: values are cut out by their brackets and quotes, and whoever wants them parses them. So a
//! value that is wrong costs that value only.

use std::io::ErrorKind;

use super::input::{Input, MAX_PASSED};
use super::output::Output;
use crate::error::Result;
use crate::gazetteer::source::report::Fault;

/// The longest value: parsed, it may take a dozen times as much memory.
const MAX_VALUE: usize = 4 << 20;

/// Reads the items of an array, the members of an object, or values one after the other.
pub(super) struct JsonValues<'i> {
    input: &'i mut Input,
    /// What closes the whole: `]`, `}`, or nothing.
    close: Option<u8>,
    begun: bool,
    ended: bool,
    line: u64,
    /// How many blanks may stand in a row.
    max_blanks: u64,
    /// The key of a member, as written.
    pub(super) key: Vec<u8>,
    /// The value, as written.
    pub(super) value: Vec<u8>,
}

impl<'i> JsonValues<'i> {
    /// The values of a file; `members` for an object of which the members are asked for.
    pub(super) fn new(input: &'i mut Input, members: bool) -> Self {
        let close = if members { Some(b'}') } else { None };
        Self {
            input,
            close,
            begun: false,
            ended: false,
            line: 1,
            max_blanks: MAX_PASSED,
            key: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Goes to the next value and gives its line. A fault is the last thing that is read.
    pub(super) fn next(&mut self) -> Result<Option<Result<u64, (u64, Fault)>>> {
        if self.ended {
            return Ok(None);
        }
        let step = self.step()?;
        self.input.line = self.line;
        Ok(match step {
            Ok(true) => Some(Ok(self.line_of_value())),
            Ok(false) => {
                self.ended = true;
                None
            }
            Err(message) => {
                self.ended = true;
                Some(Err((self.line, Fault::new("bad-row", message))))
            }
        })
    }

    /// Reports the fault that ended the reading, and that something is left unread, if so.
    pub(super) fn end_with(&mut self, (line, fault): (u64, Fault), output: &mut Output<'_>) -> Result<()> {
        output.problem(line, fault);
        if self.peek()?.is_some() {
            output.given_up(line);
        }
        Ok(())
    }

    fn line_of_value(&self) -> u64 {
        self.line - memchr::memchr_iter(b'\n', &self.value).count() as u64
    }

    fn step(&mut self) -> Result<Result<bool, String>> {
        if !self.begun {
            self.begun = true;
            match (self.peek_text()?, self.close) {
                (Some(b'{'), Some(b'}')) => self.take(),
                (Some(b'['), None) => {
                    self.take();
                    self.close = Some(b']');
                }
                (_, Some(_)) => return Ok(Err("no JSON object".to_owned())),
                _ => {}
            }
            if self.peek_text()? == self.close && self.close.is_some() {
                self.take();
                return self.end();
            }
        } else if let Some(close) = self.close {
            match self.peek_text()? {
                Some(b',') => self.take(),
                Some(byte) if byte == close => {
                    self.take();
                    return self.end();
                }
                Some(_) => return Ok(Err("a comma is missing between two values".to_owned())),
                None => return Ok(Err("the file ends in the middle of its JSON".to_owned())),
            }
        }
        match (self.peek_text()?, self.close) {
            (None, None) => return Ok(Ok(false)),
            (None, _) => return Ok(Err("the file ends in the middle of its JSON".to_owned())),
            // Dumps may have a comma behind the last value.
            (Some(byte), Some(close)) if byte == close => {
                self.take();
                return self.end();
            }
            _ => {}
        }
        if self.close == Some(b'}') {
            if let Err(message) = self.read_value()? {
                return Ok(Err(message));
            }
            std::mem::swap(&mut self.key, &mut self.value);
            if self.peek_text()? != Some(b':') {
                return Ok(Err("a colon is missing behind a key".to_owned()));
            }
            self.take();
            self.peek_text()?;
        }
        Ok(self.read_value()?.map(|()| true))
    }

    fn end(&mut self) -> Result<Result<bool, String>> {
        Ok(match self.peek_text()? {
            None => Ok(false),
            Some(_) => Err("text behind the end of the JSON".to_owned()),
        })
    }

    /// Reads one value; spaces before it are gone already.
    fn read_value(&mut self) -> Result<Result<(), String>> {
        self.value.clear();
        let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
        loop {
            let Some(byte) = self.peek()? else {
                return Ok(if depth > 0 || in_text || self.value.is_empty() {
                    Err("the file ends in the middle of its JSON".to_owned())
                } else {
                    Ok(())
                });
            };
            let scalar = depth == 0 && !in_text;
            if scalar && (matches!(byte, b',' | b']' | b'}' | b':') || byte.is_ascii_whitespace()) {
                return Ok(if self.value.is_empty() { Err("a value is missing".to_owned()) } else { Ok(()) });
            }
            self.take();
            if byte == b'\n' {
                self.line += 1;
            }
            self.value.push(byte);
            if self.value.len() > MAX_VALUE {
                return Ok(Err(format!("a value of more than {MAX_VALUE} bytes")));
            }
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth += 1,
                b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && !in_text && matches!(byte, b'"' | b'}' | b']') {
                return Ok(Ok(()));
            }
        }
    }

    /// The next byte that is no space.
    fn peek_text(&mut self) -> Result<Option<u8>> {
        let mut blanks = 0u64;
        loop {
            match self.peek()? {
                Some(byte) if byte.is_ascii_whitespace() => {
                    if byte == b'\n' {
                        self.line += 1;
                    }
                    self.take();
                }
                other => return Ok(other),
            }
            blanks += 1;
            if blanks > self.max_blanks {
                self.input.line = self.line;
                return Err(self.input.failed(&std::io::Error::other("a gigabyte of blanks")));
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            match self.input.rest().fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = error.to_string();
                    self.input.line = self.line;
                    return Err(self.input.failed(&std::io::Error::other(message)));
                }
            }
        }
    }

    fn take(&mut self) {
        self.input.rest().consume(1);
    }
}

/// What a JSON value is not, told without the line: the parser sees one value.
pub(super) fn invalid(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or("");
    Fault::new("bad-row", format!("no record of this format: {reason}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn input(bytes: &[u8], stop: &Arc<AtomicBool>) -> Input {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Input::open(file.path(), false, stop).unwrap()
    }

    #[test]
    fn blanks_without_end_and_values_that_are_too_long_are_refused() {
        let stop = Arc::default();
        let text = format!("{{{}", " \n".repeat(1000));
        let mut blank = input(text.as_bytes(), &stop);
        let mut values = JsonValues { max_blanks: 1500, ..JsonValues::new(&mut blank, true) };
        let error = values.next().unwrap_err().to_string();
        assert!(error.contains(":751: ") && error.ends_with("a gigabyte of blanks"), "{error}");
        // As long as values may be, and one byte more.
        for (more, sound) in [(0, true), (1, false)] {
            let text = format!("[\"{}\"]", "x".repeat(MAX_VALUE - 2 + more));
            let mut long = input(text.as_bytes(), &stop);
            let step = JsonValues::new(&mut long, false).next().unwrap().unwrap();
            assert_eq!(step.is_ok(), sound, "{more}");
        }
    }

    #[test]
    fn reading_ends_when_the_flag_is_set() {
        let stop = Arc::<AtomicBool>::default();
        let mut input = input(b"[1, 2]", &stop);
        let mut values = JsonValues::new(&mut input, false);
        assert!(values.next().unwrap().is_some());
        stop.store(true, Ordering::Relaxed);
        assert!(values.next().unwrap_err().to_string().ends_with("stopped"));
    }
}
