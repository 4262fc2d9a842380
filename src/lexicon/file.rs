//! A lexicon as a file: sections as they lie in memory, behind a head. `docs/GAZ.md` describes the format.
//!
//! Opening a file looks at its head alone: bounds, alignment and a checksum of its own. What is behind it is mapped and
//! read where a text needs it; every such access is checked, so that damage gives an error or a missing hit.
//!
//! A file is written beside its final place and renamed, so that whoever has the old one open keeps it. Writing into a
//! mapped file, or truncating it, is the one thing that its readers do not survive; `in_memory` (`--lexicon-memory`)
//! copies it instead.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::ids::Ids;
use super::storage::{ALIGNMENT, Array, Buffer, Bytes};
use super::substring::Substrings;
use super::table::Table;
use super::{CompileOptions, Counts, Lexicon, Stack};
use crate::error::{Error, Result};
use crate::gazetteer::compiled::{Compiled, Header, OPEN, Section};
use crate::gazetteer::replace;

/// The file behind a lexicon.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub path: std::path::PathBuf,
    pub header: Header,
    /// All of it, mapped or in memory.
    bytes: Bytes,
}

/// A list of words as a section: the length of each in four bytes, then the word.
fn put_words(words: &[String]) -> Bytes {
    let mut out = Vec::new();
    for word in words {
        out.extend_from_slice(&(word.len() as u32).to_le_bytes());
        out.extend_from_slice(word.as_bytes());
    }
    Bytes::copy_of(&out)
}

fn words_of(bytes: &Bytes) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = bytes.as_slice();
    // Records number kinds and languages with 16 bits.
    while !rest.is_empty() && words.len() <= usize::from(u16::MAX) {
        let (length, text) = rest.split_first_chunk::<4>()?;
        let (word, after) = text.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        words.push(std::str::from_utf8(word).ok()?.to_owned());
        rest = after;
    }
    rest.is_empty().then_some(words)
}

impl Lexicon {
    /// Names (at most eight letters) and bytes of all sections.
    fn sections(&self) -> Vec<(&'static str, Bytes)> {
        let mut sections = vec![
            ("records", self.records.clone()),
            ("strings", self.strings.clone()),
            ("forms", self.forms.bytes().clone()),
            ("ids", self.ids.bytes().clone()),
            ("joins", self.joins.bytes().clone()),
            ("kinds", put_words(&self.kinds)),
            ("langs", put_words(&self.langs)),
            ("patterns", self.substrings.bytes().clone()),
        ];
        sections.extend(self.table.sections().map(|(name, bytes)| (name, bytes.clone())));
        sections
    }

    /// The sections by name, with their bytes: what takes how much.
    pub fn sizes(&self) -> Vec<(&'static str, u64)> {
        self.sections().into_iter().map(|(name, bytes)| (name, bytes.len() as u64)).collect()
    }

