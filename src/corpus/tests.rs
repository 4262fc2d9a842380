//! The corpus as a whole: folders, patterns, streams, ids and problems.

use super::*;
use crate::error::Severity;
use proptest::prelude::*;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use tempfile::TempDir;

/// A folder with files; a path that ends in `/` is an empty folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    root
}

/// The arguments below a folder.
fn below(root: &TempDir, arguments: &[&str]) -> Vec<OsString> {
    arguments.iter().map(|argument| root.path().join(argument).into_os_string()).collect()
}

/// Everything that comes out: `id=text`, and problems as `id: ! problem` or `id: ? warning`. Paths lose the root.
fn outcomes(source: &mut Source, root: &str) -> Vec<String> {
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for batch in source {
        batch.documents(&mut scratch, |result| {
            let line = match result {
                Ok(document) => format!("{}={}", document.id, document.text),
                Err(found) => {
                    let sign = if found.problem.severity == Severity::Error { '!' } else { '?' };
                    format!("{}: {sign} {}", found.doc_id, found.problem)
                }
            };
            out.push(line.replace(&format!("{root}/"), ""));
        });
    }
    out
}

fn read_with(root: &TempDir, arguments: &[&str], options: CorpusOptions) -> (Vec<String>, Summary) {
    let mut source = Source::open(&below(root, arguments), options).unwrap();
    let out = outcomes(&mut source, root.path().to_str().unwrap());
    (out, source.summary())
}

fn read(root: &TempDir, arguments: &[&str]) -> Vec<String> {
    read_with(root, arguments, CorpusOptions::default()).0
}

/// The reasons of a summary with their numbers.
fn skipped(summary: &Summary) -> Vec<(SkipReason, u64)> {
    summary.skipped.iter().collect()
}

#[test]
fn formats_have_unique_names_and_extensions() {
    let names: HashSet<_> = FORMATS.iter().map(|format| format.name()).collect();
    assert_eq!(names.len(), FORMATS.len());
    let all = || FORMATS.iter().flat_map(|f| f.folder_extensions().iter().chain(f.argument_extensions()));
    assert_eq!(all().collect::<HashSet<_>>().len(), all().count());
    assert!(all().all(|extension| *extension == extension.to_ascii_lowercase()));
}

#[test]
fn extensions_choose_the_format() {
    let cases = [
        ("a.txt", "text", "text"),
        ("a.TXT", "text", "text"),
        ("a.md", "text", "text"),
        ("a.jsonl", "jsonl", "jsonl"),
        ("b/a.b.NDJSON", "jsonl", "jsonl"),
        ("a.json", "", "jsonl"),
        ("README", "", "text"),
        ("a.png", "", ""),
    ];
    let name = |format: Option<&'static dyn Format>| format.map_or("", |format| format.name());
    for (path, folder, argument) in cases {
        assert_eq!(name(folder_format(Path::new(path))), folder, "{path} in a folder");
        assert_eq!(name(argument_format(Path::new(path))), argument, "{path} as an argument");
    }
}

#[test]
fn a_folder_is_read_in_bytewise_order_of_paths() {
    let root = folder(&[
        ("in/b.txt", "B"),
        ("in/a/z.txt", "Z"),
        ("in/a.txt", "A"),
        ("in/a-b.txt", "AB"),
        ("in/É.md", "E"),
        ("in/r.jsonl", "{\"text\":\"1\"}\n\n{\"text\":\"2\",\"id\":\"two\"}\nx\n"),
        ("in/.hidden/x.txt", "no"),
        ("in/.x.txt", "no"),
        ("in/image.png", "no"),
        ("in/c.json", "{}"),
    ]);
    let (out, summary) = read_with(&root, &["in"], CorpusOptions::default());
    let expected = [
        "a-b.txt=AB",
        "a.txt=A",
        "a/z.txt=Z",
        "b.txt=B",
        "r.jsonl#1=1",
        "two=2",
        "r.jsonl#4: ! in/r.jsonl:4: not a JSON object (byte 38)",
        "É.md=E",
    ];
    assert_eq!(out, expected);
    assert_eq!((summary.files, summary.bytes), (6, 46));
    assert_eq!(skipped(&summary), [(SkipReason::Unclaimed, 2), (SkipReason::Hidden, 2)]);
    assert_eq!(read(&root, &["in/"]), expected, "a slash at the end means nothing");
}

