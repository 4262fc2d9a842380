//! Every rule of the formats with a good and a bad file.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::gazetteer::{Action, MatchPolicy, NameRole};

fn read(name: &str, text: &str) -> Result<Layer> {
    read_texts(name, &[(name, text)], ReadOptions::default())
}

fn lenient(name: &str, text: &str) -> Layer {
    read_texts(name, &[(name, text)], ReadOptions { lenient: true }).expect("lenient")
}

fn read_bytes(name: &str, bytes: &[u8], lenient: bool) -> Result<Layer> {
    let mut reading = Reading::new(name.to_owned());
    reading.bytes(name.to_owned(), name, bytes);
    reading.finish(ReadOptions { lenient })
}

fn printed(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// `text`, `text@lang`, with `=` before an acronym and `*` before a canonical name.
fn names_of(entity: &Entity) -> Vec<String> {
    let names = entity.names.iter().map(|name| {
        let role = match name.role {
            NameRole::Canonical => "*",
            NameRole::Alias => "",
            NameRole::Acronym => "=",
        };
        let lang = name.lang.as_deref().map(|lang| format!("@{lang}")).unwrap_or_default();
        format!("{role}{}{lang}", name.text)
    });
    names.collect()
}

#[test]
fn formats_have_unique_names_and_sound_examples() {
    let all: Vec<Format> = formats().collect();
    for (i, format) in all.iter().enumerate() {
        assert!(all[i + 1..].iter().all(|other| other.name != format.name), "{}", format.name);
        for extension in format.extensions {
            let layer = read(&format!("places.{extension}"), format.example).expect(format.name);
            assert_eq!(layer.problems, [], "{}", format.name);
            let ids: Vec<&str> = layer.entities.iter().map(|entity| entity.id.as_str()).collect();
            assert_eq!(ids, ["gz:place/vietnam", "gz:place/hanoi"], "{}", format.name);
            let [vietnam, hanoi] = &layer.entities[..] else { panic!("{}", format.name) };
            assert_eq!((vietnam.kind.as_str(), vietnam.name()), ("place", "Vietnam"));
            assert_eq!((vietnam.prior, vietnam.country()), (Some(0.9), "VN"));
            assert_eq!(vietnam.outside()[0], "wikidata:Q881");
            assert_eq!(names_of(vietnam)[0], "*Vietnam");
            assert!(names_of(vietnam).contains(&"Viet Nam".to_owned()));
            assert!(hanoi.names.iter().any(|n| n.text == "Hà Nội" && n.lang.as_deref() == Some("vi")));
            assert!(hanoi.names.iter().any(|n| n.text == "Hanoï" && n.lang.as_deref() == Some("fr")));
        }
    }
}

#[test]
fn the_wide_form_keeps_every_column() {
    let text = "ID;Kind;NAME;aliases;name:fr;Aliases:vi;acronyms;prior;parent;match;needs;same_as;wikidata;geonames;iptc;\
                country;lat;lon;important;action;Population\r\n\
                gz:place/london;place;London; Greater London | London;Londres;Luân Đôn|Luân\u{a0}Đôn;LDN;0,9;gn:6269131;Exact;\
                thames|UK;wof:101750367;Q84;2643743;medtop:1;gb;51,5;-0.12;YES;replace;9 M\r\n";
    let layer = read("x.csv", &format!("\u{feff}{text}")).expect("sound");
    let [entity] = &layer.entities[..] else { panic!() };
    assert_eq!(
        names_of(entity),
        ["*London", "Greater London", "*Londres@fr", "Luân Đôn@vi", "Luân\u{a0}Đôn@vi", "=LDN"]
    );
    assert_eq!(entity.id, "gz:place/london");
    assert!(!entity.id_derived);
    assert_eq!(entity.prior, Some(0.9));
    assert_eq!(entity.parent(), Some("geonames:6269131"));
    assert_eq!(entity.policy, Some(MatchPolicy::Exact));
    assert_eq!(entity.needs(), ["thames", "UK"]);
    assert_eq!(entity.same_as(), ["wof:101750367"]);
    assert_eq!(entity.outside(), ["wof:101750367", "wikidata:Q84", "geonames:2643743", "iptc:1"]);
    assert_eq!(entity.country(), "GB");
    assert_eq!(entity.position(), Some((51.5, -0.12)));
    assert_eq!(entity.important(), Some(true));
    assert_eq!(entity.action, Action::Replace);
    assert_eq!(entity.attributes(), [("Population".into(), "9 M".into())]);
    assert_eq!((entity.file, entity.line), (0, 2));
}

#[test]
fn only_a_name_is_required() {
    let layer = read("people.csv", "name\nTô Lâm\nHo\u{302}\u{300} Chí Minh\n").expect("sound");
    let rows: Vec<_> = layer.entities.iter().map(|e| (e.id.as_str(), e.kind.as_str(), e.id_derived, e.line)).collect();
    assert_eq!(rows, [("user:person/tô-lâm", "person", true, 2), ("user:person/hồ-chí-minh", "person", true, 3)]);
    assert!(layer.entities.iter().all(|entity| entity.prior.is_none() && entity.names.len() == 1));
}

#[test]
fn the_kind_is_the_column_or_the_stem() {
    for (file, kind) in [
        ("people.csv", "person"),
        ("organizations.tsv", "organization"),
        ("Places.CSV", "place"),
        ("themes.jsonl", "theme"),
        ("ship.csv", "ship"),
        ("Drugs.csv", "Drugs"),
    ] {
        let text = if file.ends_with("jsonl") { "{\"name\":\"X\"}" } else { "name\nX" };
        assert_eq!(read(file, text).expect(file).entities[0].kind, kind);
    }
    let layer = read("people.csv", "name,kind\nX,ship\nY,\n").expect("sound");
    assert_eq!((layer.entities[0].kind.as_str(), layer.entities[1].kind.as_str()), ("ship", "person"));
}

#[test]
fn lists_escapes_quotes_and_line_breaks() {
    let text = "name,aliases,needs\r\n\
                \"A, B\",\"a\\|b|c\\\\|d\"\"e\",\r\n\
                \"C\r\nD\",\"x\ny| z \",\"p|q\"\r\n\
                E,,\r\n\
                F,f|,0\r\n";
    let layer = read("x.csv", text).expect("sound");
    let rows: Vec<_> = layer.entities.iter().map(|e| (e.line, names_of(e))).collect();
    assert_eq!(
        rows,
        [
            (2, vec!["*A, B".into(), "a|b".into(), "c\\".into(), "d\"e".into()]),
            (3, vec!["*C\r\nD".into(), "x\ny".into(), "z".into()]),
            (6, vec!["*E".into()]),
            (7, vec!["*F".into(), "f".into()]),
        ]
    );
    assert_eq!(layer.entities[1].needs(), ["p", "q"]);
}

#[test]
fn three_broken_rows_are_all_reported_with_their_lines() {
    let text = "id,name,aliases,prior,match\n\
                n:1,Paris,\"a\nb\",0.5,\n\
                n:2,Lyon,,1.5,\n\
                n:3,Nice,,,fuzzy\n\
                \n\
                n:4,Metz\n\
                n:5,Brest,,0.1,exact\n";
    let expected = [
        "x.csv:4: prior is no number from 0 to 1: `1.5`",
        "x.csv:5: match is neither smart, exact nor folded: `fuzzy`",
        "x.csv:7: row of 2 cells under a header of 5",
    ];
    for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        let error = read("x.csv", &text).expect_err("broken");
        assert_eq!(printed(error.problems()), expected);
        assert_eq!(error.to_string(), expected.join("\n"));
        let layer = lenient("x.csv", &text);
        assert_eq!(layer.skipped, 3);
        assert_eq!(printed(&layer.problems), expected);
        let ids: Vec<_> = layer.entities.iter().map(|entity| entity.id.as_str()).collect();
        assert_eq!(ids, ["n:1", "n:5"]);
    }
}

