//! Long CSV: one row a name, told from the wide form by its column `canonical`.
//!
//! ```csv
//! id,kind,canonical,lang,name,prior
//! gn:1581130,place,Hanoi,,Hanoi,0.8
//! gn:1581130,place,Hanoi,vi,Hà Nội,0.8
//! ```
//!
//! Rows of one id, wherever they stand in the file, are one entity; without an id, rows of one kind and canonical
//! name are. A canonical name that no row lists is a name of the entity as well. The first row that fills a field
//! counts; the prior of the entity is the highest of its rows, and that of a name is the highest of the rows that list
//! it (a row without one takes the entity's).
//!
//! All columns of the wide form but `aliases` and the like may be used as well.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::HashSet;

use super::columns::{Column, Field, Form};
use super::draft::{self, Draft};
use super::report::{Fault, Report};
use super::table::{self, Table};
use super::{IdHash, Output, SeenIds, Source, SourceFile, add_name};
use crate::gazetteer::names::{NameIndex, NewName};
use crate::gazetteer::{Action, DEFAULT_PRIOR, Entity, NameRole, ids, names};

/// With how many names an entity may be given more at any time: shrinking its list again and again would take long.
const SETTLED: usize = 64;

/// The long form.
pub(super) struct Long;

impl Source for Long {
    fn name(&self) -> &'static str {
        "long"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv"]
    }

    fn claims(&self, file: &SourceFile<'_>) -> bool {
        table::is_long(file)
    }

    fn example(&self) -> &'static str {
        "id,kind,canonical,lang,name,prior,wikidata,country\n\
         gz:place/vietnam,place,Vietnam,,Viet Nam,0.9,Q881,VN\n\
         gz:place/hanoi,place,Hanoi,fr,Hanoï,0.8,Q1858,VN\n\
         gz:place/vietnam,place,Vietnam,vi,Việt Nam,0.9,,\n\
         gz:place/hanoi,place,Hanoi,vi,Hà Nội,0.8,,\n"
    }

    fn read(&self, file: &SourceFile<'_>, output: &mut Output<'_>) {
        let Some(mut table) = Table::open(file, Form::Long, output) else { return };
        let mut rows = Rows {
            seen: SeenIds::new(output.entities),
            index: NameIndex::default(),
            differing: HashSet::new(),
            last_id: String::new(),
            last: 0,
            grown: false,
        };
        let start = output.entities.len();
        while let Some(line) = table.next(&mut output.report) {
            if !rows.row(&table, line, file, output) {
                output.report.skipped += 1;
            }
        }
        output.entities[start..].iter_mut().for_each(settle);
    }
}

/// What is kept between rows.
struct Rows {
    seen: SeenIds,
    index: NameIndex,
    /// Entities whose rows disagree, and were warned of.
    differing: HashSet<usize>,
    /// The id of the last row as written, and its entity: most rows go on with it.
    last_id: String,
    last: usize,
    /// The last entity got a further row.
    grown: bool,
}

/// The cells that every row has.
#[derive(Default)]
struct Cells<'a> {
    id: &'a str,
    kind: &'a str,
    canonical: &'a str,
    lang: &'a str,
    prior: Option<f32>,
}

/// A row that can be used.
struct Row<'a> {
    line: u64,
    cells: Cells<'a>,
    /// The canonical name: the row's own name where the cell is empty.
    shown: &'a str,
    shown_given: bool,
    name: &'a str,
    lang: Option<Arc<str>>,
}

impl Row<'_> {
    /// Adds what every row says to its entity, new or not: the name and the prior.
    fn add_to(&self, entity: &mut Entity, index: &mut NameIndex, number: u32, report: &mut Report) {
        let role = if self.name == entity.name() { NameRole::Canonical } else { NameRole::Alias };
        // An empty prior is the row's own prior all the same.
        let prior = Some(self.cells.prior.unwrap_or(DEFAULT_PRIOR));
        let name = NewName { text: self.name, lang: self.lang.as_ref(), role, policy: None, prior };
        add_name(report, &mut entity.names, index, number, self.line, name);
        // `None` is less than any number.
        if self.cells.prior > entity.prior {
            entity.prior = self.cells.prior;
        }
    }
}

