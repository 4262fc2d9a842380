//! One pass over a text: compatibility decomposition, marks stripped, small letters, with a map back to the original.
//!
//! Each character folds by itself: without marks there is nothing to reorder. Eight ASCII bytes are done at once, other
//! characters by a table that is filled as they come.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Characters below have a row in the table: all of Latin, Greek, Cyrillic, general punctuation and symbols.
const ROWS: usize = 0x3000;
/// Where a row stands for a character not seen so far, or one that folds to more bytes than a row takes.
const UNKNOWN: u8 = 0xff;

#[derive(Clone, Copy)]
struct Row {
    length: u8,
    bytes: [u8; 7],
}

/// Folds texts; keeps its table and buffers from text to text.
pub struct Folder {
    table: Vec<Row>,
    scratch: Vec<u8>,
    /// The folded text is `buffer[..length]`; what follows is room.
    buffer: Vec<u8>,
    length: usize,
    /// Byte in the folded text and byte in the original, wherever their distance changes.
    anchors: Vec<(u32, u32)>,
}

impl Default for Folder {
    fn default() -> Self {
        Self {
            table: vec![Row { length: UNKNOWN, bytes: [0; 7] }; ROWS],
            scratch: Vec::new(),
            buffer: Vec::new(),
            length: 0,
            anchors: Vec::new(),
        }
    }
}

impl Folder {
    /// Folds a text.
    pub fn fold(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.length = 0;
        self.anchors.clear();
        self.anchors.push((0, 0));
        let (mut from, mut to) = (0, 0);
        while from < bytes.len() {
            // The longest row and eight bytes at once must fit; growing is rare.
            if self.buffer.len() < to + 16 {
                self.buffer.resize((to + bytes.len() - from) * 2 + 64, 0);
            }
            let (word, valid) = match bytes.get(from..from + 8) {
                Some(chunk) => (u64::from_le_bytes(chunk.try_into().expect("eight bytes")), 8),
                None => {
                    let mut chunk = [0; 8];
                    chunk[..bytes.len() - from].copy_from_slice(&bytes[from..]);
                    (u64::from_le_bytes(chunk), bytes.len() - from)
                }
            };
            let ascii = ((word & HIGH).trailing_zeros() as usize / 8).min(valid);
            self.buffer[to..to + 8].copy_from_slice(&small(word).to_le_bytes());
            from += ascii;
            to += ascii;
            if ascii == valid {
                continue;
            }
            let Some(c) = text[from..].chars().next() else { break };
            let row = self.table.get(c as usize).filter(|row| row.length != UNKNOWN);
            let width = match row {
                Some(row) => {
                    self.buffer[to..to + 7].copy_from_slice(&row.bytes);
                    row.length as usize
                }
                None => self.unknown(c, to),
            };
            from += c.len_utf8();
            to += width;
            if width != c.len_utf8() {
                self.anchors.push((to as u32, from as u32));
            }
        }
        self.length = to;
    }

    /// Folds a character the long way, and puts it into the table if it fits.
    #[cold]
    fn unknown(&mut self, c: char, to: usize) -> usize {
        self.scratch.clear();
        let scratch = &mut self.scratch;
        decompose_compatible(c, |part| {
            for small in part.to_lowercase().filter(|small| !is_combining_mark(*small)) {
                scratch.extend_from_slice(small.encode_utf8(&mut [0; 4]).as_bytes());
            }
        });
        let width = self.scratch.len();
        if self.buffer.len() < to + width + 16 {
            self.buffer.resize((to + width) * 2 + 64, 0);
        }
        self.buffer[to..to + width].copy_from_slice(&self.scratch);
        if let Some(row) = self.table.get_mut(c as usize).filter(|_| width <= 7) {
            row.bytes[..width].copy_from_slice(&self.scratch);
            row.length = width as u8;
        }
        width
    }