#[test]
fn one_row_may_have_several_mistakes_and_all_files_count() {
    let files = [("a.csv", "name,prior,country\n,2,France\n"), ("b.jsonl", "{}\n{\"name\":1,\"lat\":100}\n")];
    let error = read_texts("both", &files, ReadOptions::default()).expect_err("broken");
    assert_eq!(
        printed(error.problems()),
        [
            "a.csv:2: prior is no number from 0 to 1: `2`",
            "a.csv:2: country is no ISO 3166-1 code of two letters: `France`",
            "a.csv:2: the name is empty",
            "b.jsonl:1: the name is missing or empty",
            "b.jsonl:2: lat is no number from -90 to 90: `100`",
        ]
    );
    let layer = read_texts("both", &files, ReadOptions { lenient: true }).expect("lenient");
    assert_eq!((layer.skipped, layer.entities.len(), layer.problems.len()), (3, 0, 5));
}

/// Files with one defect: what is printed.
#[test]
fn errors_name_their_line() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("x.csv", b"", &["x.csv: empty file, a header with `name` is needed"]),
        ("x.csv", b"\n\nParis\nLyon\n", &["x.csv:3: no column `name`: the first row must be a header"]),
        ("x.csv", b"id,nmae\n1,Paris\n", &["x.csv:1: no column `name`, is it `nmae`?"]),
        ("x.csv", b"id,kind\n1,place\n", &["x.csv:1: no column `name`"]),
        ("x.csv", b"name,Name\nParis,\n", &["x.csv:1: duplicate column `name`"]),
        ("x.csv", b"name,kind\nParis,place,x\n", &["x.csv:2: row of 3 cells under a header of 2"]),
        ("x.csv", b"\xff\xfen\0a\0", &["x.csv:1: the file is UTF-16: save it as UTF-8"]),
        ("x.csv", b"na\xffme\n", &["x.csv:1: the header is no UTF-8"]),
        ("x.csv", b"name\nA\nB\xe9z\n", &["x.csv:3: invalid UTF-8: save the file as UTF-8 (byte 8)"]),
        ("x.csv", b"\xef\xbb\xbfname\nB\xe9z\n", &["x.csv:2: invalid UTF-8: save the file as UTF-8 (byte 9)"]),
        (
            "x.jsonl",
            b"{\"name\":\"A\"}\n{\"name\":\"\xe9\"}",
            &["x.jsonl:2: invalid UTF-8: save the file as UTF-8 (byte 22)"],
        ),
        ("x.csv", b"name,kind\n\"A,b\nB,c\n", &["x.csv:2: the quote that opens here is never closed"]),
        (
            "x.csv",
            b"name,kind\n\"A\" b,c\n",
            &["x.csv:2: text after a closing quote (a quote inside a quoted cell is written twice)"],
        ),
        (
            "x.csv",
            b"name,kind\nA,\"b\nB,c\nC,\",d\n",
            &["x.csv:2: row of 3 cells under a header of 2, 3 lines long (is a quote left open?)"],
        ),
        ("x.csv", b"name,kind\nA,\"b\nB,c\nC,\"\n", &["x.csv:2: kind is no word (is a quote left open?): `b…`"]),
        ("x.csv", b"name,id\nA,\"b\nB\"\n", &["x.csv:2: a line break in an id (is a quote left open?): `b…`"]),
        ("x.csv", b"id,name\nn:1,A\nn:2,B\nn:1,C\n", &["x.csv:4: duplicate id, first in line 2: `n:1`"]),
        ("x.csv", b"id,name\ngn:1,A\ngeonames:1,C\n", &["x.csv:3: duplicate id, first in line 2: `geonames:1`"]),
        ("x.csv", b"name\nA b\nA-B\n", &["x.csv:3: same name as in line 2, give both rows an id or join them: `A-B`"]),
        ("x.csv", b"name,action\nA,remove\n", &["x.csv:2: replace and remove need an id"]),
        ("x.csv", b"name,wikidata\nA,London\n", &["x.csv:2: wikidata is no item such as Q84: `London`"]),
        ("x.csv", b"name,lat\nA,1\n", &["x.csv:2: lat without lon"]),
        ("x.csv", b"canonical,name\nA,\n", &["x.csv:2: the name is empty"]),
        ("x.csv", b"canonical,lang\nA,fr\n", &["x.csv:1: no column `name`"]),
        (
            "x.csv",
            b"canonical,name\nApple,Apple\napple,Pomme\n",
            &["x.csv:3: same derived id as `Apple` in line 2, give both an id: `user:x/apple`"],
        ),
        ("x.csv", b"id,canonical,name,prior\nn:1,A,A,\nn:1,A,B,x\n", &["x.csv:3: prior is no number from 0 to 1: `x`"]),
        (
            "x.jsonl",
            b"{\"name\":\"A\"}\n\n{\"name\":\n",
            &["x.jsonl:3: invalid JSON at byte 8 of the line: EOF while parsing a value"],
        ),
        ("x.jsonl", b"[]", &["x.jsonl:1: no JSON object"]),
        ("x.jsonl", b"{\"name\":[\"A\"]}", &["x.jsonl:1: `name` is no text"]),
        ("x.jsonl", b"{\"name\":\"A\",\"names\":\"B\"}", &["x.jsonl:1: names is no list"]),
        (
            "x.jsonl",
            b"{\"name\":\"A\",\"names\":[{\"text\":\"B\",\"role\":\"x\"},3]}",
            &[
                "x.jsonl:1: role is neither canonical, alias nor acronym: `x`",
                "x.jsonl:1: a name is an object or a text: `3`",
            ],
        ),
        (
            "x.jsonl",
            b"{\"name\":\"A\",\"names\":[{\"text\":\"B\",\"match\":\"x\"}]}",
            &["x.jsonl:1: match is neither smart, exact nor folded: `x`"],
        ),
        (
            "x.jsonl",
            b"{\"id\":\"n:1\",\"name\":\"A\"}\r\n{\"id\":\"n:1\",\"name\":\"B\"}",
            &["x.jsonl:2: duplicate id, first in line 1: `n:1`"],
        ),
    ];
    for (name, bytes, expected) in cases {
        let text = String::from_utf8_lossy(bytes);
        let error = read_bytes(name, bytes, false).expect_err(&text);
        assert_eq!(printed(error.problems()), *expected, "{text}");
    }
}

