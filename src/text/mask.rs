//! Where words may stand: one bit a byte, eight bytes at a time.

/// Bits of a text: which bytes may belong to a word, and which are not ASCII.
#[derive(Clone, Debug, Default)]
pub(crate) struct Masks {
    /// ASCII letters, digits, `_`, and every byte above ASCII.
    word: Vec<u64>,
    /// Bytes above ASCII.
    wide: Vec<u64>,
    len: usize,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of every byte of `x` (its bytes below 0x80) that is at least `low`.
#[inline(always)]
fn at_least(x: u64, low: u8) -> u64 {
    ((x | HIGH) - u64::from(low) * ONES) & HIGH
}

/// The high bits as eight neighbouring bits, the first byte lowest.
#[inline(always)]
fn gather(high: u64) -> u64 {
    (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Bits of eight bytes: word, above ASCII.
#[inline(always)]
fn classify(bytes: [u8; 8]) -> (u64, u64) {
    let x = u64::from_le_bytes(bytes);
    let wide = x & HIGH;
    let ascii = x & !HIGH;
    let lower = ascii | (0x20 * ONES);
    let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
    let digit = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
    let underscore = at_least(ascii, b'_') & !at_least(ascii, b'_' + 1);
    (gather((letter | digit | underscore) | wide), gather(wide))
}

impl Masks {
    /// Reads a text.
    pub fn read(&mut self, bytes: &[u8]) {
        self.len = bytes.len();
        self.word.clear();
        self.wide.clear();
        let (blocks, rest) = bytes.as_chunks::<64>();
        for block in blocks {
            self.block(block);
        }
        if !rest.is_empty() {
            // Spaces behind the end are no words.
            let mut last = [b' '; 64];
            last[..rest.len()].copy_from_slice(rest);
            self.block(&last);
        }
    }

    #[inline(always)]
    fn block(&mut self, block: &[u8; 64]) {
        let (mut word, mut wide) = (0, 0);
        for (i, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let (a, b) = classify(*eight);
            word |= a << (8 * i);
            wide |= b << (8 * i);
        }
        self.word.push(word);
        self.wide.push(wide);
    }

    /// The first byte at or after `at` that may belong to a word; the length of the text if there is none.
    #[inline]
    pub fn next_word(&self, at: usize) -> usize {
        let mut block = at / 64;
        let Some(bits) = self.word.get(block) else { return self.len };
        let mut bits = bits >> (at % 64) << (at % 64);
        while bits == 0 {
            block += 1;
            match self.word.get(block) {
                Some(next) => bits = *next,
                None => return self.len,
            }
        }
        block * 64 + bits.trailing_zeros() as usize
    }

    /// The first byte after `at` that cannot belong to a word, and whether a byte above ASCII stands in between.
    #[inline]
    pub fn word_end(&self, at: usize) -> (usize, bool) {
        let mut block = at / 64;
        let from = at % 64;
        let gap = !self.word[block] >> from << from;
        if gap != 0 {
            let end = gap.trailing_zeros() as usize;
            // `end` is above `from`: the byte at `from` belongs to a word.
            let wide = self.wide[block] >> from << (64 - (end - from));
            return (block * 64 + end, wide != 0);
        }
        let mut wide = self.wide[block] >> from != 0;
        loop {
            block += 1;
            let Some(word) = self.word.get(block) else { return (self.len, wide) };
            let gap = !word;
            if gap != 0 {
                let end = gap.trailing_zeros() as usize;
                wide |= end > 0 && self.wide[block] << (64 - end) != 0;
                return ((block * 64 + end).min(self.len), wide);
            }
            wide |= self.wide[block] != 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_classed() {
        for b in 0..=255u8 {
            let (word, wide) = classify([b; 8]);
            let expected = b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
            assert_eq!(word, if expected { 0xFF } else { 0 }, "{b:#x}");
            assert_eq!(wide, if b >= 0x80 { 0xFF } else { 0 }, "{b:#x}");
        }
    }

    proptest! {
        #[test]
        fn runs_are_those_of_the_bytes(bytes in prop::collection::vec(prop::sample::select(&b"aZ0_ .-\x80\xC3"[..]), 0..300)) {
            let mut masks = Masks::default();
            masks.read(&bytes);
            let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
            let mut at = 0;
            loop {
                let start = masks.next_word(at);
                prop_assert_eq!(start, (at..bytes.len()).find(|i| is_word(bytes[*i])).unwrap_or(bytes.len()));
                if start == bytes.len() {
                    break;
                }
                let (end, wide) = masks.word_end(start);
                prop_assert_eq!(end, (start..bytes.len()).find(|i| !is_word(bytes[*i])).unwrap_or(bytes.len()));
                prop_assert_eq!(wide, bytes[start..end].iter().any(|b| *b >= 0x80));
                at = end;
            }
        }
    }
}