#[test]
fn named_files_are_read_whatever_they_are_called() {
    let record = "{\"text\":\"x\"}\n";
    let root = folder(&[
        ("a.txt", record),
        ("NOTES", record),
        (".hidden.txt", "h"),
        ("log.log", "line\n"),
        ("data.dump", record),
        ("empty.dump", ""),
        ("b.json", record),
    ]);
    let out = read(&root, &["a.txt", "NOTES", ".hidden.txt", "log.log", "data.dump", "empty.dump", "b.json"]);
    let expected = [
        "a.txt={\"text\":\"x\"}\n",
        "NOTES={\"text\":\"x\"}\n",
        ".hidden.txt=h",
        "log.log=line\n",
        "data.dump#1=x",
        "empty.dump=",
        "b.json#1=x",
    ];
    assert_eq!(out, expected);
}

#[test]
fn colliding_ids_get_the_argument_as_prefix() {
    let root = folder(&[("a/x.txt", "1"), ("b/x.txt", "2"), ("b/y.txt", "3"), ("b/r.jsonl", "{\"text\":\"4\"}")]);
    let prefix = root.path().to_str().unwrap().to_owned();
    let unprefixed: &[(&[&str], &[&str])] = &[
        (&["a", "b"], &["a/x.txt=1", "r.jsonl#1=4", "b/x.txt=2", "y.txt=3"]),
        (&["a/x.txt", "b/x.txt"], &["a/x.txt=1", "b/x.txt=2"]),
        (&["a/", "b/x.txt"], &["a/x.txt=1", "b/x.txt=2"]),
        (&["b", "b/r.jsonl"], &["r.jsonl#1=4", "x.txt=2", "y.txt=3"]),
        (&["a/x.txt", "b/y.txt"], &["x.txt=1", "y.txt=3"]),
    ];
    for (arguments, expected) in unprefixed {
        assert_eq!(read(&root, arguments), *expected, "{arguments:?} in {prefix}");
    }
}

#[test]
fn a_file_named_twice_is_read_once() {
    let root = folder(&[("a/x.txt", "1"), ("a/y.txt", "2")]);
    let (out, summary) = read_with(&root, &["a/y.txt", "a", "./a/x.txt", "a"], CorpusOptions::default());
    assert_eq!(out, ["y.txt=2", "x.txt=1"]);
    assert_eq!(skipped(&summary), [(SkipReason::Repeated, 4)]);
}

#[test]
fn missing_arguments_are_one_error_before_anything_is_read() {
    let root = folder(&[("a.txt", "1")]);
    let error = Source::open(&below(&root, &["no", "a.txt", "a.txt/b", "*.jsonl", "[z"]), CorpusOptions::default());
    let error = error.unwrap_err();
    let lines: Vec<String> = error.problems().iter().map(|problem| problem.to_string()).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("no such file or folder `") && lines[0].ends_with("/no`"), "{lines:?}");
    assert!(lines[2].starts_with("no file matches `"), "{lines:?}");
    assert!(lines[3].contains(" in the pattern `"), "{lines:?}");
}

#[test]
fn a_folder_without_documents_is_reported() {
    let root = folder(&[("empty/", ""), ("images/a.png", "x"), ("b.txt", "B")]);
    let out = read(&root, &["empty", "b.txt", "images"]);
    assert_eq!(out.len(), 3);
    assert!(out[0].starts_with(": ? empty: warning: no documents under `"), "{out:?}");
    assert_eq!(out[1], "b.txt=B");
    assert!(out[2].contains("images`"), "{out:?}");
}

