//! The slow truth: the section "Names and matching" of the interface, written down as plainly as possible.
//!
//! Every name is tried at every place of the text, on a list of units made with the Unicode crates alone: no table, no
//! hash, no automaton of the engine is used. Tests hold the engine to these answers.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::Overlaps;
use crate::gazetteer::{Action, DEFAULT_PRIOR, Gazetteer, MatchPolicy, Name, NameRole};
use crate::lexicon::generated;

const APOSTROPHES: &str = "'’‘ʼʹ′´`＇｀\u{1FFD}\u{1FEF}\u{374}";
const HYPHENS: &str = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2212}";
const IGNORABLE: &[(u32, u32)] = &[
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
    // Tatweel.
    (0x640, 0x640),
];

#[derive(Clone, Debug, PartialEq)]
enum Unit {
    Letter { key: char, upper: bool, digit: bool, marks: BTreeSet<char>, open: bool, letter: bool },
    Space,
    Break,
    Hyphen,
    Apostrophe,
    Hard(char),
}

#[derive(Clone, Debug)]
struct Placed {
    unit: Unit,
    start: usize,
    end: usize,
}

impl Placed {
    fn is_word(&self) -> bool {
        matches!(self.unit, Unit::Letter { .. })
    }
}

fn is_open_script(c: char) -> bool {
    use Script::*;
    let listed = |s: Script| matches!(s, Han | Hiragana | Katakana | Thai | Lao | Khmer | Myanmar | Tibetan);
    match c.script() {
        Common | Inherited => {
            let extension = c.script_extension();
            !extension.is_common()
                && !extension.is_inherited()
                && extension.iter().next().is_some()
                && extension.iter().all(listed)
        }
        script => listed(script),
    }
}

fn units(text: &str) -> Vec<Placed> {
    // The compatibility decomposition with the place of each character, in canonical order.
    let mut decomposed: Vec<(char, usize, usize)> = Vec::new();
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if APOSTROPHES.contains(c) {
            decomposed.push(('\'', start, end));
        } else {
            decompose_compatible(c, |d| decomposed.push((d, start, end)));
        }
    }
    let mut i = 0;
    while i < decomposed.len() {
        let run = decomposed[i..].iter().take_while(|d| canonical_combining_class(d.0) != 0).count();
        decomposed[i..i + run].sort_by_key(|d| canonical_combining_class(d.0));
        i += run.max(1);
    }
    decomposed.retain(|d| !IGNORABLE.iter().any(|(a, b)| (*a..=*b).contains(&(d.0 as u32))));
    let mut out: Vec<Placed> = Vec::new();
    // The letter that marks stand on.
    let mut base: Option<char> = None;
    let mut before = ' ';
    for (d, start, end) in decomposed {
        let previous = std::mem::replace(&mut before, d);
        let group = d.general_category_group();
        if group == GeneralCategoryGroup::Mark {
            if let Some(base) = base {
                let code = d as u32;
                let folded_base = fold(base).chars().last();
                let stripped = match base.script() {
                    Script::Latin | Script::Greek => Some(true),
                    Script::Arabic if matches!(code, 0x64B..=0x652 | 0x670) => Some(false),
                    Script::Hebrew if matches!(code, 0x591..=0x5C7) => Some(false),
                    Script::Cyrillic if code == 0x308 && folded_base == Some('е') => Some(false),
                    _ => None,
                };
                if let Some(kept) = stripped {
                    let last = out.last_mut().expect("a base was written");
                    last.end = last.end.max(end);
                    if let (true, Unit::Letter { marks, .. }) = (kept, &mut last.unit) {
                        marks.insert(d);
                    }
                    continue;
                }
            }
            let open = base.is_some_and(is_open_script);
            let unit = Unit::Letter { key: d, upper: false, digit: false, marks: BTreeSet::new(), open, letter: false };
            out.push(Placed { unit, start, end });
            continue;
        }
        base = None;
        let unit = match d {
            '\'' => Unit::Apostrophe,
            _ if APOSTROPHES.contains(d) => Unit::Apostrophe,
            _ if HYPHENS.contains(d) => Unit::Hyphen,
            '\t' => Unit::Space,
            '\n' => {
                if previous == '\r' {
                    Unit::Space
                } else {
                    Unit::Break
                }
            }
            '\r' => Unit::Break,
            _ if d.general_category() == GeneralCategory::SpaceSeparator => Unit::Space,
            _ if d == '_' || matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number) => {
                base = Some(d);
                let upper = d.is_uppercase() || d.general_category() == GeneralCategory::TitlecaseLetter;
                let letter = group == GeneralCategoryGroup::Letter;
                for f in fold(d).chars() {
                    let keys: Vec<(char, Option<char>)> = match f {
                        'đ' | 'ð' => vec![('d', Some(f))],
                        'ħ' => vec![('h', Some(f))],
                        'ł' => vec![('l', Some(f))],
                        'ø' => vec![('o', Some(f))],
                        'ı' => vec![('i', Some(f))],
                        'œ' => vec![('o', Some('œ')), ('e', None)],
                        'æ' => vec![('a', Some('œ')), ('e', None)],
                        _ => vec![(f, None)],
                    };
                    for (key, mark) in keys {
                        let unit = Unit::Letter {
                            key,
                            upper,
                            digit: key.is_numeric(),
                            marks: mark.into_iter().collect(),
                            open: is_open_script(d),
                            letter,
                        };
                        out.push(Placed { unit, start, end });
                    }
                }
                continue;
            }
            _ => Unit::Hard(d),
        };
        out.push(Placed { unit, start, end });
    }
    out
}

