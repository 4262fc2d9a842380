//! What a language brings: one file each, listed in [`ALL`].
