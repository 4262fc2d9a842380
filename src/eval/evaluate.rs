//! The second pass: extracts from the texts of gold files and counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::align::{Alignment, Got, Wanted, align};
use super::gold::{GoldFile, GoldMention, GoldRecord, LineBatch, MISCELLANEOUS};
use super::places::Places;
use super::scores::{KindCounts, MentionError, Mistake, Scores};
use crate::engine::pipeline::{self, End};
use crate::error::{Problem, Result};
use crate::gazetteer::normalise_id;
use crate::lexicon::EntityId;
use crate::resolve::max_hits;
use crate::text::{Document, Language, Span};
use crate::{Extractor, Mention, Worker};

/// How to evaluate.
#[derive(Clone, Debug, Default)]
pub struct EvalOptions {
    /// The kinds to score, instead of those that a file annotates.
    pub kinds: Option<Vec<String>>,
    /// Of the kinds that a file annotates, only these; empty for all. (For an extractor of some kinds only.)
    pub only: Vec<String>,
    /// Tell every mention that is wrong.
    pub errors: bool,
    /// Characters on either side of a wrong mention.
    pub context: usize,
    /// Worker threads; 0 for all cores.
    pub threads: usize,
}

/// Who hears what comes up meanwhile, in the order of the gold.
pub trait Listener {
    /// A document was not searched to its end.
    fn problem(&mut self, _problem: &Problem) {}

    /// A mention is wrong; only called if asked for ([`EvalOptions::errors`]).
    ///
    /// # Errors
    /// It cannot be written down: ends the evaluation.
    fn mention_error(&mut self, _error: &MentionError) -> Result<()> {
        Ok(())
    }

    /// So many documents are done.
    fn progress(&mut self, _documents: u64) {}
}

/// Nobody.
impl Listener for () {}

/// The scores of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileScores {
    /// The file.
    pub path: PathBuf,
    /// Its scores.
    pub scores: Scores,
}

/// All scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// Everything.
    pub total: Scores,
    /// By file, in the order given.
    pub files: Vec<FileScores>,
    /// By language in which documents were worked.
    pub languages: BTreeMap<String, Scores>,
}

