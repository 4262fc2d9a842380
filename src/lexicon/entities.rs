//! Entities of compiled lexicons, and how the layers of a stack become one world.

use hashbrown::HashMap;

use super::{Lexicon, Stack};

/// An entity of a stack: which layer, which entity of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId {
    /// Index of the layer, lowest first.
    pub layer: u8,
    /// Index of the entity in its layer.
    pub index: u32,
}

/// A name of a stack: which layer, which name of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId {
    /// Index of the layer, lowest first.
    pub layer: u8,
    /// Index of the name in its layer.
    pub index: u32,
}

/// A kind, numbered over the whole stack ([`Stack::kind`] gives its word).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u16);

/// A piece of a lexicon's string section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Text {
    pub start: u32,
    pub len: u32,
}

/// `EntityRecord::flags`: the row says `important`.
pub(crate) const IMPORTANT: u32 = 1;
/// `EntityRecord::flags`: the row gives a prior of its own.
pub(crate) const PRIOR_GIVEN: u32 = 2;
/// `EntityRecord::flags`: `latitude` and `longitude` are set.
pub(crate) const PLACED: u32 = 4;
/// `EntityRecord::flags`: the id was derived from the name.
pub(crate) const ID_DERIVED: u32 = 8;
/// `EntityRecord::flags`: the row replaces an earlier entity.
pub(crate) const REPLACES: u32 = 16;
/// `EntityRecord::flags`: the row removes an earlier entity.
pub(crate) const REMOVES: u32 = 32;

/// `EntityRecord::flags`: the kind comes from the file's name.
pub(crate) const KIND_DERIVED: u32 = 64;

/// One entity in a lexicon's flat entity section.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct EntityRecord {
    pub latitude: f64,
    pub longitude: f64,
    pub id: Text,
    pub name: Text,
    pub country: Text,
    /// Id or canonical name of the parent, as written.
    pub parent: Text,
    /// `lists[start..start + len]`: outside ids.
    pub outside: Text,
    /// `lists[start..start + len]`: ids of the same entity.
    pub same_as: Text,
    /// `lists[start..start + len]`: folded cues.
    pub needs: Text,
    /// First name in the name section; the names of an entity are neighbours.
    pub names: u32,
    pub names_len: u32,
    pub prior: f32,
    pub flags: u32,
    pub kind: u16,
    /// Policy of the row as a code, [`NO_POLICY`] where it has none.
    pub policy: u8,
    pub padding: u8,
    pub padding_2: u32,
}

/// `EntityRecord::policy`: the row says nothing.
pub(crate) const NO_POLICY: u8 = 255;

/// What the rows of an entity say together, where there are several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Override {
    pub prior: f32,
    pub policy: u8,
    pub kind: KindId,
}

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
    fn rows(&self) -> impl Iterator<Item = EntityId> + 'a {
        let members = self.stack.joined.members.get(&self.entity).map(Vec::as_slice).unwrap_or_default();
        std::iter::once(self.entity).chain(members.iter().copied())
    }

    /// All outside ids (`wikidata:Q84` …), without repeats, in layer and column order.
    pub fn outside(&self) -> Vec<&'a str> {
        let mut ids: Vec<&'a str> = Vec::new();
        for row in self.rows() {
            let lexicon = &self.stack.lexicons[row.layer as usize];
            for id in lexicon.list(lexicon.entities[row.index as usize].outside) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        ids
    }

    /// The outside id under a prefix, without the prefix: `outside_id("wikidata")` gives `Q84`.
    pub fn outside_id(&self, prefix: &str) -> &'a str {
        for row in self.rows() {
            let lexicon = &self.stack.lexicons[row.layer as usize];
            for id in lexicon.list(lexicon.entities[row.index as usize].outside) {
                if let Some(rest) = id.strip_prefix(prefix).and_then(|r| r.strip_prefix(':')) {
                    return rest;
                }
            }
        }
        ""
    }

    /// Folded cues, one of which must stand near a mention; empty where any place will do.
    pub fn needs(&self) -> Vec<&'a str> {
        let mut needs = Vec::new();
        for row in self.rows() {
            let lexicon = &self.stack.lexicons[row.layer as usize];
            needs.extend(lexicon.list(lexicon.entities[row.index as usize].needs));
        }
        needs
    }

    /// The preferred name in a language (primary subtag), if the entity has one.
    pub fn name_in(&self, lang: &str) -> Option<&'a str> {
        let mut best: Option<(u8, &'a str)> = None;
        for row in self.rows() {
            let lexicon = &self.stack.lexicons[row.layer as usize];
            let record = &lexicon.entities[row.index as usize];
            for index in record.names..record.names + record.names_len {
                let name = &lexicon.names[index as usize];
                if name.flags & super::names::GENERATED != 0 || lexicon.lang_primary(name.lang) != lang {
                    continue;
                }
                // Canonical before alias before acronym; of equals, the later layer but the earlier name.
                let rank = name.role;
                if best.is_none_or(|(r, _)| rank < r) {
                    best = Some((rank, lexicon.text(name.text)));
                }
            }
        }
        best.map(|(_, text)| text)
    }
}

