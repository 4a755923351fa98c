//! Which metrics tell what of a thing: the one place that spells CloudWatch's namespaces, names and dimensions.
//!
//! Owns: [`Query`]. Depends on: rows. Must stay true: whoever asks for a metric and whoever reads it build it here, so that they
//! mean the same one.

use serde::{Deserialize, Serialize};

use super::alarm::{Metric, Series};
use crate::id::{Arn, ClassicName, DatabaseId, GroupName, Text, ZoneName};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Requests a minute; of a network balancer, new flows.
    Requests,
    /// Answers of targets with a 5xx a minute; of a network balancer, resets by targets. Absent is zero while requests flow.
    Errors,
    /// Seconds that targets took, p99. Network balancers have none.
    Latency,
    /// Answers with a 5xx that the balancer made itself a minute: no target took the request. Absent is zero.
    BalancerErrors,
    /// CPU of a group's members, per cent, average.
    Cpu,
    /// Age in seconds of the oldest message that waits in a queue.
    QueueAge,
    /// Packets that a NAT gateway dropped a minute.
    NatDrops,
    /// Times a NAT gateway had no port left, a minute.
    NatPortErrors,
    /// Seconds a replica is behind; -1 is broken (`aws-domain.md` A.4).
    ReplicaLag,
    /// Milliseconds an Aurora reader is behind.
    ReaderLag,
    /// Milliseconds a secondary region of a global database is behind, of user transactions.
    GlobalLag,
    /// Seconds a database's write took.
    WriteLatency,
    /// CPU of a database, per cent.
    DatabaseCpu,
    /// Connections to a database.
    Connections,
}

/// One metric with the statistic that is asked of it, a value a minute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Query {
    /// The metric.
    pub metric: Metric,
    /// `Sum`, `Average`, `Maximum`, `p99`.
    pub statistic: Text,
}

impl Query {
    /// Of a target group behind one of its balancers, in all or as the balancer's node in one zone counts; none where the balancer
    /// does not count it. With cross-zone balancing on, a node's zone is not the targets' (`aws-domain.md` B.1, 3).
    pub fn of_target_group(measure: Measure, balancer: &Arn, group: &Arn, zone: Option<&ZoneName>) -> Option<Self> {
        let (namespace, name, statistic) = balancer_metric(measure, balancer)?;
        let mut dimensions: Vec<(&str, &str)> = Vec::with_capacity(3);
        dimensions.extend(zone.map(|zone| ("AvailabilityZone", zone.as_str())));
        dimensions.push(("LoadBalancer", balancer_dimension(balancer)));
        dimensions.push(("TargetGroup", group.resource()));
        Some(Self::new(namespace, name, statistic, &dimensions))
    }

    /// Of a load balancer as a whole, in all or by one zone's node.
    pub fn of_balancer(measure: Measure, balancer: &Arn, zone: Option<&ZoneName>) -> Option<Self> {
        let (namespace, name, statistic) = balancer_metric(measure, balancer)?;
        let mut dimensions: Vec<(&str, &str)> = Vec::with_capacity(2);
        dimensions.extend(zone.map(|zone| ("AvailabilityZone", zone.as_str())));
        dimensions.push(("LoadBalancer", balancer_dimension(balancer)));
        Some(Self::new(namespace, name, statistic, &dimensions))
    }

    /// Of a classic balancer.
    pub fn of_classic(measure: Measure, balancer: &ClassicName, zone: Option<&ZoneName>) -> Option<Self> {
        let (name, statistic) = match measure {
            Measure::Requests => ("RequestCount", "Sum"),
            Measure::Errors => ("HTTPCode_Backend_5XX", "Sum"),
            Measure::BalancerErrors => ("HTTPCode_ELB_5XX", "Sum"),
            Measure::Latency => ("Latency", "p99"),
            _ => return None,
        };
        let mut dimensions: Vec<(&str, &str)> = Vec::with_capacity(2);
        dimensions.extend(zone.map(|zone| ("AvailabilityZone", zone.as_str())));
        dimensions.push(("LoadBalancerName", balancer.as_str()));
        Some(Self::new("AWS/ELB", name, statistic, &dimensions))
    }

    /// The CPU of a group's members.
    pub fn of_group(group: &GroupName) -> Self {
        Self::new("AWS/EC2", "CPUUtilization", "Average", &[("AutoScalingGroupName", group.as_str())])
    }

    /// The CPU of one instance.
    pub fn of_instance(instance: &str) -> Self {
        Self::new("AWS/EC2", "CPUUtilization", "Average", &[("InstanceId", instance)])
    }

