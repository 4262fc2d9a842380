//! What the verbs that look for names have in common: from flags to a gazetteer and an extractor.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::args::{BoundaryArg, FindArgs, GazetteerArgs};
use super::report::Report;
use crate::author::discover::COLUMNS;
use crate::corpus::{CorpusOptions, Source};
use crate::gazetteer::compiled::is_compiled;
use crate::gazetteer::{Gazetteer, MatchPolicy, ReadOptions, replace, source};
use crate::matcher::{MatchOptions, Overlaps};
use crate::resolve::ResolveOptions;
use crate::table::{TABLES, Table};
use crate::text::Language;
use crate::{Error, Extractor};

/// What a verb reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Inputs<'a> {
    /// Files, and folders of gazetteer files.
    pub gazetteers: Vec<&'a Path>,
    /// Files, folders and patterns of documents.
    pub corpora: Vec<&'a Path>,
    /// Whether symbolic links in these are followed.
    pub follow: bool,
    /// Other files.
    pub files: Vec<&'a Path>,
}

/// Paths as [`Inputs`] has them.
pub(super) fn paths(paths: &[PathBuf]) -> Vec<&Path> {
    paths.iter().map(PathBuf::as_path).collect()
}

/// What is written must not take the place of anything that is read, nor lie where it would be read as a part of it.
pub(super) fn refuse_to_overwrite(out: &Path, inputs: &Inputs<'_>) -> Result<()> {
    let Some(place) = place_of(out) else { return Ok(()) };
    let exists = place.is_file();
    let is = |path: &Path, place: &Path| path.canonicalize().is_ok_and(|path| path == place);
    let mut all = inputs.gazetteers.iter().chain(&inputs.corpora).chain(&inputs.files);
    if exists && all.any(|path| is(path, &place)) {
        bail!("the output is an input as well `{}`", out.display());
    }
    // A file that is there is part of the gazetteer, and a compiled one makes a folder of others unreadable.
    let counts = is_compiled(out) || (exists && is_gazetteer(out));
    let folder = place.parent().filter(|_| counts);
    if folder.is_some_and(|folder| inputs.gazetteers.iter().any(|path| is(path, folder))) {
        bail!("the output would lie in the folder of an input `{}`", out.display());
    }
    if exists && !inputs.corpora.is_empty() && !is_earlier_output(&place) {
        let options = CorpusOptions { follow: inputs.follow, ..CorpusOptions::default() };
        if Source::open(&inputs.corpora, options)?.is_to_be_read(&place) {
            bail!("the output is a document of the input as well `{}`", out.display());
        }
    }
    Ok(())
}

/// Whether a file begins as one that a verb wrote: figures, a table without texts, changes, candidates. It is no document,
/// wherever it lies, and may be written anew.
fn is_earlier_output(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut beginning));
    let beginning = String::from_utf8_lossy(&beginning);
    let line = beginning.lines().next().unwrap_or("");
    let is_table = TABLES.iter().filter(|table| **table != Table::Documents).any(|table| {
        let columns: Vec<&str> = table.columns().iter().take(3).map(|(name, _)| *name).collect();
        line.starts_with(&columns.join(","))
            || line.starts_with('{') && columns.iter().all(|name| line.contains(&format!("\"{name}\":")))
    });
    let is_change = line.starts_with("{\"change\":\"")
        || line.starts_with(['+', '-', '~'])
            && line.get(1..2) == Some(" ")
            && line.contains(" `")
            && line.ends_with(')');
    let is_figures = beginning.starts_with("{\n  \"gazetier\":") || line.starts_with("gazetteer  ");
    // An empty one has nothing to lose.
    read.is_ok()
        && (beginning.is_empty() || is_table || is_change || is_figures || line.starts_with(&COLUMNS[..3].join(",")))
}

/// Whether the files of a folder of gazetteers include one of this name.
fn is_gazetteer(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    source::formats().any(|format| format.extensions.contains(&extension.as_str()))
}

