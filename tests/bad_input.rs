//! Inputs that are broken, strange or hostile: what cannot be read is told with its place, and the run goes on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{Row, column, rows, rows_of, run_for, run_within};

fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "names.csv", "id,kind,name\np:hanoi,place,Hanoï\np:paris,place,Paris\np:ldn,place,Londres\n");
    folder
}

fn write(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// All tables of a run over the small gazetteer.
fn tables(code: i32, folder: &Path, arguments: &[&str]) -> BTreeMap<&'static str, Vec<Row>> {
    let all = [&["extract", "--no-builtin", "-g", "names.csv", "-o", "out/"], arguments].concat();
    let ran = run_within(100, folder, &all);
    assert_eq!(ran.code, code, "{}", ran.err);
    ["mentions", "documents", "errors"]
        .into_iter()
        .map(|table| (table, rows_of(&folder.join("out").join(format!("{table}.csv")))))
        .collect()
}

fn offsets(row: &Row) -> [usize; 4] {
    ["start_char", "end_char", "start_byte", "end_byte"].map(|column| row[column].parse().unwrap())
}

/// Offsets in bytes are those of the file; each maximal invalid sequence is one character.
#[test]
fn invalid_utf8_is_replaced_and_reported() {
    let folder = workplace();
    // Two lone bytes, the beginning of a character of three bytes, a character of four bytes cut after three.
    let text = b"Paris \xFF\xFE Hano\xC3\xAF \xE2\x82 Paris \xF0\x9F\x98 Londres";
    write(folder.path(), "a.txt", text);
    let tables = tables(0, folder.path(), &["a.txt"]);
    let mentions = &tables["mentions"];
    assert_eq!(column(mentions, "surface"), ["Paris", "Hanoï", "Paris", "Londres"]);
    assert_eq!(offsets(&mentions[0]), [0, 5, 0, 5]);
    assert_eq!(offsets(&mentions[1]), [9, 14, 9, 15]);
    assert_eq!(offsets(&mentions[2]), [17, 22, 19, 24]);
    assert_eq!(offsets(&mentions[3]), [25, 32, 29, 36]);
    for mention in mentions {
        let [_, _, start, end] = offsets(mention);
        assert_eq!(&text[start..end], mention["surface"].as_bytes());
    }
    let errors = &tables["errors"];
    assert!(!errors.is_empty());
    assert!(
        errors.iter().all(|row| row["severity"] == "warning" && row["doc_id"] == "a.txt" && row["path"] == "a.txt")
    );
    assert_eq!(errors[0]["byte"], "6");
    assert_eq!(tables["documents"][0]["chars"], "32");
    assert_eq!(tables["documents"][0]["offsets"], "file");
}

#[test]
fn invalid_utf8_inside_a_record_and_a_mention() {
    let folder = workplace();
    write(folder.path(), "a.jsonl", b"{\"text\":\"Hano\xC3 Paris\"}\n{\"text\":\"Londres\"}\n");
    let tables = tables(0, folder.path(), &["a.jsonl"]);
    assert_eq!(column(&tables["mentions"], "surface"), ["Paris", "Londres"]);
    assert_eq!(tables["errors"].len(), 1);
    assert_eq!(tables["errors"][0]["line"], "1");
}

#[test]
fn a_byte_order_mark_is_one_character_of_three_bytes() {
    let folder = workplace();
    write(folder.path(), "a.txt", "\u{FEFF}Paris");
    let tables = tables(0, folder.path(), &["a.txt"]);
    assert_eq!(offsets(&tables["mentions"][0]), [1, 6, 3, 8]);
}

#[test]
fn an_empty_file_is_a_document() {
    let folder = workplace();
    write(folder.path(), "in/empty.txt", "");
    write(folder.path(), "in/spaces.txt", " \n\n\t");
    write(folder.path(), "in/empty.jsonl", "");
    let tables = tables(0, folder.path(), &["in"]);
    let documents = &tables["documents"];
    assert_eq!(column(documents, "doc_id"), ["empty.txt", "spaces.txt"]);
    assert_eq!(column(documents, "chars"), ["0", "4"]);
    assert_eq!(column(documents, "words"), ["0", "0"]);
    assert!(tables["mentions"].is_empty() && tables["errors"].is_empty());
}

