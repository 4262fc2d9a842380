//! What the document itself says of its names: definitions of acronyms, and persons named in full before.

use hashbrown::HashMap;

use super::{MAX_WORDS, Scene};
use crate::author::discover::tally::{Cue, Tally};
use crate::author::discover::tokens::Shape;
use crate::gazetteer::names;
use crate::resolve::spells;

impl Scene<'_> {
    /// `Service national de renseignement (SNR)`, `SNR (Service national de renseignement)`.
    pub(super) fn definitions(&mut self, tally: &mut Tally) {
        for open in memchr::memchr_iter(b'(', self.text.as_bytes()) {
            let next = self.tokens.partition_point(|t| t.start <= open);
            let Some(last) = next.checked_sub(1) else { continue };
            let Some(inner) = self.tokens.get(next) else { continue };
            if self.text[self.tokens[last].end..open].trim() != "" || inner.start != open + 1 {
                continue;
            }
            let Some(close) = memchr::memchr(b')', &self.text.as_bytes()[open..]).map(|at| open + at) else { return };
            let inner_end = self.tokens.partition_point(|t| t.start < close);
            let (acronym, from, to) = if inner.shape == Shape::Acronym && self.tokens[next].end == close {
                let lowest = last.saturating_sub(MAX_WORDS - 1);
                let Some(from) = (lowest..=last).rev().find(|from| self.spells(next, *from, last + 1)) else {
                    continue;
                };
                (next, from, last + 1)
            } else if self.tokens[last].shape == Shape::Acronym && inner_end <= next + MAX_WORDS {
                if !self.spells(last, next, inner_end) || self.tokens[inner_end - 1].end != close {
                    continue;
                }
                (last, next, inner_end)
            } else {
                continue;
            };
            if !self.tokens[from].is_capital() || to < from + 2 {
                continue;
            }
            let bit = 1 << Cue::Definition as u16;
            let short = names::clean(self.tokens[acronym].of(self.text)).into_owned();
            let covering = self.mention_over(self.span(from, to)).and_then(|m| m.entity);
            let known = covering.map(|entity| self.stack.id(entity).to_owned());
            if known.is_none() {
                let before = self.before(from);
                self.occurrence(from, to, before | bit, None);
                let long = names::clean(self.span(from, to).of(self.text)).into_owned();
                *tally.definitions.entry((short, long)).or_default() += 1;
            }
            let listed = self.mention_over(self.span(acronym, acronym + 1));
            if listed.is_none_or(|m| m.rule == "acronym-definition") {
                self.occurrence(acronym, acronym + 1, bit, known);
            }
        }
    }

    fn spells(&self, acronym: usize, from: usize, to: usize) -> bool {
        to >= from + 2
            && self.tokens[from].sentence == self.tokens[to - 1].sentence
            && spells(self.tokens[acronym].of(self.text), self.span(from, to).of(self.text))
    }

    /// Words that are the last word of a listed person named in the document.
    pub(super) fn known_short_names(&mut self) {
        let Some(person) = self.stack.kind_named("person") else { return };
        let mut full: HashMap<&str, Option<crate::lexicon::EntityId>> = HashMap::new();
        for mention in self.extraction.mentions.iter().filter(|m| m.kind == person) {
            let Some((_, last)) = mention.span.of(self.text).rsplit_once([' ', '\u{A0}']) else { continue };
            let entity = full.entry(last).or_insert(mention.entity);
            // Two persons of the document with the same last word leave it undecided.
            if *entity != mention.entity {
                *entity = None;
            }
        }
        for ((start, end), found) in &mut self.found {
            if let Some(Some(entity)) = full.get(&self.text[*start..*end]) {
                found.known.get_or_insert_with(|| self.stack.id(*entity).to_owned());
            }
        }
    }
}
