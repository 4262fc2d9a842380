//! What a format says of one entity, and how pieces of one entity become one.

use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use crate::gazetteer::names;

/// So many bytes are kept of one entity.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// What a name is to its entity, as far as the source tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Role {
    /// The name to show in its language.
    Preferred,
    /// A name that may be shown where its language has no preferred one.
    Name,
    /// A name that is found and never shown.
    Alias,
    /// A name under the rule of acronyms.
    Acronym,
}

/// One name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ImportedName {
    #[serde(rename = "t")]
    pub(super) text: String,
    /// A tag in lower case; empty for a name without a language.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub(super) lang: String,
    #[serde(rename = "r")]
    pub(super) role: Role,
    /// A prior of its own.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(super) prior: Option<f32>,
    /// The share of the entity's prior that the name gets, where that is not known yet.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) share: Option<f32>,
    /// Put there because the name that is shown has no language; the source has it with one.
    #[serde(rename = "a", default, skip_serializing_if = "is_false")]
    pub(super) added: bool,
}

/// What a row, a line or a node says of an entity. Pieces with the same id become one entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    /// Empty for an entity that its kind and name tell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) kind: String,
    /// The name to show; chosen among the names where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    pub(super) names: Vec<ImportedName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prior: Option<f32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) parent: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) policy: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) needs: Vec<String>,
    /// Ids of the same entity elsewhere, with their prefixes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) same_as: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<(f64, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) important: Option<bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) action: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attributes: Vec<(String, String)>,
    /// Not to be used any more, by its makers' word: left out, whatever else is said of it.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) deprecated: bool,
    /// What groups entities and is none: left out.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) grouping: bool,
    /// More was said of it than [`MAX_BYTES`]: the rest is left out.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) overfull: bool,
    /// What was removed while pieces were joined.
    #[serde(skip_serializing_if = "Removed::is_nothing")]
    pub(super) removed: Removed,
    /// About how many bytes it takes; 0 for one that was not joined with any.
    #[serde(skip)]
    pub(super) bytes: usize,
}

/// What of an entity was said before: how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Removed {
    /// Names.
    #[serde(rename = "n")]
    pub(super) names: u64,
    /// Further fields with another value.
    #[serde(rename = "f")]
    pub(super) fields: u64,
}

impl Removed {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Record {
    pub(super) fn new(id: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { id: id.into(), kind: kind.into(), ..Self::default() }
    }

    /// Adds a name; the tag may be in any case.
    pub(super) fn add_name(&mut self, text: impl Into<String>, lang: &str, role: Role) {
        let name =
            ImportedName { text: text.into(), lang: lang.to_owned(), role, prior: None, share: None, added: false };
        self.names.push(name);
    }

    /// Adds the id of the same entity elsewhere.
    pub(super) fn add_same_as(&mut self, id: impl Into<String>) {
        self.same_as.push(id.into());
    }

    /// Adds a field that a gazetteer keeps without a meaning of its own, unless it is empty.
    pub(super) fn add_attribute(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.trim().is_empty() {
            self.attributes.push((name.to_owned(), value));
        }
    }

