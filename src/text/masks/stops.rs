//! Bytes at which a reader must look twice: where a sentence may end, and where a JSON string does not simply go on.
//!
//! Both are rare, so that finding them is all the work there is for most of a text; vector instructions do it at the
//! speed of memory. As for words, each [`Level`] gives the same answers.

use super::Level;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// Bytes at which a sentence may end: ASCII ends, line breaks, the last byte of `…` and the first bytes of `。`, `！` and
/// `？`.
const SENTENCE: [u8; 8] = [b'.', b'!', b'?', b'\n', b'\r', 0xA6, 0xE3, 0xEF];

/// Whether a JSON string ends, escapes or breaks the rules at a byte.
#[inline]
fn is_string_stop(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Marks the bytes at which a sentence may end, 64 bytes a number, the first byte lowest.
pub(in crate::text) fn sentence_stops(bytes: &[u8], into: &mut Vec<u64>) {
    sentence_stops_by(Level::best(), bytes, into);
}

fn sentence_stops_by(level: Level, bytes: &[u8], into: &mut Vec<u64>) {
    into.clear();
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut last = [[b' '; 64]];
    last[0][..rest.len()].copy_from_slice(rest);
    let last = if rest.is_empty() { &[][..] } else { &last[..] };
    for blocks in [blocks, last] {
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 | Level::Avx512 => x86::sentence_stops(blocks, into),
            // Without a table look-up eight comparisons are made for each byte: a general register is as good.
            _ => into.extend(blocks.iter().map(portable_sentence_stops)),
        }
    }
}

/// Where a JSON string that goes on at `at` must be looked at: its quote, an escape, or a byte that may not stand in it;
/// the length of the bytes if there is none.
#[inline]
pub(crate) fn string_stop(bytes: &[u8], at: usize) -> usize {
    // Names of fields and ids are over before a loop has begun.
    for (i, byte) in bytes.get(at..).unwrap_or_default().iter().take(8).enumerate() {
        if is_string_stop(*byte) {
            return at + i;
        }
    }
    string_stop_by(Level::best(), bytes, at + 8)
}

fn string_stop_by(level: Level, bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let (passed, found) = match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Avx512 => x86::string_stop_avx2(rest),
        #[cfg(target_arch = "x86_64")]
        Level::Sse2 => x86::string_stop_sse2(rest),
        _ => portable_string_stop(rest),
    };
    if found {
        return at + passed;
    }
    let behind = &rest[passed..];
    let here = behind.iter().position(|byte| is_string_stop(*byte)).unwrap_or(behind.len());
    (at + passed + here).min(bytes.len())
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;

/// The high bit of every byte of `word` that is `byte`, and no other bit.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let other = word ^ (ONES * u64::from(byte));
    !(((other & LOW) + LOW) | other | LOW)
}

fn portable_sentence_stops(block: &[u8; 64]) -> u64 {
    let mut bits = 0;
    for (i, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let found = SENTENCE.iter().fold(0, |found, stop| found | equal(word, *stop));
        // The high bits as eight neighbouring bits.
        bits |= ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    bits
}

/// Bytes passed, and whether the next one is a stop; else fewer than eight are left.
fn portable_string_stop(bytes: &[u8]) -> (usize, bool) {
    let (words, _) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // A byte below 0x20 has none of its three high bits.
        let control = equal(word & (ONES * 0xE0), 0);
        let found = equal(word, b'"') | equal(word, b'\\') | control;
        if found != 0 {
            return (8 * i + found.trailing_zeros() as usize / 8, true);
        }
    }
    (8 * words.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8]) {
        let stops: Vec<bool> = bytes.iter().map(|byte| SENTENCE.contains(byte)).collect();
        for level in Level::available() {
            let mut found = vec![7];
            sentence_stops_by(level, bytes, &mut found);
            assert_eq!(found.len(), bytes.len().div_ceil(64));
            let bits: Vec<bool> = (0..bytes.len()).map(|i| found[i / 64] >> (i % 64) & 1 != 0).collect();
            assert_eq!(bits, stops, "{level:?} {bytes:x?}");
            assert!(found.iter().map(|bits| bits.count_ones() as usize).sum::<usize>() <= bytes.len());
            for at in 0..=bytes.len() + 1 {
                let rest = bytes.get(at..).unwrap_or_default();
                let stop = rest.iter().position(|byte| is_string_stop(*byte)).map_or(bytes.len(), |i| at + i);
                assert_eq!(string_stop_by(level, bytes, at), stop, "{level:?} {bytes:x?} from {at}");
                assert_eq!(string_stop(bytes, at), stop);
            }
        }
    }

    #[test]
    fn every_byte_is_told_at_every_place() {
        for byte in 0..=255 {
            for place in 0..70 {
                let mut bytes = [b'x'; 70];
                bytes[place] = byte;
                check(&bytes);
            }
        }
    }

    proptest! {
        #[test]
        fn all_levels_stop_at_the_same_places(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            check(&bytes);
        }

        #[test]
        fn text_is_no_exception(text in "[a-z .!?…\n\"\\\\é。ửæ]{0,200}") {
            check(text.as_bytes());
        }
    }
}
