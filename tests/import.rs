//! Imports, end to end: every format's example goes through import, lint, compile and extract; then what every format
//! promises, and what each promises for itself.

mod formats;

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use gazetier::gazetteer::import::{Format, formats};
use tempfile::TempDir;

use crate::support::{Ran, column, command, rows, rows_of, run_for, run_within};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn read(at: &Path, name: &str) -> String {
    std::fs::read_to_string(at.join(name)).unwrap()
}

/// The arguments that import a format's example.
fn arguments<'a>(format: &'a Format, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["import", format.example.files[0].0];
    for file in format.example.with {
        all.extend(["--with", file]);
    }
    all.extend(more);
    all
}

#[test]
fn every_format_makes_a_round_trip() {
    for format in formats() {
        let example = &format.example;
        let folder = folder(example.files);
        let at = folder.path();
        std::fs::write(at.join("text.txt"), example.text).unwrap();
        let find = |gazetteer: &str| {
            let ran = run_for(0, at, &["extract", "--no-builtin", "-g", gazetteer, "text.txt", "--quiet"]);
            let found = rows(&ran.out);
            let (surface, kind, id) = example.found;
            assert!(
                found.iter().any(|row| row["surface"] == surface && row["kind"] == kind && row["entity_id"] == id),
                "{} {gazetteer}: {}",
                format.name,
                ran.out
            );
        };
        for (out, more) in [
            ("wide.csv", &["--from", format.name][..]),
            ("wide.tsv", &[]),
            ("long.csv", &["--long"]),
            ("full.jsonl", &[]),
            ("compiled.gaz", &[]),
        ] {
            let ran = run_for(0, at, &arguments(&format, &[&["-o", out], more].concat()));
            assert!(ran.out.is_empty() && ran.err.contains("0 problems"), "{}: {}", format.name, ran.err);
            run_for(0, at, &["lint", out]);
            find(out);
        }
        run_for(0, at, &["compile", "full.jsonl", "-o", "again.gaz", "--quiet"]);
        find("again.gaz");
        assert_eq!(
            read(at, "wide.csv"),
            run_for(0, at, &arguments(&format, &["-o", "-", "--quiet"])).out,
            "{}: standard output has the same",
            format.name
        );
        // The order does not depend on the memory.
        run_for(0, at, &arguments(&format, &["-o", "small.jsonl", "--memory", "0", "--quiet"]));
        assert_eq!(read(at, "small.jsonl"), read(at, "full.jsonl"), "{}", format.name);
        let left: Vec<_> = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{}: {left:?}", format.name);
    }
}

#[test]
fn formats_are_listed_and_their_names_are_unique() {
    let folder = folder(&[]);
    let ran = run_for(0, folder.path(), &["import", "--list"]);
    let listed: Vec<&str> = ran.out.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let names: Vec<&str> = formats().map(|format| format.name).collect();
    assert_eq!(listed, names);
    let names: Vec<String> = names.iter().map(|name| name.to_uppercase().replace('-', "_")).collect();
    for name in &names {
        assert_eq!(names.iter().filter(|other| other == &name).count(), 1, "{name}");
    }
}

#[test]
fn broken_input_of_any_format_neither_panics_nor_leaves_a_file() {
    let codes = |name: &str| EXPECTED.iter().find(|(own, _)| *own == name).map(|(_, codes)| codes);
    for format in formats() {
        let (name, text) = format.example.files[0];
        let codes = codes(format.name).unwrap_or_else(|| panic!("{} has no codes", format.name));
        for ((cut, bytes), expected) in [
            ("empty", Vec::new()),
            ("zeros", vec![0; 5_000]),
            ("bytes", (0..=255u8).cycle().take(10_000).collect()),
            ("half", text.as_bytes()[..text.len() / 2].to_vec()),
            ("brackets", vec![b'['; 200_000]),
            ("quote", [text.as_bytes(), b"\"", text.as_bytes()].concat()),
        ]
        .into_iter()
        .zip(codes)
        {
            let folder = folder(format.example.files);
            let at = folder.path();
            std::fs::write(at.join(name), &bytes).unwrap();
            let arguments = ["import", "--from", format.name, name, "-o", "out.csv"];
            let ran = run_within(60, at, &arguments);
            assert_eq!(ran.code, *expected, "{} {cut}: {}", format.name, ran.err);
            assert_eq!(at.join("out.csv").exists(), ran.code < 2, "{} {cut}: {}", format.name, ran.err);
            if ran.code < 2 && read(at, "out.csv").lines().count() > 1 {
                run_for(0, at, &["lint", "out.csv", "--quiet"]);
            }
        }
    }
}

