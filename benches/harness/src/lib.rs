//! What the benchmark packages share: clocks and memory of the system, the documents and names of a benchmark folder,
//! a slow search to check with, interleaved rounds with counts that must not change, and rows of a dated record.

pub mod arguments;
pub mod corpus;
pub mod naive;
pub mod record;
pub mod rounds;
pub mod system;

/// Anything that can go wrong ends the run with a message.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
