//! `gazetier bench`: that it measures what `extract` does. How long anything takes is nothing a test can know.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{field_names, package, rows_of, run_for};

/// Small texts in both formats, and a gazetteer for them.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| write(folder.path(), path, text);
    write("names.csv", "kind,name,aliases\nplace,Hanoi,Hanoï\nplace,Paris,\nperson,Tô Lâm,\n");
    write("texts/a.txt", "date 2025-10-28 Tô Lâm à Paris\n\nTô Lâm parle à Paris.\n");
    write("texts/b.jsonl", "{\"text\":\"Hanoï et Paris.\",\"lang\":\"fr\"}\n{\"text\":\"Rien.\"}\n");
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// `bench` with the small gazetteer alone, measured once.
fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["bench", "--no-builtin", "-g", "names.csv", "--repeat", "1", "--quiet"], more].concat()
}

fn json(code: i32, folder: &Path, more: &[&str]) -> Value {
    let ran = run_for(code, folder, &small(&[more, &["--json", "-"]].concat()));
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

#[test]
fn the_help_names_every_stage() {
    let ran = run_for(0, Path::new("."), &["bench", "--help"]);
    for word in ["-g, --gazetteer", "`read`", "`words`", "`match`", "`resolve`", "`write`", "--repeat", "--limit"] {
        assert!(ran.out.contains(word), "{word}");
    }
}

#[test]
fn the_counts_are_those_of_extract() {
    let folder = workplace();
    let at = folder.path();
    for options in [&[][..], &["--no-resolve", "--match", "folded"], &["--kind", "place", "--lang", "fr"]] {
        let out = format!("out{}/", options.len());
        let extract = ["extract", "texts", "--no-builtin", "-g", "names.csv", "-o", &out];
        run_for(0, at, &[&extract[..], options].concat());
        let run: Value =
            serde_json::from_str(&std::fs::read_to_string(at.join(&out).join("run.json")).unwrap()).unwrap();
        let bench = json(0, at, &[&["texts", "-j", "1,2"], options].concat());
        for count in ["documents", "bytes", "chars", "words", "mentions", "errors", "warnings"] {
            assert_eq!(bench["corpus"][count], run["counts"][count], "{count} {options:?}");
        }
        assert_eq!(bench["gazetteer"]["hash"], run["gazetteer"]["hash"]);
        for option in ["kind", "lang", "match", "resolve"] {
            assert_eq!(bench["options"][option], run["options"][option]);
        }
        let mentions = rows_of(&at.join(&out).join("mentions.csv"));
        assert_eq!(bench["corpus"]["mentions"], mentions.len());
    }
}

#[test]
fn every_stage_and_run_has_its_figures() {
    let folder = workplace();
    let bench = json(0, folder.path(), &["texts", "-j", "2,1,2"]);
    let stages: Vec<&str> = bench["stages"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(stages, ["files", "read", "language", "words", "match", "resolve", "write", "write_all"]);
    for stage in bench["stages"].as_object().unwrap().values().chain([&bench["total"]]) {
        for figure in ["ms", "min_ms", "max_ms", "spread", "share"] {
            assert!(stage[figure].is_f64(), "{figure} in {stage}");
        }
    }
    let threads: Vec<&Value> = bench["runs"].as_array().unwrap().iter().map(|run| &run["threads"]).collect();
    assert_eq!(threads, [2, 1]);
    for run in bench["runs"].as_array().unwrap() {
        for figure in ["wall_ms", "mb_per_s", "documents_per_s", "mentions_per_s", "speed_up"] {
            assert!(run[figure].is_f64(), "{figure} in {run}");
        }
    }
    let layer = &bench["gazetteer"]["layers"][0];
    assert_eq!((&layer["entities"], &layer["names"]), (&3.into(), &4.into()));
    assert_eq!(layer["source_bytes"], std::fs::metadata(folder.path().join("names.csv")).unwrap().len());
    assert_eq!(bench["runs_read"], "files");
    // Three lines of text are too few to measure anything.
    assert_eq!(bench["noisy"], true);
    assert!(bench["noise"].as_array().unwrap().iter().any(|reason| reason.as_str().unwrap().contains("small")));
}

#[test]
fn every_field_is_documented() {
    let folder = workplace();
    let page = std::fs::read_to_string(package("docs/BENCH.md")).unwrap();
    let mut found = Vec::new();
    field_names(&json(0, folder.path(), &["texts"]), &mut found);
    assert!(found.len() > 50);
    for name in found {
        assert!(page.contains(&format!("`{name}`")), "{name} in docs/BENCH.md");
    }
}

#[test]
fn the_table_goes_to_standard_output_and_json_to_a_file() {
    let folder = workplace();
    let at = folder.path();
    let ran = run_for(0, at, &small(&["texts", "--json", "texts/figures.jsonl"]));
    for word in ["gazetteer", "words", "match", "resolve", "total", "speed-up"] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }
    assert!(ran.err.is_empty(), "{}", ran.err);
    let figures = std::fs::read_to_string(at.join("texts/figures.jsonl")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&figures).unwrap()["corpus"]["documents"], 3);
    // The file of figures is no part of the corpus.
    run_for(0, at, &small(&["texts", "--json", "texts/figures.jsonl"]));
    let loud = run_for(0, at, &["bench", "--no-builtin", "-g", "names.csv", "--repeat", "1", "texts/a.txt"]);
    assert!(loud.err.contains("noisy: the corpus is small"), "{}", loud.err);
}

