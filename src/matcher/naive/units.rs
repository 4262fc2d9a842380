//! Units of a text: what is left of it after compatibility decomposition, made with the Unicode crates alone.

use std::collections::BTreeSet;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

const APOSTROPHES: &str = "'’‘ʼʹ′´`＇｀\u{1FFD}\u{1FEF}\u{374}";
const HYPHENS: &str = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2212}";
pub(super) const IGNORABLE: &[(u32, u32)] = &[
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
pub(super) enum Unit {
    Letter { key: char, upper: bool, digit: bool, marks: BTreeSet<char>, open: bool, letter: bool },
    Space,
    Break,
    Hyphen,
    Apostrophe,
    Hard(char),
}

#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub unit: Unit,
    pub start: usize,
    pub end: usize,
}

impl Placed {
    pub fn is_word(&self) -> bool {
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

pub(super) fn units(text: &str) -> Vec<Placed> {
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
pub(super) fn gap(units: &[Placed]) -> Option<Vec<char>> {
    if units.iter().filter(|u| u.unit == Unit::Break).count() > 1 {
        return None;
    }
    let symbols = symbols(units);
    let hard = units.iter().any(|u| matches!(u.unit, Unit::Hard(_)));
    Some(if !hard && symbols.len() <= 1 { Vec::new() } else { symbols })
}

pub(super) fn symbols(units: &[Placed]) -> Vec<char> {
    units.iter().filter_map(|u| symbol(&u.unit)).collect()
}

pub(super) fn symbol(unit: &Unit) -> Option<char> {
    match unit {
        Unit::Hyphen => Some('-'),
        Unit::Apostrophe => Some('\''),
        Unit::Hard(c) => Some(*c),
        _ => None,
    }
}

pub(super) struct Pattern {
    pub words: Vec<Vec<Placed>>,
    pub gaps: Vec<Option<Vec<char>>>,
    pub leading: Vec<char>,
    pub trailing: Vec<char>,
}

pub(super) fn pattern(name: &str) -> Pattern {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::{Folded, Gap};

    /// A word: key, capital and open script of each letter.
    type Word = Vec<(char, bool, bool)>;
    /// The words and gaps of a text.
    type Cut = (Vec<Word>, Vec<Option<Vec<char>>>);

    /// By the fold table.
    fn by_table(folded: &mut Folded, text: &str) -> Cut {
        folded.read(text, 0);
        let words = (0..folded.words.len())
            .map(|k| folded.word(k).iter().map(|l| (l.key, l.upper, l.unsegmented)).collect())
            .collect();
        let gaps = folded.gaps.iter().map(|gap| match gap {
            Gap::Soft => Some(Vec::new()),
            Gap::Never => None,
            Gap::Hard { start, end } => {
                Some(folded.symbols[*start as usize..*end as usize].iter().map(|s| s.symbol).collect())
            }
        });
        (words, gaps.collect())
    }

    /// By the Unicode crates.
    fn by_units(text: &str) -> Cut {
        let mut words: Vec<Word> = Vec::new();
        let mut gaps: Vec<Vec<Placed>> = vec![Vec::new()];
        let mut in_word = false;
        for placed in units(text) {
            if let Unit::Letter { key, upper, open, .. } = placed.unit {
                if !in_word {
                    words.push(Vec::new());
                    gaps.push(Vec::new());
                }
                // The key of `_` is DEL in the table.
                let key = if key == '_' { '\u{7F}' } else { key };
                words.last_mut().expect("pushed").push((key, upper, open));
                in_word = true;
            } else {
                gaps.last_mut().expect("never empty").push(placed);
                in_word = false;
            }
        }
        (words, gaps.iter().map(|g| gap(g)).collect())
    }

    /// All of Unicode, not a sample: the table of `build.rs` says of every character what the crates say.
    #[test]
    fn every_character_is_folded_as_the_crates_say() {
        let mut folded = Folded::default();
        let mut text = String::new();
        for c in ('\0'..=char::MAX).filter(|c| !('\u{AC80}'..'\u{D700}').contains(c)) {
            text.clear();
            // Behind a Latin letter with a mark and before one, so that marks, letters and gaps all show.
            text.extend(['a', c, '\u{301}', 'B']);
            assert_eq!(by_table(&mut folded, &text), by_units(&text), "{:04X}", c as u32);
        }
    }
}
