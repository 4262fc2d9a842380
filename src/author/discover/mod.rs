//! Names that the gazetteers lack, found in a corpus and ranked by evidence.
//!
//! Three steps:
//! 1. *Scan*, in parallel: each document gives its candidates – runs of capitalised words that no kept mention covers,
//!    acronyms, spelled-out definitions – with the cues around them (`scan`, `cues`).
//! 2. *Tally*: batches are added up in the order of the corpus, within bounds (`tally`).
//! 3. *Rank*: what the whole corpus says – how far a name goes, whether its words are common ones, which names belong
//!    together, of which kind each is – and a score (`rank`, `group`).
//!
//! The rows come out in the form of a gazetteer, with a column `accept` to mark the good ones.

mod cues;
mod group;
mod rank;
mod rows;
mod scan;
mod tally;
mod tokens;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

use hashbrown::HashMap;

pub(crate) use rows::list;
pub use rows::{COLUMNS, write};

use crate::corpus::{Batch, Scratch, Source};
use crate::engine::Extractor;
use crate::engine::pipeline::{self, End};
use crate::error::{Problem, Result};
use crate::lexicon::Stack;
use scan::{GivenNames, Scanner};
use tally::{Tally, Total};

/// What a search for new names asks for.
#[derive(Clone, Debug)]
pub struct DiscoverOptions {
    /// Worker threads; 0 for all cores.
    pub threads: usize,
    /// The fewest mentions of a name, those of its variants counted in.
    pub min_mentions: u32,
    /// The most rows.
    pub rows: usize,
    /// The most candidates held in memory; when there are twice as many, those with the fewest mentions are let go.
    pub candidates: usize,
}

impl Default for DiscoverOptions {
    fn default() -> Self {
        Self { threads: 0, min_mentions: 2, rows: 10_000, candidates: 200_000 }
    }
}

/// A name that the gazetteers lack, with what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Discovered {
    /// The entity that it is another name of; empty for a new one.
    pub id: String,
    /// `person`, `organization`, `place`, or the kind of the known entity.
    pub kind: String,
    /// The name, in NFC; of a known entity its canonical name.
    pub name: String,
    /// Short forms and variants.
    pub aliases: Vec<String>,
    /// Acronyms.
    pub acronyms: Vec<String>,
    /// 0 to 1; what rows are sorted by.
    pub score: f32,
    /// Mentions of all its forms.
    pub mentions: u32,
    /// Documents of the form that stands in most.
    pub documents: u32,
    /// Cues with the number of mentions that have them: `title:3`.
    pub evidence: Vec<String>,
    /// Up to three places where the name stands, in different documents.
    pub contexts: Vec<String>,
}

/// What a search came to.
#[derive(Debug)]
pub struct Discovery {
    /// The best first.
    pub found: Vec<Discovered>,
    /// Documents read.
    pub documents: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Candidates let go since there were too many.
    pub dropped: u64,
    /// Records and documents that could not be used.
    pub errors: u64,
    /// Whether the search was stopped before the end of the corpus.
    pub stopped: bool,
}

/// Looks for names in a corpus that an extractor does not find. `progress` is told of documents and bytes read so far,
/// `report` of each problem.
///
/// # Errors
/// No thread can be started. Records that cannot be read are problems, not errors.
pub fn discover(
    extractor: &Extractor,
    source: &mut Source,
    options: &DiscoverOptions,
    stop: &AtomicBool,
    mut progress: impl FnMut(u64, u64),
    mut report: impl FnMut(&Problem),
) -> Result<Discovery> {
    let stack = extractor.stack();
    let given = given_names(stack);
    let mut total = Total::new(options.candidates);
    let mut errors = 0;
    let end = pipeline::run(
        options.threads,
        || Ok(source.next()),
        || (extractor.worker(), Scanner::new(stack, &given), Scratch::default()),
        |(worker, scanner, scratch), batch: Batch| {
            let mut tally = Tally::default();
            let mut problems = Vec::new();
            batch.documents(scratch, |found| match found {
                Ok(document) => {
                    // A fault of ours in one document must not take the others with it.
                    let done = catch_unwind(AssertUnwindSafe(|| {
                        scanner.document(&document.text, worker.extract(&document), &mut tally);
                    }));
                    if done.is_err() {
                        *worker = extractor.worker();
                        *scanner = Scanner::new(stack, &given);
                        let problem = Problem::error("internal", "internal error, please report this document");
                        problems.push(problem.in_file(document.id.to_string()));
                    }
                }
                Err(record) => problems.push(record.problem),
            });
            (tally, problems)
        },
        |(tally, problems)| {
            total.add(tally);
            for problem in &problems {
                errors += u64::from(problem.severity == crate::Severity::Error);
                report(problem);
            }
            progress(total.documents, total.bytes);
            Ok(())
        },
        stop,
    )?;
    let (documents, bytes, dropped) = (total.documents, total.bytes, total.dropped);
    let found = rank::rank(total, stack, given, options);
    Ok(Discovery { found, documents, bytes, dropped, errors, stopped: end == End::Stopped })
}

/// First words of the names of listed persons: given names, and family names where they come first. One that a single
/// person has is taken only from small gazetteers, since a large one lists nearly every word so.
fn given_names(stack: &Stack) -> GivenNames {
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut persons = 0u64;
    for lexicon in &stack.lexicons {
        let Some(person) = lexicon.kinds.iter().position(|kind| kind == "person") else { continue };
        let records = lexicon.records();
        for row in records.rows().filter(|row| usize::from(records.kind(*row)) == person) {
            persons += 1;
            let name = records.entity(row).name;
            if let Some((first, _)) = name.split_once([' ', '-'])
                && first.chars().count() >= 2
                && first.chars().next().is_some_and(char::is_uppercase)
            {
                *counts.entry(first.to_lowercase()).or_default() += 1;
            }
        }
    }
    let least = if persons > 20_000 { 3 } else { 1 };
    counts.into_iter().filter(|(_, count)| *count >= least).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests;