fn fold(c: char) -> String {
    caseless::default_case_fold_str(&c.to_string())
}

/// A gap: `None` if nothing goes across, else its symbols (empty for a soft gap).
fn gap(units: &[Placed]) -> Option<Vec<char>> {
    if units.iter().filter(|u| u.unit == Unit::Break).count() > 1 {
        return None;
    }
    let symbols = symbols(units);
    let hard = units.iter().any(|u| matches!(u.unit, Unit::Hard(_)));
    Some(if !hard && symbols.len() <= 1 { Vec::new() } else { symbols })
}

fn symbols(units: &[Placed]) -> Vec<char> {
    units.iter().filter_map(|u| symbol(&u.unit)).collect()
}

fn symbol(unit: &Unit) -> Option<char> {
    match unit {
        Unit::Hyphen => Some('-'),
        Unit::Apostrophe => Some('\''),
        Unit::Hard(c) => Some(*c),
        _ => None,
    }
}

struct Pattern {
    words: Vec<Vec<Placed>>,
    gaps: Vec<Option<Vec<char>>>,
    leading: Vec<char>,
    trailing: Vec<char>,
}

fn pattern(name: &str) -> Pattern {
    let units = units(name);
    let (mut words, mut gaps): (Vec<Vec<Placed>>, Vec<Vec<Placed>>) = (Vec::new(), vec![Vec::new()]);
    let mut in_word = false;
    for unit in units {
        if unit.is_word() {
            if !in_word {
                words.push(Vec::new());
                gaps.push(Vec::new());
            }
            words.last_mut().expect("pushed").push(unit);
            in_word = true;
        } else {
            in_word = false;
            gaps.last_mut().expect("never empty").push(unit);
        }
    }
    let edge = |gap: &[Placed]| {
        if gap.iter().any(|u| matches!(u.unit, Unit::Hard(_))) { symbols(gap) } else { Vec::new() }
    };
    let (leading, trailing) = (edge(&gaps[0]), edge(gaps.last().expect("never empty")));
    let inner = if words.is_empty() { Vec::new() } else { gaps[1..words.len()].iter().map(|g| gap(g)).collect() };
    Pattern { words, gaps: inner, leading, trailing }
}

