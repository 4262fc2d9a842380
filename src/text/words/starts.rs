//! Words that may begin a name, found without hashing the others.
//!
//! Of the words of a text few begin a name: most are in lower case and most names are not. Three tests reject the others,
//! from the cheapest on: the set of first bytes (in the vector pass), a filter of whole ASCII words, and a memory of
//! words that were seen to begin nothing. The loop over them has no branch that depends on the text.

use super::super::masks::{Places, Work, fast, pass_vectors};
use super::{
    ASCII_FOLD, Beginnings, HIGHS, K0, K1, Masks, Memory, Word, fold_sixteen, hash_long, hash_sixteen, sixteen,
};

/// Words in lower case that may begin a name, of all lexicons of a stack together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    /// First two bytes of words that may begin a name.
    first: Beginnings,
    /// A bit for the first eight bytes of each word that may begin a name, where they are ASCII (a word with others is
    /// always let through): in the first half for names that may begin in lower case, in the second for all.
    ascii: Box<[u64; 2 * GATE_WORDS]>,
    /// Whether few words of a text can begin a name, so that these are looked for and the others not even hashed.
    sparse: bool,
}

/// Numbers in each half of the filter of a [`Gate`]: 8 KiB, which stay in the fastest cache.
pub(crate) const GATE_WORDS: usize = 1024;

impl Default for Gate {
    fn default() -> Self {
        Self { first: Beginnings::NONE, ascii: Box::new([0; 2 * GATE_WORDS]), sparse: false }
    }
}

pub(crate) const PLACE_FACTOR: u64 = K1;
pub(crate) const BIT_SHIFT: u32 = 64 - GATE_WORDS.trailing_zeros() - 6;
pub(crate) const SLOT_SHIFT: u32 = BIT_SHIFT - KNOWN_BITS;

/// Places in the filter of a [`Gate`] and in the memory of known words, for the first eight bytes of a folded word.
#[inline(always)]
fn places_of(folded: u64) -> (usize, usize) {
    let product = folded.wrapping_mul(PLACE_FACTOR);
    let bit = product >> BIT_SHIFT;
    let slot = product >> SLOT_SHIFT & ((1 << KNOWN_BITS) - 1);
    (bit as usize, slot as usize)
}

impl Gate {
    /// Adds the search key of a first word, and whether it may be written in lower case.
    ///
    /// A key that is no text of one word is of no harm: the gate may only let through more than it must.
    pub fn insert(&mut self, key: &str, lower: bool) {
        let bytes = key.as_bytes();
        let Some(first) = bytes.first() else { return };
        // Capitals, digits, and all first letters that may be written with a mark or in a compatible form.
        self.first.insert_others();
        if lower && first.is_ascii_lowercase() {
            self.first.insert_letters(*first, bytes.get(1).copied());
        }
        let eight = &bytes[..bytes.len().min(8)];
        if eight.is_ascii() {
            let (bit, _) = places_of(super::eight(eight));
            self.ascii[bit / 64] |= u64::from(lower) << (bit % 64);
            self.ascii[bit / 64 + GATE_WORDS] |= 1 << (bit % 64);
        }
    }
}

impl Gate {
    /// Adds what another gate lets through.
    pub fn join(&mut self, other: &Self) {
        self.first.join(&other.first);
        self.ascii.iter_mut().zip(other.ascii.iter()).for_each(|(bits, more)| *bits |= more);
        self.sparse &= other.sparse;
    }

    /// Whether few words of a text can begin a name.
    pub fn is_sparse(&self) -> bool {
        self.sparse
    }

    /// Says whether few words of a text can begin a name.
    pub fn set_sparse(&mut self, sparse: bool) {
        self.sparse = sparse;
    }

