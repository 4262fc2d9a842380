//! Tables: wide and long gazetteers, and any CSV or TSV with a header whose columns are mapped
//! (`--map name=Label,aliases=Alt`).
//!
//! Columns that have our names need no mapping; a column that is neither ours nor mapped becomes a further field. Lists
//! in a cell are separated by bars, or by what `--separator` says. A row with a bad cell is reported and left out.

use std::collections::VecDeque;

use super::input::{Head, Input, Line};
use super::output::Output;
use super::record::{ImportedName, Record, Role};
use super::{Example, Heeded, Import};
use crate::error::{Error, Result};
use crate::gazetteer::NameRole;
use crate::gazetteer::source::columns::{self, Column, Field, Form, Languages};
use crate::gazetteer::source::draft::{Draft, prior};
use crate::gazetteer::source::list;
use crate::gazetteer::source::records::{Cell, Records, Step};
use crate::gazetteer::source::report::Fault;

/// The longest row: of one line, and of the lines that a quoted cell joins.
const MAX_ROW: usize = 4 << 20;
/// How many lines a row may have.
const MAX_LINES: usize = 500;

/// CSV and TSV.
pub(super) struct Table;

impl Import for Table {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["tsv", "table", "openrefine"]
    }

    fn about(&self) -> &'static str {
        "tables with a header: gazetteers in the wide or long form, OpenRefine exports, any CSV or TSV with --map"
    }

    fn heeds(&self) -> &'static [Heeded] {
        &[Heeded::Map, Heeded::Separator]
    }

    fn claims(&self, head: &Head<'_>) -> bool {
        let extension = if head.has_extension("tsv") { "tsv" } else { "csv" };
        let Some(header) = head.lines().next() else { return false };
        let delimiter = columns::delimiter(header.as_bytes(), extension);
        head.has_extension(extension)
            && cells_of(header, delimiter)
                .is_some_and(|cells| cells.iter().any(|c| c.trim().eq_ignore_ascii_case("name")))
    }

    fn example(&self) -> Example {
        Example {
            files: &[("ports.csv", include_str!("examples/ports.csv"))],
            with: &[],
            text: "Le navire a quitté Cảng Hải Phòng pour Le Havre.",
            found: ("Cảng Hải Phòng", "port", "port:2"),
        }
    }

    fn read(&self, inputs: &mut [Input], output: &mut Output<'_>) -> Result<()> {
        for input in inputs {
            output.begin(input);
            read(input, output)?;
        }
        Ok(())
    }
}

fn cells_of(header: &str, delimiter: u8) -> Option<Vec<String>> {
    let mut cells = Vec::new();
    match Records::new(header.as_bytes(), delimiter).next(&mut cells) {
        Step::Record(_) => Some(cells.iter().map(|cell| cell.of(header, 0).into_owned()).collect()),
        _ => None,
    }
}

fn read(input: &mut Input, output: &mut Output<'_>) -> Result<()> {
    let extension = if input.name.to_lowercase().ends_with(".tsv") { "tsv" } else { "csv" };
    let mut rows = Rows { input, delimiter: b',', ahead: VecDeque::new(), row: Vec::new(), cells: Vec::new() };
    let head = rows.input.head().text;
    rows.delimiter = columns::delimiter(head.as_bytes(), extension);
    let Some(line) = rows.next(output)? else {
        return Err(Error::message(format!("{}:1: empty file, a header is needed", rows.input.label)));
    };
    let header: Vec<String> = match rows.text() {
        Ok(text) => rows.cells.iter().map(|cell| cell.of(text, 0).into_owned()).collect(),
        Err(_) => return Err(Error::message(format!("{}:{line}: the header is no UTF-8", rows.input.label))),
    };
    let layout = Layout::new(&header, output)
        .map_err(|message| Error::message(format!("{}:{line}: {message}", rows.input.label)))?;
    let mut buffer = String::new();
    while let Some(line) = rows.next(output)? {
        output.row()?;
        let record = match rows.text() {
            Err(fault) => Err(fault),
            Ok(text) if rows.cells.iter().all(|cell| cell.raw(text, 0).trim().is_empty()) => continue,
            Ok(_) if rows.cells.len() != layout.columns.len() => {
                let message = format!("row of {} cells under a header of {}", rows.cells.len(), layout.columns.len());
                Err(Fault::new("bad-row", message))
            }
            Ok(text) => layout.record(text, &rows.cells, output, &mut buffer),
        };
        match record {
            Ok(record) => output.push(line, record),
            Err(fault) => output.problem(line, fault),
        }
    }
    Ok(())
}

