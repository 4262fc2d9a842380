//! Sorting more than fits into memory: runs in temporary files, merged at the end.
//!
//! Entries are a key and a value, both bytes. Keys come out in bytewise order, equal keys in the order they were put
//! in. As long as everything fits, nothing is written anywhere. The files have no names: the system takes them back
//! whatever happens to the process.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// So many runs of one size become one of the next: each has an open file, and a buffer while it is merged. Merged by
/// sizes, an entry is rewritten as often as there are sizes, four times for terabytes.
const MAX_RUNS: usize = 32;
/// The buffer of a run that is read or written.
const BUFFER: usize = 64 << 10;

/// Takes entries in any order.
pub(super) struct Sorter {
    /// Where temporary files are made.
    folder: PathBuf,
    /// How many bytes are held before they become a run.
    limit: usize,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// By size, from the smallest; those of a larger size hold earlier entries.
    runs: Vec<Vec<File>>,
}

/// Where an entry lies among the bytes.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    key: u32,
    value: u32,
}

impl Entry {
    fn key(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.start + self.key as usize]
    }

    fn value(self, bytes: &[u8]) -> &[u8] {
        let start = self.start + self.key as usize;
        &bytes[start..start + self.value as usize]
    }
}

impl Sorter {
    /// A sorter that holds about `limit` bytes and puts the rest into files in a folder.
    pub(super) fn new(folder: &Path, limit: usize) -> Self {
        Self { folder: folder.to_path_buf(), limit, bytes: Vec::new(), entries: Vec::new(), runs: Vec::new() }
    }

    /// Puts an entry in.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let (Ok(key_length), Ok(value_length)) = (u32::try_from(key.len()), u32::try_from(value.len())) else {
            return Err(Error::message("an entity of more than 4 GiB"));
        };
        self.entries.push(Entry { start: self.bytes.len(), key: key_length, value: value_length });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        if self.bytes.len() + self.entries.len() * size_of::<Entry>() > self.limit {
            self.spill()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.entries.sort_by(|a, b| a.key(bytes).cmp(b.key(bytes)));
    }

    fn temporary(&self) -> Result<File> {
        tempfile::tempfile_in(&self.folder).map_err(|error| Error::io(&self.folder, error))
    }

    /// Writes what is held as a run.
    fn spill(&mut self) -> Result<()> {
        self.sort();
        let mut out = BufWriter::with_capacity(BUFFER, self.temporary()?);
        for entry in &self.entries {
            write_entry(&mut out, entry.key(&self.bytes), entry.value(&self.bytes))
                .map_err(|error| Error::io(&self.folder, error))?;
        }
        let mut run = out.into_inner().map_err(|error| Error::io(&self.folder, error.into_error()))?;
        self.bytes.clear();
        self.entries.clear();
        for size in 0.. {
            if self.runs.len() == size {
                self.runs.push(Vec::new());
            }
            self.runs[size].push(run);
            if self.runs[size].len() < MAX_RUNS {
                break;
            }
            let runs = std::mem::take(&mut self.runs[size]);
            run = self.merge(runs)?;
        }
        Ok(())
    }

    /// Makes one run of several.
    fn merge(&self, runs: Vec<File>) -> Result<File> {
        let mut out = BufWriter::with_capacity(BUFFER, self.temporary()?);
        let mut merged = Sorted::of_runs(&self.folder, runs)?;
        while merged.step()? {
            write_entry(&mut out, merged.key(), merged.value()).map_err(|error| Error::io(&self.folder, error))?;
        }
        out.into_inner().map_err(|error| Error::io(&self.folder, error.into_error()))
    }

    /// All entries in order.
    pub(super) fn finish(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            let entries = self.entries.into_iter();
            return Ok(Sorted(Kind::Held { bytes: self.bytes, entries, current: None }));
        }
        if !self.entries.is_empty() {
            self.spill()?;
        }
        // Memory for the next sorter.
        self.bytes = Vec::new();
        self.entries = Vec::new();
        Sorted::of_runs(&self.folder, self.runs.into_iter().rev().flatten().collect())
    }
}

fn write_entry(out: &mut impl Write, key: &[u8], value: &[u8]) -> std::io::Result<()> {
    // Both fit: `push` has checked them.
    out.write_all(&(key.len() as u32).to_le_bytes())?;
    out.write_all(&(value.len() as u32).to_le_bytes())?;
    out.write_all(key)?;
    out.write_all(value)
}

/// Entries in order: [`Sorted::step`], then the key and the value.
pub(super) struct Sorted(Kind);

