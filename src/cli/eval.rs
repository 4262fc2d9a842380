//! `gazetier eval`: how well mentions are found, against gold.

mod compare;
mod json;
mod table;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::args::{EvalArgs, FiguresFormat};
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, setup};
use crate::Extractor;
use crate::engine::run::LayerInfo;
use crate::error::Problem;
use crate::eval::{EvalOptions, Evaluation, GoldFile, Listener, MentionError, evaluate};
use crate::gazetteer::replace_if;

/// All that is shown.
struct Figures<'a> {
    args: &'a EvalArgs,
    config: Option<PathBuf>,
    layers: Vec<LayerInfo>,
    gold: Vec<GoldFile>,
    evaluation: Evaluation,
}

pub(super) fn run(args: &EvalArgs, config: Option<PathBuf>) -> Result<Outcome> {
    let mut report = Report::new(args.quiet);
    if let Some(path) = &config {
        report.line(&format!("using {}", path.display()));
    }
    let out = args.out.as_deref().filter(|path| path.as_os_str() != "-");
    let files = args.gold.iter().chain(&args.compare).map(PathBuf::as_path).collect();
    let inputs = Inputs { gazetteers: paths(&args.gazetteer.paths), files, ..Inputs::default() };
    for path in out.into_iter().chain(args.errors.as_deref()) {
        setup::refuse_to_overwrite(path, &inputs)?;
    }
    let is_out = |path: &Path| out.is_some_and(|out| setup::is_same_place(path, out));
    if args.errors.as_deref().is_some_and(|path| path.as_os_str() == "-" || is_out(path)) {
        bail!("wrong mentions need a file of their own: `--errors`");
    }
    let earlier = args.compare.iter().map(|path| compare::Earlier::read(path)).collect::<Result<Vec<_>>>()?;
    let gold = check(&args.gold, &mut report)?;
    let broken: u64 = gold.iter().map(|file| file.broken).sum();

    let (gazetteer, _) = setup::gazetteer(&args.gazetteer, &mut report)?;
    let layers = LayerInfo::of(&gazetteer);
    let extractor = setup::extractor(&args.find, &args.gazetteer, gazetteer, &mut report)?;
    let options = EvalOptions {
        kinds: (!args.kinds.is_empty()).then(|| args.kinds.clone()),
        only: args.find.kind.clone(),
        errors: args.errors.is_some(),
        context: args.context,
        threads: args.threads.unwrap_or(0),
    };
    let mut done = (None, 0);
    match &args.errors {
        // Half of the mistakes would pass for all of them.
        Some(path) => {
            replace_if(path, |file| {
                done = search(&extractor, &gold, &options, &mut report, Some(file))?;
                Ok(done.0.is_some())
            })?;
        }
        None => done = search(&extractor, &gold, &options, &mut report, None)?,
    }
    let (Some(evaluation), incomplete) = done else { return Ok(Outcome::Stopped) };
    if broken > 0 {
        report.line(&format!("{broken} broken lines of gold left out"));
    }
    if evaluation.total.kinds.is_empty() {
        report.line("the gold annotates no kind that is scored: see --kinds");
    }

    let figures = Figures { args, config, layers, gold, evaluation };
    let value = json::json(&figures);
    let changes: Vec<_> = earlier.iter().map(|earlier| earlier.changes(&value)).collect();
    for (earlier, path) in earlier.iter().zip(&args.compare) {
        if earlier.gold_differs(&value) {
            report.line(&format!("{}: the figures are of other gold", path.display()));
        }
    }
    let shown = match FiguresFormat::of(args.format, args.json, out) {
        FiguresFormat::Json => json::text(value, &changes),
        FiguresFormat::Table => table::table(&figures, &changes),
    };
    setup::write_figures(&shown, out)?;
    Ok(if broken + incomplete > 0 { Outcome::Findings } else { Outcome::Done })
}

/// The first pass over all files: all mistakes are told, and all files that cannot be read.
pub(super) fn check(paths: &[PathBuf], report: &mut Report) -> Result<Vec<GoldFile>> {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match GoldFile::check(path, &mut |problem| report.problem(problem)) {
            Ok(file) => files.push(file),
            Err(error) => errors.push(error.to_string()),
        }
    }
    report.end_problems("");
    if !errors.is_empty() {
        bail!("{}", errors.join("\n"));
    }
    Ok(files)
}

/// Evaluates, and lists wrong mentions in a file; also gives the number of documents that were not searched to their ends.
fn search(
    extractor: &Extractor,
    gold: &[GoldFile],
    options: &EvalOptions,
    report: &mut Report,
    errors: Option<&mut BufWriter<File>>,
) -> crate::Result<(Option<Evaluation>, u64)> {
    let errors = errors.map(ErrorFile::begin).transpose()?;
    let mut hearer = Hearer { report, errors, incomplete: 0 };
    let evaluation = evaluate(extractor, gold, options, &setup::stop_flag(), &mut hearer);
    let Hearer { report, errors, incomplete } = hearer;
    report.end_progress();
    report.end_problems("");
    errors.map_or(Ok(()), ErrorFile::finish)?;
    Ok((evaluation?, incomplete))
}

struct Hearer<'a> {
    report: &'a mut Report,
    errors: Option<ErrorFile<'a>>,
    incomplete: u64,
}

impl Listener for Hearer<'_> {
    fn problem(&mut self, problem: &Problem) {
        self.incomplete += 1;
        self.report.problem(problem);
    }

    fn mention_error(&mut self, error: &MentionError) -> crate::Result<()> {
        self.errors.as_mut().map_or(Ok(()), |file| file.write(error))
    }

    fn progress(&mut self, documents: u64) {
        self.report.step(&format!("{documents} documents"));
    }
}

/// The file of `--errors`.
struct ErrorFile<'a>(csv::Writer<&'a mut BufWriter<File>>);

impl<'a> ErrorFile<'a> {
    const COLUMNS: [&'static str; 11] = [
        "doc_id",
        "start_char",
        "end_char",
        "surface",
        "problem",
        "gold_kind",
        "found_kind",
        "entity_id",
        "rule",
        "left",
        "right",
    ];

    fn begin(file: &'a mut BufWriter<File>) -> crate::Result<Self> {
        let mut file = Self(csv::Writer::from_writer(file));
        file.record(&Self::COLUMNS)?;
        Ok(file)
    }

    fn record(&mut self, cells: &[&str]) -> crate::Result<()> {
        Ok(self.0.write_record(cells).map_err(std::io::Error::from)?)
    }

    fn write(&mut self, error: &MentionError) -> crate::Result<()> {
        let MentionError { doc_id, surface, gold_kind, found_kind, entity_id, rule, left, right, .. } = error;
        let (start, end) = (error.start_char.to_string(), error.end_char.to_string());
        let problem = error.mistake.as_str();
        self.record(&[doc_id, &start, &end, surface, problem, gold_kind, found_kind, entity_id, rule, left, right])
    }

    fn finish(mut self) -> crate::Result<()> {
        Ok(self.0.flush()?)
    }
}
