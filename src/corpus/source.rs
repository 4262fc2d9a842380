//! The first stage: inputs in, batches out.

use super::block::{Batch, Block, Entry, Pool};
use super::ids::path_text;
use super::inputs::{self, Input, InputFile, Skipped};
use super::split::{Filled, SplitOptions, Splitter, unreadable_problem};
use super::{CorpusOptions, Format, Origin, ParseOptions, RecordProblem, Stream, recognised_format};
use crate::error::{Problem, Result};
use crate::text::MAX_DOCUMENT_BYTES;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// A batch holds at most so many files and problems, however small they are.
const MAX_ENTRIES: usize = 4096;

/// What was read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files and streams opened.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Files and folders left out, by reason.
    pub skipped: Skipped,
}

/// Reads the inputs in order, as an iterator of [`Batch`]es.
///
/// ```
/// use gazetier::corpus::{CorpusOptions, Scratch, Source};
///
/// # fn main() -> gazetier::Result<()> {
/// let folder = std::env::temp_dir().join(format!("gazetier-corpus-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// std::fs::write(folder.join("a.jsonl"), "{\"text\": \"Tô Lâm à Paris\"}\n")?;
/// let mut scratch = Scratch::default();
/// let mut ids = Vec::new();
/// for batch in Source::open(&[&folder], CorpusOptions::default())? {
///     batch.documents(&mut scratch, |result| ids.extend(result.map(|document| document.id.into_owned())));
/// }
/// assert_eq!(ids, ["a.jsonl#1"]);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
pub struct Source {
    inputs: std::vec::IntoIter<Input>,
    current: Option<Open>,
    standard_input: Option<Box<dyn Read + Send>>,
    options: ParseOptions,
    pool: Arc<Pool>,
    summary: Summary,
}

/// The file that is being read.
struct Open {
    stream: Stream,
    splitter: Box<dyn Splitter>,
    format: &'static dyn Format,
    origin: Arc<Origin>,
}

impl Source {
    /// Lists the inputs: files, folders, patterns that the shell left alone, `-` for standard input.
    ///
    /// # Errors
    /// All arguments that do not exist, in one error. Whatever else is wrong comes out of the batches.
    pub fn open(arguments: &[impl AsRef<OsStr>], options: CorpusOptions) -> Result<Self> {
        let inputs = inputs::list(arguments, &options)?;
        Ok(Self {
            inputs: inputs.inputs.into_iter(),
            current: None,
            standard_input: None,
            options: ParseOptions {
                carry: options.carry,
                // Offsets have 32 bits.
                max_document_bytes: options.max_document_bytes.min(MAX_DOCUMENT_BYTES),
                batch_bytes: options.batch_bytes,
            },
            pool: Arc::default(),
            summary: Summary { skipped: inputs.skipped, ..Summary::default() },
        })
    }

    /// Reads this in place of the process's standard input.
    #[must_use]
    pub fn with_standard_input(mut self, reader: impl Read + Send + 'static) -> Self {
        self.standard_input = Some(Box::new(reader));
        self
    }

    /// What was read so far.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// Whether a file, by its canonical path, is among what is still to be read.
    pub fn is_to_be_read(&self, file: &Path) -> bool {
        // Only what may be it by its name is looked up: that costs a system call.
        let is_it = |path: &Path| {
            (path.file_name() == file.file_name() || path.is_symlink())
                && path.canonicalize().is_ok_and(|path| path == file)
        };
        self.inputs.as_slice().iter().any(|input| match input {
            Input::File(InputFile { path: Some(path), .. }) => is_it(path),
            Input::File(_) | Input::Problem(_) => false,
        })
    }

    /// Whether some input that is still to be read may have records with fields of their own.
    pub fn may_carry(&self) -> bool {
        self.inputs.as_slice().iter().any(|input| match input {
            Input::File(file) => file.format.is_none_or(|format| format.carries()),
            Input::Problem(_) => false,
        })
    }

    fn open_file(&mut self, file: InputFile) -> Result<Open, Box<RecordProblem>> {
        let path = file.path.as_deref().map(path_text);
        let shown = path.clone().unwrap_or_else(|| "-".to_owned());
        let problem = |error: &io::Error| {
            let problem = unreadable_problem(error).in_file(shown.as_str());
            Box::new(RecordProblem { doc_id: file.id.clone(), problem })
        };
        let mut stream = match &file.path {
            None => {
                let reader = self.standard_input.take().unwrap_or_else(|| Box::new(io::stdin()));
                Stream::new(reader, None)
            }
            Some(path) => {
                let opened = File::open(path).map_err(|error| problem(&error))?;
                let metadata = opened.metadata().map_err(|error| problem(&error))?;
                let size = metadata.is_file().then_some(metadata.len());
                Stream::new(Box::new(opened), size)
            }
        };
        let format = match file.format {
            Some(format) => format,
            None => {
                let beginning = stream.beginning(self.options.max_document_bytes);
                recognised_format(beginning.map_err(|error| problem(&error))?)
            }
        };
        let origin = Arc::new(Origin { id: file.id, path: path.unwrap_or_default(), shown });
        Ok(Open { stream, splitter: format.splitter(), format, origin })
    }

    /// Opens the next input, or notes why it cannot be; `false` when there is none.
    fn advance(&mut self, entries: &mut Vec<Entry>) -> bool {
        match self.inputs.next() {
            None => return false,
            Some(Input::Problem(problem)) => {
                // A folder is no document.
                entries.push(Entry::Problem(RecordProblem { doc_id: String::new(), problem }));
            }
            Some(Input::File(file)) => match self.open_file(file) {
                Ok(open) => {
                    self.summary.files += 1;
                    self.current = Some(open);
                }
                Err(problem) => entries.push(Entry::Problem(*problem)),
            },
        }
        true
    }
}

impl Open {
    /// One step of the splitter; `false` when the file has no more.
    fn fill(&mut self, block: &mut Block, options: &SplitOptions, entries: &mut Vec<Entry>) -> bool {
        let with_place = |problem: Problem| RecordProblem {
            doc_id: match problem.line {
                Some(line) => format!("{}#{line}", self.origin.id),
                None => self.origin.id.clone(),
            },
            problem: problem.in_file(self.origin.shown.as_str()),
        };
        match self.splitter.fill(&mut self.stream, block, options) {
            Filled::Piece(piece) => {
                entries.push(Entry::Chunk { piece, origin: Arc::clone(&self.origin), format: self.format });
            }
            Filled::Problem(problem) => entries.push(Entry::Problem(with_place(problem))),
            Filled::End => return false,
        }
        true
    }
}

impl Iterator for Source {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let mut block = self.pool.take();
        let mut entries = Vec::new();
        let options = SplitOptions::from(self.options);
        while block.len() < self.options.batch_bytes && entries.len() < MAX_ENTRIES {
            let Some(open) = &mut self.current else {
                if self.advance(&mut entries) {
                    continue;
                }
                break;
            };
            let more = open.fill(&mut block, &options, &mut entries);
            self.summary.bytes += open.stream.take_bytes_read();
            if !more {
                self.current = None;
            }
        }
        if entries.is_empty() {
            self.pool.give(block);
            return None;
        }
        Some(Batch { block, entries, options: self.options, pool: Arc::clone(&self.pool) })
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("inputs", &self.inputs.len()).field("summary", &self.summary).finish()
    }
}
