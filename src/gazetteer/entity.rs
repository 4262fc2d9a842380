//! Entities and their names, kept small: a gazetteer may list millions of them.
//!
//! Most entities have an id, a kind, one or two names and nothing else. So short texts lie in the entity itself
//! ([`SmolStr`]: up to 23 bytes without an allocation), the only name of an entity does too ([`Names`]), and what few
//! rows fill lies apart ([`Details`]). An entity with one short name is one block of memory of under 140 bytes.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Action, MatchPolicy};

/// What a name is to its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameRole {
    /// The name that is shown (untagged, or the preferred name of a language).
    Canonical,
    /// Any other name.
    Alias,
    /// A name of the `acronyms` column: under the acronym rule whatever its shape.
    Acronym,
}

/// One string that may refer to an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name as listed, in NFC.
    pub text: SmolStr,
    /// BCP 47 tag in lower case (`fr`, `vi`, `zh-hant`); `None` for an untagged name.
    pub lang: Option<Arc<str>>,
    /// What the name is to its entity.
    pub role: NameRole,
    /// The name's own policy (JSONL only).
    pub policy: Option<MatchPolicy>,
    /// The prior of the row that lists this name, where it differs from the entity's (long CSV, JSONL).
    pub prior: Option<f32>,
}

/// The names of one entity: a slice of [`Name`] that needs no allocation for a single one.
#[derive(Clone, Debug)]
pub struct Names(List);

#[derive(Clone, Debug)]
enum List {
    One(Name),
    Many(Vec<Name>),
}

impl Names {
    /// Adds a name at the end.
    pub fn push(&mut self, name: Name) {
        match &mut self.0 {
            List::Many(names) if names.is_empty() && names.capacity() == 0 => self.0 = List::One(name),
            List::Many(names) => names.push(name),
            List::One(_) => {
                let mut names = Vec::with_capacity(4);
                if let List::One(first) = std::mem::take(self).0 {
                    names.push(first);
                }
                names.push(name);
                self.0 = List::Many(names);
            }
        }
    }

    /// Removes a name; those after it move up.
    ///
    /// # Panics
    /// There is no name of that index.
    pub fn remove(&mut self, index: usize) -> Name {
        let mut names = Vec::from(std::mem::take(self));
        let name = names.remove(index);
        *self = names.into();
        name
    }

    /// Gives back memory kept for names to come.
    pub fn shrink_to_fit(&mut self) {
        if let List::Many(names) = &mut self.0 {
            names.shrink_to_fit();
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        Self(List::Many(Vec::new()))
    }
}

impl Deref for Names {
    type Target = [Name];

    fn deref(&self) -> &[Name] {
        match &self.0 {
            List::One(name) => std::slice::from_ref(name),
            List::Many(names) => names,
        }
    }
}

impl DerefMut for Names {
    fn deref_mut(&mut self) -> &mut [Name] {
        match &mut self.0 {
            List::One(name) => std::slice::from_mut(name),
            List::Many(names) => names,
        }
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl From<Vec<Name>> for Names {
    fn from(mut names: Vec<Name>) -> Self {
        match (names.len(), names.pop()) {
            (1, Some(name)) => Self(List::One(name)),
            (_, last) => {
                names.extend(last);
                Self(List::Many(names))
            }
        }
    }
}

impl From<Names> for Vec<Name> {
    fn from(names: Names) -> Self {
        match names.0 {
            List::One(name) => vec![name],
            List::Many(names) => names,
        }
    }
}

impl FromIterator<Name> for Names {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        names.into_iter().collect::<Vec<Name>>().into()
    }
}

impl<'a> IntoIterator for &'a Names {
    type Item = &'a Name;
    type IntoIter = std::slice::Iter<'a, Name>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Names {
    type Item = &'a mut Name;
    type IntoIter = std::slice::IterMut<'a, Name>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// One real-world thing as one row (or one run of rows) lists it.
///
/// What few rows fill is read with methods ([`Entity::parent`], [`Entity::needs`] …) and written through
/// [`Entity::details_mut`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entity {
    /// `gz:kind/slug`, `user:kind/slug` (derived where the row gave none), or the id as given, normalised
    /// (`gn:1` → `geonames:1`, `Q84` → `wikidata:Q84`).
    pub id: SmolStr,
    /// Kind: an open word (`person`, `organization`, `place`, `theme`, `ship` …).
    pub kind: SmolStr,
    /// All names that can be matched, the canonical one first, then in column order.
    pub names: Names,
    /// What few rows fill; `None` where nothing is.
    pub details: Option<Box<Details>>,
    /// How well known the entity is, 0 to 1; `None` where the row does not say
    /// ([`DEFAULT_PRIOR`](super::DEFAULT_PRIOR)).
    pub prior: Option<f32>,
    /// Index into [`Layer::files`](super::Layer::files).
    pub file: u32,
    /// Line of the row (from 1).
    pub line: u32,
    /// Match policy of the `match` column.
    pub policy: Option<MatchPolicy>,
    /// What the row does to an earlier layer's entity.
    pub action: Action,
    /// Whether the id was derived from the name.
    pub id_derived: bool,
    /// Whether the kind comes from the file's name: no field of the row.
    pub kind_derived: bool,
    /// Whether the id is an outside id as well (`geonames:1`), so that it need not be repeated among
    /// [`Details::outside`] where it is the only one.
    pub id_outside: bool,
}

/// The fields of an [`Entity`] that most rows leave empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// The canonical name in NFC where it is not the first of the names: it cannot be matched (too long, or nothing
    /// but spaces and hyphens). Otherwise empty.
    pub name: SmolStr,
    /// Id or exact canonical name of the broader theme, the containing place, the parent body.
    pub parent: Option<SmolStr>,
    /// Cues, one of which must stand near a mention.
    pub needs: Vec<SmolStr>,
    /// Ids of the same entity.
    pub same_as: Vec<SmolStr>,
    /// Outside ids with their prefix (`wikidata:Q84`, `geonames:2643743`, `iptc:…`, `ror:…`), in column order: all of
    /// them, or none where the entity's id is the only one.
    pub outside: Vec<SmolStr>,
    /// ISO 3166-1 alpha-2 code, empty where unknown.
    pub country: SmolStr,
    /// Latitude and longitude in degrees.
    pub position: Option<(f64, f64)>,
    /// Countries, capitals, the best known bodies; `None` where the row does not say.
    pub important: Option<bool>,
    /// Unknown columns with their values.
    pub attributes: Vec<(SmolStr, SmolStr)>,
}

impl Entity {
    /// The canonical name in NFC; empty only for rows that remove an entity.
    pub fn name(&self) -> &str {
        match (&self.details, self.names.first()) {
            (Some(details), _) if !details.name.is_empty() => &details.name,
            (_, Some(name)) => &name.text,
            (_, None) => "",
        }
    }

