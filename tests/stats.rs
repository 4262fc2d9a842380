//! `gazetier stats`: what gazetteers hold, what a corpus makes of them, what of a gold they cover.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{field_names, package, rows_of, run_for};

const NAMES: &str = "\
id,kind,name,name:fr,wikidata,geonames,important,needs
my:paris,place,Paris,,Q90,2988507,true,
my:nice,place,Nice,,,,,
my:london,place,London,Londres,Q84,,,
my:lam,person,Tô Lâm,,,,,
my:energy,theme,energy,,,,,power
";

fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    std::fs::create_dir(folder.path().join("news")).unwrap();
    write("names.csv", NAMES);
    write("news/a.txt", "A nice day in Paris. A very nice day, in Paris.\n");
    write("news/b.jsonl", "{\"text\":\"The energy of a child. The energy of the sea.\",\"lang\":\"en\"}\n");
    let gold = concat!(
        r#"{"text":"Londres, Nice.","entities":[{"start":0,"end":7,"type":"LOC","id":"Q84"},"#,
        r#"{"start":9,"end":13,"type":"LOC","id":"Q33959"}]}"#,
        "\n",
        r#"{"text":"Macron","entities":[{"start":0,"end":6,"type":"PER","id":"Q3052772"}]}"#,
        "\n",
    );
    write("gold.jsonl", gold);
    folder
}

