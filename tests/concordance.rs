//! How sure the concordance is, on the names of the world that are kept beside the package: a hundred pairs that it makes,
//! drawn by a hash of their ids and judged by hand (`right`: what is known of the two places, not of the method).
//!
//! Where the names are missing the test says so and passes.

use std::collections::BTreeSet;

use gazetier::Gazetteer;
use gazetier::gazetteer::ReadOptions;
use gazetier::gazetteer::concord::{Evidence, Knowledge, links};

use crate::support::{shared, unpacked};

const PAIRS: &str = include_str!("concordance-pairs.csv");

#[test]
fn of_a_hundred_pairs_one_may_be_wrong() {
    let Some(folder) = shared("gazetteers") else { return };
    let temporary = tempfile::tempdir().expect("a folder");
    let names = unpacked(&folder.join("world-names.csv.zst"), &temporary.path().join("world.csv"));
    let places = unpacked(&folder.join("places-geo.csv.zst"), &temporary.path().join("places-geo.csv"));
    let world = Gazetteer::read_with(&names, ReadOptions { lenient: true }).expect("readable");
    let mut known = Knowledge::default();
    known.read(&folder.join("concordance.csv")).expect("sound");
    known.read(&places).expect("sound");
    let found: BTreeSet<(String, String)> = links(world.layers(), &known)
        .into_iter()
        .filter(|link| link.evidence != Evidence::Told)
        .map(|link| (link.first.to_string(), link.second.to_string()))
        .collect();

    let (mut judged, mut wrong) = (0, Vec::new());
    for row in csv::Reader::from_reader(PAIRS.as_bytes()).records() {
        let row = row.expect("four cells");
        if found.contains(&(row[0].to_owned(), row[1].to_owned())) {
            judged += 1;
            if &row[3] != "yes" {
                wrong.push(row[2].to_owned());
            }
        }
    }
    // Verdicts on pairs that are no longer made say nothing.
    assert!(judged >= 95, "{judged} of the judged pairs are still made: judge new ones");
    assert!(wrong.len() <= 1, "{wrong:?}");
}
