//! From characters to bytes of a text, in little memory whatever its length.

/// The byte of every so many characters is noted.
const STEP: usize = 1024;

/// The places of the characters of a text.
pub(crate) struct Places<'t> {
    text: &'t str,
    /// The byte of every [`STEP`]th character.
    noted: Vec<u32>,
    chars: usize,
}

impl<'t> Places<'t> {
    pub fn new(text: &'t str) -> Self {
        let (mut noted, mut chars) = (Vec::new(), 0);
        for (byte, _) in text.char_indices() {
            if chars % STEP == 0 {
                noted.push(byte as u32);
            }
            chars += 1;
        }
        Self { text, noted, chars }
    }

    /// How many characters the text has.
    pub fn chars(&self) -> usize {
        self.chars
    }

    /// The byte at which a character begins; the end of the text for all beyond it.
    fn byte(&self, char: usize) -> usize {
        let from = self.noted.get(char / STEP).map_or(self.text.len(), |byte| *byte as usize);
        let rest = &self.text[from..];
        rest.char_indices().nth(char % STEP).map_or(self.text.len(), |(byte, _)| from + byte)
    }

    /// The text between two characters.
    pub fn slice(&self, start: usize, end: usize) -> &'t str {
        let start = self.byte(start);
        &self.text[start..self.byte(end).max(start)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_counted_in_characters() {
        let text = "Hà Nội 東京 🇫🇷 ".repeat(400);
        let chars: Vec<char> = text.chars().collect();
        let places = Places::new(&text);
        assert_eq!(places.chars(), chars.len());
        for start in [0, 1, 1023, 1024, 1025, 3000, chars.len() - 1, chars.len()] {
            for length in [0, 1, 2, 1024] {
                let end = (start + length).min(chars.len());
                let expected: String = chars[start..end].iter().collect();
                assert_eq!(places.slice(start, start + length), expected, "{start} {length}");
            }
        }
        assert_eq!(Places::new("").slice(0, 3), "");
        assert_eq!(Places::new("abc").slice(2, 1), "");
    }
}
