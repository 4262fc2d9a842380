//! The part of a text that detection looks at, and its words.

use unicode_normalization::char::compose;

use super::floor_boundary;

/// How a text is sampled: all of it if it is at most `SLICES * slice` bytes long, else so many slices of it.
const SLICES: usize = 8;

/// The slices of a text that are looked at, cut between words.
pub(super) fn slices(text: &str, slice: usize) -> impl Iterator<Item = &str> {
    let whole = text.len() <= SLICES * slice;
    let count = if whole { 1 } else { SLICES };
    (0..count).map(move |index| {
        if whole {
            return text;
        }
        // The last slice ends at the end of the text, the others are spread evenly before it.
        let mut start = floor_boundary(text, (text.len() - slice) / (SLICES - 1) * index);
        let end = floor_boundary(text, start + slice);
        if index > 0 {
            let window = &text[start..end];
            start += window.find([' ', '\n']).unwrap_or(0);
        }
        &text[start..end]
    })
}

/// A word of the sample.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    /// Its first 16 bytes in lower case and composed (with the apostrophe of `l'` or `'s`).
    pub(super) bytes: &'a [u8],
    /// Longer than 16 bytes.
    pub(super) is_cut: bool,
    /// Begins with a capital.
    pub(super) is_capitalised: bool,
    /// All capitals in a text that is not: `UN`, `US` and `EN` are no words there.
    pub(super) is_acronym: bool,
    /// Which letters it has.
    pub(super) letters: Letters,
    /// A line or sentence ends before it.
    pub(super) starts_segment: bool,
}

/// Letters beyond ASCII in a word.
#[derive(Clone, Copy, Default)]
pub(super) struct Letters {
    /// Of the Vietnamese alphabet alone.
    pub(super) vietnamese: bool,
    /// Vietnamese and others, but not French.
    pub(super) not_french: bool,
    /// Of the French alphabet.
    pub(super) french: bool,
    /// In neither alphabet, though Latin.
    pub(super) foreign: bool,
    /// Any letter beyond ASCII.
    pub(super) beyond_ascii: bool,
    /// Letters of another script.
    pub(super) other_script: u32,
}

impl Letters {
    fn see(&mut self, c: char) {
        self.beyond_ascii = true;
        match c {
            // Dotted letters that Yoruba and Igbo have too say nothing.
            'ẹ' | 'ọ' | 'ị' | 'ụ' => {}
            'đ' | 'ơ' | 'ư' | '\u{1EA0}'..='\u{1EF9}' => self.vietnamese = true,
            'ă' | 'ĩ' | 'ũ' | 'ã' | 'õ' | 'ò' | 'ì' | 'ý' | 'á' | 'í' | 'ó' | 'ú' => self.not_french = true,
            'à' | 'â' | 'ç' | 'è' | 'é' | 'ê' | 'ë' | 'î' | 'ï' | 'ô' | 'ù' | 'û' | 'ü' | 'ÿ' | 'œ' | 'æ' =>
            {
                self.french = true;
            }
            '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => self.foreign = true,
            _ => self.other_script += 1,
        }
    }
}

/// What follows an apostrophe in English; it keeps it, so that `'s` is not the French `s'`.
const ENCLITICS: [&[u8]; 7] = [b"s", b"t", b"d", b"m", b"re", b"ve", b"ll"];

/// Calls `visit` with each word of a text, in lower case and composed.
pub(super) fn each_word(text: &str, mut visit: impl FnMut(Word<'_>)) {
    let bytes = text.as_bytes();
    // A base letter before its mark counts as little as the letter that holds both.
    let bare = |at: usize| !matches!(bytes.get(at + 1), Some(0xCC | 0xCD));
    let small = bytes.iter().enumerate().filter(|(at, byte)| byte.is_ascii_lowercase() && bare(*at)).count();
    let capital = bytes.iter().enumerate().filter(|(at, byte)| byte.is_ascii_uppercase() && bare(*at)).count();
    let mut at = 0;
    let mut starts_segment = true;
    let mut words_in_segment = 0;
    let mut apostrophe_before = false;
    while at < bytes.len() {
        let mut word = Buffer::default();
        let mut is_capitalised = false;
        let mut has_small = false;
        let start = at;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii_alphabetic() {
                is_capitalised |= at == start && byte.is_ascii_uppercase();
                has_small |= byte >= b'a';
                word.push_ascii(byte | 0x20);
                at += 1;
            } else if byte < 0x80 {
                break;
            } else {
                let Some(c) = text[at..].chars().next() else { break };
                if !word.push(c) {
                    break;
                }
                is_capitalised |= at == start && c.is_uppercase();
                has_small = true;
                at += c.len_utf8();
            }
        }
        word.end_letter();
        let gap = text[at..].chars().next();
        let gap_len = gap.map_or(0, char::len_utf8);
        if word.len > 0 || word.letters.other_script > 0 {
            let apostrophe = matches!(gap, Some('\'' | '’'))
                && bytes.get(at + gap_len).is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80);
            // `l'`, `qu'`, `dell'` and `'s`, `'re` are words with their apostrophe; `'homme` is not.
            word.finish(apostrophe, apostrophe_before && ENCLITICS.contains(&word.bytes()));
            visit(Word {
                bytes: word.bytes(),
                is_cut: word.is_cut,
                is_capitalised,
                is_acronym: !has_small && small > capital && word.len >= 2,
                letters: word.letters,
                starts_segment,
            });
            starts_segment = false;
            words_in_segment += 1;
            apostrophe_before = apostrophe;
        } else {
            apostrophe_before = false;
        }
        if matches!(gap, Some('\n')) || (matches!(gap, Some('.' | '!' | '?')) && words_in_segment >= 6) {
            starts_segment = true;
            words_in_segment = 0;
        }
        at += gap_len;
    }
}

