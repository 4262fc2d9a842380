//! Capitals, letters and sentence ends: what characters are in a passage in capitals.

use super::{COMPLEX, HARD, IGNORED, LETTER, MARK, SOFT, entry, sequence};

/// What a character is for a passage in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cased {
    /// So many capital letters.
    Upper(u32),
    /// A letter that is no capital (scripts without case included).
    Lower,
    /// A digit or mark: belongs to a word, is no letter.
    InWord,
    /// A space or tab.
    Space,
    /// A line break.
    Break,
    /// `. ! ?` or what decomposes to them at its end.
    Ender,
    /// Vanishes.
    Ignored,
    /// Any other symbol.
    Other,
}

/// The class of a character in a passage.
pub(crate) fn cased(c: char) -> Cased {
    if c.is_ascii() {
        return match c {
            'A'..='Z' => Cased::Upper(1),
            'a'..='z' => Cased::Lower,
            '0'..='9' | '_' => Cased::InWord,
            ' ' | '\t' => Cased::Space,
            '\n' | '\r' => Cased::Break,
            '.' | '!' | '?' => Cased::Ender,
            _ => Cased::Other,
        };
    }
    let e = entry(c);
    match e >> 29 {
        COMPLEX => {
            let items = sequence(e);
            let letters: Vec<Cased> = items.iter().map(|item| cased_item(*item, c)).collect();
            if letters.contains(&Cased::Lower) {
                return Cased::Lower;
            }
            match letters.iter().filter(|l| matches!(l, Cased::Upper(_))).count() {
                0 => letters.last().copied().unwrap_or(Cased::Other),
                n => Cased::Upper(n as u32),
            }
        }
        _ => cased_item(e, c),
    }
}

fn cased_item(item: u32, c: char) -> Cased {
    match item >> 29 {
        LETTER => {
            let key = match item & 0x3_FFFF {
                0 => c,
                key => char::from_u32(key).unwrap_or(c),
            };
            if item >> 21 & 1 != 0 {
                Cased::Upper(1)
            } else if key.is_numeric() || key == '\u{7F}' {
                Cased::InWord
            } else {
                Cased::Lower
            }
        }
        MARK => Cased::InWord,
        IGNORED => Cased::Ignored,
        SOFT => match item & 7 {
            0 => Cased::Space,
            1 | 2 => Cased::Break,
            _ => Cased::Other,
        },
        HARD => match item & 0x1F_FFFF {
            0x21 | 0x2E | 0x3F => Cased::Ender,
            _ => Cased::Other,
        },
        _ => Cased::Lower,
    }
}
