//! In a passage in capitals, an acronym that is also a common word is a word: `UN ACCORD HISTORIQUE À L'ONU`.

use super::{Gate, Scene};
use crate::lexicon::names::{ACRONYM, NameRecord};
use crate::matcher::Hit;

pub(super) struct CapitalsPassage;

impl Gate for CapitalsPassage {
    fn reason(&self) -> &'static str {
        "capitals passage"
    }

    fn drops(&self, hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool {
        name.flags & ACRONYM != 0
            && (scene.common)(scene.language, &hit.span.of(scene.text).to_lowercase())
            && scene.passages.in_capitals(scene.text, hit.span.start)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use crate::gazetteer::Gazetteer;
    use crate::lexicon::Stack;
    use crate::matcher::naive;
    use crate::resolve::testing::{JOINTS, gazetteer, phrase, text_with_names};
    use crate::resolve::{Extraction, ResolveOptions, Resolver};
    use crate::text::{Language, lang};

    const LISTS: &[fn(Language, &str) -> bool] = &[
        lang::is_common,
        |_, _| true,
        |_, word| word.len() < 4,
        |language, word| language == Language::FR && word == "un",
    ];

    fn engine(
        gazetteer: &Gazetteer,
        text: &str,
        language: Language,
        common: fn(Language, &str) -> bool,
    ) -> BTreeSet<(usize, usize, String, String)> {
        let stack = Stack::build(gazetteer).expect("compiles");
        let mut resolver = Resolver { common, ..Resolver::default() };
        let mut out = Extraction::default();
        let options = ResolveOptions { keep_dropped: true, ..ResolveOptions::default() };
        resolver.run(&stack, text, language, &options, &mut out);
        let dropped = out.dropped.iter().filter(|d| d.reason == "capitals passage");
        dropped
            .map(|d| {
                let name = stack.listed(d.name);
                let entity = stack.entity(stack.entity_of_name(name).expect("a hit has an entity"));
                let span = (d.span.start as usize, d.span.end as usize);
                (span.0, span.1, entity.id.to_owned(), stack.name(name).to_owned())
            })
            .collect()
    }

    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6_000))]

        fn the_gate_drops_what_the_oracle_drops(
            gazetteer in gazetteer(),
            parts in prop::collection::vec((phrase(3), 0..64usize, 0..10u8, prop::sample::select(JOINTS)), 1..6),
            headline in 0..4u8,
            language in prop::sample::select(&["fr", "vi", "en", "und", "de"][..]),
            list in 0..LISTS.len(),
        ) {
            let mut text = text_with_names(&gazetteer, &parts);
            if headline < 3 {
                text = format!("{} ONU LES UNS ET WHO {}", text.to_uppercase(), if headline == 0 { "fin" } else { "FIN" });
            }
            let setting = naive::Setting { language, policy: None, open: false, overlaps: Default::default() };
            let (common, tag) = (LISTS[list], Language::of_tag(language));
            let expected = naive::dropped_in_capitals(&gazetteer, &text, &setting, |word| common(tag, word));
            DROPPED.fetch_add(expected.len(), Ordering::Relaxed);
            prop_assert_eq!(engine(&gazetteer, &text, tag, common), expected, "{:?}", text);
        }
    }

    #[test]
    fn gate_and_oracle_agree() {
        the_gate_drops_what_the_oracle_drops();
        let dropped = DROPPED.load(Ordering::Relaxed);
        assert!(dropped > 50, "only {dropped} dropped hits were compared");
    }
}
