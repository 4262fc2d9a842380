//! Where formats put what they read: checks of every field, pieces of one entity made one, counts of what is left out.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::{HashMap, HashSet};

use super::attribute_names::{AttributeNames, clean};
use super::input::{Gauge, Input};
use super::options::Options;
use super::parents::Parents;
use super::record::{MAX_BYTES, Record};
use super::sorter::Sorter;
use super::write::{Shape, Writer};
use crate::error::{Error, Problem, Result};
use crate::gazetteer::source::columns::{Field, Languages, Tag};
use crate::gazetteer::source::draft::Draft;
use crate::gazetteer::source::kind_of_stem;
use crate::gazetteer::source::report::Fault;
use crate::gazetteer::{ids, names};

/// After how many lines the observer is asked.
const LINES_A_STEP: u64 = 4096;
/// How many different reasons are counted apart.
const MAX_REASONS: usize = 60;

/// Less memory is not used for sorting: nobody has less, and runs of a few bytes would be as many files.
const MIN_MEMORY: usize = 1 << 20;

/// How a country begins that is named by its id until its code is known.
const COUNTRY_ID: &str = "wikidata:";

/// Follows an import.
pub trait Observer {
    /// A row, or a part of one, could not be used.
    fn problem(&mut self, problem: &Problem);
    /// So much is done.
    fn progress(&mut self, progress: &Progress<'_>);
    /// The import ends with an error soon after this becomes true.
    fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::default()
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The file that is read, or what else is being done.
    pub step: &'a str,
    /// Bytes read of the file as it lies on the disk.
    pub bytes: u64,
    /// Bytes of the file, where known.
    pub size: Option<u64>,
    /// Rows, lines or nodes read so far.
    pub rows: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Rows, lines or nodes read.
    pub rows: u64,
    /// Entities written.
    pub entities: u64,
    /// Names written.
    pub names: u64,
    /// Problems reported.
    pub problems: u64,
    /// What was left out or changed on purpose, with the reason: how often.
    pub notes: Vec<(String, u64)>,
}

/// Takes the entities of all files.
pub(crate) struct Output<'a> {
    pub(super) options: &'a Options,
    observer: &'a mut dyn Observer,
    stop: Arc<AtomicBool>,
    /// The file that is read.
    label: String,
    gauge: Gauge,
    /// The kind of entities that tell none; empty where nothing gives one.
    pub(super) kind: String,
    languages: Languages,
    sorter: Sorter,
    /// The entity that the last piece belongs to, with its key: the next piece often goes on with it.
    last: Option<(String, Record)>,
    sequence: u64,
    /// The parents are ids of this import: others are left out, and cycles are cut.
    closed_parents: bool,
    rows: u64,
    problems: u64,
    notes: BTreeMap<String, u64>,
    failure: Option<Error>,
    /// For keys that are put together.
    buffer: String,
    /// What the names of attributes become.
    attribute_names: AttributeNames,
    /// The codes of countries that records name by an id.
    countries: HashMap<String, String>,
}

impl<'a> Output<'a> {
    pub(super) fn new(
        options: &'a Options,
        observer: &'a mut dyn Observer,
        stop: Arc<AtomicBool>,
        folder: &Path,
    ) -> Self {
        Self {
            options,
            observer,
            stop,
            label: String::new(),
            gauge: Gauge::default(),
            kind: String::new(),
            languages: Languages::default(),
            sorter: Sorter::new(folder, memory(options)),
            last: None,
            sequence: 0,
            closed_parents: false,
            rows: 0,
            problems: 0,
            notes: BTreeMap::new(),
            failure: None,
            buffer: String::new(),
            attribute_names: AttributeNames::default(),
            countries: HashMap::new(),
        }
    }

    /// From here on the problems are those of this file.
    pub(super) fn begin(&mut self, input: &Input) {
        self.label.clone_from(&input.label);
        self.gauge = input.gauge();
        self.kind = self.options.kind.clone().unwrap_or_else(|| {
            // Standard input has no name that could tell one.
            if input.path == Path::new("-") { String::new() } else { kind_of_stem(&input.name) }
        });
    }

    /// The flag that ends the import.
    pub(super) fn stop(&self) -> &Arc<AtomicBool> {
        &self.stop
    }

