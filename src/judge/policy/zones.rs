//! When a zone stands out (`aws-domain.md` B.2).

use jiff::SignedDuration;

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
    /// Share of a zone's instances that must fail their status checks.
    pub checks_share: f64,
    /// Seconds before a new target's health counts, where no group of its own says.
    pub grace_s: u32,
    /// How likely it may at most be that a zone is sick of which a single service's targets fail and no other's.
    pub doubt: f64,
    /// Requests a zone must have had in the periods for its errors to say anything.
    pub min_requests: f64,
    /// Errors a zone must have had in the periods for them to say anything.
    pub min_errors: f64,
    /// Availability that a zone's answers must have missed for its errors to hurt anybody.
    pub availability: f64,
    /// How many times the others' latency a zone's must be.
    pub latency_ratio: f64,
    /// Seconds below which a latency hurts nobody.
    pub latency_s: f64,
    /// Share of its peers' requests below which a zone gets no traffic to speak of.
    pub traffic_share: f64,
}

impl ZoneRules {
    /// The time looked back over.
    pub fn window(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::try_from(self.periods).unwrap_or(i64::from(u16::MAX)))
    }
}

impl Default for ZoneRules {
    fn default() -> Self {
        Self {
            share: 0.20,
            elsewhere: 0.05,
            hosts: 2,
            periods: 5,
            bad_periods: 3,
            checks_share: 0.10,
            grace_s: 300,
            doubt: 0.05,
            min_requests: 100.0,
            min_errors: 20.0,
            availability: 0.999,
            latency_ratio: 2.0,
            latency_s: 0.1,
            traffic_share: 0.5,
        }
    }
}