#[test]
fn patterns_are_expanded() {
    let root = folder(&[
        ("d/b.txt", "b"),
        ("d/a.txt", "a"),
        ("d/.h.txt", "h"),
        ("d/x.log", "x"),
        ("d/e/c.txt", "c"),
        ("d/e/f/g.txt", "g"),
        ("d/e/f/i.png", "i"),
        ("odd[1].txt", "odd"),
    ]);
    let cases: &[(&str, &[&str])] = &[
        ("d/*.txt", &["a.txt=a", "b.txt=b"]),
        ("d/?.txt", &["a.txt=a", "b.txt=b"]),
        ("d/[!a].txt", &["b.txt=b"]),
        ("d//[a]*", &["a.txt=a"]),
        ("d/*.log", &["x.log=x"]),
        ("d/.*.txt", &[".h.txt=h"]),
        ("d/*/*.txt", &["c.txt=c"]),
        ("d/**/*.txt", &["a.txt=a", "b.txt=b", "c.txt=c", "g.txt=g"]),
        ("d/**", &["a.txt=a", "b.txt=b", "c.txt=c", "g.txt=g"]),
        ("d/e*", &["c.txt=c", "f/g.txt=g"]),
        ("*/e", &["c.txt=c", "f/g.txt=g"]),
        ("odd[1].txt", &["odd[1].txt=odd"]),
    ];
    for (pattern, expected) in cases {
        assert_eq!(read(&root, &[pattern]), *expected, "{pattern}");
    }
}

#[test]
fn the_output_is_never_read() {
    let root =
        folder(&[("in/a.txt", "A"), ("in/out/b.txt", "no"), ("in/out/deep/c.txt", "C"), ("in/x/out/d.txt", "D")]);
    let output = |path: &str| CorpusOptions { output: Some(root.path().join(path)), ..CorpusOptions::default() };
    let (out, summary) = read_with(&root, &["in"], output("in/out"));
    assert_eq!(out, ["a.txt=A", "x/out/d.txt=D"]);
    assert_eq!(skipped(&summary), [(SkipReason::Output, 1)]);
    assert_eq!(read_with(&root, &["in"], output("in/../in/a.txt")).0[0], "out/b.txt=no");
    let (out, _) = read_with(&root, &["in/out"], output("in/out"));
    assert!(out[0].contains("this is the output folder"), "{out:?}");
    assert_eq!(read_with(&root, &["in/out/deep"], output("in/out")).0, ["c.txt=C"], "named, and not the output itself");
    assert_eq!(read_with(&root, &["in/**/*.txt"], output("in/out")).0, ["a.txt=A", "d.txt=D"]);
    assert_eq!(read_with(&root, &["in"], output("not/yet/there")).0.len(), 4);
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_when_wanted_and_never_in_circles() {
    use std::os::unix::fs::symlink;
    let root = folder(&[("in/a.txt", "A"), ("other/b.txt", "B"), ("in/sub/c.txt", "C")]);
    let at = |path: &str| root.path().join(path);
    symlink(at("other"), at("in/link")).unwrap();
    symlink(at("other/b.txt"), at("in/b.txt")).unwrap();
    symlink(at("in"), at("in/sub/loop")).unwrap();
    symlink(at("in"), at("start")).unwrap();

    let (out, summary) = read_with(&root, &["in"], CorpusOptions::default());
    assert_eq!(out, ["a.txt=A", "sub/c.txt=C"]);
    assert_eq!(skipped(&summary), [(SkipReason::Symlink, 3)]);

    let follow = || CorpusOptions { follow: true, ..CorpusOptions::default() };
    let (out, summary) = read_with(&root, &["in"], follow());
    assert_eq!(out, ["a.txt=A", "b.txt=B", "link/b.txt=B", "sub/c.txt=C"]);
    assert_eq!(skipped(&summary), [(SkipReason::Loop, 1)]);

    assert_eq!(read(&root, &["start"]), ["a.txt=A", "sub/c.txt=C"], "a link that is named is followed");
    assert_eq!(read(&root, &["in/b.txt"]), ["b.txt=B"]);
    let out = CorpusOptions { follow: true, output: Some(at("other")), ..CorpusOptions::default() };
    let (out, summary) = read_with(&root, &["in"], out);
    assert_eq!(out, ["a.txt=A", "b.txt=B", "sub/c.txt=C"]);
    assert_eq!(summary.skipped.count(SkipReason::Output), 1);
}

#[cfg(unix)]
#[test]
fn pipes_block_no_folder_and_are_streams_when_named() {
    let root = folder(&[("in/a.txt", "A"), ("in/sub/", "")]);
    let pipe = root.path().join("in/pipe.txt");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        return; // A system without `mkfifo` has no pipes to test.
    }
    std::os::unix::net::UnixListener::bind(root.path().join("in/socket.txt")).unwrap();
    let (out, summary) = read_with(&root, &["in"], CorpusOptions::default());
    assert_eq!(out, ["a.txt=A"]);
    assert_eq!(skipped(&summary), [(SkipReason::Special, 2)]);

    for (sent, expected) in [
        ("{\"text\":\"1\"}\n{\"text\":\"2\"}\n", &["pipe.txt#1=1", "pipe.txt#2=2"][..]),
        ("just text\n", &["pipe.txt=just text\n"]),
    ] {
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::write(pipe, sent).unwrap()
        });
        assert_eq!(read(&root, &["in/pipe.txt"]), expected);
        writer.join().unwrap();
    }
    let out = read(&root, &["in/a.txt", "in/socket.txt"]);
    assert_eq!((out[0].as_str(), out.len()), ("a.txt=A", 2));
    assert!(out[1].starts_with("socket.txt: ! in/socket.txt: cannot be read: "), "{out:?}");
}

