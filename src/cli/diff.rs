//! `gazetier diff`: two editions of a gazetteer, and what a corpus gains and loses.

use std::cell::RefCell;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use super::args::{DiffArgs, GazetteerArgs};
use super::report::Report;
use super::{Outcome, setup};
use crate::author::diff::{Change, Counts, MentionChange, compare, compare_mentions, rows};
use crate::author::replace;
use crate::corpus::{CorpusOptions, Source};
use crate::engine::pipeline::End;
use crate::error::{Error, Severity};
use crate::gazetteer::{Entity, Gazetteer, Layer, Name};
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
    let out = args.out.take().filter(|out| out.as_os_str() != "-");
    if let Some(out) = &out {
        setup::refuse_to_overwrite(out, [&args.old, &args.new].into_iter().chain(&args.corpus))?;
    }
    let (old, new) = (read(&args.old, &args, &mut report)?, read(&args.new, &args, &mut report)?);
    report.end_problems(" (see `gazetier lint`)");
    let mut found = Found::default();
    match &out {
        Some(path) => {
            let mut run = Some((args, old, new));
            let (found, report) = (&mut found, &mut report);
            replace(path, move |file| match run.take() {
                Some((args, old, new)) => write(args, old, new, found, report, file),
                None => Ok(()),
            })?;
        }
        None => {
            let mut stdout = BufWriter::new(std::io::stdout().lock());
            write(args, old, new, &mut found, &mut report, &mut stdout)?;
            stdout.flush()?;
        }
    }
    report.end_progress();
    report.end_problems("");
    if found.stopped {
        report.line("stopped: mentions were compared in part");
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
    out: &mut dyn Write,
) -> OwnResult<()> {
    {
        let (before, after) = (rows(&old)?, rows(&new)?);
        // A compiled edition keeps no unknown columns.
        let attributes = old.compiled.is_none() && new.compiled.is_none();
        found.counts = compare(&before, &after, attributes, |change| {
            let written =
                if args.json { write_json(&change, &old, &new, out) } else { write_text(&change, &old, &new, out) };
            written.map_err(Error::from)
        })?;
    }
    if args.corpus.is_empty() {
        return Ok(());
    }
    let kinds = std::mem::take(&mut args.find.kind);
    let failed = |error: anyhow::Error| Error::message(error.to_string());
    let before = extractor(&args, old, report).map_err(failed)?;
    let after = extractor(&args, new, report).map_err(failed)?;
    let corpus = CorpusOptions { follow: args.follow, ..CorpusOptions::default() };
    let mut source = Source::open(&args.corpus, corpus)?;
    let stop = setup::stop_flag();
    let (shared, errors) = (RefCell::new(report), RefCell::new(0u64));
    let end = compare_mentions(
        &before,
        &after,
        &mut source,
        args.threads.unwrap_or(0),
        &stop,
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
