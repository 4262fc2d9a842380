//! What is found must not depend on the form in which the lexicon is there: compiled in memory, read from a file, or
//! several layers made one. Damage to a file's body may lose mentions, and nothing else.

use proptest::prelude::*;

use super::testing::{JOINTS, gazetteer, phrase, text_with_names};
use super::{Extraction, ResolveOptions, Resolver};
use crate::gazetteer::compiled::Header;
use crate::gazetteer::{Gazetteer, MatchPolicy};
use crate::lexicon::{CompileOptions, Lexicon, Stack};
use crate::matcher::{MatchOptions, Overlaps};
use crate::text::Language;

/// A text with names in it: pieces of [`text_with_names`].
type Parts = Vec<(String, usize, u8, &'static str)>;

fn parts() -> impl Strategy<Value = Parts> {
    prop::collection::vec((phrase(3), 0..64usize, 0..10u8, prop::sample::select(JOINTS)), 1..6)
}

fn options() -> impl Strategy<Value = ResolveOptions> {
    (
        prop::option::weighted(
            0.3,
            prop::sample::select(&[MatchPolicy::Smart, MatchPolicy::Exact, MatchPolicy::Folded][..]),
        ),
        prop::bool::weighted(0.2),
        prop::sample::select(Overlaps::ALL),
        any::<bool>(),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(policy, open, overlaps, resolve, nested)| ResolveOptions {
            matching: MatchOptions { policy, open },
            overlaps: overlaps.1,
            resolve,
            nested,
            ..ResolveOptions::default()
        })
}

/// All that a user sees of the mentions.
fn seen(stack: &Stack, text: &str, language: &str, options: &ResolveOptions) -> Vec<String> {
    let mut out = Extraction::default();
    Resolver::default().run(stack, text, Language::of_tag(language), options, &mut out);
    let mut rows: Vec<String> = out
        .mentions
        .iter()
        .map(|m| {
            let entity = m.entity.map(|entity| {
                let view = stack.entity(entity);
                let fields = (view.id, view.name, view.important, view.country, view.position, view.parent);
                (fields, view.prior, view.outside(), view.needs(), view.name_in("fr"), view.name_in("vi"))
            });
            let name = m.name.map(|name| (stack.name(name), stack.name_language(name)));
            let kind = stack.kind(m.kind);
            format!("{:?} {kind} {entity:?} {name:?} {} {} {:?} {:?}", m.span, m.score, m.rule, m.parent, m.antecedent)
        })
        .collect();
    // Mentions of one span are in the order of their places, which is an inner matter.
    rows.sort();
    rows
}

fn reread(lexicon: &Lexicon) -> Lexicon {
    let again = Lexicon::of_bytes(&lexicon.to_bytes(&Header::default())).expect("just written");
    assert_eq!(again.check(), [""; 0]);
    again
}

/// Every layer through a file.
fn reread_all(gazetteer: &Gazetteer, options: CompileOptions) -> Stack {
    let lexicons = gazetteer.layers().iter().map(|layer| Lexicon::compile(layer, options).expect("compiles"));
    Stack::of(lexicons.map(|lexicon| reread(&lexicon)).collect())
}

static ROWS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    fn all_forms_find_the_same(
        gazetteer in gazetteer(),
        parts in parts(),
        language in prop::sample::select(&["fr", "vi", "en", "und", "de"][..]),
        options in options(),
    ) {
        let text = text_with_names(&gazetteer, &parts);
        let compile = CompileOptions { open: options.matching.open };
        let stack = Stack::build_with(&gazetteer, compile).expect("compiles");
        let expected = seen(&stack, &text, language, &options);
        ROWS.fetch_add(expected.len(), std::sync::atomic::Ordering::Relaxed);
        prop_assert_eq!(seen(&reread_all(&gazetteer, compile), &text, language, &options), expected.clone());
        let flat = reread(&stack.flatten(compile).expect("compiles"));
        let flat = Stack::of(vec![flat]);
        prop_assert_eq!(seen(&flat, &text, language, &options), expected.clone(), "text {:?}", text);
        // The last layers alone made one, and the result made one with itself alone.
        if stack.layers() > 1 {
            let again = reread(&flat.flatten(compile).expect("compiles"));
            prop_assert_eq!(seen(&Stack::of(vec![again]), &text, language, &options), expected, "twice");
        }
    }

    fn damage_only_loses(
        gazetteer in gazetteer(),
        parts in parts(),
        options in options(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..12),
    ) {
        let text = text_with_names(&gazetteer, &parts);
        let compile = CompileOptions { open: options.matching.open };
        let lexicons = gazetteer.layers().iter().filter_map(|layer| {
            let mut bytes = Lexicon::compile(layer, compile).expect("compiles").to_bytes(&Header::default());
            let head = Header::read(&bytes, bytes.len() as u64).expect("sound").length as usize;
            for (at, value, four) in &flips {
                let at = head + at.index((bytes.len() - head).max(1));
                let end = if *four { at + 4 } else { at + 1 }.min(bytes.len());
                if let Some(bytes) = bytes.get_mut(at..end) {
                    bytes.fill(*value);
                }
            }
            Lexicon::of_bytes(&bytes).ok()
        });
        let stack = Stack::of(lexicons.collect());
        for row in seen(&stack, &text, "fr", &options) {
            prop_assert!(!row.is_empty());
        }
    }
}

#[test]
fn files_and_flat_layers_are_equal_to_stacks() {
    all_forms_find_the_same();
    // A test that compares nothing proves nothing.
    let rows = ROWS.load(std::sync::atomic::Ordering::Relaxed);
    assert!(rows > 3_000, "only {rows} mentions were compared");
}

#[test]
fn a_damaged_file_is_survived() {
    damage_only_loses();
}
