//! Engines against each other: every round runs all of them once, so that a noisy minute hits all alike.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::corpus::{Text, bytes};
use crate::{Result, system};

/// A built matcher, shared by threads.
pub trait Engine: Sync {
    /// What one thread searches with.
    fn searcher(&self) -> Box<dyn Searcher + '_>;
}

/// Searches documents one after the other.
pub trait Searcher {
    /// How many matches a document has. This is what is timed.
    fn count(&mut self, document: &Text) -> u64;

    /// The bytes of the matches, for checks.
    fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>);
}

/// An engine that is built, with what the building took.
pub struct Built {
    /// The name shown.
    pub name: &'static str,
    pub version: String,
    /// CPU seconds of building.
    pub build_seconds: f64,
    /// Growth of the resident memory by what was built, in megabytes.
    pub resident_mb: f64,
    /// The highest growth while it was built.
    pub peak_mb: f64,
    pub engine: Box<dyn Engine>,
}

impl Built {
    /// Builds an engine, and takes the time and the memory.
    pub fn new(name: &'static str, version: String, build: impl FnOnce() -> Result<Box<dyn Engine>>) -> Result<Self> {
        let resident = system::resident_mb();
        system::reset_peak();
        let begun = system::process_cpu();
        let engine = build().map_err(|error| format!("{name}: {error}"))?;
        let build_seconds = system::process_cpu() - begun;
        let peak_mb = system::peak_mb() - resident;
        let resident_mb = system::resident_mb() - resident;
        Ok(Self { name, version, build_seconds, resident_mb, peak_mb, engine })
    }
}

/// What an engine did on given documents with given threads.
pub struct Measured {
    /// Megabytes (10^6 bytes of text) a second of each round, ascending.
    pub speeds: Vec<f64>,
    pub count: u64,
}

/// Measures several engines, each on its documents and with the count it must find, in interleaved rounds.
///
/// One thread is timed by its CPU time, more by the clock on the wall, in three rounds at most: it tells less.
///
/// # Errors
/// An engine finds another number of matches than it must.
pub fn measure(engines: &[(&Built, &[&Text], u64)], threads: usize, rounds: usize) -> Result<Vec<Measured>> {
    let mut speeds = vec![Vec::new(); engines.len()];
    let rounds = if threads == 1 { rounds } else { rounds.min(3) };
    for _ in 0..rounds {
        for (speeds, (built, documents, expected)) in speeds.iter_mut().zip(engines) {
            let (seconds, count) = if threads == 1 {
                alone(&*built.engine, documents)
            } else {
                shared(&*built.engine, documents, threads)
            };
            if count != *expected {
                return Err(format!("{}: {count} matches with {threads} threads, not {expected}", built.name).into());
            }
            speeds.push(bytes(documents) as f64 / 1e6 / seconds);
        }
    }
    let measured = speeds.into_iter().zip(engines).map(|(mut speeds, (_, _, count))| {
        speeds.sort_by(f64::total_cmp);
        Measured { speeds, count: *count }
    });
    Ok(measured.collect())
}

fn alone(engine: &dyn Engine, documents: &[&Text]) -> (f64, u64) {
    let mut searcher = engine.searcher();
    let begun = system::thread_cpu();
    let count = documents.iter().map(|document| black_box(searcher.count(black_box(document)))).sum();
    (system::thread_cpu() - begun, count)
}

/// Threads take chunks of documents until none is left.
fn shared(engine: &dyn Engine, documents: &[&Text], threads: usize) -> (f64, u64) {
    const CHUNK: usize = 64;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut searcher = engine.searcher();
        let mut count = 0;
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(rest) = documents.get(from..) else { return count };
            let chunk = &rest[..rest.len().min(CHUNK)];
            if chunk.is_empty() {
                return count;
            }
            count += chunk.iter().map(|document| black_box(searcher.count(black_box(document)))).sum::<u64>();
        }
    };
    let begun = Instant::now();
    let count = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(|handle| handle.join().expect("a searcher panicked")).sum()
    });
    (begun.elapsed().as_secs_f64(), count)
}

/// How many matches an engine finds, and a hash of all their places in order.
pub fn fingerprint(engine: &dyn Engine, documents: &[&Text]) -> (u64, u64) {
    let mut searcher = engine.searcher();
    let (mut spans, mut count, mut hash) = (Vec::new(), 0, 0u64);
    for (number, document) in documents.iter().enumerate() {
        spans.clear();
        searcher.spans(document, &mut spans);
        count += spans.len() as u64;
        for &(start, end) in &spans {
            for part in [number, start, end] {
                hash = (hash ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
            }
        }
    }
    (count, hash)
}