#[test]
fn names_that_cannot_be_matched_are_warnings() {
    let long = "a".repeat(257);
    let text = format!("name,aliases\nParis,-|{long}|Paname\n{long},Short\n");
    let layer = read("x.csv", &text).expect("never a refusal");
    let codes: Vec<_> = layer.problems.iter().map(|p| (p.line, p.code)).collect();
    assert_eq!(codes, [(Some(2), "empty-name"), (Some(2), "long-name"), (Some(3), "long-name")]);
    assert_eq!(names_of(&layer.entities[0]), ["*Paris", "Paname"]);
    assert_eq!((layer.entities[1].name().len(), names_of(&layer.entities[1])), (257, vec!["Short".to_owned()]));

    let layer = read("x.csv", "canonical,name\nA,’\nA,\"  \"\nA,B\n").expect("never a refusal");
    let codes: Vec<_> = layer.problems.iter().map(|p| (p.line, p.code)).collect();
    assert_eq!(codes, [(Some(2), "empty-name"), (Some(3), "empty-name")]);
    assert_eq!(names_of(&layer.entities[0]), ["*A", "B"]);

    let layer = read("x.jsonl", &format!("{{\"name\":\"A\",\"names\":[\"{long}\",\"-\"]}}")).expect("never a refusal");
    assert_eq!(layer.problems.len(), 2);
}

