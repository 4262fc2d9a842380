//! Rows that are checked, then appended to a gazetteer file, which keeps its form.

use std::io::Write;
use std::path::{Path, PathBuf};

use hashbrown::HashMap;

use super::discover::list;
use crate::error::{Error, Problem, Result, Severity};
use crate::gazetteer::source::layout::{Holds, Layout, column_key, each_record, each_step, holds, layout};
use crate::gazetteer::{Action, Entity, Gazetteer, Layer, ReadOptions, lint, replace, source};
use crate::text::{Language, lang};

/// A row to be: values by column, in the order in which a new file has the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRow {
    cells: Vec<(String, Value)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Items(Vec<String>),
}

impl NewRow {
    /// Gives a column one value.
    pub fn set(&mut self, column: impl Into<String>, value: impl Into<String>) {
        self.cells.push((column.into(), Value::Text(value.into())));
    }

    /// Adds an item to a list column (`aliases`, `needs` …).
    pub fn push(&mut self, column: &str, item: impl Into<String>) {
        let known = self.cells.iter_mut().find(|(other, _)| other == column);
        match known.map(|(_, value)| value) {
            Some(Value::Items(items)) => items.push(item.into()),
            _ => self.cells.push((column.to_owned(), Value::Items(vec![item.into()]))),
        }
    }

    fn text(value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Items(items) => list(items),
        }
    }
}

/// How rows are added.
#[derive(Clone, Copy, Debug, Default)]
pub struct AddOptions {
    /// Add columns that the file lacks.
    pub add_columns: bool,
    /// Add rows although the file lists a name of theirs.
    pub force: bool,
    /// Only check and show.
    pub dry_run: bool,
}

/// What came of adding rows.
#[derive(Debug, Default)]
pub struct Added {
    /// The rows as they are written, without line ends.
    pub rows: Vec<String>,
    /// Why rows were refused, each at its place: its line among the rows given, counted from 1.
    pub refused: Vec<Problem>,
    /// What is doubtful about the rows added.
    pub warnings: Vec<Problem>,
}

/// Columns of a file that is made, if the row does not fill them.
const NEW_FILE: [&str; 4] = ["id", "kind", "name", "aliases"];

/// Checks rows and appends those that are sound, all in one step.
///
/// # Errors
/// The file cannot be read or written, is broken already, is of a form that takes no rows (compiled, long), or lacks
/// columns.
pub fn add(path: &Path, rows: &[NewRow], options: AddOptions) -> Result<Added> {
    let file = Target::read(path, rows, options)?;
    let old = file.layer(&file.bytes, false)?;
    if let Some(error) = old.problems.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(Error::message(format!("the file has errors already (see `gazetier lint`): {error}")));
    }
    let mut known = Known::default();
    old.entities.iter().for_each(|entity| known.add(entity, file.place(entity)));
    let mut added = Added::default();
    let mut content = file.bytes.clone();
    if !content.is_empty() && !content.ends_with(b"\n") && !content.ends_with(b"\r") {
        content.extend_from_slice(file.line_end.as_bytes());
    }
    let start = 1 + lines(&content);
    let mut at = start;
    // Lines of the file that each row takes, to give problems of the whole back to it.
    let mut places: Vec<(u64, u64)> = Vec::new();
    for (line, row) in (1u64..).zip(rows) {
        let mut refuse = |code: &'static str, message: String| {
            added.refused.push(Problem::error(code, message).at_line(line));
        };
        let written = file.record(row)?;
        let alone = file.layer(&file.with_header(&written), true)?;
        let errors: Vec<&Problem> = alone.problems.iter().filter(|p| p.severity == Severity::Error).collect();
        if !errors.is_empty() {
            errors.into_iter().for_each(|problem| refuse(problem.code, problem.message.clone()));
            continue;
        }
        let Some(entity) = alone.entities.first().filter(|e| !e.names.is_empty() || e.action == Action::Remove) else {
            refuse("no-name", "nothing of the name is left to search for".to_owned());
            continue;
        };
        if let Some((code, message)) = known.clash(entity, options.force) {
            refuse(code, message);
            continue;
        }
        known.add(entity, format!("{}:{at}", path.display()));
        content.extend_from_slice(written.as_bytes());
        content.extend_from_slice(file.line_end.as_bytes());
        let height = 1 + lines(written.as_bytes());
        places.push((at, at + height));
        at += height;
        added.rows.push(written);
    }
    // What only the whole shows: parents, above all, which may be built-in entities.
    let layer = file.layer(&content, true)?;
    let whole = Gazetteer::builtin_rows().layer(Gazetteer::from_layer(layer))?;
    let own = path.display().to_string();
    for problem in lint::lint(&whole, &|word| lang::is_common(Language::UND, word)) {
        let line = problem.line.unwrap_or(0);
        if problem.path.as_deref() != Some(&own) || !places.iter().any(|(from, to)| (*from..*to).contains(&line)) {
            continue;
        }
        let list = if problem.severity == Severity::Error { &mut added.refused } else { &mut added.warnings };
        list.push(Problem { path: None, ..problem });
    }
    if !added.refused.is_empty()
        && added.refused.iter().any(|problem| matches!(problem.code, "unknown-parent" | "parent-cycle"))
    {
        // The rows hang together: none is added rather than some of them.
        added.rows.clear();
    }
    if !options.dry_run && !added.rows.is_empty() {
        replace(path, |out| out.write_all(&content).map_err(Error::from))?;
    }
    Ok(added)
}