/// The exit code of each format for: nothing, zeros, all bytes, half of its example, brackets, its example twice with a
/// quote between. Bad rows are 1; 2 is what cannot be read at all. Half of an index or of a list of names is a shorter one,
/// and a keyword of zeros is a name that cannot be used, which is counted.
const EXPECTED: [(&str, [i32; 6]); 10] = [
    ("csv", [2, 2, 2, 1, 2, 1]),
    ("geonames", [0, 1, 1, 1, 1, 1]),
    ("wikidata", [0, 1, 1, 1, 1, 1]),
    ("skos", [0, 1, 1, 1, 1, 1]),
    ("ror", [0, 1, 1, 1, 1, 1]),
    ("jrc-names", [0, 1, 1, 0, 1, 1]),
    ("paranames", [2, 2, 2, 1, 2, 1]),
    ("gate", [0, 1, 1, 0, 1, 1]),
    ("spacy", [0, 1, 1, 1, 1, 1]),
    ("flashtext", [0, 0, 1, 1, 1, 1]),
];

/// Small packed files that unpack to much: each is refused, soon, with what is wrong and nothing left behind.
#[test]
fn packed_bombs_are_refused() {
    let many = |text: &str, count: usize| text.repeat(count);
    let rdf = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' \
        xmlns:s='http://www.w3.org/2004/02/skos/core#'><s:Concept r:about='http://e.org/a'><s:prefLabel>";
    let turtle = "<http://e.org/a> <http://www.w3.org/2004/02/skos/core#prefLabel> \"\"\"";
    let ror = "[{\"id\":\"https://ror.org/05abcdef1\",\"external_ids\":[],\"names\":[";
    for (name, from, text, code, said) in [
        ("one-text.rdf.gz", "skos", rdf.to_owned() + &many("a", 65 << 20), 2, "bytes without a statement"),
        ("one-text.ttl.gz", "skos", turtle.to_owned() + &many("a", 20 << 20), 2, "cannot be read to its end"),
        ("one-value.json.gz", "ror", ror.to_owned() + &many("0,", 3 << 20), 1, "a value of more than 4194304 bytes"),
        ("one-value.json.gz", "flashtext", "{\"a\":[".to_owned() + &many("\"b\",", 2 << 20), 1, "the rest of the file"),
    ] {
        let folder = folder(&[]);
        let at = folder.path();
        std::fs::write(at.join(name), packed("gzip", text.as_bytes())).unwrap();
        let ran = run_within(60, at, &["import", "--from", from, name, "-o", "out.csv"]);
        assert!(ran.code == code && ran.err.contains(said), "{name}: {} {}", ran.code, ran.err);
        assert_eq!(std::fs::read_dir(at).unwrap().count(), if code < 2 { 2 } else { 1 }, "{name}");
    }
}

#[test]
fn what_is_not_read_to_its_end_is_told() {
    let turtle = "@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n".to_owned() + &"<a> <b> .\n".repeat(200);
    let json_ld = "{\"@graph\": [\n{\"@id\": \"http://e.org/a\" \"skos\"}]".to_owned() + &" ".repeat(50_000) + "}";
    for (name, from, text, line) in [
        ("t.ttl", "skos", turtle.as_str(), None),
        ("t.jsonld", "skos", &json_ld, Some(2)),
        ("a.json", "flashtext", "[\"fibre\",\n\"Li-ion\" \"pin\", \"bar\"]", Some(2)),
        ("o.json", "flashtext", "{\"fibre\": [\"cáp\"]\n\"pin\": [\"b\"]}", Some(2)),
        ("r.json", "ror", "[{}\n{}]", Some(2)),
    ] {
        let folder = folder(&[(name, text)]);
        let ran = run_for(1, folder.path(), &["import", "--from", from, name, "-o", "out.csv"]);
        assert!(ran.err.contains("1 files that were given up"), "{name}: {}", ran.err);
        if let Some(line) = line {
            let said = format!("{name}:{line}: given up here, the rest of the file is not read");
            assert!(ran.err.contains(&said), "{name}: {}", ran.err);
        }
    }
    // Of what is read to its end nothing is given up.
    let folder = folder(&[("a.json", "[\"fibre\", \"pin")]);
    let ran = run_for(1, folder.path(), &["import", "--from", "flashtext", "a.json", "-o", "out.csv"]);
    assert!(!ran.err.contains("given up"), "{}", ran.err);
}

