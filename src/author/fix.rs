//! Faults of a gazetteer file that can be put right without knowing the world: spaces around values, names not in NFC,
//! empty and repeated items of lists, ids written in small letters.
//!
//! Only CSV and TSV files are changed, cell by cell; all other bytes stay as they were.

use std::io::Write;
use std::ops::Range;
use std::path::Path;

use hashbrown::HashSet;

use super::discover::list;
use crate::error::{Error, Problem, Result};
use crate::gazetteer::source::layout::{Holds, Layout, column_key, each_record, holds, layout};
use crate::gazetteer::source::list::items;
use crate::gazetteer::{names, replace};

/// One cell to rewrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The id of the rule; the first one where several are broken in a cell.
    pub rule: &'static str,
    /// The line of the row.
    pub line: u64,
    /// The column.
    pub column: String,
    /// What the cell says.
    pub old: String,
    /// What it should say.
    pub new: String,
    /// Where the cell stands in the file, quotes included.
    pub range: Range<usize>,
    /// The bytes to put there.
    pub written: String,
}

impl Fix {
    /// The fix as a finding of `lint`.
    pub fn problem(&self, path: &str) -> Problem {
        let what = match self.rule {
            "spaces" => "spaces around a value",
            "not-composed" => "a name that is not in NFC",
            "empty-item" => "an empty item of a list",
            "repeated-name" => "a name that the row lists already",
            _ => "an id in small letters",
        };
        let message = format!("{what} in {}, write `{}` (--fix does it): `{}`", self.column, self.new, self.old);
        Problem::note(self.rule, message).in_file(path).at_line(self.line).with_fix(format!("write `{}`", self.new))
    }
}

/// What can be put right in a file, in its order; nothing for a file that is no CSV or TSV, or no UTF-8.
///
/// # Errors
/// The file cannot be read.
pub fn fixes(path: &Path) -> Result<Vec<Fix>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    Ok(fixes_of(path, &bytes))
}

/// Rewrites the cells in question, and gives what was rewritten.
///
/// # Errors
/// The file cannot be read or written.
pub fn fix(path: &Path) -> Result<Vec<Fix>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let fixes = fixes_of(path, &bytes);
    if fixes.is_empty() {
        return Ok(fixes);
    }
    let mut content = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for fix in &fixes {
        content.extend_from_slice(&bytes[from..fix.range.start]);
        content.extend_from_slice(fix.written.as_bytes());
        from = fix.range.end;
    }
    content.extend_from_slice(&bytes[from..]);
    replace(path, |out| out.write_all(&content).map_err(Error::from))?;
    Ok(fixes)
}

fn fixes_of(path: &Path, bytes: &[u8]) -> Vec<Fix> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if !matches!(extension.as_str(), "csv" | "tsv") {
        return Vec::new();
    }
    let Some(layout) = layout(bytes, &extension) else { return Vec::new() };
    let columns: Vec<Holds> = layout.columns.iter().map(|column| holds(column, layout.long)).collect();
    let sources = if layout.long { vec![Vec::new(); columns.len()] } else { earlier_names(&layout, &columns) };
    let mut fixes = Vec::new();
    let mut header = true;
    each_record(bytes, layout.delimiter, |record| {
        // Rows of another length are errors, and whose cell is whose is not known.
        if std::mem::take(&mut header) || record.cells.len() != columns.len() {
            return true;
        }
        let read = |(range, doubled): &(Range<usize>, bool)| {
            let text = std::str::from_utf8(&bytes[range.clone()]).ok()?;
            Some(if *doubled { text.replace("\"\"", "\"") } else { text.to_owned() })
        };
        for (place, cell) in record.cells.iter().enumerate() {
            if columns[place] == Holds::Other || cell.0.is_empty() {
                continue;
            }
            let Some(old) = read(cell) else { continue };
            let known = || -> HashSet<String> {
                let cells =
                    sources[place].iter().filter_map(|(other, list)| Some((read(record.cells.get(*other)?)?, *list)));
                cells.flat_map(|(text, list)| names_in(&text, list)).collect()
            };
            let Some((rule, new)) = better(&old, columns[place], &layout.columns[place], &known) else { continue };
            let (range, quoted) = whole(bytes, &cell.0);
            let written = if quoted { format!("\"{}\"", new.replace('"', "\"\"")) } else { new.clone() };
            fixes.push(Fix {
                rule,
                line: record.line,
                column: layout.columns[place].clone(),
                old,
                new,
                range,
                written,
            });
        }
        true
    });
    fixes
}

