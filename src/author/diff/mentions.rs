//! What a corpus gains and loses between two editions.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use crate::corpus::{Batch, Scratch, Source};
use crate::engine::Extractor;
use crate::engine::pipeline::{self, End};
use crate::error::{Problem, Result};
use crate::resolve::Extraction;
use crate::table::{left_of, right_of};
use crate::text::{Document, Span};

/// Characters of context on each side.
const CONTEXT: usize = 40;

/// A mention that only one of the editions gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionChange {
    /// Whether the new edition gives it, and the old one does not.
    pub gained: bool,
    /// The document.
    pub doc_id: String,
    /// The place in characters.
    pub chars: Span,
    /// The place in bytes of the input.
    pub bytes: (u64, u64),
    /// What stands there.
    pub surface: String,
    /// Kind of the entity.
    pub kind: String,
    /// Id of the entity.
    pub entity_id: String,
    /// Its canonical name.
    pub name: String,
    /// The text before.
    pub left: String,
    /// The text behind.
    pub right: String,
}

/// What tells mentions apart: place, kind and entity.
type Key<'s> = (Span, &'s str, &'s str);

/// Extracts from a corpus with two editions, and gives the mentions that only one of them makes, in the order of the
/// corpus. A mention whose entity has another id in the new edition is lost and gained.
///
/// # Errors
/// Those of `take`. Records that cannot be read are told to `report`.
pub fn compare_mentions(
    old: &Extractor,
    new: &Extractor,
    source: &mut Source,
    threads: usize,
    stop: &AtomicBool,
    mut take: impl FnMut(MentionChange) -> Result<()>,
    mut report: impl FnMut(&Problem),
) -> Result<End> {
    pipeline::run(
        threads,
        || Ok(source.next()),
        || (old.worker(), new.worker(), Scratch::default()),
        |(before, after, scratch), batch: Batch| {
            let (mut changes, mut problems) = (Vec::new(), Vec::new());
            batch.documents(scratch, |found| match found {
                Ok(document) => {
                    let (before, after) = (before.extract(&document), after.extract(&document));
                    compare(old, before, new, after, &document, &mut changes);
                }
                Err(record) => problems.push(record.problem),
            });
            (changes, problems)
        },
        |(changes, problems)| {
            problems.iter().for_each(&mut report);
            changes.into_iter().try_for_each(&mut take)
        },
        stop,
    )
}

fn compare(
    old: &Extractor,
    before: &Extraction,
    new: &Extractor,
    after: &Extraction,
    document: &Document<'_>,
    changes: &mut Vec<MentionChange>,
) {
    let (lost, gained) = (keys(old, before), keys(new, after));
    let start = changes.len();
    for (extractor, extraction, other, is_gain) in [(old, before, &gained, false), (new, after, &lost, true)] {
        for mention in &extraction.mentions {
            let key = key(extractor, mention);
            if other.contains(&key) {
                continue;
            }
            let (from, to) = (mention.span.start as usize, mention.span.end as usize);
            changes.push(MentionChange {
                gained: is_gain,
                doc_id: document.id.to_string(),
                chars: mention.chars,
                bytes: (document.original_byte(mention.span.start), document.original_byte(mention.span.end)),
                surface: mention.span.of(&document.text).to_owned(),
                kind: key.1.to_owned(),
                entity_id: key.2.to_owned(),
                name: mention.entity.map_or("", |entity| extractor.stack().entity(entity).name).to_owned(),
                left: left_of(&document.text, from, CONTEXT).to_owned(),
                right: right_of(&document.text, to, CONTEXT).to_owned(),
            });
        }
    }
    changes[start..].sort_by(|a, b| (a.bytes, a.gained, &a.entity_id).cmp(&(b.bytes, b.gained, &b.entity_id)));
}

fn keys<'s>(extractor: &'s Extractor, extraction: &Extraction) -> BTreeSet<Key<'s>> {
    extraction.mentions.iter().map(|mention| key(extractor, mention)).collect()
}

fn key<'s>(extractor: &'s Extractor, mention: &crate::Mention) -> Key<'s> {
    let stack = extractor.stack();
    (mention.span, stack.kind(mention.kind), mention.entity.map_or("", |entity| stack.id(entity)))
}
