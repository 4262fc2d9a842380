//! Writing gazetteers: wide and long tables, JSON Lines.

use std::io::Write;

use hashbrown::HashMap;
use serde_json::{Map, Value, json};

use super::record::{Record, Role};
use crate::error::{Error, Result};
use crate::gazetteer::{DEFAULT_PRIOR, ids};

/// The most languages and the most further fields that a table has columns for.
const MAX_LANGUAGES: usize = 64;
const MAX_ATTRIBUTES: usize = 128;

/// The shape of a gazetteer that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A table with one row an entity.
    Wide,
    /// A table with one row a name.
    Long,
    /// JSON Lines: everything that is known.
    Json,
}

/// Which columns are needed.
#[derive(Default)]
pub(super) struct Shape {
    /// Languages with the number of their names and whether there are preferred names, other names, acronyms.
    languages: HashMap<String, (u64, [bool; 3])>,
    attributes: Vec<String>,
    /// Which of [`FIELDS`] some entity has.
    fields: [bool; FIELDS.len()],
    acronyms: bool,
}

/// The columns that stand behind the names, in their order.
const FIELDS: [&str; 13] = [
    "prior",
    "parent",
    "match",
    "needs",
    "same_as",
    "wikidata",
    "geonames",
    "iptc",
    "country",
    "lat",
    "lon",
    "important",
    "action",
];

/// What stands in the columns [`FIELDS`].
struct Cells([String; FIELDS.len()]);

impl Cells {
    fn of(record: &Record) -> Self {
        let prefixed = |prefix: &str| {
            let own = |id: &&String| id.split_once(':').is_some_and(|(p, rest)| p == prefix && has_column(p, rest));
            let bare = record.same_as.iter().filter(own).map(|id| &id[prefix.len() + 1..]);
            join(bare)
        };
        let others =
            record.same_as.iter().filter(|id| !id.split_once(':').is_some_and(|(p, rest)| has_column(p, rest)));
        let position = |of: fn((f64, f64)) -> f64| record.position.map_or_else(String::new, |at| of(at).to_string());
        Self([
            record.prior.map_or_else(String::new, number),
            record.parent.clone(),
            record.policy.clone(),
            join(record.needs.iter().map(String::as_str)),
            join(others.map(String::as_str)),
            prefixed(ids::WIKIDATA),
            prefixed(ids::GEONAMES),
            prefixed(ids::IPTC),
            record.country.clone(),
            position(|at| at.0),
            position(|at| at.1),
            record.important.map_or_else(String::new, |important| important.to_string()),
            record.action.clone(),
        ])
    }
}

/// Whether an outside id has a column of its own.
fn has_column(prefix: &str, rest: &str) -> bool {
    match prefix {
        ids::WIKIDATA => ids::wikidata(rest).is_some(),
        ids::GEONAMES => ids::geonames(rest).is_some(),
        ids::IPTC => ids::iptc(rest).is_some(),
        _ => false,
    }
}

