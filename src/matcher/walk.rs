//! From words to hits: which words may begin a name, where their prefixes lead, and whether the names there match.
//!
//! The steps run over a stretch of words at a time, each step over the whole stretch, so that what one step will read is
//! fetched into the cache while the step before goes on.

use super::policy::{self, Context, Place};
use super::{Hit, Layer, Listed, Nearness, Verifier};
use crate::gazetteer::{MAX_LAYERS, MatchPolicy};
use crate::lexicon::Stack;
use crate::lexicon::names;
use crate::lexicon::table::{self, Begins, CHILDREN, FORM, Follower, LOWER, TERMINAL};
use crate::text::masks::is_caseless_lead;
use crate::text::words::{Look, Scanner, Word, first_prefix, inner, next_prefix};
use crate::text::{Language, Span};

/// Words that one step takes at a time. Tests take few, to see many seams.
const STRETCH: usize = if cfg!(test) { 5 } else { 256 };

/// The words around a place, whatever shape they are kept in.
trait Words {
    /// A place of a word.
    type At: Copy;

    fn word(&self, at: Self::At) -> Word;
    fn after(&mut self, at: Self::At) -> Option<Self::At>;
    fn before(&mut self, at: Self::At) -> Option<Self::At>;
    /// How many words before this one reach into the character that it begins in.
    fn inner(&self, at: Self::At) -> usize;
}

/// All words of a text, hashed.
struct Dense<'a>(&'a [Word]);

impl Words for Dense<'_> {
    type At = u32;

    #[inline]
    fn word(&self, at: u32) -> Word {
        self.0[at as usize]
    }

    #[inline]
    fn after(&mut self, at: u32) -> Option<u32> {
        ((at as usize) + 1 < self.0.len()).then_some(at + 1)
    }

    fn before(&mut self, at: u32) -> Option<u32> {
        at.checked_sub(1)
    }

    fn inner(&self, at: u32) -> usize {
        inner(self.0, at as usize)
    }
}

/// The words of a text, hashed when they are asked for.
struct Sparse<'a> {
    text: &'a str,
    scanner: &'a mut Scanner,
}

impl Words for Sparse<'_> {
    type At = Word;

    #[inline]
    fn word(&self, at: Word) -> Word {
        at
    }

    #[inline]
    fn after(&mut self, at: Word) -> Option<Word> {
        self.scanner.next(self.text, at.end as usize)
    }

    fn before(&mut self, at: Word) -> Option<Word> {
        self.scanner.before(self.text, at.start as usize)
    }

    fn inner(&self, _: Word) -> usize {
        0
    }
}

/// A prefix to look up: its hash, its first and its last word.
#[derive(Clone, Copy)]
struct Probe<At> {
    prefix: u64,
    first: At,
    last: At,
    depth: u8,
}

/// A form to verify.
#[derive(Clone, Copy)]
struct Found<At> {
    form: u32,
    depth: u8,
    first: At,
    last: At,
}

struct Steps<At> {
    /// Prefixes of two words that the filter was not asked for yet.
    pairs: Vec<Probe<At>>,
    probes: Vec<Probe<At>>,
    found: Vec<Found<At>>,
}

impl<At> Default for Steps<At> {
    fn default() -> Self {
        Self { pairs: Vec::new(), probes: Vec::new(), found: Vec::new() }
    }
}

/// A word that may begin a name.
#[derive(Clone, Copy)]
struct Start {
    word: Word,
    /// Whether it is written with a capital, or in a script without.
    in_case: bool,
    /// Where the word after it begins; 0 if there is none.
    next: u32,
    /// The word after it, once it was asked for (no word ends at 0).
    second: Word,
    /// Whether it may begin a name of some layer.
    begins: bool,
}

/// Walks from words to hits; keeps its buffers from text to text.
#[derive(Default)]
pub(super) struct Walker {
    starts: Vec<Start>,
    sparse: Steps<Word>,
    dense: Steps<u32>,
}

