//! The records of entities and names: one section of bytes, made so that a hit touches few lines of the cache.
//!
//! Every entity is directly followed by its names, so that name, policy and prior lie together. Records begin at
//! multiples of [`UNIT`] bytes; their place in units is the index of [`EntityId`](super::EntityId) and
//! [`NameId`](super::NameId). All numbers are little-endian, wherever they lie.
//!
//! A name (8 bytes and its text, where it has nothing of its own):
//!
//! | bytes | what |
//! |---|---|
//! | 2 | twice the distance back to its entity, in units; 0: in four bytes behind the head |
//! | 1 | length of the text; 255: in four bytes behind the head |
//! | 1 | folded length; 255: in two bytes behind the head |
//! | 1 | flags ([`names`](super::names)) |
//! | 1 | words (0 to 32), policy × 64 |
//! | 1 | role, own × 4 (without its bit 4, which is [`RANKED`]) |
//! | 1 | language; 255: in two bytes behind the head |
//! | 4, 4, 2, 2, 4, 4, 2 | as far as the head says: distance, text length, folded length, language, own prior, distance from the listed name, rank |
//! | … | the text |
//!
//! An entity:
//!
//! | bytes | what |
//! |---|---|
//! | 2 | 1, and flags × 2 ([`entities`](super::entities), [`MORE`] …) |
//! | 1 | kind, low byte |
//! | 1 | length of the id; 255: in four bytes behind the head |
//! | 4, 1, 1, 4 | as far as the head says: prior, kind's high byte, which details follow, id length |
//! | … | the id |
//! | … | the details: canonical name, country, parent, lists of outside ids, of same ids, of cues, of guessed ids; latitude and longitude |
//!
//! A text among the details is a varint: even is twice the length of the text that follows, odd twice its place in the
//! section of strings plus one (there a varint gives the length; place 0 stands for the entity's own id). A list is a
//! varint of its bytes, then its texts. Damaged bytes give a miss or an empty text, and no reading goes on for ever:
//! every step goes forward.

mod write;

pub(super) use write::{EntityDraft, Strings, write_entity, write_name};

use super::entities::{NO_POLICY, PLACED, PRIOR_GIVEN, SHADOWED};
use super::names::{COMMON, GENERATED, NameRecord, OWN_POLICY, OWN_PRIOR};
use crate::gazetteer::DEFAULT_PRIOR;

/// Records begin at multiples of so many bytes.
pub(crate) const UNIT: usize = 4;

/// Entity flag in the record: the canonical name is the first name.
const FIRST_NAME: u16 = 1 << 7;
/// Entity flag in the record: a byte says which details follow.
const MORE: u16 = 1 << 8;
/// Entity flag in the record: the only outside id is the id itself.
const ID_IS_OUTSIDE: u16 = 1 << 9;
/// Entity flag in the record: the kind has a high byte.
const WIDE_KIND: u16 = 1 << 10;
/// Where the policy stands among the flags: 0 none, else the code plus one.
const POLICY_SHIFT: u32 = 11;
/// The flags that [`EntityRecord::flags`] shows.
const SHOWN_FLAGS: u16 = ((1 << 7) - 1) | SHADOWED;

/// Details of an entity that follow its id.
const NAME: u8 = 1;
const COUNTRY: u8 = 2;
const PARENT: u8 = 4;
const OUTSIDE: u8 = 8;
const SAME_AS: u8 = 16;
const NEEDS: u8 = 32;
const GUESSES: u8 = 64;

/// In the seventh byte of a name: a rank follows.
const RANKED: u8 = 16;
/// A length or language of this size is given behind the head.
const WIDE: u8 = 255;

/// The records of a lexicon with the strings that they share.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a> {
    pub bytes: &'a [u8],
    pub strings: &'a [u8],
}

/// One entity as its record has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntityRecord<'a> {
    /// [`IMPORTANT`](super::entities::IMPORTANT) and the others.
    pub flags: u16,
    pub kind: u16,
    /// Policy of the row as a code, [`NO_POLICY`] where it has none.
    pub policy: u8,
    pub prior: f32,
    pub id: &'a str,
    /// The canonical name.
    pub name: &'a str,
    pub country: &'a str,
    /// Id or canonical name of the parent, as written.
    pub parent: &'a str,
    /// Outside ids.
    pub outside: Items<'a>,
    /// Ids of the same entity.
    pub same_as: Items<'a>,
    /// Folded cues.
    pub needs: Items<'a>,
    /// Ids that address the entity, but were derived from names: they join it to nothing.
    pub guesses: Items<'a>,
    pub position: Option<(f64, f64)>,
    /// The place of the record behind this one: the first name, if the entity has any.
    pub names: u32,
    /// Whether every part was found whole.
    pub sound: bool,
}

