//! Many partials into one, or into the rows of the run-wide tables.

use std::path::{Path, PathBuf};

use super::file::{ListedRecord, PairRecord, PartialReader, PartialWriter, Records, UnlistedRecord};
use super::heap::Heads;
use super::{Pair, Partial, Tally};
use crate::error::{Error, Result};
use crate::lexicon::{EntityId, Stack};
use crate::table::number::{mean, ten_thousandths};
use crate::table::shown::id_of;
use crate::table::{RowOptions, RowWriter, Value};

/// The most files read at a time.
const FAN_IN: usize = 64;
/// The most listed entities of the files read at a time (four bytes each), unless two files alone have more.
const FAN_IN_ENTITIES: u64 = 8 << 20;

impl Partial {
    /// Hands all records to a taker in their order, and is empty then.
    ///
    /// # Errors
    /// Those of the taker.
    pub fn emit(&mut self, stack: &Stack, out: &mut dyn Records) -> Result<()> {
        out.start(self.documents, self.truncated)?;
        let mut order: Vec<u32> = (0..self.unlisted.len() as u32).collect();
        let key = |slot: &u32| {
            let unlisted = &self.unlisted[*slot as usize];
            (stack.kind(unlisted.kind), self.names.key(unlisted.name))
        };
        order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        for slot in &order {
            let (kind, key) = key(slot);
            let unlisted = &self.unlisted[*slot as usize];
            out.unlisted(&UnlistedRecord { kind, key, name: self.names.name(unlisted.name), tally: unlisted.tally })?;
        }
        order.clear();
        order.extend(0..self.listed.len() as u32);
        let id = |slot: u32| id_of(stack, self.listed[slot as usize].entity);
        order.sort_unstable_by(|a, b| id(*a).cmp(id(*b)));
        let mut rank = vec![0; order.len()];
        for (place, slot) in order.iter().enumerate() {
            rank[*slot as usize] = place as u32;
            let listed = &self.listed[*slot as usize];
            out.listed(&ListedRecord { entity: listed.entity, id: id(*slot), tally: listed.tally })?;
        }
        for pair in &mut self.pairs {
            let (a, b) = (rank[pair.a as usize], rank[pair.b as usize]);
            (pair.a, pair.b) = (a.min(b), a.max(b));
        }
        self.pairs.sort_unstable_by_key(Pair::key);
        for same in self.pairs.chunk_by(|a, b| a.key() == b.key()) {
            out.pair(&PairRecord {
                a: same[0].a,
                b: same[0].b,
                documents: same.iter().map(|pair| u64::from(pair.documents)).sum(),
                sentences: same.iter().map(|pair| u64::from(pair.sentences)).sum(),
            })?;
        }
        self.clear();
        out.end()
    }
}

/// Merges serialised partials into one stream of records. More files than are read at a time are first merged into
/// fewer, in files beside the first one.
///
/// # Errors
/// A file cannot be read or is damaged, or the taker's error.
pub fn merge_files(files: &[PathBuf], out: &mut dyn Records) -> Result<()> {
    let Some(beside) = files.first() else {
        out.start(0, 0)?;
        return out.end();
    };
    let mut level: Vec<(PathBuf, u64)> = Vec::new();
    for file in files {
        level.push((file.clone(), PartialReader::open(file)?.listed_count));
    }
    let mut made = 0;
    loop {
        let groups = groups(&level);
        if groups.len() <= 1 {
            let paths: Vec<&Path> = level.iter().map(|file| file.0.as_path()).collect();
            let merged = merge_group(&paths, out);
            if made > 0 {
                remove(level.iter().map(|file| file.0.as_path()).filter(|path| is_merged(path, beside)));
            }
            return merged;
        }
        let mut next = Vec::new();
        for group in groups {
            let group = &level[group];
            if let [single] = group {
                next.push(single.clone());
                continue;
            }
            let path = merged_path(beside, made);
            made += 1;
            let paths: Vec<&Path> = group.iter().map(|file| file.0.as_path()).collect();
            let mut writer = PartialWriter::create(&path)?;
            merge_group(&paths, &mut writer)?;
            remove(paths.into_iter().filter(|path| is_merged(path, beside)));
            let listed = PartialReader::open(&path)?.listed_count;
            next.push((path, listed));
        }
        level = next;
    }
}

