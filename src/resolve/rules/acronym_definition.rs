//! An acronym that the document defines means what it is defined as, there and in the rest of the document.
//!
//! Both orders are read: `Parti communiste du Vietnam (PCV)` and `PCV (Parti communiste du Vietnam)`. The letters of the
//! acronym must be initials of the name's words in order, beginning with the first; words that give no letter must be
//! short or begin in lower case. A year, a citation or a name without a listed entity defines nothing.

use hashbrown::HashMap;

use super::{Mention, Rule, Scene};
use crate::text::Span;
use crate::text::fold::Folded;
use crate::text::words::Word;

pub(super) struct AcronymDefinition;

/// One definition found in the document.
struct Definition {
    /// Where the acronym stands in it.
    acronym: Span,
    /// Index of the mention that spells it out.
    definer: usize,
}

impl Rule for AcronymDefinition {
    fn name(&self) -> &'static str {
        "acronym-definition"
    }

    fn apply(&self, mentions: &mut Vec<Mention>, scene: &mut Scene<'_>) {
        if memchr::memchr(b'(', scene.text.as_bytes()).is_none() {
            return;
        }
        // By the hash of the acronym, in the order of the text.
        let mut definitions: HashMap<u64, Vec<Definition>> = HashMap::new();
        for (definer, mention) in mentions.iter().enumerate() {
            if mention.entity.is_none() || mention.parent.is_some() {
                continue;
            }
            let (first, last) = scene.words_of(mention.span);
            if last < first + 2 {
                continue;
            }
            let word = acronym_after(scene, mention.span, last).or_else(|| acronym_before(scene, mention.span, first));
            let Some(word) = word else { continue };
            let acronym = Span::new(word.start, word.end);
            if spells(acronym.of(scene.text), mention.span.of(scene.text)) {
                definitions.entry(word.hash()).or_default().push(Definition { acronym, definer });
            }
        }
        if definitions.is_empty() {
            return;
        }
        let mut added: Vec<Mention> = Vec::new();
        for word in scene.words {
            let Some(definitions) = definitions.get(&word.hash()) else { continue };
            let here = Span::new(word.start, word.end);
            let Some(definition) = applying(definitions, here, scene.text) else { continue };
            let definer = &mentions[definition.definer];
            let bound = Mention {
                antecedent: Some(definer.span),
                ..Mention::new(here, definer.kind, definer.entity, definer.name, definer.score, self.name())
            };
            let at = mentions.partition_point(|m| m.span.end <= here.start);
            match mentions.get_mut(at) {
                Some(m) if m.span == here && m.entity == bound.entity => m.antecedent = bound.antecedent,
                Some(m) if m.span == here => *m = bound,
                Some(m) if m.span.overlaps(here) => {}
                _ => added.push(bound),
            }
        }
        if !added.is_empty() {
            mentions.extend(added);
            mentions.sort_by_key(|m| (m.span, m.entity));
        }
    }
}

/// The definition that an occurrence goes by: its own, else the last one before it, else the first one after it.
fn applying<'d>(definitions: &'d [Definition], here: Span, text: &str) -> Option<&'d Definition> {
    let surface = here.of(text);
    let after = definitions.partition_point(|d| d.acronym.start <= here.start);
    let (before, after) = definitions.split_at(after);
    let same = |d: &&Definition| d.acronym.of(text) == surface;
    before.iter().rev().find(same).or_else(|| after.iter().find(same))
}

/// `name (ACR)`: the acronym.
fn acronym_after(scene: &Scene<'_>, name: Span, next: usize) -> Option<Word> {
    let word = scene.words.get(next)?;
    let before = scene.text[name.end as usize..word.start as usize].trim();
    let after = scene.text[word.end as usize..].trim_start().chars().next()?;
    (before == "(" && matches!(after, ')' | ',' | ';')).then_some(*word)
}

/// `ACR (name)`: the acronym.
fn acronym_before(scene: &Scene<'_>, name: Span, first: usize) -> Option<Word> {
    let word = scene.words.get(first.checked_sub(1)?)?;
    let before = scene.text[word.end as usize..name.start as usize].trim();
    let after = scene.text[name.end as usize..].trim_start().chars().next()?;
    (before == "(" && matches!(after, ')' | ',' | ';')).then_some(*word)
}

/// Whether the letters of an acronym are initials of a name's words.
pub(crate) fn spells(acronym: &str, name: &str) -> bool {
    let (mut letters, mut words) = (Folded::default(), Folded::default());
    letters.read(acronym, 0);
    words.read(name, 0);
    if letters.words.len() != 1 {
        return false;
    }
    let letters = letters.word(0);
    if !(2..=10).contains(&letters.len())
        || letters.iter().filter(|l| l.upper).count() < 2
        || letters.iter().any(|l| l.key.is_numeric())
    {
        return false;
    }
    let mut wanted = letters.iter();
    let mut next = wanted.next();
    for k in 0..words.words.len() {
        let word = words.word(k);
        if next.is_some_and(|letter| letter.key == word[0].key) {
            next = wanted.next();
        } else if k == 0 || (word[0].upper && word.len() > 3) {
            return false;
        }
    }
    next.is_none()
}

#[cfg(test)]
mod tests {
    use super::spells;

    #[test]
    fn initials_in_order() {
        for (acronym, name, expected) in [
            ("PCV", "Parti communiste du Vietnam", true),
            ("ĐCSVN", "Đảng Cộng sản Việt Nam", true),
            ("AVI", "Agence vietnamienne d'Information", true),
            ("BGF", "Boston Global Forum", true),
            ("ONU", "Organisation des Nations unies", true),
            ("IA", "intelligence artificielle", true),
            ("VNA", "Agence vietnamienne d'Information", false),
            ("PCV", "Parti communiste du Vietnam libre et uni", true),
            ("PCV", "Parti communiste", false),
            ("2024", "Parti communiste du Vietnam", false),
            ("pcv", "Parti communiste du Vietnam", false),
            ("NG", "Nations unies du Grand Nord", false),
        ] {
            assert_eq!(spells(acronym, name), expected, "{acronym} {name}");
        }
    }
}
