//! What is counted of candidates: in a batch first, then over the corpus, within bounds.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use hashbrown::HashMap;

use crate::text::Language;

/// What may speak for a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// A form of address or a role directly before.
    Title,
    /// A role in apposition, or an age, behind.
    Apposition,
    /// A verb of speech behind.
    Speech,
    /// Spelled out, or an acronym, in a definition.
    Definition,
    /// A sort of bodies before.
    BodyNoun,
    /// A sort of places before.
    PlaceNoun,
    /// A preposition of places before.
    InPlace,
    /// A preposition before that also stands before places.
    AtPlace,
    /// A definite article before.
    Article,
}

/// All cues with the words of the column `evidence`.
pub(super) const CUES: [(Cue, &str); 9] = [
    (Cue::Title, "title"),
    (Cue::Apposition, "apposition"),
    (Cue::Speech, "speech"),
    (Cue::Definition, "definition"),
    (Cue::BodyNoun, "body-noun"),
    (Cue::PlaceNoun, "place-noun"),
    (Cue::InPlace, "preposition"),
    (Cue::AtPlace, "weak-preposition"),
    (Cue::Article, "article"),
];

/// How many contexts of a candidate are kept.
pub(super) const CONTEXTS: usize = 3;

/// What is known of one candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tallied {
    pub mentions: u32,
    /// Mentions that do not begin a sentence.
    pub inside: u32,
    pub documents: u32,
    /// Mentions that go on, in small letters, where a shorter candidate ends.
    pub longer: u32,
    /// Mentions with each of [`CUES`].
    pub cues: [u32; CUES.len()],
    /// Mentions in French, Vietnamese, English, and other texts.
    pub languages: [u32; 4],
    /// The first contexts, of different documents.
    pub contexts: Vec<String>,
    /// Listed entities that the candidate may be another name of, with the mentions that say so.
    pub known: BTreeMap<String, u32>,
}

impl Tallied {
    pub fn cue(&self, cue: Cue) -> u32 {
        self.cues[cue as usize]
    }

    /// The language of most mentions.
    pub fn language(&self) -> Language {
        let languages = [Language::FR, Language::VI, Language::EN, Language::UND];
        let best = (0..4).max_by_key(|i| (self.languages[*i], 4 - *i)).unwrap_or(3);
        languages[best]
    }

    pub fn add(&mut self, other: &Self) {
        self.mentions = self.mentions.saturating_add(other.mentions);
        self.inside = self.inside.saturating_add(other.inside);
        self.documents = self.documents.saturating_add(other.documents);
        self.longer = self.longer.saturating_add(other.longer);
        for (own, more) in self.cues.iter_mut().zip(other.cues) {
            *own = own.saturating_add(more);
        }
        for (own, more) in self.languages.iter_mut().zip(other.languages) {
            *own = own.saturating_add(more);
        }
        let room = CONTEXTS.saturating_sub(self.contexts.len());
        self.contexts.extend(other.contexts.iter().take(room).cloned());
        for (id, mentions) in &other.known {
            // A few entities at most share a short name in one corpus; the rest would only cost memory.
            if self.known.len() < 8 || self.known.contains_key(id) {
                *self.known.entry(id.clone()).or_default() += mentions;
            }
        }
    }
}

pub(super) type Candidates = HashMap<String, Tallied, foldhash::fast::FixedState>;
/// Pairs of an acronym and what it was defined as.
pub(super) type Definitions = HashMap<(String, String), u32, foldhash::fast::FixedState>;

/// What one batch holds.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub candidates: Candidates,
    pub definitions: Definitions,
    /// Words in small letters by their hash.
    pub small: HashMap<u64, u32, foldhash::fast::FixedState>,
    pub documents: u64,
    pub bytes: u64,
}

/// The hash of a word in lower case, for [`Tally::small`] and [`Sketch`].
pub(super) fn word_hash(lower: &str) -> u64 {
    foldhash::fast::FixedState::with_seed(29).hash_one(lower)
}

/// The sum over the corpus. It keeps a bounded number of candidates: when there are twice as many, those with the
/// fewest mentions go. Batches come in the order of the corpus, so that what is kept does not depend on threads.
#[derive(Debug)]
pub(super) struct Total {
    pub candidates: Candidates,
    pub definitions: Definitions,
    pub small: Sketch,
    pub documents: u64,
    pub bytes: u64,
    /// Candidates that were let go.
    pub dropped: u64,
    limit: usize,
}

