//! `gazetier compile`: gazetteers into one mapped file.

use std::time::Instant;

use anyhow::{Result, bail};

use super::args::{BoundaryArg, CompileArgs};
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, setup};
use crate::gazetteer::compiled::{Compiled, Header, OPEN, is_compiled};
use crate::gazetteer::{Layer, concord, content_hash, replace};
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
    let (layers, known) = if args.concord { concord(args, layers, &mut report)? } else { (layers, Vec::new()) };
    let header = header(args, &layers, &known);
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

/// Neither output may take the place of an input, nor of the other.
fn refuse_to_overwrite(args: &CompileArgs) -> Result<()> {
    let inputs = Inputs { gazetteers: paths(&args.gazetteers), files: paths(&args.known), ..Inputs::default() };
    setup::refuse_to_overwrite(&args.out, &inputs)?;
    if let Some(links) = &args.links {
        setup::refuse_to_overwrite(links, &inputs)?;
        if setup::is_same_place(links, &args.out) {
            bail!("links need a file of their own `{}`", links.display());
        }
    }
    Ok(())
}

fn layers(args: &CompileArgs, report: &mut Report) -> Result<Vec<Layer>> {
    let mut layers = Vec::new();
    let mut errors = Vec::new();
    for path in &args.gazetteers {
        match setup::read(path, args.lenient) {
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

/// What the file will say of itself; `known` are the hashes of the tables of `--known`.
fn header(args: &CompileArgs, layers: &[Layer], known: &[String]) -> Header {
    let open = options(args).open;
    let mut made = format!("gazetier {}, boundary {}", env!("CARGO_PKG_VERSION"), if open { "none" } else { "word" });
    if args.lenient {
        made.push_str(", lenient");
    }
    if args.concord {
        made.push_str(", concord");
        // Another table joins other rows: its content is part of how the file was made.
        known.iter().for_each(|hash| made.push_str(&format!(" {hash}")));
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

/// Joins rows that are one entity, and lists them where the flags ask for it. Gives the hashes of the tables of what is
/// known as well.
fn concord(args: &CompileArgs, layers: Vec<Layer>, report: &mut Report) -> Result<(Vec<Layer>, Vec<String>)> {
    if let Some(layer) = layers.iter().find(|layer| layer.compiled.is_some()) {
        bail!("--concord looks at rows, which a compiled gazetteer has no more `{}`", layer.label);
    }
    let mut known = concord::Knowledge::default();
    let hashes = args.known.iter().map(|path| known.read(path)).collect::<crate::Result<Vec<_>>>()?;
    let (layers, links) = concord::join(layers, &known);
    report.line(&format!("{} pairs of rows are one entity each", links.len()));
    if let Some(path) = &args.links {
        replace(path, |file| {
            let mut out = csv::Writer::from_writer(file);
            let mut write = |cells: [&str; 3]| out.write_record(cells).map_err(std::io::Error::from);
            write(["first", "second", "evidence"])?;
            for link in &links {
                write([&link.first, &link.second, &link.evidence.to_string()])?;
            }
            Ok(out.flush()?)
        })?;
    }
    Ok((layers, hashes))
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
