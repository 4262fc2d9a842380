//! Rows of the tables about documents.

use std::borrow::Cow;

use super::grouping::{Grouping, slice};
use super::number::{as_text, push_fixed, push_range};
use super::options::RowOptions;
use super::schema::{Schema, Table};
use super::shown::{Shown, ShownCache};
use super::{RowWriter, Value};
use crate::error::{Problem, Result};
use crate::lexicon::{KindId, Stack};
use crate::resolve::Extraction;
use crate::text::{Document, Repair, Span};

/// Columns of `mentions` with context; the array that a row is built in.
const MENTION_COLUMNS: usize = 20;
/// Columns of `documents` that every run has.
const DOCUMENT_COLUMNS: usize = 11;

/// Makes rows of documents. One a thread; its buffers are reused, so that rows cost no allocation.
#[derive(Clone, Debug)]
pub struct RowMaker<'s> {
    stack: &'s Stack,
    options: RowOptions,
    /// Names of the columns for carried fields, as [`Table::schema`] gave them.
    documents: Schema,
    kinds: Vec<Value<'s>>,
    rule: (&'static str, Value<'static>),
    shown: ShownCache<'s>,
    grouping: Grouping,
    originals: Originals,
    scratch: Vec<u8>,
}

impl<'s> RowMaker<'s> {
    /// A maker of rows over the entities of a stack.
    pub fn new(stack: &'s Stack, options: RowOptions) -> Self {
        Self {
            stack,
            documents: Table::Documents.schema(&options),
            options,
            kinds: stack.kinds.iter().map(|kind| Value::known(kind)).collect(),
            rule: ("", Value::Empty),
            shown: ShownCache::new(),
            grouping: Grouping::default(),
            originals: Originals::default(),
            scratch: Vec::new(),
        }
    }

    /// Prepares the rows of a document from what was found in it.
    pub fn document<'m, 'd>(
        &'m mut self,
        document: &'d Document<'d>,
        extraction: &'d Extraction,
    ) -> DocumentRows<'m, 's, 'd> {
        self.originals.of(&document.repairs);
        let id = match Value::known(&document.id) {
            Value::Empty => Value::Text(""),
            id => id,
        };
        DocumentRows { maker: self, document, extraction, id, grouped: false }
    }
}

/// The rows of one document.
#[derive(Debug)]
pub struct DocumentRows<'m, 's, 'd> {
    maker: &'m mut RowMaker<'s>,
    pub(super) document: &'d Document<'d>,
    pub(super) extraction: &'d Extraction,
    id: Value<'d>,
    /// Whether the maker's grouping is that of this document.
    grouped: bool,
}

