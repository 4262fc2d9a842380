//! `gazetier eval`: figures that a reader can count by hand, and gold with mistakes.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{field_names, package, rows_of, run_for, shared};

const GAZETTEER: &str = "\
id,kind,name,aliases,wikidata,geonames,prior
my:paris,place,Paris,,Q90,2988507,0.9
my:paris-texas,place,Paris,,Q830149,,0.1
my:london,place,London,Londres,Q84,2643743,
my:hilton,person,Hilton,,,,
my:bgf,organization,Boston Global Forum,BGF,,,
my:victory,ship,Victory,,,,
";

/// Nine marks: what is found of them is written beside each.
const GOLD: &str = concat!(
    // Right; right, by the name of GeoNames; wrong kind (found as a person); spurious (Paris).
    r#"{"id":"a","lang":"fr","text":"À Londres et à Paris, Hilton parle de Paris.","entities":["#,
    r#"{"start":2,"end":9,"type":"LOC","id":"gn:2643743"},{"start":15,"end":20,"type":"LOC","id":"Q90"},"#,
    r#"{"start":22,"end":28,"type":"ORG","id":"Q1"}]}"#,
    "\n",
    // Right by the second kind; missed (of a kind that is listed), with an id that is loaded; ignored; found under the
    // wrong entity.
    r#"{"id":"b","lang":"en","text":"BGF in Great London, Paris, London.","entities":["#,
    r#"{"start":0,"end":3,"type":"PER","alt":"ORG"},{"start":7,"end":19,"type":"LOC","id":"Q84"},"#,
    r#"{"start":21,"end":26,"type":"LOC","id":"Q830149"},{"start":28,"end":34,"type":null,"ignore":true}]}"#,
    "\n",
    // A kind that only the second file annotates, and MISC.
    r#"{"id":"c","lang":"en","text":"The Victory left London.","entities":[{"start":4,"end":11,"type":"MISC"}]}"#,
    "\n",
);

fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("names.csv"), GAZETTEER).unwrap();
    std::fs::write(folder.path().join("gold.jsonl"), GOLD).unwrap();
    folder
}

fn eval<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["eval", "--no-builtin", "-g", "names.csv"], more].concat()
}

fn json_of(code: i32, folder: &Path, more: &[&str]) -> Value {
    let ran = run_for(code, folder, &eval(&[more, &["--json", "-q"]].concat()));
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

/// Gold, found, right; right without kinds, of the gold and of what was found.
fn counts(kind: &Value) -> [u64; 5] {
    let number = |value: &Value| value.as_u64().unwrap();
    let (strict, untyped) = (&kind["strict"], &kind["untyped"]);
    assert_eq!(strict["right_of_gold"], strict["right_of_found"]);
    [&kind["gold"], &kind["found"], &strict["right_of_gold"], &untyped["right_of_gold"], &untyped["right_of_found"]]
        .map(number)
}

#[test]
fn figures_are_those_counted_by_hand() {
    let folder = workplace();
    let figures = json_of(0, folder.path(), &["gold.jsonl"]);
    let total = &figures["total"];
    assert_eq!((&total["documents"], &total["ignored"]), (&3.into(), &1.into()));
    // `London` inside `Great London` and in the last text, and the second `Paris` of the first are spurious.
    assert_eq!(counts(&total["kinds"]["place"]), [4, 6, 3, 3, 3]);
    // Right by `alt`: counts under the kind of the gold. `Hilton` was found as a person.
    assert_eq!(counts(&total["kinds"]["person"]), [1, 2, 1, 1, 2]);
    assert_eq!(counts(&total["kinds"]["organization"]), [1, 0, 0, 1, 0]);
    assert_eq!(counts(&total["all"]), [6, 8, 4, 5, 5]);
    let kinds: Vec<&String> = total["kinds"].as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["organization", "person", "place"], "no ship: the gold annotates none");
    assert_eq!(total["all"]["strict"]["precision"], 0.5);
    assert_eq!(total["all"]["strict"]["recall"], 0.6667);
    assert_eq!(total["all"]["strict"]["f1"], 0.5714);
    assert_eq!(total["kinds"]["organization"]["strict"]["precision"], Value::Null);
    assert_eq!(figures["languages"]["fr"]["documents"], 1);
    assert_eq!(figures["languages"]["en"]["documents"], 2);
}

