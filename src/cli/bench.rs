//! `gazetier bench`: how fast a corpus runs with given gazetteers.

mod json;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::args::{BenchArgs, size};
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, setup};
use crate::corpus::CorpusOptions;
use crate::engine::bench::machine::{self, Memory};
use crate::engine::bench::{BenchOptions, Clocks, Corpus, Listener, Measured, measure};
use crate::engine::pipeline;
use crate::engine::run::LayerInfo;
use crate::error::Problem;

/// One layer of the gazetteer.
struct LayerFigures {
    info: LayerInfo,
    /// A compiled file, which is opened, not compiled.
    compiled: bool,
    /// Bytes of its files; none for the built-in one.
    source_bytes: Option<u64>,
    read: Duration,
}

/// The gazetteers.
struct GazetteerFigures {
    hash: String,
    layers: Vec<LayerFigures>,
    compile: Duration,
    /// Memory before they were read, and when they were compiled.
    memory: Option<(Memory, Memory)>,
}

/// All that is shown.
struct Figures<'a> {
    args: &'a BenchArgs,
    config: Option<PathBuf>,
    limit: u64,
    threads: Vec<usize>,
    cores: usize,
    load: Option<f64>,
    gazetteer: GazetteerFigures,
    measured: Measured,
    /// At the end.
    memory: Option<Memory>,
    noise: Vec<String>,
}

pub(super) fn run(args: &BenchArgs, config: Option<PathBuf>) -> Result<Outcome> {
    let load = machine::load_average();
    let cores = pipeline::default_threads();
    let limit = size(&args.limit)?;
    let json = args.json.as_deref();
    let json_file = json.filter(|path| path.as_os_str() != "-");
    if let Some(path) = json_file {
        let inputs = Inputs {
            gazetteers: paths(&args.gazetteer.paths),
            corpora: paths(&args.inputs),
            follow: args.follow,
            ..Inputs::default()
        };
        setup::refuse_to_overwrite(path, &inputs)?;
    }
    let mut report = Report::new(args.quiet);
    if let Some(path) = &config {
        report.line(&format!("using {}", path.display()));
    }
    if cfg!(debug_assertions) {
        report.line("this is a debug build: a release build is many times faster");
    }

    let before = machine::memory();
    let (gazetteer, times) = setup::gazetteer(&args.gazetteer, &mut report)?;
    let infos = LayerInfo::of(&gazetteer);
    let hash = LayerInfo::hash_of(&infos);
    let layers = infos.into_iter().zip(gazetteer.layers()).zip(times).map(|((info, layer), read)| LayerFigures {
        info,
        compiled: layer.compiled.is_some(),
        source_bytes: bytes_of(&layer.files),
        read,
    });
    let layers = layers.collect();
    let compiling = Instant::now();
    let extractor = setup::extractor(&args.find, &args.gazetteer, gazetteer, &mut report)?;
    let compile = compiling.elapsed();
    let gazetteer = GazetteerFigures { hash, layers, compile, memory: before.zip(machine::memory()) };

    let options =
        CorpusOptions { follow: args.follow, output: json_file.map(Path::to_path_buf), ..CorpusOptions::default() };
    let mut corpus = Corpus::new(&args.inputs, options, limit);
    let threads = threads(&args.threads, cores);
    let options = BenchOptions { repeat: usize::from(args.repeat), threads: threads.clone(), clocks: clocks() };
    let stop = setup::stop_flag();
    let measured = measure(&extractor, &mut corpus, &options, &stop, &mut report);
    report.end_progress();
    let Some(measured) = measured? else { return Ok(Outcome::Stopped) };
    report.end_problems("");

    let counts = &measured.counts;
    if counts.errors + counts.warnings > 0 {
        report.line(&format!("{} errors, {} warnings", counts.errors, counts.warnings));
    }
    if measured.cut {
        let megabytes = measured.input_bytes as f64 / 1e6;
        report.line(&format!("only the first {megabytes:.1} MB of the corpus are measured (--limit {})", args.limit));
    }
    let noise = measured.noise(load, cores);
    for reason in &noise {
        report.line(&format!("noisy: {reason}"));
    }
    let errors = counts.errors;
    let figures =
        Figures { args, config, limit, threads, cores, load, gazetteer, measured, memory: machine::memory(), noise };
    if let Some(path) = json_file {
        setup::write_figures(&json::json(&figures), Some(path))?;
    }
    let shown = if json.is_some() && json_file.is_none() { json::json(&figures) } else { table::table(&figures) };
    let mut out = std::io::stdout().lock();
    out.write_all(shown.as_bytes())?;
    out.flush()?;
    Ok(if errors > 0 { Outcome::Findings } else { Outcome::Done })
}

