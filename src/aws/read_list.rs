//! The lists of calls that a session may make, enforced inside the SDK before any byte leaves.
//!
//! Owns: the read list and the interceptor. Depends on: the SDK's hooks. Must stay true: what is not on the list is refused, and so is a request
//! whose operation cannot be told.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// A call that a session refused, since its list has none of it.
#[derive(Debug, thiserror::Error)]
#[error("{call} is not on the {list}")]
pub struct Refusal {
    list: &'static str,
    call: String,
}

/// Every operation that reading may use, by the SDK's service name.
pub const READ_LIST: &[(&str, &[&str])] = &[
    ("ARC Zonal Shift", &["ListManagedResources", "ListZonalShifts", "ListAutoshifts", "GetManagedResource"]),
    (
        "Auto Scaling",
        &[
            "DescribeAutoScalingGroups",
            "DescribeAutoScalingInstances",
            "DescribeInstanceRefreshes",
            "DescribeLifecycleHooks",
            "DescribePolicies",
            "DescribeScalingActivities",
            "DescribeScheduledActions",
        ],
    ),
    ("CloudTrail", &["LookupEvents"]),
    ("CloudWatch", &["DescribeAlarmHistory", "DescribeAlarms", "GetMetricData"]),
    (
        "EC2",
        &[
            "DescribeAddresses",
            "DescribeAvailabilityZones",
            "DescribeImages",
            "DescribeInstanceAttribute",
            "DescribeInstanceStatus",
            "DescribeInstances",
            "DescribeLaunchTemplateVersions",
            "DescribeLaunchTemplates",
            "DescribeNatGateways",
            "DescribeRegions",
            "DescribeRouteTables",
            "DescribeSnapshots",
            "DescribeSubnets",
            "DescribeVolumeStatus",
        ],
    ),
    ("Elastic Load Balancing", &["DescribeInstanceHealth", "DescribeLoadBalancerAttributes", "DescribeLoadBalancers"]),
    (
        "Elastic Load Balancing v2",
        &[
            "DescribeListeners",
            "DescribeLoadBalancerAttributes",
            "DescribeLoadBalancers",
            "DescribeTags",
            "DescribeTargetGroupAttributes",
            "DescribeTargetGroups",
            "DescribeTargetHealth",
        ],
    ),
    ("Health", &["DescribeEvents"]),
    ("IAM", &["ListAccountAliases", "SimulatePrincipalPolicy"]),
    ("RDS", &["DescribeDBClusters", "DescribeDBInstances", "DescribeEvents", "DescribeGlobalClusters"]),
    ("Route 53", &["ListHostedZones", "ListResourceRecordSets"]),
    ("STS", &["GetCallerIdentity"]),
];

/// Whether the read list has this operation.
pub fn is_read(service: &str, operation: &str) -> bool {
    READ_LIST.iter().any(|(name, operations)| *name == service && operations.contains(&operation))
}

/// Which calls a session may make, by its mode.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// What the list is called.
    pub list: &'static str,
    /// Whether it has an operation, by the SDK's names of service and operation.
    pub has: fn(&str, &str) -> bool,
}

/// What a read-only session may call.
pub const READS_ALONE: Allowed = Allowed { list: "read list", has: is_read };

/// The SDK hook that refuses; every client of a session carries it.
#[derive(Debug)]
pub struct ListedOnly(pub Allowed);

impl Intercept for ListedOnly {
    fn name(&self) -> &'static str {
        "ListedOnly"
    }

    // Earlier hooks run before the operation has told its name; none of this one's successors has yet asked for credentials.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let list = self.0.list;
        match config.load::<Metadata>() {
            Some(operation) if (self.0.has)(operation.service(), operation.name()) => Ok(()),
            Some(operation) => {
                Err(Refusal { list, call: format!("{}:{}", operation.service(), operation.name()) }.into())
            }
            None => Err(Refusal { list, call: "a request without a name".to_owned() }.into()),
        }
    }
}
