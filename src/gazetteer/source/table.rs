//! Rows of a delimited file, shared by its two forms: header, cell counts, UTF-8, blank rows.

use std::borrow::Cow;

use super::columns::{self, Column, Field, Form, Languages};
use super::records::{Cell, Records, Step};
use super::report::{Fault, Report};
use super::{Output, SourceFile};

/// A delimited file after its header.
pub(super) struct Table<'a> {
    records: Records<'a>,
    /// The whole file, if it is UTF-8 throughout; otherwise each row is looked at.
    whole: Option<&'a str>,
    columns: Vec<Column>,
    name: usize,
    /// Length of the byte-order mark.
    offset: u64,
    /// Where the cells of the row stand, in `text`, which begins at byte `base` of the file.
    row: Vec<Cell>,
    text: &'a str,
    base: usize,
    /// The few cells that say something else than what is written, by column.
    unescaped: Vec<(usize, String)>,
}

impl<'a> Table<'a> {
    /// Reads the header. Without a `name` column there is nothing to read: `None`, and the file is unusable.
    pub(super) fn open(file: &SourceFile<'a>, form: Form, output: &mut Output<'_>) -> Option<Self> {
        let mut records = Records::new(file.bytes, columns::delimiter(file.bytes, file.extension));
        let mut row = Vec::new();
        let line = match records.next(&mut row) {
            Step::Record(line) => line,
            Step::Broken(line, fault) => {
                output.report.unusable(Some(line), Fault::new("bad-header", fault.message));
                return None;
            }
            Step::End => {
                output.report.unusable(None, Fault::new("bad-header", "empty file, a header with `name` is needed"));
                return None;
            }
        };
        let Ok((text, base)) = records.text() else {
            output.report.unusable(Some(line), Fault::new("bad-header", "the header is no UTF-8"));
            return None;
        };
        let header: Vec<Cow<'_, str>> = row.iter().map(|cell| cell.of(text, base)).collect();
        let cells: Vec<&str> = header.iter().map(AsRef::as_ref).collect();
        let columns = columns::header(&cells, form, line, output.languages, &mut output.report);
        let Some(name) = columns.iter().position(|column| *column == Column::Field(Field::Name)) else {
            let mut message = "no column `name`".to_owned();
            let typo =
                cells.iter().find(|cell| columns::likely(&cell.trim().to_lowercase(), form).as_deref() == Some("name"));
            if let Some(typo) = typo {
                message = format!("{message}, is it `{typo}`?");
            } else if !has_known(&columns) {
                message.push_str(": the first row must be a header");
            }
            output.report.unusable(Some(line), Fault::new("bad-header", message));
            return None;
        };
        let whole = file.text;
        Some(Self { records, whole, columns, name, offset: file.offset, row, text, base, unescaped: Vec::new() })
    }

    /// Goes to the next row that can be used and is not blank; gives its line.
    pub(super) fn next(&mut self, report: &mut Report) -> Option<u64> {
        loop {
            let line = match self.records.next(&mut self.row) {
                Step::End => return None,
                Step::Record(line) => line,
                Step::Broken(line, fault) => {
                    report.error(line, fault);
                    report.skipped += 1;
                    continue;
                }
            };
            let text = self.whole.map_or_else(|| self.records.text(), |text| Ok((text, 0)));
            (self.text, self.base) = match text {
                Ok(text) => text,
                Err((line, byte)) => {
                    let advice = "invalid UTF-8: save the file as UTF-8";
                    report.error_at_byte(line, byte + self.offset, Fault::new("invalid-utf8", advice));
                    report.skipped += 1;
                    continue;
                }
            };
            self.unescaped.clear();
            let (text, base) = (self.text, self.base);
            let escaped = self.row.iter().enumerate().filter(|(_, cell)| cell.is_escaped());
            self.unescaped.extend(escaped.map(|(column, cell)| (column, cell.of(text, base).into_owned())));
            if (0..self.row.len()).all(|column| is_blank(self.cell(column))) {
                continue;
            }
            if self.row.len() != self.columns.len() {
                let (cells, columns) = (self.row.len(), self.columns.len());
                let mut message = format!("row of {cells} cells under a header of {columns}");
                let height = self.records.height();
                if height > 1 {
                    message.push_str(&format!(", {height} lines long (is a quote left open?)"));
                }
                report.error(line, Fault::new("bad-row", message));
                report.skipped += 1;
                continue;
            }
            return Some(line);
        }
    }

    /// The columns of the row with their cells, blank ones left out.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&Column, &str)> {
        let cells = (0..self.row.len()).map(|column| self.cell(column));
        self.columns.iter().zip(cells).filter(|(_, cell)| !is_blank(cell))
    }

    /// What the row says in a column.
    fn cell(&self, column: usize) -> &str {
        let cell = self.row[column];
        if cell.is_escaped() {
            let found = self.unescaped.binary_search_by_key(&column, |(other, _)| *other);
            return found.map_or("", |at| &self.unescaped[at].1);
        }
        cell.raw(self.text, self.base)
    }

    /// The cell of the column `name` as it stands.
    pub(super) fn name(&self) -> &str {
        self.cell(self.name)
    }
}

fn is_blank(cell: &str) -> bool {
    cell.trim_start().is_empty()
}

fn has_known(columns: &[Column]) -> bool {
    columns.iter().any(|column| matches!(column, Column::Field(_) | Column::Names(..)))
}

/// Whether a file is in the long form, for the formats' claims.
pub(super) fn is_long(file: &SourceFile<'_>) -> bool {
    columns::is_long(file.bytes, file.extension)
}

/// The tag of a cell or key; a malformed one is cut to its language, with a warning the first time.
pub(super) fn language(
    languages: &mut Languages,
    report: &mut Report,
    line: u64,
    text: &str,
) -> Option<std::sync::Arc<str>> {
    match languages.get(text) {
        columns::Tag::Known(tag) => tag,
        columns::Tag::Malformed(primary) => {
            let used = primary.as_deref().map_or("none".to_owned(), |tag| format!("`{tag}`"));
            let message = format!("no BCP 47 language tag, {used} is used: `{}`", text.trim());
            report.warning_once(line, "bad-language", message);
            primary
        }
    }
}