    /// The kind of entities whose data tell none, where the format knows better than the file's name.
    pub(super) fn kind_or(&mut self, kind: &str) {
        self.kind = self.options.kind.clone().unwrap_or_else(|| kind.to_owned());
    }

    /// Parents are ids of entities of this import.
    pub(super) fn parents_are_ids(&mut self) {
        self.closed_parents = true;
    }

    /// The code of a country. A record may have the id (of Wikidata) in place of the code, even before it is known.
    pub(super) fn know_country(&mut self, id: &str, code: &str) {
        if id.starts_with(COUNTRY_ID) && code.len() == 2 && !self.countries.contains_key(id) {
            self.countries.insert(id.to_owned(), code.to_owned());
        }
    }

    /// Reports what is wrong in a line.
    pub(super) fn problem(&mut self, line: u64, fault: Fault) {
        self.problems += 1;
        let problem = Problem::error(fault.code, fault.message).at_line(line).in_file(self.label.as_str());
        self.observer.problem(&problem);
    }

    /// Reports that reading ends before the file does.
    pub(super) fn given_up(&mut self, line: u64) {
        self.problem(line, Fault::new("given-up", "given up here, the rest of the file is not read"));
        // Of many problems only the first are shown one by one.
        self.note("files that were given up before their ends, whose rest is not read");
    }

    /// Reports a problem that has its place already.
    pub(super) fn place_problem(&mut self, problem: &Problem) {
        self.problems += 1;
        self.observer.problem(problem);
    }

    /// Counts something that is left out or changed on purpose.
    pub(super) fn note(&mut self, reason: &str) {
        self.note_many(reason, 1);
    }

    pub(super) fn note_many(&mut self, reason: &str, count: u64) {
        if count == 0 {
            return;
        }
        if let Some(known) = self.notes.get_mut(reason) {
            *known += count;
        } else if self.notes.len() < MAX_REASONS {
            self.notes.insert(reason.to_owned(), count);
        } else {
            *self.notes.entry("for other reasons".to_owned()).or_default() += count;
        }
    }

    /// Counts a row, and tells the observer from time to time.
    pub(super) fn row(&mut self) -> Result<()> {
        self.rows += 1;
        if self.rows.is_multiple_of(LINES_A_STEP) {
            self.step(None)?;
        }
        Ok(())
    }

    /// Tells the observer what is being done; the file is read where nothing else is.
    fn step(&mut self, what: Option<&str>) -> Result<()> {
        let (bytes, size) = if what.is_none() { (self.gauge.bytes(), self.gauge.size) } else { (0, None) };
        let step = what.unwrap_or(&self.label);
        self.observer.progress(&Progress { step, bytes, size, rows: self.rows });
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::message("stopped"));
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// A language tag as gazetteers write it: empty for none, cut to its language where it is no BCP 47 tag.
    pub(super) fn language(&mut self, tag: &str) -> String {
        match self.languages.get(tag) {
            Tag::Known(tag) => tag.as_deref().unwrap_or("").to_owned(),
            Tag::Malformed(primary) => {
                self.note(if primary.is_some() {
                    "language tags that are no BCP 47 were cut to their language"
                } else {
                    "language tags that are no BCP 47 were left out"
                });
                primary.as_deref().unwrap_or("").to_owned()
            }
        }
    }

    /// Takes a piece of an entity. Errors of the disk are kept for the next [`Output::row`].
    pub(super) fn push(&mut self, line: u64, mut record: Record) {
        if let Err(fault) = self.check(line, &mut record) {
            return self.problem(line, fault);
        }
        let key = if record.id.is_empty() {
            let name = if record.name.is_empty() { record.names.first().map_or("", |n| &n.text) } else { &record.name };
            if name.is_empty() {
                return self.note("entities without a name that can be used");
            }
            ids::derive_into(&mut self.buffer, &record.kind, name);
            self.buffer.as_str()
        } else {
            record.id.as_str()
        };
        if let Some((last, entity)) = &mut self.last
            && last == key
        {
            let differing = entity.merge(record);
            self.differing(differing);
            return;
        }
        let key = key.to_owned();
        self.flush();
        self.last = Some((key, record));
    }

    fn differing(&mut self, what: Option<&'static str>) {
        if let Some(what) = what {
            self.note(&format!("rows of one entity differ in {what}, the first counts"));
        }
    }

