//! Words in, hits out: the prefix table and the substring side find candidates, the policy decides, overlaps are settled.
//!
//! The matcher knows names and nothing of their meaning. What it must find is defined by the interface and written down
//! as plainly as possible in `naive/`, which the tests hold it to.

#[cfg(test)]
pub(crate) mod naive;
mod overlap;
mod passage;
mod policy;
mod walk;

pub use overlap::Overlaps;
pub(crate) use overlap::{Group, group, select};
pub(crate) use passage::Passages;
pub(crate) use policy::Nearness;

use crate::gazetteer::MatchPolicy;
use crate::lexicon::names::{self, NameRecord};
use crate::lexicon::{EntityId, Lexicon, NO_POLICY, NameId, Stack, policy_code};
use crate::text::fold::{self, Folded, Gap};
use crate::text::masks::{Beginnings, next_wide};
use crate::text::words::{Scanner, Word};
use crate::text::{Language, Span};
use policy::{Context, Place};

/// What a run asks of the matcher.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchOptions {
    /// `--match`: overrides the policy of every name.
    pub policy: Option<MatchPolicy>,
    /// `--boundary none`: names may begin and end inside words (the stack must be compiled for it).
    pub open: bool,
}

/// One name found at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hit {
    pub span: Span,
    /// The name that matched, as searched (maybe a generated one).
    pub name: NameId,
    /// The entity after joining layers.
    pub entity: EntityId,
    /// The layer of the row and the rank of the name in it, for ties: the later one wins.
    pub order: u32,
    pub nearness: Nearness,
    pub generated: bool,
    /// Folded characters of the span.
    pub length: u32,
    pub prior: f32,
}

/// Finds hits; keeps its buffers from text to text.
#[derive(Default)]
pub(crate) struct Matcher {
    scanner: Scanner,
    words: Vec<Word>,
    /// Whether `words` are those of the text searched last.
    complete: bool,
    verifier: Verifier,
    walker: walk::Walker,
    window: Window,
}

#[derive(Default)]
struct Verifier {
    text: Folded,
    name: Folded,
}

/// A stretch of text for the substring side.
#[derive(Default)]
struct Window {
    folded: Folded,
    stream: String,
    /// Byte in the stream of every letter, and of every symbol.
    letters: Vec<u32>,
    symbols: Vec<(u32, u32)>,
}

/// The text that one window of the substring side takes, in bytes. Tests take little, to see many seams.
const WINDOW: usize = if cfg!(test) { 24 } else { 1 << 16 };

impl Matcher {
    /// A matcher that reads words by a level of instructions, which the machine must have.
    #[cfg(test)]
    pub fn with_level(level: crate::text::masks::Level) -> Self {
        Self { scanner: Scanner::with_level(level), ..Self::default() }
    }

    /// Only finds where the words of a text stand, and in the dense shape which they are; how many there are.
    pub fn words(&mut self, stack: &Stack, text: &str, options: MatchOptions) -> u64 {
        self.read(stack, text, options);
        self.count()
    }

    /// Reads the words of a text in the shape of the stack; whether that is the sparse one.
    fn read(&mut self, stack: &Stack, text: &str, options: MatchOptions) -> bool {
        let sparse = stack.gate.is_sparse() && options.policy != Some(MatchPolicy::Folded);
        self.scanner.read(text, if sparse { stack.gate.first() } else { &Beginnings::NONE });
        let sparse = sparse && self.scanner.is_plain();
        self.complete = false;
        if !sparse {
            self.complete(text);
        }
        sparse
    }

    /// How many words the text searched last has.
    pub fn count(&self) -> u64 {
        if self.complete { self.words.len() as u64 } else { self.scanner.count() }
    }

    /// All words of the text searched last.
    pub fn complete(&mut self, text: &str) -> &[Word] {
        if !self.complete {
            self.scanner.words(text, &mut self.words);
            self.complete = true;
        }
        &self.words
    }

