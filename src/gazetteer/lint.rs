//! Checks of gazetteers: what a curator would want to know before others use the file.
//!
//! Problems of reading (broken rows, skipped names, unknown columns) are those of [`Layer::problems`]; here come the
//! checks that look at entities and at other rows. All rules, those of reading too, stand in [`RULES`].

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::source::report::{count_of_more, more_warnings};
use super::{Action, Entity, Gazetteer, Layer, MatchPolicy, NameRole, SmolStr, names};
use crate::error::{Problem, Severity};

mod clashes;
mod parents;
mod rules;
mod shapes;

pub use rules::{RULES, Rule};

/// The most warnings of one code that a file gets; the rest is counted in one line.
const MAX_WARNINGS: u64 = 1_000;

/// Checks all layers of a gazetteer; `common` says whether a word in lower case is a common word of a language.
///
/// The problems of reading are among the result. Problems are sorted by file, then by line.
pub fn lint(gazetteer: &Gazetteer, common: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    lint_with(gazetteer, common, Vec::new())
}

/// [`lint`], with what others found in the layers (compiling them, say): it is sorted and limited with the rest, and told
/// once.
pub fn lint_with(gazetteer: &Gazetteer, common: &dyn Fn(&str) -> bool, found: Vec<Problem>) -> Vec<Problem> {
    let layers = gazetteer.layers();
    let mut problems = found;
    problems.extend(layers.iter().flat_map(|layer| layer.problems.iter().cloned()));
    for layer in layers {
        for entity in layer.entities.iter().filter(|entity| entity.action != Action::Remove) {
            check_names(layer, entity, common, &mut problems);
            shapes::check(layer, entity, common, &mut problems);
        }
        check_outside_ids(layer, &mut problems);
    }
    clashes::check(layers, &mut problems);
    check_actions(layers, &mut problems);
    check_ids(layers, &mut problems);
    check_kinds(layers, &mut problems);
    parents::check(layers, &mut problems);
    limited(problems)
}

/// A row of a layer, with what is needed to point at it.
#[derive(Clone, Copy)]
struct Row<'a> {
    layer: usize,
    owner: &'a Layer,
    entity: &'a Entity,
}

fn rows(layers: &[Layer]) -> impl Iterator<Item = Row<'_>> {
    layers
        .iter()
        .enumerate()
        .flat_map(|(layer, owner)| owner.entities.iter().map(move |entity| Row { layer, owner, entity }))
}

/// Puts a problem at the row of an entity.
fn at(layer: &Layer, entity: &Entity, problem: Problem) -> Problem {
    problem.in_file(file(layer, entity)).at_line(u64::from(entity.line))
}

fn file<'a>(layer: &'a Layer, entity: &Entity) -> &'a str {
    layer.files.get(entity.file as usize).unwrap_or(&layer.label)
}

/// Whether two rows are said to be the same entity.
fn is_same(a: &Entity, b: &Entity) -> bool {
    (a.id == b.id && !(a.id_derived && b.id_derived))
        || a.same_as().contains(&b.id)
        || b.same_as().contains(&a.id)
        || a.same_as().iter().any(|id| b.same_as().contains(id))
        || a.outside().iter().any(|id| b.outside().contains(id))
}

fn check_names(layer: &Layer, entity: &Entity, common: &dyn Fn(&str) -> bool, problems: &mut Vec<Problem>) {
    let mut warn = |code, message: String| problems.push(at(layer, entity, Problem::warning(code, message)));
    let mut reported: HashSet<&str> = HashSet::new();
    for name in &entity.names {
        let text = name.text.as_str();
        if let Some((code, message)) = names::unusable(text) {
            warn(code, message);
            continue;
        }
        let policy = name.policy.or(entity.policy).unwrap_or(MatchPolicy::Smart);
        let folded = policy == MatchPolicy::Folded;
        if folded && names::is_short_acronym(text) {
            if reported.insert(text) {
                warn("folded-acronym", format!("acronym that also matches small letters (match=folded): `{text}`"));
            }
        } else if (folded || !text.chars().any(char::is_uppercase))
            && entity.needs().is_empty()
            && let Some(word) = names::only_word(text)
            && common(&word.to_lowercase())
            && reported.insert(text)
        {
            let message = format!("common word that matches in small letters, add cues to `needs`: `{text}`");
            warn("common-word", message);
        }
        if text.contains('|') && name.role == NameRole::Canonical {
            warn("bar-in-name", format!("a bar in a name, only `aliases` and the like are lists: `{text}`"));
        }
    }
    if entity.needs().iter().any(|need| names::folds_to_nothing(need)) {
        warn("empty-need", "empty item in needs".to_owned());
    }
}

/// Rows that remove or replace an entity which no earlier layer has.
fn check_actions(layers: &[Layer], problems: &mut Vec<Problem>) {
    let mut known: HashSet<&str> = HashSet::new();
    for (number, layer) in layers.iter().enumerate() {
        let acting = |entity: &&Entity| number > 0 && matches!(entity.action, Action::Remove | Action::Replace);
        for entity in layer.entities.iter().filter(acting) {
            let mut ids = std::iter::once(&entity.id).chain(entity.same_as()).chain(entity.outside());
            if !ids.any(|id| known.contains(id.as_str())) {
                let what = if entity.action == Action::Remove { "remove" } else { "replace" };
                let message = format!("there is nothing to {what} under the id `{}`", entity.id);
                problems.push(at(layer, entity, Problem::warning("idle-action", message)));
            }
        }
        for entity in layer.entities.iter().filter(|entity| entity.action != Action::Remove) {
            known.extend([&entity.id].into_iter().chain(entity.same_as()).chain(entity.outside()).map(SmolStr::as_str));
        }
    }
}

