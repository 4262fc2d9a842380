//! Gold: texts with their mentions, one JSON record a line.
//!
//! ```json
//! {"id": "a", "lang": "fr", "text": "Tô Lâm à Paris", "entities": [{"start": 9, "end": 14, "type": "LOC", "id": "Q90"}]}
//! ```
//!
//! Offsets count characters (Unicode scalar values) and are half-open. A record with a mistake is a problem with its line
//! and is left out as a whole: what is found in a text of which some mentions are unknown cannot be called right or wrong.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::places::Places;
use crate::error::{Error, Problem, Result};
use crate::gazetteer::labels;
use crate::text::{MAX_DOCUMENT_BYTES, Span};

/// The kind of what has a name and is none of the others (`MISC`): counts neither way, unless it is asked for.
pub const MISCELLANEOUS: &str = "misc";

/// The kind that a label of a gold file stands for: `PER` is `person`, `LOC`, `GPE` and `FAC` are `place`, as in what is
/// imported; `MISC` is [`MISCELLANEOUS`]; any other label is the kind of that name, in small letters.
pub fn kind_of_label(label: &str) -> String {
    let kind = labels::kind_of_label(label);
    if kind == "miscellaneous" { MISCELLANEOUS.into() } else { kind }
}

/// The most kinds of a file; texts in place of types would have as many as there are mentions.
const MAX_KINDS: usize = 1000;

/// One mention of the gold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldMention {
    /// Characters of the text.
    pub chars: Span,
    /// The kind ([`kind_of_label`]); empty for some that are to be ignored.
    pub kind: String,
    /// Further kinds that are right as well.
    pub also: Vec<String>,
    /// The id of the entity as written; empty where there is none.
    pub id: String,
    /// Counts neither way.
    pub ignore: bool,
}

/// One text of the gold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldRecord {
    /// The id as given, else the name of the file and the line.
    pub id: String,
    /// The language as given, else empty.
    pub lang: String,
    /// The text.
    pub text: String,
    /// Sorted by place.
    pub mentions: Vec<GoldMention>,
}

#[derive(Deserialize)]
struct RawRecord {
    id: Option<Box<RawValue>>,
    lang: Option<String>,
    text: String,
    entities: Vec<RawMention>,
}

#[derive(Deserialize)]
struct RawMention {
    start: i64,
    end: i64,
    #[serde(rename = "type", alias = "kind")]
    kind: Option<String>,
    id: Option<Box<RawValue>>,
    ignore: Option<bool>,
    alt: Option<Alternatives>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Alternatives {
    One(String),
    Many(Vec<String>),
}

/// An id as a record writes it: a text, or a number as its JSON text.
fn id_of(value: Option<Box<RawValue>>) -> Option<String> {
    let value = value?;
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str(value.get()).ok(),
        b'-' | b'0'..=b'9' => Some(value.get().to_owned()),
        _ => None,
    }
}

