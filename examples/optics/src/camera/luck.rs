//! Randomness from a seed, in the shapes that a camera needs.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A seeded source of chance: the same seed, the same luck, on every machine.
#[derive(Debug)]
pub(super) struct Luck(ChaCha8Rng);

impl Luck {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Anything from `low` to `high`, all equally likely.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    /// A normal value, as a sum of twelve uniform ones: never further than six deviations away.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.between(-0.5, 0.5)).sum();
        mean + deviation * sum
    }

    /// Nearly normal with mean 0 and deviation 1, from the four bytes of one word: good enough for
    /// a pixel's noise, of which a picture needs a million.
    pub(super) fn noise(&mut self) -> f32 {
        // Four bytes have the variance 4 · (256² − 1) / 12.
        const DEVIATION: f32 = 147.8;
        let sum: u32 = self.0.next_u32().to_le_bytes().iter().map(|byte| u32::from(*byte)).sum();
        (sum as f32 - 510.0) / DEVIATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_the_mean_zero_and_the_deviation_one() {
        let mut luck = Luck::new(1);
        let noise: Vec<f32> = (0..20_000).map(|_| luck.noise()).collect();
        let mean = noise.iter().sum::<f32>() / 20_000.0;
        let variance = noise.iter().map(|n| n * n).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
