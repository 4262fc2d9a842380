//! Names that several entities have, within a layer and across layers.

use hashbrown::HashMap;

use super::{Row, at, file, is_same, rows};
use crate::error::Problem;
use crate::gazetteer::{Action, DEFAULT_PRIOR, Entity, Layer, Name};

struct Shared<'a> {
    first: Row<'a>,
    second: Option<Row<'a>>,
    last: usize,
    count: usize,
}

/// One problem a name that two or more entities have, at the second of them: they compete. And a note at each name that
/// another entity of its kind always wins.
pub(super) fn check(layers: &[Layer], problems: &mut Vec<Problem>) {
    let mut shared: HashMap<&str, Shared<'_>> = HashMap::new();
    for (index, row) in rows(layers).filter(|row| row.entity.action != Action::Remove).enumerate() {
        for name in &row.entity.names {
            let known =
                shared.entry(name.text.as_str()).or_insert(Shared { first: row, second: None, last: index, count: 1 });
            let first = known.first.entity;
            // The same derived id in two files has a warning of its own.
            let told = first.id_derived && row.entity.id_derived && first.id == row.entity.id;
            if known.last != index && !told && !is_same(first, row.entity) {
                known.last = index;
                known.count += 1;
                known.second.get_or_insert(row);
            }
        }
    }
    shared.retain(|_, names| names.second.is_some());
    check_shadowed(layers, &shared, problems);
    for (text, names) in shared {
        let Some(second) = names.second else { continue };
        let first = names.first;
        let place = format!("{}:{}", file(first.owner, first.entity), first.entity.line);
        let more = if names.count > 2 { format!(" ({} entities in all)", names.count) } else { String::new() };
        let what = format!("the {} `{}` in {place}{more}", first.entity.kind, first.entity.id);
        let problem = if first.layer != second.layer && first.entity.kind == second.entity.kind {
            let fix = format!("if they are one, put `{}` into `same_as`", first.entity.id);
            let message = format!("an earlier layer has {what} under this name, {fix}: `{text}`");
            Problem::warning("layer-clash", message).with_fix(fix)
        } else {
            let fix = format!("if they are one, put `{}` into `same_as`, else see to `prior`", first.entity.id);
            Problem::warning("same-name", format!("also a name of {what}: `{text}`")).with_fix(fix)
        };
        problems.push(at(second.owner, second.entity, problem));
    }
}

fn prior(entity: &Entity, name: &Name) -> f32 {
    name.prior.or(entity.prior).unwrap_or(DEFAULT_PRIOR)
}

/// Names that never win where only priors decide (`--no-resolve`): an entity of the same kind has the same name with a
/// higher prior.
fn check_shadowed(layers: &[Layer], shared: &HashMap<&str, Shared<'_>>, problems: &mut Vec<Problem>) {
    if shared.is_empty() {
        return;
    }
    let owned = || rows(layers).filter(|row| row.entity.action != Action::Remove);
    let mut best: HashMap<(&str, &str), (f32, Row<'_>)> = HashMap::new();
    for row in owned() {
        for name in row.entity.names.iter().filter(|name| shared.contains_key(name.text.as_str())) {
            let own = prior(row.entity, name);
            let known = best.entry((&name.text, &row.entity.kind)).or_insert((own, row));
            // Ties go to the later layer; within one they are left open.
            if own > known.0 || (own == known.0 && row.layer > known.1.layer) {
                *known = (own, row);
            }
        }
    }
    for row in owned() {
        for name in &row.entity.names {
            let Some((highest, winner)) = best.get(&(name.text.as_str(), row.entity.kind.as_str())) else { continue };
            let own = prior(row.entity, name);
            if own < *highest && !is_same(winner.entity, row.entity) {
                let place = format!("{}:{}", file(winner.owner, winner.entity), winner.entity.line);
                let message = format!(
                    "with --no-resolve the {} `{}` in {place} always wins this name (prior {highest} over {own}), raise \
                     the prior or drop the name if that is wrong: `{}`",
                    winner.entity.kind, winner.entity.id, name.text
                );
                let problem = Problem::note("shadowed-name", message);
                problems.push(at(row.owner, row.entity, problem.with_fix("raise `prior`, or drop the name")));
            }
        }
    }
}
