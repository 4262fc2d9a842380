//! Words of a document as the search for new names sees them: with their case, and what stands between two of them.

use crate::gazetteer::names;
use crate::text::Sentences;

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Two to ten letters or digits, all letters capitals, at least two of them.
    Acronym,
    /// Begins with a capital.
    Capital,
    /// Begins with a small letter, or one of a script without case.
    Small,
    /// Begins with a digit.
    Number,
}

/// A word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub shape: Shape,
    /// How many letters and digits it has.
    pub letters: usize,
    /// Index of its sentence.
    pub sentence: u32,
    /// Whether it is the first of its sentence, or follows a colon, a dash or a quote that opens one.
    pub first: bool,
}

impl Token {
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    /// In lower case and NFC, as lists of words have it.
    pub fn lower(&self, text: &str) -> String {
        names::clean(&self.of(text).to_lowercase()).into_owned()
    }

    pub fn is_capital(&self) -> bool {
        matches!(self.shape, Shape::Capital | Shape::Acronym)
    }
}

/// Cuts a text into words: letters, digits and marks. Reuses the buffer.
pub(super) fn cut(text: &str, sentences: &Sentences, tokens: &mut Vec<Token>) {
    tokens.clear();
    let mut start = None;
    let mut sentence = 0;
    let mut last = u32::MAX;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c);
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                sentence = sentences.index_from(sentence, from as u32);
                let before = tokens.last().map_or("", |token: &Token| &text[token.end..from]);
                let first = sentence != last || opens_speech(before);
                last = sentence;
                let (shape, letters) = shape(&text[from..at]);
                tokens.push(Token { start: from, end: at, shape, letters, sentence, first });
            }
            _ => {}
        }
    }
}

/// A quote, colon or dash after which a sentence may begin with its capital; so does a new line.
fn opens_speech(gap: &str) -> bool {
    gap.contains(['«', '“', '"', ':', '—', '\n', '•', '·', '*', '|', '‘']) || gap.contains(" - ") || gap.contains(" – ")
}

fn shape(word: &str) -> (Shape, usize) {
    let mut letters = 0;
    let (mut upper, mut small) = (0, 0);
    for c in word.chars().filter(|c| c.is_alphanumeric()) {
        letters += 1;
        upper += usize::from(c.is_uppercase());
        small += usize::from(c.is_lowercase());
    }
    let shape = match word.chars().next() {
        Some(c) if c.is_uppercase() && upper >= 2 && small == 0 && letters <= 10 => Shape::Acronym,
        Some(c) if c.is_uppercase() => Shape::Capital,
        Some(c) if c.is_numeric() => Shape::Number,
        _ => Shape::Small,
    };
    (shape, letters)
}

/// What stands between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// One space, of whatever sort, no line break.
    Space,
    Hyphen,
    Apostrophe,
    /// A full stop, with or without a space.
    Stop,
    Ampersand,
    Other,
}

pub(super) fn gap(text: &str) -> Gap {
    match text {
        " " | "\u{A0}" | "\u{202F}" | "\u{2009}" => Gap::Space,
        "-" | "\u{2010}" | "\u{2011}" => Gap::Hyphen,
        "'" | "’" | "ʼ" => Gap::Apostrophe,
        "." | ". " | ".\u{A0}" | ".\u{202F}" => Gap::Stop,
        "&" | " & " => Gap::Ampersand,
        _ => Gap::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn tokens(text: &str) -> Vec<Token> {
        let mut sentences = Sentences::default();
        sentences.find(text, Language::FR);
        let mut tokens = Vec::new();
        cut(text, &sentences, &mut tokens);
        tokens
    }

    #[test]
    fn words_have_a_shape_and_a_place() {
        let text = "Le chef de l’ONU, Ban Ki-moon, est là. Il a dit : « Nous 3 »";
        let found: Vec<(&str, Shape, bool)> = tokens(text).iter().map(|t| (t.of(text), t.shape, t.first)).collect();
        use Shape::*;
        assert_eq!(
            found,
            [
                ("Le", Capital, true),
                ("chef", Small, false),
                ("de", Small, false),
                ("l", Small, false),
                ("ONU", Acronym, false),
                ("Ban", Capital, false),
                ("Ki", Capital, false),
                ("moon", Small, false),
                ("est", Small, false),
                ("là", Small, false),
                ("Il", Capital, true),
                ("a", Small, false),
                ("dit", Small, false),
                ("Nous", Capital, true),
                ("3", Number, false),
            ]
        );
    }

    #[test]
    fn marks_belong_to_words() {
        let text = "To\u{302} La\u{302}m";
        assert_eq!(tokens(text).len(), 2);
        assert_eq!(tokens(text)[0].lower(text), "tô");
    }

    #[test]
    fn gaps_are_told_apart() {
        for (text, expected) in [
            (" ", Gap::Space),
            ("\u{A0}", Gap::Space),
            ("-", Gap::Hyphen),
            ("’", Gap::Apostrophe),
            (". ", Gap::Stop),
            (" & ", Gap::Ampersand),
            (", ", Gap::Other),
            ("\n", Gap::Other),
        ] {
            assert_eq!(gap(text), expected, "{text:?}");
        }
    }
}
