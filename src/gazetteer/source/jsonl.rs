//! JSON Lines: one object an entity, with all that a gazetteer can say.
//!
//! ```json
//! {"id": "gz:organization/united-nations", "kind": "organization", "name": "United Nations",
//!  "names": [{"text": "Nations unies", "lang": "fr", "role": "canonical"},
//!            {"text": "ONU", "lang": "fr", "role": "acronym", "match": "exact", "prior": 0.9},
//!            "United Nations Organization"],
//!  "prior": 0.9, "parent": "gz:…", "match": "smart", "needs": ["council"], "same_as": ["Q1065"],
//!  "wikidata": "Q1065", "geonames": 1, "iptc": "20000638", "country": "US", "lat": 40.7, "lon": -74.0,
//!  "important": true, "action": "merge", "founded": 1945}
//! ```
//!
//! (One line in a file.) Only `name`, or a name with the role `canonical`, is required. An item of `names` is an object or a
//! string; its `role` is `canonical` (the preferred name of its language), `alias` (the default) or `acronym`. What
//! the list says of the name itself (`match`, `prior`) holds for the name. `needs`, `same_as` and the outside ids are a
//! text or a list of texts, and bars have no meaning in them. The columns of the wide form (`aliases`, `name:fr` …)
//! may be used too, as texts or lists of texts. Any other key is an attribute, `null` is the same as no key, and blank
//! lines are skipped.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::HashMap;
use memchr::memchr;

use super::columns::{self, Column, Field, Form};
use super::draft::{self, Draft};
use super::json::{Json, Object};
use super::report::Fault;
use super::wide::push;
use super::{Output, SeenIds, Source, SourceFile, add_name, table};
use crate::gazetteer::names::{NameIndex, NewName};
use crate::gazetteer::{Action, MatchPolicy, NameRole, Names, names};

/// JSON Lines.
pub(super) struct JsonLines;

impl Source for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["jsonl"]
    }

    fn claims(&self, _file: &SourceFile<'_>) -> bool {
        true
    }

    fn example(&self) -> &'static str {
        concat!(
            r#"{"id":"gz:place/vietnam","kind":"place","name":"Vietnam","names":["Viet Nam","#,
            r#"{"text":"Việt Nam","lang":"vi","role":"canonical"},{"text":"VN","role":"acronym","match":"exact"}],"#,
            r#""prior":0.9,"wikidata":"Q881","geonames":1562822,"country":"VN","lat":16.17,"lon":107.83}"#,
            "\n",
            r#"{"id":"gz:place/hanoi","kind":"place","name":"Hanoi","aliases":["HN"],"name:fr":"Hanoï","#,
            r#""name:vi":"Hà Nội","parent":"gz:place/vietnam","important":true,"population":8053663}"#,
            "\n"
        )
    }

    fn read(&self, file: &SourceFile<'_>, output: &mut Output<'_>) {
        let mut rows = Rows { seen: SeenIds::new(output.entities), index: NameIndex::default(), keys: HashMap::new() };
        let mut start = 0;
        for line in 1u64.. {
            let rest = &file.bytes[start..];
            let end = memchr(b'\n', rest);
            let bytes = &rest[..end.unwrap_or(rest.len())];
            let text = match file.text {
                Some(text) => Ok(&text[start..start + bytes.len()]),
                None => std::str::from_utf8(bytes),
            };
            let errors = output.report.errors();
            match text {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => match object(text) {
                    Ok(object) => rows.row(&object, line, file, output),
                    Err(fault) => output.report.error(line, fault),
                },
                Err(error) => {
                    let byte = file.offset + (start + error.valid_up_to()) as u64;
                    let fault = Fault::new("invalid-utf8", "invalid UTF-8: save the file as UTF-8");
                    output.report.error_at_byte(line, byte, fault);
                }
            }
            if output.report.errors() > errors {
                output.report.skipped += 1;
            }
            if end.is_none() {
                break;
            }
            start += bytes.len() + 1;
        }
    }
}

fn object(text: &str) -> Result<Object<'_>, Fault> {
    match serde_json::from_str(text) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::new("bad-row", "no JSON object")),
        Err(error) => {
            // The parser sees one line: its own line number would mislead.
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or("");
            Err(Fault::new("bad-row", format!("invalid JSON at byte {} of the line: {reason}", error.column())))
        }
    }
}

