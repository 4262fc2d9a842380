//! Reading gazetteers: one trait, one file a format, one registry (`SOURCES`).
//!
//! A source is a file or a folder; the reader is chosen by extension and header. Every mistake of every file is
//! collected before the gazetteer is refused, so that one run shows them all. The codes of problems are stable:
//!
//! | code | severity | meaning |
//! |---|---|---|
//! | `bad-header` | error | no header, no `name` column, or a header that cannot be read |
//! | `duplicate-column` | error | two columns of one name |
//! | `bad-row` | error | too many or too few cells, no JSON object |
//! | `bad-quotes` | error | a quote that never closes, or text after a closing one |
//! | `invalid-utf8` | error | a byte that is no UTF-8 |
//! | `no-name` | error | a row without a name |
//! | `bad-id`, `bad-kind`, `bad-prior`, `bad-match`, `bad-country`, `bad-position`, `bad-important`, `bad-action`, `bad-name` | error | a cell that cannot be understood |
//! | `duplicate-id`, `duplicate-derived-id` | error | two rows of one file with one id |
//! | `unreadable` | error | a file of a folder that cannot be opened |
//! | `unknown-column` | warning | an unknown column that looks like a typo |
//! | `long-name`, `empty-name` | warning | a name that is skipped |
//! | `empty-need` | warning | an empty item of `needs` |
//! | `bad-language` | warning | a tag that is not BCP 47; its language is used, or none |
//! | `canonical-differs`, `kind-differs` | warning | rows of one id that disagree; the first row counts |

pub(super) mod columns;
mod content;
pub(super) mod draft;
pub(super) mod json;
mod jsonl;
pub(crate) mod layout;
pub(crate) mod list;
mod long;
pub(super) mod records;
pub(super) mod report;
mod table;
mod wide;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use hashbrown::HashTable;

use self::columns::Languages;
use self::content::ContentHash;
pub use self::content::content_hash;
use self::report::{Fault, Report};
use super::compiled::{is_compiled, read_layer};
use super::names::{NameIndex, NewName};
use super::{Entity, Layer, Names, ReadOptions, names};
use crate::error::{Error, Problem, Result, Severity};

/// The stem of a file of a folder that says where its gazetteers come from, and is none.
const LICENCES: &str = "LICENSES";
/// What to do with a compiled gazetteer that lies in a folder of others.
const GIVE_IT_ALONE: &str = "give it by itself and keep it out of folders of gazetteers";

/// A file format of gazetteers.
pub(crate) trait Source: Sync {
    /// A word for the format.
    fn name(&self) -> &'static str;
    /// Extensions in lower case, without the dot.
    fn extensions(&self) -> &'static [&'static str];
    /// Whether the format is this one, for a file with one of the extensions.
    fn claims(&self, file: &SourceFile<'_>) -> bool;
    /// A small file of this format that lists Vietnam and Hanoi, for documentation and tests.
    fn example(&self) -> &'static str;
    /// Reads all entities and reports what is wrong.
    fn read(&self, file: &SourceFile<'_>, output: &mut Output<'_>);
}

/// All formats; the first that claims a file reads it.
pub(crate) const SOURCES: &[&dyn Source] = &[&long::Long, &wide::Wide, &jsonl::JsonLines];

/// A format as the documentation shows it.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// A word for the format.
    pub name: &'static str,
    /// Extensions in lower case, without the dot.
    pub extensions: &'static [&'static str],
    /// A small file.
    pub example: &'static str,
}

/// The formats that can be read, in the order in which they are tried.
pub fn formats() -> impl Iterator<Item = Format> {
    SOURCES.iter().map(|source| Format {
        name: source.name(),
        extensions: source.extensions(),
        example: source.example(),
    })
}

/// One file to read.
pub(crate) struct SourceFile<'a> {
    /// Index into [`Layer::files`].
    index: u32,
    /// The kind of rows that give none.
    kind: &'a str,
    /// In lower case.
    extension: &'a str,
    /// The content without a byte-order mark.
    bytes: &'a [u8],
    /// The content as text, if it is UTF-8 throughout.
    text: Option<&'a str>,
    /// Length of the byte-order mark.
    offset: u64,
}