/// How the rows of all layers come together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joined {
    /// Row → the entity it belongs to, where that is another row.
    redirect: HashMap<EntityId, EntityId>,
    /// Entity → its further rows, earliest first.
    members: HashMap<EntityId, Vec<EntityId>>,
    /// Entity that took the place of others → these, earliest first: its id is that of the first, all their ids address it.
    replaced: HashMap<EntityId, Vec<EntityId>>,
    /// Entity with several rows → what they say together.
    overrides: HashMap<EntityId, Override>,
    /// One bit a row and layer: the row is joined or removed, look closer.
    special: Vec<Vec<u64>>,
    /// Rows that a later layer removed or replaced (and the rows that only said so).
    removed: hashbrown::HashSet<EntityId>,
    /// Hash of an id (own, same-as, outside) → entity.
    ids: HashMap<u64, EntityId>,
    /// Hash of a canonical name → entity (the highest prior, ties by the earlier row). Only parents that are written as
    /// names need it, so it is made when first asked for.
    names: std::sync::OnceLock<HashMap<u64, EntityId>>,
}

fn hash_text(text: &str) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::with_seed(7).hash_one(text)
}

impl Joined {
    /// Joins rows that share an id: the earliest row names the entity.
    pub(super) fn build(lexicons: &[Lexicon]) -> Self {
        let mut joined = Self {
            special: lexicons.iter().map(|l| vec![0; l.entities.len().div_ceil(64)]).collect(),
            ..Self::default()
        };
        let mut own: Vec<&str> = Vec::new();
        for (layer, lexicon) in lexicons.iter().enumerate() {
            for (index, record) in lexicon.entities.iter().enumerate() {
                let row = EntityId { layer: layer as u8, index: index as u32 };
                own.clear();
                // A derived id is a guess: it addresses the row, but does not join it to another row's guess.
                let id = lexicon.text(record.id);
                let derived = record.flags & ID_DERIVED != 0;
                if !derived {
                    own.push(id);
                }
                own.extend(lexicon.list(record.same_as));
                own.extend(lexicon.list(record.outside));
                let mut found: Vec<EntityId> = Vec::new();
                for id in &own {
                    if let Some(&earlier) = joined.ids.get(&hash_text(id)) {
                        let root = joined.root(earlier);
                        if root != row && !found.contains(&root) && !joined.removed.contains(&root) {
                            found.push(root);
                        }
                    }
                }
                found.sort();
                if record.flags & REMOVES != 0 || record.flags & REPLACES != 0 {
                    let mut rows = Vec::new();
                    for root in &found {
                        rows.extend(joined.replaced.remove(root).unwrap_or_default());
                        rows.extend(joined.remove(*root));
                    }
                    if record.flags & REMOVES != 0 {
                        joined.mark(row);
                        joined.removed.insert(row);
                        continue;
                    }
                    for old in &rows {
                        let lexicon = &lexicons[old.layer as usize];
                        let record = &lexicon.entities[old.index as usize];
                        let ids = lexicon.list(record.same_as).chain(lexicon.list(record.outside));
                        for id in ids.chain(std::iter::once(lexicon.text(record.id))) {
                            joined.ids.insert(hash_text(id), row);
                        }
                    }
                    if !rows.is_empty() {
                        joined.replaced.insert(row, rows);
                    }
                } else {
                    let mut rows = found.iter().copied().chain(std::iter::once(row));
                    if found.is_empty() {
                        rows.next();
                    } else if let Some(root) = rows.next() {
                        for other in rows {
                            joined.join(root, other);
                        }
                    }
                }
                for id in own.iter().copied().chain(derived.then_some(id)) {
                    // An id that a removed entity had may be used anew.
                    match joined.ids.entry(hash_text(id)) {
                        hashbrown::hash_map::Entry::Occupied(mut entry) => {
                            if joined.removed.contains(entry.get()) {
                                entry.insert(row);
                            }
                        }
                        hashbrown::hash_map::Entry::Vacant(entry) => {
                            entry.insert(row);
                        }
                    }
                }
            }
        }
        joined
    }

