//! Whether a name may match here: words, gaps, edges, case and marks against the original text.

use crate::gazetteer::MatchPolicy;
use crate::lexicon::names::{self, NameRecord};
use crate::text::fold::{self, ETH, Folded, Gap, LIGATURE, Letter, RARE, STROKE_D, Symbol, TONES};
use crate::text::{Language, Span};

/// How near a text is to the listed name; the order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nearness {
    /// Equal in NFC but for soft gaps.
    Exact,
    /// Equal in the search key, accepted by the policy.
    Folded,
}

/// What a name is compared with besides the words themselves.
pub(crate) struct Context<'a> {
    pub text: &'a str,
    pub language: Language,
    /// The policy of the run, which overrides every name's.
    pub policy: Option<MatchPolicy>,
    /// `--boundary none`: names may begin and end inside words.
    pub open: bool,
    pub marks: Option<bool>,
    pub passages: super::passage::Passages,
}

impl Context<'_> {
    /// Whether the document has any mark at all; found once.
    fn has_marks(&mut self) -> bool {
        *self.marks.get_or_insert_with(|| fold::has_marks(self.text))
    }
}

/// A text place that a name may claim: `word` of `folded`, `offset` letters into it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub folded: &'a Folded,
    pub word: usize,
    pub offset: usize,
    /// How many words the name must have.
    pub count: usize,
}

/// Compares a name with a place. Returns the span, the nearness, and whether the name's final full stop was left out.
pub(crate) fn compare(
    record: &NameRecord<'_>,
    name_text: &str,
    name: &Folded,
    name_language: Language,
    place: Place<'_>,
    context: &mut Context<'_>,
) -> Option<(Span, Nearness, bool)> {
    let count = name.words.len();
    let text = place.folded;
    let open_start = context.open || record.flags & names::OPEN_START != 0;
    let open_end = context.open || record.flags & names::OPEN_END != 0;
    if count != place.count || place.offset > 0 && !open_start || place.word + count > text.words.len() {
        return None;
    }
    let policy = context.policy.unwrap_or(match record.policy {
        1 => MatchPolicy::Exact,
        2 => MatchPolicy::Folded,
        _ => MatchPolicy::Smart,
    });
    let (mut same, mut rare) = (true, false);
    for k in 0..count {
        let listed = name.word(k);
        let mut found = text.word(place.word + k);
        if k == 0 {
            found = found.get(place.offset..)?;
        }
        if found.len() < listed.len() || (found.len() > listed.len() && (k + 1 < count || !open_end)) {
            return None;
        }
        // A name ends with a whole letter: か is not in が.
        if found.get(listed.len()).is_some_and(|letter| letter.mark) {
            return None;
        }
        for (a, b) in listed.iter().zip(found) {
            if a.key != b.key {
                return None;
            }
            same &= a.upper == b.upper && a.marks == b.marks;
            rare |= a.marks & RARE != 0;
        }
        if k > 0 && !same_gap(name, k, text, place.word + k) {
            return None;
        }
    }
    let first = &text.word(place.word)[place.offset..];
    let last_listed = name.word(count - 1).len();
    let last = if count == 1 { &first[..last_listed] } else { &text.word(place.word + count - 1)[..last_listed] };
    let first = if count == 1 { last } else { first };
    let mut span =
        Span::new(first.iter().map(|l| l.start).min().unwrap_or(0), last.iter().map(|l| l.end).max().unwrap_or(0));
    let core = span;
    let mut dotless = false;
    if record.flags & names::EDGE_SYMBOLS != 0 {
        let leading = name.leading_symbols();
        if !leading.is_empty() {
            if place.offset > 0 {
                return None;
            }
            span.start = leading_edge(leading, text, place.word)?;
        }
        let trailing = name.trailing_symbols();
        if !trailing.is_empty() {
            let end_word = place.word + count - 1;
            let inside = if count == 1 { place.offset + last_listed } else { last_listed } < text.word(end_word).len();
            let (end, missing) = trailing_edge(trailing, text, end_word, span.end, inside)?;
            span.end = end;
            dotless = missing;
        }
    }
    let accepted = match policy {
        MatchPolicy::Folded => true,
        MatchPolicy::Exact => same,
        MatchPolicy::Smart => {
            let case = |k: usize| {
                let found = text.word(place.word + k);
                let found = if k == 0 { &found[place.offset..] } else { found };
                let listed = name.word(k);
                case_allows(listed, &found[..listed.len()], count > 1, record.role == 2)
            };
            (same && !rare) || (0..count).all(case) && marks_allow(name, name_language, place, span.start, context)
        }
    };
    if !accepted {
        return None;
    }
    // Canonical equivalence is only looked at when nothing else differs.
    let (mut a, mut b) = (String::new(), String::new());
    if policy == MatchPolicy::Exact {
        fold::exact_form(name_text, &mut a);
        fold::exact_form(core.of(context.text), &mut b);
        if a != b || !same_edges(name, name_text, span, core, dotless, context.text) {
            return None;
        }
    }
    let exact = same && !dotless && {
        fold::strict_form(name_text, &mut a);
        fold::strict_form(span.of(context.text), &mut b);
        a == b
    };
    Some((span, if exact { Nearness::Exact } else { Nearness::Folded }, dotless))
}

