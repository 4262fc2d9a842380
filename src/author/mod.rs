//! Authoring: what helps to make gazetteers and to keep them sound.

pub mod add;
pub mod diff;
pub mod discover;
pub mod fix;
pub mod stats;