    fn names(&self, lexicons: &[Lexicon]) -> &HashMap<u64, EntityId> {
        self.names.get_or_init(|| {
            let mut names: HashMap<u64, (f32, EntityId)> = HashMap::new();
            for (layer, lexicon) in lexicons.iter().enumerate() {
                for (index, record) in lexicon.entities.iter().enumerate() {
                    let row = EntityId { layer: layer as u8, index: index as u32 };
                    if self.removed.contains(&row) {
                        continue;
                    }
                    let best = names.entry(hash_text(lexicon.text(record.name))).or_insert((-1.0, row));
                    if record.prior > best.0 {
                        *best = (record.prior, row);
                    }
                }
            }
            names.into_iter().map(|(hash, (_, row))| (hash, row)).collect()
        })
    }

    /// What later layers say wins over what earlier ones say.
    pub(super) fn settle(&mut self, lexicons: &[Lexicon], kind_maps: &[Vec<KindId>]) {
        let roots: Vec<EntityId> = self.members.keys().copied().filter(|root| !self.removed.contains(root)).collect();
        for root in roots {
            let record = |row: &EntityId| &lexicons[row.layer as usize].entities[row.index as usize];
            let first = record(&root);
            let mut merged = Override {
                prior: first.prior,
                policy: first.policy,
                kind: kind_maps[root.layer as usize][first.kind as usize],
            };
            for row in &self.members[&root] {
                let record = record(row);
                if record.flags & PRIOR_GIVEN != 0 {
                    merged.prior = record.prior;
                }
                if record.policy != NO_POLICY {
                    merged.policy = record.policy;
                }
                if record.flags & KIND_DERIVED == 0 {
                    merged.kind = kind_maps[row.layer as usize][record.kind as usize];
                }
            }
            self.mark(root);
            self.overrides.insert(root, merged);
        }
    }

    /// Whether a later layer frees names of a layer from their case: its lower-case filter cannot be trusted then.
    pub(super) fn loosened(&self, lexicons: &[Lexicon]) -> Vec<bool> {
        let folded = super::policy_code(crate::gazetteer::MatchPolicy::Folded);
        let mut loosened = vec![false; lexicons.len()];
        let freed = self.overrides.iter().filter(|(_, merged)| merged.policy == folded).map(|(root, _)| root);
        for root in freed {
            for row in std::iter::once(root).chain(&self.members[root]) {
                let own = lexicons[row.layer as usize].entities[row.index as usize].policy;
                loosened[row.layer as usize] |= own != folded;
            }
        }
        loosened
    }

    fn mark(&mut self, row: EntityId) {
        self.special[row.layer as usize][row.index as usize / 64] |= 1 << (row.index % 64);
    }

    /// Removes an entity; returns its rows.
    fn remove(&mut self, root: EntityId) -> Vec<EntityId> {
        let rows: Vec<EntityId> =
            std::iter::once(root).chain(self.members.get(&root).cloned().unwrap_or_default()).collect();
        for row in &rows {
            self.mark(*row);
            self.removed.insert(*row);
        }
        rows
    }

    fn join(&mut self, root: EntityId, other: EntityId) {
        let more = self.members.remove(&other).unwrap_or_default();
        for row in std::iter::once(other).chain(more) {
            self.mark(row);
            self.redirect.insert(row, root);
            self.members.entry(root).or_default().push(row);
        }
        if let Some(members) = self.members.get_mut(&root) {
            members.sort();
        }
    }

    fn root(&self, row: EntityId) -> EntityId {
        self.redirect.get(&row).copied().unwrap_or(row)
    }