#[test]
fn warnings_do_not_refuse() {
    for (name, text, expected) in [
        (
            "x.csv",
            "name,alais\nA,b\n",
            "x.csv:1: warning: unknown column, did you mean `aliases`? kept as an attribute: `alais`",
        ),
        ("x.csv", "name,needs\nA,b||c\n", "x.csv:2: warning: empty item in needs"),
        (
            "x.csv",
            "canonical,name,lang\nA,B,sr@latin\n",
            "x.csv:2: warning: no BCP 47 language tag, `sr` is used: `sr@latin`",
        ),
        (
            "x.csv",
            "id,canonical,name\nn:1,A,A\nn:1,B,C\nn:1,B,D\n",
            "x.csv:3: warning: `n:1` has the canonical name `A` in line 2, `B` becomes an alias",
        ),
        (
            "x.csv",
            "id,kind,canonical,name\nn:1,place,A,A\nn:1,person,A,C\n",
            "x.csv:3: warning: `n:1` is of kind place in line 2, not `person`",
        ),
        (
            "x.jsonl",
            "{\"name\":\"A\",\"alias\":\"b\"}\n{\"name\":\"B\",\"alias\":\"c\"}",
            "x.jsonl:1: warning: unknown key, did you mean `aliases`? kept as an attribute: `alias`",
        ),
    ] {
        assert_eq!(printed(&read(name, text).expect(text).problems), [expected], "{text}");
    }
}

