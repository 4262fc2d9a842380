//! Which entity a mention is.
//!
//! Hits of the matcher become [`Mention`]s here: gates drop hits (each with a reason), overlaps are settled, candidates
//! compete, document rules add what the document itself says. One rule is one file, listed in `rules`.

mod bare;
mod candidates;
#[cfg(test)]
mod compiled;
mod gates;
mod rules;
mod scene;
#[cfg(test)]
mod testing;
mod weights;

pub(crate) use rules::spells;

use crate::lexicon::{EntityId, KindId, NameId, Stack};
use crate::matcher::{Group, Hit, MatchOptions, Matcher, Overlaps, Passages, group, select};
use crate::text::masks::count::count_chars;
use crate::text::{Language, Sentences, Span};

/// One mention kept: a place of the document and what stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Bytes of [`Document::text`](crate::text::Document::text).
    pub span: Span,
    /// The same place in characters (Unicode scalar values).
    pub chars: Span,
    /// Kind of the entity.
    pub kind: KindId,
    /// The entity; `None` for an unlisted name.
    pub entity: Option<EntityId>,
    /// The listed name that matched; `None` for an unlisted name.
    pub name: Option<NameId>,
    /// 0 to 1.
    pub score: f32,
    /// How it was found: `exact`, `folded`, `inflected`, `acronym-definition` …
    pub rule: &'static str,
    /// 0-based index of the sentence in which the mention begins.
    pub sentence: u32,
    /// The kept mention that contains this one (`--nested`), in bytes of the text.
    pub parent: Option<Span>,
    /// The mention that this one was understood by, in bytes of the text.
    pub antecedent: Option<Span>,
    /// The role beside a person ("secrétaire général du PCV"), in bytes of the text.
    pub role: Option<Span>,
    /// The title before a person ("ông", "Mme"), in bytes of the text.
    pub title: Option<Span>,
}

impl Mention {
    pub(crate) fn new(
        span: Span,
        kind: KindId,
        entity: Option<EntityId>,
        name: Option<NameId>,
        score: f32,
        rule: &'static str,
    ) -> Self {
        Self {
            span,
            chars: Span::default(),
            kind,
            entity,
            name,
            score,
            rule,
            sentence: 0,
            parent: None,
            antecedent: None,
            role: None,
            title: None,
        }
    }
}

/// A theme scored for a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// The theme.
    pub entity: EntityId,
    /// In ten-thousandths; the weights of the evidence add up to it.
    pub score: u32,
    /// Mentions that count for it.
    pub mentions: u32,
    /// Character span of the mention and weight in ten-thousandths.
    pub evidence: Vec<(Span, u32)>,
}

/// A hit that a rule dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// Bytes of the text.
    pub span: Span,
    /// The listed name that was hit.
    pub name: NameId,
    /// Why, in the words of the tables (`capitals passage`, `needs context`, `inside longer mention` …).
    pub reason: &'static str,
}

/// All that was found in one document. Reused from document to document: buffers are cleared, not freed.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// In order of `span.start`, then `span.end`, then entity.
    pub mentions: Vec<Mention>,
    /// Highest score first, ties by entity id bytewise.
    pub topics: Vec<Topic>,
    /// Share of each entity in the document, in ten-thousandths, parallel to [`Extraction::entities`].
    pub salience: Vec<u32>,
    /// One entry per distinct entity (or unlisted name), in order of first mention: index of its first mention.
    pub entities: Vec<u32>,
    /// Only filled when asked for (`explain`).
    pub dropped: Vec<Dropped>,
    /// `fr`, `vi`, `en`, another primary subtag given by the input, or `und`.
    pub language: crate::text::Language,
    /// Words of the document.
    pub words: u64,
    /// Characters of the document.
    pub chars: u64,
    /// Sentences of the document up to that of the last mention.
    pub sentences: u32,
    /// Byte of the text where the search was given up, since the names overlap too densely (see [`max_hits`]).
    pub given_up: Option<u32>,
}

impl Extraction {
    /// The spans of the mentions in UTF-16 code units, which JavaScript, Java and .NET count in: in the order of
    /// [`Extraction::mentions`], found in one pass over `text` (the text that was extracted from).
    pub fn utf16_spans(&self, text: &str) -> Vec<Span> {
        let mut counter = Counter::new(text.as_bytes(), count_utf16);
        self.mentions.iter().map(|mention| counter.span(mention.span)).collect()
    }
}

/// Whether a hit was dropped by a gate; otherwise by a longer mention.
pub(crate) fn is_gate_reason(reason: &str) -> bool {
    gates::GATES.iter().any(|gate| gate.reason() == reason)
}

/// How many hits a document may have: a million, or one for every eight bytes. Ordinary text and gazetteers stay far
/// below; a gazetteer of `a`, `a a`, `a a a` … goes beyond, and must not take memory without bound.
pub fn max_hits(bytes: usize) -> usize {
    (1 << 20).max(bytes / 8)
}

