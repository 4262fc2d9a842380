//! Compiled gazetteers as a user meets them: the same tables from a `.gaz` file, refusals that say what to do.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{column, package, rows, run, run_for};

const NAMES: &str = "id,kind,name,name:fr,aliases,prior,country,wikidata,needs\n\
    p:hanoi,place,Hanoi,Hanoï,,0.9,VN,Q1858,\n\
    p:paris,place,Paris,,Paname,0.9,FR,Q90,\n\
    p:tokyo,place,東京,,,0.9,JP,Q1490,\n\
    h:lam,person,Tô Lâm,,,0.8,,,\n\
    t:ai,theme,artificial intelligence,intelligence artificielle,,0.7,,,\n";
/// Adds to, replaces and removes what is in [`NAMES`], and has homonyms of the same prior.
const MORE: &str = "id,kind,name,aliases,prior,action\n\
    p:paris,city,Paris,Ville Lumière,,\n\
    wikidata:Q1858,place,Thăng Long,Hanoi,0.9,replace\n\
    h:lam,,,,,remove\n\
    s:paris,ship,Paname,,0.9,\n";
const TEXT: &str = "Tô Lâm parle d'intelligence artificielle à Paris. Paname, la Ville Lumière; Hanoï, Hanoi, HANOI.\n\
    東京都とThăng Long. PARIS\n";

fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("names.csv", NAMES), ("more.csv", MORE), ("text.txt", TEXT)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn mentions(at: &Path, more: &[&str]) -> String {
    run_for(0, at, &[&["extract", "--no-builtin", "text.txt", "--quiet"], more].concat()).out
}

#[test]
fn a_compiled_gazetteer_gives_the_same_tables() {
    let folder = workplace();
    let at = folder.path();
    let ran = run_for(0, at, &["compile", "names.csv", "-o", "names.gaz"]);
    assert!(ran.out.is_empty() && ran.err.contains("8 names of 5 entities"), "{}", ran.err);
    let from = |gazetteer: &str, out: &str| {
        run_for(0, at, &["extract", "--no-builtin", "-g", gazetteer, "text.txt", "-o", out, "--quiet"]);
        let mut manifest: Value =
            serde_json::from_str(&std::fs::read_to_string(at.join(out).join("run.json")).unwrap()).unwrap();
        manifest.as_object_mut().unwrap().remove("timing");
        let layer = manifest["gazetteer"]["layers"][0].as_object_mut().unwrap();
        assert_eq!(layer.remove("label").unwrap(), gazetteer);
        let mut tables = Vec::new();
        for table in ["mentions", "entities", "document_entities", "topics", "documents", "cooccurrences", "errors"] {
            tables.push(std::fs::read_to_string(at.join(out).join(format!("{table}.csv"))).unwrap());
        }
        (tables, manifest)
    };
    let expected = from("names.csv", "csv/");
    assert_eq!(rows(&expected.0[0]).len(), 9, "{}", expected.0[0]);
    assert_eq!(from("names.gaz", "gaz/"), expected);
    for flag in ["--lexicon-memory", "--verify"] {
        assert_eq!(mentions(at, &["-g", "names.gaz", flag]), expected.0[0], "{flag}");
    }
    for policy in ["exact", "folded"] {
        let more = ["--match", policy];
        assert_eq!(
            mentions(at, &[&["-g", "names.gaz"], &more[..]].concat()),
            mentions(at, &[&["-g", "names.csv"], &more[..]].concat())
        );
    }
}

#[test]
fn layers_made_one_find_what_the_stack_finds() {
    let folder = workplace();
    let at = folder.path();
    for (name, file) in [("names", "names.gaz"), ("more", "more.gaz")] {
        run_for(0, at, &["compile", &format!("{name}.csv"), "-o", file, "--quiet"]);
    }
    let expected = mentions(at, &["-g", "names.csv", "-g", "more.csv"]);
    let found = rows(&expected);
    let ids = column(&found, "entity_id");
    assert!(ids.contains(&"s:paris") && ids.contains(&"p:hanoi") && !ids.contains(&"h:lam"), "{expected}");
    for stack in [["names.gaz", "more.gaz"], ["names.csv", "more.gaz"], ["names.gaz", "more.csv"]] {
        assert_eq!(mentions(at, &["-g", stack[0], "-g", stack[1]]), expected, "{stack:?}");
        let all = format!("all-{}{}.gaz", stack[0], stack[1]);
        run_for(0, at, &["compile", stack[0], stack[1], "-o", &all, "--quiet"]);
        assert_eq!(mentions(at, &["-g", &all]), expected, "{stack:?}");
        assert_eq!(run_for(0, at, &["lint", &all]).out, "");
        // The row that removes still acts on what lies below.
        assert_eq!(mentions(at, &["-g", "names.csv", "-g", &all]), expected, "{stack:?}");
    }
}

#[test]
fn the_built_in_gazetteers_made_one_with_others() {
    let folder = workplace();
    let at = folder.path();
    let builtin = package("gazetteers");
    let files: Vec<String> = ["people", "organizations", "places", "themes"]
        .iter()
        .map(|name| builtin.join(format!("{name}.csv")).display().to_string())
        .collect();
    let mut arguments = vec!["compile"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["more.csv", "-o", "all.gaz", "--quiet"]);
    run_for(0, at, &arguments);
    let seeds = package("seeds").display().to_string();
    let mut stack = vec!["extract", "--no-builtin", "--quiet", "--no-config", &seeds];
    let mut flat = stack.clone();
    for file in files.iter().map(String::as_str).chain(["more.csv"]) {
        stack.extend(["-g", file]);
    }
    flat.extend(["-g", "all.gaz"]);
    let expected = run_for(0, at, &stack).out;
    assert!(expected.lines().count() > 100);
    assert_eq!(run_for(0, at, &flat).out, expected);
}

