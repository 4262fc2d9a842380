//! The engine: an immutable extractor, workers, and the ordered parallel pipeline.

mod extractor;

pub use extractor::{Extractor, Worker};
