//! Randomness without a state: a value for a seed, a subject and an instant.
//!
//! Owns: the hash. Must stay true: the same question gets the same answer at any time and in any order, so that a
//! metric of last Tuesday reads the same whenever it is asked for.

/// A number in 0..1 for this seed, subject and step.
#[must_use]
pub fn unit(seed: u64, subject: &[&str], step: i64) -> f64 {
    // 53 bits are what an f64 holds exactly.
    (hash(seed, subject, step) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A UUID, version 4, of 128 bits that somebody drew.
#[must_use]
pub fn uuid(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0x0fff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// A number in -1..1, near 0 more often than not (the mean of two).
#[must_use]
pub fn spread(seed: u64, subject: &[&str], step: i64) -> f64 {
    unit(seed, subject, step) + unit(!seed, subject, step) - 1.0
}

/// How often something happens that is expected `mean` times: a draw from the distribution of Poisson.
#[must_use]
pub fn count(seed: u64, subject: &[&str], step: i64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    let first = unit(seed, subject, step);
    if mean > MANY {
        // Of many it is the normal distribution's (Box and Muller).
        let second = unit(!seed, subject, step);
        let normal = (-2.0 * (1.0 - first).ln()).sqrt() * (std::f64::consts::TAU * second).cos();
        return (mean + mean.sqrt() * normal).round().max(0.0);
    }
    let (mut count, mut chance) = (0.0, (-mean).exp());
    let mut left = first - chance;
    while left > 0.0 && count < 10.0 * MANY {
        count += 1.0;
        chance *= mean / count;
        left -= chance;
    }
    count
}

/// From here on the shape of a Poisson distribution is as good as normal.
const MANY: f64 = 50.0;

/// A number below `bound` (0 when `bound` is 0).
#[must_use]
pub fn below(seed: u64, subject: &[&str], bound: u64) -> u64 {
    hash(seed, subject, 0).checked_rem(bound).unwrap_or(0)
}

/// FNV-1a over the parts, finished with the mixer of SplitMix64 so that near inputs give far results.
fn hash(seed: u64, subject: &[&str], step: i64) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut feed = |bytes: &[u8]| {
        for byte in bytes {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    feed(&seed.to_le_bytes());
    for part in subject {
        feed(part.as_bytes());
        feed(&[0xff]);
    }
    feed(&step.to_le_bytes());
    let mut mixed = state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_scatter_about_their_mean_by_its_root() {
        for mean in [0.2, 4.0, 40.0, 900.0] {
            let draws: Vec<f64> = (0..4_000).map(|step| count(7, &["test"], step, mean)).collect();
            let average = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!((average / mean - 1.0).abs() < 0.06, "mean {mean}: {average}");
            assert!((variance / mean - 1.0).abs() < 0.12, "mean {mean}: variance {variance}");
        }
        assert_eq!(count(7, &["test"], 0, 0.0), 0.0);
    }
}
