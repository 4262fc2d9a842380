//! Which mentions of a document are mentions of the same entity.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};

use crate::lexicon::EntityId;
use crate::resolve::Extraction;
use crate::text::{Document, Span, push_search_key};

/// Of a mention: no entity of the document's list.
const NONE: u32 = u32::MAX;

/// Per document: mention → entry of [`Extraction::entities`], mentions per entry, and keys and names of the unlisted.
/// Reused from document to document.
#[derive(Clone, Debug, Default)]
pub(super) struct Grouping {
    of_mention: Vec<u32>,
    counts: Vec<u32>,
    listed: HashMap<EntityId, u32, FixedState>,
    unlisted: HashTable<u32>,
    /// Search key and name of an entry in `texts`; empty for listed entities.
    places: Vec<(Span, Span)>,
    texts: String,
}

impl Grouping {
    pub fn group(&mut self, document: &Document, extraction: &Extraction) {
        self.of_mention.clear();
        self.counts.clear();
        self.counts.resize(extraction.entities.len(), 0);
        self.listed.clear();
        self.unlisted.clear();
        self.places.clear();
        self.texts.clear();
        for (entry, first) in extraction.entities.iter().enumerate() {
            let mut places = (Span::default(), Span::default());
            if let Some(mention) = extraction.mentions.get(*first as usize) {
                match mention.entity {
                    Some(entity) => {
                        self.listed.entry(entity).or_insert(entry as u32);
                    }
                    None => places = self.add_unlisted(entry, mention, document, extraction),
                }
            }
            self.places.push(places);
        }
        for mention in &extraction.mentions {
            let entry = match mention.entity {
                Some(entity) => self.listed.get(&entity).copied().unwrap_or(NONE),
                None => self.entry_of_unlisted(mention, document, extraction),
            };
            self.of_mention.push(entry);
            if let Some(count) = self.counts.get_mut(entry as usize) {
                *count += 1;
            }
        }
    }

    fn add_unlisted(
        &mut self,
        entry: usize,
        mention: &crate::resolve::Mention,
        document: &Document,
        extraction: &Extraction,
    ) -> (Span, Span) {
        let surface = slice(&document.text, mention.span);
        let key = self.push(|texts| push_search_key(surface, texts));
        let name = self.push(|texts| push_one_line(surface, texts));
        let Self { unlisted, places, texts, .. } = self;
        let hash = hash_key(mention.kind.0, key.of(texts));
        let same = |other: &u32| {
            let kind = |entry: u32| {
                let first = extraction.entities.get(entry as usize)?;
                extraction.mentions.get(*first as usize).map(|mention| mention.kind)
            };
            places[*other as usize].0.of(texts) == key.of(texts) && kind(*other) == Some(mention.kind)
        };
        if unlisted.find(hash, same).is_none() {
            let rehash = |other: &u32| {
                let first = extraction.entities.get(*other as usize).copied().unwrap_or(0);
                let kind = extraction.mentions.get(first as usize).map_or(0, |mention| mention.kind.0);
                let place = places.get(*other as usize).map_or(key, |place| place.0);
                hash_key(kind, place.of(texts))
            };
            unlisted.insert_unique(hash, entry as u32, rehash);
        }
        (key, name)
    }

    fn entry_of_unlisted(
        &mut self,
        mention: &crate::resolve::Mention,
        document: &Document,
        extraction: &Extraction,
    ) -> u32 {
        let start = self.texts.len();
        push_search_key(slice(&document.text, mention.span), &mut self.texts);
        let (texts, key) = self.texts.split_at(start);
        let hash = hash_key(mention.kind.0, key);
        let same = |other: &u32| {
            let first = extraction.entities.get(*other as usize).copied().unwrap_or(0);
            self.places[*other as usize].0.of(texts) == key
                && extraction.mentions.get(first as usize).is_some_and(|first| first.kind == mention.kind)
        };
        let found = self.unlisted.find(hash, same).copied();
        self.texts.truncate(start);
        // A short form of an unlisted name has another key: it belongs to the mention it was understood by.
        found.or_else(|| self.entry_at(mention.antecedent?, extraction)).unwrap_or(NONE)
    }