/// A path as the file system knows it; of a file that is not there yet, by its folder.
fn place_of(path: &Path) -> Option<PathBuf> {
    if let Ok(place) = path.canonicalize() {
        return Some(place);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

/// Whether two paths are of one file, which need not be there yet.
pub(super) fn is_same_place(a: &Path, b: &Path) -> bool {
    a == b || place_of(a).is_some_and(|place| place_of(b) == Some(place))
}

/// Writes figures to a file, or to standard output.
pub(super) fn write_figures(figures: &str, out: Option<&Path>) -> Result<()> {
    match out {
        Some(path) => replace(path, |file| file.write_all(figures.as_bytes()).map_err(Error::from))?,
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(figures.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(())
}

/// The word for the built-in gazetteers where a gazetteer is asked for.
const BUILTIN: &str = "builtin";

/// Whether a path is the word for the built-in gazetteers.
pub(super) fn is_builtin(path: &Path) -> bool {
    path.as_os_str() == BUILTIN && !path.exists()
}

/// A gazetteer as rows: a file or folder, or `builtin` where nothing else has that name.
pub(super) fn read(path: &Path, lenient: bool) -> crate::Result<Gazetteer> {
    if is_builtin(path) {
        return Ok(Gazetteer::builtin_rows());
    }
    Gazetteer::read_with(path, ReadOptions { lenient })
}

/// The gazetteers of a run, stacked, and how long each layer took to read.
pub(super) fn gazetteer(args: &GazetteerArgs, report: &mut Report) -> Result<(Gazetteer, Vec<Duration>)> {
    let begun = Instant::now();
    let mut gazetteer = if args.no_builtin { Gazetteer::empty() } else { Gazetteer::builtin() };
    let mut times = Vec::new();
    if !args.no_builtin {
        times.push(begun.elapsed());
    }
    let mut errors = Vec::new();
    for path in &args.paths {
        let begun = Instant::now();
        match read(path, args.lenient) {
            Ok(layer) => {
                times.push(begun.elapsed());
                gazetteer = gazetteer.layer(layer)?;
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    if !errors.is_empty() {
        bail!("{}", errors.join("\n"));
    }
    if gazetteer.layers().is_empty() {
        bail!("no gazetteer: give one with `--gazetteer`, or leave out `--no-builtin`");
    }
    for layer in gazetteer.layers() {
        for problem in &layer.problems {
            report.problem(problem);
        }
        if layer.skipped > 0 {
            report.line(&format!("{}: {} bad rows skipped", layer.label, layer.skipped));
        }
    }
    Ok((gazetteer, times))
}

/// The language of a flag; `None` for `auto`.
pub(super) fn language(tag: &str) -> Result<Option<Language>> {
    if tag == "auto" {
        return Ok(None);
    }
    let language = Language::of_tag(tag);
    // Primary subtags in use have two or three letters; `francais` is a slip.
    if (language == Language::UND && tag != "und") || language.as_str().len() > 3 {
        bail!("not a language, such as fr, vi or en `{tag}`");
    }
    Ok(Some(language))
}

/// The gazetteers compiled for the flags.
pub(super) fn extractor(
    args: &FindArgs,
    how: &GazetteerArgs,
    gazetteer: Gazetteer,
    report: &mut Report,
) -> Result<Extractor> {
    if !(0.0..=1.0).contains(&args.min_score) {
        bail!("a score lies between 0 and 1, not at `{}`", args.min_score);
    }
    let options = ResolveOptions {
        matching: MatchOptions { policy: args.policy.map(Into::into), open: args.boundary == BoundaryArg::None },
        overlaps: args.overlaps.into(),
        resolve: !args.no_resolve,
        nested: args.nested,
        min_score: args.min_score,
        ..ResolveOptions::default()
    };
    let gazetteer = if how.lexicon_memory { gazetteer.in_memory() } else { gazetteer };
    let mut extractor = Extractor::of_gazetteer(gazetteer, options)?;
    if how.verify {
        extractor.stack().verify()?;
    }
    for problem in extractor.stack().problems() {
        report.problem(problem);
    }
    report.end_problems(" (see `gazetier lint`)");
    if let Some(language) = language(&args.lang)? {
        extractor = extractor.in_language(language);
    }
    if !args.kind.is_empty() {
        for kind in &args.kind {
            if extractor.stack().kind_named(kind).is_none() {
                bail!("no gazetteer lists a kind `{kind}`");
            }
        }
        extractor = extractor.only_kinds(args.kind.iter().map(String::as_str));
    }
    Ok(extractor)
}

impl FindArgs {
    /// The flags as the manifest of a run lists them.
    pub(super) fn as_json(&self) -> Map<String, Value> {
        let options = json!({
            "kind": self.kind,
            "lang": self.lang,
            "overlaps": format!("{:?}", Overlaps::from(self.overlaps)).to_lowercase(),
            "nested": self.nested,
            "match": self.policy.map(|policy| MatchPolicy::from(policy).as_str()),
            "boundary": if self.boundary == BoundaryArg::None { "none" } else { "word" },
            "resolve": !self.no_resolve,
            "unlisted": false,
            "min_score": self.min_score,
        });
        match options {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

/// A flag that becomes true when the user interrupts the run.
pub(super) fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // A second signal ends the process at once, as does a signal where no handler can be set.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    stop
}

#[cfg(test)]
mod tests {
    use super::is_earlier_output;

    #[test]
    fn outputs_are_told_from_documents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let is_output = |text: &str| {
            std::fs::write(&path, text).unwrap();
            is_earlier_output(&path)
        };
        for text in [
            "",
            "doc_id,start_char,end_char,start_byte\n",
            "{\"doc_id\":\"a\",\"start_char\":0,\"end_char\":1}\n",
            "{\"change\":\"added\",\"id\":\"x:1\"}\n",
            "- place x:2 `Oslo` (old.csv:3)\n",
            "{\n  \"gazetier\": \"0.1.0\",\n",
        ] {
            assert!(is_output(text), "{text}");
        }
        for text in ["Paris", "- Paris\n- Oslo\n", "{\"text\":\"Paris\"}\n", "{\"doc_id\":\"a\",\"text\":\"Paris\"}\n"]
        {
            assert!(!is_output(text), "{text}");
        }
        // The table of documents may hold their texts.
        assert!(!is_output("{\"doc_id\":\"a\",\"path\":\"a.txt\",\"text\":\"Paris\"}\n"));
    }
}
