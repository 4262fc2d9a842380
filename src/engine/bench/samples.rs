//! Repeated measurements of one thing.

use std::time::Duration;

/// Measurements of one thing: milliseconds, unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds a time, in milliseconds.
    pub fn push(&mut self, time: Duration) {
        self.push_value(time.as_secs_f64() * 1e3);
    }

    /// Adds a measurement in the unit of the others.
    pub fn push_value(&mut self, value: f64) {
        let place = self.0.partition_point(|other| *other < value);
        self.0.insert(place, value);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one in the middle, or between the two in the middle; 0 where there is none.
    pub fn median(&self) -> f64 {
        match self.0.len() {
            0 => 0.0,
            n if n % 2 == 1 => self.0[n / 2],
            n => (self.0[n / 2 - 1] + self.0[n / 2]) / 2.0,
        }
    }

    /// The least; 0 where there is none.
    pub fn min(&self) -> f64 {
        self.0.first().copied().unwrap_or(0.0)
    }

    /// The greatest; 0 where there is none.
    pub fn max(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    /// How far apart the least and the greatest lie, as a share of the median; 0 where the median is 0.
    pub fn spread(&self) -> f64 {
        let median = self.median();
        if median > 0.0 { (self.max() - self.min()) / median } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spreads() {
        let samples = |values: &[f64]| {
            let mut samples = Samples::default();
            values.iter().for_each(|value| samples.push_value(*value));
            samples
        };
        for (values, median, min, max, spread) in [
            (&[][..], 0.0, 0.0, 0.0, 0.0),
            (&[4.0], 4.0, 4.0, 4.0, 0.0),
            (&[3.0, 1.0], 2.0, 1.0, 3.0, 1.0),
            (&[5.0, 4.0, 3.0], 4.0, 3.0, 5.0, 0.5),
            (&[0.0, 0.0, 9.0], 0.0, 0.0, 9.0, 0.0),
        ] {
            let found = samples(values);
            assert_eq!((found.median(), found.min(), found.max(), found.spread()), (median, min, max, spread));
        }
    }
}