/// A prior with four places at most.
fn number(prior: f32) -> String {
    let text = format!("{prior:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A list in a cell.
fn join<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let mut cell = String::new();
    for (index, item) in items.enumerate() {
        if index > 0 {
            cell.push('|');
        }
        for c in item.chars() {
            if matches!(c, '|' | '\\') {
                cell.push('\\');
            }
            cell.push(c);
        }
    }
    cell
}

impl Shape {
    pub(super) fn add(&mut self, record: &Record) {
        for name in &record.names {
            if name.lang.is_empty() {
                self.acronyms |= name.role == Role::Acronym;
                continue;
            }
            let column = match name.role {
                Role::Preferred => 0,
                Role::Name | Role::Alias => 1,
                Role::Acronym => 2,
            };
            match self.languages.get_mut(&name.lang) {
                Some((count, columns)) => {
                    *count += 1;
                    columns[column] = true;
                }
                None => {
                    let mut columns = [false; 3];
                    columns[column] = true;
                    self.languages.insert(name.lang.clone(), (1, columns));
                }
            }
        }
        for (column, cell) in Cells::of(record).0.iter().enumerate() {
            self.fields[column] |= !cell.is_empty();
        }
        for (name, _) in &record.attributes {
            if self.attributes.len() < MAX_ATTRIBUTES && !self.attributes.contains(name) {
                self.attributes.push(name.clone());
            }
        }
    }

    /// Keeps the languages with the most names.
    pub(super) fn settle(&mut self) {
        let mut all: Vec<(String, u64)> =
            self.languages.iter().map(|(tag, (count, _))| (tag.clone(), *count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for (tag, _) in all.iter().skip(MAX_LANGUAGES) {
            self.languages.remove(tag);
        }
    }

    fn fields(&self) -> impl Iterator<Item = usize> {
        (0..FIELDS.len()).filter(|column| self.fields[*column])
    }
}

/// Writes entities whose names are settled.
pub(super) trait Writer {
    fn begin(&mut self, shape: &Shape) -> Result<()>;
    fn entity(&mut self, record: &Record) -> Result<()>;
    fn finish(&mut self) -> Result<()>;
    /// How many names were written.
    fn names(&self) -> u64;
    /// What this form of a gazetteer cannot say, and how often it came up.
    fn losses(&self) -> Vec<(&'static str, u64)>;
}

/// A writer of one of the forms; `delimiter` is for tables.
pub(super) fn writer<'w>(layout: Layout, delimiter: u8, out: Box<dyn Write + 'w>) -> Box<dyn Writer + 'w> {
    match layout {
        Layout::Json => Box::new(Json { out, names: 0 }),
        Layout::Wide => Box::new(Wide {
            out: csv::WriterBuilder::new().delimiter(delimiter).from_writer(out),
            columns: Vec::new(),
            names: 0,
            priors: 0,
            untagged: 0,
            attributes: Attributes::default(),
        }),
        Layout::Long => Box::new(Long {
            out: csv::WriterBuilder::new().delimiter(delimiter).from_writer(out),
            fields: Vec::new(),
            names: 0,
            acronyms: 0,
            nameless: 0,
            attributes: Attributes::default(),
        }),
    }
}

fn failed(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => Error::message(format!("a row cannot be written: {other:?}")),
    }
}

const LOST_ATTRIBUTES: &str = "further fields for which a table has no column (JSON Lines has them)";

/// The columns of further fields.
#[derive(Default)]
struct Attributes {
    columns: Vec<String>,
    lost: u64,
}

impl Attributes {
    fn row(&mut self, record: &Record, row: &mut Vec<String>) {
        let value = |column: &String| record.attributes.iter().find(|(name, _)| name == column);
        let mut kept = 0;
        for column in &self.columns {
            let found = value(column);
            kept += u64::from(found.is_some());
            row.push(found.map_or_else(String::new, |(_, value)| value.clone()));
        }
        self.lost += record.attributes.len() as u64 - kept;
    }
}

/// One row an entity.
struct Wide<'w> {
    out: csv::Writer<Box<dyn Write + 'w>>,
    columns: Vec<WideColumn>,
    names: u64,
    priors: u64,
    untagged: u64,
    attributes: Attributes,
}

enum WideColumn {
    /// Names of a role and a language.
    Names(Role, String),
    Field(usize),
}

