//! The figures for people: shares in per cent.

use std::fmt::Write;
use std::path::Path;

use super::Figures;
use super::compare::{Change, Changes};
use crate::cli::grid::{Grid, decimal, grouped};
use crate::eval::{KindCounts, Scores};

/// The table that goes to standard output.
pub(super) fn table(figures: &Figures<'_>, changes: &[Changes]) -> String {
    let mut out = String::new();
    let evaluation = &figures.evaluation;
    let names: Vec<String> = figures.gold.iter().map(|file| name(&file.path)).collect();
    let documents = grouped(evaluation.total.documents);
    let layers: Vec<&str> = figures.layers.iter().map(|layer| layer.label.as_str()).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "gold       {}: {documents} documents", names.join(", "));
    let _ = writeln!(out, "gazetteer  {}", layers.join(", "));
    out.push('\n');
    spans(&evaluation.total, &mut out);
    ids(&evaluation.total, &mut out);
    if evaluation.files.len() > 1 {
        let rows = evaluation.files.iter().map(|file| (name(&file.path), &file.scores));
        parts("file", rows.collect(), &mut out);
        let rows = evaluation.languages.iter().map(|(language, scores)| (language.clone(), scores));
        parts("language", rows.collect(), &mut out);
    }
    changes.iter().for_each(|changes| compared(changes, &mut out));
    out
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The kinds, then all together.
fn rows(scores: &Scores) -> Vec<(&str, KindCounts)> {
    let kinds = scores.kinds.iter().map(|(kind, counts)| (kind.as_str(), *counts));
    kinds.chain([("all", scores.all())]).collect()
}

fn spans(scores: &Scores, out: &mut String) {
    let mut grid = Grid::default();
    grid.row(
        ["kind", "gold", "found", "right", "precision", "recall", "F1", "untyped P", "untyped R", "untyped F1"]
            .map(str::to_owned),
    );
    for (kind, counts) in rows(scores) {
        let (strict, untyped) = (counts.strict(), counts.untyped());
        grid.row([
            kind.to_owned(),
            grouped(counts.gold),
            grouped(counts.found),
            grouped(counts.right),
            percent(strict.precision()),
            percent(strict.recall()),
            percent(strict.f1()),
            percent(untyped.precision()),
            percent(untyped.recall()),
            percent(untyped.f1()),
        ]);
    }
    grid.write(out);
    if scores.ignored > 0 {
        let _ = writeln!(out, "{} found mentions touch ignored ones and count neither way", grouped(scores.ignored));
    }
}

fn ids(scores: &Scores, out: &mut String) {
    if scores.all().ids.with_id == 0 {
        return;
    }
    out.push('\n');
    let mut grid = Grid::default();
    grid.row(
        ["ids", "gold with id", "listed", "found", "right", "right of listed", "right of found"].map(str::to_owned),
    );
    for (kind, counts) in rows(scores) {
        let ids = counts.ids;
        grid.row([
            kind.to_owned(),
            grouped(ids.with_id),
            grouped(ids.listed),
            grouped(ids.found),
            grouped(ids.right),
            percent(ids.right_of_listed()),
            percent(ids.right_of_found()),
        ]);
    }
    grid.write(out);
}

/// One row for each part of the gold.
fn parts(of: &str, parts: Vec<(String, &Scores)>, out: &mut String) {
    out.push('\n');
    let mut grid = Grid::default();
    grid.row(
        [of, "documents", "gold", "found", "right", "precision", "recall", "F1", "untyped F1", "ids right"]
            .map(str::to_owned),
    );
    for (name, scores) in parts {
        let all = scores.all();
        grid.row([
            name,
            grouped(scores.documents),
            grouped(all.gold),
            grouped(all.found),
            grouped(all.right),
            percent(all.strict().precision()),
            percent(all.strict().recall()),
            percent(all.strict().f1()),
            percent(all.untyped().f1()),
            percent(all.ids.right_of_found()),
        ]);
    }
    grid.write(out);
}

fn compared(changes: &Changes, out: &mut String) {
    let _ = writeln!(out, "\ncompared with {}", changes.path);
    let mut grid = Grid::default();
    grid.row(
        ["kind", "precision", "", "recall", "", "F1", "", "untyped F1", "", "right of listed", ""].map(str::to_owned),
    );
    for (kind, of) in &changes.kinds {
        let now = |figure: usize| percent(of[figure].now);
        let growth = |figure: usize| growth(of[figure]);
        grid.row([
            kind.clone().unwrap_or_else(|| "all".to_owned()),
            now(0),
            growth(0),
            now(1),
            growth(1),
            now(2),
            growth(2),
            now(5),
            growth(5),
            now(6),
            growth(6),
        ]);
    }
    grid.write(out);
}

/// A share in per cent.
fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| decimal(share * 100.0, 1))
}

/// A change in points.
fn growth(change: Change) -> String {
    match change.growth() {
        Some(growth) if growth != 0.0 => format!("{:+.1}", growth * 100.0),
        Some(_) => "=".to_owned(),
        None => "-".to_owned(),
    }
}