impl GoldRecord {
    /// Reads a line.
    ///
    /// # Errors
    /// All mistakes of the line, without their place.
    pub fn parse(line: &[u8], default_id: impl FnOnce() -> String) -> Result<Self, Vec<Problem>> {
        let raw: RawRecord = serde_json::from_slice(line).map_err(|error| vec![mistake(message_of(&error))])?;
        let chars = Places::new(&raw.text).chars() as i64;
        let mut mistakes = Vec::new();
        let mut seen = HashSet::new();
        let mut mentions = Vec::with_capacity(raw.entities.len());
        for mention in raw.entities {
            let (start, end) = (mention.start, mention.end);
            let ignore = mention.ignore.unwrap_or(false);
            let kind = kind_of_label(mention.kind.as_deref().unwrap_or_default());
            let place = format!("`{start}-{end}`");
            if start < 0 || end < 0 || start > chars || end > chars {
                mistakes.push(mistake(format!("a mention lies outside the {chars} characters of the text: {place}")));
            } else if start >= end {
                mistakes.push(mistake(format!("a mention covers nothing: {place}")));
            } else if kind.is_empty() && !ignore {
                mistakes.push(mistake(format!("a mention has neither a type nor `ignore`: {place}")));
            } else if !ignore && !seen.insert((start, end, kind.clone())) {
                mistakes.push(mistake(format!("a mention stands there twice: {place}")));
            } else {
                let also = match mention.alt {
                    None => Vec::new(),
                    Some(Alternatives::One(label)) => vec![label],
                    Some(Alternatives::Many(labels)) => labels,
                };
                let also = also.iter().map(|label| kind_of_label(label)).filter(|kind| !kind.is_empty()).collect();
                let id = id_of(mention.id).unwrap_or_default().trim().to_owned();
                // They lie between 0 and the number of characters, which is below 2³⁰.
                mentions.push(GoldMention { chars: Span::new(start as u32, end as u32), kind, also, id, ignore });
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        mentions.sort_by_key(|mention| mention.chars);
        let id = id_of(raw.id).unwrap_or_else(default_id);
        Ok(Self { id, lang: raw.lang.unwrap_or_default(), text: raw.text, mentions })
    }
}

impl GoldRecord {
    /// The mentions, each with its text.
    pub fn surfaces(&self) -> impl Iterator<Item = (&GoldMention, &str)> {
        let places = Places::new(&self.text);
        self.mentions
            .iter()
            .map(move |mention| (mention, places.slice(mention.chars.start as usize, mention.chars.end as usize)))
    }
}

fn mistake(message: impl Into<String>) -> Problem {
    Problem::error("bad-gold", message)
}

/// What serde says, without the line: there is but one.
fn message_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    format!("no record of gold, {message} (column {})", error.column())
}

/// A gold file that was read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldFile {
    /// Where it is.
    pub path: PathBuf,
    /// The kinds of its mentions, ignored ones left out.
    pub kinds: BTreeSet<String>,
    /// Records that can be used.
    pub records: u64,
    /// Lines with mistakes.
    pub broken: u64,
}

impl GoldFile {
    /// Reads a file to its end and tells every mistake.
    ///
    /// # Errors
    /// The file cannot be read, is a folder or a stream, has no record that can be used, or has more than 1,000 kinds.
    pub fn check(path: &Path, tell: &mut dyn FnMut(&Problem)) -> Result<Self> {
        let mut file = Self { path: path.to_path_buf(), kinds: BTreeSet::new(), records: 0, broken: 0 };
        let mut lines = file.lines(0)?;
        while let Some(batch) = lines.next_batch()? {
            for (line, bytes) in batch.lines() {
                match bytes.map_err(|problem| vec![problem]).and_then(|bytes| GoldRecord::parse(bytes, String::new)) {
                    Ok(record) => {
                        file.records += 1;
                        for mention in record.mentions.into_iter().filter(|mention| !mention.ignore) {
                            if !file.kinds.contains(&mention.kind) {
                                if file.kinds.len() == MAX_KINDS {
                                    let (path, kind) = (path.display(), mention.kind);
                                    let message =
                                        format!("{path}:{line}: more than {MAX_KINDS} kinds of mentions `{kind}`");
                                    return Err(Error::message(message));
                                }
                                file.kinds.insert(mention.kind);
                            }
                        }
                    }
                    Err(mistakes) => {
                        file.broken += 1;
                        let shown = path.display().to_string();
                        mistakes.into_iter().for_each(|m| tell(&m.in_file(shown.as_str()).at_line(line)));
                    }
                }
            }
        }
        if file.records == 0 {
            let path = path.display();
            return Err(Error::message(format!("{path}: no record of gold, `{}` broken lines", file.broken)));
        }
        Ok(file)
    }

    /// Reads the file again; broken lines, which the first pass told, are passed over.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn each_record(&self, each: &mut dyn FnMut(&GoldRecord)) -> Result<()> {
        let mut lines = self.lines(0)?;
        while let Some(batch) = lines.next_batch()? {
            for (line, bytes) in batch.lines() {
                let record = bytes.ok().and_then(|bytes| GoldRecord::parse(bytes, || self.default_id(line)).ok());
                record.iter().for_each(&mut *each);
            }
        }
        Ok(())
    }

    /// The id of a record without one.
    pub(crate) fn default_id(&self, line: u64) -> String {
        format!("{}#{line}", self.path.file_name().unwrap_or_default().to_string_lossy())
    }

    /// The lines, in batches that say which file they are of.
    pub(crate) fn lines(&self, file: usize) -> Result<Lines> {
        if self.path.as_os_str() == "-" {
            return Err(Error::message("gold is read twice, so it must be a file, not standard input `-`"));
        }
        let opened = File::open(&self.path).and_then(|opened| {
            let kind = opened.metadata()?.file_type();
            // Devices and pipes cannot be read twice.
            if kind.is_file() { Ok(opened) } else { Err(io::Error::other("gold must be a regular file")) }
        });
        let opened = opened.map_err(|error| Error::io(&self.path, error))?;
        Ok(Lines { path: self.path.clone(), file, reader: BufReader::with_capacity(1 << 16, opened), line: 0 })
    }
}