    /// Writes the lexicon to a file; `header` says what it was made from. Returns the bytes of the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path, header: &Header) -> Result<u64> {
        replace(path, |file| Ok(self.write_to(file, header)?))
    }

    fn write_to(&self, out: &mut (impl Write + Seek), header: &Header) -> std::io::Result<u64> {
        let sections = self.sections();
        let mut header = Header {
            entities: self.counts.entities,
            names: self.counts.names,
            rank: self.counts.rank,
            sections: sections
                .iter()
                .map(|(name, bytes)| Section { name: (*name).to_owned(), offset: 0, length: bytes.len() as u64 })
                .collect(),
            ..header.clone()
        };
        let head = header.lay_out();
        out.write_all(&head)?;
        let mut body = Xxh3::new();
        let mut at = head.len() as u64;
        for ((_, bytes), section) in sections.iter().zip(&header.sections) {
            let gap = [0; ALIGNMENT];
            for piece in [&gap[..(section.offset - at) as usize], bytes.as_slice()] {
                out.write_all(piece)?;
                body.update(piece);
            }
            at = section.offset + section.length;
        }
        // The checksum of the body is only known now.
        header.checksum = body.digest();
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&header.bytes())?;
        Ok(header.file_length)
    }

    /// The bytes of the file that [`Lexicon::write`] writes.
    pub fn to_bytes(&self, header: &Header) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        // Memory takes every byte, and a head that is not yet right would be refused when it is read.
        let _ = self.write_to(&mut out, header);
        out.into_inner()
    }

    /// A lexicon from the bytes of a whole file, which are copied.
    ///
    /// # Errors
    /// As [`Lexicon::open`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Self> {
        let header = Header::read(bytes, bytes.len() as u64)?;
        Self::of_file(Bytes::copy_of(bytes), header, Path::new("bytes"))
    }

    /// [`Lexicon::open`] for a run that lets names begin inside words, or one that does not. The embedded one is compiled
    /// anew where it was compiled for the other.
    ///
    /// # Errors
    /// As [`Lexicon::open`]; also a file that was compiled for the other.
    pub fn open_for(compiled: &Compiled, options: CompileOptions) -> Result<Self> {
        let open = compiled.header.flags & OPEN != 0;
        if open != options.open && compiled.embedded.is_some() {
            return Stack::of(vec![Self::open(compiled)?]).flatten(options);
        }
        if open != options.open {
            let path = compiled.path.display();
            let (is, wanted) = if open { ("", "without") } else { ("not ", "with") };
            return Err(Error::message(format!(
                "{path}: {is}compiled for `--boundary none`: run `gazetier compile` {wanted} `--boundary none`"
            )));
        }
        Self::open(compiled)
    }

    /// Opens the file of a compiled layer.
    ///
    /// # Errors
    /// The file cannot be read, is another one than when the layer was made, or is damaged where opening it looks.
    pub fn open(compiled: &Compiled) -> Result<Self> {
        let path = &compiled.path;
        let at_path = |error: Error| Error::message(format!("{}: {error}", path.display()));
        let bytes = match compiled.embedded {
            Some(bytes) => Bytes::embedded(bytes),
            None => {
                let file = File::open(path).map_err(|error| Error::io(path, error))?;
                let bytes = if compiled.in_memory { copy(file) } else { map(file) };
                bytes.map_err(|error| Error::io(path, error))?
            }
        };
        let header = Header::read(bytes.as_slice(), bytes.len() as u64).map_err(at_path)?;
        if header != compiled.header {
            return Err(at_path(Error::message("the file was replaced while it was being opened")));
        }
        Self::of_file(bytes, header, path).map_err(at_path)
    }

    /// A lexicon over the bytes of a whole file.
    fn of_file(bytes: Bytes, header: Header, path: &Path) -> Result<Self> {
        let part = |name: &str| {
            let section = header.sections.iter().find(|section| section.name == name);
            section.and_then(|section| bytes.part(section.offset as usize, section.length as usize)).unwrap_or_default()
        };
        let words = |name: &str| {
            words_of(&part(name)).ok_or_else(|| Error::message(format!("the section of {name} is damaged")))
        };
        Ok(Self {
            records: part("records"),
            strings: part("strings"),
            forms: Array::of_bytes(part("forms")),
            ids: Ids::of_bytes(part("ids")),
            joins: Array::of_bytes(part("joins")),
            table: Table::of_sections(part),
            substrings: Substrings::of_bytes(part("patterns")),
            kinds: words("kinds")?,
            langs: words("langs")?,
            counts: Counts { entities: header.entities, names: header.names, generated: 0, rank: header.rank },
            problems: Vec::new(),
            source: Some(Box::new(Source { path: path.to_path_buf(), header, bytes: bytes.clone() })),
        })
    }

    /// Checks the body's checksum if the lexicon comes from a file. Reads all of it.
    ///
    /// # Errors
    /// The checksum is another one.
    pub fn verify(&self) -> Result<()> {
        let Some(source) = &self.source else { return Ok(()) };
        let body = source.bytes.as_slice().get(source.header.length as usize..).unwrap_or_default();
        if xxh3_64(body) != source.header.checksum {
            let path = source.path.display();
            return Err(Error::message(format!("{path}: the file is damaged: run `gazetier compile` again")));
        }
        Ok(())
    }
}

/// A file in memory of our own.
fn copy(mut file: File) -> std::io::Result<Bytes> {
    let length = usize::try_from(file.metadata()?.len()).map_err(std::io::Error::other)?;
    let mut buffer = Buffer::zeroed(length);
    file.read_exact(buffer.as_mut_slice())?;
    Ok(buffer.freeze())
}

#[cfg(not(unix))]
fn map(file: File) -> std::io::Result<Bytes> {
    copy(file)
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "a mapped file is memory that others can change")]
fn map(file: File) -> std::io::Result<Bytes> {
    // SAFETY: The mapping is read-only and outlives every borrow, for the bytes are only lent by what owns it. That
    // nobody changes them meanwhile is what the format asks of its users and this package keeps: a file is replaced by
    // renaming a new one over it, never written in place.
    let mapped = unsafe { memmap2::Mmap::map(&file)? };
    Ok(Bytes::mapped(mapped))
}

#[cfg(test)]
mod tests;