impl Rows {
    /// Reads a row; `false` if it has errors.
    fn row(&mut self, table: &Table<'_>, line: u64, file: &SourceFile<'_>, output: &mut Output<'_>) -> bool {
        let errors = output.report.errors();
        let mut cells = Cells::default();
        let mut draft: Option<Draft> = None;
        for (column, cell) in table.cells() {
            let set = match column {
                Column::Field(Field::Id) => {
                    cells.id = cell.trim();
                    Ok(())
                }
                Column::Field(Field::Kind) => {
                    cells.kind = cell.trim();
                    Ok(())
                }
                Column::Field(Field::Canonical) => {
                    cells.canonical = cell;
                    Ok(())
                }
                Column::Field(Field::Lang) => {
                    cells.lang = cell;
                    Ok(())
                }
                Column::Field(Field::Prior) => draft::prior(cell).map(|prior| cells.prior = Some(prior)),
                Column::Field(Field::Name) | Column::Names(..) | Column::Ignored => Ok(()),
                Column::Field(field) => draft.get_or_insert_default().set(*field, cell),
                Column::Attribute(name) => {
                    draft.get_or_insert_default().add_attribute(name, cell);
                    Ok(())
                }
            };
            if let Err(fault) = set {
                output.report.error(line, fault);
            }
        }
        let name = names::clean(table.name());
        // Often the same: then it is cleaned once.
        let canonical = if cells.canonical == table.name() { name.clone() } else { names::clean(cells.canonical) };
        if table.name().is_empty() {
            output.report.error(line, Fault::new("no-name", "the name is empty"));
        } else if name.is_empty() {
            output.report.warning(line, "empty-name", "row whose name is only spaces is skipped");
            return output.report.errors() == errors;
        }
        if draft.as_ref().is_some_and(|draft| draft.empty_needs) {
            output.report.warning(line, "empty-need", "empty item in needs");
        }
        if output.report.errors() > errors {
            return false;
        }
        let lang = if cells.lang.is_empty() {
            None
        } else {
            table::language(output.languages, &mut output.report, line, cells.lang)
        };
        let shown_given = !canonical.is_empty();
        let shown = if shown_given { &canonical } else { &name };
        let row = Row { line, cells, shown, shown_given, name: &name, lang };
        self.place(&row, draft, file, output).is_some()
    }

    /// Finds or makes the entity of a row and fills its fields; `None` if that is an error.
    fn place(
        &mut self,
        row: &Row<'_>,
        draft: Option<Draft>,
        file: &SourceFile<'_>,
        output: &mut Output<'_>,
    ) -> Option<()> {
        let Cells { id, kind, .. } = row.cells;
        let repeated = !id.is_empty() && id == self.last_id;
        let found = if repeated {
            Ok(self.last)
        } else {
            let id = if id.is_empty() {
                let kind = if kind.is_empty() { file.kind } else { kind };
                ids::derive_into(&mut output.buffer, &names::clean(kind), row.shown);
                Cow::Borrowed(output.buffer.as_str())
            } else {
                // A malformed one is reported when the entity is made.
                ids::normalise(id).unwrap_or_default()
            };
            let hash = IdHash::of(&id);
            self.seen.find(hash, &id, output.entities).ok_or(hash)
        };
        let at = match found {
            Err(hash) => {
                let entity = self.create(row, draft.unwrap_or_default(), file, output)?;
                output.entities.push(entity);
                let at = output.entities.len() - 1;
                self.seen.insert(hash, at);
                at
            }
            Ok(at) => {
                self.agree(at, row, output)?;
                let entity = &mut output.entities[at];
                if let Some(mut draft) = draft {
                    draft.entity.id.clone_from(&entity.id);
                    match draft.finish(file.kind, &mut output.buffer) {
                        Ok(more) => fill(entity, more),
                        Err(fault) => {
                            output.report.error(row.line, fault);
                            return None;
                        }
                    }
                }
                row.add_to(entity, &mut self.index, at as u32, &mut output.report);
                at
            }
        };
        if !repeated {
            // What the last entity was given to grow is more than it will need, in most files.
            if self.grown && output.entities[self.last].names.len() < SETTLED {
                output.entities[self.last].names.shrink_to_fit();
            }
            self.last_id.clear();
            self.last_id.push_str(id);
            self.last = at;
        }
        self.grown = found.is_ok();
        Some(())
    }

