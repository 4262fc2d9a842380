//! Comma-separated values: RFC 4180 quoting, UTF-8, LF.

use super::{Dialect, Encoder, Format};
use crate::table::number::{push_fixed, push_integer};
use crate::table::{ColumnType, Schema, Value};

/// Comma-separated values.
#[derive(Debug)]
pub struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extension(&self) -> &'static str {
        "csv"
    }

    fn description(&self) -> &'static str {
        "comma-separated values, RFC 4180 quoting"
    }

    fn has_dialect(&self, _dialect: Dialect) -> bool {
        true
    }

    fn encoder(&self, schema: &Schema, dialect: Dialect) -> Box<dyn Encoder> {
        match dialect {
            Dialect::Plain => Box::new(Delimited::<b','>::new(schema, false)),
            Dialect::Excel => Box::new(Delimited::<b';'>::new(schema, true)),
        }
    }
}

/// Encoder of CSV and its kin. Written by hand: a row of `mentions` has 18 cells of which few need quotes, and asking
/// eight bytes at a time whether a cell needs them is several times as fast as a state machine for each byte. The
/// tests read everything back with the `csv` crate.
#[derive(Debug)]
pub(super) struct Delimited<const DELIMITER: u8> {
    header: Vec<String>,
    excel: bool,
    /// Whether a row that is one empty cell must be told from no row.
    single: bool,
    scratch: Vec<u8>,
}

impl<const DELIMITER: u8> Delimited<DELIMITER> {
    pub fn new(schema: &Schema, excel: bool) -> Self {
        Self {
            header: schema.names().map(str::to_owned).collect(),
            excel,
            single: schema.columns.len() == 1 && schema.columns[0].holds == ColumnType::Text,
            scratch: Vec::new(),
        }
    }

    fn end_row(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.excel { b"\r\n" } else { b"\n" });
    }

    #[inline]
    fn text(&self, text: &[u8], out: &mut Vec<u8>) {
        // A spreadsheet takes a cell with one of these in front for a formula (or strips a TAB or CR and then does).
        let guard = self.excel && matches!(text.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
        if !needs_quotes(text, DELIMITER) {
            if guard {
                out.push(b'\'');
            }
            push_cell(text, out);
            return;
        }
        out.push(b'"');
        if guard {
            out.push(b'\'');
        }
        let mut rest = text;
        while let Some(quote) = memchr::memchr(b'"', rest) {
            out.extend_from_slice(&rest[..=quote]);
            out.push(b'"');
            rest = &rest[quote + 1..];
        }
        out.extend_from_slice(rest);
        out.push(b'"');
    }

    fn json(&self, json: &str, out: &mut Vec<u8>) {
        match json.trim_ascii() {
            "null" => {}
            json if json.starts_with('"') => {
                let inner = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
                if !inner.contains('\\') {
                    return self.text(inner.as_bytes(), out);
                }
                let text = serde_json::from_str::<String>(json);
                self.text(text.as_deref().unwrap_or(json).as_bytes(), out);
            }
            // A number of a record stays a number in a spreadsheet, minus sign or not.
            json if json.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
                out.extend_from_slice(json.as_bytes());
            }
            json => self.text(json.as_bytes(), out),
        }
    }
}

impl<const DELIMITER: u8> Encoder for Delimited<DELIMITER> {
    fn begin_file(&self, out: &mut Vec<u8>) {
        if self.excel {
            out.extend_from_slice("\u{FEFF}".as_bytes());
        }
        for (i, name) in self.header.iter().enumerate() {
            if i > 0 {
                out.push(DELIMITER);
            }
            self.text(name.as_bytes(), out);
        }
        self.end_row(out);
    }

    fn row(&mut self, values: &[Value<'_>], out: &mut Vec<u8>) {
        let start = out.len();
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.push(DELIMITER);
            }
            match value {
                Value::Empty => {}
                Value::Plain(text) => push_cell(text.as_bytes(), out),
                Value::Text(text) => self.text(text.as_bytes(), out),
                Value::Integer(number) => push_integer(*number, out),
                Value::Fixed(number) => push_fixed(*number, out),
                Value::Json(json) => self.json(json, out),
                Value::Members(members) => {
                    let mut scratch = std::mem::take(&mut self.scratch);
                    scratch.clear();
                    scratch.push(b'{');
                    super::jsonl::members(members, &mut scratch);
                    scratch.push(b'}');
                    self.text(&scratch, out);
                    self.scratch = scratch;
                }
            }
        }
        if self.single && out.len() == start {
            out.extend_from_slice(b"\"\"");
        }
        self.end_row(out);
    }
}