/// A listed name before it is stored.
struct Item {
    text: String,
    lang: Option<Arc<str>>,
    role: NameRole,
    policy: Option<MatchPolicy>,
    prior: Option<f32>,
}

impl Item {
    fn new(text: &str, lang: Option<Arc<str>>, role: NameRole) -> Self {
        Self { text: names::clean(text).into_owned(), lang, role, policy: None, prior: None }
    }

    fn name(&self) -> NewName<'_> {
        NewName { text: &self.text, lang: self.lang.as_ref(), role: self.role, policy: self.policy, prior: self.prior }
    }
}

struct Rows {
    seen: SeenIds,
    index: NameIndex,
    /// What the keys so far mean: most lines have the same.
    keys: HashMap<String, Meaning>,
}

/// How many keys are remembered: a file may have new ones in every line.
const MAX_KEYS: usize = 1_000;

/// What a key means.
#[derive(Clone)]
struct Meaning {
    column: Column,
    /// The known key that an unknown one was probably meant to be.
    likely: Option<String>,
}

impl Rows {
    fn row(&mut self, object: &Object<'_>, line: u64, file: &SourceFile<'_>, output: &mut Output<'_>) {
        let errors = output.report.errors();
        let mut draft = Draft::default();
        let mut items: Vec<Item> = Vec::new();
        for (key, value) in object {
            if matches!(value, Json::Null) {
                continue;
            }
            if let Err(fault) = self.field(key, value, &mut draft, &mut items, line, output) {
                output.report.error(line, fault);
            }
        }
        if draft.empty_needs {
            output.report.warning(line, "empty-need", "empty item in needs");
        }
        if draft.name.is_empty() {
            let canonical = |item: &&Item| item.role == NameRole::Canonical;
            let untagged = items.iter().filter(canonical).find(|item| item.lang.is_none());
            if let Some(item) = untagged.or_else(|| items.iter().find(canonical)) {
                draft.name = item.text.as_str().into();
            } else if draft.entity.action != Action::Remove
                && (output.report.errors() == errors || !object.iter().any(|(key, _)| key == "name"))
            {
                output.report.error(line, Fault::new("no-name", "the name is missing or empty"));
            }
        }
        if output.report.errors() > errors {
            return;
        }
        self.index.clear();
        let mut list = Names::default();
        let name = draft.name.as_str();
        if !name.is_empty() {
            let same = |item: &&Item| item.text == name && item.role != NameRole::Acronym;
            let listed = items.iter().filter(same).find(|item| item.lang.is_none());
            let listed = listed.or_else(|| items.iter().find(same));
            let (policy, prior) = listed.map_or((None, None), |item| (item.policy, item.prior));
            let name = NewName { text: name, lang: None, role: NameRole::Canonical, policy, prior };
            add_name(&mut output.report, &mut list, &mut self.index, 0, line, name);
        }
        for item in &items {
            let mut new = item.name();
            // There is one untagged canonical name.
            if new.lang.is_none() && new.role == NameRole::Canonical {
                new.role = NameRole::Alias;
            }
            add_name(&mut output.report, &mut list, &mut self.index, 0, line, new);
        }
        list.shrink_to_fit();
        draft.entity.names = list;
        push_counted(draft, line, file, output, &mut self.seen);
    }

    fn meaning(&mut self, key: &str, output: &mut Output<'_>) -> Meaning {
        if let Some(meaning) = self.keys.get(key) {
            return meaning.clone();
        }
        let column = columns::column(key, Form::Wide, output.languages);
        let likely = match &column {
            Column::Attribute(name) => columns::likely(&name.to_lowercase(), Form::Wide),
            _ => None,
        };
        if self.keys.len() == MAX_KEYS {
            self.keys.clear();
        }
        let meaning = Meaning { column, likely };
        self.keys.insert(key.to_owned(), meaning.clone());
        meaning
    }