/// What a run asks of resolution.
#[derive(Clone, Debug)]
pub struct ResolveOptions {
    /// Policy and boundary of the run.
    pub matching: MatchOptions,
    /// What is kept where hits overlap.
    pub overlaps: Overlaps,
    /// `false`: bare dictionary matches (`--no-resolve`).
    pub resolve: bool,
    /// Keep hits strictly inside a kept mention of another kind.
    pub nested: bool,
    /// Only mentions of these kinds; empty for all.
    pub kinds: Vec<KindId>,
    /// Only mentions with at least this score.
    pub min_score: f32,
    /// Fill [`Extraction::dropped`].
    pub keep_dropped: bool,
}

impl Default for ResolveOptions {
    fn default() -> Self {
        Self {
            matching: MatchOptions::default(),
            overlaps: Overlaps::default(),
            resolve: true,
            nested: false,
            kinds: Vec::new(),
            min_score: 0.0,
            keep_dropped: false,
        }
    }
}

/// Turns a text into an [`Extraction`]; keeps its buffers from text to text.
pub(crate) struct Resolver {
    /// The lists of common words, an input so that tests can vary them.
    common: scene::CommonWords,
    matcher: Matcher,
    hits: Vec<Hit>,
    groups: Vec<Group>,
    order: Vec<u32>,
    sentences: Sentences,
    cues: scene::Cues,
    weights: weights::Weights,
}

impl Default for Resolver {
    fn default() -> Self {
        Self {
            common: crate::text::lang::is_common,
            matcher: Matcher::default(),
            hits: Vec::new(),
            groups: Vec::new(),
            order: Vec::new(),
            sentences: Sentences::default(),
            cues: scene::Cues::default(),
            weights: weights::Weights::default(),
        }
    }
}

impl Resolver {
    /// Finds the mentions of a text.
    pub fn run(
        &mut self,
        stack: &Stack,
        text: &str,
        language: Language,
        options: &ResolveOptions,
        out: &mut Extraction,
    ) {
        out.mentions.clear();
        out.dropped.clear();
        out.language = language;
        out.given_up = self.matcher.find(stack, text, language, options.matching, max_hits(text.len()), &mut self.hits);
        out.words = self.matcher.count();
        if !self.hits.is_empty() {
            if options.resolve {
                self.sentences.find(text, language);
                self.resolve(stack, text, language, options, out);
            } else {
                group(&mut self.hits, &mut self.groups);
                select(&mut self.groups, options.overlaps, &mut self.order);
                bare::mentions(stack, &self.hits, &self.groups, options.overlaps, &mut out.mentions);
                if options.nested {
                    nest(&self.groups, |g| bare::choose_in(stack, &self.hits, g), &mut out.mentions);
                }
                let last = out.mentions.last().map_or(0, |mention| mention.span.start);
                self.sentences.find_up_to(text, language, last as usize);
            }
        }
        out.mentions
            .retain(|m| m.score >= options.min_score && (options.kinds.is_empty() || options.kinds.contains(&m.kind)));
        out.chars = place(text, &self.sentences, &mut out.mentions);
        out.sentences = out.mentions.last().map_or(0, |mention| mention.sentence + 1);
        weights::fill(stack, out, &mut self.weights);
    }

    /// Only finds the words of a text; how many there are.
    pub fn words(&mut self, stack: &Stack, text: &str, options: &ResolveOptions) -> u64 {
        self.matcher.words(stack, text, options.matching)
    }

    /// Only finds the hits in a text, before gates, overlaps and resolution; how many there are.
    pub fn hits(&mut self, stack: &Stack, text: &str, language: Language, options: &ResolveOptions) -> usize {
        self.matcher.find(stack, text, language, options.matching, max_hits(text.len()), &mut self.hits);
        self.hits.len()
    }

    fn resolve(
        &mut self,
        stack: &Stack,
        text: &str,
        language: Language,
        options: &ResolveOptions,
        out: &mut Extraction,
    ) {
        let mut passages = Passages::default();
        self.hits.sort_by_key(|h| h.span);
        let mut scene = scene::Scene {
            stack,
            text,
            language,
            words: self.matcher.complete(text),
            sentences: &self.sentences,
            common: self.common,
            ascii: None,
            passages: &mut passages,
            cues: &mut self.cues,
        };
        let dropped = &mut out.dropped;
        self.hits.retain(|hit| {
            let name = stack.name_record(hit.name);
            match gates::GATES.iter().find(|gate| gate.drops(hit, &name, &mut scene)) {
                None => true,
                Some(gate) => {
                    if options.keep_dropped {
                        dropped.push(Dropped { span: hit.span, name: hit.name, reason: gate.reason() });
                    }
                    false
                }
            }
        });
        gates::drop_common(&mut self.hits, &mut scene, options.keep_dropped.then_some(dropped));
        group(&mut self.hits, &mut self.groups);
        select(&mut self.groups, options.overlaps, &mut self.order);
        if options.overlaps == Overlaps::All {
            bare::mentions(stack, &self.hits, &self.groups, options.overlaps, &mut out.mentions);
        } else {
            let kept = self.groups.iter().filter(|g| g.kept);
            out.mentions.extend(kept.filter_map(|g| candidates::choose(stack, &self.hits, g, language)));
        }
        for rule in rules::RULES {
            rule.apply(&mut out.mentions, &mut scene);
        }
        if options.keep_dropped {
            candidates::dropped_by_overlap(&self.hits, &self.groups, &mut out.dropped);
        }
        if options.nested {
            nest(&self.groups, |g| candidates::choose(stack, &self.hits, g, language), &mut out.mentions);
        }
    }
}

