//! Folding: what each character of a text means for search.
//!
//! A text is read as its compatibility decomposition (NFKD), character by character, without ever writing it down.
//! The table that `build.rs` makes gives each character one 32-bit entry (the kind in the top three bits):
//!
//! | kind | meaning | payload |
//! |---|---|---|
//! | hard | a character that names must hold too | the character, 0 = itself |
//! | ignored | default ignorable, or tatweel | |
//! | soft | space, line break, hyphen or apostrophe | which |
//! | letter | a letter, digit or `_` | key (18 bits, 0 = itself), base class (3), capital (1), set of marks (7) |
//! | mark | a combining mark | index into `MARKS` |
//! | complex | a sequence of the above | start (18 bits) and length (5) in `SEQUENCES` |
//! | Hangul | a syllable, decomposed by arithmetic | |
//!
//! The *search key* of a word is the sequence of its letters' keys: case folded, without the marks that its script
//! drops. `_` has the key U+007F, so that ASCII words can be folded by setting bit 5 of every byte.

mod cased;
mod forms;
mod told;

pub(crate) use cased::{Cased, cased};
pub(crate) use forms::{exact_form, same_symbols, strict_form};
pub(crate) use told::tell_apart;

include!(concat!(env!("OUT_DIR"), "/fold_table.rs"));

const HARD: u32 = 0;
const IGNORED: u32 = 1;
const SOFT: u32 = 2;
const LETTER: u32 = 3;
const MARK: u32 = 4;
const COMPLEX: u32 = 5;

/// Bits of [`Letter::marks`] for the tones of Vietnamese: grave, acute, tilde, hook above, dot below.
pub(crate) const TONES: u64 = 1 | 1 << 1 | 1 << 3 | 1 << 8 | 1 << 17;
/// Bit of [`Letter::marks`]: d with stroke (đ).
pub(crate) const STROKE_D: u64 = 1 << 40;
/// Bit of [`Letter::marks`]: eth (ð).
pub(crate) const ETH: u64 = 1 << 41;
/// Bit of [`Letter::marks`]: first letter of œ or æ.
pub(crate) const LIGATURE: u64 = 1 << 46;
/// Bit of [`Letter::marks`]: a mark without a bit of its own; see [`Folded::rare_marks`].
pub(crate) const RARE: u64 = 1 << 63;

/// Base class: marks after this letter are letters of their own.
const KEEPS_MARKS: u8 = 0;
/// Base class: Latin and Greek, marks are stripped.
const STRIPS_MARKS: u8 = 1;
/// Base class: Arabic, harakat are stripped.
const ARABIC: u8 = 2;
/// Base class: Hebrew, points are stripped.
const HEBREW: u8 = 3;
/// Base class: Cyrillic е, the diaeresis is stripped.
const CYRILLIC_E: u8 = 4;
/// Base class: a script without word boundaries; marks are letters of their own.
const UNSEGMENTED: u8 = 5;

fn entry(c: char) -> u32 {
    let c = c as usize;
    STAGE2[(STAGE1[c >> 7] as usize) << 7 | (c & 127)]
}

/// What a character is, for a scan that only looks for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Belongs to a gap.
    Gap,
    /// Vanishes.
    Ignored,
    /// Belongs to a word, whole.
    Word,
    /// Decomposes into words and gaps.
    Mixed,
}

/// The sort of a character.
#[inline]
pub(crate) fn sort(c: u32) -> Sort {
    match SORTS.get(c as usize) {
        Some(0) => Sort::Gap,
        Some(1) => Sort::Ignored,
        Some(2) => Sort::Word,
        Some(_) => Sort::Mixed,
        None => char::from_u32(c).map_or(Sort::Gap, entry_sort),
    }
}

fn entry_sort(c: char) -> Sort {
    let e = entry(c);
    match e >> 29 {
        HARD | SOFT => Sort::Gap,
        IGNORED => Sort::Ignored,
        COMPLEX => {
            let word = sequence(e).iter().filter(|i| matches!(*i >> 29, LETTER | MARK)).count();
            match word {
                0 => Sort::Gap,
                n if n == sequence(e).len() => Sort::Word,
                _ => Sort::Mixed,
            }
        }
        _ => Sort::Word,
    }
}