/// What a format fills.
pub(crate) struct Output<'a> {
    entities: &'a mut Vec<Entity>,
    languages: &'a mut Languages,
    report: Report,
    /// For ids that are put together, row after row.
    buffer: String,
}

/// Adds a clean name to the names of an entity, or warns why it is skipped.
fn add_name(report: &mut Report, names: &mut Names, index: &mut NameIndex, entity: u32, line: u64, name: NewName<'_>) {
    match names::unusable(name.text) {
        Some((code, message)) => report.warning(line, code, message),
        None => index.add(names, entity, name),
    }
}

/// Reads a file, or all gazetteer files of a folder, as one layer.
///
/// Of a folder, the regular files with a known extension that lie directly in it are read, in the order of their names,
/// hidden ones and `LICENSES.*` left out. What lies deeper (what the files are built from, say) is not part of the gazetteer.
///
/// # Errors
/// The path cannot be read, has no known extension, or (without `lenient`) rows are broken: all problems in one error.
pub fn read_path(path: &Path, options: ReadOptions) -> Result<Layer> {
    let metadata = fs::metadata(path).map_err(|error| Error::io(path, error))?;
    if metadata.is_file() && is_compiled(path) {
        return read_layer(path);
    }
    let label = path.display().to_string();
    let mut reading = Reading::new(label.clone());
    if metadata.is_dir() {
        let files = walk(path)?;
        if files.is_empty() {
            return Err(Error::message(format!("no .csv, .tsv or .jsonl file in the folder `{label}`")));
        }
        for file in files {
            reading.file(&file, path);
        }
    } else {
        if !is_readable(path) {
            return Err(Error::message(refusal(path)));
        }
        let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
        reading.bytes(label, &file_name(path), &bytes);
    }
    reading.finish(options)
}

/// Reads files that are in memory as one layer: pairs of a name (which gives format and kind) and a content.
///
/// # Errors
/// As [`read_path`].
pub fn read_texts(label: &str, files: &[(&str, &str)], options: ReadOptions) -> Result<Layer> {
    let mut reading = Reading::new(label.to_owned());
    for (name, text) in files {
        if !is_readable(Path::new(name)) {
            return Err(Error::message(refusal(Path::new(name))));
        }
        reading.bytes((*name).to_owned(), name, text.as_bytes());
    }
    reading.finish(options)
}

/// The regular, not hidden files of a folder that have a known extension.
fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_str().is_some_and(|name| name.starts_with('.'))
    };
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).max_depth(1).sort_by_file_name().into_iter().filter_entry(|e| !hidden(e))
    {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            Error::io(path, error.into())
        })?;
        let of_names = entry.path().file_stem().is_none_or(|stem| stem != LICENCES);
        if entry.file_type().is_file() && of_names && (is_readable(entry.path()) || is_compiled(entry.path())) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

fn is_readable(path: &Path) -> bool {
    let extension = extension(path);
    SOURCES.iter().any(|source| source.extensions().contains(&extension.as_str()))
}