    /// Whether any status check of an instance fails: 1 where one does.
    pub fn of_checks(instance: &str) -> Self {
        Self::new("AWS/EC2", "StatusCheckFailed", "Maximum", &[("InstanceId", instance)])
    }

    /// The age of what waits in a queue.
    pub fn of_queue(queue: &str) -> Self {
        Self::new("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", &[("QueueName", queue)])
    }

    /// What a NAT gateway drops or has no port for.
    pub fn of_nat(measure: Measure, gateway: &str) -> Option<Self> {
        let name = match measure {
            Measure::NatDrops => "PacketsDropCount",
            Measure::NatPortErrors => "ErrorPortAllocation",
            _ => return None,
        };
        Some(Self::new("AWS/NATGateway", name, "Sum", &[("NatGatewayId", gateway)]))
    }

    /// Of a DB instance.
    pub fn of_database(measure: Measure, database: &DatabaseId) -> Option<Self> {
        let (name, statistic) = match measure {
            Measure::ReplicaLag => ("ReplicaLag", "Maximum"),
            Measure::ReaderLag => ("AuroraReplicaLag", "Maximum"),
            Measure::WriteLatency => ("WriteLatency", "Average"),
            Measure::DatabaseCpu => ("CPUUtilization", "Average"),
            Measure::Connections => ("DatabaseConnections", "Average"),
            _ => return None,
        };
        Some(Self::new("AWS/RDS", name, statistic, &[("DBInstanceIdentifier", database.as_str())]))
    }

    /// How far a global database's cluster is behind, asked in the region of that cluster.
    pub fn of_global_member(cluster: &str) -> Self {
        Self::new("AWS/RDS", "AuroraGlobalDBRPOLag", "Maximum", &[("DBClusterIdentifier", cluster)])
    }

    /// Whether this series answers it.
    pub fn is_answered_by(&self, series: &Series) -> bool {
        series.metric == self.metric && series.statistic == self.statistic
    }

    fn new(namespace: &str, name: &str, statistic: &str, dimensions: &[(&str, &str)]) -> Self {
        let dimensions = dimensions.iter().map(|(key, value)| (Text::from(*key), Text::from(*value))).collect();
        let metric = Metric { namespace: namespace.into(), name: name.into(), dimensions };
        Self { metric, statistic: statistic.into() }
    }
}

/// Namespace, name and statistic of what a balancer measures, by its kind.
fn balancer_metric(measure: Measure, balancer: &Arn) -> Option<(&'static str, &'static str, &'static str)> {
    let network = match balancer_dimension(balancer).split('/').next() {
        Some("app") => false,
        Some("net") => true,
        // A gateway balancer counts bytes and flows of its own, not requests.
        _ => return None,
    };
    Some(match (measure, network) {
        (Measure::Requests, false) => ("AWS/ApplicationELB", "RequestCount", "Sum"),
        (Measure::Errors, false) => ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum"),
        (Measure::BalancerErrors, false) => ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum"),
        (Measure::Latency, false) => ("AWS/ApplicationELB", "TargetResponseTime", "p99"),
        (Measure::Requests, true) => ("AWS/NetworkELB", "NewFlowCount", "Sum"),
        (Measure::Errors, true) => ("AWS/NetworkELB", "TCP_Target_Reset_Count", "Sum"),
        _ => return None,
    })
}

/// `app/web/50dc6c495c0c9188` of a balancer's ARN.
fn balancer_dimension(balancer: &Arn) -> &str {
    balancer.as_str().split_once(":loadbalancer/").map_or_else(|| balancer.as_str(), |(_, path)| path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_those_that_cloudwatch_documents() {
        let balancer =
            Arn::from("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188");
        let group = Arn::from("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/73e2d6bc24d8a067");
        let query =
            Query::of_target_group(Measure::Errors, &balancer, &group, Some(&ZoneName::from("us-east-1b"))).unwrap();
        let dimensions: Vec<String> =
            query.metric.dimensions.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            dimensions,
            [
                "AvailabilityZone=us-east-1b",
                "LoadBalancer=app/web/50dc6c495c0c9188",
                "TargetGroup=targetgroup/web/73e2d6bc24d8a067"
            ]
        );
        assert_eq!((&*query.metric.name, &*query.statistic), ("HTTPCode_Target_5XX_Count", "Sum"));
        let network = Arn::from("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/search/50dc");
        assert_eq!(Query::of_balancer(Measure::Latency, &network, None), None, "flows have no response time");
        assert_eq!(&*Query::of_balancer(Measure::Requests, &network, None).unwrap().metric.name, "NewFlowCount");
    }
}