/// What a run gives the oracle besides text and gazetteer.
#[derive(Clone, Debug)]
pub(crate) struct Setting<'a> {
    pub language: &'a str,
    pub policy: Option<MatchPolicy>,
    pub open: bool,
    pub overlaps: Overlaps,
}

/// One row of `--no-resolve`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub start: usize,
    pub end: usize,
    pub entity: String,
    pub matched_name: String,
    pub score: f32,
    pub rule: &'static str,
}

struct Found {
    start: usize,
    end: usize,
    length: usize,
    entity: usize,
    layer: usize,
    prior: f32,
    name: String,
    rule: &'static str,
}

/// Nearness of the name at the unit `at`: span, folded length, equal to the name in NFC.
fn try_name(
    name: &Name,
    listed: &Pattern,
    policy: MatchPolicy,
    text: &str,
    units: &[Placed],
    at: usize,
    setting: &Setting<'_>,
) -> Option<(usize, usize, usize, bool)> {
    if listed.words.is_empty() {
        return try_symbols(name, policy, text, units, at);
    }
    let open_edge = |p: &Placed| matches!(p.unit, Unit::Letter { open: true, .. });
    let open_start = setting.open || open_edge(&listed.words[0][0]);
    let last_word = listed.words.last().expect("not empty");
    let open_end = setting.open || open_edge(last_word.last().expect("not empty"));
    let is_word = |i: usize| units.get(i).is_some_and(Placed::is_word);
    if !open_start && at > 0 && is_word(at - 1) {
        return None;
    }
    let mut i = at;
    let mut found_words: Vec<&[Placed]> = Vec::new();
    let mut length = 0;
    for (k, word) in listed.words.iter().enumerate() {
        if k > 0 {
            if is_word(i) {
                return None;
            }
            let start = i;
            while i < units.len() && !is_word(i) {
                i += 1;
            }
            let wanted = listed.gaps[k - 1].as_ref()?;
            if gap(&units[start..i]).as_ref() != Some(wanted) {
                return None;
            }
            length += wanted.len();
        }
        let found = units.get(i..i + word.len())?;
        for (a, b) in word.iter().zip(found) {
            match (&a.unit, &b.unit) {
                (Unit::Letter { key: a, .. }, Unit::Letter { key: b, .. }) if a == b => {}
                _ => return None,
            }
        }
        found_words.push(found);
        length += word.len();
        i += word.len();
    }
    if !open_end && is_word(i) {
        return None;
    }
    // A letter keeps its mark: か is not in が.
    if let Some(Placed { unit: Unit::Letter { key, .. }, .. }) = units.get(i)
        && key.general_category_group() == GeneralCategoryGroup::Mark
    {
        return None;
    }
    let core_start = found_words[0].iter().map(|u| u.start).min()?;
    let core_end = found_words.last()?.iter().map(|u| u.end).max()?;
    let (mut start, mut end) = (core_start, core_end);
    // Symbols directly before.
    if !listed.leading.is_empty() {
        let n = listed.leading.len();
        let before = units.get(at.checked_sub(n)?..at)?;
        if before.iter().map(|u| symbol(&u.unit)).collect::<Option<Vec<_>>>()? != listed.leading {
            return None;
        }
        if at > n && is_word(at - n - 1) {
            return None;
        }
        start = before[0].start;
        length += n;
    }
    // Symbols directly after; a final full stop may be missing.
    let mut dotless = false;
    if !listed.trailing.is_empty() {
        let fits = |wanted: &[char]| {
            let n = wanted.len();
            let after = units.get(i..i + n)?;
            let same = after.iter().map(|u| symbol(&u.unit)).collect::<Option<Vec<_>>>()? == wanted;
            (same && (n == 0 || !is_word(i + n))).then(|| after.iter().map(|u| u.end).max().unwrap_or(core_end))
        };
        if let Some(after) = fits(&listed.trailing) {
            end = end.max(after);
            length += listed.trailing.len();
        } else if let Some(('.', others)) = listed.trailing.split_last()
            && let Some(after) = fits(others)
        {
            end = end.max(after);
            length += others.len();
            dotless = true;
        } else {
            return None;
        }
    }
    let allowed = match policy {
        MatchPolicy::Folded => true,
        MatchPolicy::Exact => {
            let name_edges = edges_of(&name.text);
            let kept = listed.trailing.len() - usize::from(dotless);
            exact_form(&text[core_start..core_end]) == exact_form(&name.text)
                && canonical(&text[start..core_start]) == name_edges.0
                && canonical(&text[core_end..end]) == first_symbols(&name_edges.1, kept)
        }
        MatchPolicy::Smart => {
            let many = listed.words.len() > 1;
            let case = listed.words.iter().zip(&found_words).all(|(a, b)| case_allows(a, b, many, name.role));
            case && marks_allow(name, listed, &found_words, text, start, setting)
        }
    };
    let exact = !dotless && strict_form(&text[start..end]) == strict_form(&name.text);
    allowed.then_some((start, end, length, exact))
}

