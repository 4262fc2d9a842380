//! JSON Lines: one object a line, each a document.
//!
//! `text` is required and a string; `id` may be a string or a number (its JSON text counts: `1.0` stays `1.0`);
//! `title`, `date`, `lang` and `url` are used if they are strings; `url` and every other field are carried as JSON text,
//! in the order of the record. Of a key that stands twice the last value counts, but carried fields keep all of them. Blank
//! lines are passed over and counted.
//!
//! Strings without escapes are borrowed from the buffer; others are unescaped into the worker's [`Scratch`]. Values
//! that are not used are passed over without building them, at any depth.
//!
//! Offsets count in the decoded string. A line with invalid UTF-8 is decoded with U+FFFD first, so its offsets count
//! these characters, need no repairs, and the loss is reported as a warning.

mod quick;

use super::split::WholeLines;
use super::text::invalid_utf8_problem;
use super::{Chunk, Format, RecordProblem, Scratch, Splitter, too_large_problem};
use crate::error::Problem;
use crate::text::{Document, Offsets};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// How many fields are strings that may need unescaping: see [`Field`].
pub(super) const STRING_FIELDS: usize = 6;

/// JSON Lines.
#[derive(Debug)]
pub struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn folder_extensions(&self) -> &'static [&'static str] {
        &["jsonl", "ndjson"]
    }

    fn argument_extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = beginning.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(beginning).trim_ascii_start();
        let line = &beginning[..memchr::memchr(b'\n', beginning).unwrap_or(beginning.len())];
        line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
    }

    fn splitter(&self) -> Box<dyn Splitter> {
        Box::new(WholeLines::default())
    }

    fn documents(
        &self,
        chunk: Chunk<'_>,
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<Document<'_>, RecordProblem>),
    ) {
        let whole = simdutf8::basic::from_utf8(chunk.bytes()).ok();
        let mut start = 0;
        let mut number = chunk.line();
        while start < chunk.bytes().len() {
            let mut record = Record::default();
            let quick = whole
                .and_then(|text| quick::record(&text[start..], &mut record, &mut scratch.values, chunk.carry()))
                .filter(|length| *length as u64 <= chunk.max_document_bytes());
            if let Some(length) = quick {
                let line = Line { number, start, end: start + length };
                let blanks = chunk.bytes()[start..].iter().take_while(|byte| **byte != b'{').count();
                record.id(&chunk, number, scratch);
                line.deliver(&chunk, record, blanks, scratch, each);
                start = line.end + 1;
            } else {
                let rest = &chunk.bytes()[start..];
                let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let line = Line { number, start, end };
                match whole {
                    Some(text) => line.document(&chunk, &text[start..end], true, scratch, each),
                    None => line.decode(&chunk, scratch, each),
                }
                start = end + 1;
            }
            number += 1;
        }
    }
}

/// One line of a chunk, without its end.
struct Line {
    number: u64,
    start: usize,
    end: usize,
}

impl Line {
    /// A line of a chunk with invalid UTF-8 somewhere.
    fn decode(
        &self,
        chunk: &Chunk<'_>,
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<Document<'_>, RecordProblem>),
    ) {
        let (text, repairs) = Document::decode(&chunk.bytes()[self.start..self.end]);
        self.document(chunk, &text, repairs.is_empty(), scratch, each);
        if let Some(first) = repairs.first() {
            let problem = invalid_utf8_problem(repairs.len()).at_byte(self.byte(chunk) + u64::from(first.at));
            each(Err(self.problem(chunk, scratch, problem)));
        }
    }

