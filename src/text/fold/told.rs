//! Verdicts on names from their raw characters, without folding either side.

use super::{COMPLEX, ETH, IGNORED, LETTER, LIGATURE, MARK, MARK_SETS, RARE, entry};

/// Whether a text may stand for a name under the policy `smart`, as far as case and marks go: `None` where a closer look is
/// needed. Told are only texts that hold the name character by character, each a single letter of the same key, or an
/// equal character; and that differ from it in the case or the marks of some letter.
///
/// `acronyms`: an acronym in the name may be written with small letters behind the first. `complete`: the text must have
/// all marks of the name, or it takes more to tell.
pub(crate) fn tell_apart(name: &str, text: &str, acronyms: bool, complete: bool) -> Option<bool> {
    let mut texts = text.chars();
    let mut word = Told::default();
    let mut differs = false;
    for a in name.chars() {
        let b = texts.next()?;
        let (x, y) = (entry(a), entry(b));
        if x >> 29 != LETTER {
            if a != b || x >> 29 == MARK || x >> 29 == IGNORED || x >> 29 == COMPLEX {
                return None;
            }
            word.end(acronyms)?;
            if word.other {
                return Some(false);
            }
            word = Told { missing: word.missing, ..Told::default() };
            continue;
        }
        let key = |c: char, e: u32| if e & 0x3_FFFF == 0 { Some(c) } else { char::from_u32(e & 0x3_FFFF) };
        let letter = key(a, x)?;
        if y >> 29 != LETTER || key(b, y) != Some(letter) {
            return None;
        }
        let marks = |e: u32| MARK_SETS[(e >> 22 & 0x7F) as usize];
        let (listed, found) = (marks(x), marks(y));
        let (listed_upper, found_upper) = (x >> 21 & 1 != 0, y >> 21 & 1 != 0);
        if a != b {
            // Another character for the same letter is equal to it, canonically or not.
            if listed == found && listed_upper == found_upper {
                return None;
            }
            differs = true;
        }
        if (listed | found) & (RARE | LIGATURE | ETH) != 0 {
            return None;
        }
        word.letters += 1;
        word.capitals += u32::from(listed_upper || letter.is_numeric());
        word.lacks_capital |= listed_upper && !found_upper;
        word.others |= found & !listed;
        word.missing |= listed & !found != 0;
        (word.before, word.last) = (word.last, letter);
    }
    word.end(acronyms)?;
    if word.other {
        return Some(false);
    }
    let whole = texts.next().is_none() && differs && !(complete && word.missing);
    whole.then_some(true)
}

/// A word of [`tell_apart`].
#[derive(Default)]
struct Told {
    letters: u32,
    /// Capitals and digits of the name.
    capitals: u32,
    /// A capital of the name is small in the text.
    lacks_capital: bool,
    /// Marks that only the text has.
    others: u64,
    /// Some mark is only in the name.
    missing: bool,
    before: char,
    last: char,
    /// The text is another one.
    other: bool,
}

impl Told {
    /// Judges a whole word; `None` if that takes a closer look.
    fn end(&mut self, acronyms: bool) -> Option<()> {
        if self.lacks_capital {
            let acronym = (2..=6).contains(&self.letters) && self.capitals == self.letters;
            if acronym && acronyms {
                return None;
            }
            self.other = true;
        }
        if self.others != 0 {
            // The tone of oa, oe, uy may stand on either letter.
            if matches!((self.before, self.last), ('o', 'a') | ('o', 'e') | ('u', 'y')) {
                return None;
            }
            self.other = true;
        }
        Some(())
    }
}
