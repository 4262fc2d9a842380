//! The limit on how many entities may share a form.

use super::Records;
use crate::error::Problem;
use crate::gazetteer::MAX_ENTITIES_A_FORM;

/// Where a row stands in its source, for problems that are only found when all rows are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub entity: u32,
    pub file: u32,
    pub line: u32,
}

pub(super) struct Limiter<'a> {
    pub records: Records<'a>,
    /// By entity.
    pub places: &'a [Place],
    pub files: &'a [String],
    pub problems: &'a mut Vec<Problem>,
}

impl Limiter<'_> {
    /// Keeps the names of at most [`MAX_ENTITIES_A_FORM`] entities: the highest priors, ties by the smaller id.
    pub fn limit(&mut self, group: &mut Vec<u32>) {
        if group.len() <= MAX_ENTITIES_A_FORM {
            return;
        }
        let records = self.records;
        let mut entities: Vec<(f32, u32)> = Vec::new();
        for name in &*group {
            let record = records.name(*name).unwrap_or_default();
            match entities.iter_mut().find(|(_, entity)| *entity == record.entity) {
                Some((prior, _)) => *prior = prior.max(record.prior),
                None => entities.push((record.prior, record.entity)),
            }
        }
        if entities.len() <= MAX_ENTITIES_A_FORM {
            return;
        }
        entities.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| records.entity(a.1).id.cmp(records.entity(b.1).id)));
        let text = records.name(group[0]).unwrap_or_default().text();
        for (_, entity) in &entities[MAX_ENTITIES_A_FORM..] {
            let mut problem = Problem::warning(
                "crowded-name",
                format!("more than {MAX_ENTITIES_A_FORM} entities share a name, this one is left out `{text}`"),
            );
            if let Ok(at) = self.places.binary_search_by_key(entity, |place| place.entity) {
                let place = self.places[at];
                problem = problem.at_line(u64::from(place.line));
                problem.path = self.files.get(place.file as usize).cloned();
            }
            self.problems.push(problem);
        }
        let kept: hashbrown::HashSet<u32> = entities[..MAX_ENTITIES_A_FORM].iter().map(|e| e.1).collect();
        group.retain(|name| records.name(*name).is_some_and(|record| kept.contains(&record.entity)));
    }
}
