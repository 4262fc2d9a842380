//! Salience and topics: what a document is about, in ten-thousandths that add up.

use hashbrown::HashMap;

use super::{Extraction, Topic};
use crate::lexicon::{EntityId, Stack};

/// The whole, in ten-thousandths.
const WHOLE: u64 = 10_000;

/// Divides 10,000 by weights: rounded by largest remainder (ties to the earlier), so that the parts add up exactly.
pub(crate) fn largest_remainder(weights: &[u64], parts: &mut Vec<u32>) {
    parts.clear();
    let total: u64 = weights.iter().sum();
    if total == 0 {
        parts.resize(weights.len(), 0);
        return;
    }
    let scaled = |w: u64| u128::from(w) * u128::from(WHOLE);
    parts.extend(weights.iter().map(|w| (scaled(*w) / u128::from(total)) as u32));
    let given: u64 = parts.iter().map(|p| u64::from(*p)).sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse((scaled(weights[*i]) % u128::from(total), usize::MAX - i)));
    for i in order.into_iter().take((WHOLE - given) as usize) {
        parts[i] += 1;
    }
}

/// Mentions in the first sentences count double: news puts first what it is about.
fn weight(sentence: u32) -> u64 {
    if sentence < 2 { 2 } else { 1 }
}

/// Scratch space of [`fill`].
#[derive(Default)]
pub(crate) struct Weights {
    slots: HashMap<Key, usize>,
    weights: Vec<u64>,
    parts: Vec<u32>,
}

#[derive(Clone, Copy, Hash, PartialEq, Eq)]
enum Key {
    Entity(EntityId),
    /// An unlisted name: the index of its first mention.
    Unlisted(u32),
}

/// Fills `entities`, `salience` and `topics` from the mentions.
pub(crate) fn fill(stack: &Stack, extraction: &mut Extraction, scratch: &mut Weights) {
    extraction.entities.clear();
    extraction.salience.clear();
    extraction.topics.clear();
    scratch.slots.clear();
    scratch.weights.clear();
    let theme = stack.kind_named("theme");
    let mut theme_mentions: Vec<u32> = Vec::new();
    for (i, mention) in extraction.mentions.iter().enumerate() {
        let key = mention.entity.map_or(Key::Unlisted(i as u32), Key::Entity);
        let slot = *scratch.slots.entry(key).or_insert_with(|| {
            extraction.entities.push(i as u32);
            scratch.weights.push(0);
            scratch.weights.len() - 1
        });
        scratch.weights[slot] += weight(mention.sentence);
        if Some(mention.kind) == theme {
            theme_mentions.push(i as u32);
        }
    }
    largest_remainder(&scratch.weights, &mut scratch.parts);
    extraction.salience.extend_from_slice(&scratch.parts);
    if theme_mentions.is_empty() {
        return;
    }
    scratch.weights.clear();
    scratch.weights.extend(theme_mentions.iter().map(|i| weight(extraction.mentions[*i as usize].sentence)));
    largest_remainder(&scratch.weights, &mut scratch.parts);
    for (i, part) in theme_mentions.iter().zip(&scratch.parts) {
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
        largest_remainder(&[1, 1, 1], &mut parts);
        assert_eq!(parts, [3334, 3333, 3333]);
        largest_remainder(&[], &mut parts);
        assert!(parts.is_empty());
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(weights in prop::collection::vec(0..1000u64, 1..50)) {
            let mut parts = Vec::new();
            largest_remainder(&weights, &mut parts);
            let sum: u32 = parts.iter().sum();
            prop_assert_eq!(sum, if weights.iter().all(|w| *w == 0) { 0 } else { 10_000 });
        }
    }
}
