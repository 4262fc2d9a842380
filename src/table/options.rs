//! What a user may choose about rows.

/// Choices that change columns or cells, the same for a whole run.
#[derive(Clone, Debug, Default)]
pub struct RowOptions {
    /// Language (primary subtag) of the `name` columns, where the entity has a name in it.
    pub name_lang: Option<String>,
    /// Characters of context on each side of a mention (columns `left`, `right`); 0 for no such columns.
    pub context: usize,
    /// Whether `documents` has the text.
    pub with_text: bool,
    /// Fields of the records that `documents` carries through.
    pub carried: Carried,
}

/// The carried fields of a run.
///
/// Rows stream out while the input is still being read, and a CSV cannot grow columns. So the columns are fixed before
/// the first row, from the fields of the first unit of input (or from the header of a tabular input); a field that
/// only turns up later is not lost: with `other` set there is one more column, `carried_other`, which holds the
/// remaining fields of a record as one JSON object (empty where there are none). Formats with objects (JSON Lines)
/// write such fields as members like any other.
///
/// In text formats a JSON string stands without its quotes and escapes, `null` is empty, any other value is its JSON
/// text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Fields with a column of their own, in order.
    pub columns: Vec<String>,
    /// Whether records may have fields outside `columns`. Where it is `false`, such fields are dropped: set it for
    /// every input whose records are free in their fields.
    pub other: bool,
}
