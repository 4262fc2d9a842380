//! All tables of the seeds, as they are expected: `tests/goldens/*.csv`, and the sample in the README.
//!
//! After a change that is meant to change them: `GAZETIER_BLESS=1 cargo test goldens`, and read the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::support::{package, rows, run_for};

/// Lines of a difference that are shown.
const SHOWN: usize = 60;

fn blessing() -> bool {
    std::env::var_os("GAZETIER_BLESS").is_some_and(|value| value == "1")
}

#[test]
fn the_tables_of_the_seeds() {
    let out = tempfile::tempdir().unwrap();
    let folder = format!("{}/", out.path().display());
    run_for(0, &package(""), &["extract", "seeds", "-o", &folder, "--quiet", "--no-config"]);
    let found = tables(out.path());
    assert_eq!(found.len(), 7);
    let goldens = package("tests/goldens");
    if blessing() {
        std::fs::create_dir_all(&goldens).unwrap();
        for (name, text) in &found {
            std::fs::write(goldens.join(name), text).unwrap();
        }
        return;
    }
    let expected = tables(&goldens);
    let mut report = String::new();
    for name in found.keys().chain(expected.keys()).collect::<std::collections::BTreeSet<_>>() {
        let of = |tables: &BTreeMap<String, String>| tables.get(name).cloned().unwrap_or_default();
        difference(name, &of(&expected), &of(&found), &mut report);
    }
    assert!(report.is_empty(), "- expected, + found; GAZETIER_BLESS=1 accepts what is found\n{report}");
}

/// The README shows the first mentions of a seed.
#[test]
fn the_sample_in_the_readme() {
    const BEGIN: &str = "<!-- sample: written by `GAZETIER_BLESS=1 cargo test goldens` -->\n";
    const END: &str = "<!-- end of sample -->\n";
    let ran = run_for(0, &package(""), &["extract", "seeds/fr-table-ronde-londres.txt", "--quiet", "--no-config"]);
    let columns = ["start_char", "end_char", "surface", "kind", "entity_id", "name", "score", "rule"];
    let mut sample = format!("| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    let mut seen = Vec::new();
    for row in rows(&ran.out) {
        if !seen.contains(&row["surface"]) && seen.len() < 12 {
            seen.push(row["surface"].clone());
            let cells: Vec<&str> = columns.iter().map(|column| row[*column].as_str()).collect();
            writeln!(sample, "| {} |", cells.join(" | ")).unwrap();
        }
    }
    let path = package("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a sample");
    let (here, after) = rest.split_once(END).expect("the sample has an end");
    if blessing() {
        std::fs::write(&path, format!("{before}{BEGIN}{sample}{END}{after}")).unwrap();
        return;
    }
    let mut report = String::new();
    difference("README.md", here, &sample, &mut report);
    assert!(report.is_empty(), "- expected, + found; GAZETIER_BLESS=1 accepts what is found\n{report}");
}

fn tables(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The lines that only one of two texts has, in their order, by the longest common subsequence.
fn difference(name: &str, expected: &str, found: &str, report: &mut String) {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    if expected == found {
        return;
    }
    let mut common = vec![vec![0u32; found.len() + 1]; expected.len() + 1];
    for i in (0..expected.len()).rev() {
        for j in (0..found.len()).rev() {
            common[i][j] =
                if expected[i] == found[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    writeln!(report, "{name}: {} lines expected, {} found", expected.len(), found.len()).unwrap();
    let (mut i, mut j, mut shown) = (0, 0, 0);
    while i < expected.len() || j < found.len() {
        if i < expected.len() && j < found.len() && expected[i] == found[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let removed = j == found.len() || i < expected.len() && common[i + 1][j] >= common[i][j + 1];
        let (sign, line) = if removed { ('-', expected[i]) } else { ('+', found[j]) };
        if removed {
            i += 1;
        } else {
            j += 1;
        }
        shown += 1;
        if shown <= SHOWN {
            writeln!(report, "  {sign} {line}").unwrap();
        }
    }
    if shown > SHOWN {
        writeln!(report, "  … and {} more lines", shown - SHOWN).unwrap();
    }
}
