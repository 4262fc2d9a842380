//! The language of a document: the type, and how it is detected.

use super::lang;

/// A primary language subtag in lower case (`fr`, `vi`, `en`, `und` …), at most eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language([u8; 8]);

impl Language {
    /// Not known.
    pub const UND: Language = Language(*b"und\0\0\0\0\0");
    /// French.
    pub const FR: Language = Language(*b"fr\0\0\0\0\0\0");
    /// Vietnamese.
    pub const VI: Language = Language(*b"vi\0\0\0\0\0\0");
    /// English.
    pub const EN: Language = Language(*b"en\0\0\0\0\0\0");

    /// The primary subtag of a BCP 47 tag; `und` for an empty or malformed one.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or("");
        if !(2..=8).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Self::UND;
        }
        let mut bytes = [0; 8];
        bytes[..primary.len()].copy_from_slice(primary.to_ascii_lowercase().as_bytes());
        Self(bytes)
    }

    /// The subtag as text.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|b| *b == 0).unwrap_or(8);
        std::str::from_utf8(&self.0[..len]).unwrap_or("und")
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::UND
    }
}

/// The language of a text: `fr`, `vi` or `en`, else `und`.
///
/// A mixed text has the language that most of its words are written in. At most about 1.7 kB are looked at (slices from
/// the start to the end of a long text), so the cost is bounded: some microseconds, whatever the length.
pub fn detect(text: &str) -> Language {
    lang::detect::detect(text)
}
