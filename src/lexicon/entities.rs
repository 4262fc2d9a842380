//! Entities of compiled lexicons, and how the layers of a stack become one world.

use super::ids::hash_id;
use super::joined::Override;
use super::{EntityRecord, NameRecord, Stack};

/// An entity of a stack: which layer, which entity of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId {
    /// Index of the layer, lowest first.
    pub layer: u8,
    /// Where the entity lies in its layer: the order is that of the rows.
    pub index: u32,
}

/// A name of a stack: which layer, which name of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId {
    /// Index of the layer, lowest first.
    pub layer: u8,
    /// Where the name lies in its layer.
    pub index: u32,
}

/// A kind, numbered over the whole stack ([`Stack::kind`] gives its word).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u16);

/// `EntityRecord::flags`: the row says `important`.
pub(crate) const IMPORTANT: u16 = 1;
/// `EntityRecord::flags`: the row gives a prior of its own.
pub(crate) const PRIOR_GIVEN: u16 = 2;
/// `EntityRecord::flags`: `latitude` and `longitude` are set.
pub(crate) const PLACED: u16 = 4;
/// `EntityRecord::flags`: the id was derived from the name.
pub(crate) const ID_DERIVED: u16 = 8;
/// `EntityRecord::flags`: the row replaces an earlier entity.
pub(crate) const REPLACES: u16 = 16;
/// `EntityRecord::flags`: the row removes an earlier entity.
pub(crate) const REMOVES: u16 = 32;

/// `EntityRecord::flags`: the id is only shown: it leads to another entity (of layers that were made one).
pub(crate) const SHADOWED: u16 = 1 << 13;

/// `EntityRecord::flags`: the kind comes from the file's name.
pub(crate) const KIND_DERIVED: u16 = 64;

/// `EntityRecord::policy`: the row says nothing.
pub(crate) const NO_POLICY: u8 = 255;

/// An entity as the tables show it: fields of all its rows, later layers first.
#[derive(Clone, Copy)]
pub struct EntityView<'a> {
    stack: &'a Stack,
    /// The entity itself (the id of its earliest row).
    pub entity: EntityId,
    /// `gz:…`, `user:…` or the id as given.
    pub id: &'a str,
    /// Its kind.
    pub kind: KindId,
    /// The canonical name.
    pub name: &'a str,
    /// How well known, 0 to 1.
    pub prior: f32,
    /// Countries, capitals, the best known bodies.
    pub important: bool,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: &'a str,
    /// Latitude and longitude in degrees.
    pub position: Option<(f64, f64)>,
    /// Id or canonical name of the parent as written, or empty.
    pub parent: &'a str,
}

impl<'a> EntityView<'a> {
    /// The rows of this entity, earliest first.
    fn rows(&self) -> impl Iterator<Item = EntityId> + use<'a> {
        let members = self.stack.joined.members.get(&self.entity).map(Vec::as_slice).unwrap_or_default();
        std::iter::once(self.entity).chain(members.iter().copied())
    }

    fn records(&self) -> impl Iterator<Item = EntityRecord<'a>> + use<'a> {
        let stack = self.stack;
        self.rows().map(|row| stack.record(row))
    }

    /// All outside ids (`wikidata:Q84` …), without repeats, in layer and column order.
    pub fn outside(&self) -> Vec<&'a str> {
        let mut ids: Vec<&'a str> = Vec::new();
        for id in self.records().flat_map(|record| record.outside) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// The outside id under a prefix, without the prefix: `outside_id("wikidata")` gives `Q84`.
    pub fn outside_id(&self, prefix: &str) -> &'a str {
        let mut ids = self.records().flat_map(|record| record.outside);
        ids.find_map(|id| id.strip_prefix(prefix)?.strip_prefix(':')).unwrap_or("")
    }

    /// Folded cues, one of which must stand near a mention; empty where any place will do.
    pub fn needs(&self) -> Vec<&'a str> {
        self.records().flat_map(|record| record.needs).collect()
    }

    /// The preferred name in a language (primary subtag), if the entity has one.
    pub fn name_in(&self, lang: &str) -> Option<&'a str> {
        let mut best: Option<(u8, &'a str)> = None;
        for row in self.rows() {
            let lexicon = &self.stack.lexicons[row.layer as usize];
            for (_, name) in lexicon.records().names(lexicon.entity(row.index).names) {
                if name.flags & super::names::GENERATED != 0 || lexicon.lang_primary(name.lang) != lang {
                    continue;
                }
                // Canonical before alias before acronym; of equals, the later layer but the earlier name.
                let rank = name.role;
                if best.is_none_or(|(r, _)| rank < r) {
                    best = Some((rank, name.text()));
                }
            }
        }
        best.map(|(_, text)| text)
    }
}

