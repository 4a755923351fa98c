//! The figures that the availability arithmetic begins from (`aws-domain.md` D).

/// Availabilities of single parts: AWS's published SLAs where there are any, which are contracts and no predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AvailabilityRules {
    /// One instance. EC2's SLA for a single instance, as seen in 2022-05.
    pub instance: f64,
    /// One zone. AWS publishes none: an assumption.
    pub zone: f64,
    /// A load balancer over several zones. ELB's SLA as seen on 2022-07-25.
    pub balancer: f64,
    /// A load balancer in one zone. The same SLA.
    pub balancer_one_zone: f64,
    /// A Multi-AZ database instance or cluster. RDS's SLA as seen on 2024-01-22.
    pub database_multi_az: f64,
    /// A database in one zone. The same SLA.
    pub database_one_zone: f64,
    /// An Aurora cluster over zones. Aurora's SLA as seen on 2022-05-19.
    pub aurora: f64,
    /// An Aurora cluster in one zone. The same SLA.
    pub aurora_one_zone: f64,
    /// What every service is held to, unless it says otherwise.
    pub target: f64,
}

impl Default for AvailabilityRules {
    fn default() -> Self {
        Self {
            instance: 0.995,
            zone: 0.9995,
            balancer: 0.9999,
            balancer_one_zone: 0.999,
            database_multi_az: 0.9995,
            database_one_zone: 0.995,
            aurora: 0.9999,
            aurora_one_zone: 0.999,
            target: 0.9999,
        }
    }
}
