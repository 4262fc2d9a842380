//! The words around the end of a sentence.

use super::super::lang::abbreviations::Roles;

/// What the first character of a possible sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A capital, a letter without case or a symbol.
    Yes,
    Digit,
    /// A lower-case letter, punctuation, or nothing.
    No,
}

/// Where the first word after opening quotes, brackets and dashes begins, and what it begins with.
pub(super) fn sentence_start(text: &str, at: usize) -> (usize, Start) {
    let mut at = at;
    for _ in 0..8 {
        let Some(c) = text[at..].chars().next() else { return (at, Start::No) };
        match c {
            '«' | '‹' | '“' | '‘' | '„' | '"' | '\'' | '(' | '[' | '{' | '¿' | '¡' | '–' | '—' | '-' | '•' | '*'
            | '’' | '”' | ' ' | '\u{A0}' | '\u{202F}' | '\t' | '\n' => at += c.len_utf8(),
            _ => return (at, start_of(c)),
        }
    }
    (at, Start::No)
}

fn start_of(c: char) -> Start {
    match c {
        'A'..='Z' => Start::Yes,
        'a'..='z' => Start::No,
        '0'..='9' => Start::Digit,
        '$' | '#' | '@' => Start::Yes,
        '\0'..='\x7F' | '…' | '»' => Start::No,
        // Latin letters of French and Vietnamese, without a look at tables.
        'À'..='Ö' | 'Ø'..='Þ' | 'Đ' => Start::Yes,
        'ß'..='ö' | 'ø'..='ÿ' | 'đ' => Start::No,
        'Ạ'..='ỹ' => [Start::Yes, Start::No][c as usize & 1],
        _ if c.is_lowercase() => Start::No,
        _ => Start::Yes,
    }
}

/// No abbreviation of the lists is longer, in bytes.
const LONGEST_ABBREVIATION: usize = 12;

/// Whether it shows at a glance that a full stop behind these bytes belongs to no abbreviation: what stands there is no
/// short number, no initial, nothing with full stops inside, and no word of the lists. A `false` says nothing; nearly all
/// words before a full stop are told here.
#[inline]
pub(super) fn ends_plainly(bytes: &[u8], roles: &Roles) -> bool {
    let Some(last) = bytes.last_chunk::<16>() else { return false };
    match last {
        // No word ends here.
        [.., b' ' | b'!'..=b',' | b':'..=b'@' | b'['..=b'`' | b'{'..=b'~'] => true,
        // Behind a Latin letter with a mark, not behind `×` or `÷`.
        [.., 0xC4..=0xC6, _, end] | [.., 0xE1, 0xBA | 0xBB, _, end] if end.is_ascii_alphabetic() => {
            !roles.may_end_behind_mark(*end) && has_no_full_stop(last)
        }
        [.., 0xC3, mark, end] if end.is_ascii_alphabetic() => {
            !matches!(mark, 0x97 | 0xB7) && !roles.may_end_behind_mark(*end) && has_no_full_stop(last)
        }
        [.., before, end] if end.is_ascii_alphabetic() => {
            before.is_ascii_alphabetic()
                && (!roles.may_end_in(*before, *end) && has_no_full_stop(last) || is_plain_word(last, roles))
        }
        // Longer than the number of an item, and no abbreviation ends in a digit.
        [.., a, b, c, d] if [a, b, c, d].into_iter().all(u8::is_ascii_digit) => has_no_full_stop(last),
        // A letter before one with a mark. `ẞ` has its other case elsewhere.
        [.., before, 0xC3, end] => {
            before.is_ascii_alphabetic() && !roles.may_end_marked(0xC3, *end) && has_no_full_stop(last)
        }
        [.., before, 0xE1, 0xBA | 0xBB, end] if *end != 0x9E => {
            before.is_ascii_alphabetic() && !roles.may_end_marked(0xE1, *end) && has_no_full_stop(last)
        }
        _ => false,
    }
}

const ONES: u128 = u128::from_ne_bytes([1; 16]);
const LOW: u128 = u128::from_ne_bytes([0x7F; 16]);

/// No abbreviation of several parts ends here: these are more bytes than it may have.
#[inline]
fn has_no_full_stop(last: &[u8; 16]) -> bool {
    let others = u128::from_le_bytes(*last) ^ (ONES * u128::from(b'.'));
    ((others & LOW) + LOW) | others | LOW == u128::MAX
}

