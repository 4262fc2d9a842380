//! Running: what is done with documents, and where the tables go.

pub mod run;
