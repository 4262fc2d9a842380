//! Compiling a layer: entities and names into records, names into the prefix table or the substring side.
//!
//! Besides the sections themselves there are only flat arrays of hashes and places, sorted at the end: nothing is
//! allocated a name. Entities that are handed over by value are dropped one by one, so that the rows as read and the
//! records never lie in memory together in full.

use std::borrow::Borrow;

use hashbrown::{HashMap, HashSet};

use super::entities::{ID_DERIVED, IMPORTANT, KIND_DERIVED, REMOVES, REPLACES, SHADOWED};
use super::ids::{Ids, MAX_UNITS, hash_id};
use super::limit::{Limiter, Place};
use super::names::{self, NameRecord};
use super::records::{EntityDraft, Strings, UNIT, write_entity, write_name};
use super::storage::{Array, Bytes};
use super::table::{FORM, Forms, Second, Table};
use super::{Counts, Lexicon, NO_POLICY, Records, inflect, policy_code, substring};
use crate::error::{Error, Problem, Result};
use crate::gazetteer::{
    Action, DEFAULT_PRIOR, Entity, Layer, MAX_NAME_BYTES, MAX_NAME_WORDS, MatchPolicy, Name, NameRole, SmolStr,
};
use crate::text::fold::{Folded, Gap, is_acronym};
use crate::text::lang::forms::is_form;
use crate::text::masks::is_caseless;
use crate::text::words::{Gate, first_prefix, hash_key, next_prefix};

/// How a lexicon is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileOptions {
    /// `--boundary none`: every name may begin and end inside words.
    pub open: bool,
}

/// The most names that `--boundary none` takes.
pub const MAX_OPEN_NAMES: usize = 100_000;

/// Bit of a place in `Compiler::words`: the name may begin in lower case.
const MAY_BE_LOWER: u32 = 1 << 31;

/// With more ASCII words that may begin a name in lower case, most words of a text may begin a name, and hashing them
/// all in one go is cheaper than asking the gate: measured between 4,000 and 16,000.
const MAX_SPARSE_LOWER: usize = 8192;

/// Words that get numbers in the order of their first use.
#[derive(Default)]
pub(super) struct Numbers {
    pub words: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Numbers {
    pub fn number(&mut self, word: &str) -> Option<u16> {
        if let Some(number) = self.numbers.get(word) {
            return Some(*number);
        }
        let number = u16::try_from(self.words.len()).ok()?;
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        Some(number)
    }
}

pub(super) struct Compiler<'f> {
    options: CompileOptions,
    /// The files of the layer, for problems.
    files: &'f [String],
    records: Vec<u8>,
    strings: Strings,
    pub kinds: Numbers,
    pub langs: Numbers,
    counts: Counts,
    /// Hashes of ids and the rows that have them.
    ids: Vec<(u64, u32)>,
    /// Rows that replace or remove others.
    acting: Vec<u32>,
    places: Vec<Place>,
    folded: Folded,
    key: String,
    /// Hashes of the words of all names of the word side, one name after the other.
    words: Vec<u64>,
    /// Beside `words`, for the second word of a name: what may follow the first.
    seconds: Vec<Second>,
    /// Names of the word side: hash of all words, name, place in `words` and [`MAY_BE_LOWER`].
    terminals: Vec<(u64, u32, u32)>,
    gate: Gate,
    /// ASCII words that may begin a name in lower case.
    lower: HashSet<u64>,
    /// Names of the substring side: start and length of the pattern in `pattern_text`, name.
    patterns: Vec<(u32, u32, u32)>,
    pattern_text: String,
    problems: Vec<Problem>,
}

/// What a name may do to the search, found by folding it.
pub(super) struct Named {
    /// The name can match.
    pub kept: bool,
    pub index: u32,
    pub flags: u8,
}

impl Lexicon {
    /// Compiles one layer.
    ///
    /// # Errors
    /// A section would outgrow its limit, or `open` is asked for too many names.
    pub fn compile(layer: &Layer, options: CompileOptions) -> Result<Self> {
        compile_rows(&layer.files, layer.entities.iter(), options)
    }

