//! How the rows of all layers become one world.
//!
//! Rows that share an id are one entity; a later row may replace or remove an earlier one. Most rows of most gazetteers
//! share no id with any other, and nothing happens to them: so the joining looks at the others alone. Which rows of a
//! layer share an id within it, or do something to other rows, is found when the layer is compiled (`Lexicon::joins`);
//! which share one with another layer is found by looking up the ids of all layers but the largest in the tables of the
//! others. What is left is mostly nothing, and starting takes no time that grows with the largest layer.

use hashbrown::{HashMap, HashSet};

use super::entities::{
    EntityId, ID_DERIVED, KIND_DERIVED, KindId, NO_POLICY, PRIOR_GIVEN, REMOVES, REPLACES, SHADOWED,
};
use super::ids::hash_id;
use super::{EntityRecord, Lexicon};

/// What the rows of an entity say together, where there are several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Override {
    pub prior: f32,
    pub policy: u8,
    pub kind: KindId,
}

/// How the rows of all layers come together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joined {
    /// Row → the entity it belongs to, where that is another row.
    redirect: HashMap<EntityId, EntityId>,
    /// Entity → its further rows, earliest first.
    pub members: HashMap<EntityId, Vec<EntityId>>,
    /// Entity that took the place of others → these, earliest first: its id is that of the first, all their ids address it.
    pub replaced: HashMap<EntityId, Vec<EntityId>>,
    /// Entity with several rows → what they say together.
    pub overrides: HashMap<EntityId, Override>,
    /// Rows that are joined or removed: look closer.
    special: HashSet<EntityId>,
    /// Rows that a later layer removed or replaced (and the rows that only said so).
    removed: HashSet<EntityId>,
    /// Hash of an id (own, same-as, outside) of the rows looked at → entity.
    pub ids: HashMap<u64, EntityId>,
    /// Hash of a canonical name → entity (the highest prior, ties by the earlier row). Only parents that are written as
    /// names need it, so it is made when first asked for.
    names: std::sync::OnceLock<HashMap<u64, EntityId>>,
}

fn record(lexicons: &[Lexicon], row: EntityId) -> EntityRecord<'_> {
    lexicons.get(row.layer as usize).map_or_else(EntityRecord::default, |lexicon| lexicon.entity(row.index))
}

