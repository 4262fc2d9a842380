//! The word scanner: the words of a text with the hashes of their search keys, in one pass over the bytes.
//!
//! ASCII words are hashed where they stand. Words with other characters are folded once and remembered by their raw
//! bytes, since natural language repeats its words. What decomposes into several words (`½`), or carries marks out of
//! order in a script that keeps them, goes through [`Folded`].

use super::fold::{self, Folded, Sort};
use super::masks::{Beginnings, Masks, decode};

pub(super) mod starts;

pub(crate) use starts::{Gate, Look};

/// A word of a text, in 16 bytes: a long document has many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Hash of the search key; the lowest bits say `capital` and `mixed`.
    tagged: u64,
    /// First byte of the word in the text.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

const CAPITAL: u64 = 1;
const MIXED: u64 = 2;

impl Word {
    #[inline]
    fn new(hash: u64, start: usize, end: usize, capital: bool, mixed: bool) -> Self {
        let tagged = hash | if capital { CAPITAL } else { 0 } | if mixed { MIXED } else { 0 };
        Self { tagged, start: start as u32, end: end as u32 }
    }

    /// Hash of the search key.
    #[inline]
    pub fn hash(self) -> u64 {
        self.tagged & !FLAGS
    }

    /// Whether the word begins with a capital.
    #[inline]
    pub fn capital(self) -> bool {
        self.tagged & CAPITAL != 0
    }

    /// Whether the raw bytes alone do not say which word this is (`½` holds two).
    #[inline]
    pub fn mixed(self) -> bool {
        self.tagged & MIXED != 0
    }
}

/// How many words before `words[index]` reach into the character that it begins in (`½` holds two words).
pub(crate) fn inner(words: &[Word], index: usize) -> usize {
    words[..index].iter().rev().take_while(|word| word.end > words[index].start).count()
}

/// A word before it is folded.
#[derive(Clone, Copy)]
struct Raw {
    start: usize,
    end: usize,
    ascii: bool,
    mixed: bool,
}

const K0: u64 = 0x9E37_79B9_7F4A_7C15;
const K1: u64 = 0xD1B5_4A32_D192_ED03;

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ (wide >> 64) as u64
}

/// The first eight of `bytes` as a number; missing ones are 0.
#[inline(always)]
fn eight(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            let mut chunk = [0; 8];
            chunk[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(chunk)
        }
    }
}

/// The bits of a hash that are left free for the flags of a word.
const FLAGS: u64 = 3;

/// `LOW[n]` keeps the first `n` of 16 bytes.
const LOW: [[u64; 2]; 17] = {
    let mut masks = [[u64::MAX; 2]; 17];
    let mut n = 0;
    while n < 16 {
        masks[n] = if n < 8 { [(1 << (8 * n)) - 1, 0] } else { [u64::MAX, (1 << (8 * (n - 8))) - 1] };
        n += 1;
    }
    masks
};

/// The first sixteen of the bytes from `at` on as two numbers; those behind `len` are 0.
#[inline(always)]
fn sixteen(bytes: &[u8], at: usize, len: usize) -> [u64; 2] {
    let mut chunk = [0; 16];
    match bytes.get(at..at + 16) {
        Some(whole) => chunk.copy_from_slice(whole),
        None => chunk[..bytes.len() - at].copy_from_slice(&bytes[at..]),
    }
    let both = u128::from_le_bytes(chunk);
    let [low, high] = LOW[len.min(16)];
    [both as u64 & low, (both >> 64) as u64 & high]
}

/// Hash of a search key of at most 16 bytes, as [`sixteen`] gives it.
#[inline(always)]
fn hash_sixteen([low, high]: [u64; 2], len: usize) -> u64 {
    mix(low ^ K1, high ^ K0.wrapping_add(len as u64)) & !FLAGS
}

/// Sets bit 5 of the bytes that [`sixteen`] kept, which folds ASCII words.
#[inline(always)]
fn fold_sixteen([low, high]: [u64; 2], len: usize) -> [u64; 2] {
    let mask = LOW[len.min(16)];
    [low | ASCII_FOLD & mask[0], high | ASCII_FOLD & mask[1]]
}

/// Hash of the search key `bytes[at..at + len]`; what stands behind it is looked at but does not count. `fold` is OR-ed
/// into every byte (0x20 folds ASCII words as they stand).
#[inline(always)]
fn hash_bytes(bytes: &[u8], at: usize, len: usize, fold: u64) -> u64 {
    if len <= 16 {
        let key = sixteen(bytes, at, len);
        return hash_sixteen(if fold == 0 { key } else { fold_sixteen(key, len) }, len);
    }
    hash_long(&bytes[at..at + len], fold)
}

