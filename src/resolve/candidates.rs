//! Choosing among the entities that share a form: prior and language.

use super::bare::{candidates, nearest, rule_of};
use super::{Dropped, Mention};
use crate::lexicon::{EntityId, Stack};
use crate::matcher::{Group, Hit};
use crate::text::Language;

/// How much a name counts whose language is another than the document's, against one of its own or untagged.
///
/// Names cross languages (a French text writes `White House`), so a foreign name stays possible.
const FOREIGN: f32 = 0.4;

/// The best entity of a span as a mention. The others share what is left of the score.
pub(super) fn choose(stack: &Stack, hits: &[Hit], group: &Group, language: Language) -> Option<Mention> {
    let hits = &hits[group.start as usize..group.end as usize];
    let weight = |of_entity: &[Hit]| {
        of_entity.iter().map(|hit| hit.prior * language_factor(stack, hit, language)).fold(0.0, f32::max)
    };
    let mut total = 0.0;
    let mut best: Option<(f32, u32, EntityId, &[Hit])> = None;
    for (entity, _, order, of_entity) in candidates(hits) {
        let weight = weight(of_entity);
        total += weight;
        let better = best.is_none_or(|(w, o, e, _)| {
            weight
                .total_cmp(&w)
                .then(order.cmp(&o))
                .then_with(|| stack.entity(e).id.cmp(stack.entity(entity).id))
                .is_gt()
        });
        if better {
            best = Some((weight, order, entity, of_entity));
        }
    }
    let (weight, _, entity, of_entity) = best?;
    let (name, hit) = nearest(stack, of_entity.iter())?;
    let share = if total > 0.0 { weight / total } else { 1.0 };
    // A name that nobody shares is still worth no more than how well known it is: half of the rest is doubt.
    let score = share * (0.5 + 0.5 * group.prior.clamp(0.0, 1.0));
    Some(Mention::new(group.span, stack.kind_of(entity), Some(entity), Some(name), score, rule_of(hit)))
}

fn language_factor(stack: &Stack, hit: &Hit, language: Language) -> f32 {
    let tag = stack.name_language(hit.name);
    if tag == Language::UND || language == Language::UND || tag == language { 1.0 } else { FOREIGN }
}

/// Hits that lost their place to another, for `explain`.
pub(super) fn dropped_by_overlap(hits: &[Hit], groups: &[Group], out: &mut Vec<Dropped>) {
    for group in groups.iter().filter(|g| !g.kept) {
        let inside = groups.iter().any(|g| g.kept && g.span.contains(group.span));
        let reason = if inside { "inside longer mention" } else { "overlaps a longer mention" };
        let hits = &hits[group.start as usize..group.end as usize];
        out.extend(hits.iter().map(|h| Dropped { span: h.span, name: h.name, reason }));
    }
}