    /// The entity that a row belongs to, and what its rows say together where there are several; `None` if the row was
    /// removed.
    #[inline]
    pub(super) fn entity_of(&self, row: EntityId) -> Option<(EntityId, Option<&Override>)> {
        let bits = &self.special[row.layer as usize];
        if bits[row.index as usize / 64] & (1 << (row.index % 64)) == 0 {
            return Some((row, None));
        }
        if self.removed.contains(&row) {
            return None;
        }
        let root = self.root(row);
        Some((root, self.overrides.get(&root)))
    }
}

impl Stack {
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
        let row = row.unwrap_or(&entity);
        let lexicon = &self.lexicons[row.layer as usize];
        lexicon.text(lexicon.entities[row.index as usize].id)
    }

    /// The kind of an entity.
    pub fn kind_of(&self, entity: EntityId) -> KindId {
        if let Some(merged) = self.joined.overrides.get(&entity) {
            return merged.kind;
        }
        let layer = entity.layer as usize;
        self.kind_maps[layer][self.lexicons[layer].entities[entity.index as usize].kind as usize]
    }

    /// Whether some row of the entity lists cues.
    pub(crate) fn has_needs(&self, entity: EntityId) -> bool {
        let lists = |row: &EntityId| self.lexicons[row.layer as usize].entities[row.index as usize].needs.len > 0;
        lists(&entity) || self.joined.members.get(&entity).is_some_and(|members| members.iter().any(lists))
    }

    /// An entity as the tables show it.
    pub fn entity(&self, entity: EntityId) -> EntityView<'_> {
        let lexicon = &self.lexicons[entity.layer as usize];
        let record = &lexicon.entities[entity.index as usize];
        let mut view = EntityView {
            stack: self,
            entity,
            id: self.id(entity),
            kind: self.kind_of(entity),
            name: lexicon.text(record.name),
            prior: record.prior,
            important: record.flags & IMPORTANT != 0,
            country: lexicon.text(record.country),
            position: (record.flags & PLACED != 0).then_some((record.latitude, record.longitude)),
            parent: lexicon.text(record.parent),
        };
        if let Some(members) = self.joined.members.get(&entity) {
            for row in members {
                let lexicon = &self.lexicons[row.layer as usize];
                let record = &lexicon.entities[row.index as usize];
                let name = lexicon.text(record.name);
                if !name.is_empty() {
                    view.name = name;
                }
                if record.flags & PRIOR_GIVEN != 0 {
                    view.prior = record.prior;
                }
                view.important |= record.flags & IMPORTANT != 0;
                let country = lexicon.text(record.country);
                if !country.is_empty() {
                    view.country = country;
                }
                if record.flags & PLACED != 0 {
                    view.position = Some((record.latitude, record.longitude));
                }
                let parent = lexicon.text(record.parent);
                if !parent.is_empty() {
                    view.parent = parent;
                }
            }
        }
        view
    }

    /// The entity under an id: its own, one of `same_as`, or an outside id such as `wikidata:Q84`.
    pub fn find(&self, id: &str) -> Option<EntityId> {
        let row = *self.joined.ids.get(&hash_text(id))?;
        let entity = self.entity_of(row)?;
        let view = self.entity(entity);
        let replaced = self.joined.replaced.get(&entity).map(Vec::as_slice).unwrap_or_default();
        let known = view.rows().chain(replaced.iter().copied()).any(|row| {
            let lexicon = &self.lexicons[row.layer as usize];
            let record = &lexicon.entities[row.index as usize];
            lexicon.text(record.id) == id
                || lexicon.list(record.same_as).any(|other| other == id)
                || lexicon.list(record.outside).any(|other| other == id)
        });
        known.then_some(entity)
    }

    /// The parent of an entity (by id, else by exact canonical name), if it exists.
    pub fn parent(&self, entity: EntityId) -> Option<EntityId> {
        let parent = self.entity(entity).parent;
        if parent.is_empty() {
            return None;
        }
        self.find(parent)
            .or_else(|| {
                let row = *self.joined.names(&self.lexicons).get(&hash_text(parent))?;
                let found = self.entity_of(row)?;
                (self.entity(found).name == parent).then_some(found)
            })
            .filter(|found| *found != entity)
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
