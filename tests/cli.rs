//! The command as a user meets it: exit codes, where output goes, what it looks like, and that threads change nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Row, column, command, package, rows, rows_of, run, run_for};

/// A folder with a small gazetteer and three texts.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| write(folder.path(), path, text);
    write(
        "names.csv",
        "id,kind,name,name:fr,prior,country,lat,lon,wikidata\n\
         p:hanoi,place,Hanoi,Hanoï,0.9,VN,21.0245,105.8412,Q1858\n\
         p:paris,place,Paris,,0.9,FR,48.8534,2.3488,Q90\n\
         h:lam,person,Tô Lâm,,0.8,,,,\n\
         t:ai,theme,artificial intelligence,intelligence artificielle,0.7,,,,\n",
    );
    write("texts/a.txt", "date 2025-10-28 Tô Lâm à Paris\n\nTô Lâm parle d'intelligence artificielle à Paris.\n");
    write("texts/b.txt", "Hanoï et Paris. Rien sur Londres.\n");
    write("texts/deep/c.txt", "Paris et Tô Lâm.\n");
    folder
}

fn write(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// `extract` with the small gazetteer alone.
fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["extract", "--no-builtin", "-g", "names.csv"], more].concat()
}

#[test]
fn mentions_go_to_standard_output_and_messages_to_standard_error() {
    let folder = workplace();
    let ran = run_for(0, folder.path(), &small(&["texts"]));
    let mentions = rows(&ran.out);
    assert_eq!(column(&mentions, "doc_id")[0], "a.txt");
    assert_eq!(mentions.len(), 9, "{}", ran.out);
    assert!(ran.err.contains("3 documents") && ran.err.contains("9 mentions"), "{}", ran.err);
    let quiet = run_for(0, folder.path(), &small(&["texts", "--quiet"]));
    assert_eq!((quiet.out, quiet.err), (ran.out, String::new()));
}

