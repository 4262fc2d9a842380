//! Tab-separated values.
//!
//! A cell with a tab, a quote or a line break stands in quotes, quotes inside are doubled: RFC 4180 with a tab for the
//! comma. So nothing of a text is lost, and every CSV reader loads the file with its delimiter set to tab. (The other
//! custom, no quoting at all, would have to alter the texts.)

use super::csv::Delimited;
use super::{Dialect, Encoder, Format};
use crate::table::Schema;

/// Tab-separated values.
#[derive(Debug)]
pub struct Tsv;

impl Format for Tsv {
    fn name(&self) -> &'static str {
        "tsv"
    }

    fn extension(&self) -> &'static str {
        "tsv"
    }

    fn description(&self) -> &'static str {
        "tab-separated values, quoted like CSV where a cell has a tab, a quote or a line break"
    }

    fn encoder(&self, schema: &Schema, _dialect: Dialect) -> Box<dyn Encoder> {
        Box::new(Delimited::<b'\t'>::new(schema, false))
    }
}