    /// The gate as a section of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.first.to_bytes().to_vec();
        bytes.extend(self.ascii.iter().flat_map(|word| word.to_le_bytes()));
        bytes.push(u8::from(self.sparse));
        bytes
    }

    /// The gate that [`Gate::to_bytes`] wrote; one that lets everything through if the bytes are damaged.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let read = || {
            let (first, rest) = bytes.split_first_chunk::<64>()?;
            let (ascii, sparse) = rest.split_at_checked(2 * GATE_WORDS * 8)?;
            let mut gate =
                Self { first: Beginnings::from_bytes(first), sparse: *sparse.first()? != 0, ..Self::default() };
            for (word, eight) in gate.ascii.iter_mut().zip(ascii.as_chunks::<8>().0) {
                *word = u64::from_le_bytes(*eight);
            }
            Some(gate)
        };
        read().unwrap_or_else(|| Self {
            first: Beginnings::ALL,
            ascii: Box::new([u64::MAX; 2 * GATE_WORDS]),
            sparse: false,
        })
    }

    /// First bytes of words that may begin a name.
    pub fn first(&self) -> &Beginnings {
        &self.first
    }
}

/// How many words of at most eight bytes are remembered to begin nothing: 128 KiB of them.
pub(crate) const KNOWN_BITS: u32 = 14;

/// How many words of at most 16 bytes are.
const KNOWN_LONG_BITS: u32 = 12;

/// How many places of a block are written at a time, whether there are so many or not.
pub(crate) const AHEAD: usize = 8;

/// Words that passed the gate, in parts of which a vector holds several.
#[derive(Default)]
pub(crate) struct Passed {
    /// The first eight bytes, folded as if they were ASCII.
    pub folded: Vec<u64>,
    pub starts: Vec<u32>,
    /// Lengths in bytes (from [`LONG`] on, any), and [`CAPITAL`].
    pub lens: Vec<u32>,
}

/// What a closer look at a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It may begin a name here.
    Keep,
    /// It begins no name here, before this next word.
    NotHere,
    /// It begins no name anywhere.
    Nothing,
}

/// Bit of [`Passed::lens`]: the word begins with an ASCII capital.
pub(crate) const CAPITAL: u32 = 1 << 31;

/// From this length on, lengths of [`Passed`] only say that the word is at least as long.
pub(crate) const LONG: usize = 56;

impl Passed {
    fn make_room(&mut self, room: usize) {
        if self.starts.len() < room {
            self.folded.resize(room, 0);
            self.starts.resize(room, 0);
            self.lens.resize(room, 0);
        }
    }

    #[inline(always)]
    fn set(&mut self, index: usize, folded: u64, start: u32, len: u32) {
        self.folded[index] = folded;
        self.starts[index] = start;
        self.lens[index] = len;
    }
}

/// Finds the words that may begin a name.
pub(super) struct Starts {
    /// Raw bytes of words that begin no name of the stack searched last.
    known: Box<[u64; 1 << KNOWN_BITS]>,
    known_long: Box<[[u64; 2]; 1 << KNOWN_LONG_BITS]>,
    /// The stack that `known` is about.
    stack: u64,
    /// Words that may begin a name, by their first two bytes.
    places: Vec<u32>,
    /// ASCII words of at most eight bytes that passed the gate. They stand apart from the others so that the loops over both
    /// hold no surprises for the processor.
    plain: Passed,
    /// All other words that passed.
    others: Passed,
}

impl Default for Starts {
    fn default() -> Self {
        Self {
            known: Box::new([0; 1 << KNOWN_BITS]),
            known_long: Box::new([[0; 2]; 1 << KNOWN_LONG_BITS]),
            stack: 0,
            places: Vec::new(),
            plain: Passed::default(),
            others: Passed::default(),
        }
    }
}

#[inline(always)]
fn long_slot([low, high]: [u64; 2]) -> usize {
    ((low ^ high.rotate_left(23)).wrapping_mul(K0) >> (64 - KNOWN_LONG_BITS)) as usize
}

impl Starts {
    /// Forgets what other stacks taught.
    pub fn of_stack(&mut self, stack: u64) {
        if self.stack != stack {
            self.stack = stack;
            self.known.fill(0);
            self.known_long.fill([0; 2]);
        }
    }

