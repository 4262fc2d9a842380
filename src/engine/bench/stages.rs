//! The stages of one thread.

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Clocks, Corpus, Lap, Samples};
use crate::corpus::{Batch, Scratch};
use crate::engine::run::{BatchEncoder, RunPlan};
use crate::error::Result;
use crate::resolve::Extraction;
use crate::table::{TABLES, Table};
use crate::text::Document;
use crate::{Extractor, Worker};

/// A stage of the work on a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Listing, opening and reading files, cutting them into batches.
    Files,
    /// Parsing batches into documents.
    Read,
    /// Detecting the language of documents that do not give it.
    Language,
    /// Finding words; in the dense shape of the search, folding them as well.
    Words,
    /// Folding what is not folded yet, looking words up, verifying hits.
    Match,
    /// From hits to mentions: gates, overlaps, candidates, rules, sentences, salience, topics.
    Resolve,
    /// Encoding the rows of the table `mentions`.
    Write,
    /// Encoding the rows of all tables, and the partials of run-wide ones. Not part of the total, which has `write`.
    WriteAll,
}

/// All stages, in the order of the work.
pub const STAGES: &[Stage] = &[
    Stage::Files,
    Stage::Read,
    Stage::Language,
    Stage::Words,
    Stage::Match,
    Stage::Resolve,
    Stage::Write,
    Stage::WriteAll,
];

impl Stage {
    /// Its name in tables and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Files => "files",
            Stage::Read => "read",
            Stage::Language => "language",
            Stage::Words => "words",
            Stage::Match => "match",
            Stage::Resolve => "resolve",
            Stage::Write => "write",
            Stage::WriteAll => "write_all",
        }
    }

    /// Whether a run with one table does it.
    pub fn in_total(self) -> bool {
        self != Stage::WriteAll
    }
}

/// The measurements of a stage.
#[derive(Clone, Debug)]
pub struct StageSamples {
    /// The stage.
    pub stage: Stage,
    /// Milliseconds.
    pub time: Samples,
}

/// One repetition: the time of each stage, by place in [`STAGES`]; `None` where it cannot be measured.
pub(super) struct Times {
    stages: [Option<Duration>; STAGES.len()],
    /// CPU time and time on the wall of the passes over memory.
    passes: Lap,
}

/// Goes over the corpus in memory, once for each thing that can be timed.
pub(super) struct Passes<'e> {
    clocks: Clocks,
    worker: Worker<'e>,
    mentions: BatchEncoder<'e>,
    all: BatchEncoder<'e>,
    scratch: Scratch,
    /// The documents of a batch, with texts of their own: parsed ones borrow from the scratch.
    documents: Vec<Document<'static>>,
}

impl<'e> Passes<'e> {
    pub(super) fn new(extractor: &'e Extractor, clocks: Clocks) -> Self {
        let stack = extractor.stack();
        Self {
            clocks,
            worker: extractor.worker(),
            mentions: BatchEncoder::new(&RunPlan::new(stack, &[Table::Mentions])),
            all: BatchEncoder::new(&RunPlan::new(stack, TABLES)),
            scratch: Scratch::default(),
            documents: Vec::new(),
        }
    }

    /// One repetition; `None` when it was stopped.
    pub(super) fn measure(&mut self, corpus: &Corpus, stop: &AtomicBool) -> Result<Option<Times>> {
        let stopped = || stop.load(Ordering::Relaxed);
        let files = if corpus.can_be_read_again() { Some(self.files(corpus, stop)?) } else { None };
        let read = self.read(corpus, stop);
        let language = self.pass(corpus, stop, |worker, document| {
            black_box(worker.language(document));
        });
        let words = self.pass(corpus, stop, |worker, document| {
            black_box(worker.words(document));
        });
        let hits = self.pass(corpus, stop, |worker, document| {
            black_box(worker.hits(document));
        });
        let extract = self.pass(corpus, stop, |worker, document| {
            black_box(worker.extract(document));
        });
        let [write, write_all] = self.write(corpus, stop)?;
        if stopped() {
            return Ok(None);
        }
        let mut passes = Lap::default();
        for lap in [read, language, words, hits, extract, write, write_all] {
            passes.cpu += lap.cpu;
            passes.wall += lap.wall;
        }
        // In the order of `STAGES`. Noise could make a difference negative, which no time is.
        let stages = [
            files.map(|lap| lap.cpu),
            Some(read.cpu),
            Some(language.cpu),
            Some(words.cpu),
            Some(hits.cpu.saturating_sub(words.cpu + language.cpu)),
            Some(extract.cpu.saturating_sub(hits.cpu)),
            Some(write.cpu),
            Some(write_all.cpu),
        ];
        Ok(Some(Times { stages, passes }))
    }

    fn files(&self, corpus: &Corpus, stop: &AtomicBool) -> Result<Lap> {
        let mut lap = Lap::default();
        lap.time(self.clocks, || -> Result<()> {
            let batches = corpus.open()?;
            // A batch gives its buffer back at once, as a worker does.
            batches.take_while(|_| !stop.load(Ordering::Relaxed)).for_each(|batch| drop(black_box(batch)));
            Ok(())
        })?;
        Ok(lap)
    }

