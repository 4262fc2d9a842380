//! The figures for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Figures;
use crate::author::stats::{Contents, CorpusStats, Coverage, Covered, KindContents, Licence, NameHits, UNTAGGED};
use crate::cli::grid::{Grid, decimal, grouped};

/// How many languages or prefixes have a column of their own.
const COLUMNS: usize = 8;

/// The table that goes to standard output.
pub(super) fn table(figures: &Figures<'_>) -> String {
    let mut out = String::new();
    for layer in &figures.layers {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "gazetteer  {}: {} entities, {} names",
            layer.label,
            grouped(layer.entities),
            grouped(layer.names)
        );
    }
    contents(&figures.contents, &mut out);
    if let Some(stats) = &figures.corpus {
        corpus(stats, &mut out);
    }
    if let Some(coverage) = &figures.gold {
        gold(coverage, &mut out);
    }
    out
}

/// Sources and licences.
pub(super) fn licences(rows: &[Licence]) -> String {
    let mut out = String::new();
    for row in rows {
        let _ = writeln!(out, "{}  {}", row.file, row.source);
        let package = format!("{} {}", row.package, row.version);
        for (what, text) in [
            ("package", package.trim()),
            ("licence", &row.licence),
            ("see", &row.url),
            ("attribution", &row.attribution),
        ] {
            if !text.is_empty() {
                let _ = writeln!(out, "    {what:<12} {text}");
            }
        }
    }
    out
}

fn contents(contents: &Contents, out: &mut String) {
    let all = contents.all();
    let rows: Vec<(&str, &KindContents)> =
        contents.kinds.iter().map(|(kind, of)| (kind.as_str(), of)).chain([("all", &all)]).collect();
    out.push('\n');
    let mut grid = Grid::default();
    grid.row(["kind", "entities", "names", "one word", "important", "needs", "position", "with id"].map(str::to_owned));
    for (kind, of) in &rows {
        grid.row([
            (*kind).to_owned(),
            grouped(of.entities),
            grouped(of.names),
            grouped(of.one_word),
            grouped(of.important),
            grouped(of.needs),
            grouped(of.positions),
            grouped(of.with_id),
        ]);
    }
    grid.write(out);
    let rows = |pick: fn(&KindContents) -> &BTreeMap<String, u64>| -> Vec<(&str, &BTreeMap<String, u64>)> {
        rows.iter().map(|(kind, of)| (*kind, pick(of))).collect()
    };
    crossed("names by language", &rows(|of| &of.languages), out);
    crossed("ids by prefix", &rows(|of| &of.ids), out);
}

/// Kinds down, the most frequent keys across; the last row has them all.
fn crossed(title: &str, rows: &[(&str, &BTreeMap<String, u64>)], out: &mut String) {
    let Some((_, all)) = rows.last().filter(|(_, all)| !all.is_empty()) else { return };
    let mut keys: Vec<(&String, u64)> = all.iter().map(|(key, count)| (key, *count)).collect();
    keys.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rest = keys.split_off(keys.len().min(COLUMNS));
    out.push('\n');
    let mut grid = Grid::default();
    let name = |key: &str| if key == UNTAGGED { "untagged".to_owned() } else { key.to_owned() };
    let others = (!rest.is_empty()).then(|| format!("{} others", rest.len()));
    grid.cells([title.to_owned()].into_iter().chain(keys.iter().map(|(key, _)| name(key))).chain(others).collect());
    for (kind, counts) in rows {
        let count = |key: &String| counts.get(key).copied().unwrap_or(0);
        let others = (!rest.is_empty()).then(|| grouped(rest.iter().map(|(key, _)| count(key)).sum()));
        let cells = keys.iter().map(|(key, _)| grouped(count(key)));
        grid.cells([(*kind).to_owned()].into_iter().chain(cells).chain(others).collect());
    }
    grid.write(out);
}