/// The columns of a file.
struct Layout {
    form: Form,
    columns: Vec<Column>,
    separator: Option<String>,
}

impl Layout {
    fn new(header: &[String], output: &Output<'_>) -> Result<Self, String> {
        let map = &output.options.map;
        let is = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
        if let Some((_, theirs)) = map.iter().find(|(_, theirs)| !header.iter().any(|cell| is(cell, theirs))) {
            return Err(format!("no column that --map names: `{theirs}`"));
        }
        let own = |cell: &String| map.iter().find(|(_, theirs)| is(cell, theirs)).map(|(own, _)| own.as_str());
        // A column that has one of our names gives way to the one that is mapped to it.
        let taken = |cell: &String| map.iter().any(|(own, _)| is(own, cell));
        let long = header
            .iter()
            .any(|cell| own(cell).map_or(is(cell, "canonical") && !taken(cell), |own| is(own, "canonical")));
        let form = if long { Form::Long } else { Form::Wide };
        let mut languages = Languages::default();
        let mut columns = Vec::new();
        for cell in header {
            let column = match own(cell) {
                Some(own) => columns::column(own, form, &mut languages),
                None if taken(cell) => Column::Attribute(cell.trim().into()),
                None => columns::column(cell, form, &mut languages),
            };
            if !matches!(column, Column::Ignored) && columns.contains(&column) {
                return Err(format!("two columns that mean the same: `{}`", cell.trim()));
            }
            columns.push(column);
        }
        if !columns.contains(&Column::Field(Field::Name)) {
            return Err(format!("no column `name`, say which it is with --map name=COLUMN: `{}`", header.join(", ")));
        }
        Ok(Self { form, columns, separator: output.options.separator.clone() })
    }

    fn record(
        &self,
        text: &str,
        cells: &[Cell],
        output: &mut Output<'_>,
        buffer: &mut String,
    ) -> Result<Record, Fault> {
        let mut draft = Draft::default();
        let mut record = Record::default();
        let (mut lang, mut own_prior) = (String::new(), None);
        for (column, cell) in self.columns.iter().zip(cells) {
            let cell = cell.of(text, 0);
            if cell.trim().is_empty() {
                continue;
            }
            match column {
                Column::Field(Field::Canonical) => record.name = cell.into_owned(),
                Column::Field(Field::Lang) => lang = cell.into_owned(),
                Column::Field(Field::Prior) if self.form == Form::Long => own_prior = Some(prior(&cell)?),
                Column::Field(field @ (Field::Needs | Field::SameAs)) if self.separator.is_some() => {
                    for item in self.items(&cell) {
                        match field {
                            Field::Needs => draft.add_need(&item),
                            _ => draft.add_same_as(&item)?,
                        }
                    }
                }
                Column::Field(field) => draft.set(*field, &cell)?,
                Column::Names(NameRole::Canonical, tag) => {
                    record.add_name(cell, tag.as_deref().unwrap_or(""), Role::Preferred);
                }
                Column::Names(role, tag) => {
                    let role = if *role == NameRole::Acronym { Role::Acronym } else { Role::Alias };
                    for item in self.items(&cell) {
                        record.add_name(item, tag.as_deref().unwrap_or(""), role);
                    }
                }
                Column::Attribute(name) => record.add_attribute(name, cell),
                Column::Ignored => output.note("cells of columns without a name"),
            }
        }
        let name = draft.name.to_string();
        let mut entity = draft.finish(&output.kind, buffer)?;
        if name.is_empty() && entity.action != crate::gazetteer::Action::Remove {
            return Err(Fault::new("no-name", "the name is missing or empty"));
        }
        let role = if self.form == Form::Long { Role::Name } else { Role::Preferred };
        if !name.is_empty() {
            record.names.insert(
                0,
                ImportedName { text: name.clone(), lang, role, prior: own_prior, share: None, added: false },
            );
        }
        if record.name.is_empty() {
            record.name = name;
        }
        record.prior = entity.prior.or(own_prior);
        record.policy = entity.policy.map_or_else(String::new, |policy| policy.as_str().to_owned());
        record.action = match entity.action {
            crate::gazetteer::Action::Merge => String::new(),
            crate::gazetteer::Action::Replace => "replace".to_owned(),
            crate::gazetteer::Action::Remove => "remove".to_owned(),
        };
        record.same_as = entity.outside().iter().chain(entity.same_as()).map(ToString::to_string).collect();
        record.kind = entity.kind.to_string();
        if !entity.id_derived {
            record.id = entity.id.to_string();
        }
        if let Some(details) = entity.details.take() {
            record.parent = details.parent.map_or_else(String::new, |parent| parent.to_string());
            record.needs = details.needs.iter().map(ToString::to_string).collect();
            record.country = details.country.to_string();
            record.position = details.position;
            record.important = details.important;
        }
        Ok(record)
    }