impl Total {
    pub fn new(limit: usize) -> Self {
        Self {
            candidates: Candidates::default(),
            definitions: Definitions::default(),
            small: Sketch::default(),
            documents: 0,
            bytes: 0,
            dropped: 0,
            // Twice as many must be a number, too.
            limit: limit.clamp(1, usize::MAX / 2),
        }
    }

    pub fn add(&mut self, batch: Tally) {
        self.documents += batch.documents;
        self.bytes += batch.bytes;
        for (name, tallied) in batch.candidates {
            match self.candidates.get_mut(&name) {
                Some(known) => known.add(&tallied),
                None => {
                    self.candidates.insert(name, tallied);
                }
            }
        }
        for (pair, count) in batch.definitions {
            *self.definitions.entry(pair).or_default() += count;
        }
        for (hash, count) in batch.small {
            self.small.add(hash, count);
        }
        if self.candidates.len() > 2 * self.limit {
            let mut order: Vec<(u32, &String)> =
                self.candidates.iter().map(|(name, tallied)| (tallied.mentions, name)).collect();
            order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
            let gone: Vec<String> = order[self.limit..].iter().map(|(_, name)| (*name).clone()).collect();
            self.dropped += gone.len() as u64;
            for name in gone {
                self.candidates.remove(&name);
            }
        }
        if self.definitions.len() > 2 * self.limit {
            let mut order: Vec<(u32, (String, String))> =
                self.definitions.drain().map(|(pair, count)| (count, pair)).collect();
            order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            order.truncate(self.limit);
            self.definitions = order.into_iter().map(|(count, pair)| (pair, count)).collect();
        }
    }
}

/// A count-min sketch: how often each word was seen, never too low, seldom too high, in a fixed 8 MiB.
#[derive(Debug)]
pub(super) struct Sketch {
    rows: [Vec<u32>; 2],
}

const SKETCH_BITS: u32 = 20;

impl Default for Sketch {
    fn default() -> Self {
        Self { rows: [vec![0; 1 << SKETCH_BITS], vec![0; 1 << SKETCH_BITS]] }
    }
}

impl Sketch {
    fn places(hash: u64) -> [usize; 2] {
        let mask = (1 << SKETCH_BITS) - 1;
        [hash as usize & mask, (hash >> 40) as usize & mask]
    }

    fn add(&mut self, hash: u64, count: u32) {
        for (row, place) in self.rows.iter_mut().zip(Self::places(hash)) {
            row[place] = row[place].saturating_add(count);
        }
    }

    /// How often a word (lower case, NFC) was seen in small letters.
    pub fn get(&self, lower: &str) -> u32 {
        let places = Self::places(word_hash(lower));
        self.rows.iter().zip(places).map(|(row, place)| row[place]).min().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(names: &[(&str, u32)]) -> Tally {
        let mut tally = Tally::default();
        for (name, mentions) in names {
            let tallied = Tallied { mentions: *mentions, ..Tallied::default() };
            tally.candidates.insert((*name).to_owned(), tallied);
        }
        tally
    }

    #[test]
    fn the_most_frequent_candidates_stay() {
        let mut total = Total::new(2);
        total.add(batch(&[("A", 5), ("B", 1), ("C", 1), ("D", 1)]));
        assert_eq!(total.candidates.len(), 4, "twice the limit is kept between times");
        total.add(batch(&[("E", 3)]));
        let mut left: Vec<&str> = total.candidates.keys().map(String::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["A", "E"]);
        assert_eq!(total.dropped, 3);
    }

    #[test]
    fn any_limit_is_taken() {
        let mut total = Total::new(usize::MAX);
        total.add(batch(&[("A", 5), ("B", 1)]));
        assert_eq!(total.candidates.len(), 2);
    }

    #[test]
    fn a_sketch_counts_words() {
        let mut sketch = Sketch::default();
        sketch.add(word_hash("monde"), 7);
        sketch.add(word_hash("monde"), 1);
        assert_eq!(sketch.get("monde"), 8);
        assert_eq!(sketch.get("ailleurs"), 0);
    }

    #[test]
    fn contexts_are_few_and_in_order() {
        let mut one = Tallied { contexts: vec!["a".into(), "b".into()], ..Tallied::default() };
        one.add(&Tallied { contexts: vec!["c".into(), "d".into()], mentions: 2, ..Tallied::default() });
        assert_eq!(one.contexts, ["a", "b", "c"]);
        assert_eq!(one.mentions, 2);
    }
}
