//! What a compiled gazetteer (`.gaz`) says of itself: the head of the file. `docs/GAZ.md` describes the whole format.
//!
//! The head is read here, so that a layer has its label, hash and counts without the file's sections, which only
//! `lexicon` understands. It is small, and checked by its own checksum whenever a file is opened; the body's checksum
//! is looked at only when somebody asks, since that reads the whole file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::Layer;
use crate::error::{Error, Result};

/// How every compiled gazetteer begins. As in PNG files, the bytes show at once whether a transfer took the file for
/// text.
pub const MAGIC: [u8; 8] = *b"\x89gaz\r\n\x1a\n";
/// The format that this build writes and reads. It covers the layout of the sections, the hashes in them, and the
/// folding and cutting of words that those stand for.
pub const FORMAT: u32 = 1;
/// Written in the order of the machine that compiles.
const BYTE_ORDER: u32 = 0x0102_0304;
/// Sections begin at multiples of so many bytes.
const ALIGNMENT: u64 = 64;
/// The head up to its texts.
const FIXED: usize = 80;
/// The longest head that is believed.
const MAX_HEAD: u64 = 1 << 20;
/// Where the checksum of the head lies; it counts as zeros.
const CHECKSUM: std::ops::Range<usize> = 32..40;

/// [`Header::flags`]: every name may begin and end inside words.
pub const OPEN: u32 = 1;

/// The head of a compiled gazetteer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Hash of the sources, as a layer read from them has it.
    pub hash: String,
    /// What it was made from, as the user named it.
    pub label: String,
    /// How it was made: the options that its content depends on, and the version of the package.
    pub made: String,
    /// [`OPEN`].
    pub flags: u32,
    /// The highest rank of a name (0 unless several layers were made one).
    pub rank: u16,
    /// How many entities it lists.
    pub entities: u64,
    /// How many names it lists.
    pub names: u64,
    /// Bytes of the head.
    pub length: u64,
    /// Bytes of the file.
    pub file_length: u64,
    /// Checksum of all bytes behind the head.
    pub checksum: u64,
    /// The sections in their order.
    pub sections: Vec<Section>,
}

/// A section of a compiled gazetteer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// At most eight letters.
    pub name: String,
    /// Bytes from the beginning of the file.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        String::from_utf8(self.take(length)?.to_vec()).ok()
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

impl Header {
    /// The head as bytes. Lays the sections out: their offsets, the lengths of head and file are set; sections need
    /// their names and lengths.
    pub fn lay_out(&mut self) -> Vec<u8> {
        let texts = [&self.hash, &self.label, &self.made];
        let length = FIXED + texts.iter().map(|text| 4 + text.len()).sum::<usize>() + 24 * self.sections.len();
        self.length = (length as u64).next_multiple_of(ALIGNMENT);
        let mut end = self.length;
        for section in &mut self.sections {
            section.offset = end.next_multiple_of(ALIGNMENT);
            end = section.offset + section.length;
        }
        self.file_length = end;
        self.bytes()
    }