/// A cell with its quotes.
fn whole(bytes: &[u8], cell: &Range<usize>) -> (Range<usize>, bool) {
    let quoted = cell.start > 0 && bytes[cell.start - 1] == b'"' && bytes.get(cell.end) == Some(&b'"');
    if quoted { (cell.start - 1..cell.end + 1, true) } else { (cell.clone(), false) }
}

/// For each column of names, the columns before it whose names it would repeat: those of its language. Acronyms are
/// names of another sort, and repeat only each other.
fn earlier_names(layout: &Layout, columns: &[Holds]) -> Vec<Vec<(usize, bool)>> {
    let head = |place: usize| {
        let key = column_key(&layout.columns[place]);
        let (head, tag) = key.split_once(':').map_or((key.as_str(), ""), |(head, tag)| (head, tag));
        (head == "acronyms", tag.to_owned())
    };
    let is_name = |place: usize| matches!(columns[place], Holds::Name | Holds::Names);
    (0..columns.len())
        .map(|place| {
            if columns[place] != Holds::Names {
                return Vec::new();
            }
            // The canonical name counts wherever its column stands.
            let others = (0..columns.len()).filter(|other| {
                *other != place
                    && is_name(*other)
                    && head(*other) == head(place)
                    && (columns[*other] == Holds::Name || *other < place)
            });
            others.map(|other| (other, columns[other] == Holds::Names)).collect()
        })
        .collect()
}

fn names_in(text: &str, list: bool) -> Vec<String> {
    if list {
        items(text).map(|item| names::clean(&item).into_owned()).collect()
    } else {
        vec![names::clean(text).into_owned()]
    }
}

/// What a cell should say, and the first rule that it breaks.
fn better(
    old: &str,
    holds: Holds,
    column: &str,
    known: &dyn Fn() -> HashSet<String>,
) -> Option<(&'static str, String)> {
    let trimmed = old.trim();
    let (mut new, mut rule) = (trimmed.to_owned(), (trimmed != old).then_some("spaces"));
    match holds {
        Holds::Name => {
            let composed = names::clean(trimmed);
            if composed != trimmed {
                rule = rule.or(Some("not-composed"));
            }
            new = composed.into_owned();
        }
        Holds::Names | Holds::Cues | Holds::Ids => {
            let mut seen: HashSet<String> = if holds == Holds::Names { known() } else { HashSet::new() };
            let mut kept: Vec<String> = Vec::new();
            for item in items(trimmed) {
                let plain = item.trim();
                let clean = if holds == Holds::Ids { id(plain, false) } else { names::clean(plain).into_owned() };
                if plain.is_empty() {
                    rule = rule.or(Some("empty-item"));
                    continue;
                }
                if plain != item {
                    rule = rule.or(Some("spaces"));
                }
                if clean != plain {
                    rule = rule.or(Some(if holds == Holds::Ids { "id-spelling" } else { "not-composed" }));
                }
                if !seen.insert(clean.clone()) {
                    rule = rule.or(Some("repeated-name"));
                    continue;
                }
                kept.push(clean);
            }
            // A bar at the end closes the last item; that is no fault.
            if rule.is_some() {
                new = list(&kept);
            }
        }
        Holds::Id => {
            new = id(trimmed, column_key(column) == "wikidata");
            if new != trimmed {
                rule = rule.or(Some("id-spelling"));
            }
        }
        Holds::Field | Holds::Other => {}
    }
    rule.map(|rule| (rule, new)).filter(|(_, new)| new != old)
}