#[test]
fn further_fields_have_names_that_differ_in_more_than_case() {
    let text = "id,name,Note,note,names,source_names,SOURCE_NAMES_2\na:1,Hà Nội,a,b,c,d,e\na:2,Paris,,z,,,\n";
    let folder = folder(&[("a.csv", text)]);
    let at = folder.path();
    let ran = run_for(0, at, &["import", "a.csv", "-o", "out.csv", "--kind", "place"]);
    assert!(ran.err.contains("1 further fields that a row has twice, the first counts"), "{}", ran.err);
    run_for(0, at, &["lint", "out.csv"]);
    let rows = rows_of(&at.join("out.csv"));
    for (name, cells) in [
        ("Note", ["a", "z"]),
        ("source_names", ["c", ""]),
        ("source_names_2", ["d", ""]),
        ("SOURCE_NAMES_2_2", ["e", ""]),
    ] {
        assert_eq!(column(&rows, name), cells, "{name}");
    }
    run_for(0, at, &["import", "a.csv", "-o", "out.jsonl", "--kind", "place"]);
    let first: serde_json::Value = serde_json::from_str(read(at, "out.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!((&first["Note"], &first["source_names_2"]), (&"a".into(), &"d".into()));
}

#[test]
fn an_entity_of_very_many_rows_is_kept_to_a_limit() {
    let mut text = "id,name,same_as\n".to_owned();
    for number in 0..300_000 {
        text.push_str(&format!("a:1,N{number},x:{number}\n"));
    }
    let folder = folder(&[("a.csv", &text)]);
    let ran = run_within(60, folder.path(), &["import", "a.csv", "-o", "out.csv", "--kind", "place"]);
    assert!(ran.code == 1 && ran.err.contains("only 16777216 bytes are kept: `a:1`"), "{}", ran.err);
    assert!(ran.err.contains("1 entities, "), "{}", ran.err);
}

/// Standard input has no name that could tell the kind.
#[test]
fn standard_input_needs_a_kind_where_its_rows_have_none() {
    let folder = folder(&[("a.csv", "name,kind\nHà Nội,\nParis,place\n"), ("b.csv", "name,kind\nParis,place\n")]);
    let at = folder.path();
    for (name, code, more) in [("a.csv", 2, &[][..]), ("a.csv", 0, &["--kind", "place"]), ("b.csv", 0, &[])] {
        let arguments = [&["import", "--from", "csv", "-", "-o", "out.csv"], more].concat();
        let input = std::fs::File::open(at.join(name)).unwrap();
        let ran: Ran = command(at, &arguments).stdin(input).output().unwrap().into();
        assert_eq!(ran.code, code, "{name} {more:?}: {}", ran.err);
        if code == 2 {
            assert!(ran.err.contains("-:2: nothing tells the kind, name it with --kind"), "{}", ran.err);
            assert!(!at.join("out.csv").exists());
        } else {
            assert!(column(&rows_of(&at.join("out.csv")), "kind").iter().all(|kind| *kind == "place"));
        }
    }
}

/// Where no row comes, nothing counts rows: the interrupt is asked for while reading.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_an_import_that_never_comes_to_a_row() {
    let folder = folder(&[]);
    let at = folder.path();
    let mut command = command(at, &["import", "--from", "flashtext", "-", "--kind", "product", "-o", "out.csv"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        stdin.write_all(b"{").unwrap();
        // Slowly, so that the limit on blanks is far.
        while stdin.write_all(&[b' '; 4096]).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    });
    std::thread::sleep(std::time::Duration::from_millis(700));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn errors_of_writing_tell_the_path() {
    let folder = folder(&[("a.csv", "name\nHà Nội\n")]);
    let ran = run_for(2, folder.path(), &["import", "a.csv", "-o", "/dev/full"]);
    assert!(ran.err.contains("gazetier: /dev/full: No space left"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_what_it_leads_to_is_written() {
    let folder = folder(&[("a.csv", "name\nHà Nội\n"), ("real.csv", "old")]);
    let at = folder.path();
    for (link, end) in [("link.csv", "real.csv"), ("new-link.csv", "new.csv")] {
        std::os::unix::fs::symlink(end, at.join(link)).unwrap();
        run_for(0, at, &["import", "a.csv", "-o", link]);
        assert!(at.join(link).is_symlink() && read(at, end).contains("Hà Nội"), "{link}");
    }
}

fn packed(with: &str, bytes: &[u8]) -> Vec<u8> {
    match with {
        "gzip" => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            out.write_all(bytes).unwrap();
            out.finish().unwrap()
        }
        "bzip2" => {
            let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
            out.write_all(bytes).unwrap();
            out.finish().unwrap()
        }
        _ => ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest),
    }
}

#[test]
fn usage_errors_write_nothing() {
    let folder = folder(&[("a.csv", "name\nHà Nội\n"), ("x.txt", "what is this\n")]);
    let at = folder.path();
    for (arguments, said) in [
        (&["a.csv"][..], "--out"),
        (&["-o", "b.csv"], "FILE"),
        (&["a.csv", "-o", "a.csv"], "an input as well `a.csv`"),
        (&["a.csv", "-o", "b.xml"], ".csv, .tsv or .jsonl"),
        (&["a.csv", "-o", "."], "folder"),
        (&["a.csv", "-o", "b.jsonl", "--long"], "long form"),
        (&["x.txt", "-o", "b.csv"], "--from"),
        (&["no.csv", "-o", "b.csv"], "no.csv"),
        (&["--from", "nothing", "a.csv", "-o", "b.csv"], "`nothing`"),
        (&["a.csv", "-o", "b.csv", "--map", "name"], "OURS=THEIRS"),
        (&["a.csv", "-o", "b.csv", "--map", "name=Label"], "`Label`"),
        (&["a.csv", "-o", "no/b.csv"], "no/b.csv"),
        (&[".", "-o", "b.csv"], "folder"),
        (&["a.csv", "-o", "b.csv", "--kind", ""], "--kind needs a word"),
        (&["a.csv", "-o", "b.csv", "--kind", " "], "--kind needs a word"),
        (&["-", "--from", "gate", "-o", "b.csv", "--class", "x="], "--class takes"),
        (&["a.csv", "-o", "b.csv", "--min-population", "9"], "--min-population means nothing for the format `csv`"),
    ] {
        let ran = run_for(2, at, &[&["import"], arguments].concat());
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    let left = std::fs::read_dir(at).unwrap().count();
    assert_eq!(left, 2);
    assert_eq!(read(at, "a.csv"), "name\nHà Nội\n");
}

#[test]
fn bad_rows_are_reported_and_the_rest_goes_on() {
    let text = "id,kind,name,prior,country\n\
        a:1,ship,Ever Given,0.5,\n\
        a:2,ship,,,\n\
        a:3,ship,\"Sao La\",high,\n\
        a:4,ship,Two,Many,Cells,Here\n\
        a:5,ship,Bến Nghé,0.4,VNM\n\
        \"a:6,ship,Open,,\n\
        a:7,ship,Last,,VN\n";
    let folder = folder(&[("ships.csv", text)]);
    let at = folder.path();
    let ran = run_for(1, at, &["import", "ships.csv", "-o", "out.csv"]);
    for line in [3, 4, 5, 6, 7] {
        assert!(ran.err.contains(&format!("ships.csv:{line}: ")), "{line}: {}", ran.err);
    }
    assert!(ran.err.contains("2 entities, 2 names from 7 rows, 5 problems: out.csv"), "{}", ran.err);
    assert_eq!(column(&rows_of(&at.join("out.csv")), "name"), ["Ever Given", "Last"]);
}

#[test]
fn columns_are_mapped_and_what_is_no_column_of_ours_is_kept() {
    let text = "\u{feff}ID;Label;Alt;Type;Name;Born\n1;Tô Lâm;To Lam, Tô Đại tướng;person;x;1957\n2;AVI;;;y;\n";
    let folder = folder(&[("staff.csv", text)]);
    let at = folder.path();
    let map = "name=Label,aliases=Alt,kind=Type,id=ID";
    run_for(0, at, &["import", "staff.csv", "--map", map, "--separator", ",", "--kind", "body", "-o", "out.jsonl"]);
    let lines: Vec<serde_json::Value> =
        read(at, "out.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines[0]["names"][0]["text"], "To Lam");
    assert_eq!(lines[0]["names"][1]["text"], "Tô Đại tướng");
    assert_eq!((&lines[0]["kind"], &lines[0]["Born"]), (&"person".into(), &"1957".into()));
    assert_eq!((&lines[1]["kind"], &lines[1]["source_Name"]), (&"body".into(), &"y".into()));
}

#[test]
fn the_long_form_is_read_and_written_with_every_prior() {
    let text = "id,kind,canonical,lang,name,prior\n\
        gn:1,place,Hanoi,,Hanoi,0.9\n\
        gn:2,place,Paris,,Paris,0.8\n\
        gn:1,place,Hanoi,vi,Hà Nội,0.7\n\
        gn:2,place,Paris,fr,Lutèce,0.1\n";
    let folder = folder(&[("names.csv", text)]);
    let at = folder.path();
    run_for(0, at, &["import", "names.csv", "--long", "-o", "long.csv"]);
    assert_eq!(
        read(at, "long.csv"),
        "id,kind,canonical,lang,name,prior\n\
         geonames:1,place,Hanoi,,Hanoi,0.9\n\
         geonames:1,place,Hanoi,vi,Hà Nội,0.7\n\
         geonames:2,place,Paris,,Paris,0.8\n\
         geonames:2,place,Paris,fr,Lutèce,0.1\n"
    );
    let ran = run_for(0, at, &["import", "names.csv", "-o", "wide.csv"]);
    assert!(ran.err.contains("2 names whose own prior a wide table cannot say"), "{}", ran.err);
    let ran = run_for(0, at, &["import", "names.csv", "--lang", "vi", "-o", "vi.csv"]);
    assert!(ran.err.contains("1 names in languages that are not asked for"), "{}", ran.err);
    assert_eq!(column(&rows_of(&at.join("vi.csv")), "name:vi"), ["Hà Nội", ""]);
}

#[test]
fn packed_files_are_told_by_their_bytes() {
    let text = "id,name\na:1,Hà Nội\n";
    let folder = folder(&[("plain.csv", text)]);
    let at = folder.path();
    run_for(0, at, &["import", "plain.csv", "-o", "plain.jsonl", "--kind", "place"]);
    for with in ["gzip", "bzip2", "zstd"] {
        let bytes = packed(with, text.as_bytes());
        // Two packed parts are one file, whatever it is called.
        let two = [bytes.clone(), packed(with, b"a:2,Paris\n")].concat();
        std::fs::write(at.join("packed.csv.gz"), &two).unwrap();
        run_for(0, at, &["import", "packed.csv.gz", "-o", "out.jsonl", "--kind", "place"]);
        let out = read(at, "out.jsonl");
        assert!(out.starts_with(&read(at, "plain.jsonl")) && out.lines().count() == 2, "{with}: {out}");
        // A file that is cut off gives nothing at all.
        std::fs::write(at.join("cut.csv.gz"), &bytes[..bytes.len() - 5]).unwrap();
        let ran = run_for(2, at, &["import", "cut.csv.gz", "-o", "cut.csv"]);
        assert!(ran.err.contains("cut.csv.gz") && !at.join("cut.csv").exists(), "{with}: {}", ran.err);
    }
}
