//! Costs that are promises: `cargo test --release --lib measure -- --ignored --nocapture --test-threads 1`.

use std::io::Write;
use std::time::Instant;

use super::journal::RunIdentity;
use super::*;
use crate::gazetteer::{Entity, Gazetteer, Layer, Name, NameRole};
use crate::lexicon::{EntityId, NameId};
use crate::resolve::{Extraction, Mention};
use crate::text::{Document, Span};

const NAME: usize = 14;

fn stack(entities: usize) -> Stack {
    let mut layer = Layer::default();
    for i in 0..entities {
        let name = format!("Tô Lâm {i:05}");
        layer.entities.push(Entity {
            id: format!("gz:person/to-lam-{:05}", i * 7919 % entities),
            kind: "person".into(),
            name: name.clone(),
            names: vec![Name { text: name, lang: None, role: NameRole::Canonical, policy: None, prior: None }],
            outside: vec![format!("wikidata:Q{}", 1_000_000 + i), format!("geonames:{i}")],
            ..Entity::default()
        });
    }
    Stack::build(&Gazetteer::from_layer(layer)).expect("a layer of short names compiles")
}

/// A document of about 100 bytes a mention, with the entities whose numbers are given.
fn document<'a>(stack: &Stack, number: usize, entities: impl Iterator<Item = u32>) -> (Document<'a>, Extraction) {
    let kind = stack.kind_named("person").expect("the kind of every entity");
    let (mut text, mut extraction) = (String::new(), Extraction::default());
    for (i, index) in entities.enumerate() {
        let name = format!("Tô Lâm {index:05}");
        let (start, chars) = (text.len() as u32, (i * 94) as u32);
        text.push_str(&name);
        text.push_str(", quelques mots qui suivent le nom et qui ne disent rien de plus que le reste. ");
        extraction.entities.push(i as u32);
        extraction.salience.push(1 + index % 97);
        extraction.mentions.push(Mention {
            span: Span::new(start, start + name.len() as u32),
            chars: Span::new(chars, chars + name.chars().count() as u32),
            kind,
            entity: Some(EntityId { layer: 0, index }),
            name: Some(NameId { layer: 0, index }),
            score: 0.87,
            rule: "exact",
            sentence: i as u32 / 2,
            parent: None,
            antecedent: None,
            role: None,
            title: None,
        });
    }
    debug_assert!(extraction.mentions.iter().all(|mention| mention.span.len() as usize >= NAME));
    (Document::new(format!("corpus/2025/article-{number:06}.txt"), text), extraction)
}

/// Numbers that look random and are the same everywhere.
fn random(state: &mut u64) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as u32
}

fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error takes a line");
}

#[test]
#[ignore = "a measurement of the release build"]
fn a_mention_row_costs_less_than_250_ns() {
    let stack = stack(20_000);
    let mut state = 1;
    // Few entities are named often and many seldom, as Zipf has it.
    let mut draw = || 20_000f64.powf(f64::from(random(&mut state)) / f64::from(1u32 << 31)) as u32 - 1;
    let documents: Vec<_> = (0..6_250)
        .map(|i| {
            let mut entities: Vec<u32> = (0..40).map(|_| draw()).collect();
            entities.sort_unstable();
            entities.dedup();
            document(&stack, i, entities.into_iter())
        })
        .collect();
    let rows: u64 = documents.iter().map(|document| document.1.mentions.len() as u64).sum();
    for (what, tables) in [("mentions", &[Table::Mentions][..]), ("all tables", TABLES)] {
        for format in FORMATS {
            let mut plan = RunPlan::new(&stack, tables);
            plan.format = *format;
            let mut encoder = BatchEncoder::new(&plan);
            // The best of some rounds, batch by batch: other work on the machine comes in bursts.
            let mut best = vec![f64::MAX; documents.len() / 250];
            let mut bytes = 0;
            for _ in 0..15 {
                bytes = 0;
                for (batch, best) in documents.chunks(250).zip(&mut best) {
                    let start = Instant::now();
                    for (document, extraction) in batch {
                        encoder.document(document, extraction).expect("memory takes every row");
                    }
                    let output = encoder.take();
                    bytes += output.rows(Table::Mentions).len();
                    encoder.reuse(output);
                    *best = best.min(start.elapsed().as_secs_f64());
                }
            }
            let best: f64 = best.iter().sum();
            let cost = best * 1e9 / rows as f64;
            say(&format!("{what}, {}: {cost:.0} ns a mention, {} bytes a row", format.name(), bytes as u64 / rows));
            let promised = tables.len() == 1 && format.name() == "csv" && !cfg!(debug_assertions);
            assert!(cost < 250.0 || !promised, "{cost} ns");
        }
    }
}

#[test]
#[ignore = "a measurement of the release build"]
fn millions_of_pairs_keep_to_the_memory() {
    let stack = stack(50_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plan = RunPlan::new(&stack, &[Table::Entities, Table::Cooccurrences]);
    let mut sink = FolderSink::create(plan.clone(), folder.path(), &RunIdentity::default()).expect("our folder");
    let (mut encoder, mut state) = (BatchEncoder::new(&plan), 1);
    let start = Instant::now();
    for batch in 0..160 {
        for i in 0..50 {
            let mut entities: Vec<u32> = (0..64).map(|_| random(&mut state) % 50_000).collect();
            entities.sort_unstable();
            entities.dedup();
            let (document, extraction) = document(&stack, batch * 50 + i, entities.into_iter());
            encoder.document(&document, &extraction).expect("memory takes every row");
        }
        let output = encoder.take();
        sink.batch(&output).expect("room on the disk");
        encoder.reuse(output);
    }
    let read = start.elapsed();
    let counts = Box::new(sink).finish(RunInfo::default()).expect("room on the disk");
    let pairs = counts.rows[Table::Cooccurrences as usize];
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    say(&format!("{pairs} pairs, {read:?} to take in, {:?} in all, {peak}", start.elapsed()));
    let kilobytes: u64 = peak.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
    assert!(pairs > 5_000_000 && kilobytes < 400 << 10);
}
