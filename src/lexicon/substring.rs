//! The substring side: names of unsegmented scripts, names without a word, and all names under `--boundary none`.
//!
//! The section holds the patterns and their names; automata are not flat and are built from them when a text first needs
//! them, which for most runs is never. There are two, since most such names are of scripts that most texts lack: one of
//! the *wide* patterns, which hold a letter from U+0E00 on, and one of the others. Layout: number and longest (in bytes)
//! of the narrow patterns, then of the wide ones, as four bytes each; then all narrow and all wide patterns: four bytes
//! of length, four of how many names, the names, the pattern, and zeros up to a multiple of four bytes.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::storage::Bytes;
use crate::error::{Error, Result};

/// Bytes before the first pattern.
const HEAD: usize = 16;

/// Patterns over the folded text: keys of letters, one space for a soft gap, the symbols of other gaps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Substrings {
    section: Bytes,
    narrow: Side,
    wide: Side,
}

#[derive(Clone, Debug, Default)]
struct Side {
    count: u32,
    /// Bytes of the longest pattern.
    longest: u32,
    automaton: OnceLock<Automaton>,
}

#[derive(Clone, Debug, Default)]
struct Automaton {
    machine: Option<AhoCorasick>,
    /// Names of pattern `i`: `names[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    names: Vec<u32>,
}

/// Whether a pattern holds a letter from U+0E00 on, which UTF-8 writes with three bytes or more (and which no character
/// of fewer bytes decomposes to, unlike the fraction slash of ½).
fn is_wide(pattern: &str) -> bool {
    pattern.chars().any(|c| c >= '\u{E00}' && c.is_alphanumeric())
}

/// The section while it is written.
#[derive(Default)]
pub(crate) struct Writer {
    /// Narrow and wide: bytes, number, longest.
    sides: [(Vec<u8>, u32, u32); 2],
    total: usize,
}

impl Writer {
    /// Adds a pattern (all must be distinct) with its names.
    pub fn add(&mut self, pattern: &str, names: impl ExactSizeIterator<Item = u32>) {
        let (bytes, count, longest) = &mut self.sides[usize::from(is_wide(pattern))];
        bytes.extend_from_slice(&(pattern.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&(names.len() as u32).to_le_bytes());
        for name in names {
            bytes.extend_from_slice(&name.to_le_bytes());
        }
        bytes.extend_from_slice(pattern.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        *count += 1;
        *longest = (*longest).max(pattern.len() as u32);
        self.total += pattern.len();
    }

    /// The finished section.
    pub fn finish(self) -> Result<Substrings> {
        let [narrow, wide] = &self.sides;
        if narrow.1 + wide.1 == 0 {
            return Ok(Substrings::default());
        }
        // An automaton numbers its states with 31 bits, and has at most one a byte.
        if self.total >= i32::MAX as usize {
            return Err(Error::message("the names without word boundaries exceed 2 GiB: split the gazetteer"));
        }
        let mut out = Vec::with_capacity(HEAD + narrow.0.len() + wide.0.len());
        for number in [narrow.1, narrow.2, wide.1, wide.2] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&narrow.0);
        out.extend_from_slice(&wide.0);
        Ok(Substrings::of_bytes(Bytes::copy_of(&out)))
    }
}

impl Side {
    fn of(numbers: &mut &[u8]) -> Self {
        let (count, longest) = (u32_of(numbers), u32_of(numbers));
        Self {
            count: count.unwrap_or(0),
            // A name, and so its pattern, is short; a greater number can only be damage.
            longest: longest.unwrap_or(0).min(1 << 16),
            automaton: OnceLock::new(),
        }
    }
}

impl Automaton {
    fn build<'p, N: Iterator<Item = u32>>(of: impl Iterator<Item = (&'p str, N)>) -> Self {
        let mut automaton = Self { starts: vec![0], ..Self::default() };
        let mut patterns = Vec::new();
        for (pattern, names) in of {
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
    }

    fn find(&self, stream: &str, mut each: impl FnMut(usize, &[u32])) {
        let Some(machine) = &self.machine else { return };
        for found in machine.find_overlapping_iter(stream) {
            let pattern = found.pattern().as_usize();
            if let Some(&[start, end]) = self.starts.get(pattern..pattern + 2) {
                each(found.start(), self.names.get(start as usize..end as usize).unwrap_or_default());
            }
        }
    }
}

