//! `--no-resolve`: bare dictionary matches.

use super::Mention;
use crate::lexicon::{EntityId, NameId, Stack};
use crate::matcher::{Group, Hit, Nearness, Overlaps};
use crate::text::Span;

/// The `rule` of a hit by itself.
pub(super) fn rule_of(hit: &Hit) -> &'static str {
    match (hit.generated, hit.nearness) {
        (true, _) => "inflected",
        (false, Nearness::Exact) => "exact",
        (false, Nearness::Folded) => "folded",
    }
}

/// The name nearest to the text among hits of one entity at one span: exact before folded before inflected, then the
/// bytewise smallest listed name.
pub(super) fn nearest<'a>(stack: &Stack, hits: impl Iterator<Item = &'a Hit>) -> Option<(NameId, &'a Hit)> {
    hits.map(|hit| (stack.listed(hit.name), hit)).min_by(|a, b| {
        (a.1.generated, a.1.nearness)
            .cmp(&(b.1.generated, b.1.nearness))
            .then_with(|| stack.name(a.0).cmp(stack.name(b.0)))
    })
}

/// The candidates of one span: entity, highest prior, latest layer and rank, hits. Hits are sorted by entity.
pub(super) fn candidates(hits: &[Hit]) -> impl Iterator<Item = (EntityId, f32, u32, &[Hit])> {
    hits.chunk_by(|a, b| a.entity == b.entity).map(|of_entity| {
        let prior = of_entity.iter().map(|h| h.prior).fold(0.0, f32::max);
        let order = of_entity.iter().map(|h| h.order).max().unwrap_or(0);
        (of_entity[0].entity, prior, order, of_entity)
    })
}

/// One mention a kept span: the entity with the highest prior, ties by the later layer, then the smaller id; under
/// `all` one mention per span and entity, by id.
pub(super) fn mentions(stack: &Stack, hits: &[Hit], groups: &[Group], mode: Overlaps, out: &mut Vec<Mention>) {
    for group in groups.iter().filter(|g| g.kept) {
        let hits = &hits[group.start as usize..group.end as usize];
        let from = out.len();
        if mode == Overlaps::All {
            for (entity, prior, _, of_entity) in candidates(hits) {
                out.extend(mention(stack, group.span, entity, prior, of_entity));
            }
            out[from..].sort_by(|a, b| {
                let id = |m: &Mention| m.entity.map(|e| stack.entity(e).id);
                id(a).cmp(&id(b))
            });
        } else {
            out.extend(choose(stack, hits, group));
        }
    }
}

/// The bare choice for one span (the hits are the span's own).
fn choose(stack: &Stack, hits: &[Hit], group: &Group) -> Option<Mention> {
    if let [hit] = hits {
        return mention(stack, group.span, hit.entity, hit.prior, hits);
    }
    let (entity, prior, _, of_entity) = candidates(hits).reduce(|a, b| {
        let better = b.1.total_cmp(&a.1).then(b.2.cmp(&a.2));
        let better = better.then_with(|| stack.entity(a.0).id.cmp(stack.entity(b.0).id));
        if better.is_gt() { b } else { a }
    })?;
    mention(stack, group.span, entity, prior, of_entity)
}

/// [`choose`] for a group of all hits.
pub(super) fn choose_in(stack: &Stack, hits: &[Hit], group: &Group) -> Option<Mention> {
    choose(stack, &hits[group.start as usize..group.end as usize], group)
}

