//! Which metrics there are: `ListMetrics`.

use super::super::super::world::{BalancerKind, InstanceState, Region, World};
use super::Metric;

const INSTANCE: &[&str] = &[
    "CPUUtilization",
    "StatusCheckFailed",
    "StatusCheckFailed_AttachedEBS",
    "StatusCheckFailed_Instance",
    "StatusCheckFailed_System",
];
const HTTP: &[&str] = &[
    "ActiveConnectionCount",
    "HTTPCode_ELB_502_Count",
    "HTTPCode_ELB_503_Count",
    "HTTPCode_ELB_504_Count",
    "HTTPCode_ELB_5XX_Count",
    "HTTPCode_Target_2XX_Count",
    "HTTPCode_Target_4XX_Count",
    "HTTPCode_Target_5XX_Count",
    "NewConnectionCount",
    "RequestCount",
    "TargetConnectionErrorCount",
    "TargetResponseTime",
];
const FLOWS: &[&str] = &[
    "ActiveFlowCount",
    "NewFlowCount",
    "ProcessedBytes",
    "TCP_Client_Reset_Count",
    "TCP_ELB_Reset_Count",
    "TCP_Target_Reset_Count",
];
const HOSTS: &[&str] = &["HealthyHostCount", "UnHealthyHostCount"];
const CLASSIC: &[&str] = &[
    "BackendConnectionErrors",
    "HTTPCode_Backend_2XX",
    "HTTPCode_Backend_4XX",
    "HTTPCode_Backend_5XX",
    "HTTPCode_ELB_5XX",
    "HealthyHostCount",
    "Latency",
    "RequestCount",
    "UnHealthyHostCount",
];
const DATABASE: &[&str] = &[
    "AuroraReplicaLag",
    "CPUUtilization",
    "CommitThroughput",
    "DatabaseConnections",
    "FreeStorageSpace",
    "FreeableMemory",
    "OldestReplicationSlotLag",
    "ReadIOPS",
    "ReadLatency",
    "ReplicaLag",
    "TransactionLogsDiskUsage",
    "WriteIOPS",
    "WriteLatency",
];
const GATEWAY: &[&str] = &[
    "BytesOutToDestination",
    "ConnectionAttemptCount",
    "ConnectionEstablishedCount",
    "ErrorPortAllocation",
    "PacketsDropCount",
    "PacketsOutToDestination",
];
const GLOBAL: &[&str] = &["AuroraGlobalDBProgressLag", "AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"];
const QUEUE: &[&str] = &[
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfMessagesVisible",
    "NumberOfMessagesDeleted",
    "NumberOfMessagesSent",
];

impl World {
    /// Every metric of `region` that had a datapoint in the last minutes, sorted.
    #[must_use]
    pub fn metrics(&self, region: &Region) -> Vec<Metric> {
        let mut metrics = self.possible_metrics(region);
        metrics.retain(|metric| self.has_datapoint(region, metric));
        metrics.sort();
        metrics
    }

    /// Whether a metric had a datapoint in the last minutes: counters that never count (and lag of what does not replicate)
    /// have none, and are not listed.
    #[must_use]
    pub fn has_datapoint(&self, region: &Region, metric: &Metric) -> bool {
        let newest = self.now.minute() - (self.late_s(self.now) / 60.0) as i64;
        let mut minutes = (1..=15).map(|back| super::SimTime::of_minute(newest - back));
        minutes.any(|minute| self.metric(region, metric, minute).is_some())
    }

    /// Every metric that `region` may have, in no order: cheap enough for half a million, which asking each is not.
    #[must_use]
    pub fn possible_metrics(&self, region: &Region) -> Vec<Metric> {
        let mut list = List(Vec::new());
        for instance in region.instances.values().filter(|instance| instance.state == InstanceState::Running) {
            list.add("AWS/EC2", INSTANCE, &[("InstanceId", instance.id.as_str())]);
        }
        for group in region.groups.values() {
            let name = [("AutoScalingGroupName", group.name.as_str())];
            list.add("AWS/EC2", &["CPUUtilization"], &name);
            let metrics: Vec<&str> = group.metrics.iter().map(String::as_str).collect();
            list.add("AWS/AutoScaling", &metrics, &name);
        }
        balancers(region, &mut list);
        for database in region.databases.values() {
            list.add("AWS/RDS", DATABASE, &[("DBInstanceIdentifier", database.id.as_str())]);
        }
        for cluster in region.clusters.values() {
            list.add("AWS/RDS", GLOBAL, &[("DBClusterIdentifier", cluster.id.as_str())]);
        }
        for gateway in region.nat_gateways.keys() {
            list.add("AWS/NATGateway", GATEWAY, &[("NatGatewayId", gateway)]);
        }
        for queue in region.services.values().filter_map(|service| service.queue.as_ref()) {
            list.add("AWS/SQS", QUEUE, &[("QueueName", &queue.name)]);
        }
        list.0
    }
}

fn balancers(region: &Region, list: &mut List) {
    for balancer in region.balancers.values() {
        let (namespace, names) = match balancer.kind {
            BalancerKind::Application => (balancer.kind.namespace(), HTTP),
            BalancerKind::Network => (balancer.kind.namespace(), FLOWS),
        };
        let own = ("LoadBalancer", balancer.metric_dimension());
        list.add(namespace, names, &[own]);
        for zone in &balancer.zones {
            list.add(namespace, names, &[("AvailabilityZone", zone.zone.as_str()), own]);
        }
        for group in balancer.target_groups().into_iter().filter_map(|arn| region.target_groups.get(arn)) {
            let target_group = ("TargetGroup", group.metric_dimension());
            let both: Vec<&str> = names
                .iter()
                .chain(HOSTS)
                .copied()
                .chain((balancer.kind == BalancerKind::Application).then_some("RequestCountPerTarget"))
                .collect();
            list.add(namespace, &both, &[own, target_group]);
            for zone in &balancer.zones {
                list.add(namespace, &both, &[("AvailabilityZone", zone.zone.as_str()), own, target_group]);
            }
        }
    }
    for classic in region.classic_balancers.values() {
        let own = ("LoadBalancerName", classic.name.as_str());
        list.add("AWS/ELB", CLASSIC, &[own]);
        for zone in &classic.zones {
            list.add("AWS/ELB", CLASSIC, &[("AvailabilityZone", zone.as_str()), own]);
        }
    }
}

struct List(Vec<Metric>);

impl List {
    fn add(&mut self, namespace: &str, names: &[&str], dimensions: &[(&str, &str)]) {
        for name in names {
            self.0.push(Metric {
                namespace: namespace.to_owned(),
                name: (*name).to_owned(),
                dimensions: dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            });
        }
    }
}