fn lines(bytes: &[u8]) -> u64 {
    let breaks = |(at, byte): (usize, &u8)| *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    bytes.iter().enumerate().filter(|pair| breaks(*pair)).count() as u64
}

/// The file that rows are appended to.
struct Target {
    path: PathBuf,
    name: String,
    /// Its content, with the columns that are added.
    bytes: Vec<u8>,
    /// `None` for JSON Lines.
    layout: Option<Layout>,
    line_end: &'static str,
}

impl Target {
    fn read(path: &Path, rows: &[NewRow], options: AddOptions) -> Result<Self> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let mut bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::io(path, error)),
        };
        let shown = path.display();
        if extension == "jsonl" {
            let crlf = bytes.split_inclusive(|byte| *byte == b'\n').next().is_some_and(|line| line.ends_with(b"\r\n"));
            let line_end = if crlf { "\r\n" } else { "\n" };
            return Ok(Self { path: path.to_path_buf(), name, bytes, layout: None, line_end });
        }
        if !matches!(extension.as_str(), "csv" | "tsv") {
            return Err(Error::message(format!("rows are added to .csv, .tsv and .jsonl files, not to `{shown}`")));
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            bytes = header(rows, if extension == "tsv" { "\t" } else { "," }).into_bytes();
        }
        let Some(mut layout) = layout(&bytes, &extension) else {
            return Err(Error::message(format!("{shown}:1: the header cannot be read")));
        };
        if layout.long {
            return Err(Error::message(format!(
                "{shown}: the long form has a row for each name: add rows to a wide file"
            )));
        }
        let missing = missing(&layout, rows, &name);
        if !missing.is_empty() {
            if !options.add_columns {
                let missing = missing.join(", ");
                return Err(Error::message(format!(
                    "{shown}: no such columns, give --add-columns to add them: `{missing}`"
                )));
            }
            bytes = widened(&bytes, &layout, &missing);
            layout.columns.extend(missing);
        }
        let line_end = layout.line_end;
        Ok(Self { path: path.to_path_buf(), name, bytes, layout: Some(layout), line_end })
    }

    /// Reads content as this file.
    fn layer(&self, content: &[u8], lenient: bool) -> Result<Layer> {
        let shown = self.path.display().to_string();
        let Ok(text) = std::str::from_utf8(content) else {
            return Err(Error::message(format!("{shown}: the file is no UTF-8")));
        };
        if text.trim().is_empty() {
            return Ok(Layer::default());
        }
        let mut layer = source::read_texts(&shown, &[(&self.name, text)], ReadOptions { lenient })?;
        for problem in &mut layer.problems {
            problem.path = Some(shown.clone());
        }
        layer.files = vec![shown];
        Ok(layer)
    }

    fn place(&self, entity: &Entity) -> String {
        format!("{}:{}", self.path.display(), entity.line)
    }

    /// A row under the file's header, as a file of its own.
    fn with_header(&self, row: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(layout) = &self.layout {
            each_record(&self.bytes, layout.delimiter, |record| {
                bytes.extend_from_slice(&self.bytes[..record.range.end]);
                false
            });
            if !bytes.ends_with(b"\n") && !bytes.ends_with(b"\r") {
                bytes.extend_from_slice(self.line_end.as_bytes());
            }
        }
        bytes.extend_from_slice(row.as_bytes());
        bytes
    }

    /// A row as it is written, without its line end.
    fn record(&self, row: &NewRow) -> Result<String> {
        let Some(layout) = &self.layout else { return Ok(json(row)) };
        let cells: Vec<String> = layout
            .columns
            .iter()
            .map(|column| {
                let value = row.cells.iter().find(|(other, _)| column_key(other) == column_key(column));
                value.map_or(String::new(), |(_, value)| NewRow::text(value))
            })
            .collect();
        let mut writer = csv::WriterBuilder::new().delimiter(layout.delimiter).from_writer(Vec::new());
        let failed = |error: String| Error::message(format!("the row cannot be written: {error}"));
        writer.write_record(&cells).map_err(|error| failed(error.to_string()))?;
        let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
        Ok(text.trim_end_matches('\n').to_owned())
    }
}

