//! A one-word name that is a word of the language is taken for the word, unless something speaks for the name.
//!
//! Lists of villages and surnames hold `Centre`, `Pour` and `Nice`. Where a form occurs in lower case for the most part
//! (`text::lang::forms`, by the language of the document), a hit of such a name is dropped: where a sentence begins, since
//! a capital says nothing there (`Nice to meet you`; reason `sentence start`), and inside a sentence if eight of
//! ten occurrences are in lower case (`le Village de la culture`; reason `common form`).
//!
//! Inside a sentence a capital is enough for kinds of the user's own: a ship may be called `Victory`. What else speaks for
//! the name: the entity is important or has cues of its own (`needs`), the document names it in another
//! way too (`John Nice … Nice`), or it is a person with a form of address before it (`Mme Petit`).

use hashbrown::HashSet;

use super::Scene;
use crate::lexicon::EntityId;
use crate::lexicon::names::{ACRONYM, COMMON, NameRecord};
use crate::matcher::Hit;
use crate::resolve::Dropped;
use crate::text::{Span, lang};

/// Where a sentence begins, forms of this share of lower case (in tenths) are words.
const AT_START: u8 = 5;
/// Inside a sentence, where a capital speaks for a name, forms of this share are.
const INSIDE: u8 = 8;

/// Drops the hits that are words. Asked after the other gates, since a hit that they drop speaks for nothing.
pub(in crate::resolve) fn drop_common(hits: &mut Vec<Hit>, scene: &mut Scene<'_>, dropped: Option<&mut Vec<Dropped>>) {
    let mut doubts: Vec<(u32, &'static str)> = Vec::new();
    for (index, hit) in hits.iter().enumerate() {
        let name = scene.stack.name_record(hit.name);
        if name.own & COMMON != 0
            && let Some(reason) = doubt(hit, &name, scene)
        {
            doubts.push((index as u32, reason));
        }
    }
    if doubts.is_empty() {
        return;
    }
    // What the document also names by a longer name, or by one that is no word.
    let plain = hits.iter().filter(|hit| scene.stack.name_record(hit.name).own & COMMON == 0);
    let named: HashSet<EntityId> = plain.map(|hit| hit.entity).collect();
    doubts.retain(|(index, _)| !named.contains(&hits[*index as usize].entity));
    if let Some(dropped) = dropped {
        let of = |(index, reason): &(u32, &'static str)| {
            let hit = &hits[*index as usize];
            Dropped { span: hit.span, name: hit.name, reason }
        };
        dropped.extend(doubts.iter().map(of));
    }
    let mut doubts = doubts.iter().map(|(index, _)| *index).peekable();
    let mut index = 0;
    hits.retain(|_| {
        let doubted = doubts.next_if_eq(&index).is_some();
        index += 1;
        !doubted
    });
}

/// Why a hit of a common form is no name, if it is none.
fn doubt(hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> Option<&'static str> {
    let surface = hit.span.of(scene.text);
    if !surface.starts_with(char::is_uppercase) || name.flags & ACRONYM != 0 && is_capitals(surface) {
        return None;
    }
    let form = scene.form(hit.span, name)?;
    if form.share < AT_START {
        return None;
    }
    let stack = scene.stack;
    let kind = stack.kind(stack.kind_of(hit.entity));
    let (word, _) = scene.words_of(hit.span);
    let start = scene.opens(word) || is_capitals(surface) && scene.passages.in_capitals(scene.text, hit.span.start);
    let reason = if start {
        "sentence start"
    } else if form.share >= INSIDE && matches!(kind, "person" | "organization" | "place") {
        "common form"
    } else {
        return None;
    };
    let exempt = kind == "theme"
        || stack.has_needs(hit.entity)
        || stack.entity(hit.entity).important
        || kind == "person" && addressed(scene, word);
    (!exempt).then_some(reason)
}

/// Whether a word of several letters is all capitals.
fn is_capitals(surface: &str) -> bool {
    surface.chars().nth(1).is_some() && !surface.chars().any(char::is_lowercase)
}

/// Whether a form of address stands before a word: `Mme Petit`, `M. Blanc`, `ông Lâm`.
fn addressed(scene: &Scene<'_>, word: usize) -> bool {
    let Some(before) = word.checked_sub(1).and_then(|before| scene.words.get(before)) else { return false };
    let title = Span::new(before.start, before.end).of(scene.text).to_lowercase();
    matches!(scene.gap_after(word - 1), " " | "\u{A0}" | "\u{202F}" | ". " | ".\u{A0}" | ".\u{202F}")
        && lang::is_form_of_address(scene.language, &title)
}