fn merged_path(beside: &Path, number: usize) -> PathBuf {
    beside.with_file_name(format!("merged.{number}"))
}

fn is_merged(path: &Path, beside: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.parent() == beside.parent() && name.starts_with("merged.")
}

fn remove<'a>(files: impl Iterator<Item = &'a Path>) {
    for file in files {
        // What stays behind goes with the folder.
        let _ = std::fs::remove_file(file);
    }
}

/// Neighbouring files that are read at a time.
fn groups(level: &[(PathBuf, u64)]) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut entities) = (0, 0);
    for (i, (_, listed)) in level.iter().enumerate() {
        let full = i - start >= FAN_IN || (i - start >= 2 && entities + listed > FAN_IN_ENTITIES);
        if full {
            groups.push(start..i);
            (start, entities) = (i, 0);
        }
        entities += listed;
    }
    groups.push(start..level.len());
    groups
}

fn merge_group(files: &[&Path], out: &mut dyn Records) -> Result<()> {
    let mut readers = files.iter().map(|file| PartialReader::open(file)).collect::<Result<Vec<_>>>()?;
    let sum = |count: fn(&PartialReader) -> u64| readers.iter().map(count).sum();
    out.start(sum(|reader| reader.documents), sum(|reader| reader.truncated))?;
    merge_unlisted(&mut readers, out)?;
    let maps = merge_listed(&mut readers, out)?;
    merge_pairs(&mut readers, &maps, out)?;
    out.end()
}

/// Reads the first record of each input; the inputs that have one.
fn heads(readers: &mut [PartialReader], next: fn(&mut PartialReader) -> Result<bool>) -> Result<Vec<usize>> {
    let mut with_head = Vec::new();
    for (i, reader) in readers.iter_mut().enumerate() {
        if next(reader)? {
            with_head.push(i);
        }
    }
    Ok(with_head)
}

fn merge_unlisted(readers: &mut [PartialReader], out: &mut dyn Records) -> Result<()> {
    let key = |reader: &PartialReader| {
        let record = reader.unlisted();
        (record.kind.to_owned(), record.key.to_owned())
    };
    let less = |readers: &[PartialReader], a: usize, b: usize| {
        let (a, b) = (readers[a].unlisted(), readers[b].unlisted());
        (a.kind, a.key) < (b.kind, b.key)
    };
    let with_head = heads(readers, PartialReader::next_unlisted)?;
    let mut heads = Heads::new(with_head.into_iter(), |a, b| less(readers, a, b));
    let mut current: Option<((String, String), String, Tally)> = None;
    let emit = |current: &Option<((String, String), String, Tally)>, out: &mut dyn Records| match current {
        Some(((kind, key), name, tally)) => out.unlisted(&UnlistedRecord { kind, key, name, tally: *tally }),
        None => Ok(()),
    };
    while let Some(top) = heads.top() {
        let record = readers[top].unlisted();
        match &mut current {
            Some(((kind, its_key), name, tally)) if *kind == record.kind && *its_key == record.key => {
                tally.add(&record.tally);
                if super::names::is_better(record.name, name) {
                    *name = record.name.to_owned();
                }
            }
            _ => {
                emit(&current, out)?;
                current = Some((key(&readers[top]), record.name.to_owned(), record.tally));
            }
        }
        let more = readers[top].next_unlisted()?;
        heads.moved(!more, |a, b| less(readers, a, b));
    }
    emit(&current, out)
}

