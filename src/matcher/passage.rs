//! Passages in capitals: headlines, where capitals and missing marks say little.

use crate::text::fold::{self, Cased};

/// Remembers the stretch last looked at, so that a document is read at most once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Passages {
    start: u32,
    end: u32,
    capitals: bool,
}

impl Passages {
    /// Whether the character at byte `at` stands in a passage in capitals: a stretch between line breaks or sentence
    /// ends (`. ! ? …` before a space or the end) whose letters are all capitals, with four or more words of two or
    /// more letters, or two or more of four or more letters.
    pub fn in_capitals(&mut self, text: &str, at: u32) -> bool {
        if self.start < self.end && (self.start..self.end).contains(&at) {
            return self.capitals;
        }
        let at = at as usize;
        // Backwards to the start of the stretch. `next_is_space`: what follows the character looked at.
        let mut start = at;
        let mut next_is_space = false;
        for (i, c) in text[..at].char_indices().rev() {
            match fold::cased(c) {
                Cased::Break => break,
                Cased::Ender if next_is_space => break,
                Cased::Lower => return self.keep(i, at + 1, false),
                Cased::Ignored => {}
                other => next_is_space = other == Cased::Space,
            }
            start = i;
        }
        // A sentence may end just before `at` only if `at` is a space, which no mention begins with.
        let mut end = text.len();
        let mut ender = false;
        let (mut letters, mut two, mut four) = (0u32, 0u32, 0u32);
        let mut close = |letters: &mut u32| {
            two += u32::from(*letters >= 2);
            four += u32::from(*letters >= 4);
            *letters = 0;
        };
        for (i, c) in text[start..].char_indices() {
            let i = start + i;
            let class = fold::cased(c);
            if class == Cased::Break || (ender && class == Cased::Space && i > at) {
                end = i;
                break;
            }
            match class {
                Cased::Lower => return self.keep(start, i + 1, false),
                Cased::Upper(n) => letters += n,
                Cased::Ignored | Cased::InWord => {}
                _ => close(&mut letters),
            }
            if class != Cased::Ignored {
                ender = class == Cased::Ender;
            }
        }
        close(&mut letters);
        self.keep(start, end, four >= 2 || two >= 4)
    }

    fn keep(&mut self, start: usize, end: usize, capitals: bool) -> bool {
        (self.start, self.end, self.capitals) = (start as u32, end as u32, capitals);
        capitals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_and_what_only_looks_like_one() {
        for (text, word, expected) in [
            ("LES ETATS-UNIS SALUENT", "ETATS", true),
            ("UN ACCORD HISTORIQUE À L'ONU", "ONU", true),
            ("Titre\nUN DEUX TROIS QUATRE\nTexte", "DEUX", true),
            ("L'ONU ET L'OMS", "ONU", false),
            ("LA FRANCE ET le MONDE", "FRANCE", false),
            ("HANOI PARIS", "PARIS", true),
            ("Il parle. HANOI PARIS! Fin.", "PARIS", true),
            ("Il parle.HANOI PARIS", "PARIS", false),
            ("WHO", "WHO", false),
            ("12 34 UN OR ET LA", "OR", true),
        ] {
            let at = text.find(word).expect("the word is in its text") as u32;
            assert_eq!(Passages::default().in_capitals(text, at), expected, "{text}");
        }
    }

    #[test]
    fn the_remembered_stretch_gives_the_same_answers() {
        let text = "ab CD. EFGH IJKL\nmn OPQR STUV. WXYZ ABCD";
        let mut one = Passages::default();
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphabetic()) {
            assert_eq!(one.in_capitals(text, at as u32), Passages::default().in_capitals(text, at as u32), "{at} {c}");
        }
    }
}