    /// The folded text.
    pub fn folded(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Places in the original text, asked for in ascending order.
    pub fn places<'f>(&'f self, text: &'f str) -> Places<'f> {
        Places { anchors: &self.anchors, text, at: 0 }
    }
}

/// The way back from the folded text.
pub struct Places<'f> {
    anchors: &'f [(u32, u32)],
    text: &'f str,
    at: usize,
}

impl Places<'_> {
    /// The byte of the original where a byte of the folded text begins; marks belong to the character before them.
    pub fn original(&mut self, folded: usize) -> usize {
        while self.anchors.get(self.at + 1).is_some_and(|&(to, _)| to as usize <= folded) {
            self.at += 1;
        }
        let (to, from) = self.anchors[self.at];
        let mut original = from as usize + (folded - to as usize);
        if let Some(&(_, next)) = self.anchors.get(self.at + 1) {
            original = original.min(next as usize);
        }
        // Inside what one character folds to.
        while !self.text.is_char_boundary(original) {
            original += 1;
        }
        original
    }
}

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// The ASCII capitals among eight bytes made small; other bytes stay.
fn small(word: u64) -> u64 {
    let low = word & !HIGH;
    let from_a = low + ONES * (0x80 - b'A' as u64);
    let past_z = low + ONES * (0x7f - b'Z' as u64);
    let capitals = !word & HIGH & (from_a ^ past_z);
    word | capitals >> 2
}

/// Whether a name may begin at a byte of a folded text (a character's boundary): no word goes on before it.
#[inline]
pub fn may_begin(folded: &[u8], at: usize) -> bool {
    match at.checked_sub(1).map(|before| folded[before]) {
        None => true,
        Some(byte) if byte.is_ascii() => !(byte.is_ascii_alphanumeric() || byte == b'_'),
        Some(_) => {
            let start = folded[..at].iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
            !first_in_word(&folded[start..at])
        }
    }
}

/// Whether a name may end at a byte of a folded text (a character's boundary): no word goes on behind it.
#[inline]
pub fn may_end(folded: &[u8], at: usize) -> bool {
    match folded.get(at) {
        None => true,
        Some(byte) if byte.is_ascii() => !(byte.is_ascii_alphanumeric() || *byte == b'_'),
        Some(_) => {
            let rest = &folded[at..];
            let width = rest.iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
            !first_in_word(&rest[..width])
        }
    }
}

fn first_in_word(character: &[u8]) -> bool {
    std::str::from_utf8(character).is_ok_and(|text| text.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn plainly(text: &str) -> String {
        text.nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)).collect()
    }

    #[test]
    fn folds_as_the_crate_does_and_finds_the_way_back() {
        let mut folder = Folder::default();
        for text in [
            "",
            "a",
            "HÀ NỘI – Thủ đô của Việt Nam",
            "Ha\u{300} No\u{323}\u{302}i, the CAPITAL OF VIETNAM, ABCDEFGHIJKLMNOPQRSTUVWXYZ[]{}@`",
            "ﬁn … ½ ㏂ ﷺ 漢字 가각 İstanbul",
        ] {
            folder.fold(text);
            assert_eq!(std::str::from_utf8(folder.folded()), Ok(plainly(text).as_str()));
            let folded = folder.folded().to_vec();
            let mut places = folder.places(text);
            let mut last = 0;
            for at in (0..=folded.len()).filter(|at| folded.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80)) {
                let original = places.original(at);
                assert!(original >= last && text.is_char_boundary(original), "{text} {at} {original}");
                last = original;
            }
            assert_eq!(last, text.len());
        }
    }

    #[test]
    fn a_place_takes_in_the_marks_after_it() {
        let mut folder = Folder::default();
        let text = "à Ha\u{300} No\u{323}\u{302}i.";
        folder.fold(text);
        let start = folder.folded().windows(6).position(|window| window == b"ha noi").expect("folded");
        let mut places = folder.places(text);
        assert_eq!(&text[places.original(start)..places.original(start + 6)], "Ha\u{300} No\u{323}\u{302}i");
    }
}
