//! What a worker thread does with a batch: parse, find, encode.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::{BatchEncoder, BatchOutput, RunPlan};
use crate::corpus::{Batch, Scratch};
use crate::error::{Error, Problem, Result};
use crate::resolve::max_hits;
use crate::text::Document;
use crate::{Extractor, Worker};

/// Works batches one after the other, from their bytes to encoded rows. One a thread.
pub struct BatchWorker<'e> {
    extractor: &'e Extractor,
    worker: Worker<'e>,
    encoder: BatchEncoder<'e>,
    scratch: Scratch,
    spare: Arc<Spare>,
}

/// Memory that came back from the other side of the run.
#[derive(Debug, Default)]
struct Spare(Mutex<Vec<(BatchOutput, Ids)>>);

/// Outputs larger than this are freed, not kept: a batch of one giant document must not stay in memory.
const MAX_KEPT_BYTES: usize = 8 << 20;

/// What a worker hands to the side of the run that sees batches in input order.
#[derive(Debug, Default)]
pub struct Worked {
    /// The rows.
    pub output: BatchOutput,
    /// Ids of the documents, in order.
    pub ids: Ids,
    /// What was wrong, in order; it is counted, and has its rows, in `output`.
    pub problems: Vec<Problem>,
    /// Bytes of input.
    pub bytes: u64,
    /// A row could not be encoded; what follows it in the batch is missing.
    pub error: Option<Error>,
    /// Where the memory is wanted again.
    spare: Option<Arc<Spare>>,
}

impl Worked {
    /// Gives the memory back to the worker. Without it each batch would grow buffers of its own, page by page.
    pub fn reuse(self) {
        let Self { output, ids, spare: Some(spare), .. } = self else { return };
        if output.bytes() <= MAX_KEPT_BYTES {
            spare.0.lock().unwrap_or_else(PoisonError::into_inner).push((output, ids));
        }
    }
}

/// Many ids in one string: no allocation for each.
#[derive(Debug, Default)]
pub struct Ids {
    text: String,
    ends: Vec<u32>,
}

impl Ids {
    fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len() as u32);
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// The ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start as usize..*end as usize])
    }
}

impl<'e> BatchWorker<'e> {
    /// A worker for one thread.
    pub fn new(extractor: &'e Extractor, plan: &RunPlan<'e>) -> Self {
        Self {
            extractor,
            worker: extractor.worker(),
            encoder: BatchEncoder::new(plan),
            scratch: Scratch::default(),
            spare: Arc::default(),
        }
    }

    /// Parses a batch, finds the mentions of its documents, and encodes their rows.
    pub fn work(&mut self, batch: &Batch) -> Worked {
        let Self { extractor, worker, encoder, scratch, spare } = self;
        let mut worked = Worked { bytes: batch.bytes() as u64, spare: Some(Arc::clone(spare)), ..Worked::default() };
        if let Some((output, ids)) = spare.0.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            encoder.reuse(output);
            worked.ids = ids;
            worked.ids.clear();
        }
        batch.documents(scratch, |found| {
            if worked.error.is_some() {
                return;
            }
            let written = match found {
                Ok(document) => {
                    worked.ids.push(&document.id);
                    let problem = match extract(worker, &document) {
                        Ok(given_up) => {
                            let written = encoder.document(&document, worker.extraction());
                            written.map(|()| given_up.map(|byte| too_many_hits(&document, byte)))
                        }
                        Err(Panicked) => {
                            *worker = extractor.worker();
                            let problem = Problem::error("internal", "internal error, please report this document");
                            Ok(Some(problem.in_file(shown_path(&document))))
                        }
                    };
                    problem.and_then(|problem| match problem {
                        Some(problem) => {
                            let written = encoder.problem(&problem, &document.id);
                            worked.problems.push(problem);
                            written
                        }
                        None => Ok(()),
                    })
                }
                Err(record) => {
                    let written = encoder.problem(&record.problem, &record.doc_id);
                    worked.problems.push(record.problem);
                    written
                }
            };
            worked.error = written.err();
        });
        worked.output = encoder.take();
        worked
    }
}

struct Panicked;

/// A fault of ours in one document must not take the others with it.
fn extract(worker: &mut Worker<'_>, document: &Document<'_>) -> Result<Option<u32>, Panicked> {
    catch_unwind(AssertUnwindSafe(|| worker.extract(document).given_up)).map_err(|_| Panicked)
}

/// The file of a document, or its id where there is none.
fn shown_path(document: &Document<'_>) -> String {
    if document.path.is_empty() { document.id.to_string() } else { document.path.to_string() }
}

fn too_many_hits(document: &Document<'_>, byte: u32) -> Problem {
    let message = format!(
        "more than {} hits, so nothing was searched from here on (names that overlap as `a`, `a a`, `a a a` do?)",
        max_hits(document.text.len())
    );
    Problem::error("too-many-hits", message).in_file(shown_path(document)).at_byte(document.original_byte(byte))
}