/// A letter beyond ASCII in lower case; `None` for what is no letter. Short cuts for what French and Vietnamese use.
fn lower_letter(c: char) -> Option<char> {
    match c {
        'à'..='ö' | 'ø'..='ÿ' | 'ă' | 'đ' | 'ơ' | 'ư' => Some(c),
        'À'..='Ö' | 'Ø'..='Þ' => char::from_u32(c as u32 + 0x20),
        '\u{1EA0}'..='\u{1EFF}' => char::from_u32(c as u32 | 1),
        '\u{2000}'..='\u{206F}' | '\u{A0}'..='\u{A9}' | '«' | '»' | '°' => None,
        _ if c.is_alphabetic() => Some(c.to_lowercase().next().unwrap_or(c)),
        _ => None,
    }
}

/// A word in the making.
#[derive(Default)]
struct Buffer {
    bytes: [u8; 20],
    len: usize,
    last: usize,
    is_cut: bool,
    letters: Letters,
    /// The last letter, which marks may still make another one; looked at when it is whole.
    letter: Option<char>,
    /// A mark that makes no letter with it stands behind the last letter.
    is_marked: bool,
    /// The last letter is in `bytes`.
    is_kept: bool,
}

impl Buffer {
    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn push_ascii(&mut self, byte: u8) {
        self.end_letter();
        self.letter = Some(byte.into());
        self.is_kept = self.len < 16;
        if self.is_kept {
            self.last = self.len;
            self.bytes[self.len] = byte;
            self.len += 1;
        } else {
            self.is_cut = true;
        }
    }

    /// Looks at the last letter: `o`, a circumflex and an acute are ố, and neither o nor ô.
    fn end_letter(&mut self) {
        if let Some(letter) = self.letter.take()
            && (self.is_marked || !letter.is_ascii())
        {
            self.letters.see(letter);
        }
        self.is_marked = false;
    }

    /// Takes a letter or mark beyond ASCII; false if it is neither.
    fn push(&mut self, c: char) -> bool {
        if matches!(c, '\u{300}'..='\u{36F}') {
            match self.letter.and_then(|base| compose(base, c)) {
                Some(composed) => {
                    self.letter = Some(composed);
                    if self.is_kept {
                        self.len = self.last;
                        self.push_char(composed);
                    }
                }
                None => self.is_marked = self.letter.is_some(),
            }
            return true;
        }
        let Some(lower) = lower_letter(c) else { return c == '\u{AD}' };
        self.end_letter();
        self.letter = Some(lower);
        self.push_char(lower);
        true
    }

    fn push_char(&mut self, c: char) {
        self.is_kept = self.len + c.len_utf8() <= 16;
        if self.is_kept {
            self.last = self.len;
            self.len += c.encode_utf8(&mut self.bytes[self.len..]).len();
        } else {
            self.is_cut = true;
        }
    }

    fn finish(&mut self, apostrophe_after: bool, apostrophe_before: bool) {
        if apostrophe_before && self.len > 0 {
            self.bytes.copy_within(..self.len, 1);
            self.bytes[0] = b'\'';
            self.len += 1;
        } else if apostrophe_after && self.len <= 7 {
            self.bytes[self.len] = b'\'';
            self.len += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        each_word(text, |word| words.push(String::from_utf8(word.bytes.to_vec()).expect("words are text")));
        words
    }

    #[test]
    fn words_are_in_lower_case_and_composed() {
        assert_eq!(
            words("L'ÉTÉ, qu’on e\u{301}tait; don't — I'm"),
            ["l'", "été", "qu'", "on", "était", "don'", "'t", "i'", "'m"]
        );
        assert_eq!(words("Vie\u{323}\u{302}t ĐƯỢC"), ["việt", "được"]);
        assert_eq!(words("123 !?"), Vec::<String>::new());
        assert_eq!(words("anticonstitutionnellement"), ["anticonstitutio".to_owned() + "n"]);
    }

    #[test]
    fn letters_of_other_scripts_are_counted() {
        let mut counts = Vec::new();
        each_word("Привет 日本語 été", |word| counts.push((word.letters.other_script, word.letters.french)));
        assert_eq!(counts, [(6, false), (3, false), (0, true)]);
    }

    #[test]
    fn a_long_text_is_sampled_from_its_start_to_its_end() {
        let text = "é đ ".repeat(5_000);
        let seen: Vec<&str> = slices(&text, 56).collect();
        assert_eq!(seen.len(), SLICES);
        assert!(seen.iter().all(|slice| (40..=56).contains(&slice.len())));
        assert_eq!(seen[0].as_ptr(), text.as_ptr());
        assert!(text.ends_with(seen[SLICES - 1]));
        assert_eq!(slices("short", 56).collect::<Vec<_>>(), ["short"]);
    }
}
