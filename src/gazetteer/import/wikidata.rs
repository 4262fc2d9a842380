//! The JSON dump of Wikidata: one entity a line between `[` and `]`, each line but the last with a comma.
//!
//! An entity is kept if it is an instance (`P31`) of a class that is asked for, or, where none is, of one of the classes
//! below; subclasses are not followed, so each has to be named (`--class Q5,Q515=city`). Statements of deprecated rank
//! count for nothing, and where there are preferred ones only they count. Empty maps are written as `[]` in dumps.
//!
//! | from | comes |
//! |---|---|
//! | labels | the names that are shown in their languages; `mul` is a name without a language |
//! | aliases, `P1448` official name, `P1705` native label, `P1813` short name | further names (short names in capitals are acronyms) |
//! | `P1566`, `P297`, `P300`, `P6782`, `P214` | ids `geonames:`, `iso:`, `iso:`, `ror:`, `viaf:` |
//! | `P625`, `P17` | position, country (as far as the country's code stands in the dump or is built in) |
//! | sitelinks | the prior |
//!
//! **Prior**: 0.3 + 0.11 × ln(1 + sitelinks), at most 0.95: 10 articles make 0.56, 100 make 0.81.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::input::{Head, Input};
use super::json_values::invalid;
use super::lines::each_line;
use super::options::Class;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::{Error, Result};
use crate::gazetteer::source::report::Fault;
use crate::gazetteer::{ids, layer};

/// The longest line: the largest entities have four million bytes.
const MAX_LINE: usize = 64 << 20;

/// What the most usual classes are. Others have to be named with their kind.
const CLASSES: [(&str, &str); 61] = [
    ("Q5", "person"),
    // Countries, regions, cities, and what else is on a map.
    ("Q6256", "place"),
    ("Q3624078", "place"),
    ("Q7275", "place"),
    ("Q161243", "place"),
    ("Q5107", "place"),
    ("Q82794", "place"),
    ("Q56061", "place"),
    ("Q10864048", "place"),
    ("Q35657", "place"),
    ("Q36784", "place"),
    ("Q6465", "place"),
    ("Q486972", "place"),
    ("Q515", "place"),
    ("Q1549591", "place"),
    ("Q1637706", "place"),
    ("Q5119", "place"),
    ("Q200250", "place"),
    ("Q3957", "place"),
    ("Q532", "place"),
    ("Q15284", "place"),
    ("Q484170", "place"),
    ("Q747074", "place"),
    ("Q1093829", "place"),
    ("Q123705", "place"),
    ("Q4022", "place"),
    ("Q8502", "place"),
    ("Q46831", "place"),
    ("Q23397", "place"),
    ("Q23442", "place"),
    ("Q165", "place"),
    ("Q9430", "place"),
    // Bodies.
    ("Q43229", "organization"),
    ("Q4830453", "organization"),
    ("Q783794", "organization"),
    ("Q891723", "organization"),
    ("Q6881511", "organization"),
    ("Q161726", "organization"),
    ("Q22687", "organization"),
    ("Q7278", "organization"),
    ("Q3918", "organization"),
    ("Q875538", "organization"),
    ("Q31855", "organization"),
    ("Q484652", "organization"),
    ("Q245065", "organization"),
    ("Q327333", "organization"),
    ("Q192350", "organization"),
    ("Q163740", "organization"),
    ("Q79913", "organization"),
    ("Q157031", "organization"),
    ("Q192283", "organization"),
    ("Q11032", "organization"),
    ("Q1110794", "organization"),
    ("Q1616075", "organization"),
    ("Q11204", "organization"),
    ("Q35749", "organization"),
    ("Q476028", "organization"),
    ("Q215380", "organization"),
    ("Q16917", "organization"),
    ("Q178706", "organization"),
    ("Q2085381", "organization"),
];

/// Disambiguation pages, lists, categories, templates: what is filed, not what is.
const PAGES: [&str; 5] = ["Q4167410", "Q13406463", "Q4167836", "Q11266439", "Q22808320"];

