//! `gazetier add`: checked rows into a gazetteer file.

use std::io::Write;

use anyhow::{Result, bail};

use super::Outcome;
use super::args::AddArgs;
use crate::author::add::{AddOptions, NewRow, accepted, add};
use crate::error::Problem;

pub(super) fn run(args: &AddArgs) -> Result<Outcome> {
    let options = AddOptions { add_columns: args.add_columns, force: args.force, dry_run: args.dry_run };
    let (lines, rows): (Vec<u64>, Vec<NewRow>) = match &args.accepted {
        Some(path) => accepted(path)?.into_iter().unzip(),
        None => (Vec::new(), vec![row(args)?]),
    };
    let added = add(&args.to, &rows, options)?;
    let mut stdout = std::io::stdout().lock();
    for row in &added.rows {
        writeln!(stdout, "{row}")?;
    }
    stdout.flush()?;
    let mut stderr = std::io::stderr().lock();
    // A refused row is told of at its place in the file of candidates.
    let place = |problem: &Problem| match (&args.accepted, problem.line) {
        (Some(path), Some(line)) if problem.code != "unknown-parent" && problem.code != "parent-cycle" => {
            let at = lines.get(line as usize - 1).copied().unwrap_or(line);
            problem.clone().in_file(path.display().to_string()).at_line(at)
        }
        _ => Problem { line: None, ..problem.clone() }.in_file(args.to.display().to_string()),
    };
    for problem in &added.warnings {
        let _ = writeln!(stderr, "{}", problem.clone().in_file(args.to.display().to_string()));
    }
    for problem in &added.refused {
        let _ = writeln!(stderr, "{}", place(problem));
    }
    if args.accepted.is_some() {
        let verb = if args.dry_run { "would be added" } else { "added" };
        let _ = writeln!(
            stderr,
            "{} rows {verb}, {} refused: {}",
            added.rows.len(),
            rows.len() - added.rows.len(),
            args.to.display()
        );
    }
    Ok(if added.refused.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// The row that the flags describe.
fn row(args: &AddArgs) -> Result<NewRow> {
    let mut row = NewRow::default();
    if let Some(id) = &args.id {
        row.set("id", id.trim());
    }
    row.set("kind", args.kind.as_deref().unwrap_or("").trim());
    row.set("name", args.name.as_deref().unwrap_or("").trim());
    for alias in &args.aliases {
        match tagged(alias) {
            Some((tag, name)) => row.push(&format!("aliases:{tag}"), name),
            None => row.push("aliases", alias.trim()),
        }
    }
    for name in &args.names {
        let Some((tag, name)) = tagged(name) else {
            bail!("a name in a language is given as `fr=…`, not as `{name}`")
        };
        row.set(format!("name:{tag}"), name);
    }
    args.acronyms.iter().for_each(|acronym| row.push("acronyms", acronym.trim()));
    args.needs.iter().for_each(|cue| row.push("needs", cue.trim()));
    let fields = [
        ("prior", &args.prior),
        ("parent", &args.parent),
        ("wikidata", &args.wikidata),
        ("country", &args.country),
        ("role", &args.role),
    ];
    for (column, value) in fields {
        if let Some(value) = value {
            row.set(column, value.trim());
        }
    }
    for setting in &args.set {
        match setting.split_once('=') {
            Some((column, value)) if !column.trim().is_empty() => row.set(column.trim(), value.trim()),
            _ => bail!("a column is set as `column=value`, not as `{setting}`"),
        }
    }
    Ok(row)
}

/// `fr=Londres`: the tag and the name. A sign of equality elsewhere belongs to the name.
fn tagged(text: &str) -> Option<(&str, &str)> {
    let (tag, name) = text.split_once('=')?;
    let tag = tag.trim();
    let mut parts = tag.split(['-', '_']);
    let primary = parts.next().unwrap_or("");
    let sound = (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    sound.then_some((tag, name.trim()))
}

#[cfg(test)]
mod tests {
    use super::tagged;

    #[test]
    fn languages_stand_before_a_name() {
        assert_eq!(tagged("fr=Londres"), Some(("fr", "Londres")));
        assert_eq!(tagged("zh-Hant = 倫敦"), Some(("zh-Hant", "倫敦")));
        assert_eq!(tagged("E=mc²"), None);
        assert_eq!(tagged("Londres"), None);
    }
}