#[test]
fn a_line_of_twenty_megabytes() {
    let folder = workplace();
    let filler = "mot ".repeat(250);
    let mut text = String::with_capacity(20 << 20);
    let mut count = 0;
    while text.len() < 20 << 20 {
        text.push_str(&filler);
        text.push_str("Hanoï ");
        count += 1;
    }
    write(folder.path(), "a.txt", &text);
    let tables = tables(0, folder.path(), &["a.txt"]);
    let mentions = &tables["mentions"];
    assert_eq!(mentions.len(), count);
    for (i, mention) in mentions.iter().enumerate() {
        let [start_char, end_char, start, end] = offsets(mention);
        assert_eq!((start_char, end_char), (1006 * i + 1000, 1006 * i + 1005));
        assert_eq!(&text[start..end], "Hanoï");
    }
}

#[test]
fn nul_bytes_are_characters() {
    let folder = workplace();
    write(folder.path(), "a.txt", "\0Paris\0\0Hanoï\0");
    write(folder.path(), "b.jsonl", "{\"text\":\"\\u0000Londres\\u0000\"}\n");
    let tables = tables(0, folder.path(), &["a.txt", "b.jsonl"]);
    let mentions = &tables["mentions"];
    assert_eq!(column(mentions, "surface"), ["Paris", "Hanoï", "Londres"]);
    assert_eq!(offsets(&mentions[1]), [8, 13, 8, 14]);
    assert_eq!(offsets(&mentions[2]), [1, 8, 1, 8]);
}

#[test]
fn broken_records_are_one_row_each() {
    let folder = workplace();
    let lines = [
        "{\"text\":\"Paris\"}",
        "{\"title\":\"no text\"}",
        "",
        "{\"text\":",
        "[1, 2]",
        "{\"text\":12}",
        "{\"id\":\"last\",\"text\":\"Hanoï\"}",
    ];
    write(folder.path(), "a.jsonl", lines.join("\n"));
    let tables = tables(1, folder.path(), &["a.jsonl"]);
    assert_eq!(column(&tables["mentions"], "surface"), ["Paris", "Hanoï"]);
    let errors = &tables["errors"];
    assert_eq!(column(errors, "line"), ["2", "4", "5", "6"]);
    assert!(errors.iter().all(|row| row["severity"] == "error" && row["path"] == "a.jsonl"));
    assert!(errors[0]["problem"].contains("text"));
    assert_eq!(column(errors, "doc_id"), ["a.jsonl#2", "a.jsonl#4", "a.jsonl#5", "a.jsonl#6"]);
    let start: usize = errors[1]["byte"].parse().unwrap();
    let from = lines[..3].iter().map(|line| line.len() + 1).sum::<usize>();
    assert!((from..=from + lines[3].len() + 1).contains(&start), "{start}");
}

#[test]
fn a_folder_without_documents() {
    let folder = workplace();
    write(folder.path(), "in/picture.png", b"\x89PNG");
    let ran = run_for(0, folder.path(), &["extract", "--no-builtin", "-g", "names.csv", "in"]);
    assert!(rows(&ran.out).is_empty() && ran.out.starts_with("doc_id,"));
    assert!(ran.err.contains("0 documents") && ran.err.contains("skipped: 1 "), "{}", ran.err);
}

#[test]
fn hidden_files_are_left_out() {
    let folder = workplace();
    write(folder.path(), "in/.hidden.txt", "Paris");
    write(folder.path(), "in/.git/a.txt", "Paris");
    write(folder.path(), "in/a.txt", "Paris");
    let tables = tables(0, folder.path(), &["in"]);
    assert_eq!(column(&tables["documents"], "doc_id"), ["a.txt"]);
}