    /// Makes the entity of a row, which will be the next one.
    fn create(
        &mut self,
        row: &Row<'_>,
        mut draft: Draft,
        file: &SourceFile<'_>,
        output: &mut Output<'_>,
    ) -> Option<Entity> {
        let mut set = |field, cell: &str| match cell {
            "" => Ok(()),
            _ => draft.set(field, cell),
        };
        let checked = set(Field::Id, row.cells.id).and_then(|()| set(Field::Kind, row.cells.kind));
        draft.name = row.shown.into();
        let name = draft.name.clone();
        let mut entity = match checked.and_then(|()| draft.finish(file.kind, &mut output.buffer)) {
            Ok(entity) => entity,
            Err(fault) => {
                output.report.error(row.line, fault);
                return None;
            }
        };
        // The id of the row comes before those of other columns.
        if let Some(details) = &mut entity.details
            && let Some(own) = details.outside.iter().position(|id| *id == entity.id)
        {
            details.outside[..=own].rotate_right(1);
        }
        entity.file = file.index;
        entity.line = u32::try_from(row.line).unwrap_or(u32::MAX);
        let number = output.entities.len() as u32;
        let new = NewName { text: row.shown, lang: None, role: NameRole::Canonical, policy: None, prior: None };
        add_name(&mut output.report, &mut entity.names, &mut self.index, number, row.line, new);
        draft::show(&mut entity, name);
        row.add_to(&mut entity, &mut self.index, number, &mut output.report);
        Some(entity)
    }

    /// Warns where a further row of an entity says something else; `None` where it must be another entity.
    fn agree(&mut self, at: usize, row: &Row<'_>, output: &mut Output<'_>) -> Option<()> {
        let entity = &mut output.entities[at];
        let Row { line, cells, shown, .. } = row;
        if !cells.kind.is_empty() && entity.kind != cells.kind && self.differing.insert(at) {
            let message =
                format!("`{}` is of kind {} in line {}, not `{}`", entity.id, entity.kind, entity.line, cells.kind);
            output.report.warning(*line, "kind-differs", message);
        }
        let known = entity.name();
        if *shown == known {
            return Some(());
        }
        if cells.id.is_empty() {
            let message =
                format!("same derived id as `{known}` in line {}, give both an id: `{}`", entity.line, entity.id);
            output.report.error(*line, Fault::new("duplicate-derived-id", message));
            return None;
        }
        if row.shown_given {
            if self.differing.insert(at) {
                let message = format!(
                    "`{}` has the canonical name `{known}` in line {}, `{shown}` becomes an alias",
                    entity.id, entity.line
                );
                output.report.warning(*line, "canonical-differs", message);
            }
            if names::unusable(shown).is_none() {
                let name = NewName { text: shown, lang: None, role: NameRole::Alias, policy: None, prior: cells.prior };
                self.index.add(&mut entity.names, at as u32, name);
            }
        }
        Some(())
    }
}

/// Fills empty fields and adds to lists.
fn fill(entity: &mut Entity, more: Entity) {
    entity.policy = entity.policy.or(more.policy);
    if entity.action == Action::Merge {
        entity.action = more.action;
    }
    let Some(more) = more.details else { return };
    for id in more.outside {
        entity.add_outside(id);
    }
    let details = entity.details_mut();
    details.parent = details.parent.take().or(more.parent);
    details.position = details.position.or(more.position);
    details.important = details.important.or(more.important);
    if details.country.is_empty() {
        details.country = more.country;
    }
    for (list, more) in [(&mut details.needs, more.needs), (&mut details.same_as, more.same_as)] {
        for item in more {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
    for (key, value) in more.attributes {
        if !details.attributes.iter().any(|(known, _)| *known == key) {
            details.attributes.push((key, value));
        }
    }
}

/// After the last row: each row is one name, so the canonical name is added only where no row lists it in any language;
/// priors equal to the entity's need not be kept.
fn settle(entity: &mut Entity) {
    if let Some((canonical, others)) = entity.names.split_first()
        && canonical.prior.is_none()
        && let Some(listed) = others.iter().position(|other| other.text == canonical.text)
    {
        entity.names.remove(0);
        entity.names[..=listed].rotate_right(1);
        entity.names[0].role = NameRole::Canonical;
    }
    let own = entity.prior.unwrap_or(DEFAULT_PRIOR);
    for name in &mut entity.names {
        if name.prior == Some(own) {
            name.prior = None;
        }
    }
    entity.names.shrink_to_fit();
}