fn sequence(e: u32) -> &'static [u32] {
    let start = (e & 0x3_FFFF) as usize;
    &SEQUENCES[start..start + (e >> 18 & 31) as usize]
}

/// One letter, digit, `_` or kept mark of a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// The character of the search key.
    pub key: char,
    /// Whether the text has a capital here.
    pub upper: bool,
    /// Whether the letter belongs to a script without word boundaries.
    pub unsegmented: bool,
    /// Whether the letter is a kept mark.
    pub mark: bool,
    /// The stripped marks, one bit each.
    pub marks: u64,
    /// First byte of the character in the text.
    pub start: u32,
    /// One past the last byte of the character and its marks.
    pub end: u32,
}

/// Whether a word of a name is an acronym by its shape: 2 to 6 capitals or digits, with a capital.
pub(crate) fn is_acronym(word: &[Letter]) -> bool {
    (2..=6).contains(&word.len()) && word.iter().any(|l| l.upper) && word.iter().all(|l| l.upper || l.key.is_numeric())
}

/// Whether a character begins anew: it is no mark and nothing that vanishes, so a text may be cut before it.
pub(crate) fn is_starter(c: char) -> bool {
    let e = entry(c);
    let first = if e >> 29 == COMPLEX { sequence(e).first().copied().unwrap_or(e) } else { e };
    !matches!(first >> 29, MARK | IGNORED)
}

/// How many letters and symbols a character adds to the folded text.
pub(crate) fn weight(c: char) -> usize {
    let e = entry(c);
    match e >> 29 {
        COMPLEX => (e >> 18 & 31) as usize,
        IGNORED | SOFT => 0,
        LETTER | HARD | MARK => 1,
        _ => 3,
    }
}

/// What stands between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Spaces, at most one line break, at most one hyphen or apostrophe.
    Soft,
    /// Symbols: `Folded::symbols[start..end]`.
    Hard { start: u32, end: u32 },
    /// A blank line: no name goes across.
    Never,
}

/// A symbol of a gap with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// The character; hyphens are `-`, apostrophes `'`.
    pub symbol: char,
    pub start: u32,
    pub end: u32,
    /// Whether the symbol stands directly at the kept character before it.
    pub glued: bool,
    /// Line breaks in the gap before it.
    pub breaks: u32,
    /// Whether it is a hyphen or an apostrophe.
    pub soft: bool,
}

/// A stretch of text, decomposed into words and gaps. The buffers are reused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    pub letters: Vec<Letter>,
    /// Ranges of `letters`.
    pub words: Vec<(u32, u32)>,
    /// `gaps[i]` stands before `words[i]`; the last one after all words.
    pub gaps: Vec<Gap>,
    /// Symbols of the gap `i`: `symbols[symbol_starts[i]..symbol_starts[i + 1]]` (soft ones as well).
    pub symbols: Vec<Symbol>,
    pub symbol_starts: Vec<u32>,
    /// Whether a space or line break stands directly before word `i` / at the end of the text.
    spaced: Vec<bool>,
    /// Marks without a bit of their own: letter and mark.
    pub rare_marks: Vec<(u32, char)>,
    pending: Vec<(u8, u32, u32, u32)>,
    base: u8,
    in_word: bool,
    word_start: u32,
    gap: GapState,
}

#[derive(Clone, Copy, Debug, Default)]
struct GapState {
    breaks: u32,
    soft_symbols: u32,
    hard_symbols: u32,
    space: bool,
    after_cr: bool,
}

impl Folded {
    /// Decomposes a text; byte offsets are counted from `offset`.
    pub fn read(&mut self, text: &str, offset: u32) {
        self.letters.clear();
        self.words.clear();
        self.gaps.clear();
        self.symbols.clear();
        self.symbol_starts.clear();
        self.symbol_starts.push(0);
        self.spaced.clear();
        self.rare_marks.clear();
        self.pending.clear();
        self.base = KEEPS_MARKS;
        self.in_word = false;
        self.gap = GapState::default();
        let mut at = offset;
        for c in text.chars() {
            let end = at + c.len_utf8() as u32;
            self.character(c, at, end);
            at = end;
        }
        self.flush();
        if self.in_word {
            self.end_word();
        }
        self.end_gap();
    }

