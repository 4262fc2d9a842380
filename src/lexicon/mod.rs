//! A [`Gazetteer`] compiled for search: flat sections without pointers, one [`Lexicon`] a layer, a [`Stack`] of them.

mod entities;
pub(crate) mod names;

pub use entities::{EntityId, EntityRecord, EntityView, KindId, NameId, Text};
pub use names::NameRecord;

use crate::error::Result;
use crate::gazetteer::{Action, DEFAULT_PRIOR, Gazetteer, Layer, MatchPolicy, NameRole};

/// One compiled layer. Every section is a flat array of plain records, so that it can be written to a file and mapped.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    pub(crate) strings: Vec<u8>,
    pub(crate) lists: Vec<Text>,
    pub(crate) entities: Vec<EntityRecord>,
    pub(crate) names: Vec<NameRecord>,
    pub(crate) kinds: Vec<Text>,
    pub(crate) langs: Vec<Text>,
}

impl Lexicon {
    pub(crate) fn text(&self, text: Text) -> &str {
        let bytes = self.strings.get(text.start as usize..text.start as usize + text.len as usize);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    pub(crate) fn list(&self, list: Text) -> impl Iterator<Item = &str> {
        let items = self.lists.get(list.start as usize..list.start as usize + list.len as usize).unwrap_or_default();
        items.iter().map(|item| self.text(*item))
    }

    pub(crate) fn lang(&self, lang: u16) -> &str {
        self.langs.get(lang as usize).map(|text| self.text(*text)).unwrap_or("")
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
}

impl Stack {
    /// Compiles every layer and joins them.
    ///
    /// # Errors
    /// A section would outgrow 32 bits.
    pub fn build(gazetteer: &Gazetteer) -> Result<Self> {
        let lexicons = gazetteer.layers().iter().map(Lexicon::compile).collect::<Result<Vec<_>>>()?;
        Ok(Self::of(lexicons))
    }

    fn of(lexicons: Vec<Lexicon>) -> Self {
        let mut stack = Self { joined: entities::Joined::build(&lexicons), lexicons, ..Self::default() };
        stack.joined.index_names(&stack.lexicons);
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
        stack
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

impl Lexicon {
    fn compile(layer: &Layer) -> Result<Self> {
        let mut lexicon = Self { langs: vec![Text::default()], ..Self::default() };
        for entity in &layer.entities {
            let mut record = EntityRecord {
                id: lexicon.push(&entity.id),
                name: lexicon.push(&entity.name),
                country: lexicon.push(&entity.country),
                parent: lexicon.push(entity.parent.as_deref().unwrap_or("")),
                outside: lexicon.push_list(&entity.outside),
                same_as: lexicon.push_list(&entity.same_as),
                needs: lexicon.push_list(&entity.needs),
                names: lexicon.names.len() as u32,
                prior: entity.prior.unwrap_or(DEFAULT_PRIOR),
                kind: lexicon.kind_number(&entity.kind),
                file: entity.file as u16,
                line: entity.line,
                ..EntityRecord::default()
            };
            if let Some((latitude, longitude)) = entity.position {
                (record.latitude, record.longitude) = (latitude, longitude);
                record.flags |= entities::PLACED;
            }
            for (set, flag) in [
                (entity.important == Some(true), entities::IMPORTANT),
                (entity.prior.is_some(), entities::PRIOR_GIVEN),
                (entity.id_derived, entities::ID_DERIVED),
                (entity.action == Action::Replace, entities::REPLACES),
                (entity.action == Action::Remove, entities::REMOVES),
            ] {
                if set {
                    record.flags |= flag;
                }
            }
            for name in &entity.names {
                let index = lexicon.names.len() as u32;
                let text = lexicon.push(&name.text);
                let lang = name.lang.as_deref().map_or(0, |lang| lexicon.lang_number(lang));
                lexicon.names.push(NameRecord {
                    text,
                    entity: lexicon.entities.len() as u32,
                    listed: index,
                    prior: name.prior.unwrap_or(record.prior),
                    lang,
                    policy: policy_code(name.policy.or(entity.policy).unwrap_or(MatchPolicy::Smart)),
                    flags: 0,
                    role: match name.role {
                        NameRole::Canonical => 0,
                        NameRole::Alias => 1,
                        NameRole::Acronym => 2,
                    },
                    padding: [0; 3],
                });
            }
            record.names_len = lexicon.names.len() as u32 - record.names;
            lexicon.entities.push(record);
        }
        Ok(lexicon)
    }

    fn push(&mut self, text: &str) -> Text {
        let start = self.strings.len() as u32;
        self.strings.extend_from_slice(text.as_bytes());
        Text { start, len: text.len() as u32 }
    }

    fn push_list(&mut self, items: &[String]) -> Text {
        let texts: Vec<Text> = items.iter().map(|item| self.push(item)).collect();
        let start = self.lists.len() as u32;
        self.lists.extend(texts);
        Text { start, len: self.lists.len() as u32 - start }
    }

    fn kind_number(&mut self, kind: &str) -> u16 {
        if let Some(i) = (0..self.kinds.len()).find(|&i| self.text(self.kinds[i]) == kind) {
            return i as u16;
        }
        let text = self.push(kind);
        self.kinds.push(text);
        self.kinds.len() as u16 - 1
    }

    fn lang_number(&mut self, lang: &str) -> u16 {
        if let Some(i) = (1..self.langs.len()).find(|&i| self.text(self.langs[i]) == lang) {
            return i as u16;
        }
        let text = self.push(lang);
        self.langs.push(text);
        self.langs.len() as u16 - 1
    }
}