#[test]
fn an_entity_is_right_under_any_of_its_ids() {
    let folder = workplace();
    let figures = json_of(0, folder.path(), &["gold.jsonl"]);
    let ids = json!({
        "with_id": 4, "listed": 4, "found": 3, "right": 2, "right_of_listed": 0.5, "right_of_found": 0.6667,
    });
    assert_eq!(figures["total"]["kinds"]["place"]["ids"], ids);
    let ids = json!({
        "with_id": 1, "listed": 0, "found": 0, "right": 0, "right_of_listed": null, "right_of_found": null,
    });
    assert_eq!(figures["total"]["kinds"]["organization"]["ids"], ids);
}

#[test]
fn wrong_mentions_are_written_with_their_context() {
    let folder = workplace();
    run_for(0, folder.path(), &eval(&["gold.jsonl", "-q", "--errors", "wrong.csv", "--context", "4"]));
    let text = std::fs::read_to_string(folder.path().join("wrong.csv")).unwrap();
    let header = "doc_id,start_char,end_char,surface,problem,gold_kind,found_kind,entity_id,rule,left,right\n";
    assert!(text.starts_with(header), "{text}");
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            r#"a,22,28,Hilton,wrong-kind,organization,person,my:hilton,exact,"is, ", par"#,
            "a,38,43,Paris,spurious,,place,my:paris,exact, de ,.",
            "b,7,19,Great London,missed,place,,my:london,, in ,\", Pa\"",
            "b,13,19,London,spurious,,place,my:london,exact,eat ,\", Pa\"",
            "c,17,23,London,spurious,,place,my:london,exact,eft ,.",
        ]
    );
}

/// What is missed, spurious and of the wrong kind adds up to the counts, and `extract` finds the same.
#[test]
fn mistakes_add_up_and_the_mentions_are_those_of_extract() {
    let folder = workplace();
    let at = folder.path();
    for options in [&[][..], &["--no-resolve", "--overlaps", "all"], &["--match", "exact", "--lang", "fr"]] {
        let figures = json_of(0, at, &[&["gold.jsonl", "--errors", "wrong.csv", "-j", "2"], options].concat());
        let wrong = rows_of(&at.join("wrong.csv"));
        let of = |problem: &str| wrong.iter().filter(|row| row["problem"] == problem).count() as u64;
        let [gold, found, right, ..] = counts(&figures["total"]["all"]);
        assert_eq!(right + of("missed") + of("wrong-kind"), gold, "{options:?}");
        assert_eq!(right + of("spurious") + of("wrong-kind"), found, "{options:?}");
        let extract = ["extract", "--no-builtin", "-g", "names.csv", "gold.jsonl", "-q", "-o", "found.csv"];
        run_for(0, at, &[&extract[..], options].concat());
        let mut spans: Vec<[String; 4]> = rows_of(&at.join("found.csv"))
            .iter()
            .filter(|row| row["kind"] != "ship")
            .map(|row| ["doc_id", "start_char", "end_char", "kind"].map(|column| row[column].clone()))
            .collect();
        spans.dedup();
        assert_eq!(spans.len() as u64, found + figures["total"]["ignored"].as_u64().unwrap(), "{options:?}");
    }
}

