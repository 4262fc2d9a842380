//! The verbs that make gazetteers, as a user meets them.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{column, command, rows, run_for};

fn write(folder: &Path, path: &str, text: &str) {
    std::fs::write(folder.join(path), text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

#[test]
fn add_appends_a_row_and_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let place = ["add", "place", "London", "--name", "fr=Londres", "--alias", "Londinium", "--alias", "vi=Luân Đôn"];
    let more = ["--wikidata", "Q84", "--country", "GB", "--needs", "city", "--set", "note=capital", "--to", "own.csv"];
    let ran = run_for(0, at, &[&place[..], &more].concat());
    let row = ",place,London,Londinium,Luân Đôn,Londres,city,Q84,GB,capital";
    assert_eq!(ran.out.trim_end(), row);
    let header = "id,kind,name,aliases,aliases:vi,name:fr,needs,wikidata,country,note";
    assert_eq!(read(at, "own.csv"), format!("{header}\n{row}\n"));
    run_for(0, at, &["lint", "own.csv"]);
    // What is found then.
    write(at, "a.txt", "Londres, capitale et city.");
    let ran = run_for(0, at, &["extract", "--no-builtin", "-g", "own.csv", "a.txt"]);
    assert_eq!(column(&rows(&ran.out), "surface"), ["Londres"]);

    let ran = run_for(1, at, &["add", "person", "Londres", "--to", "own.csv"]);
    assert!(ran.out.is_empty() && ran.err.contains("own.csv:2 lists the name already"), "{}", ran.err);
    run_for(0, at, &["add", "person", "Londres", "--to", "own.csv", "--force"]);
    let ran = run_for(2, at, &["add", "person", "Jack London", "--role", "writer", "--to", "own.csv"]);
    assert!(ran.err.contains("`role`"), "{}", ran.err);
    run_for(0, at, &["add", "person", "Jack London", "--role", "writer", "--to", "own.csv", "--add-columns"]);
    assert!(read(at, "own.csv").ends_with(",person,Jack London,,,,,,,,writer\n"));
    for arguments in
        [&["add", "person"][..], &["add", "person", "X"], &["add", "p", "X", "--name", "X", "--to", "own.csv"]]
    {
        run_for(2, at, arguments);
    }
}

#[test]
fn the_example_of_the_front_page_works() {
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string(crate::support::package("README.md")).unwrap();
    let table = page.split_once("```csv\n").unwrap().1.split_once("```").unwrap().0;
    write(folder.path(), "my-names.csv", table);
    let command = page.lines().find(|line| line.starts_with("gazetier add ")).unwrap();
    let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
    run_for(0, folder.path(), &arguments);
}

#[test]
fn diff_tells_what_is_lost_and_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "old.csv", "id,kind,name,aliases\nx:1,place,Paris,Paname\nx:2,place,Oslo,\n");
    write(at, "new.csv", "id,kind,name,aliases\nx:1,place,Paris,Lutèce\nx:3,place,Rome,\n");
    write(at, "a.jsonl", "{\"id\":\"d\",\"text\":\"On aime Oslo et Rome. Paname aussi, et Paris.\"}\n");
    let ran = run_for(1, at, &["diff", "old.csv", "new.csv"]);
    let expected = "~ place x:1 `Paris` (new.csv:2)\n    + name `Lutèce`\n    - name `Paname`\n\
        - place x:2 `Oslo` (old.csv:3)\n+ place x:3 `Rome` (new.csv:3)\n";
    assert_eq!(ran.out, expected);
    assert!(ran.err.contains("1 entities added, 1 removed, 1 changed; 2 names added, 2 removed"), "{}", ran.err);
    assert_eq!(run_for(0, at, &["diff", "old.csv", "old.csv", "-q"]).out, "");

    let ran = run_for(1, at, &["diff", "old.csv", "new.csv", "--corpus", "a.jsonl", "--json", "-o", "changes.jsonl"]);
    assert!(ran.out.is_empty());
    let lines: Vec<Value> = read(at, "changes.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changes: Vec<&str> = lines.iter().map(|line| line["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["changed", "removed", "added", "mention-lost", "mention-gained", "mention-lost"]);
    assert_eq!((&lines[3]["surface"], &lines[3]["start_char"]), (&Value::from("Oslo"), &Value::from(8)));
    assert_eq!((&lines[4]["surface"], &lines[4]["left"]), (&Value::from("Rome"), &Value::from("On aime Oslo et ")));
    // More is no loss.
    write(at, "more.csv", "id,kind,name,aliases\nx:1,place,Paris,Paname|Lutèce\nx:2,place,Oslo,\n");
    let ran = run_for(0, at, &["diff", "old.csv", "more.csv", "--corpus", "a.jsonl"]);
    assert_eq!(ran.out, "~ place x:1 `Paris` (more.csv:2)\n    + name `Lutèce`\n");
}

