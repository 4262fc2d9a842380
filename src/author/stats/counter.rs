//! Counting on one thread what becomes of the names in a batch of documents.

use hashbrown::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

use super::hits::KindHits;
use crate::corpus::{Batch, Scratch};
use crate::error::{Problem, Severity};
use crate::gazetteer::MatchPolicy;
use crate::lexicon::names::ACRONYM;
use crate::lexicon::{KindId, NameId, Stack};
use crate::matcher::{Hit, MatchOptions, Matcher};
use crate::resolve::{Dropped, is_gate_reason, max_hits};
use crate::text::{Document, Language, Span};
use crate::{Extractor, Worker};

/// Characters on either side of an example.
const CONTEXT: usize = 30;

/// Counts of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub hits: u64,
    pub mentions: u64,
    pub dropped: Vec<(&'static str, u64)>,
    pub small: u64,
    pub capital: u64,
    pub small_example: Option<String>,
    pub dropped_example: Option<String>,
}

impl Tally {
    fn drop_for(&mut self, reason: &'static str, count: u64) {
        match self.dropped.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += count,
            None => self.dropped.push((reason, count)),
        }
    }

    pub fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.mentions += other.mentions;
        self.small += other.small;
        self.capital += other.capital;
        other.dropped.into_iter().for_each(|(reason, count)| self.drop_for(reason, count));
        self.small_example = self.small_example.take().or(other.small_example);
        self.dropped_example = self.dropped_example.take().or(other.dropped_example);
    }
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Counted {
    pub documents: u64,
    pub bytes: u64,
    pub errors: u64,
    pub names: HashMap<NameId, Tally>,
    pub kinds: HashMap<KindId, KindHits>,
    pub problems: Vec<Problem>,
}

/// Names of an entity that are the same text, for other languages say: the first stands for all.
#[derive(Debug, Default)]
pub(super) struct Same {
    pub first: HashMap<NameId, NameId>,
    others: HashMap<NameId, Vec<NameId>>,
}

impl Same {
    pub fn of(stack: &Stack) -> Self {
        let mut same = Self::default();
        let mut texts: HashMap<&str, NameId> = HashMap::new();
        for entity in stack.entities() {
            texts.clear();
            for (name, record) in stack.names_of(entity) {
                let first = *texts.entry(record.text()).or_insert(name);
                if first != name {
                    same.first.insert(name, first);
                    same.others.entry(first).or_default().push(name);
                }
            }
        }
        same
    }

    /// The name that stands for a listed or generated one.
    fn first(&self, stack: &Stack, name: NameId) -> NameId {
        let listed = stack.listed(name);
        self.first.get(&listed).copied().unwrap_or(listed)
    }

    /// All names that one stands for.
    pub fn all(&self, first: NameId) -> impl Iterator<Item = NameId> {
        std::iter::once(first).chain(self.others.get(&first).into_iter().flatten().copied())
    }
}

/// Counts on one thread.
pub(super) struct Counter<'e> {
    extractor: &'e Extractor,
    same: &'e Same,
    worker: Worker<'e>,
    matcher: Matcher,
    hits: Vec<Hit>,
    /// Places of kinds.
    places: HashSet<(Span, KindId)>,
    /// Places of names: how many of the same text were hit there, and were not dropped by a gate.
    named: HashMap<(Span, NameId), u32>,
    scratch: Scratch,
}

impl<'e> Counter<'e> {
    pub fn new(extractor: &'e Extractor, same: &'e Same) -> Self {
        Self {
            extractor,
            same,
            worker: extractor.worker(),
            matcher: Matcher::default(),
            hits: Vec::new(),
            places: HashSet::new(),
            named: HashMap::new(),
            scratch: Scratch::default(),
        }
    }

    pub fn batch(&mut self, batch: &Batch) -> Counted {
        let mut counted = Counted::default();
        let mut scratch = std::mem::take(&mut self.scratch);
        batch.documents(&mut scratch, |found| match found {
            Ok(document) => self.document(&document, &mut counted),
            Err(record) => {
                counted.errors += u64::from(record.problem.severity == Severity::Error);
                counted.problems.push(record.problem);
            }
        });
        self.scratch = scratch;
        counted
    }