impl<'s> DocumentRows<'_, 's, '_> {
    pub(super) fn stack(&self) -> &'s Stack {
        self.maker.stack
    }

    pub(super) fn grouping(&self) -> &Grouping {
        debug_assert!(self.grouped);
        &self.maker.grouping
    }

    /// Groups the mentions by entity; not every table asks for that.
    pub(super) fn group(&mut self) {
        if !std::mem::replace(&mut self.grouped, true) {
            self.maker.grouping.group(self.document, self.extraction);
        }
    }

    /// Hands the rows of a table to a writer. Run-wide tables and `errors` have no rows that come from a document.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write<W: RowWriter + ?Sized>(&mut self, table: Table, out: &mut W) -> Result<()> {
        match table {
            Table::Mentions => self.mentions(out),
            Table::DocumentEntities => self.document_entities(out),
            Table::Topics => self.topics(out),
            Table::Documents => self.documents(out),
            Table::Entities | Table::Cooccurrences | Table::Errors => Ok(()),
        }
    }

    fn mentions<W: RowWriter + ?Sized>(&mut self, out: &mut W) -> Result<()> {
        if self.extraction.mentions.iter().any(|mention| mention.entity.is_none()) {
            self.group();
        }
        let RowMaker { stack, options, kinds, rule, shown, grouping, originals, scratch, .. } = &mut *self.maker;
        let text: &str = &self.document.text;
        let name_lang = options.name_lang.as_deref();
        let columns = if options.context > 0 { MENTION_COLUMNS } else { MENTION_COLUMNS - 2 };
        // More at once would push each other out again.
        let ahead = 64;
        for (index, mention) in self.extraction.mentions.iter().enumerate() {
            if index % ahead == 0 {
                let next = &self.extraction.mentions[index..];
                shown.prefetch(next.iter().take(ahead).filter_map(|mention| mention.entity));
            }
            let (entity, name, matched_name) = match mention.entity {
                Some(entity) => {
                    let (shown, listed) = shown.get_named(stack, name_lang, entity, mention.name);
                    (shown, shown.name, listed)
                }
                None => {
                    let name = grouping.entry(index).map(|entry| grouping.name(entry)).unwrap_or_default();
                    (Shown::NONE, Value::text(name), Value::Empty)
                }
            };
            // The names of rules are constants of the program: the same place is the same text.
            if !std::ptr::eq(rule.0, mention.rule) {
                *rule = (mention.rule, Value::known(mention.rule));
            }
            scratch.clear();
            if let Some(parent) = mention.parent {
                originals.push_range(parent, scratch);
            }
            let parent_len = scratch.len();
            if let Some(antecedent) = mention.antecedent {
                originals.push_range(antecedent, scratch);
            }
            let (parent, antecedent) = scratch.split_at(parent_len);
            let part = |span: Option<Span>| span.map_or(Value::Empty, |span| Value::text(slice(text, span)));
            let (left, right) = match options.context {
                0 => ("", ""),
                chars => (
                    left_of(text, mention.span.start as usize, chars),
                    right_of(text, mention.span.end as usize, chars),
                ),
            };
            let values: [Value<'_>; MENTION_COLUMNS] = [
                self.id,
                Value::Integer(u64::from(mention.chars.start)),
                Value::Integer(u64::from(mention.chars.end)),
                Value::Integer(originals.original(mention.span.start)),
                Value::Integer(originals.original(mention.span.end)),
                Value::Text(slice(text, mention.span)),
                kind_of(kinds, mention.kind),
                entity.id,
                name,
                matched_name,
                Value::Fixed((f64::from(mention.score) * 10_000.0).round() as i64),
                rule.1,
                Value::Integer(u64::from(mention.sentence)),
                Value::text(as_text(parent)),
                part(mention.role),
                part(mention.title),
                Value::text(as_text(antecedent)),
                entity.wikidata,
                Value::text(left),
                Value::text(right),
            ];
            out.row(&values[..columns])?;
        }
        Ok(())
    }

    fn document_entities<W: RowWriter + ?Sized>(&mut self, out: &mut W) -> Result<()> {
        self.group();
        let RowMaker { stack, options, kinds, shown, grouping, .. } = &mut *self.maker;
        for (entry, first) in self.extraction.entities.iter().enumerate() {
            let Some(mention) = self.extraction.mentions.get(*first as usize) else { continue };
            let (entity_id, name) = match mention.entity {
                Some(entity) => {
                    let shown = shown.get(stack, options.name_lang.as_deref(), entity);
                    (shown.id, shown.name)
                }
                None => (Value::Empty, Value::text(grouping.name(entry))),
            };
            out.row(&[
                self.id,
                entity_id,
                kind_of(kinds, mention.kind),
                name,
                Value::Integer(u64::from(grouping.count(entry))),
                Value::Integer(u64::from(mention.chars.start)),
                Value::Fixed(i64::from(self.extraction.salience.get(entry).copied().unwrap_or(0))),
            ])?;
        }
        Ok(())
    }

    fn topics<W: RowWriter + ?Sized>(&mut self, out: &mut W) -> Result<()> {
        let RowMaker { stack, options, shown, scratch, .. } = &mut *self.maker;
        for topic in &self.extraction.topics {
            let theme = shown.get(stack, options.name_lang.as_deref(), topic.entity);
            scratch.clear();
            for (i, (chars, weight)) in topic.evidence.iter().enumerate() {
                if i > 0 {
                    scratch.push(b'|');
                }
                push_range(u64::from(chars.start), u64::from(chars.end), scratch);
                scratch.push(b':');
                push_fixed(i64::from(*weight), scratch);
            }
            out.row(&[
                self.id,
                theme.id,
                theme.name,
                Value::Fixed(i64::from(topic.score)),
                Value::Integer(u64::from(topic.mentions)),
                Value::text(as_text(scratch)),
            ])?;
        }
        Ok(())
    }

    fn documents<W: RowWriter + ?Sized>(&mut self, out: &mut W) -> Result<()> {
        let RowMaker { stack, options, documents: schema, shown, .. } = &mut *self.maker;
        let (document, extraction) = (self.document, self.extraction);
        let top_topic = match extraction.topics.first() {
            Some(topic) => shown.get(stack, options.name_lang.as_deref(), topic.entity).id,
            None => Value::Empty,
        };
        let standard = [
            self.id,
            Value::text(&document.path),
            Value::text(&document.title),
            Value::text(&document.date),
            Value::text(extraction.language.as_str()),
            Value::Text(document.offsets.as_str()),
            Value::Integer(extraction.chars),
            Value::Integer(extraction.words),
            Value::Integer(extraction.mentions.len() as u64),
            Value::Integer(extraction.entities.len() as u64),
            top_topic,
        ];
        if schema.columns.len() == DOCUMENT_COLUMNS {
            return out.row(&standard);
        }
        let mut values = Vec::with_capacity(schema.columns.len());
        values.extend(standard);
        let carried = &document.carried;
        for (i, column) in options.carried.columns.iter().enumerate() {
            // Records of one input mostly have the same fields in the same order.
            let found = carried.get(i).filter(|field| field.0 == *column);
            let found = found.or_else(|| carried.iter().find(|field| field.0 == *column));
            values.push(found.map_or(Value::Empty, |field| Value::Json(&field.1)));
        }
        let others: Vec<(Cow<'_, str>, &str)> = match options.carried.other {
            true => carried
                .iter()
                .filter(|field| !options.carried.columns.iter().any(|column| *column == field.0))
                .map(|field| (free_name(&field.0, schema), &*field.1))
                .collect(),
            false => Vec::new(),
        };
        if options.carried.other {
            values.push(if others.is_empty() { Value::Empty } else { Value::Members(&others) });
        }
        if options.with_text {
            values.push(Value::Text(&document.text));
        }
        out.row(&values)
    }
}

