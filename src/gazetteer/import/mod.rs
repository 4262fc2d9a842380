//! Other people's data made into gazetteers: one trait, one file a format, one registry.
//!
//! A format reads its files row by row and puts a `Record` of each into an `Output`, which checks every field as
//! the readers of gazetteers do, makes one entity of all pieces with one id, and writes wide or long tables or JSON
//! Lines. What does not fit into the memory given lies in temporary files, so that dumps of any size can be read. What
//! is wrong is reported with file and line, and what is left out is counted with its reason: nothing is lost silently.
//!
//! Entities come out in the order in which they were first read, whatever the memory. The file that is written gets its
//! name at the end, whole or not at all.

mod attribute_names;
mod flashtext;
mod gate;
mod geonames;
mod input;
mod jrc_names;
mod json_values;
mod lines;
mod options;
mod output;
mod paranames;
mod parents;
mod rdf_lines;
mod record;
mod ror;
mod skos;
mod sorter;
mod spacy;
mod table;
mod wikidata;
mod write;

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use self::input::{Head, Input};
use self::options::Heeded;
pub use self::options::Options;
use self::output::Output;
pub use self::output::{Observer, Progress, Summary};
pub use self::write::Layout;
use crate::error::{Error, Result};
use crate::gazetteer::replace;

/// A format that can be imported.
pub(crate) trait Import: Sync {
    /// A word for the format.
    fn name(&self) -> &'static str;
    /// Other words for it.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }
    /// What it is, in a few words.
    fn about(&self) -> &'static str;
    /// The options that not every format has and this one heeds.
    fn heeds(&self) -> &'static [Heeded] {
        &[]
    }
    /// Whether a file is of this format, by its name and its beginning. At most one format may claim a file.
    fn claims(&self, head: &Head<'_>) -> bool;
    /// A small import for documentation and tests.
    fn example(&self) -> Example;
    /// Reads files of this format, those that were given as an addition last.
    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()>;
}

/// All formats, in the order in which they are listed.
pub(crate) const FORMATS: &[&dyn Import] = &[
    &table::Table,
    &geonames::GeoNames,
    &wikidata::Wikidata,
    &skos::Skos,
    &ror::Ror,
    &jrc_names::JrcNames,
    &paranames::ParaNames,
    &gate::Gate,
    &spacy::EntityRuler,
    &flashtext::FlashText,
];

/// A small import: files of the format, and what is found with what comes of them.
#[derive(Clone, Debug)]
pub struct Example {
    /// Names and contents of files that lie in one folder; the first is given to the import.
    pub files: &'static [(&'static str, &'static str)],
    /// Files that are given as an addition.
    pub with: &'static [&'static str],
    /// A text that names one of the entities.
    pub text: &'static str,
    /// The name as it stands in the text, with the kind and the id of its entity.
    pub found: (&'static str, &'static str, &'static str),
}

/// A format as documentation and tests see it.
#[derive(Clone, Debug)]
pub struct Format {
    /// A word for the format.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// A small import.
    pub example: Example,
}

/// The formats that can be imported.
pub fn formats() -> impl Iterator<Item = Format> {
    FORMATS.iter().map(|format| Format { name: format.name(), about: format.about(), example: format.example() })
}

/// What to import.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// The format of all files; without it each file is looked at.
    pub format: Option<String>,
    /// Files, `-` for standard input; packed with gzip, bzip2 or zstd or not at all.
    pub files: Vec<PathBuf>,
    /// Files that add to the entities of the others (`alternateNamesV2.txt`).
    pub with: Vec<PathBuf>,
    /// What to keep, and how.
    pub options: Options,
}

