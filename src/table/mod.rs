//! The output tables as data: their names, columns and rows, and the partial forms of the run-wide ones.
//!
//! A [`Table`] names its columns ([`Table::schema`]); a [`RowMaker`] turns one document and what was found in it into
//! rows of typed [`Value`]s, and hands each row to a [`RowWriter`]. Nothing here knows a file format: `export` writes
//! the values as CSV, JSON Lines and so on. Tables over the whole run (`entities`, `cooccurrences`) are aggregated in
//! a [`Partial`], which merges with others in any order and spills to sorted files ([`partial`]).

mod grouping;
pub mod number;
mod options;
pub mod partial;
mod rows;
mod schema;
mod shown;
#[cfg(test)]
pub(crate) mod testing;

pub use options::{Carried, RowOptions};
pub use partial::{Partial, Wanted};
pub use rows::{DocumentRows, RowMaker, problem_row};
pub(crate) use rows::{left_of, right_of};
pub use schema::{Column, ColumnType, Schema, TABLES, Table};

use std::borrow::Cow;

use crate::error::Result;

/// One cell, borrowed. The variant fits the column's [`ColumnType`], or is [`Value::Empty`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Not known or not given: an empty cell, `null` in JSON.
    Empty,
    /// Text, exactly as it is to be read back.
    Text(&'a str),
    /// Text that no text format must quote or escape ([`Value::known`]). What a run prints again and again (ids, kinds,
    /// names) is asked about once, not in each row.
    Plain(&'a str),
    /// A count or an offset.
    Integer(u64),
    /// A number with four decimals, in ten-thousandths.
    Fixed(i64),
    /// A value as JSON text (carried fields).
    Json(&'a str),
    /// Named JSON values: members of the row where the format has objects, else one cell with a JSON object.
    Members(&'a [(Cow<'a, str>, &'a str)]),
}

impl<'a> Value<'a> {
    /// Text, or [`Value::Empty`] where there is none.
    pub fn text(text: &'a str) -> Self {
        if text.is_empty() { Value::Empty } else { Value::Text(text) }
    }

    /// Text that is to be written many times: [`Value::Plain`] where it has no control character and none of `"`, `\`,
    /// `,` and `;`, and does not begin with one of `=`, `+`, `-` and `@`.
    pub fn known(text: &'a str) -> Self {
        let special = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\' | b',' | b';');
        if text.is_empty() {
            Value::Empty
        } else if text.starts_with(['=', '+', '-', '@']) || text.bytes().any(special) {
            Value::Text(text)
        } else {
            Value::Plain(text)
        }
    }
}

/// Takes the rows of one table, in order.
pub trait RowWriter {
    /// Takes one row: one value a column of the table's [`Schema`].
    ///
    /// # Errors
    /// The row cannot be written.
    fn row(&mut self, values: &[Value<'_>]) -> Result<()>;
}
