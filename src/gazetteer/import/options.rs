//! What an import may be told.

use crate::gazetteer::MatchPolicy;

/// The options of an import. Which format heeds which is said in `docs/IMPORT.md`.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only names of these languages (tags in lower case) and names without a language; empty for all. The first that
    /// an entity has a name in gives the name that is shown.
    pub languages: Vec<String>,
    /// The kind of entities whose data do not tell one.
    pub kind: Option<String>,
    /// Only entities of these classes (a Wikidata item, a type, a label), each with the kind that it stands for.
    pub classes: Vec<(String, Option<String>)>,
    /// Only places with as many people (GeoNames).
    pub min_population: u64,
    /// Only places of these feature classes or codes (GeoNames).
    pub features: Vec<String>,
    /// Which column of a table means what: ours, theirs.
    pub map: Vec<(String, String)>,
    /// What separates items of a list in a cell (tables) or features of an entry (GATE).
    pub separator: Option<String>,
    /// The match policy that all entities get.
    pub policy: Option<MatchPolicy>,
    /// Bytes held in memory before temporary files are used.
    pub memory: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            languages: Vec::new(),
            kind: None,
            classes: Vec::new(),
            min_population: 0,
            features: Vec::new(),
            map: Vec::new(),
            separator: None,
            policy: None,
            memory: 256 << 20,
        }
    }
}

/// An option that not every format has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heeded {
    Classes,
    Population,
    Features,
    Map,
    Separator,
}

impl Heeded {
    /// The flag of the command line.
    pub(super) fn flag(self) -> &'static str {
        match self {
            Self::Classes => "--class",
            Self::Population => "--min-population",
            Self::Features => "--feature-class",
            Self::Map => "--map",
            Self::Separator => "--separator",
        }
    }
}

/// What the options say of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class<'a> {
    /// Entities of the class are wanted, and are of this kind.
    Kind(&'a str),
    /// They are wanted; the format tells the kind.
    Wanted,
    /// Other classes are asked for.
    Unwanted,
}

impl Options {
    /// Whether names of a language are wanted; `lang` is a tag in lower case, empty for a name without a language.
    pub(super) fn wants_language(&self, lang: &str) -> bool {
        let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_owned();
        self.languages.is_empty()
            || lang.is_empty()
            || self.languages.iter().any(|wanted| wanted == lang || *wanted == primary(lang))
    }

    /// Those of the options that not every format has which are set.
    pub(super) fn given(&self) -> impl Iterator<Item = Heeded> {
        let all = [
            (!self.classes.is_empty(), Heeded::Classes),
            (self.min_population > 0, Heeded::Population),
            (!self.features.is_empty(), Heeded::Features),
            (!self.map.is_empty(), Heeded::Map),
            (self.separator.is_some(), Heeded::Separator),
        ];
        all.into_iter().filter(|(given, _)| *given).map(|(_, option)| option)
    }

    /// What is asked for of a class.
    pub(super) fn class(&self, name: &str) -> Class<'_> {
        match self.classes.iter().find(|(class, _)| class.eq_ignore_ascii_case(name)) {
            Some((_, Some(kind))) => Class::Kind(kind),
            Some((_, None)) => Class::Wanted,
            None if !self.classes.is_empty() => Class::Unwanted,
            None => Class::Wanted,
        }
    }
}
