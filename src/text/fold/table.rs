//! Makes the fold table of `src/text/fold.rs`: what each Unicode character means for search. Part of the build scripts, not of
//! the library.
//!
//! The table is derived from unicode-normalization (compatibility decomposition, combining classes), caseless (full
//! case folding), unicode-properties (general categories) and unicode-script, so that no pass over a text needs them.
//! `src/text/fold.rs` documents the entries; a test in `src/matcher/naive/units.rs` checks every character against the crates.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, ScriptExtension, UnicodeScript};

const HARD: u32 = 0;
const IGNORED: u32 = 1;
const SOFT: u32 = 2;
const LETTER: u32 = 3;
const MARK: u32 = 4;
const COMPLEX: u32 = 5;
const HANGUL: u32 = 6;

/// Default_Ignorable_Code_Point of DerivedCoreProperties.txt (Unicode 17): no crate of the build gives it.
const IGNORABLE: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
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
];

/// Apostrophes, which are never word characters and are taken as they stand (´ would decompose to a space and a mark).
const APOSTROPHES: &[char] = &[
    '\'', '\u{2019}', '\u{2018}', '\u{02BC}', '\u{02B9}', '\u{2032}', '\u{00B4}', '\u{1FFD}', '`', '\u{1FEF}',
    '\u{FF07}', '\u{FF40}', '\u{0374}',
];

/// Marks that news in Latin and Greek script uses: a bit each in a set of marks. The last code stands for all others.
const MARK_CODES: &[u32] = &[
    0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0306, 0x0307, 0x0308, 0x0309, 0x030A, 0x030B, 0x030C, 0x030F, 0x0311,
    0x0313, 0x0314, 0x031B, 0x0323, 0x0324, 0x0325, 0x0326, 0x0327, 0x0328, 0x032D, 0x032E, 0x0330, 0x0331, 0x0335,
    0x0338, 0x0342, 0x0345,
];
const LETTER_MARKS: &[(char, char, usize)] =
    &[('đ', 'd', 40), ('ð', 'd', 41), ('ħ', 'h', 42), ('ł', 'l', 43), ('ø', 'o', 44), ('ı', 'i', 45)];
const LIGATURE: usize = 46;
const OTHER_MARK: usize = 63;

/// Characters below this one are in `SORTS`: Latin to Greek extended, general punctuation, letter-like symbols.
const SORTED: u32 = 0x2180;

#[derive(Default)]
struct Tables {
    marks: Vec<(u32, u8, u8, u8)>,
    mark_sets: Vec<u64>,
    sequences: Vec<u32>,
    sequence_of: HashMap<Vec<u32>, u32>,
}

fn ignorable(c: char) -> bool {
    IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&(c as u32)))
}

fn unsegmented(script: Script) -> bool {
    matches!(
        script,
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
            | Script::Tibetan
    )
}

/// What the marks after a letter are: 0 letters of their own, 1 marks, 2 and 3 marks if harakat or Hebrew points,
/// 4 Cyrillic е, 5 letters of their own in a script without word boundaries.
fn base_class(letter: char, key: char) -> u32 {
    match letter.script() {
        Script::Latin | Script::Greek => 1,
        Script::Arabic => 2,
        Script::Hebrew => 3,
        _ if key == 'е' => 4,
        script if unsegmented(script) => 5,
        Script::Common | Script::Inherited => {
            let extension: ScriptExtension = letter.script_extension();
            let mut scripts = extension.iter().peekable();
            let known = scripts.peek().is_some() && !extension.is_common() && !extension.is_inherited();
            if known && scripts.all(unsegmented) { 5 } else { 0 }
        }
        _ => 0,
    }
}

