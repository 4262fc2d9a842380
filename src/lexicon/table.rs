//! The prefix table: prefixes (in words) of names, in buckets of one cache line, with filters in front.
//!
//! A name of one word has the slot of that word. A name of several words has slots from its second word on, down to
//! where no other name goes on: `Boston Globe Media Partners` is found at `Boston Globe Media` if no other name begins
//! so, and the rest of it is compared with the text. Which first words are worth a look is the filters' affair.

use bytemuck::{Pod, Zeroable};

use super::storage::{Array, Bytes};
use crate::text::words::{Gate, first_prefix, next_prefix};

/// The prefix leads to one form only (or is a whole name): the payload is a form.
pub(crate) const TERMINAL: u32 = 1 << 31;
/// Some name goes on behind the prefix.
pub(crate) const CHILDREN: u32 = 1 << 30;
/// Some name that begins like this may begin in lower case.
pub(crate) const LOWER: u32 = 1 << 29;
/// The form of a terminal prefix.
pub(crate) const FORM: u32 = LOWER - 1;

/// The most buckets that a search goes through. A sound table needs a handful; a damaged one must not look endless.
const MOST_BUCKETS: usize = 1 << 12;

/// Lexicons with fewer forms get larger filters.
const SMALL: usize = 200_000;

/// Slots of a bucket.
const SLOTS: usize = 10;

/// Ten slots of one cache line. A payload of 0 is an empty slot.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Bucket {
    payloads: [u32; SLOTS],
    tags: [u16; SLOTS],
    /// Not 0 if a slot that belongs here, or passed by, had to go to the next bucket.
    overflow: u32,
}

/// An open-addressed table from prefix hashes to payloads, and the filters in front of it.
///
/// Tags are 16 of the hash's 64 bits: the table may answer for a prefix that it does not hold (the hit is then verified
/// against the name), but it never denies one that it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    buckets: Array<Bucket>,
    /// First words of all names, by [`Follower`]: one number says whether the word may be a name, whether it may begin a
    /// longer one, and with which letters the second word of that may begin.
    first: Array<u64>,
    /// First words of the names that may begin in lower case. Most words of a text are in lower case, most names are
    /// not: this small filter keeps the former from the latter.
    lower: Array<u64>,
    /// The first two words of longer names.
    pairs: Array<u64>,
    /// Those of names that may begin in lower case.
    lower_pairs: Array<u64>,
    /// The [`Gate`] of the names.
    gate: Bytes,
}

/// A table as one search sees it: its parts are looked up once a text, not once a word.
#[derive(Clone, Copy, Default)]
pub(crate) struct View<'a> {
    buckets: &'a [Bucket],
    first: Filter<'a>,
    lower: Filter<'a>,
    pairs: Filter<'a>,
    lower_pairs: Filter<'a>,
}

/// What is asked of a first word: whether it is a name, or what may follow it in a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Follower(u8);

impl Follower {
    /// Nothing: the word is the name.
    const NONE: Self = Self(0);
    /// Any word.
    pub const ANY: Self = Self(1);

    /// A word by its first byte: those above ASCII stand for too many letters to tell them apart.
    #[inline]
    pub fn of_byte(byte: u8) -> Self {
        if byte < 0x80 { Self(byte) } else { Self::ANY }
    }
}

/// What may follow a first word, as the names tell when they are compiled: [`Second::NONE`], or the first letter of the
/// second word and whether it may be small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Second(u8);

impl Second {
    const LOWER: u8 = 0x80;

    /// Of the first letter of the second word's search key.
    pub fn of(letter: char, lower: bool) -> Self {
        let letter = if letter.is_ascii() { letter as u8 } else { 1 };
        Self(letter | if lower { Self::LOWER } else { 0 })
    }

    /// With which words it may be followed in a text, besides [`Follower::ANY`].
    fn followers(self) -> impl Iterator<Item = Follower> {
        let letter = self.0 & !Self::LOWER;
        // The key of `_` is DEL.
        let byte = if letter == 0x7F { b'_' } else { letter };
        let small = self.0 & Self::LOWER != 0 && byte.is_ascii_lowercase();
        let both = [Some(byte.to_ascii_uppercase()), small.then_some(byte)];
        both.into_iter().flatten().filter(|byte| *byte > 1).map(Follower)
    }
}

/// Forms (names that share all words) from which a table is built.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    /// Hashes of the words of all forms, one form after the other.
    words: Vec<u64>,
    /// By the place of a form's first word in `words`, one place on: what may follow it.
    seconds: Vec<Second>,
    forms: Vec<Form>,
}

#[derive(Clone, Copy, Debug)]
struct Form {
    start: usize,
    payload: u32,
    len: u8,
}

