//! The corpus: input files, folders, patterns and streams, read as documents.
//!
//! Reading has two stages, so that one thread can feed many:
//!
//! 1. [`Source`] goes through the inputs in order and cuts them, cheaply, into [`Batch`]es of whole records: one buffer
//!    of about [`CorpusOptions::batch_bytes`], many small files or a stretch of a large one.
//! 2. [`Batch::documents`], on any thread, parses a batch into [`Document`]s that borrow from its buffer.
//!
//! What is wrong with a file or record comes out between the documents, at its place, as a [`RecordProblem`]; only
//! inputs that do not exist are an error of [`Source::open`], before anything is read.
//!
//! Batches depend on the inputs alone, never on timing, and a dropped batch gives its buffer back to the source.
//!
//! # A new format
//! One file with a type that implements [`Format`], and one line in [`FORMATS`]. The first stage of most formats exists
//! already: `split::WholeFile` (one file, one chunk) and `split::WholeLines` (as many lines as fit).

mod block;
mod ids;
mod inputs;
mod jsonl;
mod source;
mod split;
mod stream;
mod text;

pub use block::{Batch, Block};
pub use ids::RepeatedIds;
pub use inputs::{SKIP_REASONS, SkipReason, Skipped};
pub use jsonl::JsonLines;
pub use source::{Source, Summary};
pub use split::{Filled, SplitOptions, Splitter};
pub use stream::Stream;
pub use text::PlainText;

use crate::error::Problem;
use crate::text::{Document, MAX_DOCUMENT_BYTES};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// All formats that are read, in the order of `--help`.
pub const FORMATS: &[&dyn Format] = &[&PlainText, &JsonLines];

/// One input format.
pub trait Format: Sync {
    /// The short name, unique among [`FORMATS`].
    fn name(&self) -> &'static str;

    /// Extensions, in lower case, by which files in a folder are claimed.
    fn folder_extensions(&self) -> &'static [&'static str];

    /// Further extensions that are claimed when the file itself is named; `""` = files without an extension.
    fn argument_extensions(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether an input whose name says nothing (a stream, an unknown extension) is in this format, by its beginning.
    fn recognises(&self, _beginning: &[u8]) -> bool {
        false
    }

    /// Whether records may have fields of their own ([`Document::carried`]).
    fn carries(&self) -> bool {
        true
    }

    /// The first stage for one file or stream.
    fn splitter(&self) -> Box<dyn Splitter>;

    /// The second stage: parses one chunk and hands out its documents and problems in order.
    fn documents(
        &self,
        chunk: Chunk<'_>,
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<Document<'_>, RecordProblem>),
    );
}

/// How to read a corpus.
#[derive(Clone, Debug)]
pub struct CorpusOptions {
    /// Follow symbolic links in folders (those named as arguments are always followed).
    pub follow: bool,
    /// The output file or folder, which is never read as part of an input folder.
    pub output: Option<PathBuf>,
    /// Fill [`Document::carried`]; without it, other fields are skipped at little cost.
    pub carry: bool,
    /// Documents of more bytes are refused with a problem; at most [`MAX_DOCUMENT_BYTES`].
    pub max_document_bytes: u64,
    /// A batch holds at least this many bytes (where the inputs have so many) and about twice as many at most, unless
    /// a single record is longer.
    pub batch_bytes: usize,
}

impl Default for CorpusOptions {
    fn default() -> Self {
        Self {
            follow: false,
            output: None,
            carry: false,
            max_document_bytes: MAX_DOCUMENT_BYTES,
            batch_bytes: 256 << 10,
        }
    }
}

/// A problem of one record or file: a row of the table `errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProblem {
    /// The id of the document, or of the file where there is none; empty for a folder.
    pub doc_id: String,
    /// What is wrong, and where.
    pub problem: Problem,
}

/// How much was parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents handed out.
    pub documents: u64,
    /// Problems of severity error handed out.
    pub errors: u64,
    /// Problems of severity warning handed out.
    pub warnings: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.errors += other.errors;
        self.warnings += other.warnings;
    }
}

/// Where a chunk comes from: the same for all chunks of a file.
#[derive(Debug)]
pub(crate) struct Origin {
    /// The id of the file's document, the stem of its records' ids.
    id: String,
    /// The path as named, for `documents.path`; empty for standard input.
    path: String,
    /// The path as problems show it; `-` for standard input.
    shown: String,
}

/// Whole records of one file, ready to be parsed.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    bytes: &'a [u8],
    origin: &'a Origin,
    line: u64,
    offset: u64,
    options: ParseOptions,
}

impl<'a> Chunk<'a> {
    /// The bytes: the whole file, or whole lines of it.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The id of the file: that of its document, or the stem of its records' ids.
    pub fn id(&self) -> &'a str {
        &self.origin.id
    }

    /// The path of the file as named, empty for standard input.
    pub fn path(&self) -> &'a str {
        &self.origin.path
    }

    /// The number of the first line, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The place of the first byte in the file, from 0.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether [`Document::carried`] is wanted.
    pub fn carry(&self) -> bool {
        self.options.carry
    }

    /// The largest document to hand out, in bytes.
    pub fn max_document_bytes(&self) -> u64 {
        self.options.max_document_bytes
    }

    /// A problem of this file, with the path filled in.
    pub fn problem(&self, doc_id: &str, problem: Problem) -> RecordProblem {
        RecordProblem { doc_id: doc_id.to_owned(), problem: problem.in_file(self.origin.shown.as_str()) }
    }
}

/// A chunk as it is kept in a batch: the range in the batch's buffer and the place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes, in the buffer of the batch.
    pub range: Range<usize>,
    /// The number of the first line, from 1.
    pub line: u64,
    /// The place of the first byte in the file, from 0.
    pub offset: u64,
}

/// The options that both stages look at for each chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParseOptions {
    carry: bool,
    max_document_bytes: u64,
    batch_bytes: usize,
}

/// The memory of a worker, reused from document to document.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The id made for a record without one.
    id: String,
    /// Values with escapes, unescaped: see [`jsonl`].
    values: [String; jsonl::STRING_FIELDS],
}

/// The format that claims a file in a folder.
fn folder_format(path: &Path) -> Option<&'static dyn Format> {
    let extension = extension(path);
    FORMATS.iter().copied().find(|format| format.folder_extensions().contains(&extension.as_str()))
}

/// The format of a file that was named itself, if its extension tells.
fn argument_format(path: &Path) -> Option<&'static dyn Format> {
    let extension = extension(path);
    let by_argument = |format: &&dyn Format| format.argument_extensions().contains(&extension.as_str());
    folder_format(path).or_else(|| FORMATS.iter().copied().find(by_argument))
}

/// The format of an input whose name says nothing.
fn recognised_format(beginning: &[u8]) -> &'static dyn Format {
    FORMATS.iter().copied().find(|format| format.recognises(beginning)).unwrap_or(&PlainText)
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// The problem of bytes that begin with the byte-order mark of UTF-16.
fn utf16_problem(beginning: &[u8]) -> Option<Problem> {
    let marked = beginning.starts_with(&[0xFF, 0xFE]) || beginning.starts_with(&[0xFE, 0xFF]);
    marked.then(|| Problem::error("utf-16", "looks like UTF-16, which this build does not read").at_byte(0))
}

/// The problem of a document over the limit.
fn too_large_problem(what: &str, limit: u64) -> Problem {
    Problem::error("too-large", format!("{what} is larger than {limit} bytes"))
}

#[cfg(test)]
mod tests;