impl Writer for Wide<'_> {
    fn begin(&mut self, shape: &Shape) -> Result<()> {
        let mut header: Vec<String> = ["id", "kind", "name", "aliases"].map(str::to_owned).into();
        self.columns.push(WideColumn::Names(Role::Alias, String::new()));
        if shape.acronyms {
            header.push("acronyms".to_owned());
            self.columns.push(WideColumn::Names(Role::Acronym, String::new()));
        }
        let mut tags: Vec<&String> = shape.languages.keys().collect();
        tags.sort();
        for (column, role, word) in
            [(0, Role::Preferred, "name"), (1, Role::Alias, "aliases"), (2, Role::Acronym, "acronyms")]
        {
            for tag in tags.iter().filter(|tag| shape.languages[**tag].1[column]) {
                header.push(format!("{word}:{tag}"));
                self.columns.push(WideColumn::Names(role, (*tag).clone()));
            }
        }
        for field in shape.fields() {
            header.push(FIELDS[field].to_owned());
            self.columns.push(WideColumn::Field(field));
        }
        header.extend(shape.attributes.iter().cloned());
        self.attributes.columns.clone_from(&shape.attributes);
        self.out.write_record(&header).map_err(failed)
    }

    fn entity(&mut self, record: &Record) -> Result<()> {
        let mut row = vec![record.id.clone(), record.kind.clone(), record.name.clone()];
        let rest = record.names.get(1..).unwrap_or(&[]);
        self.names += record.names.len() as u64;
        self.priors +=
            record.names.iter().filter(|name| name.prior.is_some_and(|p| Some(p) != record.prior)).count() as u64;
        let has = |role: Role, tag: &str| {
            self.columns.iter().any(|column| matches!(column, WideColumn::Names(r, t) if *r == role && t == tag))
        };
        // A name of a rare language stands among those without one.
        let place = |role: Role, tag: &str| {
            let role = if role == Role::Name { Role::Alias } else { role };
            if has(role, tag) {
                (role, tag.to_owned())
            } else {
                (if role == Role::Acronym && has(role, "") { role } else { Role::Alias }, String::new())
            }
        };
        let places: Vec<(Role, String)> = rest.iter().map(|name| place(name.role, &name.lang)).collect();
        self.untagged += rest.iter().zip(&places).filter(|(name, (_, tag))| name.lang != *tag).count() as u64;
        let cells = Cells::of(record);
        for column in &self.columns {
            row.push(match column {
                WideColumn::Field(field) => cells.0[*field].clone(),
                WideColumn::Names(role, tag) => {
                    let own =
                        rest.iter().zip(&places).filter(|(_, (r, t))| r == role && t == tag).map(|(name, _)| name);
                    // `name:fr` holds one name as it is.
                    if *role == Role::Preferred {
                        own.map(|name| name.text.clone()).next().unwrap_or_default()
                    } else {
                        join(own.map(|name| name.text.as_str()))
                    }
                }
            });
        }
        self.attributes.row(record, &mut row);
        self.out.write_record(&row).map_err(failed)
    }

    fn finish(&mut self) -> Result<()> {
        self.out.flush().map_err(Error::from)
    }

    fn names(&self) -> u64 {
        self.names
    }

    fn losses(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("names whose own prior a wide table cannot say (the long form and JSON Lines can)", self.priors),
            (
                "names of rarer languages written without their language (the long form and JSON Lines keep it)",
                self.untagged,
            ),
            (LOST_ATTRIBUTES, self.attributes.lost),
        ]
    }
}

/// One row a name.
struct Long<'w> {
    out: csv::Writer<Box<dyn Write + 'w>>,
    fields: Vec<usize>,
    names: u64,
    acronyms: u64,
    nameless: u64,
    attributes: Attributes,
}

