//! Eight bytes at a time in a general register.

use super::{Raw, Settler, is_rare};

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

/// Bits of eight bytes: ASCII word, above ASCII, lead.
#[inline(always)]
fn classify(bytes: [u8; 8]) -> (u64, u64, u64) {
    let x = u64::from_le_bytes(bytes);
    let high = x & HIGH;
    let ascii = x & !HIGH;
    let lower = ascii | (0x20 * ONES);
    let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
    let digit = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
    let underscore = at_least(ascii, b'_') & !at_least(ascii, b'_' + 1);
    let lead = high & (x << 1);
    (gather((letter | digit | underscore) & !high), gather(high), gather(lead))
}

/// Hands `count` blocks of 64 bytes to the settler.
#[inline]
pub(super) fn blocks(bytes: &[u8], count: usize, settler: &mut Settler<'_>) {
    for (index, block) in bytes.as_chunks::<64>().0.iter().take(count).enumerate() {
        let mut raw = Raw::default();
        let mut leads = 0;
        for (i, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let (ascii, high, lead) = classify(*eight);
            raw.ascii |= ascii << (8 * i);
            raw.high |= high << (8 * i);
            leads |= lead << (8 * i);
        }
        while leads != 0 {
            let bit = leads.trailing_zeros();
            leads &= leads - 1;
            let lead = block[bit as usize];
            raw.wide |= u64::from(lead >= 0xE3) << bit;
            let next = bytes.get(index * 64 + bit as usize + 1).copied().unwrap_or(0);
            raw.rare |= u64::from(is_rare(lead, next)) << bit;
        }
        settler.settle::<false>(raw);
    }
}