/// The lines of a file, some at a time.
pub(crate) struct Lines {
    path: PathBuf,
    file: usize,
    reader: BufReader<File>,
    line: u64,
}

/// Some lines of a file.
pub(crate) struct LineBatch {
    /// Number of the file among those of the run.
    pub file: usize,
    bytes: Vec<u8>,
    /// The number of each line, and where it ends; `None` for one that is too long.
    lines: Vec<(u64, Option<usize>)>,
}

impl Lines {
    const BATCH_BYTES: usize = 128 << 10;

    /// The next lines that are not blank; `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<LineBatch>> {
        let mut batch = LineBatch { file: self.file, bytes: Vec::new(), lines: Vec::new() };
        while batch.bytes.len() < Self::BATCH_BYTES {
            let start = batch.bytes.len();
            if self.read_line(&mut batch).map_err(|error| Error::io(&self.path, error))? == 0 {
                break;
            }
            self.line += 1;
            if self.line == 1 && batch.bytes[start..].starts_with(b"\xEF\xBB\xBF") {
                batch.bytes.drain(start..start + 3);
            }
            let length = batch.bytes.len() - start;
            if length as u64 > MAX_DOCUMENT_BYTES {
                batch.bytes.truncate(start);
                batch.lines.push((self.line, None));
            } else if batch.bytes[start..].iter().all(u8::is_ascii_whitespace) {
                batch.bytes.truncate(start);
            } else {
                batch.lines.push((self.line, Some(batch.bytes.len())));
            }
        }
        Ok((!batch.lines.is_empty()).then_some(batch))
    }

    /// Adds a line; of one that is too long only the beginning, and goes to its end. Returns how much was read.
    fn read_line(&mut self, batch: &mut LineBatch) -> io::Result<usize> {
        let limit = MAX_DOCUMENT_BYTES + 1;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut batch.bytes)?;
        if read as u64 == limit && batch.bytes.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        Ok(read)
    }
}

