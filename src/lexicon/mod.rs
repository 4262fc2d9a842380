//! A [`Gazetteer`] compiled for search: flat sections without pointers, one [`Lexicon`] a layer, a [`Stack`] of them.

mod check;
mod compile;
mod entities;
mod file;
mod flatten;
mod ids;
mod inflect;
mod joined;
mod limit;
#[cfg(test)]
pub(crate) use inflect::generated;
pub(crate) mod names;
pub(crate) mod records;
pub(crate) mod storage;
pub(crate) mod substring;
pub(crate) mod table;

pub use compile::{CompileOptions, MAX_OPEN_NAMES};
pub use entities::{EntityId, EntityView, KindId, NameId};
pub(crate) use entities::{IMPORTANT, NO_POLICY, PRIOR_GIVEN, REMOVES, REPLACES};
pub(crate) use names::NameRecord;
pub(crate) use records::{EntityRecord, Records};

use storage::{Array, Bytes};

use crate::error::Problem;
use crate::error::Result;
use crate::gazetteer::{Gazetteer, MatchPolicy};
use crate::text::words::Gate;
use std::sync::atomic::{AtomicU64, Ordering};

/// One compiled layer. Every section is flat bytes, the same in memory and in a mapped file.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    pub(crate) records: Bytes,
    /// Strings that records share.
    pub(crate) strings: Bytes,
    /// Lists of names that share a form: how many, then the names.
    pub(crate) forms: Array<u32>,
    pub(crate) ids: ids::Ids,
    /// Rows that share an id with another row of the layer, or do something to others; in their order.
    pub(crate) joins: Array<u32>,
    pub(crate) table: table::Table,
    pub(crate) substrings: substring::Substrings,
    pub(crate) kinds: Vec<String>,
    /// Tags of languages; the first is that of untagged names.
    pub(crate) langs: Vec<String>,
    pub(crate) counts: Counts,
    pub(crate) problems: Vec<Problem>,
    /// The file that the sections are part of, if they are.
    pub(crate) source: Option<Box<file::Source>>,
}

/// What a lexicon holds, counted when it was compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows.
    pub entities: u64,
    /// Names that are listed.
    pub names: u64,
    /// Names made from listed ones when compiling.
    pub generated: u64,
    /// The highest rank of a name.
    pub rank: u16,
}

impl Lexicon {
    /// Warnings from compiling: names that break a limit.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The records, to be read.
    #[inline]
    pub(crate) fn records(&self) -> Records<'_> {
        Records { bytes: self.records.as_slice(), strings: self.strings.as_slice() }
    }

    /// The entity at a place.
    pub(crate) fn entity(&self, index: u32) -> EntityRecord<'_> {
        self.records().entity(index)
    }

    /// The tag of a language by its number.
    pub(crate) fn lang(&self, lang: u16) -> &str {
        self.langs.get(lang as usize).map_or("", String::as_str)
    }

    /// The names of a form: the payload of a terminal prefix is the place of its only name, or, counted on behind the
    /// records, the place of a list of names.
    #[inline]
    pub(crate) fn form(&self, form: u32) -> impl Iterator<Item = (u32, NameRecord<'_>)> {
        let records = self.records();
        let units = (records.bytes.len() / records::UNIT) as u32;
        let (single, list) = match form.checked_sub(units) {
            None => (Some(form), &[][..]),
            Some(start) => {
                let list = self.forms.as_slice().get(start as usize..).unwrap_or_default();
                let (count, names) = list.split_first().unwrap_or((&0, &[]));
                (None, names.get(..*count as usize).unwrap_or_default())
            }
        };
        single.into_iter().chain(list.iter().copied()).filter_map(move |name| Some((name, records.name(name)?)))
    }

    /// Brings the names of a form into the cache, for a look at them some time later.
    #[inline]
    pub(crate) fn prefetch(&self, form: u32) {
        if let Some(record) = self.records.as_slice().get(form as usize * records::UNIT..) {
            // A record goes on in the next line as often as not.
            record.first().into_iter().chain(record.get(64)).for_each(crate::text::prefetch);
        }
    }

    pub(crate) fn lang_primary(&self, lang: u16) -> &str {
        let tag = self.lang(lang);
        tag.split(['-', '_']).next().unwrap_or("")
    }
}

