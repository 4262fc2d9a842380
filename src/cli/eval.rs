//! `gazetier eval`: how well mentions are found, against gold.

mod compare;
mod json;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::args::{EvalArgs, FiguresFormat};
use super::report::Report;
use super::{Outcome, setup};
use crate::engine::run::LayerInfo;
use crate::error::{Error, Problem};
use crate::eval::{EvalOptions, Evaluation, GoldFile, Listener, MentionError, evaluate};

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
    let read = || args.gold.iter().chain(&args.gazetteer.paths).chain(&args.compare);
    for path in out.into_iter().chain(args.errors.as_deref()) {
        setup::refuse_to_overwrite(path, read())?;
    }
    if args.errors.as_deref().is_some_and(|path| path.as_os_str() == "-" || Some(path) == out) {
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
    let mut hearer =
        Hearer { report, errors: args.errors.as_deref().map(ErrorFile::create).transpose()?, incomplete: 0 };
    let stop = setup::stop_flag();
    let evaluation = evaluate(&extractor, &gold, &options, &stop, &mut hearer);
    let Hearer { mut report, errors, incomplete } = hearer;
    report.end_progress();
    report.end_problems("");
    let Some(evaluation) = evaluation? else {
        // Half of the mistakes would pass for all of them.
        if let Some(file) = errors {
            let _ = std::fs::remove_file(&file.path);
        }
        return Ok(Outcome::Stopped);
    };
    if let Some(file) = errors {
        file.finish()?;
    }
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

struct Hearer {
    report: Report,
    errors: Option<ErrorFile>,
    /// Documents that were not searched to their ends.
    incomplete: u64,
}

impl Listener for Hearer {
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
struct ErrorFile {
    path: PathBuf,
    writer: csv::Writer<std::fs::File>,
}

impl ErrorFile {
    const COLUMNS: [&str; 11] = [
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

    fn create(path: &Path) -> crate::Result<Self> {
        let file = std::fs::File::create(path).map_err(|error| Error::io(path, error))?;
        let mut file = Self { path: path.to_path_buf(), writer: csv::Writer::from_writer(file) };
        file.record(&Self::COLUMNS)?;
        Ok(file)
    }

    fn record(&mut self, cells: &[&str]) -> crate::Result<()> {
        self.writer.write_record(cells).map_err(|error| Error::io(&self.path, error.into()))
    }

    fn write(&mut self, error: &MentionError) -> crate::Result<()> {
        let MentionError { doc_id, surface, gold_kind, found_kind, entity_id, rule, left, right, .. } = error;
        let (start, end) = (error.start_char.to_string(), error.end_char.to_string());
        let problem = error.mistake.as_str();
        self.record(&[doc_id, &start, &end, surface, problem, gold_kind, found_kind, entity_id, rule, left, right])
    }

    fn finish(mut self) -> crate::Result<()> {
        self.writer.flush().map_err(|error| Error::io(&self.path, error))
    }
}