    /// Id or exact canonical name of the broader theme, the containing place, the parent body.
    pub fn parent(&self) -> Option<&str> {
        self.details.as_ref()?.parent.as_deref()
    }

    /// Cues, one of which must stand near a mention.
    pub fn needs(&self) -> &[SmolStr] {
        self.details.as_ref().map_or(&[], |details| &details.needs)
    }

    /// Ids of the same entity.
    pub fn same_as(&self) -> &[SmolStr] {
        self.details.as_ref().map_or(&[], |details| &details.same_as)
    }

    /// Outside ids with their prefix (`wikidata:Q84`, `geonames:2643743`, `iptc:…`, `ror:…`), in column order.
    pub fn outside(&self) -> &[SmolStr] {
        match &self.details {
            Some(details) if !details.outside.is_empty() => &details.outside,
            _ if self.id_outside => std::slice::from_ref(&self.id),
            _ => &[],
        }
    }

    /// ISO 3166-1 alpha-2 code, empty where unknown.
    pub fn country(&self) -> &str {
        self.details.as_ref().map_or("", |details| &details.country)
    }

    /// Latitude and longitude in degrees.
    pub fn position(&self) -> Option<(f64, f64)> {
        self.details.as_ref()?.position
    }

    /// Countries, capitals, the best known bodies; `None` where the row does not say.
    pub fn important(&self) -> Option<bool> {
        self.details.as_ref()?.important
    }

    /// Unknown columns with their values.
    pub fn attributes(&self) -> &[(SmolStr, SmolStr)] {
        self.details.as_ref().map_or(&[], |details| &details.attributes)
    }

    /// The fields that most rows leave empty, to be filled.
    pub fn details_mut(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// Adds an outside id, unless the entity has it.
    pub fn add_outside(&mut self, id: SmolStr) {
        let known = self.outside();
        if known.contains(&id) {
            return;
        }
        if known.is_empty() && id == self.id {
            self.id_outside = true;
            return;
        }
        // The list is complete as soon as there is one.
        let first = (self.details.as_ref().is_none_or(|details| details.outside.is_empty()) && self.id_outside)
            .then(|| self.id.clone());
        let outside = &mut self.details_mut().outside;
        outside.reserve_exact(1 + usize::from(first.is_some()));
        outside.extend(first);
        outside.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name { text: text.into(), lang: None, role: NameRole::Alias, policy: None, prior: None }
    }

    #[test]
    fn an_entity_is_small() {
        assert_eq!(size_of::<Name>(), 56);
        assert_eq!(size_of::<Names>(), size_of::<Name>(), "one name takes no more room for being in a list");
        assert!(size_of::<Entity>() <= 136, "{}", size_of::<Entity>());
    }

    #[test]
    fn names_are_a_list_of_any_length() {
        let mut names = Names::default();
        let mut plain: Vec<Name> = Vec::new();
        for text in ["a", "b", "c", "d", "e", "f"] {
            assert_eq!(names[..], plain[..]);
            assert_eq!(names, plain.clone().into());
            names.push(name(text));
            plain.push(name(text));
        }
        names[1].text = "B".into();
        plain[1].text = "B".into();
        for at in [1, 4, 0, 2, 0, 0] {
            assert_eq!(names.remove(at), plain.remove(at));
            assert_eq!(names[..], plain[..]);
            names.shrink_to_fit();
        }
        assert!(names.is_empty());
        names.push(name("again"));
        assert_eq!((&names).into_iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), ["again"]);
    }

    #[test]
    fn an_outside_id_is_listed_once_in_order() {
        let mut entity = Entity { id: "n:1".into(), ..Entity::default() };
        assert!(entity.outside().is_empty());
        entity.add_outside("n:1".into());
        entity.add_outside("n:1".into());
        assert_eq!(entity.details, None);
        assert_eq!(entity.outside(), ["n:1"]);
        entity.add_outside("wikidata:Q1".into());
        entity.add_outside("n:1".into());
        assert_eq!(entity.outside(), ["n:1", "wikidata:Q1"]);
        let mut later = Entity { id: "n:1".into(), ..Entity::default() };
        later.add_outside("wikidata:Q1".into());
        later.add_outside("n:1".into());
        assert_eq!(later.outside(), ["wikidata:Q1", "n:1"]);
    }

    #[test]
    fn the_canonical_name_is_the_first_unless_it_cannot_be_matched() {
        let mut entity = Entity { names: vec![name("A"), name("B")].into(), ..Entity::default() };
        assert_eq!(entity.name(), "A");
        entity.details_mut().name = "—".into();
        assert_eq!(entity.name(), "—");
        assert_eq!(Entity::default().name(), "");
    }
}