#[test]
fn only_kinds_that_a_file_annotates_are_scored() {
    let folder = workplace();
    let at = folder.path();
    let ships =
        r#"{"id":"s","lang":"en","text":"The Victory left London.","entities":[{"start":4,"end":11,"type":"Ship"}]}"#;
    std::fs::write(at.join("ships.jsonl"), ships).unwrap();
    let both = json_of(0, at, &["gold.jsonl", "ships.jsonl"]);
    assert_eq!(counts(&both["total"]["kinds"]["ship"]), [1, 1, 1, 1, 1]);
    assert_eq!(counts(&both["files"][1]["all"]), [1, 1, 1, 1, 1], "London is not wrong in a set of ships");
    assert_eq!(counts(&both["files"][0]["all"]), [6, 8, 4, 5, 5]);
    assert_eq!((&both["files"][0]["path"], &both["files"][1]["path"]), (&"gold.jsonl".into(), &"ships.jsonl".into()));

    let kinds = json_of(0, at, &["ships.jsonl", "--kinds", "ship,place"]);
    assert_eq!(counts(&kinds["total"]["all"]), [1, 2, 1, 1, 1]);
    let miscellaneous = json_of(0, at, &["gold.jsonl", "--kinds", "misc,ship"]);
    assert_eq!(counts(&miscellaneous["total"]["all"]), [1, 1, 0, 1, 1]);
    let places = json_of(0, at, &["gold.jsonl", "--kind", "place"]);
    assert_eq!(places["total"]["kinds"].as_object().unwrap().keys().collect::<Vec<_>>(), ["place"]);

    let table = run_for(0, at, &eval(&["gold.jsonl", "ships.jsonl", "-q"])).out;
    for row in ["gold.jsonl", "ships.jsonl", "fr", "en", "all", "ship"] {
        assert!(table.lines().any(|line| line.split_whitespace().next() == Some(row)), "{row}: {table}");
    }
}

#[test]
fn gold_with_mistakes_is_told_and_left_out() {
    let folder = workplace();
    let at = folder.path();
    let mut text = "no\n".to_owned();
    text.push_str(GOLD);
    text.push_str(
        "{\"text\":\"Paris\",\"entities\":[{\"start\":0,\"end\":6,\"type\":\"LOC\"},{\"start\":5,\"end\":5}]}\n",
    );
    std::fs::write(at.join("broken.jsonl"), text).unwrap();
    let ran = run_for(1, at, &eval(&["broken.jsonl"]));
    for message in [
        "broken.jsonl:1: no record of gold, expected ident (column 2)\n",
        "broken.jsonl:5: a mention lies outside the 5 characters of the text: `0-6`\n",
        "broken.jsonl:5: a mention covers nothing: `5-5`\n",
        "2 broken lines of gold left out\n",
    ] {
        assert!(ran.err.contains(message), "{message}{}", ran.err);
    }
    let figures = json_of(1, at, &["broken.jsonl"]);
    assert_eq!(counts(&figures["total"]["all"]), [6, 8, 4, 5, 5]);
    assert_eq!(figures["files"][0]["broken_lines"], 2);
    assert_eq!(figures["total"], json_of(0, at, &["gold.jsonl"])["total"]);

    std::fs::write(at.join("none.jsonl"), "[]\n").unwrap();
    for bad in ["none.jsonl", "missing.jsonl", "-", "."] {
        let ran = run_for(2, at, &eval(&["gold.jsonl", bad]));
        assert!(ran.out.is_empty() && !ran.err.contains("panicked"), "{bad}: {}", ran.err);
    }
    run_for(2, at, &eval(&["gold.jsonl", "-o", "gold.jsonl"]));
    run_for(2, at, &eval(&["gold.jsonl", "--errors", "gold.jsonl"]));
    assert_eq!(std::fs::read_to_string(at.join("gold.jsonl")).unwrap(), GOLD);
}

