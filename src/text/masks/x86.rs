//! Vector instructions of x86-64.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _MM_HINT_T0, _mm_and_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8,
    _mm_movemask_epi8, _mm_or_si128, _mm_prefetch, _mm_set1_epi8, _mm_sub_epi8, _mm256_and_si256, _mm256_andnot_si256,
    _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_max_epu8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm512_and_si512,
    _mm512_broadcast_i32x4, _mm512_cmpeq_epi8_mask, _mm512_cmpge_epu8_mask, _mm512_loadu_si512, _mm512_movepi8_mask,
    _mm512_set1_epi8, _mm512_shuffle_epi8, _mm512_srli_epi16, _mm512_test_epi8_mask,
};

mod gate;

pub(super) use gate::pass;

use super::{BEHIND, Beginnings, DOUBTFUL, Raw, Settler, Work};

/// Whether the machine has AVX2 and what came with it.
pub(super) fn has_avx2() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt")
}

/// Runs work with the instructions of AVX2 machines.
///
/// # Panics
/// The machine does not have them.
#[inline(always)]
pub(super) fn fast<W: Work>(work: W) -> W::Output {
    assert!(has_avx2());
    // SAFETY: the machine has the instructions.
    unsafe { fast_here(work) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn fast_here<W: Work>(work: W) -> W::Output {
    work.run()
}

/// Brings the cache line of a place close.
#[inline(always)]
pub(super) fn prefetch<T>(place: &T) {
    // SAFETY: a hint, which reads nothing; every x86-64 has it.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast()) }
}

/// The bytes of a vector that pass a test have all bits set. SSE2 belongs to every x86-64, so all this is safe.
#[derive(Clone, Copy)]
struct Sixteen(__m128i);

impl Sixteen {
    #[inline(always)]
    fn splat(byte: u8) -> Self {
        // SAFETY: every x86-64 has SSE2, and no memory is read.
        Self(unsafe { _mm_set1_epi8(byte as i8) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: every x86-64 has SSE2, and no memory is read.
        Self(unsafe { _mm_and_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: every x86-64 has SSE2, and no memory is read.
        Self(unsafe { _mm_or_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn is(self, byte: u8) -> Self {
        // SAFETY: every x86-64 has SSE2, and no memory is read.
        Self(unsafe { _mm_cmpeq_epi8(self.0, Self::splat(byte).0) })
    }

    /// Bytes from `low` to `high`.
    #[inline(always)]
    fn within(self, low: u8, high: u8) -> Self {
        // SAFETY: every x86-64 has SSE2, and no memory is read.
        unsafe {
            let above = _mm_sub_epi8(self.0, Self::splat(low).0);
            Self(_mm_cmpeq_epi8(_mm_min_epu8(above, Self::splat(high - low).0), above))
        }
    }

    /// The highest bit of each byte.
    #[inline(always)]
    fn bits(self) -> u64 {
        // SAFETY: every x86-64 has SSE2, and no memory is read.
        u64::from(unsafe { _mm_movemask_epi8(self.0) } as u16)
    }
}

/// All bits of a block but those of the words that are looked for.
#[inline(always)]
fn block(bytes: &[u8; 64 + BEHIND]) -> Raw {
    let mut raw = Raw::default();
    for i in (0..64).step_by(16) {
        // SAFETY: 16 bytes from i + 2 <= 50 on lie in the 66.
        let load = |at: usize| Sixteen(unsafe { _mm_loadu_si128(bytes.as_ptr().add(at).cast()) });
        let (x, next, third) = (load(i), load(i + 1), load(i + 2));
        let letter = x.or(Sixteen::splat(0x20)).within(b'a', b'z');
        let ascii = letter.or(x.within(b'0', b'9')).or(x.is(b'_'));
        // The no-break space, « and »; dashes, quotes, bullets and `…` (U+2010 to U+2027, but for the double low line,
        // which decomposes).
        let gap2 = x.is(0xC2).and(next.is(0xA0).or(next.is(0xAB)).or(next.is(0xBB)));
        let marks = third.within(0x90, 0x96).or(third.within(0x98, 0xA7));
        let gap3 = x.is(0xE2).and(next.is(0x80)).and(marks);
        // As `is_rare` has it.
        let mut doubtful = Sixteen::splat(0);
        for (lead, from, to) in DOUBTFUL {
            doubtful = doubtful.or(x.is(lead).and(next.within(from, to)));
        }
        let words = x.within(0xC3, 0xC9).or(x.is(0xCC)).or(x.within(0xCE, 0xD1));
        let words = words.or(x.within(0xE4, 0xE9)).or(x.within(0xEB, 0xEC));
        let words = words.or(x.is(0xE1).and(next.within(0xB8, 0xBB)));
        raw.ascii |= ascii.bits() << i;
        raw.high |= x.bits() << i;
        raw.rare |= (x.within(0xC0, 0xFF).bits() & !words.bits() | doubtful.bits()) << i;
        raw.gap2 |= gap2.bits() << i;
        raw.gap3 |= gap3.bits() << i;
        raw.wide |= x.within(0xE3, 0xFF).bits() << i;
    }
    raw
}

/// Half-byte tables of AVX2: a byte is in the class of a bit where the row of its low half and that of its high half both
/// have the bit. Classes are therefore products of a set of low and a set of high halves.
struct Classes {
    low: [u8; 16],
    high: [u8; 16],
}

/// Puts the class `bit` of all bytes `high << 4 | low` with `high` in `highs` and `low` in `lows` into a table.
const fn class(mut table: Classes, bit: u8, highs: &[u8], lows: std::ops::RangeInclusive<u8>) -> Classes {
    let mut i = 0;
    while i < highs.len() {
        table.high[highs[i] as usize] |= 1 << bit;
        i += 1;
    }
    let mut low = *lows.start();
    while low <= *lows.end() {
        table.low[low as usize] |= 1 << bit;
        low += 1;
    }
    table
}

const EMPTY: Classes = Classes { low: [0; 16], high: [0; 16] };

/// Bits 0 to 3: ASCII of words. Bits 4 to 7: leads that [`super::is_rare`] has whatever follows, and 0xE1.
const WORDS: Classes = {
    let table = class(EMPTY, 0, &[4, 6], 1..=15);
    let table = class(table, 1, &[5, 7], 0..=10);
    let table = class(table, 2, &[3], 0..=9);
    let table = class(table, 3, &[5], 15..=15);
    let table = class(class(table, 4, &[0xC], 0..=2), 4, &[0xC], 0xA..=0xB);
    let table = class(table, 4, &[0xC], 0xD..=0xD);
    let table = class(table, 5, &[0xD], 2..=15);
    let table = class(class(table, 6, &[0xE], 0..=3), 6, &[0xE], 0xA..=0xA);
    let table = class(table, 6, &[0xE], 0xD..=15);
    class(table, 7, &[0xF], 0..=15)
};

/// Leads of the pairs below: bits 0 to 5 are doubtful, bit 6 is extended Latin, bit 7 is a gap.
const LEADS: Classes = {
    let table = class(EMPTY, 0, &[0xC], 3..=3);
    let table = class(table, 1, &[0xC], 4..=4);
    let table = class(table, 2, &[0xC], 5..=5);
    let table = class(table, 3, &[0xC], 0xE..=0xE);
    let table = class(table, 4, &[0xC], 0xF..=0xF);
    let table = class(table, 5, &[0xE], 4..=4);
    let table = class(table, 6, &[0xE], 1..=1);
    class(table, 7, &[0xC], 2..=2)
};

/// Second bytes of the pairs: as [`DOUBTFUL`] has them and some more; the no-break space, `«`, `°` and `»`.
const SECONDS: Classes = {
    let table = class(EMPTY, 0, &[0x9, 0xB], 7..=7);
    let table = class(table, 1, &[0xB], 15..=15);
    let table = class(table, 2, &[0x8], 0..=9);
    let table = class(table, 3, &[0x8, 0xA], 0..=13);
    let table = class(table, 4, &[0xB], 6..=6);
    let table = class(table, 5, &[0xB], 7..=7);
    let table = class(table, 6, &[0xB], 8..=11);
    class(class(table, 7, &[0xA, 0xB], 0..=0), 7, &[0xA, 0xB], 11..=11)
};

/// Third bytes of dashes, quotes, bullets and `…` (U+2010 to U+2027, but for the double low line, which decomposes).
const THIRDS: Classes = {
    let table = class(EMPTY, 0, &[0x9], 0..=6);
    let table = class(table, 0, &[0x9], 8..=15);
    class(table, 1, &[0xA], 0..=7)
};

/// Hands `count` blocks to the settler, by AVX2.
///
/// # Panics
/// There are fewer than `count` blocks and [`BEHIND`] bytes more, or the machine has no AVX2.
#[inline]
pub(super) fn avx2(bytes: &[u8], count: usize, first: &Beginnings, settler: &mut Settler<'_>) {
    assert!(has_avx2());
    assert!(count == 0 || bytes.len() >= count * 64 + BEHIND);
    // SAFETY: the machine has AVX2.
    unsafe { avx2_blocks(bytes, count, first, settler) }
}

/// A table for each half of a vector.
#[target_feature(enable = "avx2")]
fn twice(row: &[u8; 16]) -> __m256i {
    let mut both = [0u8; 32];
    both[..16].copy_from_slice(row);
    both[16..].copy_from_slice(row);
    // SAFETY: 32 bytes are read from an array of 32.
    unsafe { _mm256_loadu_si256(both.as_ptr().cast()) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx2_blocks(bytes: &[u8], count: usize, first: &Beginnings, settler: &mut Settler<'_>) {
    let table = |classes: &Classes| (twice(&classes.low), twice(&classes.high));
    let (words, leads, seconds, thirds) = (table(&WORDS), table(&LEADS), table(&SECONDS), table(&THIRDS));
    let firsts = (twice(&first.first[0]), twice(&first.first[1]));
    let followers = (twice(&first.second[0]), twice(&first.second[1]));
    let splat = |byte: u8| _mm256_set1_epi8(byte as i8);
    let half = splat(0x0F);
    let low_half = |x| _mm256_and_si256(x, half);
    let high_half = |x| _mm256_and_si256(_mm256_srli_epi16::<4>(x), half);
    let class_of = |(low, high): (__m256i, __m256i), x, y| {
        _mm256_and_si256(_mm256_shuffle_epi8(low, x), _mm256_shuffle_epi8(high, y))
    };
    let bits = |x| u64::from(_mm256_movemask_epi8(x) as u32);
    let is = |x, byte| _mm256_cmpeq_epi8(x, splat(byte));
    // Bytes without any of the bits.
    let none = |x, byte| _mm256_cmpeq_epi8(_mm256_and_si256(x, splat(byte)), _mm256_setzero_si256());
    let mut wide = _mm256_setzero_si256();
    for block in 0..count {
        let mut raw = Raw::default();
        for i in [0, 32] {
            let at = block * 64 + i;
            // SAFETY: `avx2` asserted that 66 bytes from `block * 64` on lie in `bytes`.
            let load = |behind: usize| unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at + behind).cast()) };
            let (x, next, third) = (load(0), load(1), load(2));
            let (low, high) = (low_half(x), high_half(x));
            let class = class_of(words, low, high);
            let (next_low, next_high) = (low_half(next), high_half(next));
            let pair = _mm256_and_si256(class_of(leads, low, high), class_of(seconds, next_low, next_high));
            let mark = class_of(thirds, low_half(third), high_half(third));
            let gap3 = _mm256_and_si256(is(x, 0xE2), is(next, 0x80));
            // Masks cost more than vectors, so what belongs together is joined before.
            let sure = _mm256_or_si256(none(class, 0xF0), is(_mm256_and_si256(pair, splat(0x40)), 0x40));
            let sure = _mm256_and_si256(sure, none(pair, 0x3F));
            raw.ascii |= (bits(none(class, 0x0F)) ^ 0xFFFF_FFFF) << i;
            raw.high |= bits(x) << i;
            raw.rare |= (bits(sure) ^ 0xFFFF_FFFF) << i;
            raw.gap2 |= bits(pair) << i;
            raw.gap3 |= bits(_mm256_andnot_si256(none(mark, 0xFF), gap3)) << i;
            wide = _mm256_or_si256(wide, _mm256_cmpeq_epi8(_mm256_max_epu8(x, splat(0xE3)), x));
            // As `Beginnings::may_hold` has it: the highest bit of a byte says that it is above ASCII.
            let of_first = class_of(firsts, low, high);
            let both = _mm256_and_si256(of_first, class_of(followers, next_low, next_high));
            let not = _mm256_andnot_si256(_mm256_andnot_si256(none(of_first, 0xFF), next), none(both, 0xFF));
            raw.first |= (bits(not) ^ 0xFFFF_FFFF) << i;
        }
        raw.wide = u64::from(block + 1 == count && bits(wide) != 0);
        settler.settle::<true>(raw);
    }
}

/// Whether the machine has AVX-512 for bytes and what came with it.
pub(super) fn has_avx512() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has_avx2() && has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512cd") && has!("avx512vl")
}

/// Hands `count` blocks to the settler, by AVX-512.
///
/// # Panics
/// There are fewer than `count` blocks and [`BEHIND`] bytes more, or the machine has no AVX-512 for bytes.
#[inline]
pub(super) fn avx512(bytes: &[u8], count: usize, first: &Beginnings, settler: &mut Settler<'_>) {
    assert!(has_avx512());
    assert!(count == 0 || bytes.len() >= count * 64 + BEHIND);
    // SAFETY: the machine has AVX-512 for bytes.
    unsafe { avx512_blocks(bytes, count, first, settler) }
}

/// As `avx2_blocks`, with masks for free.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx512_blocks(bytes: &[u8], count: usize, first: &Beginnings, settler: &mut Settler<'_>) {
    // SAFETY: 16 bytes are read from an array of 16.
    let row = |row: &[u8; 16]| _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(row.as_ptr().cast()) });
    let table = |classes: &Classes| (row(&classes.low), row(&classes.high));
    let (words, leads, seconds, thirds) = (table(&WORDS), table(&LEADS), table(&SECONDS), table(&THIRDS));
    let firsts = (row(&first.first[0]), row(&first.first[1]));
    let followers = (row(&first.second[0]), row(&first.second[1]));
    let splat = |byte: u8| _mm512_set1_epi8(byte as i8);
    let half = splat(0x0F);
    let halves = |x| (_mm512_and_si512(x, half), _mm512_and_si512(_mm512_srli_epi16::<4>(x), half));
    let class_of = |(low, high): (__m512i, __m512i), (x, y): (__m512i, __m512i)| {
        _mm512_and_si512(_mm512_shuffle_epi8(low, x), _mm512_shuffle_epi8(high, y))
    };
    let has = |x, byte| _mm512_test_epi8_mask(x, splat(byte));
    for block in 0..count {
        // SAFETY: `avx512` asserted that 66 bytes from `block * 64` on lie in `bytes`.
        let load = |behind: usize| unsafe { _mm512_loadu_si512(bytes.as_ptr().add(block * 64 + behind).cast()) };
        let (x, next, third) = (load(0), load(1), load(2));
        let (of_x, of_next) = (halves(x), halves(next));
        let class = class_of(words, of_x);
        let pair = _mm512_and_si512(class_of(leads, of_x), class_of(seconds, of_next));
        let gap3 = _mm512_cmpeq_epi8_mask(x, splat(0xE2)) & _mm512_cmpeq_epi8_mask(next, splat(0x80));
        let of_first = class_of(firsts, of_x);
        let both = _mm512_and_si512(of_first, class_of(followers, of_next));
        settler.settle::<true>(Raw {
            ascii: has(class, 0x0F),
            high: _mm512_movepi8_mask(x),
            rare: has(class, 0xF0) & !has(pair, 0x40) | has(pair, 0x3F),
            gap2: has(pair, 0x80),
            gap3: gap3 & has(class_of(thirds, halves(third)), 0xFF),
            first: has(of_first, 0xFF) & _mm512_movepi8_mask(next) | has(both, 0xFF),
            wide: _mm512_cmpge_epu8_mask(x, splat(0xE3)),
        });
    }
}

/// Hands `count` blocks to the settler, by SSE2.
///
/// # Panics
/// There are fewer than `count` blocks and [`BEHIND`] bytes more.
#[inline]
pub(super) fn sse2(bytes: &[u8], count: usize, settler: &mut Settler<'_>) {
    assert!(count == 0 || bytes.len() >= count * 64 + BEHIND);
    for i in 0..count {
        let Some(behind) = bytes[i * 64..].first_chunk::<{ 64 + BEHIND }>() else { return };
        let raw = block(behind);
        settler.settle::<false>(raw);
    }
}

/// Bytes at which a sentence may end, as `stops` has them: `.` and `!`, `?`, line breaks, `…`, CJK ends.
const SENTENCE: Classes = {
    let table = class(class(EMPTY, 0, &[2], 1..=1), 0, &[2], 14..=14);
    let table = class(table, 1, &[3], 15..=15);
    let table = class(class(table, 2, &[0], 10..=10), 2, &[0], 13..=13);
    let table = class(table, 3, &[0xA], 6..=6);
    class(class(table, 4, &[0xE], 3..=3), 4, &[0xE], 15..=15)
};

/// Marks the bytes at which a sentence may end, by AVX2.
///
/// # Panics
/// The machine has no AVX2.
pub(super) fn sentence_stops(blocks: &[[u8; 64]], into: &mut Vec<u64>) {
    assert!(has_avx2());
    // SAFETY: the machine has AVX2.
    unsafe { sentence_stops_avx2(blocks, into) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn sentence_stops_avx2(blocks: &[[u8; 64]], into: &mut Vec<u64>) {
    let (lows, highs, half) = (twice(&SENTENCE.low), twice(&SENTENCE.high), _mm256_set1_epi8(0x0F));
    into.reserve(blocks.len());
    for block in blocks {
        let others = |at: usize| {
            // SAFETY: 32 bytes from 0 or 32 on lie in the 64.
            let x = unsafe { _mm256_loadu_si256(block.as_ptr().add(at).cast()) };
            let low = _mm256_shuffle_epi8(lows, _mm256_and_si256(x, half));
            let high = _mm256_shuffle_epi8(highs, _mm256_and_si256(_mm256_srli_epi16::<4>(x), half));
            let none = _mm256_cmpeq_epi8(_mm256_and_si256(low, high), _mm256_setzero_si256());
            u64::from(_mm256_movemask_epi8(none) as u32)
        };
        into.push(!(others(0) | others(32) << 32));
    }
}

/// Bytes passed until a JSON string must be looked at, and whether that is at the next one; else fewer than 32 are left.
///
/// # Panics
/// The machine has no AVX2.
#[inline]
pub(super) fn string_stop_avx2(bytes: &[u8]) -> (usize, bool) {
    assert!(has_avx2());
    // SAFETY: the machine has AVX2.
    unsafe { string_stop_by_avx2(bytes) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn string_stop_by_avx2(bytes: &[u8]) -> (usize, bool) {
    let (chunks, _) = bytes.as_chunks::<32>();
    let splat = |byte: u8| _mm256_set1_epi8(byte as i8);
    let (quote, escape, control) = (splat(b'"'), splat(b'\\'), splat(0x1F));
    for (i, chunk) in chunks.iter().enumerate() {
        // SAFETY: 32 bytes are read from an array of 32.
        let x = unsafe { _mm256_loadu_si256(chunk.as_ptr().cast()) };
        let marks = _mm256_or_si256(_mm256_cmpeq_epi8(x, quote), _mm256_cmpeq_epi8(x, escape));
        let found = _mm256_or_si256(marks, _mm256_cmpeq_epi8(_mm256_max_epu8(x, control), control));
        let bits = _mm256_movemask_epi8(found) as u32;
        if bits != 0 {
            return (32 * i + bits.trailing_zeros() as usize, true);
        }
    }
    (32 * chunks.len(), false)
}

/// As [`string_stop_avx2`] by SSE2; else fewer than 16 are left.
pub(super) fn string_stop_sse2(bytes: &[u8]) -> (usize, bool) {
    let (chunks, _) = bytes.as_chunks::<16>();
    for (i, chunk) in chunks.iter().enumerate() {
        // SAFETY: 16 bytes are read from an array of 16.
        let x = Sixteen(unsafe { _mm_loadu_si128(chunk.as_ptr().cast()) });
        let bits = x.is(b'"').or(x.is(b'\\')).or(x.within(0, 0x1F)).bits();
        if bits != 0 {
            return (16 * i + bits.trailing_zeros() as usize, true);
        }
    }
    (16 * chunks.len(), false)
}

/// Bytes that do not go on with a character, by AVX2.
///
/// # Panics
/// The machine has no AVX2.
#[inline]
pub(super) fn count_chars(blocks: &[[u8; 32]]) -> usize {
    assert!(has_avx2());
    // SAFETY: the machine has AVX2.
    unsafe { count_chars_avx2(blocks) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_chars_avx2(blocks: &[[u8; 32]]) -> usize {
    // Signed, the bytes that go on with a character are the lowest.
    let last = _mm256_set1_epi8(0xBF_u8 as i8);
    let mut count = 0;
    for block in blocks {
        // SAFETY: 32 bytes are read from an array of 32.
        let x = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
        count += _mm256_movemask_epi8(_mm256_cmpgt_epi8(x, last)).count_ones() as usize;
    }
    count
}
