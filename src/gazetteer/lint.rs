//! Checks of gazetteers.
