//! What gazetteers hold, what a corpus makes of them, and what of a gold they cover.
//!
//! ```
//! use gazetier::author::stats::Contents;
//! use gazetier::{Extractor, Gazetteer};
//!
//! let extractor = Extractor::new(&Gazetteer::builtin())?;
//! let contents = Contents::of(extractor.stack());
//! assert!(contents.kinds["place"].important > 200);
//! assert!(contents.all().names > contents.all().entities);
//! # Ok::<(), gazetier::Error>(())
//! ```

mod counter;
mod coverage;
mod hits;
mod licences;

pub use coverage::{Coverage, Covered, KindCoverage};
pub use hits::{CorpusStats, HitOptions, KindHits, Listener, NameHits, Reason, corpus_stats};
pub use licences::{Licence, licences};

use std::collections::{BTreeMap, HashSet};

use crate::lexicon::Stack;

/// The language of names without a tag.
pub const UNTAGGED: &str = "und";

/// `NameRecord::role` of what the column `acronyms` lists.
const ACRONYM_ROLE: u8 = 2;

/// What the entities of a kind hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindContents {
    /// Entities.
    pub entities: u64,
    /// Names that they list; the same text in the same language counts once for an entity (twice where it is an acronym as
    /// well).
    pub names: u64,
    /// Names of one word.
    pub one_word: u64,
    /// Entities marked as important.
    pub important: u64,
    /// Entities that need a cue.
    pub needs: u64,
    /// Entities with a position.
    pub positions: u64,
    /// Entities with an outside id.
    pub with_id: u64,
    /// Names by the primary subtag of their language; [`UNTAGGED`] for those without.
    pub languages: BTreeMap<String, u64>,
    /// Outside ids by prefix.
    pub ids: BTreeMap<String, u64>,
}

impl KindContents {
    fn add(&mut self, other: &Self) {
        let Self { entities, names, one_word, important, needs, positions, with_id, languages, ids } = self;
        *entities += other.entities;
        *names += other.names;
        *one_word += other.one_word;
        *important += other.important;
        *needs += other.needs;
        *positions += other.positions;
        *with_id += other.with_id;
        for (sums, counts) in [(languages, &other.languages), (ids, &other.ids)] {
            for (key, count) in counts {
                *sums.entry(key.clone()).or_default() += count;
            }
        }
    }
}

/// What gazetteers hold, all layers together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// By kind.
    pub kinds: BTreeMap<String, KindContents>,
}

impl Contents {
    /// Counts the entities of a compiled gazetteer.
    pub fn of(stack: &Stack) -> Self {
        let mut contents = Self::default();
        let mut seen: HashSet<(&str, &str, bool)> = HashSet::new();
        for entity in stack.entities() {
            let view = stack.entity(entity);
            let kind = contents.kinds.entry(stack.kind(view.kind).to_owned()).or_default();
            kind.entities += 1;
            kind.important += u64::from(view.important);
            kind.needs += u64::from(stack.has_needs(entity));
            kind.positions += u64::from(view.position.is_some());
            let outside = view.outside();
            kind.with_id += u64::from(!outside.is_empty());
            for id in outside {
                let prefix = id.split_once(':').map_or(id, |(prefix, _)| prefix);
                count(&mut kind.ids, prefix);
            }
            seen.clear();
            for (name, record) in stack.names_of(entity) {
                let lexicon = &stack.lexicons[usize::from(name.layer)];
                if seen.insert((record.text(), lexicon.lang(record.lang), record.role == ACRONYM_ROLE)) {
                    kind.names += 1;
                    kind.one_word += u64::from(record.words == 1);
                    let language = lexicon.lang_primary(record.lang);
                    count(&mut kind.languages, if language.is_empty() { UNTAGGED } else { language });
                }
            }
        }
        contents
    }

    /// All kinds together.
    pub fn all(&self) -> KindContents {
        let mut all = KindContents::default();
        self.kinds.values().for_each(|kind| all.add(kind));
        all
    }
}

fn count(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => {
            counts.insert(key.to_owned(), 1);
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::gazetteer::{Gazetteer, ReadOptions, source};

    /// Gazetteers of one file each, over each other.
    pub fn stack(files: &[&str]) -> Stack {
        let mut gazetteer = Gazetteer::empty();
        for text in files {
            let layer = source::read_texts("test", &[("names.csv", *text)], ReadOptions::default()).expect("sound");
            gazetteer = gazetteer.layer(Gazetteer::from_layer(layer)).expect("few layers");
        }
        Stack::build(&gazetteer).expect("compiles")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_entity_count_once() {
        let stack = testing::stack(&[
            "id,kind,name,name:fr,wikidata,important,needs,lat,lon\n\
             a:1,place,London,Londres,Q84,true,,51.5,0\n\
             a:2,place,Paris,,,,,,\n\
             a:3,person,Nga,,,,bà|cô,,\n",
            "id,kind,name,name:vi,geonames,action\nQ84,place,London,Luân Đôn,2643743,\na:2,,Paris,,,remove\n",
        ]);
        let contents = Contents::of(&stack);
        let place = &contents.kinds["place"];
        assert_eq!((place.entities, place.names, place.one_word), (1, 3, 2));
        assert_eq!((place.important, place.needs, place.positions, place.with_id), (1, 0, 1, 1));
        let pairs = |counts: &[(&str, u64)]| counts.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
        assert_eq!(place.languages, pairs(&[("und", 1), ("fr", 1), ("vi", 1)]));
        assert_eq!(place.ids, pairs(&[("a", 1), ("geonames", 1), ("wikidata", 1)]));
        assert_eq!(contents.kinds["person"].needs, 1);
        let all = contents.all();
        assert_eq!((all.entities, all.names, all.languages["und"]), (2, 4, 2));
    }

    /// What layers say of themselves is what is counted, where no rows join.
    #[test]
    fn the_built_in_gazetteers_hold_what_they_say() {
        let gazetteer = crate::Gazetteer::builtin();
        let (entities, names) = gazetteer.layers()[0].counts();
        let all = Contents::of(&Stack::build(&gazetteer).expect("compiles")).all();
        assert_eq!((all.entities, all.names), (entities, names));
        assert_eq!(all.languages.values().sum::<u64>(), names);
    }
}
