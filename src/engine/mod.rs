//! The engine: what turns a corpus into tables.

pub mod pipeline;
