//! A name listed in small letters is found in any case; where it is one of the most frequent words of the language, and
//! only the capital of a sentence or none stands in the text, it is the word.
//!
//! Collections of places list codes and scraps such as `in`, `le`, `1`, `.`. The name by which an
//! important entity is shown is meant, as in all that asks the statistics of forms; its other names are scraps as often as
//! those of others (`in` of India).
//! Themes and kinds of the user's own may be words.

use super::{Gate, Scene};
use crate::lexicon::names::{COMMON, NameRecord};
use crate::matcher::Hit;

/// Forms of this share of lower case (in tenths) and of this frequency (30 in a million words) are words. Rarer ones may
/// be meant: who lists `apple` for an organization wants what is written so.
const MOSTLY: u8 = 5;
const FREQUENT: u8 = 4;

pub(super) struct LowerCaseWord;

impl Gate for LowerCaseWord {
    fn reason(&self) -> &'static str {
        "lower-case word"
    }

    fn drops(&self, hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool {
        let stack = scene.stack;
        name.own & COMMON != 0
            && !name.text().chars().any(char::is_uppercase)
            && matches!(stack.kind(stack.kind_of(hit.entity)), "person" | "organization" | "place")
            && !is_important(hit, name, scene)
            && !stack.has_needs(hit.entity)
            && scene.form(hit.span, name).is_some_and(|form| form.share >= MOSTLY && form.frequency >= FREQUENT)
            && (!hit.span.of(scene.text).starts_with(char::is_uppercase) || scene.opens_at(hit.span))
    }
}

fn is_important(hit: &Hit, name: &NameRecord<'_>, scene: &Scene<'_>) -> bool {
    let entity = scene.stack.entity(hit.entity);
    entity.important && entity.name == name.text()
}
