//! The file of candidates: the wide form of a gazetteer, with what a curator wants to see beside it.

use std::io::Write;

use super::Discovered;
use crate::error::{Error, Result};

/// The columns: those of a gazetteer, then `accept` to mark rows in, then the evidence.
pub const COLUMNS: [&str; 13] = [
    "accept",
    "id",
    "kind",
    "name",
    "aliases",
    "acronyms",
    "score",
    "mentions",
    "documents",
    "evidence",
    "context1",
    "context2",
    "context3",
];

/// Writes candidates as CSV.
///
/// # Errors
/// The output cannot be written.
pub fn write(found: &[Discovered], out: impl Write) -> Result<()> {
    let failed = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::from(error),
        other => Error::message(format!("a row cannot be written: {other:?}")),
    };
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS).map_err(failed)?;
    for row in found {
        let context = |place: usize| row.contexts.get(place).map_or("", String::as_str);
        let numbers = [format!("{:.4}", row.score), row.mentions.to_string(), row.documents.to_string()];
        let (aliases, acronyms, evidence) = (list(&row.aliases), list(&row.acronyms), row.evidence.join("|"));
        let cells = [
            "",
            &row.id,
            &row.kind,
            &row.name,
            &aliases,
            &acronyms,
            &numbers[0],
            &numbers[1],
            &numbers[2],
            &evidence,
            context(0),
            context(1),
            context(2),
        ];
        writer.write_record(cells).map_err(failed)?;
    }
    writer.flush().map_err(Error::from)
}

/// Items separated by bars, as lists of a gazetteer are.
pub(crate) fn list(items: &[impl AsRef<str>]) -> String {
    let escaped: Vec<String> =
        items.iter().map(|item| item.as_ref().replace('\\', "\\\\").replace('|', "\\|")).collect();
    escaped.join("|")
}