    fn character(&mut self, c: char, start: u32, end: u32) {
        let e = entry(c);
        match e >> 29 {
            COMPLEX => {
                for item in sequence(e) {
                    self.item(*item, c, start, end);
                }
            }
            7 | 6 => {
                let s = c as u32 - 0xAC00;
                let jamo = [0x1100 + s / 588, 0x1161 + s % 588 / 28, 0x11A7 + s % 28];
                let len = if s.is_multiple_of(28) { 2 } else { 3 };
                for j in &jamo[..len] {
                    self.item(LETTER << 29 | j, c, start, end);
                }
            }
            _ => self.item(e, c, start, end),
        }
    }

    #[inline]
    fn item(&mut self, item: u32, c: char, start: u32, end: u32) {
        match item >> 29 {
            LETTER => {
                self.flush();
                let key = match item & 0x3_FFFF {
                    0 => c,
                    key => char::from_u32(key).unwrap_or(c),
                };
                self.base = (item >> 18 & 7) as u8;
                self.letter(Letter {
                    key,
                    upper: item >> 21 & 1 != 0,
                    unsegmented: self.base == UNSEGMENTED,
                    mark: false,
                    marks: MARK_SETS[(item >> 22 & 0x7F) as usize],
                    start,
                    end,
                });
            }
            MARK => {
                let mark = item & 0xFFF;
                let class = MARKS[mark as usize].2;
                if class == 0 {
                    self.flush();
                    self.mark(mark, start, end);
                } else {
                    self.pending.push((class, mark, start, end));
                }
            }
            IGNORED => self.flush(),
            SOFT => {
                self.flush();
                self.soft(item & 7, start, end);
            }
            _ => {
                self.flush();
                let symbol = match item & 0x1F_FFFF {
                    0 => c,
                    symbol => char::from_u32(symbol).unwrap_or(c),
                };
                self.leave_word();
                self.gap.hard_symbols += 1;
                self.symbol(symbol, start, end, false);
            }
        }
    }

    /// Marks in canonical order.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        pending.sort_by_key(|(class, ..)| *class);
        for (_, mark, start, end) in pending.drain(..) {
            self.mark(mark, start, end);
        }
        self.pending = pending;
    }

    fn mark(&mut self, mark: u32, start: u32, end: u32) {
        let (code_point, code, _, flags) = MARKS[mark as usize];
        let c = char::from_u32(code_point).unwrap_or('\u{FFFD}');
        if self.in_word {
            let recorded = match self.base {
                STRIPS_MARKS => Some(true),
                ARABIC if flags & 1 != 0 => Some(false),
                HEBREW if flags & 2 != 0 => Some(false),
                CYRILLIC_E if flags & 4 != 0 => Some(false),
                _ => None,
            };
            if let (Some(recorded), Some(last)) = (recorded, self.letters.last_mut()) {
                last.end = last.end.max(end);
                if recorded {
                    last.marks |= 1 << code;
                    if code == 63 {
                        self.rare_marks.push((self.letters.len() as u32 - 1, c));
                    }
                }
                return;
            }
        }
        let unsegmented = self.in_word && self.base == UNSEGMENTED;
        self.letter(Letter { key: c, upper: false, unsegmented, mark: true, marks: 0, start, end });
    }

    fn letter(&mut self, letter: Letter) {
        if !self.in_word {
            self.end_gap();
            self.in_word = true;
            self.word_start = self.letters.len() as u32;
        }
        self.letters.push(letter);
    }

    fn leave_word(&mut self) {
        if self.in_word {
            self.end_word();
        }
        self.base = KEEPS_MARKS;
    }

    fn end_word(&mut self) {
        self.words.push((self.word_start, self.letters.len() as u32));
        self.in_word = false;
        self.gap = GapState::default();
    }

    fn soft(&mut self, class: u32, start: u32, end: u32) {
        self.leave_word();
        match class {
            0 => self.gap.space = true,
            1 if self.gap.after_cr => self.gap.space = true,
            1 | 2 => {
                self.gap.breaks += 1;
                self.gap.space = true;
            }
            _ => {
                self.gap.soft_symbols += 1;
                self.symbol(if class == 3 { '-' } else { '\'' }, start, end, true);
            }
        }
        self.gap.after_cr = class == 2;
    }

    fn symbol(&mut self, symbol: char, start: u32, end: u32, soft: bool) {
        let glued = !self.gap.space;
        let breaks = self.gap.breaks;
        self.symbols.push(Symbol { symbol, start, end, glued, breaks, soft });
        self.gap.space = false;
        self.gap.after_cr = false;
    }

    fn end_gap(&mut self) {
        let start = *self.symbol_starts.last().unwrap_or(&0);
        let end = self.symbols.len() as u32;
        self.gaps.push(if self.gap.breaks > 1 {
            Gap::Never
        } else if self.gap.hard_symbols == 0 && self.gap.soft_symbols <= 1 {
            Gap::Soft
        } else {
            Gap::Hard { start, end }
        });
        self.symbol_starts.push(end);
        self.spaced.push(self.gap.space);
        self.gap = GapState::default();
    }

    /// The letters of a word.
    pub fn word(&self, word: usize) -> &[Letter] {
        let (start, end) = self.words[word];
        &self.letters[start as usize..end as usize]
    }

    /// The symbols of the gap before a word (or after all), soft ones included.
    pub fn gap_symbols(&self, gap: usize) -> &[Symbol] {
        &self.symbols[self.symbol_starts[gap] as usize..self.symbol_starts[gap + 1] as usize]
    }

    /// Whether the gap before a word ends with a space or line break.
    pub fn is_spaced(&self, gap: usize) -> bool {
        self.spaced[gap]
    }

    /// Appends the search key of a word.
    pub fn key(&self, word: usize, key: &mut String) {
        key.extend(self.word(word).iter().map(|l| l.key));
    }

    /// The symbols at the start of a name: those of its first gap, if any of them is hard.
    pub fn leading_symbols(&self) -> &[Symbol] {
        edge(self.gap_symbols(0))
    }

    /// The symbols at the end of a name: those of its last gap, if any of them is hard.
    pub fn trailing_symbols(&self) -> &[Symbol] {
        edge(self.gap_symbols(self.gaps.len() - 1))
    }
}

