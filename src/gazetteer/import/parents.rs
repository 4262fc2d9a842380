//! Parents that are ids: those that are not imported are left out, and nothing may be above itself.

use hashbrown::{HashMap, HashSet};

use super::record::Record;

/// Which entities there are and which is above which, as hashes: of millions of entities too.
#[derive(Default)]
pub(super) struct Parents {
    known: HashSet<u64>,
    above: HashMap<u64, u64>,
    /// Entities whose parent is cut off.
    cut: HashSet<u64>,
}

impl Parents {
    pub(super) fn add(&mut self, record: &Record) {
        let own = hash(&record.id);
        self.known.insert(own);
        if !record.parent.is_empty() {
            self.above.insert(own, hash(&record.parent));
        }
    }

    /// Cuts one link of every cycle: that of the entity with the smallest hash, so that the order of reading does not
    /// matter.
    pub(super) fn cut_cycles(&mut self) -> u64 {
        let mut done: HashSet<u64> = HashSet::new();
        for &start in self.above.keys() {
            let mut path: Vec<u64> = Vec::new();
            let mut on_path: HashSet<u64> = HashSet::new();
            let mut at = start;
            while !done.contains(&at) {
                if !on_path.insert(at) {
                    let from = path.iter().position(|id| *id == at).unwrap_or(0);
                    self.cut.extend(path[from..].iter().min());
                    break;
                }
                path.push(at);
                let Some(above) = self.above.get(&at) else { break };
                at = *above;
            }
            done.extend(path);
        }
        self.cut.len() as u64
    }

    /// Whether an entity keeps its parent.
    pub(super) fn has(&self, record: &Record) -> bool {
        self.known.contains(&hash(&record.parent)) && !self.cut.contains(&hash(&record.id))
    }
}

fn hash(id: &str) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::with_seed(7).hash_one(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: u32, parent: u32) -> Record {
        let parent = if parent == 0 { String::new() } else { format!("x:{parent}") };
        Record { parent, ..Record::new(format!("x:{id}"), "theme") }
    }

    /// Which of the entities 1, 2 … keep their parents.
    fn kept(above: &[u32]) -> (u64, Vec<bool>) {
        let records: Vec<Record> = (1..).zip(above).map(|(id, parent)| record(id, *parent)).collect();
        let mut parents = Parents::default();
        records.iter().for_each(|record| parents.add(record));
        let cut = parents.cut_cycles();
        (cut, records.iter().map(|record| parents.has(record)).collect())
    }

    #[test]
    fn chains_stay_and_cycles_lose_one_link() {
        assert_eq!(kept(&[0, 1, 2, 2]), (0, vec![false, true, true, true]));
        assert_eq!(kept(&[9, 1]), (0, vec![false, true]));
        assert_eq!(kept(&[1]), (1, vec![false]));
        for above in [vec![2, 1], vec![2, 3, 1, 1, 4], vec![2, 3, 4, 5, 6, 1]] {
            let (cut, kept) = kept(&above);
            assert_eq!((cut, kept.iter().filter(|kept| !**kept).count()), (1, 1), "{above:?}");
        }
        assert_eq!(kept(&[2, 1, 4, 3]).0, 2);
    }
}