#[test]
fn diff_reads_all_forms() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "places.csv", "id,name,name:fr,prior,needs,country,important\nx:1,London,Londres,0.5,Ville,GB,yes\n");
    run_for(0, at, &["compile", "places.csv", "-o", "places.gaz", "-q"]);
    assert_eq!(run_for(0, at, &["diff", "places.gaz", "places.csv"]).out, "");
    assert_eq!(run_for(0, at, &["diff", "builtin", "builtin"]).out, "");
    let ran = run_for(1, at, &["diff", "places.gaz", "builtin"]);
    assert!(ran.out.starts_with("+ "), "{}", &ran.out[..100]);
    run_for(2, at, &["diff", "places.csv", "nothing.csv"]);
}

#[test]
fn lint_has_forms_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "own.csv", "kind,name,aliases,prior\nplace,Paris,Paname||Lutèce,2\nplace,Oslo , ,\n");
    let ran = run_for(1, at, &["lint", "own.csv", "-f", "json"]);
    let found: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rules: Vec<&str> = found.iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["empty-item", "bad-prior", "spaces", "spaces"]);
    assert_eq!(found[0]["fix"], "write `Paname|Lutèce`");

    let ran = run_for(1, at, &["lint", "own.csv", "-f", "sarif"]);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let known = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &known[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "own.csv");
        assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
    }
    let fix = &run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let (start, length) = (&fix["deletedRegion"]["byteOffset"], &fix["deletedRegion"]["byteLength"]);
    let (start, length) = (start.as_u64().unwrap() as usize, length.as_u64().unwrap() as usize);
    assert_eq!(&read(at, "own.csv").as_bytes()[start..start + length], "Paname||Lutèce".as_bytes());
    assert_eq!(fix["insertedContent"]["text"], "Paname|Lutèce");

    let rules = run_for(0, at, &["lint", "--rules"]).out;
    assert!(rules.lines().count() > 50 && rules.contains("spaces (note): "), "{rules}");
}

#[test]
fn lint_puts_right_what_is_safe() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let before = "kind,name,aliases\r\nplace,Oslo ,Kristiania|Oslo\r\n";
    write(at, "own.csv", before);
    let dry = run_for(0, at, &["lint", "--fix", "--dry-run", "own.csv"]);
    assert_eq!(read(at, "own.csv"), before);
    assert!(dry.out.starts_with("own.csv:2: spaces: name: `Oslo ` → `Oslo`\n"), "{}", dry.out);
    assert_eq!(run_for(0, at, &["lint", "--fix", "own.csv"]).out, dry.out);
    assert_eq!(read(at, "own.csv"), "kind,name,aliases\r\nplace,Oslo,Kristiania\r\n");
    assert_eq!(run_for(0, at, &["lint", "--fix", "own.csv"]).out, "");
    run_for(2, at, &["lint", "--dry-run", "own.csv"]);
}

#[test]
fn the_built_in_gazetteers_have_no_errors() {
    let folder = crate::support::package("gazetteers");
    run_for(0, &folder, &["lint", "people.csv", "organizations.csv", "places.csv", "themes.csv", "-q"]);
}

