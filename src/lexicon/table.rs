//! The prefix table: every prefix (in words) of every name, in buckets of one cache line.

use bytemuck::{Pod, Zeroable};

use super::storage::{Array, Bytes};

/// The prefix is a whole name: the payload is a form.
pub(crate) const TERMINAL: u32 = 1 << 31;
/// Some name goes on behind the prefix.
pub(crate) const CHILDREN: u32 = 1 << 30;
/// Some name that begins like this may begin in lower case.
pub(crate) const LOWER: u32 = 1 << 29;
/// The form of a terminal prefix.
pub(crate) const FORM: u32 = LOWER - 1;

/// Eight slots: the tags first, so that one load compares them all. A payload of 0 is an empty slot.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Bucket {
    tags: [u32; 8],
    payloads: [u32; 8],
}

/// An open-addressed table from prefix hashes to payloads, and a filter of first words in front of it.
///
/// Tags are 32 of the hash's 64 bits: the table may answer for a prefix that it does not hold (the hit is then
/// verified against the name), but it never denies one that it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    buckets: Array<Bucket>,
    /// First words of all names.
    filter: Array<u64>,
    /// First words of the names that may begin in lower case. Most words of a text are in lower case, most names are
    /// not: this small filter keeps the former from the latter.
    lower: Array<u64>,
}

/// A table as one search sees it: its parts are looked up once a text, not once a word.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    buckets: &'a [Bucket],
    filter: &'a [u64],
    lower: &'a [u64],
}

impl Table {
    /// Builds from prefixes (hash, payload) and first words (hash, whether some name may begin with it in lower case),
    /// both distinct in the hash.
    pub fn build(prefixes: &[(u64, u32)], first_words: &[(u64, bool)]) -> Self {
        if prefixes.is_empty() {
            return Self::default();
        }
        // Load 0.6: measured best between misses and size.
        let count = (prefixes.len() * 5).div_ceil(3 * 8).max(1) + 1;
        let mut buckets = vec![Bucket::default(); count];
        for (hash, payload) in prefixes {
            let mut at = index(*hash, count);
            loop {
                if let Some(slot) = buckets[at].payloads.iter().position(|p| *p == 0) {
                    buckets[at].tags[slot] = tag(*hash);
                    buckets[at].payloads[slot] = *payload;
                    break;
                }
                at = if at + 1 == count { 0 } else { at + 1 };
            }
        }
        let filter = filter(first_words.iter().map(|f| f.0), first_words.len());
        let lower = || first_words.iter().filter(|f| f.1).map(|f| f.0);
        let lower = self::filter(lower(), lower().count());
        Self { buckets: Array::copy_of(&buckets), filter: Array::copy_of(&filter), lower: Array::copy_of(&lower) }
    }

    /// The parts of the table, to be searched.
    pub fn view(&self) -> View<'_> {
        View { buckets: self.buckets.as_slice(), filter: self.filter.as_slice(), lower: self.lower.as_slice() }
    }
}

impl View<'_> {
    /// Whether a word may begin a name, written in lower case or not; `false` is certain.
    #[inline]
    pub fn may_begin(&self, hash: u64, lower: bool) -> bool {
        let filter = if lower { self.lower } else { self.filter };
        if filter.is_empty() {
            return false;
        }
        let (word, bits) = filter_bits(hash, filter.len());
        filter[word] & bits == bits
    }

    /// Calls `each` with the payload of every slot whose tag fits the hash.
    #[inline]
    pub fn probe(&self, hash: u64, mut each: impl FnMut(u32)) {
        let count = self.buckets.len();
        let mut at = index(hash, count);
        let tag = tag(hash);
        // A table is never full, so an empty slot ends every search; the bound keeps damaged files from looping.
        for _ in 0..count {
            let bucket = &self.buckets[at];
            // Both masks without branches, which the compiler turns into two vector comparisons.
            let (mut equal, mut empty) = (0u32, 0u32);
            for slot in 0..8 {
                equal |= u32::from(bucket.tags[slot] == tag) << slot;
                empty |= u32::from(bucket.payloads[slot] == 0) << slot;
            }
            equal &= !empty;
            while equal != 0 {
                each(bucket.payloads[equal.trailing_zeros() as usize & 7]);
                equal &= equal - 1;
            }
            if empty != 0 {
                return;
            }
            at = if at + 1 == count { 0 } else { at + 1 };
        }
    }
}

#[inline]
fn index(hash: u64, count: usize) -> usize {
    ((u128::from(hash) * count as u128) >> 64) as usize
}

#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 1) as u32
}

/// A filter of two bits a word in 16 bits a word.
fn filter(hashes: impl Iterator<Item = u64>, count: usize) -> Vec<u64> {
    if count == 0 {
        return Vec::new();
    }
    let mut filter = vec![0u64; (count / 4).next_power_of_two().max(1)];
    for hash in hashes {
        let (word, bits) = filter_bits(hash, filter.len());
        filter[word] |= bits;
    }
    filter
}

/// One word of the filter and two bits in it.
#[inline]
fn filter_bits(hash: u64, words: usize) -> (usize, u64) {
    let word = (hash >> 13) as usize & (words - 1);
    (word, 1 << (hash >> 1 & 63) | 1 << (hash >> 7 & 63))
}

/// The sections that a table takes in a file.
impl Table {
    /// Names (at most eight letters) and bytes of the parts.
    pub fn sections(&self) -> [(&'static str, &Bytes); 3] {
        [("buckets", self.buckets.bytes()), ("filter", self.filter.bytes()), ("lower", self.lower.bytes())]
    }

    /// A table from the parts that [`Table::sections`] names.
    pub fn of_sections(mut part: impl FnMut(&'static str) -> Bytes) -> Self {
        Self {
            buckets: Array::of_bytes(part("buckets")),
            filter: Array::of_bytes(part("filter")),
            lower: Array::of_bytes(part("lower")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_found_again() {
        let mut state = 1u64;
        let mut prefixes: Vec<(u64, u32)> = (0..5000)
            .map(|i| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state & !1, TERMINAL | i)
            })
            .collect();
        prefixes.sort();
        let first: Vec<(u64, bool)> = prefixes.iter().map(|p| (p.0, p.1 % 10 == 0)).collect();
        let table = Table::build(&prefixes, &first);
        let table = table.view();
        for (hash, payload) in &prefixes {
            assert!(table.may_begin(*hash, false));
            assert!(payload % 10 != 0 || table.may_begin(*hash, true));
            let mut found = Vec::new();
            table.probe(*hash, |p| found.push(p));
            assert!(found.contains(payload));
        }
        let strange = |i: &u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) << 1;
        let strangers = (0..5000u64).filter(|i| table.may_begin(strange(i), false)).count();
        assert!(strangers < 1500, "the filter lets {strangers} of 5000 strangers through");
    }
}