impl Default for EntityRecord<'_> {
    fn default() -> Self {
        Self {
            flags: 0,
            kind: 0,
            policy: NO_POLICY,
            prior: DEFAULT_PRIOR,
            id: "",
            name: "",
            country: "",
            parent: "",
            outside: Items::default(),
            same_as: Items::default(),
            needs: Items::default(),
            guesses: Items::default(),
            position: None,
            names: u32::MAX,
            sound: false,
        }
    }
}

impl<'a> EntityRecord<'a> {
    /// Every id that addresses the entity, its own first; an id may come twice.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let own = (self.flags & SHADOWED == 0).then_some(self.id);
        own.into_iter().chain(self.same_as).chain(self.outside).chain(self.guesses)
    }

    /// Whether an id addresses the entity.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids().any(|other| other == id)
    }
}

/// The texts of a list in a record.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Items<'a> {
    bytes: &'a [u8],
    strings: &'a [u8],
    id: &'a str,
    /// The list is the id alone, and has no bytes.
    only_id: bool,
}

impl Items<'_> {
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.only_id
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if std::mem::take(&mut self.only_id) {
            return Some(self.id);
        }
        let mut cursor = Cursor { bytes: self.bytes, at: 0 };
        let text = cursor.text(self.strings, self.id);
        self.bytes = self.bytes.get(cursor.at..).filter(|_| text.is_some()).unwrap_or_default();
        text
    }
}

/// Reads pieces one after the other.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let array = *self.bytes.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(array)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Option<f32> {
        self.array().map(f32::from_le_bytes)
    }

    fn f64(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            value |= u32::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    /// A text that lies here, or in the section of strings, or is the id.
    fn text(&mut self, strings: &'a [u8], id: &'a str) -> Option<&'a str> {
        let number = self.varint()?;
        let bytes = if number & 1 == 0 {
            self.take(number as usize / 2)?
        } else if number == 1 {
            return Some(id);
        } else {
            let mut shared = Cursor { bytes: strings, at: number as usize / 2 };
            let length = shared.varint()? as usize;
            shared.take(length)?
        };
        std::str::from_utf8(bytes).ok()
    }

    fn list(&mut self, strings: &'a [u8], id: &'a str) -> Option<Items<'a>> {
        let length = self.varint()? as usize;
        Some(Items { bytes: self.take(length)?, strings, id, only_id: false })
    }
}

impl<'a> Records<'a> {
    fn head(&self, index: u32) -> Option<[u8; 8]> {
        self.bytes.get(index as usize * UNIT..)?.first_chunk::<8>().copied()
    }

