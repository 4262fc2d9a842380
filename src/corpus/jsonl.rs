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
            let rest = &chunk.bytes()[start..];
            let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = Line { number, start, end };
            match whole {
                Some(text) => line.document(&chunk, &text[start..end], true, scratch, each),
                None => line.decode(&chunk, scratch, each),
            }
            start = end + 1;
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
        let bad = |message: String, column: usize| {
            let column = if exact { column as u64 } else { 0 };
            Problem::error("bad-record", message).at_byte(self.byte(chunk) + column)
        };
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
        let [_, body, title, date, lang, url] = &record.fields;
        let problem = match body {
            Value::Absent => Some("no `text`"),
            Value::Other => Some("`text` is not a string"),
            Value::Borrowed(_) | Value::Scratch => None,
        };
        if let Some(problem) = problem {
            return each(Err(self.problem(chunk, scratch, bad(problem.into(), blank))));
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
mod tests {
    use super::*;
    use crate::corpus::{Origin, ParseOptions};
    use proptest::prelude::*;

    /// What comes out of bytes at line 1 of `in/a.jsonl`: documents as `id|text|title|date|lang|url|carried`, problems
    /// as they print, behind their document's id.
    fn read_with(bytes: &[u8], carry: bool, max_document_bytes: u64) -> Vec<String> {
        let origin = Origin { id: "a.jsonl".into(), path: "in/a.jsonl".into(), shown: "a".into() };
        let options = ParseOptions { carry, max_document_bytes, batch_bytes: 1 };
        let chunk = Chunk { bytes, origin: &origin, line: 1, offset: 1000, options };
        let mut out = Vec::new();
        JsonLines.documents(chunk, &mut Scratch::default(), &mut |result| {
            out.push(match result {
                Ok(d) => {
                    assert_eq!((&*d.path, d.offsets, d.repairs.len()), ("in/a.jsonl", Offsets::Decoded, 0));
                    let carried: Vec<_> = d.carried.iter().map(|(name, json)| format!("{name}={json}")).collect();
                    [&*d.id, &d.text, &d.title, &d.date, &d.lang, &d.url, &carried.join(",")].join("|")
                }
                Err(found) => format!("{} {}", found.doc_id, found.problem),
            });
        });
        out
    }

    fn read(bytes: impl AsRef<[u8]>) -> Vec<String> {
        read_with(bytes.as_ref(), true, 1 << 30)
    }

    #[test]
    fn records_become_documents() {
        let cases = [
            (r#"{"text":"x"}"#, "a.jsonl#1|x|||||"),
            (r#" { "id" : "i" , "text" : "x" } "#, "i|x|||||"),
            (r#"{"text":"x","title":"t","date":"d","lang":"l","url":"u","id":"i"}"#, "i|x|t|d|l|u|url=\"u\""),
            (r#"{"text":"","id":""}"#, "a.jsonl#1||||||"),
            (r#"{"text":"x","id":null,"title":null,"date":5,"lang":[1,{"a":2}],"url":{"a":[]}}"#, "a.jsonl#1|x|||||"),
            (r#"{"text":"x","id":1.0}"#, "1.0|x|||||"),
            (r#"{"text":"x","id": -0 }"#, "-0|x|||||"),
            (r#"{"text":"x","id":123456789012345678901234567890}"#, "123456789012345678901234567890|x|||||"),
            (r#"{"text":"x","id":1E400}"#, "1E400|x|||||"),
            (r#"{"\u0074ext":"a\nb\u00e9\ud83d\ude00\"","id":"\u0041\t"}"#, "A\t|a\nbé😀\"|||||"),
            (
                r#"{"text":"\n","title":"\"t","date":"\/d","lang":"\u006c","url":"\\u"}"#,
                "a.jsonl#1|\n|\"t|/d|l|\\u|url=\"\\\\u\"",
            ),
            (r#"{"text":"old","text":"new\n","text":"x","id":1,"id":"2"}"#, "2|x|||||"),
            (r#"{"b":[1, 2],"text":"x","a\n":1.50,"b":null}"#, "a.jsonl#1|x|||||b=[1, 2],a\n=1.50,b=null"),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), [expected], "{line}");
        }
    }

    #[test]
    fn values_of_one_record_do_not_leak_into_the_next() {
        let lines = "{\"text\":\"\\n\",\"title\":\"\\t\",\"id\":\"\\u0041\"}\n{\"text\":\"x\"}";
        assert_eq!(read(lines), ["A|\n|\t||||", "a.jsonl#2|x|||||"]);
    }

    #[test]
    fn lines_are_counted_whatever_they_hold() {
        let lines = "\n \t\r\n{\"text\":\"a\"}\r\nbroken\n{\"text\":\"b\"}";
        let expected = ["a.jsonl#3|a|||||", "a.jsonl#4 a:4: not a JSON object (byte 1019)", "a.jsonl#5|b|||||"];
        assert_eq!(read(lines), expected);
    }

    #[test]
    fn broken_records_are_problems_with_a_place() {
        let cases = [
            ("[1]", "a.jsonl#1 a:1: not a JSON object (byte 1000)"),
            ("  5", "a.jsonl#1 a:1: not a JSON object (byte 1002)"),
            ("{}", "a.jsonl#1 a:1: no `text` (byte 1000)"),
            (r#"{"text":null,"id":7}"#, "7 a:1: no `text` (byte 1000)"),
            (r#"{"text":5,"id":"i"}"#, "i a:1: `text` is not a string (byte 1000)"),
            (r#"{"id":"i","text":"x""#, "i a:1: broken JSON: EOF while parsing an object (byte 1019)"),
            (r#"{"id":"i","text":"x"}}"#, "i a:1: broken JSON: trailing characters (byte 1021)"),
            (r#"{"text":"\ud800"}"#, "a.jsonl#1 a:1: broken JSON: unexpected end of hex escape (byte 1015)"),
            ("{\"text\":\"a\tb\"}", "CONTROL"),
        ];
        for (line, expected) in cases {
            let out = read(line);
            assert_eq!(out.len(), 1, "{line}");
            if expected == "CONTROL" {
                assert!(out[0].contains("control character"), "{out:?}");
            } else {
                assert_eq!(out[0], expected, "{line}");
            }
        }
        let surrogate = read(r#"{"text":"x","id":"\ud800"}"#);
        assert!(surrogate[0].starts_with("a.jsonl#1 a:1: broken JSON: unexpected end of hex escape"), "{surrogate:?}");
        assert!(!surrogate[0].contains("column"), "{surrogate:?}");
        let odd = read(r#"{"text":"x","id":[1]}"#);
        let warning = "a.jsonl#1 a:1: warning: `id` is neither a string nor a number, a made one is used (byte 1000)";
        assert_eq!(odd, ["a.jsonl#1|x|||||", warning]);
    }

    #[test]
    fn carried_fields_are_left_out_unless_wanted() {
        let line = br#"{"a":[1],"text":"x","b":{"c":"\ud800"}}"#;
        assert_eq!(read_with(line, false, 100), ["a.jsonl#1|x|||||"]);
        assert_eq!(read(line), [r#"a.jsonl#1|x|||||a=[1],b={"c":"\ud800"}"#]);
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        for key in ["a", "title", "id"] {
            for carry in [false, true] {
                let line = format!(r#"{{"text":"x","{key}":{deep}}}"#);
                assert!(!read_with(line.as_bytes(), carry, 1 << 30).is_empty());
            }
        }
    }

    #[test]
    fn invalid_utf8_is_shown_and_reported() {
        let lines = b"{\"text\":\"a\"}\n{\"text\":\"\xE9t\xE9\",\"id\":9}\n{\xFF}\n";
        let expected = [
            "a.jsonl#1|a|||||",
            "9|\u{FFFD}t\u{FFFD}|||||",
            "9 a:2: warning: 2 invalid UTF-8 sequences shown as U+FFFD (byte 1022)",
            "a.jsonl#3 a:3: broken JSON: key must be a string (byte 1035)",
            "a.jsonl#3 a:3: warning: 1 invalid UTF-8 sequence shown as U+FFFD (byte 1036)",
        ];
        assert_eq!(read(lines), expected);
    }

    #[test]
    fn long_lines_are_refused() {
        let line = br#"{"text":"0123456789"}"#;
        assert_eq!(read_with(line, true, 21), ["a.jsonl#1|0123456789|||||"]);
        let expected = "a.jsonl#1 a:1: the line is larger than 20 bytes (byte 1000)";
        assert_eq!(read_with(line, true, 20), [expected]);
        let line = b"{\"text\":\"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\"}";
        assert_eq!(read_with(line, true, 20)[0], "a.jsonl#1 a:1: the decoded text is larger than 20 bytes (byte 1000)");
    }

    #[test]
    fn a_first_line_tells_the_format() {
        for yes in ["{}", "{\"a\":1}\nwhatever", "\u{FEFF}\n \n {\"a\":[]} \r\nx", "{\"id\": 1e999}"] {
            assert!(JsonLines.recognises(yes.as_bytes()), "{yes}");
        }
        assert!(JsonLines.recognises(b"{\"a\":\"\xFF\"}\n"));
        for no in ["", "text", "{", "{not json}\n", "[{}]", "{\n\"a\":1}", "{} {}"] {
            assert!(!JsonLines.recognises(no.as_bytes()), "{no}");
        }
    }

    /// Pieces that make lines which are broken in interesting places.
    fn token() -> impl Strategy<Value = Vec<u8>> {
        let known = prop::sample::select(vec![
            "{",
            "}",
            "\"text\"",
            "\"id\"",
            "\"a\"",
            ":",
            ",",
            "\"x\"",
            "1",
            "null",
            "[",
            "]",
            "\n",
            "\r\n",
            "\\",
            "\"",
            "{\"text\":\"é\"}\n",
            "{\"text\":\"\\u00e9\",\"id\":3}\n",
            "\\ud800",
            " ",
        ]);
        prop_oneof![8 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => any::<u8>().prop_map(|byte| vec![byte])]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_bytes_give_one_outcome_a_line(tokens in prop::collection::vec(token(), 0..30)) {
            let bytes = tokens.concat();
            let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
            for carry in [false, true] {
                let out = read_with(&bytes, carry, 1 << 30);
                prop_assert_eq!(out.iter().filter(|one| !one.contains(" warning: ")).count(), lines);
            }
        }
    }
}