/// Extracts from every text of some gold files and compares. `None` when `stop` became true.
///
/// # Errors
/// A file cannot be read any more, or the listener fails.
pub fn evaluate(
    extractor: &Extractor,
    files: &[GoldFile],
    options: &EvalOptions,
    stop: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<Option<Evaluation>> {
    let plans: Vec<Plan> = files.iter().map(|file| Plan::new(extractor, file, options)).collect();
    let mut evaluation = Evaluation::default();
    for (file, plan) in files.iter().zip(&plans) {
        evaluation.files.push(FileScores { path: file.path.clone(), scores: plan.scores() });
        evaluation.total.add(&plan.scores());
    }
    let mut numbers = 0..files.len();
    let mut lines = None;
    let end = pipeline::run(
        options.threads,
        || loop {
            if lines.is_none() {
                let Some(number) = numbers.next() else { return Ok(None) };
                lines = Some(files[number].lines(number)?);
            }
            if let Some(open) = &mut lines {
                match open.next_batch()? {
                    Some(batch) => return Ok(Some(batch)),
                    None => lines = None,
                }
            }
        },
        || extractor.worker(),
        |worker, batch: LineBatch| {
            let (file, plan) = (&files[batch.file], &plans[batch.file]);
            let mut judged = Judged { file: batch.file, ..Judged::default() };
            for (line, bytes) in batch.lines() {
                // What is broken was told by the first pass.
                let record = bytes.ok().and_then(|bytes| GoldRecord::parse(bytes, || file.default_id(line)).ok());
                if let Some(record) = record {
                    let place = (file.path.as_path(), line);
                    judged.problems.extend(problem_of(worker, &record, place));
                    judge(extractor, worker, plan, &record, options, &mut judged);
                }
            }
            judged
        },
        |judged| {
            for (language, counts) in judged.languages {
                let scores = plans[judged.file].named(counts);
                let known = evaluation.languages.entry(language.as_str().to_owned()).or_default();
                for sum in [known, &mut evaluation.total, &mut evaluation.files[judged.file].scores] {
                    sum.add(&scores);
                }
            }
            judged.problems.iter().for_each(|problem| listener.problem(problem));
            judged.errors.iter().try_for_each(|error| listener.mention_error(error))?;
            listener.progress(evaluation.total.documents);
            Ok(())
        },
        stop,
    )?;
    Ok((end == End::Complete).then_some(evaluation))
}

/// What counts in one file.
struct Plan {
    /// The kinds that are scored, in small letters and sorted.
    kinds: Vec<String>,
    /// By number of a kind in the stack: its place among those scored.
    of_stack: Vec<Option<u32>>,
}

impl Plan {
    fn new(extractor: &Extractor, file: &GoldFile, options: &EvalOptions) -> Self {
        let lower = |kinds: &[String]| kinds.iter().map(|kind| kind.to_lowercase()).collect::<BTreeSet<String>>();
        let only = lower(&options.only);
        let kinds: Vec<String> = match &options.kinds {
            Some(kinds) => lower(kinds).into_iter().collect(),
            None => {
                let own = file.kinds.iter().filter(|kind| *kind != MISCELLANEOUS);
                own.filter(|kind| only.is_empty() || only.contains(*kind)).cloned().collect()
            }
        };
        let place = |kind: &str| {
            let kind = kind.to_lowercase();
            kinds.binary_search(&kind).ok().map(|place| place as u32)
        };
        let of_stack = extractor.stack().kinds().map(place).collect();
        Self { kinds, of_stack }
    }

    /// Nothing counted yet.
    fn scores(&self) -> Scores {
        let kinds = self.kinds.iter().map(|kind| (kind.clone(), KindCounts::default())).collect();
        Scores { kinds, ..Scores::default() }
    }

    /// The place of a kind of the gold among those scored.
    fn place(&self, kind: &str) -> Option<u32> {
        self.kinds.binary_search_by(|scored| scored.as_str().cmp(kind)).ok().map(|place| place as u32)
    }

    /// The counts under the names of their kinds.
    fn named(&self, counts: Counts) -> Scores {
        let Counts { documents, ignored, kinds } = counts;
        Scores { documents, ignored, kinds: self.kinds.iter().cloned().zip(kinds).collect() }
    }

    fn found(&self, mention: &Mention) -> Option<u32> {
        self.of_stack.get(usize::from(mention.kind.0)).copied().flatten()
    }
}

/// The counts of some documents, of each kind at its place in the plan.
struct Counts {
    documents: u64,
    ignored: u64,
    kinds: Vec<KindCounts>,
}

/// What came of a batch.
#[derive(Default)]
struct Judged {
    file: usize,
    languages: Vec<(Language, Counts)>,
    problems: Vec<Problem>,
    errors: Vec<MentionError>,
}

/// Extracts from a record; a document that was not searched to its end is a problem.
fn problem_of(worker: &mut Worker<'_>, record: &GoldRecord, (path, line): (&std::path::Path, u64)) -> Option<Problem> {
    let document = Document { lang: record.lang.as_str().into(), ..Document::new(&record.id, &record.text) };
    worker.extract(&document).given_up?;
    let message =
        format!("more than {} hits, so the document was not searched to its end", max_hits(record.text.len()));
    Some(Problem::error("too-many-hits", message).in_file(path.display().to_string()).at_line(line))
}

/// Compares what the worker found last with the record that it worked.
fn judge(
    extractor: &Extractor,
    worker: &Worker<'_>,
    plan: &Plan,
    record: &GoldRecord,
    options: &EvalOptions,
    judged: &mut Judged,
) {
    let extraction = worker.extraction();
    let (mut wanted, mut marks, mut ignored) = (Vec::new(), Vec::new(), Vec::new());
    for mark in &record.mentions {
        let also: Vec<u32> = mark.also.iter().filter_map(|kind| plan.place(kind)).collect();
        match plan.place(&mark.kind).filter(|_| !mark.ignore) {
            Some(kind) => {
                wanted.push(Wanted { span: mark.chars, kinds: std::iter::once(kind).chain(also).collect() });
                marks.push(mark);
            }
            // Of a kind that is not scored, although one that is would be acceptable: it would be right, if it counted.
            None if mark.ignore || mark.kind == MISCELLANEOUS || !also.is_empty() => ignored.push(mark.chars),
            None => {}
        }
    }
    // With `--overlaps all` a span has a row for each entity: one of each kind is enough.
    let (mut got, mut mentions): (Vec<Got>, Vec<&Mention>) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for mention in &extraction.mentions {
        if let Some(kind) = plan.found(mention)
            && seen.insert((mention.chars, kind))
        {
            got.push(Got { span: mention.chars, kind });
            mentions.push(mention);
        }
    }
    let aligned = align(&wanted, &got, &ignored);

    // Names of kinds are for the end: a document has few of the kinds.
    let language = extraction.language;
    let place = judged.languages.iter().position(|(known, _)| *known == language).unwrap_or_else(|| {
        let kinds = vec![KindCounts::default(); plan.kinds.len()];
        judged.languages.push((language, Counts { documents: 0, ignored: 0, kinds }));
        judged.languages.len() - 1
    });
    let Counts { documents, ignored, kinds: counts } = &mut judged.languages[place].1;
    *documents += 1;
    *ignored += aligned.ignored.len() as u64;
    for mark in &wanted {
        counts[mark.kinds[0] as usize].gold += 1;
    }
    for (w, _) in &aligned.right {
        let kind = &mut counts[wanted[*w].kinds[0] as usize];
        kind.right += 1;
        kind.found += 1;
    }
    for (w, g) in &aligned.wrong_kind {
        counts[wanted[*w].kinds[0] as usize].gold_as_other += 1;
        let kind = &mut counts[got[*g].kind as usize];
        kind.found_as_other += 1;
        kind.found += 1;
    }
    for g in &aligned.spurious {
        counts[got[*g].kind as usize].found += 1;
    }
    let stack = extractor.stack();
    let entity_of = |mark: &GoldMention| -> Option<EntityId> {
        let id = Some(mark.id.as_str()).filter(|id| !id.is_empty())?;
        stack.find(&normalise_id(id)?)
    };
    for (mark, wanted) in marks.iter().zip(&wanted).filter(|(mark, _)| !mark.id.is_empty()) {
        let ids = &mut counts[wanted.kinds[0] as usize].ids;
        ids.with_id += 1;
        let Some(entity) = entity_of(mark) else { continue };
        ids.listed += 1;
        let at = extraction.mentions.partition_point(|mention| mention.chars < mark.chars);
        let same = extraction.mentions[at..].iter().take_while(|mention| mention.chars == mark.chars);
        let mut same = same.filter(|mention| plan.found(mention).is_some()).peekable();
        if same.peek().is_some() {
            ids.found += 1;
            ids.right += u64::from(same.any(|mention| mention.entity == Some(entity)));
        }
    }
    if options.errors {
        let id = |entity: Option<EntityId>| entity.map_or(String::new(), |entity| stack.id(entity).to_owned());
        let mut writer =
            Mistakes { record, places: Places::new(&record.text), context: options.context, out: Vec::new() };
        let Alignment { wrong_kind, missed, spurious, .. } = &aligned;
        for w in missed {
            let mark = marks[*w];
            writer.add(Mistake::Missed, mark.chars, &mark.kind, "", id(entity_of(mark)), "");
        }
        for g in spurious {
            let (kind, mention) = (&plan.kinds[got[*g].kind as usize], mentions[*g]);
            writer.add(Mistake::Spurious, mention.chars, "", kind, id(mention.entity), mention.rule);
        }
        for (w, g) in wrong_kind {
            let (kind, mention) = (&plan.kinds[got[*g].kind as usize], mentions[*g]);
            writer.add(Mistake::WrongKind, mention.chars, &marks[*w].kind, kind, id(mention.entity), mention.rule);
        }
        writer.out.sort_by(|a, b| {
            (a.start_char, a.end_char, a.mistake, &a.found_kind).cmp(&(
                b.start_char,
                b.end_char,
                b.mistake,
                &b.found_kind,
            ))
        });
        judged.errors.append(&mut writer.out);
    }
}

/// Makes the errors of a document.
struct Mistakes<'r> {
    record: &'r GoldRecord,
    places: Places<'r>,
    context: usize,
    out: Vec<MentionError>,
}

impl Mistakes<'_> {
    fn add(&mut self, mistake: Mistake, span: Span, gold: &str, found: &str, entity_id: String, rule: &'static str) {
        let (start, end) = (span.start as usize, span.end as usize);
        self.out.push(MentionError {
            doc_id: self.record.id.clone(),
            start_char: span.start,
            end_char: span.end,
            surface: self.places.slice(start, end).to_owned(),
            mistake,
            gold_kind: gold.to_owned(),
            found_kind: found.to_owned(),
            entity_id,
            rule,
            left: self.places.slice(start.saturating_sub(self.context), start).to_owned(),
            right: self.places.slice(end, end.saturating_add(self.context)).to_owned(),
        });
    }
}
