//! The cases that a linguist writes: `tests/cases/*.md`. `tests/cases/README.md` says how.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{package, run};

/// Gazetteers, language and flags: what a case inherits from the head of its file.
#[derive(Clone, Debug, Default)]
struct Setting {
    tables: Vec<Vec<Vec<String>>>,
    language: String,
    flags: Vec<String>,
}

/// One text with what must be found in it.
#[derive(Clone, Debug)]
struct Case {
    title: String,
    line: usize,
    setting: Setting,
    text: String,
    expected: Vec<Expected>,
    /// Whether there is a list of what is expected, be it only `nothing`.
    answered: bool,
}

#[derive(Clone, Debug)]
struct Expected {
    surface: String,
    /// Which occurrence of the surface in the text, from 1.
    occurrence: Option<usize>,
    /// Id or canonical name.
    entity: String,
    rule: Option<String>,
    /// The surface of the mention around it.
    parent: Option<String>,
}

#[derive(Debug, PartialEq)]
struct Row {
    start: usize,
    end: usize,
    surface: String,
    id: String,
    name: String,
    rule: String,
    parent: String,
}

#[test]
fn every_case_holds() {
    let mut files: Vec<_> = std::fs::read_dir(package("tests/cases")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "md") && path.file_stem().is_some_and(|s| s != "README"));
    files.sort();
    let (mut count, mut failed, mut report) = (0, 0, String::new());
    let folder = tempfile::tempdir().unwrap();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        let cases = parse(&std::fs::read_to_string(file).unwrap()).unwrap_or_else(|e| panic!("{name}:{e}"));
        assert!(!cases.is_empty(), "{name} has no case");
        for case in cases {
            count += 1;
            if let Err(why) = check(folder.path(), &case) {
                failed += 1;
                write!(report, "\n{name}:{}: {}\n    {:?}\n{why}", case.line, case.title, case.text).unwrap();
            }
        }
    }
    assert!(files.len() >= 8 && count >= 60, "only {count} cases in {} files", files.len());
    assert!(failed == 0, "{failed} of {count} cases fail\n{report}");
}