/// NFD without what vanishes.
fn canonical(text: &str) -> String {
    text.nfd().filter(|c| !IGNORABLE.iter().any(|(a, b)| (*a..=*b).contains(&(*c as u32)))).collect()
}

/// The symbols directly before the first and after the last word of a name, in canonical form.
fn edges_of(name: &str) -> (String, String) {
    let is_word = |c: char| units(c.encode_utf8(&mut [0; 4])).iter().any(Placed::is_word);
    let Some(first) = name.find(is_word) else { return (String::new(), String::new()) };
    let last = name.char_indices().filter(|(_, c)| is_word(*c)).last().map_or(first, |(i, c)| i + c.len_utf8());
    let edge = |gap: &str| {
        let hard = units(gap).iter().any(|u| matches!(u.unit, Unit::Hard(_)));
        let space = |c: char| units(c.encode_utf8(&mut [0; 4])).iter().all(|u| matches!(u.unit, Unit::Space | Unit::Break));
        if hard { canonical(gap.trim_matches(space)) } else { String::new() }
    };
    (edge(&name[..first]), edge(&name[last..]))
}

/// So many symbols of an edge.
fn first_symbols(edge: &str, count: usize) -> String {
    let mut out = String::new();
    for c in edge.chars() {
        if units(&out).iter().filter(|u| symbol(&u.unit).is_some()).count() >= count {
            break;
        }
        out.push(c);
    }
    out
}

/// The words and symbols of a text as NFD, soft gaps as one space.
fn strict_form(text: &str) -> String {
    let nfd: Vec<char> = text.nfd().collect();
    let kind = |c: &char| {
        let units = units(c.encode_utf8(&mut [0; 4]));
        if units.is_empty() {
            None
        } else {
            Some(units.iter().any(Placed::is_word))
        }
    };
    let (mut out, mut gap) = (String::new(), String::new());
    let mut in_gap = true;
    let close = |gap: &mut String, out: &mut String, edge: bool| {
        let soft = self::gap(&units(gap)).is_some_and(|symbols| symbols.is_empty());
        match (soft, edge) {
            (true, true) => {}
            (true, false) => out.push(' '),
            (false, _) => out.push_str(gap),
        }
        gap.clear();
    };
    for c in &nfd {
        match kind(c) {
            None if in_gap => gap.push(*c),
            Some(false) => {
                in_gap = true;
                gap.push(*c);
            }
            _ => {
                if in_gap {
                    let edge = out.is_empty();
                    close(&mut gap, &mut out, edge);
                    in_gap = false;
                }
                out.push(*c);
            }
        }
    }
    if in_gap {
        close(&mut gap, &mut out, true);
    }
    out
}

