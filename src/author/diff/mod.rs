//! Two editions of a gazetteer: entities and names added, removed and changed, and what a corpus gains and loses by it.
//!
//! Rows are sorted by id and gone through side by side, so that two editions with millions of names take little more
//! than reading them. Rows that only one edition has under their id are then compared by outside ids: an entity whose id
//! changed is the same one as long as one of these stays.

mod compiled;
mod mentions;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

pub use mentions::{MentionChange, compare_mentions};

use crate::error::Result;
use crate::gazetteer::{Action, Entity, Layer, Name, NameRole, SmolStr};
use crate::text::search_key;

/// What differs about one entity.
#[derive(Debug)]
pub enum Change<'a> {
    /// Only the new edition has it.
    Added(&'a Entity),
    /// Only the old edition has it.
    Removed(&'a Entity),
    /// Both have it.
    Changed {
        /// As it was.
        old: &'a Entity,
        /// As it is.
        new: &'a Entity,
        /// Fields that differ.
        fields: Vec<FieldChange>,
        /// Names that only the new edition has.
        added: Vec<&'a Name>,
        /// Names that only the old edition has.
        removed: Vec<&'a Name>,
    },
}

/// A field that differs; empty where it is not filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The name of its column, or of the attribute.
    pub field: String,
    /// The old value.
    pub old: String,
    /// The new value.
    pub new: String,
}

/// How much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entities that only the new edition has.
    pub entities_added: u64,
    /// Entities that only the old edition has.
    pub entities_removed: u64,
    /// Entities that differ.
    pub entities_changed: u64,
    /// Names that only the new edition has, those of added entities included.
    pub names_added: u64,
    /// Names that only the old edition has, those of removed entities included.
    pub names_removed: u64,
}

impl Counts {
    /// Whether the new edition lacks an entity or a name.
    pub fn has_losses(&self) -> bool {
        self.entities_removed + self.names_removed > 0
    }
}

/// The rows of an edition: those of a layer, or, of a compiled one, what its file keeps of them.
///
/// # Errors
/// The compiled file cannot be opened or is damaged.
pub fn rows(layer: &Layer) -> Result<Cow<'_, [Entity]>> {
    match &layer.compiled {
        Some(file) => compiled::rows(file).map(Cow::Owned),
        None => Ok(Cow::Borrowed(&layer.entities)),
    }
}

/// Compares the rows of two editions; changes come in the order of ids. Attributes (unknown columns) are compared only
/// if asked for: a compiled edition does not keep them.
///
/// # Errors
/// Those of `take`.
pub fn compare<'a>(
    old: &'a [Entity],
    new: &'a [Entity],
    attributes: bool,
    mut take: impl FnMut(Change<'a>) -> Result<()>,
) -> Result<Counts> {
    let mut counts = Counts::default();
    for (before, after) in pairs(old, new) {
        let change = match (before, after) {
            (Some(before), Some(after)) => match change(before, after, attributes) {
                Some(change) => change,
                None => continue,
            },
            (Some(before), None) => Change::Removed(before),
            (None, Some(after)) => Change::Added(after),
            (None, None) => continue,
        };
        match &change {
            Change::Added(entity) => {
                counts.entities_added += 1;
                counts.names_added += entity.names.len() as u64;
            }
            Change::Removed(entity) => {
                counts.entities_removed += 1;
                counts.names_removed += entity.names.len() as u64;
            }
            Change::Changed { added, removed, .. } => {
                counts.entities_changed += 1;
                counts.names_added += added.len() as u64;
                counts.names_removed += removed.len() as u64;
            }
        }
        take(change)?;
    }
    Ok(counts)
}

type Pair<'a> = (Option<&'a Entity>, Option<&'a Entity>);

/// Rows of one entity side by side, in the order of ids; rows that repeat an id go by their order.
fn pairs<'a>(old: &'a [Entity], new: &'a [Entity]) -> Vec<Pair<'a>> {
    let sorted = |rows: &'a [Entity]| {
        let mut sorted: Vec<&Entity> = rows.iter().collect();
        // Stable, and fast where rows are in the order of ids already.
        sorted.sort_by(|a, b| a.id.cmp(&b.id));
        sorted
    };
    let (old, new) = (sorted(old), sorted(new));
    let mut pairs: Vec<Pair<'a>> = Vec::with_capacity(old.len().max(new.len()));
    let (mut left, mut right) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => a.id.cmp(&b.id),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => break,
        };
        let before = if order.is_le() { left.next() } else { None };
        let after = if order.is_ge() { right.next() } else { None };
        pairs.push((before, after));
    }
    join_by_outside_ids(&mut pairs);
    pairs
}

/// Makes one pair of a row that is gone and a new one that share an outside id.
fn join_by_outside_ids(pairs: &mut Vec<Pair<'_>>) {
    let mut gone: HashMap<&SmolStr, usize> = HashMap::new();
    for (place, (before, after)) in pairs.iter().enumerate() {
        if let (Some(before), None) = (before, after) {
            for id in before.outside().iter().chain(before.same_as()) {
                gone.entry(id).or_insert(place);
            }
        }
    }
    if gone.is_empty() {
        return;
    }
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (place, (before, after)) in pairs.iter().enumerate() {
        if let (None, Some(after)) = (before, after)
            && let Some(old) = after.outside().iter().chain(after.same_as()).find_map(|id| gone.get(id))
        {
            joined.push((*old, place));
        }
    }
    joined.sort_unstable();
    // One new row at most for each that is gone.
    joined.dedup_by_key(|(old, _)| *old);
    let mut emptied = Vec::new();
    for (old, new) in joined {
        pairs[old].1 = pairs[new].1.take();
        emptied.push(new);
    }
    if !emptied.is_empty() {
        pairs.retain(|pair| !matches!(pair, (None, None)));
    }
}

