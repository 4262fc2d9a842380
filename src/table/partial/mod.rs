//! The tables over a whole run, in a form that merges.
//!
//! A [`Partial`] holds what some documents add to `entities` and `cooccurrences`. Merging is commutative and
//! associative and everything in it is a whole number, so that threads, units of a run and machines may merge in any
//! order and the tables are the same bytes. When it outgrows its budget it is written as a sorted file ([`mod@file`]);
//! sorted files merge in one pass with little memory ([`merge`]).
//!
//! *What is one row.* A listed entity is known by the id it is printed under, an unlisted name by kind and search key.
//!
//! *Pairs* are kept as a flat list, sorted and summed when it has doubled: half the memory of a hash table, and no
//! cache miss for each of the many pairs of a document.

mod budget;
pub mod file;
mod heap;
pub mod merge;
mod names;

pub use budget::{Accumulator, Budget, ScratchFolder};

use hashbrown::{HashMap, HashTable};

use self::names::Names;
use super::rows::DocumentRows;
use super::shown::{by_printed_id, id_of};
use crate::lexicon::{EntityId, KindId, Stack};
use crate::text::is_date;

/// How many entities of one document pair up, the most salient ones.
pub const MAX_PAIRED: usize = 64;
/// Pairs are not compacted below this length.
const SMALL: usize = 1 << 15;
/// Up to this length, sorting may take memory of its own (8 MB).
const MEDIUM: usize = 1 << 20;

/// Which run-wide tables a partial is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `entities`.
    pub entities: bool,
    /// `cooccurrences`.
    pub pairs: bool,
}

impl Wanted {
    /// Whether any of them is wanted.
    pub fn any(self) -> bool {
        self.entities || self.pairs
    }
}

/// What documents say about one entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Mentions.
    pub mentions: u64,
    /// Documents with a mention.
    pub documents: u64,
    /// Sum of the shares in the documents, in ten-thousandths.
    pub salience: u64,
    /// Earliest and latest date of a document as `YYYYMMDD`; 0 where none is known.
    pub first_date: u32,
    /// See `first_date`.
    pub last_date: u32,
}

impl Tally {
    /// Adds what other documents say.
    pub fn add(&mut self, other: &Tally) {
        self.mentions += other.mentions;
        self.documents += other.documents;
        self.salience += other.salience;
        self.last_date = self.last_date.max(other.last_date);
        self.first_date = match (self.first_date, other.first_date) {
            (0, date) | (date, 0) => date,
            (a, b) => a.min(b),
        };
    }
}

/// A date as a number `YYYYMMDD`; 0 for what is no date. A time of day may follow (`2025-10-28T07:00:00Z`).
fn date_number(date: &str) -> u32 {
    let Some(day) = date.get(..10).filter(|day| is_date(day)) else { return 0 };
    if !matches!(date.as_bytes().get(10), None | Some(b'T' | b' ')) {
        return 0;
    }
    day.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

#[derive(Clone, Debug)]
struct Listed {
    entity: EntityId,
    tally: Tally,
    /// Serial number of the last document that had it, and its place among the entities of that document.
    document: u32,
    place: u32,
}

#[derive(Clone, Debug)]
struct Unlisted {
    kind: KindId,
    name: names::NameRef,
    tally: Tally,
    document: u32,
}

/// Two listed entities (by their place in [`Partial::listed`], smaller first) and where they meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    a: u32,
    b: u32,
    documents: u32,
    sentences: u32,
}

impl Pair {
    fn key(&self) -> u64 {
        u64::from(self.a) << 32 | u64::from(self.b)
    }
}

/// Run-wide tables of some documents. See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Partial {
    wanted: Wanted,
    documents: u64,
    truncated: u64,
    /// Serial number of the current document.
    serial: u32,
    slots: HashMap<EntityId, u32, foldhash::fast::FixedState>,
    listed: Vec<Listed>,
    names: Names,
    unlisted_slots: HashTable<u32>,
    unlisted: Vec<Unlisted>,
    pairs: Vec<Pair>,
    /// Compact the pairs at this length.
    compact_at: usize,
    scratch: Scratch,
}

/// Buffers for one document.
#[derive(Clone, Debug, Default)]
struct Scratch {
    /// Entry of the document → place in `here`.
    place_of_entry: Vec<u32>,
    /// Slot and salience of the listed entities of the document.
    here: Vec<(u32, u64)>,
    order: Vec<u32>,
    /// Place in `here` → bit of a sentence mask; 255 for those that do not pair.
    bits: Vec<u8>,
    masks: Vec<(u32, u64)>,
    /// Sentences by pair of bits.
    sentences: Vec<u32>,
}

const UNPAIRED: u8 = u8::MAX;
const NO_PLACE: u32 = u32::MAX;

