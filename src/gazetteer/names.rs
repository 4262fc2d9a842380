//! Names as strings: how they are cleaned on reading, which of them cannot be used, and the few questions about
//! their shape that the checks ask.
//!
//! The words here are an approximation (alphanumeric characters, marks and `_`) that serves limits and warnings only;
//! matching cuts words by the exact rules of `text`.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::{HashMap, HashTable};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{MAX_NAME_BYTES, MAX_NAME_WORDS, MatchPolicy, Name, NameRole, Names};

/// A name without the spaces around it, in NFC.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if is_plainly_composed(text) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Whether a text is in NFC by the blocks its characters stand in, without a look at tables. Most names are, and
/// gazetteers have millions of them.
fn is_plainly_composed(text: &str) -> bool {
    // Bytes below 0xCC spell the characters below U+0300, the first combining one.
    text.bytes().all(|byte| byte < 0xCC) || text.chars().all(is_always_composed)
}

/// Characters that stay themselves in NFC beside whatever stands around them: no marks, nothing that composes with what
/// is before it, nothing that is replaced. A test tries them all.
fn is_always_composed(c: char) -> bool {
    matches!(c,
        '\0'..='\u{2FF}' | '\u{388}'..='\u{482}' | '\u{48A}'..='\u{590}' | '\u{5D0}'..='\u{5F4}'
        | '\u{61B}'..='\u{64A}' | '\u{66E}'..='\u{66F}' | '\u{671}'..='\u{6D5}' | '\u{E01}'..='\u{E37}'
        | '\u{10A0}'..='\u{1160}' | '\u{1E00}'..='\u{1EFF}' | '\u{2002}'..='\u{20CF}' | '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}' | '\u{30A0}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF9D}')
}

/// Why a clean name cannot be matched: a stable code and a message. Such names are skipped with a warning.
pub(crate) fn unusable(text: &str) -> Option<(&'static str, String)> {
    if text.len() > MAX_NAME_BYTES {
        let message = format!("name of {} bytes is skipped, at most {MAX_NAME_BYTES}: `{}…`", text.len(), head(text));
        return Some(("long-name", message));
    }
    // More than 32 words need at least 32 gaps of a byte.
    if text.len() > 2 * MAX_NAME_WORDS {
        let count = words(text).count();
        if count > MAX_NAME_WORDS {
            let message = format!("name of {count} words is skipped, at most {MAX_NAME_WORDS}: `{}…`", head(text));
            return Some(("long-name", message));
        }
    }
    if folds_to_nothing(text) {
        return Some(("empty-name", format!("name without a letter, digit or symbol is skipped: `{text}`")));
    }
    None
}

