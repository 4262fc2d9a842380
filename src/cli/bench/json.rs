//! The figures as JSON. `docs/BENCH.md` describes every field; the unit is in the name.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::{Figures, per};
use crate::engine::bench::machine::{self, Memory};
use crate::engine::bench::{RunSamples, Samples};

/// Goes up when a field changes its meaning or goes away.
const FORMAT: u32 = 1;

/// The figures, and how they were made.
pub(super) fn json(figures: &Figures<'_>) -> String {
    let measured = &figures.measured;
    let counts = &measured.counts;
    let stages = measured.stages.iter();
    let stages: Map<String, Value> = stages.map(|s| (s.stage.name().to_owned(), stage(figures, &s.time))).collect();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let value = json!({
        "gazetier": env!("CARGO_PKG_VERSION"),
        "bench_format": FORMAT,
        "unix_time_s": now,
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "machine": {
            "os": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
            "cpu": machine::cpu_model(),
            "cores": figures.cores,
            "load_average": figures.load,
        },
        "config": figures.config.as_ref().map(|path| path.display().to_string()),
        "options": options(figures),
        "gazetteer": gazetteer(figures),
        "corpus": {
            "inputs": figures.args.inputs.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            "cut": measured.cut,
            "input_bytes": measured.input_bytes,
            "bytes": counts.bytes,
            "documents": counts.documents,
            "chars": counts.chars,
            "words": counts.words,
            "mentions": counts.mentions,
            "errors": counts.errors,
            "warnings": counts.warnings,
        },
        "stage_clock": if measured.cpu_time { "cpu" } else { "wall" },
        "stages": stages,
        "total": stage(figures, &measured.total),
        "idle": rounded(measured.idle.median()),
        "runs_read": if measured.runs_read_files { "files" } else { "memory" },
        "runs": measured.runs.iter().map(|r| run(figures, r)).collect::<Vec<_>>(),
        "memory": memory(figures),
        "noisy": !figures.noise.is_empty(),
        "noise": figures.noise,
    });
    format!("{value:#}\n")
}

fn options(figures: &Figures<'_>) -> Map<String, Value> {
    let mut options = figures.args.find.as_json();
    options.insert("lenient".into(), figures.args.gazetteer.lenient.into());
    options.insert("lexicon_memory".into(), figures.args.gazetteer.lexicon_memory.into());
    options.insert("follow".into(), figures.args.follow.into());
    options.insert("tables".into(), json!(["mentions"]));
    options.insert("threads".into(), json!(figures.threads));
    options.insert("repeat".into(), figures.args.repeat.into());
    options.insert("limit_bytes".into(), figures.limit.into());
    options
}

fn gazetteer(figures: &Figures<'_>) -> Value {
    let gazetteer = &figures.gazetteer;
    let ms = |time: std::time::Duration| rounded(time.as_secs_f64() * 1e3);
    let layers = gazetteer.layers.iter().map(|layer| {
        json!({
            "label": layer.info.label,
            "hash": layer.info.hash,
            "entities": layer.info.entities,
            "names": layer.info.names,
            "compiled": layer.compiled,
            "source_bytes": layer.source_bytes,
            "read_ms": ms(layer.read),
        })
    });
    json!({
        "hash": gazetteer.hash,
        "layers": layers.collect::<Vec<_>>(),
        "entities": gazetteer.layers.iter().map(|layer| layer.info.entities).sum::<u64>(),
        "names": gazetteer.layers.iter().map(|layer| layer.info.names).sum::<u64>(),
        "read_ms": ms(gazetteer.layers.iter().map(|layer| layer.read).sum()),
        "compile_ms": ms(gazetteer.compile),
    })
}

fn stage(figures: &Figures<'_>, time: &Samples) -> Value {
    let ms = time.median();
    json!({
        "ms": rounded(ms),
        "min_ms": rounded(time.min()),
        "max_ms": rounded(time.max()),
        "spread": rounded(time.spread()),
        "mb_per_s": figures.mb_per_s(ms).map(rounded),
        "ns_per_word": figures.ns_per_word(ms).map(rounded),
        "share": rounded(figures.measured.share(time)),
    })
}

fn run(figures: &Figures<'_>, run: &RunSamples) -> Value {
    let counts = &figures.measured.counts;
    let ms = run.wall.median();
    let cpu_s = (!run.cpu.is_empty()).then(|| run.cpu.median() / 1e3);
    json!({
        "threads": run.threads,
        "wall_ms": rounded(ms),
        "min_wall_ms": rounded(run.wall.min()),
        "max_wall_ms": rounded(run.wall.max()),
        "spread": rounded(run.wall.spread()),
        "mb_per_s": figures.mb_per_s(ms).map(rounded),
        "documents_per_s": per(counts.documents as f64, ms / 1e3).map(rounded),
        "mentions_per_s": per(counts.mentions as f64, ms / 1e3).map(rounded),
        "speed_up": figures.speed_up(ms).map(rounded),
        "cpu_s": cpu_s.map(rounded),
    })
}

fn memory(figures: &Figures<'_>) -> Value {
    let mb = |bytes: u64| rounded(bytes as f64 / 1e6);
    let growth = |(before, after): (Memory, Memory)| mb(after.resident.saturating_sub(before.resident));
    json!({
        "gazetteer_mb": figures.gazetteer.memory.map(growth),
        "gazetteer_peak_mb": figures.gazetteer.memory.map(|(before, after)| mb(after.peak.saturating_sub(before.resident))),
        "run_peak_mb": figures.measured.memory_of_runs.map(|memory| mb(memory.peak)),
        "corpus_mb": figures.measured.memory_of_corpus.map(growth),
        "peak_mb": figures.memory.map(|memory| mb(memory.peak)),
    })
}

/// Figures carry noise: digits behind the fourth place say nothing.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