    fn items(&self, cell: &str) -> Vec<String> {
        match &self.separator {
            Some(separator) => cell.split(separator.as_str()).map(str::to_owned).collect(),
            None => list::items(cell).map(|item| item.into_owned()).collect(),
        }
    }
}

/// Rows of a stream: lines, joined where a quote is open.
struct Rows<'i> {
    input: &'i mut Input,
    delimiter: u8,
    /// Lines that were read in search of a quote that did not come.
    ahead: VecDeque<(u64, Vec<u8>)>,
    row: Vec<u8>,
    cells: Vec<Cell>,
}

impl Rows<'_> {
    /// Reads the next row that can be split and gives its line; the others are reported.
    fn next(&mut self, output: &mut Output<'_>) -> Result<Option<u64>> {
        loop {
            let Some((line, first)) = self.line(output)? else { return Ok(None) };
            self.row.clear();
            self.row.extend_from_slice(&first);
            let first = first.len();
            let mut joined: Vec<(u64, Vec<u8>)> = Vec::new();
            loop {
                match Records::new(&self.row, self.delimiter).next(&mut self.cells) {
                    Step::End => break,
                    Step::Record(_) => return Ok(Some(line)),
                    Step::Broken(_, fault) => {
                        let open = memchr::memchr_iter(b'"', &self.row).count() % 2 == 1;
                        let next = if open && joined.len() < MAX_LINES && self.row.len() < MAX_ROW {
                            self.line(output)?
                        } else {
                            None
                        };
                        let Some((number, next)) = next else {
                            let fault = if joined.is_empty() || self.row.len() == first {
                                fault
                            } else {
                                Fault::new("bad-quotes", "the quote that opens here is never closed")
                            };
                            output.row()?;
                            output.problem(line, fault);
                            // What follows the line is read as if it had no quote.
                            for line in joined.into_iter().rev() {
                                self.ahead.push_front(line);
                            }
                            break;
                        };
                        self.row.push(b'\n');
                        self.row.extend_from_slice(&next);
                        joined.push((number, next));
                    }
                }
            }
        }
    }

    fn line(&mut self, output: &mut Output<'_>) -> Result<Option<(u64, Vec<u8>)>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        loop {
            match self.input.next_line(&mut line, MAX_ROW)? {
                Line::End => return Ok(None),
                Line::Read => return Ok(Some((self.input.line, line))),
                Line::TooLong => {
                    output.row()?;
                    let message = format!("a line of more than {MAX_ROW} bytes is no row of a table");
                    output.problem(self.input.line, Fault::new("bad-row", message));
                }
            }
        }
    }

    fn text(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.row).map_err(|_| Fault::new("invalid-utf8", "invalid UTF-8: save the file as UTF-8"))
    }
}