#[inline(never)]
fn hash_long(bytes: &[u8], fold: u64) -> u64 {
    let len = bytes.len();
    let mut state = K0 ^ len as u64;
    let mut at = 0;
    while len - at > 16 {
        state = mix((eight(&bytes[at..]) | fold) ^ state, (eight(&bytes[at + 8..]) | fold) ^ K1);
        at += 16;
    }
    // The last 16 bytes, which may overlap what was read.
    mix((eight(&bytes[len - 16..]) | fold) ^ state, (eight(&bytes[len - 8..]) | fold) ^ K1) & !FLAGS
}

pub(super) const ASCII_FOLD: u64 = 0x2020_2020_2020_2020;
pub(super) const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Hash of a search key given as text.
pub(crate) fn hash_key(key: &str) -> u64 {
    // An ASCII key has bit 5 set in every byte already (letters, digits, DEL for `_`), so both ways agree.
    hash_bytes(key.as_bytes(), 0, key.len(), if key.is_ascii() { ASCII_FOLD } else { 0 })
}

/// Hash of the first word of a walk.
#[inline]
pub(crate) fn first_prefix(word: u64) -> u64 {
    word
}

/// Hash of a walk that goes on by a word.
#[inline]
pub(crate) fn next_prefix(prefix: u64, word: u64) -> u64 {
    mix(prefix ^ K0, word.rotate_left(29) ^ K1)
}

const CACHE_BITS: u32 = 14;
const CACHED_BYTES: usize = 23;

#[derive(Clone, Copy)]
struct Cached {
    raw: [u64; 3],
    hash: u64,
}

/// What folded words are remembered by: their raw bytes. Natural language repeats its words.
struct Memory {
    /// Words of at most eight bytes: raw bytes, hash and capital.
    short: Vec<[u64; 2]>,
    cache: Vec<Cached>,
    folded: Folded,
    key: String,
}

impl Default for Memory {
    fn default() -> Self {
        let cache = vec![Cached { raw: [0; 3], hash: 0 }; 1 << CACHE_BITS];
        Self { short: vec![[0; 2]; 1 << CACHE_BITS], cache, folded: Folded::default(), key: String::new() }
    }
}

impl Memory {
    /// Hash and capital of a whole word with characters above ASCII.
    #[inline]
    fn word(&mut self, text: &str, start: usize, end: usize) -> (u64, bool) {
        if end - start > CACHED_BYTES {
            return self.fold(&text[start..end]);
        }
        let len = end - start;
        let [low, high] = sixteen(text.as_bytes(), start, len);
        if len <= 8 {
            let slot = (low.wrapping_mul(K1) >> (64 - CACHE_BITS)) as usize;
            let [raw, hash] = self.short[slot];
            if raw == low {
                return (hash & !FLAGS, hash & 1 != 0);
            }
            let (hash, capital) = self.fold(&text[start..end]);
            self.short[slot] = [low, hash | u64::from(capital)];
            return (hash, capital);
        }
        let rest = text.as_bytes().get(start + 16..end).map_or(0, eight);
        let raw = [low, high, rest | (len as u64) << 56];
        let slot = mix(raw[0] ^ K0, raw[1] ^ raw[2].rotate_left(32) ^ K1) >> (64 - CACHE_BITS);
        let cached = self.cache[slot as usize];
        if cached.raw == raw {
            return (cached.hash & !FLAGS, cached.hash & 1 != 0);
        }
        let (hash, capital) = self.fold(&text[start..end]);
        self.cache[slot as usize] = Cached { raw, hash: hash | u64::from(capital) };
        (hash, capital)
    }

    #[inline(never)]
    fn fold(&mut self, word: &str) -> (u64, bool) {
        self.key.clear();
        if let Some(capital) = fold::push_plain_key(word, &mut self.key) {
            return (hash_key(&self.key), capital);
        }
        self.folded.read(word, 0);
        self.key.clear();
        self.folded.key(0, &mut self.key);
        (hash_key(&self.key), self.folded.letters.first().is_some_and(|l| l.upper))
    }
}

/// Scans texts for words; keeps its buffers and its memory of folded words from text to text.
#[derive(Default)]
pub(crate) struct Scanner {
    memory: Memory,
    masks: Masks,
    starts: starts::Starts,
}

impl Scanner {
    /// A scanner that reads by a level of instructions, which the machine must have.
    #[cfg(test)]
    pub fn with_level(level: super::masks::Level) -> Self {
        Self { masks: Masks::with_level(level), ..Self::default() }
    }

    /// Reads where the words of a text stand; `first` are the first bytes that [`Scanner::starts`] looks for.
    pub fn read(&mut self, text: &str, first: &Beginnings) {
        self.masks.read(text, first);
    }