/// Entities of Wikidata.
pub(super) struct Wikidata;

impl Import for Wikidata {
    fn name(&self) -> &'static str {
        "wikidata"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["wikidata-json", "wikidata-dump"]
    }

    fn about(&self) -> &'static str {
        "Wikidata JSON dump (latest-all.json.gz/.bz2), or any of its lines; --class Q5,Q515=city"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Classes]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        let first = head.lines().find(|line| line.trim() != "[").unwrap_or(&head.text);
        first.starts_with('{') && first.contains("\"type\":\"item\"") && first.contains("\"labels\"")
    }

    fn example(&self) -> Example {
        Example {
            files: &[("dump.json", include_str!("examples/dump.json"))],
            with: &[],
            text: "Thủ tướng đã gặp bà Trần Thị Mẫu tại Hà Nội.",
            found: ("Trần Thị Mẫu", "person", "wikidata:Q900000001"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for (class, kind) in &output.options.classes {
            if ids::wikidata(class).is_none() {
                return Err(Error::message(format!("a class of Wikidata is an item such as Q5: `{class}`")));
            }
            if kind.is_none() && known_kind(class).is_none() && output.options.kind.is_none() {
                return Err(Error::message(format!("the kind of a class is not known, write {class}=KIND: `{class}`")));
            }
        }
        // What is built in knows the countries; a city that is among them does no harm.
        for entity in layer::builtin_rows()?.entities.iter().filter(|entity| !entity.country().is_empty()) {
            entity.outside().iter().for_each(|id| output.know_country(id, entity.country()));
        }
        for input in inputs {
            output.begin(input);
            each_line(input, output, MAX_LINE, |line, number, output| {
                let line = line.trim().trim_end_matches(',').trim_end();
                if line == "[" || line == "]" || line.is_empty() {
                    return Ok(());
                }
                entity(line, number, output)
            })?;
        }
        Ok(())
    }
}

fn known_kind(class: &str) -> Option<&'static str> {
    CLASSES.iter().find(|(known, _)| *known == class).map(|(_, kind)| *kind)
}

/// What tells whether an entity is wanted: little of it is looked at.
#[derive(Deserialize)]
struct Sieve {
    id: String,
    #[serde(default, rename = "type")]
    sort: String,
    #[serde(default, deserialize_with = "object")]
    claims: SieveClaims,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SieveClaims {
    #[serde(rename = "P31")]
    instance_of: Vec<Statement>,
    #[serde(rename = "P297")]
    country_code: Vec<Statement>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default, deserialize_with = "members")]
    labels: Vec<(String, Term)>,
    #[serde(default, deserialize_with = "members")]
    aliases: Vec<(String, Vec<Term>)>,
    #[serde(default, deserialize_with = "members")]
    sitelinks: Vec<(IgnoredAny, IgnoredAny)>,
    #[serde(default, deserialize_with = "object")]
    claims: Claims,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims {
    #[serde(rename = "P17")]
    country: Vec<Statement>,
    #[serde(rename = "P214")]
    viaf: Vec<Statement>,
    #[serde(rename = "P297")]
    country_code: Vec<Statement>,
    #[serde(rename = "P300")]
    region_code: Vec<Statement>,
    #[serde(rename = "P625")]
    position: Vec<Statement>,
    #[serde(rename = "P1448")]
    official_name: Vec<Statement>,
    #[serde(rename = "P1566")]
    geonames: Vec<Statement>,
    #[serde(rename = "P1705")]
    native_label: Vec<Statement>,
    #[serde(rename = "P1813")]
    short_name: Vec<Statement>,
    #[serde(rename = "P6782")]
    ror: Vec<Statement>,
}

#[derive(Deserialize)]
struct Term {
    value: String,
}

#[derive(Deserialize)]
struct Statement {
    #[serde(default)]
    mainsnak: Snak,
    #[serde(default)]
    rank: Rank,
}

