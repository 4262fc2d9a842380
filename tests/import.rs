//! Imports, end to end: every format's example goes through import, lint, compile and extract; then what every format
//! promises, and what each promises for itself.

mod formats;

use std::io::Write;
use std::path::Path;

use gazetier::gazetteer::import::{Format, formats};
use tempfile::TempDir;

use crate::support::{column, rows, rows_of, run_for, run_within};

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
    for format in formats() {
        let (name, text) = format.example.files[0];
        for (cut, bytes) in [
            ("empty", Vec::new()),
            ("zeros", vec![0; 5_000]),
            ("bytes", (0..=255u8).cycle().take(10_000).collect()),
            ("half", text.as_bytes()[..text.len() / 2].to_vec()),
            ("brackets", vec![b'['; 200_000]),
            ("quote", [text.as_bytes(), b"\"", text.as_bytes()].concat()),
        ] {
            let folder = folder(format.example.files);
            let at = folder.path();
            std::fs::write(at.join(name), &bytes).unwrap();
            let arguments = ["import", "--from", format.name, name, "-o", "out.csv"];
            let ran = run_within(60, at, &arguments);
            assert!((0..=2).contains(&ran.code), "{} {cut}: {} {}", format.name, ran.code, ran.err);
            assert_eq!(at.join("out.csv").exists(), ran.code < 2, "{} {cut}: {}", format.name, ran.err);
            if ran.code < 2 && read(at, "out.csv").lines().count() > 1 {
                run_for(0, at, &["lint", "out.csv", "--quiet"]);
            }
        }
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
