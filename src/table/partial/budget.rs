//! Partials that keep to a budget.

use std::path::{Path, PathBuf};

use super::file::{PartialWriter, Records};
use super::merge::merge_files;
use super::{Pair, Partial, Wanted};
use crate::error::{Error, Result};
use crate::lexicon::Stack;

/// How much memory run-wide tables may take before they spill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of pairs.
    pub pairs: usize,
    /// Bytes of entities.
    pub entities: usize,
}

impl Budget {
    /// The share of `--memory` (bytes) that run-wide tables get: three eighths for pairs, an eighth for entities. The
    /// rest is for batches in flight and for the merge at the end, which the tables do not see.
    pub fn of_memory(memory: u64) -> Self {
        let memory = usize::try_from(memory).unwrap_or(usize::MAX);
        Self { pairs: memory / 8 * 3, entities: memory / 8 }
    }
}

/// A temporary folder that is made when it is first needed and goes when it is dropped.
#[derive(Debug)]
pub struct ScratchFolder {
    parent: PathBuf,
    made: Option<PathBuf>,
}

impl ScratchFolder {
    /// A folder to be made inside another one.
    pub fn inside(parent: impl Into<PathBuf>) -> Self {
        Self { parent: parent.into(), made: None }
    }

    fn path(&mut self) -> Result<&Path> {
        if self.made.is_none() {
            self.made = Some(self.make()?);
        }
        Ok(self.made.as_deref().unwrap_or(&self.parent))
    }

    fn make(&self) -> Result<PathBuf> {
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let process = std::process::id();
        for number in 0u32.. {
            let path = self.parent.join(format!(".gazetier-{process}-{number}"));
            match builder.create(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 10_000 => {}
                Err(error) => return Err(Error::io(path, error)),
            }
        }
        Err(Error::message(format!("no temporary folder can be made in `{}`", self.parent.display())))
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            // Nothing more can be done about a folder that does not go.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// Where spilled files go.
#[derive(Debug)]
enum Place {
    /// `FOLDER/STEM.0`, `FOLDER/STEM.1` …, which stay.
    Kept { folder: PathBuf, stem: String },
    /// A temporary folder.
    Scratch(ScratchFolder),
}

/// A [`Partial`] that takes others in and spills to sorted files when it outgrows its budget.
#[derive(Debug)]
pub struct Accumulator<'s> {
    stack: &'s Stack,
    partial: Partial,
    budget: Budget,
    place: Place,
    files: Vec<PathBuf>,
}

impl<'s> Accumulator<'s> {
    /// An empty one whose files are temporary.
    pub fn new(stack: &'s Stack, wanted: Wanted, budget: Budget, scratch: ScratchFolder) -> Self {
        Self { stack, partial: Partial::new(wanted), budget, place: Place::Scratch(scratch), files: Vec::new() }
    }

    /// An empty one whose files are `FOLDER/STEM.0`, `FOLDER/STEM.1` … and stay.
    pub fn keeping(stack: &'s Stack, wanted: Wanted, budget: Budget, folder: &Path, stem: &str) -> Self {
        let place = Place::Kept { folder: folder.to_path_buf(), stem: stem.to_owned() };
        Self { stack, partial: Partial::new(wanted), budget, place, files: Vec::new() }
    }

    /// Takes a partial of the same stack in.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn add(&mut self, partial: &Partial) -> Result<()> {
        let room = self.budget.pairs / size_of::<Pair>();
        let needed = self.partial.pairs.len() + partial.pairs.len();
        if needed > room && !self.partial.is_empty() {
            self.partial.compact();
            // Compacting a list that stays long again and again would cost more than a spill.
            if self.partial.pairs.len() > room / 2 {
                self.spill()?;
            }
        }
        self.reserve(partial.pairs.len(), room);
        self.partial.merge(partial, self.stack);
        if self.partial.bytes().1 > self.budget.entities {
            self.spill()?;
        }
        Ok(())
    }

    /// Grows the list of pairs by doubling, but not beyond the budget.
    fn reserve(&mut self, more: usize, room: usize) {
        let pairs = &mut self.partial.pairs;
        let needed = pairs.len() + more;
        if needed > pairs.capacity() {
            let target = needed.max((2 * pairs.capacity()).min(room));
            pairs.reserve_exact(target - pairs.len());
        }
    }

    fn spill(&mut self) -> Result<()> {
        let number = self.files.len();
        let path = match &mut self.place {
            Place::Kept { folder, stem } => folder.join(format!("{stem}.{number}")),
            Place::Scratch(folder) => folder.path()?.join(format!("spill.{number}")),
        };
        let mut writer = PartialWriter::create(&path)?;
        self.partial.emit(self.stack, &mut writer)?;
        self.files.push(path);
        Ok(())
    }

    /// Writes what is in memory and returns all files; it is empty then, and its next files have another stem.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn take_files(&mut self, next_stem: &str) -> Result<Vec<PathBuf>> {
        if !self.partial.is_empty() {
            self.spill()?;
        }
        if let Place::Kept { stem, .. } = &mut self.place {
            *stem = next_stem.to_owned();
        }
        Ok(std::mem::take(&mut self.files))
    }

    /// Hands all records to a taker.
    ///
    /// # Errors
    /// A file cannot be written or read, or the taker's error.
    pub fn finish(mut self, out: &mut dyn Records) -> Result<()> {
        if self.files.is_empty() {
            return self.partial.emit(self.stack, out);
        }
        self.spill()?;
        // The merge needs the memory.
        self.partial = Partial::default();
        merge_files(&self.files, out)
    }
}