impl Listener for Report {
    fn problem(&mut self, problem: &Problem) {
        Report::problem(self, problem);
    }

    fn step(&mut self, what: &str) {
        Report::step(self, what);
    }
}

impl Figures<'_> {
    fn runs_of_one_thread(&self) -> Option<f64> {
        self.measured.runs.iter().find(|run| run.threads == 1).map(|run| run.wall.median())
    }

    /// How many times as fast as with one thread.
    fn speed_up(&self, wall_ms: f64) -> Option<f64> {
        Some(per(self.runs_of_one_thread()?, wall_ms)?).filter(|factor| *factor > 0.0)
    }

    /// Megabytes (10⁶ bytes of text) a second.
    fn mb_per_s(&self, ms: f64) -> Option<f64> {
        per(self.measured.counts.bytes as f64 / 1e6, ms / 1e3)
    }

    fn ns_per_word(&self, ms: f64) -> Option<f64> {
        per(ms * 1e6, self.measured.counts.words as f64)
    }
}

/// A rate, where there is one.
fn per(amount: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| amount / of)
}

/// 1, 2, 4 … and all cores, where the user gives no list; else the list, each number once.
fn threads(list: &[u16], cores: usize) -> Vec<usize> {
    let mut threads: Vec<usize> = Vec::new();
    let powers = (0..).map(|power| 1_usize << power).take_while(|n| *n < cores).chain([cores]);
    let given = list.iter().map(|n| usize::from(*n));
    let all: Vec<usize> = if list.is_empty() { powers.collect() } else { given.collect() };
    for n in all {
        if !threads.contains(&n) {
            threads.push(n);
        }
    }
    threads
}

fn bytes_of(files: &[String]) -> Option<u64> {
    if files.is_empty() {
        return None;
    }
    files.iter().map(|file| Some(std::fs::metadata(file).ok()?.len())).sum()
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd"))]
fn clocks() -> Clocks {
    use rustix::time::{ClockId, Timespec, clock_gettime};
    fn duration(time: Timespec) -> Option<Duration> {
        Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
    }
    Clocks {
        thread: || duration(clock_gettime(ClockId::ThreadCPUTime)),
        process: || duration(clock_gettime(ClockId::ProcessCPUTime)),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd")))]
fn clocks() -> Clocks {
    Clocks::WALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_doubled_up_to_the_cores() {
        for (list, cores, expected) in [
            (&[][..], 1, &[1][..]),
            (&[], 2, &[1, 2]),
            (&[], 6, &[1, 2, 4, 6]),
            (&[], 8, &[1, 2, 4, 8]),
            (&[4, 1, 4], 2, &[4, 1]),
        ] {
            assert_eq!(threads(list, cores), expected);
        }
    }

    #[test]
    fn cpu_time_goes_on_while_there_is_work() {
        let clocks = clocks();
        let Some(before) = (clocks.thread)() else { return };
        let mut sum = 0_u64;
        while (clocks.thread)() == Some(before) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!((clocks.process)().is_some_and(|time| time > Duration::ZERO));
    }
}
