//! `gazetier stats`: what gazetteers hold, what a corpus makes of them, what of a gold they cover.

mod json;
mod table;

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::args::{FiguresFormat, GazetteerArgs, StatsArgs};
use super::report::Report;
use super::setup::{Inputs, paths};
use super::{Outcome, eval, setup};
use crate::Extractor;
use crate::author::stats::{Contents, CorpusStats, Coverage, HitOptions, Licence, Listener, corpus_stats, licences};
use crate::corpus::{CorpusOptions, Source};
use crate::engine::run::LayerInfo;
use crate::error::Problem;
use crate::gazetteer::replace;
use crate::lexicon::{NameId, Stack};
use crate::resolve::ResolveOptions;

/// All that is shown.
struct Figures<'a> {
    args: &'a StatsArgs,
    layers: Vec<LayerInfo>,
    contents: Contents,
    corpus: Option<CorpusStats>,
    gold: Option<Coverage>,
}

pub(super) fn run(args: &StatsArgs) -> Result<Outcome> {
    let out = args.out.as_deref().filter(|path| path.as_os_str() != "-");
    let inputs = Inputs {
        gazetteers: paths(&args.gazetteers),
        corpora: paths(&args.corpus),
        follow: args.follow,
        files: paths(&args.gold),
    };
    for path in out.into_iter().chain(args.dead.as_deref()) {
        setup::refuse_to_overwrite(path, &inputs)?;
    }
    let is_out = |path: &Path| out.is_some_and(|out| setup::is_same_place(path, out));
    if args.dead.as_deref().is_some_and(|path| path.as_os_str() == "-" || is_out(path)) {
        bail!("dead names need a file of their own: `--dead`");
    }
    let format = FiguresFormat::of(args.format, args.json, out);
    if args.licenses {
        let rows: Vec<Licence> = licences();
        let shown = match format {
            FiguresFormat::Json => json::licences(&rows),
            FiguresFormat::Table => table::licences(&rows),
        };
        setup::write_figures(&shown, out)?;
        return Ok(Outcome::Done);
    }
    let mut report = Report::new(args.quiet);
    let gold = eval::check(&args.gold, &mut report)?;
    let mut faults: u64 = gold.iter().map(|file| file.broken).sum();

    let layers = GazetteerArgs {
        paths: args.gazetteers.clone(),
        no_builtin: !args.gazetteers.is_empty() && !args.with_builtin,
        lenient: args.lenient,
        lexicon_memory: false,
        verify: false,
    };
    let (gazetteer, _) = setup::gazetteer(&layers, &mut report)?;
    let layers = LayerInfo::of(&gazetteer);
    let options = ResolveOptions { keep_dropped: true, ..ResolveOptions::default() };
    let mut extractor = Extractor::of_gazetteer(gazetteer, options)?;
    for problem in extractor.stack().problems() {
        report.problem(problem);
    }
    report.end_problems(" (see `gazetier lint`)");
    if let Some(language) = setup::language(&args.lang)? {
        extractor = extractor.in_language(language);
    }

    let stack = extractor.stack();
    let contents = Contents::of(stack);
    let coverage = match gold.as_slice() {
        [] => None,
        files => {
            let mut coverage = Coverage::default();
            files.iter().try_for_each(|file| coverage.add(file))?;
            Some(coverage.against(stack))
        }
    };
    let mut corpus = None;
    if !args.corpus.is_empty() {
        let output = out.or(args.dead.as_deref()).map(Path::to_path_buf);
        let options = CorpusOptions { follow: args.follow, output, ..CorpusOptions::default() };
        let source = Source::open(&args.corpus, options)?;
        let options = HitOptions { top: args.top, threads: args.threads.unwrap_or(0) };
        let stats = corpus_stats(&extractor, source, options, &setup::stop_flag(), &mut report);
        report.end_progress();
        report.end_problems("");
        let Some(stats) = stats? else { return Ok(Outcome::Stopped) };
        faults += stats.errors;
        if let Some(path) = &args.dead {
            replace(path, |file| write_dead(file, stack, &stats.dead))?;
        }
        corpus = Some(stats);
    }
    report.end_progress();
    let figures = Figures { args, layers, contents, corpus, gold: coverage };
    let shown = match format {
        FiguresFormat::Json => json::json(&figures),
        FiguresFormat::Table => table::table(&figures),
    };
    setup::write_figures(&shown, out)?;
    Ok(if faults > 0 { Outcome::Findings } else { Outcome::Done })
}

impl Listener for Report {
    fn problem(&mut self, problem: &Problem) {
        Report::problem(self, problem);
    }

    fn progress(&mut self, documents: u64) {
        self.step(&format!("{documents} documents"));
    }
}

/// The names that are never hit, in the order of layers and rows.
fn write_dead(file: impl Write, stack: &Stack, names: &[NameId]) -> crate::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    let mut write = |cells: [&str; 4]| writer.write_record(cells).map_err(std::io::Error::from);
    write(["entity_id", "kind", "name", "lang"])?;
    for name in names {
        let entity = stack.entity_of_name(*name);
        let kind = entity.map_or("", |entity| stack.kind(stack.kind_of(entity)));
        let id = entity.map_or("", |entity| stack.id(entity));
        write([id, kind, stack.name(*name), stack.name_tag(*name)])?;
    }
    Ok(writer.flush()?)
}
