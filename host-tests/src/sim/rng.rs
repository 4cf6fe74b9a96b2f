//! Random numbers that are the same in every run (SplitMix64).

use std::time::Duration;

/// A sequence of its own for each seed.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent sequence for a part, so that leaving a part out changes nothing for the others.
    pub fn part(&self, number: u64) -> Self {
        let mut mixed = Self(self.0 ^ number.wrapping_add(1).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Self(mixed.next())
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most.saturating_sub(least) + 1)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.between(0, 99) < chance
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        let last = among.len().saturating_sub(1) as u64;
        among[self.between(0, last) as usize].clone()
    }

    /// A time between two others, in milliseconds.
    pub fn time(&mut self, least: Duration, most: Duration) -> Duration {
        Duration::from_millis(self.between(least.as_millis() as u64, most.as_millis() as u64))
    }
}

/// Minutes as a duration.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
