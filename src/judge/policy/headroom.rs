//! How full what remains may become (`aws-domain.md` B.4).

/// Limits of what-if and of the headroom checks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadroomRules {
    /// Per cent of CPU that a service may reach once a zone is gone.
    pub cpu_limit: f64,
    /// Per cent of CPU that an instance uses without any work: what does not grow with its load. 0 is the cautious side.
    pub idle_cpu: f64,
}

impl Default for HeadroomRules {
    fn default() -> Self {
        Self { cpu_limit: 70.0, idle_cpu: 0.0 }
    }
}
