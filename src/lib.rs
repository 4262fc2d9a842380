//! Gazetier finds the people, organizations, places and themes that gazetteers name, and writes tables.

pub mod engine;
mod error;
pub mod export;
pub mod gazetteer;
pub mod lexicon;
pub mod resolve;
pub mod table;
pub mod text;

pub use error::{Error, Problem, Result, Severity};
