//! The Research Organization Registry: its dump, one JSON array, in the second schema and in the first.
//!
//! Names come with their types (shown, label, alias, acronym) and languages. Withdrawn records are left out. The city's
//! GeoNames id is where the organization lies, not what it is, and becomes the field `location_geonames`.
//!
//! **Prior**: 0.4 + 0.05 × ln(1 + n), at most 0.8, where n counts names, outside ids and relationships: the registry
//! says more of well-known bodies. One with ten has 0.52, one with a hundred 0.63.

use serde_json::Value;

use super::input::{Head, Input};
use super::json_values::{JsonValues, invalid};
use super::options::Class;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::Result;
use crate::gazetteer::source::report::Fault;

/// Organizations of the registry.
pub(super) struct Ror;

impl Import for Ror {
    fn name(&self) -> &'static str {
        "ror"
    }

    fn about(&self) -> &'static str {
        "Research Organization Registry (ROR) JSON dump, schema 1 or 2"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Classes]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        head.text.trim_start().starts_with(['[', '{'])
            && head.text.contains("\"https://ror.org/")
            && head.text.contains("\"external_ids\"")
    }

    fn example(&self) -> Example {
        Example {
            files: &[("ror-data.json", include_str!("examples/ror-data.json"))],
            with: &[],
            text: "Une équipe de l'Institut des deltas de Cần Thơ a publié l'étude.",
            found: ("Institut des deltas de Cần Thơ", "organization", "ror:00example1"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            output.kind_or("organization");
            output.parents_are_ids();
            let mut values = JsonValues::new(input, false);
            while let Some(step) = values.next()? {
                output.row()?;
                let (line, organization) = match step {
                    Ok(line) => (line, serde_json::from_slice(&values.value).map_err(|error| invalid(&error))),
                    Err(fault) => {
                        values.end_with(fault, output)?;
                        break;
                    }
                };
                match organization.and_then(|value| record(&value, output)) {
                    Ok(Some(record)) => output.push(line, record),
                    Ok(None) => {}
                    Err(fault) => output.problem(line, fault),
                }
            }
        }
        Ok(())
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The items of a list; none where there is no list.
fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `https://ror.org/05abc` → `ror:05abc`.
fn id_of(link: &str) -> Option<String> {
    let code = link.trim().rsplit_once("ror.org/").map_or("", |(_, code)| code);
    (!code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric()))
        .then(|| format!("ror:{}", code.to_lowercase()))
}

fn record(value: &Value, output: &mut Output<'_>) -> Result<Option<Record>, Fault> {
    let id = id_of(text(value, "id"))
        .ok_or_else(|| Fault::new("bad-id", format!("no id of the registry: `{}`", text(value, "id"))))?;
    if text(value, "status").eq_ignore_ascii_case("withdrawn") {
        output.note("withdrawn organizations");
        return Ok(None);
    }
    let types: Vec<String> = list(value, "types").iter().filter_map(Value::as_str).map(str::to_lowercase).collect();
    let mut kind = String::new();
    if !output.options.classes.is_empty() {
        let wanted = types.iter().find_map(|name| match output.options.class(name) {
            Class::Kind(kind) => Some(kind.to_owned()),
            Class::Wanted => Some(String::new()),
            Class::Unwanted => None,
        });
        let Some(own) = wanted else {
            output.note("organizations of types that are not asked for");
            return Ok(None);
        };
        kind = own;
    }
    let mut record = Record::new(id, kind);
    if value.get("names").is_some() {
        second(value, &mut record)
    } else {
        first(value, &mut record)
    }
    if record.names.is_empty() {
        return Err(Fault::new("no-name", "an organization without a name"));
    }
    let relationships = list(value, "relationships");
    for relationship in relationships.iter().filter(|r| text(r, "type").eq_ignore_ascii_case("parent")) {
        if let Some(parent) = id_of(text(relationship, "id")) {
            if record.parent.is_empty() {
                record.parent = parent;
            } else {
                output.note("further parents of an organization");
            }
        }
    }
    record.add_attribute("types", types.join(" "));
    record.add_attribute("status", if text(value, "status") == "active" { "" } else { text(value, "status") });
    let known = record.names.len() + record.same_as.len() + relationships.len();
    record.prior = Some((0.4 + 0.05 * (1.0 + known as f64).ln()).min(0.8) as f32);
    Ok(Some(record))
}

/// An id of another collection, as ours are written.
fn add_outside(record: &mut Record, sort: &str, id: &str) {
    let id = id.trim();
    let prefix = match sort.to_lowercase().as_str() {
        "wikidata" => "wikidata",
        "grid" => "grid",
        "isni" => "isni",
        "fundref" => "fundref",
        _ => return,
    };
    if !id.is_empty() {
        record.add_same_as(format!("{prefix}:{}", id.replace(' ', "")));
    }
}

/// The preferred id of one collection, else the first.
fn best(ids: &Value) -> Option<&str> {
    let preferred = ids.get("preferred").and_then(Value::as_str).filter(|id| !id.is_empty());
    let all = ids.get("all");
    preferred.or_else(|| all.and_then(Value::as_str)).or_else(|| all?.as_array()?.first()?.as_str())
}

fn place(record: &mut Record, lat: Option<&Value>, lng: Option<&Value>, geonames: Option<&Value>) {
    if let (Some(lat), Some(lng)) = (lat.and_then(Value::as_f64), lng.and_then(Value::as_f64)) {
        record.position = Some((lat, lng));
    }
    if let Some(id) = geonames.and_then(Value::as_u64).filter(|id| *id > 0) {
        record.add_attribute("location_geonames", id.to_string());
    }
}

/// The second schema: names with types, places with details.
fn second(value: &Value, record: &mut Record) {
    for name in list(value, "names") {
        let is = |wanted: &str| list(name, "types").iter().any(|sort| sort.as_str() == Some(wanted));
        let (own, lang) = (text(name, "value"), text(name, "lang"));
        if is("ror_display") && record.name.is_empty() {
            record.name = own.to_owned();
        }
        let role = if is("acronym") {
            Role::Acronym
        } else if is("label") || is("ror_display") {
            Role::Preferred
        } else {
            Role::Alias
        };
        if !own.trim().is_empty() {
            record.add_name(own, lang, role);
        }
    }
    for ids in list(value, "external_ids") {
        if let Some(id) = best(ids) {
            add_outside(record, text(ids, "type"), id);
        }
    }
    if let Some(location) = list(value, "locations").first() {
        let details = location.get("geonames_details").unwrap_or(&Value::Null);
        text(details, "country_code").clone_into(&mut record.country);
        place(record, details.get("lat"), details.get("lng"), location.get("geonames_id"));
    }
}

/// The first schema: one name, and lists of labels, aliases, acronyms.
fn first(value: &Value, record: &mut Record) {
    text(value, "name").clone_into(&mut record.name);
    if !record.name.trim().is_empty() {
        record.add_name(record.name.clone(), "", Role::Preferred);
    }
    for label in list(value, "labels") {
        record.add_name(text(label, "label"), text(label, "iso639"), Role::Preferred);
    }
    for (key, role) in [("aliases", Role::Alias), ("acronyms", Role::Acronym)] {
        for name in list(value, key).iter().filter_map(Value::as_str) {
            record.add_name(name, "", role);
        }
    }
    if let Some(all) = value.get("external_ids").and_then(Value::as_object) {
        for (sort, ids) in all {
            if let Some(id) = best(ids) {
                add_outside(record, sort, id);
            }
        }
    }
    text(value.get("country").unwrap_or(&Value::Null), "country_code").clone_into(&mut record.country);
    if let Some(address) = list(value, "addresses").first() {
        let city = address.get("geonames_city").and_then(|city| city.get("id"));
        place(record, address.get("lat"), address.get("lng"), city);
    }
}