    fn field(
        &mut self,
        key: &str,
        value: &Json<'_>,
        draft: &mut Draft,
        items: &mut Vec<Item>,
        line: u64,
        output: &mut Output<'_>,
    ) -> Result<(), Fault> {
        if key.eq_ignore_ascii_case("names") {
            let Json::List(list) = value else { return Err(Fault::new("bad-name", "names is no list")) };
            for value in list {
                match item(value, line, output) {
                    Ok(item) if item.text.is_empty() => {}
                    Ok(item) => items.push(item),
                    Err(fault) => output.report.error(line, fault),
                }
            }
            return Ok(());
        }
        let Meaning { column, likely } = self.meaning(key, output);
        match column {
            Column::Field(Field::Needs) => texts(key, value)?.iter().for_each(|item| draft.add_need(item)),
            Column::Field(Field::SameAs) => {
                for item in texts(key, value)? {
                    draft.add_same_as(&item)?;
                }
            }
            Column::Field(field @ (Field::Wikidata | Field::Geonames | Field::Iptc)) => {
                for item in texts(key, value)? {
                    draft.add_outside_of(field, &item)?;
                }
            }
            Column::Field(field) => {
                let text = text(key, value)?;
                if !text.trim().is_empty() {
                    draft.set(field, &text)?;
                }
            }
            Column::Names(role, lang) => {
                for text in texts(key, value)? {
                    let item = Item::new(&text, lang.clone(), role);
                    if !item.text.is_empty() {
                        items.push(item);
                    }
                }
            }
            Column::Attribute(name) => {
                if let Some(known) = likely {
                    let message = format!("unknown key, did you mean `{known}`? kept as an attribute: `{name}`");
                    output.report.warning_once(line, "unknown-column", message);
                }
                match value {
                    Json::Text(text) => draft.add_attribute(&name, text.as_ref()),
                    _ => draft.add_attribute(&name, value.to_string()),
                }
            }
            Column::Ignored => {}
        }
        Ok(())
    }
}

fn push_counted(draft: Draft, line: u64, file: &SourceFile<'_>, output: &mut Output<'_>, seen: &mut SeenIds) {
    let skipped = output.report.skipped;
    push(draft, line, file, output, seen);
    // The caller counts the rows with errors.
    output.report.skipped = skipped;
}

fn item(value: &Json<'_>, line: u64, output: &mut Output<'_>) -> Result<Item, Fault> {
    let object = match value {
        Json::Text(text) => return Ok(Item::new(text, None, NameRole::Alias)),
        Json::Object(object) => object,
        _ => return Err(Fault::new("bad-name", format!("a name is an object or a text: `{value}`"))),
    };
    let mut item = Item::new("", None, NameRole::Alias);
    for (key, value) in object {
        if matches!(value, Json::Null) {
            continue;
        }
        let text = text(key, value)?;
        match key.to_ascii_lowercase().as_str() {
            "text" => item.text = names::clean(&text).into_owned(),
            "lang" => item.lang = table::language(output.languages, &mut output.report, line, &text),
            "match" => item.policy = Some(draft::policy(&text)?),
            "prior" => item.prior = Some(draft::prior(&text)?),
            "role" => {
                item.role = match text.trim().to_ascii_lowercase().as_str() {
                    "canonical" => NameRole::Canonical,
                    "alias" => NameRole::Alias,
                    "acronym" => NameRole::Acronym,
                    _ => {
                        let message = format!("role is neither canonical, alias nor acronym: `{text}`");
                        return Err(Fault::new("bad-name", message));
                    }
                }
            }
            _ => output.report.warning_once(line, "unknown-column", format!("unknown key of a name: `{key}`")),
        }
    }
    if item.text.is_empty() {
        return Err(Fault::new("bad-name", "a name without text"));
    }
    Ok(item)
}

/// A value that is one text.
fn text<'a>(key: &str, value: &'a Json<'_>) -> Result<Cow<'a, str>, Fault> {
    match value {
        Json::Text(text) => Ok(Cow::Borrowed(text)),
        Json::Number(_) | Json::Bool(_) => Ok(Cow::Owned(value.to_string())),
        _ => Err(Fault::new("bad-row", format!("`{key}` is no text"))),
    }
}

/// A value that is a list of texts, or one text.
fn texts<'a>(key: &str, value: &'a Json<'_>) -> Result<Vec<Cow<'a, str>>, Fault> {
    match value {
        Json::List(list) => {
            list.iter().filter(|item| !matches!(item, Json::Null)).map(|item| text(key, item)).collect()
        }
        _ => Ok(vec![text(key, value)?]),
    }
}
