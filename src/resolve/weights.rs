//! Salience and topics: what a document is about, in ten-thousandths that add up.

use std::cmp::Reverse;

use hashbrown::HashMap;

use super::{Extraction, Topic};
use crate::lexicon::{EntityId, Stack};

/// The whole, in ten-thousandths.
const WHOLE: u64 = 10_000;

/// Divides 10,000 by weights: rounded by largest remainder (ties to the earlier), so that the parts add up exactly.
/// `order` is scratch space. Weights are counts of mentions: ten thousand times their sum must fit 64 bits.
pub(crate) fn largest_remainder(weights: &[u64], parts: &mut Vec<u32>, order: &mut Vec<(Reverse<u64>, u32)>) {
    parts.clear();
    let total: u64 = weights.iter().sum();
    if total == 0 {
        parts.resize(weights.len(), 0);
        return;
    }
    order.clear();
    let mut left = WHOLE;
    for (i, weight) in weights.iter().enumerate() {
        let (part, remainder) = (weight * WHOLE / total, weight * WHOLE % total);
        left -= part;
        parts.push(part as u32);
        order.push((Reverse(remainder), i as u32));
    }
    if left > 0 {
        order.sort_unstable();
        order[..left as usize].iter().for_each(|(_, i)| parts[*i as usize] += 1);
    }
}

/// Mentions in the first sentences count double: news puts first what it is about.
fn weight(sentence: u32) -> u64 {
    if sentence < 2 { 2 } else { 1 }
}

/// Scratch space of [`fill`].
#[derive(Default)]
pub(crate) struct Weights {
    slots: HashMap<EntityId, usize>,
    weights: Vec<u64>,
    parts: Vec<u32>,
    order: Vec<(Reverse<u64>, u32)>,
    /// Indices of the mentions of themes.
    themes: Vec<u32>,
}

/// Up to so many entities of a document are found by going through them: most documents have few.
const FEW: usize = 12;

/// Fills `entities`, `salience` and `topics` from the mentions.
pub(crate) fn fill(stack: &Stack, extraction: &mut Extraction, scratch: &mut Weights) {
    extraction.entities.clear();
    extraction.salience.clear();
    extraction.topics.clear();
    scratch.weights.clear();
    scratch.themes.clear();
    let Extraction { mentions, entities, .. } = extraction;
    let theme = stack.kind_named("theme");
    for (i, mention) in mentions.iter().enumerate() {
        let slot = match mention.entity {
            None => None,
            Some(entity) if entities.len() > FEW => scratch.slots.get(&entity).copied(),
            entity => entities.iter().position(|first| mentions[*first as usize].entity == entity),
        };
        let slot = slot.unwrap_or_else(|| {
            entities.push(i as u32);
            scratch.weights.push(0);
            let new = match entities.len() {
                // No longer few: all of them are entered.
                len if len == FEW + 1 => {
                    scratch.slots.clear();
                    0
                }
                len => len - 1,
            };
            if entities.len() > FEW {
                for (slot, first) in entities.iter().enumerate().skip(new) {
                    mentions[*first as usize].entity.map(|entity| scratch.slots.insert(entity, slot));
                }
            }
            entities.len() - 1
        });
        scratch.weights[slot] += weight(mention.sentence);
        if Some(mention.kind) == theme {
            scratch.themes.push(i as u32);
        }
    }
    largest_remainder(&scratch.weights, &mut scratch.parts, &mut scratch.order);
    extraction.salience.extend_from_slice(&scratch.parts);
    if scratch.themes.is_empty() {
        return;
    }
    scratch.weights.clear();
    scratch.weights.extend(scratch.themes.iter().map(|i| weight(extraction.mentions[*i as usize].sentence)));
    largest_remainder(&scratch.weights, &mut scratch.parts, &mut scratch.order);
    for (i, part) in scratch.themes.iter().zip(&scratch.parts) {
        let mention = &extraction.mentions[*i as usize];
        let Some(entity) = mention.entity else { continue };
        let topic = match extraction.topics.iter().position(|t| t.entity == entity) {
            Some(topic) => topic,
            None => {
                extraction.topics.push(Topic { entity, score: 0, mentions: 0, evidence: Vec::new() });
                extraction.topics.len() - 1
            }
        };
        let topic = &mut extraction.topics[topic];
        topic.score += part;
        topic.mentions += 1;
        topic.evidence.push((mention.chars, *part));
    }
    extraction
        .topics
        .sort_by(|a, b| b.score.cmp(&a.score).then_with(|| stack.entity(a.entity).id.cmp(stack.entity(b.entity).id)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_add_up() {
        let mut parts = Vec::new();
        largest_remainder(&[1, 1, 1], &mut parts, &mut Vec::new());
        assert_eq!(parts, [3334, 3333, 3333]);
        largest_remainder(&[], &mut parts, &mut Vec::new());
        assert!(parts.is_empty());
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(weights in prop::collection::vec(0..1000u64, 1..50)) {
            let mut parts = Vec::new();
            largest_remainder(&weights, &mut parts, &mut Vec::new());
            let sum: u32 = parts.iter().sum();
            prop_assert_eq!(sum, if weights.iter().all(|w| *w == 0) { 0 } else { 10_000 });
        }
    }
}
