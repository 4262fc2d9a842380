//! The gate of `words/starts.rs` for eight words at a time.

use std::arch::x86_64::{
    _mm256_and_si256, _mm256_loadu_si256, _mm256_mask_or_epi32, _mm256_maskz_compress_epi32, _mm256_set1_epi32,
    _mm256_srli_epi32, _mm256_storeu_si256, _mm512_and_si512, _mm512_andnot_si512, _mm512_cmpeq_epu64_mask,
    _mm512_cmple_epu64_mask, _mm512_cmplt_epu64_mask, _mm512_cvtepi64_epi32, _mm512_cvtepu32_epi64,
    _mm512_i32gather_epi64, _mm512_i64gather_epi64, _mm512_lzcnt_epi64, _mm512_mask_add_epi64,
    _mm512_maskz_compress_epi64, _mm512_min_epu64, _mm512_mullo_epi64, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_sllv_epi64, _mm512_srli_epi64, _mm512_srlv_epi64,
    _mm512_storeu_si512, _mm512_sub_epi64, _mm512_test_epi64_mask,
};

use super::super::Places;
use super::has_avx512;
use crate::text::words::starts::{AHEAD, BIT_SHIFT, CAPITAL, GATE_WORDS, KNOWN_BITS, PLACE_FACTOR, Passed, SLOT_SHIFT};
use crate::text::words::{ASCII_FOLD, HIGHS};

/// Eight words at a time through the gate, as `Starts::pass` does it one by one.
///
/// # Panics
/// The machine has no AVX-512, or an array is shorter than it must be.
#[inline(always)]
pub(in crate::text::masks) fn pass(
    places: &Places<'_>,
    gate: &[u64; 2 * GATE_WORDS],
    known: &[u64; 1 << KNOWN_BITS],
    plain: &mut Passed,
    others: &mut Passed,
) -> (usize, (usize, usize)) {
    assert!(has_avx512());
    let room = places.places.len() + AHEAD;
    for passed in [&*plain, &*others] {
        assert!(passed.folded.len() >= room && passed.starts.len() >= room && passed.lens.len() >= room);
    }
    // The gathers read eight bytes from each place of the text on, and of its bits.
    let text = places.text.len();
    let whole = places.places.partition_point(|place| *place as usize + 8 <= text) / 8 * 8;
    assert!(places.places[..whole].iter().all(|place| *place as usize + 8 <= text));
    assert!(places.words.len() * 8 >= text / 8 + 8 && text <= i32::MAX as usize);
    // SAFETY: the machine has AVX-512, and what is asserted is what the function asks for.
    (whole, unsafe { pass_eights(places, whole, gate, known, plain, others) })
}

/// # Safety
/// The first `whole` places (a multiple of eight) stand at least eight bytes before the end of the text; there are bits
/// for all bytes of the text and 64 more; `plain` and `others` have room for all places and [`AHEAD`] more.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512cd,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn pass_eights(
    places: &Places<'_>,
    whole: usize,
    gate: &[u64; 2 * GATE_WORDS],
    known: &[u64; 1 << KNOWN_BITS],
    plain: &mut Passed,
    others: &mut Passed,
) -> (usize, usize) {
    let splat = |number: u64| _mm512_set1_epi64(number as i64);
    let (zero, ones) = (_mm512_setzero_si512(), splat(u64::MAX));
    let mut count = (0, 0);
    for eight in places.places[..whole].chunks_exact(8) {
        // SAFETY: 32 bytes are read from eight places; the gathers read as the caller promises, and from arrays by
        // numbers that were cut to their sizes.
        let (at, x, bits) = unsafe {
            let at = _mm256_loadu_si256(eight.as_ptr().cast());
            let words = _mm512_i32gather_epi64::<1>(_mm256_srli_epi32::<3>(at), places.words.as_ptr().cast());
            (at, _mm512_i32gather_epi64::<1>(at, places.text.as_ptr().cast()), words)
        };
        let shift = _mm512_cvtepu32_epi64(_mm256_and_si256(at, _mm256_set1_epi32(7)));
        // The first bit that is no word: at least 57 bits are left.
        let gaps = _mm512_andnot_si512(_mm512_srlv_epi64(bits, shift), ones);
        let lowest = _mm512_and_si512(gaps, _mm512_sub_epi64(zero, gaps));
        let len = _mm512_sub_epi64(splat(63), _mm512_lzcnt_epi64(lowest));
        let kept = _mm512_slli_epi64::<3>(_mm512_min_epu64(len, splat(8)));
        let mask = _mm512_srlv_epi64(ones, _mm512_sub_epi64(splat(64), kept));
        let raw = _mm512_and_si512(x, mask);
        let folded = _mm512_or_si512(raw, _mm512_and_si512(splat(ASCII_FOLD), mask));
        let product = _mm512_mullo_epi64(folded, splat(PLACE_FACTOR));
        let bit = _mm512_srli_epi64::<BIT_SHIFT>(product);
        let slot = _mm512_and_si512(_mm512_srli_epi64::<SLOT_SHIFT>(product), splat((1 << KNOWN_BITS) - 1));
        let first = _mm512_and_si512(raw, splat(0xFF));
        let capital = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(first, splat(u64::from(b'A'))), splat(26));
        let number = _mm512_srli_epi64::<6>(bit);
        let number = _mm512_mask_add_epi64(number, capital, number, splat(GATE_WORDS as u64));
        // SAFETY: as above: `number` is below 2 * GATE_WORDS, `slot` below 1 << KNOWN_BITS.
        let (of_gate, of_known) = unsafe {
            let of_gate = _mm512_i64gather_epi64::<8>(number, gate.as_ptr().cast());
            (of_gate, _mm512_i64gather_epi64::<8>(slot, known.as_ptr().cast()))
        };
        let place = _mm512_sllv_epi64(splat(1), _mm512_and_si512(bit, splat(63)));
        let wide = _mm512_test_epi64_mask(raw, splat(HIGHS));
        let short = _mm512_cmple_epu64_mask(len, splat(8));
        let known = _mm512_cmpeq_epu64_mask(of_known, raw) & short;
        let passes = (_mm512_test_epi64_mask(of_gate, place) | wide) & !known;
        let simple = passes & !wide & short;
        let lens = _mm512_cvtepi64_epi32(len);
        let lens = _mm256_mask_or_epi32(lens, capital, lens, _mm256_set1_epi32(CAPITAL as i32));
        for (words, index, chosen) in
            [(&mut *plain, &mut count.0, simple), (&mut *others, &mut count.1, passes & !simple)]
        {
            // SAFETY: at most as many words as places were written before, so there is room for AHEAD more.
            unsafe {
                let folded = _mm512_maskz_compress_epi64(chosen, folded);
                _mm512_storeu_si512(words.folded.as_mut_ptr().add(*index).cast(), folded);
                let starts = _mm256_maskz_compress_epi32(chosen, at);
                _mm256_storeu_si256(words.starts.as_mut_ptr().add(*index).cast(), starts);
                let lens = _mm256_maskz_compress_epi32(chosen, lens);
                _mm256_storeu_si256(words.lens.as_mut_ptr().add(*index).cast(), lens);
            }
            *index += chosen.count_ones() as usize;
        }
    }
    count
}