    /// Adds another piece of the same entity: what it says first counts, priors excepted, of which the highest counts.
    /// Returns what the two disagree about, further fields apart: [`Record::removed`] tells these in the end.
    pub(super) fn merge(&mut self, other: Record) -> Option<&'static str> {
        let (more, mut differing) = (other.weight(), None);
        let mut text = |own: &mut String, other: String, what: &'static str| {
            if own.is_empty() {
                *own = other;
            } else if !other.is_empty() && *own != other {
                differing = Some(what);
            }
        };
        text(&mut self.kind, other.kind, "kind");
        text(&mut self.parent, other.parent, "parent");
        text(&mut self.policy, other.policy, "match policy");
        text(&mut self.country, other.country, "country");
        text(&mut self.action, other.action, "action");
        if self.name.is_empty() {
            self.name = other.name;
        }
        // `None` is less than any number.
        if other.prior > self.prior {
            self.prior = other.prior;
        }
        self.position = self.position.or(other.position);
        self.important = self.important.or(other.important);
        self.deprecated |= other.deprecated;
        self.grouping |= other.grouping;
        // Of a list only the end grows, and what is repeated is removed once for many pieces: an entity may have millions.
        self.overfull |= other.overfull;
        self.removed.names += other.removed.names;
        self.removed.fields += other.removed.fields;
        if self.overfull {
            return differing;
        }
        if self.bytes == 0 {
            self.bytes = self.weight();
        }
        self.bytes += more;
        self.names.extend(other.names);
        self.needs.extend(other.needs);
        self.same_as.extend(other.same_as);
        self.attributes.extend(other.attributes);
        if self.bytes > MAX_BYTES {
            self.remove_repeats();
            self.bytes = self.weight();
            self.overfull = self.bytes > MAX_BYTES / 2;
        }
        differing
    }

    /// About how many bytes the lists take.
    fn weight(&self) -> usize {
        let texts = self.needs.iter().chain(&self.same_as).map(|text| text.len() + size_of::<String>());
        let fields = self.attributes.iter().map(|(a, b)| a.len() + b.len() + size_of::<(String, String)>());
        let names = self.names.iter().map(|name| name.text.len() + name.lang.len() + size_of::<ImportedName>());
        texts.chain(fields).chain(names).sum()
    }

    /// Keeps every item of the lists once, the first.
    fn remove_repeats(&mut self) {
        let before = self.names.len();
        self.drop_repeats();
        self.removed.names += (before - self.names.len()) as u64;
        keep_first(&mut self.needs);
        keep_first(&mut self.same_as);
        let mut values: HashMap<String, String> = HashMap::new();
        let removed = &mut self.removed;
        self.attributes.retain(|(name, value)| match values.get(name) {
            None => {
                values.insert(name.clone(), value.clone());
                true
            }
            Some(known) => {
                removed.fields += u64::from(known != value);
                false
            }
        });
    }

    /// Settles which name is shown and which names are the preferred ones of their languages: afterwards the first name
    /// is the one that is shown, without a language, and every language has at most one [`Role::Preferred`] name, none
    /// a [`Role::Name`], and nothing stands in a list twice.
    pub(super) fn settle(&mut self, languages: &[String]) {
        self.remove_repeats();
        // The languages that are asked for go before what the source shows.
        let asked = languages.iter().find_map(|tag| self.shown_in(tag)).map(str::to_owned);
        let own = Some(names::clean(&self.name).into_owned());
        let own = own.filter(|own| !own.is_empty() && names::unusable(own).is_none());
        self.name = asked.or(own).unwrap_or_else(|| self.shown());
        self.prefer();
    }

    /// One preferred name a language, the one that is shown first.
    fn prefer(&mut self) {
        // Under which language each name is the preferred one.
        for index in 0..self.names.len() {
            let name = &self.names[index];
            let same = |other: &ImportedName| other.lang == name.lang;
            self.names[index].role = match name.role {
                Role::Acronym => Role::Acronym,
                // The one without a language is `name`.
                _ if name.lang.is_empty() => Role::Alias,
                Role::Preferred if !self.names[..index].iter().any(|n| same(n) && n.role == Role::Preferred) => {
                    Role::Preferred
                }
                Role::Name
                    if !self.names[..index].iter().any(|n| same(n) && n.role == Role::Preferred)
                        && !self.names[index..].iter().any(|n| same(n) && n.role == Role::Preferred) =>
                {
                    Role::Preferred
                }
                _ => Role::Alias,
            };
        }
        let of_shown = |name: &ImportedName| name.text == self.name && name.role != Role::Acronym;
        let untagged = self.names.iter().position(|name| name.lang.is_empty() && of_shown(name));
        let first = match untagged {
            Some(index) => self.names.remove(index),
            None => {
                // Known by its language only: then its own prior is known as well.
                let tagged = self.names.iter().find(|name| of_shown(name));
                let (prior, share) = tagged.map_or((None, None), |name| (name.prior, name.share));
                ImportedName {
                    text: self.name.clone(),
                    lang: String::new(),
                    role: Role::Preferred,
                    prior,
                    share,
                    added: tagged.is_some(),
                }
            }
        };
        self.names.insert(0, ImportedName { role: Role::Preferred, ..first });
        let prior = self.prior.unwrap_or(crate::gazetteer::DEFAULT_PRIOR);
        for name in &mut self.names {
            if let Some(share) = name.share.take() {
                name.prior = name.prior.or(Some(prior * share));
            }
        }
    }

    /// Keeps each name once a language, in its best role; acronyms apart.
    fn drop_repeats(&mut self) {
        let mut seen: HashMap<(String, String, bool), usize> = hashbrown::HashMap::new();
        let mut kept: Vec<ImportedName> = Vec::with_capacity(self.names.len());
        for name in self.names.drain(..) {
            let key = (name.text.clone(), name.lang.clone(), name.role == Role::Acronym);
            match seen.get(&key) {
                Some(index) => {
                    let known = &mut kept[*index];
                    known.role = known.role.min(name.role);
                    known.prior = match (known.prior, name.prior) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        (a, b) => a.or(b),
                    };
                    // Without a share it has the whole.
                    known.share = known.share.and_then(|own| name.share.map(|other| own.max(other)));
                }
                None => {
                    seen.insert(key, kept.len());
                    kept.push(name);
                }
            }
        }
        self.names = kept;
    }

    /// A name to show in a language, or in one of its varieties.
    fn shown_in(&self, tag: &str) -> Option<&str> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_owned();
        let wanted = primary(tag);
        [Role::Preferred, Role::Name].into_iter().find_map(|role| {
            let mut own = self.names.iter().filter(|name| name.role == role);
            let exact = own.clone().find(|name| name.lang == tag);
            exact.or_else(|| own.find(|name| primary(&name.lang) == wanted)).map(|name| name.text.as_str())
        })
    }

    /// The name to show where neither the source nor the options say: one without a language is meant for all, and
    /// English is what most readers of many languages know.
    fn shown(&self) -> String {
        let name = ["", "en"].iter().find_map(|tag| self.shown_in(tag));
        let any = || self.names.iter().min_by_key(|name| name.role).map(|name| name.text.as_str());
        name.or_else(any).unwrap_or("").to_owned()
    }
}

