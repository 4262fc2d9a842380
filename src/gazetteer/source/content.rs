//! The content hash of a layer: the same on every platform and for every build.

/// A 64-bit hash over named pieces of bytes, for telling whether a gazetteer changed. Not cryptographic.
#[derive(Clone, Copy)]
pub(super) struct ContentHash(u64);

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

impl ContentHash {
    pub(super) fn new() -> Self {
        Self(0x6761_7A65_7469_6572)
    }

    /// Adds a file: its name (which may give the kind) and its bytes, each with its length.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) {
        self.piece(name.as_bytes());
        self.piece(bytes);
    }

    fn piece(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last));
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(MULTIPLIER);
        self.0 ^= self.0 >> 32;
    }

    /// The hash as 16 hexadecimal digits.
    pub(super) fn finish(self) -> String {
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(MULTIPLIER);
        format!("{:016x}", mixed ^ (mixed >> 32))
    }
}

/// The content hash of pieces of bytes, as 16 hexadecimal digits.
pub fn content_hash(pieces: &[&[u8]]) -> String {
    let mut hash = ContentHash::new();
    for piece in pieces {
        hash.piece(piece);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(files: &[(&str, &str)]) -> String {
        let mut hash = ContentHash::new();
        for (name, text) in files {
            hash.add(name, text.as_bytes());
        }
        hash.finish()
    }

    #[test]
    fn names_contents_and_borders_count() {
        let all = [
            hash(&[]),
            hash(&[("a", "")]),
            hash(&[("", "a")]),
            hash(&[("a", "name\nParis\n")]),
            hash(&[("a", "name\nParis\n\0")]),
            hash(&[("b", "name\nParis\n")]),
            hash(&[("a", "name\n"), ("a", "Paris\n")]),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|other| other != one), "{all:?}");
        }
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(hash(&[("places.csv", "name\nParis\n")]), "aaf8ca8d99a56e0a");
    }
}
