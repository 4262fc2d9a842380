//! `gazetier extract`: from flags to a run.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::args::{ExtractArgs, size};
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, setup};
use crate::corpus::{Batch, CorpusOptions, RepeatedIds, Scratch, Source};
use crate::engine::pipeline::{self, End};
use crate::engine::run::journal::RunIdentity;
use crate::engine::run::{
    BatchEncoder, BatchOutput, BatchWorker, Counts, FolderSink, LayerInfo, RunInfo, RunPlan, SingleSink, TableSink,
    UNIT_BYTES, UnitRange, Worked,
};
use crate::export::{Dialect, FORMATS, Format, format_named, format_of_extension};
use crate::table::{Carried, RowOptions, TABLES, Table};
use crate::text::Language;

/// Where tables go.
enum Target {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

pub(super) fn run(args: ExtractArgs, config: Option<PathBuf>) -> Result<Outcome> {
    let begun = Instant::now();
    let mut report = Report::new(args.quiet);
    if let Some(path) = &config {
        report.line(&format!("using {}", path.display()));
    }
    let target = target(args.out.as_deref());
    if let Target::File(path) = &target {
        let inputs = Inputs {
            gazetteers: paths(&args.gazetteer.paths),
            corpora: paths(&args.inputs),
            follow: args.follow,
            ..Inputs::default()
        };
        setup::refuse_to_overwrite(path, &inputs)?;
    }
    let tables = tables(&args.table, matches!(target, Target::Folder(_)))?;
    let format = format(&args, &target)?;
    let (gazetteer, _) = setup::gazetteer(&args.gazetteer, &mut report)?;
    let layers = LayerInfo::of(&gazetteer);
    let extractor = setup::extractor(&args.find, &args.gazetteer, gazetteer, &mut report)?;
    let compiled = begun.elapsed();

    let documents_table = tables.contains(&Table::Documents);
    let output = match &target {
        Target::Stdout => None,
        Target::File(path) | Target::Folder(path) => Some(path.clone()),
    };
    let mut options = CorpusOptions { follow: args.follow, output, carry: documents_table, ..CorpusOptions::default() };
    let threads = match args.threads.unwrap_or(0) {
        0 => pipeline::default_threads(),
        threads => threads,
    };
    if threads == 1 && !documents_table {
        // What one thread reads is still in its nearest cache when it parses and searches it. Where threads wake each
        // other for every batch, larger ones cost less. The first batch says which columns `documents` has: that one
        // must not depend on the number of threads.
        options.batch_bytes /= 4;
    }
    let mut source = Source::open(&args.inputs, options)?;
    let mut first: Option<Batch> = None;
    let mut carried = Carried::default();
    if documents_table && source.may_carry() {
        first = source.next();
        carried = carried_fields(first.as_ref());
    }
    let plan = RunPlan {
        stack: extractor.stack(),
        tables,
        format,
        dialect: if args.excel { Dialect::Excel } else { Dialect::Plain },
        rows: RowOptions {
            name_lang: args.name_lang.as_ref().map(|lang| Language::of_tag(lang).as_str().to_owned()),
            context: args.context,
            with_text: args.with_text,
            carried,
        },
        min_pairs: args.min_pairs,
        memory: size(&args.memory)?,
    };
    let info = run_info(&args, layers, &config);
    let mut sink = sink(&plan, &target, &info)?;

    let stop = setup::stop_flag();
    let mut total = Counts::default();
    let mut in_order = InOrder { ids: RepeatedIds::new(), encoder: BatchEncoder::new(&plan), unit_bytes: 0 };
    let reading = Instant::now();
    let end = pipeline::run(
        threads,
        || Ok(first.take().or_else(|| source.next())),
        || BatchWorker::new(&extractor, &plan),
        |worker, batch: Batch| worker.work(&batch),
        |worked| in_order.take(worked, &mut sink, &mut report, &mut total),
        &stop,
    );
    report.end_progress();
    let end = end?;
    let summary = source.summary();
    let place = if plan.tables.contains(&Table::Errors) { " (see the errors table)" } else { "" };
    report.end_problems(place);
    if end == End::Stopped && !matches!(target, Target::Stdout) {
        sink.stop();
        report.line("stopped: no table has got its final name");
        return Ok(Outcome::Stopped);
    }
    let seconds = reading.elapsed().as_secs_f64();
    let mut info = info;
    info.timing = timing(&args, compiled.as_secs_f64(), seconds, total.bytes);
    let counts = sink.finish(info)?;
    // What the user waited for: the joining of parts as well.
    let seconds = reading.elapsed().as_secs_f64();
    summarise(
        &report,
        &counts,
        &plan,
        &target,
        seconds,
        summary.skipped.iter().filter(|(_, n)| *n > 0).map(|(reason, n)| format!("{n} {}", reason.as_str())),
    );
    if end == End::Stopped {
        return Ok(Outcome::Stopped);
    }
    Ok(if counts.errors > 0 { Outcome::Findings } else { Outcome::Done })
}

/// The side of the run that sees batches in input order.
struct InOrder<'s> {
    ids: RepeatedIds,
    encoder: BatchEncoder<'s>,
    unit_bytes: u64,
}

