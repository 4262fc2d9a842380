//! The serialised form of a partial: sorted records, small numbers, readable in one pass.
//!
//! ```text
//! gazetier-partial 1\n
//! documents, truncated
//! 1, kind, key, name, tally …     unlisted names, by kind, then key        … 0
//! 1, layer, index, id, tally …    listed entities, by id                   … 0
//! documents, a, b, sentences …    pairs, by a, then b                      … 0
//! listed entities (8 bytes)       gazetier-partial end\n
//! ```
//!
//! Numbers are LEB128, texts a length and UTF-8. `a` and `b` count the listed entities of this file from 0 (`a < b`);
//! `a` is written as the difference to the last one, and so is `b` where `a` is the same. Such numbers sort as the ids
//! do, so that files merge pair by pair without their ids.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Tally;
use crate::error::{Error, Result};
use crate::lexicon::EntityId;

const MAGIC: &[u8] = b"gazetier-partial 1\n";
const END: &[u8] = b"gazetier-partial end\n";
const BUFFER: usize = 1 << 16;
/// No id, key or name is longer than the largest document.
const MAX_TEXT: u64 = crate::text::MAX_DOCUMENT_BYTES;

/// An unlisted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnlistedRecord<'a> {
    /// The word of its kind.
    pub kind: &'a str,
    /// Its search key.
    pub key: &'a str,
    /// The spelling that is shown.
    pub name: &'a str,
    /// What documents say.
    pub tally: Tally,
}

/// A listed entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedRecord<'a> {
    /// Where the stack had it.
    pub entity: EntityId,
    /// The id it is printed under.
    pub id: &'a str,
    /// What documents say.
    pub tally: Tally,
}

/// A pair of listed entities, by their place among the listed records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairRecord {
    /// The entity whose id is smaller.
    pub a: u32,
    /// The other one.
    pub b: u32,
    /// Documents that have both.
    pub documents: u64,
    /// Sentences in which both have a mention.
    pub sentences: u64,
}

/// Takes the records of a partial in their order: `start`, unlisted names, listed entities, pairs, `end`.
pub trait Records {
    /// Documents read, and those of which only the most salient entities pair up.
    ///
    /// # Errors
    /// The records cannot be written; the same for the other calls.
    fn start(&mut self, documents: u64, truncated: u64) -> Result<()>;
    /// The next unlisted name.
    ///
    /// # Errors
    /// As for `start`.
    fn unlisted(&mut self, record: &UnlistedRecord<'_>) -> Result<()>;
    /// The next listed entity.
    ///
    /// # Errors
    /// As for `start`.
    fn listed(&mut self, record: &ListedRecord<'_>) -> Result<()>;
    /// The next pair; all listed entities have come.
    ///
    /// # Errors
    /// As for `start`.
    fn pair(&mut self, record: &PairRecord) -> Result<()>;
    /// No more records.
    ///
    /// # Errors
    /// As for `start`.
    fn end(&mut self) -> Result<()>;
}

/// Writes records as a file: `PATH.tmp` first, which is synced and renamed at the end.
#[derive(Debug)]
pub struct PartialWriter {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    buffer: Vec<u8>,
    section: u8,
    listed: u64,
    last: (u32, u32),
}

impl PartialWriter {
    /// Creates the file.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> Result<Self> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".tmp");
        let temporary = PathBuf::from(temporary);
        let file = File::create(&temporary).map_err(|error| Error::io(&temporary, error))?;
        let buffer = Vec::with_capacity(BUFFER + BUFFER / 4);
        Ok(Self { path: path.to_path_buf(), temporary, file, buffer, section: 0, listed: 0, last: (0, 0) })
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.buffer).map_err(|error| Error::io(&self.temporary, error))?;
        self.buffer.clear();
        Ok(())
    }