    /// Whether the text read last holds a letter of a script from Thai on (Latin and Greek extensions excepted): only
    /// then may names of scripts without word boundaries match.
    pub fn saw_wide(&self) -> bool {
        self.masks.wide()
    }

    /// Whether runs of word bytes are the words of the text read last. Else only [`Scanner::words`] tells them.
    pub fn is_plain(&self) -> bool {
        !self.masks.odd()
    }

    /// How many words the text read last has, if it [is plain](Self::is_plain).
    pub fn count(&self) -> u64 {
        self.masks.count()
    }

    /// The word at or after a byte, in a text that [is plain](Self::is_plain).
    #[inline]
    pub fn next(&mut self, text: &str, at: usize) -> Option<Word> {
        let start = self.masks.next_word(at);
        (start < text.len()).then(|| self.word(text, start))
    }

    /// The word before a byte, in a text that [is plain](Self::is_plain).
    pub fn before(&mut self, text: &str, at: usize) -> Option<Word> {
        let (start, _) = self.masks.word_before(at)?;
        Some(self.word(text, start))
    }

    /// Hands the words of the text read last to `each` that may begin a name of a stack (any number that tells it from
    /// other stacks), with the byte where the next word begins (the length of the text if there is none): those that
    /// `gate` and then `look` let through and that are not known to begin nothing. The text must be
    /// [plain](Self::is_plain) and read with the gate's first bytes. They come in no order.
    #[inline]
    pub fn starts(
        &mut self,
        text: &str,
        stack: u64,
        gate: &Gate,
        look: impl Fn(Word, usize) -> Look,
        each: impl FnMut(Word, usize),
    ) {
        self.starts.of_stack(stack);
        self.starts.find(text, &self.masks, &mut self.memory, gate, look, each);
    }

    /// Remembers that a word of the text read last begins no name of the stack asked for last.
    #[inline]
    pub fn begins_nothing(&mut self, text: &str, word: Word) {
        self.starts.begins_nothing(text, word);
    }

    /// The word that begins at a byte, in a text that [is plain](Self::is_plain).
    #[inline]
    pub fn word(&mut self, text: &str, start: usize) -> Word {
        let end = self.masks.word_end(start);
        let bytes = text.as_bytes();
        let len = end - start;
        let key = sixteen(bytes, start, len);
        let ascii = if len <= 16 { (key[0] | key[1]) & HIGHS == 0 } else { bytes[start..end].is_ascii() };
        if !ascii {
            let (hash, capital) = self.memory.word(text, start, end);
            return Word::new(hash, start, end, capital, false);
        }
        let hash = match len {
            ..=16 => hash_sixteen(fold_sixteen(key, len), len),
            _ => hash_long(&bytes[start..end], ASCII_FOLD),
        };
        Word::new(hash, start, end, bytes[start].is_ascii_uppercase(), false)
    }

    /// Replaces `words` by all words of the text read last.
    #[inline(never)]
    pub fn words(&mut self, text: &str, words: &mut Vec<Word>) {
        words.clear();
        let mut at = self.masks.next_word(0);
        if self.masks.odd() {
            while at < text.len() {
                let end = self.masks.word_end(at);
                self.stretch(text, at, end, words);
                at = self.masks.next_word(end);
            }
            return;
        }
        words.reserve(self.masks.count() as usize);
        while at < text.len() {
            let word = self.word(text, at);
            words.push(word);
            at = self.masks.next_word(word.end as usize);
        }
    }

    /// A stretch of word bytes: words, and what characters outside ASCII part them.
    fn stretch(&mut self, text: &str, start: usize, stop: usize, words: &mut Vec<Word>) {
        let bytes = text.as_bytes();
        let mut i = start;
        // The word so far. Ignored characters at its end do not belong to it.
        let mut word: Option<Raw> = None;
        while i < stop {
            let b = bytes[i];
            let (sort, next, ascii) = if b < 0x80 {
                (Sort::Word, i + 1, true)
            } else {
                let (c, next) = decode(bytes, i);
                (fold::sort(c), next, false)
            };
            match sort {
                Sort::Gap => {
                    if let Some(raw) = word.take() {
                        self.push(text, raw, words);
                    }
                }
                Sort::Ignored => {}
                Sort::Word | Sort::Mixed => {
                    let raw = word.get_or_insert(Raw { start: i, end: i, ascii: true, mixed: false });
                    // An ignored character inside the word is no ASCII either.
                    raw.ascii &= ascii && raw.end == i;
                    raw.mixed |= sort == Sort::Mixed;
                    raw.end = next;
                }
            }
            i = next;
        }
        if let Some(raw) = word {
            self.push(text, raw, words);
        }
    }

