//! The substring side: names of unsegmented scripts, names without a word, and all names under `--boundary none`.
//!
//! The section holds the patterns and their names; the automaton is not flat and is built from them when a text first
//! needs it, which for most runs is never. Layout: longest pattern in bytes, whether all are wide (0 or 1), how many
//! patterns there are, as four bytes each; then for each pattern four bytes of length, four of how many names, the
//! names, the pattern, and zeros up to a multiple of four bytes.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::storage::Bytes;
use crate::error::{Error, Result};

/// An automaton over the folded text: keys of letters, one space for a soft gap, the symbols of other gaps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Substrings {
    section: Bytes,
    /// Bytes of the longest pattern.
    longest: u32,
    /// Whether every pattern holds a letter from U+0E00 on, which UTF-8 writes with three bytes or more (and which no
    /// character of fewer bytes decomposes to, unlike the fraction slash of ½).
    wide: bool,
    count: u32,
    automaton: OnceLock<Automaton>,
}

#[derive(Clone, Debug, Default)]
struct Automaton {
    machine: Option<AhoCorasick>,
    /// Names of pattern `i`: `names[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    names: Vec<u32>,
}

/// The section while it is written.
pub(crate) struct Writer {
    bytes: Vec<u8>,
    longest: u32,
    wide: bool,
    count: u32,
    total: usize,
}

impl Writer {
    pub fn new() -> Self {
        Self { bytes: vec![0; 12], longest: 0, wide: true, count: 0, total: 0 }
    }

    /// Adds a pattern (all must be distinct) with its names.
    pub fn add(&mut self, pattern: &str, names: impl ExactSizeIterator<Item = u32>) {
        self.bytes.extend_from_slice(&(pattern.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&(names.len() as u32).to_le_bytes());
        for name in names {
            self.bytes.extend_from_slice(&name.to_le_bytes());
        }
        self.bytes.extend_from_slice(pattern.as_bytes());
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.longest = self.longest.max(pattern.len() as u32);
        self.wide &= pattern.chars().any(|c| c >= '\u{E00}' && c.is_alphanumeric());
        self.count += 1;
        self.total += pattern.len();
    }

    /// The finished section.
    pub fn finish(mut self) -> Result<Substrings> {
        if self.count == 0 {
            return Ok(Substrings::default());
        }
        // The automaton numbers its states with 31 bits, and has at most one a byte.
        if self.total >= i32::MAX as usize {
            return Err(Error::message("the names without word boundaries exceed 2 GiB: split the gazetteer"));
        }
        for (i, number) in [self.longest, u32::from(self.wide), self.count].into_iter().enumerate() {
            self.bytes[4 * i..4 * i + 4].copy_from_slice(&number.to_le_bytes());
        }
        Ok(Substrings::of_bytes(Bytes::copy_of(&self.bytes)))
    }
}

impl Substrings {
    /// From the bytes of a section.
    pub fn of_bytes(section: Bytes) -> Self {
        let mut numbers = section.as_slice();
        let (longest, wide, count) = (u32_of(&mut numbers), u32_of(&mut numbers), u32_of(&mut numbers));
        Self {
            // A name, and so its pattern, is short; a greater number can only be damage.
            longest: longest.unwrap_or(0).min(1 << 16),
            wide: wide == Some(1),
            count: count.unwrap_or(0),
            section,
            automaton: OnceLock::new(),
        }
    }

    /// The bytes of the section.
    pub fn bytes(&self) -> &Bytes {
        &self.section
    }

    /// How many patterns there are.
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Bytes of the longest pattern; 0 if there is none.
    pub fn longest(&self) -> usize {
        self.longest as usize
    }

    /// Whether a text may hold a hit at all; `wide`: whether it holds a character as [`is_wide`] tells.
    pub fn may_match(&self, wide: bool) -> bool {
        self.count > 0 && (wide || !self.wide)
    }

    /// Every pattern with its names, until the section ends or is damaged.
    pub fn patterns(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = u32> + '_)> {
        let mut rest = self.section.as_slice().get(12..).unwrap_or_default();
        (0..self.count).map_while(move |_| {
            let (length, count) = (u32_of(&mut rest)? as usize, u32_of(&mut rest)? as usize);
            let names = rest.get(..count.checked_mul(4)?)?;
            rest = &rest[names.len()..];
            let pattern = std::str::from_utf8(rest.get(..length)?).ok()?;
            rest = rest.get(length.next_multiple_of(4)..)?;
            let (names, _) = names.as_chunks::<4>();
            Some((pattern, names.iter().map(|name| u32::from_le_bytes(*name))))
        })
    }

    fn automaton(&self) -> &Automaton {
        self.automaton.get_or_init(|| {
            let mut automaton = Automaton { starts: vec![0], ..Automaton::default() };
            let mut patterns = Vec::new();
            for (pattern, names) in self.patterns() {
                patterns.push(pattern);
                automaton.names.extend(names);
                automaton.starts.push(automaton.names.len() as u32);
            }
            // The limits were checked when the section was written; damaged patterns find nothing.
            automaton.machine = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(&patterns)
                .ok();
            automaton
        })
    }

    /// Calls `each` with start byte in the stream and names, for every occurrence of every pattern.
    pub fn find(&self, stream: &str, mut each: impl FnMut(usize, &[u32])) {
        let automaton = self.automaton();
        let Some(machine) = &automaton.machine else { return };
        for found in machine.find_overlapping_iter(stream) {
            let pattern = found.pattern().as_usize();
            if let Some(&[start, end]) = automaton.starts.get(pattern..pattern + 2) {
                each(found.start(), automaton.names.get(start as usize..end as usize).unwrap_or_default());
            }
        }
    }
}

/// Takes four bytes from the front as a number.
fn u32_of(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_come_back_and_damage_ends_the_list() {
        let mut writer = Writer::new();
        writer.add("東京", [3, 9].into_iter());
        writer.add("++", [70_000].into_iter());
        let written = writer.finish().expect("small");
        let list = |substrings: &Substrings| -> Vec<(String, Vec<u32>)> {
            substrings.patterns().map(|(pattern, names)| (pattern.to_owned(), names.collect())).collect()
        };
        assert_eq!(list(&written), [("東京".to_owned(), vec![3, 9]), ("++".to_owned(), vec![70_000])]);
        assert_eq!((written.longest(), written.may_match(false)), (6, true));
        let mut found = Vec::new();
        written.find("a東京++", |at, names| found.push((at, names.to_vec())));
        assert_eq!(found, [(1, vec![3, 9]), (7, vec![70_000])]);
        let bytes = written.bytes().as_slice().to_vec();
        for end in 0..bytes.len() {
            assert!(list(&Substrings::of_bytes(Bytes::copy_of(&bytes[..end]))).len() < 2);
        }
    }
}