#[inline]
fn kind_of<'s>(kinds: &[Value<'s>], kind: KindId) -> Value<'s> {
    kinds.get(usize::from(kind.0)).copied().unwrap_or(Value::Empty)
}

/// The name of a carried field as a member beside the columns of `documents`.
fn free_name<'a>(field: &'a str, schema: &Schema) -> Cow<'a, str> {
    let mut name = Cow::Borrowed(field);
    while name == "text" || schema.names().any(|column| column == name) {
        name.to_mut().insert_str(0, "carried_");
    }
    name
}

/// Hands the row of `errors` for a problem to a writer.
///
/// # Errors
/// Those of the writer.
pub fn problem_row<W: RowWriter + ?Sized>(problem: &Problem, doc_id: &str, out: &mut W) -> Result<()> {
    let number = |number: Option<u64>| number.map_or(Value::Empty, Value::Integer);
    out.row(&[
        Value::text(doc_id),
        Value::text(problem.path.as_deref().unwrap_or_default()),
        number(problem.line),
        number(problem.byte),
        Value::Text(problem.severity.as_str()),
        Value::Text(&problem.message),
    ])
}

/// [`Document::original_byte`] for many offsets in any order: sums of the repairs' lengths, found by bisection.
#[derive(Clone, Debug, Default)]
struct Originals {
    /// Offset of a repair in the text, and how much longer the text is than the original behind it.
    longer: Vec<(u32, u64)>,
}

impl Originals {
    fn of(&mut self, repairs: &[Repair]) {
        self.longer.clear();
        let mut sum = 0;
        for repair in repairs {
            sum += 3 - u64::from(repair.original.min(3));
            self.longer.push((repair.at, sum));
        }
    }

    #[inline]
    fn original(&self, byte: u32) -> u64 {
        let before = self.longer.partition_point(|repair| repair.0 < byte);
        u64::from(byte) - before.checked_sub(1).map_or(0, |last| self.longer[last].1)
    }

    fn push_range(&self, span: Span, out: &mut Vec<u8>) {
        push_range(self.original(span.start), self.original(span.end), out);
    }
}

pub(crate) fn left_of(text: &str, byte: usize, chars: usize) -> &str {
    let before = text.get(..byte).unwrap_or_default();
    let start = before.char_indices().rev().take(chars).last().map_or(byte, |(start, _)| start);
    before.get(start..).unwrap_or_default()
}