    /// The head as bytes, with its checksum.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.length as usize);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&BYTE_ORDER.to_ne_bytes());
        for number in [self.length, self.file_length, 0, self.checksum, self.entities, self.names] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for number in [self.flags, u32::from(self.rank), self.sections.len() as u32, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for text in [&self.hash, &self.label, &self.made] {
            put_text(&mut out, text);
        }
        for section in &self.sections {
            let mut name = [0; 8];
            for (to, from) in name.iter_mut().zip(section.name.bytes()) {
                *to = from;
            }
            out.extend_from_slice(&name);
            out.extend_from_slice(&section.offset.to_le_bytes());
            out.extend_from_slice(&section.length.to_le_bytes());
        }
        out.resize(self.length as usize, 0);
        let checksum = xxh3_64(&out);
        out[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    /// Reads the head of a file of `file_length` bytes, of which `bytes` are the first; these may be all of them.
    ///
    /// # Errors
    /// Another kind of file, another format, or damage.
    pub fn read(bytes: &[u8], file_length: u64) -> Result<Self> {
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] || known == 0 {
            return Err(Error::message("this is no compiled gazetteer (.gaz)"));
        }
        let truncated = || Error::message("the file is truncated: run `gazetier compile` again");
        let damaged = || Error::message("the head of the file is damaged: run `gazetier compile` again");
        let mut reader = Reader(&bytes[known..]);
        let format = reader.u32().ok_or_else(truncated)?;
        let order: [u8; 4] = reader.take(4).and_then(|bytes| bytes.first_chunk().copied()).ok_or_else(truncated)?;
        if format != FORMAT {
            return Err(Error::message(format!("format {format}, this build reads {FORMAT}: run `gazetier compile`")));
        }
        if order != BYTE_ORDER.to_ne_bytes() {
            return Err(Error::message("compiled on a machine with another byte order: run `gazetier compile` here"));
        }
        let length = reader.u64().ok_or_else(truncated)?;
        let stated = reader.u64().ok_or_else(truncated)?;
        if !(FIXED as u64..=MAX_HEAD).contains(&length) {
            return Err(damaged());
        }
        let head = bytes.get(..length as usize).ok_or_else(truncated)?;
        let mut zeroed = head.to_vec();
        zeroed[CHECKSUM].fill(0);
        if head[CHECKSUM] != xxh3_64(&zeroed).to_le_bytes() {
            return Err(damaged());
        }
        if stated > file_length {
            return Err(truncated());
        }
        if stated < file_length {
            return Err(Error::message("the file is longer than it should be: run `gazetier compile` again"));
        }
        Self::fields(head, length, stated).ok_or_else(damaged)
    }

    fn fields(head: &[u8], length: u64, file_length: u64) -> Option<Self> {
        let mut reader = Reader(head.get(CHECKSUM.end..)?);
        let (checksum, entities, names) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let (flags, rank, count, _) = (reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?);
        let (hash, label, made) = (reader.text()?, reader.text()?, reader.text()?);
        let mut sections = Vec::new();
        let mut end = length;
        for _ in 0..count {
            let name = std::str::from_utf8(reader.take(8)?).ok()?.trim_end_matches('\0').to_owned();
            let section = Section { name, offset: reader.u64()?, length: reader.u64()? };
            if section.offset < end || !section.offset.is_multiple_of(ALIGNMENT) {
                return None;
            }
            end = section.offset.checked_add(section.length)?;
            sections.push(section);
        }
        (end <= file_length).then_some(Self {
            hash,
            label,
            made,
            flags,
            rank: u16::try_from(rank).ok()?,
            entities,
            names,
            length,
            file_length,
            checksum,
            sections,
        })
    }

    /// Reads the head of a file.
    ///
    /// # Errors
    /// As [`Header::read`]; also a file that cannot be read.
    pub fn read_file(path: &Path) -> Result<Self> {
        let read = || -> std::io::Result<(Vec<u8>, u64)> {
            let mut file = File::open(path)?;
            let file_length = file.metadata()?.len();
            let mut bytes = Vec::new();
            (&mut file).take(FIXED as u64).read_to_end(&mut bytes)?;
            if let Some(length) = bytes.get(16..24).and_then(|bytes| bytes.first_chunk()) {
                let more = u64::from_le_bytes(*length).min(MAX_HEAD).saturating_sub(bytes.len() as u64);
                file.take(more).read_to_end(&mut bytes)?;
            }
            Ok((bytes, file_length))
        };
        let (bytes, file_length) = read().map_err(|error| Error::io(path, error))?;
        Self::read(&bytes, file_length).map_err(|error| Error::message(format!("{}: {error}", path.display())))
    }
}

/// Sets the checksum of the head in the bytes of a file, whatever the head says: for tests that change files.
pub fn seal(bytes: &mut [u8]) {
    let length =
        bytes.get(16..24).and_then(|bytes| bytes.first_chunk()).map_or(0, |length| u64::from_le_bytes(*length));
    if !(FIXED as u64..=MAX_HEAD).contains(&length) {
        return;
    }
    if let Some(head) = bytes.get_mut(..length as usize) {
        head[CHECKSUM].fill(0);
        let checksum = xxh3_64(head);
        head[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// A layer that is compiled already: its rows lie in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compiled {
    /// The file; of the embedded one, its name.
    pub path: PathBuf,
    /// The bytes of the file, where they are part of the program.
    pub embedded: Option<&'static [u8]>,
    /// Its head when the layer was made.
    pub header: Header,
    /// Copy it into memory instead of mapping it.
    pub in_memory: bool,
}

/// Whether a path is named as a compiled gazetteer.
pub fn is_compiled(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gaz"))
}

/// A compiled gazetteer as a layer.
pub(super) fn read_layer(path: &Path) -> Result<Layer> {
    let header = Header::read_file(path)?;
    Ok(Layer {
        label: path.display().to_string(),
        files: vec![path.display().to_string()],
        hash: header.hash.clone(),
        compiled: Some(Box::new(Compiled { path: path.to_path_buf(), header, ..Compiled::default() })),
        ..Layer::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let section = |name: &str, length| Section { name: name.into(), offset: 0, length };
        Header {
            hash: "00ff".into(),
            label: "ships.csv".into(),
            made: "test".into(),
            sections: vec![section("records", 100), section("ids", 0), section("strings", 7)],
            entities: 3,
            names: 4,
            ..Header::default()
        }
    }

    #[test]
    fn a_head_is_read_again() {
        let mut header = header();
        let bytes = header.lay_out();
        assert_eq!(bytes.len() as u64, header.length);
        assert!(header.sections.iter().all(|section| section.offset % 64 == 0));
        assert_eq!(Header::read(&bytes, header.file_length).expect("sound"), header);
    }

    #[test]
    fn every_damage_has_a_message() {
        let mut header = header();
        let bytes = header.lay_out();
        let error = |bytes: &[u8], length| Header::read(bytes, length).expect_err("damaged").to_string();
        for end in 0..bytes.len() {
            let found = error(&bytes[..end], end as u64);
            assert!(found.contains("truncated") || end == 0, "{end}: {found}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(!error(&damaged, header.file_length).is_empty(), "{at}");
        }
        assert!(error(&bytes, header.file_length - 1).contains("truncated"));
        assert!(error(&bytes, header.file_length + 1).contains("longer"));
        assert_eq!(error(b"id,name\n1,Paris\n", 16), "this is no compiled gazetteer (.gaz)");
        let mut later = bytes.clone();
        later[8] = FORMAT as u8 + 1;
        assert_eq!(
            error(&later, header.file_length),
            format!("format {}, this build reads {FORMAT}: run `gazetier compile`", FORMAT + 1)
        );
    }
}
