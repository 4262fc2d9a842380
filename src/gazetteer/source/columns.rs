//! The header of a delimited file: its delimiter, what each column is, and likely typos.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::report::{Fault, Report};
use crate::gazetteer::{NameRole, SmolStr};

/// A field of an entity (or of a name, in the long form) that has a column of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gazetteer) enum Field {
    Id,
    Kind,
    Name,
    Canonical,
    Lang,
    Prior,
    Parent,
    Match,
    Needs,
    SameAs,
    Wikidata,
    Geonames,
    Iptc,
    Country,
    Lat,
    Lon,
    Important,
    Action,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::gazetteer) enum Column {
    Field(Field),
    /// Names of one role and language; a list unless the role is canonical.
    Names(NameRole, Option<Arc<str>>),
    /// An unknown column, kept under its name as written.
    Attribute(SmolStr),
    /// A column without a name, or a repeated one.
    Ignored,
}

/// The two shapes of a delimited file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gazetteer) enum Form {
    /// One row an entity.
    Wide,
    /// One row a name.
    Long,
}

const FIELDS: [(&str, Field); 16] = [
    ("id", Field::Id),
    ("kind", Field::Kind),
    ("name", Field::Name),
    ("prior", Field::Prior),
    ("parent", Field::Parent),
    ("match", Field::Match),
    ("needs", Field::Needs),
    ("same_as", Field::SameAs),
    ("wikidata", Field::Wikidata),
    ("geonames", Field::Geonames),
    ("iptc", Field::Iptc),
    ("country", Field::Country),
    ("lat", Field::Lat),
    ("lon", Field::Lon),
    ("important", Field::Important),
    ("action", Field::Action),
];

/// Columns of names, which may end in `:` and a language tag.
const NAMES: [(&str, NameRole); 3] =
    [("name", NameRole::Canonical), ("aliases", NameRole::Alias), ("acronyms", NameRole::Acronym)];

/// What a column name (or a JSON key) means.
pub(in crate::gazetteer) fn column(name: &str, form: Form, languages: &mut Languages) -> Column {
    let name = name.trim();
    let key = name.to_lowercase();
    if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == key) {
        return Column::Field(*field);
    }
    match form {
        Form::Long => match key.as_str() {
            "canonical" => return Column::Field(Field::Canonical),
            "lang" => return Column::Field(Field::Lang),
            _ => {}
        },
        Form::Wide => {
            let (head, tag) = key.split_once(':').map_or((key.as_str(), None), |(head, tag)| (head, Some(tag)));
            if let Some((_, role)) = NAMES.iter().find(|(known, _)| *known == head) {
                match tag.map(|tag| (tag, languages.get(tag))) {
                    None => return Column::Names(*role, None),
                    Some((tag, Tag::Known(lang))) if !tag.trim().is_empty() => return Column::Names(*role, lang),
                    Some(_) => {}
                }
            }
        }
    }
    if name.is_empty() { Column::Ignored } else { Column::Attribute(name.into()) }
}

/// Reads a header; problems are those of its line.
pub(in crate::gazetteer) fn header(
    cells: &[&str],
    form: Form,
    line: u64,
    languages: &mut Languages,
    report: &mut Report,
) -> Vec<Column> {
    let mut seen = HashSet::new();
    let mut columns = Vec::with_capacity(cells.len());
    for cell in cells {
        let key = cell.trim().to_lowercase();
        if !key.is_empty() && !seen.insert(key.clone()) {
            report.error(line, Fault::new("duplicate-column", format!("duplicate column `{key}`")));
            columns.push(Column::Ignored);
            continue;
        }
        let column = column(cell, form, languages);
        if let (Column::Attribute(name), Some(known)) = (&column, likely(&key, form)) {
            let message = format!("unknown column, did you mean `{known}`? kept as an attribute: `{name}`");
            report.warning(line, "unknown-column", message);
        }
        columns.push(column);
    }
    columns
}