    /// Replaces `hits` by all hits of all layers in a text.
    ///
    /// Returns the byte where the search was given up because there were more than `most` hits, if it was.
    pub fn find(
        &mut self,
        stack: &Stack,
        text: &str,
        language: Language,
        options: MatchOptions,
        most: usize,
        hits: &mut Vec<Hit>,
    ) -> Option<u32> {
        hits.clear();
        let mut given_up: Option<u32> = None;
        let sparse = self.read(stack, text, options);
        let mut context = Context {
            text,
            language,
            policy: options.policy,
            open: options.open,
            marks: None,
            passages: Default::default(),
        };
        let Self { scanner, words, verifier, walker, window, complete } = self;
        if sparse {
            walker.starts(stack, text, scanner);
        }
        for (layer, lexicon) in stack.lexicons.iter().enumerate() {
            let layer = Layer { stack, lexicon, layer: layer as u8 };
            let before = hits.len();
            let mut walked = None;
            let full = sparse && walker.sparse(&layer, text, scanner, verifier, &mut context, most, hits);
            if full {
                // Where the search must be given up, its order counts: once more, from the first word on.
                hits.truncate(before);
                scanner.words(text, words);
                *complete = true;
            }
            if full || !sparse {
                walked = walker.dense(&layer, words, verifier, &mut context, most, hits);
            }
            let mut searched = None;
            if lexicon.substrings.may_match(scanner.saw_wide()) {
                searched = window.search(&layer, scanner.saw_wide(), verifier, &mut context, most, hits);
            }
            given_up = [given_up, walked, searched].into_iter().flatten().min();
        }
        if sparse {
            walker.learn(text, scanner);
        }
        // What one side found behind the place where another gave up would look as if nothing else were there.
        if let Some(byte) = given_up {
            hits.retain(|hit| hit.span.end <= byte);
        }
        given_up
    }
}

struct Layer<'a> {
    stack: &'a Stack,
    lexicon: &'a Lexicon,
    layer: u8,
}

impl Layer<'_> {
    /// A name as the joined layers have it; `None` if it is not to be searched.
    #[inline]
    fn listed<'r>(&self, mut record: NameRecord<'r>) -> Option<Listed<'r>> {
        let (entity, merged) = self.stack.joined_row(EntityId { layer: self.layer, index: record.entity })?;
        if let Some(merged) = merged {
            if record.own & names::OWN_PRIOR == 0 {
                record.prior = merged.prior;
            }
            if record.own & names::OWN_POLICY == 0 && merged.policy != NO_POLICY {
                record.policy = merged.policy;
            }
        }
        let inflected = record.flags & names::GENERATED != 0;
        // An exact name has no other forms.
        (!inflected || record.policy != policy_code(MatchPolicy::Exact)).then_some(Listed { record, entity })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a hit")]
    fn hit(
        &self,
        record: &NameRecord<'_>,
        entity: EntityId,
        name: u32,
        span: Span,
        nearness: Nearness,
        dotless: bool,
        hits: &mut Vec<Hit>,
    ) {
        hits.push(Hit {
            span,
            name: NameId { layer: self.layer, index: name },
            entity,
            order: u32::from(self.layer) << 16 | u32::from(record.rank),
            nearness,
            generated: record.flags & names::GENERATED != 0,
            length: u32::from(record.length).saturating_sub(u32::from(dotless)),
            prior: record.prior,
        });
    }
}

/// A name with its entity.
struct Listed<'r> {
    record: NameRecord<'r>,
    entity: EntityId,
}

impl Window {
    fn search(
        &mut self,
        layer: &Layer<'_>,
        wide: bool,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        most: usize,
        hits: &mut Vec<Hit>,
    ) -> Option<u32> {
        let text = context.text;
        let longest = layer.lexicon.substrings.longest();
        let only_wide = layer.lexicon.substrings.is_wide_only();
        let mut start = 0;
        while start < text.len() {
            let mut end = start + WINDOW;
            if only_wide {
                // Each pattern holds a wide letter, so a hit begins near one.
                let Some((first, behind)) = next_wide(text, start) else { break };
                start = start.max(back_by(text, first, longest + 64));
                end = (behind + longest).min(start + WINDOW).max(behind);
            }
            let cut = cut_after(text, end);
            let from = step_back(text, start);
            let to = step_on(text, cut, longest + 64);
            self.read(&text[from..to], from);
            let stream = std::mem::take(&mut self.stream);
            layer.lexicon.substrings.find(&stream, wide, |at, group| {
                let at = at as u32;
                if let Ok(letter) = self.letters.binary_search(&at) {
                    let here = self.folded.letters[letter].start as usize;
                    if !(start..cut).contains(&here) {
                        return;
                    }
                    let word = self.folded.words.partition_point(|(_, end)| *end as usize <= letter);
                    let offset = letter - self.folded.words[word].0 as usize;
                    for &name in group {
                        self.verify_word(layer, name, word, offset, verifier, context, hits);
                    }
                } else if let Ok(symbol) = self.symbols.binary_search_by_key(&at, |s| s.0) {
                    let symbol = self.symbols[symbol].1 as usize;
                    if !(start..cut).contains(&(self.folded.symbols[symbol].start as usize)) {
                        return;
                    }
                    for &name in group {
                        self.verify_symbols(layer, name, symbol, verifier, context, hits);
                    }
                }
            });
            self.stream = stream;
            if hits.len() > most && cut < text.len() {
                return Some(start as u32);
            }
            start = cut;
        }
        None
    }