impl Stack {
    /// The record of a row; an empty one where there is none.
    pub(crate) fn record(&self, row: EntityId) -> EntityRecord<'_> {
        let lexicon = self.lexicons.get(row.layer as usize);
        lexicon.map_or_else(EntityRecord::default, |lexicon| lexicon.entity(row.index))
    }

    /// The entity that a row belongs to after joining layers; `None` if a later layer removed it.
    pub fn entity_of(&self, row: EntityId) -> Option<EntityId> {
        self.joined.entity_of(row).map(|(entity, _)| entity)
    }

    /// [`Stack::entity_of`] with what the entity's rows say together.
    #[inline]
    pub(crate) fn joined_row(&self, row: EntityId) -> Option<(EntityId, Option<&Override>)> {
        self.joined.entity_of(row)
    }

    /// The id that an entity is shown under: that of its earliest row, of an entity it replaces first of all.
    pub fn id(&self, entity: EntityId) -> &str {
        let replaced = &self.joined.replaced;
        let row = if replaced.is_empty() { None } else { replaced.get(&entity).and_then(|rows| rows.first()) };
        self.record(*row.unwrap_or(&entity)).id
    }

    /// The kind of an entity.
    pub fn kind_of(&self, entity: EntityId) -> KindId {
        if let Some(merged) = self.joined.overrides.get(&entity) {
            return merged.kind;
        }
        let layer = entity.layer as usize;
        let number = self.lexicons.get(layer).map_or(0, |lexicon| lexicon.records().kind(entity.index));
        let kinds = self.kind_maps.get(layer).map(Vec::as_slice).unwrap_or_default();
        kinds.get(number as usize).copied().unwrap_or(KindId(0))
    }

    /// Whether some row of the entity lists cues.
    pub(crate) fn has_needs(&self, entity: EntityId) -> bool {
        let lists = |row: &EntityId| !self.record(*row).needs.is_empty();
        lists(&entity) || self.joined.members.get(&entity).is_some_and(|members| members.iter().any(lists))
    }

    /// An entity as the tables show it.
    pub fn entity(&self, entity: EntityId) -> EntityView<'_> {
        let record = self.record(entity);
        let mut view = EntityView {
            stack: self,
            entity,
            id: self.id(entity),
            kind: self.kind_of(entity),
            name: record.name,
            prior: record.prior,
            important: record.flags & IMPORTANT != 0,
            country: record.country,
            position: record.position,
            parent: record.parent,
        };
        if let Some(members) = self.joined.members.get(&entity) {
            for row in members {
                let record = self.record(*row);
                if !record.name.is_empty() {
                    view.name = record.name;
                }
                if record.flags & PRIOR_GIVEN != 0 {
                    view.prior = record.prior;
                }
                view.important |= record.flags & IMPORTANT != 0;
                if !record.country.is_empty() {
                    view.country = record.country;
                }
                view.position = record.position.or(view.position);
                if !record.parent.is_empty() {
                    view.parent = record.parent;
                }
            }
        }
        view
    }

    /// All entities, in the order of layers and rows; rows that belong to another one, and removed ones, left out.
    pub fn entities(&self) -> impl Iterator<Item = EntityId> {
        let rows = self.lexicons.iter().enumerate().flat_map(|(layer, lexicon)| {
            lexicon.records().rows().map(move |index| EntityId { layer: layer as u8, index })
        });
        rows.filter(|row| self.entity_of(*row) == Some(*row))
    }

    /// The names that an entity lists in all its rows; those made from them when compiling left out.
    pub(crate) fn names_of(&self, entity: EntityId) -> impl Iterator<Item = (NameId, NameRecord<'_>)> {
        self.entity(entity).rows().flat_map(move |row| {
            let lexicon = &self.lexicons[row.layer as usize];
            let names = lexicon.records().names(lexicon.entity(row.index).names);
            let listed = names.filter(|(_, name)| name.flags & super::names::GENERATED == 0);
            listed.map(move |(index, name)| (NameId { layer: row.layer, index }, name))
        })
    }

    /// The entity under an id: its own, one of `same_as`, or an outside id such as `wikidata:Q84`.
    pub fn find(&self, id: &str) -> Option<EntityId> {
        let hash = hash_id(id);
        if let Some(row) = self.joined.ids.get(&hash) {
            let entity = self.entity_of(*row)?;
            let replaced = self.joined.replaced.get(&entity).map(Vec::as_slice).unwrap_or_default();
            let known = self.entity(entity).rows().chain(replaced.iter().copied());
            return known.map(|row| self.record(row)).any(|record| record.has_id(id)).then_some(entity);
        }
        // A row that was not looked at when joining shares its ids with no other.
        for (layer, lexicon) in self.lexicons.iter().enumerate() {
            for index in lexicon.ids.probe(hash) {
                let row = EntityId { layer: layer as u8, index };
                if lexicon.entity(index).has_id(id)
                    && let Some(entity) = self.entity_of(row)
                {
                    return Some(entity);
                }
            }
        }
        None
    }

    /// Whether there is an entity with an id or an exact canonical name.
    pub fn lists(&self, id_or_name: &str) -> bool {
        self.find(id_or_name).or_else(|| self.named(id_or_name)).is_some()
    }

    fn named(&self, name: &str) -> Option<EntityId> {
        let found = self.entity_of(self.joined.named(&self.lexicons, hash_id(name))?)?;
        (self.entity(found).name == name).then_some(found)
    }

    /// The parent of an entity (by id, else by exact canonical name), if it exists.
    pub fn parent(&self, entity: EntityId) -> Option<EntityId> {
        let parent = self.entity(entity).parent;
        if parent.is_empty() {
            return None;
        }
        self.find(parent).or_else(|| self.named(parent)).filter(|found| *found != entity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::{Gazetteer, ReadOptions, source};

    fn stack(files: &[&str]) -> Stack {
        let mut gazetteer = Gazetteer::empty();
        for text in files {
            let layer = source::read_texts("test", &[("places.csv", *text)], ReadOptions::default()).expect("sound");
            gazetteer = gazetteer.layer(Gazetteer::from_layer(layer)).expect("few layers");
        }
        Stack::build(&gazetteer).expect("compiles")
    }

    #[test]
    fn parents_are_found_by_id_and_by_name() {
        let stack = stack(&["id,name,parent,wikidata,prior\n\
             a:1,Europe,,,\na:2,France,Europe,,\na:3,Paris,a:2,Q90,\na:4,Nowhere,Atlantis,,\na:5,Europe,,,0.1\n"]);
        let id = |id: &str| stack.find(id).expect("listed");
        assert_eq!(stack.parent(id("a:2")), Some(id("a:1")), "the better known of two of that name");
        assert_eq!(stack.parent(id("wikidata:Q90")), Some(id("a:2")));
        assert_eq!(stack.parent(id("a:4")), None);
        assert_eq!(stack.parent(id("a:1")), None);
    }

    #[test]
    fn later_rows_fill_and_win() {
        let stack = stack(&[
            "id,kind,name,name:fr,country,prior,important,wikidata\na:1,place,London,Londres,,0.9,,Q84\n",
            "id,kind,name,name:vi,country,geonames,prior\nQ84,,London,Luân Đôn,GB,2643743,\n",
            "id,kind,name,important,match,prior\na:1,city,Greater London,true,exact,0.2\n",
        ]);
        let entity = stack.find("geonames:2643743").expect("joined");
        let view = stack.entity(entity);
        assert_eq!((view.id, view.name, stack.kind(view.kind)), ("a:1", "Greater London", "city"));
        assert_eq!((view.country, view.important, view.prior), ("GB", true, 0.2));
        // An id with a prefix of its own is an outside id as well.
        assert_eq!(view.outside(), ["a:1", "wikidata:Q84", "geonames:2643743"]);
        assert_eq!((view.outside_id("wikidata"), view.outside_id("iptc")), ("Q84", ""));
        assert_eq!(
            (view.name_in("vi"), view.name_in("fr"), view.name_in("en")),
            (Some("Luân Đôn"), Some("Londres"), None)
        );
    }

    #[test]
    fn an_entity_can_be_removed_and_replaced() {
        let first = "id,name,wikidata\na:1,London,Q84\na:2,Paris,Q90\n";
        let stack = stack(&[first, "id,name,action\nQ84,,remove\na:2,Paname,replace\n"]);
        assert_eq!(stack.find("a:1"), None);
        assert_eq!(stack.entity_of(EntityId { layer: 0, index: 0 }), None);
        let paris = stack.find("a:2").expect("replaced");
        assert_eq!((paris.layer, stack.entity(paris).name), (1, "Paname"));
        assert_eq!(stack.find("wikidata:Q90"), Some(paris), "the ids of what was replaced stay valid");
        assert!(stack.entity(paris).outside_id("wikidata").is_empty(), "but are no fields of the new row");
    }

    #[test]
    fn what_replaces_an_entity_keeps_its_id() {
        let stack = stack(&[
            "id,name,geonames\ngz:place/london,London,2643743\n",
            "id,name,action\ngn:2643743,Londinium,replace\n",
            "id,name,aliases\ngz:place/london,Londinium,Lundenwic\n",
        ]);
        let entity = stack.find("gz:place/london").expect("listed");
        assert_eq!((stack.id(entity), stack.entity(entity).name), ("gz:place/london", "Londinium"));
        assert_eq!(stack.find("geonames:2643743"), Some(entity));
        assert_eq!(stack.entity_of(EntityId { layer: 2, index: 0 }), Some(entity));
        assert_eq!(stack.entity_of(EntityId { layer: 0, index: 0 }), None);
    }
}