#[test]
fn an_unreadable_file_is_a_row_and_the_run_goes_on() {
    let root = folder(&[("in/a.txt", "A"), ("in/b.txt", "B"), ("in/c.txt", "C"), ("in/d.txt", "D")]);
    let mut source = Source::open(&below(&root, &["in"]), CorpusOptions::default()).unwrap();
    fs::remove_file(root.path().join("in/b.txt")).unwrap();
    fs::remove_file(root.path().join("in/c.txt")).unwrap();
    fs::create_dir(root.path().join("in/c.txt")).unwrap();
    let out = outcomes(&mut source, root.path().to_str().unwrap());
    assert_eq!((out[0].as_str(), out[3].as_str(), out.len()), ("a.txt=A", "d.txt=D", 4));
    assert!(out[1].starts_with("b.txt: ! in/b.txt: cannot be read: "), "{out:?}");
    assert!(out[2].starts_with("c.txt: ! in/c.txt: cannot be read: "), "{out:?}");
}

#[test]
fn standard_input_is_records_or_one_text() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"", &["-="]),
        (b"a text\n", &["-=a text\n"]),
        (b"{not JSON}\n", &["-={not JSON}\n"]),
        (b"[1]\n", &["-=[1]\n"]),
        (b"\n {\"text\":\"x\"}\n\nbad\n", &["-#2=x", "-#4: ! -:4: not a JSON object (byte 16)"]),
        (b"{\"text\":\"x\"}", &["-#1=x"]),
        (b"{}", &["-#1: ! -:1: no `text` (byte 0)"]),
        (b"{\n\"text\":\"pretty\"}", &["-={\n\"text\":\"pretty\"}"]),
        (b"\xFF\xFEa\0", &["-: ! -: looks like UTF-16, which this build does not read (byte 0)"]),
    ];
    for (bytes, expected) in cases {
        let source = Source::open(&["-"], CorpusOptions::default()).unwrap();
        let mut source = source.with_standard_input(*bytes);
        assert_eq!(outcomes(&mut source, "?"), *expected, "{:?}", bytes.utf8_chunks().next());
    }
}

