//! A [`Gazetteer`] compiled for search: flat sections without pointers, one [`Lexicon`] a layer, a [`Stack`] of them.

mod compile;
mod entities;
mod inflect;
#[cfg(test)]
pub(crate) use inflect::generated;
pub(crate) mod names;
pub(crate) mod substring;
pub(crate) mod table;

pub use compile::{CompileOptions, MAX_OPEN_NAMES};
pub use entities::{EntityId, EntityView, KindId, NameId};
pub(crate) use entities::{EntityRecord, NO_POLICY, Text};
pub(crate) use names::NameRecord;

use crate::error::Problem;
use crate::error::Result;
use crate::gazetteer::{Gazetteer, MatchPolicy};
use crate::text::words::Gate;
use std::sync::atomic::{AtomicU64, Ordering};

/// One compiled layer. Every section is a flat array of plain records, so that it can be written to a file and mapped.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    pub(crate) strings: Vec<u8>,
    pub(crate) lists: Vec<Text>,
    pub(crate) entities: Vec<EntityRecord>,
    pub(crate) names: Vec<NameRecord>,
    pub(crate) kinds: Vec<Text>,
    pub(crate) langs: Vec<Text>,
    pub(crate) table: table::Table,
    /// Which words may begin a name.
    pub(crate) gate: Gate,
    /// Whether few words of a text can begin a name, so that these are looked for and the others not even hashed.
    pub(crate) sparse: bool,
    /// Names of form `i`: `form_names[form_starts[i]..form_starts[i + 1]]`.
    pub(crate) form_starts: Vec<u32>,
    pub(crate) form_names: Vec<u32>,
    pub(crate) substrings: substring::Substrings,
    pub(crate) problems: Vec<Problem>,
}

impl Lexicon {
    pub(crate) fn bytes(&self, text: Text) -> &[u8] {
        self.strings.get(text.start as usize..text.start as usize + text.len as usize).unwrap_or_default()
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        std::str::from_utf8(self.bytes(text)).unwrap_or("")
    }

    pub(crate) fn list(&self, list: Text) -> impl Iterator<Item = &str> {
        let items = self.lists.get(list.start as usize..list.start as usize + list.len as usize).unwrap_or_default();
        items.iter().map(|item| self.text(*item))
    }

    pub(crate) fn lang(&self, lang: u16) -> &str {
        self.langs.get(lang as usize).map(|text| self.text(*text)).unwrap_or("")
    }

    pub(crate) fn form(&self, form: u32) -> &[u32] {
        let form = form as usize;
        match self.form_starts.get(form..form + 2) {
            Some(&[start, end]) => self.form_names.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Brings what is known of a form into the cache, for a look at it some time later.
    #[inline]
    pub(crate) fn prefetch(&self, form: u32) {
        if let Some(start) = self.form_starts.get(form as usize) {
            crate::text::prefetch(start);
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
    pub(crate) joined: entities::Joined,
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
    /// A section would outgrow 32 bits.
    pub fn build(gazetteer: &Gazetteer) -> Result<Self> {
        Self::build_with(gazetteer, CompileOptions::default())
    }

    /// [`Stack::build`] with options.
    ///
    /// # Errors
    /// As [`Stack::build`]; also `open` with more than [`MAX_OPEN_NAMES`] names.
    pub fn build_with(gazetteer: &Gazetteer, options: CompileOptions) -> Result<Self> {
        let layers = gazetteer.layers().iter();
        let lexicons = layers.map(|layer| Lexicon::compile(layer, options)).collect::<Result<Vec<_>>>()?;
        Ok(Self::of(lexicons))
    }

    /// Warnings from compiling: names that break a limit.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.lexicons.iter().flat_map(|lexicon| &lexicon.problems)
    }

    fn of(lexicons: Vec<Lexicon>) -> Self {
        let mut stack = Self { joined: entities::Joined::build(&lexicons), lexicons, ..Self::default() };
        for lexicon in &stack.lexicons {
            let mut map = Vec::new();
            for kind in &lexicon.kinds {
                let word = lexicon.text(*kind);
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
        stack.lexicons.iter().for_each(|lexicon| stack.gate.join(&lexicon.gate));
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        stack.number = NUMBER.fetch_add(1, Ordering::Relaxed);
        stack
    }

    /// Whether few words of a text can begin a name of any layer.
    pub(crate) fn sparse(&self) -> bool {
        self.lexicons.iter().all(|lexicon| lexicon.sparse) && !self.loosened.contains(&true)
    }

    /// The word of a kind.
    pub fn kind(&self, kind: KindId) -> &str {
        &self.kinds[kind.0 as usize]
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
