//! `gazetier lint`.

mod sarif;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use super::Outcome;
use super::args::{LintArgs, LintFormat};
use crate::author::fix::{Fix, fix, fixes};
use crate::error::{Problem, Severity};
use crate::gazetteer::compiled::Compiled;
use crate::gazetteer::lint::RULES;
use crate::gazetteer::{Gazetteer, Layer, ReadOptions, lint};
use crate::lexicon::{CompileOptions, Lexicon, Stack};
use crate::text::{Language, lang};

/// Reads every gazetteer, bad rows and all, and prints what is wrong with them.
pub(super) fn run(args: &LintArgs) -> Result<Outcome> {
    if args.rules {
        return list_rules(args);
    }
    if args.fix {
        return apply(args);
    }
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
    let own_files = own_files(&gazetteer.layers()[builtin_layers..]);
    let fixable = fixable(&own_files)?;
    for (path, fix) in &fixable {
        problems.push(fix.problem(path));
    }
    problems.sort_by(|a, b| (&a.path, a.line, &a.message).cmp(&(&b.path, b.line, &b.message)));
    let count = |severity: Severity| problems.iter().filter(|p| p.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    problems.retain(|p| !args.quiet || p.severity == Severity::Error);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match args.format {
        LintFormat::Text => problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?,
        LintFormat::Json => problems.iter().try_for_each(|problem| writeln!(out, "{}", json(problem)))?,
        LintFormat::Sarif => writeln!(out, "{:#}", sarif::report(&problems, &fixable))?,
    }
    out.flush()?;
    let entities: u64 = gazetteer.layers()[builtin_layers..].iter().map(|layer| layer.counts().0).sum();
    if !args.quiet {
        let _ = writeln!(std::io::stderr(), "{entities} entities, {errors} errors, {warnings} warnings, {notes} notes");
    }
    Ok(if errors > 0 { Outcome::Findings } else { Outcome::Done })
}

/// One finding as JSON.
fn json(problem: &Problem) -> Value {
    json!({
        "path": problem.path,
        "line": problem.line,
        "byte": problem.byte,
        "severity": problem.severity.as_str(),
        "rule": problem.code,
        "message": problem.message,
        "fix": problem.fix,
    })
}

fn list_rules(args: &LintArgs) -> Result<Outcome> {
    let mut out = std::io::stdout().lock();
    for rule in RULES {
        let (severity, fix) = (rule.severity.as_str(), if rule.fixable { " (--fix)" } else { "" });
        if args.format == LintFormat::Text {
            writeln!(out, "{} ({severity}): {}{fix}", rule.id, rule.summary)?;
        } else {
            let value =
                json!({ "rule": rule.id, "severity": severity, "summary": rule.summary, "fixable": rule.fixable });
            writeln!(out, "{value}")?;
        }
    }
    Ok(Outcome::Done)
}

/// The files of layers that lie on the disk as text.
fn own_files(layers: &[Layer]) -> Vec<PathBuf> {
    layers.iter().filter(|layer| layer.compiled.is_none()).flat_map(|layer| &layer.files).map(PathBuf::from).collect()
}

/// The most findings of one rule and file that are told of, as for other rules.
const MAX_FIXABLE: usize = 1_000;

fn fixable(files: &[PathBuf]) -> Result<Vec<(String, Fix)>> {
    let mut found: Vec<(String, Fix)> = Vec::new();
    for file in files {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for fix in fixes(file)? {
            let place = counts.iter().position(|(rule, _)| *rule == fix.rule).unwrap_or_else(|| {
                counts.push((fix.rule, 0));
                counts.len() - 1
            });
            counts[place].1 += 1;
            if counts[place].1 <= MAX_FIXABLE {
                found.push((file.display().to_string(), fix));
            }
        }
    }
    Ok(found)
}

/// `--fix`: rewrites files, and prints what was changed.
fn apply(args: &LintArgs) -> Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let (mut changed, mut files) = (0, 0);
    for path in &args.gazetteers {
        let layers = Gazetteer::read_with(path, ReadOptions { lenient: true })?.into_layers();
        for file in own_files(&layers) {
            let fixes = if args.dry_run { fixes(&file)? } else { fix(&file)? };
            files += usize::from(!fixes.is_empty());
            changed += fixes.len();
            for fix in &fixes {
                print_fix(&mut out, &file, fix)?;
            }
        }
    }
    out.flush()?;
    let verb = if args.dry_run { "would be" } else { "were" };
    let _ = writeln!(std::io::stderr(), "{changed} cells of {files} files {verb} put right");
    Ok(Outcome::Done)
}

fn print_fix(out: &mut impl Write, file: &Path, fix: &Fix) -> std::io::Result<()> {
    writeln!(out, "{}:{}: {}: {}: `{}` → `{}`", file.display(), fix.line, fix.rule, fix.column, fix.old, fix.new)
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
