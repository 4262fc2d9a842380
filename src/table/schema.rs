//! Which tables there are and which columns they have.

use super::options::RowOptions;

/// A table of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row a mention.
    Mentions,
    /// One row an entity over the whole run.
    Entities,
    /// One row an entity and document.
    DocumentEntities,
    /// One row a topic and document.
    Topics,
    /// One row a document.
    Documents,
    /// One row a pair of entities over the whole run.
    Cooccurrences,
    /// One row a problem of the input.
    Errors,
}

/// All tables, in the order of `--help`, `run.json` and `-t all`.
pub const TABLES: &[Table] = &[
    Table::Mentions,
    Table::Entities,
    Table::DocumentEntities,
    Table::Topics,
    Table::Documents,
    Table::Cooccurrences,
    Table::Errors,
];

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A whole number, not negative.
    Integer,
    /// A number with four decimals.
    Fixed,
    /// A JSON value.
    Json,
    /// The fields of a record that have no column of their own.
    Members,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header row.
    pub name: String,
    /// What its cells hold.
    pub holds: ColumnType,
}

/// The columns of one table in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The table.
    pub table: Table,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

impl Schema {
    /// The names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    fn push(&mut self, name: &str, holds: ColumnType) {
        self.columns.push(Column { name: name.to_owned(), holds });
    }
}

use ColumnType::{Fixed, Integer, Json, Members, Text};

impl Table {
    /// The name of the table, which is also the stem of its file.
    pub fn name(self) -> &'static str {
        match self {
            Table::Mentions => "mentions",
            Table::Entities => "entities",
            Table::DocumentEntities => "document_entities",
            Table::Topics => "topics",
            Table::Documents => "documents",
            Table::Cooccurrences => "cooccurrences",
            Table::Errors => "errors",
        }
    }

    /// The table under a name.
    pub fn named(name: &str) -> Option<Self> {
        TABLES.iter().copied().find(|table| table.name() == name)
    }

    /// One line for `--help`.
    pub fn description(self) -> &'static str {
        match self {
            Table::Mentions => "every place where a document names an entity",
            Table::Entities => "one row an entity over the whole run",
            Table::DocumentEntities => "one row an entity and document, with its share of the document",
            Table::Topics => "the themes of each document, with the evidence",
            Table::Documents => "one row a document",
            Table::Cooccurrences => "pairs of entities that occur in the same documents",
            Table::Errors => "what could not be read, and where",
        }
    }

    /// Whether the rows are about the whole run, so that they exist only when all documents are read.
    pub fn is_run_wide(self) -> bool {
        matches!(self, Table::Entities | Table::Cooccurrences)
    }

    /// The columns that every run has.
    pub fn columns(self) -> &'static [(&'static str, ColumnType)] {
        match self {
            Table::Mentions => &[
                ("doc_id", Text),
                ("start_char", Integer),
                ("end_char", Integer),
                ("start_byte", Integer),
                ("end_byte", Integer),
                ("surface", Text),
                ("kind", Text),
                ("entity_id", Text),
                ("name", Text),
                ("matched_name", Text),
                ("score", Fixed),
                ("rule", Text),
                ("sentence", Integer),
                ("parent", Text),
                ("role", Text),
                ("title", Text),
                ("antecedent", Text),
                ("wikidata", Text),
            ],
            Table::Entities => &[
                ("entity_id", Text),
                ("kind", Text),
                ("name", Text),
                ("mentions", Integer),
                ("documents", Integer),
                ("first_date", Text),
                ("last_date", Text),
                ("salience", Fixed),
                ("country", Text),
                ("lat", Fixed),
                ("lon", Fixed),
                ("ids", Text),
            ],
            Table::DocumentEntities => &[
                ("doc_id", Text),
                ("entity_id", Text),
                ("kind", Text),
                ("name", Text),
                ("mentions", Integer),
                ("first_char", Integer),
                ("salience", Fixed),
            ],
            Table::Topics => &[
                ("doc_id", Text),
                ("topic_id", Text),
                ("name", Text),
                ("score", Fixed),
                ("mentions", Integer),
                ("evidence", Text),
            ],
            Table::Documents => &[
                ("doc_id", Text),
                ("path", Text),
                ("title", Text),
                ("date", Text),
                ("lang", Text),
                ("offsets", Text),
                ("chars", Integer),
                ("words", Integer),
                ("mentions", Integer),
                ("entities", Integer),
                ("top_topic", Text),
            ],
            Table::Cooccurrences => &[
                ("entity_a", Text),
                ("entity_b", Text),
                ("documents", Integer),
                ("sentences", Integer),
                ("npmi", Fixed),
            ],
            Table::Errors => &[
                ("doc_id", Text),
                ("path", Text),
                ("line", Integer),
                ("byte", Integer),
                ("severity", Text),
                ("problem", Text),
            ],
        }
    }

    /// The columns of a run with these options: `left` and `right` with context, carried fields and `text` of the
    /// documents.
    ///
    /// A carried field whose name is that of a column gets `carried_` in front until the name is free.
    pub fn schema(self, options: &RowOptions) -> Schema {
        let mut schema = Schema { table: self, columns: Vec::new() };
        for (name, holds) in self.columns() {
            schema.push(name, *holds);
        }
        match self {
            Table::Mentions if options.context > 0 => {
                schema.push("left", Text);
                schema.push("right", Text);
            }
            Table::Documents => {
                for field in &options.carried.columns {
                    let mut name = field.clone();
                    // `text` is reserved whether it is written or not: the same input has the same column names.
                    while name == "text" || name == OTHER_CARRIED || schema.names().any(|column| column == name) {
                        name.insert_str(0, "carried_");
                    }
                    schema.push(&name, Json);
                }
                if options.carried.other {
                    schema.push(OTHER_CARRIED, Members);
                }
                if options.with_text {
                    schema.push("text", Text);
                }
            }
            _ => {}
        }
        schema
    }
}

/// The column of carried fields without a column of their own.
pub(super) const OTHER_CARRIED: &str = "carried_other";

#[cfg(test)]
mod tests {
    use super::super::Carried;
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back_to_the_table() {
        for table in TABLES {
            assert_eq!(Table::named(table.name()), Some(*table));
            assert!(!table.description().is_empty());
            let mut names: Vec<&str> = table.columns().iter().map(|(name, _)| *name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.columns().len(), "{table:?}");
        }
        assert_eq!(Table::named("all"), None);
    }

    #[test]
    fn options_add_columns_at_the_end_and_no_name_twice() {
        let options = RowOptions {
            context: 20,
            with_text: true,
            carried: Carried { columns: ["section", "mentions", "text"].map(String::from).to_vec(), other: true },
            ..RowOptions::default()
        };
        let mentions = Table::Mentions.schema(&options);
        assert_eq!(mentions.names().skip(18).collect::<Vec<_>>(), ["left", "right"]);
        let documents = Table::Documents.schema(&options);
        let added: Vec<&str> = documents.names().skip(11).collect();
        assert_eq!(added, ["section", "carried_mentions", "carried_text", "carried_other", "text"]);
        assert_eq!(Table::Topics.schema(&options).columns.len(), 6);
    }
}