impl Tables {
    fn mark(&mut self, c: char) -> u32 {
        let cp = c as u32;
        if let Some(i) = self.marks.iter().position(|m| m.0 == cp) {
            return MARK << 29 | i as u32;
        }
        let code = MARK_CODES.iter().position(|m| *m == cp).unwrap_or(OTHER_MARK) as u8;
        let harakat = matches!(cp, 0x064B..=0x0652 | 0x0670);
        let point = matches!(cp, 0x0591..=0x05C7);
        let flags = u8::from(harakat) | u8::from(point) << 1 | u8::from(cp == 0x0308) << 2;
        self.marks.push((cp, code, canonical_combining_class(c), flags));
        MARK << 29 | (self.marks.len() - 1) as u32
    }

    fn set(&mut self, marks: u64) -> Option<u32> {
        if let Some(i) = self.mark_sets.iter().position(|m| *m == marks) {
            return Some(i as u32);
        }
        if self.mark_sets.len() == 128 {
            return None;
        }
        self.mark_sets.push(marks);
        Some(self.mark_sets.len() as u32 - 1)
    }

    /// Items of one character of a compatibility decomposition.
    fn items(&mut self, d: char, out: &mut Vec<u32>) {
        let soft = |class: u32| SOFT << 29 | class;
        if ignorable(d) {
            return out.push(IGNORED << 29);
        }
        match d {
            ' ' | '\t' => return out.push(soft(0)),
            '\n' => return out.push(soft(1)),
            '\r' => return out.push(soft(2)),
            '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' => return out.push(soft(3)),
            _ if APOSTROPHES.contains(&d) => return out.push(soft(4)),
            // Arabic tatweel only stretches a word.
            '\u{640}' => return out.push(IGNORED << 29),
            _ => {}
        }
        let category = d.general_category();
        if category == GeneralCategory::SpaceSeparator {
            return out.push(soft(0));
        }
        match d.general_category_group() {
            GeneralCategoryGroup::Mark => {
                let mark = self.mark(d);
                out.push(mark);
            }
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number => self.letters(d, out),
            // `_` is a word character; its key is DEL so that setting bit 5 of ASCII folds keys and letters alike.
            _ if d == '_' => out.push(LETTER << 29 | 0x7F),
            _ => out.push(HARD << 29 | d as u32),
        }
    }

    fn letters(&mut self, d: char, out: &mut Vec<u32>) {
        let upper = d.is_uppercase() || d.general_category() == GeneralCategory::TitlecaseLetter;
        let folded = caseless::default_case_fold_str(d.encode_utf8(&mut [0; 4]));
        for f in folded.chars() {
            let mut keys: Vec<(char, u64)> = Vec::new();
            if let Some((_, base, code)) = LETTER_MARKS.iter().find(|(letter, _, _)| *letter == f) {
                keys.push((*base, 1 << code));
            } else if f == 'œ' {
                keys.extend([('o', 1 << LIGATURE), ('e', 0)]);
            } else if f == 'æ' {
                keys.extend([('a', 1 << LIGATURE), ('e', 0)]);
            } else {
                keys.push((f, 0));
            }
            for (key, marks) in keys {
                let class = base_class(if key.is_ascii() { key } else { d }, key);
                let class = if key.is_ascii_digit() { 0 } else { class };
                assert!((key as u32) < 1 << 18, "letter key out of range");
                let set = self.set(marks).expect("single marks fit the first sets");
                out.push(LETTER << 29 | set << 22 | u32::from(upper) << 21 | class << 18 | key as u32);
            }
        }
    }

    /// A letter followed only by marks that its script strips is one letter with a set of marks.
    fn collapse(&mut self, items: &[u32]) -> Option<u32> {
        let (first, rest) = items.split_first()?;
        if first >> 29 != LETTER || (first >> 18) & 7 != 1 || rest.is_empty() {
            return None;
        }
        let mut marks = self.mark_sets[(first >> 22 & 0x7F) as usize];
        for item in rest {
            if item >> 29 != MARK {
                return None;
            }
            let code = self.marks[(item & 0xFFF) as usize].1;
            if code as usize == OTHER_MARK {
                return None;
            }
            marks |= 1 << code;
        }
        let set = self.set(marks)?;
        Some(first & !(0x7F << 22) | set << 22)
    }

