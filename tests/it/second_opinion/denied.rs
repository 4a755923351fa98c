//! A role that may describe EC2 and nothing else, in an account that others simulate and whose permissions they enforce.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::program::Fournines;
use crate::support::python::Python;

/// Kinds that the role may not read, and what it would need.
const DENIED: &[(&str, &str)] = &[
    ("groups", "autoscaling:DescribeAutoScalingGroups"),
    ("load-balancers", "elasticloadbalancing:DescribeLoadBalancers"),
    ("target-groups", "elasticloadbalancing:DescribeTargetGroups"),
    ("classic-balancers", "elasticloadbalancing:DescribeLoadBalancers"),
    ("databases", "rds:DescribeDBInstances"),
    ("clusters", "rds:DescribeDBClusters"),
    ("global-clusters", "rds:DescribeGlobalClusters"),
];

#[test]
fn what_the_role_may_not_read_is_named_and_counts_nothing() {
    let python = Python::ready();
    let (_moto, url) = python.moto();
    let keys: Value = serde_json::from_str(&python.run("restricted.py", &[&url])).unwrap();
    let fournines = Fournines::at(&url)
        .with("AWS_ACCESS_KEY_ID", keys["id"].as_str().unwrap())
        .with("AWS_SECRET_ACCESS_KEY", keys["secret"].as_str().unwrap());

    let (status, exit) = fournines.document("status --json --region us-east-1");
    assert_eq!((&status["verdict"], exit), (&json!("unknown"), 3));
    let errors = status["regions"][0]["errors"].as_array().unwrap().iter();
    let errors: BTreeMap<&str, &Value> = errors.map(|error| (error["kind"].as_str().unwrap(), error)).collect();
    for (kind, action) in DENIED {
        let error = errors.get(kind).unwrap_or_else(|| panic!("{kind} is not among {errors:?}"));
        assert_eq!((&error["iam_action"], &error["code"]), (&json!(action), &json!("AccessDenied")), "{error}");
    }
    assert!(!errors.contains_key("instances") && !errors.contains_key("zones"), "{errors:?}");
    let zones = status["zones"].as_array().unwrap();
    assert_eq!(zones.iter().map(|zone| zone["instances"]["running"].as_u64().unwrap()).sum::<u64>(), 3);
    for zone in zones {
        for count in ["targets", "in_service", "database_writers", "database_standbys"] {
            assert!(zone[count].is_null(), "{count} of {zone}");
        }
    }

    let listed = fournines.run("list groups --region us-east-1");
    assert_eq!(listed.code, Some(3));
    assert!(
        listed.err.contains("rows are missing") && listed.err.contains("allow autoscaling:DescribeAutoScalingGroups"),
        "{}",
        listed.err
    );
    assert!(!listed.out.contains("none"), "{}", listed.out);
}