impl Substrings {
    /// From the bytes of a section.
    pub fn of_bytes(section: Bytes) -> Self {
        let mut numbers = section.as_slice();
        let (narrow, wide) = (Side::of(&mut numbers), Side::of(&mut numbers));
        Self { section, narrow, wide }
    }

    /// The bytes of the section.
    pub fn bytes(&self) -> &Bytes {
        &self.section
    }

    /// How many patterns there are.
    pub fn len(&self) -> u32 {
        self.narrow.count.saturating_add(self.wide.count)
    }

    /// Whether every pattern holds a letter from U+0E00 on.
    pub fn is_wide_only(&self) -> bool {
        self.narrow.count == 0
    }

    /// Bytes of the longest pattern; 0 if there is none.
    pub fn longest(&self) -> usize {
        self.narrow.longest.max(self.wide.longest) as usize
    }

    /// Whether a text may hold a hit at all; `wide`: whether it holds a character from U+0E00 on.
    pub fn may_match(&self, wide: bool) -> bool {
        self.narrow.count > 0 || wide && self.wide.count > 0
    }

    /// Every pattern with its names, the narrow ones first, until the section ends or is damaged.
    pub fn patterns(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = u32> + '_)> {
        let mut rest = self.section.as_slice().get(HEAD..).unwrap_or_default();
        (0..self.len()).map_while(move |_| {
            let (length, count) = (u32_of(&mut rest)? as usize, u32_of(&mut rest)? as usize);
            let names = rest.get(..count.checked_mul(4)?)?;
            rest = &rest[names.len()..];
            let pattern = std::str::from_utf8(rest.get(..length)?).ok()?;
            rest = rest.get(length.next_multiple_of(4)..)?;
            let (names, _) = names.as_chunks::<4>();
            Some((pattern, names.iter().map(|name| u32::from_le_bytes(*name))))
        })
    }

    /// Calls `each` with start byte in the stream and names, for every occurrence of every pattern; `wide` as in
    /// [`Substrings::may_match`].
    pub fn find(&self, stream: &str, wide: bool, mut each: impl FnMut(usize, &[u32])) {
        let narrow = self.narrow.count as usize;
        if narrow > 0 {
            let build = || Automaton::build(self.patterns().take(narrow));
            self.narrow.automaton.get_or_init(build).find(stream, &mut each);
        }
        if wide && self.wide.count > 0 {
            let build = || Automaton::build(self.patterns().skip(narrow));
            self.wide.automaton.get_or_init(build).find(stream, each);
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
        let mut writer = Writer::default();
        writer.add("東京", [3, 9].into_iter());
        writer.add("++", [70_000].into_iter());
        let written = writer.finish().expect("small");
        let list = |substrings: &Substrings| -> Vec<(String, Vec<u32>)> {
            substrings.patterns().map(|(pattern, names)| (pattern.to_owned(), names.collect())).collect()
        };
        assert_eq!(list(&written), [("++".to_owned(), vec![70_000]), ("東京".to_owned(), vec![3, 9])]);
        assert_eq!((written.longest(), written.may_match(false)), (6, true));
        let mut found = Vec::new();
        written.find("a東京++", false, |at, names| found.push((at, names.to_vec())));
        assert_eq!(found, [(7, vec![70_000])]);
        written.find("a東京++", true, |at, names| found.push((at, names.to_vec())));
        assert_eq!(found[1..], [(7, vec![70_000]), (1, vec![3, 9])]);
        let bytes = written.bytes().as_slice().to_vec();
        for end in 0..bytes.len() {
            assert!(list(&Substrings::of_bytes(Bytes::copy_of(&bytes[..end]))).len() < 2);
        }
    }
}