/// Texts in place of types: as many kinds as mentions.
#[test]
fn gold_of_too_many_kinds_is_refused() {
    let folder = workplace();
    let at = folder.path();
    let gold = |kinds: usize| -> String {
        let line = |kind| format!(r#"{{"text":"Paris","entities":[{{"start":0,"end":5,"type":"T{kind}"}}]}}"#) + "\n";
        (0..kinds).map(line).collect()
    };
    std::fs::write(at.join("many.jsonl"), gold(1000)).unwrap();
    assert_eq!(json_of(0, at, &["many.jsonl"])["total"]["kinds"].as_object().unwrap().len(), 1000);
    std::fs::write(at.join("many.jsonl"), gold(1001)).unwrap();
    let ran = run_for(2, at, &eval(&["many.jsonl"]));
    assert!(ran.err.contains("many.jsonl:1001: more than 1000 kinds of mentions `t1000`"), "{}", ran.err);
}

#[test]
fn two_evaluations_are_compared() {
    let folder = workplace();
    let at = folder.path();
    run_for(0, at, &eval(&["gold.jsonl", "-q", "-o", "before.json"]));
    let more = format!("{GAZETTEER}my:great,place,Great London,,Q84,,0.9\n");
    std::fs::write(at.join("names.csv"), more).unwrap();
    let ran = run_for(0, at, &eval(&["gold.jsonl", "--compare", "before.json"]));
    let (_, compared) = ran.out.split_once("compared with before.json\n").unwrap();
    // Four of four, of six found: recall was 75, precision 50.
    let place = compared.lines().find(|line| line.starts_with("place")).unwrap();
    let cells: Vec<&str> = place.split_whitespace().collect();
    assert_eq!(cells, ["place", "66.7", "+16.7", "100.0", "+25.0", "80.0", "+20.0", "80.0", "+20.0", "75.0", "+25.0"]);
    assert!(!ran.err.contains("other gold"), "{}", ran.err);

    let figures = json_of(0, at, &["gold.jsonl", "--compare", "before.json"]);
    let change = &figures["compared"][0]["kinds"]["place"]["strict"]["recall"];
    assert_eq!(*change, json!({ "before": 0.75, "now": 1.0, "change": 0.25 }));

    let first = GOLD.lines().next().unwrap();
    std::fs::write(at.join("other.jsonl"), first).unwrap();
    let ran = run_for(0, at, &eval(&["other.jsonl", "--compare", "before.json"]));
    assert!(ran.err.contains("before.json: the figures are of other gold"), "{}", ran.err);
    for bad in ["gold.jsonl", "names.csv", "missing.json"] {
        run_for(2, at, &eval(&["gold.jsonl", "--compare", bad]));
    }
}

#[test]
fn bytes_are_the_same_for_any_number_of_threads() {
    let folder = workplace();
    let at = folder.path();
    std::fs::write(at.join("many.jsonl"), GOLD.repeat(1000)).unwrap();
    let run = |threads: &str| {
        let out = run_for(0, at, &eval(&["many.jsonl", "-q", "--json", "--errors", "wrong.csv", "-j", threads])).out;
        (out, std::fs::read_to_string(at.join("wrong.csv")).unwrap())
    };
    let one = run("1");
    assert_eq!(one.1.lines().count(), 5001);
    assert!(run("4") == one);
}

#[test]
fn a_configuration_file_counts_but_for_its_format() {
    let folder = workplace();
    let at = folder.path();
    std::fs::write(at.join("gazetier.toml"), "format = \"tsv\"\nkind = \"place\"\n").unwrap();
    let figures = json_of(0, at, &["gold.jsonl"]);
    assert!(figures["config"].as_str().unwrap().ends_with("gazetier.toml"));
    assert_eq!(figures["options"]["kind"][0], "place");
    assert_eq!(json_of(0, at, &["gold.jsonl", "--no-config"])["config"], Value::Null);
}

#[test]
fn every_field_is_documented() {
    let folder = workplace();
    let page = std::fs::read_to_string(package("docs/EVAL.md")).unwrap();
    run_for(0, folder.path(), &eval(&["gold.jsonl", "-q", "-o", "before.json"]));
    let mut found = Vec::new();
    field_names(&json_of(0, folder.path(), &["gold.jsonl", "--compare", "before.json"]), &mut found);
    assert!(found.len() > 50);
    for name in found {
        assert!(page.contains(&format!("`{name}`")), "{name} in docs/EVAL.md");
    }
}

/// Real gold: every set is read without a mistake, and something is right in each.
#[test]
fn sets_kept_beside_the_package_are_sound() {
    for set in ["geovirus.en", "gum.en", "newseye.fr", "newsfair.en", "vlspsample.vi", "wikifair.en"] {
        let Some(path) = shared(&format!("corpora/dev/{set}.dev.jsonl")) else { continue };
        let ran = run_for(0, Path::new("."), &["eval", path.to_str().unwrap(), "--json", "--no-config"]);
        let figures: Value = serde_json::from_str(&ran.out).unwrap();
        let all = &figures["total"]["all"];
        assert!(all["strict"]["f1"].as_f64().unwrap() > 0.15, "{set}: {all}");
        assert!(all["untyped"]["f1"].as_f64() >= all["strict"]["f1"].as_f64(), "{set}");
    }
}
