//! JSON Lines: one object a row, empty cells as `null`, carried fields as members of their own.

use std::borrow::Cow;

use super::{Dialect, Encoder, Format};
use crate::table::number::{push_fixed, push_integer};
use crate::table::{ColumnType, Schema, Value};

/// JSON Lines.
#[derive(Debug)]
pub struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extension(&self) -> &'static str {
        "jsonl"
    }

    fn description(&self) -> &'static str {
        "one JSON object a line"
    }

    fn encoder(&self, schema: &Schema, _dialect: Dialect) -> Box<dyn Encoder> {
        let key = |name: &str| {
            let mut key = Vec::new();
            string(name, &mut key);
            key.push(b':');
            key
        };
        let keys = schema.columns.iter().map(|column| (column.holds != ColumnType::Members).then(|| key(&column.name)));
        Box::new(Objects { keys: keys.collect() })
    }
}

/// Encoder of objects.
#[derive(Debug)]
struct Objects {
    /// Column names as JSON with a colon; `None` for the column whose members are members of the row.
    keys: Vec<Option<Vec<u8>>>,
}

impl Encoder for Objects {
    fn begin_file(&self, _out: &mut Vec<u8>) {}

    fn row(&mut self, values: &[Value<'_>], out: &mut Vec<u8>) {
        let start = out.len() + 1;
        out.push(b'{');
        for (key, value) in self.keys.iter().zip(values) {
            let Some(key) = key else {
                if let Value::Members(fields) = value {
                    separate(start, out);
                    members(fields, out);
                }
                continue;
            };
            separate(start, out);
            out.extend_from_slice(key);
            match value {
                Value::Empty => out.extend_from_slice(b"null"),
                Value::Plain(text) => {
                    out.push(b'"');
                    out.extend_from_slice(text.as_bytes());
                    out.push(b'"');
                }
                Value::Text(text) => string(text, out),
                Value::Integer(number) => push_integer(*number, out),
                Value::Fixed(number) => push_fixed(*number, out),
                Value::Json(json) => one_line(json, out),
                Value::Members(fields) => {
                    out.push(b'{');
                    members(fields, out);
                    out.push(b'}');
                }
            }
        }
        out.extend_from_slice(b"}\n");
    }
}

fn separate(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.push(b',');
    }
}

/// Names and values, without braces.
pub(super) fn members(members: &[(Cow<'_, str>, &str)], out: &mut Vec<u8>) {
    for (i, (name, json)) in members.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        one_line(json, out);
    }
}

/// JSON text without its line breaks, which can only be white space between tokens.
fn one_line(json: &str, out: &mut Vec<u8>) {
    out.extend(json.trim_ascii().bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (i, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..0x20 => b'u',
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..i]);
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(&[b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        from = i + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::super::tests::NASTY;
    use super::*;
    use crate::table::{Carried, RowOptions, Table};

    #[test]
    fn nasty_texts_read_back() {
        let schema = Table::Cooccurrences.schema(&RowOptions::default());
        let mut encoder = JsonLines.encoder(&schema, Dialect::Plain);
        for text in NASTY {
            let mut out = Vec::new();
            encoder.row(
                &[Value::Text(text), Value::Empty, Value::Integer(3), Value::Integer(u64::MAX), Value::Fixed(-5)],
                &mut out,
            );
            assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
            let row: serde_json::Value = serde_json::from_slice(&out).expect("one JSON object");
            assert_eq!(row["entity_a"], *text);
            let (mut known, mut plain) = (Vec::new(), Vec::new());
            encoder.row(&[Value::known(text)], &mut known);
            encoder.row(&[Value::text(text)], &mut plain);
            assert_eq!(known, plain);
            assert!(row["entity_b"].is_null());
            assert_eq!((&row["documents"], &row["sentences"]), (&3.into(), &u64::MAX.into()));
            assert_eq!(row["npmi"].as_f64(), Some(-0.000_5));
        }
    }

    #[test]
    fn carried_fields_are_members() {
        let carried = Carried { columns: vec!["section".into()], other: true };
        let schema = Table::Documents.schema(&RowOptions { carried, ..RowOptions::default() });
        let mut encoder = JsonLines.encoder(&schema, Dialect::Plain);
        let mut values = vec![Value::Empty; 11];
        let members = [(Cow::Borrowed("a"), "{\"x\":\n 1}"), (Cow::Borrowed("b\n"), "null")];
        values.extend([Value::Json("[1,\r\n2]"), Value::Members(&members)]);
        let mut out = Vec::new();
        encoder.row(&values, &mut out);
        let text = String::from_utf8_lossy(&out);
        assert!(text.ends_with("\"section\":[1,  2],\"a\":{\"x\":  1},\"b\\n\":null}\n"), "{text}");
        values[12] = Value::Empty;
        out.clear();
        encoder.row(&values, &mut out);
        assert!(out.ends_with(b"\"section\":[1,  2]}\n"));
    }
}