/// The known column that an unknown one was probably meant to be.
pub(in crate::gazetteer) fn likely(key: &str, form: Form) -> Option<String> {
    // `name_fr`, `alias-vi`, `names:fr` for `name:fr`, `aliases:vi`.
    if form == Form::Wide
        && let Some((head, tag)) = key.split_once([':', '_', '-', '.'])
        && (2..=3).contains(&tag.len())
        && tag.bytes().all(|b| b.is_ascii_alphabetic())
        && let Some((known, _)) = NAMES.iter().find(|(known, _)| near(head, known))
    {
        return Some(format!("{known}:{tag}"));
    }
    let words = FIELDS.iter().map(|(known, _)| (*known, *known)).chain(match form {
        Form::Wide => WIDE_WORDS.iter().copied(),
        Form::Long => LONG_WORDS.iter().copied(),
    });
    let near = words.chain(COMMON_WORDS).filter(|(word, _)| near(key, word));
    near.min_by_key(|(word, _)| distance(key, word)).map(|(_, known)| known.to_owned())
}

/// Words that people write, and the column they mean.
const COMMON_WORDS: [(&str, &str); 4] =
    [("latitude", "lat"), ("longitude", "lon"), ("lng", "lon"), ("country_code", "country")];
const WIDE_WORDS: [(&str, &str); 4] =
    [("aliases", "aliases"), ("alias", "aliases"), ("acronyms", "acronyms"), ("acronym", "acronyms")];
const LONG_WORDS: [(&str, &str); 3] = [("canonical", "canonical"), ("lang", "lang"), ("language", "lang")];

/// Whether two words are a typo apart: one edit for short words, two for words of six letters or more.
fn near(typed: &str, known: &str) -> bool {
    let limit = if known.len() >= 6 { 2 } else { 1 };
    // Of two letters, one edit makes any word.
    known.len() > 2 && typed.len() <= 2 * known.len() && distance(typed, known) <= limit
}

/// Edit distance with swaps of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

/// Finds the delimiter of a file by its header: the one under which most columns are known, then most columns.
pub(in crate::gazetteer) fn delimiter(bytes: &[u8], extension: &str) -> u8 {
    let order: [u8; 3] = if extension == "tsv" { *b"\t,;" } else { *b",;\t" };
    let mut best = (order[0], 0, 0);
    for delimiter in order {
        let cells = first_cells(bytes, delimiter);
        let mut languages = Languages::default();
        let known = cells
            .iter()
            .filter(|cell| {
                let known = |form, languages: &mut Languages| {
                    matches!(column(cell, form, languages), Column::Field(_) | Column::Names(..))
                };
                known(Form::Wide, &mut languages) || known(Form::Long, &mut languages)
            })
            .count();
        if (known, cells.len()) > (best.1, best.2) {
            best = (delimiter, known, cells.len());
        }
    }
    best.0
}

/// Whether the header of a file has the column that makes it the long form.
pub(in crate::gazetteer) fn is_long(bytes: &[u8], extension: &str) -> bool {
    let cells = first_cells(bytes, delimiter(bytes, extension));
    cells.iter().any(|cell| cell.trim().eq_ignore_ascii_case("canonical"))
}

/// The first record, from the first 64 KiB.
fn first_cells(bytes: &[u8], delimiter: u8) -> Vec<String> {
    let beginning = &bytes[..bytes.len().min(1 << 16)];
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(beginning);
    // A slice gives no input error, and the reader is flexible about lengths; what is wrong is told when rows are read.
    let header = reader.byte_headers();
    header
        .map(|cells| cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
        .unwrap_or_default()
}

/// Language tags, each stored once.
#[derive(Default)]
pub(in crate::gazetteer) struct Languages {
    tags: HashMap<String, Tag>,
}

/// A language tag as read.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::gazetteer) enum Tag {
    /// In lower case with hyphens; `None` for no language (empty, `und`, `mul`).
    Known(Option<Arc<str>>),
    /// No BCP 47 tag; with the language that it begins with, if any (`sr@latin`).
    Malformed(Option<Arc<str>>),
}

impl Languages {
    /// Reads a BCP 47 tag in any case, with `-` or `_`.
    pub(in crate::gazetteer) fn get(&mut self, text: &str) -> Tag {
        if let Some(tag) = self.tags.get(text) {
            return tag.clone();
        }
        let lower = text.trim().to_lowercase().replace('_', "-");
        let tag = if matches!(lower.as_str(), "" | "und" | "mul") {
            Tag::Known(None)
        } else if is_tag(&lower) {
            Tag::Known(Some(self.shared(&lower)))
        } else {
            let end = lower.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(lower.len());
            let primary = &lower[..end];
            Tag::Malformed(is_tag(primary).then(|| self.shared(primary)))
        };
        self.tags.insert(text.to_owned(), tag.clone());
        tag
    }