    /// [`Lexicon::compile`] that drops every row as soon as it is compiled.
    ///
    /// # Errors
    /// As [`Lexicon::compile`].
    pub fn compile_owned(layer: Layer, options: CompileOptions) -> Result<Self> {
        compile_rows(&layer.files, layer.entities.into_iter(), options)
    }
}

fn compile_rows<E: Borrow<Entity>>(
    files: &[String],
    rows: impl ExactSizeIterator<Item = E>,
    options: CompileOptions,
) -> Result<Lexicon> {
    let mut compiler = Compiler::new(files, rows.len(), options);
    for entity in rows {
        compiler.entity(entity.borrow())?;
    }
    compiler.finish()
}

impl<'f> Compiler<'f> {
    /// A compiler for about so many rows.
    pub fn new(files: &'f [String], rows: usize, options: CompileOptions) -> Self {
        let mut langs = Numbers::default();
        langs.number("");
        Self {
            options,
            files,
            records: Vec::with_capacity(rows * 48),
            strings: Strings::new(),
            kinds: Numbers::default(),
            langs,
            counts: Counts::default(),
            ids: Vec::with_capacity(rows),
            acting: Vec::new(),
            places: Vec::with_capacity(rows),
            folded: Folded::default(),
            key: String::new(),
            words: Vec::with_capacity(rows * 2),
            seconds: Vec::with_capacity(rows * 2),
            terminals: Vec::with_capacity(rows),
            gate: Gate::default(),
            lower: HashSet::new(),
            patterns: Vec::new(),
            pattern_text: String::new(),
            problems: Vec::new(),
        }
    }

    /// Adds a row with its names, and those generated from them.
    fn entity(&mut self, entity: &Entity) -> Result<()> {
        fn borrowed(list: &[SmolStr]) -> Vec<&str> {
            list.iter().map(SmolStr::as_str).collect()
        }
        let removes = entity.action == Action::Remove;
        let mut draft = EntityDraft {
            id: &entity.id,
            name: entity.name(),
            first_name: !removes && entity.names.first().is_some_and(|name| name.text == *entity.name()),
            flags: 0,
            kind: self.kind(&entity.kind)?,
            policy: entity.policy.map_or(NO_POLICY, policy_code),
            prior: entity.prior,
            country: entity.country(),
            parent: entity.parent().unwrap_or(""),
            outside: borrowed(entity.outside()),
            same_as: borrowed(entity.same_as()),
            needs: borrowed(entity.needs()),
            guesses: Vec::new(),
            position: entity.position(),
        };
        for (set, flag) in [
            (entity.important() == Some(true), IMPORTANT),
            (entity.id_derived, ID_DERIVED),
            (entity.kind_derived, KIND_DERIVED),
            (entity.action == Action::Replace, REPLACES),
            (removes, REMOVES),
        ] {
            if set {
                draft.flags |= flag;
            }
        }
        let index = self.row(&draft)?;
        self.places.push(Place { entity: index, file: entity.file, line: entity.line });
        if removes {
            return Ok(());
        }
        let prior = entity.prior.unwrap_or(DEFAULT_PRIOR);
        for name in &entity.names {
            let record = self.listed(entity, name, index, prior)?;
            let Named { kept, index: listed, flags } = self.name(record, &name.text)?;
            // A later layer may change the entity's policy, so `exact` is looked at on the hit.
            let exact = name.policy == Some(MatchPolicy::Exact);
            if !kept || exact || name.role == NameRole::Acronym || flags & names::ACRONYM != 0 {
                continue;
            }
            let Some(lang) = name.lang.as_deref() else { continue };
            for inflected in inflect::generated(&entity.kind, lang, &name.text) {
                if entity.names.iter().any(|n| n.text == inflected && n.lang == name.lang) {
                    continue;
                }
                self.name(NameRecord { listed, flags: names::GENERATED, ..record }, &inflected)?;
            }
        }
        Ok(())
    }

