//! How fast a corpus runs: stage by stage on one thread, and as a whole on several.
//!
//! *Stages* are measured over the corpus in memory, each by passes of its own over all of it. Two passes over one
//! document right after each other would find the gazetteer's tables in the cache and make the second look cheap; a pass
//! over the whole corpus meets them as a run does. A stage that cannot run alone is the difference of two passes of the
//! same repetition: `match` is what finding hits takes beyond finding words.
//!
//! *Runs* go through the real pipeline, from the files to encoded rows, which are dropped.
//!
//! Repetitions are interleaved – every stage and run once, then all of them again – so that a slow minute of the machine
//! falls on all figures and not on one. All runs must count the same, whatever their number of threads.

mod corpus;
pub mod machine;
mod noise;
mod samples;
mod stages;

pub use corpus::Corpus;
pub use noise::{MAX_IDLE, MAX_SPREAD, MIN_PASS_MS, MIN_SHARE};
pub use samples::Samples;
pub use stages::{STAGES, Stage, StageSamples};

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Extractor;
use crate::corpus::RepeatedIds;
use crate::error::{Error, Problem, Result};
use crate::table::Table;

use super::pipeline::{self, End};
use super::run::{BatchWorker, Counts, RunPlan, Worked};
use machine::Memory;

/// Clocks of CPU time, which the standard library does not have. Where there is none, the clock on the wall stands in.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// CPU time of the calling thread.
    pub thread: fn() -> Option<Duration>,
    /// CPU time of all threads of the process.
    pub process: fn() -> Option<Duration>,
}

impl Clocks {
    /// No clock but the one on the wall.
    pub const WALL: Self = Self { thread: || None, process: || None };
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct BenchOptions {
    /// How often, after a first time that does not count; at least 1.
    pub repeat: usize,
    /// The numbers of threads of the runs.
    pub threads: Vec<usize>,
    /// Where CPU time comes from.
    pub clocks: Clocks,
}

/// Who hears what happens meanwhile.
pub trait Listener {
    /// Something is wrong with the corpus. Told once, in the order of the input.
    fn problem(&mut self, problem: &Problem);

    /// What is being done now, in a few words.
    fn step(&mut self, what: &str);
}

/// The runs with one number of threads.
#[derive(Clone, Debug)]
pub struct RunSamples {
    /// How many worker threads.
    pub threads: usize,
    /// Milliseconds on the wall.
    pub wall: Samples,
    /// Milliseconds of CPU time, over all threads of the process; empty where there is no such clock.
    pub cpu: Samples,
}

/// All that was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What every run counted.
    pub counts: Counts,
    /// Bytes of input, as the files have it.
    pub input_bytes: u64,
    /// The corpus goes on beyond the limit.
    pub cut: bool,
    /// The runs read the files again; otherwise they work the corpus in memory, as for standard input.
    pub runs_read_files: bool,
    /// Stages are measured in CPU time; otherwise by the clock on the wall.
    pub cpu_time: bool,
    /// One for each of [`STAGES`] that could be measured.
    pub stages: Vec<StageSamples>,
    /// Milliseconds of one document after the other through all stages that make up a run.
    pub total: Samples,
    /// One for each number of threads.
    pub runs: Vec<RunSamples>,
    /// Share of the time of the stages during which the thread had to wait for a core, by repetition.
    pub idle: Samples,
    /// Memory after the first run of each number of threads, before the corpus is held in memory.
    pub memory_of_runs: Option<Memory>,
    /// Memory before and after the corpus was taken in.
    pub memory_of_corpus: Option<(Memory, Memory)>,
}