    /// The record at a place, if it is a name.
    #[inline]
    pub fn name(&self, index: u32) -> Option<NameRecord<'a>> {
        self.name_and_end(index).map(|(record, _)| record)
    }

    /// The record at a place, if it is a name, and the place of the record behind it.
    #[inline]
    pub fn name_and_end(&self, index: u32) -> Option<(NameRecord<'a>, u32)> {
        let head = self.head(index)?;
        let back = u16::from_le_bytes([head[0], head[1]]);
        if back & 1 != 0 {
            return None;
        }
        let mut cursor = Cursor { bytes: self.bytes, at: index as usize * UNIT + head.len() };
        let back = if back == 0 { cursor.u32()? } else { u32::from(back / 2) };
        let length = if head[2] == WIDE { cursor.u32()? } else { u32::from(head[2]) };
        let folded = if head[3] == WIDE { cursor.u16()? } else { u16::from(head[3]) };
        let lang = if head[7] == WIDE { cursor.u16()? } else { u16::from(head[7]) };
        let entity = index.checked_sub(back)?;
        let own = head[6] >> 2 & (OWN_PRIOR | OWN_POLICY | COMMON);
        let prior = if own & OWN_PRIOR != 0 { cursor.f32()? } else { self.prior(entity) };
        let listed = if head[4] & GENERATED != 0 { index.checked_sub(cursor.u32()?)? } else { index };
        let rank = if head[6] & RANKED != 0 { cursor.u16()? } else { 0 };
        let record = NameRecord {
            text: cursor.take(length as usize)?,
            entity,
            listed,
            prior,
            rank,
            lang,
            policy: head[5] >> 6,
            flags: head[4],
            role: head[6] & 3,
            own,
            words: head[5] & 63,
            length: folded,
        };
        Some((record, cursor.at.div_ceil(UNIT) as u32))
    }

    /// The prior of an entity: it lies directly behind the head.
    #[inline]
    fn prior(&self, entity: u32) -> f32 {
        match self.head(entity) {
            Some(head) if u16::from_le_bytes([head[0], head[1]]) >> 1 & PRIOR_GIVEN != 0 => {
                f32::from_le_bytes([head[4], head[5], head[6], head[7]])
            }
            _ => DEFAULT_PRIOR,
        }
    }

    /// The record at a place as an entity; what is damaged is empty.
    pub fn entity(&self, index: u32) -> EntityRecord<'a> {
        let mut record = EntityRecord::default();
        let sound = self.read_entity(index, &mut record).is_some();
        EntityRecord { sound, ..record }
    }

    /// The number of an entity's kind, which is asked for more often than the rest.
    #[inline]
    pub fn kind(&self, index: u32) -> u16 {
        let Some(head) = self.bytes.get(index as usize * UNIT..) else { return 0 };
        let Some(first) = head.first_chunk::<4>() else { return 0 };
        let flags = u16::from_le_bytes([first[0], first[1]]) >> 1;
        if flags & WIDE_KIND == 0 {
            return u16::from(first[2]);
        }
        let high = head.get(if flags & PRIOR_GIVEN != 0 { 8 } else { 4 });
        u16::from_le_bytes([first[2], high.copied().unwrap_or(0)])
    }

    fn read_entity(&self, index: u32, record: &mut EntityRecord<'a>) -> Option<()> {
        let mut cursor = Cursor { bytes: self.bytes, at: index as usize * UNIT };
        let head: [u8; 4] = cursor.array()?;
        let flags = u16::from_le_bytes([head[0], head[1]]);
        // Whatever is wrong, whoever walks over the records gets on.
        record.names = index.saturating_add(1);
        if flags & 1 == 0 {
            return None;
        }
        let flags = flags >> 1;
        record.flags = flags & SHOWN_FLAGS;
        record.policy = (flags >> POLICY_SHIFT & 3).checked_sub(1).map_or(NO_POLICY, |code| code as u8);
        if flags & PRIOR_GIVEN != 0 {
            record.prior = cursor.f32()?;
        }
        let high = if flags & WIDE_KIND != 0 { cursor.u8()? } else { 0 };
        record.kind = u16::from_le_bytes([head[2], high]);
        let details = if flags & MORE != 0 { cursor.u8()? } else { 0 };
        let length = if head[3] == WIDE { cursor.u32()? as usize } else { usize::from(head[3]) };
        record.id = std::str::from_utf8(cursor.take(length)?).ok()?;
        let (strings, id) = (self.strings, record.id);
        let text = |detail: u8, cursor: &mut Cursor<'a>, into: &mut &'a str| -> Option<()> {
            if details & detail != 0 {
                *into = cursor.text(strings, id)?;
            }
            Some(())
        };
        text(NAME, &mut cursor, &mut record.name)?;
        text(COUNTRY, &mut cursor, &mut record.country)?;
        text(PARENT, &mut cursor, &mut record.parent)?;
        let list = |detail: u8, cursor: &mut Cursor<'a>, into: &mut Items<'a>| -> Option<()> {
            if details & detail != 0 {
                *into = cursor.list(strings, id)?;
            }
            Some(())
        };
        list(OUTSIDE, &mut cursor, &mut record.outside)?;
        list(SAME_AS, &mut cursor, &mut record.same_as)?;
        list(NEEDS, &mut cursor, &mut record.needs)?;
        list(GUESSES, &mut cursor, &mut record.guesses)?;
        if flags & ID_IS_OUTSIDE != 0 {
            record.outside = Items { id, only_id: true, ..Items::default() };
        }
        if flags & PLACED != 0 {
            record.position = Some((cursor.f64()?, cursor.f64()?));
        }
        record.names = cursor.at.div_ceil(UNIT) as u32;
        if flags & FIRST_NAME != 0 {
            let first = self.name(record.names)?;
            record.name = std::str::from_utf8(first.text).ok()?;
        }
        Some(())
    }

    /// The names of an entity, of which `first` is the place of the first ([`EntityRecord::names`]).
    pub fn names(self, first: u32) -> impl Iterator<Item = (u32, NameRecord<'a>)> {
        let mut at = first;
        std::iter::from_fn(move || {
            let (record, end) = self.name_and_end(at)?;
            let index = std::mem::replace(&mut at, end);
            Some((index, record))
        })
    }

    /// The places of all entities.
    pub fn rows(self) -> impl Iterator<Item = u32> {
        let units = (self.bytes.len() / UNIT) as u32;
        let mut at = 0;
        std::iter::from_fn(move || {
            // Names are passed over; so is, in damaged bytes, what is neither.
            while at < units {
                match self.name_and_end(at) {
                    Some((_, end)) => at = end,
                    None => {
                        let here = at;
                        at = self.entity(here).names;
                        return Some(here);
                    }
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests;