#[test]
fn giant_documents_are_refused() {
    let long = "x".repeat(200);
    let record = format!("{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n");
    let root = folder(&[("a.txt", &long), ("b.jsonl", &record), ("c.txt", "C")]);
    let options = CorpusOptions { max_document_bytes: 100, ..CorpusOptions::default() };
    let (out, _) = read_with(&root, &["a.txt", "b.jsonl", "c.txt"], options);
    let expected = [
        "a.txt: ! a.txt: the file is larger than 100 bytes",
        "b.jsonl#1: ! b.jsonl:1: the line is larger than 100 bytes (byte 0)",
        "b.jsonl#2=b",
        "c.txt=C",
    ];
    assert_eq!(out, expected);
}

#[test]
fn a_giant_line_is_never_held() {
    let giant = format!("{{\"text\":\"a\"}}\n{}\n{{\"text\":\"c\"}}\n", "x".repeat(3 << 20));
    let options = CorpusOptions { max_document_bytes: 100_000, batch_bytes: 1000, ..CorpusOptions::default() };
    let source = Source::open(&["-"], options).unwrap();
    let mut source = source.with_standard_input(std::io::Cursor::new(giant.into_bytes()));
    let expected = ["-#1=a", "-#2: ! -:2: the line is larger than 100000 bytes (byte 13)", "-#3=c"];
    assert_eq!(outcomes(&mut source, "?"), expected);
}

#[test]
fn small_files_share_batches_and_buffers_come_back() {
    let files: Vec<(String, String)> = (0..300).map(|n| (format!("{n:03}.txt"), "x".repeat(100 + n))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let root = folder(&files);
    let options = CorpusOptions { batch_bytes: 5000, ..CorpusOptions::default() };
    let source = Source::open(&[root.path()], options).unwrap();
    let (mut batches, mut counts, mut scratch) = (0, Counts::default(), Scratch::default());
    let mut buffers = HashSet::new();
    for batch in source {
        assert!(batch.bytes() < 5500);
        batches += 1;
        buffers.insert(batch.block.bytes().as_ptr() as usize);
        counts += batch.documents(&mut scratch, |_| {});
    }
    assert_eq!(counts, Counts { documents: 300, ..Counts::default() });
    assert!((10..20).contains(&batches), "{batches}");
    assert!(buffers.len() < 5, "{} buffers for one batch at a time", buffers.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_size_of_batches_changes_nothing(
        lines in prop::collection::vec(prop_oneof![
            4 => "[a-zé]{0,40}".prop_map(|text| format!("{{\"text\":\"{text}\"}}")),
            1 => Just(String::new()),
            1 => "[{}a\"]{0,10}",
        ], 0..200),
        batch_bytes in 1_usize..3000,
        end in any::<bool>(),
    ) {
        let mut text = lines.join("\n");
        if end {
            text.push('\n');
        }
        let root = folder(&[("in/a.txt", "A"), ("in/b.jsonl", &text), ("in/c.jsonl", &text), ("in/d.txt", "D")]);
        let (expected, summary) = read_with(&root, &["in"], CorpusOptions::default());
        let options = CorpusOptions { batch_bytes, ..CorpusOptions::default() };
        let (out, small) = read_with(&root, &["in"], options);
        prop_assert_eq!(out, expected);
        prop_assert_eq!(summary, small);
        prop_assert_eq!(summary.bytes, 2 + 2 * text.len() as u64);
    }

    #[test]
    fn any_bytes_are_read_in_any_format(bytes: Vec<u8>, name in prop::sample::select(vec!["a.txt", "a.jsonl", "a.bin"])) {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(name), &bytes).unwrap();
        let (_, summary) = read_with(&root, &[name], CorpusOptions::default());
        // What looks like UTF-16 is not read to its end.
        prop_assert!(summary.bytes == bytes.len() as u64 || utf16_problem(&bytes).is_some());
    }
}
