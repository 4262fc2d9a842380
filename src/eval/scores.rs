//! Counts, and the figures made of them.

use std::collections::BTreeMap;

/// Precision, recall and F1 of some mentions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Mentions of the gold.
    pub gold: u64,
    /// Mentions found.
    pub found: u64,
    /// Of those of the gold, the right ones.
    pub right_of_gold: u64,
    /// Of those found, the right ones. The two differ only by kind: a place found where the gold has a person is, by its
    /// span, right for the recall of persons and for the precision of places.
    pub right_of_found: u64,
}

impl Measure {
    /// The share of what was found that is right; `None` where nothing was found.
    pub fn precision(self) -> Option<f64> {
        share(self.right_of_found, self.found)
    }

    /// The share of the gold that was found; `None` where there is no gold.
    pub fn recall(self) -> Option<f64> {
        share(self.right_of_gold, self.gold)
    }

    /// The harmonic mean of precision and recall; `None` where there is neither gold nor anything found.
    pub fn f1(self) -> Option<f64> {
        if self.gold + self.found == 0 {
            return None;
        }
        let (precision, recall) = (self.precision().unwrap_or(0.0), self.recall().unwrap_or(0.0));
        Some(if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 })
    }
}

/// A share, where there is something to share.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What became of the ids of the gold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdCounts {
    /// Mentions of the gold that have an id.
    pub with_id: u64,
    /// Of these, those whose id is that of a loaded entity.
    pub listed: u64,
    /// Of these, those of which a mention with the same span was found.
    pub found: u64,
    /// Of these, those that were given that entity.
    pub right: u64,
}

impl IdCounts {
    /// Right ones of all whose entity is loaded.
    pub fn right_of_listed(self) -> Option<f64> {
        share(self.right, self.listed)
    }

    /// Right ones of those whose span was found.
    pub fn right_of_found(self) -> Option<f64> {
        share(self.right, self.found)
    }

    fn add(&mut self, other: &Self) {
        let Self { with_id, listed, found, right } = self;
        *with_id += other.with_id;
        *listed += other.listed;
        *found += other.found;
        *right += other.right;
    }
}

/// The counts of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCounts {
    /// Mentions of the gold.
    pub gold: u64,
    /// Mentions found. One that is right by the second acceptable kind of the gold counts under the first.
    pub found: u64,
    /// Mentions with the span and kind of the gold.
    pub right: u64,
    /// Mentions of the gold whose span was found under another kind.
    pub gold_as_other: u64,
    /// Mentions found whose span has another kind in the gold.
    pub found_as_other: u64,
    /// Ids.
    pub ids: IdCounts,
}

impl KindCounts {
    /// The same span and the same kind.
    pub fn strict(self) -> Measure {
        let Self { gold, found, right, .. } = self;
        Measure { gold, found, right_of_gold: right, right_of_found: right }
    }

    /// The same span, whatever the kind.
    pub fn untyped(self) -> Measure {
        let Self { gold, found, right, gold_as_other, found_as_other, .. } = self;
        Measure { gold, found, right_of_gold: right + gold_as_other, right_of_found: right + found_as_other }
    }

    /// Adds the counts of other documents or of another kind.
    pub fn add(&mut self, other: &Self) {
        let Self { gold, found, right, gold_as_other, found_as_other, ids } = self;
        *gold += other.gold;
        *found += other.found;
        *right += other.right;
        *gold_as_other += other.gold_as_other;
        *found_as_other += other.found_as_other;
        ids.add(&other.ids);
    }
}

/// The counts of some documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// Documents.
    pub documents: u64,
    /// Mentions found that touch an ignored one of the gold, and count neither way.
    pub ignored: u64,
    /// By kind; every kind that is scored is there.
    pub kinds: BTreeMap<String, KindCounts>,
}

impl Scores {
    /// All kinds together (micro-average).
    pub fn all(&self) -> KindCounts {
        let mut all = KindCounts::default();
        self.kinds.values().for_each(|counts| all.add(counts));
        all
    }

    /// Adds the counts of other documents.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.ignored += other.ignored;
        for (kind, counts) in &other.kinds {
            self.kinds.entry(kind.clone()).or_default().add(counts);
        }
    }
}

/// What is wrong with a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mistake {
    /// In the gold, and not found with that span.
    Missed,
    /// Found, and not in the gold with that span.
    Spurious,
    /// In both with the same span, under different kinds.
    WrongKind,
}

impl Mistake {
    /// The word of the column `problem`.
    pub fn as_str(self) -> &'static str {
        match self {
            Mistake::Missed => "missed",
            Mistake::Spurious => "spurious",
            Mistake::WrongKind => "wrong-kind",
        }
    }
}

/// One mention that is wrong, with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionError {
    /// The id of the document.
    pub doc_id: String,
    /// First character.
    pub start_char: u32,
    /// One past the last character.
    pub end_char: u32,
    /// The text between.
    pub surface: String,
    /// What is wrong.
    pub mistake: Mistake,
    /// The kind in the gold; empty where it has no such mention.
    pub gold_kind: String,
    /// The kind found; empty where nothing was.
    pub found_kind: String,
    /// The entity found; of a missed mention the one under the id that the gold gives, where it is loaded.
    pub entity_id: String,
    /// How the mention was found.
    pub rule: &'static str,
    /// Some characters before.
    pub left: String,
    /// Some characters after.
    pub right: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_no_value_where_there_is_nothing() {
        let measure = |gold, found, right| Measure { gold, found, right_of_gold: right, right_of_found: right };
        let nothing = measure(0, 0, 0);
        assert_eq!((nothing.precision(), nothing.recall(), nothing.f1()), (None, None, None));
        let missed = measure(3, 0, 0);
        assert_eq!((missed.precision(), missed.recall(), missed.f1()), (None, Some(0.0), Some(0.0)));
        let half = measure(4, 2, 2);
        assert_eq!((half.precision(), half.recall()), (Some(1.0), Some(0.5)));
        assert!((half.f1().unwrap_or(0.0) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_span_under_another_kind_is_right_without_kinds_only() {
        let person = KindCounts { gold: 2, found: 1, right: 1, gold_as_other: 1, ..KindCounts::default() };
        let place = KindCounts { found: 2, found_as_other: 1, ..KindCounts::default() };
        assert_eq!((person.strict().recall(), person.untyped().recall()), (Some(0.5), Some(1.0)));
        assert_eq!((place.strict().precision(), place.untyped().precision()), (Some(0.0), Some(0.5)));
        let kinds = [("person".to_owned(), person), ("place".to_owned(), place)].into();
        let all = Scores { kinds, ..Scores::default() }.all();
        assert_eq!(all.untyped(), Measure { gold: 2, found: 3, right_of_gold: 2, right_of_found: 2 });
        assert_eq!(all.strict(), Measure { gold: 2, found: 3, right_of_gold: 1, right_of_found: 1 });
    }
}
