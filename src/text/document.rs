//! A document: decoded text, where it came from, and how its offsets relate to the original bytes.

use std::borrow::Cow;

/// The largest document that is read, in bytes; larger ones are refused with a row in `errors`.
pub const MAX_DOCUMENT_BYTES: u64 = 1 << 30;

/// What byte and character offsets of a document count in (`documents.offsets`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offsets {
    /// The bytes of the file itself.
    #[default]
    File,
    /// A decoded value (a JSON string, a table cell, a file in another encoding).
    Decoded,
    /// Text extracted from markup.
    Extracted,
}

impl Offsets {
    /// `file`, `decoded` or `extracted`.
    pub fn as_str(self) -> &'static str {
        match self {
            Offsets::File => "file",
            Offsets::Decoded => "decoded",
            Offsets::Extracted => "extracted",
        }
    }
}

/// One maximal invalid byte sequence, shown in the text as U+FFFD (three bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Byte offset of the U+FFFD in [`Document::text`].
    pub at: u32,
    /// How many bytes the original has there (1 to 3).
    pub original: u8,
}

/// One text with its metadata. Borrowed where the input allows it.
#[derive(Clone, Debug, Default)]
pub struct Document<'a> {
    /// The id of the `doc_id` columns.
    pub id: Cow<'a, str>,
    /// The text; invalid sequences stand as U+FFFD, each with an entry in `repairs`.
    pub text: Cow<'a, str>,
    /// Where the original bytes differ from `text`, ascending.
    pub repairs: Vec<Repair>,
    /// The input file as named, empty for standard input and texts from memory.
    pub path: Cow<'a, str>,
    /// Title, empty where unknown.
    pub title: Cow<'a, str>,
    /// Date as given (`YYYY-MM-DD` where the input has that form), empty where unknown.
    pub date: Cow<'a, str>,
    /// Language as given by the input (BCP 47), empty where it is to be detected.
    pub lang: Cow<'a, str>,
    /// Web address, empty where unknown.
    pub url: Cow<'a, str>,
    /// What the offsets count in.
    pub offsets: Offsets,
    /// Other fields of the record, in its order: name and JSON text of the value.
    pub carried: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Document<'a> {
    /// A document from memory, with no metadata.
    pub fn new(id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        Self { id: id.into(), text: text.into(), offsets: Offsets::Decoded, ..Self::default() }
    }

    /// Decodes bytes as UTF-8: each maximal invalid sequence becomes one U+FFFD and an entry in the list.
    pub fn decode(bytes: &'a [u8]) -> (Cow<'a, str>, Vec<Repair>) {
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            return (Cow::Borrowed(text), Vec::new());
        }
        let mut text = String::with_capacity(bytes.len() + 16);
        let mut repairs = Vec::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                repairs.push(Repair { at: text.len() as u32, original: chunk.invalid().len() as u8 });
                text.push('\u{FFFD}');
            }
        }
        (Cow::Owned(text), repairs)
    }

    /// The byte offset in the original input of a byte offset in `text`.
    pub fn original_byte(&self, byte: u32) -> u64 {
        let mut original = u64::from(byte);
        for repair in self.repairs.iter().take_while(|r| r.at < byte) {
            original = original + u64::from(repair.original) - 3;
        }
        original
    }
}

/// The first line `date YYYY-MM-DD TITLE` of a plain text, which stays part of the text.
///
/// Returns date and title. Spaces and a byte-order mark may stand before `date`; the title may be empty.
pub fn dated_first_line(text: &str) -> Option<(&str, &str)> {
    let line = text.trim_start_matches('\u{FEFF}').lines().next()?;
    let rest = line.trim_start_matches([' ', '\t', '\u{A0}']).strip_prefix("date ")?;
    let rest = rest.trim_start();
    let date = rest.get(..10)?;
    if !is_date(date) {
        return None;
    }
    let title = &rest[10..];
    if !title.is_empty() && !title.starts_with(char::is_whitespace) {
        return None;
    }
    Some((date, title.trim()))
}

/// Whether the text is a calendar date `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        bytes[range].iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(5..7), digits(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_become_one_character_and_keep_their_length() {
        let (text, repairs) = Document::decode(b"a\xF0\x9F\x92 b\xFF");
        assert_eq!(text, "a\u{FFFD} b\u{FFFD}");
        assert_eq!(repairs, [Repair { at: 1, original: 3 }, Repair { at: 6, original: 1 }]);
        let document = Document { text, repairs, ..Document::default() };
        assert_eq!(document.original_byte(4), 4);
        assert_eq!(document.original_byte(9), 7);
    }

    #[test]
    fn the_dated_first_line_gives_date_and_title() {
        assert_eq!(dated_first_line(" date 2025-10-28 Le chef\nTexte"), Some(("2025-10-28", "Le chef")));
        assert_eq!(dated_first_line("\u{FEFF}date 2025-10-28"), Some(("2025-10-28", "")));
        for no in ["date 2025-13-28 x", "date 2025-02-30 x", "une date 2025-10-28", "date 2025-10-280 x", "date é", ""]
        {
            assert_eq!(dated_first_line(no), None, "{no}");
        }
    }
}