#[test]
fn an_unchanged_gazetteer_is_not_compiled_again() {
    let folder = workplace();
    let at = folder.path();
    let compile = |more: &[&str]| run_for(0, at, &[&["compile", "names.csv", "-o", "n.gaz"], more].concat()).err;
    compile(&[]);
    let bytes = std::fs::read(at.join("n.gaz")).unwrap();
    assert_eq!(compile(&[]), "unchanged: n.gaz\n");
    assert!(compile(&["--force"]).contains("8 names"));
    assert_eq!(std::fs::read(at.join("n.gaz")).unwrap(), bytes, "the same sources give the same bytes");
    assert!(compile(&["--boundary", "none"]).contains("8 names"));
    std::fs::write(at.join("names.csv"), NAMES.replace("Paname", "Lutèce")).unwrap();
    assert!(compile(&["--boundary", "none"]).contains("8 names"));
    // A damaged file is not up to date.
    std::fs::write(at.join("n.gaz"), &bytes[..200]).unwrap();
    assert!(compile(&[]).contains("8 names"));
}

#[test]
fn what_cannot_be_compiled_or_used_is_refused() {
    let folder = workplace();
    let at = folder.path();
    run_for(0, at, &["compile", "names.csv", "-o", "n.gaz", "--quiet"]);
    std::fs::create_dir(at.join("in")).unwrap();
    std::fs::copy(at.join("n.gaz"), at.join("in/n.gaz")).unwrap();
    std::fs::write(at.join("broken.csv"), "id,prior\n").unwrap();
    let bytes = std::fs::read(at.join("n.gaz")).unwrap();
    let mut later = bytes.clone();
    later[8] = 3;
    let mut damaged = bytes.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    for (name, bytes) in
        [("later", &later[..]), ("short", &bytes[..bytes.len() / 2]), ("damaged", &damaged), ("no", b"x")]
    {
        std::fs::write(at.join(format!("{name}.gaz")), bytes).unwrap();
    }
    let extract = |more: &'static [&'static str]| [&["extract", "--no-builtin", "text.txt", "-g"], more].concat();
    for (arguments, message) in [
        (vec!["compile", "names.csv", "-o", "n.csv"], "a compiled gazetteer is a .gaz file, not `n.csv`"),
        (vec!["compile", "n.gaz", "-o", "./n.gaz"], "the output is an input as well `./n.gaz`"),
        (vec!["compile", "in", "-o", "in/m.gaz"], "the output would lie in the folder of an input `in/m.gaz`"),
        (vec!["compile", "broken.csv", "-o", "b.gaz"], "broken.csv:1: "),
        (vec!["compile", "none.csv", "-o", "b.gaz"], "none.csv: "),
        (vec!["compile", "names.csv"], "--out"),
        (extract(&["in"]), "n.gaz: a compiled gazetteer is a layer of its own, give it by itself"),
        (extract(&["later.gaz"]), "later.gaz: format 3, this build reads 2: run `gazetier compile`"),
        (extract(&["short.gaz"]), "short.gaz: the file is truncated"),
        (extract(&["no.gaz"]), "no.gaz: this is no compiled gazetteer"),
        (extract(&["damaged.gaz", "--verify"]), "damaged.gaz: the file is damaged"),
        (extract(&["n.gaz", "--boundary", "none"]), "n.gaz: not compiled for `--boundary none`"),
    ] {
        let ran = run_for(2, at, &arguments);
        assert!(ran.err.contains(message) && ran.out.is_empty(), "{arguments:?}\n{}", ran.err);
    }
    assert!(!at.join("b.gaz").exists());
    let ran = run_for(1, at, &["lint", "damaged.gaz", "names.csv"]);
    assert!(ran.out.contains("damaged.gaz: the file is damaged: run `gazetier compile` again\n"), "{}", ran.out);
    run_for(0, at, &["lint", "n.gaz"]);
    // What opening does not see costs a mention at most.
    assert_eq!(run(at, &extract(&["damaged.gaz", "--quiet"])).code, 0);
}

#[test]
fn names_within_words_have_files_of_their_own() {
    let folder = workplace();
    let at = folder.path();
    run_for(0, at, &["compile", "names.csv", "-o", "open.gaz", "--boundary", "none", "--quiet"]);
    std::fs::write(at.join("text.txt"), "xParisx AIParis").unwrap();
    let found = mentions(at, &["-g", "open.gaz", "--boundary", "none"]);
    assert_eq!(found, mentions(at, &["-g", "names.csv", "--boundary", "none"]));
    assert_eq!(rows(&found).len(), 2);
    let ran = run_for(2, at, &["extract", "--no-builtin", "text.txt", "-g", "open.gaz"]);
    assert!(ran.err.contains("open.gaz: compiled for `--boundary none`"), "{}", ran.err);
}

/// A parent that is only in a compiled layer is known.
#[test]
fn lint_knows_what_compiled_layers_list() {
    let folder = workplace();
    let at = folder.path();
    std::fs::write(at.join("own.csv"), "id,kind,name,parent\nx:1,place,Louvre,Paris\nx:2,place,Xa,p:hanoi\n").unwrap();
    run_for(0, at, &["compile", "names.csv", "-o", "names.gaz", "--quiet"]);
    run_for(1, at, &["lint", "own.csv"]);
    let ran = run_for(0, at, &["lint", "names.gaz", "own.csv"]);
    assert!(!ran.out.contains("parent"), "{}", ran.out);
}