    fn listed(&mut self, entity: &Entity, name: &Name, index: u32, prior: f32) -> Result<NameRecord<'static>> {
        let lang = match name.lang.as_deref() {
            Some(lang) if !lang.is_empty() => self.lang(lang)?,
            _ => 0,
        };
        Ok(NameRecord {
            entity: index,
            prior: name.prior.unwrap_or(prior),
            lang,
            policy: policy_code(name.policy.or(entity.policy).unwrap_or(MatchPolicy::Smart)),
            own: (if name.prior.is_some() { names::OWN_PRIOR } else { 0 })
                | (if name.policy.is_some() { names::OWN_POLICY } else { 0 }),
            role: match name.role {
                NameRole::Canonical => 0,
                NameRole::Alias => 1,
                NameRole::Acronym => 2,
            },
            ..NameRecord::default()
        })
    }

    pub fn kind(&mut self, kind: &str) -> Result<u16> {
        self.kinds.number(kind).ok_or_else(|| Error::message("more than 65,536 kinds in one gazetteer layer"))
    }

    pub fn lang(&mut self, lang: &str) -> Result<u16> {
        self.langs.number(lang).ok_or_else(|| Error::message("more than 65,535 language tags in one gazetteer layer"))
    }

    /// Adds a row; its names must follow.
    pub fn row(&mut self, draft: &EntityDraft<'_>) -> Result<u32> {
        let index = write_entity(&mut self.records, &mut self.strings, draft);
        self.within_limit()?;
        let own = (draft.flags & SHADOWED == 0).then_some(&draft.id);
        let ids = own.into_iter().chain(&draft.outside).chain(&draft.same_as).chain(&draft.guesses);
        self.ids.extend(ids.map(|id| (hash_id(id), index)));
        if draft.flags & (REPLACES | REMOVES) != 0 {
            self.acting.push(index);
        }
        self.counts.entities += 1;
        Ok(index)
    }

    fn within_limit(&self) -> Result<()> {
        if self.records.len() / UNIT > MAX_UNITS {
            return Err(Error::message("the records of one gazetteer layer exceed 2 GiB: split it"));
        }
        Ok(())
    }

    /// Adds a name to the records and to one side of the search. Its text, length, words, flags and (if it is not
    /// generated) `listed` are found here.
    pub fn name(&mut self, mut record: NameRecord<'_>, text: &str) -> Result<Named> {
        self.folded.read(text, 0);
        let words = self.folded.words.len();
        let index = (self.records.len() / UNIT) as u32;
        if record.flags & names::GENERATED == 0 {
            record.listed = index;
        }
        record.words = words.min(63) as u8;
        if let Some(problem) = unusable(&self.folded, text) {
            self.warn(record.entity, problem);
            record.flags |= names::SKIPPED;
            self.put(record, text)?;
            return Ok(Named { kept: false, index, flags: record.flags });
        }
        let folded = &self.folded;
        let mut length = folded.letters.len();
        if words == 0 {
            record.flags |= names::OPEN_START | names::OPEN_END;
            length = folded.symbols.len();
        } else {
            for k in 1..words {
                if let Gap::Hard { start, end } = folded.gaps[k] {
                    length += (end - start) as usize;
                }
            }
            let edges = folded.leading_symbols().len() + folded.trailing_symbols().len();
            length += edges;
            let many = words > 1;
            for (set, flag) in [
                (many, names::MANY_WORDS),
                (folded.letters.iter().any(|l| l.marks != 0), names::MARKED),
                (edges > 0, names::EDGE_SYMBOLS),
                (folded.letters[0].unsegmented, names::OPEN_START),
                (folded.letters[folded.letters.len() - 1].unsegmented, names::OPEN_END),
                (!many && (record.role == 2 || is_acronym(folded.word(0))), names::ACRONYM),
            ] {
                if set {
                    record.flags |= flag;
                }
            }
        }
        if words < 2 && is_form(text) {
            record.own |= names::COMMON;
        }
        record.length = length.min(u16::MAX as usize) as u16;
        self.put(record, text)?;
        if self.options.open || record.flags & (names::OPEN_START | names::OPEN_END) != 0 {
            let start = self.pattern_text.len();
            stream_form(&self.folded, &mut self.pattern_text);
            let length = self.pattern_text.len() - start;
            let start = u32::try_from(start)
                .map_err(|_| Error::message("the names without word boundaries exceed 4 GiB: split the gazetteer"))?;
            self.patterns.push((start, length as u32, index));
        } else {
            let any_case = record.policy == policy_code(MatchPolicy::Folded);
            let first = &self.folded.letters[0];
            // Words of scripts without capitals count as if they had them.
            let caseless = is_caseless(first.key);
            self.words(index, any_case || !first.upper && !caseless, any_case)?;
        }
        Ok(Named { kept: true, index, flags: record.flags })
    }

    /// Adds the words of the name just folded to the word side.
    fn words(&mut self, index: u32, lower: bool, any_case: bool) -> Result<()> {
        let start = self.words.len();
        if start >= MAY_BE_LOWER as usize {
            return Err(Error::message("the names of one gazetteer layer have more than 2 thousand million words"));
        }
        let mut prefix = 0;
        for k in 0..self.folded.words.len() {
            self.key.clear();
            self.folded.key(k, &mut self.key);
            let hash = hash_key(&self.key);
            self.words.push(hash);
            let letter = &self.folded.word(k)[0];
            self.seconds.push(Second::of(letter.key, any_case || !letter.upper));
            if k > 0 {
                prefix = next_prefix(prefix, hash);
                continue;
            }
            prefix = first_prefix(hash);
            self.gate.insert(&self.key, lower);
            if lower && self.key.is_ascii() {
                self.lower.insert(hash);
            }
        }
        self.terminals.push((prefix, index, start as u32 | if lower { MAY_BE_LOWER } else { 0 }));
        Ok(())
    }

    fn put(&mut self, record: NameRecord<'_>, text: &str) -> Result<()> {
        write_name(&mut self.records, &NameRecord { text: text.as_bytes(), ..record });
        let generated = record.flags & names::GENERATED != 0;
        self.counts.names += u64::from(!generated);
        self.counts.generated += u64::from(generated);
        self.counts.rank = self.counts.rank.max(record.rank);
        self.within_limit()
    }

    /// A warning at the row that was added last.
    fn warn(&mut self, entity: u32, mut problem: Problem) {
        if let Some(place) = self.places.last().filter(|place| place.entity == entity) {
            problem = problem.at_line(u64::from(place.line));
            problem.path = self.files.get(place.file as usize).cloned();
        }
        self.problems.push(problem);
    }

    pub fn finish(mut self) -> Result<Lexicon> {
        let names = self.counts.names + self.counts.generated;
        if self.options.open && names > MAX_OPEN_NAMES as u64 {
            return Err(Error::message(format!("`--boundary none` takes at most {MAX_OPEN_NAMES} names, not {names}")));
        }
        let (ids, joins) = self.ids();
        let mut forms: Vec<u32> = Vec::new();
        let table = self.table(&mut forms)?;
        let substrings = self.substrings()?;
        Ok(Lexicon {
            records: Bytes::copy_of(&self.records),
            strings: Bytes::copy_of(&self.strings.bytes),
            forms: Array::copy_of(&forms),
            ids,
            joins: Array::copy_of(&joins),
            table,
            substrings,
            kinds: self.kinds.words,
            langs: self.langs.words,
            counts: self.counts,
            problems: self.problems,
            source: None,
        })
    }

    /// The table of ids, and the rows that joining must look at.
    fn ids(&mut self) -> (Ids, Vec<u32>) {
        let mut ids = std::mem::take(&mut self.ids);
        ids.sort_unstable();
        ids.dedup();
        let mut joins = std::mem::take(&mut self.acting);
        for shared in ids.chunk_by(|a, b| a.0 == b.0).filter(|rows| rows.len() > 1) {
            joins.extend(shared.iter().map(|(_, row)| *row));
        }
        joins.sort_unstable();
        joins.dedup();
        (Ids::build(&ids), joins)
    }

    fn table(&mut self, forms: &mut Vec<u32>) -> Result<Table> {
        let units = (self.records.len() / UNIT) as u32;
        let mut terminals = std::mem::take(&mut self.terminals);
        terminals.sort_unstable();
        let mut limiter = Limiter {
            records: Records { bytes: &self.records, strings: &self.strings.bytes },
            places: &self.places,
            files: self.files,
            problems: &mut self.problems,
        };
        let mut table =
            Forms::with_capacity(terminals.len(), std::mem::take(&mut self.words), std::mem::take(&mut self.seconds));
        let mut names: Vec<u32> = Vec::new();
        for group in terminals.chunk_by(|a, b| a.0 == b.0) {
            names.clear();
            names.extend(group.iter().map(|(_, name, _)| *name));
            let words = limiter.records.name(names[0]).map_or(0, |record| record.words);
            limiter.limit(&mut names);
            let payload = match names[..] {
                [only] => only,
                _ => {
                    let start = forms.len() as u32;
                    forms.push(names.len() as u32);
                    forms.extend_from_slice(&names);
                    units.saturating_add(start).min(FORM)
                }
            };
            let lower = group.iter().any(|(_, _, start)| start & MAY_BE_LOWER != 0);
            let start = |at: u32| (at & !MAY_BE_LOWER) as usize;
            let first = start(group[0].2);
            for (_, _, at) in &group[1..] {
                if let Some(second) = table.second(start(*at)).filter(|_| words > 1) {
                    table.join_second(first, second);
                }
            }
            table.push(first, usize::from(words), lower, payload);
        }
        drop(terminals);
        if units as usize + forms.len() >= FORM as usize {
            return Err(Error::message("the records of one gazetteer layer exceed 2 GiB: split it"));
        }
        self.gate.set_sparse(self.lower.len() <= MAX_SPARSE_LOWER);
        Ok(table.build(&self.gate))
    }

    fn substrings(&mut self) -> Result<substring::Substrings> {
        let text = std::mem::take(&mut self.pattern_text);
        let of = |pattern: &(u32, u32, u32)| &text[pattern.0 as usize..][..pattern.1 as usize];
        let mut patterns = std::mem::take(&mut self.patterns);
        patterns.sort_unstable_by(|a, b| of(a).cmp(of(b)).then(a.2.cmp(&b.2)));
        let mut limiter = Limiter {
            records: Records { bytes: &self.records, strings: &self.strings.bytes },
            places: &self.places,
            files: self.files,
            problems: &mut self.problems,
        };
        let mut writer = substring::Writer::default();
        let mut names: Vec<u32> = Vec::new();
        for group in patterns.chunk_by(|a, b| of(a) == of(b)) {
            names.clear();
            names.extend(group.iter().map(|(_, _, name)| *name));
            limiter.limit(&mut names);
            writer.add(of(&group[0]), names.iter().copied());
        }
        writer.finish()
    }
}

