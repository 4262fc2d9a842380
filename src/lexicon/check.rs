//! Whether a lexicon is whole: what `lint FILE.gaz` looks at besides the checksum.

use super::Lexicon;
use super::records::UNIT;

/// The most faults that are told.
const MOST: usize = 20;

impl Lexicon {
    /// Walks over every record and every list; what is wrong, in words.
    pub fn check(&self) -> Vec<String> {
        let mut faults = Faults(Vec::new());
        let (entities, names) = self.check_records(&mut faults);
        self.check_places(&entities, &names, &mut faults);
        faults.0
    }

    /// The places of all entities and of all names.
    fn check_records(&self, faults: &mut Faults) -> (Vec<u32>, Vec<u32>) {
        let records = self.records();
        let units = (records.bytes.len() / UNIT) as u32;
        let (mut entities, mut names) = (Vec::new(), Vec::new());
        let mut generated = 0;
        let mut at = 0;
        while at < units {
            match records.name_and_end(at) {
                Some((name, end)) => {
                    if entities.last() != Some(&name.entity) {
                        faults.add(at, "a name that is not behind its entity");
                    }
                    if std::str::from_utf8(name.text).is_err() {
                        faults.add(at, "a name that is not UTF-8");
                    }
                    if usize::from(name.lang) >= self.langs.len() {
                        faults.add(at, "a name with an unknown language");
                    }
                    if name.listed != at {
                        generated += 1;
                        if names.binary_search(&name.listed).is_err() {
                            faults.add(at, "a generated name without a listed one");
                        }
                    }
                    names.push(at);
                    at = end;
                }
                None => {
                    let entity = records.entity(at);
                    if !entity.sound {
                        faults.add(at, "an entity that cannot be read");
                    }
                    if usize::from(entity.kind) >= self.kinds.len() {
                        faults.add(at, "an entity of an unknown kind");
                    }
                    entities.push(at);
                    at = entity.names;
                }
            }
        }
        if at != units || !records.bytes.len().is_multiple_of(UNIT) {
            faults.add(units, "the records end in the middle of one");
        }
        if (entities.len() as u64, names.len() as u64 - generated) != (self.counts.entities, self.counts.names) {
            faults.add(units, "another number of entities or names than the head says");
        }
        (entities, names)
    }

    fn check_places(&self, entities: &[u32], names: &[u32], faults: &mut Faults) {
        let is_entity = |place: &u32| entities.binary_search(place).is_ok();
        let is_name = |place: &u32| names.binary_search(place).is_ok();
        let mut forms = self.forms.as_slice();
        while let Some((count, rest)) = forms.split_first() {
            let Some((list, rest)) = rest.split_at_checked(*count as usize) else {
                faults.add(*count, "a list of names that goes beyond its section");
                break;
            };
            if let Some(place) = list.iter().find(|place| !is_name(place)) {
                faults.add(*place, "a list with what is no name");
            }
            forms = rest;
        }
        if let Some(place) = self.joins.as_slice().iter().find(|place| !is_entity(place)) {
            faults.add(*place, "a row to be joined that is no entity");
        }
        if let Some(place) = self.ids.places().find(|place| !is_entity(place)) {
            faults.add(place, "an id of what is no entity");
        }
        for entity in entities {
            for id in self.entity(*entity).ids() {
                if !self.ids.probe(super::ids::hash_id(id)).any(|place| place == *entity) {
                    faults.add(*entity, "an id that does not lead to its entity");
                }
            }
        }
        let mut patterns = 0;
        for (_, mut of_pattern) in self.substrings.patterns() {
            patterns += 1;
            if let Some(place) = of_pattern.find(|place| !is_name(place)) {
                faults.add(place, "a pattern of what is no name");
            }
        }
        if patterns != self.substrings.len() {
            faults.add(patterns, "patterns that cannot be read");
        }
    }
}

struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, place: u32, what: &str) {
        if self.0.len() < MOST {
            self.0.push(format!("damaged: {what} (place {place})"));
        }
    }
}
