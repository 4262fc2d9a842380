//! Output formats: one trait, one file a format, one list.
//!
//! How a table becomes a file: worker threads each encode the rows of some documents with an [`Encoder`] into a
//! *chunk* of bytes; chunks lie one after the other in input order and make a *part*; [`Format::join`] makes the file
//! from the parts. In text formats a chunk is lines, so that a file is a head, all chunks, and an end, and the same
//! bytes may also go out as they come ([`Format::streams`]). A columnar format (row groups, a footer) frames its chunks
//! as it likes in [`Encoder::end_chunk`], reads them back in `join`, and does not stream.
//!
//! To add a format: write its file beside `csv.rs`, add it to [`FORMATS`]. The tests here go through the list.

mod csv;
mod jsonl;
mod tsv;

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::table::{RowWriter, Schema, Value};

/// All formats, in the order of `--help`; the first is the default.
pub const FORMATS: &[&dyn Format] = &[&csv::Csv, &tsv::Tsv, &jsonl::JsonLines];

/// The format under a name.
pub fn format_named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// The format that a file's extension asks for.
pub fn format_of_extension(extension: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.extension().eq_ignore_ascii_case(extension))
}

/// Who is to read a text format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Programs: no byte-order mark, LF.
    #[default]
    Plain,
    /// Spreadsheets (`--excel`): byte-order mark, `;`, CRLF, and no cell of text that could be taken for a formula.
    Excel,
}

/// An output format.
pub trait Format: Send + Sync + std::fmt::Debug {
    /// What `--format` calls it.
    fn name(&self) -> &'static str;

    /// The extension of its files, without a dot.
    fn extension(&self) -> &'static str;

    /// One line for `--help`.
    fn description(&self) -> &'static str;

    /// Whether the format has this dialect.
    fn has_dialect(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Plain
    }

    /// Whether chunks may be written out as they come, after [`Encoder::begin_file`] and before
    /// [`Encoder::end_file`]. A format that does not stream makes its file in [`Format::join`] only.
    fn streams(&self) -> bool {
        true
    }

    /// An encoder for a table.
    fn encoder(&self, schema: &Schema, dialect: Dialect) -> Box<dyn Encoder>;

    /// Makes the file of a table from its parts (each some chunks, in order).
    ///
    /// # Errors
    /// A part cannot be read or the file not be written, with its path.
    fn join(&self, schema: &Schema, dialect: Dialect, parts: &[PathBuf], out: &mut OutFile) -> Result<()> {
        let encoder = self.encoder(schema, dialect);
        let mut bytes = Vec::new();
        encoder.begin_file(&mut bytes);
        out.write(&bytes)?;
        for part in parts {
            let mut file = File::open(part).map_err(|error| Error::io(part, error))?;
            // File to file: the system copies without passing the bytes through this process.
            io::copy(&mut file, &mut out.file).map_err(|error| Error::io(&out.path, error))?;
        }
        bytes.clear();
        encoder.end_file(&mut bytes);
        out.write(&bytes)
    }
}

/// A file that is being written, and what to call it in errors.
#[derive(Debug)]
pub struct OutFile {
    /// Its path.
    pub path: PathBuf,
    /// The open file.
    pub file: File,
}

impl OutFile {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let file = File::create(&path).map_err(|error| Error::io(&path, error))?;
        Ok(Self { path, file })
    }

    /// Writes all bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| Error::io(&self.path, error))
    }
}

/// Encodes rows of one table. One a thread and table.
pub trait Encoder: Send {
    /// What stands before the first chunk of a file (a header row).
    fn begin_file(&self, out: &mut Vec<u8>);

    /// Adds a row to the current chunk: one value a column.
    fn row(&mut self, values: &[Value<'_>], out: &mut Vec<u8>);

    /// Ends a chunk: a format that holds rows back writes them now.
    fn end_chunk(&mut self, _out: &mut Vec<u8>) {}

    /// What stands after the last chunk of a file.
    fn end_file(&self, _out: &mut Vec<u8>) {}
}

/// Rows of one table as encoded bytes.
pub struct Encoded<'a> {
    /// The encoder.
    pub encoder: &'a mut dyn Encoder,
    /// Where the bytes go.
    pub bytes: &'a mut Vec<u8>,
    /// Rows written so far.
    pub rows: &'a mut u64,
}

impl RowWriter for Encoded<'_> {
    #[inline]
    fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        self.encoder.row(values, self.bytes);
        *self.rows += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::table::{RowOptions, TABLES, Table};

    /// Texts that break careless writers.
    pub(super) const NASTY: &[&str] = &[
        "plain",
        "",
        " ",
        "a,b",
        "a;b",
        "a\tb",
        "\"",
        "\"\"quoted\"\", twice",
        "line\nbreak",
        "carriage\rreturn",
        "both\r\n",
        "\n",
        "=1+1",
        "+33 1",
        "-12.5",
        "@name",
        "\tindented",
        "null",
        "NA",
        "00123",
        "\u{FEFF}mark",
        "\u{0}\u{1F}",
        "\\n \\\" \\u0041",
        "đặng — “Hà Nội” 🇻🇳\u{2028}",
        "ends with a quote\"",
        "'",
        "0123456789abcdef0123456789abcdef,0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef\"",
    ];

    #[test]
    fn formats_have_names_of_their_own_and_find_their_files() {
        let mut names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FORMATS.len());
        for format in FORMATS {
            assert_eq!(format_named(format.name()).map(Format::name), Some(format.name()));
            assert_eq!(format_of_extension(format.extension()).map(Format::name), Some(format.name()));
            assert!(!format.description().is_empty() && format.has_dialect(Dialect::Plain));
        }
        assert!(format_named("xml").is_none());
    }

    #[test]
    fn parts_join_to_what_a_stream_writes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for format in FORMATS {
            for table in TABLES {
                let schema = table.schema(&RowOptions::default());
                let row = vec![Value::Text("é,\"\n"); schema.columns.len()];
                let mut streamed = Vec::new();
                let mut parts = Vec::new();
                let mut encoder = format.encoder(&schema, Dialect::Plain);
                encoder.begin_file(&mut streamed);
                for i in 0..3 {
                    let mut chunk = Vec::new();
                    (0..i).for_each(|_| encoder.row(&row, &mut chunk));
                    encoder.end_chunk(&mut chunk);
                    let part = folder.path().join(format!("{}.{i}", table.name()));
                    std::fs::write(&part, &chunk).expect("a file of our own");
                    streamed.extend(chunk);
                    parts.push(part);
                }
                encoder.end_file(&mut streamed);
                let path = folder.path().join("joined");
                let mut out = OutFile::create(&path).expect("a file of our own");
                format.join(&schema, Dialect::Plain, &parts, &mut out).expect("room on the disk");
                assert_eq!(std::fs::read(&path).expect("the file just written"), streamed, "{}", format.name());
            }
        }
    }

    #[test]
    fn a_row_writer_counts_rows() {
        let schema = Table::Errors.schema(&RowOptions::default());
        let mut encoder = csv::Csv.encoder(&schema, Dialect::Plain);
        let (mut bytes, mut rows) = (Vec::new(), 0);
        let mut out = Encoded { encoder: &mut *encoder, bytes: &mut bytes, rows: &mut rows };
        let members = [(Cow::Borrowed("a"), "1")];
        out.row(&[Value::Empty, Value::Members(&members)]).expect("memory takes every row");
        assert_eq!((rows, bytes.as_slice()), (1, b",\"{\"\"a\"\":1}\"\n".as_slice()));
    }
}