/// Appends a cell. Most have up to 32 bytes; these are copied by words of a fixed length, of which the last is cut,
/// without a call.
#[inline]
fn push_cell(text: &[u8], out: &mut Vec<u8>) {
    let len = out.len() + text.len();
    if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<16>())
        && text.len() < 32
    {
        out.extend_from_slice(first);
        out.extend_from_slice(
            &u128::from_le_bytes(*last).checked_shr(8 * (32 - text.len() as u32)).unwrap_or(0).to_le_bytes(),
        );
    } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>())
        && text.len() < 16
    {
        out.extend_from_slice(first);
        out.extend_from_slice(
            &u64::from_le_bytes(*last).checked_shr(8 * (16 - text.len() as u32)).unwrap_or(0).to_le_bytes(),
        );
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>())
        && text.len() < 8
    {
        out.extend_from_slice(first);
        out.extend_from_slice(
            &u32::from_le_bytes(*last).checked_shr(8 * (8 - text.len() as u32)).unwrap_or(0).to_le_bytes(),
        );
    } else {
        out.extend_from_slice(text);
    }
    out.truncate(len);
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Marks the eight bytes that are `byte`, in their highest bits. Bytes above a real hit may be marked as well, but none
/// without one; the other bits mean nothing.
#[inline]
fn has(eight: u64, byte: u8) -> u64 {
    let zero = eight ^ (ONES * u64::from(byte));
    zero.wrapping_sub(ONES) & !zero
}

#[inline]
fn special(eight: u64, delimiter: u8) -> u64 {
    (has(eight, delimiter) | has(eight, b'"') | has(eight, b'\n') | has(eight, b'\r')) & HIGHS
}

/// Whether a cell must stand in quotes.
#[inline]
fn needs_quotes(text: &[u8], delimiter: u8) -> bool {
    let eight = |bytes: &[u8; 8]| special(u64::from_ne_bytes(*bytes), delimiter);
    let sixteen = |bytes: &[u8; 16]| {
        let (eights, _) = bytes.as_chunks::<8>();
        eights.iter().fold(0, |found, bytes| found | eight(bytes))
    };
    // Most cells have 8 to 32 bytes: two or four words that overlap in the middle, without a loop and without copying
    // a rest of one to seven bytes, which costs more than all else.
    if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        if text.len() <= 32 {
            return sixteen(first) | sixteen(last) != 0;
        }
        let (chunks, _) = text.as_chunks::<16>();
        return chunks.iter().fold(sixteen(last), |found, chunk| found | sixteen(chunk)) != 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return eight(first) | eight(last) != 0;
    }
    let word = match (text.first_chunk::<4>(), text.last_chunk::<4>(), text) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_ne_bytes(*first)) << 32 | u64::from(u32::from_ne_bytes(*last))
        }
        (_, _, [first, .., last]) => u64::from(text[1]) << 16 | u64::from(*first) << 8 | u64::from(*last),
        (_, _, [only]) => u64::from(*only),
        _ => return false,
    };
    special(word, delimiter) != 0
}

#[cfg(test)]
mod tests {
    use super::super::tests::NASTY;
    use super::*;
    use crate::table::{RowOptions, Table};
    use proptest::prelude::*;

    fn schema() -> Schema {
        Table::Cooccurrences.schema(&RowOptions::default())
    }

