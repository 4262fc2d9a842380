//! The verbs that make gazetteers, as a user meets them.

use std::path::Path;

use serde_json::Value;

use crate::support::{column, rows, run_for};

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
