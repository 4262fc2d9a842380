//! `gazetier discover`: names that the gazetteers lack, as rows to accept.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use super::args::DiscoverArgs;
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, setup};
use crate::author::discover::{DiscoverOptions, discover, write};
use crate::corpus::{CorpusOptions, Source};
use crate::gazetteer::replace;
use crate::resolve::ResolveOptions;
use crate::{Error, Extractor};

pub(super) fn run(args: &DiscoverArgs, config: Option<PathBuf>) -> Result<Outcome> {
    let begun = Instant::now();
    let mut report = Report::new(args.quiet);
    if let Some(path) = &config {
        report.line(&format!("using {}", path.display()));
    }
    let out = args.out.as_deref().filter(|out| out.as_os_str() != "-");
    if let Some(out) = out {
        let inputs = Inputs {
            gazetteers: paths(&args.gazetteer.paths),
            corpora: paths(&args.inputs),
            follow: args.follow,
            ..Inputs::default()
        };
        setup::refuse_to_overwrite(out, &inputs)?;
    }
    let (gazetteer, _) = setup::gazetteer(&args.gazetteer, &mut report)?;
    let gazetteer = if args.gazetteer.lexicon_memory { gazetteer.in_memory() } else { gazetteer };
    let mut extractor = Extractor::of_gazetteer(gazetteer, ResolveOptions::default())?;
    if args.gazetteer.verify {
        extractor.stack().verify()?;
    }
    report.end_problems(" (see `gazetier lint`)");
    if let Some(language) = setup::language(&args.lang)? {
        extractor = extractor.in_language(language);
    }
    let corpus = CorpusOptions { follow: args.follow, output: out.map(Path::to_path_buf), ..CorpusOptions::default() };
    let mut source = Source::open(&args.inputs, corpus)?;
    let options = DiscoverOptions {
        threads: args.threads.unwrap_or(0),
        min_mentions: args.min_mentions,
        rows: args.rows,
        candidates: args.max_candidates,
    };
    let stop = setup::stop_flag();
    // Both report, one after the other.
    let shared = std::cell::RefCell::new(report);
    let found = discover(
        &extractor,
        &mut source,
        &options,
        &stop,
        |documents, bytes| shared.borrow().progress(documents, bytes, 0),
        |problem| shared.borrow_mut().problem(problem),
    )?;
    let mut report = shared.into_inner();
    report.end_progress();
    report.end_problems("");
    if found.stopped {
        report.line("stopped: nothing is written");
        return Ok(Outcome::Stopped);
    }
    match out {
        Some(path) => replace(path, |file| write(&found.found, file))?,
        None => {
            let mut stdout = std::io::stdout().lock();
            write(&found.found, &mut stdout)?;
            stdout.flush().map_err(Error::from)?;
        }
    }
    report.line(&format!(
        "{} names in {} documents ({:.1} MB), {:.2} s",
        found.found.len(),
        found.documents,
        found.bytes as f64 / 1e6,
        begun.elapsed().as_secs_f64(),
    ));
    if found.dropped > 0 {
        report.line(&format!("{} rare candidates were let go (see --max-candidates)", found.dropped));
    }
    Ok(if found.errors > 0 { Outcome::Findings } else { Outcome::Done })
}
