//! `gazetier diff`: two editions of a gazetteer, and what a corpus gains and loses.

use std::cell::RefCell;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use serde_json::{Value, json};

use super::args::{DiffArgs, GazetteerArgs};
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, setup};
use crate::author::diff::{Change, Counts, MentionChange, compare, compare_mentions, rows};
use crate::corpus::{CorpusOptions, Source};
use crate::engine::pipeline::End;
use crate::error::{Error, Severity};
use crate::gazetteer::{Entity, Gazetteer, Layer, Name, replace_if};
use crate::{Extractor, Result as OwnResult};

#[derive(Default)]
struct Found {
    counts: Counts,
    gained: u64,
    lost: u64,
    errors: u64,
    stopped: bool,
}

pub(super) fn run(mut args: DiffArgs, config: Option<PathBuf>) -> Result<Outcome> {
    let mut report = Report::new(args.quiet);
    if let Some(path) = &config {
        report.line(&format!("using {}", path.display()));
    }
    args.out = args.out.take().filter(|out| out.as_os_str() != "-");
    let out = args.out.clone();
    if let Some(out) = &out {
        let inputs = Inputs {
            gazetteers: vec![&args.old, &args.new],
            corpora: paths(&args.corpus),
            follow: args.follow,
            ..Inputs::default()
        };
        setup::refuse_to_overwrite(out, &inputs)?;
    }
    let stop = setup::stop_flag();
    let (old, new) = (read(&args.old, &args, &mut report)?, read(&args.new, &args, &mut report)?);
    report.end_problems(" (see `gazetier lint`)");
    let mut found = Found::default();
    match &out {
        Some(path) => {
            replace_if(path, |file| {
                write(args, old, new, &mut found, &mut report, &stop, file)?;
                // Half of the changes would pass for all of them.
                Ok(!found.stopped)
            })?;
        }
        None => {
            let mut stdout = BufWriter::new(std::io::stdout().lock());
            write(args, old, new, &mut found, &mut report, &stop, &mut stdout)?;
            stdout.flush()?;
        }
    }
    report.end_progress();
    report.end_problems("");
    if found.stopped {
        report.line(if out.is_some() { "stopped: nothing is written" } else { "stopped: compared in part" });
        return Ok(Outcome::Stopped);
    }
    let counts = found.counts;
    report.line(&format!(
        "{} entities added, {} removed, {} changed; {} names added, {} removed; {} mentions gained, {} lost",
        counts.entities_added,
        counts.entities_removed,
        counts.entities_changed,
        counts.names_added,
        counts.names_removed,
        found.gained,
        found.lost
    ));
    let losses = counts.has_losses() || found.lost > 0 || found.errors > 0;
    Ok(if losses { Outcome::Findings } else { Outcome::Done })
}

fn read(path: &Path, args: &DiffArgs, report: &mut Report) -> Result<Layer> {
    let gazetteer = super::setup::read(path, args.lenient)?;
    let layer = gazetteer.into_layers().pop().unwrap_or_default();
    layer.problems.iter().filter(|problem| problem.severity == Severity::Error).for_each(|p| report.problem(p));
    Ok(layer)
}

fn write(
    mut args: DiffArgs,
    old: Layer,
    new: Layer,
    found: &mut Found,
    report: &mut Report,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> OwnResult<()> {
    let kinds = std::mem::take(&mut args.find.kind);
    {
        let (before, after) = (rows(&old)?, rows(&new)?);
        if !args.corpus.is_empty() {
            refuse_unknown_kinds(&kinds, args.over_builtin, before.iter().chain(after.iter()))?;
        }
        // A compiled edition keeps no unknown columns.
        let attributes = old.compiled.is_none() && new.compiled.is_none();
        let compared = compare(&before, &after, attributes, |change| {
            if stop.load(Ordering::Relaxed) {
                return Err(Error::message("stopped"));
            }
            let written =
                if args.json { write_json(&change, &old, &new, out) } else { write_text(&change, &old, &new, out) };
            written.map_err(Error::from)
        });
        found.stopped = stop.load(Ordering::Relaxed);
        if found.stopped {
            return Ok(());
        }
        found.counts = compared?;
    }
    if args.corpus.is_empty() {
        return Ok(());
    }
    let failed = |error: anyhow::Error| Error::message(error.to_string());
    let before = extractor(&args, old, report).map_err(failed)?;
    let after = extractor(&args, new, report).map_err(failed)?;
    let corpus = CorpusOptions { follow: args.follow, output: args.out.clone(), ..CorpusOptions::default() };
    let mut source = Source::open(&args.corpus, corpus)?;
    let (shared, errors) = (RefCell::new(report), RefCell::new(0u64));
    let end = compare_mentions(
        &before,
        &after,
        &mut source,
        args.threads.unwrap_or(0),
        stop,
        |mention| {
            if !kinds.is_empty() && !kinds.contains(&mention.kind) {
                return Ok(());
            }
            *(if mention.gained { &mut found.gained } else { &mut found.lost }) += 1;
            write_mention(&mention, args.json, out).map_err(Error::from)
        },
        |problem| {
            *errors.borrow_mut() += u64::from(problem.severity == Severity::Error);
            shared.borrow_mut().problem(problem);
        },
    )?;
    found.errors = errors.into_inner();
    found.stopped = end == End::Stopped;
    Ok(())
}

/// A kind that neither edition lists, nor what lies below them, is a slip.
fn refuse_unknown_kinds<'a>(
    kinds: &[String],
    over_builtin: bool,
    rows: impl Iterator<Item = &'a Entity>,
) -> OwnResult<()> {
    let mut unknown: Vec<&String> = kinds.iter().collect();
    let mut seen = |entity: &Entity| unknown.retain(|kind| **kind != entity.kind);
    rows.for_each(&mut seen);
    if over_builtin && !kinds.is_empty() {
        Gazetteer::builtin_rows().layers().iter().flat_map(|layer| &layer.entities).for_each(&mut seen);
    }
    match unknown.first() {
        Some(kind) => Err(Error::message(format!("no gazetteer lists a kind `{kind}`"))),
        None => Ok(()),
    }
}

