//! Which entity an id means: an open-addressed table of places, four bytes an entry.

use super::storage::{Array, Bytes};

/// Bits of an entry that hold the place of the entity plus one; the others hold bits of the hash, so that most strange
/// entries are passed over without a look at their entity.
const PLACE_BITS: u32 = 29;
const PLACE: u32 = (1 << PLACE_BITS) - 1;
/// The most units that places may need.
pub(crate) const MAX_UNITS: usize = PLACE as usize;

/// The hash of an id. The format fixes it: it lies in files.
pub(crate) fn hash_id(id: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.as_bytes())
}

/// All ids of all entities of a lexicon. An id that several rows have is there for each of them, in their order.
///
/// The first value is the longest way from where an id should stand to where it stands; no search goes further.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    entries: Array<u32>,
}

impl Ids {
    /// Builds from hashes and places, sorted and distinct.
    pub fn build(ids: &[(u64, u32)]) -> Self {
        if ids.is_empty() {
            return Self::default();
        }
        // Load 0.75: with the bits of the hash, a strange id is told from the others at a tenth of a look.
        let count = (ids.len() * 4).div_ceil(3);
        let mut entries = vec![0u32; count + 1];
        let mut longest = 0;
        for (hash, place) in ids {
            let home = home(*hash, count);
            let mut way = 0;
            while entries[1 + (home + way) % count] != 0 {
                way += 1;
            }
            entries[1 + (home + way) % count] = entry(*hash, *place);
            longest = longest.max(way);
        }
        entries[0] = longest as u32;
        Self { entries: Array::copy_of(&entries) }
    }

    /// From the bytes of a section.
    pub fn of_bytes(bytes: Bytes) -> Self {
        Self { entries: Array::of_bytes(bytes) }
    }

    /// The bytes of the section.
    pub fn bytes(&self) -> &Bytes {
        self.entries.bytes()
    }

    /// The places of all entries.
    pub fn places(&self) -> impl Iterator<Item = u32> {
        self.entries.as_slice().iter().skip(1).filter_map(|entry| (entry & PLACE).checked_sub(1))
    }

    /// The places of rows that may have an id.
    pub fn probe(&self, hash: u64) -> impl Iterator<Item = u32> {
        let (longest, entries) = self.entries.as_slice().split_first().unwrap_or((&0, &[]));
        let count = entries.len();
        let home = if count == 0 { 0 } else { home(hash, count) };
        let ways = (*longest as usize + 1).min(count);
        (0..ways)
            .map(move |way| entries[if home + way < count { home + way } else { home + way - count }])
            .take_while(|entry| *entry != 0)
            .filter(move |entry| entry >> PLACE_BITS == tag(hash))
            .filter_map(|entry| (entry & PLACE).checked_sub(1))
    }
}

fn home(hash: u64, count: usize) -> usize {
    ((u128::from(hash) * count as u128) >> 64) as usize
}

fn tag(hash: u64) -> u32 {
    hash as u32 & 7
}

fn entry(hash: u64, place: u32) -> u32 {
    tag(hash) << PLACE_BITS | (place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_and_strangers_are_not() {
        let mut ids: Vec<(u64, u32)> = (0..5000u32).map(|i| (hash_id(&format!("a:{}", i / 2)), i)).collect();
        ids.sort_unstable();
        let table = Ids::build(&ids);
        for i in 0..2500u32 {
            let found: Vec<u32> = table.probe(hash_id(&format!("a:{i}"))).collect();
            let own: Vec<u32> = found.iter().copied().filter(|place| place / 2 == i).collect();
            assert_eq!(own, [2 * i, 2 * i + 1], "in the order of rows");
        }
        let looks: usize = (0..1000).map(|i| table.probe(hash_id(&format!("b:{i}"))).count()).sum();
        assert!(looks < 1500, "{looks} looks at strange entities for 1000 ids");
        assert_eq!(Ids::default().probe(1).count(), 0);
    }

    #[test]
    fn a_damaged_table_ends() {
        let table = Ids::of_bytes(Bytes::copy_of(&[0xFF; 4000]));
        assert!(table.probe(0x77).count() <= 1000);
        assert_eq!(Ids::of_bytes(Bytes::copy_of(&[1; 3])).probe(0).count(), 0);
    }

    /// Files depend on it.
    #[test]
    fn the_hash_never_changes() {
        assert_eq!(hash_id("wikidata:Q84"), 5_995_054_228_810_354_073);
    }
}