    fn entry_at(&self, span: Span, extraction: &Extraction) -> Option<u32> {
        let from = extraction.mentions.partition_point(|mention| mention.span < span);
        let earlier = extraction.mentions.get(from).filter(|mention| mention.span == span)?;
        debug_assert_eq!(earlier.span, span);
        self.of_mention.get(from).copied()
    }

    fn push(&mut self, write: impl FnOnce(&mut String)) -> Span {
        let start = self.texts.len() as u32;
        write(&mut self.texts);
        Span::new(start, self.texts.len() as u32)
    }

    /// The entry of a mention.
    #[inline]
    pub fn entry(&self, mention: usize) -> Option<usize> {
        self.of_mention.get(mention).copied().filter(|entry| *entry != NONE).map(|entry| entry as usize)
    }

    /// Mentions of an entry.
    pub fn count(&self, entry: usize) -> u32 {
        self.counts.get(entry).copied().unwrap_or(0)
    }

    /// The search key of an unlisted entry.
    pub fn key(&self, entry: usize) -> &str {
        self.places.get(entry).map(|place| place.0.of(&self.texts)).unwrap_or_default()
    }

    /// The name of an unlisted entry: its first surface, on one line.
    pub fn name(&self, entry: usize) -> &str {
        self.places.get(entry).map(|place| place.1.of(&self.texts)).unwrap_or_default()
    }
}

fn hash_key(kind: u16, key: &str) -> u64 {
    FixedState::with_seed(u64::from(kind)).hash_one(key)
}

/// The text of a span; empty where the span does not fit the text.
#[inline]
pub(super) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

fn push_one_line(surface: &str, out: &mut String) {
    for (i, word) in surface.split_whitespace().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, mention, person, stack, unlisted};
    use super::*;

    #[test]
    fn unlisted_mentions_meet_by_kind_and_key_or_by_antecedent() {
        let stack = stack();
        let document = Document::new("d", "Léa Roux et LÉA\nROUX, puis Mme Roux ; Tô Lâm. Léa Roux SA.");
        let mut mentions = vec![
            unlisted(&stack, &document, "Léa Roux", "person"),
            unlisted(&stack, &document, "LÉA\nROUX", "person"),
            unlisted(&stack, &document, "Roux ;", "person"),
            mention(&stack, &document, "Tô Lâm", person("to-lam")),
            unlisted(&stack, &document, "Léa Roux SA", "organization"),
        ];
        mentions[2].antecedent = Some(mentions[1].span);
        let mut extraction = found(&stack, &document, mentions);
        extraction.entities = vec![0, 3, 4];
        let mut grouping = Grouping::default();
        for _ in 0..2 {
            grouping.group(&document, &extraction);
            assert_eq!((0..5).map(|m| grouping.entry(m)).collect::<Vec<_>>(), [0, 0, 0, 1, 2].map(Some));
            assert_eq!((grouping.count(0), grouping.key(0), grouping.name(0)), (3, "lea roux", "Léa Roux"));
            assert_eq!((grouping.count(1), grouping.key(1)), (1, ""));
        }
    }

    #[test]
    fn many_unlisted_names_are_kept_apart_while_the_table_grows() {
        let stack = stack();
        let text: String = (0..500).map(|i| format!("Nom{i:03} ")).collect();
        let document = Document::new("d", text);
        let mentions: Vec<_> = (0..500).map(|i| unlisted(&stack, &document, &format!("Nom{i:03}"), "person")).collect();
        let extraction = found(&stack, &document, mentions);
        let mut grouping = Grouping::default();
        grouping.group(&document, &extraction);
        assert!((0..500).all(|i| grouping.entry(i) == Some(i) && grouping.count(i) == 1));
    }
}