    fn enter(&mut self, section: u8) {
        while self.section < section {
            self.buffer.push(0);
            self.section += 1;
        }
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.buffer.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.buffer.push(number as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn tally(&mut self, tally: &Tally) -> Result<()> {
        for number in [tally.mentions, tally.documents, tally.salience] {
            self.number(number);
        }
        self.number(u64::from(tally.first_date));
        self.number(u64::from(tally.last_date));
        self.flush_if_full()
    }

    fn flush_if_full(&mut self) -> Result<()> {
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }
}

impl Records for PartialWriter {
    fn start(&mut self, documents: u64, truncated: u64) -> Result<()> {
        self.buffer.extend_from_slice(MAGIC);
        self.number(documents);
        self.number(truncated);
        Ok(())
    }

    fn unlisted(&mut self, record: &UnlistedRecord<'_>) -> Result<()> {
        self.buffer.push(1);
        self.text(record.kind);
        self.text(record.key);
        self.text(record.name);
        self.tally(&record.tally)
    }

    fn listed(&mut self, record: &ListedRecord<'_>) -> Result<()> {
        self.enter(1);
        self.buffer.push(1);
        self.number(u64::from(record.entity.layer));
        self.number(u64::from(record.entity.index));
        self.text(record.id);
        self.listed += 1;
        self.tally(&record.tally)
    }

    fn pair(&mut self, record: &PairRecord) -> Result<()> {
        self.enter(2);
        let step = record.a - self.last.0;
        self.number(record.documents);
        self.number(u64::from(step));
        self.number(u64::from(if step == 0 { record.b - self.last.1 } else { record.b }));
        self.number(record.sentences);
        self.last = (record.a, record.b);
        self.flush_if_full()
    }

    fn end(&mut self) -> Result<()> {
        self.enter(3);
        self.buffer.extend_from_slice(&self.listed.to_le_bytes());
        self.buffer.extend_from_slice(END);
        self.flush()?;
        self.file.sync_all().map_err(|error| Error::io(&self.temporary, error))?;
        std::fs::rename(&self.temporary, &self.path).map_err(|error| Error::io(&self.path, error))
    }
}

/// Reads the records of a file in their order.
#[derive(Debug)]
pub struct PartialReader {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// Documents read.
    pub documents: u64,
    /// Documents of which only the most salient entities pair up.
    pub truncated: u64,
    /// How many listed entities the file has.
    pub listed_count: u64,
    texts: [String; 3],
    tally: Tally,
    entity: EntityId,
    pair: PairRecord,
}

impl PartialReader {
    /// Opens a file and reads its head and end.
    ///
    /// # Errors
    /// The file cannot be read or is no complete partial.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| Error::io(path, error))?;
        let mut tail = [0; 8 + END.len()];
        let read_tail = |file: &mut File, tail: &mut [u8]| -> io::Result<()> {
            file.seek(SeekFrom::End(-(tail.len() as i64)))?;
            file.read_exact(tail)?;
            file.rewind()
        };
        let complete = read_tail(&mut file, &mut tail).is_ok() && tail.ends_with(END);
        let mut count = [0; 8];
        count.copy_from_slice(&tail[..8]);
        let mut reader = Self {
            path: path.to_path_buf(),
            file,
            buffer: vec![0; BUFFER],
            at: 0,
            end: 0,
            documents: 0,
            truncated: 0,
            listed_count: u64::from_le_bytes(count),
            texts: Default::default(),
            tally: Tally::default(),
            entity: EntityId { layer: 0, index: 0 },
            pair: PairRecord { a: 0, b: 0, documents: 0, sentences: 0 },
        };
        if !complete {
            return Err(reader.damaged());
        }
        for expected in MAGIC {
            if reader.byte()? != *expected {
                return Err(reader.damaged());
            }
        }
        reader.documents = reader.number()?;
        reader.truncated = reader.number()?;
        Ok(reader)
    }

    fn damaged(&self) -> Error {
        Error::message(format!("{}: not a complete partial table of this version", self.path.display()))
    }

    fn fill(&mut self) -> Result<()> {
        self.at = 0;
        self.end = self.file.read(&mut self.buffer).map_err(|error| Error::io(&self.path, error))?;
        if self.end == 0 { Err(self.damaged()) } else { Ok(()) }
    }

    #[inline]
    fn byte(&mut self) -> Result<u8> {
        if self.at == self.end {
            self.fill()?;
        }
        self.at += 1;
        Ok(self.buffer[self.at - 1])
    }

    #[inline]
    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.damaged())
    }

    fn small(&mut self) -> Result<u32> {
        let number = self.number()?;
        u32::try_from(number).map_err(|_| self.damaged())
    }

    fn text(&mut self, which: usize) -> Result<()> {
        let mut len = self.number()?;
        if len > MAX_TEXT {
            return Err(self.damaged());
        }
        let mut bytes = std::mem::take(&mut self.texts[which]).into_bytes();
        bytes.clear();
        while len > 0 {
            if self.at == self.end {
                self.fill()?;
            }
            let piece = (self.end - self.at).min(len as usize);
            bytes.extend_from_slice(&self.buffer[self.at..self.at + piece]);
            self.at += piece;
            len -= piece as u64;
        }
        self.texts[which] = String::from_utf8(bytes).map_err(|_| self.damaged())?;
        Ok(())
    }

    fn read_tally(&mut self) -> Result<()> {
        self.tally = Tally {
            mentions: self.number()?,
            documents: self.number()?,
            salience: self.number()?,
            first_date: self.small()?,
            last_date: self.small()?,
        };
        Ok(())
    }

    /// Goes to the next unlisted name; `false` after the last one.
    ///
    /// # Errors
    /// The file cannot be read or is damaged; the same for the other calls.
    pub fn next_unlisted(&mut self) -> Result<bool> {
        if self.byte()? == 0 {
            return Ok(false);
        }
        for which in 0..3 {
            self.text(which)?;
        }
        self.read_tally()?;
        Ok(true)
    }

    /// The unlisted name that [`PartialReader::next_unlisted`] went to.
    pub fn unlisted(&self) -> UnlistedRecord<'_> {
        let [kind, key, name] = &self.texts;
        UnlistedRecord { kind, key, name, tally: self.tally }
    }

    /// Goes to the next listed entity; `false` after the last one.
    ///
    /// # Errors
    /// As for [`PartialReader::next_unlisted`].
    pub fn next_listed(&mut self) -> Result<bool> {
        if self.byte()? == 0 {
            return Ok(false);
        }
        let layer = self.small()?;
        self.entity = EntityId { layer: u8::try_from(layer).map_err(|_| self.damaged())?, index: self.small()? };
        self.text(0)?;
        self.read_tally()?;
        Ok(true)
    }

    /// The entity that [`PartialReader::next_listed`] went to.
    pub fn listed(&self) -> ListedRecord<'_> {
        ListedRecord { entity: self.entity, id: &self.texts[0], tally: self.tally }
    }

    /// Goes to the next pair; `false` after the last one.
    ///
    /// # Errors
    /// As for [`PartialReader::next_unlisted`].
    pub fn next_pair(&mut self) -> Result<bool> {
        let documents = self.number()?;
        if documents == 0 {
            return Ok(false);
        }
        let (step, second, sentences) = (self.small()?, self.small()?, self.number()?);
        let a = self.pair.a.checked_add(step);
        let b = if step == 0 { self.pair.b.checked_add(second) } else { Some(second) };
        let (Some(a), Some(b)) = (a, b) else { return Err(self.damaged()) };
        if u64::from(a.max(b)) >= self.listed_count {
            return Err(self.damaged());
        }
        self.pair = PairRecord { a, b, documents, sentences };
        Ok(true)
    }

    /// The pair that [`PartialReader::next_pair`] went to.
    pub fn pair(&self) -> PairRecord {
        self.pair
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path) {
        let mut writer = PartialWriter::create(path).expect("a file in a folder of our own");
        let tally = |mentions| Tally { mentions, documents: 1, salience: 300, first_date: 0, last_date: 20_250_102 };
        let mut all = || -> Result<()> {
            writer.start(7, 1)?;
            writer.unlisted(&UnlistedRecord { kind: "person", key: "lea", name: "Léa", tally: tally(2) })?;
            for index in 0..3 {
                let id = format!("gz:x/{index}");
                let entity = EntityId { layer: 1, index };
                writer.listed(&ListedRecord { entity, id: &id, tally: tally(u64::MAX) })?;
            }
            for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                writer.pair(&PairRecord { a, b, documents: 300, sentences: 0 })?;
            }
            writer.end()
        };
        all().expect("the disk has room");
    }

    #[test]
    fn records_read_back_as_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("p");
        write(&path);
        assert!(!folder.path().join("p.tmp").exists());
        let mut reader = PartialReader::open(&path).expect("a complete file");
        assert_eq!((reader.documents, reader.truncated, reader.listed_count), (7, 1, 3));
        assert!(reader.next_unlisted().expect("a record"));
        assert_eq!((reader.unlisted().key, reader.unlisted().name), ("lea", "Léa"));
        assert!(!reader.next_unlisted().expect("the end"));
        let mut ids = Vec::new();
        while reader.next_listed().expect("records") {
            assert_eq!((reader.listed().tally.mentions, reader.listed().tally.last_date), (u64::MAX, 20_250_102));
            ids.push((reader.listed().id.to_owned(), reader.listed().entity.index));
        }
        assert_eq!(ids, [("gz:x/0".to_owned(), 0), ("gz:x/1".to_owned(), 1), ("gz:x/2".to_owned(), 2)]);
        let mut pairs = Vec::new();
        while reader.next_pair().expect("records") {
            pairs.push((reader.pair().a, reader.pair().b, reader.pair().documents));
        }
        assert_eq!(pairs, [(0, 1, 300), (0, 2, 300), (1, 2, 300)]);
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("p");
        write(&path);
        let bytes = std::fs::read(&path).expect("the file just written");
        for len in [0, 10, 28, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..len]).expect("a file of our own");
            let error = PartialReader::open(&path).expect_err("a cut file");
            assert!(error.to_string().contains("not a complete partial"), "{error}");
        }
        let mut other = bytes.clone();
        other[17] = b'2';
        std::fs::write(&path, &other).expect("a file of our own");
        assert!(PartialReader::open(&path).is_err());
    }
}