#[test]
fn help_and_version_are_answers() {
    let folder = workplace();
    for arguments in [&["--help"][..], &["--version"], &["extract", "--help"], &["lint", "--help"]] {
        let ran = run_for(0, folder.path(), arguments);
        assert!(!ran.out.is_empty() && ran.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn what_cannot_run_exits_with_2_and_says_why() {
    let folder = workplace();
    write(folder.path(), "bad.csv", "kind,kind\nplace,x\n");
    write(folder.path(), "many.csv", {
        let mut text = String::from("name\n");
        for i in 0..100_001 {
            writeln!(text, "Name {i}").unwrap();
        }
        text
    });
    let nine: Vec<&str> =
        ["extract", "texts", "--no-builtin"].into_iter().chain([["-g", "names.csv"]; 9].concat()).collect();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec![], "Usage"),
        (vec!["extract"], "INPUT"),
        (vec!["frobnicate"], "frobnicate"),
        (small(&["texts", "--frobnicate"]), "--frobnicate"),
        (small(&["missing.txt"]), "missing.txt"),
        (vec!["extract", "texts", "-g", "missing.csv"], "missing.csv"),
        (vec!["extract", "texts", "-g", "bad.csv"], "bad.csv:1"),
        (vec!["extract", "texts", "--no-builtin"], "gazetteer"),
        (small(&["texts", "-t", "nonsense"]), "nonsense"),
        (small(&["texts", "-f", "nonsense"]), "nonsense"),
        (small(&["texts", "-t", "all"]), "--out"),
        (small(&["texts", "-t", "all", "-o", "all.csv"]), "folder"),
        (small(&["texts", "-t", "entities,topics"]), "--out"),
        (small(&["texts", "--kind", "ship"]), "ship"),
        (small(&["texts", "--min-score", "2"]), "2"),
        (small(&["texts", "--memory", "much"]), "much"),
        (small(&["texts", "--overlaps", "some"]), "some"),
        (small(&["texts", "--excel", "-f", "jsonl"]), "--excel"),
        (nine, "compile"),
        (vec!["extract", "texts", "--no-builtin", "-g", "many.csv", "--boundary", "none"], "boundary"),
        (vec!["lint", "missing.csv"], "missing.csv"),
    ];
    for (arguments, says) in cases {
        let ran = run_for(2, folder.path(), &arguments);
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
        assert!(ran.out.is_empty(), "{arguments:?}: {}", ran.out);
    }
}

#[test]
fn a_failed_record_exits_with_1_and_the_run_goes_on() {
    let folder = workplace();
    write(folder.path(), "news.jsonl", "{\"text\":\"Paris\"}\n{\"text\":\n{\"text\":\"Hanoï\"}\n");
    let ran = run_for(1, folder.path(), &small(&["news.jsonl"]));
    assert_eq!(column(&rows(&ran.out), "surface"), ["Paris", "Hanoï"]);
    assert!(ran.err.contains("news.jsonl:2:"), "{}", ran.err);
}

#[test]
fn lint_exits_with_1_when_there_are_errors() {
    let folder = workplace();
    write(folder.path(), "bad.csv", "kind,name,prior\nplace,Paris,2\nplace,,0.5\n");
    let ran = run_for(1, folder.path(), &["lint", "bad.csv"]);
    assert!(ran.out.contains("bad.csv:2:") && ran.out.contains("bad.csv:3:"), "{}", ran.out);
    run_for(0, folder.path(), &["lint", "names.csv"]);
}

#[test]
fn the_output_is_a_folder_a_file_or_standard_output() {
    let folder = workplace();
    let at = folder.path();
    std::fs::create_dir(at.join("there.d")).unwrap();
    let all = ["mentions", "entities", "document_entities", "topics", "documents", "cooccurrences", "errors"];
    // An existing folder, a path that ends in a slash, a path without extension.
    for out in ["there.d", "new.d/", "plain"] {
        run_for(0, at, &small(&["texts", "-o", out]));
        for table in all {
            assert!(at.join(out).join(format!("{table}.csv")).is_file(), "{out} {table}");
        }
        assert!(at.join(out).join("run.json").is_file(), "{out}");
        let parts = at.join(out).join(".run");
        assert!(!parts.exists() || std::fs::read_dir(parts).unwrap().next().is_none(), "{out} has parts left");
    }
    run_for(0, at, &small(&["texts", "-o", "again/", "-t", "all"]));
    assert_eq!(
        std::fs::read_dir(at.join("again")).unwrap().count(),
        std::fs::read_dir(at.join("plain")).unwrap().count()
    );
    run_for(0, at, &small(&["texts", "-o", "two/", "-t", "topics,errors"]));
    assert!(at.join("two/topics.csv").is_file() && !at.join("two/mentions.csv").exists());
    // A file, whose extension gives the format; standard output.
    let csv = run_for(0, at, &small(&["texts", "-o", "-"])).out;
    assert!(run_for(0, at, &small(&["texts", "-o", "m.csv"])).out.is_empty());
    assert_eq!(std::fs::read_to_string(at.join("m.csv")).unwrap(), csv);
    run_for(0, at, &small(&["texts", "-t", "entities", "-o", "e.tsv"]));
    assert!(std::fs::read_to_string(at.join("e.tsv")).unwrap().starts_with("entity_id\tkind\t"));
    run_for(0, at, &small(&["texts", "-o", "m.jsonl"]));
    assert!(std::fs::read_to_string(at.join("m.jsonl")).unwrap().starts_with("{\"doc_id\":"));
}

#[test]
fn the_output_folder_is_no_input() {
    let folder = workplace();
    let at = folder.path();
    let count = |out: &str| rows_of(&at.join(out).join("documents.csv")).len();
    run_for(0, at, &small(&["texts", "-o", "texts/out/", "-f", "csv"]));
    assert_eq!(count("texts/out"), 3);
    write(at, "texts/out/stray.txt", "Paris");
    run_for(0, at, &small(&["texts", "-o", "texts/out/"]));
    assert_eq!(count("texts/out"), 3);
}

/// The columns are a promise.
#[test]
fn the_columns_of_all_tables() {
    let folder = workplace();
    let at = folder.path();
    run_for(0, at, &small(&["texts", "-o", "out/"]));
    let header = |out: &str, table: &str| -> String {
        let text = std::fs::read_to_string(at.join(out).join(format!("{table}.csv"))).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    for (table, columns) in [
        (
            "mentions",
            "doc_id,start_char,end_char,start_byte,end_byte,surface,kind,entity_id,name,matched_name,score,rule,\
             sentence,parent,role,title,antecedent,wikidata",
        ),
        ("entities", "entity_id,kind,name,mentions,documents,first_date,last_date,salience,country,lat,lon,ids"),
        ("document_entities", "doc_id,entity_id,kind,name,mentions,first_char,salience"),
        ("topics", "doc_id,topic_id,name,score,mentions,evidence"),
        ("documents", "doc_id,path,title,date,lang,offsets,chars,words,mentions,entities,top_topic"),
        ("cooccurrences", "entity_a,entity_b,documents,sentences,npmi"),
        ("errors", "doc_id,path,line,byte,severity,problem"),
    ] {
        assert_eq!(header("out", table), columns, "{table}");
    }
    run_for(0, at, &small(&["texts", "-o", "more/", "--context", "5", "--with-text"]));
    assert!(header("more", "mentions").ends_with(",wikidata,left,right"));
    assert!(header("more", "documents").ends_with(",top_topic,text"));
}

/// Every column, table and flag is described where users look for it.
#[test]
fn the_documentation_has_every_column_and_flag() {
    let folder = workplace();
    let at = folder.path();
    let tables_page = std::fs::read_to_string(package("docs/TABLES.md")).unwrap();
    let readme = std::fs::read_to_string(package("README.md")).unwrap();
    run_for(0, at, &small(&["texts", "-o", "out/", "--context", "5", "--with-text"]));
    for entry in std::fs::read_dir(at.join("out")).unwrap().map(|entry| entry.unwrap().path()) {
        let Some(table) = entry.file_name().unwrap().to_str().unwrap().strip_suffix(".csv") else { continue };
        let section =
            tables_page.split(&format!("\n## `{table}`\n")).nth(1).unwrap_or_else(|| panic!("{table} in TABLES.md"));
        let section = section.split("\n## ").next().unwrap();
        for column in std::fs::read_to_string(&entry).unwrap().lines().next().unwrap().split(',') {
            assert!(
                column == "carried_other" || section.contains(&format!("`{column}`")),
                "{table}.{column} in TABLES.md"
            );
        }
        assert!(readme.contains(&format!("| `{table}` |")), "{table} in README.md");
    }
    let help = run_for(0, at, &["extract", "--help"]).out;
    let flags: Vec<&str> = help
        .lines()
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
        .map(|flag| flag.trim_end_matches(','))
        .filter(|flag| help.contains(&format!("{flag} ")) && !matches!(*flag, "--help" | "--out" | "--no-unlisted"))
        .collect();
    assert!(flags.len() > 15, "{flags:?}");
    for flag in flags {
        assert!(readme.contains(flag), "{flag} in README.md");
    }
}

#[test]
fn the_tables_say_what_the_texts_say() {
    let folder = workplace();
    let at = folder.path();
    run_for(0, at, &small(&["texts", "-o", "out/", "--lang", "fr", "--name-lang", "fr", "--context", "8"]));
    let table = |name: &str| rows_of(&at.join("out").join(format!("{name}.csv")));
    let documents = table("documents");
    assert_eq!(column(&documents, "doc_id"), ["a.txt", "b.txt", "deep/c.txt"]);
    assert_eq!(documents[0]["date"], "2025-10-28");
    assert_eq!(documents[0]["title"], "Tô Lâm à Paris");
    assert_eq!(documents[0]["offsets"], "file");
    assert_eq!(documents[0]["top_topic"], "t:ai");
    assert_eq!(documents[0]["mentions"], "5");
    assert_eq!(documents[0]["entities"], "3");
    let text = std::fs::read_to_string(at.join("texts/a.txt")).unwrap();
    assert_eq!(documents[0]["chars"], text.chars().count().to_string());

    let mentions = table("mentions");
    let hanoi = mentions.iter().find(|row| row["surface"] == "Hanoï").unwrap();
    assert_eq!((hanoi["name"].as_str(), hanoi["matched_name"].as_str()), ("Hanoï", "Hanoï"));
    assert_eq!((hanoi["wikidata"].as_str(), hanoi["entity_id"].as_str()), ("Q1858", "p:hanoi"));
    assert_eq!((hanoi["left"].as_str(), hanoi["right"].as_str()), ("", " et Pari"));
    assert!(mentions.iter().all(|row| (0.0..=1.0).contains(&row["score"].parse::<f64>().unwrap())));
    assert!(mentions.iter().all(|row| row["score"].len() == 6), "four decimals");
    let theme = mentions.iter().find(|row| row["kind"] == "theme").unwrap();
    assert_eq!(theme["name"], "intelligence artificielle");

    let entities = table("entities");
    let paris = entities.iter().find(|row| row["entity_id"] == "p:paris").unwrap();
    assert_eq!((paris["mentions"].as_str(), paris["documents"].as_str()), ("4", "3"));
    assert_eq!((paris["first_date"].as_str(), paris["last_date"].as_str()), ("2025-10-28", "2025-10-28"));
    assert_eq!((paris["country"].as_str(), paris["lat"].as_str()), ("FR", "48.8534"));
    assert!(paris["ids"].contains("wikidata:Q90"));

    let mut shares: BTreeMap<String, i64> = BTreeMap::new();
    for row in table("document_entities") {
        *shares.entry(row["doc_id"].clone()).or_default() += ten_thousandths(&row["salience"]);
    }
    assert_eq!(shares.values().copied().collect::<Vec<_>>(), [10_000; 3]);
    for row in table("topics") {
        let weights = row["evidence"].split('|').map(|part| ten_thousandths(part.split_once(':').unwrap().1));
        assert_eq!(weights.sum::<i64>(), ten_thousandths(&row["score"]));
        assert_eq!(row["evidence"].split('|').count().to_string(), row["mentions"]);
    }

    // Tô Lâm and Paris meet in two documents of three, and in every one that has Tô Lâm.
    let pairs = table("cooccurrences");
    assert!(pairs.iter().all(|row| row["entity_a"] < row["entity_b"]));
    let pair = pairs.iter().find(|row| row["entity_a"] == "h:lam" && row["entity_b"] == "p:paris").unwrap();
    assert_eq!(pair["documents"], "2");
    assert_eq!(pairs.iter().filter(|row| row["entity_b"] == "p:paris").count(), 2);
    run_for(0, at, &small(&["texts", "-o", "pairs/", "--min-pairs", "2"]));
    assert_eq!(rows_of(&at.join("pairs/cooccurrences.csv")).len(), 1);

    let run: Value = serde_json::from_str(&std::fs::read_to_string(at.join("out/run.json")).unwrap()).unwrap();
    assert_eq!(run["counts"]["documents"], 3);
    assert_eq!(run["counts"]["mentions"], mentions.len());
    assert_eq!(run["tables"]["mentions"]["rows"], mentions.len());
    assert_eq!(run["calibrated"], false);
    assert!(run["timing"].is_object() && run["options"].is_object());
}

#[test]
fn a_pair_in_every_document_has_the_highest_npmi() {
    let folder = workplace();
    write(folder.path(), "news.jsonl", "{\"text\":\"Paris, Hanoï.\"}\n{\"text\":\"Hanoï. Paris.\"}\n");
    run_for(0, folder.path(), &small(&["news.jsonl", "-o", "out/"]));
    let pairs = rows_of(&folder.path().join("out/cooccurrences.csv"));
    assert_eq!(pairs.len(), 1);
    assert_eq!((pairs[0]["documents"].as_str(), pairs[0]["npmi"].as_str()), ("2", "1.0000"));
}

fn ten_thousandths(text: &str) -> i64 {
    let (whole, decimals) = text.split_once('.').unwrap();
    assert_eq!(decimals.len(), 4, "{text}");
    whole.parse::<i64>().unwrap() * 10_000 + decimals.parse::<i64>().unwrap()
}

#[test]
fn all_formats_hold_the_same_rows() {
    let folder = workplace();
    let at = folder.path();
    write(
        at,
        "odd.jsonl",
        "{\"id\":\"a,b\",\"title\":\"tab\\there \\\"quoted\\\"\\nline\",\"text\":\"Hà\\tParis\",\"n\":[1,2],\"x\":\"é\"}\n",
    );
    for format in ["csv", "tsv", "jsonl"] {
        run_for(0, at, &small(&["texts", "odd.jsonl", "-o", format, "-f", format, "--with-text"]));
    }
    for table in ["mentions", "entities", "document_entities", "topics", "documents", "cooccurrences", "errors"] {
        let read = |format: &str| std::fs::read_to_string(at.join(format).join(format!("{table}.{format}"))).unwrap();
        let csv = rows(&read("csv"));
        let tsv = read_tsv(&read("tsv"));
        let jsonl: Vec<Row> = read("jsonl").lines().map(read_json).collect();
        assert_eq!(csv.len(), tsv.len(), "{table}");
        assert_eq!(csv.len(), jsonl.len(), "{table}");
        for ((csv, tsv), jsonl) in csv.iter().zip(&tsv).zip(&jsonl) {
            for (column, cell) in csv {
                let json = jsonl.get(column).map_or("", String::as_str);
                assert!(
                    json == cell || number(json) == number(cell) && number(cell).is_some(),
                    "{table}.{column}: {json} {cell}"
                );
                assert_eq!(&tsv[column], cell, "{table}.{column}");
            }
        }
    }
    let documents = rows_of(&at.join("csv/documents.csv"));
    let odd = documents.last().unwrap();
    assert_eq!(odd["doc_id"], "a,b");
    assert_eq!(odd["title"], "tab\there \"quoted\"\nline");
    assert_eq!((odd["n"].as_str(), odd["x"].as_str()), ("[1,2]", "é"));
    assert_eq!((odd["text"].as_str(), odd["offsets"].as_str()), ("Hà\tParis", "decoded"));
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn read_tsv(text: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn read_json(line: &str) -> Row {
    let Value::Object(object) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
    let cell = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    object.into_iter().map(|(column, value)| (column, cell(value))).collect()
}

#[test]
fn excel_gets_what_it_needs() {
    let folder = workplace();
    let at = folder.path();
    let titles = ["=1+1", "+1", "-1", "@x", "\\tx", "\\rx", "fine"];
    let lines: String = titles.iter().map(|t| format!("{{\"title\":\"{t}\",\"text\":\"Paris; Hanoï\"}}\n")).collect();
    write(at, "news.jsonl", lines);
    run_for(0, at, &small(&["news.jsonl", "--excel", "-o", "out/"]));
    let text = std::fs::read_to_string(at.join("out/documents.csv")).unwrap();
    let text = text.strip_prefix('\u{FEFF}').expect("a byte-order mark");
    assert!(text.ends_with("\r\n"));
    assert!(text.starts_with("doc_id;path;title;"));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let found: Vec<String> = reader.records().map(|row| row.unwrap()[2].to_owned()).collect();
    assert_eq!(found, ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "fine"]);
    let plain = run_for(0, at, &small(&["news.jsonl"])).out;
    assert!(!plain.starts_with('\u{FEFF}') && !plain.contains('\r'));
}

#[test]
fn documents_have_ids() {
    let folder = workplace();
    let at = folder.path();
    write(
        at,
        "in/news.jsonl",
        "\n{\"text\":\"Paris\"}\n{\"text\":\n{\"id\":12,\"text\":\"Paris\"}\n{\"id\":\"x\",\"text\":\"Paris\"}\n",
    );
    write(at, "other/b.txt", "Paris");
    let ids = |code: i32, arguments: &[&str]| -> Vec<String> {
        let ran = run_for(code, at, &small(&[&["-t", "documents"], arguments].concat()));
        column(&rows(&ran.out), "doc_id").into_iter().map(str::to_owned).collect()
    };
    assert_eq!(ids(0, &["texts/a.txt"]), ["a.txt"]);
    assert_eq!(ids(0, &["texts/deep/c.txt", "texts/a.txt"]), ["c.txt", "a.txt"]);
    assert_eq!(ids(1, &["in"]), ["news.jsonl#2", "12", "x"]);
    assert_eq!(ids(1, &["in/news.jsonl"]), ["news.jsonl#2", "12", "x"]);
    // Ids of several arguments that would collide all get the argument as prefix.
    assert_eq!(ids(0, &["texts/b.txt", "other/b.txt"]), ["texts/b.txt", "other/b.txt"]);
    assert_eq!(ids(0, &["texts", "other"]), ["a.txt", "texts/b.txt", "deep/c.txt", "other/b.txt"]);
    // A pattern that the shell left alone.
    assert_eq!(ids(0, &["texts/*.txt"]), ["a.txt", "b.txt"]);
    let mut child = command(at, &small(&["-t", "documents", "-"]));
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"text\":\"Paris\"}\n\n{\"text\":\"Paris\"}\n").unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(column(&rows(&out), "doc_id"), ["-#1", "-#3"]);
}

#[test]
fn a_configuration_file_sets_flags() {
    let folder = workplace();
    let at = folder.path();
    std::fs::create_dir(at.join(".git")).unwrap();
    std::fs::create_dir(at.join("work")).unwrap();
    write(at, "gazetier.toml", "gazetteer = [\"../names.csv\"]\nno-builtin = true\nkind = [\"person\"]\n");
    let work = at.join("work");
    let ran = run_for(0, &work, &["extract", "../texts"]);
    let mentions = rows(&ran.out);
    assert!(!mentions.is_empty() && column(&mentions, "kind").iter().all(|kind| *kind == "person"), "{}", ran.out);
    assert!(ran.err.contains("gazetier.toml"), "{}", ran.err);
    // Flags win; the file used stands in the manifest; --no-config leaves it out.
    let ran = run_for(0, &work, &["extract", "../texts", "--kind", "theme", "-o", "out/"]);
    assert!(ran.out.is_empty());
    assert_eq!(column(&rows_of(&work.join("out/mentions.csv")), "kind"), ["theme"]);
    let run_json = std::fs::read_to_string(work.join("out/run.json")).unwrap();
    assert!(run_json.contains("gazetier.toml"));
    let ran = run_for(0, &work, &["extract", "../texts", "--no-builtin", "-g", "../names.csv", "--no-config"]);
    assert!(!ran.err.contains("gazetier.toml"));
    assert_eq!(rows(&ran.out).len(), 9);
    // What a file must not set.
    for line in ["out = \"x\"", "port = 1", "bind = \"0.0.0.0\"", "token = \"x\"", "edit = \"x\"", "colour = true"] {
        write(at, "gazetier.toml", line);
        let ran = run_for(2, &work, &["extract", "../texts"]);
        assert!(ran.err.contains("gazetier.toml"), "{line}: {}", ran.err);
    }
    // One inside an input folder is never read.
    std::fs::remove_file(at.join("gazetier.toml")).unwrap();
    write(at, "texts/gazetier.toml", "kind = [\"theme\"]");
    let ran = run_for(0, &at.join("texts"), &["extract", ".", "--no-builtin", "-g", "../names.csv"]);
    assert_eq!(rows(&ran.out).len(), 9);
}

#[test]
fn flags_choose_what_is_found() {
    let folder = workplace();
    let at = folder.path();
    let surfaces = |arguments: &[&str]| -> Vec<String> {
        let ran = run_for(0, at, &small(&[&["texts/a.txt"], arguments].concat()));
        column(&rows(&ran.out), "surface").into_iter().map(str::to_owned).collect()
    };
    assert_eq!(surfaces(&["--kind", "theme"]), ["intelligence artificielle"]);
    assert_eq!(surfaces(&["--kind", "theme,place"]), ["Paris", "intelligence artificielle", "Paris"]);
    assert_eq!(surfaces(&["--no-resolve", "--min-score", "0.75"]).len(), 4);
    assert_eq!(surfaces(&["--no-resolve", "--min-score", "0.85"]), ["Paris", "Paris"]);
}

#[test]
fn a_gazetteer_may_be_a_folder_and_builtin_ones_stay_below() {
    let folder = workplace();
    let at = folder.path();
    write(at, "mine/ships.csv", "name\nEver Given\n");
    write(at, "mine/people.csv", "name\nAda Nguyễn-Durand\n");
    write(at, "news.txt", "Ada Nguyễn-Durand a vu le Ever Given à Londres.");
    let ran = run_for(0, at, &["extract", "-g", "mine", "news.txt", "--lang", "fr"]);
    let mentions = rows(&ran.out);
    // The kind is the stem of the file; people, organizations, places and themes are made singular.
    assert_eq!(column(&mentions, "kind"), ["person", "ships", "place"]);
    assert_eq!(column(&mentions, "entity_id")[1], "user:ships/ever-given");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = workplace();
    let lines: String = (0..20_000).map(|_| "{\"text\":\"Paris et Hanoï, Paris et Hanoï.\"}\n").collect();
    write(folder.path(), "news.jsonl", lines);
    let mut command = command(folder.path(), &small(&["news.jsonl"]));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("doc_id,"));
    // The reader is gone; most of the rows are still to come.
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("pipe"));
}

