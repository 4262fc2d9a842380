//! Sentences of a text.
//!
//! A sentence ends
//! * at a blank line;
//! * after `.`, `!`, `?` or `…` with the quotes and brackets that close behind it, before white space and a capital, a
//!   digit or a letter without case (an opening quote, bracket or dash may stand before that one). A single full stop
//!   ends none after an abbreviation of the language (`M.`, `Dr.`, `TP.`), an initial (`J. F. Kennedy`) or the number of
//!   a list item; after abbreviations that may stand at the end (`Inc.`, `U.S.`, `p.m.`) it does before a word that
//!   begins sentences but no names (`The`, `Il`, `Theo`);
//! * after `。`, `！` or `？`, with or without a space;
//! * at a single line break that was made on purpose: before a list item, and before a capital, a digit or a letter
//!   without case where the first word of the new line would still have fitted on the line above, that is, where that
//!   line is shorter by more than this word than the longest of its neighbours. So are all breaks after lines of over
//!   120 characters, between lines under 30, and in a block where all lines around (three at least) begin with a capital.
//!   Hard-wrapped prose is not cut at its line ends.

mod lines;
mod words;

#[cfg(test)]
mod tests;

use super::lang::abbreviations::{BEFORE_NUMBER, MAY_END, Roles, STARTER, TITLE};
use super::masks::stops::sentence_stops;
use super::{Language, Span};
use words::{Lower, Start, Token, ends_plainly, roles_of_first, sentence_start};

/// The sentences of a text, found once and asked often. They follow each other without a gap: the white space between
/// two sentences belongs to the first.
#[derive(Clone, Debug, Default)]
pub struct Sentences {
    starts: Vec<u32>,
    end: u32,
    /// Scratch space: bytes at which a sentence may end, a bit a byte.
    stops: Vec<u64>,
}

impl Sentences {
    /// Finds the sentences of a text in which mentions were found. Reuses the buffer.
    ///
    /// The language (detected or given) decides about abbreviations; those of all languages count where it is `und` or
    /// has no data.
    pub fn find(&mut self, text: &str, language: Language) {
        self.find_up_to(text, language, text.len());
    }

    /// Finds the sentences only as far as one must know them to tell in which one any byte up to `last` lies. What is
    /// behind may be one long sentence.
    pub(crate) fn find_up_to(&mut self, text: &str, language: Language, last: usize) {
        self.starts.clear();
        self.end = text.len() as u32;
        if text.is_empty() {
            return;
        }
        self.starts.push(0);
        // What ends at a stop begins behind it: a stop from `last` on cannot matter.
        sentence_stops(&text.as_bytes()[..last.min(text.len())], &mut self.stops);
        let mut finder =
            Finder { text, bytes: text.as_bytes(), starts: &mut self.starts, roles: Roles::of(language), start: 0 };
        let mut at = 0;
        for (block, stops) in self.stops.iter().enumerate() {
            let mut stops = *stops;
            while stops != 0 {
                let found = 64 * block + stops.trailing_zeros() as usize;
                stops &= stops - 1;
                if found >= at {
                    at = finder.visit(found);
                    debug_assert!(at > found);
                }
            }
        }
    }

    /// [`Sentences::index_of`] for bytes that mostly come in order: `near` is the index of the byte before.
    #[inline]
    pub(crate) fn index_from(&self, near: u32, byte: u32) -> u32 {
        match self.starts.get(near as usize..) {
            Some([first, rest @ ..]) if *first <= byte => {
                near + rest.iter().take_while(|start| **start <= byte).count() as u32
            }
            _ => self.index_of(byte),
        }
    }

    /// The 0-based index of the sentence that holds a byte (of the last sentence beyond the end).
    pub fn index_of(&self, byte: u32) -> u32 {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1) as u32
    }

    /// The bytes of a sentence, with the white space after it.
    ///
    /// # Panics
    /// If there is no sentence of that index.
    pub fn span(&self, index: usize) -> Span {
        Span::new(self.starts[index], self.starts.get(index + 1).copied().unwrap_or(self.end))
    }

    /// How many sentences there are; none in an empty text.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether the text has no sentence.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

struct Finder<'a> {
    text: &'a str,
    bytes: &'a [u8],
    starts: &'a mut Vec<u32>,
    roles: Roles,
    /// Start of the sentence being read.
    start: usize,
}

