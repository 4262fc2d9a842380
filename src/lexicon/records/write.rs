//! Writing records.

use hashbrown::HashMap;

use super::super::entities::NO_POLICY;
use super::super::names::{GENERATED, NameRecord, OWN_PRIOR};
use super::*;

/// At most so many strings are shared: a field that is different in every row would only fill the memory.
const MAX_STRINGS: usize = 1 << 16;

/// Strings that records share, while they are collected.
pub(crate) struct Strings {
    pub bytes: Vec<u8>,
    places: HashMap<String, u32>,
}

impl Strings {
    pub fn new() -> Self {
        // Place 0 stands for the id of the entity.
        Self { bytes: vec![0], places: HashMap::new() }
    }

    /// The place of a string, if it is to be shared.
    fn place(&mut self, text: &str) -> Option<u32> {
        // A shorter one takes no more bytes than its place.
        if text.len() < 2 {
            return None;
        }
        if let Some(place) = self.places.get(text) {
            return Some(*place);
        }
        if self.places.len() >= MAX_STRINGS || self.bytes.len() > u32::MAX as usize / 4 {
            return None;
        }
        let place = self.bytes.len() as u32;
        put_varint(&mut self.bytes, text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
        self.places.insert(text.to_owned(), place);
        Some(place)
    }
}

/// An entity to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntityDraft<'a> {
    pub id: &'a str,
    /// The canonical name.
    pub name: &'a str,
    /// Whether the first name that follows is the canonical one.
    pub first_name: bool,
    /// Without [`PRIOR_GIVEN`] and [`PLACED`], which follow from the fields.
    pub flags: u16,
    pub kind: u16,
    pub policy: u8,
    pub prior: Option<f32>,
    pub country: &'a str,
    pub parent: &'a str,
    pub outside: Vec<&'a str>,
    pub same_as: Vec<&'a str>,
    pub needs: Vec<&'a str>,
    pub guesses: Vec<&'a str>,
    pub position: Option<(f64, f64)>,
}

fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_inline(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u32 * 2);
    out.extend_from_slice(text.as_bytes());
}

fn put_shared(out: &mut Vec<u8>, strings: &mut Strings, text: &str) {
    match strings.place(text) {
        Some(place) => put_varint(out, place * 2 + 1),
        None => put_inline(out, text),
    }
}

fn put_ids(out: &mut Vec<u8>, id: &str, ids: &[&str]) {
    let mut list = Vec::new();
    for other in ids {
        if *other == id {
            list.push(1);
        } else {
            put_inline(&mut list, other);
        }
    }
    put_varint(out, list.len() as u32);
    out.extend_from_slice(&list);
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(UNIT), 0);
}

/// Writes an entity; its names must follow. Returns its place.
pub(crate) fn write_entity(out: &mut Vec<u8>, strings: &mut Strings, entity: &EntityDraft<'_>) -> u32 {
    let index = (out.len() / UNIT) as u32;
    let only_id = entity.outside == [entity.id];
    let mut details = 0;
    for (set, detail) in [
        (!entity.first_name && !entity.name.is_empty(), NAME),
        (!entity.country.is_empty(), COUNTRY),
        (!entity.parent.is_empty(), PARENT),
        (!entity.outside.is_empty() && !only_id, OUTSIDE),
        (!entity.same_as.is_empty(), SAME_AS),
        (!entity.needs.is_empty(), NEEDS),
        (!entity.guesses.is_empty(), GUESSES),
    ] {
        if set {
            details |= detail;
        }
    }
    let mut flags = entity.flags;
    let [low, high] = entity.kind.to_le_bytes();
    for (set, flag) in [
        (entity.prior.is_some(), PRIOR_GIVEN),
        (entity.position.is_some(), PLACED),
        (entity.first_name, FIRST_NAME),
        (details != 0, MORE),
        (only_id, ID_IS_OUTSIDE),
        (high != 0, WIDE_KIND),
    ] {
        if set {
            flags |= flag;
        }
    }
    if entity.policy != NO_POLICY {
        flags |= u16::from(entity.policy + 1) << POLICY_SHIFT;
    }
    let length = u8::try_from(entity.id.len()).unwrap_or(WIDE);
    out.extend_from_slice(&(flags << 1 | 1).to_le_bytes());
    out.extend_from_slice(&[low, length]);
    if let Some(prior) = entity.prior {
        out.extend_from_slice(&prior.to_le_bytes());
    }
    if high != 0 {
        out.push(high);
    }
    if details != 0 {
        out.push(details);
    }
    if length == WIDE {
        out.extend_from_slice(&(entity.id.len() as u32).to_le_bytes());
    }
    out.extend_from_slice(entity.id.as_bytes());
    if details & NAME != 0 {
        put_inline(out, entity.name);
    }
    if details & COUNTRY != 0 {
        put_shared(out, strings, entity.country);
    }
    if details & PARENT != 0 {
        put_shared(out, strings, entity.parent);
    }
    if details & OUTSIDE != 0 {
        put_ids(out, entity.id, &entity.outside);
    }
    if details & SAME_AS != 0 {
        put_ids(out, entity.id, &entity.same_as);
    }
    if details & NEEDS != 0 {
        let mut list = Vec::new();
        for need in &entity.needs {
            put_shared(&mut list, strings, need);
        }
        put_varint(out, list.len() as u32);
        out.extend_from_slice(&list);
    }
    if details & GUESSES != 0 {
        put_ids(out, entity.id, &entity.guesses);
    }
    if let Some((latitude, longitude)) = entity.position {
        out.extend_from_slice(&latitude.to_le_bytes());
        out.extend_from_slice(&longitude.to_le_bytes());
    }
    pad(out);
    index
}

/// Writes a name of the entity written last. Returns its place.
pub(crate) fn write_name(out: &mut Vec<u8>, name: &NameRecord<'_>) -> u32 {
    let index = (out.len() / UNIT) as u32;
    let back = index - name.entity;
    let near = u16::try_from(back * 2).unwrap_or(0);
    let length = u8::try_from(name.text.len()).unwrap_or(WIDE);
    let folded = u8::try_from(name.length).unwrap_or(WIDE);
    let lang = u8::try_from(name.lang).unwrap_or(WIDE);
    let ranked = if name.rank == 0 { 0 } else { RANKED };
    out.extend_from_slice(&near.to_le_bytes());
    out.extend_from_slice(&[
        length,
        folded,
        name.flags,
        name.words & 63 | name.policy << 6,
        name.role | name.own << 2 | ranked,
        lang,
    ]);
    if near == 0 {
        out.extend_from_slice(&back.to_le_bytes());
    }
    if length == WIDE {
        out.extend_from_slice(&(name.text.len() as u32).to_le_bytes());
    }
    if folded == WIDE {
        out.extend_from_slice(&name.length.to_le_bytes());
    }
    if lang == WIDE {
        out.extend_from_slice(&name.lang.to_le_bytes());
    }
    if name.own & OWN_PRIOR != 0 {
        out.extend_from_slice(&name.prior.to_le_bytes());
    }
    if name.flags & GENERATED != 0 {
        out.extend_from_slice(&(index - name.listed).to_le_bytes());
    }
    if ranked != 0 {
        out.extend_from_slice(&name.rank.to_le_bytes());
    }
    out.extend_from_slice(name.text);
    pad(out);
    index
}