fn mention(stack: &Stack, span: Span, entity: EntityId, prior: f32, hits: &[Hit]) -> Option<Mention> {
    let (name, hit) = nearest(stack, hits.iter())?;
    Some(Mention::new(span, stack.kind_of(entity), Some(entity), Some(name), prior, rule_of(hit)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gazetteer::{Gazetteer, MatchPolicy};
    use crate::lexicon::CompileOptions;
    use crate::matcher::{MatchOptions, Matcher, group, naive, select};
    use crate::resolve::testing::{JOINTS, gazetteer, phrase, text_with_names};
    use crate::text::Language;

    fn engine(gazetteer: &Gazetteer, text: &str, setting: &naive::Setting<'_>) -> Vec<naive::Row> {
        let mut stack = Stack::build_with(gazetteer, CompileOptions { open: setting.open }).expect("compiles");
        let (mut hits, mut groups, mut mentions) = (Vec::new(), Vec::new(), Vec::new());
        let options = MatchOptions { policy: setting.policy, open: setting.open };
        let language = Language::of_tag(setting.language);
        // Every case by another path: the level of instructions, and the shape that the stack would not choose.
        MATCHERS.with_borrow_mut(|(cases, matchers)| {
            *cases += 1;
            let place = *cases % matchers.len();
            if *cases / matchers.len() % 2 == 1 {
                stack.gate.set_sparse(false);
            }
            matchers[place].find(&stack, text, language, options, usize::MAX, &mut hits);
        });
        group(&mut hits, &mut groups);
        select(&mut groups, setting.overlaps, &mut Vec::new());
        super::mentions(&stack, &hits, &groups, setting.overlaps, &mut mentions);
        let mut rows: Vec<naive::Row> = mentions
            .iter()
            .map(|m| naive::Row {
                start: m.span.start as usize,
                end: m.span.end as usize,
                entity: m.entity.map_or(String::new(), |e| stack.entity(e).id.to_owned()),
                matched_name: m.name.map_or(String::new(), |n| stack.name(n).to_owned()),
                score: m.score,
                rule: m.rule,
            })
            .collect();
        rows.sort_by(|a, b| (a.start, a.end, &a.entity).cmp(&(b.start, b.end, &b.entity)));
        rows
    }

    thread_local! {
        /// How many cases there were, and a matcher of each level, which keeps what it learnt from other stacks.
        static MATCHERS: std::cell::RefCell<(usize, Vec<Matcher>)> = std::cell::RefCell::new((
            0,
            crate::text::masks::Level::available().into_iter().map(Matcher::with_level).collect(),
        ));
    }

    static ROWS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        fn the_engine_finds_what_the_oracle_finds(
            gazetteer in gazetteer(),
            parts in prop::collection::vec((phrase(3), 0..64usize, 0..10u8, prop::sample::select(JOINTS)), 1..6),
            language in prop::sample::select(&["fr", "vi", "en", "und", "de"][..]),
            policy in prop::option::weighted(0.3, prop::sample::select(&[MatchPolicy::Smart, MatchPolicy::Exact, MatchPolicy::Folded][..])),
            open in prop::bool::weighted(0.2),
            overlaps in prop::sample::select(Overlaps::ALL),
        ) {
            let text = text_with_names(&gazetteer, &parts);
            let setting = naive::Setting { language, policy, open, overlaps: overlaps.1 };
            let rows = naive::rows(&gazetteer, &text, &setting);
            ROWS.fetch_add(rows.len(), std::sync::atomic::Ordering::Relaxed);
            let names: Vec<String> = gazetteer.layers().iter().flat_map(|l| &l.entities).flat_map(|e| e.names.iter().map(move |n| format!("{}:{:?}/{:?}/{:?}/{:?}", e.id, n.text, n.lang, n.role, n.policy.or(e.policy)))).collect();
            prop_assert_eq!(engine(&gazetteer, &text, &setting), rows, "text {:?} names {:?}", text, names);
        }
    }

    /// 100,000 random cases: layers, gaps with punctuation, edge symbols, generated names, languages, policies, modes.
    #[test]
    fn engine_and_oracle_agree() {
        the_engine_finds_what_the_oracle_finds();
        // A test that compares nothing proves nothing.
        let rows = ROWS.load(std::sync::atomic::Ordering::Relaxed);
        assert!(rows > 50_000, "only {rows} rows were compared");
    }
}