#[test]
fn blank_rows_and_columns_without_a_name_are_ignored() {
    let layer = read("x.csv", "name,kind,,\nParis,place,,\n,,,\n  ,,,\nLyon,place,,x\n").expect("sound");
    assert_eq!(layer.entities.iter().map(|e| e.line).collect::<Vec<_>>(), [2, 5]);
    assert!(layer.entities.iter().all(|entity| entity.attributes().is_empty()));
    assert_eq!(layer.problems, []);
}

#[test]
fn removing_needs_no_name_and_may_stand_beside_its_successor() {
    let layer = read("x.csv", "id,name,action\ngz:place/x,,remove\ngz:place/x,New,\nQ1,Y,replace\n").expect("sound");
    assert_eq!(layer.entities[0].action, Action::Remove);
    assert!(layer.entities[0].names.is_empty());
    assert_eq!(layer.entities[1].name(), "New");
    assert_eq!(layer.entities[2].id, "wikidata:Q1");
}

#[test]
fn rows_of_the_long_form_come_together() {
    let text = "id,kind,canonical,lang,name,prior,country,lat,lon,same_as,note\n\
                gn:1,place,Hanoi,,Hanoi,0.8,,,,,first\n\
                Q2,place,Paris,fr,Paris,0.3,,,,,\n\
                geonames:1,place,Hanoi,vi,Hà Nội,0.6,VN,21.0,105.8,Q1858,second\n\
                gn:1,place,Hanoi,vi,Hà Nội,0.7,FR,,,Q1859,\n\
                Q2,place,Paris,fr,Paname,,,,,,\n\
                gn:1,place,Hanoi,,Hanoi,0.5,,,,,\n\
                ,place,Huế,vi,Huế,,,,,,\n\
                ,place,Huế,fr,Hué,0.25,,,,,\n";
    let layer = read("x.csv", text).expect("sound");
    let [hanoi, paris, hue] = &layer.entities[..] else { panic!("{:?}", layer.entities) };
    assert_eq!((hanoi.id.as_str(), hanoi.line), ("geonames:1", 2));
    assert_eq!(names_of(hanoi), ["*Hanoi", "Hà Nội@vi"]);
    assert_eq!(hanoi.prior, Some(0.8));
    assert_eq!(hanoi.names.iter().map(|name| name.prior).collect::<Vec<_>>(), [None, Some(0.7)]);
    assert_eq!((hanoi.country(), hanoi.position()), ("VN", Some((21.0, 105.8))));
    assert_eq!(hanoi.same_as(), ["wikidata:Q1858", "wikidata:Q1859"]);
    assert_eq!(hanoi.outside(), ["geonames:1", "wikidata:Q1858", "wikidata:Q1859"]);
    assert_eq!(hanoi.attributes(), [("note".into(), "first".into())]);
    // A row with an empty prior has the default, not the entity's; a tagged row is not repeated untagged.
    assert_eq!(names_of(paris), ["*Paris@fr", "Paname@fr"]);
    assert_eq!(paris.prior, Some(0.3));
    assert_eq!(paris.names.iter().map(|name| name.prior).collect::<Vec<_>>(), [None, Some(0.5)]);
    assert_eq!((hue.id.as_str(), hue.id_derived), ("user:place/huế", true));
    assert_eq!(names_of(hue), ["*Huế@vi", "Hué@fr"]);
}

