//! Which language a word speaks for: the function words of every language in one table.

use std::sync::OnceLock;

use hashbrown::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::others::FUNCTION_WORDS;
use super::{ALL, Language};

/// Room for the scores of all languages: those of [`ALL`] first, then the others.
pub(super) const MAX_LANGUAGES: usize = 64;

/// The languages that stand for a word, as bits (bit = index of the language).
#[derive(Clone, Copy, Default)]
pub(super) struct Votes {
    /// Languages in which it is one of the very commonest words.
    pub(super) top: u64,
    /// Languages in which it is a function word (a superset of `top`).
    pub(super) any: u64,
}

/// How many words at the head of a list count as the very commonest.
const TOP_WORDS: usize = 30;

/// Words of up to 16 bytes, packed into one number.
pub(super) struct Evidence {
    words: HashMap<u128, Votes, foldhash::fast::FixedState>,
    /// Vietnamese function words without their marks.
    bare_vietnamese: HashSet<u128, foldhash::fast::FixedState>,
}

/// A word of at most 16 bytes as a number.
pub(super) fn pack(word: &[u8]) -> Option<u128> {
    let mut bytes = [0; 16];
    bytes.get_mut(..word.len())?.copy_from_slice(word);
    Some(u128::from_le_bytes(bytes))
}

/// The codes in the order of the bits.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|data| data.code()).chain(FUNCTION_WORDS.iter().map(|(code, _)| *code))
}

impl Evidence {
    /// The table, built on first use (about 3,000 words).
    pub(super) fn get() -> &'static Evidence {
        static TABLE: OnceLock<Evidence> = OnceLock::new();
        TABLE.get_or_init(Evidence::build)
    }

    fn build() -> Self {
        let mut evidence = Self { words: HashMap::default(), bare_vietnamese: HashSet::default() };
        let lists = ALL.iter().map(|data| data.function_words).chain(FUNCTION_WORDS.iter().map(|(_, list)| *list));
        for (index, list) in lists.enumerate() {
            let language = ALL.get(index).map(|data| data.language);
            for (rank, word) in list.split_whitespace().enumerate() {
                evidence.insert(word, index, rank);
                // Texts in capitals or typed without marks. Short words would collide too often (`là`, `la`).
                let bare: String =
                    word.nfd().filter(|c| !is_combining_mark(*c)).map(|c| if c == 'đ' { 'd' } else { c }).collect();
                if bare != word && (bare.len() >= 4 || language == Some(Language::FR)) {
                    evidence.insert(&bare, index, rank);
                }
                if language == Some(Language::VI) {
                    evidence.bare_vietnamese.extend(pack(bare.as_bytes()));
                }
            }
        }
        evidence
    }

    fn insert(&mut self, word: &str, index: usize, rank: usize) {
        if let Some(key) = pack(word.as_bytes()) {
            let votes = self.words.entry(key).or_default();
            votes.any |= 1 << index;
            if rank < TOP_WORDS {
                votes.top |= 1 << index;
            }
        }
    }

    /// Whether a word is a Vietnamese function word without its marks (`cua`, `la`).
    pub(super) fn is_bare_vietnamese(&self, word: &[u8]) -> bool {
        pack(word).is_some_and(|key| self.bare_vietnamese.contains(&key))
    }

    /// The languages that stand for a word (lower case, NFC).
    pub(super) fn of(&self, word: &[u8]) -> Votes {
        pack(word).and_then(|key| self.words.get(&key)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_bit_and_a_list_in_lower_case() {
        assert!(codes().count() <= MAX_LANGUAGES);
        let mut seen: Vec<&str> = codes().collect();
        seen.sort_unstable();
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]));
        for (code, list) in FUNCTION_WORDS {
            assert_eq!(list.nfc().collect::<String>().to_lowercase(), **list, "{code}");
        }
    }

    #[test]
    fn words_vote_for_their_languages() {
        let votes = |word: &str| {
            let votes = Evidence::get().of(word.as_bytes()).any;
            codes().enumerate().filter(|(bit, _)| votes >> bit & 1 == 1).map(|(_, code)| code).collect::<Vec<_>>()
        };
        assert_eq!(votes("the"), ["en"]);
        assert_eq!(votes("không"), ["vi"]);
        assert_eq!(votes("khong"), ["vi"]);
        assert!(votes("les").contains(&"fr") && votes("les").contains(&"ca"));
        assert!(votes("xylophone").is_empty());
    }
}
