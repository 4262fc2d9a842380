//! Single line breaks: made on purpose, or by hard wrapping.

use super::super::lang::floor_boundary;
use super::words::{Start, sentence_start};

/// How long a line may be to count as hard-wrapped, in characters.
const WIDEST_WRAP: usize = 120;
/// Lines shorter than this, in characters, are not hard-wrapped prose.
const NARROWEST_WRAP: usize = 30;
/// How many lines to either side of a break show whether it stands in a list of titles.
const NEIGHBOURS: usize = 3;
/// How far a line is followed, in bytes; longer ones are paragraphs in one line.
const LINE_WINDOW: usize = 4 * WIDEST_WRAP + 4;

/// Whether a single line break stands there on purpose; `next` is where the text of the next line begins.
pub(super) fn is_deliberate(text: &str, at: usize, next: usize) -> bool {
    let above = Line::before(text, at);
    let last = above.text.trim_end().chars().next_back();
    let item = bullet(&text[next..]);
    if item == Bullet::Sure {
        return true;
    }
    if item == Bullet::Likely
        && (matches!(last, Some(':' | ';' | '.' | '!' | '?')) || bullet(above.text.trim_start()) != Bullet::No)
    {
        return true;
    }
    let (word, start) = sentence_start(text, next);
    if start == Start::No || matches!(last, Some(',' | '-')) {
        return false;
    }
    let below = Line::after(text, next);
    let before = above.start.checked_sub(1).map(|end| Line::before(text, end));
    let before = before.as_ref().filter(|line| !line.is_blank());
    let above_chars = above.chars();
    if above_chars > WIDEST_WRAP {
        return true;
    }
    let widest = below.chars().max(before.map_or(0, Line::chars));
    if above_chars.max(widest) < NARROWEST_WRAP {
        return true;
    }
    let first_word = text[word..].split(char::is_whitespace).next().map_or(0, |word| word.chars().count());
    let first_word = first_word + text[next..word].chars().count();
    if above_chars + 1 + first_word <= widest {
        return true;
    }
    start == Start::Yes && last != Some('.') && is_list_of_titles(text, &above, &below)
}

/// Whether all lines around a break, up to [`NEIGHBOURS`] to either side in the same block, begin with a capital, and
/// there are three of them at least: prose seldom does that.
fn is_list_of_titles(text: &str, above: &Line<'_>, below: &Line<'_>) -> bool {
    let mut lines = 2;
    let mut start = above.start;
    for _ in 1..NEIGHBOURS {
        let Some(line) = start.checked_sub(1).map(|end| Line::before(text, end)).filter(|line| !line.is_blank()) else {
            break;
        };
        if line_start(text, &line) != Start::Yes {
            return false;
        }
        (start, lines) = (line.start, lines + 1);
    }
    let mut next = below.next(text);
    for _ in 1..NEIGHBOURS {
        let Some(line) = next.map(|start| Line::after(text, start)).filter(|line| !line.is_blank()) else { break };
        if line_start(text, &line) != Start::Yes {
            return false;
        }
        (next, lines) = (line.next(text), lines + 1);
    }
    lines >= 3 && line_start(text, above) == Start::Yes
}

fn line_start(text: &str, line: &Line<'_>) -> Start {
    let start = line.start + (line.text.len() - line.text.trim_start().len());
    if line.is_cut { Start::No } else { sentence_start(text, start).1 }
}

/// Whether a line is an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bullet {
    /// A bullet that is nothing else.
    Sure,
    /// A dash, a star, a number or a letter with a full stop or bracket.
    Likely,
    No,
}

fn bullet(line: &str) -> Bullet {
    let mut chars = line.chars();
    let (Some(first), second) = (chars.next(), chars.next()) else { return Bullet::No };
    let spaced = second.is_some_and(char::is_whitespace);
    match first {
        '•' | '‣' | '◦' | '▪' | '●' | '■' | '·' => Bullet::Sure,
        '-' | '–' | '—' | '*' | '+' if spaced => Bullet::Likely,
        'a'..='z' if second == Some(')') => Bullet::Likely,
        '0'..='9' => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let marked = line.len() - rest.len() <= 3 && (rest.starts_with(". ") || rest.starts_with(") "));
            if marked { Bullet::Likely } else { Bullet::No }
        }
        _ => Bullet::No,
    }
}

/// A line, or as much of it as is looked at.
struct Line<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    /// Longer than the window: a paragraph in one line.
    is_cut: bool,
}

impl<'a> Line<'a> {
    /// The line that ends at `end`.
    fn before(text: &'a str, end: usize) -> Self {
        let crlf = text.as_bytes()[..end].ends_with(b"\r") && text.as_bytes().get(end) == Some(&b'\n');
        let end = end - usize::from(crlf);
        let window = floor_boundary(text, end.saturating_sub(LINE_WINDOW));
        let found = memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[window..end]);
        let start = found.map_or(window, |at| window + at + 1);
        Self { start, end, text: &text[start..end], is_cut: found.is_none() && window > 0 }
    }

    /// The line from `start`.
    fn after(text: &'a str, start: usize) -> Self {
        let window = floor_boundary(text, text.len().min(start + LINE_WINDOW));
        let found = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[start..window]);
        let end = found.map_or(window, |at| start + at);
        Self { start, end, text: &text[start..end], is_cut: found.is_none() && window < text.len() }
    }

    /// Where the next line begins, if there is one.
    fn next(&self, text: &str) -> Option<usize> {
        let rest = &text.as_bytes()[self.end..];
        let start = self.end + if rest.starts_with(b"\r\n") { 2 } else { 1 };
        (start < text.len() && !self.is_cut).then_some(start)
    }

    fn is_blank(&self) -> bool {
        !self.is_cut && self.text.trim().is_empty()
    }

    /// Length in characters, white space at the ends not counted.
    fn chars(&self) -> usize {
        if self.is_cut { usize::MAX / 2 } else { self.text.trim().chars().count() }
    }
}