#[test]
fn json_lines_say_everything() {
    let text = r#"{"id":"gz:organization/un","kind":"organization","name":"UN","names":[
        {"text":"UN","match":"exact","prior":0.7},{"text":"Nations unies","lang":"fr","role":"canonical"},
        {"text":"ONU","lang":"FR","role":"acronym","match":"exact","prior":0.9},"United Nations",null],
        "prior":0.8,"parent":"Q1","match":"smart","needs":["a|b"],"same_as":["Q1065","gn:1"],"wikidata":"Q1065",
        "geonames":2643743,"country":"us","lat":1,"lon":"2.5","important":true,"action":"merge","aliases":["x|y"],
        "founded":1945,"seat":{"city":"NY"},"note":null}"#
        .replace('\n', " ");
    // `null` in the list is no name.
    let layer = read("x.jsonl", &text.replace(",null]", "]")).expect("sound");
    let [entity] = &layer.entities[..] else { panic!() };
    assert_eq!(names_of(entity), ["*UN", "*Nations unies@fr", "=ONU@fr", "United Nations", "x|y"]);
    assert_eq!((entity.names[0].policy, entity.names[0].prior), (Some(MatchPolicy::Exact), Some(0.7)));
    assert_eq!((entity.names[2].policy, entity.names[2].prior), (Some(MatchPolicy::Exact), Some(0.9)));
    assert_eq!((entity.prior, entity.policy, entity.important()), (Some(0.8), Some(MatchPolicy::Smart), Some(true)));
    assert_eq!(entity.parent(), Some("wikidata:Q1"));
    assert_eq!(entity.needs(), ["a|b"]);
    assert_eq!(entity.same_as(), ["wikidata:Q1065", "geonames:1"]);
    assert_eq!(entity.outside(), ["wikidata:Q1065", "geonames:1", "geonames:2643743"]);
    assert_eq!((entity.country(), entity.position()), ("US", Some((1.0, 2.5))));
    let attributes: Vec<_> = entity.attributes().iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(attributes, [("founded", "1945"), ("seat", r#"{"city":"NY"}"#)]);
    assert!(read("x.jsonl", &text).is_err());

    let named = read("x.jsonl", r#"{"names":[{"text":"A","lang":"fr","role":"canonical"},"B"]}"#).expect("sound");
    assert_eq!(names_of(&named.entities[0]), ["*A", "*A@fr", "B"]);
}

#[test]
fn a_folder_is_one_layer_in_the_order_of_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("places.csv", "name\nParis\n");
    write("people.TSV", "name\taliases\nTô Lâm\tx, y\n");
    write("build/people.csv", "name\nTemplate\n");
    write("a.jsonl", "{\"name\":\"A\"}\n");
    write(".hidden.csv", "broken");
    write(".git/x.csv", "broken");
    write("README.md", "# no gazetteer");
    let layer = read_path(folder.path(), ReadOptions::default()).expect("sound");
    let names: Vec<_> = layer.entities.iter().map(|e| (e.name(), e.kind.as_str(), e.file)).collect();
    assert_eq!(names, [("A", "a", 0), ("Tô Lâm", "person", 1), ("Paris", "place", 2)]);
    assert_eq!(layer.label, folder.path().display().to_string());
    assert_eq!(layer.files[1], folder.path().join("people.TSV").display().to_string());

    let before = layer.hash;
    assert_eq!(before.len(), 16);
    assert_eq!(read_path(folder.path(), ReadOptions::default()).expect("sound").hash, before);
    write("places.csv", "name\nParis\nLyon,\n");
    let error = read_path(folder.path(), ReadOptions::default()).expect_err("broken");
    assert!(error.to_string().ends_with("places.csv:3: row of 2 cells under a header of 1"), "{error}");
    let layer = read_path(folder.path(), ReadOptions { lenient: true }).expect("lenient");
    assert_ne!(layer.hash, before);
    assert_eq!((layer.skipped, layer.entities.len()), (1, 3));

    write("x.gaz", "");
    let error = read_path(folder.path(), ReadOptions { lenient: true }).expect_err("a .gaz");
    assert!(error.to_string().contains("x.gaz: a compiled gazetteer is a layer of its own"), "{error}");
    assert_eq!(error.problems().len(), 2);
}

#[test]
fn paths_that_are_no_gazetteer_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = |path: PathBuf| read_path(&path, ReadOptions::default()).expect_err("refused").to_string();
    assert!(error(folder.path().to_path_buf()).starts_with("no .csv, .tsv or .jsonl file in the folder `"));
    assert!(error(folder.path().join("none.csv")).contains("none.csv: "));
    for (name, reason) in
        [("a.gaz", "this is no compiled gazetteer"), ("a.txt", "no gazetteer format"), ("a", "no gaz")]
    {
        fs::write(folder.path().join(name), "x").expect("a file");
        assert!(error(folder.path().join(name)).contains(reason), "{name}");
    }
}

#[test]
fn a_file_without_a_usable_header_is_refused_even_when_lenient() {
    assert!(read_bytes("x.csv", b"Paris\nLyon\n", true).is_err());
    assert_eq!(read_bytes("x.csv", b"name,name\nParis,x\n", true).expect("lenient").entities.len(), 1);
}

/// Real, dirty data: all of it loads with warnings only (the first lines are enough here).
///
/// The data is no part of the package: it is looked for under `GAZETIER_SHARED`, then in a folder `shared` beside the
/// package.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_shared_world_names_load() {
    let Some(text) = shared_world_names(50_000) else {
        eprintln!("skipped: no gazetteers/world-names.csv.zst under GAZETIER_SHARED, or no zstdcat");
        return;
    };
    let layer = read("world-names.csv", &text).expect("no error");
    assert!(layer.entities.len() > 5_000, "{}", layer.entities.len());
    assert_eq!(layer.skipped, 0);
}

