//! Where the words of a text stand: one bit a byte, 64 bytes at a time.
//!
//! A byte belongs to a word if its character does: ASCII letters, digits and `_`, and what [`fold::sort`] calls a word
//! above ASCII. The bulk is decided by vector instructions, chosen at run time ([`Level`]); the few characters that they
//! cannot decide ([`is_rare`]) are looked up one by one. All levels give the same bits.

pub(crate) mod count;
mod portable;
pub(crate) mod stops;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

use super::fold::{self, Sort};
use super::words::starts;

/// The instructions that read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Eight bytes at a time in a general register, on any machine.
    Portable,
    /// 16 bytes at a time, on every x86-64.
    Sse2,
    /// 32 bytes at a time.
    Avx2,
    /// 64 bytes at a time.
    Avx512,
}

impl Level {
    /// All levels that this machine has.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            levels.push(Self::Sse2);
            if x86::has_avx2() {
                levels.push(Self::Avx2);
            }
            if x86::has_avx512() {
                levels.push(Self::Avx512);
            }
        }
        levels
    }

    /// The best level of this machine, unless `GAZETIER_SIMD` (`portable`, `sse2`, `avx2`, `avx512`) asks for a lower one.
    pub fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| {
            let wanted = match std::env::var("GAZETIER_SIMD").as_deref() {
                Ok("portable") => Self::Portable,
                Ok("sse2") => Self::Sse2,
                Ok("avx2") => Self::Avx2,
                _ => Self::Avx512,
            };
            Self::available().into_iter().filter(|level| *level <= wanted).max().unwrap_or(Self::Portable)
        })
    }
}

/// Brings a cache line close, for a look at it some time later; does nothing where there is no instruction for it.
#[inline(always)]
pub(crate) fn prefetch<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(place);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// A hot loop, whose method must be inlined.
pub(crate) trait Work {
    /// What it gives.
    type Output;
    /// Does it.
    fn run(self) -> Self::Output;
}

/// Runs a hot loop with all instructions that the best level of this machine allows.
#[inline(always)]
pub(crate) fn fast<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if Level::best() >= Level::Avx2 {
        return x86::fast(work);
    }
    work.run()
}

/// Words to be passed through the gate: where they begin in a text, and its [`Masks::words`].
pub(super) struct Places<'a> {
    pub text: &'a [u8],
    pub words: &'a [u64],
    /// Ascending.
    pub places: &'a [u32],
}

/// Passes words through the gate by vectors, where the level can: how many of the places are done, and how many words
/// were put into `plain` and `others`, which have room for all places and [`AHEAD`](starts::AHEAD) more.
#[inline(always)]
pub(super) fn pass_vectors(
    level: Level,
    places: &Places<'_>,
    gate: &[u64; 2 * starts::GATE_WORDS],
    known: &[u64; 1 << starts::KNOWN_BITS],
    plain: &mut starts::Passed,
    others: &mut starts::Passed,
) -> (usize, (usize, usize)) {
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        return x86::pass(places, gate, known, plain, others);
    }
    let _ = (level, places, gate, known, plain, others);
    (0, (0, 0))
}

/// First two bytes of words that are looked for, laid out for a look-up by half bytes: a pair may be one where the rows of
/// its four half bytes have a bit in common. Bits stand for groups of first letters, so the answer may be a false yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beginnings {
    /// By the low and by the high half of the first byte.
    first: [[u8; 16]; 2],
    /// By the low and by the high half of the second byte, which is anything behind a word of one byte.
    second: [[u8; 16]; 2],
}

impl Beginnings {
    /// No word at all.
    pub const NONE: Self = Self { first: [[0; 16]; 2], second: [[0; 16]; 2] };
    /// All words.
    pub const ALL: Self = Self { first: [[0xFF; 16]; 2], second: [[0xFF; 16]; 2] };

    /// Bit of first bytes that may have any second byte.
    const ANY: u8 = 7;
    /// Bits of words of one letter: what follows them is `ENDS`, halves by halves.
    const ONE: [u8; 2] = [6, 5];
    /// Bits of lower-case letters by the low half of the byte: letters that are frequent in news stand apart.
    const GROUPS: [u8; 16] = [2, 3, 4, 1, 0, 4, 0, 1, 2, 4, 3, 0, 2, 3, 4, 1];

    fn insert(rows: &mut [[u8; 16]; 2], bit: u8, low: std::ops::RangeInclusive<u8>, high: &[u8]) {
        low.for_each(|half| rows[0][usize::from(half)] |= 1 << bit);
        high.iter().for_each(|half| rows[1][usize::from(*half)] |= 1 << bit);
    }

