//! Unicode's normalization tests: a name in any normal form is found in the text in any normal form.
//!
//! A line of `NormalizationTest.txt` has five forms of one string: source, NFC, NFD, NFKC, NFKD. Each form is a name
//! of its own, untagged, under `smart`; each is found in each of the forms as a text. Lines without a letter or digit
//! are symbols and marks alone, which are no names by themselves.
//!
//! A sample lies beside this file; the whole of it is read where the system has it (Debian: `unicode-data`).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use gazetier::gazetteer::source::read_texts;
use gazetier::gazetteer::{MatchPolicy, ReadOptions};
use gazetier::matcher::{MatchOptions, Overlaps};
use gazetier::resolve::ResolveOptions;
use gazetier::{Document, Extractor, Gazetteer};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::support::package;

/// Lines that need not hold, by their source column, with the reason.
const EXCLUDED: &[(&str, &str)] = &[
    ("3164", FILLER),
    ("FFA0", FILLER),
    ("FCF2", TATWEEL),
    ("FCF3", TATWEEL),
    ("FCF4", TATWEEL),
    ("FE71", TATWEEL),
    ("FE77", TATWEEL),
    ("FE79", TATWEEL),
    ("FE7B", TATWEEL),
    ("FE7D", TATWEEL),
    ("FE7F", TATWEEL),
];
const FILLER: &str = "a Hangul filler is default-ignorable and dropped: nothing is left to find";
const TATWEEL: &str = "a tatweel that carries harakat: it is dropped, and a mention begins at the first character kept";

struct Line {
    number: usize,
    source: String,
    forms: Vec<String>,
}

#[test]
fn a_sample_of_the_normalization_tests() {
    let text = std::fs::read_to_string(package("tests/data/NormalizationTest-sample.txt")).unwrap();
    let lines = lines(&text);
    assert!(lines.len() >= 60, "{}", lines.len());
    hold(&lines);
}

#[test]
fn all_normalization_tests_where_the_system_has_them() {
    let Some(text) = whole() else {
        eprintln!("skipped: there is no NormalizationTest.txt under /usr/share/unicode (Debian: unicode-data)");
        return;
    };
    let lines = lines(&text);
    assert!(lines.len() > 17_000, "{}", lines.len());
    hold(&lines);
}

fn whole() -> Option<String> {
    let plain = Path::new("/usr/share/unicode/NormalizationTest.txt");
    if let Ok(text) = std::fs::read_to_string(plain) {
        return Some(text);
    }
    let packed = plain.with_extension("txt.bz2");
    if !packed.exists() {
        return None;
    }
    let output = std::process::Command::new("bzip2").arg("-dc").arg(packed).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

/// The lines that have a letter or digit in their NFKD form.
fn lines(text: &str) -> Vec<Line> {
    let line = |(i, line): (usize, &str)| {
        let columns: Vec<&str> = line.split('#').next()?.split(';').map(str::trim).collect();
        let decode = |column: &str| -> Option<String> {
            column.split_whitespace().map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect()
        };
        let forms: Vec<String> = columns.get(..5)?.iter().map(|column| decode(column)).collect::<Option<_>>()?;
        let counts = forms[4].chars().any(is_letter_or_digit);
        (counts && !forms[0].is_empty()).then(|| Line { number: i + 1, source: columns[0].to_owned(), forms })
    };
    text.lines().enumerate().filter(|(_, line)| !line.starts_with(['#', '@'])).filter_map(line).collect()
}

/// Apostrophes are no word characters, those among them that Unicode calls letters included.
fn is_letter_or_digit(c: char) -> bool {
    !matches!(c, '\u{2B9}' | '\u{2BC}')
        && matches!(c.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number)
}

/// Every line holds, but for those excluded; and those do not, or they need not be excluded.
fn hold(lines: &[Line]) {
    let half = lines.len().div_ceil(2);
    let faults: Vec<(String, String)> = std::thread::scope(|scope| {
        let parts: Vec<_> = lines.chunks(half).map(|part| scope.spawn(|| check(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let failing: BTreeSet<&str> = faults.iter().map(|(source, _)| source.as_str()).collect();
    let excluded: BTreeSet<&str> = EXCLUDED.iter().map(|(source, _)| *source).collect();
    assert!(excluded.len() <= 40);
    let mut report = String::new();
    for (source, fault) in &faults {
        if !excluded.contains(source.as_str()) {
            report.push_str(fault);
        }
    }
    for line in lines {
        if excluded.contains(line.source.as_str()) && !failing.contains(line.source.as_str()) {
            writeln!(report, "{} is excluded for no reason", line.source).unwrap();
        }
    }
    let count = failing.difference(&excluded).count();
    assert!(report.is_empty(), "{count} of {} lines fail\n{report}", lines.len());
}

/// What fails in some lines: the source column, and what is missing.
fn check(lines: &[Line]) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    // Many lines share a search key, and a form keeps 64 entities: 12 lines of 5 names are safe.
    for lines in lines.chunks(12) {
        let mut names = String::new();
        for (i, line) in lines.iter().enumerate() {
            for (k, form) in line.forms.iter().enumerate() {
                let row = serde_json::json!({ "id": format!("x:{i}-{k}"), "kind": "x", "name": form });
                writeln!(names, "{row}").unwrap();
            }
        }
        let layer = read_texts("test", &[("names.jsonl", &names)], ReadOptions { lenient: true }).unwrap();
        let options = ResolveOptions {
            matching: MatchOptions { policy: Some(MatchPolicy::Smart), ..MatchOptions::default() },
            overlaps: Overlaps::All,
            resolve: false,
            ..ResolveOptions::default()
        };
        let extractor = Extractor::with_options(&Gazetteer::from_layer(layer), options).unwrap();
        let mut worker = extractor.worker();
        for (i, line) in lines.iter().enumerate() {
            let mut missing = String::new();
            for (t, text) in line.forms.iter().enumerate() {
                let mut document = Document::new("test", text.as_str());
                document.lang = "und".into();
                let (from, to) = letters(text);
                let found: Vec<&str> = worker
                    .extract(&document)
                    .mentions
                    .iter()
                    .filter(|m| m.span.start as usize <= from && to <= m.span.end as usize)
                    .filter_map(|m| m.entity.map(|entity| extractor.stack().entity(entity).id))
                    .collect();
                for k in 0..line.forms.len() {
                    if !found.contains(&format!("x:{i}-{k}").as_str()) {
                        write!(missing, " c{}→c{}", k + 1, t + 1).unwrap();
                    }
                }
            }
            if !missing.is_empty() {
                let shown = line.forms[0].nfkd().collect::<String>();
                faults.push((
                    line.source.clone(),
                    format!("line {} ({}, NFKD {shown}): name→text{missing}\n", line.number, line.source),
                ));
            }
        }
    }
    faults
}

/// Where the first letter or digit of a text begins and the last one ends.
fn letters(text: &str) -> (usize, usize) {
    let holds = |c: char| c.nfkd().any(is_letter_or_digit);
    let mut letters = text.char_indices().filter(|(_, c)| holds(*c)).map(|(at, c)| (at, at + c.len_utf8()));
    let first = letters.next().expect("a letter or digit");
    let last = letters.next_back().unwrap_or(first);
    (first.0, last.1)
}