/// The first lines of the shared names.
fn shared_world_names(count: usize) -> Option<String> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let shared = std::env::var_os("GAZETIER_SHARED").map_or_else(beside, PathBuf::from);
    let path = shared.join("gazetteers/world-names.csv.zst");
    if !path.exists() {
        return None;
    }
    let mut command = std::process::Command::new("zstdcat");
    command.arg(&path).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut lines = std::io::BufReader::new(child.stdout.take()?);
    let mut text = String::new();
    for _ in 0..count {
        if std::io::BufRead::read_line(&mut lines, &mut text).ok()? == 0 {
            break;
        }
    }
    drop(lines);
    // It stops at the closed pipe, which is no success.
    let _ = child.wait();
    (!text.is_empty()).then_some(text)
}

fn fragments(parts: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..4);
    let piece = prop_oneof![8 => prop::sample::select(parts).prop_map(|p| p.as_bytes().to_vec()), 1 => bytes];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Reads as all formats; every reported line must exist, and the strict and the lenient way must agree.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let lines = records::count_lines(bytes);
    for name in ["x.csv", "x.tsv", "x.jsonl"] {
        let strict = read_bytes(name, bytes, false);
        let lenient = read_bytes(name, bytes, true);
        let (layer, problems) = match &lenient {
            Ok(layer) => (Some(layer), layer.problems.clone()),
            Err(error) => (None, error.problems().to_vec()),
        };
        for problem in &problems {
            if let Some(line) = problem.line {
                prop_assert!((1..=lines).contains(&line), "{problem} of {lines}");
            }
        }
        if let Some(layer) = layer {
            let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
            prop_assert_eq!(errors > 0, strict.is_err());
            for entity in &layer.entities {
                prop_assert!((1..=lines).contains(&u64::from(entity.line)));
                prop_assert!(!entity.id.is_empty());
                prop_assert!(!entity.name().is_empty() || entity.action == Action::Remove);
                prop_assert!(entity.names.iter().all(|name| names::unusable(&name.text).is_none()));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes)?;
    }

    #[test]
    fn likely_files_never_panic(
        header in prop::sample::select(&["", "name\n", "id,name,prior\n", "name;aliases;needs\r\n", "id,canonical,lang,name\n"][..]),
        body in fragments(&["\"", "\"\"", ",", ";", "\t", "|", "\\", "\n", "\r\n", "\r", "\0", " ", "a", "é", "-", "Q1", "0.5", "remove", "\n\"a,b\"", "name"]),
    ) {
        survives(&[header.as_bytes(), &body].concat())?;
    }

    #[test]
    fn likely_json_never_panics(
        body in fragments(&["{", "}", "[", "]", "\"", ":", ",", "\n", "{\"name\":\"A\"}\n", "\"name\":", "\"names\":[", "\"a\"", "1", "null", "\\u00e9", "\\ud800", "true"]),
    ) {
        survives(&body)?;
    }
}