/// The reader of the cases, on a file that has all there is.
#[test]
fn the_format_is_read() {
    let cases = parse(
        "# Title\n\nlang: fr\n\n| kind | name | aliases |\n|---|---|---|\n| place | Hà\\u{A0}Nội | A; B |\n\n\
         ## One\n\n```text\nHà Nội\n\nB\n```\n\n- `Hà Nội` → x:1 [exact]\n- `B` #1 → Hà Nội in `A B`\n\n\
         ## Two\n\nflags: --nested --kind place\n\n| name |\n|---|\n| C |\n\n```text\nA\n```\n\n- nothing\n\n\
         ```text\nC\n```\n- `C` → C\n",
    )
    .unwrap();
    assert_eq!(cases.len(), 3);
    assert_eq!(cases[0].text, "Hà Nội\n\nB");
    assert_eq!(cases[0].setting.language, "fr");
    assert_eq!(cases[0].setting.tables[0][1], ["place", "Hà\u{A0}Nội", "A|B"]);
    assert_eq!(cases[0].expected[0].rule.as_deref(), Some("exact"));
    assert_eq!(cases[0].expected[1].occurrence, Some(1));
    assert_eq!(cases[0].expected[1].parent.as_deref(), Some("A B"));
    assert_eq!(cases[1].setting.flags, ["--nested", "--kind", "place"]);
    assert_eq!(cases[1].setting.tables[0].len(), 2);
    assert!(cases[1].expected.is_empty());
    assert_eq!(cases[2].title, "Two");
    for bad in
        ["# T\n\n## A\n\n```text\nx\n```\n", "# T\n\n## A\n\n- nothing\n", "# T\n\n## A\n\n```text\nx\n```\n- x → y\n"]
    {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

fn parse(text: &str) -> Result<Vec<Case>, String> {
    let mut head = Setting::default();
    let mut here: Option<(String, Setting, bool)> = None;
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let at = |message: &str| format!("{}: {message}", number + 1);
        let setting = here.as_mut().map_or(&mut head, |(_, setting, _)| setting);
        if let Some(title) = line.strip_prefix("## ") {
            here = Some((title.trim().to_owned(), head.clone(), false));
        } else if let Some(language) = line.strip_prefix("lang:") {
            setting.language = language.trim().to_owned();
        } else if let Some(flags) = line.strip_prefix("flags:") {
            setting.flags = flags.split_whitespace().map(str::to_owned).collect();
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with('|')) {
                rows.push(cells(line));
            }
            if rows.len() < 3 || rows.iter().any(|row| row.len() != rows[0].len()) {
                return Err(at("a table has a header, a line of dashes, and rows of as many cells"));
            }
            rows.remove(1);
            let lists: Vec<bool> = rows[0].iter().map(|column| is_list(column)).collect();
            for row in &mut rows[1..] {
                for (cell, list) in row.iter_mut().zip(&lists) {
                    if *list {
                        *cell = cell.split(';').map(str::trim).collect::<Vec<_>>().join("|");
                    }
                }
            }
            match &mut here {
                Some((_, setting, own)) => {
                    // The first table of a case takes the place of the tables of the file.
                    if !*own {
                        setting.tables.clear();
                        *own = true;
                    }
                    setting.tables.push(rows);
                }
                None => head.tables.push(rows),
            }
        } else if line.starts_with("```") {
            let mut text = Vec::new();
            loop {
                match lines.next() {
                    Some((_, line)) if line.starts_with("```") => break,
                    Some((_, line)) => text.push(line),
                    None => return Err(at("the text has no end")),
                }
            }
            let Some((title, setting, _)) = &here else { return Err(at("a text belongs under a heading")) };
            cases.push(Case {
                title: title.clone(),
                line: number + 1,
                setting: setting.clone(),
                text: unescape(&text.join("\n")),
                expected: Vec::new(),
                answered: false,
            });
        } else if let Some(item) = line.strip_prefix("- ")
            && let Some((title, _, _)) = &here
        {
            let case =
                cases.last_mut().filter(|case| &case.title == title).ok_or_else(|| at("a list without a text"))?;
            case.answered = true;
            if item.trim() != "nothing" {
                case.expected.push(expectation(item).ok_or_else(|| at("expected: - `surface` → entity [rule]"))?);
            }
        }
    }
    match cases.iter().find(|case| !case.answered) {
        Some(case) => Err(format!("{}: nothing says what must be found (`- nothing`?)", case.line)),
        None => Ok(cases),
    }
}

/// Columns that hold lists; in a case `;` stands between the items, since `|` divides the cells.
fn is_list(column: &str) -> bool {
    let head = column.split(':').next().unwrap_or("").to_lowercase();
    matches!(head.as_str(), "aliases" | "acronyms" | "needs" | "same_as")
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| unescape(cell.trim())).collect()
}

/// `\u{301}`, `\t`, `\r`, `\n` and `\\`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (c, len) = match escape.chars().next() {
            Some('t') => ('\t', 1),
            Some('r') => ('\r', 1),
            Some('n') => ('\n', 1),
            Some('u') if escape.starts_with("u{") => {
                let end = escape.find('}').expect("\\u{…} has an end");
                let code = u32::from_str_radix(&escape[2..end], 16).expect("\\u{…} holds hexadecimal digits");
                (char::from_u32(code).expect("a character"), end + 1)
            }
            _ => ('\\', usize::from(escape.starts_with('\\'))),
        };
        out.push(c);
        rest = &escape[len..];
    }
    out + rest
}

fn expectation(item: &str) -> Option<Expected> {
    let (left, right) = item.split_once(" → ")?;
    let left = left.trim().strip_prefix('`')?;
    let (surface, occurrence) = left.rsplit_once('`')?;
    let occurrence = match occurrence.trim().strip_prefix('#') {
        Some(number) => Some(number.parse().ok()?),
        None => None,
    };
    let (right, parent) = match right.split_once(" in `") {
        Some((right, parent)) => (right, Some(unescape(parent.trim().strip_suffix('`')?))),
        None => (right, None),
    };
    let (entity, rule) = match right.split_once(" [") {
        Some((entity, rule)) => (entity, Some(rule.trim().strip_suffix(']')?.to_owned())),
        None => (right, None),
    };
    Some(Expected { surface: unescape(surface), occurrence, entity: unescape(entity.trim()), rule, parent })
}

