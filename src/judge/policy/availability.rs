//! The figures that the availability arithmetic begins from (`aws-domain.md` D).

/// Availabilities of single parts: AWS's published SLAs where there are any, which are contracts and no predictions. Each date is
/// that of the page as it was seen.
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
    /// How often a year a database fails over, maintenance included. AWS publishes none: an assumption.
    pub failovers_a_year: f64,
    /// Seconds that a Multi-AZ instance takes to fail over: 60 to 120 (`aws-domain.md` A.4).
    pub failover_multi_az_s: f64,
    /// Seconds that a Multi-AZ cluster takes to fail over: under 35 (`aws-domain.md` A.4).
    pub failover_cluster_s: f64,
    /// Seconds that Aurora takes to fail over to a reader: under 30 to 60 (`aws-domain.md` C.3).
    pub failover_aurora_s: f64,
    /// What everything shares: region, control plane, releases. 1 leaves it out.
    pub shared: f64,
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
            failovers_a_year: 2.0,
            failover_multi_az_s: 90.0,
            failover_cluster_s: 35.0,
            failover_aurora_s: 45.0,
            shared: 1.0,
            target: 0.9999,
        }
    }
}