fn try_symbols(
    name: &Name,
    policy: MatchPolicy,
    text: &str,
    all: &[Placed],
    at: usize,
) -> Option<(usize, usize, usize, bool)> {
    let wanted = symbols(&units(&name.text));
    if all[at].is_word() || !units(&name.text).iter().any(|u| matches!(u.unit, Unit::Hard(_))) {
        return None;
    }
    // The gap around: symbols of a soft gap are no symbols.
    let first = (0..at).rev().find(|i| all[*i].is_word()).map_or(0, |i| i + 1);
    let last = (at..all.len()).find(|i| all[*i].is_word()).unwrap_or(all.len());
    if !all[first..last].iter().any(|u| matches!(u.unit, Unit::Hard(_))) {
        let gap = &all[first..last];
        let breaks = gap.iter().filter(|u| u.unit == Unit::Break).count();
        if symbols(gap).len() <= 1 && breaks <= 1 {
            return None;
        }
    }
    let mut found = Vec::new();
    let mut breaks = 0;
    for unit in &all[at..last] {
        if found.len() == wanted.len() {
            break;
        }
        match symbol(&unit.unit) {
            Some(c) if c == wanted[found.len()] => found.push(unit),
            Some(_) => return None,
            None if found.is_empty() => return None,
            None => breaks += usize::from(unit.unit == Unit::Break),
        }
    }
    if found.len() < wanted.len() || breaks > 1 {
        return None;
    }
    let (start, end) = (found[0].start, found.last()?.end);
    let exact = text[start..end] == name.text;
    (policy != MatchPolicy::Exact || exact).then_some((start, end, wanted.len(), exact))
}

/// NFD without ignorable characters, gaps in their canonical form.
fn exact_form(text: &str) -> Vec<String> {
    let nfd: String = text.nfd().collect();
    let mut out: Vec<String> = Vec::new();
    let mut gap_units: Vec<Placed> = Vec::new();
    let mut before = ' ';
    for c in nfd.chars() {
        let units = units(c.encode_utf8(&mut [0; 4]));
        if units.is_empty() {
            continue;
        }
        let previous = std::mem::replace(&mut before, c);
        let word = units.iter().any(Placed::is_word);
        if word {
            if !gap_units.is_empty() && !out.is_empty() {
                out.push(format!("gap {:?}", gap(&gap_units)));
            }
            gap_units.clear();
            out.push(c.to_string());
        } else if units.len() > 1 || matches!(units[0].unit, Unit::Hard(_)) {
            // Compatibility variants of symbols are not equal to what they stand for.
            gap_units.push(Placed { unit: Unit::Hard(c), start: 0, end: 0 });
        } else if c == '\n' && previous == '\r' {
            gap_units.push(Placed { unit: Unit::Space, start: 0, end: 0 });
        } else {
            gap_units.extend(units);
        }
    }
    out
}

fn case_allows(listed: &[Placed], found: &[Placed], many_words: bool, role: NameRole) -> bool {
    let letter = |p: &Placed| match &p.unit {
        Unit::Letter { key, upper, digit, marks, .. } => (*key, *upper, *digit, marks.contains(&'œ')),
        _ => unreachable!("words hold letters"),
    };
    let listed: Vec<_> = listed.iter().map(letter).collect();
    let found: Vec<_> = found.iter().map(letter).collect();
    let every_capital = (0..listed.len()).all(|i| {
        // Œ has one capital.
        let second = i > 0 && listed[i - 1].3;
        !listed[i].1 || second || found[i].1
    });
    if every_capital {
        return true;
    }
    let shaped = (2..=6).contains(&listed.len()) && listed.iter().all(|l| l.1 || l.2) && listed.iter().any(|l| l.1);
    if !(shaped || role == NameRole::Acronym) || listed.len() > 6 {
        return false;
    }
    let vowel = listed.iter().any(|l| "aeiou".contains(l.0));
    let capitalised = found[0].1 && found[1..].iter().all(|l| !l.1);
    capitalised && (many_words || (listed.len() >= 4 && vowel))
}

