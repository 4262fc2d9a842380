//! An entity with `needs` is only meant where one of its cues stands near: `cloud` beside `data`.

use super::{Gate, Scene};
use crate::lexicon::names::NameRecord;
use crate::matcher::Hit;

pub(super) struct NeedsContext;

impl Gate for NeedsContext {
    fn reason(&self) -> &'static str {
        "needs context"
    }

    fn drops(&self, hit: &Hit, _name: &NameRecord<'_>, scene: &mut Scene<'_>) -> bool {
        !scene.needs_are_met(hit)
    }
}
