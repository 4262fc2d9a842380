//! The substring side: names of unsegmented scripts, names without a word, and all names under `--boundary none`.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::error::{Error, Result};

/// An automaton over the folded text: keys of letters, one space for a soft gap, the symbols of other gaps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Substrings {
    automaton: Option<AhoCorasick>,
    names: Vec<Vec<u32>>,
    longest: usize,
    /// Whether every pattern holds a letter from U+0E00 on, which UTF-8 writes with three bytes or more (and which no
    /// character of fewer bytes decomposes to, unlike the fraction slash of ½).
    wide: bool,
}

impl Substrings {
    /// Builds from distinct patterns and the names of each.
    pub fn build(patterns: Vec<String>, names: Vec<Vec<u32>>) -> Result<Self> {
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .map_err(|error| Error::message(format!("the names without word boundaries do not compile: {error}")))?;
        Ok(Self {
            automaton: Some(automaton),
            names,
            longest: patterns.iter().map(String::len).max().unwrap_or(0),
            wide: patterns.iter().all(|p| p.chars().any(|c| c >= '\u{E00}' && c.is_alphanumeric())),
        })
    }

    /// Bytes of the longest pattern; 0 if there is none.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Whether a text may hold a hit at all; `wide`: whether it holds a character as [`is_wide`] tells.
    pub fn may_match(&self, wide: bool) -> bool {
        self.automaton.is_some() && (wide || !self.wide)
    }

    /// Calls `each` with start byte in the stream and names, for every occurrence of every pattern.
    pub fn find(&self, stream: &str, mut each: impl FnMut(usize, &[u32])) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(stream) {
            each(found.start(), &self.names[found.pattern().as_usize()]);
        }
    }
}
