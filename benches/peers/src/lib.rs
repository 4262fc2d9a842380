//! What the two programs of this package share: the folding of text, and the engines.

pub mod engines;
pub mod fold;
