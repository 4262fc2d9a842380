//! Characters of a text, counted at the speed of memory.
//!
//! Left to the compiler, the plain loop widens every byte to 64 bits before it adds it; that took a tenth of a run.

use super::Level;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// Characters of valid UTF-8: bytes that do not go on with one.
#[inline]
pub(crate) fn count_chars(bytes: &[u8]) -> usize {
    // Names are too short for vectors.
    if bytes.len() < 32 { count_few(bytes) } else { count_by(Level::best(), bytes) }
}

fn count_by(level: Level, bytes: &[u8]) -> usize {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Avx512 => {
            let (blocks, rest) = bytes.as_chunks::<32>();
            x86::count_chars(blocks) + count_few(rest)
        }
        // Eight bytes in a general register are as good as sixteen without an instruction that counts bits.
        _ => count_few(bytes),
    }
}

#[inline]
fn count_few(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    let of_word = |word: u64| {
        // Only bytes that go on with a character begin with the bits 10. The product has the sum in its highest byte.
        (((!word >> 7 | word >> 6) & ONES).wrapping_mul(ONES) >> 56) as usize
    };
    let words = words.iter().map(|word| of_word(u64::from_le_bytes(*word))).sum::<usize>();
    match bytes.last_chunk::<8>() {
        Some(last) if !rest.is_empty() => {
            // The rest alone; bytes of zeros stand in for those that are counted already.
            let counted = 8 - rest.len();
            words + of_word(u64::from_le_bytes(*last) >> (8 * counted)) - counted
        }
        _ => words + rest.iter().filter(|byte| **byte & 0xC0 != 0x80).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_levels_count_all_characters(text in "[a-zéđỹ€東😀]{0,120}", from in 0..40usize) {
            let text = text.get(from..).unwrap_or_default();
            for level in Level::available() {
                prop_assert_eq!(count_by(level, text.as_bytes()), text.chars().count());
            }
            prop_assert_eq!(count_chars(text.as_bytes()), text.chars().count());
        }
    }
}
