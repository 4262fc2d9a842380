//! `gazetier import`: other people's data into a gazetteer.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

use super::Outcome;
use super::args::{ImportArgs, size};
use super::report::Report;
use super::setup;
use crate::error::Problem;
use crate::gazetteer::compiled::{Header, is_compiled};
use crate::gazetteer::import::{Job, Observer, Options, Progress, Summary, formats, import};
use crate::gazetteer::{Gazetteer, ReadOptions};
use crate::lexicon::{CompileOptions, Lexicon};

pub(super) fn run(args: &ImportArgs) -> Result<Outcome> {
    if args.list {
        return list();
    }
    let Some(out) = &args.out else { bail!("no output, name it with -o FILE") };
    let job =
        Job { format: args.from.clone(), files: args.files.clone(), with: args.with.clone(), options: options(args)? };
    let mut watch = Watch { report: Report::new(args.quiet), stop: setup::stop_flag() };
    let done =
        if is_compiled(out) { compiled(args, &job, out, &mut watch) } else { plain(args, &job, out, &mut watch) };
    let Watch { mut report, stop } = watch;
    report.end_progress();
    report.end_problems("");
    let summary = match done {
        Err(_) if stop.load(Ordering::Relaxed) => {
            report.line("stopped: nothing is written");
            return Ok(Outcome::Stopped);
        }
        other => other?,
    };
    for (reason, count) in &summary.notes {
        report.line(&format!("{count} {reason}"));
    }
    report.line(&format!(
        "{} entities, {} names from {} rows, {} problems: {}",
        summary.entities,
        summary.names,
        summary.rows,
        summary.problems,
        out.display()
    ));
    Ok(if summary.problems > 0 { Outcome::Findings } else { Outcome::Done })
}

/// The formats, on standard output.
fn list() -> Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let width = formats().map(|format| format.name.len()).max().unwrap_or(0);
    for format in formats() {
        writeln!(out, "{:width$}  {}", format.name, format.about)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn options(args: &ImportArgs) -> Result<Options> {
    let pair = |text: &String| -> Result<(String, String)> {
        let (own, theirs) = text.split_once('=').with_context(|| format!("--map takes OURS=THEIRS, not `{text}`"))?;
        if own.trim().is_empty() || theirs.trim().is_empty() {
            bail!("--map takes OURS=THEIRS, not `{text}`");
        }
        Ok((own.trim().to_owned(), theirs.trim().to_owned()))
    };
    let class = |text: &String| match text.split_once('=') {
        Some((class, kind)) => (class.trim().to_owned(), Some(kind.trim().to_owned())),
        None => (text.trim().to_owned(), None),
    };
    if let Some(text) = args.class.iter().find(|text| text.split('=').any(|part| part.trim().is_empty())) {
        bail!("--class takes CLASS or CLASS=KIND, not `{text}`");
    }
    let separator = args.separator.as_deref().map(|text| if text == "\\t" { "\t" } else { text });
    if separator == Some("") {
        bail!("--separator takes one character or more");
    }
    Ok(Options {
        languages: args.lang.iter().map(|tag| tag.trim().to_lowercase().replace('_', "-")).collect(),
        kind: args.kind.clone(),
        classes: args.class.iter().map(class).collect(),
        min_population: args.min_population,
        features: args.feature_class.clone(),
        map: args.map.iter().map(pair).collect::<Result<_>>()?,
        separator: separator.map(str::to_owned),
        policy: args.policy.map(Into::into),
        memory: usize::try_from(size(&args.memory)?).unwrap_or(usize::MAX),
    })
}

fn plain(args: &ImportArgs, job: &Job, out: &Path, watch: &mut Watch) -> Result<Summary> {
    Ok(import(job, out, args.long, watch)?)
}

/// Imports into a temporary file with all there is to say, and compiles that.
fn compiled(args: &ImportArgs, job: &Job, out: &Path, watch: &mut Watch) -> Result<Summary> {
    if args.long {
        bail!("the long form is a table, not a compiled gazetteer");
    }
    if let Some(path) = args.files.iter().chain(&args.with).find(|path| is_same(path, out)) {
        bail!("the output is an input as well `{}`", path.display());
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(folder).with_context(|| folder.display().to_string())?;
    let table: PathBuf = scratch.path().join("import.jsonl");
    let summary = import(job, &table, false, watch)?;
    watch.report.step("compiling");
    let mut layers = Gazetteer::read_with(&table, ReadOptions::default())?.into_layers();
    let mut layer = layers.pop().context("no gazetteer")?;
    // The temporary file's name is nobody's business, and would differ from run to run.
    let label = out.with_extension("jsonl").file_name().unwrap_or_default().to_string_lossy().into_owned();
    layer.label.clone_from(&label);
    layer.files = vec![label.clone()];
    let made = format!("gazetier {}, boundary word", env!("CARGO_PKG_VERSION"));
    let header = Header { hash: layer.hash.clone(), label, made, ..Header::default() };
    let lexicon = Lexicon::compile_owned(layer, CompileOptions::default())?;
    for problem in lexicon.problems() {
        watch.report.problem(problem);
    }
    lexicon.write(out, &header)?;
    Ok(summary)
}

fn is_same(path: &Path, out: &Path) -> bool {
    matches!((path.canonicalize(), out.canonicalize()), (Ok(path), Ok(out)) if path == out)
}

/// Shows what happens, and stops when asked to.
struct Watch {
    report: Report,
    stop: Arc<AtomicBool>,
}

impl Observer for Watch {
    fn problem(&mut self, problem: &Problem) {
        self.report.problem(problem);
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        let Progress { step, bytes, size, rows } = *progress;
        let share = size.filter(|size| *size > 0).map(|size| format!(" ({:.0} %)", 100.0 * bytes as f64 / size as f64));
        let read = if bytes > 0 { format!(", {:.1} MB", bytes as f64 / 1e6) } else { String::new() };
        self.report.step(&format!("{step}{read}{}, {rows} rows", share.unwrap_or_default()));
    }

    fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }
}