#[derive(Default, Deserialize)]
struct Snak {
    datavalue: Option<DataValue>,
}

#[derive(Deserialize)]
struct DataValue {
    value: Value,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Rank {
    Preferred,
    #[default]
    Normal,
    Deprecated,
}

/// An object, or what dumps write for one without members: `[]`.
fn object<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    struct Either<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Either<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or an empty list")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(serde::de::value::MapAccessDeserializer::new(map))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(T::default())
        }
    }
    deserializer.deserialize_any(Either(PhantomData))
}

/// The members of an object in their order; none for `[]`.
fn members<'de, D, K, T>(deserializer: D) -> Result<Vec<(K, T)>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de>,
    T: Deserialize<'de>,
{
    struct Members<K, T>(Vec<(K, T)>);
    impl<K, T> Default for Members<K, T> {
        fn default() -> Self {
            Self(Vec::new())
        }
    }
    impl<'de, K: Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Members<K, T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct All<K, T>(PhantomData<(K, T)>);
            impl<'de, K: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for All<K, T> {
                type Value = Members<K, T>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<K, T>, A::Error> {
                    let mut all = Vec::new();
                    while let Some(member) = map.next_entry()? {
                        all.push(member);
                    }
                    Ok(Members(all))
                }
            }
            deserializer.deserialize_map(All(PhantomData))
        }
    }
    object::<D, Members<K, T>>(deserializer).map(|members| members.0)
}

/// The values that count: those of the best rank there is, deprecated ones never.
fn values(statements: &[Statement]) -> impl Iterator<Item = &Value> {
    let preferred = statements.iter().any(|s| s.rank == Rank::Preferred && s.mainsnak.datavalue.is_some());
    let best = if preferred { Rank::Preferred } else { Rank::Normal };
    statements
        .iter()
        .filter(move |s| s.rank == best)
        .filter_map(|s| s.mainsnak.datavalue.as_ref())
        .map(|data| &data.value)
}

fn texts(statements: &[Statement]) -> impl Iterator<Item = &str> {
    values(statements).filter_map(Value::as_str)
}

fn items(statements: &[Statement]) -> impl Iterator<Item = &str> {
    values(statements).filter_map(|value| value.get("id")?.as_str())
}