    /// 0 gap, 1 ignored, 2 word, 3 both words and gaps.
    fn sort(&self, entry: u32) -> u8 {
        match entry >> 29 {
            HARD | SOFT => 0,
            IGNORED => 1,
            COMPLEX => {
                let start = (entry & 0x3_FFFF) as usize;
                let items = &self.sequences[start..start + (entry >> 18 & 31) as usize];
                match items.iter().filter(|i| matches!(*i >> 29, LETTER | MARK)).count() {
                    0 => 0,
                    n if n == items.len() => 2,
                    _ => 3,
                }
            }
            _ => 2,
        }
    }

    fn entry(&mut self, c: char) -> u32 {
        if ('\u{AC00}'..='\u{D7A3}').contains(&c) {
            return HANGUL << 29;
        }
        let mut items = Vec::new();
        if APOSTROPHES.contains(&c) {
            self.items(c, &mut items);
        } else {
            let mut decomposed = Vec::new();
            decompose_compatible(c, |d| decomposed.push(d));
            for d in decomposed {
                self.items(d, &mut items);
            }
        }
        if let [item] = items[..] {
            // A character that is its own key or hard character stores 0 there: whole blocks become equal.
            let own = |key: u32, field: u32| if field == c as u32 { item & !key } else { item };
            return match item >> 29 {
                HARD => own(0x1F_FFFF, item & 0x1F_FFFF),
                LETTER => own(0x3_FFFF, item & 0x3_FFFF),
                _ => item,
            };
        }
        if let Some(item) = self.collapse(&items) {
            return item;
        }
        let len = items.len() as u32;
        assert!(len < 32);
        let start = *self.sequence_of.entry(items.clone()).or_insert_with(|| {
            self.sequences.extend(&items);
            self.sequences.len() as u32 - len
        });
        assert!(start < 1 << 18);
        COMPLEX << 29 | len << 18 | start
    }
}

/// Writes the table as Rust source into a folder.
pub fn write(folder: &Path) {
    let mut tables = Tables::default();
    for code in MARK_CODES {
        tables.set(0);
        let c = char::from_u32(*code).expect("a mark is a character");
        tables.mark(c);
    }
    for code in LETTER_MARKS.iter().map(|(_, _, code)| *code).chain([LIGATURE]) {
        tables.set(1 << code);
    }
    let entries: Vec<u32> = (0..0x110000u32).map(|cp| char::from_u32(cp).map_or(HARD, |c| tables.entry(c))).collect();
    let mut blocks: Vec<&[u32]> = Vec::new();
    let mut block_of: HashMap<&[u32], u16> = HashMap::new();
    let mut stage1: Vec<u16> = Vec::new();
    for block in entries.chunks(128) {
        let next = blocks.len() as u16;
        let index = *block_of.entry(block).or_insert(next);
        if index == next {
            blocks.push(block);
        }
        stage1.push(index);
    }
    // What the word scanner asks of the characters that news is made of: one byte each.
    let sorts: Vec<String> = (0..SORTED).map(|cp| tables.sort(entries[cp as usize]).to_string()).collect();
    let mut source = String::new();
    let mut write = |name: &str, kind: &str, items: Vec<String>| {
        let _ = writeln!(source, "static {name}: [{kind}; {}] = [{}];", items.len(), items.join(","));
    };
    write("STAGE1", "u16", stage1.iter().map(u16::to_string).collect());
    write("STAGE2", "u32", blocks.iter().flat_map(|b| b.iter()).map(u32::to_string).collect());
    write("SORTS", "u8", sorts);
    write("SEQUENCES", "u32", tables.sequences.iter().map(u32::to_string).collect());
    write("MARK_SETS", "u64", tables.mark_sets.iter().map(u64::to_string).collect());
    write("MARKS", "(u32, u8, u8, u8)", tables.marks.iter().map(|m| format!("{m:?}")).collect());
    std::fs::write(folder.join("fold_table.rs"), source).expect("the build folder can be written");
}
