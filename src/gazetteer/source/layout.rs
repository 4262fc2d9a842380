//! How a delimited file is laid out, for those who change it and leave the rest as it was: its delimiter, header, line
//! ends, and where the records and cells stand.

use std::ops::Range;

use super::columns::{self, Column, Form, Languages};
use super::records::{Records, Step};
use super::report::Fault;
use crate::gazetteer::NameRole;

/// What a delimited file is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    /// The header's cells as they read, trimmed.
    pub(crate) columns: Vec<String>,
    /// Length of the byte-order mark.
    pub(crate) mark: usize,
    /// What the header's line ends with; a line feed where it has no end.
    pub(crate) line_end: &'static str,
    /// Whether a row is one name of an entity.
    pub(crate) long: bool,
}

/// What a column holds, for those who change cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// One name.
    Name,
    /// Names separated by bars.
    Names,
    /// Cues separated by bars.
    Cues,
    /// Ids separated by bars.
    Ids,
    /// One id.
    Id,
    /// A word or number of the gazetteer's own.
    Field,
    /// Anything.
    Other,
}

/// A record in its file.
pub(crate) struct Record<'r> {
    /// The line on which it begins.
    pub(crate) line: u64,
    /// Its bytes, the line break at its end included.
    pub(crate) range: Range<usize>,
    /// Its cells, without quotes around them, and whether quotes in them are written twice.
    pub(crate) cells: &'r [(Range<usize>, bool)],
}

/// Reads the layout of a delimited file by its header; `None` for a file without one, or one that is no UTF-8.
pub(crate) fn layout(bytes: &[u8], extension: &str) -> Option<Layout> {
    let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let content = &bytes[mark..];
    let delimiter = columns::delimiter(content, extension);
    let mut header = None;
    each_record(bytes, delimiter, |record| {
        let cell = |(range, doubled): &(Range<usize>, bool)| {
            let text = std::str::from_utf8(&bytes[range.clone()]).ok()?;
            Some(if *doubled { text.replace("\"\"", "\"") } else { text.to_owned() }.trim().to_owned())
        };
        let columns: Option<Vec<String>> = record.cells.iter().map(cell).collect();
        let end = &bytes[record.range.clone()];
        let line_end = match end {
            [.., b'\r', b'\n'] => "\r\n",
            [.., b'\r'] => "\r",
            _ => "\n",
        };
        header = Some((columns, line_end));
        false
    });
    let (columns, line_end) = header?;
    Some(Layout { delimiter, columns: columns?, mark, line_end, long: columns::is_long(content, extension) })
}

/// Goes through the records that can be read, the header first, until `visit` says `false`.
pub(crate) fn each_record(bytes: &[u8], delimiter: u8, mut visit: impl FnMut(Record<'_>) -> bool) {
    each_step(bytes, delimiter, |step| step.map_or(true, &mut visit));
}

/// [`each_record`], with the lines that begin no record and what is wrong there.
pub(crate) fn each_step(bytes: &[u8], delimiter: u8, mut visit: impl FnMut(Result<Record<'_>, (u64, Fault)>) -> bool) {
    let mut records = Records::new(bytes, delimiter);
    let (mut cells, mut places) = (Vec::new(), Vec::new());
    loop {
        let go_on = match records.next(&mut cells) {
            Step::End => return,
            Step::Broken(line, fault) => visit(Err((line, fault))),
            Step::Record(line) => {
                places.clear();
                places.extend(cells.iter().map(|cell| (cell.range(), cell.is_escaped())));
                visit(Ok(Record { line, range: records.range(), cells: &places }))
            }
        };
        if !go_on {
            return;
        }
    }
}

/// What a column holds.
pub(crate) fn holds(column: &str, long: bool) -> Holds {
    use columns::Field;
    let form = if long { Form::Long } else { Form::Wide };
    match columns::column(column, form, &mut Languages::default()) {
        Column::Names(NameRole::Canonical, _) | Column::Field(Field::Name | Field::Canonical) => Holds::Name,
        Column::Names(..) => Holds::Names,
        Column::Field(Field::Needs) => Holds::Cues,
        Column::Field(Field::SameAs) => Holds::Ids,
        Column::Field(Field::Id | Field::Wikidata | Field::Geonames | Field::Iptc | Field::Parent) => Holds::Id,
        Column::Field(_) => Holds::Field,
        Column::Attribute(_) | Column::Ignored => Holds::Other,
    }
}

/// A column's name in the form by which two of them are compared.
pub(crate) fn column_key(column: &str) -> String {
    column.trim().to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_that_of_the_header() {
        let file = "\u{FEFF}id;\"na\"\"me\";name ;aliases\r\nx;\"a;\r\nb\";c;d\r\n";
        let found = layout(file.as_bytes(), "csv").unwrap();
        assert_eq!(found.columns, ["id", "na\"me", "name", "aliases"]);
        assert_eq!((found.delimiter, found.mark, found.line_end, found.long), (b';', 3, "\r\n", false));
        assert_eq!(layout(b"", "csv"), None);
        assert!(layout(b"canonical,name", "csv").unwrap().long);
        assert_eq!(layout(b"name\tid", "tsv").unwrap().line_end, "\n");
    }

    #[test]
    fn records_cover_the_file_but_for_blank_lines() {
        let file = "name,id\n\n\"a\nb\",1\nc,2";
        let mut found = Vec::new();
        each_record(file.as_bytes(), b',', |record| {
            let cells: Vec<&str> = record.cells.iter().map(|(range, _)| &file[range.clone()]).collect();
            found.push((record.line, file[record.range.clone()].to_owned(), cells.join("/")));
            true
        });
        assert_eq!(
            found,
            [
                (1, "name,id\n".to_owned(), "name/id".to_owned()),
                (3, "\"a\nb\",1\n".to_owned(), "a\nb/1".to_owned()),
                (5, "c,2".to_owned(), "c/2".to_owned()),
            ]
        );
    }

    #[test]
    fn columns_hold_names_lists_and_ids() {
        for (column, long, expected) in [
            ("Name", false, Holds::Name),
            ("name:fr", false, Holds::Name),
            ("ALIASES:vi", false, Holds::Names),
            ("acronyms", false, Holds::Names),
            ("needs", false, Holds::Cues),
            ("same_as", false, Holds::Ids),
            ("wikidata", false, Holds::Id),
            ("prior", false, Holds::Field),
            ("role", false, Holds::Other),
            ("canonical", true, Holds::Name),
        ] {
            assert_eq!(holds(column, long), expected, "{column}");
        }
    }
}