    /// Parses one record. `exact`: places in `text` are places in the file.
    fn document(
        &self,
        chunk: &Chunk<'_>,
        text: &str,
        exact: bool,
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<Document<'_>, RecordProblem>),
    ) {
        let blank = text.len() - text.trim_ascii_start().len();
        scratch.id.clear();
        if blank == text.len() {
            return;
        }
        let bad = |message: String, column: usize| self.bad(chunk, message, if exact { column } else { 0 });
        if (self.end - self.start) as u64 > chunk.max_document_bytes() {
            let problem = too_large_problem("the line", chunk.max_document_bytes()).at_byte(self.byte(chunk));
            return each(Err(self.problem(chunk, scratch, problem)));
        }
        if text.as_bytes()[blank] != b'{' {
            return each(Err(self.problem(chunk, scratch, bad("not a JSON object".into(), blank))));
        }
        let mut record = Record::default();
        let mut json = serde_json::Deserializer::from_str(text);
        let parsed = RecordSeed { record: &mut record, values: &mut scratch.values, carry: chunk.carry() }
            .deserialize(&mut json)
            .and_then(|()| json.end());
        record.id(chunk, self.number, scratch);
        if let Err(error) = parsed {
            let problem = bad(format!("broken JSON: {}", without_place(&error)), error.column().saturating_sub(1));
            return each(Err(self.problem(chunk, scratch, problem)));
        }
        self.deliver(chunk, record, if exact { blank } else { 0 }, scratch, each);
    }

    /// Hands out the document of a record whose id is in the scratch, or says what it lacks; `column`: where it begins.
    fn deliver(
        &self,
        chunk: &Chunk<'_>,
        mut record: Record<'_>,
        column: usize,
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<Document<'_>, RecordProblem>),
    ) {
        let [_, body, title, date, lang, url] = &record.fields;
        let problem = match body {
            Value::Absent => Some("no `text`"),
            Value::Other => Some("`text` is not a string"),
            Value::Borrowed(_) | Value::Scratch => None,
        };
        if let Some(problem) = problem {
            return each(Err(self.problem(chunk, scratch, self.bad(chunk, problem.into(), column))));
        }
        let values = &scratch.values;
        let body = body.get(values, Field::Text);
        if body.len() as u64 > chunk.max_document_bytes() {
            let problem = too_large_problem("the decoded text", chunk.max_document_bytes()).at_byte(self.byte(chunk));
            return each(Err(self.problem(chunk, scratch, problem)));
        }
        let mut carried = std::mem::take(&mut record.carried);
        let address = url.get(values, Field::Url);
        if chunk.carry() && !address.is_empty() {
            // No table has a column of its own for it.
            carried.insert(0, ("url".into(), serde_json::Value::from(address).to_string().into()));
        }
        each(Ok(Document {
            id: scratch.id.as_str().into(),
            text: body.into(),
            repairs: Vec::new(),
            path: chunk.path().into(),
            title: title.get(values, Field::Title).into(),
            date: date.get(values, Field::Date).into(),
            lang: lang.get(values, Field::Lang).into(),
            url: address.into(),
            offsets: Offsets::Decoded,
            carried,
        }));
        if record.odd_id {
            let problem = Problem::warning("bad-id", "`id` is neither a string nor a number, a made one is used");
            each(Err(self.problem(chunk, scratch, problem.at_byte(self.byte(chunk)))));
        }
    }

    /// The problem of a record that is none, at a byte of the line.
    fn bad(&self, chunk: &Chunk<'_>, message: String, column: usize) -> Problem {
        Problem::error("bad-record", message).at_byte(self.byte(chunk) + column as u64)
    }

    /// The place of the line in the file.
    fn byte(&self, chunk: &Chunk<'_>) -> u64 {
        chunk.offset() + self.start as u64
    }

    /// A problem of this line; its document is the one whose id is in the scratch, if any.
    fn problem(&self, chunk: &Chunk<'_>, scratch: &Scratch, problem: Problem) -> RecordProblem {
        let mut made = String::new();
        let id = if scratch.id.is_empty() {
            made_id(chunk, self.number, &mut made);
            &made
        } else {
            &scratch.id
        };
        chunk.problem(id, problem.at_line(self.number))
    }
}

/// The id of a record without one.
fn made_id(chunk: &Chunk<'_>, line: u64, into: &mut String) {
    into.clear();
    // Writing to a string cannot fail.
    let _ = write!(into, "{}#{line}", chunk.id());
}

/// What serde says, without its place, which the problem has already.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

/// The fields that have a meaning here; the number is the place of the value in [`Record::fields`] and
/// [`Scratch::values`].
#[derive(Clone, Copy)]
enum Field {
    Id,
    Text,
    Title,
    Date,
    Lang,
    Url,
}

