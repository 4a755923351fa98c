//! Services of the simulated company: where traffic comes from and what it costs. AWS knows nothing of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Arn, ClassicName, GroupName, History, InstanceId, ServiceName, SimTime, Traffic, Way};

/// A service in one region.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// Its name, the value of its resources' `Service` tag.
    pub name: ServiceName,
    /// The traffic that it gets.
    pub demand: Demand,
    /// The queue that it works off, for workers.
    pub queue: Option<Queue>,
    /// Fault factor on its demand over time; 1 in calm.
    pub factor: History<f64>,
    /// A cause: its health check path fails although it works, since then.
    pub health_path_broken: Option<SimTime>,
    /// A cause: its clients retry what fails, several times and at once, since then.
    pub retry_storm: Option<SimTime>,
    /// The databases and clusters that it needs, by name, each with the share of its requests that need the writer.
    pub uses: BTreeMap<String, f64>,
    /// The target groups that take its traffic.
    pub target_groups: Vec<Arn>,
    /// The classic load balancers that take its traffic.
    pub classic_balancers: Vec<ClassicName>,
    /// The groups whose members serve it.
    pub groups: Vec<GroupName>,
    /// Instances outside of groups that serve it.
    pub instances: Vec<InstanceId>,
    /// The share of its clients that come on each way, as the world began.
    #[serde(skip)]
    pub ways: BTreeMap<Way, f64>,
    /// Its traffic.
    #[serde(skip)]
    pub traffic: Traffic,
}

/// The traffic of a service at a load factor of 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Demand {
    /// Requests (or jobs, or flows) a second, in all.
    pub rps: f64,
    /// Requests a second at which one instance's CPU is at 100 per cent.
    pub capacity_rps: f64,
    /// CPU of an idle instance, per cent.
    pub idle_cpu: f64,
    /// Median response time without load, seconds.
    pub latency_s: f64,
    /// Share of requests that fail in calm.
    pub error_share: f64,
    /// Share of requests for which an instance calls something outside of the network: they need the way out.
    pub egress: f64,
    /// Share of clients that hold on to a balancer's node for long, whatever DNS says (`aws-domain.md F.17`).
    pub pinned: f64,
}

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Its name.
    pub name: String,
}
