//! The integration tests, in one binary: tests that look at the package from outside.
//!
//! Tests of one module lie in that module. `CONTRIBUTING.md` says where a new test belongs.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a panic is how a test fails, a message how it is skipped"
)]

mod support;

mod allocations;
mod author;
mod bad_input;
mod bench;
mod cases;
mod cli;
mod compiled;
mod concordance;
mod eval;
mod goldens;
mod ids;
mod import;
mod layers;
mod normalization;
mod properties;
mod prose;
mod shared;
mod stats;