fn json_of(code: i32, folder: &Path, more: &[&str]) -> Value {
    let ran = run_for(code, folder, &[&["stats", "--json"], more].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

#[test]
fn the_contents_are_counted() {
    let folder = workplace();
    let stats = json_of(0, folder.path(), &["names.csv"]);
    let place = json!({
        "entities": 3, "names": 4, "one_word": 4, "important": 1, "needs": 0, "positions": 0, "with_id": 3,
        "languages": { "fr": 1, "und": 3 },
        "ids": { "geonames": 1, "my": 3, "wikidata": 2 },
    });
    assert_eq!(stats["kinds"]["place"], place);
    assert_eq!((&stats["all"]["entities"], &stats["all"]["needs"]), (&5.into(), &1.into()));
    assert_eq!((&stats["corpus"], &stats["gold"]), (&Value::Null, &Value::Null));
    let both = json_of(0, folder.path(), &["names.csv", "--with-builtin"]);
    let builtin = json_of(0, folder.path(), &[]);
    assert!(builtin["all"]["entities"].as_u64().unwrap() > 4000);
    // Paris and London are those that are built in.
    let places = |stats: &Value| stats["kinds"]["place"]["entities"].as_u64().unwrap();
    assert!(places(&both) <= places(&builtin) + 2);
}

#[test]
fn a_corpus_tells_doubtful_and_dead_names() {
    let folder = workplace();
    let at = folder.path();
    let stats = &json_of(0, at, &["names.csv", "--corpus", "news", "--dead", "dead.csv"])["corpus"];
    assert_eq!((&stats["documents"], &stats["errors"]), (&2.into(), &0.into()));
    assert_eq!(stats["kinds"]["place"], json!({ "hits": 2, "mentions": 2 }));
    assert_eq!(stats["kinds"]["theme"], json!({ "hits": 2, "mentions": 0 }));
    assert_eq!(stats["kinds"]["person"], json!({ "hits": 0, "mentions": 0 }));
    assert_eq!(stats["dropped"], json!({ "needs context": 2 }));
    assert_eq!((&stats["top"][0]["name"], &stats["top"][0]["hits"]), (&"Paris".into(), &2.into()));
    let nice = json!({
        "name": "Nice", "langs": [], "kind": "place", "entity_id": "my:nice", "hits": 0, "mentions": 0, "dropped": {},
        "small_letters": 2, "capital": 0, "reasons": ["small letters"],
        "example": "A [nice] day in Paris. A very nice day",
    });
    assert_eq!(stats["doubtful"][0], nice);
    assert_eq!(stats["doubtful"][1]["reasons"], json!(["dropped"]));
    assert_eq!((&stats["doubtful_names"], &stats["dead_names"]), (&2.into(), &4.into()));
    let dead: Vec<[String; 4]> = rows_of(&at.join("dead.csv"))
        .iter()
        .map(|row| ["entity_id", "kind", "name", "lang"].map(|column| row[column].clone()))
        .collect();
    let expected = [
        ["my:nice", "place", "Nice", ""],
        ["my:london", "place", "London", ""],
        ["my:london", "place", "Londres", "fr"],
        ["my:lam", "person", "Tô Lâm", ""],
    ];
    assert_eq!(dead, expected.map(|row| row.map(str::to_owned)));

    let one = json_of(0, at, &["names.csv", "--corpus", "news", "--top", "1"]);
    assert_eq!(one["corpus"]["doubtful"].as_array().unwrap().len(), 1);
    assert_eq!(one["corpus"]["doubtful_names"], 2);
}

#[test]
fn the_coverage_of_gold_is_counted() {
    let folder = workplace();
    let gold = &json_of(0, folder.path(), &["names.csv", "--gold", "gold.jsonl"])["gold"];
    let ids = json!({ "count": 2, "by_id": 1, "by_name": 2, "share_by_id": 0.5, "share_by_name": 1.0 });
    assert_eq!(gold["kinds"]["place"]["ids"], ids);
    assert_eq!(gold["kinds"]["person"]["ids"]["by_name"], 0);
    assert_eq!(gold["all"]["mentions"]["share_by_id"], 0.3333);
    assert_eq!(gold["all"]["surfaces"], json!({ "count": 3, "by_name": 2, "share_by_name": 0.6667 }));
}

#[test]
fn the_table_has_every_part() {
    let folder = workplace();
    let arguments = ["stats", "names.csv", "--corpus", "news", "--gold", "gold.jsonl"];
    let table = run_for(0, folder.path(), &arguments).out;
    for line in [
        "gazetteer  names.csv: 5 entities, 6 names",
        "names by language",
        "ids by prefix",
        "names hit most",
        "2 doubtful names of one word",
        "4 dead names: never hit",
        "surfaces",
    ] {
        assert!(table.lines().any(|l| l.starts_with(line)), "{line}: {table}");
    }
    let place: Vec<&str> = table.lines().find(|line| line.starts_with("place")).unwrap().split_whitespace().collect();
    assert_eq!(place, ["place", "3", "4", "4", "1", "0", "0", "3"]);
    assert!(table.contains("small letters: A [nice] day"), "{table}");
}

#[test]
fn sources_and_licences_are_told() {
    let ran = run_for(0, Path::new("."), &["stats", "--licenses"]);
    for word in ["places.csv", "GeoNames", "CC-BY-4.0", "Unicode-3.0", "attribution"] {
        assert!(ran.out.contains(word), "{word}");
    }
    let rows = rows_of(&package("gazetteers/LICENSES.csv"));
    let told = json_of(0, Path::new("."), &["--licenses"]);
    assert_eq!(told["licenses"].as_array().unwrap().len(), rows.len());
    assert_eq!(told["licenses"][2]["file"], rows[2]["file"]);
    // It lies among gazetteers and is none.
    let ran = run_for(0, Path::new("."), &["lint", package("gazetteers").to_str().unwrap(), "--quiet"]);
    assert!(ran.out.is_empty(), "{}", ran.out);
}

#[test]
fn what_is_wrong_is_told() {
    let folder = workplace();
    let at = folder.path();
    std::fs::write(at.join("broken.jsonl"), "{\"text\":\"Paris\"}\nno\n").unwrap();
    let ran = run_for(1, at, &["stats", "names.csv", "--corpus", "broken.jsonl"]);
    assert!(ran.err.contains("broken.jsonl:2: "), "{}", ran.err);
    let ran = run_for(2, at, &["stats", "names.csv", "--gold", "broken.jsonl"]);
    assert!(ran.err.contains("broken.jsonl:1: no record of gold"), "{}", ran.err);
    for arguments in [
        &["missing.csv"][..],
        &["names.csv", "--corpus", "missing"],
        &["names.csv", "--dead", "dead.csv"],
        &["names.csv", "--corpus", "news", "--dead", "names.csv"],
        &["names.csv", "--licenses"],
        &["names.csv", "--lang", "francais"],
    ] {
        run_for(2, at, &[&["stats"], arguments].concat());
    }
    assert_eq!(std::fs::read_to_string(at.join("names.csv")).unwrap(), NAMES);
}

#[test]
fn every_field_is_documented() {
    let folder = workplace();
    let page = std::fs::read_to_string(package("docs/STATS.md")).unwrap();
    let mut found = Vec::new();
    field_names(&json_of(0, folder.path(), &["names.csv", "--corpus", "news", "--gold", "gold.jsonl"]), &mut found);
    field_names(&json_of(0, folder.path(), &["--licenses"]), &mut found);
    // Of the test's gazetteer, not of the figures.
    found.retain(|name| name != "my");
    assert!(found.len() > 50);
    for name in found {
        assert!(page.contains(&format!("`{name}`")), "{name} in docs/STATS.md");
    }
}
