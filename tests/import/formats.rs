//! What each format promises for itself.

use std::path::Path;

use gazetier::gazetteer::import::formats;
use tempfile::TempDir;

use super::{arguments, folder, read};
use crate::support::{Ran, column, rows_of, run, run_for, run_within};

/// The objects of a JSON Lines file.
fn objects(at: &Path, name: &str) -> Vec<serde_json::Value> {
    read(at, name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `text@lang`, with `*` before a canonical name and `=` before an acronym.
fn names_of(object: &serde_json::Value) -> Vec<String> {
    let mark = |role: Option<&str>| match role {
        Some("canonical") => "*",
        Some("acronym") => "=",
        _ => "",
    };
    let names = object["names"].as_array().cloned().unwrap_or_default();
    let one = |name: &serde_json::Value| {
        let text = |key: &str| name[key].as_str().unwrap_or("").to_owned();
        format!("{}{}@{}", mark(name["role"].as_str()), text("text"), text("lang"))
    };
    names.iter().map(one).collect()
}

/// Imports a format's example as JSON Lines.
fn example(name: &str, more: &[&str]) -> (TempDir, Ran) {
    let format = formats().find(|format| format.name == name).unwrap();
    let folder = folder(format.example.files);
    let ran = run(folder.path(), &arguments(&format, &[&["-o", "out.jsonl"], more].concat()));
    (folder, ran)
}

fn geonames(more: &[&str]) -> (TempDir, Ran) {
    let format = formats().find(|format| format.name == "geonames").unwrap();
    let folder = folder(format.example.files);
    let ran = run(folder.path(), &[&["import", "cities.txt", "-o", "out.jsonl"], more].concat());
    (folder, ran)
}

#[test]
fn geonames_joins_alternate_names_and_counts_what_is_no_name() {
    let (folder, ran) = geonames(&["--with", "alternateNamesV2.txt"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for note in [
        "1 alternate names that are codes: iata",
        "1 alternate names that are codes: post",
        "1 links among alternate names",
        "1 alternate names of places that are not imported",
    ] {
        assert!(ran.err.contains(note), "{note}: {}", ran.err);
    }
    let lines: Vec<serde_json::Value> =
        read(folder.path(), "out.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let hanoi = &lines[0];
    assert_eq!(hanoi["same_as"][0], "wikidata:Q1858");
    let name = |text: &str| hanoi["names"].as_array().unwrap().iter().find(|n| n["text"] == text).cloned().unwrap();
    assert_eq!(name("Hà Nội"), serde_json::json!({"text": "Hà Nội", "lang": "vi", "role": "canonical"}));
    let old = name("Thăng Long");
    assert!(old["prior"].as_f64().unwrap() < hanoi["prior"].as_f64().unwrap() && old.get("role").is_none());
    assert_eq!(lines[2]["names"][1], serde_json::json!({"text": "VN", "role": "acronym"}));
    assert_eq!(lines[2]["same_as"][0], "iso:VN");
}

/// The first of the languages asked for in which the entity has a name; other languages stay out.
#[test]
fn the_language_asked_for_is_shown() {
    let (folder, ran) = geonames(&["--with", "alternateNamesV2.txt", "--lang", "vi"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let hanoi = &objects(folder.path(), "out.jsonl")[0];
    assert_eq!((hanoi["name"].as_str(), &hanoi["id"]), (Some("Hà Nội"), &"geonames:1581130".into()));
    assert!(names_of(hanoi).iter().all(|name| name.ends_with("@vi") || name.ends_with('@')), "{hanoi}");
    let (folder, ran) = example("ror", &["--lang", "fr"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let institute = &objects(folder.path(), "out.jsonl")[0];
    assert_eq!(institute["name"], "Institut des deltas de Cần Thơ");
    assert_eq!(names_of(institute), ["*Institut des deltas de Cần Thơ@fr", "Delta Institute@", "=CTDI@"]);
    // What the registry shows is English: an alias without a language is what is left.
    let (folder, ran) = example("ror", &["--lang", "vi"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(objects(folder.path(), "out.jsonl")[0]["name"], "Delta Institute");
}

#[test]
fn geonames_keeps_the_places_asked_for() {
    let (folder, ran) = geonames(&["--feature-class", "P", "--min-population", "1000000"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("1 places of feature classes") && ran.err.contains("1 places with fewer people"),
        "{}",
        ran.err
    );
    // `HAN` and `hanoy` are no names of a text.
    assert!(ran.err.contains("1 codes among names") && ran.err.contains("1 romanisations"), "{}", ran.err);
    let out = read(folder.path(), "out.jsonl");
    assert_eq!(out.lines().count(), 1);
    let hanoi: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
    let names: Vec<&str> = hanoi["names"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ha Noi", "Ханой"]);
}

#[test]
fn flashtext_has_three_forms() {
    let folder = folder(&[
        ("product.txt", "pin lithium-ion=>lithium-ion battery\nLi-ion => lithium-ion battery\ncáp quang\n=>x\n"),
        ("list.json", "[\"cáp quang\", 3,\n \"fibre\"]"),
        ("dict.json", "{\"fibre\": \"cáp quang\",\n\"bad\": [1]}"),
    ]);
    let at = folder.path();
    let ran = run_for(1, at, &["import", "product.txt", "-o", "out.csv"]);
    assert!(ran.err.contains("product.txt:4: ") && ran.err.contains("2 entities, 4 names"), "{}", ran.err);
    assert_eq!(rows_of(&at.join("out.csv"))[0]["aliases"], "pin lithium-ion|Li-ion");
    let ran = run_for(1, at, &["import", "list.json", "-o", "out.csv", "--kind", "product", "--match", "folded"]);
    assert!(ran.err.contains("list.json:1: "), "{}", ran.err);
    let out = rows_of(&at.join("out.csv"));
    assert_eq!((column(&out, "name"), column(&out, "match")), (vec!["cáp quang", "fibre"], vec!["folded"; 2]));
    let ran = run_for(1, at, &["import", "--from", "flashtext", "dict.json", "-o", "out.csv"]);
    assert!(ran.err.contains("dict.json:2: "), "{}", ran.err);
    assert_eq!(rows_of(&at.join("out.csv"))[0]["aliases"], "cáp quang");
}

#[test]
fn spacy_patterns_that_are_no_names_are_reported() {
    let folder = folder(&[(
        "patterns.jsonl",
        "{\"label\":\"PER\",\"pattern\":\"Tô Lâm\"}\n\
         {\"label\":\"ORG\",\"pattern\":[{\"LOWER\":\"acme\"},{\"IS_PUNCT\":true}]}\n\
         {\"label\":\"ORG\",\"pattern\":[{\"LOWER\":\"acme\",\"OP\":\"+\"}]}\n\
         {\"label\":\"ORG\"}\nnot json\n",
    )]);
    let ran = run_for(1, folder.path(), &["import", "--from", "spacy", "patterns.jsonl", "-o", "out.csv"]);
    for line in 2..=5 {
        assert!(ran.err.contains(&format!("patterns.jsonl:{line}: ")), "{}", ran.err);
    }
    let out = rows_of(&folder.path().join("out.csv"));
    assert_eq!((out.len(), out[0]["kind"].as_str()), (1, "person"));
}

#[test]
fn gate_lists_keep_features_and_languages_and_stay_in_their_folder() {
    let folder = folder(&[
        ("lists.def", "a.lst:organization:company:french:Org\nb.lst:stop\n../a.lst:x\nmissing.lst:x\nbad\n"),
        ("a.lst", "Orange&kind=ambig&size=3\nAcme\nAcme\n&kind=x\n"),
        ("b.lst", "le\n"),
    ]);
    let at = folder.path();
    let ran =
        run_for(1, at, &["import", "lists.def", "--separator", "&", "--class", "organization,x", "-o", "out.csv"]);
    for place in ["lists.def:3: ", "lists.def:4: ", "lists.def:5: ", "a.lst:4: "] {
        assert!(ran.err.contains(place), "{place}: {}", ran.err);
    }
    assert!(ran.err.contains("1 lists of major types that are not asked for"), "{}", ran.err);
    let out = rows_of(&at.join("out.csv"));
    assert_eq!(column(&out, "name:fr"), ["Orange", "Acme"]);
    assert_eq!(column(&out, "source_kind"), ["ambig", ""]);
    assert_eq!(column(&out, "minor_type"), ["company"; 2]);
}

#[test]
fn wikidata_keeps_classes_ranks_names_and_ids() {
    let (folder, ran) = example("wikidata", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for note in [
        "1 disambiguation pages, lists, categories and templates",
        "1 entities of no class that is known",
        "1 entities that are no items: property",
        "3 entities, ",
    ] {
        assert!(ran.err.contains(note), "{note}: {}", ran.err);
    }
    let all = objects(folder.path(), "out.jsonl");
    let text = |index: usize, key: &str| all[index][key].as_str().unwrap_or("").to_owned();
    // Born in a country that is named by an item; a statement of deprecated rank makes nobody a city.
    assert_eq!(
        (text(0, "kind"), text(0, "country"), text(0, "name")),
        ("person".into(), "VN".into(), "Tran Thi Mau".into())
    );
    assert_eq!(names_of(&all[0]), ["*Trần Thị Mẫu@vi", "*Tran Thi Mau@en", "Mme Mẫu@fr"]);
    assert_eq!(all[0]["same_as"], serde_json::json!(["viaf:900001"]));
    // A label for all languages; empty maps are lists.
    assert_eq!((text(1, "name"), &all[1]["prior"]), ("Cau Mau".into(), &0.3.into()));
    assert_eq!((&all[1]["lat"], &all[1]["same_as"][0]), (&10.5.into(), &"geonames:99000001".into()));
    assert!(all[0]["prior"].as_f64() > all[1]["prior"].as_f64());
    assert!(names_of(&all[2]).contains(&"=IDE@fr".to_owned()), "{all:?}");
}

#[test]
fn wikidata_takes_the_classes_and_languages_asked_for() {
    let (folder, ran) = example("wikidata", &["--class", "Q515=city,Q5", "--lang", "fr,vi"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let all = objects(folder.path(), "out.jsonl");
    let kinds: Vec<&str> = all.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["person", "city"]);
    assert_eq!(
        (all[0]["name"].as_str(), names_of(&all[0])),
        (Some("Trần Thị Mẫu"), vec!["*Trần Thị Mẫu@vi".to_owned(), "Mme Mẫu@fr".to_owned()])
    );
    // A name in a language that is not asked for is no name.
    let (_folder, ran) = example("wikidata", &["--class", "Q31855", "--lang", "vi"]);
    assert!(ran.code == 0 && ran.err.contains("1 entities without a name that can be used"), "{}", ran.err);
    for (class, said) in [("Q99", "Q99=KIND"), ("ship", "an item such as Q5")] {
        let (folder, ran) = example("wikidata", &["--class", class]);
        assert!(ran.code == 2 && ran.err.contains(said) && !folder.path().join("out.jsonl").exists(), "{}", ran.err);
    }
}

#[test]
fn a_broken_line_of_a_dump_costs_one_entity() {
    let format = formats().find(|format| format.name == "wikidata").unwrap();
    let dump = format.example.files[0].1;
    let broken = dump.replacen(
        "[\n",
        "[\n{\"type\":\"item\",\"id\":\"Q1\",\"labels\":\n{\"id\":\"X1\",\"type\":\"item\"},\n",
        1,
    );
    let folder = folder(&[("dump.json", &broken)]);
    let ran = run_for(1, folder.path(), &["import", "--from", "wikidata", "dump.json", "-o", "out.jsonl"]);
    assert!(
        ran.err.contains("dump.json:2: ") && ran.err.contains("dump.json:3: no Wikidata item: `X1`"),
        "{}",
        ran.err
    );
    assert_eq!(objects(folder.path(), "out.jsonl").len(), 3);
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE r:RDF [<!ENTITY e "http://example.org/">]>
<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://www.w3.org/2004/02/skos/core#"
       xmlns:x="http://www.w3.org/2008/05/skos-xl#" xmlns:o="http://www.w3.org/2002/07/owl#" xml:lang="fr">
  <s:Concept r:about="http://example.org/1">
    <s:prefLabel>riziculture</s:prefLabel>
    <s:prefLabel xml:lang="en">rice farming</s:prefLabel>
    <s:notation>F1</s:notation>
    <s:exactMatch r:resource="http://www.wikidata.org/entity/Q900000003"/>
  </s:Concept>
  <r:Description r:about="http://example.org/2">
    <r:type r:resource="http://www.w3.org/2004/02/skos/core#Concept"/>
    <x:prefLabel><x:Label r:about="http://example.org/label"><x:literalForm xml:lang="vi">trồng lúa nước</x:literalForm></x:Label></x:prefLabel>
    <s:altLabel xml:lang="en">paddy farming</s:altLabel>
    <s:broader r:resource="&e;1"/>
  </r:Description>
  <s:Concept r:about="http://example.org/3"><s:prefLabel>vieux</s:prefLabel><o:deprecated>true</o:deprecated></s:Concept>
</r:RDF>
"#;

const JSON_LD: &str = r#"{
 "@context": {
  "skos": "http://www.w3.org/2004/02/skos/core#", "xl": "http://www.w3.org/2008/05/skos-xl#",
  "owl": "http://www.w3.org/2002/07/owl#",
  "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
  "exactMatch": {"@id": "skos:exactMatch", "@type": "@id"}, "broader": {"@id": "skos:broader", "@type": "@id"}
 },
 "@graph": [
  {"@id": "http://example.org/1", "@type": "skos:Concept", "prefLabel": {"fr": "riziculture", "en": "rice farming"},
   "skos:notation": "F1", "exactMatch": "http://www.wikidata.org/entity/Q900000003"},
  {"@id": "http://example.org/2", "@type": "skos:Concept",
   "xl:prefLabel": {"@id": "http://example.org/label", "xl:literalForm": {"@language": "vi", "@value": "trồng lúa nước"}},
   "skos:altLabel": [{"@language": "en", "@value": "paddy farming"}], "broader": "http://example.org/1"},
  {"@id": "http://example.org/3", "@type": "skos:Concept", "prefLabel": {"fr": "vieux"}, "owl:deprecated": true}
 ]
}
"#;

const TURTLE: &str = r#"@prefix s: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <http://www.w3.org/2008/05/skos-xl#> .
@base <http://example.org/> .
<2> a s:Concept ; x:prefLabel <label> ; s:altLabel "paddy farming"@EN .
<label> a x:Label ; x:literalForm "trồng lúa nước"@vi .
<1> a s:Concept ; s:prefLabel "riziculture"@fr, "rice farming"@en ; s:notation "F1" ;
  s:exactMatch <http://www.wikidata.org/entity/Q900000003> ; s:narrower <2> .
<3> a s:Concept ; s:prefLabel "vieux"@fr ; <http://www.w3.org/2002/07/owl#deprecated> true .
"#;

#[test]
fn one_thesaurus_is_the_same_in_every_syntax() {
    let folder = folder(&[("t.rdf", XML), ("t.jsonld", JSON_LD), ("t.ttl", TURTLE)]);
    let at = folder.path();
    for name in ["t.rdf", "t.jsonld", "t.ttl"] {
        let ran = run_for(0, at, &["import", name, "-o", "out.jsonl", "--lang", "fr,en,vi"]);
        assert!(ran.err.contains("1 deprecated entities") && ran.err.contains("2 entities"), "{name}: {}", ran.err);
        let mut all = objects(at, "out.jsonl");
        all.sort_by_key(|object| object["id"].to_string());
        assert_eq!(all[0]["id"], "http://example.org/1", "{name}");
        let mut names = names_of(&all[0]);
        names.sort();
        assert_eq!(
            (all[0]["name"].as_str(), names),
            (Some("riziculture"), vec!["*rice farming@en".to_owned(), "*riziculture@fr".to_owned()]),
            "{name}"
        );
        assert_eq!(
            (&all[0]["notation"], &all[0]["same_as"][0]),
            (&"F1".into(), &"wikidata:Q900000003".into()),
            "{name}"
        );
        let mut names = names_of(&all[1]);
        names.sort();
        assert_eq!(names, ["*trồng lúa nước@vi", "paddy farming@en"], "{name}");
        assert_eq!((&all[1]["parent"], &all[1]["kind"]), (&"http://example.org/1".into(), &"theme".into()), "{name}");
        run_for(0, at, &["lint", "out.jsonl"]);
    }
}

#[test]
fn parents_that_are_missing_or_go_round_are_cut() {
    let text = TURTLE.to_owned() + "<1> s:broader <2> .\n<4> s:prefLabel \"seul\"@fr ; s:broader <3> .\n";
    let folder = folder(&[("t.ttl", &text)]);
    let ran = run_for(0, folder.path(), &["import", "t.ttl", "-o", "out.csv"]);
    assert!(ran.err.contains("1 parents that would be above themselves"), "{}", ran.err);
    assert!(
        ran.err.contains("1 parents that are not imported") || ran.err.contains("2 parents that are not imported"),
        "{}",
        ran.err
    );
    run_for(0, folder.path(), &["lint", "out.csv"]);
}

#[test]
fn mistakes_of_rdf_have_their_lines() {
    for (name, text, line) in [
        ("t.ttl", TURTLE.replace("\"riziculture\"@fr", "\"riziculture@fr"), 6),
        ("t.rdf", XML.replace("</s:notation>", "</s:note>"), 8),
        ("t.jsonld", JSON_LD.replace("\"skos:notation\": \"F1\"", "\"skos:notation\" \"F1\""), 10),
        ("remote.jsonld", "{\"@context\": \"http://www.w3.org/2004/02/skos/core\", \"@graph\": []}".to_owned(), 1),
    ] {
        let folder = folder(&[(name, &text)]);
        let ran = run_for(1, folder.path(), &["import", "--from", "skos", name, "-o", "out.csv"]);
        assert!(ran.err.contains(&format!("{name}:{line}: ")), "{}", ran.err);
    }
}

#[test]
fn entities_of_xml_do_not_grow_without_bound() {
    let mut text =
        String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE r [\n<!ENTITY a0 \"lol lol lol lol lol lol lol lol\">\n");
    for level in 1..12 {
        let before = format!("&a{};", level - 1).repeat(10);
        text.push_str(&format!("<!ENTITY a{level} \"{before}\">\n"));
    }
    text.push_str("]>\n<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" ");
    text.push_str("xmlns:s=\"http://www.w3.org/2004/02/skos/core#\">\n");
    text.push_str("<s:Concept r:about=\"http://example.org/1\"><s:prefLabel>&a11;</s:prefLabel></s:Concept></r:RDF>\n");
    let folder = folder(&[("t.rdf", &text)]);
    let ran = run_within(60, folder.path(), &["import", "--from", "skos", "t.rdf", "-o", "out.csv"]);
    assert!(
        ran.code == 2 && ran.err.contains("an entity of XML") && !folder.path().join("out.csv").exists(),
        "{}",
        ran.err
    );
}

#[test]
fn ror_is_read_in_both_schemas() {
    let (folder, ran) = example("ror", &[]);
    assert!(ran.code == 0 && ran.err.contains("1 withdrawn organizations"), "{}", ran.err);
    let all = objects(folder.path(), "out.jsonl");
    assert_eq!(
        names_of(&all[0]),
        ["*Can Tho Delta Institute@en", "*Institut des deltas de Cần Thơ@fr", "Delta Institute@", "=CTDI@"]
    );
    assert_eq!(all[0]["same_as"], serde_json::json!(["wikidata:Q900000008", "isni:0000000000000001"]));
    assert_eq!((&all[0]["parent"], &all[0]["country"]), (&"ror:00example3".into(), &"VN".into()));
    // Where it lies is not what it is.
    assert_eq!(all[0]["location_geonames"], "1586203");
    assert_eq!(names_of(&all[1]), ["*Université des exemples@fr", "Sample U@", "=SU@"]);
    assert_eq!(all[1]["same_as"], serde_json::json!(["grid:grid.900.1", "wikidata:Q900000009"]));
    assert_eq!((&all[1]["lat"], &all[1]["country"]), (&48.1.into(), &"FR".into()));
}

#[test]
fn jrc_names_and_paranames_keep_spellings_and_types() {
    let text = "1\tP\tu\tTô+Lâm\n1\tP\tvi\tTô+Lâm\n2\tE\tu\tTết\nx\tP\tu\tA\n3\tP\tu\n";
    let folder = folder(&[
        ("entities", text),
        (
            "names.tsv",
            "label\tlanguage\twikidata_id\teng\ttype\nHà Nội\tvi\tQ1858\tHanoi\tLOC\n\tvi\tQ1\t\tPER\n\"La \"\"Ville\"\"\"\tfr\tQ2\t\tLOC\n",
        ),
    ]);
    let at = folder.path();
    let ran = run_for(1, at, &["import", "entities", "-o", "out.jsonl"]);
    assert!(ran.err.contains("entities:4: ") && ran.err.contains("entities:5: "), "{}", ran.err);
    assert!(ran.err.contains("1 names of type E"), "{}", ran.err);
    assert_eq!(names_of(&objects(at, "out.jsonl")[0]), ["*Tô Lâm@vi"]);
    run_for(1, at, &["import", "entities", "-o", "out.jsonl", "--class", "E=event"]);
    assert_eq!(objects(at, "out.jsonl")[0]["kind"], "event");
    let ran = run_for(1, at, &["import", "names.tsv", "-o", "out.jsonl"]);
    assert!(ran.err.contains("names.tsv:3: the label is empty"), "{}", ran.err);
    let all = objects(at, "out.jsonl");
    assert_eq!((all[0]["name"].as_str(), names_of(&all[0])), (Some("Hanoi"), vec!["*Hà Nội@vi".to_owned()]));
    assert_eq!(all[1]["name"], "La \"Ville\"");
    let (folder, ran) = example("paranames", &[]);
    assert!(ran.code == 0 && ran.err.contains("differ in kind"), "{}", ran.err);
    assert_eq!(objects(folder.path(), "out.jsonl").len(), 2);
}