impl InOrder<'_> {
    fn take(
        &mut self,
        worked: Worked,
        sink: &mut Sink<'_>,
        report: &mut Report,
        total: &mut Counts,
    ) -> crate::Result<()> {
        if let Some(error) = worked.error {
            return Err(error);
        }
        total.add(worked.output.counts());
        for problem in &worked.problems {
            report.problem(problem);
        }
        sink.batch(&worked.output)?;
        let mut repeated = false;
        for id in worked.ids.iter() {
            if let Some(problem) = self.ids.check(id) {
                self.encoder.problem(&problem, id)?;
                report.problem(&problem);
                repeated = true;
            }
        }
        if repeated {
            let output = self.encoder.take();
            total.add(output.counts());
            sink.batch(&output)?;
            self.encoder.reuse(output);
        }
        self.unit_bytes += worked.bytes;
        if self.unit_bytes >= UNIT_BYTES {
            self.unit_bytes = 0;
            sink.end_unit(&UnitRange::default())?;
        }
        report.progress(total.documents, total.bytes, total.mentions);
        worked.reuse();
        Ok(())
    }
}

/// The sinks of this verb.
enum Sink<'s> {
    Folder(Box<FolderSink<'s>>),
    Single(Box<SingleSink<'s>>),
}

impl Sink<'_> {
    fn batch(&mut self, output: &BatchOutput) -> crate::Result<()> {
        match self {
            Sink::Folder(sink) => sink.batch(output),
            Sink::Single(sink) => sink.batch(output),
        }
    }

    fn end_unit(&mut self, range: &UnitRange) -> crate::Result<()> {
        match self {
            Sink::Folder(sink) => sink.end_unit(range),
            Sink::Single(sink) => sink.end_unit(range),
        }
    }

    fn finish(self, info: RunInfo) -> crate::Result<Counts> {
        match self {
            Sink::Folder(sink) => sink.finish(info),
            Sink::Single(sink) => sink.finish(info),
        }
    }

    /// Ends without final names; complete units of a folder stay for a run that takes them up.
    fn stop(self) {
        if let Sink::Folder(sink) = self {
            sink.suspend();
        }
    }
}

/// An existing folder, a path that ends in `/` or has no extension is a folder; `-` is standard output.
fn target(out: Option<&Path>) -> Target {
    let Some(out) = out else { return Target::Stdout };
    if out.as_os_str() == "-" {
        return Target::Stdout;
    }
    let slash = out.as_os_str().as_encoded_bytes().ends_with(b"/");
    if out.is_dir() || slash || (!out.exists() && out.extension().is_none()) {
        Target::Folder(out.to_path_buf())
    } else {
        Target::File(out.to_path_buf())
    }
}

fn tables(names: &[String], folder: bool) -> Result<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    if names.is_empty() {
        return Ok(if folder { TABLES.to_vec() } else { vec![Table::Mentions] });
    }
    for name in names {
        if name == "all" {
            tables.extend(TABLES);
        } else if let Some(table) = Table::named(name) {
            tables.push(table);
        } else {
            let known: Vec<&str> = TABLES.iter().map(|t| t.name()).collect();
            bail!("unknown table, there are {} and all `{name}`", known.join(", "));
        }
    }
    let tables: Vec<Table> = TABLES.iter().copied().filter(|t| tables.contains(t)).collect();
    if tables.len() > 1 && !folder {
        bail!("several tables need a folder: give `--out DIR/`");
    }
    Ok(tables)
}

fn format(args: &ExtractArgs, target: &Target) -> Result<&'static dyn Format> {
    if let Some(name) = &args.format {
        return format_named(name).ok_or_else(|| {
            let known: Vec<&str> = FORMATS.iter().map(|f| f.name()).collect();
            anyhow::anyhow!("unknown format, there are {} `{name}`", known.join(", "))
        });
    }
    if let Target::File(path) = target
        && let Some(extension) = path.extension().and_then(|e| e.to_str())
        && let Some(format) = format_of_extension(&extension.to_ascii_lowercase())
    {
        return Ok(format);
    }
    Ok(FORMATS[0])
}

