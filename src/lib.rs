//! Gazetier finds the people, organizations, places and themes that gazetteers name, and writes tables.

#[cfg(feature = "cli")]
pub mod cli;
pub mod corpus;
pub mod engine;
mod error;
pub mod export;
pub mod gazetteer;
pub mod lexicon;
pub mod matcher;
pub mod resolve;
pub mod table;
pub mod text;

pub use engine::{Extractor, Worker};
pub use error::{Error, Problem, Result, Severity};
pub use gazetteer::Gazetteer;
pub use text::Document;