fn entity(line: &str, number: u64, output: &mut Output<'_>) -> Result<(), Fault> {
    let sieve: Sieve = serde_json::from_str(line).map_err(|error| invalid(&error))?;
    if !(sieve.sort.is_empty() || sieve.sort == "item") {
        output.note(&format!("entities that are no items: {}", sieve.sort));
        return Ok(());
    }
    let Some(id) = ids::wikidata(&sieve.id) else {
        return Err(Fault::new("bad-id", format!("no Wikidata item: `{}`", sieve.id)));
    };
    let code = texts(&sieve.claims.country_code).next();
    if let Some(code) = code {
        output.know_country(&id, code);
    }
    // All classes that are not deprecated: a preferred one does not void the others.
    let classes: Vec<&str> = sieve
        .claims
        .instance_of
        .iter()
        .filter(|statement| statement.rank != Rank::Deprecated)
        .filter_map(|statement| statement.mainsnak.datavalue.as_ref()?.value.get("id")?.as_str())
        .collect();
    if classes.iter().any(|class| PAGES.contains(class)) {
        output.note("disambiguation pages, lists, categories and templates");
        return Ok(());
    }
    let all = output.options.classes.is_empty();
    let kind = classes.iter().find_map(|class| match output.options.class(class) {
        Class::Kind(kind) => Some(kind.to_owned()),
        Class::Wanted => {
            let known = known_kind(class).map(str::to_owned);
            if all { known } else { known.or_else(|| output.options.kind.clone()) }
        }
        Class::Unwanted => None,
    });
    let Some(kind) = kind else {
        output.note(if all {
            "entities of no class that is known"
        } else {
            "entities of classes that are not asked for"
        });
        return Ok(());
    };
    let whole: Whole = serde_json::from_str(line).map_err(|error| invalid(&error))?;
    let mut record = Record::new(id, kind);
    record.prior = Some(prior(whole.sitelinks.len()));
    for (tag, label) in whole.labels {
        record.add_name(label.value, language(&tag), Role::Preferred);
    }
    for (tag, aliases) in whole.aliases {
        aliases.into_iter().for_each(|alias| record.add_name(alias.value, language(&tag), Role::Alias));
    }
    let claims = &whole.claims;
    for (statements, short) in
        [(&claims.official_name, false), (&claims.native_label, false), (&claims.short_name, true)]
    {
        for value in values(statements) {
            let member = |key: &str| value.get(key).and_then(Value::as_str);
            if let (Some(text), Some(tag)) = (member("text"), member("language")) {
                let role = if short && is_acronym(text) { Role::Acronym } else { Role::Alias };
                record.add_name(text, language(tag), role);
            }
        }
    }
    for (statements, prefix) in [
        (&claims.geonames, "geonames"),
        (&claims.country_code, "iso"),
        (&claims.region_code, "iso"),
        (&claims.ror, "ror"),
        (&claims.viaf, "viaf"),
    ] {
        texts(statements).for_each(|text| record.add_same_as(format!("{prefix}:{}", text.trim())));
    }
    record.position = values(&claims.position).find_map(|value| {
        // Elsewhere than on Earth there are other degrees.
        let earth = value.get("globe").and_then(Value::as_str).is_none_or(|globe| globe.ends_with("/Q2"));
        earth.then_some((value.get("latitude")?.as_f64()?, value.get("longitude")?.as_f64()?))
    });
    record.country = match (code, items(&claims.country).next()) {
        (Some(code), _) => code.to_owned(),
        // Its code may stand further down in the dump.
        (None, Some(country)) => format!("wikidata:{country}"),
        (None, None) => String::new(),
    };
    output.push(number, record);
    Ok(())
}

fn prior(sitelinks: usize) -> f32 {
    (0.3 + 0.11 * (1.0 + sitelinks as f64).ln()).min(0.95) as f32
}

/// What Wikimedia calls a language, as a tag.
fn language(code: &str) -> &str {
    match code {
        "simple" => "en",
        "mul" => "",
        _ => code,
    }
}

/// Two to ten capitals, digits and points, most of them capitals.
fn is_acronym(text: &str) -> bool {
    let count = text.chars().count();
    (2..=10).contains(&count)
        && text.chars().all(|c| c.is_uppercase() || c.is_numeric() || c == '.')
        && text.chars().filter(|c| c.is_uppercase()).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_one_kind() {
        for (i, (class, _)) in CLASSES.iter().enumerate() {
            assert!(ids::wikidata(class).is_some() && !PAGES.contains(class), "{class}");
            assert!(CLASSES[i + 1..].iter().all(|(other, _)| other != class), "{class}");
        }
    }

    #[test]
    fn the_prior_grows_with_the_sitelinks() {
        let shown: Vec<u32> = [0, 1, 10, 100, 400].iter().map(|n| (prior(*n) * 100.0).round() as u32).collect();
        assert_eq!(shown, [30, 38, 56, 81, 95]);
    }

    #[test]
    fn the_best_rank_counts() {
        let statements = |ranks: &[&str]| -> Vec<Statement> {
            let one = |rank: &&str| {
                let text = format!(r#"{{"mainsnak":{{"datavalue":{{"value":"{rank}"}}}},"rank":"{rank}"}}"#);
                serde_json::from_str(&text).unwrap()
            };
            ranks.iter().map(one).collect()
        };
        let found = |ranks: &[&str]| texts(&statements(ranks)).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found(&["normal", "deprecated", "normal"]), ["normal", "normal"]);
        assert_eq!(found(&["normal", "preferred"]), ["preferred"]);
        assert!(found(&["deprecated"]).is_empty());
    }
}
