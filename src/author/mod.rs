//! Authoring: what helps to make gazetteers and to keep them sound.

pub mod add;
pub mod diff;
pub mod discover;
pub mod fix;
mod replace;
pub mod stats;

pub use replace::replace;
