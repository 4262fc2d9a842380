//! Wide CSV and TSV: one row an entity, made for a spreadsheet.
//!
//! ```csv
//! id,name,aliases,name:fr,name:vi,acronyms,wikidata
//! gz:place/vietnam,Vietnam,Viet Nam|VN,Viêt Nam,Việt Nam,,Q881
//! ```
//!
//! Only `name` is required. A row with `action` `remove` needs an id instead. A cell of `name` or `name:xx` is one
//! name, bars included; other names are lists.

use super::columns::{Column, Form};
use super::draft::{self, Draft};
use super::report::Fault;
use super::table::{self, Table};
use super::{IdHash, Output, SeenIds, Source, SourceFile, add_name, list};
use crate::gazetteer::names::{NameIndex, NewName};
use crate::gazetteer::{Action, NameRole, Names, names};

/// The wide form.
pub(super) struct Wide;

impl Source for Wide {
    fn name(&self) -> &'static str {
        "wide"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv"]
    }

    fn claims(&self, file: &SourceFile<'_>) -> bool {
        !table::is_long(file)
    }

    fn example(&self) -> &'static str {
        "id,kind,name,aliases,name:fr,name:vi,acronyms,prior,parent,wikidata,geonames,country,lat,lon,important\n\
         gz:place/vietnam,place,Vietnam,Viet Nam,,Việt Nam,VN,0.9,,Q881,1562822,VN,16.17,107.83,yes\n\
         gz:place/hanoi,place,Hanoi,,Hanoï,Hà Nội,HN,0.8,gz:place/vietnam,Q1858,1581130,VN,21.02,105.84,yes\n"
    }

    fn read(&self, file: &SourceFile<'_>, output: &mut Output<'_>) {
        let Some(mut table) = Table::open(file, Form::Wide, output) else { return };
        let mut seen = SeenIds::new(output.entities);
        let mut index = NameIndex::default();
        while let Some(line) = table.next(&mut output.report) {
            row(&table, line, file, output, &mut seen, &mut index);
        }
    }
}

fn row(
    table: &Table<'_>,
    line: u64,
    file: &SourceFile<'_>,
    output: &mut Output<'_>,
    seen: &mut SeenIds,
    index: &mut NameIndex,
) {
    let errors = output.report.errors();
    let mut draft = Draft::default();
    for (column, cell) in table.cells() {
        match column {
            Column::Field(field) => {
                if let Err(fault) = draft.set(*field, cell) {
                    output.report.error(line, fault);
                }
            }
            Column::Attribute(name) => draft.add_attribute(name, cell),
            Column::Names(..) | Column::Ignored => {}
        }
    }
    let blank = draft.name.is_empty() && draft.entity.action != Action::Remove;
    if blank && table.name().is_empty() {
        output.report.error(line, Fault::new("no-name", "the name is empty"));
    }

    index.clear();
    let mut list = Names::default();
    let name = draft.name.as_str();
    if !name.is_empty() {
        let name = NewName { text: name, lang: None, role: NameRole::Canonical, policy: None, prior: None };
        add_name(&mut output.report, &mut list, index, 0, line, name);
    }
    for (column, cell) in table.cells() {
        let Column::Names(role, lang) = column else { continue };
        let mut add = |text: &str| {
            let text = names::clean(text);
            if !text.is_empty() {
                let name = NewName { text: &text, lang: lang.as_ref(), role: *role, policy: None, prior: None };
                add_name(&mut output.report, &mut list, index, 0, line, name);
            }
        };
        match role {
            NameRole::Canonical => add(cell),
            NameRole::Alias | NameRole::Acronym => {
                list::items(cell).for_each(|item| add(&item));
                if list::looks_separated_otherwise(cell) {
                    let message = format!("items are separated by `|`, this cell is one name: `{cell}`");
                    output.report.warning(line, "separator", message);
                }
            }
        }
    }
    list.shrink_to_fit();
    draft.entity.names = list;
    if draft.empty_needs {
        output.report.warning(line, "empty-need", "empty item in needs");
    }
    if output.report.errors() > errors {
        output.report.skipped += 1;
    } else if blank {
        output.report.warning(line, "empty-name", "row whose name is only spaces is skipped");
    } else {
        push(draft, line, file, output, seen);
    }
}

/// Completes an entity and adds it, unless the file has its id already.
pub(super) fn push(draft: Draft, line: u64, file: &SourceFile<'_>, output: &mut Output<'_>, seen: &mut SeenIds) {
    let name = draft.name.clone();
    let mut entity = match draft.finish(file.kind, &mut output.buffer) {
        Ok(entity) => entity,
        Err(fault) => {
            output.report.error(line, fault);
            output.report.skipped += 1;
            return;
        }
    };
    draft::show(&mut entity, name);
    entity.file = file.index;
    entity.line = u32::try_from(line).unwrap_or(u32::MAX);
    let hash = IdHash::of(&entity.id);
    if let Some(other) = seen.find(hash, &entity.id, output.entities) {
        let other = &output.entities[other];
        // A row that removes or replaces an entity may stand beside the row that lists it.
        if entity.action == Action::Merge && other.action == Action::Merge {
            let first = other.line;
            let fault = if entity.id_derived && other.id_derived {
                let message =
                    format!("same name as in line {first}, give both rows an id or join them: `{}`", entity.name());
                Fault::new("duplicate-derived-id", message)
            } else {
                Fault::new("duplicate-id", format!("duplicate id, first in line {first}: `{}`", entity.id))
            };
            output.report.error(line, fault);
            output.report.skipped += 1;
            return;
        }
        output.entities.push(entity);
        return;
    }
    output.entities.push(entity);
    seen.insert(hash, output.entities.len() - 1);
}