/// The verdict on a name without symbols at its edges, where the raw bytes of name and text (not equal, as many words) tell
/// it; `None` where they do not.
pub(crate) fn quick(record: &NameRecord<'_>, text: &str, context: &Context<'_>) -> Option<bool> {
    let smart = record.policy == 0 && context.policy.is_none() || context.policy == Some(MatchPolicy::Smart);
    if !smart {
        return None;
    }
    let name = record.text;
    let many = record.flags & names::MANY_WORDS != 0;
    match (name.is_ascii(), text.is_ascii()) {
        (true, true) if !many => {
            if !name.eq_ignore_ascii_case(text.as_bytes()) {
                // Another word with the same hash, or a name with soft gaps around it.
                return (name.len() == text.len()).then_some(false);
            }
            let capitals =
                name.iter().zip(text.as_bytes()).all(|(a, b)| !a.is_ascii_uppercase() || b.is_ascii_uppercase());
            if capitals {
                return Some(true);
            }
            (record.flags & names::ACRONYM == 0).then_some(false)
        }
        // Marks in the text must be in the name.
        (true, false) if !many => fold::has_marks(text).then_some(false),
        // An untagged name of one word keeps its marks.
        (false, true) if !many => (record.flags & names::MARKED != 0 && record.lang == 0).then_some(false),
        // Of the column of acronyms, more words count as such than their shape tells.
        _ if record.role == 2 => None,
        _ => {
            let name = std::str::from_utf8(name).ok()?;
            fold::tell_apart(name, text, many || record.flags & names::ACRONYM != 0, !many)
        }
    }
}

/// Whether the symbols at the edges are the listed ones, canonically.
fn same_edges(name: &Folded, name_text: &str, span: Span, core: Span, dotless: bool, text: &str) -> bool {
    let leading = match name.leading_symbols() {
        [first, .., last] => &name_text[first.start as usize..last.end as usize],
        [only] => &name_text[only.start as usize..only.end as usize],
        [] => "",
    };
    let trailing = name.trailing_symbols();
    let trailing = &trailing[..trailing.len() - usize::from(dotless)];
    let trailing = match trailing {
        [first, .., last] => &name_text[first.start as usize..last.end as usize],
        [only] => &name_text[only.start as usize..only.end as usize],
        [] => "",
    };
    fold::same_symbols(leading, &text[span.start as usize..core.start as usize])
        && fold::same_symbols(trailing, &text[core.end as usize..span.end as usize])
}

fn same_gap(name: &Folded, k: usize, text: &Folded, word: usize) -> bool {
    match (name.gaps[k], text.gaps[word]) {
        (Gap::Soft, Gap::Soft) => true,
        (Gap::Hard { .. }, Gap::Hard { .. }) => {
            let (a, b) = (name.gap_symbols(k), text.gap_symbols(word));
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.symbol == b.symbol)
        }
        _ => false,
    }
}

/// Symbols of the name directly before its first word: where they begin in the text.
fn leading_edge(leading: &[Symbol], text: &Folded, word: usize) -> Option<u32> {
    let symbols = text.gap_symbols(word);
    if symbols.len() < leading.len() || text.is_spaced(word) {
        return None;
    }
    let tail = &symbols[symbols.len() - leading.len()..];
    let glued = tail.iter().skip(1).all(|s| s.glued);
    if !glued || tail.iter().zip(leading).any(|(a, b)| a.symbol != b.symbol) {
        return None;
    }
    // No word character on the other side.
    if symbols.len() == leading.len() && tail[0].glued && word > 0 {
        return None;
    }
    Some(tail[0].start)
}