    fn read(&mut self, text: &str, offset: usize) {
        self.folded.read(text, offset as u32);
        self.stream.clear();
        self.letters.clear();
        self.symbols.clear();
        let folded = &self.folded;
        for k in 0..folded.gaps.len() {
            let first_symbol = folded.symbol_starts[k] as usize;
            let inner = k > 0 && k < folded.words.len();
            match folded.gaps[k] {
                Gap::Soft if inner => self.stream.push(' '),
                Gap::Soft => {}
                gap => {
                    // A blank line keeps words apart, but symbols may still be names.
                    if gap == Gap::Never {
                        self.stream.push('\n');
                    }
                    for (i, symbol) in folded.gap_symbols(k).iter().enumerate() {
                        self.symbols.push((self.stream.len() as u32, (first_symbol + i) as u32));
                        self.stream.push(symbol.symbol);
                    }
                    if gap == Gap::Never {
                        self.stream.push('\n');
                    }
                }
            }
            let Some((start, end)) = folded.words.get(k) else { continue };
            for letter in &folded.letters[*start as usize..*end as usize] {
                self.letters.push(self.stream.len() as u32);
                self.stream.push(letter.key);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one search")]
    fn verify_word(
        &self,
        layer: &Layer<'_>,
        name: u32,
        word: usize,
        offset: usize,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        hits: &mut Vec<Hit>,
    ) {
        let Some(record) = layer.lexicon.records().name(name) else { return };
        let Some(Listed { record, entity }) = layer.listed(record) else { return };
        let record = &record;
        let listed = record.text();
        verifier.name.read(listed, 0);
        let count = verifier.name.words.len();
        if count == 0 {
            return;
        }
        let place = Place { folded: &self.folded, word, offset, count };
        let language = Language::of_tag(layer.lexicon.lang(record.lang));
        if let Some((span, nearness, dotless)) =
            policy::compare(record, listed, &verifier.name, language, place, context)
        {
            layer.hit(record, entity, name, span, nearness, dotless, hits);
        }
    }

    /// A name that is made of symbols only: they must stand in one gap, with at most one line break between them.
    fn verify_symbols(
        &self,
        layer: &Layer<'_>,
        name: u32,
        first: usize,
        verifier: &mut Verifier,
        context: &mut Context<'_>,
        hits: &mut Vec<Hit>,
    ) {
        let Some(record) = layer.lexicon.records().name(name) else { return };
        let Some(Listed { record, entity }) = layer.listed(record) else { return };
        let record = &record;
        let listed = record.text();
        verifier.name.read(listed, 0);
        let wanted = &verifier.name.symbols;
        if !verifier.name.words.is_empty() || wanted.is_empty() {
            return;
        }
        let gap = self.folded.symbol_starts.partition_point(|s| *s as usize <= first) - 1;
        let end = self.folded.symbol_starts[gap + 1] as usize;
        let Some(found) = self.folded.symbols[..end].get(first..first + wanted.len()) else { return };
        if found.iter().zip(wanted).any(|(a, b)| a.symbol != b.symbol)
            || found[found.len() - 1].breaks - found[0].breaks > 1
        {
            return;
        }
        let span = Span::new(found[0].start, found[found.len() - 1].end);
        let exact = span.of(context.text) == listed;
        let policy = context.policy.map_or(record.policy, policy_code);
        if policy == policy_code(MatchPolicy::Exact) && !exact {
            return;
        }
        layer.hit(record, entity, name, span, if exact { Nearness::Exact } else { Nearness::Folded }, false, hits);
    }
}

/// A place at or after `at` where the text may be cut: before a character that begins anew.
fn cut_after(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let at = (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    at + text[at..].char_indices().find(|(_, c)| fold::is_starter(*c)).map_or(text.len() - at, |(i, _)| i)
}

/// Back over enough text that the symbols of any name, and the word before them, lie behind `at`.
fn step_back(text: &str, at: usize) -> usize {
    back_by(text, at, crate::gazetteer::MAX_NAME_BYTES)
}

/// Back over more folded text than `wanted`.
fn back_by(text: &str, at: usize, wanted: usize) -> usize {
    let mut weight = 0;
    for (i, c) in text[..at].char_indices().rev() {
        weight += fold::weight(c);
        if weight > wanted && fold::is_starter(c) {
            return i;
        }
    }
    0
}

/// On over as much folded text as `wanted`.
fn step_on(text: &str, at: usize, wanted: usize) -> usize {
    let mut weight = 0;
    for (i, c) in text[at..].char_indices() {
        if weight > wanted && fold::is_starter(c) {
            return at + i;
        }
        weight += fold::weight(c);
    }
    text.len()
}