#[test]
fn two_documents_of_one_id_are_both_kept() {
    let folder = workplace();
    write(folder.path(), "a.jsonl", "{\"id\":\"x\",\"text\":\"Paris\"}\n{\"id\":\"x\",\"text\":\"Hanoï\"}\n");
    let tables = tables(0, folder.path(), &["a.jsonl"]);
    assert_eq!(column(&tables["documents"], "doc_id"), ["x", "x"]);
    assert_eq!(column(&tables["mentions"], "surface"), ["Paris", "Hanoï"]);
    let errors = &tables["errors"];
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0]["severity"].as_str(), errors[0]["doc_id"].as_str()), ("warning", "x"));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_told_and_the_run_goes_on() {
        let folder = workplace();
        write(folder.path(), "in/a.txt", "Paris");
        write(folder.path(), "in/b.txt", "Paris");
        write(folder.path(), "in/c.txt", "Hanoï");
        let locked = folder.path().join("in/b.txt");
        std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
        if std::fs::read(&locked).is_ok() {
            eprintln!("skipped: this user may read everything");
            return;
        }
        let tables = tables(1, folder.path(), &["in"]);
        assert_eq!(column(&tables["mentions"], "surface"), ["Paris", "Hanoï"]);
        let errors = &tables["errors"];
        assert_eq!(errors.len(), 1);
        assert!(errors[0]["path"].ends_with("in/b.txt") && errors[0]["severity"] == "error");
    }

    /// A link whose file has vanished: as an argument a missing file, in a folder one error.
    #[test]
    fn a_file_that_has_vanished() {
        let folder = workplace();
        write(folder.path(), "in/a.txt", "Paris");
        symlink("nowhere.txt", folder.path().join("in/gone.txt")).unwrap();
        let gone = ["extract", "--no-builtin", "-g", "names.csv", "in/gone.txt"];
        let ran = run_for(2, folder.path(), &gone);
        assert!(ran.err.contains("in/gone.txt"), "{}", ran.err);
        let tables = tables(1, folder.path(), &["in", "--follow"]);
        assert_eq!(column(&tables["mentions"], "surface"), ["Paris"]);
        assert_eq!(tables["errors"].len(), 1);
        assert!(tables["errors"][0]["path"].ends_with("in/gone.txt"));
    }

    #[test]
    fn a_pipe_in_a_folder_is_no_document() {
        let folder = workplace();
        write(folder.path(), "in/a.txt", "Paris");
        let pipe = folder.path().join("in/pipe.txt");
        match std::process::Command::new("mkfifo").arg(&pipe).status() {
            Ok(status) if status.success() => {}
            _ => {
                eprintln!("skipped: there is no mkfifo");
                return;
            }
        }
        let tables = tables(0, folder.path(), &["in"]);
        assert_eq!(column(&tables["documents"], "doc_id"), ["a.txt"]);
    }

    #[test]
    fn links_are_followed_when_asked_and_loops_end() {
        let folder = workplace();
        write(folder.path(), "in/deep/a.txt", "Paris");
        write(folder.path(), "other/b.txt", "Hanoï");
        symlink("..", folder.path().join("in/deep/loop")).unwrap();
        symlink("self", folder.path().join("in/self")).unwrap();
        symlink("../other", folder.path().join("in/other")).unwrap();
        symlink("../../other/b.txt", folder.path().join("in/deep/link.txt")).unwrap();
        let ids = |tables: &BTreeMap<&str, Vec<Row>>| -> Vec<String> {
            column(&tables["documents"], "doc_id").into_iter().map(str::to_owned).collect()
        };
        let without = tables(0, folder.path(), &["in"]);
        assert_eq!(ids(&without), ["deep/a.txt"]);
        let all = ["extract", "--no-builtin", "-g", "names.csv", "-o", "out/", "--follow", "in"];
        let ran = run_within(60, folder.path(), &all);
        // A link to itself cannot be read; the loop is no error.
        assert!(ran.code <= 1, "{}", ran.err);
        let documents = rows_of(&folder.path().join("out/documents.csv"));
        assert_eq!(column(&documents, "doc_id"), ["deep/a.txt", "deep/link.txt", "other/b.txt"]);
    }

    #[test]
    fn a_name_that_is_no_utf8() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = workplace();
        write(folder.path(), "in/a.txt", "Paris");
        let name = folder.path().join("in").join(OsStr::from_bytes(b"b\xFF.txt"));
        if std::fs::write(name, "Hanoï").is_err() {
            eprintln!("skipped: this file system wants UTF-8");
            return;
        }
        let tables = tables(0, folder.path(), &["in"]);
        assert_eq!(column(&tables["mentions"], "surface"), ["Paris", "Hanoï"]);
        assert_ne!(tables["documents"][0]["doc_id"], tables["documents"][1]["doc_id"]);
    }
}

