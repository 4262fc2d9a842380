//! What the tables show of an entity, kept at hand.

use super::Value;
use crate::lexicon::{EntityId, NameId, Stack};
use crate::text::prefetch;

/// Columns of an entity in the tables of documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'s> {
    pub id: Value<'s>,
    /// In the language asked for, where there is one.
    pub name: Value<'s>,
    pub wikidata: Value<'s>,
}

impl Shown<'_> {
    /// Of no listed entity.
    pub const NONE: Self = Self { id: Value::Empty, name: Value::Empty, wikidata: Value::Empty };
}

/// How many entities are kept at hand: documents name the same ones again and again.
const LINES: usize = 8192;

/// Places of the directory. Four times as many as lines, so that two entities that are both frequent seldom push each
/// other out.
const PLACES: usize = 4 * LINES;

/// A cache of [`Shown`]: looking an entity up in its layers costs more than writing the row.
///
/// The directory is small and stays in the processor's cache; lines are used in the order of first mention, so that a run
/// that names few entities touches little memory.
#[derive(Clone, Debug)]
pub(super) struct ShownCache<'s> {
    /// By hash of an entity: its line, which tells whether it is that of the entity.
    directory: Vec<u16>,
    lines: Vec<Line<'s>>,
    /// The line to be given to another entity when there is no free one.
    oldest: usize,
}

#[derive(Clone, Copy, Debug)]
struct Line<'s> {
    entity: EntityId,
    shown: Shown<'s>,
    /// The name that last matched the entity: mostly the same one matches again.
    name: Option<NameId>,
    listed: Value<'s>,
}

impl<'s> ShownCache<'s> {
    pub fn new() -> Self {
        // Not every encoder ever needs it.
        Self { directory: Vec::new(), lines: Vec::new(), oldest: 0 }
    }

    #[inline]
    fn place(entity: EntityId) -> usize {
        let mixed = (entity.index ^ (u32::from(entity.layer) << 29)).wrapping_mul(0x9E37_79B1);
        (mixed >> 17) as usize % PLACES
    }

    /// Asks memory for what the rows of some entities will show. A row alone would wait for it three times: for its place
    /// in the directory, for the line, and for the texts, which the search has pushed out of the near caches.
    pub fn prefetch(&self, entities: impl Iterator<Item = EntityId> + Clone) {
        for entity in entities.clone() {
            self.directory.get(Self::place(entity)).inspect(|line| prefetch(*line));
        }
        let lines =
            entities.filter_map(|entity| self.lines.get(usize::from(*self.directory.get(Self::place(entity))?)));
        for line in lines.clone() {
            prefetch(&line.entity);
            prefetch(&line.listed);
        }
        for line in lines {
            for text in [line.shown.id, line.shown.name, line.listed] {
                if let Value::Plain(text) | Value::Text(text) = text {
                    text.as_bytes().first().inspect(|byte| prefetch(*byte));
                }
            }
        }
    }

    #[inline]
    fn line(&mut self, stack: &'s Stack, name_lang: Option<&str>, entity: EntityId) -> &mut Line<'s> {
        let place = Self::place(entity);
        let line = self.directory.get(place).map_or(0, |line| usize::from(*line));
        match self.lines.get(line) {
            Some(found) if found.entity == entity => &mut self.lines[line],
            _ => self.enter(stack, name_lang, entity, place),
        }
    }

    #[cold]
    #[inline(never)]
    fn enter(&mut self, stack: &'s Stack, name_lang: Option<&str>, entity: EntityId, place: usize) -> &mut Line<'s> {
        let line = Line { entity, shown: show(stack, name_lang, entity), name: None, listed: Value::Empty };
        let number = if self.lines.len() < LINES {
            self.lines.push(line);
            self.lines.len() - 1
        } else {
            self.oldest = (self.oldest + 1) % LINES;
            self.lines[self.oldest] = line;
            self.oldest
        };
        self.directory.resize(PLACES, 0);
        self.directory[place] = number as u16;
        &mut self.lines[number]
    }

    /// An entity.
    #[inline]
    pub fn get(&mut self, stack: &'s Stack, name_lang: Option<&str>, entity: EntityId) -> Shown<'s> {
        self.line(stack, name_lang, entity).shown
    }

    /// An entity, and the listed name by which it was found.
    #[inline]
    pub fn get_named(
        &mut self,
        stack: &'s Stack,
        name_lang: Option<&str>,
        entity: EntityId,
        name: Option<NameId>,
    ) -> (Shown<'s>, Value<'s>) {
        let line = self.line(stack, name_lang, entity);
        if line.name != name {
            (line.name, line.listed) = (name, name.map_or(Value::Empty, |name| Value::known(listed_name(stack, name))));
        }
        (line.shown, line.listed)
    }
}

fn show<'s>(stack: &'s Stack, name_lang: Option<&str>, entity: EntityId) -> Shown<'s> {
    let view = stack.entity(entity);
    Shown {
        id: Value::known(view.id),
        name: Value::known(name_lang.and_then(|lang| view.name_in(lang)).unwrap_or(view.name)),
        wikidata: Value::known(view.outside_id("wikidata")),
    }
}

/// The id that an entity is printed under.
pub(super) fn id_of(stack: &Stack, entity: EntityId) -> &str {
    stack.id(entity)
}

/// The entity that stands for all entities printed under the same id.
///
/// Ids derived from equal names in two files are equal although the rows are two entities; a table over the run has
/// one row an id, so that its ids are a key.
pub(super) fn by_printed_id(stack: &Stack, entity: EntityId) -> EntityId {
    let id = id_of(stack, entity);
    stack.find(id).filter(|found| id_of(stack, *found) == id).unwrap_or(entity)
}

/// The name as listed: of a generated name, the one it was made from.
fn listed_name(stack: &Stack, name: NameId) -> &str {
    stack.name(stack.listed(name))
}
