//! `gazetier lint`.

use std::io::Write;

use anyhow::Result;

use super::Outcome;
use super::args::LintArgs;
use crate::error::{Problem, Severity};
use crate::gazetteer::compiled::Compiled;
use crate::gazetteer::{Gazetteer, ReadOptions, lint};
use crate::lexicon::{CompileOptions, Lexicon, Stack};
use crate::text::{Language, lang};

/// Reads every gazetteer, bad rows and all, and prints what is wrong with them.
pub(super) fn run(args: &LintArgs) -> Result<Outcome> {
    let mut gazetteer = if args.with_builtin { Gazetteer::builtin_rows() } else { Gazetteer::empty() };
    let builtin_layers = gazetteer.layers().len();
    for path in &args.gazetteers {
        gazetteer = gazetteer.layer(Gazetteer::read_with(path, ReadOptions { lenient: true })?)?;
    }
    let mut problems = lint::lint(&gazetteer, &|word| lang::is_common(Language::UND, word));
    let mut compiled = Vec::new();
    for layer in gazetteer.layers() {
        if let Some(file) = &layer.compiled {
            compiled.extend(check(file, &mut problems));
            continue;
        }
        // Names that break a limit are found by compiling.
        for problem in Lexicon::compile(layer, CompileOptions::default())?.problems() {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
    }
    if !compiled.is_empty() {
        // The checks see no rows of compiled layers: a parent may well be there.
        let below = Stack::of(compiled);
        problems
            .retain(|problem| problem.code != "unknown-parent" || !quoted(problem).is_some_and(|id| below.lists(id)));
    }
    if args.with_builtin {
        let own: Vec<&String> = gazetteer.layers()[builtin_layers..].iter().flat_map(|l| &l.files).collect();
        problems.retain(|p| p.path.as_ref().is_none_or(|path| own.contains(&path)));
    }
    problems.sort_by(|a, b| (&a.path, a.line, &a.message).cmp(&(&b.path, b.line, &b.message)));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for problem in problems.iter().filter(|p| !args.quiet || p.severity == Severity::Error) {
        writeln!(out, "{problem}")?;
    }
    out.flush()?;
    let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
    let entities: u64 = gazetteer.layers()[builtin_layers..].iter().map(|layer| layer.counts().0).sum();
    if !args.quiet {
        let _ =
            writeln!(std::io::stderr(), "{entities} entities, {errors} errors, {} warnings", problems.len() - errors);
    }
    Ok(if errors > 0 { Outcome::Findings } else { Outcome::Done })
}

/// Opens a compiled gazetteer and looks at all of it.
fn check(file: &Compiled, problems: &mut Vec<Problem>) -> Option<Lexicon> {
    let path = file.path.display().to_string();
    let mut damaged = |message: String| {
        let message = message.strip_prefix(&format!("{path}: ")).unwrap_or(&message);
        problems.push(Problem::error("damaged-file", message).in_file(path.as_str()));
    };
    let lexicon = Lexicon::open(file).map_err(|error| damaged(error.to_string())).ok()?;
    if let Err(error) = lexicon.verify() {
        damaged(error.to_string());
    }
    lexicon.check().into_iter().for_each(damaged);
    Some(lexicon)
}

/// What a message ends with in backticks.
fn quoted(problem: &Problem) -> Option<&str> {
    problem.message.strip_suffix('`')?.rsplit_once('`').map(|(_, value)| value)
}
