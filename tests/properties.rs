//! What holds for any text whatever, over the built-in gazetteers.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use gazetier::resolve::Extraction;
use gazetier::{Document, Gazetteer};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::support::builtin;

/// `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Every tenth name of the built-in gazetteers.
fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let gazetteer = Gazetteer::builtin_rows();
        let names = gazetteer.layers().iter().flat_map(|layer| &layer.entities).flat_map(|entity| &entity.names);
        names.step_by(10).map(|name| name.text.to_string()).collect()
    })
}

const JOINTS: &[&str] = &[
    " ", " ", " ", "", "-", "’", ", ", ". ", "! ", "\n", "\n\n", "\r\n", " (", ") ", "\u{A0}", "\u{200B}", "/", "…",
    "\u{301}", "\0", " Mme ", " ông ", " Mr ", " TP. ",
];

fn piece() -> impl Strategy<Value = String> {
    let name = || any::<prop::sample::Index>().prop_map(|index| index.get(names()).clone());
    prop_oneof![
        4 => name(),
        1 => name().prop_map(|name| name.to_uppercase()),
        1 => name().prop_map(|name| name.to_lowercase()),
        1 => name().prop_map(|name| name.nfd().collect()),
        1 => name().prop_map(|name| name.nfd().filter(|c| c.is_ascii()).collect()),
        1 => name().prop_map(|name| name.chars().take(4).collect()),
        2 => any::<String>(),
        2 => "[A-ZÀ-Ỹ]{2,6}",
        2 => "\\PC{0,12}",
        1 => "[a-zà-ỹ ,.]{0,30}",
        1 => "[\\p{Mn}\\p{Han}\\p{Hangul}\\p{Thai}\\p{Arabic}]{0,8}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec((piece(), prop::sample::select(JOINTS)), 0..14)
        .prop_map(|parts| parts.into_iter().flat_map(|(piece, joint)| [piece, joint.to_owned()]).collect())
}

fn language() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "fr", "vi", "en", "und", "de", "zh-Hant"][..])
}

fn extract(text: &str, language: &str) -> Extraction {
    let mut document = Document::new("test", text);
    document.lang = language.into();
    builtin().worker().extract(&document).clone()
}

static MENTIONS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn offsets_slice_the_text() {
    offsets_hold();
    // A test that looks at nothing proves nothing.
    let (mentions, cases) = (MENTIONS.load(Ordering::Relaxed), config().cases as usize);
    assert!(mentions > cases, "only {mentions} mentions in {cases} texts");
}

proptest! {
    #![proptest_config(config())]

    fn offsets_hold(text in text(), language in language()) {
        let extraction = extract(&text, language);
        MENTIONS.fetch_add(extraction.mentions.len(), Ordering::Relaxed);
        prop_assert_eq!(extraction.chars, text.chars().count() as u64);
        let mut end = 0;
        for mention in &extraction.mentions {
            let (start, stop) = (mention.span.start as usize, mention.span.end as usize);
            prop_assert!(start < stop && start >= end, "{:?}", mention.span);
            end = stop;
            let surface = text.get(start..stop);
            prop_assert!(surface.is_some(), "{:?} cuts a character", mention.span);
            let (from, to) = (mention.chars.start as usize, mention.chars.end as usize);
            let chars: String = text.chars().skip(from).take(to - from).collect();
            prop_assert_eq!(Some(chars.as_str()), surface);
            prop_assert!((0.0..=1.0).contains(&mention.score), "{}", mention.score);
            prop_assert!(mention.sentence < extraction.sentences);
            for span in [mention.antecedent, mention.title, mention.role].into_iter().flatten() {
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some_and(|s| !s.is_empty()));
            }
        }
    }

    #[test]
    fn shares_add_up(text in text(), language in language()) {
        let extraction = extract(&text, language);
        let whole = if extraction.mentions.is_empty() { 0 } else { 10_000 };
        prop_assert_eq!(extraction.salience.iter().sum::<u32>(), whole);
        prop_assert_eq!(extraction.salience.len(), extraction.entities.len());
        let firsts: Vec<_> = extraction.entities.iter().map(|i| extraction.mentions[*i as usize].entity).collect();
        for mention in &extraction.mentions {
            prop_assert!(firsts.contains(&mention.entity));
        }
        for topic in &extraction.topics {
            prop_assert_eq!(topic.evidence.iter().map(|(_, weight)| *weight).sum::<u32>(), topic.score);
            prop_assert_eq!(topic.evidence.len(), topic.mentions as usize);
            for (chars, _) in &topic.evidence {
                prop_assert!(extraction.mentions.iter().any(|m| m.chars == *chars), "evidence is a mention");
            }
        }
        prop_assert!(extraction.topics.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }

    #[test]
    fn normal_forms_mean_the_same(text in text(), language in language()) {
        let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
        let view = |text: &str| -> Vec<(String, Option<gazetier::lexicon::EntityId>, &'static str)> {
            let extraction = extract(text, language);
            let mentions = extraction.mentions.iter();
            mentions.map(|m| (m.span.of(text).nfc().collect(), m.entity, m.rule)).collect()
        };
        prop_assert_eq!(view(&composed), view(&decomposed));
    }

    /// A worker keeps its buffers, and nothing of the document before.
    #[test]
    fn a_worker_remembers_nothing(texts in prop::collection::vec(text(), 1..4), language in language()) {
        let mut worker = builtin().worker();
        for text in &texts {
            let mut document = Document::new("test", text.as_str());
            document.lang = language.into();
            let again = worker.extract(&document).clone();
            let fresh = extract(text, language);
            prop_assert_eq!(again.mentions, fresh.mentions);
            prop_assert_eq!(again.topics, fresh.topics);
            prop_assert_eq!(again.salience, fresh.salience);
        }
    }
}