pub(crate) fn right_of(text: &str, byte: usize, chars: usize) -> &str {
    let after = text.get(byte..).unwrap_or_default();
    let end = after.char_indices().nth(chars).map_or(after.len(), |(end, _)| end);
    &after[..end]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Lines, found, mention, person, place, stack, theme, unlisted};
    use super::super::{Carried, TABLES};
    use super::*;
    use crate::resolve::Topic;
    use crate::text::Language;

    fn rows(maker: &mut RowMaker, document: &Document, extraction: &Extraction, table: Table) -> Vec<String> {
        let mut lines = Lines::default();
        maker.document(document, extraction).write(table, &mut lines).expect("lines take every row");
        lines.0
    }

    #[test]
    fn a_mention_row_has_every_column_in_order() {
        let stack = stack();
        let (text, repairs) = Document::decode(b"\xF0\x9F. L'ancien pr\xC3\xA9sident M. Obama. Il vit \xC3\xA0 Paris.");
        let document = Document { id: "d1".into(), text, repairs, ..Document::default() };
        let mut mentions = vec![
            mention(&stack, &document, "Obama", person("barack-obama")),
            mention(&stack, &document, "Paris", place("paris")),
        ];
        let at = |part: &str| {
            let start = document.text.find(part).expect("part of the text") as u32;
            Some(Span::new(start, start + part.len() as u32))
        };
        mentions[0].role = at("ancien président");
        mentions[0].title = at("M.");
        mentions[0].score = 0.876_54;
        mentions[1].parent = at("M. Obama");
        mentions[1].antecedent = at("Obama");
        mentions[1].sentence = 2;
        let extraction = found(&stack, &document, mentions);
        let mut maker = RowMaker::new(&stack, RowOptions { context: 4, ..RowOptions::default() });
        let expected = [
            "d1|25|30|27|32|Obama|person|gz:person/barack-obama|Barack Obama|Obama|0.8765|exact|0|-|ancien président|M.|-|Q76| M. |. Il",
            "d1|41|46|44|49|Paris|place|gz:place/paris|Paris|Paris|1.0000|exact|2|24-32|-|-|27-32|Q90|t à |.",
        ];
        assert_eq!(rows(&mut maker, &document, &extraction, Table::Mentions), expected);
        for (mention, row) in extraction.mentions.iter().zip(expected) {
            let start = row.split('|').nth(3).and_then(|cell| cell.parse().ok());
            assert_eq!(start, Some(document.original_byte(mention.span.start)));
        }
        let mut maker = RowMaker::new(&stack, RowOptions { name_lang: Some("vi".into()), ..RowOptions::default() });
        let row = &rows(&mut maker, &document, &extraction, Table::Mentions)[1];
        assert!(row.ends_with("gz:place/paris|Pa-ri|Paris|1.0000|exact|2|24-32|-|-|27-32|Q90"), "{row}");
    }

    #[test]
    fn an_unlisted_mention_has_a_name_and_no_id() {
        let stack = stack();
        let document = Document::new("d", "Mme Léa\n Roux");
        let extraction = found(&stack, &document, vec![unlisted(&stack, &document, "Léa\n Roux", "person")]);
        let mut maker = RowMaker::new(&stack, RowOptions::default());
        assert_eq!(
            rows(&mut maker, &document, &extraction, Table::Mentions),
            ["d|4|13|4|14|Léa\n Roux|person|-|Léa Roux|-|1.0000|unlisted-title|0|-|-|-|-|-"]
        );
        assert_eq!(
            rows(&mut maker, &document, &extraction, Table::DocumentEntities),
            ["d|-|person|Léa Roux|1|4|1.0000"]
        );
    }

    #[test]
    fn document_entities_topics_and_documents_by_hand() {
        let stack = stack();
        let document = Document {
            path: "a/b.txt".into(),
            title: "Titre".into(),
            date: "2025-10-28".into(),
            ..Document::new("d", "Paris, Obama, Paris")
        };
        let mut mentions = vec![
            mention(&stack, &document, "Paris", place("paris")),
            mention(&stack, &document, "Obama", person("barack-obama")),
        ];
        let mut last = mentions[0].clone();
        (last.span, last.chars) = (Span::new(14, 19), Span::new(14, 19));
        mentions.push(last);
        let mut extraction = found(&stack, &document, mentions);
        extraction.entities = vec![0, 1];
        extraction.salience = vec![6_667, 3_333];
        (extraction.language, extraction.words, extraction.chars) = (Language::of_tag("fr"), 3, 19);
        extraction.topics.push(Topic {
            entity: stack.find(theme("trade")).expect("a listed theme"),
            score: 10_000,
            mentions: 2,
            evidence: vec![(Span::new(0, 5), 6_667), (Span::new(14, 19), 3_333)],
        });
        let mut maker = RowMaker::new(&stack, RowOptions::default());
        assert_eq!(
            rows(&mut maker, &document, &extraction, Table::DocumentEntities),
            ["d|gz:place/paris|place|Paris|2|0|0.6667", "d|gz:person/barack-obama|person|Barack Obama|1|7|0.3333"]
        );
        let evidence = "0-5:0.6667|14-19:0.3333";
        assert_eq!(
            rows(&mut maker, &document, &extraction, Table::Topics),
            [format!("d|gz:theme/trade|Trade|1.0000|2|{evidence}")]
        );
        assert_eq!(
            rows(&mut maker, &document, &extraction, Table::Documents),
            ["d|a/b.txt|Titre|2025-10-28|fr|decoded|19|3|3|2|gz:theme/trade"]
        );
    }

    #[test]
    fn carried_fields_have_fixed_columns_and_the_rest_one_object() {
        let stack = stack();
        let mut document = Document::new("d", "");
        document.carried = [("extra", "[1, 2]"), ("author", "\"A\""), ("words", "7"), ("chars", "8")]
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec();
        let extraction = Extraction::default();
        let carried = Carried { columns: ["author", "words", "section"].map(String::from).to_vec(), other: true };
        let options = RowOptions { carried, with_text: true, ..RowOptions::default() };
        assert_eq!(
            Table::Documents.schema(&options).names().skip(11).collect::<Vec<_>>(),
            ["author", "carried_words", "section", "carried_other", "text"]
        );
        let mut maker = RowMaker::new(&stack, options.clone());
        let all = rows(&mut maker, &document, &extraction, Table::Documents);
        assert_eq!(all, ["d|-|-|-|und|decoded|0|0|0|0|-|\"A\"|7|-|extra=[1, 2],carried_chars=8|"]);
        let options = RowOptions { carried: Carried { other: false, ..options.carried }, ..options };
        let without = rows(&mut RowMaker::new(&stack, options), &document, &extraction, Table::Documents);
        assert_eq!(without, ["d|-|-|-|und|decoded|0|0|0|0|-|\"A\"|7|-|"]);
    }

    #[test]
    fn every_row_has_as_many_values_as_its_table_has_columns() {
        let stack = stack();
        let document = Document::new("d", "Paris");
        let extraction = found(&stack, &document, vec![mention(&stack, &document, "Paris", place("paris"))]);
        let options = RowOptions { context: 1, with_text: true, ..RowOptions::default() };
        let mut maker = RowMaker::new(&stack, options.clone());
        for table in TABLES {
            let columns = table.schema(&options).columns.len();
            for row in rows(&mut maker, &document, &extraction, *table) {
                assert_eq!(row.split('|').count(), columns, "{table:?}");
            }
        }
        let mut lines = Lines::default();
        let problem = Problem::error("bad-json", "not JSON").in_file("a.jsonl").at_line(3);
        problem_row(&problem, "", &mut lines).expect("lines take every row");
        assert_eq!(lines.0, ["-|a.jsonl|3|-|error|not JSON"]);
    }

    #[test]
    fn original_offsets_are_those_of_the_document() {
        let (text, repairs) = Document::decode(b"a\xFFb\xE2\x82c\xF0\x9F\x92\xFFd");
        let document = Document { text, repairs, ..Document::default() };
        let mut originals = Originals::default();
        originals.of(&document.repairs);
        for byte in 0..=document.text.len() as u32 {
            assert_eq!(originals.original(byte), document.original_byte(byte), "{byte}");
        }
    }

    #[test]
    fn context_is_counted_in_characters() {
        let text = "Hà Nội, ở đây";
        assert_eq!((left_of(text, 0, 3), left_of(text, 4, 2), left_of(text, 4, 9)), ("", "à ", "Hà "));
        assert_eq!(
            (right_of(text, 9, 3), right_of(text, 9, 99), right_of(text, text.len(), 2)),
            (", ở", ", ở đây", "")
        );
    }
}