fn check(folder: &Path, case: &Case) -> Result<(), String> {
    let mut arguments = vec!["extract".to_owned(), "text.txt".to_owned(), "--no-builtin".to_owned()];
    for (i, table) in case.setting.tables.iter().enumerate() {
        let name = format!("names-{i}.csv");
        let mut writer = csv::Writer::from_path(folder.join(&name)).unwrap();
        for row in table {
            writer.write_record(row).unwrap();
        }
        writer.flush().unwrap();
        arguments.extend(["--gazetteer".to_owned(), name]);
    }
    std::fs::write(folder.join("text.txt"), &case.text).unwrap();
    let language = if case.setting.language.is_empty() { "und" } else { &case.setting.language };
    arguments.extend(["--format=jsonl".to_owned(), "--quiet".to_owned(), format!("--lang={language}")]);
    if !case.setting.flags.iter().any(|flag| flag == "--unlisted") {
        arguments.push("--no-unlisted".to_owned());
    }
    arguments.extend(case.setting.flags.iter().cloned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = run(folder, &arguments);
    if ran.code != 0 {
        return Err(format!("    exit code {}: {}\n", ran.code, ran.err));
    }
    let mut rows: Vec<Row> = ran.out.lines().map(|line| row(line, &case.text)).collect();
    rows.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
    let agrees = rows.len() == case.expected.len()
        && rows.iter().zip(&case.expected).all(|(row, wanted)| fits(row, wanted, &case.text));
    if agrees {
        return Ok(());
    }
    let mut why = String::new();
    for wanted in &case.expected {
        let rule = wanted.rule.as_ref().map_or(String::new(), |rule| format!(" [{rule}]"));
        writeln!(why, "    expected `{}` → {}{rule}", wanted.surface.escape_debug(), wanted.entity).unwrap();
    }
    if case.expected.is_empty() {
        why.push_str("    expected nothing\n");
    }
    for row in &rows {
        let surface = row.surface.escape_debug();
        writeln!(why, "    found    `{surface}` → {} ({}) [{}] at {}", row.name, row.id, row.rule, row.start).unwrap();
    }
    if rows.is_empty() {
        why.push_str("    found    nothing\n");
    }
    Err(why)
}

fn fits(row: &Row, wanted: &Expected, text: &str) -> bool {
    row.surface == wanted.surface
        && (row.id == wanted.entity || row.name == wanted.entity)
        && wanted.rule.as_ref().is_none_or(|rule| *rule == row.rule)
        && wanted.parent.as_deref().unwrap_or("") == row.parent
        && wanted
            .occurrence
            .is_none_or(|n| text.match_indices(&wanted.surface).nth(n - 1).is_some_and(|(at, _)| at == row.start))
}

fn row(line: &str, text: &str) -> Row {
    let json: Value = serde_json::from_str(line).unwrap();
    let string = |key: &str| json[key].as_str().unwrap_or("").to_owned();
    let number = |key: &str| json[key].as_u64().unwrap() as usize;
    let (start, end) = (number("start_byte"), number("end_byte"));
    // Whatever is expected, the offsets must hold.
    assert_eq!(&text[start..end], string("surface"));
    let chars: String =
        text.chars().skip(number("start_char")).take(number("end_char") - number("start_char")).collect();
    assert_eq!(chars, string("surface"));
    let parent = string("parent");
    let parent = parent.split_once('-').map_or("", |(from, to)| &text[from.parse().unwrap()..to.parse().unwrap()]);
    Row {
        start,
        end,
        surface: string("surface"),
        id: string("entity_id"),
        name: string("name"),
        rule: string("rule"),
        parent: parent.to_owned(),
    }
}
