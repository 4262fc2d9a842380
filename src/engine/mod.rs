//! The engine: an immutable extractor, workers, and the ordered parallel pipeline that turns a corpus into tables.

pub mod bench;
mod extractor;
pub mod pipeline;
pub mod run;

pub use extractor::{Extractor, Worker};
