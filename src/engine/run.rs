//! Where the tables of a run go.
//!
//! A [`RunPlan`] says which tables are wanted and how. Worker threads have a [`BatchEncoder`] each: it turns documents
//! and what was found in them into a [`BatchOutput`], the encoded rows of every table and a partial of the run-wide
//! ones. A [`TableSink`] takes the outputs in input order; it only appends and merges, so that the rows are made in
//! parallel and written in order. [`FolderSink`] writes a folder of tables, part by part; [`SingleSink`] one table to a
//! file or to standard output.

mod batch;
mod folder;
pub mod journal;
mod manifest;
mod single;
mod work;

pub use batch::{BatchEncoder, BatchOutput};
pub use folder::{FolderSink, RUN_FOLDER};
pub use manifest::{LayerInfo, RunInfo};
pub use single::SingleSink;
pub use work::{BatchWorker, Ids, Worked};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::export::{Dialect, Encoder, FORMATS, Format};
use crate::lexicon::Stack;
use crate::table::partial::{Budget, Wanted};
use crate::table::{RowOptions, RowWriter, Schema, TABLES, Table, Value};

/// What one unit of a folder run holds at most, in bytes of input.
pub const UNIT_BYTES: u64 = 64 << 20;
/// `--memory` where it is not given, in bytes.
pub const DEFAULT_MEMORY: u64 = 256 << 20;

/// What a run writes, fixed before its first document.
#[derive(Clone, Debug)]
pub struct RunPlan<'s> {
    /// The gazetteers.
    pub stack: &'s Stack,
    /// The tables wanted, in the order of [`TABLES`].
    pub tables: Vec<Table>,
    /// Their format.
    pub format: &'static dyn Format,
    /// Who is to read them.
    pub dialect: Dialect,
    /// Choices about rows.
    pub rows: RowOptions,
    /// The fewest documents of a pair in `cooccurrences`.
    pub min_pairs: u64,
    /// Memory in bytes of which run-wide tables take their share ([`Budget::of_memory`]).
    pub memory: u64,
}

impl<'s> RunPlan<'s> {
    /// A plan for some tables as plain CSV with the default options.
    pub fn new(stack: &'s Stack, tables: &[Table]) -> Self {
        Self {
            stack,
            tables: TABLES.iter().copied().filter(|table| tables.contains(table)).collect(),
            format: FORMATS[0],
            dialect: Dialect::Plain,
            rows: RowOptions::default(),
            min_pairs: 1,
            memory: DEFAULT_MEMORY,
        }
    }

    /// Checks that the choices fit together.
    ///
    /// # Errors
    /// They do not.
    pub fn check(&self) -> Result<()> {
        if self.format.has_dialect(self.dialect) {
            return Ok(());
        }
        let able: Vec<&str> =
            FORMATS.iter().filter(|format| format.has_dialect(self.dialect)).map(|f| f.name()).collect();
        let (able, format) = (able.join(", "), self.format.name());
        Err(Error::message(format!("--excel goes with --format {able} only, not with `{format}`")))
    }

    /// The columns of a table in this run.
    pub fn schema(&self, table: Table) -> Schema {
        table.schema(&self.rows)
    }

    /// The run-wide tables among those wanted.
    pub fn wanted(&self) -> Wanted {
        Wanted { entities: self.tables.contains(&Table::Entities), pairs: self.tables.contains(&Table::Cooccurrences) }
    }

    fn encoder(&self, table: Table) -> Box<dyn Encoder> {
        self.format.encoder(&self.schema(table), self.dialect)
    }

    fn file_name(&self, table: Table) -> String {
        format!("{}.{}", table.name(), self.format.extension())
    }

    fn budget(&self) -> Budget {
        Budget::of_memory(self.memory)
    }
}