    /// Puts the entity that is complete for now where it is sorted.
    fn flush(&mut self) {
        let Some((key, record)) = self.last.take() else { return };
        let mut key = key.into_bytes();
        // Keys have no control characters, so that the order is that of the keys, then that of reading.
        key.push(0);
        key.extend_from_slice(&self.sequence.to_be_bytes());
        self.sequence += 1;
        let pushed = encode(&record).and_then(|value| self.sorter.push(&key, &value));
        if let Err(error) = pushed {
            self.failure.get_or_insert(error);
        }
    }

    /// Checks and cleans all fields as the readers of gazetteers do. A name that cannot be used is left out and
    /// counted, a field that is wrong is left out and reported; an id or kind that is wrong costs the row.
    fn check(&mut self, line: u64, record: &mut Record) -> Result<(), Fault> {
        if !record.id.is_empty() {
            let mut draft = Draft::default();
            draft.set(Field::Id, &record.id)?;
            record.id = draft.entity.id.to_string();
        }
        if record.kind.is_empty() {
            if self.kind.is_empty() {
                let message = format!("{}:{line}: nothing tells the kind, name it with --kind", self.label);
                self.failure.get_or_insert(Error::message(message));
            }
            record.kind.clone_from(&self.kind);
        }
        let mut draft = Draft::default();
        draft.set(Field::Kind, &record.kind)?;
        record.kind = draft.entity.kind.to_string();
        for (field, value) in [
            (Field::Country, &mut record.country),
            (Field::Match, &mut record.policy),
            (Field::Action, &mut record.action),
        ] {
            if !value.is_empty()
                && !value.starts_with(COUNTRY_ID)
                && let Err(fault) = Draft::default().set(field, value)
            {
                value.clear();
                self.problem(line, fault);
            }
        }
        if !record.country.starts_with(COUNTRY_ID) {
            record.country.make_ascii_uppercase();
        }
        if let Some((lat, lon)) = record.position
            && !((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon))
        {
            record.position = None;
            self.problem(line, Fault::new("bad-position", format!("no position on Earth: `{lat}, {lon}`")));
        }
        let mut seen: HashSet<String> = HashSet::new();
        for id in std::mem::take(&mut record.same_as) {
            let mut draft = Draft::default();
            match draft.add_same_as(&id) {
                Ok(()) => {
                    let id = draft.entity.same_as().first().map_or(String::new(), |id| id.to_string());
                    if !id.is_empty() && id != record.id && seen.insert(id.clone()) {
                        record.same_as.push(id);
                    }
                }
                Err(fault) => self.problem(line, fault),
            }
        }
        if !record.parent.is_empty() {
            record.parent =
                ids::normalise(&record.parent).map_or_else(String::new, |id| names::clean(&id).into_owned());
        }
        record.name = clean(&record.name);
        let all = std::mem::take(&mut record.names);
        let mut shown_unwanted = false;
        for mut name in all {
            name.text = clean(&name.text);
            if name.text.is_empty() {
                continue;
            }
            if !name.lang.is_empty() {
                name.lang = self.language(&name.lang);
            }
            if let Some((code, _)) = names::unusable(&name.text) {
                self.note(match code {
                    "long-name" => "names longer than 32 words or 256 bytes",
                    _ => "names without a letter, digit or symbol",
                });
            } else if !self.options.wants_language(&name.lang) {
                shown_unwanted |= name.text == record.name;
                self.note("names in languages that are not asked for");
            } else {
                record.names.push(name);
            }
        }
        // What the source shows is in a language that is not asked for.
        if shown_unwanted && !record.names.iter().any(|name| name.text == record.name) {
            record.name.clear();
        }
        let mut seen: HashSet<String> = HashSet::new();
        for (name, value) in std::mem::take(&mut record.attributes) {
            match self.attribute_names.of(&name, &mut self.languages) {
                None => self.note("further fields beyond the 10,000 first of different names"),
                Some(own) if seen.insert(own.clone()) => record.attributes.push((own, value)),
                Some(_) => self.note("further fields that a row has twice, the first counts"),
            }
        }
        Ok(())
    }

