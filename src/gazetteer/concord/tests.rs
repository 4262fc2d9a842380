use super::*;
use crate::gazetteer::{ReadOptions, source};

fn layer(csv: &str) -> Layer {
    source::read_texts("test", &[("places.csv", csv)], ReadOptions::default()).expect("sound")
}

fn linked(csv: &str) -> Vec<(String, String)> {
    links(&[layer(csv)], &Knowledge::default())
        .into_iter()
        .map(|link| (link.first.to_string(), link.second.to_string()))
        .collect()
}

fn pair(first: &str, second: &str) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

const POSITIONS: &str = "id,name,aliases,country,lat,lon\n";

#[test]
fn a_name_and_a_place_make_one() {
    let london = "gn:2643743,London,,GB,51.5085,-0.1257\nwof:101750367,City of London,London,GB,51.5,-0.1\n";
    assert_eq!(linked(&format!("{POSITIONS}{london}")), [pair("geonames:2643743", "wof:101750367")]);
    // Another country, another collection's namesake close by, or one too far away.
    assert_eq!(linked(&format!("{POSITIONS}gn:1,London,,GB,51.5,-0.12\nwof:2,London,,FR,51.5,-0.1\n")), []);
    assert_eq!(linked(&format!("{POSITIONS}{london}gn:3,London,,GB,51.3,-0.1\n")), []);
    assert_eq!(linked(&format!("{POSITIONS}gn:1,London,,CA,42.98,-81.2\nwof:2,London,,CA,43.2,-81.2\n")), []);
    // Two of one collection are never one.
    assert_eq!(linked(&format!("{POSITIONS}gn:1,London,,GB,51.5,-0.1\ngn:2,London,,GB,51.5,-0.1\n")), []);
}

const NAMES: &str = "id,name,name:fr,name:vi,aliases,prior,country\n";

#[test]
fn three_names_in_two_languages_make_one() {
    let london = "Q84,London,Londres,Luân Đôn,,0.9,\ngn:2643743,London,,,Londres|Luan Don|Londyn,0.8,GB\n";
    assert_eq!(linked(&format!("{NAMES}{london}")), [pair("wikidata:Q84", "geonames:2643743")]);
    // Two names are too few, and so is one language.
    assert_eq!(linked(&format!("{NAMES}Q84,London,Londres,,,0.9,\ngn:1,London,,,Londres,0.8,\n")), []);
    let french = "Q84,Aa,Londres,,Bb,0.9,\ngn:1,Aa,Londres,,Bb,0.8,\n";
    assert_eq!(linked(&format!("{NAMES}{french}")), []);
    // A namesake that is as well known leaves it open.
    let twin = format!("{NAMES}{london}gn:6058560,London,,,Londres|Luân Đôn,0.8,CA\n");
    assert_eq!(linked(&twin), []);
    let small = format!("{NAMES}{london}gn:6058560,London,,,Londres|Luân Đôn,0.5,CA\n");
    assert_eq!(linked(&small), [pair("wikidata:Q84", "geonames:2643743")]);
}

#[test]
fn what_is_known_comes_first() {
    let csv = "id,name,name:fr,name:vi\nQ2082,St. John's,Saint-Jean,Thánh Gioan\ngn:3576022,St. John's,Saint-Jean,Thánh Gioan\n";
    let layers = [layer(csv)];
    assert_eq!(links(&layers, &Knowledge::default()).len(), 1);
    let mut known =
        Knowledge { same: vec![vec!["wikidata:Q2082".into(), "geonames:6324733".into()]], ..Knowledge::default() };
    assert_eq!(links(&layers, &known), []);
    known.same[0][1] = "geonames:3576022".into();
    assert_eq!(links(&layers, &known)[0].evidence, Evidence::Told);
    // Two countries by a table of positions.
    let places = [("wikidata:Q2082", "CA", 47.56), ("geonames:3576022", "AG", 17.12)];
    known = Knowledge::default();
    known.places.extend(places.map(|(id, country, lat)| (id.into(), (country.into(), lat, -55.0))));
    assert_eq!(links(&layers, &known), []);
}

#[test]
fn a_row_between_two_stays_alone() {
    let csv = "id,name,name:fr,name:vi,country\nQ696355,Melle,Melne,Me-lơ,BE\ngn:2872079,Melle,Melne,Me-lơ,DE\n";
    assert_eq!(linked(csv), []);
    assert_eq!(linked(&format!("{csv}wof:1108830093,Melle,Melne,Me-lơ,\n")), []);
    assert_eq!(
        linked(&format!("{csv}wof:1108830093,Melle,Melne,Me-lơ,BE\n")),
        [pair("wikidata:Q696355", "wof:1108830093")]
    );
}

#[test]
fn an_entity_has_one_id_of_a_collection() {
    // Q84 is GeoNames 1 by its own word, and so never 2.
    let csv = "id,name,name:fr,name:vi,geonames\nQ84,London,Londres,Luân Đôn,1\ngn:2,London,Londres,Luân Đôn,\n";
    assert_eq!(linked(csv), []);
}

/// Each row with each other, and that three times, takes many minutes.
#[test]
fn a_name_may_be_in_thousands_of_collections() {
    let crowd: String = (0..4_000).map(|n| format!("own{n}:1,Common,Commun,Chung,,0.5,\n")).collect();
    let london = "Q84,London,Londres,Luân Đôn,,0.9,\ngn:2643743,London,Londres,Luân Đôn,,0.8,\n";
    let begun = std::time::Instant::now();
    let found = linked(&format!("{NAMES}{crowd}{london}"));
    assert_eq!(found, [pair("wikidata:Q84", "geonames:2643743")]);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn joined_rows_name_the_earlier_one() {
    let csv = format!("{NAMES}Q84,London,Londres,Luân Đôn,,0.9,\ngn:2643743,London,Londres,Luân Đôn,,0.8,GB\n");
    let (layers, links) = join(vec![layer(&csv)], &Knowledge::default());
    assert_eq!(links.len(), 1);
    assert_eq!(layers[0].entities[1].same_as(), ["wikidata:Q84"]);
}