#[test]
fn a_full_disk_is_an_error() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        eprintln!("skipped: there is no /dev/full");
        return;
    }
    let folder = workplace();
    let mut command = command(folder.path(), &small(&["texts"]));
    let output = command.stdout(std::fs::OpenOptions::new().write(true).open(full).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("gazetier: "));
}

/// The interrupt of a terminal: a clean stop, and no table under its final name.
#[cfg(unix)]
#[test]
fn an_interrupt_stops_the_run_cleanly() {
    let folder = workplace();
    let mut command = command(folder.path(), &small(&["-", "-o", "out/"]));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        let line = "{\"text\":\"Paris et Hanoï.\"}\n".repeat(1000);
        while stdin.write_all(line.as_bytes()).is_ok() {}
    });
    std::thread::sleep(std::time::Duration::from_millis(700));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    if !killed.is_ok_and(|status| status.success()) {
        child.kill().unwrap();
        eprintln!("skipped: there is no kill command");
    }
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!folder.path().join("out/mentions.csv").exists());
}

/// A corpus of several batches: the seeds, each time with other names, in one file and in a folder.
fn corpus(folder: &Path, bytes: usize) {
    let mut seeds: Vec<PathBuf> =
        std::fs::read_dir(package("seeds")).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let texts: Vec<String> = seeds.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let places = ["Londres", "Paris", "Hanoï", "Bruxelles", "Tokyo", "Berlin", "Rome"];
    let (mut lines, mut i) = (String::new(), 0usize);
    while lines.len() < bytes {
        let text = texts[i % texts.len()].replace("Londres", places[i % places.len()]).replacen("Hà Nội", "Huế", i % 3);
        let date = format!("2025-{:02}-{:02}", i % 12 + 1, i % 28 + 1);
        let record = serde_json::json!({ "date": date, "text": text, "number": i });
        writeln!(lines, "{record}").unwrap();
        if i % 97 == 0 {
            lines.push_str("{\"title\":\"without a text\"}\n");
        }
        i += 1;
    }
    write(folder, "corpus/news.jsonl", lines);
    for (i, text) in texts.iter().cycle().take(60).enumerate() {
        write(folder, &format!("corpus/folder/{i:02}.txt"), text.as_bytes().repeat(i % 5 + 1));
    }
    write(folder, "corpus/folder/broken.txt", b"Paris \xC3( Londres");
}