/// A mistake is `file:line: message`, and one run shows them all.
#[test]
fn a_gazetteer_with_three_broken_rows() {
    let folder = workplace();
    write(
        folder.path(),
        "bad.csv",
        "id,kind,name,prior,country\n\
         p:lyon,place,Lyon,0.5,FR\n\
         p:a,place,Aix,2,FR\n\
         p:b,place,,0.5,FR\n\
         p:c,place,Cahors,0.5\n\
         p:nice,place,Nice,0.5,FR\n",
    );
    write(folder.path(), "a.txt", "Lyon, Paris, Aix, Cahors.");
    let all = ["extract", "--no-builtin", "-g", "names.csv", "-g", "bad.csv", "a.txt"];
    let ran = run_for(2, folder.path(), &all);
    assert!(ran.out.is_empty());
    for line in ["bad.csv:3: ", "bad.csv:4: ", "bad.csv:5: "] {
        assert!(ran.err.contains(line), "{line} is not in\n{}", ran.err);
    }
    let ran = run_for(0, folder.path(), &[&all[..], &["--lenient"]].concat());
    assert_eq!(column(&rows(&ran.out), "surface"), ["Lyon", "Paris"]);
    assert!(ran.err.contains("3 bad rows"), "{}", ran.err);
    let lint = run_for(1, folder.path(), &["lint", "bad.csv"]);
    for line in ["bad.csv:3: ", "bad.csv:4: ", "bad.csv:5: "] {
        assert!(lint.out.contains(line), "{line} is not in\n{}", lint.out);
    }
}

#[test]
fn the_mistakes_of_all_gazetteers_in_one_run() {
    let folder = workplace();
    write(folder.path(), "one.csv", "name\n\"never closed\n");
    write(folder.path(), "two.jsonl", "{\"name\":\"Lyon\"}\n{\"name\":\n");
    write(folder.path(), "three.csv", b"name\nLy\xFFon\n");
    write(folder.path(), "four.csv", "name,name\nx,y\n");
    write(folder.path(), "a.txt", "Lyon");
    let gazetteers = ["one.csv", "two.jsonl", "three.csv", "four.csv"];
    let mut all = vec!["extract", "a.txt", "--no-builtin"];
    all.extend(gazetteers.iter().flat_map(|name| ["-g", name]));
    let ran = run_for(2, folder.path(), &all);
    for place in ["one.csv:2: ", "two.jsonl:2: ", "three.csv:2: ", "four.csv:1: "] {
        assert!(ran.err.contains(place), "{place} is not in\n{}", ran.err);
    }
}

/// Names over a limit are skipped with a warning, never a reason to refuse the gazetteer.
#[test]
fn names_over_the_limits_are_warnings() {
    let folder = workplace();
    let words = |n: usize| (0..n).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" ");
    let (long, fits) = (words(33), words(32));
    let wide = "x".repeat(257);
    write(folder.path(), "limits.csv", format!("id,name\na:1,{long}\na:2,{fits}\na:3,{wide}\n"));
    write(folder.path(), "a.txt", format!("{long}. {fits}. {wide}."));
    let arguments = ["extract", "--no-builtin", "--no-resolve", "-g", "limits.csv", "a.txt"];
    let ran = run_for(0, folder.path(), &arguments);
    assert_eq!(column(&rows(&ran.out), "entity_id"), ["a:2", "a:2"]);
    assert!(ran.err.contains("limits.csv:2: warning") && ran.err.contains("limits.csv:4: warning"), "{}", ran.err);
}

