//! What metrics may cost (`aws-domain.md` A.5).

/// The budget of CloudWatch metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricRules {
    /// US dollars a day that all metrics of this console together may cost.
    pub usd_a_day: f64,
    /// What a thousand metrics asked for cost, in US dollars.
    pub usd_per_thousand: f64,
}

impl Default for MetricRules {
    fn default() -> Self {
        Self { usd_a_day: 3.0, usd_per_thousand: 0.01 }
    }
}