#[test]
fn discover_add_and_extract_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let text = "Hier, la présidente Anne Rochetaille a quitté Vendremont. On a revu Mme Anne Rochetaille à Vendremont.";
    write(at, "a.txt", text);
    let ran = run_for(0, at, &["discover", "a.txt", "--lang", "fr", "-o", "candidates.csv"]);
    assert!(ran.out.is_empty() && ran.err.contains("names in 1 documents"), "{}", ran.err);
    let found = read(at, "candidates.csv");
    let names = column(&rows(&found), "name").join("|");
    assert!(names.contains("Anne Rochetaille") && names.contains("Vendremont"), "{names}");
    // The file is a gazetteer as it stands.
    run_for(0, at, &["lint", "candidates.csv"]);
    let marked = found.replace("\n,,person,Anne", "\nx,,person,Anne");
    write(at, "candidates.csv", &marked);
    run_for(0, at, &["add", "--accepted", "candidates.csv", "--to", "own.csv"]);
    assert_eq!(read(at, "own.csv"), "id,kind,name,aliases\n,person,Anne Rochetaille,\n");
    let ran = run_for(0, at, &["extract", "--no-builtin", "-g", "own.csv", "a.txt"]);
    assert_eq!(column(&rows(&ran.out), "kind"), ["person", "person"]);
    let ran = run_for(1, at, &["add", "--accepted", "candidates.csv", "--to", "own.csv"]);
    assert!(ran.err.contains("candidates.csv:"), "{}", ran.err);
    run_for(2, at, &["add", "--accepted", "own.csv", "--to", "other.csv"]);
}

#[test]
fn what_is_written_takes_the_place_of_nothing_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir(at.join("own")).unwrap();
    std::fs::create_dir(at.join("corp")).unwrap();
    let names = "id,kind,name\nx:1,place,Vendremont\n";
    let known = "wikidata,geonames\nQ1,1\n";
    write(at, "names.csv", names);
    write(at, "own/names.csv", names);
    write(at, "known.csv", known);
    write(at, "corp/a.txt", "Vendremont");
    write(at, "corp/b.jsonl", "{\"text\":\"Vendremont\"}\n");
    let compile = ["compile", "names.csv", "own", "-o", "all.gaz", "--concord", "--known", "known.csv"];
    for links in ["names.csv", "./own/names.csv", "corp/../known.csv", "./all.gaz"] {
        run_for(2, at, &[&compile[..], &["--links", links]].concat());
    }
    run_for(2, at, &["compile", "names.csv", "-o", "own/../own/all.gaz", "own"]);
    for arguments in [
        &["discover", "corp", "-g", "own", "-o", "own/names.csv"][..],
        &["discover", "corp", "-o", "corp/a.txt"],
        &["discover", "corp/*.txt", "-o", "./corp/a.txt"],
        &["discover", "corp", "-o", "corp/b.jsonl"],
        &["extract", "corp", "-g", "own", "-o", "own/names.csv"],
        &["extract", "corp", "-o", "corp/b.jsonl"],
        &["stats", "own", "-o", "own/names.csv"],
        &["stats", "own", "--corpus", "corp", "--dead", "own/names.csv"],
        &["stats", "own", "--corpus", "corp", "--dead", "corp/a.txt"],
        &["stats", "own", "--corpus", "corp", "--dead", "same.csv", "-o", "./corp/../same.csv"],
        &["diff", "own", "names.csv", "-o", "own/names.csv"],
        &["diff", "names.csv", "names.csv", "--corpus", "corp", "-o", "corp/a.txt"],
        &["bench", "corp", "--json", "corp/a.txt"],
        &["eval", "corp/b.jsonl", "-g", "own", "-o", "own/names.csv"],
        &["eval", "corp/b.jsonl", "--errors", "same.csv", "-o", "./same.csv"],
    ] {
        let ran = run_for(2, at, arguments);
        let told = ["the output is", "the output would lie", "a file of their own"];
        assert!(told.iter().any(|told| ran.err.contains(told)), "{arguments:?}: {}", ran.err);
    }
    assert_eq!((read(at, "names.csv"), read(at, "own/names.csv")), (names.to_owned(), names.to_owned()));
    assert_eq!((read(at, "known.csv"), read(at, "corp/a.txt")), (known.to_owned(), "Vendremont".to_owned()));
    assert!(!at.join("same.csv").exists() && !at.join("all.gaz").exists());
    // Where nothing is lost, a table may lie among the documents and figures among the names.
    for _ in 0..2 {
        run_for(0, at, &["extract", "corp", "-o", "corp/mentions.csv"]);
        run_for(0, at, &["stats", "own", "-o", "own/stats.json"]);
    }
    // A verb's own output is no document when it is made again.
    write(at, "new.csv", "id,kind,name\nx:2,place,Oslo\n");
    for arguments in [
        &["extract", "corp", "-g", "names.csv", "-o", "corp/out.jsonl"][..],
        &["discover", "corp", "-o", "corp/out.txt", "--min-mentions", "1"],
        &["diff", "names.csv", "new.csv", "--corpus", "corp", "-o", "corp/changes.txt"],
    ] {
        let code = i32::from(arguments[0] == "diff");
        run_for(code, at, arguments);
        let out = at.join(arguments[arguments.iter().position(|word| *word == "-o").unwrap() + 1]);
        let first = std::fs::read_to_string(&out).unwrap();
        run_for(code, at, arguments);
        assert_eq!(std::fs::read_to_string(&out).unwrap(), first, "{arguments:?}");
        std::fs::remove_file(&out).unwrap();
    }
    run_for(0, at, &[&compile[..], &["--links", "links.csv"]].concat());
    assert_eq!(read(at, "links.csv"), "first,second,evidence\n");
}