impl LineBatch {
    /// The lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (u64, Result<&[u8], Problem>)> {
        let mut start = 0;
        self.lines.iter().map(move |(line, end)| {
            let bytes = end.map(|end| &self.bytes[std::mem::replace(&mut start, end)..end]);
            (*line, bytes.ok_or_else(|| mistake(format!("a line of more than {MAX_DOCUMENT_BYTES} bytes"))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<GoldRecord, String> {
        GoldRecord::parse(line.as_bytes(), || "file#7".into())
            .map_err(|mistakes| mistakes.iter().map(|m| m.message.clone()).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn labels_stand_for_kinds() {
        for (label, kind) in [
            ("PER", "person"),
            ("ORG", "organization"),
            ("LOC", "place"),
            ("GPE", "place"),
            ("FAC", "place"),
            ("people", "person"),
            ("Organisation", "organization"),
            ("Miscellaneous", "misc"),
            ("person", "person"),
            (" Ship ", "ship"),
            ("MISC", "misc"),
            ("", ""),
        ] {
            assert_eq!(kind_of_label(label), kind, "{label}");
        }
    }

    #[test]
    fn a_record_is_read_with_all_it_may_have() {
        let record = parse(
            r#"{"id":12,"lang":"fr","text":"Hà Nội","topic":"x","entities":[
                {"start":3,"end":6,"type":"LOC","id":null,"alt":["ORG","MISC"]},
                {"start":0,"end":6,"type":"LOC","id":" Q1858 ","alt":"ORG","nil":true},
                {"start":0,"end":2,"type":null,"ignore":true}]}"#,
        )
        .expect("sound");
        assert_eq!((record.id.as_str(), record.lang.as_str(), record.text.as_str()), ("12", "fr", "Hà Nội"));
        let mention = |start, end, kind: &str, also: &[&str], id: &str, ignore| GoldMention {
            chars: Span::new(start, end),
            kind: kind.into(),
            also: also.iter().map(|kind| (*kind).to_owned()).collect(),
            id: id.into(),
            ignore,
        };
        let expected = [
            mention(0, 2, "", &[], "", true),
            mention(0, 6, "place", &["organization"], "Q1858", false),
            mention(3, 6, "place", &["organization", "misc"], "", false),
        ];
        assert_eq!(record.mentions, expected);
        assert_eq!(parse(r#"{"text":"","entities":[]}"#).expect("sound").id, "file#7");
    }

    #[test]
    fn every_mistake_of_a_line_is_told() {
        let text = |entities: &str| parse(&format!(r#"{{"text":"Hà Nội","entities":[{entities}]}}"#)).unwrap_err();
        for (entities, expected) in [
            (r#"{"start":0,"end":7,"type":"LOC"}"#, "a mention lies outside the 6 characters of the text: `0-7`"),
            (r#"{"start":-1,"end":2,"type":"LOC"}"#, "a mention lies outside the 6 characters of the text: `-1-2`"),
            (r#"{"start":2,"end":2,"type":"LOC"}"#, "a mention covers nothing: `2-2`"),
            (r#"{"start":3,"end":2,"type":"LOC","ignore":true}"#, "a mention covers nothing: `3-2`"),
            (r#"{"start":0,"end":2}"#, "a mention has neither a type nor `ignore`: `0-2`"),
            (
                r#"{"start":0,"end":2,"type":"LOC"},{"start":0,"end":2,"type":"place"}"#,
                "a mention stands there twice: `0-2`",
            ),
            (
                r#"{"start":9,"end":10,"type":"LOC"},{"start":5,"end":5,"type":"LOC"}"#,
                "a mention lies outside the 6 characters of the text: `9-10`; a mention covers nothing: `5-5`",
            ),
        ] {
            assert_eq!(text(entities), expected);
        }
        for (line, expected) in [
            ("{", "no record of gold, EOF while parsing an object (column 1)"),
            ("[]", "no record of gold, invalid length 0"),
            (r#"{"text":"x"}"#, "no record of gold, missing field `entities`"),
            (r#"{"entities":[]}"#, "no record of gold, missing field `text`"),
            (r#"{"text":"x","entities":[{"start":0.5,"end":1}]}"#, "no record of gold, invalid type: floating point"),
        ] {
            let message = parse(line).unwrap_err();
            assert!(message.starts_with(expected), "{line}: {message}");
        }
    }

    #[test]
    fn lines_have_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gold.jsonl");
        let long = format!(r#"{{"text":"{}","entities":[]}}"#, "x".repeat(Lines::BATCH_BYTES));
        let good = r#"{"text":"Paris","entities":[{"start":0,"end":5,"type":"LOC"}]}"#;
        std::fs::write(&path, format!("\u{FEFF}{good}\r\n\n  \nno\n{long}\n{long}\n{{}}\n{good}")).unwrap();
        let mut told = Vec::new();
        let file = GoldFile::check(&path, &mut |problem| told.push(problem.line)).unwrap();
        assert_eq!((file.records, file.broken, told), (4, 2, vec![Some(4), Some(7)]));
        assert_eq!(file.kinds.iter().collect::<Vec<_>>(), ["place"]);
        let mut lines = file.lines(0).unwrap();
        let mut numbers = Vec::new();
        while let Some(batch) = lines.next_batch().unwrap() {
            numbers.extend(batch.lines().map(|(line, bytes)| (line, bytes.unwrap().len() > 100)));
        }
        assert_eq!(numbers, [(1, false), (4, false), (5, true), (6, true), (7, false), (8, false)]);
    }

    #[test]
    fn what_is_no_gold_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("empty.jsonl"), "\n\n").unwrap();
        std::fs::write(folder.path().join("broken.jsonl"), "{}\n").unwrap();
        for name in ["empty.jsonl", "broken.jsonl", "missing.jsonl", "."] {
            let path = folder.path().join(name);
            let error = GoldFile::check(&path, &mut |_| ()).unwrap_err().to_string();
            assert!(error.starts_with(&path.display().to_string()), "{error}");
        }
        assert!(GoldFile::check(Path::new("-"), &mut |_| ()).is_err());
    }
}
