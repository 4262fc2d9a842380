//! What a word before or after a full stop says about it: the lists of all languages in one table.

use std::sync::OnceLock;

use hashbrown::HashMap;

use super::evidence::pack;
use super::{ALL, COUNT, Language, LanguageData};

/// Never ends a sentence.
pub(in crate::text) const TITLE: u8 = 1;
/// May end a sentence.
pub(in crate::text) const MAY_END: u8 = 2;
/// Ends no sentence before a number.
pub(in crate::text) const BEFORE_NUMBER: u8 = 4;
/// Begins sentences and hardly ever names.
pub(in crate::text) const STARTER: u8 = 8;

/// The roles of words around full stops in one language, or in all.
#[derive(Clone, Copy)]
pub(in crate::text) struct Roles {
    table: &'static Table,
    endings: &'static Endings,
    /// Index in [`ALL`], or none for all of them.
    language: Option<usize>,
}

#[derive(Default)]
struct Table {
    /// For each word of at most 16 bytes its roles in each of [`ALL`].
    words: HashMap<u128, [u8; COUNT], foldhash::fast::FixedState>,
    /// Of the abbreviations of each of [`ALL`], and of all.
    endings: [Endings; COUNT + 1],
}

/// How abbreviations end: what most words before a full stop do not.
#[derive(Default)]
struct Endings {
    /// By the letter before the last one, bits of last letters.
    letters: [u32; 32],
    /// Bits of the last letters that stand behind one with a mark.
    behind_marks: u32,
    /// Last bytes, in either case the same, of those that end in two bytes from 0xC3 on, and in three from 0xE1 on.
    marked: [u64; 2],
}

/// Which of [`Endings::marked`], and which bit of it, a last character has whose bytes begin and end so. It is the same
/// for `é` and `É`, and for `ệ` and `Ệ`.
fn mark(lead: u8, end: u8) -> (usize, u32) {
    match lead {
        0xE1 => (1, u32::from(end & 63 | 1)),
        _ => (0, u32::from(end & 63 | 32)),
    }
}

impl Endings {
    fn insert(&mut self, word: &[u8]) {
        match word {
            [.., before, end] if before.is_ascii_alphabetic() && end.is_ascii_alphabetic() => {
                self.letters[usize::from(before & 31)] |= 1 << (end & 31);
            }
            [.., before, end] if !before.is_ascii() && end.is_ascii_alphabetic() => {
                self.behind_marks |= 1 << (end & 31)
            }
            _ => {}
        }
        if let [.., lead @ 0xC3, end] | [.., lead @ 0xE1, 0xBA | 0xBB, end] = word {
            let (list, bit) = mark(*lead, *end);
            self.marked[list] |= 1 << bit;
        }
    }
}

impl Roles {
    /// The roles in a language; where it is none of [`ALL`], those of any.
    pub(in crate::text) fn of(language: Language) -> Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        let language = ALL.iter().position(|data| data.language == language);
        let table = TABLE.get_or_init(build);
        Self { table, endings: &table.endings[language.unwrap_or(COUNT)], language }
    }

    /// The roles of a word (lower case, NFC, no final full stop), as bits.
    pub(in crate::text) fn get(&self, word: &[u8]) -> u8 {
        pack(word).map_or(0, |key| self.of_packed(key))
    }

    /// [`Roles::get`] of a word as [`pack`] has it.
    #[inline]
    pub(in crate::text) fn of_packed(&self, word: u128) -> u8 {
        let Some(roles) = self.table.words.get(&word) else { return 0 };
        match self.language {
            Some(index) => roles[index],
            None => roles.iter().fold(0, |all, roles| all | roles),
        }
    }

    /// Whether some abbreviation ends in two ASCII letters, in either case.
    #[inline]
    pub(in crate::text) fn may_end_in(&self, before: u8, end: u8) -> bool {
        self.endings.letters[usize::from(before & 31)] >> (end & 31) & 1 != 0
    }

    /// Whether some abbreviation ends in a letter above ASCII and this one, in either case.
    #[inline]
    pub(in crate::text) fn may_end_behind_mark(&self, end: u8) -> bool {
        self.endings.behind_marks >> (end & 31) & 1 != 0
    }

    /// Whether some abbreviation ends in a character whose first byte is 0xC3, or whose first two are 0xE1 and 0xBA or
    /// 0xBB, and whose last byte is `end`, in either case. `ẞ` must not be asked about: its other case is not beside it.
    #[inline]
    pub(in crate::text) fn may_end_marked(&self, lead: u8, end: u8) -> bool {
        let (list, bit) = mark(lead, end);
        self.endings.marked[list] >> bit & 1 != 0
    }
}

fn build() -> Table {
    let mut table = Table::default();
    for (index, data) in ALL.iter().enumerate() {
        for (list, role) in lists(data) {
            for word in list {
                if let Some(key) = pack(word.as_bytes()) {
                    table.words.entry(key).or_default()[index] |= role;
                }
                if role != STARTER {
                    table.endings[index].insert(word.as_bytes());
                    table.endings[COUNT].insert(word.as_bytes());
                }
            }
        }
    }
    table
}

fn lists(data: &LanguageData) -> [(&'static [&'static str], u8); 4] {
    [(data.titles, TITLE), (data.may_end, MAY_END), (data.before_number, BEFORE_NUMBER), (data.starters, STARTER)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_lists_is_in_the_table() {
        for data in ALL {
            for (list, role) in lists(data) {
                for word in list {
                    let digits = word.bytes().rev().take_while(u8::is_ascii_digit).count();
                    assert!(digits < 4, "four digits are told at a glance: {word}");
                    for word in [word.to_lowercase(), word.to_uppercase()] {
                        let roles = [Roles::of(data.language), Roles::of(Language::UND)];
                        let tells = |told: &dyn Fn(Roles) -> bool| role == STARTER || roles.into_iter().all(told);
                        match word.as_bytes() {
                            [.., a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                                assert!(tells(&|roles| roles.may_end_in(*a, *b)), "{word}");
                            }
                            [.., a, b] if !a.is_ascii() && b.is_ascii_alphabetic() => {
                                assert!(tells(&|roles| roles.may_end_behind_mark(*b)), "{word}");
                            }
                            [.., lead @ 0xC3, end] | [.., lead @ 0xE1, 0xBA | 0xBB, end] => {
                                assert!(tells(&|roles| roles.may_end_marked(*lead, *end)), "{word}");
                            }
                            _ => {}
                        }
                    }
                    assert_eq!(Roles::of(data.language).get(word.as_bytes()) & role, role, "{}: `{word}`", data.code());
                    assert_eq!(Roles::of(Language::UND).get(word.as_bytes()) & role, role);
                }
            }
        }
        assert_eq!(Roles::of(Language::EN).get("mme".as_bytes()), 0);
    }
}