    /// Adds words that begin with an ASCII capital, `_`, a digit or a byte above ASCII.
    pub fn insert_others(&mut self) {
        Self::insert(&mut self.first, Self::ANY, 0..=15, &[3, 4, 5, 0xC, 0xD, 0xE, 0xF]);
        Self::insert(&mut self.second, Self::ANY, 0..=15, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    }

    /// Adds words that begin with a letter from `a` to `z` and whose second letter, if they have one, is another (any
    /// case, or above ASCII).
    pub fn insert_letters(&mut self, first: u8, second: Option<u8>) {
        let halves = |byte: u8| (byte & 15, byte >> 4);
        let (low, high) = halves(first);
        let Some(second) = second else {
            for bit in Self::ONE {
                Self::insert(&mut self.first, bit, low..=low, &[high]);
            }
            // Controls, spaces, punctuation and digits; what stands around the letters. Behind the end is a space.
            Self::insert(&mut self.second, Self::ONE[0], 0..=15, &[0, 1, 2, 3]);
            Self::insert(&mut self.second, Self::ONE[1], 0..=0, &[4, 5, 6, 7]);
            return Self::insert(&mut self.second, Self::ONE[1], 11..=15, &[]);
        };
        let bit = Self::GROUPS[usize::from(low)];
        Self::insert(&mut self.first, bit, low..=low, &[high]);
        if second.is_ascii() {
            let (low, high) = halves(second);
            // The capital of a letter lies two rows below.
            let upper = second.to_ascii_uppercase() >> 4;
            Self::insert(&mut self.second, bit, low..=low, &[high, upper]);
            // `_` has another key.
            if second == 0x7F {
                Self::insert(&mut self.second, bit, 15..=15, &[5]);
            }
        }
    }

    /// Whether a word may be one of those: its first byte, and the one after.
    #[inline]
    pub fn may_hold(&self, first: u8, second: u8) -> bool {
        let class = |rows: &[[u8; 16]; 2], byte: u8| rows[0][usize::from(byte & 15)] & rows[1][usize::from(byte >> 4)];
        let of_first = class(&self.first, first);
        of_first & class(&self.second, second) != 0 || of_first != 0 && second >= 0x80
    }

    /// Adds other words.
    pub fn join(&mut self, other: &Self) {
        let rows = |words: &Self| [words.first[0], words.first[1], words.second[0], words.second[1]];
        let own = self.first.iter_mut().chain(&mut self.second).flatten();
        own.zip(rows(other).iter().flatten()).for_each(|(row, more)| *row |= more);
    }

    /// The tables as bytes, for a section of a file.
    pub fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let rows = self.first.iter().chain(&self.second).flatten();
        bytes.iter_mut().zip(rows).for_each(|(byte, row)| *byte = *row);
        bytes
    }

    /// What [`Beginnings::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut words = Self::NONE;
        let rows = words.first.iter_mut().chain(&mut words.second).flatten();
        rows.zip(bytes).for_each(|(row, byte)| *row = *byte);
        words
    }
}

/// What the vector instructions say of 64 bytes, a bit a byte.
#[derive(Clone, Copy, Debug, Default)]
struct Raw {
    /// ASCII letters, digits, `_`.
    ascii: u64,
    /// Bytes above ASCII.
    high: u64,
    /// Leads of characters that must be looked up.
    rare: u64,
    /// Leads of characters of two bytes that belong to gaps.
    gap2: u64,
    /// Leads of characters of three bytes that belong to gaps.
    gap3: u64,
    /// Bytes that may begin a word that is looked for; the slower levels do not tell.
    first: u64,
    /// Not 0 if there are leads from 0xE3 on, in this block or one before: all their characters are wide.
    wide: u64,
}

/// Whether a character must be looked up by its first two bytes: it may belong to a gap, vanish or decompose into several
/// words. What is never looked up belongs to a word, as all characters of its lead do but for those in [`DOUBTFUL`].
#[inline]
fn is_rare(lead: u8, next: u8) -> bool {
    match lead {
        0xC3..=0xC9 | 0xCC | 0xCE..=0xD1 | 0xE4..=0xE9 | 0xEB | 0xEC => {
            DOUBTFUL.iter().any(|(doubtful, low, high)| lead == *doubtful && (*low..=*high).contains(&next))
        }
        // Extended Latin.
        0xE1 => !matches!(next, 0xB8..=0xBB),
        _ => true,
    }
}

/// Lead and range of second bytes of what is not whole words: × ÷ Ŀ ŀ ŉ, Greek accents, `·` and unassigned places, a sign, hexagrams.
const DOUBTFUL: [(u8, u8, u8); 8] = [
    (0xC3, 0x97, 0x97),
    (0xC3, 0xB7, 0xB7),
    (0xC4, 0xBF, 0xBF),
    (0xC5, 0x80, 0x89),
    (0xCE, 0x80, 0x8D),
    (0xCE, 0xA2, 0xA2),
    (0xCF, 0xB6, 0xB6),
    (0xE4, 0xB7, 0xB7),
];