fn extractor(args: &DiffArgs, layer: Layer, report: &mut Report) -> Result<Extractor> {
    let how = GazetteerArgs {
        paths: Vec::new(),
        no_builtin: !args.over_builtin,
        lenient: args.lenient,
        lexicon_memory: false,
        verify: false,
    };
    let below = if args.over_builtin { Gazetteer::builtin() } else { Gazetteer::empty() };
    setup::extractor(&args.find, &how, below.layer(Gazetteer::from_layer(layer))?, report)
}

fn place(layer: &Layer, entity: &Entity) -> String {
    let file = layer.files.get(entity.file as usize).unwrap_or(&layer.label);
    if entity.line == 0 { file.clone() } else { format!("{file}:{}", entity.line) }
}

fn language(name: &Name) -> String {
    name.lang.as_ref().map_or(String::new(), |lang| format!(" ({lang})"))
}

fn write_text(change: &Change<'_>, old: &Layer, new: &Layer, out: &mut dyn Write) -> std::io::Result<()> {
    let mut head = |sign: char, entity: &Entity, layer: &Layer| {
        writeln!(out, "{sign} {} {} `{}` ({})", entity.kind, entity.id, entity.name(), place(layer, entity))
    };
    match change {
        Change::Added(entity) => head('+', entity, new),
        Change::Removed(entity) => head('-', entity, old),
        Change::Changed { new: entity, fields, added, removed, .. } => {
            head('~', entity, new)?;
            for field in fields {
                writeln!(out, "    {}: `{}` → `{}`", field.field, field.old, field.new)?;
            }
            for name in added {
                writeln!(out, "    + name `{}`{}", name.text, language(name))?;
            }
            for name in removed {
                writeln!(out, "    - name `{}`{}", name.text, language(name))?;
            }
            Ok(())
        }
    }
}

fn write_json(change: &Change<'_>, old: &Layer, new: &Layer, out: &mut dyn Write) -> std::io::Result<()> {
    fn named<'a>(names: impl Iterator<Item = &'a Name>) -> Value {
        names.map(|name| json!({ "name": name.text.as_str(), "lang": name.lang.as_deref() })).collect()
    }
    let whole = |what: &str, entity: &Entity, layer: &Layer| {
        json!({
            "change": what,
            "id": entity.id.as_str(),
            "kind": entity.kind.as_str(),
            "name": entity.name(),
            "names": named(entity.names.iter()),
            "place": place(layer, entity),
        })
    };
    let value = match change {
        Change::Added(entity) => whole("added", entity, new),
        Change::Removed(entity) => whole("removed", entity, old),
        Change::Changed { old: before, new: entity, fields, added, removed } => {
            let fields: serde_json::Map<String, Value> =
                fields.iter().map(|field| (field.field.clone(), json!([field.old, field.new]))).collect();
            json!({
                "change": "changed",
                "id": entity.id.as_str(),
                "kind": entity.kind.as_str(),
                "name": entity.name(),
                "fields": fields,
                "names_added": named(added.iter().copied()),
                "names_removed": named(removed.iter().copied()),
                "old_place": place(old, before),
                "place": place(new, entity),
            })
        }
    };
    writeln!(out, "{value}")
}

fn write_mention(mention: &MentionChange, json: bool, out: &mut dyn Write) -> std::io::Result<()> {
    if json {
        let value = json!({
            "change": if mention.gained { "mention-gained" } else { "mention-lost" },
            "doc_id": mention.doc_id,
            "start_char": mention.chars.start,
            "end_char": mention.chars.end,
            "start_byte": mention.bytes.0,
            "end_byte": mention.bytes.1,
            "surface": mention.surface,
            "kind": mention.kind,
            "entity_id": mention.entity_id,
            "name": mention.name,
            "left": mention.left,
            "right": mention.right,
        });
        return writeln!(out, "{value}");
    }
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    writeln!(
        out,
        "{} mention {}:{}-{} {} {} `{}`: {} [{}] {}",
        if mention.gained { '+' } else { '-' },
        mention.doc_id,
        mention.chars.start,
        mention.chars.end,
        mention.kind,
        mention.entity_id,
        mention.name,
        line(&mention.left),
        line(&mention.surface),
        line(&mention.right)
    )
}