/// Symbols of the name directly after its last word: where they end in the text, and whether a final `.` is missing.
fn trailing_edge(trailing: &[Symbol], text: &Folded, word: usize, end: u32, inside: bool) -> Option<(u32, bool)> {
    let symbols = if inside { &[][..] } else { text.gap_symbols(word + 1) };
    let followed = |taken: usize| taken == symbols.len() && !text.is_spaced(word + 1) && word + 1 < text.words.len();
    let stands = |wanted: &[Symbol]| {
        symbols.len() >= wanted.len()
            && symbols[..wanted.len()].iter().all(|s| s.glued)
            && symbols.iter().zip(wanted).all(|(a, b)| a.symbol == b.symbol)
    };
    if stands(trailing) && !inside && !followed(trailing.len()) {
        return Some((symbols[trailing.len() - 1].end.max(end), false));
    }
    let (last, others) = trailing.split_last()?;
    if last.symbol != '.' {
        return None;
    }
    if others.is_empty() {
        return Some((end, true));
    }
    (!inside && stands(others) && !followed(others.len())).then(|| (symbols[others.len() - 1].end.max(end), true))
}

fn case_allows(listed: &[Letter], found: &[Letter], many_words: bool, acronym_column: bool) -> bool {
    let mut ligature = false;
    let capitals = listed.iter().zip(found).all(|(a, b)| {
        // The second letter of Œ has no capital of its own.
        let wanted = a.upper && !ligature;
        ligature = a.marks & LIGATURE != 0;
        !wanted || b.upper
    });
    if capitals {
        return true;
    }
    let acronym = fold::is_acronym(listed) || acronym_column;
    if !acronym || listed.len() > 6 {
        return false;
    }
    let vowel = listed.iter().any(|l| matches!(l.key, 'a' | 'e' | 'i' | 'o' | 'u'));
    if !(many_words || listed.len() >= 4 && vowel) {
        return false;
    }
    let mut letters = found.iter();
    letters.next().is_some_and(|l| l.upper) && letters.all(|l| !l.upper)
}

fn marks_allow(name: &Folded, language: Language, place: Place<'_>, at: u32, context: &mut Context<'_>) -> bool {
    let count = name.words.len();
    let mut missing = false;
    for k in 0..count {
        let listed = name.word(k);
        let found = place.folded.word(place.word + k);
        let skipped = if k == 0 { place.offset } else { 0 };
        let found = &found[skipped..skipped + listed.len()];
        let shift = tone_may_move(listed);
        for i in 0..listed.len() {
            let (mut a, mut b) = (listed[i].marks, found[i].marks);
            if shift && i + 2 == listed.len() {
                (a, b) = (a & !TONES, b & !TONES);
            } else if shift && i + 1 == listed.len() {
                a |= listed[i - 1].marks & TONES;
                b |= found[i - 1].marks & TONES;
            }
            if b & ETH != 0 && a & STROKE_D != 0 {
                b = b & !ETH | STROKE_D;
            }
            if b & !a != 0 {
                return false;
            }
            missing |= a & !b != 0;
            if a & RARE != 0 {
                let rare = |folded: &Folded, letter: usize| -> Vec<char> {
                    let marks = folded.rare_marks.iter().filter(|(l, _)| *l as usize == letter);
                    marks.map(|(_, mark)| *mark).collect()
                };
                let listed_rare = rare(name, name.words[k].0 as usize + i);
                let start = place.folded.words[place.word + k].0 as usize;
                let found_rare = rare(place.folded, start + skipped + i);
                if found_rare.iter().any(|m| !listed_rare.contains(m)) {
                    return false;
                }
                missing |= listed_rare.iter().any(|m| !found_rare.contains(m));
            }
        }
    }
    if !missing || count > 1 {
        return true;
    }
    language != Language::UND
        && language == context.language
        && (context.passages.in_capitals(context.text, at) || !context.has_marks())
}

/// Word-final oa, oe, uy: the tone may stand on either letter (not after q).
fn tone_may_move(word: &[Letter]) -> bool {
    let n = word.len();
    n >= 2
        && matches!((word[n - 2].key, word[n - 1].key), ('o', 'a') | ('o', 'e') | ('u', 'y'))
        && (n == 2 || word[n - 3].key != 'q')
}
