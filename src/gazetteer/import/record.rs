//! What a format says of one entity, and how pieces of one entity become one.

use serde::{Deserialize, Serialize};

use crate::gazetteer::names;

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
        let id = id.into();
        if !self.same_as.contains(&id) {
            self.same_as.push(id);
        }
    }

    /// Adds a field that a gazetteer keeps without a meaning of its own, unless it is empty.
    pub(super) fn add_attribute(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.trim().is_empty() {
            self.attributes.push((name.to_owned(), value));
        }
    }

    /// Adds another piece of the same entity: what it says first counts, priors excepted, of which the highest counts.
    /// Returns what the two disagree about.
    pub(super) fn merge(&mut self, other: Record) -> Option<&'static str> {
        let mut differing = None;
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
        self.names.extend(other.names);
        for need in other.needs {
            if !self.needs.contains(&need) {
                self.needs.push(need);
            }
        }
        other.same_as.into_iter().for_each(|id| self.add_same_as(id));
        for (name, value) in other.attributes {
            match self.attributes.iter().find(|(own, _)| *own == name) {
                None => self.attributes.push((name, value)),
                Some((_, own)) if *own == value => {}
                Some(_) => differing = Some("attribute"),
            }
        }
        differing
    }

    /// Settles which name is shown and which names are the preferred ones of their languages: afterwards the first name
    /// is the one that is shown, without a language, and every language has at most one [`Role::Preferred`] name, none
    /// a [`Role::Name`]. Returns how many names were repeated.
    pub(super) fn settle(&mut self, languages: &[String]) -> u64 {
        let before = self.names.len();
        self.drop_repeats();
        let repeated = (before - self.names.len()) as u64;
        let shown = names::clean(&self.name).into_owned();
        self.name = if shown.is_empty() || names::unusable(&shown).is_some() { self.shown(languages) } else { shown };
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
        repeated
    }

    /// Keeps each name once a language, in its best role; acronyms apart.
    fn drop_repeats(&mut self) {
        let mut seen: hashbrown::HashMap<(String, String, bool), usize> = hashbrown::HashMap::new();
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

    /// The name to show where the source does not say.
    fn shown(&self, languages: &[String]) -> String {
        let in_language = |tag: &str, role: Role| {
            let primary = tag.split('-').next().unwrap_or("");
            let of = |exact: bool| {
                self.names.iter().find(|name| {
                    name.role == role
                        && (name.lang == tag || !exact && name.lang.split('-').next().unwrap_or("") == primary)
                })
            };
            of(true).or_else(|| of(false))
        };
        let wanted = languages.iter().map(String::as_str);
        // A name without a language is meant for all; English is what most readers of many languages know.
        for tag in wanted.chain(["", "en"]) {
            for role in [Role::Preferred, Role::Name] {
                if let Some(name) = in_language(tag, role) {
                    return name.text.clone();
                }
            }
        }
        self.names.iter().min_by_key(|name| name.role).map_or_else(String::new, |name| name.text.clone())
    }
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
        assert_eq!(one.settle(&[]), 1);
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
        assert_eq!((one.attributes.len(), one.same_as.len()), (1, 1));
        let mut other = Record::new("x:1", "");
        other.add_attribute("note", "2");
        assert_eq!(one.merge(other), Some("attribute"));
    }
}