#[test]
fn of_many_entities_with_one_name_sixty_four_are_kept() {
    let folder = workplace();
    let mut text = String::from("id,name,prior\n");
    for i in 0..100 {
        writeln!(text, "a:{i:02},Paris,{}", if i < 10 { 0.9 } else { 0.4 }).unwrap();
    }
    write(folder.path(), "many.csv", text);
    write(folder.path(), "a.txt", "Paris");
    let all = ["extract", "--no-builtin", "--no-resolve", "--overlaps", "all", "-g", "many.csv", "a.txt"];
    let ran = run_for(0, folder.path(), &all);
    let found = rows(&ran.out);
    let wanted: Vec<String> = (0..64).map(|i| format!("a:{i:02}")).collect();
    assert_eq!(column(&found, "entity_id"), wanted);
    assert!(ran.err.contains("many.csv"), "{}", ran.err);
}

/// Every name is a beginning of the next, and the text is nothing but such names: work grows with the text, not with
/// its square.
#[test]
fn a_quadratic_gazetteer_under_all_overlaps() {
    let folder = workplace();
    let mut names = String::from("id,name\n");
    for n in 1..=32 {
        writeln!(names, "a:{n:02},{}", vec!["a"; n].join(" ")).unwrap();
    }
    write(folder.path(), "a.csv", names);
    let words = 4000;
    write(folder.path(), "a.txt", vec!["a"; words].join(" "));
    let all = ["extract", "--no-builtin", "--no-resolve", "--overlaps", "all", "-g", "a.csv", "a.txt", "--quiet"];
    let ran = run_within(60, folder.path(), &all);
    assert_eq!(ran.code, 0);
    // 32 names at every word, but for the last 31 words, where fewer fit.
    let expected = 32 * words - (0..32).sum::<usize>();
    assert_eq!(ran.out.lines().count() - 1, expected);
    let longest = run_within(60, folder.path(), &[&all[..3], &all[5..]].concat());
    assert_eq!(longest.out.lines().count() - 1, words / 32);
}

/// The same for names inside a script without spaces.
#[test]
fn a_quadratic_gazetteer_without_spaces() {
    let folder = workplace();
    let mut names = String::from("id,name\n");
    for n in 1..=32 {
        writeln!(names, "a:{n:02},{}", "京".repeat(n)).unwrap();
    }
    write(folder.path(), "a.csv", names);
    write(folder.path(), "a.txt", "京".repeat(4000));
    let all = ["extract", "--no-builtin", "--no-resolve", "--overlaps", "all", "-g", "a.csv", "a.txt", "--quiet"];
    let ran = run_within(60, folder.path(), &all);
    assert_eq!(ran.out.lines().count() - 1, 32 * 4000 - (0..32).sum::<usize>());
}

/// One word with ten thousand marks, and ten thousand marks without a word.
#[test]
fn marks_without_end() {
    let folder = workplace();
    let marks = "\u{301}\u{323}".repeat(5000);
    write(folder.path(), "a.txt", format!("{marks} Paris{marks} Hanoï Pa{marks}ris"));
    let tables = tables(0, folder.path(), &["a.txt"]);
    assert_eq!(column(&tables["mentions"], "surface"), ["Hanoï"]);
}

#[test]
fn a_document_of_brackets_and_breaks() {
    let folder = workplace();
    write(
        folder.path(),
        "a.txt",
        format!("{}{}{}", "(".repeat(100_000), "\n".repeat(100_000), "Paris (PAR) ".repeat(5000)),
    );
    let tables = tables(0, folder.path(), &["a.txt"]);
    assert_eq!(tables["mentions"].len(), 5000);
}
