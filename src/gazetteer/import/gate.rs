//! Lists of GATE: an index (`lists.def`) and the lists (`.lst`) that it names, or lists alone.
//!
//! A line of the index is `file.lst:major[:minor[:language[:annotation type]]]`; the major type is the kind, the minor
//! type and the annotation type are kept as further fields, the language is that of the names. An entry of a list is one
//! line; behind a separator (`--separator`, none by default, a TAB is recognised) come its features `name=value`, kept
//! as further fields. `--class location=place,organization` takes only the lists of these major types.

use std::path::{Component, Path};

use super::input::{Head, Input};
use super::lines::{each_line, most_lines};
use super::options::Class;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::{Problem, Result};
use crate::gazetteer::labels::kind_of_label;
use crate::gazetteer::source::report::Fault;

const MAX_LINE: usize = 64 << 10;

/// Gazetteer lists of GATE.
pub(super) struct Gate;

impl Import for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn about(&self) -> &'static str {
        "GATE gazetteer lists: lists.def with its .lst files, or .lst files alone; --separator for features"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Classes, Heeded::Separator]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        head.has_extension("lst")
            || head.has_extension("def")
                && most_lines(head, |line| line.split(':').next().is_some_and(|f| f.contains('.')))
    }

    fn example(&self) -> Example {
        Example {
            files: &[
                ("lists.def", include_str!("examples/lists.def")),
                ("bodies.lst", include_str!("examples/bodies.lst")),
                ("villes.lst", include_str!("examples/villes.lst")),
            ],
            with: &[],
            text: "L'Agence vietnamienne d'information a un bureau à Trouville-sur-Mer.",
            found: ("Trouville-sur-Mer", "place", "user:place/trouville-sur-mer"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            if input.name.to_lowercase().ends_with(".def") {
                index(input, output)?;
            } else {
                let kind = output.kind.clone();
                list(input, &List { kind, ..List::default() }, output)?;
            }
        }
        Ok(())
    }
}

/// A line of the index.
#[derive(Default)]
struct List {
    line: u64,
    file: String,
    kind: String,
    minor: String,
    lang: String,
    annotation: String,
}

fn index(input: &mut Input, output: &mut Output<'_>) -> Result<()> {
    let mut lists: Vec<List> = Vec::new();
    each_line(input, output, MAX_LINE, |line, number, output| {
        let parts: Vec<&str> = line.trim().split(':').map(str::trim).collect();
        let part = |index: usize| parts.get(index).copied().unwrap_or("");
        if part(1).is_empty() || parts.len() > 5 {
            let message =
                format!("a line of an index is file:major[:minor[:language[:annotation]]]: `{}`", line.trim());
            return Err(Fault::new("bad-row", message));
        }
        let file = Path::new(part(0));
        // What an index names lies beside it or below.
        if part(0).is_empty() || !file.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir)) {
            return Err(Fault::new("unreadable", format!("no file beside the index: `{}`", part(0))));
        }
        let kind = match output.options.class(part(1)) {
            Class::Unwanted => {
                output.note("lists of major types that are not asked for");
                return Ok(());
            }
            Class::Kind(kind) => kind.to_owned(),
            Class::Wanted => output.options.kind.clone().unwrap_or_else(|| kind_of_label(part(1))),
        };
        lists.push(List {
            line: number,
            file: part(0).to_owned(),
            kind,
            minor: part(2).to_owned(),
            lang: language(part(3)).to_owned(),
            annotation: part(4).to_owned(),
        });
        Ok(())
    })?;
    let folder = input.path.parent().unwrap_or(Path::new("")).to_path_buf();
    for entry in lists {
        match Input::open(&folder.join(&entry.file), false, output.stop()) {
            Ok(mut file) => {
                output.begin(&file);
                list(&mut file, &entry, output)?;
            }
            Err(error) => {
                let problem = Problem::error("unreadable", error.to_string());
                output.place_problem(&problem.in_file(input.label.as_str()).at_line(entry.line));
            }
        }
    }
    Ok(())
}

/// The tag of a language that an index names by its English word.
fn language(name: &str) -> &str {
    match name.to_lowercase().as_str() {
        "english" => "en",
        "french" => "fr",
        "vietnamese" => "vi",
        "german" => "de",
        "spanish" => "es",
        "italian" => "it",
        "portuguese" => "pt",
        "dutch" => "nl",
        "russian" => "ru",
        "chinese" => "zh",
        "arabic" => "ar",
        "romanian" => "ro",
        "bulgarian" => "bg",
        "hindi" => "hi",
        _ => name,
    }
}

fn list(input: &mut Input, list: &List, output: &mut Output<'_>) -> Result<()> {
    let separator = output.options.separator.clone();
    each_line(input, output, MAX_LINE, |line, number, output| {
        let given = separator.as_deref().or_else(|| line.contains('\t').then_some("\t"));
        let mut parts: Vec<&str> = given.map_or_else(|| vec![line], |separator| line.split(separator).collect());
        let name = parts.remove(0).trim();
        if name.is_empty() {
            return Err(Fault::new("no-name", format!("an entry without a name: `{}`", line.trim())));
        }
        if given.is_none() && looks_featured(name) {
            output.note("entries that look as if they had features: say what separates them with --separator");
        }
        let mut record = Record::new("", list.kind.as_str());
        record.add_name(name, &list.lang, Role::Name);
        record.add_attribute("minor_type", list.minor.as_str());
        record.add_attribute("annotation_type", list.annotation.as_str());
        for feature in parts {
            match feature.split_once('=') {
                Some((key, value)) if !key.trim().is_empty() => record.add_attribute(key.trim(), value.trim()),
                _ if feature.trim().is_empty() => {}
                _ => {
                    let message = format!("a feature is name=value, this one is left out: `{}`", feature.trim());
                    output.problem(number, Fault::new("bad-row", message));
                }
            }
        }
        output.push(number, record);
        Ok(())
    })
}

/// `Apple:kind=ambig`, `Apple&kind=ambig`.
fn looks_featured(name: &str) -> bool {
    name.split_once([':', '&']).is_some_and(|(_, behind)| {
        behind.split_once('=').is_some_and(|(key, _)| {
            !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        })
    })
}