    /// Fills `plain` and `others` with the words that the masks have as possible starts and the gate lets through; how many
    /// of each.
    #[inline(always)]
    fn pass(&mut self, bytes: &[u8], masks: &Masks, gate: &Gate) -> (usize, usize) {
        let firsts = masks.firsts();
        let most: u32 = firsts.iter().map(|bits| bits.count_ones()).sum();
        // Room for what is written ahead of its turn.
        let room = most as usize + AHEAD;
        if self.places.len() < room {
            self.places.resize(room.next_power_of_two(), 0);
        }
        self.plain.make_room(room);
        self.others.make_room(room);
        // All places first, so that the loop over them does not stumble at the end of every block.
        let mut places = &mut self.places[..];
        for (block, bits) in firsts.iter().enumerate() {
            let count = bits.count_ones() as usize;
            let mut bits = *bits;
            let mut done = 0;
            while done < count {
                for place in &mut places[done..done + AHEAD] {
                    *place = (block * 64) as u32 + bits.trailing_zeros();
                    bits &= bits.wrapping_sub(1);
                }
                done += AHEAD;
            }
            places = &mut places[count..];
        }
        let (known, gate) = (&*self.known, &*gate.ascii);
        let (plain, others) = (&mut self.plain, &mut self.others);
        let places = &self.places[..most as usize];
        let places_in = Places { text: bytes, words: masks.words(), places };
        // What vectors leave over is done one by one.
        let (done, mut count) = pass_vectors(masks.level(), &places_in, gate, known, plain, others);
        for at in &places[done..] {
            let at = *at as usize;
            let len = masks.from(at).trailing_ones() as usize;
            let mask = LOW_EIGHT[len.min(8)];
            let raw = match bytes.get(at..at + 8) {
                Some(chunk) => u64::from_le_bytes(chunk.try_into().unwrap_or_default()),
                None => super::eight(&bytes[at..]),
            } & mask;
            let folded = raw | ASCII_FOLD & mask;
            let (bit, slot) = places_of(folded);
            let capital = (raw as u8).wrapping_sub(b'A') < 26;
            let let_through = gate[bit / 64 + usize::from(capital) * GATE_WORDS] >> (bit % 64) & 1 != 0;
            let (ascii, short) = (raw & HIGHS == 0, len <= 8);
            let known = (known[slot] == raw) & short;
            let passes = (let_through | !ascii) & !known;
            let len = len as u32 | if capital { CAPITAL } else { 0 };
            plain.set(count.0, folded, at as u32, len);
            others.set(count.1, folded, at as u32, len);
            count.0 += usize::from(passes & ascii & short);
            count.1 += usize::from(passes & !(ascii & short));
        }
        count
    }

    /// Hands the words to `each` that the gate lets through and that are not known to begin nothing, in no order.
    pub fn find(
        &mut self,
        text: &str,
        masks: &Masks,
        memory: &mut Memory,
        gate: &Gate,
        look: impl Fn(Word, usize) -> Look,
        mut each: impl FnMut(Word, usize),
    ) {
        let bytes = text.as_bytes();
        let (plain_count, others_count) = fast(Pass { starts: self, bytes, masks, gate });
        let (plain, others) = (std::mem::take(&mut self.plain), std::mem::take(&mut self.others));
        let Passed { folded, starts, lens } = &plain;
        for ((folded, start), len) in folded.iter().zip(starts).zip(lens).take(plain_count) {
            let (len, capital) = ((len & !CAPITAL) as usize, len & CAPITAL != 0);
            let hash = hash_sixteen([*folded, 0], len);
            let word = Word::new(hash, *start as usize, *start as usize + len, capital, false);
            let next = masks.next_word(word.end as usize);
            match look(word, next) {
                Look::Keep => each(word, next),
                Look::NotHere => {}
                Look::Nothing => self.begins_nothing(text, word),
            }
        }
        for (start, len) in others.starts.iter().zip(&others.lens).take(others_count) {
            let (start, mut len) = (*start as usize, (len & !CAPITAL) as usize);
            if len >= LONG {
                len = masks.word_end(start) - start;
            }
            let raw = sixteen(bytes, start, len);
            if len > 8 && len <= 16 && self.known_long[long_slot(raw)] == raw {
                continue;
            }
            let ascii = if len <= 16 { (raw[0] | raw[1]) & HIGHS == 0 } else { bytes[start..start + len].is_ascii() };
            let (hash, capital) = match (ascii, len) {
                (false, _) => memory.word(text, start, start + len),
                (true, ..=16) => (hash_sixteen(fold_sixteen(raw, len), len), bytes[start].is_ascii_uppercase()),
                _ => (hash_long(&bytes[start..start + len], ASCII_FOLD), bytes[start].is_ascii_uppercase()),
            };
            let word = Word::new(hash, start, start + len, capital, false);
            let next = masks.next_word(word.end as usize);
            match look(word, next) {
                Look::Keep => each(word, next),
                Look::NotHere => {}
                Look::Nothing => self.begins_nothing(text, word),
            }
        }
        (self.plain, self.others) = (plain, others);
    }

