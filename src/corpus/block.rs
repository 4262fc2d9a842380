//! Batches and their buffers.

use super::{Chunk, Counts, Format, Origin, ParseOptions, Piece, RecordProblem, Scratch};
use crate::error::Severity;
use crate::text::Document;
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers larger than this are freed, not kept: one giant document must not stay in memory.
const MAX_KEPT_BYTES: usize = 8 << 20;

/// More buffers than this are never kept.
const MAX_KEPT: usize = 64;

/// A byte buffer that grows, and keeps what lies beyond its end initialised, so that reading into a reused one needs no
/// clearing.
#[derive(Debug, Default)]
pub struct Block {
    data: Vec<u8>,
    filled: usize,
}

impl Block {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.data[..self.filled]
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Drops the bytes from a place on.
    pub fn truncate(&mut self, len: usize) {
        self.filled = self.filled.min(len);
    }

    /// Appends bytes.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    /// Room for so many bytes after the end; [`Block::advance`] makes what was written there part of the block.
    pub(super) fn space(&mut self, len: usize) -> &mut [u8] {
        let end = self.filled + len;
        if self.data.len() < end {
            self.data.resize(end, 0);
        }
        &mut self.data[self.filled..end]
    }

    pub(super) fn advance(&mut self, len: usize) {
        self.filled += len;
        debug_assert!(self.filled <= self.data.len());
    }
}

/// Buffers that wait for reuse.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<Block>>);

impl Pool {
    pub(super) fn take(&self) -> Block {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give(&self, mut block: Block) {
        if block.data.capacity() == 0 || block.data.capacity() > MAX_KEPT_BYTES {
            return;
        }
        block.filled = 0;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            kept.push(block);
        }
    }
}

/// One unit of work: whole records of one or more files, in order.
pub struct Batch {
    pub(super) block: Block,
    pub(super) entries: Vec<Entry>,
    pub(super) options: ParseOptions,
    pub(super) pool: Arc<Pool>,
}

/// What a batch holds, in order.
pub(super) enum Entry {
    Chunk { piece: Piece, origin: Arc<Origin>, format: &'static dyn Format },
    Problem(RecordProblem),
}

impl Batch {
    /// How many bytes of input the batch holds.
    pub fn bytes(&self) -> usize {
        self.block.len()
    }

    /// Parses the batch: `each` gets every document and every problem, in the order of the input.
    pub fn documents(
        &self,
        scratch: &mut Scratch,
        mut each: impl FnMut(Result<Document<'_>, RecordProblem>),
    ) -> Counts {
        let mut counts = Counts::default();
        let mut counting = |result: Result<Document<'_>, RecordProblem>| {
            match &result {
                Ok(_) => counts.documents += 1,
                Err(found) if found.problem.severity == Severity::Error => counts.errors += 1,
                Err(_) => counts.warnings += 1,
            }
            each(result);
        };
        for entry in &self.entries {
            match entry {
                Entry::Problem(problem) => counting(Err(problem.clone())),
                Entry::Chunk { piece, origin, format } => {
                    let chunk = Chunk {
                        bytes: &self.block.bytes()[piece.range.clone()],
                        origin,
                        line: piece.line,
                        offset: piece.offset,
                        options: self.options,
                    };
                    format.documents(chunk, scratch, &mut counting);
                }
            }
        }
        counts
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.block));
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("bytes", &self.bytes()).field("entries", &self.entries.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_reused_without_its_bytes() {
        let pool = Pool::default();
        let mut block = pool.take();
        block.extend(b"abc");
        block.space(5).fill(b'x');
        block.advance(2);
        assert_eq!(block.bytes(), b"abcxx");
        block.truncate(1);
        assert_eq!((block.bytes(), block.len(), block.is_empty()), (&b"a"[..], 1, false));
        pool.give(block);
        let block = pool.take();
        assert!(block.is_empty() && block.data.len() == 8);
    }

    #[test]
    fn a_giant_block_is_not_kept() {
        let pool = Pool::default();
        let mut block = Block::default();
        block.space(MAX_KEPT_BYTES + 1);
        pool.give(block);
        assert!(pool.take().data.is_empty());
    }
}
