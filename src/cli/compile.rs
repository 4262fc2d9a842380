//! `gazetier compile`: gazetteers into one mapped file.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};

use super::Outcome;
use super::args::{BoundaryArg, CompileArgs};
use super::report::Report;
use crate::gazetteer::compiled::{Compiled, Header, OPEN, is_compiled};
use crate::gazetteer::{Layer, concord, content_hash};
use crate::lexicon::{CompileOptions, Lexicon, Stack};

/// The most gazetteers that one call makes into one.
const MAX_GAZETTEERS: usize = 255;

pub(super) fn run(args: &CompileArgs) -> Result<Outcome> {
    let begun = Instant::now();
    let mut report = Report::new(args.quiet);
    if !is_compiled(&args.out) {
        bail!("a compiled gazetteer is a .gaz file, not `{}`", args.out.display());
    }
    if args.gazetteers.len() > MAX_GAZETTEERS {
        bail!("more than {MAX_GAZETTEERS} gazetteers");
    }
    refuse_to_overwrite(args)?;
    let layers = layers(args, &mut report)?;
    let layers = if args.concord { concord(args, layers, &mut report)? } else { layers };
    let header = header(args, &layers);
    if !args.force
        && let Ok(old) = Header::read_file(&args.out)
        && (&old.hash, &old.made, &old.label, old.flags) == (&header.hash, &header.made, &header.label, header.flags)
    {
        report.line(&format!("unchanged: {}", args.out.display()));
        return Ok(Outcome::Done);
    }
    let lexicon = compile(args, layers, &mut report)?;
    report.end_problems(" (see `gazetier lint`)");
    let bytes = lexicon.write(&args.out, &header)?;
    // What a disk did to the file is best known now, while the sources are at hand.
    let written = Compiled { path: args.out.clone(), header: Header::read_file(&args.out)?, ..Compiled::default() };
    Lexicon::open(&written)?.verify()?;
    report.line(&format!(
        "{} names of {} entities, {bytes} bytes ({:.1} a name), {:.2} s: {}",
        written.header.names,
        written.header.entities,
        bytes as f64 / written.header.names.max(1) as f64,
        begun.elapsed().as_secs_f64(),
        args.out.display(),
    ));
    Ok(Outcome::Done)
}

fn options(args: &CompileArgs) -> CompileOptions {
    CompileOptions { open: args.boundary == BoundaryArg::None }
}

/// The output must not take the place of an input, nor lie in a folder that is read as a gazetteer.
fn refuse_to_overwrite(args: &CompileArgs) -> Result<()> {
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (out, folder) = (args.out.canonicalize().ok(), folder.canonicalize().ok());
    for path in &args.gazetteers {
        let Ok(real) = path.canonicalize() else { continue };
        if Some(&real) == out.as_ref() {
            bail!("the output is an input as well `{}`", args.out.display());
        }
        if Some(&real) == folder.as_ref() {
            bail!("the output would lie in the folder of an input `{}`", args.out.display());
        }
    }
    Ok(())
}

fn layers(args: &CompileArgs, report: &mut Report) -> Result<Vec<Layer>> {
    let mut layers = Vec::new();
    let mut errors = Vec::new();
    for path in &args.gazetteers {
        match super::setup::read(path, args.lenient) {
            Ok(gazetteer) => layers.extend(gazetteer.into_layers()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    if !errors.is_empty() {
        bail!("{}", errors.join("\n"));
    }
    for layer in &layers {
        for problem in &layer.problems {
            report.problem(problem);
        }
        if layer.skipped > 0 {
            report.line(&format!("{}: {} bad rows skipped", layer.label, layer.skipped));
        }
    }
    Ok(layers)
}

/// What the file will say of itself.
fn header(args: &CompileArgs, layers: &[Layer]) -> Header {
    let open = options(args).open;
    let mut made = format!("gazetier {}, boundary {}", env!("CARGO_PKG_VERSION"), if open { "none" } else { "word" });
    if args.lenient {
        made.push_str(", lenient");
    }
    if args.concord {
        made.push_str(", concord");
        for path in &args.known {
            // Another table joins other rows: its content is part of how the file was made.
            let bytes = std::fs::read(path).unwrap_or_default();
            made.push_str(&format!(" {}", content_hash(&[&bytes])));
        }
    }
    let hash = match layers {
        [only] => only.hash.clone(),
        _ => {
            let hashes: Vec<&[u8]> = layers.iter().map(|layer| layer.hash.as_bytes()).collect();
            content_hash(&hashes)
        }
    };
    let labels: Vec<&str> = layers
        .iter()
        .map(|layer| layer.compiled.as_ref().map_or(layer.label.as_str(), |compiled| compiled.header.label.as_str()))
        .collect();
    Header { hash, label: labels.join(" + "), made, flags: if open { OPEN } else { 0 }, ..Header::default() }
}

/// Joins rows that are one entity, and lists them where the flags ask for it.
fn concord(args: &CompileArgs, layers: Vec<Layer>, report: &mut Report) -> Result<Vec<Layer>> {
    if let Some(layer) = layers.iter().find(|layer| layer.compiled.is_some()) {
        bail!("--concord looks at rows, which a compiled gazetteer has no more `{}`", layer.label);
    }
    let mut known = concord::Knowledge::default();
    args.known.iter().try_for_each(|path| known.read(path))?;
    let (layers, links) = concord::join(layers, &known);
    report.line(&format!("{} pairs of rows are one entity each", links.len()));
    if let Some(path) = &args.links {
        let write = || -> Result<(), csv::Error> {
            let mut out = csv::Writer::from_path(path)?;
            out.write_record(["first", "second", "evidence"])?;
            for link in &links {
                out.write_record([link.first.as_str(), link.second.as_str(), &link.evidence.to_string()])?;
            }
            Ok(out.flush()?)
        };
        write().map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    }
    Ok(layers)
}

/// One gazetteer stays as it is, with what its rows do to layers below; several become one.
fn compile(args: &CompileArgs, layers: Vec<Layer>, report: &mut Report) -> Result<Lexicon> {
    let options = options(args);
    let flatten = layers.len() > 1;
    let mut lexicons = Vec::new();
    for layer in layers {
        let lexicon = match &layer.compiled {
            // Flattening folds every name anew, so that it does not matter how a part was compiled.
            Some(compiled) if flatten => Lexicon::open(compiled)?,
            Some(compiled) => Lexicon::open_for(compiled, options)?,
            None => Lexicon::compile_owned(layer, options)?,
        };
        for problem in lexicon.problems() {
            report.problem(problem);
        }
        lexicons.push(lexicon);
    }
    if flatten {
        return Ok(Stack::of(lexicons).flatten(options)?);
    }
    lexicons.pop().ok_or_else(|| anyhow::anyhow!("no gazetteer"))
}
