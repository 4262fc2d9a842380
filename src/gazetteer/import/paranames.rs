//! ParaNames: names of Wikidata entities in many languages, TAB-separated under the header `wikidata_id`, `eng`,
//! `label`, `language`, `type` (in any order; further columns are passed over).
//!
//! Types are `PER`, `LOC`, `ORG`. An entity of several types has its rows once with each: the first counts. `eng` is
//! the name that is shown.

use super::input::{Head, Input, Line};
use super::lines::each_line;
use super::options::Class;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::{Error, Result};
use crate::gazetteer::ids;
use crate::gazetteer::labels::kind_of_label;
use crate::gazetteer::source::report::Fault;

const MAX_LINE: usize = 64 << 10;
/// The columns, in the order of [`Row`].
const COLUMNS: [&str; 5] = ["wikidata_id", "eng", "label", "language", "type"];

/// The ParaNames corpus.
pub(super) struct ParaNames;

impl Import for ParaNames {
    fn name(&self) -> &'static str {
        "paranames"
    }

    fn about(&self) -> &'static str {
        "ParaNames TSV: wikidata_id, eng, label, language, type"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Classes]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        head.lines().next().is_some_and(|header| places(header).is_ok())
    }

    fn example(&self) -> Example {
        Example {
            files: &[("paranames.tsv", include_str!("examples/paranames.tsv"))],
            with: &[],
            text: "Il est né à Sông Mẫu, près du fleuve.",
            found: ("Sông Mẫu", "place", "wikidata:Q900000002"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            let mut header = Vec::new();
            let step = input.next_line(&mut header, MAX_LINE)?;
            let text = String::from_utf8_lossy(&header);
            let places = match step {
                Line::Read => places(&text),
                _ => Err("a header is needed".to_owned()),
            };
            let places = places.map_err(|message| Error::message(format!("{}:1: {message}", input.label)))?;
            let columns = text.split('\t').count();
            each_line(input, output, MAX_LINE, |line, number, output| row(line, number, &places, columns, output))?;
        }
        Ok(())
    }
}

/// Where each of the columns stands.
fn places(header: &str) -> Result<[usize; 5], String> {
    let header: Vec<&str> = header.trim_end().split('\t').collect();
    let mut places = [0; 5];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = header.iter().position(|cell| cell.trim() == column).ok_or_else(|| format!("no column `{column}`"))?;
    }
    Ok(places)
}

fn row(line: &str, number: u64, places: &[usize; 5], columns: usize, output: &mut Output<'_>) -> Result<(), Fault> {
    let cells: Vec<&str> = line.split('\t').collect();
    if cells.len() != columns {
        return Err(Fault::new("bad-row", format!("row of {} columns under a header of {columns}", cells.len())));
    }
    let [id, english, label, language, sort] = places.map(|place| unquoted(cells[place]));
    let id = ids::wikidata(&id).ok_or_else(|| Fault::new("bad-id", format!("no Wikidata item: `{id}`")))?;
    if label.is_empty() {
        return Err(Fault::new("no-name", "the label is empty"));
    }
    let kind = match output.options.class(&sort) {
        Class::Unwanted => {
            output.note("names of types that are not asked for");
            return Ok(());
        }
        Class::Kind(kind) => kind.to_owned(),
        Class::Wanted if sort.is_empty() => return Err(Fault::new("bad-kind", "the type is empty")),
        Class::Wanted => kind_of_label(&sort),
    };
    let mut record = Record::new(id, kind);
    let language = match language.as_str() {
        "simple" => "en",
        other => other,
    };
    record.add_name(label, language, Role::Preferred);
    // Asked for names of other languages, one shows a name of these.
    if output.options.languages.is_empty() {
        record.name = english;
    }
    output.push(number, record);
    Ok(())
}

/// A cell without the quotes that some writers put around it.
fn unquoted(cell: &str) -> String {
    let cell = cell.trim();
    match cell.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => cell.to_owned(),
    }
}
