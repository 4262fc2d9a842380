//! Patterns of spaCy's entity ruler, as JSON Lines.
//!
//! ```json
//! {"label": "ORG", "pattern": "Mekong River Commission", "id": "mrc"}
//! {"label": "GPE", "pattern": [{"LOWER": "can"}, {"LOWER": "tho"}]}
//! ```
//!
//! A phrase is a name. A pattern of tokens is one too if each token asks for its text only (`ORTH`, `TEXT`, `LOWER`);
//! other patterns say more than a name can and are reported. Patterns with one `id` are names of one entity.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::input::{Head, Input};
use super::json_values::invalid;
use super::lines::{each_line, most_lines};
use super::options::Class;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::Result;
use crate::gazetteer::labels::kind_of_label;
use crate::gazetteer::source::report::Fault;

const MAX_LINE: usize = 1 << 20;

/// Patterns of an entity ruler.
pub(super) struct EntityRuler;

#[derive(Deserialize)]
struct Pattern {
    label: String,
    pattern: Tokens,
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Tokens {
    Phrase(String),
    Tokens(Vec<Map<String, Value>>),
}

impl Import for EntityRuler {
    fn name(&self) -> &'static str {
        "spacy"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["entity-ruler"]
    }

    fn about(&self) -> &'static str {
        "spaCy EntityRuler patterns (JSONL): phrases, and tokens with only ORTH, TEXT or LOWER"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Classes]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        most_lines(head, |line| line.starts_with('{') && line.contains("\"label\"") && line.contains("\"pattern\""))
    }

    fn example(&self) -> Example {
        Example {
            files: &[("patterns.jsonl", include_str!("examples/patterns.jsonl"))],
            with: &[],
            text: "The Mekong River Commission met in Can Tho.",
            found: ("Mekong River Commission", "organization", "mrc"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            each_line(input, output, MAX_LINE, |line, number, output| {
                let pattern: Pattern = serde_json::from_str(line).map_err(|error| invalid(&error))?;
                let kind = match output.options.class(&pattern.label) {
                    Class::Unwanted => {
                        output.note("patterns with labels that are not asked for");
                        return Ok(());
                    }
                    Class::Kind(kind) => kind.to_owned(),
                    Class::Wanted => match &output.options.kind {
                        Some(kind) => kind.clone(),
                        None => kind_of_label(&pattern.label),
                    },
                };
                let name = match &pattern.pattern {
                    Tokens::Phrase(phrase) => phrase.clone(),
                    Tokens::Tokens(tokens) => phrase(tokens)?,
                };
                if name.trim().is_empty() {
                    return Err(Fault::new("no-name", "an empty pattern"));
                }
                let mut record = Record::new(pattern.id.unwrap_or_default(), kind);
                record.add_name(name, "", Role::Name);
                output.push(number, record);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// The text that tokens ask for.
fn phrase(tokens: &[Map<String, Value>]) -> Result<String, Fault> {
    let mut words = Vec::new();
    for token in tokens {
        let mut own = token.iter();
        match (own.next(), own.next()) {
            (Some((key, Value::String(word))), None)
                if ["ORTH", "TEXT", "LOWER"].iter().any(|known| key.eq_ignore_ascii_case(known)) =>
            {
                words.push(word.as_str());
            }
            _ => {
                let shown: String = Value::Object(token.clone()).to_string().chars().take(80).collect();
                let message = format!("a pattern of tokens that is no name (only ORTH, TEXT, LOWER can be): `{shown}`");
                return Err(Fault::new("bad-name", message));
            }
        }
    }
    Ok(words.join(" "))
}
