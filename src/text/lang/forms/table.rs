//! Makes the tables of `src/text/lang/forms.rs` from the lists of forms. Part of the build scripts and of the library,
//! which share the layout and the hash.
//!
//! A table is: the number of slots (a power of two) and the slots, 4 bytes each, little-endian; then the entries. A
//! slot is 0 or the place of its entry, counted from the start of the table, under the lowest eight bits of the hash. An entry is a byte of length, a byte of
//! flags (1: the form is one without its marks), a byte with the share of lower case in tenths (upper half) and the
//! frequency (lower half), and the form.

/// Flag of an entry: the form stands for others with marks.
pub(crate) const UNMARKED: u8 = 1;

/// FNV-1a, 32 bits.
pub(crate) fn hash(form: &[u8]) -> u32 {
    form.iter().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The bits of a slot that are the place of the entry; the others are a tag.
pub(crate) const PLACE: u32 = (1 << 24) - 1;

/// The bits of a hash that a slot repeats, so that most others are told apart without a look at the entry.
pub(crate) fn tag(hash: u32) -> u32 {
    hash << 24
}

/// Where a search begins: the upper bits of the hash, which depend on all bytes.
pub(crate) fn home(hash: u32, slots: usize) -> usize {
    ((u64::from(hash) * slots as u64) >> 32) as usize
}