impl Walker {
    /// Finds the words of a text that may begin a name of some layer.
    pub fn starts(&mut self, stack: &Stack, text: &str, scanner: &mut Scanner) {
        let Self { starts, .. } = self;
        starts.clear();
        // Few words begin names in lower case: the others are turned away at once.
        let mut tables = [table::View::default(); MAX_LAYERS];
        for (table, lexicon) in tables.iter_mut().zip(&stack.lexicons) {
            *table = lexicon.table.view();
        }
        let tables = &tables[..stack.lexicons.len().min(MAX_LAYERS)];
        let in_case = |word: Word| word.capital() | is_caseless_lead(text.as_bytes()[word.start as usize]);
        let look = |word: Word, next: usize| {
            if in_case(word) {
                return Look::Keep;
            }
            let follower = Follower::of_byte(text.as_bytes().get(next).copied().unwrap_or_default());
            let mut look = Look::Nothing;
            for table in tables {
                let Begins { single, longer, pair } = table.may_begin(word.hash(), follower, false);
                if single | pair {
                    return Look::Keep;
                }
                if longer {
                    look = Look::NotHere;
                }
            }
            look
        };
        scanner.starts(text, stack.number, &stack.gate, look, |word, next| {
            let next = if next < text.len() { next as u32 } else { 0 };
            let in_case = in_case(word);
            starts.push(Start { word, in_case, next, second: Word::default(), begins: false });
        });
    }

    /// After all layers were searched: what began nothing need not be looked at again.
    pub fn learn(&mut self, text: &str, scanner: &mut Scanner) {
        for start in self.starts.iter().filter(|start| !start.begins) {
            scanner.begins_nothing(text, start.word);
        }
    }

    /// Adds the hits of a layer among the words of [`Walker::starts`]; whether there were more than `most`, and some are
    /// missing.
    #[expect(clippy::too_many_arguments, reason = "the state of one search")]
    #[inline(never)]
    pub fn sparse(
        &mut self,
        layer: &Layer<'_>,
        text: &str,
        scanner: &mut Scanner,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        most: usize,
        hits: &mut Vec<Hit>,
    ) -> bool {
        let Self { starts, sparse, .. } = self;
        let table = layer.lexicon.table.view();
        let mut words = Sparse { text, scanner };
        for stretch in starts.chunks_mut(STRETCH) {
            for start in stretch.iter().filter(|start| start.in_case) {
                table.prefetch_first(start.word.hash());
            }
            // Which words are names, and which may begin a longer one: lists without a branch.
            let (mut singles, mut pairs) = ([0u16; STRETCH], [0u16; STRETCH]);
            let (mut single, mut pair) = (0, 0);
            for (index, start) in stretch.iter_mut().enumerate() {
                let follower = Follower::of_byte(text.as_bytes()[start.next as usize]);
                let found = table.may_begin(start.word.hash(), follower, start.in_case);
                start.begins |= found.single | found.longer;
                singles[single] = index as u16;
                pairs[pair] = index as u16;
                single += usize::from(found.single);
                pair += usize::from(found.pair & (start.next > 0));
            }
            for index in &pairs[..pair] {
                let Start { word, in_case, next, second, .. } = &mut stretch[usize::from(*index)];
                if second.end == 0 {
                    *second = words.scanner.word(text, *next as usize);
                }
                sparse.begin_pair(&table, *in_case, *word, word.hash(), *second, second.hash());
            }
            for index in &singles[..single] {
                let word = stretch[usize::from(*index)].word;
                sparse.begin_single(&table, word, word.hash());
            }
            if sparse.finish(layer, &mut words, false, verifier, context, most, hits).is_some() {
                return true;
            }
        }
        false
    }