    fn read(&mut self, corpus: &Corpus, stop: &AtomicBool) -> Lap {
        let mut lap = Lap::default();
        let scratch = &mut self.scratch;
        for batch in running(corpus, stop) {
            lap.time(self.clocks, || batch.documents(scratch, |found| drop(black_box(found))));
        }
        lap
    }

    /// Times one thing for every document. The texts were copied just before, as a worker's were just parsed.
    fn pass(
        &mut self,
        corpus: &Corpus,
        stop: &AtomicBool,
        mut work: impl FnMut(&mut Worker<'e>, &Document<'static>),
    ) -> Lap {
        let mut lap = Lap::default();
        for batch in running(corpus, stop) {
            self.parse(batch);
            let (worker, documents) = (&mut self.worker, &self.documents);
            lap.time(self.clocks, || documents.iter().for_each(|document| work(worker, document)));
        }
        lap
    }

    /// Encoding: the table `mentions`, and all tables. They take turns at being first, since the first one fetches what
    /// both need.
    fn write(&mut self, corpus: &Corpus, stop: &AtomicBool) -> Result<[Lap; 2]> {
        let mut laps = [Lap::default(); 2];
        for (number, batch) in running(corpus, stop).enumerate() {
            self.parse(batch);
            let worker = &mut self.worker;
            let found: Vec<Extraction> =
                self.documents.iter().map(|document| worker.extract(document).clone()).collect();
            let (documents, clocks) = (&self.documents, self.clocks);
            let encode = |encoder: &mut BatchEncoder<'e>, lap: &mut Lap| {
                let output = lap.time(clocks, || -> Result<_> {
                    for (document, extraction) in documents.iter().zip(&found) {
                        encoder.document(document, extraction)?;
                    }
                    Ok(encoder.take())
                });
                output.map(|output| encoder.reuse(black_box(output)))
            };
            let [mentions, all] = &mut laps;
            if number % 2 == 0 {
                encode(&mut self.mentions, mentions)?;
                encode(&mut self.all, all)?;
            } else {
                encode(&mut self.all, all)?;
                encode(&mut self.mentions, mentions)?;
            }
        }
        Ok(laps)
    }

    fn parse(&mut self, batch: &Batch) {
        let Self { documents, scratch, .. } = self;
        documents.clear();
        batch.documents(scratch, |found| documents.extend(found.ok().map(owned)));
    }
}

/// The batches in memory, until the user stops.
fn running<'c>(corpus: &'c Corpus, stop: &AtomicBool) -> impl Iterator<Item = &'c Batch> {
    corpus.loaded().iter().take_while(|_| !stop.load(Ordering::Relaxed))
}

fn owned(document: Document<'_>) -> Document<'static> {
    fn own(text: Cow<'_, str>) -> Cow<'static, str> {
        Cow::Owned(text.into_owned())
    }
    Document {
        id: own(document.id),
        text: own(document.text),
        repairs: document.repairs,
        path: own(document.path),
        title: own(document.title),
        date: own(document.date),
        lang: own(document.lang),
        url: own(document.url),
        offsets: document.offsets,
        carried: document.carried.into_iter().map(|(name, value)| (own(name), own(value))).collect(),
    }
}

/// All repetitions.
#[derive(Default)]
pub(super) struct Collected {
    stages: [Samples; STAGES.len()],
    total: Samples,
    idle: Samples,
}

impl Collected {
    pub(super) fn add(&mut self, times: &Times) {
        let mut total = Duration::ZERO;
        for ((stage, samples), time) in STAGES.iter().zip(&mut self.stages).zip(times.stages) {
            let Some(time) = time else { continue };
            samples.push(time);
            if stage.in_total() {
                total += time;
            }
        }
        self.total.push(total);
        let Lap { cpu, wall } = times.passes;
        if !wall.is_zero() {
            self.idle.push_value(wall.saturating_sub(cpu).as_secs_f64() / wall.as_secs_f64());
        }
    }

    pub(super) fn total(&self) -> Samples {
        self.total.clone()
    }

    pub(super) fn idle(&self) -> Samples {
        self.idle.clone()
    }

    pub(super) fn into_stages(self) -> Vec<StageSamples> {
        let measured = STAGES.iter().zip(self.stages).filter(|(_, time)| !time.is_empty());
        measured.map(|(stage, time)| StageSamples { stage: *stage, time }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_have_names_of_their_own() {
        let mut names: Vec<&str> = STAGES.iter().map(|stage| stage.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES.len());
    }

    #[test]
    fn the_total_is_that_of_a_run() {
        let mut collected = Collected::default();
        let ms = |ms| Some(Duration::from_millis(ms));
        let stages = [None, ms(1), ms(2), ms(3), ms(4), ms(5), ms(6), ms(100)];
        let passes = Lap { cpu: Duration::from_millis(75), wall: Duration::from_millis(100) };
        collected.add(&Times { stages, passes });
        assert_eq!((collected.total().median(), collected.idle().median()), (21.0, 0.25));
        let stages = collected.into_stages();
        assert_eq!(stages.len(), STAGES.len() - 1);
        assert_eq!((stages[0].stage, stages[0].time.median()), (Stage::Read, 1.0));
    }
}
