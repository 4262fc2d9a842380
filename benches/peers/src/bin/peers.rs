//! Gazetier and its peers on the documents and names of a benchmark folder.
//!
//! ```text
//! peers FOLDER [--sizes 100,10k,100k,1m] [--engines WORD,…] [--threads 1,2] [--rounds 5] [--train FILE] [--records FILE.csv]
//! ```
//!
//! Exit code 1: an engine does not find what it must.

use std::collections::HashSet;
use std::process::ExitCode;

use gazetier_harness::Result;
use gazetier_harness::arguments::{Arguments, exit};
use gazetier_harness::corpus::{self, Text};
use gazetier_harness::naive::{Sample, around};
use gazetier_harness::record::{Record, Row};
use gazetier_harness::rounds::{self, Built};
use gazetier_peers::engines::{Input, KINDS, Kind, Work};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<()> {
    let arguments = Arguments::read()?;
    let documents = corpus::documents(&arguments.folder.join("corpus.jsonl"))?;
    let all: Vec<&Text> = documents.iter().collect();
    let other = arguments.train.as_deref().map(corpus::documents).transpose()?;
    // Without other text to train on: train on the odd documents, measure on the even ones.
    let (training, trained): (Vec<&Text>, Vec<&Text>) = match &other {
        Some(other) => (other.iter().collect(), all.clone()),
        None => (all.iter().skip(1).step_by(2).copied().collect(), all.iter().step_by(2).copied().collect()),
    };
    let how = if other.is_some() { "other text" } else { "the odd documents, measured on the even ones" };
    println!("{} documents, {} bytes; trained on {how}\n", all.len(), corpus::bytes(&all));
    let mut record = Record::open(arguments.records.as_deref())?;
    for size in &arguments.sizes {
        let names = corpus::names(&arguments.folder.join(format!("names-{size}.txt")))?;
        let gazetteer = arguments.folder.join(format!("names-{size}.csv"));
        let input = Input { names: &names, gazetteer: &gazetteer, training: &training };
        let kinds: Vec<&Kind> = KINDS.iter().filter(|k| arguments.wants(k.name) && names.len() <= k.most).collect();
        let mut built = Vec::new();
        for kind in &kinds {
            built.push(Built::new(kind.name, kind.version(), || (kind.build)(&input))?);
        }
        let expected = check(&kinds, &built, &names, &all, &trained)?;
        let engines: Vec<(&Built, &[&Text], u64)> = (kinds.iter().zip(&built).zip(&expected))
            .map(|((kind, built), expected)| {
                (built, if kind.work == Work::Trained { &trained[..] } else { &all[..] }, *expected)
            })
            .collect();
        for &threads in &arguments.threads {
            let measured = rounds::measure(&engines, threads, arguments.rounds)?;
            for ((built, documents, _), measured) in engines.iter().zip(&measured) {
                let text_bytes = corpus::bytes(documents);
                record.add(&Row { part: "peers", names: names.len(), threads, text_bytes, built, measured })?;
            }
        }
        println!();
    }
    Ok(())
}

/// The number of matches each engine must find in each pass.
///
/// # Errors
/// Engines that do the same work disagree, or one of them does not find what a slow search finds in a sample.
fn check(kinds: &[&Kind], built: &[Built], names: &[String], all: &[&Text], trained: &[&Text]) -> Result<Vec<u64>> {
    let sample = Sample::new(all, names);
    let known_letters: HashSet<String> = names.iter().map(|name| letters(name)).collect();
    let reference = kinds.iter().zip(built).find(|(kind, _)| kind.work == Work::Raw).map(|(_, built)| built);
    let raw = reference.map(|built| rounds::fingerprint(&*built.engine, all));
    let part = reference.map(|built| rounds::fingerprint(&*built.engine, trained));
    let mut expected = Vec::new();
    for (kind, built) in kinds.iter().zip(built) {
        let engine = &*built.engine;
        let agree = |found: (u64, u64), wanted: Option<(u64, u64)>| match wanted {
            Some(wanted) if wanted != found => Err(format!(
                "{}: {} matches, another engine {}, or not at the same places",
                kind.name, found.0, wanted.0
            )),
            _ => Ok(found.0),
        };
        expected.push(match kind.work {
            Work::Raw => agree(rounds::fingerprint(engine, all), raw)?,
            Work::Trained => agree(rounds::fingerprint(engine, trained), part)?,
            Work::WordBounded => {
                let mut searcher = engine.searcher();
                for (document, plain) in sample.iter() {
                    let mut found = Vec::new();
                    searcher.spans(document, &mut found);
                    if found != plain {
                        return Err(differs(kind, document, &found, plain).into());
                    }
                }
                rounds::fingerprint(engine, all).0
            }
            Work::Folded | Work::Gazetier => {
                let mut searcher = engine.searcher();
                let (mut counted, mut seen, mut wanted, mut missed) = (0, 0, 0, Vec::new());
                for (document, plain) in sample.iter() {
                    let mut found = Vec::new();
                    searcher.spans(document, &mut found);
                    counted += searcher.count(document);
                    seen += found.len() as u64;
                    if !kind.name.contains("built-in") {
                        let stranger =
                            found.iter().find(|s| !known_letters.contains(&letters(&document.text[s.0..s.1])));
                        if let Some(&(start, end)) = stranger {
                            return Err(format!("{}: `{}` is no name", kind.name, &document.text[start..end]).into());
                        }
                    }
                    wanted += plain.len();
                    // A longer folded match may hide an exact one; nothing hides one from Gazetier, which keeps every
                    // overlap here.
                    let known: HashSet<(usize, usize)> = found.iter().copied().collect();
                    let hidden =
                        |s: (usize, usize)| kind.work == Work::Folded && found.iter().any(|f| f.0 < s.1 && s.0 < f.1);
                    let lost = plain.iter().filter(|s| !known.contains(s) && !hidden(**s));
                    missed.extend(lost.map(|s| around(&document.text, *s)));
                }
                if counted < seen {
                    return Err(format!("{}: {counted} counted, {seen} shown", kind.name).into());
                }
                // A folded match that ends inside a word is thrown away, and with it the shorter name that it covers.
                let allowed = if kind.work == Work::Folded { wanted / 20 } else { 0 };
                if missed.len() > allowed {
                    return Err(format!("{}: {} of {wanted} missed: {missed:?}", kind.name, missed.len()).into());
                }
                let mut searcher = engine.searcher();
                all.iter().map(|document| searcher.count(document)).sum()
            }
        });
    }
    Ok(expected)
}

/// The letters and digits of a text, without marks, small.
fn letters(text: &str) -> String {
    let small = text.nfkd().flat_map(char::to_lowercase);
    small.nfkd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric()).collect()
}

fn differs(kind: &Kind, document: &Text, found: &[(usize, usize)], plain: &[(usize, usize)]) -> String {
    let show =
        |spans: &[(usize, usize)]| spans.iter().map(|s| &document.text[s.0..s.1]).collect::<Vec<_>>().join(" | ");
    format!("{}: found {}\nbut a slow search {}", kind.name, show(found), show(plain))
}