fn head(text: &str) -> &str {
    let end = text.char_indices().nth(40).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Whether nothing of a name is left to search for: only spaces, hyphens, apostrophes, marks without a letter, and
/// characters that are never shown.
pub(crate) fn folds_to_nothing(text: &str) -> bool {
    text.chars().all(|c| {
        !c.is_ascii_alphanumeric()
            && (c.is_whitespace()
                || is_soft_sign(c)
                || is_default_ignorable(c)
                || c.is_control()
                || is_combining_mark(c))
    })
}

/// Hyphens and apostrophes of a soft gap.
fn is_soft_sign(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}') || is_apostrophe(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '′' | '´' | '`' | '＇' | '｀')
}

/// The Unicode property Default_Ignorable_Code_Point.
pub(crate) fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

fn is_word_char(c: char) -> bool {
    (c.is_alphanumeric() || c == '_' || is_combining_mark(c) || is_default_ignorable(c)) && !is_apostrophe(c)
}

/// The words of a name, approximately.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word_char(c)).filter(|word| word.chars().any(|c| !is_default_ignorable(c)))
}

/// The only word of a name that is one word and nothing else.
pub(crate) fn only_word(text: &str) -> Option<&str> {
    (!text.is_empty() && text.chars().all(is_word_char)).then_some(text)
}

/// Whether a name is a short acronym in shape: two or three capitals or digits, one of them a capital letter.
pub(crate) fn is_short_acronym(text: &str) -> bool {
    (2..=3).contains(&text.chars().count())
        && text.chars().all(|c| c.is_uppercase() || c.is_numeric())
        && text.chars().any(char::is_uppercase)
}

/// Names that were already listed, so that repeats within an entity are dropped.
///
/// Short lists are searched from end to end; an entity with many names gets a table.
#[derive(Default)]
pub(crate) struct NameIndex {
    tables: HashMap<u32, HashTable<u32>>,
}

/// How many names an entity has before a table pays.
const TABLE_FROM: usize = 48;

impl NameIndex {
    /// Adds a name to the names of an entity, unless they have it already (same text, language, policy and role, where
    /// an alias repeats a canonical name but not an acronym). Of repeats, the highest prior counts.
    pub(crate) fn add(&mut self, names: &mut Names, entity: u32, name: NewName<'_>) {
        let found = if names.len() < TABLE_FROM {
            names.iter().position(|other| name.repeats(other))
        } else {
            let table = self.tables.entry(entity).or_insert_with(|| {
                let mut table = HashTable::with_capacity(2 * names.len());
                for (index, name) in (0u32..).zip(names.iter()) {
                    table.insert_unique(hash(&name.text), index, |i| hash(&names[*i as usize].text));
                }
                table
            });
            let found = table.find(hash(name.text), |index| name.repeats(&names[*index as usize])).map(|i| *i as usize);
            if found.is_none() {
                let index = u32::try_from(names.len()).unwrap_or(u32::MAX);
                table.insert_unique(hash(name.text), index, |i| {
                    hash(names.get(*i as usize).map_or(name.text, |n| &n.text))
                });
            }
            found
        };
        match found {
            Some(index) => {
                let known = &mut names[index];
                known.prior = match (known.prior, name.prior) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    (a, b) => a.or(b),
                };
                known.role = known.role.min(name.role);
            }
            None => names.push(Name {
                text: name.text.into(),
                lang: name.lang.cloned(),
                role: name.role,
                policy: name.policy,
                prior: name.prior,
            }),
        }
    }

    /// Forgets all names: the next row is another entity.
    pub(crate) fn clear(&mut self) {
        self.tables.clear();
    }
}

fn hash(text: &str) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::with_seed(11).hash_one(text)
}

/// A name before it is stored.
#[derive(Clone, Copy)]
pub(crate) struct NewName<'a> {
    pub(crate) text: &'a str,
    pub(crate) lang: Option<&'a Arc<str>>,
    pub(crate) role: NameRole,
    pub(crate) policy: Option<MatchPolicy>,
    pub(crate) prior: Option<f32>,
}

impl NewName<'_> {
    fn repeats(&self, other: &Name) -> bool {
        self.text == other.text
            && self.lang.map(AsRef::as_ref) == other.lang.as_deref()
            && self.policy == other.policy
            && (self.role == NameRole::Acronym) == (other.role == NameRole::Acronym)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_composed() {
        assert_eq!(clean(" Paris\u{a0}"), "Paris");
        assert_eq!(clean("Ha\u{300} No\u{323}\u{302}i"), "Hà Nội");
        assert_eq!(clean("\t"), "");
    }

    #[test]
    fn characters_of_the_quick_check_are_always_composed() {
        let all = || (0..=0x10_FFFF).filter_map(char::from_u32).filter(|c| is_always_composed(*c));
        assert!(all().count() > 40_000);
        for c in all() {
            assert_eq!(is_nfc_quick([c].into_iter()), IsNormalized::Yes, "{:04x}", c as u32);
            assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{:04x}", c as u32);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_quick_check_changes_no_name(
            parts in proptest::collection::vec(proptest::prop_oneof![
                2 => "[ -~]{0,3}",
                2 => "[\u{80}-\u{37f}\u{1e00}-\u{1fff}]{1,3}",
                1 => "[\u{300}-\u{345}\u{3099}]{1,2}",
                1 => "[\u{1100}-\u{11ff}\u{ac00}-\u{ac20}\u{f900}-\u{f920}\u{3040}-\u{30ff}]{1,3}",
                1 => "\\PC{0,3}",
            ], 0..6),
        ) {
            let text = parts.concat();
            let composed: String = text.trim().nfc().collect();
            proptest::prop_assert_eq!(clean(&text), composed);
        }
    }

    #[test]
    fn long_and_empty_names_are_unusable() {
        let words_32 = ["a"; 32].join(" ");
        let words_33 = ["a"; 33].join(" ");
        let bytes_256 = "é".repeat(128);
        for (name, code) in [
            ("Paris", None),
            ("C++", None),
            ("++", None),
            ("—", None),
            ("🇫🇷", None),
            ("_", None),
            ("-", Some("empty-name")),
            ("’ ‑", Some("empty-name")),
            ("\u{200b}\u{ad}", Some("empty-name")),
            ("\u{301}", Some("empty-name")),
            (&words_32, None),
            (&words_33, Some("long-name")),
            (&bytes_256, None),
            (&format!("{bytes_256}a"), Some("long-name")),
        ] {
            assert_eq!(unusable(name).map(|(code, _)| code), code, "{name}");
        }
    }

    #[test]
    fn shapes() {
        assert_eq!(words("Saint-Denis d’Anjou (49)").collect::<Vec<_>>(), ["Saint", "Denis", "d", "Anjou", "49"]);
        assert_eq!(only_word("inflation"), Some("inflation"));
        assert_eq!(only_word("l’eau"), None);
        assert_eq!(only_word("C++"), None);
        assert!(is_short_acronym("UN") && is_short_acronym("G7") && is_short_acronym("ĐH"));
        assert!(!is_short_acronym("Un") && !is_short_acronym("77") && !is_short_acronym("OTAN"));
    }

    #[test]
    fn repeats_are_dropped_in_short_and_long_lists() {
        let french: Arc<str> = "fr".into();
        for count in [3usize, 200] {
            let mut names = Names::default();
            let mut index = NameIndex::default();
            let list: Vec<String> = (0..count).map(|i| format!("n{i}")).collect();
            for round in 0..2 {
                for text in &list {
                    let prior = Some(if round == 0 { 0.25 } else { 0.75 });
                    let name = NewName { text, lang: Some(&french), role: NameRole::Alias, policy: None, prior };
                    index.add(&mut names, 7, name);
                }
            }
            assert_eq!(names.len(), count);
            assert!(names.iter().all(|name| name.prior == Some(0.75)));
            let untagged = NewName { text: "n0", lang: None, role: NameRole::Canonical, policy: None, prior: None };
            index.add(&mut names, 7, untagged);
            index.add(&mut names, 7, NewName { role: NameRole::Alias, ..untagged });
            index.add(&mut names, 7, NewName { role: NameRole::Acronym, ..untagged });
            assert_eq!(names.len(), count + 2);
        }
    }
}