/// What was read and found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Documents read.
    pub documents: u64,
    /// Bytes of their text, as the input has it.
    pub bytes: u64,
    /// Characters of their text.
    pub chars: u64,
    /// Words of their text.
    pub words: u64,
    /// Mentions.
    pub mentions: u64,
    /// Mentions by number of the kind in the stack.
    pub mentions_by_kind: Vec<u64>,
    /// Records and files that could not be read.
    pub errors: u64,
    /// Those that were read with a loss or a doubt.
    pub warnings: u64,
    /// Documents of which only the most salient entities pair up in `cooccurrences`.
    pub truncated: u64,
    /// Rows by place in [`TABLES`]; run-wide tables have theirs at the end of the run only.
    pub rows: [u64; TABLES.len()],
}

impl Counts {
    /// Adds the counts of other documents.
    pub fn add(&mut self, other: &Counts) {
        let Self { documents, bytes, chars, words, mentions, mentions_by_kind, errors, warnings, truncated, rows } =
            self;
        *documents += other.documents;
        *bytes += other.bytes;
        *chars += other.chars;
        *words += other.words;
        *mentions += other.mentions;
        *errors += other.errors;
        *warnings += other.warnings;
        *truncated += other.truncated;
        if mentions_by_kind.len() < other.mentions_by_kind.len() {
            mentions_by_kind.resize(other.mentions_by_kind.len(), 0);
        }
        for (sum, count) in mentions_by_kind.iter_mut().zip(&other.mentions_by_kind) {
            *sum += count;
        }
        for (sum, count) in rows.iter_mut().zip(&other.rows) {
            *sum += count;
        }
    }

    fn clear(&mut self) {
        let mut mentions_by_kind = std::mem::take(&mut self.mentions_by_kind);
        mentions_by_kind.clear();
        *self = Self { mentions_by_kind, ..Self::default() };
    }
}

/// Which input a unit of a run was made from: the place after its last document, for taking a run up again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRange {
    /// Where the unit begins.
    pub from: InputPlace,
    /// Where the next unit begins.
    pub to: InputPlace,
}

/// A place between two documents of the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputPlace {
    /// Number of the file in the list of inputs, from 0.
    pub file: u64,
    /// Documents and broken records of that file before the place.
    pub record: u64,
    /// Bytes of that file before the place, where it can be sought; else 0.
    pub byte: u64,
}

/// Takes the tables of a run in input order.
///
/// A sink that is dropped before [`TableSink::finish`] removes what it has written.
pub trait TableSink {
    /// Takes a batch in: its rows are appended, its partial is merged. The batch may be used again.
    ///
    /// # Errors
    /// The rows cannot be written, with the path.
    fn batch(&mut self, batch: &BatchOutput) -> Result<()>;

    /// Ends a unit of about [`UNIT_BYTES`] of input.
    ///
    /// # Errors
    /// The unit cannot be written.
    fn end_unit(&mut self, range: &UnitRange) -> Result<()>;

    /// Ends the run: every table gets its final name. Returns what was counted.
    ///
    /// # Errors
    /// A table cannot be written; no table has a new state under its final name then, unless the error is one of
    /// renaming.
    fn finish(self: Box<Self>, info: RunInfo) -> Result<Counts>;
}

/// Takes encoded bytes.
type WriteBytes<'a> = dyn FnMut(&[u8]) -> Result<()> + 'a;

/// Rows that are encoded and written out in pieces.
struct Pieces<'a> {
    encoder: Box<dyn Encoder>,
    buffer: Vec<u8>,
    rows: u64,
    write: Box<WriteBytes<'a>>,
}

impl<'a> Pieces<'a> {
    const BYTES: usize = 1 << 18;

    fn new(encoder: Box<dyn Encoder>, write: impl FnMut(&[u8]) -> Result<()> + 'a) -> Self {
        Self { encoder, buffer: Vec::with_capacity(Self::BYTES + 4096), rows: 0, write: Box::new(write) }
    }

    fn flush(&mut self) -> Result<()> {
        self.encoder.end_chunk(&mut self.buffer);
        (self.write)(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl RowWriter for Pieces<'_> {
    fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        self.encoder.row(values, &mut self.buffer);
        self.rows += 1;
        if self.buffer.len() >= Self::BYTES { self.flush() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
