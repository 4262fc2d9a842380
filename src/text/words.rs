//! The word scanner: the words of a text with the hashes of their search keys, in one pass over the bytes.
//!
//! ASCII words are hashed where they stand. Words with other characters are folded once and remembered by their raw
//! bytes, since natural language repeats its words. What decomposes into several words (`½`), or carries marks out of
//! order in a script that keeps them, goes through [`Folded`].

use super::fold::{self, Folded, Sort};

/// A word of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Hash of the search key.
    pub hash: u64,
    /// First byte of the word in the text.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// Whether the word begins with a capital.
    pub capital: bool,
    /// Whether the raw bytes alone do not say which word this is (`½` holds two).
    pub mixed: bool,
    /// Words that begin in the character at `start` before this one.
    pub inner: u8,
}

const GAP: u8 = 0;
const LOWER: u8 = 1;
const UPPER: u8 = 2;
const WIDE: u8 = 3;

static CLASS: [u8; 256] = {
    let mut class = [GAP; 256];
    let mut b = 0;
    while b < 256 {
        class[b] = match b as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => LOWER,
            b'A'..=b'Z' => UPPER,
            0x80.. => WIDE,
            _ => GAP,
        };
        b += 1;
    }
    class
};

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

/// Hash of the search key `bytes[..len]`; what stands behind it is looked at but does not count. `fold` is OR-ed into
/// every byte (0x20 folds ASCII words as they stand).
#[inline(always)]
fn hash_bytes(bytes: &[u8], len: usize, fold: u64) -> u64 {
    // The lowest bit is left free for the cache of folded words.
    if len <= 8 {
        let mask = if len == 0 { 0 } else { u64::MAX >> (64 - 8 * len) };
        return mix(((eight(bytes) | fold) & mask) ^ K1, K0 ^ len as u64) & !1;
    }
    let mut state = K0 ^ len as u64;
    let mut at = 0;
    while len - at > 16 {
        state = mix((eight(&bytes[at..]) | fold) ^ state, (eight(&bytes[at + 8..]) | fold) ^ K1);
        at += 16;
    }
    // The last 16 bytes, which may overlap what was read; of shorter words the last eight.
    let (a, b) = if len >= 16 { (len - 16, len - 8) } else { (0, len - 8) };
    mix((eight(&bytes[a..]) | fold) ^ state, (eight(&bytes[b..]) | fold) ^ K1) & !1
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
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            cache: vec![Cached { raw: [0; 3], hash: 0 }; 1 << CACHE_BITS],
            folded: Folded::default(),
            key: String::new(),
            wide: false,
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
        let len = bytes.len();
        let mut i = 0;
        while i < len {
            let class = CLASS[bytes[i] as usize];
            if class == GAP {
                i += 1;
                continue;
            }
            if class == WIDE {
                i = self.wide(text, i, i, words);
                continue;
            }
            let start = i;
            i += 1;
            while i < len && matches!(CLASS[bytes[i] as usize], LOWER | UPPER) {
                i += 1;
            }
            if i < len && bytes[i] >= 0x80 {
                i = self.wide(text, start, i, words);
                continue;
            }
            words.push(Word {
                hash: hash_bytes(&bytes[start..], i - start, ASCII_FOLD),
                start: start as u32,
                end: i as u32,
                capital: class == UPPER,
                mixed: false,
                inner: 0,
            });
        }
    }

    /// A stretch that begins at `start` with a word or a character outside ASCII; the first such character is at `at`.
    /// Returns where to go on.
    fn wide(&mut self, text: &str, start: usize, at: usize, words: &mut Vec<Word>) -> usize {
        let bytes = text.as_bytes();
        let mut i = at;
        // Where the word ends so far: ignored characters at its end do not belong to it.
        let mut end = at;
        let mut mixed = false;
        let mut begun = at > start;
        let mut first = start;
        while let Some(&b) = bytes.get(i) {
            if b < 0x80 {
                if CLASS[b as usize] == GAP {
                    break;
                }
                if !begun {
                    (begun, first) = (true, i);
                }
                i += 1;
                end = i;
                continue;
            }
            let (c, next) = decode(bytes, i);
            self.wide |= is_wide(c);
            match fold::sort(c) {
                Sort::Gap => break,
                Sort::Ignored => {}
                Sort::Word => {
                    if !begun {
                        (begun, first) = (true, i);
                    }
                    end = next;
                }
                Sort::Mixed => {
                    if !begun {
                        (begun, first) = (true, i);
                    }
                    mixed = true;
                    end = next;
                }
            }
            i = next;
        }
        if !begun {
            // Only ignored characters, or a gap character: step over it.
            // A gap character that is wide itself (fullwidth forms) was seen above.
            return if i > start { i } else { decode(bytes, i).1 };
        }
        let raw = &bytes[first..end];
        if mixed {
            self.mixed(text, first, end, words);
            return i;
        }
        let (hash, capital) =
            if raw.len() <= CACHED_BYTES { self.cached(text, first, end) } else { self.fold(&text[first..end]) };
        words.push(Word { hash, start: first as u32, end: end as u32, capital, mixed: false, inner: 0 });
        i
    }

    fn cached(&mut self, text: &str, first: usize, end: usize) -> (u64, bool) {
        // The raw bytes as three numbers, the length in the highest byte of the last.
        let bytes = text.as_bytes();
        let len = end - first;
        let part = |at: usize| match len.saturating_sub(at) {
            0 => 0,
            left => eight(bytes.get(first + at..).unwrap_or_default()) & (u64::MAX >> (64 - 8 * left.min(8))),
        };
        let raw = [part(0), part(8), part(16) | (len as u64) << 56];
        let slot = (mix(raw[0] ^ K0, raw[1] ^ raw[2].rotate_left(32) ^ K1) >> (64 - CACHE_BITS)) as usize;
        let cached = self.cache[slot];
        if cached.raw == raw {
            return (cached.hash & !1, cached.hash & 1 != 0);
        }
        let (hash, capital) = self.fold(&text[first..end]);
        self.cache[slot] = Cached { raw, hash: hash | u64::from(capital) };
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
            let inner = (0..word).rev().take_while(|w| self.folded.word(*w).iter().any(|l| l.start == start)).count();
            let word_end = letters.iter().map(|l| l.end).max().unwrap_or(start);
            words.push(Word {
                hash: hash_key(&self.key),
                start,
                end: word_end,
                capital: letters[0].upper,
                mixed: true,
                inner: inner as u8,
            });
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
        words.iter().map(|w| (w.hash, w.start, w.end, w.capital)).collect()
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
