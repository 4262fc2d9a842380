//! A small gazetteer and hand-made extractions for the tests of tables, exports and runs.

use crate::gazetteer::{Details, Entity, Gazetteer, Layer, Name, NameRole, SmolStr};
use crate::lexicon::{NameId, Stack};
use crate::resolve::{Extraction, Mention};
use crate::text::{Document, Span};

use super::{RowWriter, Value};
use crate::error::Result;

/// Rows as lines, cells parted by `|`, empty cells as `-`.
#[derive(Debug, Default)]
pub(crate) struct Lines(pub Vec<String>);

impl RowWriter for Lines {
    fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        let cells: Vec<String> = values
            .iter()
            .map(|value| match value {
                Value::Empty => "-".to_owned(),
                Value::Text(text) | Value::Plain(text) | Value::Json(text) => (*text).to_owned(),
                Value::Integer(number) => number.to_string(),
                Value::Fixed(number) => {
                    let mut out = Vec::new();
                    super::number::push_fixed(*number, &mut out);
                    super::number::as_text(&out).to_owned()
                }
                Value::Members(members) => {
                    members.iter().map(|(name, json)| format!("{name}={json}")).collect::<Vec<_>>().join(",")
                }
            })
            .collect();
        self.0.push(cells.join("|"));
        Ok(())
    }
}

pub(crate) fn person(slug: &str) -> &'static str {
    match slug {
        "to-lam" => "gz:person/to-lam",
        "barack-obama" => "gz:person/barack-obama",
        _ => panic!("no such person: {slug}"),
    }
}

pub(crate) fn place(slug: &str) -> &'static str {
    match slug {
        "paris" => "gz:place/paris",
        "hanoi" => "gz:place/hanoi",
        _ => panic!("no such place: {slug}"),
    }
}

pub(crate) fn theme(slug: &str) -> &'static str {
    match slug {
        "trade" => "gz:theme/trade",
        _ => panic!("no such theme: {slug}"),
    }
}

/// Ids, names (the first is canonical), outside ids.
type Row = (&'static str, &'static [(&'static str, Option<&'static str>)], &'static [&'static str]);

const ROWS: &[Row] = &[
    ("gz:place/paris", &[("Paris", None), ("Pa-ri", Some("vi"))], &["wikidata:Q90", "geonames:2988507"]),
    ("gz:person/to-lam", &[("Tô Lâm", None)], &["wikidata:Q10831196"]),
    ("gz:person/barack-obama", &[("Barack Obama", None), ("Obama", None)], &["wikidata:Q76"]),
    ("gz:place/hanoi", &[("Hà Nội", None), ("Hanoï", Some("fr"))], &["wikidata:Q1858"]),
    ("gz:theme/trade", &[("Trade", None), ("commerce", Some("fr"))], &[]),
    ("gz:organization/asean", &[("ASEAN", None)], &["wikidata:Q7768", "ror:0x"]),
    ("gz:organization/a,b \"c\"", &[("A, \"B\"\nC", None)], &[]),
];

pub(crate) fn layer() -> Layer {
    let mut layer = Layer { label: "test".into(), hash: "00ff".into(), ..Layer::default() };
    for (id, names, outside) in ROWS {
        let kind = id.trim_start_matches("gz:").split('/').next().unwrap_or_default();
        layer.entities.push(Entity {
            id: (*id).into(),
            kind: kind.into(),
            names: names
                .iter()
                .enumerate()
                .map(|(i, (text, lang))| Name {
                    text: (*text).into(),
                    lang: lang.map(Into::into),
                    role: if i == 0 { NameRole::Canonical } else { NameRole::Alias },
                    policy: None,
                    prior: None,
                })
                .collect(),
            details: Some(Box::new(Details {
                outside: outside.iter().map(|id| (*id).into()).collect(),
                country: if *id == "gz:place/paris" { "FR".into() } else { SmolStr::default() },
                position: (*id == "gz:place/paris").then_some((48.856_61, -2.352_22)),
                ..Details::default()
            })),
            ..Entity::default()
        });
    }
    layer
}

pub(crate) fn stack() -> Stack {
    Stack::build(&Gazetteer::from_layer(layer())).expect("a small layer compiles")
}

/// A mention of the first place where a text stands.
pub(crate) fn mention(stack: &Stack, document: &Document, surface: &str, id: &str) -> Mention {
    let entity = stack.find(id).expect("a listed entity");
    let lexicon = &stack.lexicons[entity.layer as usize];
    let first = lexicon.entity(entity.index).names;
    let name = lexicon.records().names(first).find(|(_, name)| name.text() == surface).map_or(first, |(name, _)| name);
    let kind = stack.entity(entity).kind;
    Mention {
        entity: Some(entity),
        name: Some(NameId { layer: entity.layer, index: name }),
        rule: "exact",
        ..unlisted(stack, document, surface, stack.kind(kind))
    }
}

/// An unlisted mention of the first place where a text stands.
pub(crate) fn unlisted(stack: &Stack, document: &Document, surface: &str, kind: &str) -> Mention {
    let start = document.text.find(surface).expect("a text of the document");
    let chars = document.text[..start].chars().count() as u32;
    Mention {
        span: Span::new(start as u32, (start + surface.len()) as u32),
        chars: Span::new(chars, chars + surface.chars().count() as u32),
        kind: stack.kind_named(kind).expect("a kind of the stack"),
        entity: None,
        name: None,
        score: 1.0,
        rule: "unlisted-title",
        sentence: 0,
        parent: None,
        antecedent: None,
        role: None,
        title: None,
    }
}

/// An extraction of these mentions in the order of the text, one entry an entity (unlisted: one an own mention), with
/// equal shares that add up.
pub(crate) fn found(_stack: &Stack, document: &Document, mut mentions: Vec<Mention>) -> Extraction {
    mentions.sort_by_key(|mention| (mention.span, mention.entity));
    let mut extraction = Extraction::default();
    for (i, mention) in mentions.iter().enumerate() {
        let known = |first: &u32| mention.entity.is_some() && mentions[*first as usize].entity == mention.entity;
        if !extraction.entities.iter().any(known) {
            extraction.entities.push(i as u32);
        }
    }
    let entries = extraction.entities.len() as u32;
    for entry in 0..entries {
        extraction.salience.push(10_000 / entries + u32::from(entry < 10_000 % entries));
    }
    extraction.chars = document.text.chars().count() as u64;
    extraction.words = document.text.split_whitespace().count() as u64;
    extraction.mentions = mentions;
    extraction
}