/// A table that is known is read once: what comes through a pipe is gone then.
#[cfg(unix)]
#[test]
fn a_table_that_is_known_may_be_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "names.csv", "id,kind,name\nx:1,place,Vendremont\n");
    let compile = |table: &str, note: &str| {
        let pipe = at.join("pipe");
        if !pipe.exists() {
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        }
        let table = table.to_owned();
        let writer = std::thread::spawn(move || std::fs::write(pipe, table));
        let ran = run_for(0, at, &["compile", "names.csv", "-o", "all.gaz", "--concord", "--known", "pipe"]);
        writer.join().unwrap().unwrap();
        assert!(ran.err.contains(note), "{}", ran.err);
    };
    compile("wikidata,geonames\nQ1,1\n", "1 names");
    compile("wikidata,geonames\nQ1,1\n", "unchanged");
    compile("wikidata,geonames\nQ1,2\n", "1 names");
}

#[test]
fn accepted_rows_that_cannot_be_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "c.csv", "accept,kind,name\nx,person,\"Anne\" Durand\nx,person,Bob Rey\n");
    let ran = run_for(2, at, &["add", "--accepted", "c.csv", "--to", "own.csv"]);
    assert!(ran.err.contains("c.csv:2: text after a closing quote"), "{}", ran.err);
    assert!(!at.join("own.csv").exists());
}

#[test]
fn discover_takes_any_number_of_candidates() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Hier, Mme Anne Rochetaille est venue. On a revu Mme Anne Rochetaille.";
    write(folder.path(), "a.txt", text);
    let most = ["discover", "a.txt", "--lang", "fr", "--max-candidates", "9223372036854775808"];
    assert!(run_for(0, folder.path(), &most).out.contains("Anne Rochetaille"));
}

