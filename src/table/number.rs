//! Numbers as text, without allocation.
//!
//! Digits are made eight at a time in a register and stored as one word. Writing them one by one and copying them then
//! makes the processor wait for each store: that was half the cost of a CSV row.

const EIGHT_DIGITS: u64 = 100_000_000;
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// The eight decimal digits of a number below 10⁸, 0 to 9 a byte, the first digit in the lowest byte.
#[inline]
fn eight_digits(number: u32) -> u64 {
    // Two numbers of four digits, then four of two, then eight of one: 10486 / 2²⁰ is 1/100 for numbers below 10⁴, and
    // 103 / 2¹⁰ is 1/10 for numbers below 100.
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let hundreds = (fours * 10_486) >> 20 & 0x0000_007F_0000_007F;
    let pairs = hundreds | (fours - 100 * hundreds) << 16;
    let tens = (pairs * 103) >> 10 & 0x000F_000F_000F_000F;
    tens | (pairs - 10 * tens) << 8
}

/// Appends the low `count` bytes of a word, at most eight.
#[inline]
fn push_word(word: u64, count: usize, out: &mut Vec<u8>) {
    let len = out.len() + count;
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(len);
}

/// Appends a whole number.
#[inline]
pub fn push_integer(number: u64, out: &mut Vec<u8>) {
    if number >= EIGHT_DIGITS {
        push_integer_long(number, out);
        return;
    }
    let digits = eight_digits(number as u32);
    let zeros = (digits.trailing_zeros() as usize / 8).min(7);
    push_word((digits | ZEROS) >> (8 * zeros), 8 - zeros, out);
}

#[cold]
fn push_integer_long(number: u64, out: &mut Vec<u8>) {
    push_integer(number / EIGHT_DIGITS, out);
    push_word(eight_digits((number % EIGHT_DIGITS) as u32) | ZEROS, 8, out);
}

/// Appends ten-thousandths as a number with four decimals: `-125000` is `-12.5000`.
#[inline]
pub fn push_fixed(ten_thousandths: i64, out: &mut Vec<u8>) {
    if ten_thousandths < 0 {
        out.push(b'-');
    }
    let size = ten_thousandths.unsigned_abs();
    push_integer(size / 10_000, out);
    let decimals = (eight_digits((size % 10_000) as u32) | ZEROS) >> 32;
    push_word(decimals << 8 | u64::from(b'.'), 5, out);
}

/// Appends `start-end`.
pub fn push_range(start: u64, end: u64, out: &mut Vec<u8>) {
    push_integer(start, out);
    out.push(b'-');
    push_integer(end, out);
}

/// What the functions here have written, as text.
pub fn as_text(written: &[u8]) -> &str {
    std::str::from_utf8(written).unwrap_or_default()
}

/// A float as ten-thousandths, half away from zero; `None` for what is no number.
pub fn ten_thousandths(number: f64) -> Option<i64> {
    number.is_finite().then(|| (number * 10_000.0).round() as i64)
}

/// `sum / count` rounded to the nearest whole number, half to even; 0 where there is nothing to divide by.
pub fn mean(sum: u64, count: u64) -> u64 {
    if count == 0 {
        return 0;
    }
    let (quotient, rest) = (sum / count, sum % count);
    // `rest < count`, so that `count - rest` cannot wrap where `2 * rest` could.
    match rest.cmp(&(count - rest)) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = b"x".to_vec();
        push(&mut out);
        as_text(&out[1..]).to_owned()
    }

    #[test]
    fn integers_read_as_std_writes_them() {
        let edges = (0..20).flat_map(|power| {
            let ten = 10u64.pow(power);
            [ten - 1, ten, ten + 1, ten.saturating_mul(9)]
        });
        for number in (0..20_000).chain(edges).chain([u64::from(u32::MAX), u64::MAX - 1, u64::MAX]) {
            assert_eq!(text(|out| push_integer(number, out)), number.to_string());
        }
        for number in (0..EIGHT_DIGITS as u32).step_by(7_919) {
            assert_eq!(text(|out| push_integer(u64::from(number), out)), number.to_string());
        }
        assert_eq!(text(|out| push_range(0, 12, out)), "0-12");
    }

    #[test]
    fn fixed_numbers_have_four_decimals() {
        for (number, expected) in [
            (0, "0.0000"),
            (1, "0.0001"),
            (-1, "-0.0001"),
            (10_000, "1.0000"),
            (-125_000, "-12.5000"),
            (21_027_764, "2102.7764"),
            (i64::MIN, "-922337203685477.5808"),
        ] {
            assert_eq!(text(|out| push_fixed(number, out)), expected);
        }
    }

    #[test]
    fn floats_round_to_four_decimals() {
        assert_eq!(ten_thousandths(48.856_614), Some(488_566));
        assert_eq!(ten_thousandths(-0.000_01), Some(0));
        assert_eq!(ten_thousandths(f64::NAN), None);
    }

    #[test]
    fn a_mean_rounds_half_to_even() {
        assert_eq!([mean(1, 2), mean(3, 2), mean(5, 2), mean(10, 4), mean(7, 4), mean(7, 0)], [0, 2, 2, 2, 2, 0]);
        assert_eq!(mean(u64::MAX, u64::MAX - 1), 1);
    }
}