/// Why a name that was folded cannot be searched.
fn unusable(folded: &Folded, text: &str) -> Option<Problem> {
    let words = folded.words.len();
    if words > MAX_NAME_WORDS || text.len() > MAX_NAME_BYTES {
        let message = format!(
            "name of {words} words and {} bytes is skipped (at most {MAX_NAME_WORDS} and {MAX_NAME_BYTES})",
            text.len()
        );
        Some(Problem::warning("long-name", message))
    } else if words == 0 && !folded.symbols.iter().any(|s| !s.soft) {
        Some(Problem::warning("empty-name", format!("name folds to nothing and is skipped `{text}`")))
    } else if (1..words).any(|k| folded.gaps[k] == Gap::Never) {
        let message = format!("name with a blank line is skipped `{}`", text.escape_debug());
        Some(Problem::warning("blank-line", message))
    } else {
        None
    }
}

/// The form of a name that the substring side searches: keys, one space for a soft gap, the symbols of others.
fn stream_form(folded: &Folded, out: &mut String) {
    for k in 0..folded.words.len() {
        if k > 0 {
            match folded.gaps[k] {
                Gap::Soft => out.push(' '),
                Gap::Hard { start, end } => {
                    out.extend(folded.symbols[start as usize..end as usize].iter().map(|s| s.symbol));
                }
                Gap::Never => out.push('\n'),
            }
        }
        folded.key(k, out);
    }
    if folded.words.is_empty() {
        out.extend(folded.symbols.iter().map(|s| s.symbol));
    }
}
