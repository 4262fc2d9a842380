//! An acronym that the document defines means what it is defined as, there and in the rest of the document.
//!
//! Both orders are read: `Parti communiste du Vietnam (PCV)` and `PCV (Parti communiste du Vietnam)`. The letters of the
//! acronym must be initials of the name's words in order, beginning with the first; words that give no letter must be
//! short or begin in lower case. A year, a citation or a name without a listed entity defines nothing.

use super::{Mention, Rule, Scene};
use crate::text::Span;
use crate::text::fold::Folded;

pub(super) struct AcronymDefinition;

impl Rule for AcronymDefinition {
    fn name(&self) -> &'static str {
        "acronym-definition"
    }

    fn apply(&self, mentions: &mut Vec<Mention>, scene: &mut Scene<'_>) {
        if !scene.text.contains('(') {
            return;
        }
        let mut definitions: Vec<(Span, usize)> = Vec::new();
        for (i, mention) in mentions.iter().enumerate() {
            if mention.entity.is_none() || mention.parent.is_some() {
                continue;
            }
            let (first, last) = scene.words_of(mention.span);
            if last < first + 2 {
                continue;
            }
            let place = acronym_after(scene, mention.span, last).or_else(|| acronym_before(scene, mention.span, first));
            let Some(acronym) = place else { continue };
            if spells(acronym.of(scene.text), mention.span.of(scene.text)) {
                definitions.push((acronym, i));
            }
        }
        for (acronym, definer) in definitions {
            bind(self.name(), mentions, scene, acronym, definer);
        }
        mentions.sort_by_key(|m| (m.span, m.entity));
    }
}

/// `name (ACR)`: the acronym's span.
fn acronym_after(scene: &Scene<'_>, name: Span, next: usize) -> Option<Span> {
    let word = scene.words.get(next)?;
    let before = scene.text[name.end as usize..word.start as usize].trim();
    let after = scene.text[word.end as usize..].trim_start().chars().next()?;
    (before == "(" && matches!(after, ')' | ',' | ';')).then(|| Span::new(word.start, word.end))
}

/// `ACR (name)`: the acronym's span.
fn acronym_before(scene: &Scene<'_>, name: Span, first: usize) -> Option<Span> {
    let word = scene.words.get(first.checked_sub(1)?)?;
    let before = scene.text[word.end as usize..name.start as usize].trim();
    let after = scene.text[name.end as usize..].trim_start().chars().next()?;
    (before == "(" && matches!(after, ')' | ',' | ';')).then(|| Span::new(word.start, word.end))
}

/// Whether the letters of an acronym are initials of a name's words.
fn spells(acronym: &str, name: &str) -> bool {
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

/// Gives every occurrence of the acronym the definer's entity.
fn bind(rule: &'static str, mentions: &mut Vec<Mention>, scene: &Scene<'_>, acronym: Span, definer: usize) {
    let (entity, name, kind, score, span) = {
        let m = &mentions[definer];
        (m.entity, m.name, m.kind, m.score, m.span)
    };
    let surface = acronym.of(scene.text);
    let Some(hash) = scene.words.iter().find(|w| w.start == acronym.start).map(|w| w.hash) else { return };
    let mut bound: Vec<Mention> = Vec::new();
    for word in scene.words.iter().filter(|w| w.hash == hash) {
        let here = Span::new(word.start, word.end);
        if here.of(scene.text) != surface {
            continue;
        }
        let at = mentions.partition_point(|m| m.span.end <= here.start);
        match mentions.get_mut(at) {
            Some(m) if m.span == here => {
                if m.entity != entity {
                    *m = Mention { antecedent: Some(span), ..Mention::new(here, kind, entity, name, score, rule) };
                } else {
                    m.antecedent = Some(span);
                }
            }
            Some(m) if m.span.overlaps(here) => {}
            _ => bound.push(Mention { antecedent: Some(span), ..Mention::new(here, kind, entity, name, score, rule) }),
        }
    }
    mentions.extend(bound);
    // `definer` indexes the list as it was: new mentions go to the end until the caller sorts.
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
