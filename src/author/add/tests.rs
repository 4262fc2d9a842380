use super::*;

fn row(cells: &[(&str, &str)]) -> NewRow {
    let mut row = NewRow::default();
    for (column, value) in cells {
        row.set(*column, *value);
    }
    row
}

/// Adds a row to a file of this content; gives what came of it and the content then.
fn added(name: &str, content: Option<&str>, cells: &[(&str, &str)], options: AddOptions) -> (Result<Added>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    if let Some(content) = content {
        std::fs::write(&path, content).unwrap();
    }
    let result = add(&path, &[row(cells)], options);
    (result, std::fs::read_to_string(&path).unwrap_or_default())
}

fn refusal(content: &str, cells: &[(&str, &str)]) -> String {
    let (result, after) = added("all.csv", Some(content), cells, AddOptions::default());
    assert_eq!(after, content, "nothing is written");
    match result {
        Ok(added) => added.refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    }
}

const PARIS: &str = "id,kind,name,aliases,wikidata\nx:1,place,Paris,Paname,Q90\n";

#[test]
fn a_file_keeps_its_form() {
    let mark = "\u{FEFF}";
    for (name, before, after) in [
        ("all.csv", PARIS.to_owned(), format!("{PARIS},place,Oslo,,\n")),
        ("all.csv", "name;kind\r\nParis;place\r\n".into(), "name;kind\r\nParis;place\r\nOslo;place\r\n".into()),
        ("all.csv", format!("{mark}Kind,Name\nplace,Paris"), format!("{mark}Kind,Name\nplace,Paris\nplace,Oslo\n")),
        ("places.tsv", "name\tid\nParis\tx:1\n".into(), "name\tid\nParis\tx:1\nOslo\t\n".into()),
        (
            "all.jsonl",
            "{\"name\":\"Paris\",\"kind\":\"place\"}".into(),
            "{\"name\":\"Paris\",\"kind\":\"place\"}\n{\"kind\":\"place\",\"name\":\"Oslo\"}\n".into(),
        ),
    ] {
        let cells = [("kind", "place"), ("name", "Oslo")];
        let (result, found) = added(name, Some(&before), &cells, AddOptions::default());
        assert!(result.unwrap().refused.is_empty(), "{before}");
        assert_eq!(found, after);
    }
}

#[test]
fn a_missing_file_is_made_with_the_columns_it_needs() {
    let cells = [("kind", "place"), ("name", "Oslo"), ("name:fr", "Oslo, Norvège"), ("country", "NO")];
    let (result, content) = added("new.csv", None, &cells, AddOptions::default());
    assert_eq!(result.unwrap().rows, [",place,Oslo,,\"Oslo, Norvège\",NO"]);
    assert_eq!(content, "id,kind,name,aliases,name:fr,country\n,place,Oslo,,\"Oslo, Norvège\",NO\n");
}

#[test]
fn columns_are_added_only_when_asked_for() {
    let cells = [("kind", "place"), ("name", "Oslo"), ("country", "NO"), ("note", "a\"b")];
    let message = refusal(PARIS, &cells);
    assert!(message.ends_with("give --add-columns to add them: `country, note`"), "{message}");
    let quoted = "id,kind,name,aliases,wikidata\r\n\r\nx:1,place,\"Pa\r\nris\",,\r\n";
    let (result, content) =
        added("all.csv", Some(quoted), &cells, AddOptions { add_columns: true, ..AddOptions::default() });
    assert!(result.unwrap().refused.is_empty());
    let expected = "id,kind,name,aliases,wikidata,country,note\r\n\r\nx:1,place,\"Pa\r\nris\",,,,\r\n\
        ,place,Oslo,,,NO,\"a\"\"b\"\r\n";
    assert_eq!(content, expected);
}