impl Finder<'_> {
    /// Decides about a stop; returns where to go on, which is behind it.
    fn visit(&mut self, at: usize) -> usize {
        match self.bytes[at] {
            b'\n' | b'\r' => self.line_break(at),
            b'.' | b'!' | b'?' => self.terminal(at),
            0xA6 if at >= 2 && self.bytes[at - 2..at] == [0xE2, 0x80] => self.terminal(at - 2).max(at + 1),
            0xE3 | 0xEF => match self.cjk_terminal(at) {
                0 => at + 1,
                length => self.cjk(at + length),
            },
            _ => at + 1,
        }
    }

    fn push(&mut self, start: usize) -> usize {
        if start < self.bytes.len() && start > self.start {
            self.starts.push(start as u32);
            self.start = start;
        }
        start
    }

    /// `at`: the first of a run of `.`, `!`, `?`, `…`.
    #[inline]
    fn terminal(&mut self, at: usize) -> usize {
        // By far most stand inside numbers and addresses, or before a space and an ASCII letter: what
        // `other_terminal` says of these, without looking for quotes, brackets and line breaks.
        match self.bytes[at + 1..] {
            [next, ..] if next.is_ascii_alphanumeric() => at + 1,
            [b' ', b'a'..=b'z', ..] => at + 1,
            [b' ', b'A'..=b'Z', ..] => {
                let goes_on = self.bytes[at] == b'.' && self.is_abbreviation(at, at + 2, Start::Yes);
                if goes_on { at + 1 } else { self.push(at + 2) }
            }
            _ => self.other_terminal(at),
        }
    }

    fn other_terminal(&mut self, at: usize) -> usize {
        let mut end = at;
        let mut is_full_stop = true;
        loop {
            match self.terminal_len(end) {
                0 => break,
                length => {
                    is_full_stop &= end == at && self.bytes[at] == b'.';
                    end += length;
                }
            }
        }
        // Numbers, addresses, `U.S`: no need to look further.
        if self.bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
            return end;
        }
        let closed = self.skip_closers(end);
        let (mut next, mut lines) = self.skip_spaces(closed);
        if next == closed {
            return closed.max(end);
        }
        if lines < 2 {
            // French sets spaces before the closing guillemet, and between `!` and `?`.
            let after = self.skip_closing_guillemets(next);
            if after > next {
                let (skipped, more) = self.skip_spaces(after);
                if skipped == after {
                    return after;
                }
                (next, lines) = (skipped, lines.max(more));
            }
            if self.terminal_len(next) > 0 {
                return next;
            }
        }
        if lines >= 2 {
            return self.push(next);
        }
        let (word, start) = sentence_start(self.text, next);
        if start == Start::No || (is_full_stop && self.is_abbreviation(at, word, start)) {
            return closed;
        }
        self.push(next)
    }

    /// Whether the full stop at `at` belongs to the word before it; `next` is where the next word begins.
    #[inline]
    fn is_abbreviation(&self, at: usize, next: usize, start: Start) -> bool {
        !ends_plainly(&self.bytes[..at], &self.roles) && self.is_known_abbreviation(at, next, start)
    }

    fn is_known_abbreviation(&self, at: usize, next: usize, start: Start) -> bool {
        // `J. Smith`: what is said below of a capital by itself.
        if let [.., b' ', initial @ b'A'..=b'Z'] = self.bytes[..at] {
            let is_title = || self.roles.of_packed(u128::from(initial.to_ascii_lowercase())) & TITLE != 0;
            return start == Start::Digit || is_title() || !self.is_starter(next);
        }
        let mut buffer = [0; 20];
        let Some(token) = Token::before(&self.text[..at], &mut buffer) else { return false };
        if token.is_number {
            // `1. Introduction`: the number of a list item.
            let line = self.bytes[self.start..at - token.len].iter();
            return token.len <= 3 && line.rev().take_while(|b| **b != b'\n').all(|b| b.is_ascii_whitespace());
        }
        let roles = self.roles.get(token.word);
        if start == Start::Digit {
            // `J. 3`, `art. 5`; but `in the U.S. 20 people` may be anything.
            return roles & (BEFORE_NUMBER | TITLE) != 0 || (token.letters == 1 && token.is_capitalised);
        }
        if roles & TITLE != 0 && (token.is_capitalised || token.letters == 1) {
            return true;
        }
        let is_initial = token.letters == 1 && token.is_capitalised;
        let may_end = is_initial || token.is_dotted || roles & (TITLE | MAY_END) != 0;
        may_end && !self.is_starter(next)
    }

    /// Whether the word at `at` begins sentences and hardly ever names.
    fn is_starter(&self, at: usize) -> bool {
        if let Some(roles) = roles_of_first(&self.bytes[at..], &self.roles) {
            return roles & STARTER != 0;
        }
        let mut word = Lower::default();
        let mut letters = 0;
        for c in self.text[at..].chars() {
            if !c.is_alphabetic() {
                // `C'est`, `J'ai`, `Qu'on`; an article (`L'Oréal`) or `d'` may begin a name.
                if matches!(c, '\'' | '’') && letters <= 2 && matches!(word.as_bytes(), b"c" | b"j" | b"n" | b"qu") {
                    return true;
                }
                break;
            }
            if !word.push(c) {
                return false;
            }
            letters += 1;
        }
        // `J. A. Smith`: a single letter is an initial.
        letters >= 2 && self.roles.get(word.as_bytes()) & STARTER != 0
    }

    /// `at`: a line break.
    fn line_break(&mut self, at: usize) -> usize {
        let (next, lines) = self.skip_spaces(at);
        if lines >= 2 {
            return self.push(next);
        }
        if next >= self.bytes.len() || !lines::is_deliberate(self.text, at, next) {
            return next.max(at + 1);
        }
        self.push(next)
    }

    /// Length of the `.`, `!`, `?` or `…` at `at`, else 0.
    fn terminal_len(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(b'.' | b'!' | b'?') => 1,
            Some(0xE2) if self.bytes[at..].starts_with("…".as_bytes()) => 3,
            _ => 0,
        }
    }

    /// Length of the `。`, `！` or `？` at `at` (full or half width), else 0.
    fn cjk_terminal(&self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        let found = ["。", "！", "？", "｡"].iter().any(|mark| rest.starts_with(mark.as_bytes()));
        if found { 3 } else { 0 }
    }

    /// `at`: behind a CJK full stop.
    fn cjk(&mut self, at: usize) -> usize {
        let mut end = at;
        while let Some(c) = self.text[end..].chars().next() {
            match c {
                '。' | '！' | '？' | '｡' | '」' | '』' | '）' | '】' | '》' | '”' | '’' | '"' | ')' => {
                    end += c.len_utf8()
                }
                _ => break,
            }
        }
        let (next, _) = self.skip_spaces(end);
        self.push(next)
    }

    /// Closing quotes and brackets, and the numbers of notes (`.[17]`).
    fn skip_closers(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'"' | b'\'' | b')' | b']' | b'}' => at += 1,
                b'[' => {
                    let digits = self.bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
                    if !(1..=3).contains(&digits) || self.bytes.get(at + 1 + digits) != Some(&b']') {
                        break;
                    }
                    at += digits + 2;
                }
                0x80.. => match self.text[at..].chars().next() {
                    Some(c @ ('»' | '›' | '”' | '’')) => at += c.len_utf8(),
                    _ => break,
                },
                _ => break,
            }
        }
        at
    }

    fn skip_closing_guillemets(&self, at: usize) -> usize {
        match self.text[at..].chars().next() {
            Some(c @ ('»' | '›' | '”')) => self.skip_closers(at + c.len_utf8()),
            _ => at,
        }
    }

    /// Skips white space; returns where it ends and how many line breaks it holds.
    fn skip_spaces(&self, at: usize) -> (usize, usize) {
        let (mut at, mut lines) = (at, 0);
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b' ' | b'\t' | 0x0B | 0x0C => at += 1,
                b'\n' => (at, lines) = (at + 1, lines + 1),
                b'\r' => {
                    lines += usize::from(self.bytes.get(at + 1) != Some(&b'\n'));
                    at += 1;
                }
                0xC2 if self.bytes.get(at + 1) == Some(&0xA0) => at += 2,
                0xE2 | 0xE3 => match self.text[at..].chars().next() {
                    Some(c) if c.is_whitespace() => at += c.len_utf8(),
                    _ => break,
                },
                _ => break,
            }
        }
        (at, lines)
    }
}
