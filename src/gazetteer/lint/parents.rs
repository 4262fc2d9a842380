//! Parents: do they exist, are they one, and do they end?

use hashbrown::HashMap;

use super::{Row, at, is_same, rows};
use crate::error::Problem;
use crate::gazetteer::{Action, Layer, SmolStr};

/// Ids and canonical names of the layers so far; rows of one entity share the index of the earliest.
#[derive(Default)]
struct Known<'a> {
    ids: HashMap<&'a str, usize>,
    names: HashMap<&'a str, Named>,
}

/// The entity that a canonical name means: the highest prior, ties by the earlier row.
struct Named {
    best: usize,
    prior: f32,
    ambiguous: bool,
}

/// Checks the parents of all rows.
pub(super) fn check(layers: &[Layer], problems: &mut Vec<Problem>) {
    let all: Vec<Row<'_>> = rows(layers).collect();
    let mut known = Known::default();
    // Entity → its parent and the row that says so; later rows win.
    let mut parents: HashMap<usize, (usize, usize)> = HashMap::new();
    let mut roots = Vec::with_capacity(all.len());
    let mut start = 0;
    while start < all.len() {
        let end = start + all[start..].iter().take_while(|row| row.layer == all[start].layer).count();
        for index in start..end {
            roots.push(known.add(index, &all));
        }
        for index in start..end {
            let row = all[index];
            let Some(parent) = row.entity.parent().filter(|_| row.entity.action != Action::Remove) else {
                continue;
            };
            if let Some(&root) = known.ids.get(parent) {
                parents.insert(roots[index], (root, index));
            } else if let Some(named) = known.names.get(parent) {
                if named.ambiguous {
                    let message = format!("parent is the canonical name of several entities, give an id: `{parent}`");
                    problems.push(at(row.owner, row.entity, Problem::warning("ambiguous-parent", message)));
                }
                parents.insert(roots[index], (named.best, index));
            } else {
                let message = format!("parent is neither an id nor a canonical name: `{parent}`");
                problems.push(at(row.owner, row.entity, Problem::error("unknown-parent", message)));
            }
        }
        start = end;
    }
    check_cycles(&all, &parents, problems);
}

impl<'a> Known<'a> {
    /// Adds a row; gives the earliest row of its entity.
    fn add(&mut self, index: usize, all: &[Row<'a>]) -> usize {
        let entity = all[index].entity;
        let given = (!entity.id_derived).then_some(&entity.id);
        let ids = || given.into_iter().chain(entity.same_as()).chain(entity.outside()).map(SmolStr::as_str);
        let root = ids().filter_map(|id| self.ids.get(id)).min().copied().unwrap_or(index);
        if entity.action == Action::Remove {
            return root;
        }
        for id in ids().chain([entity.id.as_str()]) {
            self.ids.entry(id).or_insert(root);
        }
        let prior = entity.prior.unwrap_or(crate::gazetteer::DEFAULT_PRIOR);
        match self.names.entry(entity.name()) {
            hashbrown::hash_map::Entry::Vacant(entry) => {
                entry.insert(Named { best: root, prior, ambiguous: false });
            }
            hashbrown::hash_map::Entry::Occupied(mut entry) => {
                let named = entry.get_mut();
                if named.best != root && !is_same(all[named.best].entity, entity) {
                    named.ambiguous = true;
                    if prior > named.prior {
                        (named.best, named.prior) = (root, prior);
                    }
                }
            }
        }
        root
    }
}

/// Reports every circle once, at its earliest entity.
fn check_cycles(all: &[Row<'_>], parents: &HashMap<usize, (usize, usize)>, problems: &mut Vec<Problem>) {
    // 0 not seen, 1 on the way, 2 done.
    let mut state = vec![0u8; all.len()];
    for start in 0..all.len() {
        let mut path = Vec::new();
        let mut here = start;
        while state[here] == 0 {
            state[here] = 1;
            path.push(here);
            match parents.get(&here) {
                Some((parent, _)) => here = *parent,
                None => break,
            }
        }
        if state[here] == 1
            && let Some(first) = path.iter().position(|index| *index == here)
            && parents.contains_key(&here)
        {
            let mut circle = path[first..].to_vec();
            let smallest = (0..circle.len()).min_by_key(|i| circle[*i]).unwrap_or(0);
            circle.rotate_left(smallest);
            let row = all[parents.get(&circle[0]).map_or(circle[0], |(_, row)| *row)];
            let mut steps: Vec<String> =
                circle.iter().take(6).map(|index| format!("`{}`", all[*index].entity.id)).collect();
            if circle.len() > 6 {
                steps.push("…".to_owned());
            }
            let message = if circle.len() == 1 {
                format!("an entity is its own parent: {}", steps[0])
            } else {
                format!("parents go in a circle: {}", steps.join(", "))
            };
            problems.push(at(row.owner, row.entity, Problem::error("parent-cycle", message)));
        }
        for index in path {
            state[index] = 2;
        }
    }
}