fn json(row: &NewRow) -> String {
    let object: serde_json::Map<String, serde_json::Value> = row
        .cells
        .iter()
        .map(|(column, value)| {
            let value = match value {
                Value::Text(text) => serde_json::Value::String(text.clone()),
                Value::Items(items) => items.clone().into(),
            };
            (column.clone(), value)
        })
        .collect();
    serde_json::Value::Object(object).to_string()
}

/// The header of a new file: the usual columns, then what the rows need.
fn header(rows: &[NewRow], delimiter: &str) -> String {
    let mut columns: Vec<&str> = NEW_FILE.to_vec();
    for (column, _) in rows.iter().flat_map(|row| &row.cells) {
        if !columns.iter().any(|known| column_key(known) == column_key(column)) {
            columns.push(column);
        }
    }
    let quoted: Vec<String> = columns
        .iter()
        .map(|column| {
            if column.contains([',', ';', '\t', '"', '\n', '\r']) {
                format!("\"{}\"", column.replace('"', "\"\""))
            } else {
                (*column).to_owned()
            }
        })
        .collect();
    format!("{}\n", quoted.join(delimiter))
}

/// Columns that rows fill and the file lacks. A kind that the file's name gives needs no column.
fn missing(layout: &Layout, rows: &[NewRow], name: &str) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    let by_name = source::kind_of_stem(name);
    for (column, value) in rows.iter().flat_map(|row| &row.cells) {
        let key = column_key(column);
        let listed = layout.columns.iter().chain(&missing).any(|known| column_key(known) == key);
        let given = key == "kind" && NewRow::text(value) == by_name;
        if !listed && !given {
            missing.push(column.clone());
        }
    }
    missing
}

/// The file with more columns at the end, empty but for the header; all other bytes stay.
fn widened(bytes: &[u8], layout: &Layout, columns: &[String]) -> Vec<u8> {
    let mut wide = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut from = 0;
    let mut header = true;
    each_record(bytes, layout.delimiter, |record| {
        let range = &bytes[record.range.clone()];
        let breaks = range
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'\n' | b'\r'))
            .count()
            .min(if range.ends_with(b"\r\n") { 2 } else { 1 });
        let end = record.range.end - breaks;
        wide.extend_from_slice(&bytes[from..end]);
        for column in columns {
            wide.push(layout.delimiter);
            if header {
                let special = [layout.delimiter, b'"', b'\n', b'\r'];
                if column.bytes().any(|byte| special.contains(&byte)) {
                    wide.extend_from_slice(format!("\"{}\"", column.replace('"', "\"\"")).as_bytes());
                } else {
                    wide.extend_from_slice(column.as_bytes());
                }
            }
        }
        header = false;
        from = end;
        true
    });
    wide.extend_from_slice(&bytes[from..]);
    wide
}

/// Ids and names that the file lists, with their places.
#[derive(Default)]
struct Known {
    ids: HashMap<String, String>,
    names: HashMap<String, (String, String)>,
}

