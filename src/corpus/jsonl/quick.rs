//! Records as programs write them: one object whose names have no escapes and whose values are strings and numbers.
//!
//! Most lines are like that, and nearly all of a line is one long string; it is passed over by vector instructions and
//! borrowed, or unescaped straight into the scratch. Whatever is unusual – a value that nests, an escape in a name, a
//! mistake – is not judged here: `None`, and the line is parsed again by serde, which knows all of JSON and says what is
//! wrong. What is accepted here, serde accepts with the same result.

use std::borrow::Cow;

use super::{Field, KeySeed, Record, STRING_FIELDS, Value};
use crate::text::masks::stops::string_stop;

/// Reads the record at the beginning of `text` up to its line break or the end of the text; its length without that.
/// After a `None` the record holds anything.
pub(super) fn record<'de>(
    text: &'de str,
    record: &mut Record<'de>,
    values: &mut [String; STRING_FIELDS],
    carry: bool,
) -> Option<usize> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    reader.skip_blanks();
    reader.take(b'{')?;
    reader.skip_blanks();
    loop {
        reader.take(b'"')?;
        let name = reader.plain_string()?;
        reader.skip_blanks();
        reader.take(b':')?;
        reader.skip_blanks();
        match KeySeed::known(name) {
            Some(field) => {
                let value = reader.value(&mut values[field as usize], matches!(field, Field::Id))?;
                if matches!(field, Field::Id) {
                    record.odd_id = matches!(value, Value::Other);
                }
                record.fields[field as usize] = value;
            }
            None => {
                let raw = reader.raw()?;
                if carry {
                    record.carried.push((Cow::Borrowed(name), Cow::Borrowed(raw)));
                }
            }
        }
        reader.skip_blanks();
        match reader.next()? {
            b',' => reader.skip_blanks(),
            b'}' => break,
            _ => return None,
        }
    }
    reader.skip_blanks();
    matches!(reader.bytes.get(reader.at), None | Some(b'\n')).then_some(reader.at)
}

struct Reader<'de> {
    text: &'de str,
    bytes: &'de [u8],
    at: usize,
}

impl<'de> Reader<'de> {
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// White space of JSON but for line feeds, which end a record.
    #[inline]
    fn skip_blanks(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// The rest of a string without escapes, its first quote being passed.
    #[inline]
    fn plain_string(&mut self) -> Option<&'de str> {
        let start = self.at;
        let end = string_stop(self.bytes, start);
        self.at = end;
        self.take(b'"')?;
        self.text.get(start..end)
    }

    /// The value of a field that is wanted if it is a string; `number`: or a number, whose text counts.
    fn value(&mut self, into: &mut String, number: bool) -> Option<Value<'de>> {
        if self.bytes.get(self.at) != Some(&b'"') {
            let raw = self.raw()?;
            return Some(match raw.as_bytes()[0] {
                b'n' => Value::Absent,
                b'-' | b'0'..=b'9' if number => Value::Borrowed(raw),
                _ => Value::Other,
            });
        }
        self.at += 1;
        let mut start = self.at;
        let mut end = string_stop(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Some(Value::Borrowed(self.text.get(start..end)?));
        }
        into.clear();
        loop {
            into.push_str(self.text.get(start..end)?);
            self.at = end + 1;
            match self.bytes.get(end)? {
                b'"' => return Some(Value::Scratch),
                b'\\' => {}
                _ => return None,
            }
            match self.next()? {
                // The character stands for itself, and for the beginning of what is copied next.
                b'"' | b'\\' | b'/' => {
                    start = self.at - 1;
                    end = string_stop(self.bytes, self.at);
                    continue;
                }
                b'n' => into.push('\n'),
                b't' => into.push('\t'),
                b'r' => into.push('\r'),
                b'b' => into.push('\u{8}'),
                b'f' => into.push('\u{C}'),
                b'u' => into.push(self.escaped()?),
                _ => return None,
            }
            start = self.at;
            end = string_stop(self.bytes, start);
        }
    }

    /// The character of `\uXXXX`, or of two that stand for one above U+FFFF; the first `\u` is passed.
    fn escaped(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        self.take(b'\\')?;
        self.take(b'u')?;
        let second = self.four_digits()?;
        if !(0xDC00..0xE000).contains(&second) {
            return None;
        }
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10 | (second - 0xDC00)))
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut number = 0;
        for _ in 0..4 {
            number = number << 4 | char::from(self.next()?).to_digit(16)?;
        }
        Some(number)
    }

    /// The JSON text of a value that is a string without escapes, a number or a word.
    fn raw(&mut self) -> Option<&'de str> {
        let start = self.at;
        match self.next()? {
            b'"' => {
                self.plain_string()?;
            }
            b'n' => self.word(b"ull")?,
            b't' => self.word(b"rue")?,
            b'f' => self.word(b"alse")?,
            b'-' | b'0'..=b'9' => self.number(start)?,
            _ => return None,
        }
        self.text.get(start..self.at)
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        let found = self.bytes.get(self.at..)?.starts_with(rest);
        self.at += rest.len();
        found.then_some(())
    }

    /// The rest of a number without an exponent, and short enough that it must be one that fits.
    fn number(&mut self, start: usize) -> Option<()> {
        if self.bytes[start] == b'-' {
            self.next().filter(u8::is_ascii_digit)?;
        }
        let leading_zero = self.bytes[self.at - 1] == b'0';
        let whole = self.digits();
        if leading_zero && whole > 0 {
            return None;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return None;
            }
        }
        (self.at - start < 18 && !matches!(self.bytes.get(self.at), Some(b'e' | b'E'))).then_some(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }
}