impl Forms {
    /// Room for so many forms over the hashes of words and, beside them, what may follow the first word of a form (at the
    /// place of its second).
    pub fn with_capacity(forms: usize, words: Vec<u64>, seconds: Vec<Second>) -> Self {
        Self { words, seconds, forms: Vec::with_capacity(forms) }
    }

    /// Notes that some other name of a form lets its second word be small where this one does not.
    pub fn join_second(&mut self, start: usize, other: Second) {
        if let Some(second) = self.seconds.get_mut(start + 1) {
            second.0 |= other.0 & Second::LOWER;
        }
    }

    /// What may follow the first word of the form at a place.
    pub fn second(&self, start: usize) -> Option<Second> {
        self.seconds.get(start + 1).copied()
    }

    /// Adds a form: where its words begin, how many they are, whether it may begin in lower case, its payload (below
    /// [`FORM`]). A form without words is left out.
    pub fn push(&mut self, start: usize, words: usize, lower: bool, payload: u32) {
        if words > 0 {
            let len = words.min(usize::from(u8::MAX)) as u8;
            self.forms.push(Form { start, payload: payload | if lower { LOWER } else { 0 }, len });
        }
    }

    fn word(&self, form: u32, depth: usize) -> u64 {
        self.words[self.forms[form as usize].start + depth]
    }

    /// Slots of the names of several words: hash, payload.
    fn slots(&self, mut level: Vec<(u64, u32)>, slots: &mut Vec<(u64, u32)>) {
        let mut depth = 2;
        while !level.is_empty() {
            level.sort_unstable();
            let mut next = Vec::new();
            for group in level.chunk_by(|a, b| a.0 == b.0) {
                let payload = |form: u32| self.forms[form as usize].payload;
                if let [(hash, form)] = group {
                    slots.push((*hash, TERMINAL | payload(*form)));
                    continue;
                }
                let mut branch = 0;
                for (hash, form) in group {
                    if usize::from(self.forms[*form as usize].len) == depth {
                        slots.push((*hash, TERMINAL | payload(*form)));
                    } else {
                        branch |= CHILDREN | payload(*form) & LOWER;
                        next.push((next_prefix(*hash, self.word(*form, depth)), *form));
                    }
                }
                if branch != 0 {
                    slots.push((group[0].0, branch));
                }
            }
            level = next;
            depth += 1;
        }
    }

    /// Builds the table.
    pub fn build(self, gate: &Gate) -> Table {
        let gate = Bytes::copy_of(&gate.to_bytes());
        if self.forms.is_empty() {
            return Table { gate, ..Table::default() };
        }
        let mut first: Vec<(u64, Follower)> = Vec::with_capacity(self.forms.len() * 3 / 2);
        let (mut lower, mut pairs) = (Vec::new(), Vec::new());
        let mut slots = Vec::with_capacity(self.forms.len() + self.forms.len() / 16);
        for (index, form) in self.forms.iter().enumerate() {
            let hash = first_prefix(self.words[form.start]);
            let mut begin = |follower| {
                first.push((hash, follower));
                if form.payload & LOWER != 0 {
                    lower.push((hash, follower));
                }
            };
            if form.len == 1 {
                begin(Follower::NONE);
            } else {
                begin(Follower::ANY);
                self.second(form.start).into_iter().flat_map(Second::followers).for_each(begin);
            }
            if form.len == 1 {
                slots.push((hash, TERMINAL | form.payload));
            } else {
                pairs.push((next_prefix(hash, self.words[form.start + 1]), index as u32));
            }
        }
        let build = |hashes: &mut Vec<u64>, bits| {
            hashes.sort_unstable();
            hashes.dedup();
            filter(hashes, bits)
        };
        // Small filters can afford more bits: a frequent word that is let through in error costs at every place.
        let first = first_filter(first, if self.forms.len() < SMALL { 20 } else { 10 });
        let lower = first_filter(lower, 32);
        let mut two: Vec<u64> = pairs.iter().map(|p| p.0 & !1).collect();
        let two = build(&mut two, 12);
        let lower_two = pairs.iter().filter(|p| self.forms[p.1 as usize].payload & LOWER != 0);
        let lower_two = build(&mut lower_two.map(|p| p.0 & !1).collect(), 16);
        self.slots(pairs, &mut slots);
        drop(self);
        // In the order of the buckets.
        slots.sort_unstable();
        Table { buckets: place(&slots), first, lower, pairs: two, lower_pairs: lower_two, gate }
    }
}