/// Imports files and writes a gazetteer in place of the target, which gets its name only when all is written.
///
/// The target's extension gives the form: `.jsonl`, `.tsv`, else CSV; `long` asks for one row a name. `-` is standard
/// output.
///
/// # Errors
/// A file cannot be read to its end, its format is not known, or the target cannot be written; nothing is written then.
/// Rows that cannot be used are told to the observer instead.
pub fn import(job: &Job, target: &Path, long: bool, observer: &mut dyn Observer) -> Result<Summary> {
    refuse_to_overwrite(job, target)?;
    let (layout, delimiter) = layout(target, long)?;
    if let Some(kind) = job.options.kind.as_ref().filter(|kind| kind.trim().is_empty()) {
        return Err(Error::message(format!("--kind needs a word, not `{kind}`")));
    }
    let stop = observer.stop_flag();
    let parts = open(job, &stop)?;
    refuse_idle_options(&job.options, &parts)?;
    let to_stdout = target == Path::new("-");
    let to_file = !to_stdout && fs::metadata(target).map_or(true, |data| data.is_file() || data.is_dir());
    let scratch = if to_file { folder_of(target).to_path_buf() } else { std::env::temp_dir() };
    let mut output = Output::new(&job.options, observer, stop, &scratch);
    for (format, mut inputs) in parts {
        format.read(&mut inputs, &mut output)?;
    }
    if to_stdout {
        let out = Box::new(BufWriter::new(io::stdout()));
        return output.finish(&mut *write::writer(layout, delimiter, out), &scratch);
    }
    replace(target, |file| {
        let out = Box::new(BufWriter::new(file.get_ref().try_clone()?));
        output.finish(&mut *write::writer(layout, delimiter, out), &scratch)
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The form of a gazetteer by its file's extension, and the delimiter of tables.
fn layout(target: &Path, long: bool) -> Result<(Layout, u8)> {
    let extension = target.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let table = if long { Layout::Long } else { Layout::Wide };
    match extension.as_str() {
        "jsonl" if long => Err(Error::message("the long form is a table, not JSON Lines")),
        "jsonl" => Ok((Layout::Json, b',')),
        "tsv" => Ok((table, b'\t')),
        "csv" => Ok((table, b',')),
        _ if target == Path::new("-") || target.starts_with("/dev") => Ok((table, b',')),
        _ => Err(Error::message(format!("a gazetteer is a .csv, .tsv or .jsonl file, not `{}`", target.display()))),
    }
}

/// The target must not be one of the files.
fn refuse_to_overwrite(job: &Job, target: &Path) -> Result<()> {
    if fs::metadata(target).is_ok_and(|data| data.is_dir()) {
        return Err(Error::message(format!("the output is a folder `{}`", target.display())));
    }
    let Ok(real) = target.canonicalize() else { return Ok(()) };
    let same = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path == real) && real.is_file();
    match job.files.iter().chain(&job.with).find(same) {
        Some(path) => Err(Error::message(format!("the output is an input as well `{}`", path.display()))),
        None => Ok(()),
    }
}

/// An option that no format heeds is a mistake that would change nothing and be noticed late.
fn refuse_idle_options(options: &Options, parts: &[(&'static dyn Import, Vec<Input>)]) -> Result<()> {
    for option in options.given() {
        if !parts.iter().any(|(format, _)| format.heeds().contains(&option)) {
            let formats: Vec<&str> = parts.iter().map(|(format, _)| format.name()).collect();
            let message = format!("{} means nothing for the format `{}`", option.flag(), formats.join(", "));
            return Err(Error::message(message));
        }
    }
    Ok(())
}

/// Opens all files, those of one format together, in the order in which the formats come up.
fn open(job: &Job, stop: &Arc<AtomicBool>) -> Result<Vec<(&'static dyn Import, Vec<Input>)>> {
    if job.files.is_empty() {
        return Err(Error::message("no file to import"));
    }
    // A mapping is for tables, whose headers need not tell anything.
    let named = job.format.as_deref().or((!job.options.map.is_empty()).then_some("csv")).map(by_name).transpose()?;
    let mut parts: Vec<(&'static dyn Import, Vec<Input>)> = Vec::new();
    for (path, companion) in job.files.iter().map(|path| (path, false)).chain(job.with.iter().map(|path| (path, true)))
    {
        let input = Input::open(path, companion, stop)?;
        let format = match (named, parts.first()) {
            (Some(format), _) => format,
            // An addition is to what was given before.
            (None, Some((format, _))) if companion => *format,
            _ => detect(&input)?,
        };
        match parts.iter_mut().find(|(known, _)| known.name() == format.name()) {
            Some((_, inputs)) => inputs.push(input),
            None => parts.push((format, vec![input])),
        }
    }
    Ok(parts)
}

fn names() -> String {
    FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

fn by_name(name: &str) -> Result<&'static dyn Import> {
    let plain = |word: &str| word.to_lowercase().replace(['-', '_', ' '], "");
    FORMATS
        .iter()
        .find(|format| [format.name()].iter().chain(format.aliases()).any(|own| plain(own) == plain(name)))
        .copied()
        .ok_or_else(|| Error::message(format!("no import format (there are {}): `{name}`", names())))
}

fn detect(input: &Input) -> Result<&'static dyn Import> {
    let head = input.head();
    let claiming: Vec<&&dyn Import> = FORMATS.iter().filter(|format| format.claims(&head)).collect();
    match claiming[..] {
        [only] => Ok(*only),
        [] => Err(Error::message(format!(
            "no import format is told by the file, say which with --from ({}): `{}`",
            names(),
            input.label
        ))),
        _ => {
            let names: Vec<&str> = claiming.iter().map(|format| format.name()).collect();
            Err(Error::message(format!(
                "the file may be of several formats, say which with --from ({}): `{}`",
                names.join(", "),
                input.label
            )))
        }
    }
}