fn edge(symbols: &[Symbol]) -> &[Symbol] {
    if symbols.iter().any(|s| !s.soft) { symbols } else { &[] }
}

/// Whether a text has any mark: on a Latin or Greek letter, or a letter that counts as one with a mark (đ, œ …). The
/// marks of other scripts are letters there.
pub(crate) fn has_marks(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut strips = false;
    let mut marked = |item: u32| match item >> 29 {
        LETTER => {
            strips = (item >> 18 & 7) as u8 == STRIPS_MARKS;
            item >> 22 & 0x7F != 0
        }
        MARK => strips,
        IGNORED => false,
        _ => {
            strips = false;
            false
        }
    };
    text.chars().any(|c| {
        let e = entry(c);
        match e >> 29 {
            COMPLEX => sequence(e).iter().any(|e| marked(*e)),
            _ => marked(e),
        }
    })
}

/// Appends the search key of one word whose characters are single letters, as nearly all words are; whether the word begins
/// with a capital. `None`, and part of a key, for any other word.
pub(crate) fn push_plain_key(word: &str, key: &mut String) -> Option<bool> {
    let mut capital = None;
    for c in word.chars() {
        let e = entry(c);
        if e >> 29 != LETTER {
            return None;
        }
        key.push(if e & 0x3_FFFF == 0 { c } else { char::from_u32(e & 0x3_FFFF)? });
        capital.get_or_insert(e >> 21 & 1 != 0);
    }
    capital
}

/// The search key of a text: words in their folded form, one space between them.
///
/// ```
/// assert_eq!(gazetier::text::search_key("  Hà Nội, États‑Unis"), "ha noi etats unis");
/// ```
pub fn search_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    push_search_key(text, &mut key);
    key
}

/// Appends the [`search_key`] of a text to a buffer.
pub fn push_search_key(text: &str, key: &mut String) {
    let mut folded = Folded::default();
    folded.read(text, 0);
    for word in 0..folded.words.len() {
        if word > 0 {
            key.push(' ');
        }
        key.extend(folded.word(word).iter().map(|l| if l.key == '\u{7F}' { '_' } else { l.key }));
    }
}