impl Known {
    fn add(&mut self, entity: &Entity, place: String) {
        if entity.action == Action::Remove {
            return;
        }
        for id in [&entity.id].into_iter().chain(entity.outside()) {
            self.ids.entry(id.to_string()).or_insert_with(|| place.clone());
        }
        for name in &entity.names {
            self.names.entry(name.text.to_string()).or_insert_with(|| (entity.id.to_string(), place.clone()));
        }
    }

    /// Why an entity cannot be added.
    fn clash(&self, entity: &Entity, force: bool) -> Option<(&'static str, String)> {
        let ids = [&entity.id].into_iter().chain(entity.outside());
        for id in ids.filter(|_| entity.action != Action::Remove) {
            if let Some(place) = self.ids.get(id.as_str()) {
                let message = if entity.id_derived && *id == entity.id {
                    format!("{place} lists this name under the same derived id, give one with --id: `{id}`")
                } else {
                    format!("{place} lists the id already: `{id}`")
                };
                return Some(("duplicate-id", message));
            }
        }
        if force {
            return None;
        }
        let listed = entity.names.iter().find_map(|name| Some((name, self.names.get(name.text.as_str())?)));
        listed.map(|(name, (id, place))| {
            let message =
                format!("{place} lists the name already, for `{id}` (--force adds it all the same): `{}`", name.text);
            ("duplicate-name", message)
        })
    }
}

/// Columns of a file of candidates that are no part of a gazetteer.
const EVIDENCE: [&str; 8] =
    ["accept", "score", "mentions", "documents", "evidence", "context1", "context2", "context3"];

/// The rows of a file of candidates that are marked in the column `accept`, each with its line.
///
/// # Errors
/// The file cannot be read, or has no column `accept`.
pub fn accepted(path: &Path) -> Result<Vec<(u64, NewRow)>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let shown = path.display();
    let layout =
        layout(&bytes, &extension).ok_or_else(|| Error::message(format!("{shown}:1: the header cannot be read")))?;
    let Some(mark) = layout.columns.iter().position(|column| column_key(column) == "accept") else {
        return Err(Error::message(format!("{shown}:1: no column `accept`")));
    };
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut header = true;
    each_step(&bytes, layout.delimiter, |step| {
        let record = match step {
            Ok(record) => record,
            Err((line, fault)) => {
                let problem = Problem::error(fault.code, fault.message);
                problems.push(problem.in_file(shown.to_string()).at_line(line));
                return true;
            }
        };
        if std::mem::take(&mut header) {
            return true;
        }
        let cells: Option<Vec<String>> = record
            .cells
            .iter()
            .map(|(range, doubled)| {
                let text = std::str::from_utf8(&bytes[range.clone()]).ok()?;
                Some(if *doubled { text.replace("\"\"", "\"") } else { text.to_owned() })
            })
            .collect();
        let mut refuse = |message: String| {
            problems.push(Problem::error("bad-row", message).in_file(shown.to_string()).at_line(record.line));
        };
        let Some(cells) = cells else {
            refuse("invalid UTF-8: save the file as UTF-8".to_owned());
            return true;
        };
        if cells.len() != layout.columns.len() {
            refuse(format!("row of {} cells under a header of {}", cells.len(), layout.columns.len()));
            return true;
        }
        match cells[mark].trim().to_lowercase().as_str() {
            "1" | "x" | "yes" | "true" | "y" | "oui" | "có" => {}
            "" | "0" | "no" | "false" | "n" | "non" | "không" => return true,
            other => {
                refuse(format!("accept is neither yes nor no: `{other}`"));
                return true;
            }
        }
        let mut row = NewRow::default();
        for (column, cell) in layout.columns.iter().zip(&cells) {
            if EVIDENCE.contains(&column_key(column).as_str()) || cell.trim().is_empty() {
                continue;
            }
            if holds(column, false) == Holds::Names {
                source::list::items(cell).for_each(|item| row.push(column, item));
            } else {
                row.set(column, cell.trim());
            }
        }
        rows.push((record.line, row));
        true
    });
    if problems.is_empty() { Ok(rows) } else { Err(Error::from_problems(problems)) }
}

#[cfg(test)]
mod tests;
