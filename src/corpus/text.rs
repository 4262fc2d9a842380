//! Plain text: one file is one document.
//!
//! The document is the file byte for byte, a byte-order mark included, so that offsets count in the file. Invalid UTF-8
//! is shown as U+FFFD with an entry in [`Document::repairs`], and reported once a document. NUL is a character like any
//! other, and an empty file a document without text.

use super::split::WholeFile;
use super::{Chunk, Format, RecordProblem, Scratch, Splitter, too_large_problem, utf16_problem};
use crate::error::Problem;
use crate::text::{Document, Offsets, dated_first_line};
use std::borrow::Cow;

/// Plain text in UTF-8.
#[derive(Debug)]
pub struct PlainText;

impl Format for PlainText {
    fn name(&self) -> &'static str {
        "text"
    }

    fn folder_extensions(&self) -> &'static [&'static str] {
        &["txt", "text", "md"]
    }

    fn argument_extensions(&self) -> &'static [&'static str] {
        &[""]
    }

    fn carries(&self) -> bool {
        false
    }

    fn splitter(&self) -> Box<dyn Splitter> {
        Box::new(WholeFile::default())
    }

    fn documents(
        &self,
        chunk: Chunk<'_>,
        _scratch: &mut Scratch,
        each: &mut dyn FnMut(Result<Document<'_>, RecordProblem>),
    ) {
        if let Some(problem) = utf16_problem(chunk.bytes()) {
            return each(Err(chunk.problem(chunk.id(), problem)));
        }
        let (text, repairs) = Document::decode(chunk.bytes());
        if text.len() as u64 > chunk.max_document_bytes() {
            // Only replaced bytes can make a text longer than its file.
            let problem = too_large_problem("the decoded text", chunk.max_document_bytes());
            return each(Err(chunk.problem(chunk.id(), problem)));
        }
        let (date, title) = match &text {
            Cow::Borrowed(text) => {
                let (date, title) = dated_first_line(text).unwrap_or_default();
                (Cow::Borrowed(date), Cow::Borrowed(title))
            }
            Cow::Owned(text) => {
                let (date, title) = dated_first_line(text).unwrap_or_default();
                (Cow::Owned(date.to_owned()), Cow::Owned(title.to_owned()))
            }
        };
        let invalid = repairs.first().map(|first| (u64::from(first.at), repairs.len()));
        each(Ok(Document {
            id: chunk.id().into(),
            text,
            repairs,
            path: chunk.path().into(),
            title,
            date,
            offsets: Offsets::File,
            ..Document::default()
        }));
        if let Some((first, count)) = invalid {
            // Nothing was replaced before the first one, so its place is the same in file and text.
            each(Err(chunk.problem(chunk.id(), invalid_utf8_problem(count).at_byte(first))));
        }
    }
}

/// The warning of bytes that are no UTF-8.
pub(super) fn invalid_utf8_problem(count: usize) -> Problem {
    let sequences = if count == 1 { "sequence" } else { "sequences" };
    Problem::warning("invalid-utf8", format!("{count} invalid UTF-8 {sequences} shown as U+FFFD"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Origin, ParseOptions};
    use crate::text::Repair;
    use proptest::prelude::*;

    /// A document as text, date, title and repairs, or a problem as it prints.
    type Outcome = Result<(String, String, String, Vec<Repair>), String>;

    /// The outcomes of one file.
    fn read(bytes: &[u8], max_document_bytes: u64) -> Vec<Outcome> {
        let origin = Origin { id: "a.txt".into(), path: "in/a.txt".into(), shown: "in/a.txt".into() };
        let options = ParseOptions { carry: true, max_document_bytes, batch_bytes: 1 };
        let chunk = Chunk { bytes, origin: &origin, line: 1, offset: 0, options };
        let mut out = Vec::new();
        PlainText.documents(chunk, &mut Scratch::default(), &mut |result| {
            out.push(match result {
                Ok(document) => {
                    assert_eq!((&*document.id, &*document.path), ("a.txt", "in/a.txt"));
                    assert_eq!(document.offsets, Offsets::File);
                    Ok((
                        document.text.into_owned(),
                        document.date.into_owned(),
                        document.title.into_owned(),
                        document.repairs,
                    ))
                }
                Err(found) => {
                    assert_eq!(found.doc_id, "a.txt");
                    Err(found.problem.to_string())
                }
            });
        });
        out
    }

    fn plain(text: &str, date: &str, title: &str) -> Outcome {
        Ok((text.into(), date.into(), title.into(), Vec::new()))
    }

    #[test]
    fn a_file_is_a_document() {
        for text in ["", "a", "\u{FEFF}a", "a\0b\r\n", "date x"] {
            assert_eq!(read(text.as_bytes(), 1000), [plain(text, "", "")]);
        }
        let text = " date 2025-10-28 Le chef\nTexte";
        assert_eq!(read(text.as_bytes(), 1000), [plain(text, "2025-10-28", "Le chef")]);
    }

    #[test]
    fn invalid_bytes_are_kept_count_and_reported_once() {
        let out = read(b"date 2025-10-28 \xE9t\xE9\n\xF0\x9F", 1000);
        let [Ok((text, date, title, repairs)), Err(problem)] = &out[..] else { panic!("{out:?}") };
        assert_eq!(text, "date 2025-10-28 \u{FFFD}t\u{FFFD}\n\u{FFFD}");
        assert_eq!((date.as_str(), title.as_str()), ("2025-10-28", "\u{FFFD}t\u{FFFD}"));
        assert_eq!(repairs.iter().map(|r| r.original).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(problem, "in/a.txt: warning: 3 invalid UTF-8 sequences shown as U+FFFD (byte 16)");
    }

    #[test]
    fn other_encodings_and_too_long_texts_are_refused() {
        for bytes in [&b"\xFF\xFEa\0"[..], b"\xFE\xFF\0a"] {
            let expected = "in/a.txt: looks like UTF-16, which this build does not read (byte 0)";
            assert_eq!(read(bytes, 1000), [Err(expected.to_owned())]);
        }
        let expected = "in/a.txt: the decoded text is larger than 5 bytes";
        assert_eq!(read(b"\xFFa\xFF", 5), [Err(expected.to_owned())]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_text_or_a_problem(bytes: Vec<u8>) {
            let out = read(&bytes, 1 << 30);
            prop_assert!(!out.is_empty());
            if let Ok((text, _, _, repairs)) = &out[0] {
                let original: usize = repairs.iter().map(|r| usize::from(r.original)).sum();
                prop_assert_eq!(text.len() - 3 * repairs.len() + original, bytes.len());
                prop_assert_eq!(out.len(), if repairs.is_empty() { 1 } else { 2 });
            }
        }
    }
}