/// Why a file cannot be read, by its extension.
fn refusal(path: &Path) -> String {
    if is_compiled(path) {
        return format!("a compiled gazetteer is a layer of its own, {GIVE_IT_ALONE}: `{}`", path.display());
    }
    format!("no gazetteer format by its extension (.csv, .tsv, .jsonl): `{}`", path.display())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The kind that a file's name gives to its rows.
pub(crate) fn kind_of_stem(name: &str) -> String {
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match stem.to_lowercase().as_str() {
        "people" => "person".to_owned(),
        "organizations" => "organization".to_owned(),
        "places" => "place".to_owned(),
        "themes" => "theme".to_owned(),
        _ => names::clean(&stem).into_owned(),
    }
}

/// A layer while its files are read.
struct Reading {
    layer: Layer,
    languages: Languages,
    hash: ContentHash,
    /// Something is wrong that `lenient` cannot skip.
    unusable: bool,
}

impl Reading {
    fn new(label: String) -> Self {
        Self {
            layer: Layer { label, ..Layer::default() },
            languages: Languages::default(),
            hash: ContentHash::new(),
            unusable: false,
        }
    }

    /// Reads one file of a folder.
    fn file(&mut self, path: &Path, folder: &Path) {
        let label = path.display().to_string();
        let content = if is_readable(path) {
            fs::read(path).map_err(|error| error.to_string())
        } else {
            // A folder is one layer, and a compiled file is one as well: which of them is above the other?
            Err(format!("a compiled gazetteer is a layer of its own, {GIVE_IT_ALONE}"))
        };
        match content {
            Ok(bytes) => {
                let below = path.strip_prefix(folder).unwrap_or(path);
                let parts: Vec<Cow<'_, str>> = below.iter().map(|part| part.to_string_lossy()).collect();
                self.bytes(label, &parts.join("/"), &bytes);
            }
            Err(message) => {
                self.unusable = true;
                self.layer.problems.push(Problem::error("unreadable", message).in_file(label));
            }
        }
    }

    /// Reads one file's content; `name` is its path below the layer's folder, with `/`.
    fn bytes(&mut self, label: String, name: &str, bytes: &[u8]) {
        self.hash.add(name, bytes);
        let index = u32::try_from(self.layer.files.len()).unwrap_or(u32::MAX);
        let mut output = Output {
            entities: &mut self.layer.entities,
            languages: &mut self.languages,
            report: Report::new(&label),
            buffer: String::new(),
        };
        self.layer.files.push(label);
        let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let extension = extension(Path::new(name));
        let kind = kind_of_stem(name);
        let file = SourceFile {
            index,
            kind: &kind,
            extension: &extension,
            bytes: content,
            text: simdutf8::basic::from_utf8(content).ok(),
            offset: (bytes.len() - content.len()) as u64,
        };
        let fits = |source: &&&dyn Source| source.extensions().contains(&extension.as_str()) && source.claims(&file);
        if content.starts_with(b"\xFF\xFE") || content.starts_with(b"\xFE\xFF") {
            output.report.unusable(Some(1), Fault::new("bad-header", "the file is UTF-16: save it as UTF-8"));
        } else if let Some(source) = SOURCES.iter().find(fits) {
            source.read(&file, &mut output);
        } else {
            output.report.unusable(None, Fault::new("bad-header", refusal(Path::new(name))));
        }
        let report = output.report;
        self.unusable |= report.unusable;
        self.layer.skipped += report.skipped;
        self.layer.problems.extend(report.into_problems());
    }

    fn finish(mut self, options: ReadOptions) -> Result<Layer> {
        self.layer.hash = self.hash.finish();
        let refused = self.layer.problems.iter().any(|problem| problem.severity == Severity::Error);
        if self.unusable || (refused && !options.lenient) {
            self.layer.problems.retain(|problem| problem.severity == Severity::Error);
            return Err(Error::from_problems(self.layer.problems));
        }
        Ok(self.layer)
    }
}

/// The ids of the entities that one file lists.
///
/// An entry is small, and remembers enough of the hash that a growing table looks at no entity.
struct SeenIds {
    /// First entity of the file.
    start: usize,
    table: HashTable<Seen>,
}

struct Seen {
    /// Index among the entities of the file.
    index: u32,
    hash: u32,
}

/// The hash of an id, for [`SeenIds`].
#[derive(Clone, Copy)]
struct IdHash(u32);

impl IdHash {
    fn of(id: &str) -> Self {
        use std::hash::BuildHasher;
        let hash = foldhash::fast::FixedState::with_seed(5).hash_one(id);
        Self((hash ^ (hash >> 32)) as u32)
    }

    /// The table looks at the lowest and the highest bits.
    fn spread(self) -> u64 {
        u64::from(self.0).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl SeenIds {
    fn new(entities: &[Entity]) -> Self {
        Self { start: entities.len(), table: HashTable::new() }
    }

    /// The entity of this file that has the id.
    fn find(&self, hash: IdHash, id: &str, entities: &[Entity]) -> Option<usize> {
        let same = |seen: &Seen| seen.hash == hash.0 && entities[self.start + seen.index as usize].id == id;
        self.table.find(hash.spread(), same).map(|seen| self.start + seen.index as usize)
    }

    /// Remembers the entity at an index of all entities.
    fn insert(&mut self, hash: IdHash, index: usize) {
        let below = u32::try_from(index - self.start).unwrap_or(u32::MAX);
        let seen = Seen { index: below, hash: hash.0 };
        self.table.insert_unique(hash.spread(), seen, |seen| IdHash(seen.hash).spread());
    }
}

#[cfg(test)]
mod tests;
