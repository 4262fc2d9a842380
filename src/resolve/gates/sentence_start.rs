//! At the start of a sentence a capital says nothing: a one-word name that is a common word is taken as the word.
//!
//! `Nice to meet you` is no town. Important entities (countries, capitals) and acronyms pass.

use super::{Gate, Scene};
use crate::lexicon::names::{ACRONYM, MANY_WORDS, NameRecord};
use crate::matcher::Hit;

pub(super) struct SentenceStart;

impl Gate for SentenceStart {
    fn reason(&self) -> &'static str {
        "sentence start"
    }

    fn drops(&self, hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool {
        if name.flags & (MANY_WORDS | ACRONYM) != 0 {
            return false;
        }
        let surface = hit.span.of(scene.text);
        let mut letters = surface.chars();
        // A name in small letters has no capital to doubt; one in capitals is the other gate's.
        if !letters.next().is_some_and(char::is_uppercase) || letters.any(char::is_uppercase) {
            return false;
        }
        let (first, _) = scene.words_of(hit.span);
        first < scene.words.len()
            && scene.begins_sentence(first)
            && (scene.common)(scene.language, &surface.to_lowercase())
            && scene.stack.kind(scene.stack.kind_of(hit.entity)) != "theme"
            && !scene.stack.entity(hit.entity).important
    }
}