    #[inline]
    fn push(&mut self, text: &str, raw: Raw, words: &mut Vec<Word>) {
        let Raw { start, end, ascii, mixed } = raw;
        if mixed {
            return self.mixed(text, start, end, words);
        }
        let (hash, capital) = if ascii {
            let bytes = text.as_bytes();
            (hash_bytes(bytes, start, end - start, ASCII_FOLD), bytes[start].is_ascii_uppercase())
        } else {
            self.memory.word(text, start, end)
        };
        words.push(Word::new(hash, start, end, capital, false));
    }

    fn mixed(&mut self, text: &str, first: usize, end: usize, words: &mut Vec<Word>) {
        let Memory { folded, key, .. } = &mut self.memory;
        folded.read(&text[first..end], first as u32);
        for word in 0..folded.words.len() {
            key.clear();
            folded.key(word, key);
            let letters = folded.word(word);
            let start = letters.iter().map(|l| l.start).min().unwrap_or(0);
            let word_end = letters.iter().map(|l| l.end).max().unwrap_or(start);
            words.push(Word::new(hash_key(key), start as usize, word_end as usize, letters[0].upper, true));
        }
    }
}

/// The words of a text by the definition, for tests: word by word through [`Folded`].
#[cfg(test)]
pub(crate) fn plain_words(text: &str) -> Vec<(u64, u32, u32, bool)> {
    let mut folded = Folded::default();
    folded.read(text, 0);
    (0..folded.words.len())
        .map(|word| {
            let mut key = String::new();
            folded.key(word, &mut key);
            let letters = folded.word(word);
            let start = letters.iter().map(|l| l.start).min().unwrap_or(0);
            let end = letters.iter().map(|l| l.end).max().unwrap_or(0);
            (hash_key(&key), start, end, letters[0].upper)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scanned(text: &str) -> Vec<(u64, u32, u32, bool)> {
        let mut words = Vec::new();
        let mut scanner = Scanner::default();
        scanner.read(text, &Beginnings::NONE);
        scanner.words(text, &mut words);
        words.iter().map(|w| (w.hash(), w.start, w.end, w.capital())).collect()
    }

    #[test]
    fn words_of_hard_texts() {
        for text in [
            "L'ONU, d’Hanoï; États‑Unis d'Amérique…",
            "3½ = 31⁄2 ℀ ﷺ",
            "Hà\u{200B} Nội \u{AD}x\u{AD}y\u{AD} z",
            "e\u{301}te\u{301} \u{301}a",
            "한국 東京都 がガ ｶﾞ ภาษาไทย",
            "a_b C3PO _x 9",
            "\u{FEFF}date",
            "¨ ´ ¼a½",
        ] {
            assert_eq!(scanned(text), plain_words(text), "{text:?}");
        }
    }

    #[test]
    fn texts_of_scripts_without_word_boundaries_are_seen() {
        let saw = |text: &str| {
            let mut scanner = Scanner::default();
            scanner.read(text, &Beginnings::NONE);
            scanner.saw_wide()
        };
        for text in ["東京", "ｶﾞ", "ไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "བོད", "a⼀", "㈱", "🈂"]
        {
            assert!(saw(text), "{text}");
        }
        for text in ["Đại hội lần thứ nhất — “được”…", "Ἀθῆναι", "été"] {
            assert!(!saw(text), "{text}");
        }
    }

    #[test]
    fn folded_and_raw_hashes_agree() {
        for (a, b) in [("PARIS", "paris"), ("Tô", "to"), ("A_B", "a_b"), ("Straße", "STRASSE"), ("Œuvre", "oeuvre")]
        {
            assert_eq!(scanned(a)[0].0, scanned(b)[0].0, "{a} {b}");
        }
        assert_ne!(scanned("abcdefghi")[0].0, scanned("abcdefghj")[0].0);
        assert_ne!(scanned("aaaaaaaaaaaaaaaaab")[0].0, scanned("aaaaaaaaaaaaaaaaaa")[0].0);
    }

    proptest! {
        #[test]
        fn the_scanner_sees_the_words_of_the_definition(text in "(?s)[a-zA-Zé đØœ½℀\u{301}\u{323}\u{5B0}\u{64B}\u{3099}\u{200B}\u{AD}'\u{2019}\n.\u{A0}かガ東אبеё\u{308}한\u{1100}\u{1161}_\u{94D}\u{93C}\u{302A}]{0,40}|\\PC{0,30}") {
            prop_assert_eq!(scanned(&text), plain_words(&text));
        }
    }
}
