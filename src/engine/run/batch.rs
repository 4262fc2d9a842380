//! Rows of a batch of documents, made in a worker thread.

use super::{Counts, RunPlan};
use crate::error::{Problem, Result, Severity};
use crate::export::{Encoded, Encoder};
use crate::resolve::Extraction;
use crate::table::{Partial, RowMaker, TABLES, Table, problem_row};
use crate::text::Document;

/// What a batch of documents adds to the tables.
#[derive(Debug, Default)]
pub struct BatchOutput {
    /// Encoded rows by place in [`TABLES`].
    pub(super) tables: [Vec<u8>; TABLES.len()],
    pub(super) partial: Partial,
    pub(super) counts: Counts,
}

impl BatchOutput {
    /// The encoded rows of a table about documents.
    pub fn rows(&self, table: Table) -> &[u8] {
        &self.tables[table as usize]
    }

    /// What was read and found.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        let (pairs, entities) = self.partial.bytes();
        self.tables.iter().map(Vec::len).sum::<usize>() + pairs + entities
    }

    fn clear(&mut self) {
        self.tables.iter_mut().for_each(Vec::clear);
        self.partial.clear();
        self.counts.clear();
    }
}

/// Makes [`BatchOutput`]s. One a thread; nothing is allocated a document or row once the buffers have grown.
pub struct BatchEncoder<'s> {
    maker: RowMaker<'s>,
    /// By place in [`TABLES`]; `None` for tables not wanted and run-wide ones.
    encoders: [Option<Box<dyn Encoder>>; TABLES.len()],
    partial: super::Wanted,
    output: BatchOutput,
    spare: Vec<BatchOutput>,
}

impl<'s> BatchEncoder<'s> {
    /// An encoder for a plan.
    pub fn new(plan: &RunPlan<'s>) -> Self {
        let encoder =
            |table: &Table| (plan.tables.contains(table) && !table.is_run_wide()).then(|| plan.encoder(*table));
        let mut encoders: [Option<Box<dyn Encoder>>; TABLES.len()] = Default::default();
        for table in TABLES {
            encoders[*table as usize] = encoder(table);
        }
        let partial = plan.wanted();
        Self {
            maker: RowMaker::new(plan.stack, plan.rows.clone()),
            encoders,
            output: fresh(partial),
            partial,
            spare: Vec::new(),
        }
    }

    /// Adds a document and what was found in it.
    ///
    /// # Errors
    /// A row cannot be encoded.
    pub fn document(&mut self, document: &Document<'_>, extraction: &Extraction) -> Result<()> {
        let BatchOutput { tables, partial, counts } = &mut self.output;
        counts.documents += 1;
        counts.bytes += document.original_byte(document.text.len() as u32);
        counts.chars += extraction.chars;
        counts.words += extraction.words;
        counts.mentions += extraction.mentions.len() as u64;
        for mention in &extraction.mentions {
            let kind = mention.kind.0 as usize;
            if counts.mentions_by_kind.len() <= kind {
                counts.mentions_by_kind.resize(kind + 1, 0);
            }
            counts.mentions_by_kind[kind] += 1;
        }
        let mut rows = self.maker.document(document, extraction);
        for table in TABLES {
            let place = *table as usize;
            if let Some(encoder) = &mut self.encoders[place] {
                let mut out =
                    Encoded { encoder: &mut **encoder, bytes: &mut tables[place], rows: &mut counts.rows[place] };
                rows.write(*table, &mut out)?;
            }
        }
        if self.partial.any() {
            partial.document(&mut rows);
        }
        Ok(())
    }

    /// Adds a problem of the input.
    ///
    /// # Errors
    /// The row cannot be encoded.
    pub fn problem(&mut self, problem: &Problem, doc_id: &str) -> Result<()> {
        let BatchOutput { tables, counts, .. } = &mut self.output;
        match problem.severity {
            Severity::Error => counts.errors += 1,
            Severity::Warning | Severity::Note => counts.warnings += 1,
        }
        let place = Table::Errors as usize;
        match &mut self.encoders[place] {
            Some(encoder) => {
                let (bytes, rows) = (&mut tables[place], &mut counts.rows[place]);
                problem_row(problem, doc_id, &mut Encoded { encoder: &mut **encoder, bytes, rows })
            }
            None => Ok(()),
        }
    }

    /// The batch since the last call.
    pub fn take(&mut self) -> BatchOutput {
        for (encoder, bytes) in self.encoders.iter_mut().zip(&mut self.output.tables) {
            if let Some(encoder) = encoder {
                encoder.end_chunk(bytes);
            }
        }
        self.output.counts.truncated = self.output.partial.truncated();
        let next = self.spare.pop().unwrap_or_else(|| fresh(self.partial));
        std::mem::replace(&mut self.output, next)
    }

    /// Gives a batch back that a sink has taken in, so that its memory is used again.
    pub fn reuse(&mut self, mut output: BatchOutput) {
        output.clear();
        self.spare.push(output);
    }
}

fn fresh(wanted: super::Wanted) -> BatchOutput {
    BatchOutput { partial: Partial::new(wanted), ..BatchOutput::default() }
}
