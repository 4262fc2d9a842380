//! What the verbs that look for names have in common: from flags to a gazetteer and an extractor.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::args::{BoundaryArg, FindArgs, GazetteerArgs};
use super::report::Report;
use crate::Extractor;
use crate::gazetteer::{Gazetteer, MatchPolicy, ReadOptions};
use crate::matcher::{MatchOptions, Overlaps};
use crate::resolve::ResolveOptions;
use crate::text::Language;

/// A table must not take the place of what it is made from.
pub(super) fn refuse_to_overwrite<'a>(out: &Path, read: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let Ok(real) = out.canonicalize() else { return Ok(()) };
    for path in read {
        if real.is_file() && path.canonicalize().is_ok_and(|path| path == real) {
            bail!("the output is an input as well `{}`", out.display());
        }
    }
    Ok(())
}

/// Writes figures to a file, or to standard output.
pub(super) fn write_figures(figures: &str, out: Option<&Path>) -> Result<()> {
    match out {
        Some(path) => std::fs::write(path, figures).with_context(|| path.display().to_string())?,
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(figures.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(())
}

/// The word for the built-in gazetteers where a gazetteer is asked for.
const BUILTIN: &str = "builtin";

/// A gazetteer as rows: a file or folder, or `builtin` where nothing else has that name.
pub(super) fn read(path: &Path, lenient: bool) -> crate::Result<Gazetteer> {
    if path.as_os_str() == BUILTIN && !path.exists() {
        return Ok(Gazetteer::builtin_rows());
    }
    Gazetteer::read_with(path, ReadOptions { lenient })
}

/// The gazetteers of a run, stacked, and how long each layer took to read.
pub(super) fn gazetteer(args: &GazetteerArgs, report: &mut Report) -> Result<(Gazetteer, Vec<Duration>)> {
    let begun = Instant::now();
    let mut gazetteer = if args.no_builtin { Gazetteer::empty() } else { Gazetteer::builtin() };
    let mut times = Vec::new();
    if !args.no_builtin {
        times.push(begun.elapsed());
    }
    let mut errors = Vec::new();
    for path in &args.paths {
        let begun = Instant::now();
        match Gazetteer::read_with(path, ReadOptions { lenient: args.lenient }) {
            Ok(layer) => {
                times.push(begun.elapsed());
                gazetteer = gazetteer.layer(layer)?;
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    if !errors.is_empty() {
        bail!("{}", errors.join("\n"));
    }
    if gazetteer.layers().is_empty() {
        bail!("no gazetteer: give one with `--gazetteer`, or leave out `--no-builtin`");
    }
    for layer in gazetteer.layers() {
        for problem in &layer.problems {
            report.problem(problem);
        }
        if layer.skipped > 0 {
            report.line(&format!("{}: {} bad rows skipped", layer.label, layer.skipped));
        }
    }
    Ok((gazetteer, times))
}

/// The language of a flag; `None` for `auto`.
pub(super) fn language(tag: &str) -> Result<Option<Language>> {
    if tag == "auto" {
        return Ok(None);
    }
    let language = Language::of_tag(tag);
    // Primary subtags in use have two or three letters; `francais` is a slip.
    if (language == Language::UND && tag != "und") || language.as_str().len() > 3 {
        bail!("not a language, such as fr, vi or en `{tag}`");
    }
    Ok(Some(language))
}

/// The gazetteers compiled for the flags.
pub(super) fn extractor(
    args: &FindArgs,
    how: &GazetteerArgs,
    gazetteer: Gazetteer,
    report: &mut Report,
) -> Result<Extractor> {
    if !(0.0..=1.0).contains(&args.min_score) {
        bail!("a score lies between 0 and 1, not at `{}`", args.min_score);
    }
    let options = ResolveOptions {
        matching: MatchOptions { policy: args.policy.map(Into::into), open: args.boundary == BoundaryArg::None },
        overlaps: args.overlaps.into(),
        resolve: !args.no_resolve,
        nested: args.nested,
        min_score: args.min_score,
        ..ResolveOptions::default()
    };
    let gazetteer = if how.lexicon_memory { gazetteer.in_memory() } else { gazetteer };
    let mut extractor = Extractor::of_gazetteer(gazetteer, options)?;
    if how.verify {
        extractor.stack().verify()?;
    }
    for problem in extractor.stack().problems() {
        report.problem(problem);
    }
    report.end_problems(" (see `gazetier lint`)");
    if let Some(language) = language(&args.lang)? {
        extractor = extractor.in_language(language);
    }
    if !args.kind.is_empty() {
        for kind in &args.kind {
            if extractor.stack().kind_named(kind).is_none() {
                bail!("no gazetteer lists a kind `{kind}`");
            }
        }
        extractor = extractor.only_kinds(args.kind.iter().map(String::as_str));
    }
    Ok(extractor)
}

impl FindArgs {
    /// The flags as the manifest of a run lists them.
    pub(super) fn as_json(&self) -> Map<String, Value> {
        let options = json!({
            "kind": self.kind,
            "lang": self.lang,
            "overlaps": format!("{:?}", Overlaps::from(self.overlaps)).to_lowercase(),
            "nested": self.nested,
            "match": self.policy.map(|policy| MatchPolicy::from(policy).as_str()),
            "boundary": if self.boundary == BoundaryArg::None { "none" } else { "word" },
            "resolve": !self.no_resolve,
            "unlisted": false,
            "min_score": self.min_score,
        });
        match options {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

/// A flag that becomes true when the user interrupts the run.
pub(super) fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // A second signal ends the process at once, as does a signal where no handler can be set.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    stop
}