fn change<'a>(old: &'a Entity, new: &'a Entity, attributes: bool) -> Option<Change<'a>> {
    let mut fields = fields(old, new, attributes);
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    if old.names != new.names {
        compare_names(old, new, &mut fields, &mut added, &mut removed);
    }
    let same = fields.is_empty() && added.is_empty() && removed.is_empty();
    (!same).then_some(Change::Changed { old, new, fields, added, removed })
}

/// Names by text and language; what else differs about a name is a field.
fn compare_names<'a>(
    old: &'a Entity,
    new: &'a Entity,
    fields: &mut Vec<FieldChange>,
    added: &mut Vec<&'a Name>,
    removed: &mut Vec<&'a Name>,
) {
    type Key<'k> = (&'k str, Option<&'k str>);
    fn key(name: &Name) -> Key<'_> {
        (&name.text, name.lang.as_deref())
    }
    let before: HashMap<Key<'_>, &Name> = old.names.iter().map(|name| (key(name), name)).collect();
    let after: HashMap<Key<'_>, &Name> = new.names.iter().map(|name| (key(name), name)).collect();
    let mut seen: HashSet<Key<'_>> = HashSet::new();
    for name in &new.names {
        match before.get(&key(name)) {
            None if seen.insert(key(name)) => added.push(name),
            Some(known) if describe(known) != describe(name) && seen.insert(key(name)) => {
                fields.push(FieldChange {
                    field: format!("name `{}`", name.text),
                    old: describe(known),
                    new: describe(name),
                });
            }
            _ => {}
        }
    }
    seen.clear();
    for name in &old.names {
        if !after.contains_key(&key(name)) && seen.insert(key(name)) {
            removed.push(name);
        }
    }
}

/// What a name is besides its text and language. Which of several names is the canonical one has a field of its own.
fn describe(name: &Name) -> String {
    let role = if name.role == NameRole::Acronym { "acronym" } else { "name" };
    let policy = name.policy.map_or(String::new(), |policy| format!(", match {}", policy.as_str()));
    let prior = name.prior.map_or(String::new(), |prior| format!(", prior {prior}"));
    format!("{role}{policy}{prior}")
}

fn fields(old: &Entity, new: &Entity, attributes: bool) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let mut compare = |field: &str, old: Cow<'_, str>, new: Cow<'_, str>| {
        if old != new {
            changes.push(FieldChange { field: field.to_owned(), old: old.into_owned(), new: new.into_owned() });
        }
    };
    compare("id", Cow::Borrowed(&old.id), Cow::Borrowed(&new.id));
    compare("kind", Cow::Borrowed(&old.kind), Cow::Borrowed(&new.kind));
    compare("name", Cow::Borrowed(old.name()), Cow::Borrowed(new.name()));
    if old.prior != new.prior {
        compare("prior", prior(old), prior(new));
    }
    if old.policy != new.policy {
        let policy = |entity: &Entity| entity.policy.map_or("", |policy| policy.as_str());
        compare("match", policy(old).into(), policy(new).into());
    }
    if old.action != new.action {
        compare("action", action(old).into(), action(new).into());
    }
    if old.details == new.details {
        return changes;
    }
    compare("parent", old.parent().unwrap_or("").into(), new.parent().unwrap_or("").into());
    if old.needs() != new.needs() {
        // Cues are folded words, whatever case and marks they are written with.
        let folded = |entity: &Entity| {
            let keys: Vec<String> = entity.needs().iter().map(|need| search_key(need)).collect();
            Cow::Owned(keys.join("|"))
        };
        compare("needs", folded(old), folded(new));
    }
    compare("same_as", list(old.same_as()), list(new.same_as()));
    compare("outside ids", list(old.outside()), list(new.outside()));
    compare("country", old.country().into(), new.country().into());
    if old.position() != new.position() {
        let position = |entity: &Entity| entity.position().map_or(String::new(), |(lat, lon)| format!("{lat}, {lon}"));
        compare("lat, lon", position(old).into(), position(new).into());
    }
    compare("important", truth(old.important()).into(), truth(new.important()).into());
    if attributes {
        let of = |entity: &Entity| entity.details.as_ref().map_or(Vec::new(), |details| details.attributes.clone());
        let (before, after) = (of(old), of(new));
        // Of a column that a row has twice the first counts.
        let values =
            |list: &'_ [(SmolStr, SmolStr)]| -> HashMap<SmolStr, SmolStr> { list.iter().rev().cloned().collect() };
        let (old, new) = (values(&before), values(&after));
        let mut seen: HashSet<&SmolStr> = HashSet::new();
        for name in before.iter().chain(&after).map(|(name, _)| name).filter(|name| seen.insert(name)) {
            let value = |values: &HashMap<SmolStr, SmolStr>| values.get(name).map_or(String::new(), SmolStr::to_string);
            compare(name, value(&old).into(), value(&new).into());
        }
    }
    changes
}

fn prior(entity: &Entity) -> Cow<'static, str> {
    entity.prior.map_or(String::new(), |prior| prior.to_string()).into()
}

fn action(entity: &Entity) -> &'static str {
    match entity.action {
        Action::Merge => "merge",
        Action::Replace => "replace",
        Action::Remove => "remove",
    }
}

fn truth(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "true",
        _ => "",
    }
}

/// Items in their order, separated by bars.
fn list(items: &[SmolStr]) -> Cow<'static, str> {
    let items: Vec<&str> = items.iter().map(SmolStr::as_str).collect();
    items.join("|").into()
}