/// The value of such a field.
#[derive(Clone, Copy, Default)]
enum Value<'de> {
    /// Absent or null.
    #[default]
    Absent,
    /// A string, as it stands in the input.
    Borrowed(&'de str),
    /// A string, unescaped in the scratch.
    Scratch,
    /// Not a string.
    Other,
}

impl<'de> Value<'de> {
    fn get<'a>(&self, values: &'a [String; STRING_FIELDS], field: Field) -> &'a str
    where
        'de: 'a,
    {
        match self {
            Value::Borrowed(text) => text,
            Value::Scratch => &values[field as usize],
            Value::Absent | Value::Other => "",
        }
    }
}

/// One parsed line.
#[derive(Default)]
struct Record<'de> {
    fields: [Value<'de>; STRING_FIELDS],
    /// The id is neither string nor number nor null.
    odd_id: bool,
    carried: Vec<(Cow<'de, str>, Cow<'de, str>)>,
}

impl Record<'_> {
    /// Writes the given or made id into the scratch.
    fn id(&self, chunk: &Chunk<'_>, line: u64, scratch: &mut Scratch) {
        let given = self.fields[Field::Id as usize].get(&scratch.values, Field::Id);
        if given.is_empty() {
            made_id(chunk, line, &mut scratch.id);
        } else {
            scratch.id.clear();
            scratch.id.push_str(given);
        }
    }
}

/// Reads an object into a [`Record`], which keeps what was read before an error.
struct RecordSeed<'r, 'de> {
    record: &'r mut Record<'de>,
    values: &'r mut [String; STRING_FIELDS],
    carry: bool,
}

impl<'de> DeserializeSeed<'de> for RecordSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(KeySeed { carry: self.carry })? {
            match key {
                Key::Field(Field::Id) => {
                    let raw: &RawValue = map.next_value()?;
                    let value = match raw.get().as_bytes()[0] {
                        b'"' => {
                            let into = &mut self.values[Field::Id as usize];
                            let mut json = serde_json::Deserializer::from_str(raw.get());
                            StringSeed { into }
                                .deserialize(&mut json)
                                .map_err(|error| A::Error::custom(without_place(&error)))?
                        }
                        b'-' | b'0'..=b'9' => Value::Borrowed(raw.get()),
                        b'n' => Value::Absent,
                        _ => Value::Other,
                    };
                    self.record.odd_id = matches!(value, Value::Other);
                    self.record.fields[Field::Id as usize] = value;
                }
                Key::Field(field) => {
                    let into = &mut self.values[field as usize];
                    self.record.fields[field as usize] = map.next_value_seed(StringSeed { into })?;
                }
                Key::Carried(name) => {
                    let raw: &RawValue = map.next_value()?;
                    self.record.carried.push((name, Cow::Borrowed(raw.get())));
                }
                Key::Ignored => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

enum Key<'de> {
    Field(Field),
    Carried(Cow<'de, str>),
    Ignored,
}

struct KeySeed {
    carry: bool,
}

impl KeySeed {
    fn known(name: &str) -> Option<Field> {
        Some(match name {
            "id" => Field::Id,
            "text" => Field::Text,
            "title" => Field::Title,
            "date" => Field::Date,
            "lang" => Field::Lang,
            "url" => Field::Url,
            _ => return None,
        })
    }

    fn key<'de>(&self, name: &str, owned: impl FnOnce() -> Cow<'de, str>) -> Key<'de> {
        match Self::known(name) {
            Some(field) => Key::Field(field),
            None if self.carry => Key::Carried(owned()),
            None => Key::Ignored,
        }
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
        Ok(self.key(name, || Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
        Ok(self.key(name, || Cow::Owned(name.to_owned())))
    }
}

/// Takes a string, borrowed or unescaped into `into`; anything else is passed over.
struct StringSeed<'s> {
    into: &'s mut String,
}

impl<'de> DeserializeSeed<'de> for StringSeed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StringSeed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        self.into.clear();
        self.into.push_str(text);
        Ok(Value::Scratch)
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }
}

#[cfg(test)]
mod tests;