#[test]
fn diff_refuses_a_kind_that_nothing_lists() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "old.csv", "kind,name\nship,Vendremont\n");
    write(at, "new.csv", "kind,name\ntrain,Vendremont\n");
    write(at, "a.txt", "Vendremont");
    let diff = |code: i32, more: &[&str]| {
        run_for(code, at, &[&["diff", "old.csv", "new.csv", "--corpus", "a.txt", "--kind"], more].concat())
    };
    let ran = diff(2, &["ship,boat"]);
    assert!(ran.out.is_empty() && ran.err.contains("no gazetteer lists a kind `boat`"), "{}", ran.err);
    diff(2, &["place"]);
    diff(1, &["place", "--over-builtin"]);
    assert_eq!(diff(1, &["ship"]).out.matches(" mention ").count(), 1);
    assert_eq!(diff(1, &["ship,train"]).out.matches(" mention ").count(), 2);
}

/// The interrupt of a terminal leaves the old file, and no other one.
#[cfg(unix)]
#[test]
fn an_interrupted_diff_writes_nothing() {
    use std::io::Write as _;

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "old.csv", "kind,name\nplace,Vendremont\n");
    write(at, "changes.txt", "old");
    let diff = ["diff", "old.csv", "old.csv", "--corpus", "-", "-o", "changes.txt"];
    let mut child = command(at, &diff).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        let line = "{\"text\":\"Vendremont.\"}\n".repeat(1000);
        while stdin.write_all(line.as_bytes()).is_ok() {}
    });
    // The new file lies beside the old one as soon as there is something to stop.
    let begun = Instant::now();
    while std::fs::read_dir(at).unwrap().count() < 3 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(read(at, "changes.txt"), "old");
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 2);
}

#[test]
fn fixing_tells_of_the_errors_that_stay() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "own.csv", "kind,name,parent\nplace,Oslo ,gz:place/nowhere\n");
    let fixed = "own.csv:2: spaces: name: `Oslo ` → `Oslo`\n";
    for arguments in [&["--fix", "--dry-run"][..], &["--fix"]] {
        let ran = run_for(1, at, &[&["lint", "own.csv"], arguments].concat());
        assert!(ran.out.starts_with(fixed) && ran.out.lines().count() == 2, "{}", ran.out);
        assert!(ran.out.contains("gz:place/nowhere") && ran.err.contains("1 errors stay"), "{}{}", ran.out, ran.err);
    }
    write(at, "own.csv", "kind,name,parent\nplace,Oslo ,gz:place/norway\n");
    let ran = run_for(0, at, &["lint", "own.csv", "--fix", "--with-builtin", "-q"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    assert!(read(at, "own.csv").contains("place,Oslo,"));
    for format in ["json", "sarif"] {
        run_for(2, at, &["lint", "own.csv", "--fix", "-f", format]);
    }
}

#[test]
fn the_word_builtin_stands_for_the_built_in_gazetteers() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run_for(0, at, &["lint", "builtin", "-q"]);
    run_for(0, at, &["lint", "builtin", "--fix", "--dry-run", "-q"]);
    let kinds = |arguments: &[&str]| -> Value {
        let ran = run_for(0, at, &[&["stats", "--json"], arguments].concat());
        serde_json::from_str::<Value>(&ran.out).unwrap()["kinds"].take()
    };
    assert_eq!(kinds(&["builtin"]), kinds(&[]));
    write(at, "a.txt", "Paris");
    let found = run_for(0, at, &["extract", "a.txt"]).out;
    assert!(found.contains("gz:place/paris"), "{found}");
    assert_eq!(run_for(0, at, &["extract", "--no-builtin", "-g", "builtin", "a.txt"]).out, found);
}

#[test]
fn lint_tells_once_of_what_is_beyond_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let rows: String = (0..1_500).map(|number| format!("x:{number},Paris\n")).collect();
    write(at, "own.csv", &format!("id,name\n{rows}"));
    let ran = run_for(0, at, &["lint", "own.csv"]);
    let crowded = |line: &&str| line.contains("this one is left out") || line.contains("crowded-name");
    assert_eq!(ran.out.lines().filter(crowded).count(), 1_001, "{}", &ran.out[..500]);
    assert_eq!(ran.out.matches("436 more warnings like this: crowded-name").count(), 1);
}
