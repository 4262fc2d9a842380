//! Numbers as text, without allocation.

const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819\
2021222324252627282930313233343536373839\
4041424344454647484950515253545556575859\
6061626364656667686970717273747576777879\
8081828384858687888990919293949596979899";

/// The decimal digits of a number.
#[derive(Clone, Copy, Debug)]
pub struct Digits {
    buffer: [u8; 24],
    start: u8,
}

impl Digits {
    /// A whole number.
    #[inline]
    pub fn integer(number: u64) -> Self {
        let mut digits = Self { buffer: [0; 24], start: 24 };
        digits.prepend(number);
        digits
    }

    /// Ten-thousandths as a number with four decimals: `-125000` is `-12.5000`.
    #[inline]
    pub fn fixed(ten_thousandths: i64) -> Self {
        let mut digits = Self { buffer: [0; 24], start: 24 };
        let size = ten_thousandths.unsigned_abs();
        let decimals = (size % 10_000) as usize;
        digits.pair(decimals % 100);
        digits.pair(decimals / 100);
        digits.byte(b'.');
        digits.prepend(size / 10_000);
        if ten_thousandths < 0 {
            digits.byte(b'-');
        }
        digits
    }

    #[inline]
    fn prepend(&mut self, mut number: u64) {
        while number >= 100 {
            self.pair((number % 100) as usize);
            number /= 100;
        }
        if number >= 10 {
            self.pair(number as usize);
        } else {
            self.byte(b'0' + number as u8);
        }
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.start -= 1;
        self.buffer[self.start as usize] = byte;
    }

    #[inline]
    fn pair(&mut self, pair: usize) {
        self.byte(PAIRS[2 * pair + 1]);
        self.byte(PAIRS[2 * pair]);
    }

    /// The digits.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.buffer[self.start as usize..]
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
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

    #[test]
    fn integers_read_as_std_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 101, 999, 1000, 65_535, 4_294_967_296, u64::MAX] {
            assert_eq!(Digits::integer(number).as_str(), number.to_string());
        }
    }

    #[test]
    fn fixed_numbers_have_four_decimals() {
        for (number, text) in [
            (0, "0.0000"),
            (1, "0.0001"),
            (-1, "-0.0001"),
            (10_000, "1.0000"),
            (-125_000, "-12.5000"),
            (21_027_764, "2102.7764"),
            (i64::MIN, "-922337203685477.5808"),
        ] {
            assert_eq!(Digits::fixed(number).as_str(), text);
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
