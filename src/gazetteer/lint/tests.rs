//! Gazetteers with one defect each, and the same without.

use super::*;
use crate::gazetteer::source::read_texts;
use crate::gazetteer::{MAX_LAYERS, Name, Names, ReadOptions};

/// `file:line code` of every problem of layers, each made of files.
fn codes(layers: &[&[(&str, &str)]]) -> Vec<String> {
    assert!(layers.len() <= MAX_LAYERS);
    let layers = layers
        .iter()
        .enumerate()
        .map(|(i, files)| read_texts(&format!("layer {i}"), files, ReadOptions { lenient: true }).expect("readable"));
    let gazetteer = Gazetteer { layers: layers.collect() };
    let common = |word: &str| ["nice", "centre", "inflation", "un", "mai"].contains(&word);
    let problems = lint(&gazetteer, &common);
    problems
        .iter()
        .map(|problem| {
            let path = problem.path.as_deref().unwrap_or("-");
            assert!(RULES.iter().any(|rule| rule.id == problem.code), "{} is no rule", problem.code);
            let letter = match problem.severity {
                Severity::Error => "E",
                Severity::Warning => "W",
                Severity::Note => "N",
            };
            format!("{path}:{} {letter} {}", problem.line.unwrap_or(0), problem.code)
        })
        .collect()
}

#[test]
fn every_check_has_a_bad_and_a_good_file() {
    let none: &[&str] = &[];
    let cases: &[(&str, &str, &[&str])] = &[
        ("same name", "name,aliases\nParis,\nParis (Texas),Paris\n", &["x.csv:3 W same-name"]),
        ("same name, other kind", "kind,name\nplace,Paris\nperson,Paris\n", &["x.csv:3 W same-name"]),
        ("list with semicolons", "name,aliases\nParis,Paname;Lutèce\n", &["x.csv:2 W separator"]),
        ("list with commas", "name,aliases\nParis,\"Paname, Lutèce, Ville lumière\"\n", &["x.csv:2 W separator"]),
        ("one name with a comma", "name,aliases\nHo Chi Minh,\"Minh, Hồ Chí|Bác Hồ\"\n", none),
        ("same name, same entity", "id,name,same_as\na:1,Paris,\nb:2,Paris,a:1\n", none),
        ("three of a name", "id,name\nn:1,Lai\nn:2,Lai\nn:3,Lai\n", &["x.csv:3 W same-name"]),
        ("common word", "name\ninflation\n", &["x.csv:2 W common-word"]),
        ("common word with a capital", "name\nNice\n", &["x.csv:2 N common-capital"]),
        ("common word, important", "name,important\nNice,yes\n", none),
        ("acronym and common word", "name,acronyms\nUnited Nations,UN\n", &["x.csv:2 N acronym-word"]),
        ("look-alikes", "name\nPаris\n", &["x.csv:2 W mixed-scripts"]),
        ("one script", "name,name:ru\nParis,Париж\n", none),
        ("tag of another script", "name,name:fr\nParis,Париж\n", &["x.csv:2 W wrong-language"]),
        ("tag with a script", "name,name:en-cyrl\nParis,Париж\n", none),
        ("Vietnamese under fr", "name,name:fr\nHanoi,Hà Nội\n", &["x.csv:2 N wrong-language"]),
        ("Vietnamese person under fr", "kind,name,name:fr\nperson,Pham,Phạm\n", none),
        ("acronym in small letters", "name,acronyms\nOrganisation,onu\n", &["x.csv:2 W small-acronym"]),
        ("short alias", "name,aliases\nNations,onu\n", &["x.csv:2 W unguarded-acronym"]),
        ("short alias, exact", "name,aliases,match\nNations,onu,exact\n", none),
        ("kinship word", "kind,name,name:vi\nplace,England,Anh\n", &["x.csv:2 N kinship-word"]),
        (
            "lower prior",
            "id,name,prior\nn:1,Lai,0.9\nn:2,Lai,0.2\n",
            &["x.csv:3 W same-name", "x.csv:3 N shadowed-name"],
        ),
        ("common word, folded", "name,match\nNice,folded\n", &["x.csv:2 W common-word"]),
        ("common word with cues", "name,needs\ninflation,prix\n", none),
        ("two common words", "name\ninflation centre\n", none),
        ("acronym, folded", "name,match,acronyms\nUnited Nations,folded,ONU\n", &["x.csv:2 W folded-acronym"]),
        ("acronym, smart", "name,acronyms\nUnited Nations,ONU\n", none),
        ("parent unknown", "name,parent\nParis,France\n", &["x.csv:2 E unknown-parent"]),
        ("parent by alias", "name,aliases,parent\nFrance,Gaule,\nParis,,Gaule\n", &["x.csv:3 E unknown-parent"]),
        ("parent by name", "name,parent\nParis,France\nFrance,\n", none),
        ("parent by id", "id,name,parent\ngn:1,France,\n,Paris,gn:1\n,Lyon,geonames:1\n", none),
        ("parent by outside id", "name,wikidata,parent\nFrance,Q142,\nParis,,Q142\n", none),
        ("parent by derived id", "kind,name,parent\nplace,France,\nplace,Paris,user:place/france\n", none),
        ("own parent", "id,name,parent\nn:1,Paris,n:1\n", &["x.csv:2 E parent-cycle"]),
        ("circle", "name,parent\nA,B\nB,C\nC,A\nD,A\n", &["x.csv:2 E parent-cycle"]),
        (
            "parent of two",
            "id,name,parent\nn:1,Lux,\nn:2,Lux,\nn:3,Ville,Lux\n",
            &["x.csv:3 W same-name", "x.csv:4 W ambiguous-parent"],
        ),
        ("two wikidata ids", "name,wikidata\nParis,Q90|Q830149\n", &["x.csv:2 W two-wikidata-ids"]),
        ("shared outside id", "name,wikidata\nParis,Q90\nLyon,Q90\n", &["x.csv:3 W shared-outside-id"]),
        ("outside id in same_as", "id,name,wikidata,same_as\nn:1,Paris,Q90,\nn:2,Paname,,Q90\n", none),
        ("bar", "name\nParis|Paname\n", &["x.csv:2 W bar-in-name"]),
        ("kind", "kind,name\nPerson,Tô Lâm\n", &["x.csv:2 W kind-spelling"]),
        ("plural kind", "kind,name\nplaces,Paris\n", &["x.csv:2 W kind-spelling"]),
        ("own kind", "kind,name\nship,Paris\n", none),
        ("empty need", "name,needs\nNantes,ville||\n", &["x.csv:2 W empty-need"]),
        ("long name", &format!("name\n{}\n", "a".repeat(257)), &["x.csv:2 W long-name"]),
        ("empty name", "name,aliases\nParis,-\n", &["x.csv:2 W empty-name"]),
        ("typo", "name,alias\nParis,Paname\n", &["x.csv:1 W unknown-column"]),
        ("broken row", "name,prior\nParis,2\n", &["x.csv:2 E bad-prior"]),
        ("removed rows are not checked", "id,name,parent,action\nn:1,inflation,nowhere,remove\n", none),
    ];
    for (case, text, expected) in cases {
        assert_eq!(codes(&[&[("x.csv", text)]]), *expected, "{case}");
    }
}