impl Partial {
    /// An empty partial for some tables.
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, compact_at: SMALL, ..Self::default() }
    }

    /// Whether no document was added.
    pub fn is_empty(&self) -> bool {
        self.documents == 0
    }

    /// Documents added.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Documents of which only the [`MAX_PAIRED`] most salient entities pair up.
    pub fn truncated(&self) -> u64 {
        self.truncated
    }

    /// Forgets all documents and keeps the memory.
    pub fn clear(&mut self) {
        (self.documents, self.truncated, self.serial) = (0, 0, 0);
        self.slots.clear();
        self.listed.clear();
        self.names.clear();
        self.unlisted_slots.clear();
        self.unlisted.clear();
        self.pairs.clear();
        self.compact_at = SMALL;
    }

    /// Bytes in use by pairs, and by entities.
    pub fn bytes(&self) -> (usize, usize) {
        let listed = self.listed.len() * (size_of::<Listed>() + 2 * size_of::<(EntityId, u32)>());
        let unlisted = self.unlisted.len() * (size_of::<Unlisted>() + 16) + self.names.bytes();
        (self.pairs.len() * size_of::<Pair>(), listed + unlisted)
    }

    fn slot(&mut self, stack: &Stack, entity: EntityId) -> u32 {
        if let Some(slot) = self.slots.get(&entity) {
            return *slot;
        }
        let main = by_printed_id(stack, entity);
        let slot = match self.slots.get(&main) {
            Some(slot) => *slot,
            None => {
                let slot = self.listed.len() as u32;
                self.listed.push(Listed { entity: main, tally: Tally::default(), document: 0, place: 0 });
                self.slots.insert(main, slot);
                slot
            }
        };
        if main != entity {
            self.slots.insert(entity, slot);
        }
        slot
    }

    fn unlisted_slot(&mut self, kind: KindId, key: &str, name: &str) -> usize {
        let Self { unlisted, unlisted_slots, names, .. } = self;
        let hash = names::hash(kind, key);
        let same = |slot: &u32| {
            let other = &unlisted[*slot as usize];
            other.kind == kind && names.key(other.name) == key
        };
        if let Some(slot) = unlisted_slots.find(hash, same) {
            let slot = *slot as usize;
            names.prefer(&mut unlisted[slot].name, name);
            return slot;
        }
        let slot = unlisted.len();
        unlisted.push(Unlisted { kind, name: names.add(key, name), tally: Tally::default(), document: 0 });
        let rehash = |slot: &u32| {
            let other = &unlisted[*slot as usize];
            names::hash(other.kind, names.key(other.name))
        };
        unlisted_slots.insert_unique(hash, slot as u32, rehash);
        slot
    }

    /// Adds a document.
    pub fn document(&mut self, rows: &mut DocumentRows<'_, '_, '_>) {
        rows.group();
        let rows = &*rows;
        if self.serial == u32::MAX {
            self.forget_serials();
        }
        self.serial += 1;
        self.documents += 1;
        let mut scratch = std::mem::take(&mut self.scratch);
        self.entities_of(rows, &mut scratch);
        if self.wanted.pairs {
            self.pairs_of(rows, &mut scratch);
        }
        self.scratch = scratch;
    }

    fn forget_serials(&mut self) {
        self.serial = 0;
        self.listed.iter_mut().for_each(|listed| listed.document = 0);
        self.unlisted.iter_mut().for_each(|unlisted| unlisted.document = 0);
    }

    fn entities_of(&mut self, rows: &DocumentRows<'_, '_, '_>, scratch: &mut Scratch) {
        let (extraction, grouping, stack) = (rows.extraction, rows.grouping(), rows.stack());
        let date = date_number(&rows.document.date);
        scratch.place_of_entry.clear();
        scratch.here.clear();
        for (entry, first) in extraction.entities.iter().enumerate() {
            let mut place = NO_PLACE;
            if let Some(mention) = extraction.mentions.get(*first as usize) {
                let salience = u64::from(extraction.salience.get(entry).copied().unwrap_or(0));
                let mut tally = Tally {
                    mentions: u64::from(grouping.count(entry)),
                    documents: 1,
                    salience,
                    first_date: date,
                    last_date: date,
                };
                if let Some(entity) = mention.entity {
                    let slot = self.slot(stack, entity);
                    let listed = &mut self.listed[slot as usize];
                    // Two entities under one printed id are in this document once.
                    if listed.document == self.serial {
                        tally.documents = 0;
                        scratch.here[listed.place as usize].1 += salience;
                    } else {
                        (listed.document, listed.place) = (self.serial, scratch.here.len() as u32);
                        scratch.here.push((slot, salience));
                    }
                    listed.tally.add(&tally);
                    place = listed.place;
                } else if self.wanted.entities {
                    let slot = self.unlisted_slot(mention.kind, grouping.key(entry), grouping.name(entry));
                    let unlisted = &mut self.unlisted[slot];
                    if unlisted.document == self.serial {
                        tally.documents = 0;
                    }
                    unlisted.document = self.serial;
                    unlisted.tally.add(&tally);
                }
            }
            scratch.place_of_entry.push(place);
        }
    }

    fn pairs_of(&mut self, rows: &DocumentRows<'_, '_, '_>, scratch: &mut Scratch) {
        let (extraction, grouping, stack) = (rows.extraction, rows.grouping(), rows.stack());
        let Scratch { place_of_entry, here, order, bits, masks, sentences } = scratch;
        order.clear();
        order.extend(0..here.len() as u32);
        if order.len() > MAX_PAIRED {
            self.truncated += 1;
            let id = |place: u32| id_of(stack, self.listed[here[place as usize].0 as usize].entity);
            order.sort_unstable_by(|a, b| {
                here[*b as usize].1.cmp(&here[*a as usize].1).then_with(|| id(*a).cmp(id(*b)))
            });
            order.truncate(MAX_PAIRED);
        }
        bits.clear();
        bits.resize(here.len(), UNPAIRED);
        for (bit, place) in order.iter().enumerate() {
            bits[*place as usize] = bit as u8;
        }
        masks.clear();
        for (index, mention) in extraction.mentions.iter().enumerate() {
            let place = grouping.entry(index).and_then(|entry| place_of_entry.get(entry)).copied();
            let Some(bit) = place.and_then(|place| bits.get(place as usize)).filter(|bit| **bit != UNPAIRED) else {
                continue;
            };
            match masks.last_mut() {
                Some(last) if last.0 == mention.sentence => last.1 |= 1 << bit,
                _ => masks.push((mention.sentence, 1 << bit)),
            }
        }
        if !masks.is_sorted_by_key(|mask| mask.0) {
            masks.sort_unstable_by_key(|mask| mask.0);
            masks.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                kept.1 |= if same { later.1 } else { 0 };
                same
            });
        }
        let paired = order.len();
        sentences.clear();
        sentences.resize(paired * paired, 0);
        for (_, mask) in masks.iter() {
            let mut firsts = *mask;
            while firsts != 0 {
                let first = firsts.trailing_zeros() as usize;
                firsts &= firsts - 1;
                let mut seconds = firsts;
                while seconds != 0 {
                    sentences[first * paired + seconds.trailing_zeros() as usize] += 1;
                    seconds &= seconds - 1;
                }
            }
        }
        for first in 0..paired {
            for second in first + 1..paired {
                let (a, b) = (here[order[first] as usize].0, here[order[second] as usize].0);
                self.pairs.push(Pair {
                    a: a.min(b),
                    b: a.max(b),
                    documents: 1,
                    sentences: sentences[first * paired + second],
                });
            }
        }
        self.compact_if_grown();
    }

    /// Adds all documents of another partial of the same stack.
    pub fn merge(&mut self, other: &Partial, stack: &Stack) {
        self.documents += other.documents;
        self.truncated += other.truncated;
        let mut slots = Vec::with_capacity(other.listed.len());
        for listed in &other.listed {
            let slot = self.slot(stack, listed.entity);
            self.listed[slot as usize].tally.add(&listed.tally);
            slots.push(slot);
        }
        for unlisted in &other.unlisted {
            let (key, name) = (other.names.key(unlisted.name), other.names.name(unlisted.name));
            let slot = self.unlisted_slot(unlisted.kind, key, name);
            self.unlisted[slot].tally.add(&unlisted.tally);
        }
        self.pairs.extend(other.pairs.iter().map(|pair| {
            let (a, b) = (slots[pair.a as usize], slots[pair.b as usize]);
            Pair { a: a.min(b), b: a.max(b), ..*pair }
        }));
        self.compact_if_grown();
    }

    fn compact_if_grown(&mut self) {
        if self.pairs.len() >= self.compact_at {
            self.compact();
            self.compact_at = SMALL.max(2 * self.pairs.len());
        }
    }

    /// Sorts the pairs and sums equal ones.
    fn compact(&mut self) {
        // The stable sort makes use of the part that is sorted already, but takes half as much memory again.
        if self.pairs.len() <= MEDIUM {
            self.pairs.sort_by_key(Pair::key);
        } else {
            self.pairs.sort_unstable_by_key(Pair::key);
        }
        self.pairs.dedup_by(|later, kept| {
            // A sum beyond 32 bits stays in two entries; files count in 64.
            let sums = kept.documents.checked_add(later.documents).zip(kept.sentences.checked_add(later.sentences));
            match sums.filter(|_| kept.key() == later.key()) {
                Some((documents, sentences)) => {
                    (kept.documents, kept.sentences) = (documents, sentences);
                    true
                }
                None => false,
            }
        });
    }
}

#[cfg(test)]
mod tests;