/// `q84`, and `Wikidata:q84`, as they are usually written. All else stays: what it means may be known to others.
fn id(text: &str, bare: bool) -> String {
    let (prefix, item) = match text.split_once(':') {
        Some((prefix, item)) if prefix.eq_ignore_ascii_case("wikidata") => ("wikidata:", item.trim()),
        Some(_) => return text.to_owned(),
        None => ("", text),
    };
    let digits = item.strip_prefix(['q', 'Q']).unwrap_or("");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let prefix = if bare { "" } else { prefix };
    format!("{prefix}Q{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(content: &str) -> (Vec<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        std::fs::write(&path, content).unwrap();
        let planned = fixes(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        assert_eq!(fix(&path).unwrap(), planned);
        let after = std::fs::read_to_string(&path).unwrap();
        assert_eq!(fixes(&path).unwrap(), [], "once is enough");
        (planned.iter().map(|fix| format!("{} {} {}", fix.line, fix.rule, fix.column)).collect(), after)
    }

    #[test]
    fn cells_are_put_right_and_all_else_stays() {
        let content = "\u{FEFF}name;aliases;aliases:fr;acronyms;needs;wikidata;same_as;note\r\n\
            Paris ;Paname||Paris|Paname;Paris;ONU|ONU; ville| ;q90;q1|wikidata:q2; as it is \r\n\
            \r\n\
            \"Ha\u{300} \"\"Noi\";A|B|;;;;Q1;; x\r\n\
            Oslo;\"A\\|B|x;y\";;;;Wikidata:q5;;";
        let (found, after) = fixed(content);
        assert_eq!(
            found,
            [
                "2 spaces name",
                "2 empty-item aliases",
                "2 repeated-name acronyms",
                "2 spaces needs",
                "2 id-spelling wikidata",
                "2 id-spelling same_as",
                "4 not-composed name",
                "5 id-spelling wikidata",
            ]
        );
        let expected = "\u{FEFF}name;aliases;aliases:fr;acronyms;needs;wikidata;same_as;note\r\n\
            Paris;Paname;Paris;ONU;ville;Q90;Q1|wikidata:Q2; as it is \r\n\
            \r\n\
            \"Hà \"\"Noi\";A|B|;;;;Q1;; x\r\n\
            Oslo;\"A\\|B|x;y\";;;;Q5;;";
        assert_eq!(after, expected);
    }

    #[test]
    fn a_sound_file_is_not_touched() {
        let content = "id,kind,name,aliases\nx:1,place,Paris,Paname|\n,place,Oslo,\n";
        assert_eq!(fixed(content), (vec![], content.to_owned()));
        let long = "id,canonical,name\nx:1,Paris,Paris\n";
        assert_eq!(fixed(long).1, long);
    }

    #[test]
    fn broken_rows_and_other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("a.csv", &b"name,id\n a ,1,2\n"[..]),
            ("a.jsonl", b"{\"name\": \" a \"}"),
            ("a.csv", b"name\n\xFF \n"),
            ("a.csv", b""),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            assert_eq!(fix(&path).unwrap(), []);
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
    }

    /// Looking through all names for each of them takes minutes here.
    #[test]
    fn a_row_may_have_many_names() {
        let names: Vec<String> = (0..200_000).map(|number| format!("A{number}")).collect();
        let content = format!("name,aliases\nB,{}||A7\n", names.join("|"));
        let begun = std::time::Instant::now();
        let found = fixes_of(Path::new("all.csv"), content.as_bytes());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].new, names.join("|"));
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }

    #[test]
    fn ids_in_small_letters() {
        for (text, bare, expected) in [
            ("q84", false, "Q84"),
            ("Wikidata:q84", false, "wikidata:Q84"),
            ("Wikidata:q84", true, "Q84"),
            ("Q84", false, "Q84"),
            ("gn:1", false, "gn:1"),
            ("quay", false, "quay"),
        ] {
            assert_eq!(id(text, bare), expected);
        }
    }
}