#[test]
fn files_and_layers_are_compared() {
    let none: [&str; 0] = [];
    let paris = "kind,name\nplace,Paris\n";
    assert_eq!(codes(&[&[("a.csv", paris)], &[("b.csv", paris)]]), ["b.csv:2 W derived-id"]);
    let with_id = "kind,name,wikidata\nplace,Paris,Q90\n";
    assert_eq!(codes(&[&[("a.csv", with_id)], &[("b.csv", with_id)]]), none);
    let given = "id,name\nn:1,Paris\n";
    assert_eq!(codes(&[&[("a.csv", given)], &[("b.csv", given)]]), none);
    assert_eq!(codes(&[&[("a.csv", given), ("b.csv", given)]]), ["b.csv:2 W duplicate-id"]);
    let (one, two) = ("id,kind,name\nn:1,place,Paris\n", "id,kind,name\nm:2,place,Paris\n");
    assert_eq!(codes(&[&[("a.csv", one)], &[("b.csv", two)]]), ["b.csv:2 W layer-clash"]);
    let same = "id,kind,name,same_as\nm:2,place,Paris,n:1\n";
    assert_eq!(codes(&[&[("a.csv", one)], &[("b.csv", same)]]), none);
    let other = "id,name\nm:2,Paris\n";
    assert_eq!(codes(&[&[("a.csv", given)], &[("b.csv", other)]]), ["b.csv:2 W same-name"]);
    let act = "id,name,action\nn:1,,remove\nn:3,,remove\nn:4,Rome,replace\n";
    let idle = ["b.csv:3 W idle-action", "b.csv:4 W idle-action"];
    assert_eq!(codes(&[&[("a.csv", given)], &[("b.csv", act)]]), idle);
    // A parent may stand in a layer below, not above.
    let france = "id,name\nn:1,France\n";
    let city = "name,parent\nParis,France\n";
    assert_eq!(codes(&[&[("a.csv", france)], &[("b.csv", city)]]), none);
    assert_eq!(codes(&[&[("b.csv", city)], &[("a.csv", france)]]), ["b.csv:2 E unknown-parent"]);
    // A circle through two layers.
    let one = "id,name,parent\nn:1,A,\nn:2,B,n:1\n";
    let two = "id,name,parent\nn:1,A,n:2\n";
    assert_eq!(codes(&[&[("a.csv", one)], &[("b.csv", two)]]), ["b.csv:2 E parent-cycle"]);
}

