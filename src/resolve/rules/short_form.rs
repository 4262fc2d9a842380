//! After a full name, a title with the last word of that name means the same person: `Theresa May … Mrs May`,
//! `Tô Lâm … ông Lâm`.
//!
//! The last word is the surname in French and English and the given name in Vietnamese, which is what each language puts
//! behind a title. Two persons of the document with the same last word leave it undecided.

use hashbrown::HashMap;

use super::{Mention, Rule, Scene};
use crate::lexicon::EntityId;
use crate::text::{Span, lang};

pub(super) struct ShortForm;

/// A full name whose last word may stand for it.
struct FullName {
    last_word: Span,
    mention: usize,
    entity: EntityId,
}

impl Rule for ShortForm {
    fn name(&self) -> &'static str {
        "short-form"
    }

    fn apply(&self, mentions: &mut Vec<Mention>, scene: &mut Scene<'_>) {
        let Some(person) = scene.stack.kind_named("person") else { return };
        // By the hash of the last word, in the order of the text.
        let mut full_names: HashMap<u64, Vec<FullName>> = HashMap::new();
        for (index, mention) in mentions.iter().enumerate() {
            let Some(entity) = mention.entity.filter(|_| mention.kind == person && mention.parent.is_none()) else {
                continue;
            };
            let (first, last) = scene.words_of(mention.span);
            if last < first + 2 {
                continue;
            }
            let word = scene.words[last - 1];
            let last_word = Span::new(word.start, word.end);
            full_names.entry(word.hash()).or_default().push(FullName { last_word, mention: index, entity });
        }
        if full_names.is_empty() {
            return;
        }
        let mut added: Vec<Mention> = Vec::new();
        for index in 1..scene.words.len() {
            let word = scene.words[index];
            if !word.capital() {
                continue;
            }
            let Some(candidates) = full_names.get(&word.hash()) else { continue };
            let here = Span::new(word.start, word.end);
            let Some(full) = meant(candidates, here, scene.text) else { continue };
            let Some(title) = title_before(scene, index) else { continue };
            if continues(scene, index) {
                continue;
            }
            let definer = &mentions[full.mention];
            let short = Mention {
                antecedent: Some(definer.span),
                title: Some(title),
                ..Mention::new(here, person, definer.entity, definer.name, definer.score, self.name())
            };
            let at = mentions.partition_point(|m| m.span.end <= here.start);
            match mentions.get_mut(at) {
                Some(m) if m.span == here => *m = short,
                Some(m) if m.span.overlaps(here) => {}
                _ => added.push(short),
            }
        }
        if !added.is_empty() {
            mentions.extend(added);
            mentions.sort_by_key(|m| (m.span, m.entity));
        }
    }
}

/// The full name before `here` with exactly this last word; `None` if two persons have it.
fn meant<'f>(candidates: &'f [FullName], here: Span, text: &str) -> Option<&'f FullName> {
    let surface = here.of(text);
    let before = candidates.partition_point(|c| c.last_word.end <= here.start);
    let mut same = candidates[..before].iter().rev().filter(|c| c.last_word.of(text) == surface);
    let last = same.next()?;
    same.all(|other| other.entity == last.entity).then_some(last)
}

/// The title directly before a word: `Mrs May`, `M. Macron`, `ông Lâm`.
fn title_before(scene: &Scene<'_>, word: usize) -> Option<Span> {
    let title = scene.words[word - 1];
    let gap = scene.gap_after(word - 1);
    let joined = matches!(gap, " " | "\u{A0}" | "\u{202F}" | ". " | ".\u{A0}" | ".\u{202F}" | ".");
    let span = Span::new(title.start, title.end);
    (joined && lang::is_form_of_address(scene.language, &span.of(scene.text).to_lowercase())).then_some(span)
}

/// Whether a longer name goes on behind the word: `Mr May Smith`.
fn continues(scene: &Scene<'_>, word: usize) -> bool {
    scene.words.get(word + 1).is_some_and(|next| next.capital())
        && matches!(scene.gap_after(word), " " | "-" | "\u{A0}")
        && !scene.begins_sentence(word + 1)
}