    /// Adds the hits of a layer among all words of a text; the byte where it was given up, if it was.
    #[inline(never)]
    pub fn dense(
        &mut self,
        layer: &Layer<'_>,
        words: &[Word],
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        most: usize,
        hits: &mut Vec<Hit>,
    ) -> Option<u32> {
        let any_case = context.policy == Some(MatchPolicy::Folded) || layer.stack.loosened[usize::from(layer.layer)];
        let table = layer.lexicon.table.view();
        let mut around = Dense(words);
        for (stretch, first) in words.chunks(STRETCH).zip((0..).step_by(STRETCH)) {
            stretch.iter().for_each(|word| table.prefetch_first(word.hash()));
            for (word, at) in stretch.iter().zip(first..) {
                let lead = context.text.as_bytes()[word.start as usize];
                let in_case = word.capital() || any_case || is_caseless_lead(lead);
                let next = words.get(at as usize + 1);
                let follower = match next {
                    Some(next) if !any_case => Follower::of_byte(context.text.as_bytes()[next.start as usize]),
                    _ => Follower::ANY,
                };
                let found = table.may_begin(word.hash(), follower, in_case);
                if found.single {
                    self.dense.begin_single(&table, at, word.hash());
                }
                if let Some(second) = next.filter(|_| found.pair) {
                    self.dense.begin_pair(&table, in_case, at, word.hash(), at + 1, second.hash());
                }
            }
            if self.dense.finish(layer, &mut around, any_case, verifier, context, most, hits).is_some() {
                return Some(stretch[0].start);
            }
        }
        None
    }
}

impl<At: Copy> Steps<At> {
    /// Notes a word that may be a name.
    #[inline(always)]
    fn begin_single(&mut self, table: &table::View<'_>, first: At, word: u64) {
        let prefix = first_prefix(word);
        table.prefetch(prefix);
        self.probes.push(Probe { prefix, first, last: first, depth: 1 });
    }

    /// Notes two words that may begin a longer name.
    #[inline(always)]
    fn begin_pair(&mut self, table: &table::View<'_>, in_case: bool, first: At, word: u64, last: At, second: u64) {
        let prefix = next_prefix(first_prefix(word), second);
        if in_case || table.may_be_lower_pair(prefix) {
            table.prefetch_pair(prefix);
            self.pairs.push(Probe { prefix, first, last, depth: 2 });
        }
    }

    /// Follows the prefixes to forms, and verifies these; something if there are more than `most` hits.
    #[expect(clippy::too_many_arguments, reason = "the state of one search")]
    #[inline]
    fn finish<W: Words<At = At>>(
        &mut self,
        layer: &Layer<'_>,
        words: &mut W,
        any_case: bool,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        most: usize,
        hits: &mut Vec<Hit>,
    ) -> Option<()> {
        let table = layer.lexicon.table.view();
        for pair in self.pairs.drain(..) {
            if table.may_be_pair(pair.prefix) {
                table.prefetch(pair.prefix);
                self.probes.push(pair);
            }
        }
        for probe in self.probes.drain(..) {
            let Probe { mut prefix, first, mut last, mut depth } = probe;
            let word = words.word(first);
            let lead = context.text.as_bytes()[word.start as usize];
            let in_case = any_case || word.capital() || is_caseless_lead(lead);
            loop {
                let mut goes_on = false;
                table.probe(prefix, |payload| {
                    let fits = in_case || payload & LOWER != 0;
                    goes_on |= fits && payload & CHILDREN != 0;
                    if fits && payload & TERMINAL != 0 {
                        layer.lexicon.prefetch(payload & FORM);
                        self.found.push(Found { form: payload & FORM, depth, first, last });
                    }
                });
                if !goes_on {
                    break;
                }
                let Some(next) = words.after(last) else { break };
                last = next;
                depth = depth.saturating_add(1);
                prefix = next_prefix(prefix, words.word(next).hash());
            }
        }
        for found in self.found.drain(..) {
            layer.verify(found, words, verifier, context, hits);
        }
        (hits.len() > most).then_some(())
    }
}

