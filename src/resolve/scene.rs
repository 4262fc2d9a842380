//! What gates and rules may look at: the document, its words and sentences.

use hashbrown::HashMap;

use crate::lexicon::{EntityId, NameRecord, Stack};
use crate::matcher::{Hit, Passages};
use crate::text::lang::forms::{self, Form};
use crate::text::words::{Word, hash_key};
use crate::text::{Language, Sentences, Span, search_key};

/// Cues of entities with `needs`, as hashes of the words of each cue.
pub(crate) type Cues = HashMap<EntityId, Vec<Vec<u64>>>;

/// Tells whether a word in lower case is common in a language.
pub(crate) type CommonWords = fn(Language, &str) -> bool;

/// One document under resolution.
pub(crate) struct Scene<'a> {
    pub stack: &'a Stack,
    pub text: &'a str,
    pub language: Language,
    pub words: &'a [Word],
    pub sentences: &'a Sentences,
    /// Whether a word in lower case is common in a language.
    pub common: CommonWords,
    /// Whether the text is ASCII, once asked.
    pub ascii: Option<bool>,
    pub passages: &'a mut Passages,
    pub cues: &'a mut Cues,
}

impl Scene<'_> {
    /// The words of a span: first, and one past the last.
    pub fn words_of(&self, span: Span) -> (usize, usize) {
        let first = self.words.partition_point(|w| w.end <= span.start);
        let last = first + self.words[first..].partition_point(|w| w.start < span.end);
        (first, last)
    }

    /// The text between a word and the next one (empty at the end of the document).
    pub fn gap_after(&self, word: usize) -> &str {
        match (self.words.get(word), self.words.get(word + 1)) {
            (Some(word), Some(next)) if word.end <= next.start => &self.text[word.end as usize..next.start as usize],
            _ => "",
        }
    }

    /// Whether a word is the first of its sentence.
    pub fn begins_sentence(&self, word: usize) -> bool {
        word == 0
            || self.sentences.index_of(self.words[word].start) != self.sentences.index_of(self.words[word - 1].start)
    }

    /// What is known of the form of a one-word hit in the document's language.
    pub fn form(&mut self, span: Span, name: &NameRecord<'_>) -> Option<Form> {
        let surface = span.of(self.text);
        let unmarked = surface.is_ascii()
            && (!name.text.is_ascii()
                || self.language == Language::VI && *self.ascii.get_or_insert_with(|| self.text.is_ascii()));
        forms::form(self.language, surface, unmarked)
    }

    /// Whether a capital says nothing where a span begins.
    pub fn opens_at(&self, span: Span) -> bool {
        self.opens(self.words_of(span).0)
    }

    /// Whether a capital says nothing at a word: it is the first of its sentence, or stands behind a quotation mark, a
    /// colon, a bracket, a dash.
    pub fn opens(&self, word: usize) -> bool {
        if word >= self.words.len() {
            return false;
        }
        if word == 0 || self.begins_sentence(word) {
            return true;
        }
        !self
            .gap_after(word - 1)
            .chars()
            .all(|c| c.is_whitespace() || matches!(c, ',' | '\'' | '’' | '-' | '\u{2011}' | '.'))
    }

    /// Whether one of the entity's cues stands in the same sentence or within 12 words; `true` if it needs none.
    pub fn needs_are_met(&mut self, hit: &Hit) -> bool {
        let stack = self.stack;
        if !stack.has_needs(hit.entity) {
            return true;
        }
        let cues = self.cues.entry(hit.entity).or_insert_with(|| {
            let needs = stack.entity(hit.entity).needs();
            let hashes = |cue: &str| search_key(cue).split(' ').map(hash_key).collect::<Vec<u64>>();
            needs.iter().filter(|cue| !cue.is_empty()).map(|cue| hashes(cue)).collect()
        });
        if cues.is_empty() {
            return true;
        }
        let first = self.words.partition_point(|w| w.end <= hit.span.start);
        let last = first + self.words[first..].partition_point(|w| w.start < hit.span.end);
        let sentence = self.sentences.span(self.sentences.index_of(hit.span.start) as usize);
        let from = self.words.partition_point(|w| w.start < sentence.start).min(first.saturating_sub(12));
        let to = self.words.partition_point(|w| w.start < sentence.end).max((last + 12).min(self.words.len()));
        let window = &self.words[from..to];
        cues.iter().any(|cue| {
            window.windows(cue.len()).any(|words| words.iter().zip(cue).all(|(word, cue)| word.hash() == *cue))
        })
    }
}
