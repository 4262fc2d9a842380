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
        let (blocks, rest) = bytes.as_chunks::<32>();
        if !blocks.is_empty() {
            // Four lanes, since each word waits for the one before it in its lane.
            let mut lanes = [0, 1, 2, 3].map(|lane| Self(self.0 ^ lane));
            for block in blocks {
                for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                    lane.word(u64::from_le_bytes(*word));
                }
            }
            lanes.iter().for_each(|lane| self.word(lane.0));
        }
        let (words, rest) = rest.as_chunks::<8>();
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
        let long: String = (0..99).map(|i| format!("name {i}\n")).collect();
        assert_eq!(hash(&[("places.csv", &long)]), "0f4b3e6837b17523");
    }

    #[test]
    fn every_byte_counts() {
        for length in [1, 7, 8, 31, 32, 33, 64, 100] {
            let bytes: Vec<u8> = (0..length).collect();
            let mut all = vec![content_hash(&[&bytes])];
            for at in 0..bytes.len() {
                let mut other = bytes.clone();
                other[at] ^= 1;
                all.push(content_hash(&[&other]));
            }
            all.push(content_hash(&[&bytes[1..]]));
            all.sort();
            all.dedup();
            assert_eq!(all.len(), bytes.len() + 2, "{length}");
        }
    }
}
