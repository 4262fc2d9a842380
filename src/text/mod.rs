//! Text: spans, documents, words, folding, sentences, languages. Knows nothing of names.

mod document;
pub(crate) mod fold;
mod language;
pub(crate) mod masks;
mod sentences;
mod span;
pub(crate) mod words;

pub mod lang;

pub(crate) use masks::prefetch;

pub use document::{Document, MAX_DOCUMENT_BYTES, Offsets, Repair, dated_first_line, is_date};
pub use fold::{push_search_key, search_key};
pub use language::{Language, detect};
pub use sentences::Sentences;
pub use span::Span;
