//! The word scanner: the words of a text with the hashes of their search keys, in one pass over the bytes.
//!
//! ASCII words are hashed where they stand. Words with other characters are folded once and remembered by their raw
//! bytes, since natural language repeats its words. What decomposes into several words (`½`), or carries marks out of
//! order in a script that keeps them, goes through [`Folded`].

use super::fold::{self, Folded, Sort};
use super::mask::Masks;

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

/// The bits of a hash that are left free for the cache of folded words: capital, wide.
const FLAGS: u64 = 3;

/// Hash of the search key `bytes[..len]`; what stands behind it is looked at but does not count. `fold` is OR-ed into
/// every byte (0x20 folds ASCII words as they stand).
#[inline(always)]
fn hash_bytes(bytes: &[u8], len: usize, fold: u64) -> u64 {
    if len <= 8 {
        let mask = if len == 0 { 0 } else { u64::MAX >> (64 - 8 * len) };
        return mix(((eight(bytes) | fold) & mask) ^ K1, K0 ^ len as u64) & !FLAGS;
    }
    let mut state = K0 ^ len as u64;
    let mut at = 0;
    while len - at > 16 {
        state = mix((eight(&bytes[at..]) | fold) ^ state, (eight(&bytes[at + 8..]) | fold) ^ K1);
        at += 16;
    }
    // The last 16 bytes, which may overlap what was read; of shorter words the last eight.
    let (a, b) = if len >= 16 { (len - 16, len - 8) } else { (0, len - 8) };
    mix((eight(&bytes[a..]) | fold) ^ state, (eight(&bytes[b..]) | fold) ^ K1) & !FLAGS
}

const ASCII_FOLD: u64 = 0x2020_2020_2020_2020;

/// Hash of a search key given as text.
pub(crate) fn hash_key(key: &str) -> u64 {
    // An ASCII key has bit 5 set in every byte already (letters, digits, DEL for `_`), so both ways agree.
    hash_bytes(key.as_bytes(), key.len(), if key.is_ascii() { ASCII_FOLD } else { 0 })
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

/// Scans texts for words; keeps its buffers and its memory of folded words from text to text.
pub(crate) struct Scanner {
    cache: Vec<Cached>,
    folded: Folded,
    key: String,
    wide: bool,
    masks: Masks,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            cache: vec![Cached { raw: [0; 3], hash: 0 }; 1 << CACHE_BITS],
            folded: Folded::default(),
            key: String::new(),
            wide: false,
            masks: Masks::default(),
        }
    }
}

/// Whether a character may be, or decompose to, a letter from U+0E00 on outside the Latin and Greek blocks from U+1E00.
#[inline]
fn is_wide(c: u32) -> bool {
    c >= 0xE00 && !(0x1E00..0x2E80).contains(&c)
}

/// The character at `at` and where the next one begins. `bytes` are valid UTF-8, `bytes[at]` is a lead byte above ASCII.
#[inline]
fn decode(bytes: &[u8], at: usize) -> (u32, usize) {
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

impl Scanner {
    /// Whether the text scanned last holds a letter of a script from Thai on (Latin and Greek extensions excepted):
    /// only then may names of scripts without word boundaries match.
    pub fn saw_wide(&self) -> bool {
        self.wide
    }

    /// Replaces `words` by the words of `text`.
    #[inline(never)]
    pub fn scan(&mut self, text: &str, words: &mut Vec<Word>) {
        words.clear();
        self.wide = false;
        let bytes = text.as_bytes();
        let mut masks = std::mem::take(&mut self.masks);
        masks.read(bytes);
        let mut at = masks.next_word(0);
        while at < bytes.len() {
            let (end, wide) = masks.word_end(at);
            if wide {
                // Only whole words are remembered, so what is found needs no look at its characters.
                let (raw, slot) = if end - at <= CACHED_BYTES { Self::slot(bytes, at, end) } else { ([0; 3], 0) };
                let cached = self.cache[slot];
                if cached.raw == raw && raw[2] != 0 {
                    self.wide |= cached.hash & 2 != 0;
                    words.push(Word::new(cached.hash & !FLAGS, at, end, cached.hash & 1 != 0, false));
                } else {
                    self.wide(text, at, end, words);
                }
            } else {
                let hash = hash_bytes(&bytes[at..], end - at, ASCII_FOLD);
                words.push(Word::new(hash, at, end, bytes[at].is_ascii_uppercase(), false));
            }
            at = masks.next_word(end);
        }
        self.masks = masks;
    }

    /// A stretch of word bytes, some of them outside ASCII: words, and what characters outside ASCII part them.
    fn wide(&mut self, text: &str, start: usize, stop: usize, words: &mut Vec<Word>) {
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
                self.wide |= is_wide(c);
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
            (hash_bytes(&bytes[start..], end - start, ASCII_FOLD), bytes[start].is_ascii_uppercase())
        } else if end - start <= CACHED_BYTES {
            self.remember(text, start, end)
        } else {
            self.fold(&text[start..end])
        };
        words.push(Word::new(hash, start, end, capital, false));
    }

    /// The raw bytes of a short word as three numbers (the length in the highest byte), and their place in the cache.
    #[inline(always)]
    fn slot(bytes: &[u8], start: usize, end: usize) -> ([u64; 3], usize) {
        let len = end - start;
        let part = |at: usize| match len.saturating_sub(at) {
            0 => 0,
            left => eight(bytes.get(start + at..).unwrap_or_default()) & (u64::MAX >> (64 - 8 * left.min(8))),
        };
        let raw = [part(0), part(8), part(16) | (len as u64) << 56];
        let slot = mix(raw[0] ^ K0, raw[1] ^ raw[2].rotate_left(32) ^ K1) >> (64 - CACHE_BITS);
        (raw, slot as usize)
    }

    /// Folds a word, unless it is remembered, and remembers it.
    fn remember(&mut self, text: &str, start: usize, end: usize) -> (u64, bool) {
        let (raw, slot) = Self::slot(text.as_bytes(), start, end);
        let cached = self.cache[slot];
        if cached.raw == raw {
            return (cached.hash & !FLAGS, cached.hash & 1 != 0);
        }
        let (hash, capital) = self.fold(&text[start..end]);
        let wide = text[start..end].chars().any(|c| is_wide(u32::from(c)));
        self.cache[slot] = Cached { raw, hash: hash | u64::from(capital) | u64::from(wide) << 1 };
        (hash, capital)
    }

    fn fold(&mut self, word: &str) -> (u64, bool) {
        self.folded.read(word, 0);
        self.key.clear();
        self.folded.key(0, &mut self.key);
        (hash_key(&self.key), self.folded.letters.first().is_some_and(|l| l.upper))
    }

    fn mixed(&mut self, text: &str, first: usize, end: usize, words: &mut Vec<Word>) {
        self.folded.read(&text[first..end], first as u32);
        for word in 0..self.folded.words.len() {
            self.key.clear();
            self.folded.key(word, &mut self.key);
            let letters = self.folded.word(word);
            let start = letters.iter().map(|l| l.start).min().unwrap_or(0);
            let word_end = letters.iter().map(|l| l.end).max().unwrap_or(start);
            words.push(Word::new(hash_key(&self.key), start as usize, word_end as usize, letters[0].upper, true));
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
        Scanner::default().scan(text, &mut words);
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
            scanner.scan(text, &mut Vec::new());
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