impl Layer<'_> {
    #[inline]
    fn verify<W: Words>(
        &self,
        found: Found<W::At>,
        words: &mut W,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        hits: &mut Vec<Hit>,
    ) {
        for (name, record) in self.lexicon.form(found.form) {
            let Some(listed) = self.listed(record) else { continue };
            self.verify_name(name, &listed, found, words, verifier, context, hits);
        }
    }

    /// Whether a name matches where its first words were found; a hit if it does.
    #[expect(clippy::too_many_arguments, reason = "the state of one search")]
    #[inline]
    fn verify_name<W: Words>(
        &self,
        name: u32,
        listed: &Listed<'_>,
        found: Found<W::At>,
        words: &mut W,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        hits: &mut Vec<Hit>,
    ) {
        let Listed { record, entity } = listed;
        let text = record.text;
        let begin = words.word(found.first);
        let edges = record.flags & names::EDGE_SYMBOLS != 0;
        let rest = &context.text.as_bytes()[begin.start as usize..];
        if !edges && !begin.mixed() && differ(text, rest) {
            return;
        }
        // The words that were not walked, since no other name begins as this one does.
        let mut last = found.last;
        for _ in found.depth..record.words {
            match words.after(last) {
                Some(next) => last = next,
                None => return,
            }
        }
        if record.words < found.depth {
            return;
        }
        let end = words.word(last);
        let mixed = begin.mixed() || end.mixed();
        let raw = &rest[..(end.end - begin.start) as usize];
        let span = Span::new(begin.start, end.end);
        if !mixed && !edges {
            if raw == text {
                return self.hit(record, *entity, name, span, Nearness::Exact, false, hits);
            }
            match context
                .text
                .get(span.start as usize..span.end as usize)
                .and_then(|raw| policy::quick(record, raw, context))
            {
                Some(true) => return self.hit(record, *entity, name, span, Nearness::Folded, false, hits),
                Some(false) => return,
                None => {}
            }
        }
        self.compare(name, listed, found.first, last, words, verifier, context, hits);
    }

    /// The slow way: letter by letter.
    #[expect(clippy::too_many_arguments, reason = "the state of one search")]
    #[inline(never)]
    fn compare<W: Words>(
        &self,
        name: u32,
        Listed { record, entity }: &Listed<'_>,
        first: W::At,
        last: W::At,
        words: &mut W,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        hits: &mut Vec<Hit>,
    ) {
        let (begin, end) = (words.word(first), words.word(last));
        let edges = record.flags & names::EDGE_SYMBOLS != 0;
        // Symbols at the edges are looked for up to the words beside.
        let before = if edges { words.before(first) } else { None };
        let from = match before {
            Some(before) => words.word(before).start,
            None if edges => 0,
            None => begin.start,
        };
        let to = match words.after(last) {
            Some(next) if edges => words.word(next).end,
            None if edges => context.text.len() as u32,
            _ => end.end,
        };
        verifier.text.read(&context.text[from as usize..to as usize], from);
        let word = match before {
            Some(before) => words.inner(before) + 1,
            None if edges => 0,
            None => words.inner(first),
        };
        let Ok(listed) = std::str::from_utf8(record.text) else { return };
        verifier.name.read(listed, 0);
        // The walk ends with a whole word, whatever script it is in: only the substring side is open.
        let count = usize::from(record.words);
        let place = Place { folded: &verifier.text, word, offset: 0, count };
        let language = Language::of_tag(self.lexicon.lang(record.lang));
        if let Some((span, nearness, dotless)) =
            policy::compare(record, listed, &verifier.name, language, place, context)
        {
            self.hit(record, *entity, name, span, nearness, dotless, hits);
        }
    }
}

/// Whether a name and the text from its first word on differ for certain: in an ASCII letter or digit before which there
/// is nothing but equal ASCII (in any case). What stands behind a base letter never makes it another.
#[inline]
fn differ(name: &[u8], text: &[u8]) -> bool {
    for (a, b) in name.iter().zip(text) {
        if a == b {
            if !a.is_ascii() {
                return false;
            }
            continue;
        }
        let letters = a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
        if !letters || !a.eq_ignore_ascii_case(b) {
            return letters;
        }
    }
    false
}
