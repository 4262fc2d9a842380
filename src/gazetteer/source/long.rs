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

use hashbrown::HashSet;

use super::columns::{Column, Field, Form};
use super::draft::{self, Draft};
use super::report::Fault;
use super::table::{self, Table};
use super::{Output, SeenIds, Source, SourceFile};
use crate::gazetteer::names::{NameIndex, NewName};
use crate::gazetteer::{Action, DEFAULT_PRIOR, Entity, NameRole, ids, names};

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
        let canonical = names::clean(cells.canonical);
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
        let shown = if canonical.is_empty() { &name } else { &canonical };
        let Some(at) = self.entity(&cells, shown, !canonical.is_empty(), draft, line, file, output) else {
            return false;
        };
        let mut list = std::mem::take(&mut output.entities[at].names);
        let role = if *name == output.entities[at].name { NameRole::Canonical } else { NameRole::Alias };
        // An empty prior is the row's own prior all the same.
        let prior = Some(cells.prior.unwrap_or(DEFAULT_PRIOR));
        let name = NewName { text: &name, lang: lang.as_ref(), role, policy: None, prior };
        output.add_name(&mut list, &mut self.index, at as u32, line, name);
        let entity = &mut output.entities[at];
        entity.names = list;
        // `None` is less than any number.
        if cells.prior > entity.prior {
            entity.prior = cells.prior;
        }
        true
    }

    /// Finds or makes the entity of a row and fills its fields.
    #[expect(clippy::too_many_arguments, reason = "one call, the parts of a row")]
    fn entity(
        &mut self,
        cells: &Cells<'_>,
        shown: &str,
        shown_given: bool,
        draft: Option<Draft>,
        line: u64,
        file: &SourceFile<'_>,
        output: &mut Output<'_>,
    ) -> Option<usize> {
        let repeated = !cells.id.is_empty() && cells.id == self.last_id;
        let found = if repeated {
            Some(self.last)
        } else {
            let id = if cells.id.is_empty() {
                let kind = if cells.kind.is_empty() { file.kind } else { cells.kind };
                Some(ids::derive(&names::clean(kind), shown).into())
            } else {
                ids::normalise(cells.id)
            };
            id.and_then(|id| self.seen.find(&id, output.entities))
        };
        let at = match found {
            None => self.create(cells, shown, draft.unwrap_or_default(), line, file, output)?,
            Some(at) => {
                self.agree(at, cells, shown, shown_given, line, output)?;
                if let Some(mut draft) = draft {
                    draft.entity.id.clone_from(&output.entities[at].id);
                    match draft.finish(file.kind) {
                        Ok(more) => fill(&mut output.entities[at], more),
                        Err(fault) => {
                            output.report.error(line, fault);
                            return None;
                        }
                    }
                }
                at
            }
        };
        if !repeated {
            self.last_id.clear();
            self.last_id.push_str(cells.id);
            self.last = at;
        }
        Some(at)
    }

    fn create(
        &mut self,
        cells: &Cells<'_>,
        shown: &str,
        mut draft: Draft,
        line: u64,
        file: &SourceFile<'_>,
        output: &mut Output<'_>,
    ) -> Option<usize> {
        let mut set = |field, cell: &str| match cell {
            "" => Ok(()),
            _ => draft.set(field, cell),
        };
        let checked = set(Field::Id, cells.id).and_then(|()| set(Field::Kind, cells.kind));
        draft.entity.name = shown.to_owned();
        let mut entity = match checked.and_then(|()| draft.finish(file.kind)) {
            Ok(entity) => entity,
            Err(fault) => {
                output.report.error(line, fault);
                return None;
            }
        };
        // The id of the row comes before those of other columns.
        if let Some(own) = entity.outside.iter().position(|id| *id == entity.id) {
            entity.outside[..=own].rotate_right(1);
        }
        entity.file = file.index;
        entity.line = u32::try_from(line).unwrap_or(u32::MAX);
        let at = output.entities.len();
        let name = NewName { text: shown, lang: None, role: NameRole::Canonical, policy: None, prior: None };
        // Many entities have no other name.
        entity.names.reserve_exact(1);
        output.add_name(&mut entity.names, &mut self.index, at as u32, line, name);
        output.entities.push(entity);
        self.seen.insert(at, output.entities);
        Some(at)
    }

    /// Warns where a further row of an entity says something else; `None` where it must be another entity.
    fn agree(
        &mut self,
        at: usize,
        cells: &Cells<'_>,
        shown: &str,
        shown_given: bool,
        line: u64,
        output: &mut Output<'_>,
    ) -> Option<()> {
        let entity = &output.entities[at];
        if !cells.kind.is_empty() && entity.kind != cells.kind && self.differing.insert(at) {
            let message =
                format!("`{}` is of kind {} in line {}, not `{}`", entity.id, entity.kind, entity.line, cells.kind);
            output.report.warning(line, "kind-differs", message);
        }
        let entity = &mut output.entities[at];
        if shown == entity.name {
            return Some(());
        }
        if cells.id.is_empty() {
            let message = format!(
                "same derived id as `{}` in line {}, give both an id: `{}`",
                entity.name, entity.line, entity.id
            );
            output.report.error(line, Fault::new("duplicate-derived-id", message));
            return None;
        }
        if shown_given {
            if self.differing.insert(at) {
                let message = format!(
                    "`{}` has the canonical name `{}` in line {}, `{shown}` becomes an alias",
                    entity.id, entity.name, entity.line
                );
                output.report.warning(line, "canonical-differs", message);
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
    entity.parent = entity.parent.take().or(more.parent);
    entity.policy = entity.policy.or(more.policy);
    entity.position = entity.position.or(more.position);
    entity.important = entity.important.or(more.important);
    if entity.country.is_empty() {
        entity.country = more.country;
    }
    if entity.action == Action::Merge {
        entity.action = more.action;
    }
    for (list, more) in
        [(&mut entity.needs, more.needs), (&mut entity.same_as, more.same_as), (&mut entity.outside, more.outside)]
    {
        for item in more {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
    for (key, value) in more.attributes {
        if !entity.attributes.iter().any(|(known, _)| *known == key) {
            entity.attributes.push((key, value));
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
