//! JRC-Names: persons and organizations with the spellings met in the news, TAB-separated without a header: id, type
//! (`P`, `O`), language (`u` for any), name with `+` for spaces.
//!
//! The first name without a language is shown. Types other than `P` and `O` need a kind: `--class P,O,E=event`.

use super::input::{Head, Input};
use super::lines::{each_line, most_lines};
use super::options::Class;
use super::output::Output;
use super::record::{Record, Role};
use super::{Example, Heeded, Import};
use crate::error::Result;
use crate::gazetteer::source::report::Fault;

const MAX_LINE: usize = 64 << 10;

/// Names of the Joint Research Centre.
pub(super) struct JrcNames;

impl Import for JrcNames {
    fn name(&self) -> &'static str {
        "jrc-names"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["jrc"]
    }

    fn about(&self) -> &'static str {
        "JRC-Names entities file: persons and organizations with their spellings"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Classes]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        most_lines(head, |line| {
            let cells: Vec<&str> = line.split('\t').collect();
            cells.len() == 4
                && !cells[0].is_empty()
                && cells[0].bytes().all(|b| b.is_ascii_digit())
                && cells[1].len() == 1
                && cells[1].bytes().all(|b| b.is_ascii_uppercase())
                && !cells[3].contains(' ')
        })
    }

    fn example(&self) -> Example {
        Example {
            files: &[("entities", include_str!("examples/entities"))],
            with: &[],
            text: "Selon Ngô Văn Mẫu, rien n'est décidé.",
            found: ("Ngô Văn Mẫu", "person", "jrc:9000001"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            each_line(input, output, MAX_LINE, |line, number, output| {
                let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
                let &[id, sort, lang, name] = &cells[..] else {
                    return Err(Fault::new("bad-row", format!("row of {} columns, JRC-Names has 4", cells.len())));
                };
                if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(Fault::new("bad-id", format!("an id is a number: `{id}`")));
                }
                let kind = match (output.options.class(sort), sort) {
                    (Class::Unwanted, _) => {
                        output.note("names of types that are not asked for");
                        return Ok(());
                    }
                    (Class::Kind(kind), _) => kind.to_owned(),
                    (Class::Wanted, "P") => "person".to_owned(),
                    (Class::Wanted, "O") => "organization".to_owned(),
                    (Class::Wanted, _) => match &output.options.kind {
                        Some(kind) => kind.clone(),
                        None => {
                            output.note(&format!("names of type {sort}, which has no kind (--class P,O,{sort}=KIND)"));
                            return Ok(());
                        }
                    },
                };
                let mut record = Record::new(format!("jrc:{id}"), kind);
                let lang = if lang == "u" { "" } else { lang };
                record.add_name(name.replace('+', " "), lang, Role::Name);
                output.push(number, record);
                Ok(())
            })?;
        }
        Ok(())
    }
}
