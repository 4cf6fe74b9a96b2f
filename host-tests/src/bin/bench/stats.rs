//! What is said of many measurements of the same thing.

use crate::Failure;

/// Measurements of one thing, in order of size. Never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// # Errors
    /// When there are none, or one is no number: nothing could be said of them.
    pub fn of(mut values: Vec<f64>) -> Result<Self, Failure> {
        if values.is_empty() {
            return Err("nothing was measured".into());
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err("a measurement is not a number".into());
        }
        values.sort_by(f64::total_cmp);
        Ok(Self(values))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The value that this share (0 to 1) of them does not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len() - 1;
        self.0[((last as f64 * share).ceil() as usize).min(last)]
    }

    /// The one in the middle; the upper of two.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub fn longest(&self) -> f64 {
        self.quantile(1.0)
    }
}

/// The ratios of what was measured in the same rounds: a machine that is busy for a while is busy for both.
///
/// # Errors
/// When the rounds are not the same, or there are none.
pub fn ratios(ours: &[f64], theirs: &[f64]) -> Result<Sample, Failure> {
    if ours.len() != theirs.len() {
        return Err(format!("{} rounds are compared with {}", ours.len(), theirs.len()).into());
    }
    Sample::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::of(values.to_vec()).expect("a sample")
    }

    #[test]
    fn quantiles_are_measurements_whatever_their_order_was() {
        let all = sample(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!([0.0, 0.25, 0.5, 0.75, 1.0].map(|share| all.quantile(share)), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((all.median(), all.longest()), (3.0, 5.0));
        assert_eq!(sample(&[1.0, 2.0]).median(), 2.0);
        assert_eq!(sample(&[7.0]).quantile(0.99), 7.0);
    }

    #[test]
    fn of_a_thousand_the_slowest_ten_lie_above_the_99th_percentile() {
        let all = sample(&(1..=1000).map(f64::from).collect::<Vec<_>>());
        assert_eq!(all.quantile(0.99), 991.0);
    }

    #[test]
    fn nothing_measured_is_an_error_and_so_is_no_number() {
        assert_eq!(Sample::of(Vec::new()).map_err(|e| e.to_string()), Err("nothing was measured".to_owned()));
        for wrong in [f64::NAN, f64::INFINITY] {
            assert!(Sample::of(vec![1.0, wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        // Twice as slow in every round, on a machine that becomes ten times slower in between.
        let all = ratios(&[2.0, 20.0, 4.0], &[1.0, 10.0, 2.0]).expect("three ratios");
        assert_eq!((all.quantile(0.0), all.longest()), (2.0, 2.0));
        assert!(ratios(&[1.0], &[1.0, 2.0]).is_err());
        assert!(ratios(&[1.0], &[0.0]).is_err());
    }
}