    /// Makes one entity of all pieces with one key, in the order in which they were first read, and writes them.
    pub(super) fn finish(mut self, writer: &mut dyn Writer, folder: &Path) -> Result<Summary> {
        self.flush();
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let mut sorted = std::mem::replace(&mut self.sorter, Sorter::new(folder, 0)).finish()?;
        let mut ordered = Sorter::new(folder, memory(self.options));
        let mut shape = Shape::default();
        let mut parents = Parents::default();
        let mut group: Option<(Vec<u8>, [u8; 8], Record)> = None;
        let mut pieces = 0u64;
        loop {
            let more = sorted.step()?;
            pieces += 1;
            if pieces.is_multiple_of(LINES_A_STEP) {
                self.step(Some("joining"))?;
            }
            let (key, sequence) = sorted.key().split_last_chunk::<8>().unwrap_or((&[], &[0; 8]));
            if more
                && let Some((own, _, record)) = &mut group
                && own == key
            {
                let differing = record.merge(decode(sorted.value())?);
                self.differing(differing);
                continue;
            }
            let next = more.then(|| Ok::<_, Error>((key.to_vec(), *sequence, decode(sorted.value())?))).transpose()?;
            if let Some((_, sequence, record)) = std::mem::replace(&mut group, next)
                && let Some(record) = self.settle(record)
            {
                if self.closed_parents {
                    parents.add(&record);
                }
                shape.add(&record);
                ordered.push(&sequence, &encode(&record)?)?;
            }
            if !more {
                break;
            }
        }
        drop(sorted);
        self.note_many("parents that would be above themselves", parents.cut_cycles());
        shape.settle();
        writer.begin(&shape)?;
        let mut ordered = ordered.finish()?;
        let mut summary = Summary { rows: self.rows, problems: self.problems, ..Summary::default() };
        while ordered.step()? {
            let mut record: Record = decode(ordered.value())?;
            if self.closed_parents && !record.parent.is_empty() && !parents.has(&record) {
                record.parent.clear();
                self.note("parents that are not imported");
            }
            writer.entity(&record)?;
            summary.entities += 1;
            if summary.entities.is_multiple_of(LINES_A_STEP) {
                self.step(Some("writing"))?;
            }
        }
        writer.finish()?;
        summary.names = writer.names();
        for (reason, count) in writer.losses() {
            self.note_many(reason, count);
        }
        summary.notes = self.notes.into_iter().collect();
        Ok(summary)
    }

    /// What is known when all pieces are there.
    fn settle(&mut self, mut record: Record) -> Option<Record> {
        let removes = record.action.eq_ignore_ascii_case("remove");
        if record.deprecated {
            self.note("deprecated entities");
            return None;
        }
        if record.grouping {
            self.note("collections and schemes, which are no concepts");
            return None;
        }
        if record.names.is_empty() && (record.id.is_empty() || !removes) {
            self.note("entities without a name that can be used");
            return None;
        }
        if record.country.starts_with(COUNTRY_ID) {
            record.country = self.countries.get(&record.country).cloned().unwrap_or_default();
            if record.country.is_empty() {
                self.note("countries whose code is not known");
            }
        }
        if record.overfull {
            let message =
                format!("of an entity so many rows speak that only {MAX_BYTES} bytes are kept: `{}`", record.id);
            self.place_problem(&Problem::error("too-large", message));
        }
        if let Some(policy) = self.options.policy {
            record.policy = policy.as_str().to_owned();
        }
        if !record.names.is_empty() {
            let before = if record.name.is_empty() { &record.names[0].text } else { &record.name }.clone();
            record.settle(&self.options.languages);
            self.note_many("repeated names", record.removed.names);
            self.note_many("rows of one entity differ in attribute, the first counts", record.removed.fields);
            if record.id.is_empty() && record.name != before {
                // Whoever reads it would derive another id than the one by which its pieces were joined.
                ids::derive_into(&mut self.buffer, &record.kind, &before);
                record.id.clone_from(&self.buffer);
            }
        }
        Some(record)
    }
}

/// How many bytes a sorter holds.
fn memory(options: &Options) -> usize {
    (options.memory / 2).max(MIN_MEMORY)
}

fn encode(record: &Record) -> Result<Vec<u8>> {
    serde_json::to_vec(record).map_err(|error| Error::message(format!("an entity cannot be kept: {error}")))
}

fn decode(bytes: &[u8]) -> Result<Record> {
    serde_json::from_slice(bytes).map_err(|error| Error::message(format!("a temporary file is damaged: {error}")))
}
