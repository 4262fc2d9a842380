//! What a language brings: one file each, listed in [`ALL`].
//!
//! To add a language: write its file beside `en.rs` (a [`LanguageData`] with its function words, abbreviations and
//! plurals), its list of common words (one a line, lower case, NFC, in byte order), and add it to [`ALL`]; the tests
//! of this module and of the detector run over the slice. If it stood among the languages that are only told apart
//! (`others.rs`), take it out there.

use std::sync::OnceLock;

use hashbrown::HashSet;
use unicode_normalization::UnicodeNormalization;

use super::Language;

pub(super) mod abbreviations;
pub(super) mod detect;
mod en;
mod evidence;
pub(crate) mod forms;
mod fr;
mod others;
mod sample;
mod vi;

/// What the engine knows of one language.
pub struct LanguageData {
    /// Its primary subtag.
    pub language: Language,
    /// Common words, one a line, lower case, NFC.
    common_list: &'static str,
    /// `common_list` as a set, built on first use.
    common_set: OnceLock<HashSet<&'static str, foldhash::fast::FixedState>>,
    /// Which words occur in lower case, and how much: the table that the build makes of `forms-*.txt`.
    forms: &'static [u8],
    /// Closed-class and very common words, separated by spaces: the evidence of [`super::detect`].
    pub(super) function_words: &'static str,
    /// Words that begin a sentence but hardly ever a name: they decide after an abbreviation that may end a sentence.
    pub(super) starters: &'static [&'static str],
    /// Abbreviations that never end a sentence (`dr`, `mme`, `tp`), lower case, without the final full stop. Written
    /// without a capital in the text they may.
    pub(super) titles: &'static [&'static str],
    /// Abbreviations that may end a sentence (`inc`, `p.m`); one that mostly does (`etc`) is in no list.
    pub(super) may_end: &'static [&'static str],
    /// Abbreviations before a number only (`no`, `art`, `fig`).
    pub(super) before_number: &'static [&'static str],
    /// Kinship words that stand before names as forms of address, lower case.
    kinship: &'static [&'static str],
    /// Other forms of address before a surname or given name (`mrs`, `président`), lower case, without a full stop.
    address: &'static [&'static str],
    /// The plural of a theme's name, `None` where it has none of its own.
    pub plural: fn(&str) -> Option<String>,
    /// The plural of a person's name (*the Kennedys*), `None` where the language has none.
    pub person_plural: fn(&str) -> Option<String>,
}

/// How many languages there are.
const COUNT: usize = 3;

/// The languages, each with its data.
pub static ALL: &[&LanguageData; COUNT] = &[&fr::DATA, &vi::DATA, &en::DATA];

impl LanguageData {
    /// The primary subtag: `fr`, `vi`, `en`.
    pub fn code(&self) -> &str {
        self.language.as_str()
    }

    /// Whether a word (lower case, NFC) is in the list of common words.
    pub fn is_common(&self, word: &str) -> bool {
        self.common_set.get_or_init(|| self.common_words().collect()).contains(word)
    }

    /// Closed-class and very common words, separated by spaces.
    pub(crate) fn function_words(&self) -> &'static str {
        self.function_words
    }

    /// The common words, in the order of their list.
    pub fn common_words(&self) -> impl Iterator<Item = &'static str> {
        self.common_list.lines().filter(|line| !line.is_empty())
    }
}

/// The data of a language, if it is one of [`ALL`].
pub fn of(language: Language) -> Option<&'static LanguageData> {
    ALL.iter().copied().find(|data| data.language == language)
}

/// Whether a word (lower case) is a common word of the language; for `und`, of any of [`ALL`]; in other languages no word
/// is. The word may be decomposed.
pub fn is_common(language: Language, word: &str) -> bool {
    with_composed(word, |word| applying(language).any(|data| data.is_common(word)))
}

/// Whether a word (lower case) is a kinship word that stands before names as a form of address (`anh`, `bà`, `tante`,
/// `uncle`); languages as in [`is_common`].
pub fn is_kinship(language: Language, word: &str) -> bool {
    with_composed(word, |word| applying(language).any(|data| data.kinship.contains(&word)))
}

/// Whether a word (lower case) is a title or kinship word that stands before a person's short name (`mrs`, `ông`);
/// languages as in [`is_common`].
pub fn is_form_of_address(language: Language, word: &str) -> bool {
    with_composed(word, |word| {
        applying(language).any(|data| data.kinship.contains(&word) || data.address.contains(&word))
    })
}

/// The plural of a theme's name in the language of a BCP 47 tag; `None` where it has none of its own or the language is
/// not one of [`ALL`].
pub fn plural(tag: &str, phrase: &str) -> Option<String> {
    of(Language::of_tag(tag)).and_then(|data| (data.plural)(phrase))
}