/// The carried fields of the first batch, in order of their first appearance.
fn carried_fields(batch: Option<&Batch>) -> Carried {
    let mut columns: Vec<String> = Vec::new();
    if let Some(batch) = batch {
        batch.documents(&mut Scratch::default(), |found| {
            for (name, _) in found.iter().flat_map(|document| &document.carried) {
                // A record with a thousand fields of its own must not make a thousand columns.
                if columns.len() < 64 && !columns.iter().any(|column| column == name.as_ref()) {
                    columns.push(name.to_string());
                }
            }
        });
    }
    Carried { columns, other: true }
}

fn sink<'s>(plan: &RunPlan<'s>, target: &Target, info: &RunInfo) -> Result<Sink<'s>> {
    let plan = plan.clone();
    Ok(match target {
        Target::Stdout => Sink::Single(Box::new(SingleSink::stdout(plan)?)),
        Target::File(path) => Sink::Single(Box::new(SingleSink::file(plan, path)?)),
        Target::Folder(path) => {
            let options = Value::Object(info.options.clone()).to_string();
            let identity = RunIdentity {
                gazetteer: info.gazetteer_hash.clone(),
                options: crate::gazetteer::content_hash(&[options.as_bytes(), format!("{:?}", info.inputs).as_bytes()]),
            };
            Sink::Folder(Box::new(FolderSink::create(plan, path, &identity)?))
        }
    })
}

fn run_info(args: &ExtractArgs, layers: Vec<LayerInfo>, config: &Option<PathBuf>) -> RunInfo {
    let show = |path: &PathBuf| path.display().to_string();
    let mut options = args.find.as_json();
    let more = json!({
        "name_lang": args.name_lang,
        "context": args.context,
        "with_text": args.with_text,
        "min_pairs": args.min_pairs,
        "excel": args.excel,
        "follow": args.follow,
    });
    if let Value::Object(more) = more {
        options.extend(more);
    }
    RunInfo {
        inputs: args.inputs.iter().map(show).collect(),
        config: config.as_ref().map(show),
        gazetteer_hash: LayerInfo::hash_of(&layers),
        layers,
        options,
        timing: Map::new(),
    }
}

fn timing(args: &ExtractArgs, compile: f64, seconds: f64, bytes: u64) -> Map<String, Value> {
    let threads = args.threads.filter(|n| *n > 0).unwrap_or_else(pipeline::default_threads);
    let mut timing = Map::new();
    timing.insert("threads".into(), threads.into());
    timing.insert("compile_seconds".into(), compile.into());
    timing.insert("run_seconds".into(), seconds.into());
    timing.insert("mb_per_second".into(), (bytes as f64 / 1e6 / seconds.max(1e-9)).into());
    timing
}

fn summarise(
    report: &Report,
    counts: &Counts,
    plan: &RunPlan<'_>,
    target: &Target,
    seconds: f64,
    skipped: impl Iterator<Item = String>,
) {
    let mut kinds: Vec<(u64, &str)> = counts
        .mentions_by_kind
        .iter()
        .enumerate()
        .filter(|(_, n)| **n > 0)
        .map(|(kind, n)| (*n, plan.stack.kind(crate::lexicon::KindId(kind as u16))))
        .collect();
    kinds.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let kinds: Vec<String> = kinds.into_iter().map(|(n, kind)| format!("{n} {kind}")).collect();
    report.line(&format!(
        "{} documents, {:.1} MB in {:.2} s ({:.1} MB/s)",
        counts.documents,
        counts.bytes as f64 / 1e6,
        seconds,
        counts.bytes as f64 / 1e6 / seconds.max(1e-9),
    ));
    let by_kind = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    report.line(&format!("{} mentions{by_kind}", counts.mentions));
    if counts.errors + counts.warnings > 0 {
        report.line(&format!("{} errors, {} warnings", counts.errors, counts.warnings));
    }
    let skipped: Vec<String> = skipped.collect();
    if !skipped.is_empty() {
        report.line(&format!("skipped: {}", skipped.join(", ")));
    }
    match target {
        Target::Stdout => {}
        Target::File(path) => report.line(&format!("{} in {}", plan.tables[0].name(), path.display())),
        Target::Folder(path) => {
            let names: Vec<&str> = plan.tables.iter().map(|t| t.name()).collect();
            report.line(&format!("{} in {}", names.join(", "), path.display()));
        }
    }
}