#[test]
fn standard_input_is_measured_from_memory() {
    use std::io::Write;
    let folder = workplace();
    let arguments = small(&["-", "--json", "-"]);
    let mut command = crate::support::command(folder.path(), &arguments);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all("Tô Lâm à Paris".as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let bench: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&bench["corpus"]["documents"], &bench["corpus"]["mentions"]), (&1.into(), &2.into()));
    assert_eq!((&bench["runs_read"], &bench["stages"]["files"]), (&"memory".into(), &Value::Null));
}

#[test]
fn a_limit_cuts_the_corpus() {
    let folder = workplace();
    let line = format!("{{\"text\":\"{}Paris\"}}\n", "mot ".repeat(1000));
    write(folder.path(), "long.jsonl", &line.repeat(300));
    let whole = json(0, folder.path(), &["long.jsonl", "-j", "1"]);
    assert_eq!((&whole["corpus"]["cut"], &whole["corpus"]["documents"]), (&false.into(), &300.into()));
    let part = json(0, folder.path(), &["long.jsonl", "-j", "1,2", "--limit", "100k"]);
    assert_eq!(part["corpus"]["cut"], true);
    assert!(part["corpus"]["documents"].as_u64().unwrap() < 300);
    let loud = ["bench", "--no-builtin", "-g", "names.csv", "--repeat", "1", "--limit", "100k", "long.jsonl"];
    assert!(run_for(0, folder.path(), &loud).err.contains("--limit 100k"));
}

#[test]
fn a_failed_record_is_counted_and_exits_with_1() {
    let folder = workplace();
    let at = folder.path();
    write(at, "news.jsonl", "{\"id\":\"a\",\"text\":\"Paris\"}\n{\"text\":\n{\"id\":\"a\",\"text\":\"Hanoï\"}\n");
    let bench = json(1, at, &["news.jsonl", "-j", "1,2"]);
    let corpus = &bench["corpus"];
    assert_eq!((&corpus["documents"], &corpus["errors"], &corpus["warnings"]), (&2.into(), &1.into(), &1.into()));
    let loud = run_for(1, at, &["bench", "--no-builtin", "-g", "names.csv", "--repeat", "1", "news.jsonl"]);
    assert_eq!(loud.err.matches("news.jsonl:2:").count(), 1, "{}", loud.err);
}

#[test]
fn what_cannot_be_measured_exits_with_2() {
    let folder = workplace();
    write(folder.path(), "empty/note.bin", "");
    for (arguments, says) in [
        (small(&[]), "CORPUS"),
        (small(&["missing.txt"]), "missing.txt"),
        (small(&["texts", "-g", "missing.csv"]), "missing.csv"),
        (small(&["texts", "-j", "0"]), "0"),
        (small(&["texts", "-j", "two"]), "two"),
        (small(&["texts", "--repeat", "0"]), "0"),
        (small(&["texts", "--limit", "much"]), "much"),
        (small(&["texts", "--kind", "ship"]), "ship"),
        (small(&["texts", "--frobnicate"]), "--frobnicate"),
        (small(&["texts", "--json", "nowhere/x.json"]), "nowhere"),
        (small(&["texts/a.txt", "--json", "texts/a.txt"]), "texts/a.txt"),
        (small(&["empty"]), "no document"),
        (vec!["bench", "texts", "--no-builtin"], "gazetteer"),
    ] {
        let ran = run_for(2, folder.path(), &arguments);
        assert!(ran.err.contains(says) && ran.out.is_empty(), "{arguments:?}: {} {}", ran.out, ran.err);
    }
}

#[test]
fn the_configuration_file_counts_but_for_threads() {
    let folder = workplace();
    write(folder.path(), "gazetier.toml", "kind = \"person\"\nthreads = 3\nrepeat = 1\nwith-text = true\n");
    let ran = run_for(0, folder.path(), &["bench", "--no-builtin", "-g", "names.csv", "texts", "-q", "--json", "-"]);
    let bench: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(bench["options"]["kind"], serde_json::json!(["person"]));
    assert_eq!((&bench["options"]["repeat"], &bench["runs"][0]["threads"]), (&1.into(), &1.into()));
    assert_eq!(bench["corpus"]["mentions"], 2);
}

#[test]
fn a_compiled_gazetteer_is_opened() {
    let folder = workplace();
    let at = folder.path();
    run_for(0, at, &["compile", "names.csv", "-o", "names.gaz", "-q"]);
    let arguments = ["bench", "--no-builtin", "-g", "names.gaz", "--repeat", "1", "-q", "texts", "--json", "-"];
    let bench: Value = serde_json::from_str(&run_for(0, at, &arguments).out).unwrap();
    let layer = &bench["gazetteer"]["layers"][0];
    assert_eq!((&layer["compiled"], &layer["names"]), (&true.into(), &4.into()));
    assert_eq!(layer["source_bytes"], std::fs::metadata(at.join("names.gaz")).unwrap().len());
    assert_eq!(bench["corpus"]["mentions"], json(0, at, &["texts"])["corpus"]["mentions"]);
}
