//! `gazetier lint`.

use std::io::Write;

use anyhow::Result;

use super::Outcome;
use super::args::LintArgs;
use crate::error::Severity;
use crate::gazetteer::{Gazetteer, ReadOptions, lint};
use crate::lexicon::Stack;
use crate::text::{Language, lang};

/// Reads every gazetteer, bad rows and all, and prints what is wrong with them.
pub(super) fn run(args: &LintArgs) -> Result<Outcome> {
    let mut gazetteer = if args.with_builtin { Gazetteer::builtin() } else { Gazetteer::empty() };
    let builtin_layers = gazetteer.layers().len();
    for path in &args.gazetteers {
        gazetteer = gazetteer.layer(Gazetteer::read_with(path, ReadOptions { lenient: true })?)?;
    }
    let mut problems = lint::lint(&gazetteer, &|word| lang::is_common(Language::UND, word));
    // Names that break a limit are found by compiling.
    let stack = Stack::build(&gazetteer)?;
    for problem in stack.problems() {
        if !problems.contains(problem) {
            problems.push(problem.clone());
        }
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
    let entities: usize = gazetteer.layers()[builtin_layers..].iter().map(|l| l.entities.len()).sum();
    if !args.quiet {
        let _ =
            writeln!(std::io::stderr(), "{entities} entities, {errors} errors, {} warnings", problems.len() - errors);
    }
    Ok(if errors > 0 { Outcome::Findings } else { Outcome::Done })
}