/// Adds the mentions strictly inside a kept mention of another kind: the longest first, without overlaps among them.
fn nest(groups: &[Group], choose: impl Fn(&Group) -> Option<Mention>, mentions: &mut Vec<Mention>) {
    let outer = mentions.clone();
    for parent in &outer {
        let first = groups.partition_point(|g| g.span.start < parent.span.start);
        let inside = groups[first..].iter().take_while(|g| g.span.start < parent.span.end);
        let mut inner: Vec<Mention> = inside
            .filter(|g| !g.kept && parent.span.contains(g.span) && g.span != parent.span)
            .filter_map(&choose)
            .filter(|m| m.kind != parent.kind)
            .collect();
        inner.sort_by_key(|m| (std::cmp::Reverse(m.span.len()), m.span));
        let mut kept: Vec<Span> = Vec::new();
        for mut mention in inner {
            if kept.iter().all(|k| !k.overlaps(mention.span)) {
                kept.push(mention.span);
                mention.parent = Some(parent.span);
                mentions.push(mention);
            }
        }
    }
    mentions.sort_by_key(|m| (m.span, m.entity));
}

/// Fills character offsets and sentence indices in one pass; returns the characters of the text.
fn place(text: &str, sentences: &Sentences, mentions: &mut [Mention]) -> u64 {
    let mut counter = Counter::new(text.as_bytes(), count_chars);
    let mut sentence = 0;
    for mention in mentions {
        mention.chars = counter.span(mention.span);
        sentence = sentences.index_from(sentence, mention.span.start);
        mention.sentence = sentence;
    }
    counter.total()
}

/// Counts units of a text up to spans that come by their start, so that the pass hardly ever turns back.
struct Counter<'t, F> {
    bytes: &'t [u8],
    count: F,
    byte: usize,
    units: usize,
}

impl<'t, F: Fn(&[u8]) -> usize> Counter<'t, F> {
    fn new(bytes: &'t [u8], count: F) -> Self {
        Self { bytes, count, byte: 0, units: 0 }
    }

    fn span(&mut self, span: Span) -> Span {
        let (start, end) = (span.start as usize, span.end as usize);
        if start < self.byte {
            self.units -= (self.count)(&self.bytes[start..self.byte]);
        } else {
            self.units += (self.count)(&self.bytes[self.byte..start]);
        }
        self.byte = start;
        Span::new(self.units as u32, (self.units + (self.count)(&self.bytes[start..end])) as u32)
    }

    fn total(&self) -> u64 {
        (self.units + (self.count)(&self.bytes[self.byte..])) as u64
    }
}

/// UTF-16 code units of valid UTF-8: one a character, two for those of four bytes.
fn count_utf16(bytes: &[u8]) -> usize {
    bytes.iter().map(|b| usize::from(*b & 0xC0 != 0x80) + usize::from(*b >= 0xF0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn offsets_are_those_of_the_encodings(text in "\\PC{0,40}", places in prop::collection::vec((0..200usize, 0..200usize), 0..8)) {
            let boundaries: Vec<u32> =
                text.char_indices().map(|(i, _)| i as u32).chain([text.len() as u32]).collect();
            let kind = KindId(0);
            let mut mentions: Vec<Mention> = places
                .iter()
                .map(|(a, b)| {
                    let (a, b) = (boundaries[a % boundaries.len()], boundaries[b % boundaries.len()]);
                    Mention::new(Span::new(a.min(b), a.max(b)), kind, None, None, 0.0, "exact")
                })
                .collect();
            mentions.sort_by_key(|m| m.span);
            let chars = place(&text, &Sentences::default(), &mut mentions);
            prop_assert_eq!(chars, text.chars().count() as u64);
            let utf16 = Extraction { mentions: mentions.clone(), ..Extraction::default() }.utf16_spans(&text);
            for (mention, utf16) in mentions.iter().zip(utf16) {
                let (start, end) = (&text[..mention.span.start as usize], &text[..mention.span.end as usize]);
                prop_assert_eq!(mention.chars, Span::new(start.chars().count() as u32, end.chars().count() as u32));
                let units = |text: &str| text.encode_utf16().count() as u32;
                prop_assert_eq!(utf16, Span::new(units(start), units(end)));
            }
        }
    }
}