    /// One allocation for `fr`, ` FR` and `fr` again.
    fn shared(&mut self, tag: &str) -> Arc<str> {
        if let Some(Tag::Known(Some(known))) = self.tags.get(tag) {
            return known.clone();
        }
        let shared: Arc<str> = tag.into();
        self.tags.insert(tag.to_owned(), Tag::Known(Some(shared.clone())));
        shared
    }
}

/// A language of two or three letters, then subtags of one to eight letters or digits.
fn is_tag(lower: &str) -> bool {
    let mut parts = lower.split('-');
    let primary = parts.next().unwrap_or("");
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_sense_of_the_header() {
        for (header, extension, expected) in [
            ("id,kind,name", "csv", b','),
            ("id;kind;name", "csv", b';'),
            ("id\tkind\tname", "csv", b'\t'),
            ("id,kind,name", "tsv", b','),
            ("name", "csv", b','),
            ("name", "tsv", b'\t'),
            ("name;a,b", "csv", b';'),
            ("\"Name\";\"Aliases\"", "csv", b';'),
            ("name;name:fr\nParis, France;Paris", "csv", b';'),
            ("", "csv", b','),
        ] {
            assert_eq!(delimiter(header.as_bytes(), extension), expected, "{header}");
        }
    }

    #[test]
    fn columns_are_known_in_any_case() {
        let mut languages = Languages::default();
        let mut wide = |name: &str| column(name, Form::Wide, &mut languages);
        assert_eq!(wide("NAME"), Column::Field(Field::Name));
        assert_eq!(wide(" Same_As "), Column::Field(Field::SameAs));
        assert_eq!(wide("Aliases:zh_Hant"), Column::Names(NameRole::Alias, Some("zh-hant".into())));
        assert_eq!(wide("name:VI"), Column::Names(NameRole::Canonical, Some("vi".into())));
        assert_eq!(wide("acronyms"), Column::Names(NameRole::Acronym, None));
        assert_eq!(wide("name:"), Column::Attribute("name:".into()));
        assert_eq!(wide("name:etymology"), Column::Attribute("name:etymology".into()));
        assert_eq!(wide("Population"), Column::Attribute("Population".into()));
        assert_eq!(wide("canonical"), Column::Attribute("canonical".into()));
        assert_eq!(wide(" "), Column::Ignored);
        assert_eq!(column("canonical", Form::Long, &mut languages), Column::Field(Field::Canonical));
        assert_eq!(column("aliases", Form::Long, &mut languages), Column::Attribute("aliases".into()));
    }

    #[test]
    fn typos_are_guessed_and_other_words_left_alone() {
        for (typed, meant) in [
            ("alias", Some("aliases")),
            ("alaises", Some("aliases")),
            ("alais", Some("aliases")),
            ("latitude", Some("lat")),
            ("kidn", Some("kind")),
            ("names", Some("name")),
            ("sameas", Some("same_as")),
            ("wikdata", Some("wikidata")),
            ("name_fr", Some("name:fr")),
            ("alias-vi", Some("aliases:vi")),
            ("names:fr", Some("name:fr")),
            ("note", None),
            ("population", None),
            ("ab", None),
            ("iso", None),
            ("party", None),
            ("source", None),
        ] {
            assert_eq!(likely(typed, Form::Wide).as_deref(), meant, "{typed}");
        }
        assert_eq!(likely("cannonical", Form::Long).as_deref(), Some("canonical"));
    }

    #[test]
    fn language_tags_are_normalised() {
        let mut languages = Languages::default();
        for (text, tag) in [
            ("FR", Tag::Known(Some("fr".into()))),
            ("pt_BR", Tag::Known(Some("pt-br".into()))),
            ("", Tag::Known(None)),
            ("und", Tag::Known(None)),
            ("sr@latin", Tag::Malformed(Some("sr".into()))),
            ("français", Tag::Malformed(None)),
            ("f", Tag::Malformed(None)),
        ] {
            assert_eq!(languages.get(text), tag, "{text}");
            assert_eq!(languages.get(text), tag, "{text}");
        }
    }
}