#[test]
fn what_lint_calls_an_error_is_refused() {
    for (cells, expected) in [
        (&[("kind", "place"), ("name", "Oslo"), ("id", "x:1")][..], "lists the id already: `x:1`"),
        (&[("kind", "place"), ("name", "Oslo"), ("wikidata", "Q90")], "lists the id already: `wikidata:Q90`"),
        (&[("kind", "place"), ("name", "Paname")], "(--force adds it all the same): `Paname`"),
        (&[("kind", "place"), ("name", "Oslo"), ("wikidata", "London")], "`London`"),
        (&[("kind", "place"), ("name", "")], "the name is empty"),
        (&[("kind", "place"), ("name", "--")], "nothing of the name is left to search for"),
    ] {
        let message = refusal(PARIS, cells);
        assert!(message.ends_with(expected), "{message}");
    }
    assert!(refusal("kind,name,prior\n", &[("kind", "place"), ("name", "Oslo"), ("prior", "2")]).contains("prior"));
    let parent = &[("kind", "place"), ("name", "Oslo"), ("parent", "Nirgendwo")];
    assert!(refusal("kind,name,parent\n", parent).contains("`Nirgendwo`"));
    let (built_in, _) = added(
        "all.csv",
        Some("kind,name,parent\n"),
        &[("kind", "place"), ("name", "Zzz"), ("parent", "gz:place/france")],
        AddOptions::default(),
    );
    assert!(built_in.unwrap().refused.is_empty());
}

#[test]
fn a_name_may_be_forced_and_a_run_dry() {
    let cells = [("id", "x:2"), ("kind", "person"), ("name", "Paris")];
    let force = AddOptions { force: true, ..AddOptions::default() };
    assert_eq!(added("all.csv", Some(PARIS), &cells, force).1, format!("{PARIS}x:2,person,Paris,,\n"));
    let dry = AddOptions { force: true, dry_run: true, ..AddOptions::default() };
    let (result, content) = added("all.csv", Some(PARIS), &cells, dry);
    assert_eq!((result.unwrap().rows.len(), content.as_str()), (1, PARIS));
}

#[test]
fn files_that_take_no_rows_are_refused() {
    for (name, content) in [
        ("a.gaz", "x"),
        ("a.txt", "x"),
        ("a.csv", "id,canonical,name\nx:1,Paris,Paris\n"),
        ("a.csv", "name,prior\nParis,7\n"),
    ] {
        let (result, after) = added(name, Some(content), &[("name", "Oslo"), ("kind", "a")], AddOptions::default());
        assert!(result.is_err(), "{name}");
        assert_eq!(after, content);
    }
}

#[test]
fn marked_candidates_become_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (candidates, target) = (folder.path().join("c.csv"), folder.path().join("own.csv"));
    let text = "accept,id,kind,name,aliases,acronyms,score,mentions,documents,evidence,context1,context2,context3\n\
        x,,person,Anne Durand,Durand|A\\|B,,0.9,3,2,title:1,…,,\n\
        ,,person,Nobody,,,0.9,3,2,,,,\n\
        1,x:9,organization,Ligue,,LJB,0.9,3,2,,,,\n";
    std::fs::write(&candidates, text).unwrap();
    let (lines, rows): (Vec<u64>, Vec<NewRow>) = accepted(&candidates).unwrap().into_iter().unzip();
    assert_eq!(lines, [2, 4]);
    assert!(add(&target, &rows, AddOptions::default()).unwrap().refused.is_empty());
    let expected = "id,kind,name,aliases,acronyms\n,person,Anne Durand,Durand|A\\|B,\nx:9,organization,Ligue,,LJB\n";
    assert_eq!(std::fs::read_to_string(&target).unwrap(), expected);
    // A second time all are known.
    let again = add(&target, &rows, AddOptions::default()).unwrap();
    assert_eq!((again.rows.len(), again.refused.len()), (0, 2));
    std::fs::write(&candidates, text.replace("\nx,", "\nperhaps,")).unwrap();
    assert!(
        accepted(&candidates).unwrap_err().to_string().ends_with("c.csv:2: accept is neither yes nor no: `perhaps`")
    );
}

#[test]
fn accepted_rows_with_broken_quotes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let candidates = folder.path().join("c.csv");
    for (text, line) in [
        ("accept,kind,name\nx,person,\"Anne\" Durand\nx,person,Bob Rey\n", 2),
        ("accept,kind,name\nx,person,Bob Rey\nx,person,\"Anne Durand\n", 3),
    ] {
        std::fs::write(&candidates, text).unwrap();
        let error = accepted(&candidates).unwrap_err();
        let found: Vec<_> = error.problems().iter().map(|problem| (problem.code, problem.line)).collect();
        assert_eq!(found, [("bad-quotes", Some(line))], "{error}");
    }
}
