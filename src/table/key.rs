//! Search keys of unlisted names.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Appends the search key of a text to a buffer: texts with the same key are the same name.
pub type SearchKey = fn(text: &str, key: &mut String);

/// A search key good enough where the engine's own fold tables are not at hand: compatibility decomposition without
/// marks, lower case, đ as d, runs of white space, hyphens and apostrophes as one space.
pub fn plain_search_key(text: &str, key: &mut String) {
    let start = key.len();
    let mut gap = false;
    let mut push = |character: char| {
        if character.is_whitespace() || is_joint(character) {
            gap = true;
            return;
        }
        if std::mem::take(&mut gap) && key.len() > start {
            key.push(' ');
        }
        key.push(character);
    };
    if text.is_ascii() {
        text.bytes().for_each(|byte| push(byte.to_ascii_lowercase() as char));
        return;
    }
    for character in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        push(if matches!(character, 'đ' | 'ð') { 'd' } else { character });
    }
}

fn is_joint(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '′' | '´' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        let mut key = String::from("before|");
        plain_search_key(text, &mut key);
        key.split_off(7)
    }

    #[test]
    fn spellings_of_a_name_share_a_key() {
        for same in ["Đặng Văn-Lâm", "ĐẶNG\nVĂN LÂM", "Dang Van  Lam", "\u{110}ặng Văn Lâm"] {
            assert_eq!(key(same), "dang van lam", "{same}");
        }
        assert_eq!(key("L’Haÿ-les-Roses"), "l hay les roses");
        assert_ne!(key("Jean Paul"), key("Jeanpaul"));
    }
}