impl Writer for Long<'_> {
    fn begin(&mut self, shape: &Shape) -> Result<()> {
        self.fields = shape.fields().filter(|field| FIELDS[*field] != "prior").collect();
        let mut header: Vec<&str> = vec!["id", "kind", "canonical", "lang", "name", "prior"];
        header.extend(self.fields.iter().map(|field| FIELDS[*field]));
        header.extend(shape.attributes.iter().map(String::as_str));
        self.attributes.columns.clone_from(&shape.attributes);
        self.out.write_record(&header).map_err(failed)
    }

    fn entity(&mut self, record: &Record) -> Result<()> {
        let cells = Cells::of(record);
        let mut more: Vec<String> = self.fields.iter().map(|field| cells.0[*field].clone()).collect();
        self.attributes.row(record, &mut more);
        // Every name has its language here.
        for name in record.names.iter().filter(|name| !name.added) {
            self.names += 1;
            let prior = name.prior.or(record.prior).map_or_else(String::new, number);
            self.acronyms += u64::from(name.role == Role::Acronym);
            let own = [&record.id, &record.kind, &record.name, &name.lang, &name.text, &prior];
            let cells = own.into_iter().map(String::as_str).chain(more.iter().map(String::as_str));
            self.out.write_record(cells).map_err(failed)?;
            // The first row tells what concerns the entity.
            more.iter_mut().for_each(String::clear);
        }
        self.nameless += u64::from(record.names.is_empty());
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.out.flush().map_err(Error::from)
    }

    fn names(&self) -> u64 {
        self.names
    }

    fn losses(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("entities without a name (they remove others), which the long form cannot list", self.nameless),
            ("acronyms written as plain names (the wide form and JSON Lines keep them apart)", self.acronyms),
            (LOST_ATTRIBUTES, self.attributes.lost),
        ]
    }
}

/// One object an entity.
struct Json<'w> {
    out: Box<dyn Write + 'w>,
    names: u64,
}

impl Writer for Json<'_> {
    fn begin(&mut self, _shape: &Shape) -> Result<()> {
        Ok(())
    }

    fn entity(&mut self, record: &Record) -> Result<()> {
        let mut object = Map::new();
        if !record.id.is_empty() {
            object.insert("id".to_owned(), record.id.clone().into());
        }
        object.insert("kind".to_owned(), record.kind.clone().into());
        object.insert("name".to_owned(), record.name.clone().into());
        let mut names = Vec::new();
        for (index, name) in record.names.iter().enumerate() {
            let own = name.prior.filter(|prior| *prior != record.prior.unwrap_or(DEFAULT_PRIOR));
            if index == 0 && own.is_none() {
                continue;
            }
            let mut item = json!({ "text": name.text });
            if !name.lang.is_empty() {
                item["lang"] = name.lang.clone().into();
            }
            match name.role {
                Role::Preferred => item["role"] = "canonical".into(),
                Role::Acronym => item["role"] = "acronym".into(),
                Role::Name | Role::Alias => {}
            }
            if let Some(prior) = own {
                item["prior"] = rounded(prior);
            }
            names.push(item);
        }
        self.names += record.names.len() as u64;
        if !names.is_empty() {
            object.insert("names".to_owned(), names.into());
        }
        if let Some(prior) = record.prior {
            object.insert("prior".to_owned(), rounded(prior));
        }
        for (key, text) in [
            ("parent", &record.parent),
            ("match", &record.policy),
            ("country", &record.country),
            ("action", &record.action),
        ] {
            if !text.is_empty() {
                object.insert(key.to_owned(), text.clone().into());
            }
        }
        for (key, list) in [("needs", &record.needs), ("same_as", &record.same_as)] {
            if !list.is_empty() {
                object.insert(key.to_owned(), list.clone().into());
            }
        }
        if let Some((lat, lon)) = record.position {
            object.insert("lat".to_owned(), lat.into());
            object.insert("lon".to_owned(), lon.into());
        }
        if let Some(important) = record.important {
            object.insert("important".to_owned(), important.into());
        }
        for (name, value) in &record.attributes {
            // Renamed where they would mean something else: nothing is overwritten.
            object.entry(name.clone()).or_insert_with(|| value.clone().into());
        }
        serde_json::to_writer(&mut self.out, &Value::Object(object)).map_err(std::io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }

    fn finish(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }

    fn names(&self) -> u64 {
        self.names
    }

    fn losses(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

/// With four places, as in the tables.
fn rounded(prior: f32) -> Value {
    number(prior).parse::<f64>().map_or(Value::Null, Value::from)
}