/// Returns for each input the new number of each of its entities.
fn merge_listed(readers: &mut [PartialReader], out: &mut dyn Records) -> Result<Vec<Vec<u32>>> {
    let less = |readers: &[PartialReader], a: usize, b: usize| readers[a].listed().id < readers[b].listed().id;
    let mut maps: Vec<Vec<u32>> =
        readers.iter().map(|reader| Vec::with_capacity(reader.listed_count.min(1 << 20) as usize)).collect();
    let with_head = heads(readers, PartialReader::next_listed)?;
    let mut heads = Heads::new(with_head.into_iter(), |a, b| less(readers, a, b));
    let mut current: Option<(EntityId, String, Tally)> = None;
    let emit = |current: &Option<(EntityId, String, Tally)>, out: &mut dyn Records| match current {
        Some((entity, id, tally)) => out.listed(&ListedRecord { entity: *entity, id, tally: *tally }),
        None => Ok(()),
    };
    let mut count = 0u32;
    while let Some(top) = heads.top() {
        let record = readers[top].listed();
        match &mut current {
            Some((entity, id, tally)) if *id == record.id => {
                *entity = (*entity).min(record.entity);
                tally.add(&record.tally);
            }
            _ => {
                emit(&current, out)?;
                // The buffer of the last id is used again.
                let mut id = current.take().map(|current| current.1).unwrap_or_default();
                id.clear();
                id.push_str(record.id);
                current = Some((record.entity, id, record.tally));
                count += 1;
            }
        }
        maps[top].push(count - 1);
        let more = readers[top].next_listed()?;
        heads.moved(!more, |a, b| less(readers, a, b));
    }
    emit(&current, out)?;
    Ok(maps)
}

fn merge_pairs(readers: &mut [PartialReader], maps: &[Vec<u32>], out: &mut dyn Records) -> Result<()> {
    let key = |readers: &[PartialReader], i: usize| {
        let pair = readers[i].pair();
        // The map has as many entries as the file has listed entities, which the reader holds pairs to.
        (maps[i].get(pair.a as usize).copied(), maps[i].get(pair.b as usize).copied())
    };
    let with_head = heads(readers, PartialReader::next_pair)?;
    let mut heads = Heads::new(with_head.into_iter(), |a, b| key(readers, a) < key(readers, b));
    let mut current: Option<PairRecord> = None;
    while let Some(top) = heads.top() {
        let (Some(a), Some(b)) = key(readers, top) else {
            return Err(Error::message("a partial table has fewer entities than it says"));
        };
        let record = PairRecord { a, b, ..readers[top].pair() };
        match &mut current {
            Some(pair) if (pair.a, pair.b) == (a, b) => {
                pair.documents += record.documents;
                pair.sentences += record.sentences;
            }
            _ => {
                if let Some(pair) = current.replace(record) {
                    out.pair(&pair)?;
                }
            }
        }
        let more = readers[top].next_pair()?;
        heads.moved(!more, |a, b| key(readers, a) < key(readers, b));
    }
    match current {
        Some(pair) => out.pair(&pair),
        None => Ok(()),
    }
}

/// Turns records into the rows of `entities` and `cooccurrences`.
pub struct FinalRows<'a> {
    stack: &'a Stack,
    name_lang: Option<&'a str>,
    min_pairs: u64,
    entities: Option<&'a mut dyn RowWriter>,
    pairs: Option<&'a mut dyn RowWriter>,
    documents: u64,
    /// Documents of which only the most salient entities pair up.
    pub truncated: u64,
    /// Entity and documents of each listed record, for pairs.
    listed: Vec<(EntityId, u64)>,
    /// The first entity of the last pair, and its id: pairs of one entity are neighbours.
    first: (u32, Value<'a>),
    scratch: String,
}

impl<'a> FinalRows<'a> {
    /// Rows for the writers given; pairs with fewer than `min_pairs` documents are left out.
    pub fn new(
        stack: &'a Stack,
        options: &'a RowOptions,
        min_pairs: u64,
        entities: Option<&'a mut dyn RowWriter>,
        pairs: Option<&'a mut dyn RowWriter>,
    ) -> Self {
        Self {
            stack,
            name_lang: options.name_lang.as_deref(),
            min_pairs,
            entities,
            pairs,
            documents: 0,
            truncated: 0,
            listed: Vec::new(),
            first: (0, Value::Empty),
            scratch: String::new(),
        }
    }
}

/// Normalised pointwise mutual information of two entities by documents, in ten-thousandths:
/// `ln(p_ab / (p_a p_b)) / -ln(p_ab)` (Bouma 2009, "Normalized (pointwise) mutual information in collocation
/// extraction"). A pair in every document has 1.
pub fn npmi(both: u64, a: u64, b: u64, documents: u64) -> i64 {
    if both == documents {
        return 10_000;
    }
    let [both, a, b, documents] = [both, a, b, documents].map(|count| count as f64);
    let value = (both / a * (documents / b)).ln() / (documents / both).ln();
    ten_thousandths(value).unwrap_or(0)
}

