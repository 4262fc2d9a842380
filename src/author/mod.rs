//! Authoring: what helps to make gazetteers and to keep them sound.

pub mod discover;
mod replace;

pub use replace::replace;