/// Puts slots into buckets, at a load of 0.7: measured best between misses and size.
fn place(slots: &[(u64, u32)]) -> Array<Bucket> {
    let count = (slots.len() * 10).div_ceil(7 * SLOTS) + 1;
    let mut buckets = vec![Bucket::default(); count];
    for (hash, payload) in slots {
        let mut at = index(*hash, count);
        loop {
            let bucket = &mut buckets[at];
            if let Some(slot) = bucket.payloads.iter().position(|p| *p == 0) {
                bucket.tags[slot] = tag(*hash);
                bucket.payloads[slot] = *payload;
                break;
            }
            bucket.overflow = 1;
            at = if at + 1 == count { 0 } else { at + 1 };
        }
    }
    Array::copy_of(&buckets)
}

impl Table {
    /// The parts of the table, to be searched.
    pub fn view(&self) -> View<'_> {
        View {
            buckets: self.buckets.as_slice(),
            first: Filter { words: self.first.as_slice() },
            lower: Filter { words: self.lower.as_slice() },
            pairs: Filter { words: self.pairs.as_slice() },
            lower_pairs: Filter { words: self.lower_pairs.as_slice() },
        }
    }

    /// Which words may begin a name.
    pub fn gate(&self) -> Gate {
        Gate::of_bytes(self.gate.as_slice())
    }

    /// Names (at most eight letters) and bytes of the parts, as a file has them.
    pub fn sections(&self) -> [(&'static str, &Bytes); 6] {
        [
            ("buckets", self.buckets.bytes()),
            ("first", self.first.bytes()),
            ("lower", self.lower.bytes()),
            ("pairs", self.pairs.bytes()),
            ("lowpairs", self.lower_pairs.bytes()),
            ("gate", &self.gate),
        ]
    }

    /// A table from the parts that [`Table::sections`] names.
    pub fn of_sections(mut part: impl FnMut(&'static str) -> Bytes) -> Self {
        Self {
            buckets: Array::of_bytes(part("buckets")),
            first: Array::of_bytes(part("first")),
            lower: Array::of_bytes(part("lower")),
            pairs: Array::of_bytes(part("pairs")),
            lower_pairs: Array::of_bytes(part("lowpairs")),
            gate: part("gate"),
        }
    }
}

/// What a word may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Begins {
    /// It may be a name.
    pub single: bool,
    /// It may begin a longer name.
    pub longer: bool,
    /// It may begin one with the word that follows.
    pub pair: bool,
}

impl View<'_> {
    /// What a word may begin; `false` is certain. `in_case`: it is written with a capital, or case does not matter.
    #[inline]
    pub fn may_begin(&self, word: u64, follower: Follower, in_case: bool) -> Begins {
        // No branch: capitals come as they like.
        let words = [self.lower.words, self.first.words][usize::from(in_case)];
        if words.is_empty() {
            return Begins::default();
        }
        let word_of_filter = words[filter_place(word, words.len())];
        let holds = |follower| {
            let bits = follower_bits(word, follower);
            word_of_filter & bits == bits
        };
        let longer = holds(Follower::ANY);
        Begins { single: holds(Follower::NONE), longer, pair: longer && holds(follower) }
    }

    /// Whether two words may begin a name of more than one word (the hash of their prefix); `false` is certain.
    #[inline]
    pub fn may_be_pair(&self, prefix: u64) -> bool {
        self.pairs.may_hold(prefix & !1)
    }

    /// [`View::may_be_pair`] for a name that begins in lower case: few do, so these are asked for at once.
    #[inline]
    pub fn may_be_lower_pair(&self, prefix: u64) -> bool {
        self.lower_pairs.may_hold(prefix & !1)
    }

    /// Brings what [`Table::may_begin`] looks at into the cache.
    #[inline]
    pub fn prefetch_first(&self, word: u64) {
        self.first.prefetch(word);
    }

    /// Brings what [`Table::may_be_pair`] looks at into the cache.
    #[inline]
    pub fn prefetch_pair(&self, prefix: u64) {
        self.pairs.prefetch(prefix);
    }

    /// Brings the bucket of a prefix into the cache, for a look at it some time later.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if !self.buckets.is_empty() {
            crate::text::prefetch(&self.buckets[index(hash, self.buckets.len())]);
        }
    }

    /// Calls `each` with the payload of every slot whose tag fits the hash.
    #[inline]
    pub fn probe(&self, hash: u64, mut each: impl FnMut(u32)) {
        let count = self.buckets.len();
        let mut at = index(hash, count);
        let tag = tag(hash);
        // Some bucket did not overflow, which ends every search; the bound keeps damaged files from looping.
        for _ in 0..count.min(MOST_BUCKETS) {
            let bucket = &self.buckets[at];
            let mut equal = 0u32;
            for slot in 0..SLOTS {
                equal |= u32::from(bucket.tags[slot] == tag) << slot;
            }
            while equal != 0 {
                let payload = bucket.payloads[equal.trailing_zeros() as usize % SLOTS];
                if payload != 0 {
                    each(payload);
                }
                equal &= equal - 1;
            }
            if bucket.overflow == 0 {
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
fn tag(hash: u64) -> u16 {
    (hash >> 2) as u16
}

/// Fills a [`Filter`] with distinct hashes, so many bits for each.
fn filter(hashes: &[u64], bits: usize) -> Array<u64> {
    if hashes.is_empty() {
        return Array::default();
    }
    let mut words = vec![0u64; (hashes.len() * bits).div_ceil(64)];
    for hash in hashes {
        let (word, bits) = filter_bits(*hash, words.len());
        words[word] |= bits;
    }
    Array::copy_of(&words)
}

/// A filter that may only reject: three bits of one number for each hash.
#[derive(Clone, Copy, Default)]
struct Filter<'a> {
    words: &'a [u64],
}

impl Filter<'_> {
    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let (word, bits) = filter_bits(hash, self.words.len());
        self.words[word] & bits == bits
    }

    #[inline]
    fn prefetch(&self, hash: u64) {
        if let Some(word) = self.words.get(filter_place(hash, self.words.len())) {
            crate::text::prefetch(word);
        }
    }
}