/// Measures. `None` when `stop` became true.
///
/// # Errors
/// A file is gone; the corpus has no document; two runs counted differently.
pub fn measure(
    extractor: &Extractor,
    corpus: &mut Corpus,
    options: &BenchOptions,
    stop: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<Option<Measured>> {
    let clocks = options.clocks;
    let mut runner = Runner { extractor, clocks, stop, expected: None, stopped: false };
    let mut memory_of_runs = None;
    if corpus.can_be_read_again() {
        // The first runs warm the files up, too, and show the memory of a run without the corpus in it.
        for &threads in &options.threads {
            listener.step(&format!("first run, {threads} threads"));
            runner.run(corpus, threads, listener)?;
        }
        memory_of_runs = machine::memory();
    }
    listener.step("reading the corpus into memory");
    let before = machine::memory();
    corpus.load(stop)?;
    let memory_of_corpus = before.zip(machine::memory());
    if !corpus.can_be_read_again() {
        for &threads in &options.threads {
            listener.step(&format!("first run, {threads} threads"));
            runner.run(corpus, threads, listener)?;
        }
    }
    if runner.stopped || stop.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let counts = runner.expected.clone().unwrap_or_default();
    if counts.documents == 0 {
        let errors = if counts.errors > 0 { format!(", and {} errors", counts.errors) } else { String::new() };
        return Err(Error::message(format!("the corpus has no document{errors}: there is nothing to measure")));
    }

    let mut passes = stages::Passes::new(extractor, clocks);
    let mut collected = stages::Collected::default();
    let mut runs: Vec<RunSamples> = options
        .threads
        .iter()
        .map(|&threads| RunSamples { threads, wall: Samples::default(), cpu: Samples::default() })
        .collect();
    for repetition in 0..=options.repeat.max(1) {
        let counted = repetition > 0;
        let step = if counted { format!("{repetition} of {}", options.repeat.max(1)) } else { "warming up".into() };
        listener.step(&format!("{step}: stages"));
        let Some(times) = passes.measure(corpus, stop)? else { return Ok(None) };
        if counted {
            collected.add(&times);
            for run in &mut runs {
                listener.step(&format!("{step}: {} threads", run.threads));
                let (wall, cpu) = runner.run(corpus, run.threads, listener)?;
                run.wall.push(wall);
                cpu.into_iter().for_each(|cpu| run.cpu.push(cpu));
            }
        }
        if runner.stopped {
            return Ok(None);
        }
    }
    Ok(Some(Measured {
        counts,
        input_bytes: corpus.bytes(),
        cut: corpus.is_cut(),
        runs_read_files: corpus.can_be_read_again(),
        cpu_time: (clocks.thread)().is_some(),
        total: collected.total(),
        idle: collected.idle(),
        stages: collected.into_stages(),
        runs,
        memory_of_runs,
        memory_of_corpus,
    }))
}

/// Runs the pipeline and holds every run to what the first one counted.
struct Runner<'a> {
    extractor: &'a Extractor,
    clocks: Clocks,
    stop: &'a AtomicBool,
    expected: Option<Counts>,
    stopped: bool,
}

impl Runner<'_> {
    /// Milliseconds on the wall and of CPU time.
    fn run(
        &mut self,
        corpus: &Corpus,
        threads: usize,
        listener: &mut dyn Listener,
    ) -> Result<(Duration, Option<Duration>)> {
        if self.stopped {
            return Ok((Duration::ZERO, None));
        }
        let first = self.expected.is_none();
        let plan = RunPlan::new(self.extractor.stack(), &[Table::Mentions]);
        let mut counts = Counts::default();
        let mut ids = RepeatedIds::new();
        let cpu = (self.clocks.process)();
        let begun = Instant::now();
        let mut batches = corpus.batches()?;
        let end = pipeline::run(
            threads,
            || Ok(batches.next()),
            || BatchWorker::new(self.extractor, &plan),
            |worker, batch| worker.work(batch.as_ref()),
            |mut worked: Worked| {
                counts.add(worked.output.counts());
                let repeated = worked.ids.iter().filter_map(|id| ids.check(id));
                let repeated: Vec<Problem> = repeated.collect();
                counts.warnings += repeated.len() as u64;
                if first {
                    worked.problems.iter().chain(&repeated).for_each(|problem| listener.problem(problem));
                }
                let error = worked.error.take();
                worked.reuse();
                error.map_or(Ok(()), Err)
            },
            self.stop,
        )?;
        let wall = begun.elapsed();
        let cpu = (self.clocks.process)().zip(cpu).map(|(after, before)| after.saturating_sub(before));
        if end == End::Stopped {
            self.stopped = true;
            return Ok((wall, cpu));
        }
        let expected = self.expected.get_or_insert_with(|| counts.clone());
        if *expected != counts {
            return Err(Error::message(format!(
                "two runs differ, the second on {threads} threads: {} documents with {} mentions, then {} with {} (did \
                 the corpus change meanwhile?)",
                expected.documents, expected.mentions, counts.documents, counts.mentions
            )));
        }
        Ok((wall, cpu))
    }
}

/// Time that passed on both clocks.
#[derive(Clone, Copy, Debug, Default)]
struct Lap {
    /// CPU time, or what stands in for it.
    cpu: Duration,
    wall: Duration,
}

impl Lap {
    /// Adds the time that something takes.
    fn time<T>(&mut self, clocks: Clocks, work: impl FnOnce() -> T) -> T {
        let cpu = (clocks.thread)();
        let begun = Instant::now();
        let done = work();
        let wall = begun.elapsed();
        self.wall += wall;
        self.cpu += (clocks.thread)().zip(cpu).map_or(wall, |(after, before)| after.saturating_sub(before));
        done
    }
}