fn check_outside_ids(layer: &Layer, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<(u32, &str), &Entity> = HashMap::new();
    for entity in layer.entities.iter().filter(|entity| entity.action == Action::Merge) {
        let own = || entity.outside().iter().filter(|id| **id != entity.id && !entity.same_as().contains(*id));
        for id in own() {
            match seen.entry((entity.file, id)) {
                hashbrown::hash_map::Entry::Vacant(entry) => {
                    entry.insert(entity);
                }
                hashbrown::hash_map::Entry::Occupied(entry) if entry.get().id != entity.id => {
                    let other = entry.get();
                    let message = format!("`{}` in line {} has the same outside id: `{id}`", other.id, other.line);
                    problems.push(at(layer, entity, Problem::warning("shared-outside-id", message)));
                }
                hashbrown::hash_map::Entry::Occupied(_) => {}
            }
        }
        let items: Vec<&SmolStr> = own().filter(|id| id.starts_with("wikidata:")).collect();
        if let [first, second, ..] = items[..] {
            let message = format!("two Wikidata items: `{first}` and `{second}`");
            problems.push(at(layer, entity, Problem::warning("two-wikidata-ids", message)));
        }
    }
}

fn check_ids(layers: &[Layer], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Row<'_>> = HashMap::new();
    for row in rows(layers).filter(|row| row.entity.action == Action::Merge) {
        let Row { owner, entity, .. } = row;
        let other = match seen.entry(entity.id.as_str()) {
            hashbrown::hash_map::Entry::Vacant(entry) => {
                entry.insert(row);
                continue;
            }
            hashbrown::hash_map::Entry::Occupied(entry) => *entry.get(),
        };
        let place = format!("{}:{}", file(other.owner, other.entity), other.entity.line);
        let same_layer = row.layer == other.layer;
        let same_file = same_layer && entity.file == other.entity.file;
        let both_derived = entity.id_derived && other.entity.id_derived;
        let problem = match (both_derived, same_file) {
            (true, true) => {
                let message = format!("same derived id as {place}, give both rows an id: `{}`", entity.id);
                Problem::error("duplicate-derived-id", message)
            }
            (true, false) if is_same(entity, other.entity) => continue,
            (true, false) => {
                let message = format!(
                    "same derived id as {place}, these stay two entities: give ids, or name one in `same_as`: `{}`",
                    entity.id
                );
                Problem::warning("derived-id", message)
            }
            (false, true) => Problem::error("duplicate-id", format!("duplicate id, first in {place}: `{}`", entity.id)),
            (false, false) if same_layer => {
                Problem::warning("duplicate-id", format!("one entity with the row in {place}: `{}`", entity.id))
            }
            // Adding to an entity of an earlier layer is what layers are for.
            (false, false) => continue,
        };
        problems.push(at(owner, entity, problem));
    }
}

fn check_kinds(layers: &[Layer], problems: &mut Vec<Problem>) {
    let mut kinds: HashMap<&str, Row<'_>> = HashMap::new();
    for row in rows(layers) {
        kinds.entry(row.entity.kind.as_str()).or_insert(row);
    }
    for (kind, row) in &kinds {
        let lower = kind.to_lowercase();
        let usual = match lower.as_str() {
            "people" | "persons" | "per" => "person",
            "organizations" | "organisation" | "organisations" | "org" => "organization",
            "places" | "location" | "locations" | "loc" => "place",
            "themes" => "theme",
            known if known != *kind && (kinds.contains_key(known) || is_usual(known)) => known,
            _ => continue,
        };
        let message = format!("kind, is it `{usual}`? `{kind}`");
        problems.push(at(row.owner, row.entity, Problem::warning("kind-spelling", message)));
    }
}

fn is_usual(kind: &str) -> bool {
    matches!(kind, "person" | "organization" | "place" | "theme")
}

/// Sorts by file and line, and keeps the first warnings of each code and file. The rest is one line with the rest of which
/// the reader tells.
fn limited(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| (&a.path, a.line, a.code, &a.message).cmp(&(&b.path, b.line, b.code, &b.message)));
    problems.dedup();
    let mut counts: HashMap<(Option<String>, &'static str), u64> = HashMap::new();
    let mut kept: Vec<Problem> = Vec::with_capacity(problems.len());
    let mut more: BTreeMap<(Option<String>, &'static str), u64> = BTreeMap::new();
    for problem in problems {
        if problem.severity != Severity::Error {
            let key = (problem.path.clone(), problem.code);
            if let Some(count) = count_of_more(&problem) {
                *more.entry(key).or_default() += count;
                continue;
            }
            let count = counts.entry(key.clone()).or_default();
            *count += 1;
            if *count > MAX_WARNINGS {
                *more.entry(key).or_default() += 1;
                continue;
            }
        }
        kept.push(problem);
    }
    for ((path, code), count) in more {
        let problem = Problem::warning(code, more_warnings(count, code));
        // Before the next file, so that the order by file stays.
        let end = kept.iter().rposition(|other| other.path == path).map_or(kept.len(), |last| last + 1);
        kept.insert(end, Problem { path, ..problem });
    }
    kept
}

#[cfg(test)]
mod tests;
