//! Statistics of forms: how much of a word's occurrences are in lower case, and how often it occurs so.
//!
//! French `centre` is a word whatever stands in a list of villages; `Nice` is none in French and one in English. The
//! lists `forms-*.txt` are counted from free texts (`gazetteers/build/README.md`); the build scripts make tables of
//! them that are searched in place, so that nothing is built when a program starts.

mod table;

use unicode_normalization::UnicodeNormalization;

use super::{ALL, LanguageData, applying};
use crate::text::Language;

/// What is known of a form in a language. A form that is not listed occurs in lower case never or hardly ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    /// Share of its occurrences inside sentences that are in lower case, in tenths rounded down; 10 for 95 % and more.
    pub share: u8,
    /// How often it occurs in lower case: 0 less than once in a million words, then 1, 3, 10, 30 … 10,000 times.
    pub frequency: u8,
}

/// No form has more bytes; a test holds it.
const LONGEST: usize = 32;

/// Numbers and punctuation stand in all texts, and have no capitals.
const SIGN: Form = Form { share: 10, frequency: 9 };

impl LanguageData {
    /// The form of a word (lower case, NFC). With `unmarked` the word may lack the marks of the form: the most frequent
    /// form that it may be counts.
    pub fn form(&self, word: &str, unmarked: bool) -> Option<Form> {
        find(self.forms, table::hash(word.as_bytes()), word.as_bytes(), unmarked)
    }
}

/// The form of a word (in any case) in a language, or that of a number in digits or of punctuation; for `und`, that of any language whose share is the highest.
pub fn form(language: Language, word: &str, unmarked: bool) -> Option<Form> {
    if is_sign(word) {
        return Some(SIGN);
    }
    with_lower(word, |word| applying(language).filter_map(|data| data.form(word, unmarked)).max())
}

/// Whether a word (in any case) is a form of any language, with all its marks or without, or a number in digits, or punctuation.
pub fn is_form(word: &str) -> bool {
    if is_sign(word) {
        return true;
    }
    // Decomposed, a form takes at most three bytes more a letter.
    if word.len() > 4 * LONGEST {
        return false;
    }
    with_lower(word, |word| {
        let hash = table::hash(word.as_bytes());
        ALL.iter().any(|data| find(data.forms, hash, word.as_bytes(), true).is_some())
    })
}

/// Whether a word is a number in digits or punctuation.
fn is_sign(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_punctuation())
}

/// Asks with a word in lower case and NFC.
fn with_lower<T>(word: &str, ask: impl Fn(&str) -> T) -> T {
    let mut buffer = [0; LONGEST];
    match buffer.get_mut(..word.len()) {
        Some(lower) if word.is_ascii() => {
            lower.copy_from_slice(word.as_bytes());
            lower.make_ascii_lowercase();
            ask(std::str::from_utf8(lower).unwrap_or(""))
        }
        _ => ask(&word.nfc().flat_map(char::to_lowercase).collect::<String>()),
    }
}

/// The entry of a word; of two, the one without marks is only asked for with `unmarked`.
fn find(table: &[u8], hash: u32, word: &[u8], unmarked: bool) -> Option<Form> {
    let number = |at: usize| Some(u32::from_le_bytes(*table.get(at..)?.first_chunk()?));
    let slots = number(0)? as usize;
    let mut slot = table::home(hash, slots);
    let mut best: Option<Form> = None;
    // A quarter of the slots at least is free, so that the search ends.
    while let Some(place) = number(4 + slot * 4).filter(|place| *place != 0) {
        if (place ^ table::tag(hash)) & !table::PLACE == 0
            && let Some([length, flags, packed, text @ ..]) = table.get((place & table::PLACE) as usize..)
            && text.get(..usize::from(*length)) == Some(word)
            && (unmarked || flags & table::UNMARKED == 0)
        {
            best = best.max(Some(Form { share: (packed >> 4) + 1, frequency: packed & 15 }));
        }
        slot = (slot + 1) % slots;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: [(Language, &str); 3] = [
        (Language::FR, include_str!("forms-fr.txt")),
        (Language::VI, include_str!("forms-vi.txt")),
        (Language::EN, include_str!("forms-en.txt")),
    ];

    #[test]
    fn every_form_of_a_list_is_found() {
        for (language, list) in LISTS {
            let data = super::super::of(language).expect("listed");
            let mut forms = 0;
            for line in list.lines() {
                let (code, words) = line.split_once(' ').expect("a code and forms");
                let [share, frequency] = *code.as_bytes() else { panic!("`{code}` has two digits") };
                let expected = Form { share: share - b'0' + 1, frequency: frequency - b'0' };
                for word in words.split(' ') {
                    assert_eq!(data.form(word, false), Some(expected), "{word}");
                    assert!(data.form(word, true) >= Some(expected), "{word}");
                    assert!(word.len() <= LONGEST, "{word}");
                    assert_eq!(word, super::super::key(word), "lower case and NFC");
                    forms += 1;
                }
            }
            assert!(forms > 2_000, "{language:?}: {forms}");
        }
    }

    #[test]
    fn words_and_names_by_language() {
        let share = |language, word| form(language, word, false).map_or(0, |form| form.share);
        assert_eq!(share(Language::FR, "Village"), 10);
        assert_eq!(share(Language::FR, "Nice"), 0);
        assert_eq!(share(Language::EN, "NICE"), 7);
        assert_eq!(share(Language::UND, "nice"), 7);
        assert_eq!(share(Language::of_tag("de"), "nice"), 0);
        assert_eq!(share(Language::FR, "Qzxqzx"), 0);
        assert_eq!(share(Language::FR, ""), 0);
        let long = "x".repeat(300);
        assert_eq!(share(Language::FR, &long), 0);
        assert_eq!(share(Language::VI, "Người"), 10);
        assert_eq!(share(Language::VI, "Ngu\u{31b}o\u{31b}\u{300}i"), 10, "decomposed");
    }

    #[test]
    fn without_marks_the_most_frequent_form_counts() {
        assert_eq!(form(Language::VI, "Nguoi", false), None);
        assert_eq!(form(Language::VI, "Nguoi", true), form(Language::VI, "người", false));
        assert_eq!(form(Language::VI, "Da", true).map(|form| form.share), Some(10), "đã");
        assert!(is_form("Nguoi") && is_form("CENTRE") && !is_form("Strasbourg"));
    }
}
