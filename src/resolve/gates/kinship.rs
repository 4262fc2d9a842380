//! A kinship word before a capitalised name addresses a person: `Anh Lâm` is no England.

use super::{Gate, Scene};
use crate::lexicon::names::{MANY_WORDS, NameRecord};
use crate::matcher::Hit;
use crate::text::lang;

pub(super) struct Kinship;

impl Gate for Kinship {
    fn reason(&self) -> &'static str {
        "kinship word"
    }

    fn drops(&self, hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool {
        if name.flags & MANY_WORDS != 0 || !lang::is_kinship(scene.language, &hit.span.of(scene.text).to_lowercase()) {
            return false;
        }
        let (_, next) = scene.words_of(hit.span);
        scene.words.get(next).is_some_and(|w| w.capital())
            && next > 0
            && matches!(scene.gap_after(next - 1), " " | "\u{A0}")
            && !scene.begins_sentence(next)
    }
}
