//! Document rules: each adds to, or corrects, the mentions of a document by what the document itself says.
//!
//! One rule is one file, listed in [`RULES`]; its name stands in the `rule` column.

mod acronym_definition;
mod short_form;

pub(crate) use acronym_definition::spells;

use super::Mention;
use super::scene::Scene;

/// A rule over the mentions of one document.
pub(crate) trait Rule: Sync {
    /// The word of the `rule` column.
    fn name(&self) -> &'static str;

    /// Changes the mentions, which are sorted by span and (but for nested ones) do not overlap, and leaves them so.
    fn apply(&self, mentions: &mut Vec<Mention>, scene: &mut Scene<'_>);
}

/// All rules, in the order in which they are applied.
pub(crate) const RULES: &[&dyn Rule] = &[&acronym_definition::AcronymDefinition, &short_form::ShortForm];