/// Keeps every item once, the first.
fn keep_first(list: &mut Vec<String>) {
    let mut seen: HashSet<String> = HashSet::new();
    list.retain(|item| seen.insert(item.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(names: &[(&str, &str, Role)]) -> Record {
        let mut record = Record::new("x:1", "place");
        names.iter().for_each(|(text, lang, role)| record.add_name(*text, lang, *role));
        record
    }

    fn shown(record: &Record) -> Vec<String> {
        let mark = |role| match role {
            Role::Preferred => "*",
            Role::Name => "?",
            Role::Alias => "",
            Role::Acronym => "=",
        };
        record.names.iter().map(|name| format!("{}{}@{}", mark(name.role), name.text, name.lang)).collect()
    }

    #[test]
    fn one_name_a_language_is_preferred() {
        use Role::{Acronym, Alias, Name, Preferred};
        let mut one = record(&[
            ("Londres", "fr", Name),
            ("Londinium", "fr", Alias),
            ("Cité de Londres", "fr", Name),
            ("Great Wen", "en", Name),
            ("London", "en", Preferred),
            ("London", "en", Alias),
            ("LDN", "", Acronym),
        ]);
        one.settle(&[]);
        assert_eq!(one.removed.names, 1);
        assert_eq!(one.name, "London");
        assert_eq!(
            shown(&one),
            ["*London@", "*Londres@fr", "Londinium@fr", "Cité de Londres@fr", "Great Wen@en", "*London@en", "=LDN@"]
        );
        one = record(&[("Londres", "fr", Name), ("London", "", Name), ("Ville", "", Alias)]);
        one.settle(&["fr".to_owned()]);
        assert_eq!(shown(&one), ["*Londres@", "*Londres@fr", "London@", "Ville@"]);
        one = record(&[("北京", "zh-hans", Preferred), ("LDN", "", Acronym)]);
        one.settle(&["zh".to_owned()]);
        assert_eq!(one.name, "北京");
        one = record(&[("LDN", "", Acronym)]);
        one.settle(&[]);
        assert_eq!(shown(&one), ["*LDN@", "=LDN@"]);
    }

    #[test]
    fn a_share_becomes_a_prior() {
        let mut one = record(&[("A", "", Role::Name), ("B", "", Role::Alias)]);
        one.prior = Some(0.8);
        one.names[1].share = Some(0.5);
        one.settle(&[]);
        assert_eq!(one.names.iter().map(|name| name.prior).collect::<Vec<_>>(), [None, Some(0.4)]);
    }

    #[test]
    fn pieces_become_one_and_the_first_word_counts() {
        let mut one = Record { country: "FR".into(), prior: Some(0.2), ..record(&[("A", "", Role::Name)]) };
        let two =
            Record { kind: "city".into(), prior: Some(0.3), name: "B".into(), ..record(&[("B", "", Role::Name)]) };
        assert_eq!(one.merge(two), Some("kind"));
        assert_eq!((one.kind.as_str(), one.name.as_str(), one.prior, one.names.len()), ("place", "B", Some(0.3), 2));
        let mut again = Record::new("x:1", "");
        again.add_attribute("note", "1");
        again.add_same_as("ror:1");
        assert_eq!(one.merge(again.clone()), None);
        assert_eq!(one.merge(again), None);
        let mut other = Record::new("x:1", "");
        other.add_attribute("note", "2");
        assert_eq!(one.merge(other), None);
        one.settle(&[]);
        assert_eq!((one.attributes, one.same_as.len()), (vec![("note".to_owned(), "1".to_owned())], 1));
        assert_eq!(one.removed, Removed { names: 0, fields: 1 });
    }

    /// A million pieces that say the same take no more than one; such that say more and more are kept to a limit, and
    /// what is kept does not depend on how the pieces were joined.
    #[test]
    fn an_entity_of_very_many_pieces_is_bounded() {
        let piece = |number: usize| {
            let mut piece = record(&[(&format!("N{number}"), "", Role::Name)]);
            piece.add_same_as(format!("y:{number}"));
            piece.add_attribute("note", "x".repeat(1000));
            piece
        };
        let mut same = piece(0);
        for _ in 0..50_000 {
            same.merge(piece(0));
        }
        assert!(!same.overfull && same.names.len() < 20_000);
        same.settle(&[]);
        assert_eq!((same.names.len(), same.same_as.len(), same.attributes.len()), (1, 1, 1));
        assert_eq!(same.removed, Removed { names: 50_000, fields: 0 });
        let mut many = piece(0);
        for number in 1..400_000 {
            many.merge(piece(number));
        }
        assert!(many.overfull && many.weight() <= MAX_BYTES, "{}", many.weight());
        assert!(many.names.len() > 10_000 && many.names.len() == many.same_as.len());
    }

    /// What the source shows gives way to the first language asked for in which there is a name.
    #[test]
    fn the_languages_asked_for_give_the_name_that_is_shown() {
        for (languages, shown) in
            [(&[][..], "London"), (&["fr"], "Londres"), (&["vi", "fr"], "Londres"), (&["vi"], "London")]
        {
            let mut one = record(&[("London", "", Role::Preferred), ("Londres", "fr-ca", Role::Name)]);
            one.name = "London".to_owned();
            one.settle(&languages.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
            assert_eq!(one.name, shown, "{languages:?}");
        }
    }
}