/// A policy as a small number for the name section.
pub fn policy_code(policy: MatchPolicy) -> u8 {
    match policy {
        MatchPolicy::Smart => 0,
        MatchPolicy::Exact => 1,
        MatchPolicy::Folded => 2,
    }
}

/// All layers of a run, joined: what the matcher searches and the tables look up.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    pub(crate) lexicons: Vec<Lexicon>,
    pub(crate) joined: joined::Joined,
    pub(crate) kind_maps: Vec<Vec<KindId>>,
    pub(crate) kinds: Vec<String>,
    /// By layer: names may match in any case although the layer itself does not say so.
    pub(crate) loosened: Vec<bool>,
    /// Words that may begin a name of some layer.
    pub(crate) gate: Gate,
    /// Tells this stack from others.
    pub(crate) number: u64,
}

impl Stack {
    /// Compiles every layer and joins them.
    ///
    /// # Errors
    /// A section would outgrow its limit.
    pub fn build(gazetteer: &Gazetteer) -> Result<Self> {
        Self::build_with(gazetteer, CompileOptions::default())
    }

    /// [`Stack::build`] with options.
    ///
    /// # Errors
    /// As [`Stack::build`]; also `open` with more than [`MAX_OPEN_NAMES`] names, and compiled layers that cannot be
    /// opened or are compiled for the other `open`.
    pub fn build_with(gazetteer: &Gazetteer, options: CompileOptions) -> Result<Self> {
        let layers = gazetteer.layers().iter();
        let lexicons = layers.map(|layer| match &layer.compiled {
            Some(compiled) => Lexicon::open_for(compiled, options),
            None => Lexicon::compile(layer, options),
        });
        Ok(Self::of(lexicons.collect::<Result<Vec<_>>>()?))
    }

    /// [`Stack::build_with`] that drops every row of the gazetteer as soon as it is compiled.
    ///
    /// # Errors
    /// As [`Stack::build_with`].
    pub fn build_owned(gazetteer: Gazetteer, options: CompileOptions) -> Result<Self> {
        let layers = gazetteer.into_layers().into_iter();
        let lexicons = layers.map(|layer| match &layer.compiled {
            Some(compiled) => Lexicon::open_for(compiled, options),
            None => Lexicon::compile_owned(layer, options),
        });
        Ok(Self::of(lexicons.collect::<Result<Vec<_>>>()?))
    }

    /// Checks the checksums of all layers that come from files, which reads these files to their ends.
    ///
    /// # Errors
    /// A file is damaged.
    pub fn verify(&self) -> Result<()> {
        self.lexicons.iter().try_for_each(Lexicon::verify)
    }

    /// Warnings from compiling: names that break a limit.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.lexicons.iter().flat_map(|lexicon| &lexicon.problems)
    }

    /// Joins lexicons, the lowest first (at most 255).
    pub fn of(lexicons: Vec<Lexicon>) -> Self {
        let mut stack = Self { joined: joined::Joined::build(&lexicons), lexicons, ..Self::default() };
        for lexicon in &stack.lexicons {
            let mut map = Vec::new();
            for word in &lexicon.kinds {
                let id = stack.kinds.iter().position(|k| k == word).unwrap_or_else(|| {
                    stack.kinds.push(word.to_owned());
                    stack.kinds.len() - 1
                });
                map.push(KindId(id as u16));
            }
            stack.kind_maps.push(map);
        }
        stack.joined.settle(&stack.lexicons, &stack.kind_maps);
        stack.loosened = stack.joined.loosened(&stack.lexicons);
        stack.gate.set_sparse(!stack.loosened.contains(&true));
        stack.lexicons.iter().for_each(|lexicon| stack.gate.join(&lexicon.table.gate()));
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        stack.number = NUMBER.fetch_add(1, Ordering::Relaxed);
        stack
    }

    /// The word of a kind.
    pub fn kind(&self, kind: KindId) -> &str {
        self.kinds.get(kind.0 as usize).map_or("", String::as_str)
    }

    /// The words of all kinds, in the order of their numbers.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(String::as_str)
    }

    /// The number of a kind, if any layer has it.
    pub fn kind_named(&self, word: &str) -> Option<KindId> {
        self.kinds.iter().position(|k| k == word).map(|i| KindId(i as u16))
    }

    /// How many layers there are.
    pub fn layers(&self) -> usize {
        self.lexicons.len()
    }
}