#[test]
fn duplicate_ids_of_layers_in_memory_are_errors() {
    let name =
        |text: &str| Name { text: text.into(), lang: None, role: NameRole::Canonical, policy: None, prior: None };
    let entity = |id: &str, text: &str, derived, line| Entity {
        id: id.into(),
        id_derived: derived,
        kind: "place".into(),
        names: if text.is_empty() { Names::default() } else { vec![name(text)].into() },
        line,
        ..Entity::default()
    };
    let layer = Layer {
        label: "memory".into(),
        entities: vec![
            entity("n:1", "A", false, 1),
            entity("n:1", "B", false, 2),
            entity("user:place/c", "C", true, 3),
            entity("user:place/c", "c", true, 4),
            Entity { action: Action::Remove, ..entity("n:1", "", false, 5) },
        ],
        ..Layer::default()
    };
    let problems = lint(&Gazetteer::from_layer(layer), &|_| false);
    let found: Vec<String> = problems.iter().map(|p| format!("{:?} {}", p.line, p.code)).collect();
    assert_eq!(found, ["Some(2) duplicate-id", "Some(4) duplicate-derived-id"]);
    assert_eq!(problems[0].to_string(), "memory:2: duplicate id, first in memory:1: `n:1`");
}

#[test]
fn warnings_are_limited_and_sorted() {
    let rows: String = (0..MAX_WARNINGS + 20).map(|i| format!("n:{i},-\n")).collect();
    let numbered = format!("id,name\n{rows}");
    let found = codes(&[&[("z.csv", &numbered), ("a.csv", "name,parent\nX,Y\n")]]);
    assert_eq!(found[0], "a.csv:2 E unknown-parent");
    assert_eq!(found.len() as u64, MAX_WARNINGS + 2);
}

#[test]
fn what_others_found_is_limited_and_told_once() {
    let rows: String = (0..MAX_WARNINGS + 20).map(|i| format!("n:{i},-\n")).collect();
    let layer = read_texts("a", &[("a.csv", &format!("id,name\n{rows}"))], ReadOptions::default()).expect("readable");
    let reader = layer.problems.clone();
    assert_eq!(reader.len() as u64, MAX_WARNINGS + 1, "a line for twenty is among them");
    let crowded = |line: u64| Problem::warning("crowded-name", "left out").in_file("a.csv").at_line(line);
    let mut found: Vec<Problem> = (0..MAX_WARNINGS + 3).map(crowded).collect();
    // Two more that the reader did not tell of, and one that it did.
    found.extend([5000, 5001].map(|line| Problem::warning("empty-name", "nothing").in_file("a.csv").at_line(line)));
    found.push(reader[0].clone());
    let problems = lint_with(&Gazetteer::from_layer(layer), &|_| false, found);
    let of = |code: &str| problems.iter().filter(|problem| problem.code == code).count() as u64;
    assert_eq!((of("empty-name"), of("crowded-name")), (MAX_WARNINGS + 1, MAX_WARNINGS + 1));
    let last: Vec<String> = problems[problems.len() - 2..].iter().map(ToString::to_string).collect();
    let more = |count: u64, code: &str| format!("a.csv: warning: {count} more warnings like this: {code}");
    assert_eq!(last, [more(3, "crowded-name"), more(22, "empty-name")]);
}

#[test]
fn rules_are_unique_and_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/LINT.md")).expect("docs/LINT.md");
    for (index, rule) in RULES.iter().enumerate() {
        assert!(RULES[..index].iter().all(|other| other.id != rule.id), "{}", rule.id);
        let row = format!("| `{}` | {} | {} |", rule.id, rule.severity.as_str(), rule.summary);
        assert!(page.contains(&row), "{row}");
    }
    assert_eq!(page.matches("\n| `").count(), RULES.len());
}
