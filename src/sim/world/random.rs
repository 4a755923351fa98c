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

/// A number in -1..1, near 0 more often than not (the mean of two).
#[must_use]
pub fn spread(seed: u64, subject: &[&str], step: i64) -> f64 {
    unit(seed, subject, step) + unit(!seed, subject, step) - 1.0
}

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
