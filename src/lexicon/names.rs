//! Names of compiled lexicons.

use super::Stack;
use super::entities::{EntityId, NameId};
use crate::text::Language;

/// `NameRecord::flags`: made when compiling from the listed name `listed` (rule `inflected`).
pub(crate) const GENERATED: u8 = 1;
/// `NameRecord::flags`: the name has two or more words.
pub(crate) const MANY_WORDS: u8 = 2;
/// `NameRecord::flags`: some letter of the name has a mark.
pub(crate) const MARKED: u8 = 4;
/// `NameRecord::flags`: symbols stand at an edge of the name.
pub(crate) const EDGE_SYMBOLS: u8 = 8;
/// `NameRecord::flags`: no word boundary is asked at the start (unsegmented script, or symbols only).
pub(crate) const OPEN_START: u8 = 16;
/// `NameRecord::flags`: no word boundary is asked at the end.
pub(crate) const OPEN_END: u8 = 32;
/// `NameRecord::flags`: the name is one word and an acronym (by shape or by column).
pub(crate) const ACRONYM: u8 = 64;
/// `NameRecord::flags`: the name breaks a limit and is not searched.
pub(crate) const SKIPPED: u8 = 128;
/// `NameRecord::own`: the prior is the name's own, not the entity's.
pub(crate) const OWN_PRIOR: u8 = 1;
/// `NameRecord::own`: the policy is the name's own, not the entity's.
pub(crate) const OWN_POLICY: u8 = 2;

/// `NameRecord::own`: the name is one word that is a form of some language (`text::lang::forms`).
pub(crate) const COMMON: u8 = 8;

/// One name as its record has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameRecord<'a> {
    /// UTF-8, as listed.
    pub text: &'a [u8],
    pub entity: u32,
    /// The listed name behind a generated one, else the name itself.
    pub listed: u32,
    /// Its own, else that of the entity's row.
    pub prior: f32,
    /// Ties within a layer: of several layers that were made one, the number of the name's (0 the earliest).
    pub rank: u16,
    /// Index into the lexicon's languages; 0 is untagged.
    pub lang: u16,
    /// Policy as [`policy_code`](super::policy_code) gives it.
    pub policy: u8,
    pub flags: u8,
    /// 0 canonical, 1 alias, 2 acronym.
    pub role: u8,
    /// [`OWN_PRIOR`], [`OWN_POLICY`], [`COMMON`].
    pub own: u8,
    /// How many words it has; 0 for symbols only.
    pub words: u8,
    /// Folded characters: letters, hard characters of gaps, symbols at the edges.
    pub length: u16,
}

impl<'a> NameRecord<'a> {
    /// The name as listed; empty if its bytes are damaged.
    pub fn text(&self) -> &'a str {
        std::str::from_utf8(self.text).unwrap_or("")
    }
}

impl Stack {
    /// A name as listed.
    pub fn name(&self, name: NameId) -> &str {
        self.name_record(name).text()
    }

    /// The listed name behind a generated one; any other name itself.
    pub fn listed(&self, name: NameId) -> NameId {
        NameId { index: self.name_record(name).listed, ..name }
    }

    /// The entity of a name; `None` if a later layer removed it.
    pub fn entity_of_name(&self, name: NameId) -> Option<EntityId> {
        let index = self.name_record(name).entity;
        self.entity_of(EntityId { layer: name.layer, index })
    }

    /// The primary language of a name's tag; `und` for an untagged one.
    pub fn name_language(&self, name: NameId) -> Language {
        Language::of_tag(self.lexicons[name.layer as usize].lang(self.name_record(name).lang))
    }

    /// The language tag of a name, or empty.
    pub fn name_tag(&self, name: NameId) -> &str {
        self.lexicons.get(name.layer as usize).map_or("", |lexicon| lexicon.lang(self.name_record(name).lang))
    }

    /// A name with all that is known of it; an empty one where there is none.
    pub(crate) fn name_record(&self, name: NameId) -> NameRecord<'_> {
        let lexicon = self.lexicons.get(name.layer as usize);
        lexicon.and_then(|lexicon| lexicon.records().name(name.index)).unwrap_or_default()
    }
}
