//! `gazetier lint`.

mod sarif;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::args::{LintArgs, LintFormat};
use super::{Outcome, setup};
use crate::author::fix::{Fix, fix, fixes};
use crate::error::{Problem, Severity};
use crate::gazetteer::compiled::Compiled;
use crate::gazetteer::lint::RULES;
use crate::gazetteer::{Gazetteer, Layer, lint};
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
    let layers = Layers::read(args)?;
    let mut problems = layers.problems(args)?;
    let fixable = fixable(&layers.files)?;
    problems.extend(fixable.iter().map(|(path, fix)| fix.problem(path)));
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
    let entities: u64 = layers.own().iter().map(|layer| layer.counts().0).sum();
    if !args.quiet {
        let _ = writeln!(std::io::stderr(), "{entities} entities, {errors} errors, {warnings} warnings, {notes} notes");
    }
    Ok(if errors > 0 { Outcome::Findings } else { Outcome::Done })
}

/// The gazetteers that are looked at.
struct Layers {
    gazetteer: Gazetteer,
    /// How many layers lie below those that were named.
    below: usize,
    /// The files of layers that lie on the disk as text.
    files: Vec<PathBuf>,
}

impl Layers {
    /// Reads every gazetteer, bad rows and all.
    fn read(args: &LintArgs) -> Result<Self> {
        let mut gazetteer = if args.with_builtin { Gazetteer::builtin_rows() } else { Gazetteer::empty() };
        let below = gazetteer.layers().len();
        let mut files = Vec::new();
        for path in &args.gazetteers {
            let layer = setup::read(path, true)?;
            if !setup::is_builtin(path) {
                let as_text = layer.layers().iter().filter(|layer| layer.compiled.is_none());
                files.extend(as_text.flat_map(|layer| &layer.files).map(PathBuf::from));
            }
            gazetteer = gazetteer.layer(layer)?;
        }
        Ok(Self { gazetteer, below, files })
    }

    /// The layers that were named.
    fn own(&self) -> &[Layer] {
        &self.gazetteer.layers()[self.below..]
    }

    /// What is wrong with them, cells that `--fix` puts right left out.
    fn problems(&self, args: &LintArgs) -> Result<Vec<Problem>> {
        let (mut found, mut compiled) = (Vec::new(), Vec::new());
        for layer in self.own() {
            match &layer.compiled {
                Some(file) => compiled.extend(check(file, &mut found)),
                // Names that break a limit are found by compiling.
                None => found.extend_from_slice(Lexicon::compile(layer, CompileOptions::default())?.problems()),
            }
        }
        let mut problems = lint::lint_with(&self.gazetteer, &|word| lang::is_common(Language::UND, word), found);
        if !compiled.is_empty() {
            // The checks see no rows of compiled layers: a parent may well be there.
            let below = Stack::of(compiled);
            let listed = |problem: &Problem| quoted(problem).is_some_and(|id| below.lists(id));
            problems.retain(|problem| problem.code != "unknown-parent" || !listed(problem));
        }
        if args.with_builtin {
            let own: Vec<&String> = self.own().iter().flat_map(|layer| &layer.files).collect();
            problems.retain(|problem| problem.path.as_ref().is_none_or(|path| own.contains(&path)));
        }
        Ok(problems)
    }
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

/// `--fix`: rewrites files, and prints what was changed, then the errors that are left.
fn apply(args: &LintArgs) -> Result<Outcome> {
    if args.format != LintFormat::Text {
        bail!("--fix tells of its changes as text only: leave out `--format`");
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut changed, mut files) = (0, 0);
    for file in Layers::read(args)?.files {
        let fixes = if args.dry_run { fixes(&file)? } else { fix(&file)? };
        files += usize::from(!fixes.is_empty());
        changed += fixes.len();
        if !args.quiet {
            fixes.iter().try_for_each(|fix| print_fix(&mut out, &file, fix))?;
        }
    }
    let mut problems = Layers::read(args)?.problems(args)?;
    problems.retain(|problem| problem.severity == Severity::Error);
    problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?;
    out.flush()?;
    if !args.quiet {
        let verb = if args.dry_run { "would be" } else { "were" };
        let errors = problems.len();
        let _ = writeln!(std::io::stderr(), "{changed} cells of {files} files {verb} put right, {errors} errors stay");
    }
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::Findings })
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
