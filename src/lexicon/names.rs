//! Names of compiled lexicons.

use super::Stack;
use super::entities::{EntityId, NameId, Text};
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
/// `NameRecord::own`: the prior is the name's own, not the entity's.
pub(crate) const OWN_PRIOR: u8 = 1;
/// `NameRecord::own`: the policy is the name's own, not the entity's.
pub(crate) const OWN_POLICY: u8 = 2;
/// `NameRecord::flags`: the name breaks a limit and is not searched.
pub(crate) const SKIPPED: u8 = 128;

/// One name in a lexicon's flat name section.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct NameRecord {
    pub text: Text,
    pub entity: u32,
    /// The listed name behind a generated one, else the name itself.
    pub listed: u32,
    pub prior: f32,
    /// Index into the lexicon's languages; 0 is untagged.
    pub lang: u16,
    /// Policy as [`policy_code`](super::policy_code) gives it.
    pub policy: u8,
    pub flags: u8,
    /// 0 canonical, 1 alias, 2 acronym.
    pub role: u8,
    /// [`OWN_PRIOR`], [`OWN_POLICY`].
    pub own: u8,
    /// Folded characters: letters, hard characters of gaps, symbols at the edges.
    pub length: u16,
    /// Words of the name, at most [`MAX_NAME_WORDS`](crate::gazetteer::MAX_NAME_WORDS).
    pub words: u8,
}

impl Stack {
    /// A name as listed.
    pub fn name(&self, name: NameId) -> &str {
        let lexicon = &self.lexicons[name.layer as usize];
        lexicon.text(lexicon.names[name.index as usize].text)
    }

    /// The listed name behind a generated one; any other name itself.
    pub fn listed(&self, name: NameId) -> NameId {
        let lexicon = &self.lexicons[name.layer as usize];
        NameId { index: lexicon.names[name.index as usize].listed, ..name }
    }

    /// The entity of a name; `None` if a later layer removed it.
    pub fn entity_of_name(&self, name: NameId) -> Option<EntityId> {
        let index = self.name_record(name).entity;
        self.entity_of(EntityId { layer: name.layer, index })
    }

    /// The primary language of a name's tag; `und` for an untagged one.
    pub fn name_language(&self, name: NameId) -> Language {
        let lexicon = &self.lexicons[name.layer as usize];
        Language::of_tag(lexicon.lang(lexicon.names[name.index as usize].lang))
    }

    pub(crate) fn name_record(&self, name: NameId) -> &NameRecord {
        &self.lexicons[name.layer as usize].names[name.index as usize]
    }
}
