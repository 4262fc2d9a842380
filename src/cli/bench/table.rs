//! The figures for people: aligned columns.

use std::fmt::Write;
use std::time::Duration;

use super::{Figures, per};
use crate::cli::grid::{Grid, decimal, grouped};
use crate::engine::bench::machine::{self, Memory};
use crate::engine::bench::{Samples, Stage};

/// The table that goes to standard output.
pub(super) fn table(figures: &Figures<'_>) -> String {
    let mut out = String::new();
    head(figures, &mut out);
    stages(figures, &mut out);
    runs(figures, &mut out);
    out
}

fn head(figures: &Figures<'_>, out: &mut String) {
    let counts = &figures.measured.counts;
    let mut line = |what: &str, text: String| {
        let _ = writeln!(out, "{what:<11} {text}");
    };
    let cpu = machine::cpu_model().unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let build = if cfg!(debug_assertions) { ", debug build" } else { "" };
    line("machine", format!("{cpu}, {} cores, gazetier {}{build}", figures.cores, env!("CARGO_PKG_VERSION")));
    line(
        "corpus",
        format!(
            "{} documents, {} MB of text, {} words, {} mentions{}",
            grouped(counts.documents),
            decimal(counts.bytes as f64 / 1e6, 2),
            grouped(counts.words),
            grouped(counts.mentions),
            if figures.measured.cut { " (cut)" } else { "" },
        ),
    );
    for layer in &figures.gazetteer.layers {
        let size = layer.source_bytes.map_or(String::new(), |bytes| format!(", {} MB", decimal(bytes as f64 / 1e6, 1)));
        line(
            "gazetteer",
            format!(
                "{}: {} entities, {} names{size}, read in {} ms",
                layer.info.label,
                grouped(layer.info.entities),
                grouped(layer.info.names),
                decimal(ms(layer.read), 1),
            ),
        );
    }
    let all_compiled = figures.gazetteer.layers.iter().all(|layer| layer.compiled);
    let done = if all_compiled { "opened" } else { "compiled" };
    line(done, format!("in {} ms", decimal(ms(figures.gazetteer.compile), 1)));
    let mb = |bytes: u64| format!("{} MB", decimal(bytes as f64 / 1e6, 1));
    let growth = |(before, after): (Memory, Memory)| mb(after.resident.saturating_sub(before.resident));
    let parts = [
        figures.gazetteer.memory.map(|pair| format!("{} for the gazetteers", growth(pair))),
        figures.measured.memory_of_runs.map(|memory| format!("{} at the peak of a run", mb(memory.peak))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        line("memory", parts.join(", "));
    }
}

fn stages(figures: &Figures<'_>, out: &mut String) {
    let measured = &figures.measured;
    let clock = if measured.cpu_time { "CPU time" } else { "time on the wall" };
    let repeat = figures.args.repeat;
    let _ = writeln!(out, "\nstages on one thread, {clock}, median of {repeat}");
    let places = places(&measured.total);
    let mut grid = Grid::default();
    grid.row(["stage", "ms", "min", "max", "spread", "MB/s", "ns/word", "share"].map(str::to_owned));
    let mut row = |name: &str, time: &Samples, share: bool| {
        let ms = time.median();
        grid.row([
            name.to_owned(),
            decimal(ms, places),
            decimal(time.min(), places),
            decimal(time.max(), places),
            percent(time.spread()),
            optional(figures.mb_per_s(ms), 1),
            optional(figures.ns_per_word(ms), 2),
            if share { percent(measured.share(time)) } else { String::new() },
        ]);
    };
    let (in_total, beside): (Vec<_>, Vec<_>) = measured.stages.iter().partition(|stage| stage.stage.in_total());
    for stage in in_total {
        row(stage.stage.name(), &stage.time, true);
    }
    row("total", &measured.total, true);
    for stage in beside {
        let name = if stage.stage == Stage::WriteAll { "write, all tables" } else { stage.stage.name() };
        row(name, &stage.time, false);
    }
    grid.write(out);
}

fn runs(figures: &Figures<'_>, out: &mut String) {
    let measured = &figures.measured;
    let places = places(&measured.total);
    let from = if measured.runs_read_files { "from the files" } else { "from memory" };
    let _ = writeln!(out, "\nruns {from} to rows, time on the wall, median of {}", figures.args.repeat);
    let mut grid = Grid::default();
    let names = ["threads", "ms", "min", "max", "spread", "MB/s", "documents/s", "mentions/s", "speed-up", "CPU s"];
    grid.row(names.map(str::to_owned));
    for run in &measured.runs {
        let ms = run.wall.median();
        let each_second =
            |count: u64| per(count as f64, ms / 1e3).map_or("-".to_owned(), |n| grouped(n.round() as u64));
        grid.row([
            run.threads.to_string(),
            decimal(ms, places),
            decimal(run.wall.min(), places),
            decimal(run.wall.max(), places),
            percent(run.wall.spread()),
            optional(figures.mb_per_s(ms), 1),
            each_second(measured.counts.documents),
            each_second(measured.counts.mentions),
            optional(figures.speed_up(ms), 2),
            optional((!run.cpu.is_empty()).then(|| run.cpu.median() / 1e3), 3),
        ]);
    }
    grid.write(out);
}

/// Digits of milliseconds: more where all of it takes little.
fn places(total: &Samples) -> usize {
    if total.median() < 100.0 { 3 } else { 1 }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn optional(value: Option<f64>, places: usize) -> String {
    value.map_or("-".to_owned(), |value| decimal(value, places))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