const TONES: &[char] = &['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

fn marks_allow(
    name: &Name,
    listed: &Pattern,
    found: &[&[Placed]],
    text: &str,
    at: usize,
    setting: &Setting<'_>,
) -> bool {
    let mut missing = false;
    for (word, found) in listed.words.iter().zip(found) {
        let marks = |p: &Placed| match &p.unit {
            Unit::Letter { key, marks, .. } => (*key, marks.clone()),
            _ => unreachable!("words hold letters"),
        };
        let mut a: Vec<(char, BTreeSet<char>)> = word.iter().map(marks).collect();
        let mut b: Vec<(char, BTreeSet<char>)> = found.iter().map(marks).collect();
        let n = a.len();
        if n >= 2
            && matches!((a[n - 2].0, a[n - 1].0), ('o', 'a') | ('o', 'e') | ('u', 'y'))
            && (n == 2 || a[n - 3].0 != 'q')
        {
            for word in [&mut a, &mut b] {
                let tones: Vec<char> = TONES.iter().copied().filter(|t| word[n - 2].1.contains(t)).collect();
                for tone in tones {
                    word[n - 2].1.remove(&tone);
                    word[n - 1].1.insert(tone);
                }
            }
        }
        for ((_, a), (_, b)) in a.iter().zip(b.iter_mut()) {
            if a.contains(&'đ') && b.remove(&'ð') {
                b.insert('đ');
            }
            if !b.is_subset(a) {
                return false;
            }
            missing |= a != b;
        }
    }
    if !missing || listed.words.len() > 1 {
        return true;
    }
    let Some(lang) = name.lang.as_deref() else { return false };
    let primary = lang.split(['-', '_']).next().unwrap_or("").to_lowercase();
    primary == setting.language && primary != "und" && (in_capitals(text, at) || !has_marks(text))
}

fn has_marks(text: &str) -> bool {
    units(text).iter().any(|u| matches!(&u.unit, Unit::Letter { marks, .. } if !marks.is_empty()))
}

/// Whether the byte stands in a passage in capitals.
pub(crate) fn in_capitals(text: &str, at: usize) -> bool {
    let units = units(text);
    let ends_at = |i: usize| -> bool {
        let ender = matches!(units[i].unit, Unit::Hard('.' | '!' | '?'));
        ender && units.get(i + 1).is_none_or(|u| u.unit == Unit::Space)
    };
    let mut stretches: Vec<Vec<usize>> = vec![Vec::new()];
    for i in 0..units.len() {
        if units[i].unit == Unit::Break {
            stretches.push(Vec::new());
            continue;
        }
        stretches.last_mut().expect("never empty").push(i);
        if ends_at(i) {
            stretches.push(Vec::new());
        }
    }
    let Some(stretch) = stretches.iter().find(|s| s.iter().any(|i| units[*i].start == at)) else { return false };
    let mut words: Vec<usize> = vec![0];
    for i in stretch {
        match &units[*i].unit {
            Unit::Letter { upper, letter, .. } => {
                if *letter && !*upper {
                    return false;
                }
                *words.last_mut().expect("never empty") += usize::from(*letter);
            }
            _ => words.push(0),
        }
    }
    words.iter().filter(|n| **n >= 2).count() >= 4 || words.iter().filter(|n| **n >= 4).count() >= 2
}

/// What the rows of an entity say together: the later non-empty field wins.
#[derive(Clone, Debug, Default)]
struct Merged {
    prior: Option<f32>,
    policy: Option<MatchPolicy>,
}

/// Joins rows of all layers: for each row (layer, entity) the number of its entity, or `None` if removed.
fn join(gazetteer: &Gazetteer) -> (Vec<Vec<Option<usize>>>, Vec<String>, Vec<Merged>) {
    struct World {
        ids: Vec<BTreeSet<String>>,
        shown: Vec<String>,
        live: Vec<bool>,
    }
    let mut world = World { ids: Vec::new(), shown: Vec::new(), live: Vec::new() };
    let mut rows: Vec<Vec<Option<usize>>> = Vec::new();
    for layer in gazetteer.layers() {
        let mut of_layer = Vec::new();
        for entity in &layer.entities {
            let mut ids: BTreeSet<String> = entity.same_as.iter().chain(&entity.outside).cloned().collect();
            if !entity.id_derived {
                ids.insert(entity.id.clone());
            }
            let joined: Vec<usize> =
                (0..world.ids.len()).filter(|e| world.live[*e] && !world.ids[*e].is_disjoint(&ids)).collect();
            ids.insert(entity.id.clone());
            let of_row = match entity.action {
                Action::Remove => {
                    joined.iter().for_each(|e| world.live[*e] = false);
                    None
                }
                Action::Merge if !joined.is_empty() => {
                    let root = joined[0];
                    for other in &joined[1..] {
                        let more = std::mem::take(&mut world.ids[*other]);
                        world.ids[root].extend(more);
                        world.live[*other] = false;
                        for row in rows.iter_mut().flatten().chain(of_layer.iter_mut()) {
                            if *row == Some(*other) {
                                *row = Some(root);
                            }
                        }
                    }
                    world.ids[root].extend(ids);
                    Some(root)
                }
                action => {
                    if action == Action::Replace {
                        joined.iter().for_each(|e| world.live[*e] = false);
                    }
                    world.ids.push(ids);
                    world.shown.push(entity.id.clone());
                    world.live.push(true);
                    Some(world.ids.len() - 1)
                }
            };
            of_layer.push(of_row);
        }
        rows.push(of_layer);
    }
    for row in rows.iter_mut().flatten() {
        *row = row.filter(|e| world.live[*e]);
    }
    let mut merged = vec![Merged::default(); world.shown.len()];
    for (layer, rows) in gazetteer.layers().iter().zip(&rows) {
        for (entity, row) in layer.entities.iter().zip(rows) {
            let Some(row) = row else { continue };
            merged[*row].prior = entity.prior.or(merged[*row].prior);
            merged[*row].policy = entity.policy.or(merged[*row].policy);
        }
    }
    (rows, world.shown, merged)
}

/// The rows of `extract --no-resolve`.
pub(crate) fn rows(gazetteer: &Gazetteer, text: &str, setting: &Setting<'_>) -> Vec<Row> {
    let (entities, ids, merged) = join(gazetteer);
    let all = units(text);
    let mut found: Vec<Found> = Vec::new();
    for (layer_number, layer) in gazetteer.layers().iter().enumerate() {
        for (row, entity) in layer.entities.iter().enumerate() {
            let Some(joined) = entities[layer_number][row] else { continue };
            for listed in &entity.names {
                // A name that folds to nothing is no name.
                if !units(&listed.text).iter().any(|u| u.is_word() || matches!(u.unit, Unit::Hard(_))) {
                    continue;
                }
                let policy = listed.policy.or(merged[joined].policy).unwrap_or(MatchPolicy::Smart);
                let mut forms = vec![(listed.clone(), false)];
                let one_acronym = {
                    let p = pattern(&listed.text);
                    p.words.len() == 1 && {
                        let letters: Vec<(bool, bool)> = p.words[0]
                            .iter()
                            .map(|u| match &u.unit {
                                Unit::Letter { upper, digit, .. } => (*upper, *digit),
                                _ => (false, false),
                            })
                            .collect();
                        (2..=6).contains(&letters.len())
                            && letters.iter().any(|l| l.0)
                            && letters.iter().all(|l| l.0 || l.1)
                    }
                };
                let inflects = policy != MatchPolicy::Exact && listed.role != NameRole::Acronym && !one_acronym;
                if let (true, Some(lang)) = (inflects, listed.lang.as_deref()) {
                    for text in generated(&entity.kind, lang, &listed.text) {
                        if !entity.names.iter().any(|n| n.text == text && n.lang == listed.lang) {
                            forms.push((Name { text, ..listed.clone() }, true));
                        }
                    }
                }
                for (name, inflected) in forms {
                    let pattern = pattern(&name.text);
                    for at in 0..all.len() {
                        let policy = setting.policy.unwrap_or(policy);
                        if let Some((start, end, length, exact)) =
                            try_name(&name, &pattern, policy, text, &all, at, setting)
                        {
                            found.push(Found {
                                start,
                                end,
                                length,
                                entity: joined,
                                layer: layer_number,
                                prior: listed.prior.or(merged[joined].prior).unwrap_or(DEFAULT_PRIOR),
                                name: listed.text.clone(),
                                rule: match (inflected, exact) {
                                    (true, _) => "inflected",
                                    (false, true) => "exact",
                                    (false, false) => "folded",
                                },
                            });
                        }
                    }
                }
            }
        }
    }
    let spans: BTreeSet<(usize, usize)> = found.iter().map(|f| (f.start, f.end)).collect();
    let mut rows = Vec::new();
    for (start, end) in keep(&spans, &found, setting.overlaps) {
        let here: Vec<&Found> = found.iter().filter(|f| (f.start, f.end) == (start, end)).collect();
        let mut of_span: Vec<(f32, usize, String, Row)> = Vec::new();
        for entity in here.iter().map(|f| f.entity).collect::<BTreeSet<_>>() {
            let hits: Vec<&&Found> = here.iter().filter(|f| f.entity == entity).collect();
            let prior = hits.iter().map(|f| f.prior).fold(0.0, f32::max);
            let layer = hits.iter().map(|f| f.layer).max().unwrap_or(0);
            let rank = |rule: &str| ["exact", "folded", "inflected"].iter().position(|r| *r == rule);
            let best = hits
                .iter()
                .min_by(|a, b| rank(a.rule).cmp(&rank(b.rule)).then(a.name.cmp(&b.name)))
                .expect("an entity of the span was hit");
            let row = Row {
                start,
                end,
                entity: ids[entity].clone(),
                matched_name: best.name.clone(),
                score: prior,
                rule: best.rule,
            };
            of_span.push((prior, layer, ids[entity].clone(), row));
        }
        of_span.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
        let take = if setting.overlaps == Overlaps::All { of_span.len() } else { 1 };
        rows.extend(of_span.into_iter().take(take).map(|r| r.3));
    }
    rows.sort_by(|a, b| (a.start, a.end, &a.entity).cmp(&(b.start, b.end, &b.entity)));
    rows
}

fn keep(spans: &BTreeSet<(usize, usize)>, found: &[Found], mode: Overlaps) -> Vec<(usize, usize)> {
    let best = |span: &(usize, usize)| {
        let here = found.iter().filter(|f| (f.start, f.end) == *span);
        here.fold((0, 0.0f32), |(length, prior), f| (length.max(f.length), prior.max(f.prior)))
    };
    let overlap = |a: &(usize, usize), b: &(usize, usize)| a.0 < b.1 && b.0 < a.1;
    match mode {
        Overlaps::All => spans.iter().copied().collect(),
        Overlaps::Outermost => {
            spans.iter().copied().filter(|a| !spans.iter().any(|b| a != b && b.0 <= a.0 && a.1 <= b.1)).collect()
        }
        Overlaps::LeftmostLongest => {
            let mut kept = Vec::new();
            let mut from = 0;
            while let Some(start) = spans.iter().map(|s| s.0).filter(|s| *s >= from).min() {
                let chosen = spans
                    .iter()
                    .filter(|s| s.0 == start)
                    .max_by(|a, b| {
                        let (x, y) = (best(a), best(b));
                        x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(b.1.cmp(&a.1))
                    })
                    .expect("some span starts there");
                kept.push(*chosen);
                from = chosen.1;
            }
            kept
        }
        Overlaps::Longest => {
            let mut rest: Vec<(usize, usize)> = spans.iter().copied().collect();
            let mut kept = Vec::new();
            while !rest.is_empty() {
                let chosen = *rest
                    .iter()
                    .min_by(|a, b| {
                        let (x, y) = (best(a), best(b));
                        y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).then(a.cmp(b))
                    })
                    .expect("not empty");
                kept.push(chosen);
                rest.retain(|s| !overlap(s, &chosen));
            }
            kept
        }
    }
}
