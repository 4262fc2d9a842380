//! Gates: each drops hits for one reason, before overlaps are settled, so that a dropped hit frees its place.
//!
//! One gate is one file, listed in [`GATES`]; its reason is what `explain` shows.

mod capitals_passage;
mod common_form;
mod foreign_word;
mod kinship;
mod lower_case_word;
mod needs_context;

pub(super) use common_form::drop_common;

use super::scene::Scene;
use crate::lexicon::names::NameRecord;
use crate::matcher::Hit;

/// A test that a hit must pass.
pub(crate) trait Gate: Sync {
    /// Why a hit is dropped, in the words of the tables.
    fn reason(&self) -> &'static str;

    /// Whether the hit is dropped.
    fn drops(&self, hit: &Hit, name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool;
}

/// All gates, in the order in which they are asked.
pub(crate) const GATES: &[&dyn Gate] = &[
    &capitals_passage::CapitalsPassage,
    &foreign_word::ForeignWord,
    &lower_case_word::LowerCaseWord,
    &needs_context::NeedsContext,
    &kinship::Kinship,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_has_its_own_reason() {
        let mut reasons: Vec<&str> = GATES.iter().map(|g| g.reason()).collect();
        reasons.sort();
        reasons.dedup();
        assert_eq!(reasons.len(), GATES.len());
    }
}