/// Whether a character may be, or decompose to, a letter from U+0E00 on outside the Latin and Greek blocks from U+1E00.
#[inline]
pub(crate) fn is_wide(c: u32) -> bool {
    c >= 0xE00 && !(0x1E00..0x2E80).contains(&c)
}

/// The character at `at` and where the next one begins. `bytes` are valid UTF-8, `bytes[at]` is a lead byte above ASCII.
#[inline]
pub(crate) fn decode(bytes: &[u8], at: usize) -> (u32, usize) {
    let tail = |i: usize| u32::from(bytes.get(at + i).copied().unwrap_or(0) & 0x3F);
    let lead = u32::from(bytes[at]);
    if lead < 0xE0 {
        ((lead & 0x1F) << 6 | tail(1), at + 2)
    } else if lead < 0xF0 {
        ((lead & 0xF) << 12 | tail(1) << 6 | tail(2), at + 3)
    } else {
        ((lead & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), at + 4)
    }
}

/// Whether a character that begins with this byte belongs to a script that has no capitals, as those from Hebrew on do: a
/// name in it needs none either. (0xE1 begins Vietnamese letters and others that have.)
#[inline]
pub(crate) fn is_caseless_lead(lead: u8) -> bool {
    lead >= 0xD7 && lead != 0xE1
}

/// Whether a letter of a search key has no capital, and is only ever written with a [caseless lead](is_caseless_lead).
pub(crate) fn is_caseless(key: char) -> bool {
    !key.is_lowercase() && is_caseless_lead(key.encode_utf8(&mut [0; 4]).as_bytes()[0])
}

/// The first wide character from a byte on ([`is_wide`]), and where the next one begins.
pub(crate) fn next_wide(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = bytes.get(at..)?.iter().position(|byte| *byte >= 0xE0) {
        let (c, next) = decode(bytes, at + found);
        if is_wide(c) {
            return Some((at + found, next));
        }
        at = next;
    }
    None
}

/// The bits of a text.
#[derive(Clone, Debug)]
pub(crate) struct Masks {
    /// Bytes that belong to words; one block more than the text has, which is 0.
    word: Vec<u64>,
    /// First bytes of words that may be among those asked for.
    first: Vec<u64>,
    len: usize,
    count: u64,
    odd: bool,
    wide: bool,
    level: Level,
}

impl Default for Masks {
    fn default() -> Self {
        Self::with_level(Level::best())
    }
}

/// Bytes that a level may look at behind a block, to see whole characters.
const BEHIND: usize = 2;

impl Masks {
    /// Masks that are read by a level, which the machine must have.
    pub fn with_level(level: Level) -> Self {
        Self { word: Vec::new(), first: Vec::new(), len: 0, count: 0, odd: false, wide: false, level }
    }

    /// Reads a text; `first` are the words that [`Masks::firsts`] looks for.
    pub fn read(&mut self, text: &str, first: &Beginnings) {
        let bytes = text.as_bytes();
        self.len = bytes.len();
        self.word.clear();
        self.first.clear();
        self.word.reserve(bytes.len() / 64 + 2);
        self.first.reserve(bytes.len() / 64 + 1);
        (self.count, self.odd, self.wide) = (0, false, false);
        let mut settler = Settler { masks: self, bytes, gap: 0, last: 0, wanted: first };
        // A level reads `BEHIND` bytes more than a block has; what it cannot read so is read from a copy.
        let whole = bytes.len().saturating_sub(BEHIND) / 64 * 64;
        let level = settler.masks.level;
        read_blocks(level, &bytes[..(whole + BEHIND).min(bytes.len())], whole / 64, first, &mut settler);
        let rest = &bytes[whole..];
        if !rest.is_empty() {
            // Spaces behind the end are no words.
            let mut last = [b' '; 128 + BEHIND];
            last[..rest.len()].copy_from_slice(rest);
            read_blocks(level, &last, rest.len().div_ceil(64), first, &mut settler);
        }
        self.word.push(0);
    }

    /// How many words there are, if the text is not [`Masks::odd`].
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether some character vanishes or decomposes into words and gaps, so that runs of bits are not yet words.
    pub fn odd(&self) -> bool {
        self.odd
    }

    /// Whether some character is wide (see [`is_wide`]).
    pub fn wide(&self) -> bool {
        self.wide
    }

    /// Bytes that belong to words, by blocks of 64 bytes, and a block of none.
    pub fn words(&self) -> &[u64] {
        &self.word
    }

    /// The level that reads.
    pub fn level(&self) -> Level {
        self.level
    }

    /// First bytes of words that may be among those asked for, by blocks of 64 bytes.
    pub fn firsts(&self) -> &[u64] {
        &self.first
    }

