//! flashtext2 on the documents and names of a benchmark folder; arguments and output as those of `peers`.
//!
//! Exit code 1: it does not find what it must.

use std::collections::HashSet;
use std::process::ExitCode;

use flashtext2::{case_insensitive, case_sensitive};
use gazetier_harness::Result;
use gazetier_harness::arguments::{Arguments, exit};
use gazetier_harness::corpus::{self, Text};
use gazetier_harness::naive::{Sample, around};
use gazetier_harness::record::{Record, Row, version};
use gazetier_harness::rounds::{self, Built, Engine, Searcher};

macro_rules! engine {
    ($name:ident, $kind:ident) => {
        struct $name($kind::KeywordProcessor);

        impl $name {
            fn build(names: &[String]) -> Result<Box<dyn Engine>> {
                let mut processor = $kind::KeywordProcessor::new();
                processor.add_keywords_from_iter(names);
                Ok(Box::new(Self(processor)))
            }
        }

        impl Engine for $name {
            fn searcher(&self) -> Box<dyn Searcher + '_> {
                Box::new(self)
            }
        }

        impl Searcher for &$name {
            fn count(&mut self, document: &Text) -> u64 {
                self.0.extract_keywords_with_span(&document.text).count() as u64
            }

            fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>) {
                out.extend(self.0.extract_keywords_with_span(&document.text).map(|(_, start, end)| (start, end)));
            }
        }
    };
}

engine!(Cased, case_sensitive);
engine!(Caseless, case_insensitive);

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<()> {
    let arguments = Arguments::read()?;
    let documents = corpus::documents(&arguments.folder.join("corpus.jsonl"))?;
    let all: Vec<&Text> = documents.iter().collect();
    let version = version(include_str!("../Cargo.lock"), "flashtext2");
    let mut record = Record::open(arguments.records.as_deref())?;
    for size in &arguments.sizes {
        let names = corpus::names(&arguments.folder.join(format!("names-{size}.txt")))?;
        let mut built = Vec::new();
        for (name, build) in
            [("flashtext2", Cased::build as fn(&[String]) -> _), ("flashtext2 caseless", Caseless::build)]
        {
            if arguments.wants(name) {
                built.push(Built::new(name, version.clone(), || build(&names))?);
            }
        }
        let sample = Sample::new(&all, &names);
        for built in &built {
            check(built, &sample, &names)?;
        }
        let engines: Vec<(&Built, &[&Text], u64)> =
            built.iter().map(|built| (built, &all[..], rounds::fingerprint(&*built.engine, &all).0)).collect();
        for &threads in &arguments.threads {
            let measured = rounds::measure(&engines, threads, arguments.rounds)?;
            for ((built, documents, _), measured) in engines.iter().zip(&measured) {
                let text_bytes = corpus::bytes(documents);
                record.add(&Row { part: "peers-gpl", names: names.len(), threads, text_bytes, built, measured })?;
            }
        }
        println!();
    }
    Ok(())
}

/// Every match is a name but for case, and nine tenths of what a slow search finds lie in a match: its words keep
/// elisions whole, so that it cannot find all.
fn check(built: &Built, sample: &Sample<'_>, names: &[String]) -> Result<()> {
    let small: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let (mut wanted, mut missed) = (0, Vec::new());
    let mut searcher = built.engine.searcher();
    for (document, plain) in sample.iter() {
        let mut found = Vec::new();
        searcher.spans(document, &mut found);
        if let Some(&(start, end)) = found.iter().find(|s| !small.contains(&document.text[s.0..s.1].to_lowercase())) {
            return Err(format!("{}: `{}` is no name", built.name, &document.text[start..end]).into());
        }
        wanted += plain.len();
        let lost = plain.iter().filter(|s| !found.iter().any(|f| f.0 < s.1 && s.0 < f.1));
        missed.extend(lost.map(|s| around(&document.text, *s)));
    }
    if missed.len() > wanted / 10 {
        return Err(format!("{}: {} of {wanted} missed: {missed:?}", built.name, missed.len()).into());
    }
    Ok(())
}
