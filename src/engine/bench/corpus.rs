//! The part of a corpus that is measured.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::corpus::{Batch, CorpusOptions, Source};
use crate::error::Result;

/// A corpus, cut after a number of bytes: files that are read again for each run, and their batches in memory.
///
/// Batches depend on the inputs alone, so that a run over the files and a pass over the memory see the same ones.
#[derive(Debug)]
pub struct Corpus {
    inputs: Vec<PathBuf>,
    options: CorpusOptions,
    limit: u64,
    again: bool,
    loaded: Vec<Batch>,
    cut: bool,
}

impl Corpus {
    /// A corpus of at most about `limit` bytes, to the end of a batch. Nothing is read yet.
    pub fn new(inputs: &[PathBuf], options: CorpusOptions, limit: u64) -> Self {
        let once = |path: &PathBuf| {
            // Standard input, and pipes under a name such as /dev/fd/63.
            path.as_os_str() == "-" || path.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir())
        };
        let again = !inputs.iter().any(once);
        Self { inputs: inputs.to_vec(), options, limit, again, loaded: Vec::new(), cut: false }
    }

    /// Whether all inputs are files and folders, which can be read any number of times.
    pub fn can_be_read_again(&self) -> bool {
        self.again
    }

    /// Whether there is more than was taken in. Known once the corpus is in memory.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Bytes of input in memory.
    pub fn bytes(&self) -> u64 {
        self.loaded.iter().map(|batch| batch.bytes() as u64).sum()
    }

    /// Takes the corpus into memory.
    pub(super) fn load(&mut self, stop: &AtomicBool) -> Result<()> {
        let mut source = self.open()?;
        while !stop.load(Ordering::Relaxed) {
            let Some(batch) = source.next() else { break };
            self.loaded.push(batch);
        }
        self.cut = source.source.next().is_some();
        Ok(())
    }

    /// The batches in memory.
    pub(super) fn loaded(&self) -> &[Batch] {
        &self.loaded
    }

    /// The batches for a run: from the files where they can be read again.
    pub(super) fn batches(&self) -> Result<Batches<'_>> {
        Ok(if self.again { Batches::Read(Box::new(self.open()?)) } else { Batches::Memory(self.loaded.iter()) })
    }

    /// Lists and reads the inputs from the beginning.
    pub(super) fn open(&self) -> Result<UpTo> {
        Ok(UpTo { source: Source::open(&self.inputs, self.options.clone())?, left: self.limit })
    }
}

/// A source that ends after a number of bytes.
pub(super) struct UpTo {
    source: Source,
    left: u64,
}

impl Iterator for UpTo {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.left == 0 {
            return None;
        }
        let batch = self.source.next()?;
        self.left = self.left.saturating_sub(batch.bytes() as u64);
        Some(batch)
    }
}

pub(super) enum Batches<'a> {
    Read(Box<UpTo>),
    Memory(std::slice::Iter<'a, Batch>),
}

impl<'a> Iterator for Batches<'a> {
    type Item = Held<'a>;

    fn next(&mut self) -> Option<Held<'a>> {
        match self {
            Batches::Read(source) => source.next().map(Held::Read),
            Batches::Memory(batches) => batches.next().map(Held::Memory),
        }
    }
}

/// A batch that was read for this run, or lies in memory for all.
pub(super) enum Held<'a> {
    Read(Batch),
    Memory(&'a Batch),
}

impl AsRef<Batch> for Held<'_> {
    fn as_ref(&self) -> &Batch {
        match self {
            Held::Read(batch) => batch,
            Held::Memory(batch) => batch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_is_cut_behind_a_batch_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c", "d", "e"] {
            let path = folder.path().join(name).with_extension("txt");
            std::fs::write(path, "x".repeat(300)).unwrap();
        }
        let options = CorpusOptions { batch_bytes: 300, ..CorpusOptions::default() };
        for (limit, cut) in [(1, true), (700, true), (1500, false), (1 << 20, false)] {
            let mut corpus = Corpus::new(&[folder.path().to_owned()], options.clone(), limit);
            let stop = AtomicBool::new(false);
            corpus.load(&stop).unwrap();
            assert!(corpus.can_be_read_again());
            assert_eq!(corpus.is_cut(), cut, "{limit}");
            assert!(corpus.bytes() >= limit.min(1500), "{limit}");
            let again: u64 = corpus.batches().unwrap().map(|batch| batch.as_ref().bytes() as u64).sum();
            assert_eq!(again, corpus.bytes(), "{limit}");
        }
        assert!(!Corpus::new(&["-".into()], options, 1).can_be_read_again());
    }
}
