//! How much of a gold the gazetteers could know.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Result;
use crate::eval::{GoldFile, GoldMention, MISCELLANEOUS};
use crate::gazetteer::normalise_id;
use crate::lexicon::Stack;
use crate::lexicon::names::SKIPPED;
use crate::text::{push_search_key, search_key};

/// A part of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// All.
    pub of: u64,
    /// Those whose id is that of a loaded entity.
    pub by_id: u64,
    /// Those that have a surface in the gold which is a name, by search key, of an entity of the right kind.
    pub by_name: u64,
}

impl Covered {
    fn add(&mut self, other: &Self) {
        self.of += other.of;
        self.by_id += other.by_id;
        self.by_name += other.by_name;
    }
}

/// The coverage of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCoverage {
    /// Distinct ids.
    pub ids: Covered,
    /// Mentions with an id: each distinct id as often as it is mentioned.
    pub mentions: Covered,
    /// Distinct surfaces, by search key, of mentions with and without an id (`by_id` is 0).
    pub surfaces: Covered,
    /// Mentions with and without an id, by their own surface (`by_id` is 0).
    pub surface_mentions: Covered,
}

/// The coverage of gold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Texts.
    pub documents: u64,
    /// By kind.
    pub kinds: BTreeMap<String, KindCoverage>,
    /// By kind, then id: mentions, and search keys of the surfaces.
    ids: BTreeMap<(String, String), Entry>,
    /// By kind and search key: mentions.
    surfaces: BTreeMap<(String, String), u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    mentions: u64,
    keys: BTreeSet<String>,
}

impl Coverage {
    /// Takes in a file of gold; its mistakes were told when it was checked.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn add(&mut self, file: &GoldFile) -> Result<()> {
        file.each_record(&mut |record| {
            self.documents += 1;
            for (mention, surface) in record.surfaces() {
                if !mention.ignore && mention.kind != MISCELLANEOUS {
                    self.mention(mention, surface);
                }
            }
        })
    }

    fn mention(&mut self, mention: &GoldMention, surface: &str) {
        let key = search_key(surface);
        if let Some(id) = normalise_id(&mention.id).filter(|id| !id.is_empty()) {
            let entry = self.ids.entry((mention.kind.clone(), id.into_owned())).or_default();
            entry.mentions += 1;
            entry.keys.insert(key.clone());
        }
        *self.surfaces.entry((mention.kind.clone(), key)).or_default() += 1;
    }

    /// Looks everything up that was taken in.
    #[must_use]
    pub fn against(mut self, stack: &Stack) -> Self {
        let listed = self.listed(stack);
        let is_name = |kind: &str, key: &str| listed.get(key).is_some_and(|kinds| kinds.contains(kind));
        let mut kinds: BTreeMap<String, KindCoverage> = BTreeMap::new();
        for ((kind, id), entry) in &self.ids {
            let coverage = kinds.entry(kind.clone()).or_default();
            let by_id = u64::from(stack.find(id).is_some());
            let by_name = u64::from(entry.keys.iter().any(|key| is_name(kind, key)));
            coverage.ids.add(&Covered { of: 1, by_id, by_name });
            let n = entry.mentions;
            coverage.mentions.add(&Covered { of: n, by_id: n * by_id, by_name: n * by_name });
        }
        for ((kind, key), n) in &self.surfaces {
            let coverage = kinds.entry(kind.clone()).or_default();
            let by_name = u64::from(is_name(kind, key));
            coverage.surfaces.add(&Covered { of: 1, by_id: 0, by_name });
            coverage.surface_mentions.add(&Covered { of: *n, by_id: 0, by_name: n * by_name });
        }
        self.kinds = kinds;
        self
    }

    /// All kinds together.
    pub fn all(&self) -> KindCoverage {
        let mut all = KindCoverage::default();
        for kind in self.kinds.values() {
            all.ids.add(&kind.ids);
            all.mentions.add(&kind.mentions);
            all.surfaces.add(&kind.surfaces);
            all.surface_mentions.add(&kind.surface_mentions);
        }
        all
    }

    /// Which search keys of the gold are names, and of which kinds. One pass over all names; only those of the gold are
    /// kept.
    fn listed(&self, stack: &Stack) -> HashMap<&str, BTreeSet<String>> {
        let mut listed: HashMap<&str, BTreeSet<String>> =
            self.surfaces.keys().map(|(_, key)| (key.as_str(), BTreeSet::new())).collect();
        let mut key = String::new();
        for entity in stack.entities() {
            for (_, record) in stack.names_of(entity).filter(|(_, record)| record.flags & SKIPPED == 0) {
                key.clear();
                push_search_key(record.text(), &mut key);
                if let Some(kinds) = listed.get_mut(key.as_str()) {
                    kinds.insert(stack.kind(stack.kind_of(entity)).to_lowercase());
                }
            }
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::stack;
    use super::*;

    #[test]
    fn ids_and_surfaces_are_covered_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gold.jsonl");
        let gold = concat!(
            r#"{"text":"PARIS Lutèce Londres Hilton","entities":["#,
            r#"{"start":0,"end":5,"type":"LOC","id":"Q90"},{"start":6,"end":12,"type":"LOC","id":"wikidata:Q90"},"#,
            r#"{"start":13,"end":20,"type":"LOC","id":"Q84"},{"start":21,"end":27,"type":"LOC"}]}"#,
            "\n",
            r#"{"text":"Paris Hilton","entities":[{"start":0,"end":5,"type":"PER","id":"Q47899"},"#,
            r#"{"start":6,"end":12,"type":"MISC"},{"start":0,"end":12,"type":"PER","ignore":true}]}"#,
            "\n",
        );
        std::fs::write(&path, gold).unwrap();
        let file = GoldFile::check(&path, &mut |problem| panic!("{problem}")).unwrap();
        let mut coverage = Coverage::default();
        coverage.add(&file).unwrap();
        // Paris is listed under no id, London under its id but not as `Londres`, Hilton as a person only.
        let coverage = coverage.against(&stack(&[
            "id,kind,name,wikidata\na:1,place,Paris,\na:2,place,London,Q84\na:3,person,Hilton,Q47899\n",
        ]));
        assert_eq!(coverage.documents, 2);
        let place = coverage.kinds["place"];
        let covered = |of, by_id, by_name| Covered { of, by_id, by_name };
        assert_eq!((place.ids, place.mentions), (covered(2, 1, 1), covered(3, 1, 2)));
        assert_eq!((place.surfaces, place.surface_mentions), (covered(4, 0, 1), covered(4, 0, 1)));
        let person = coverage.kinds["person"];
        assert_eq!((person.ids, person.surfaces), (covered(1, 1, 0), covered(1, 0, 0)));
        assert_eq!(coverage.kinds.len(), 2);
        assert_eq!(coverage.all().ids, covered(3, 2, 1));
    }
}
