//! When a zone stands out (`aws-domain.md` B.2).

/// Thresholds of the verdict on zones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZoneRules {
    /// Share of a zone's serving targets from which it is conspicuous.
    pub share: f64,
    /// Share in every other zone below which the conspicuous one stands out.
    pub elsewhere: f64,
    /// Hosts that must be hit for it not to be one host's fault.
    pub hosts: usize,
    /// One-minute periods looked at.
    pub periods: usize,
    /// How many of them must be bad.
    pub bad_periods: usize,
    /// Requests a zone must have had in the periods for its errors to say anything.
    pub min_requests: f64,
}

impl Default for ZoneRules {
    fn default() -> Self {
        Self { share: 0.20, elsewhere: 0.05, hosts: 2, periods: 5, bad_periods: 3, min_requests: 100.0 }
    }
}