/// Bytes with ASCII letters in lower case, and the highest bit of each byte that is such a letter.
#[inline]
fn letters(bytes: &[u8; 16]) -> (u128, u128) {
    let lower = u128::from_le_bytes(*bytes) | (ONES * 0x20);
    // Each byte less `a`, with the highest bit as a guard that no borrow passes; from 26 on it is no letter.
    let above = (lower | !LOW) - ONES * u128::from(b'a');
    (lower, !((above & LOW) + ONES * (0x80 - 26)) & above & !lower & !LOW)
}

/// The roles of the word at the beginning if it shows at a glance: ASCII letters, two at least, and then an ASCII
/// character that is no apostrophe.
#[inline]
pub(super) fn roles_of_first(bytes: &[u8], roles: &Roles) -> Option<u8> {
    let first = bytes.first_chunk::<16>()?;
    let (lower, letters) = letters(first);
    let count = (letters ^ !LOW).trailing_zeros() as usize / 8;
    let end = first.get(count)?;
    let whole = count >= 2 && end.is_ascii() && *end != b'\'';
    whole.then(|| roles.of_packed(lower & ((1 << (8 * count)) - 1)))
}

/// Whether the ASCII letters at the end are all of a word, and that is in no list.
#[inline]
fn is_plain_word(last: &[u8; 16], roles: &Roles) -> bool {
    let (lower, letters) = letters(last);
    let count = (letters ^ !LOW).leading_zeros() as usize / 8;
    match count {
        0..=1 => false,
        2..=LONGEST_ABBREVIATION => last[15 - count] == b' ' && roles.of_packed(lower >> (8 * (16 - count))) == 0,
        _ => true,
    }
}

/// The word before a full stop, in lower case.
pub(super) struct Token<'b> {
    pub(super) word: &'b [u8],
    /// Length in the text, in bytes.
    pub(super) len: usize,
    pub(super) letters: usize,
    pub(super) is_capitalised: bool,
    /// Digits only.
    pub(super) is_number: bool,
    /// Short parts between full stops, the first a single letter (`U.S`, `p.m`, `J.-C`).
    pub(super) is_dotted: bool,
}

impl<'b> Token<'b> {
    /// None if no word stands there or it is too long for an abbreviation.
    pub(super) fn before(text: &str, buffer: &'b mut [u8; 20]) -> Option<Self> {
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '/');
        let mut start = text.len();
        for (at, c) in text.char_indices().rev() {
            if !inside(c) {
                break;
            }
            start = at;
            if text.len() - start > LONGEST_ABBREVIATION {
                return None;
            }
        }
        let token = text[start..].trim_start_matches(['-', '.', '/']);
        let first = token.chars().next()?;
        let mut lower = Lower::default();
        if !token.chars().all(|c| lower.push(c)) {
            return None;
        }
        buffer[..lower.len].copy_from_slice(lower.as_bytes());
        let is_number = token.bytes().all(|b| b.is_ascii_digit());
        // `°C.` and `m²C.` end in a unit, not in an initial.
        let before = text[..text.len() - token.len()].chars().next_back();
        let stands_alone = before.is_none_or(|c| {
            c.is_whitespace()
                || matches!(c, '(' | '[' | '«' | '"' | '“' | '.' | '-' | '\'' | '’' | '‘' | '—' | '–' | '/')
        });
        let letters = token.chars().count();
        let parts = || token.split(['.', '-']).filter(|part| !part.is_empty());
        Some(Self {
            word: &buffer[..lower.len],
            len: token.len(),
            letters,
            is_capitalised: first.is_uppercase() && (letters > 1 || stands_alone),
            is_number,
            is_dotted: token.contains('.')
                && first.is_alphabetic()
                && parts().next().is_some_and(|part| part.chars().count() == 1)
                && parts().all(|part| part.len() <= 4),
        })
    }
}

/// A word in lower case, at most 20 bytes.
#[derive(Default)]
pub(super) struct Lower {
    bytes: [u8; 20],
    len: usize,
}

impl Lower {
    pub(super) fn push(&mut self, c: char) -> bool {
        let lower = if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) };
        let fits = self.len + lower.len_utf8() <= self.bytes.len();
        if fits {
            self.len += lower.encode_utf8(&mut self.bytes[self.len..]).len();
        }
        fits
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
