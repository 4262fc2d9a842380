//! The journal of a folder run: what is safely on the disk.
//!
//! A text file of JSON lines, each written and synced before the run goes on. The first line says what the run is
//! (gazetteers, options, tables), each other one that a unit is complete: which input it was made from, and name and
//! size of its files. A line cut short by a crash does not count, nor does what was written after the last whole one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Counts, UnitRange};
use crate::error::{Error, Result};

/// The file in the run's folder.
pub const JOURNAL: &str = "journal";
/// The format of the file; another one is refused.
const FORMAT: u32 = 1;

/// What a run is: units of another one cannot be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunIdentity {
    /// Hash of the gazetteers.
    pub gazetteer: String,
    /// Hash of all options and inputs that the tables depend on.
    pub options: String,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Format of the journal.
    pub journal: u32,
    /// Version of this package.
    pub version: String,
    /// What the run is.
    pub run: RunIdentity,
}

/// A file of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFile {
    /// Its name in the run's folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A complete unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRecord {
    /// Its number, from 0.
    pub unit: u64,
    /// The input it was made from.
    pub range: UnitRange,
    /// Its parts of tables. A table without rows has none.
    pub parts: Vec<UnitFile>,
    /// Its partials of the run-wide tables.
    pub partials: Vec<UnitFile>,
    /// What was read and found.
    pub counts: Counts,
}

/// An open journal.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    pub fn create(folder: &Path, run: &RunIdentity) -> Result<Self> {
        let path = folder.join(JOURNAL);
        let file = File::create_new(&path).map_err(|error| Error::io(&path, error))?;
        let mut journal = Self { path, file };
        journal.append(&Head { journal: FORMAT, version: env!("CARGO_PKG_VERSION").into(), run: run.clone() })?;
        Ok(journal)
    }

    pub fn append(&mut self, line: &impl Serialize) -> Result<()> {
        let mut bytes = serde_json::to_vec(line).map_err(|error| Error::io(&self.path, error.into()))?;
        bytes.push(b'\n');
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.map_err(|error| Error::io(&self.path, error))
    }
}

/// Reads the journal of a run's folder: its head and the complete units, whose files are checked for their sizes.
/// `None` where there is no journal, or none that this version can go on with.
///
/// # Errors
/// The journal cannot be read.
pub fn read(folder: &Path) -> Result<Option<(Head, Vec<UnitRecord>)>> {
    let path = folder.join(JOURNAL);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(&path, error)),
    };
    let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let head: Option<Head> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    let Some(head) = head.filter(|head| head.journal == FORMAT && head.version == env!("CARGO_PKG_VERSION")) else {
        return Ok(None);
    };
    let mut units = Vec::new();
    for (number, line) in lines.enumerate() {
        let record = serde_json::from_str::<UnitRecord>(line).ok().filter(|unit| unit.unit == number as u64);
        let Some(record) = record.filter(|record| is_whole(folder, record)) else { break };
        units.push(record);
    }
    Ok(Some((head, units)))
}

fn is_whole(folder: &Path, record: &UnitRecord) -> bool {
    record.parts.iter().chain(&record.partials).all(|file| {
        std::fs::metadata(folder.join(&file.name)).is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_units_are_read_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(read(folder.path()).expect("no journal"), None);
        let run = RunIdentity { gazetteer: "g".into(), options: "o".into() };
        let mut journal = Journal::create(folder.path(), &run).expect("a new journal");
        let unit = |unit, name: &str| UnitRecord {
            unit,
            range: UnitRange::default(),
            parts: vec![UnitFile { name: name.into(), bytes: 3 }],
            partials: Vec::new(),
            counts: Counts { documents: 5, ..Counts::default() },
        };
        for (number, name) in ["a", "b", "c"].iter().enumerate() {
            std::fs::write(folder.path().join(name), "abc").expect("a file of our own");
            journal.append(&unit(number as u64, name)).expect("room on the disk");
        }
        let (head, units) = read(folder.path()).expect("a journal").expect("of this version");
        assert_eq!((head.run, units.len(), units[2].counts.documents), (run.clone(), 3, 5));
        std::fs::write(folder.path().join("b"), "ab").expect("a file of our own");
        assert_eq!(read(folder.path()).expect("a journal").expect("a head").1.len(), 1);
        journal.file.write_all(b"{\"unit\":3,").expect("room on the disk");
        std::fs::write(folder.path().join("b"), "abc").expect("a file of our own");
        assert_eq!(read(folder.path()).expect("a journal").expect("a head").1.len(), 3);
        assert!(Journal::create(folder.path(), &run).is_err(), "a journal is never overwritten");
    }
}