/// Tables by file name, the manifest without `timing`, standard output.
type Everything = (BTreeMap<String, Vec<u8>>, Value, Vec<u8>);

#[test]
fn the_bytes_are_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    corpus(at, 3 << 20);
    let files = |out: &str| -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(at.join(out)).unwrap().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        files.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap())).collect()
    };
    let manifest = |files: &mut BTreeMap<String, Vec<u8>>| -> Value {
        let mut manifest: Value = serde_json::from_slice(&files.remove("run.json").unwrap()).unwrap();
        assert!(manifest.as_object_mut().unwrap().remove("timing").is_some());
        manifest
    };
    let mut first: Option<Everything> = None;
    for threads in ["1", "2", "8"] {
        let out = format!("out-{threads}");
        run_for(1, at, &["extract", "corpus", "-o", &out, "-j", threads, "--quiet"]);
        let mut found = files(&out);
        assert_eq!(found.len(), 8);
        let manifest = manifest(&mut found);
        let standard_output = run(at, &["extract", "corpus", "-j", threads, "--quiet", "-f", "jsonl"]).out.into_bytes();
        match &first {
            None => {
                assert!(found["mentions.csv"].len() > 1 << 20 && found["cooccurrences.csv"].len() > 1000);
                first = Some((found, manifest, standard_output));
            }
            Some((tables, first, output)) => {
                for (name, bytes) in tables {
                    assert!(bytes == &found[name], "{name} differs for {threads} threads");
                }
                assert_eq!(first, &manifest);
                assert!(output == &standard_output, "the mentions differ for {threads} threads");
            }
        }
    }
}

/// Little memory makes run-wide tables spill to disk; the bytes stay the same.
#[test]
fn little_memory_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    corpus(at, 1 << 20);
    run_for(1, at, &["extract", "corpus", "-o", "much/", "--quiet"]);
    run_for(1, at, &["extract", "corpus", "-o", "little/", "--quiet", "--memory", "1M"]);
    for table in ["entities.csv", "cooccurrences.csv", "mentions.csv"] {
        let read = |out: &str| std::fs::read(at.join(out).join(table)).unwrap();
        assert!(read("much") == read("little"), "{table}");
    }
}