/// Appends first and last date, of equal length; nothing where none is known.
fn push_dates(tally: &Tally, out: &mut String) {
    use std::fmt::Write;
    if tally.last_date == 0 {
        return;
    }
    for date in [tally.first_date, tally.last_date] {
        // Writing to a String does not fail.
        let _ = write!(out, "{:04}-{:02}-{:02}", date / 10_000, date / 100 % 100, date % 100);
    }
}

impl Records for FinalRows<'_> {
    fn start(&mut self, documents: u64, truncated: u64) -> Result<()> {
        (self.documents, self.truncated) = (documents, truncated);
        Ok(())
    }

    fn unlisted(&mut self, record: &UnlistedRecord<'_>) -> Result<()> {
        let Some(out) = &mut self.entities else { return Ok(()) };
        let tally = &record.tally;
        self.scratch.clear();
        push_dates(tally, &mut self.scratch);
        let (first, last) = self.scratch.split_at(self.scratch.len() / 2);
        out.row(&[
            Value::Empty,
            Value::Text(record.kind),
            Value::text(record.name),
            Value::Integer(tally.mentions),
            Value::Integer(tally.documents),
            Value::text(first),
            Value::text(last),
            Value::Fixed(mean(tally.salience, tally.documents) as i64),
            Value::Empty,
            Value::Empty,
            Value::Empty,
            Value::Empty,
        ])
    }

    fn listed(&mut self, record: &ListedRecord<'_>) -> Result<()> {
        let entity = match id_of(self.stack, record.entity) == record.id {
            true => record.entity,
            // The partial was made with another stack: the id says which entity it is.
            false => {
                let found = self.stack.find(record.id).filter(|found| id_of(self.stack, *found) == record.id);
                found.ok_or_else(|| Error::message(format!("no such entity in the gazetteers: `{}`", record.id)))?
            }
        };
        if self.pairs.is_some() {
            self.listed.push((entity, record.tally.documents));
        }
        let Some(out) = &mut self.entities else { return Ok(()) };
        let view = self.stack.entity(entity);
        let tally = &record.tally;
        self.scratch.clear();
        for (i, id) in view.outside().into_iter().enumerate() {
            if i > 0 {
                self.scratch.push('|');
            }
            self.scratch.push_str(id);
        }
        let ids = self.scratch.len();
        push_dates(tally, &mut self.scratch);
        let (ids, dates) = self.scratch.split_at(ids);
        let (first, last) = dates.split_at(dates.len() / 2);
        let degrees = |degrees: Option<f64>| degrees.and_then(ten_thousandths).map_or(Value::Empty, Value::Fixed);
        out.row(&[
            Value::Text(view.id),
            Value::Text(self.stack.kind(view.kind)),
            Value::text(self.name_lang.and_then(|lang| view.name_in(lang)).unwrap_or(view.name)),
            Value::Integer(tally.mentions),
            Value::Integer(tally.documents),
            Value::text(first),
            Value::text(last),
            Value::Fixed(mean(tally.salience, tally.documents) as i64),
            Value::text(view.country),
            degrees(view.position.map(|position| position.0)),
            degrees(view.position.map(|position| position.1)),
            Value::text(ids),
        ])
    }

    fn pair(&mut self, record: &PairRecord) -> Result<()> {
        let Some(out) = &mut self.pairs else { return Ok(()) };
        if record.documents < self.min_pairs {
            return Ok(());
        }
        // The records name listed entities that have come before.
        let (a, b) = (self.listed[record.a as usize], self.listed[record.b as usize]);
        if self.first.0 != record.a || self.first.1 == Value::Empty {
            self.first = (record.a, Value::known(id_of(self.stack, a.0)));
        }
        out.row(&[
            self.first.1,
            Value::Text(id_of(self.stack, b.0)),
            Value::Integer(record.documents),
            Value::Integer(record.sentences),
            Value::Fixed(npmi(record.documents, a.1, b.1, self.documents)),
        ])
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