    fn document(&mut self, document: &Document<'_>, counted: &mut Counted) {
        counted.documents += 1;
        counted.bytes += document.text.len() as u64;
        let language = {
            let extraction = self.worker.extract(document);
            if extraction.given_up.is_some() {
                counted.errors += 1;
                let message = "too many hits, so the document was not searched to its end";
                counted.problems.push(Problem::error("too-many-hits", message).in_file(document.id.as_ref()));
            }
            extraction.language
        };
        self.own_policy(&document.text, language, counted);
        self.any_case(&document.text, language, counted);
    }

    /// Hits, and what became of them.
    fn own_policy(&mut self, text: &str, language: Language, counted: &mut Counted) {
        let Self { extractor, same, worker, matcher, hits, places, named, .. } = self;
        let stack = extractor.stack();
        let extraction = worker.extraction();
        for mention in &extraction.mentions {
            counted.kinds.entry(mention.kind).or_default().mentions += 1;
            if let Some(name) = mention.name {
                counted.names.entry(same.first(stack, name)).or_default().mentions += 1;
            }
        }
        matcher.find(stack, text, language, extractor.options().matching, max_hits(text.len()), hits);
        places.clear();
        named.clear();
        for hit in hits.iter() {
            let name = same.first(stack, hit.name);
            let copies = named.entry((hit.span, name)).or_default();
            *copies += 1;
            if *copies == 1 {
                counted.names.entry(name).or_default().hits += 1;
            }
            let kind = stack.kind_of(hit.entity);
            if places.insert((hit.span, kind)) {
                counted.kinds.entry(kind).or_default().hits += 1;
            }
        }
        for Dropped { span, name, reason } in extraction.dropped.iter().filter(|dropped| is_gate_reason(dropped.reason))
        {
            let name = same.first(stack, *name);
            // As long as one of the same text is left, the name is not dropped.
            let Some(left) = named.get_mut(&(*span, name)) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0 {
                let tally = counted.names.entry(name).or_default();
                tally.drop_for(reason, 1);
                tally.dropped_example.get_or_insert_with(|| example(text, *span));
            }
        }
    }

    /// The words of names of one word, in any case.
    fn any_case(&mut self, text: &str, language: Language, counted: &mut Counted) {
        let Self { extractor, same, matcher, hits, named, .. } = self;
        let stack = extractor.stack();
        let folded = MatchOptions { policy: Some(MatchPolicy::Folded), ..extractor.options().matching };
        matcher.find(stack, text, language, folded, max_hits(text.len()), hits);
        named.clear();
        for hit in hits.iter().filter(|hit| !hit.generated) {
            let record = stack.name_record(hit.name);
            if record.words != 1 || record.flags & ACRONYM != 0 {
                continue;
            }
            let name = same.first(stack, hit.name);
            let surface = hit.span.of(text);
            if !same_letters(surface, record.text()) || named.insert((hit.span, name), 1).is_some() {
                continue;
            }
            let tally = counted.names.entry(name).or_default();
            if surface.chars().any(char::is_uppercase) {
                tally.capital += 1;
            } else if surface.chars().any(char::is_lowercase) {
                tally.small += 1;
                tally.small_example.get_or_insert_with(|| example(text, hit.span));
            }
        }
    }
}

/// Whether two texts are equal but for case: `été` is not the word of `Ete`.
fn same_letters(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.nfc().flat_map(char::to_lowercase).collect::<String>();
    a == b || letters(a) == letters(b)
}

/// A place in a text, on one line.
fn example(text: &str, span: Span) -> String {
    let (before, after) = (&text[..span.start as usize], &text[span.end as usize..]);
    let left = before.char_indices().rev().take(CONTEXT).last().map_or("", |(at, _)| &before[at..]);
    let right = after.char_indices().nth(CONTEXT).map_or(after, |(at, _)| &after[..at]);
    let line = format!("{left}[{}]{right}", span.of(text));
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}