fn corpus(stats: &CorpusStats, out: &mut String) {
    let megabytes = decimal(stats.bytes as f64 / 1e6, 2);
    let _ = writeln!(out, "\ncorpus     {} documents, {megabytes} MB of text\n", grouped(stats.documents));
    let mut grid = Grid::default();
    grid.row(["kind", "hits", "mentions"].map(str::to_owned));
    for (kind, of) in &stats.kinds {
        grid.row([kind.clone(), grouped(of.hits), grouped(of.mentions)]);
    }
    grid.write(out);
    if !stats.dropped.is_empty() {
        out.push('\n');
        let mut grid = Grid::default();
        grid.row(["dropped for", "hits"].map(str::to_owned));
        for (reason, count) in &stats.dropped {
            grid.row([(*reason).to_owned(), grouped(*count)]);
        }
        grid.write(out);
    }
    if !stats.top.is_empty() {
        out.push('\n');
        let mut grid = Grid::default();
        grid.row(["names hit most", "hits", "mentions", "entity"].map(str::to_owned));
        for name in &stats.top {
            grid.row([name.name.clone(), grouped(name.hits), grouped(name.mentions), name.entity_id.clone()]);
        }
        grid.write(out);
    }
    let _ = writeln!(out, "\n{} doubtful names of one word", grouped(stats.doubtful_count));
    if !stats.doubtful.is_empty() {
        doubtful(&stats.doubtful, out);
    }
    let _ = writeln!(out, "\n{} dead names: never hit", grouped(stats.dead.len() as u64));
}

fn doubtful(names: &[NameHits], out: &mut String) {
    let mut grid = Grid::default();
    grid.row(["name", "small letters", "capital", "hits", "dropped", "mentions", "entity"].map(str::to_owned));
    for name in names {
        grid.row([
            name.name.clone(),
            grouped(name.small),
            grouped(name.capital),
            grouped(name.hits),
            grouped(name.dropped.values().sum()),
            grouped(name.mentions),
            name.entity_id.clone(),
        ]);
    }
    let mut rows = String::new();
    grid.write(&mut rows);
    // Texts of any length go behind the columns, aligned to the left.
    let examples = std::iter::once(String::new()).chain(names.iter().map(|name| {
        let reasons: Vec<&str> = name.reasons.iter().map(|reason| reason.as_str()).collect();
        format!("  {}: {}", reasons.join(", "), name.example)
    }));
    for (row, example) in rows.lines().zip(examples) {
        let _ = writeln!(out, "{row}{example}");
    }
}

fn gold(coverage: &Coverage, out: &mut String) {
    let _ = writeln!(out, "\ngold       {} documents\n", grouped(coverage.documents));
    let all = coverage.all();
    let rows = || coverage.kinds.iter().map(|(kind, of)| (kind.as_str(), of)).chain([("all", &all)]);
    if all.ids.of > 0 {
        let mut grid = Grid::default();
        grid.row(
            ["ids", "distinct", "by id", "%", "by name", "%", "mentions", "by id", "%", "by name", "%"]
                .map(str::to_owned),
        );
        for (kind, of) in rows() {
            let mut cells = vec![kind.to_owned()];
            for Covered { of, by_id, by_name } in [of.ids, of.mentions] {
                cells.extend([grouped(of), grouped(by_id), percent(by_id, of), grouped(by_name), percent(by_name, of)]);
            }
            grid.cells(cells);
        }
        grid.write(out);
        out.push('\n');
    }
    let mut grid = Grid::default();
    grid.row(["surfaces", "distinct", "listed", "%", "mentions", "listed", "%"].map(str::to_owned));
    for (kind, of) in rows() {
        let mut cells = vec![kind.to_owned()];
        for Covered { of, by_name, .. } in [of.surfaces, of.surface_mentions] {
            cells.extend([grouped(of), grouped(by_name), percent(by_name, of)]);
        }
        grid.cells(cells);
    }
    grid.write(out);
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { decimal(part as f64 / whole as f64 * 100.0, 1) }
}