/// The plural of a person's name in English (`the Kennedys`): that of its last word.
pub fn plural_of_last_word(name: &str) -> Option<String> {
    person_plural("en", name)
}

/// The plural of a person's name in the language of a BCP 47 tag; only English has one.
pub fn person_plural(tag: &str, name: &str) -> Option<String> {
    of(Language::of_tag(tag)).and_then(|data| (data.person_plural)(name))
}

/// Asks with the word as it stands, and composed where it has marks of its own.
fn with_composed(word: &str, ask: impl Fn(&str) -> bool) -> bool {
    let has_marks = || word.contains(|c| matches!(c, '\u{300}'..='\u{36F}'));
    ask(word) || (has_marks() && ask(&word.nfc().collect::<String>()))
}

/// The data that apply to a text: those of its language, or all where it is not known.
pub(super) fn applying(language: Language) -> impl Iterator<Item = &'static LanguageData> {
    ALL.iter().copied().filter(move |data| data.language == language || language == Language::UND)
}

/// The last character boundary of a text at or before `at`.
pub(super) fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A word in lower case and NFC with `'` as apostrophe: the form of the tables.
fn key(word: &str) -> String {
    word.nfc().flat_map(char::to_lowercase).map(|c| if c == '\u{2019}' { '\'' } else { c }).collect()
}

/// Whether a word may be inflected: letters without digits, and not written in capitals (`IA`, `NATO`, `pH`).
fn is_inflectable(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    letters.next().is_some() && !letters.any(char::is_uppercase) && !word.chars().any(char::is_numeric)
}

/// A replacement with the capital of the word it stands for.
fn in_case_of(word: &str, replacement: &str) -> String {
    let mut letters = replacement.chars();
    match (word.chars().next().is_some_and(char::is_uppercase), letters.next()) {
        (true, Some(first)) => first.to_uppercase().chain(letters).collect(),
        _ => replacement.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_found() {
        for (index, data) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.code() != data.code()), "{}", data.code());
            assert!(std::ptr::eq(of(Language::of_tag(data.code())).expect("listed"), *data));
        }
    }

    #[test]
    fn word_lists_are_lower_case_nfc_and_in_byte_order() {
        for data in ALL {
            let words: Vec<&str> = data.common_words().collect();
            assert!(!words.is_empty(), "{}", data.code());
            for pair in words.windows(2) {
                assert!(pair[0] < pair[1], "{}: `{}` before `{}`", data.code(), pair[0], pair[1]);
            }
            for word in words.iter().copied().chain(data.function_words.split_whitespace()) {
                assert_eq!(word, key(word), "{}", data.code());
            }
            for list in [data.titles, data.may_end, data.before_number, data.starters, data.kinship, data.address] {
                for word in list {
                    assert_eq!(word.to_lowercase().nfc().collect::<String>(), *word, "{}", data.code());
                    assert!(!word.ends_with('.') && !word.contains(' '), "{}: `{word}`", data.code());
                }
            }
        }
    }

    #[test]
    fn common_words_belong_to_their_language() {
        for data in ALL {
            let word = data.common_words().next().expect("no list is empty");
            assert!(is_common(data.language, word) && is_common(Language::UND, word), "{word}");
            assert!(!is_common(data.language, "qzxqzx") && !is_common(Language::UND, ""));
            assert!(!is_common(Language::of_tag("de"), word), "{word}");
        }
    }

    #[test]
    fn kinship_words() {
        assert!(
            is_kinship(Language::VI, "anh") && is_kinship(Language::UND, "tante") && is_kinship(Language::EN, "uncle")
        );
        assert!(is_kinship(Language::VI, "ba\u{300}"), "decomposed");
        assert!(is_form_of_address(Language::EN, "mrs") && is_form_of_address(Language::VI, "ông"));
        assert!(!is_form_of_address(Language::EN, "in") && !is_form_of_address(Language::VI, "mrs"));
        assert!(!is_kinship(Language::EN, "anh") && !is_kinship(Language::of_tag("de"), "tante"));
    }

    #[test]
    fn plurals_go_by_language() {
        assert_eq!(plural("fr-CA", "réseau").as_deref(), Some("réseaux"));
        assert_eq!(plural("en", "network").as_deref(), Some("networks"));
        assert_eq!(plural("vi", "mạng"), None);
        assert_eq!(plural("", "network"), None);
        assert_eq!(plural_of_last_word("Jones").as_deref(), Some("Joneses"));
        assert_eq!(person_plural("fr", "Dupont"), None);
    }
}
