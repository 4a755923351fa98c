//! Makes identifiers as AWS makes them: unguessable to a reader, equal for equal seeds.

use super::{Arn, RegionName};

/// A source of new identifiers. Every id depends on the seed and on how many were made before.
#[derive(Debug, Clone)]
pub struct Mint {
    random: fastrand::Rng,
}

impl Mint {
    /// A mint for this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed ^ 0x6d69_6e74) }
    }

    /// `prefix-0` and sixteen hexadecimal digits: seventeen after the dash, as EC2 ids have.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{:016x}", self.random.u64(..))
    }

    /// Sixteen hexadecimal digits, as in the ARNs of load balancers and target groups.
    pub fn hex16(&mut self) -> String {
        format!("{:016x}", self.random.u64(..))
    }

    /// Twenty-six letters and digits, as in RDS resource ids and hosted zones.
    pub fn letters(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let random = &mut self.random;
        (0..length)
            .filter_map(|_| LETTERS.get(random.usize(..LETTERS.len())).map(|letter| char::from(*letter)))
            .collect()
    }

    /// A UUID, version 4.
    pub fn uuid(&mut self) -> String {
        let high = self.random.u64(..);
        let low = self.random.u64(..);
        super::random::uuid(high, low)
    }

    /// `arn:aws:service:region:account:resource`.
    #[must_use]
    pub fn arn(service: &str, region: &RegionName, account: &str, resource: &str) -> Arn {
        Arn::from(format!("arn:aws:{service}:{region}:{account}:{resource}"))
    }
}
