//! How often a one-word name tags ordinary prose wrongly: in prose that is kept beside the package, fewer than one word in
//! three hundred.
//!
//! Of the mentions by one-word names (persons, organizations, places) three hundred a language are drawn by a hash of
//! document and span. Two readers judged each from its snippet alone (`prose-verdicts.csv`); where they disagree it counts
//! as wrong. Verdicts are kept by a hash of snippet, span and kind, so that no text stands here. Where the prose is missing
//! the test says so and passes.
//!
//! `GAZETIER_PROSE=FILE cargo test --test all prose` writes the sample to be judged.

use std::collections::HashMap;
use std::io::Write;

use gazetier::gazetteer::content_hash;
use gazetier::{Document, Extractor, Gazetteer};
use serde_json::{Value, json};

use crate::support::shared;

const VERDICTS: &str = include_str!("prose-verdicts.csv");
const SAMPLE: usize = 300;
const SNIPPET: usize = 80;
const KINDS: [&str; 3] = ["person", "organization", "place"];

struct Hit {
    /// By which hits are drawn.
    draw: String,
    /// By which verdicts are found again.
    key: String,
    shown: Value,
}

fn left(text: &str) -> &str {
    text.char_indices().rev().nth(SNIPPET - 1).map_or(text, |(at, _)| &text[at..])
}

fn right(text: &str) -> &str {
    text.char_indices().nth(SNIPPET).map_or(text, |(at, _)| &text[..at])
}

/// All mentions by one-word names in a language's prose, and how many words that has.
fn hits(extractor: &Extractor, corpus: &str, language: &str) -> (Vec<Hit>, u64) {
    let stack = extractor.stack();
    let mut worker = extractor.worker();
    let (mut hits, mut words) = (Vec::new(), 0);
    for (number, line) in corpus.lines().enumerate() {
        let record: Value = serde_json::from_str(line).expect("a record");
        let text = record["text"].as_str().expect("a text");
        let mut document = Document::new(number.to_string(), text);
        document.lang = language.into();
        let found = worker.extract(&document);
        words += found.words;
        for mention in &found.mentions {
            let kind = stack.kind(mention.kind);
            let surface = mention.span.of(text);
            if !KINDS.contains(&kind) || mention.entity.is_none() || surface.contains([' ', '\u{A0}', '\n', '\t']) {
                continue;
            }
            let (start, end) = (mention.span.start as usize, mention.span.end as usize);
            let (left, right) = (left(&text[..start]), right(&text[end..]));
            let entity = mention.entity.map_or("", |entity| stack.entity(entity).name);
            hits.push(Hit {
                draw: content_hash(&[language.as_bytes(), number.to_string().as_bytes(), start.to_string().as_bytes()]),
                key: content_hash(&[left.as_bytes(), surface.as_bytes(), right.as_bytes(), kind.as_bytes()]),
                shown: json!({"left": left, "surface": surface, "right": right, "kind": kind, "entity": entity}),
            });
        }
    }
    (hits, words)
}

#[test]
fn few_words_of_prose_are_tagged_wrongly() {
    let Some(folder) = shared("corpora/throughput") else { return };
    let verdicts: HashMap<String, bool> = csv::Reader::from_reader(VERDICTS.as_bytes())
        .records()
        .map(|row| row.expect("three cells"))
        .map(|row| (row[0].to_owned(), &row[1] == "right" && &row[2] == "right"))
        .collect();
    let mut to_judge = std::env::var_os("GAZETIER_PROSE").map(|path| std::fs::File::create(path).expect("created"));
    let extractor = Extractor::new(&Gazetteer::builtin()).expect("compiles");
    let mut faults = Vec::new();
    for language in ["fr", "en", "vi"] {
        let corpus = std::fs::read_to_string(folder.join(format!("{language}.jsonl"))).expect("prose");
        let (mut hits, words) = hits(&extractor, &corpus, language);
        let all = hits.len();
        hits.sort_by(|a, b| a.draw.cmp(&b.draw));
        hits.truncate(SAMPLE);
        // Few hits would prove nothing.
        assert_eq!(hits.len(), SAMPLE, "{language}: too few mentions by one word in {words} words");
        for hit in &hits {
            if let Some(file) = &mut to_judge {
                writeln!(file, "{}", json!({"key": hit.key, "lang": language, "hit": hit.shown})).expect("written");
            }
        }
        let judged: Vec<bool> = hits.iter().filter_map(|hit| verdicts.get(&hit.key).copied()).collect();
        let wrong = judged.iter().filter(|right| !**right).count();
        let rate = all as f64 * wrong as f64 / judged.len().max(1) as f64 / words.max(1) as f64;
        eprintln!(
            "{language}: {words} words, {all} mentions by one word, {wrong} of {} judged ones wrong: one word in {:.0}",
            judged.len(),
            1.0 / rate.max(1e-9)
        );
        if judged.len() * 100 < hits.len() * 95 {
            faults.push(format!("{language}: {} of {} hits have verdicts: judge anew", judged.len(), hits.len()));
        } else if rate * 300.0 >= 1.0 {
            faults.push(format!("{language}: one word in {:.0} is tagged wrongly", 1.0 / rate));
        }
    }
    assert!(to_judge.is_some() || faults.is_empty(), "{faults:#?}");
}
