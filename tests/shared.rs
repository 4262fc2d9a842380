//! The article and the cases that are kept beside the package: an independent view of what must be found.
//!
//! Where they are missing the tests say so and pass.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::support::{Found, builtin, mentions, shared};

/// The kinds of which nothing may be found that is not expected.
const NAMES: &[&str] = &["person", "organization", "place"];

fn article() -> Option<String> {
    let folder = shared("seeds")?;
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let file = files.into_iter().find(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("000_")));
    Some(std::fs::read_to_string(file.expect("the article is among the seeds")).unwrap())
}

/// Mentions that have a name as surface, whatever its normal form.
fn with_surface<'a>(found: &'a [Found], surface: &str) -> Vec<&'a Found> {
    let surface: String = surface.nfc().collect();
    found.iter().filter(|m| m.surface.nfc().eq(surface.chars())).collect()
}

#[test]
fn the_article_date_and_title() {
    let Some(text) = article() else { return };
    let (date, title) = gazetier::text::dated_first_line(&text).expect("a dated first line");
    assert_eq!(date, "2025-10-28");
    assert_eq!(title, "Le chef du PCV assiste à une table ronde sur les technologies avancées à Londres");
}

#[test]
fn the_article() {
    let Some(text) = article() else { return };
    expect_article(&mentions(builtin(), &text, ""));
}

#[test]
fn the_article_decomposed() {
    let Some(text) = article() else { return };
    let decomposed: String = text.nfd().collect();
    assert_ne!(text, decomposed);
    let (composed, found) = (mentions(builtin(), &text, ""), mentions(builtin(), &decomposed, ""));
    expect_article(&found);
    let view = |found: &[Found]| -> Vec<(String, String, String)> {
        found.iter().map(|m| (m.surface.nfc().collect(), m.kind.clone(), m.id.clone())).collect()
    };
    assert_eq!(view(&found), view(&composed));
    for mention in &found {
        let chars: String = decomposed.chars().skip(mention.chars.0).take(mention.chars.1 - mention.chars.0).collect();
        assert_eq!(chars, mention.surface);
        assert_eq!(&decomposed[mention.bytes.0..mention.bytes.1], mention.surface);
    }
}

fn expect_article(found: &[Found]) {
    // Surface, kind, how often; surfaces of one group share an entity, those of different groups do not.
    let groups: &[&[(&str, &str, usize)]] = &[
        &[("Tô Lâm", "person", 2)],
        &[("PCV", "organization", 4), ("Parti communiste du Vietnam", "organization", 1)],
        &[("Boston Global Forum", "organization", 1)],
        &[("VNA", "organization", 1)],
        &[("CVN", "organization", 1)],
        &[("Londres", "place", 2)],
        &[("Royaume-Uni", "place", 1)],
        &[("Vietnam", "place", 6)],
        &[("intelligence artificielle", "theme", 2), ("IA", "theme", 4)],
        &[("transformation numérique", "theme", 1)],
    ];
    let mut faults = Vec::new();
    let mut expected: Vec<String> = Vec::new();
    for group in groups {
        let mut ids = BTreeSet::new();
        for (surface, kind, count) in *group {
            let here = with_surface(found, surface);
            expected.push(surface.nfc().collect());
            let kinds: BTreeSet<&str> = here.iter().map(|m| m.kind.as_str()).collect();
            if here.len() != *count || kinds.len() != 1 || !kinds.contains(kind) {
                faults.push(format!("{surface}: {} mentions as {kinds:?}, not {count} as {kind}", here.len()));
            }
            ids.extend(here.iter().map(|m| m.id.as_str()));
        }
        if ids.len() != 1 {
            faults.push(format!("{group:?}: entities {ids:?}"));
        }
    }
    for mention in found.iter().filter(|m| NAMES.contains(&m.kind.as_str())) {
        if !expected.contains(&mention.surface.nfc().collect()) {
            faults.push(format!("{} ({}, {}) is not in the article", mention.surface, mention.kind, mention.id));
        }
    }
    // The country inside the party's name is no mention of its own.
    let party = with_surface(found, "Parti communiste du Vietnam");
    for country in with_surface(found, "Vietnam") {
        if party.iter().any(|p| p.bytes.0 <= country.bytes.0 && country.bytes.1 <= p.bytes.1) {
            faults.push("Vietnam inside the party's name".to_owned());
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// How many of the cases must be right.
const RIGHT_AT_LEAST: usize = 29;

#[test]
fn surface_forms() {
    let Some(path) = shared("cases/surface-forms.jsonl") else { return };
    let (mut right, mut all, mut report) = (0, 0, String::new());
    for line in std::fs::read_to_string(path).unwrap().lines().filter(|line| !line.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap();
        let wanted: BTreeSet<(usize, usize, String)> = case["entities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| {
                let at = |key: &str| e[key].as_u64().unwrap() as usize;
                (at("start"), at("end"), e["kind"].as_str().unwrap().to_owned())
            })
            .collect();
        let found: BTreeSet<(usize, usize, String)> = mentions(builtin(), text, "")
            .into_iter()
            .map(|m| (m.chars.0, m.chars.1, m.kind))
            .filter(|m| NAMES.contains(&m.2.as_str()) || m.2 == "theme" && wanted.contains(m))
            .collect();
        all += 1;
        if found == wanted {
            right += 1;
            continue;
        }
        let show = |set: Vec<&(usize, usize, String)>| -> String {
            let slice = |m: &&(usize, usize, String)| {
                let surface: String = text.chars().skip(m.0).take(m.1 - m.0).collect();
                format!("{surface} ({}-{} {})", m.0, m.1, m.2)
            };
            if set.is_empty() { "nothing".into() } else { set.iter().map(slice).collect::<Vec<_>>().join(", ") }
        };
        let missing = show(wanted.difference(&found).collect());
        let surplus = show(found.difference(&wanted).collect());
        report
            .push_str(&format!("{}: {text}\n    missing {missing}; surplus {surplus}\n", case["id"].as_str().unwrap()));
    }
    eprintln!("{right} of {all} surface forms are right\n{report}");
    assert!(right >= RIGHT_AT_LEAST, "{right} of {all} surface forms are right\n{report}");
}