enum Kind {
    Held { bytes: Vec<u8>, entries: std::vec::IntoIter<Entry>, current: Option<Entry> },
    Merged { folder: PathBuf, heap: BinaryHeap<Reverse<Head>>, current: Option<Head> },
}

/// The next entry of a run.
struct Head {
    key: Vec<u8>,
    value: Vec<u8>,
    /// Earlier runs hold earlier entries.
    run: usize,
    reader: BufReader<File>,
}

impl Head {
    /// Reads the next entry; `false` at the end of the run.
    fn read(&mut self) -> std::io::Result<bool> {
        let mut lengths = [0; 8];
        match self.reader.read_exact(&mut lengths[..1]) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            other => other?,
        }
        self.reader.read_exact(&mut lengths[1..])?;
        let [a, b, c, d, e, f, g, h] = lengths;
        self.key.resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
        self.value.resize(u32::from_le_bytes([e, f, g, h]) as usize, 0);
        self.reader.read_exact(&mut self.key)?;
        self.reader.read_exact(&mut self.value)?;
        Ok(true)
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(self.run.cmp(&other.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl Sorted {
    fn of_runs(folder: &Path, runs: Vec<File>) -> Result<Self> {
        let mut heap = BinaryHeap::new();
        for (run, mut file) in runs.into_iter().enumerate() {
            let mut begin = || -> std::io::Result<Option<Head>> {
                file.seek(SeekFrom::Start(0))?;
                let reader = BufReader::with_capacity(BUFFER, file.try_clone()?);
                let mut head = Head { key: Vec::new(), value: Vec::new(), run, reader };
                Ok(head.read()?.then_some(head))
            };
            heap.extend(begin().map_err(|error| Error::io(folder, error))?.map(Reverse));
        }
        Ok(Self(Kind::Merged { folder: folder.to_path_buf(), heap, current: None }))
    }

    /// Goes to the next entry; `false` after the last.
    pub(super) fn step(&mut self) -> Result<bool> {
        match &mut self.0 {
            Kind::Held { entries, current, .. } => {
                *current = entries.next();
                Ok(current.is_some())
            }
            Kind::Merged { folder, heap, current } => {
                if let Some(mut head) = current.take()
                    && head.read().map_err(|error| Error::io(&*folder, error))?
                {
                    heap.push(Reverse(head));
                }
                *current = heap.pop().map(|Reverse(head)| head);
                Ok(current.is_some())
            }
        }
    }

    /// The key of the current entry; empty before the first and after the last.
    pub(super) fn key(&self) -> &[u8] {
        match &self.0 {
            Kind::Held { bytes, current, .. } => current.map_or(&[], |entry| entry.key(bytes)),
            Kind::Merged { current, .. } => current.as_ref().map_or(&[], |head| &head.key),
        }
    }

    /// The value of the current entry; empty before the first and after the last.
    pub(super) fn value(&self) -> &[u8] {
        match &self.0 {
            Kind::Held { bytes, current, .. } => current.map_or(&[], |entry| entry.value(bytes)),
            Kind::Merged { current, .. } => current.as_ref().map_or(&[], |head| &head.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(limit: usize, entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path(), limit);
        for (key, value) in entries {
            sorter.push(key, value).unwrap();
        }
        let mut sorted = sorter.finish().unwrap();
        let mut found = Vec::new();
        while sorted.step().unwrap() {
            found.push((sorted.key().to_vec(), sorted.value().to_vec()));
        }
        assert!(!sorted.step().unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "temporary files have no names");
        found
    }

    #[test]
    fn the_order_does_not_depend_on_the_memory() {
        // Multiplying by an odd number goes through all residues, in no order to speak of.
        let entries: Vec<(Vec<u8>, Vec<u8>)> = (0..3000u32)
            .map(|i| ((i.wrapping_mul(2_654_435_761) % 500).to_string().into_bytes(), i.to_be_bytes().to_vec()))
            .collect();
        let mut expected = entries.clone();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        // The smallest of these makes more runs than are merged at once.
        for limit in [0, 500, 5_000, usize::MAX] {
            assert!(sorted(limit, &entries) == expected, "{limit}");
        }
        // A full size became one run of the next: no entry is written more often than there are sizes.
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path(), 0);
        entries.iter().for_each(|(key, value)| sorter.push(key, value).unwrap());
        let sizes: Vec<usize> = sorter.runs.iter().map(Vec::len).collect();
        assert_eq!(sizes, [3000 % MAX_RUNS, 3000 / MAX_RUNS % MAX_RUNS, 3000 / MAX_RUNS / MAX_RUNS]);
        assert!(sorted(0, &[]).is_empty());
        assert_eq!(sorted(0, &[(vec![], vec![])]), [(vec![], vec![])]);
    }
}
