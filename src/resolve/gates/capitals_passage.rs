//! In a passage in capitals, an acronym that is also a common word is a word: `UN ACCORD HISTORIQUE À L'ONU`.

use super::{Gate, Scene};
use crate::lexicon::names::{ACRONYM, NameRecord};
use crate::matcher::Hit;
use crate::text::lang;

pub(super) struct CapitalsPassage;

impl Gate for CapitalsPassage {
    fn reason(&self) -> &'static str {
        "capitals passage"
    }

    fn drops(&self, hit: &Hit, name: &NameRecord, scene: &mut Scene<'_>) -> bool {
        name.flags & ACRONYM != 0
            && lang::is_common(scene.language, &hit.span.of(scene.text).to_lowercase())
            && scene.passages.in_capitals(scene.text, hit.span.start)
    }
}