/// The number of a filter that tells of a hash. It comes from other bits than the bucket, so that hashes that share a
/// bucket do not share a number.
#[inline]
fn filter_place(hash: u64, words: usize) -> usize {
    (((hash >> 24 & 0xFFFF_FFFF) * words as u64) >> 32) as usize
}

/// One number of the filter and three bits in it.
#[inline]
fn filter_bits(hash: u64, words: usize) -> (usize, u64) {
    (filter_place(hash, words), three_bits(hash >> 2))
}

#[inline]
fn three_bits(hash: u64) -> u64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63)
}

/// The bits of a first word for what may follow it.
#[inline]
fn follower_bits(hash: u64, Follower(byte): Follower) -> u64 {
    three_bits((hash >> 2 ^ u64::from(byte) << 16).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 46)
}

/// Fills the filter of first words, so many bits for each word and what may follow it.
fn first_filter(mut words: Vec<(u64, Follower)>, bits: usize) -> Array<u64> {
    words.sort_unstable_by_key(|(hash, follower)| (*hash, follower.0));
    words.dedup();
    if words.is_empty() {
        return Array::default();
    }
    let mut filter = vec![0u64; (words.len() * bits).div_ceil(64)];
    let len = filter.len();
    for (hash, follower) in words {
        filter[filter_place(hash, len)] |= follower_bits(hash, follower);
    }
    Array::copy_of(&filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_again() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            crate::text::words::next_prefix(state, 1) & !3
        };
        let vocabulary: Vec<u64> = (0..200).map(|_| random()).collect();
        let mut forms = Forms::default();
        let mut hashes = Vec::new();
        let mut all: Vec<(Vec<u64>, bool)> = Vec::new();
        for i in 0..5000 {
            let words: Vec<u64> =
                (0..1 + random() / 4 % 4).map(|_| vocabulary[(random() / 4 % 200) as usize]).collect();
            if all.iter().all(|(other, _)| *other != words) {
                forms.push(hashes.len(), words.len(), i % 10 == 0, all.len() as u32 + 1);
                hashes.extend(&words);
                all.push((words, i % 10 == 0));
            }
        }
        forms.seconds = vec![Second::of('b', false); hashes.len()];
        forms.words = hashes;
        let table = forms.build(&Gate::default());
        let table = table.view();
        for (number, (words, lower)) in all.iter().enumerate() {
            let payload = TERMINAL | (number as u32 + 1);
            let mut prefix = first_prefix(words[0]);
            for in_case in [true, !lower] {
                for follower in [Follower::ANY, Follower::of_byte(0xC4), Follower::of_byte(b'B')] {
                    let begins = table.may_begin(prefix, follower, in_case);
                    assert!(if words.len() == 1 { begins.single } else { begins.longer && begins.pair });
                }
            }
            let mut found = false;
            let mut probe = |prefix| {
                let mut children = false;
                table.probe(prefix, |p| {
                    found |= p & !LOWER & !CHILDREN == payload;
                    children |= p & CHILDREN != 0 && (!lower || p & LOWER != 0);
                });
                children
            };
            if words.len() == 1 {
                probe(prefix);
            } else {
                prefix = next_prefix(prefix, words[1]);
                assert!(table.may_be_pair(prefix) && (!lower || table.may_be_lower_pair(prefix)));
                let mut next = 2;
                while probe(prefix) && next < words.len() {
                    prefix = next_prefix(prefix, words[next]);
                    next += 1;
                }
            }
            assert!(found, "form {number} of {} words", words.len());
        }
        let strangers = (0..5000).filter(|_| table.may_be_pair(random())).count();
        assert!(strangers < 250, "the filter lets {strangers} of 5000 strangers through");
    }
}