    /// The bits from a byte on, the lowest first: 64 of them, 0 behind the text.
    #[inline]
    pub fn from(&self, at: usize) -> u64 {
        let (block, shift) = (at / 64, at % 64);
        match self.word.get(block..block + 2) {
            Some(two) => two[0] >> shift | two[1] << 1 << (63 - shift),
            None => self.word.get(block).map_or(0, |one| one >> shift),
        }
    }

    /// The first byte at or after `at` that belongs to a word; the length of the text if there is none.
    #[inline]
    pub fn next_word(&self, at: usize) -> usize {
        let mut at = at;
        loop {
            let bits = self.from(at);
            if bits != 0 {
                return at + bits.trailing_zeros() as usize;
            }
            at += 64;
            if at >= self.len {
                return self.len;
            }
        }
    }

    /// The first byte after `at`, which belongs to a word, that does not.
    #[inline]
    pub fn word_end(&self, at: usize) -> usize {
        let mut at = at;
        loop {
            let run = self.from(at).trailing_ones() as usize;
            at += run;
            if run < 64 {
                return at;
            }
        }
    }

    /// Whether a byte belongs to a word; none behind the text does.
    #[inline]
    pub fn is_word(&self, at: usize) -> bool {
        self.word.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 != 0)
    }

    /// The start of the word that ends before `end`, and its end; `None` if there is no word before.
    pub fn word_before(&self, end: usize) -> Option<(usize, usize)> {
        let last = (0..end).rev().find(|at| self.is_word(*at))?;
        let start = (0..last).rev().find(|at| !self.is_word(*at)).map_or(0, |gap| gap + 1);
        Some((start, last + 1))
    }
}

/// Turns what a level says into words.
struct Settler<'a> {
    masks: &'a mut Masks,
    bytes: &'a [u8],
    /// Bytes at the start of the next block that belong to a gap character of this one.
    gap: u64,
    /// Whether the last byte belonged to a word.
    last: u64,
    /// The words that are looked for.
    wanted: &'a Beginnings,
}

impl Settler<'_> {
    /// Takes what is said of the next block; `TOLD`: [`Raw::first`] is said as well, and need not be looked up.
    #[inline(always)]
    fn settle<const TOLD: bool>(&mut self, raw: Raw) {
        let mut gap = std::mem::take(&mut self.gap);
        self.masks.wide |= raw.wide != 0;
        if raw.high != 0 {
            let (two, three) = (raw.gap2, raw.gap3);
            gap |= two | two << 1 | three | three << 1 | three << 2;
            self.gap = (two | three) >> 63 | three >> 62;
            let mut rare = raw.rare & !(two | three);
            while rare != 0 {
                let bit = rare.trailing_zeros();
                rare &= rare - 1;
                self.rare(bit, &mut gap);
            }
        }
        let word = (raw.ascii | raw.high) & !gap;
        let starts = word & !(word << 1 | self.last);
        self.last = word >> 63;
        self.masks.count += u64::from(starts.count_ones());
        let first = if TOLD { starts & raw.first } else { self.look_up(starts) };
        self.masks.word.push(word);
        self.masks.first.push(first);
    }

    fn look_up(&self, starts: u64) -> u64 {
        let (mut left, mut found) = (starts, 0);
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            let at = self.masks.word.len() * 64 + bit as usize;
            let next = self.bytes.get(at + 1).copied().unwrap_or(b' ');
            found |= u64::from(self.wanted.may_hold(self.bytes[at], next)) << bit;
        }
        found
    }

    /// Looks up the character that begins at a bit of the block.
    #[inline(never)]
    fn rare(&mut self, bit: u32, gap: &mut u64) {
        let at = self.masks.word.len() * 64 + bit as usize;
        let (c, next) = decode(self.bytes, at);
        self.masks.wide |= is_wide(c);
        match fold::sort(c) {
            Sort::Word => {}
            Sort::Gap => {
                let bits = ((1u128 << (next - at)) - 1) << bit;
                *gap |= bits as u64;
                self.gap |= (bits >> 64) as u64;
            }
            Sort::Ignored | Sort::Mixed => self.masks.odd = true,
        }
    }
}

/// Hands `count` blocks of 64 bytes to the settler; there are [`BEHIND`] bytes more.
#[inline]
fn read_blocks(level: Level, bytes: &[u8], count: usize, first: &Beginnings, settler: &mut Settler<'_>) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => x86::avx512(bytes, count, first, settler),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => x86::avx2(bytes, count, first, settler),
        #[cfg(target_arch = "x86_64")]
        Level::Sse2 => x86::sse2(bytes, count, settler),
        _ => portable::blocks(bytes, count, settler),
    }
}

#[cfg(test)]
mod tests;
