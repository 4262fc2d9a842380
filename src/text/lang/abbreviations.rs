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
    /// Index in [`ALL`], or none for all of them.
    language: Option<usize>,
}

/// For each word of at most 16 bytes its roles in each of [`ALL`].
type Table = HashMap<u128, [u8; COUNT], foldhash::fast::FixedState>;

impl Roles {
    /// The roles in a language; where it is none of [`ALL`], those of any.
    pub(in crate::text) fn of(language: Language) -> Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        let language = ALL.iter().position(|data| data.language == language);
        Self { table: TABLE.get_or_init(build), language }
    }

    /// The roles of a word (lower case, NFC, no final full stop), as bits.
    pub(in crate::text) fn get(&self, word: &[u8]) -> u8 {
        let Some(roles) = pack(word).and_then(|key| self.table.get(&key)) else { return 0 };
        match self.language {
            Some(index) => roles[index],
            None => roles.iter().fold(0, |all, roles| all | roles),
        }
    }
}

fn build() -> Table {
    let mut table = Table::default();
    for (index, data) in ALL.iter().enumerate() {
        for (list, role) in lists(data) {
            for key in list.iter().filter_map(|word| pack(word.as_bytes())) {
                table.entry(key).or_default()[index] |= role;
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
                    assert_eq!(Roles::of(data.language).get(word.as_bytes()) & role, role, "{}: `{word}`", data.code());
                    assert_eq!(Roles::of(Language::UND).get(word.as_bytes()) & role, role);
                }
            }
        }
        assert_eq!(Roles::of(Language::EN).get("mme".as_bytes()), 0);
    }
}