    /// Remembers that a word begins no name of the stack.
    #[inline]
    pub fn begins_nothing(&mut self, text: &str, word: Word) {
        let len = (word.end - word.start) as usize;
        let raw = sixteen(text.as_bytes(), word.start as usize, len);
        if len <= 8 {
            let (_, slot) = places_of(raw[0] | ASCII_FOLD & LOW_EIGHT[len]);
            self.known[slot] = raw[0];
        } else if len <= 16 {
            self.known_long[long_slot(raw)] = raw;
        }
    }
}

struct Pass<'a> {
    starts: &'a mut Starts,
    bytes: &'a [u8],
    masks: &'a Masks,
    gate: &'a Gate,
}

impl Work for Pass<'_> {
    type Output = (usize, usize);

    #[inline(always)]
    fn run(self) -> (usize, usize) {
        self.starts.pass(self.bytes, self.masks, self.gate)
    }
}

/// `LOW_EIGHT[n]` keeps the first `n` of eight bytes.
const LOW_EIGHT: [u64; 9] = {
    let mut masks = [u64::MAX; 9];
    let mut n = 0;
    while n < 8 {
        masks[n] = super::LOW[n][0];
        n += 1;
    }
    masks
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::masks::Level;
    use super::super::Scanner;
    use super::{Gate, Look};

    proptest! {
        /// What one level lets through, all do: the vectors of the gate and the loop over single words, up to the end of
        /// the text, before and after they learnt which words begin nothing.
        #[test]
        fn all_levels_let_the_same_words_through(
            texts in prop::collection::vec("(([a-c]{1,9}|[A-C][a-cé]{0,20}|[đéÀ][a-c]{0,7}|[a-cA-C]{50,70})([ ,.'’]|[ ,.'’]{0,2}\\PC)?){0,40}", 1..4),
            keys in prop::collection::vec(("[a-c]{1,9}", any::<bool>()), 0..8),
        ) {
            let mut gate = Gate::default();
            keys.iter().for_each(|(key, lower)| gate.insert(key, *lower));
            let passed = |level: Level| {
                let mut scanner = Scanner::with_level(level);
                let mut passed = Vec::new();
                for text in texts.iter().chain(&texts) {
                    scanner.read(text, gate.first());
                    if scanner.is_plain() {
                        let mut words = Vec::new();
                        let look = |word: super::Word, _| if word.hash().is_multiple_of(3) { Look::Nothing } else { Look::Keep };
                        scanner.starts(text, 1, &gate, look, |word, next| words.push((word, next)));
                        words.sort_by_key(|(word, _)| word.start);
                        passed.push(words);
                    }
                }
                passed
            };
            let expected = passed(Level::Portable);
            for level in Level::available() {
                prop_assert_eq!(&passed(level), &expected, "{:?}", level);
            }
        }
    }
}