    fn encode(format: &dyn Format, dialect: Dialect, rows: &[Vec<Value<'_>>]) -> Vec<u8> {
        let mut encoder = format.encoder(&schema(), dialect);
        let mut out = Vec::new();
        encoder.begin_file(&mut out);
        rows.iter().for_each(|row| encoder.row(row, &mut out));
        encoder.end_chunk(&mut out);
        encoder.end_file(&mut out);
        out
    }

    fn read(bytes: &[u8], delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
        let rows = reader.records().map(|row| row.expect("rows of equal length").iter().map(str::to_owned).collect());
        rows.collect()
    }

    fn round_trip(texts: &[&str]) {
        for (format, delimiter) in [(&Csv as &dyn Format, b','), (&super::super::tsv::Tsv, b'\t')] {
            let rows: Vec<Vec<Value<'_>>> = texts
                .iter()
                .map(|text| {
                    vec![Value::Text(text), Value::Integer(7), Value::Empty, Value::Text(text), Value::Fixed(-1)]
                })
                .collect();
            let read = read(&encode(format, Dialect::Plain, &rows), delimiter);
            let known: Vec<Vec<Value<'_>>> =
                texts.iter().zip(&rows).map(|(text, row)| [&[Value::known(text)], &row[1..]].concat()).collect();
            assert_eq!(encode(format, Dialect::Plain, &known), encode(format, Dialect::Plain, &rows));
            let expected: Vec<Vec<String>> =
                texts.iter().map(|text| [text, "7", "", text, "-0.0001"].map(str::to_owned).to_vec()).collect();
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn nasty_texts_read_back() {
        round_trip(NASTY);
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text in "[a;,\"\r\n\t\u{0}é🇻]{0,24}") {
            round_trip(&[&text]);
        }

        #[test]
        fn quotes_are_asked_for_exactly_where_needed(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let plain = bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
            prop_assert_eq!(needs_quotes(&bytes, b','), plain);
        }
    }

    #[test]
    fn bytes_are_as_rfc_4180_has_them() {
        let row = vec![Value::Text("a"), Value::Text("b,\"c\"\n"), Value::Empty, Value::Text("d\re"), Value::Fixed(1)];
        let expected = "entity_a,entity_b,documents,sentences,npmi\na,\"b,\"\"c\"\"\n\",,\"d\re\",0.0001\n";
        assert_eq!(String::from_utf8_lossy(&encode(&Csv, Dialect::Plain, &[row])), expected);
    }

    #[test]
    fn spreadsheets_get_a_mark_semicolons_and_no_formulas() {
        let row = |text| vec![Value::Text(text), Value::Json("\"=1\""), Value::Json("-12.5"), Value::Fixed(-125_000)];
        let bytes = encode(&Csv, Dialect::Excel, &NASTY.iter().map(|text| row(*text)).collect::<Vec<_>>());
        for text in NASTY {
            let known = encode(&Csv, Dialect::Excel, &[vec![Value::known(text)]]);
            assert_eq!(known, encode(&Csv, Dialect::Excel, &[vec![Value::Text(text)]]));
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBFentity_a;entity_b;documents;sentences;npmi\r\n");
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.expect("a head"));
        let rows: Vec<_> = reader.records().map(|row| row.expect("rows of equal length")).collect();
        assert_eq!(rows.len(), NASTY.len());
        for (row, text) in rows.iter().zip(NASTY) {
            let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
            assert_eq!(row.iter().collect::<Vec<_>>(), [&format!("{guard}{text}"), "'=1", "-12.5", "-12.5000"]);
        }
        assert!(bytes.ends_with(b"\r\n"));
    }

    #[test]
    fn json_values_stand_as_text() {
        let json = ["\"plain\"", "\"a\\\"b\\u00e9\"", "null", "true", "-1e5", "[1,\"x\"]", "{\"a\":null}"];
        let row = json.map(Value::Json);
        let mut encoder = Csv.encoder(&schema(), Dialect::Plain);
        let mut out = Vec::new();
        encoder.row(&row, &mut out);
        let expected = "plain,\"a\"\"bé\",,true,-1e5,\"[1,\"\"x\"\"]\",\"{\"\"a\"\":null}\"\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn a_row_of_one_empty_cell_is_a_row() {
        let mut schema = schema();
        schema.columns.truncate(1);
        let mut out = Vec::new();
        Csv.encoder(&schema, Dialect::Plain).row(&[Value::Empty], &mut out);
        assert_eq!(out, b"\"\"\n");
    }
}
