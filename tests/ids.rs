//! Wikidata ids of the built-in gazetteers, held to the labels that are kept beside the package: an item must have a name
//! of the row that claims it.
//!
//! Where the labels are missing the test says so and passes.

use std::collections::{HashMap, HashSet};

use gazetier::gazetteer::ReadOptions;
use gazetier::text::search_key;
use gazetier::{Gazetteer, gazetteer::Entity};

use crate::support::{shared, unpacked};

/// Rows whose names may have nothing in common with the labels of their item: labels of one language against names of
/// others.
const STRANGE_PER_THOUSAND: usize = 20;

fn keys(entity: &Entity) -> HashSet<String> {
    entity.names.iter().map(|name| search_key(&name.text)).collect()
}

#[test]
fn an_item_belongs_to_one_row() {
    let rows = Gazetteer::builtin_rows();
    let mut owners: HashMap<&str, &str> = HashMap::new();
    let mut items = 0;
    for entity in rows.layers().iter().flat_map(|layer| &layer.entities) {
        for id in entity.outside().iter().filter(|id| id.starts_with("wikidata:")) {
            items += 1;
            if let Some(other) = owners.insert(id, &entity.id) {
                panic!("{id}: both {other} and {}", entity.id);
            }
        }
    }
    assert!(items > 3_000, "{items} items");
}

#[test]
fn an_item_has_a_name_of_its_row() {
    let Some(packed) = shared("gazetteers/world-names.csv.zst") else { return };
    let temporary = tempfile::tempdir().expect("a folder");
    let names = unpacked(&packed, &temporary.path().join("world.csv"));
    let world = Gazetteer::read_with(&names, ReadOptions { lenient: true }).expect("readable");
    let items: HashMap<&str, &Entity> = world
        .layers()
        .iter()
        .flat_map(|layer| &layer.entities)
        .filter(|entity| entity.id.starts_with("wikidata:"))
        .map(|entity| (entity.id.as_str(), entity))
        .collect();
    let rows = Gazetteer::builtin_rows();
    let (mut known, mut strange) = (0, Vec::new());
    for entity in rows.layers().iter().flat_map(|layer| &layer.entities) {
        for id in entity.outside() {
            let Some(item) = items.get(id.as_str()) else { continue };
            known += 1;
            if keys(entity).is_disjoint(&keys(item)) {
                strange.push(format!("{} is {id}, {}", entity.id, item.name()));
            }
        }
    }
    assert!(known > 1_500, "{known} items have labels");
    assert!(strange.len() * 1_000 <= known * STRANGE_PER_THOUSAND, "{} of {known}: {strange:#?}", strange.len());
}