/// The rows that share an id with another row, or do something to others; in the order of layers and rows.
fn interesting(lexicons: &[Lexicon]) -> Vec<EntityId> {
    let mut rows: Vec<EntityId> = Vec::new();
    for (layer, lexicon) in lexicons.iter().enumerate() {
        rows.extend(lexicon.joins.as_slice().iter().map(|index| EntityId { layer: layer as u8, index: *index }));
    }
    let largest = (0..lexicons.len()).max_by_key(|layer| lexicons[*layer].records.len());
    for (layer, lexicon) in lexicons.iter().enumerate().filter(|(layer, _)| Some(*layer) != largest) {
        for index in lexicon.records().rows() {
            let mut shared = false;
            for id in lexicon.entity(index).ids() {
                let hash = hash_id(id);
                for (other, probed) in lexicons.iter().enumerate().filter(|(other, _)| *other != layer) {
                    for found in probed.ids.probe(hash).filter(|found| probed.entity(*found).has_id(id)) {
                        shared = true;
                        rows.push(EntityId { layer: other as u8, index: found });
                    }
                }
            }
            if shared {
                rows.push(EntityId { layer: layer as u8, index });
            }
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

impl Joined {
    /// Joins rows that share an id: the earliest row names the entity.
    pub fn build(lexicons: &[Lexicon]) -> Self {
        Self::of_rows(lexicons, &interesting(lexicons))
    }

    /// [`Joined::build`] over some rows, in their order; rows that are left out must share no id with any row.
    fn of_rows(lexicons: &[Lexicon], rows: &[EntityId]) -> Self {
        let mut joined = Self::default();
        let mut own: Vec<&str> = Vec::new();
        for &row in rows {
            let record = record(lexicons, row);
            own.clear();
            // A derived id is a guess: it addresses the row, but does not join it to another row's guess.
            let derived = record.flags & ID_DERIVED != 0;
            if !derived {
                own.push(record.id);
            }
            own.extend(record.same_as);
            own.extend(record.outside);
            let mut found: Vec<EntityId> = Vec::new();
            for id in &own {
                if let Some(&earlier) = joined.ids.get(&hash_id(id)) {
                    let root = joined.root(earlier);
                    if root != row && !found.contains(&root) && !joined.removed.contains(&root) {
                        found.push(root);
                    }
                }
            }
            found.sort();
            if record.flags & (REMOVES | REPLACES) != 0 {
                let mut rows = Vec::new();
                for root in &found {
                    rows.extend(joined.replaced.remove(root).unwrap_or_default());
                    rows.extend(joined.remove(*root));
                }
                if record.flags & REMOVES != 0 {
                    joined.special.insert(row);
                    joined.removed.insert(row);
                    continue;
                }
                for old in &rows {
                    for id in self::record(lexicons, *old).ids() {
                        joined.address(id, row);
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
            let guess = (record.flags & (ID_DERIVED | SHADOWED) == ID_DERIVED).then_some(record.id);
            for id in own.iter().copied().chain(guess).chain(record.guesses) {
                joined.address(id, row);
            }
        }
        joined
    }

    /// Lets an id lead to a row, unless it leads to another that is still there. (Only an id derived from a name can.)
    fn address(&mut self, id: &str, row: EntityId) {
        let entry = self.ids.entry(hash_id(id)).or_insert(row);
        // An id that a removed entity had may be used anew.
        if self.removed.contains(entry) {
            *entry = row;
        }
    }

    /// The row with a canonical name, by the hash of the name.
    pub fn named(&self, lexicons: &[Lexicon], hash: u64) -> Option<EntityId> {
        let names = self.names.get_or_init(|| {
            let mut names: HashMap<u64, (f32, EntityId)> = HashMap::new();
            for (layer, lexicon) in lexicons.iter().enumerate() {
                for index in lexicon.records().rows() {
                    let record = lexicon.entity(index);
                    let row = EntityId { layer: layer as u8, index };
                    if self.removed.contains(&row) {
                        continue;
                    }
                    let best = names.entry(hash_id(record.name)).or_insert((-1.0, row));
                    if record.prior > best.0 {
                        *best = (record.prior, row);
                    }
                }
            }
            names.into_iter().map(|(hash, (_, row))| (hash, row)).collect()
        });
        names.get(&hash).copied()
    }

    /// What later layers say wins over what earlier ones say.
    pub fn settle(&mut self, lexicons: &[Lexicon], kind_maps: &[Vec<KindId>]) {
        let kind = |row: EntityId, record: &EntityRecord<'_>| {
            let kinds = kind_maps.get(row.layer as usize);
            kinds.and_then(|kinds| kinds.get(record.kind as usize)).copied().unwrap_or(KindId(0))
        };
        let roots: Vec<EntityId> = self.members.keys().copied().filter(|root| !self.removed.contains(root)).collect();
        for root in roots {
            let first = record(lexicons, root);
            let mut merged = Override { prior: first.prior, policy: first.policy, kind: kind(root, &first) };
            for row in &self.members[&root] {
                let record = record(lexicons, *row);
                if record.flags & PRIOR_GIVEN != 0 {
                    merged.prior = record.prior;
                }
                if record.policy != NO_POLICY {
                    merged.policy = record.policy;
                }
                if record.flags & KIND_DERIVED == 0 {
                    merged.kind = kind(*row, &record);
                }
            }
            self.special.insert(root);
            self.overrides.insert(root, merged);
        }
    }

    /// Whether a later layer frees names of a layer from their case: its lower-case filter cannot be trusted then.
    pub fn loosened(&self, lexicons: &[Lexicon]) -> Vec<bool> {
        let folded = super::policy_code(crate::gazetteer::MatchPolicy::Folded);
        let mut loosened = vec![false; lexicons.len()];
        let freed = self.overrides.iter().filter(|(_, merged)| merged.policy == folded).map(|(root, _)| root);
        for root in freed {
            for row in std::iter::once(root).chain(&self.members[root]) {
                loosened[row.layer as usize] |= record(lexicons, *row).policy != folded;
            }
        }
        loosened
    }

    /// Removes an entity; returns its rows.
    fn remove(&mut self, root: EntityId) -> Vec<EntityId> {
        let rows: Vec<EntityId> =
            std::iter::once(root).chain(self.members.get(&root).cloned().unwrap_or_default()).collect();
        for row in &rows {
            self.special.insert(*row);
            self.removed.insert(*row);
        }
        rows
    }

    fn join(&mut self, root: EntityId, other: EntityId) {
        let more = self.members.remove(&other).unwrap_or_default();
        for row in std::iter::once(other).chain(more) {
            self.special.insert(row);
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
    pub fn entity_of(&self, row: EntityId) -> Option<(EntityId, Option<&Override>)> {
        if self.special.is_empty() || !self.special.contains(&row) {
            return Some((row, None));
        }
        if self.removed.contains(&row) {
            return None;
        }
        let root = self.root(row);
        Some((root, self.overrides.get(&root)))
    }
}

#[cfg(test)]
pub(super) mod tests;
