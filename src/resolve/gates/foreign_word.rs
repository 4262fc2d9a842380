//! A word in small letters is a word of its language: French `boxes` (fights) are no English `boxes`.
//!
//! Names with a capital, and names of several words, cross languages freely.

use super::{Gate, Scene};
use crate::lexicon::names::{MANY_WORDS, NameRecord};
use crate::matcher::Hit;
use crate::text::Language;

pub(super) struct ForeignWord;

impl Gate for ForeignWord {
    fn reason(&self) -> &'static str {
        "word of another language"
    }

    fn drops(&self, hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool {
        if name.flags & MANY_WORDS != 0 || name.lang == 0 || scene.language == Language::UND {
            return false;
        }
        let language = scene.stack.name_language(hit.name);
        language != Language::UND
            && language != scene.language
            && !hit.span.of(scene.text).chars().any(char::is_uppercase)
    }
}
