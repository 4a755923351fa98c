//! RDS and Aurora.
//!
//! Owns: the reads of `aws-domain.md` A.4, one file a resource, and the writes of C.3. Must stay true: an identifier may be a name in any
//! case or an ARN, and one that is not there is refused with the code of its kind and status 404.

mod clusters;
mod events;
mod global_clusters;
mod instances;
mod maintenance;
mod subnet_groups;
mod tags;

use super::{Action, Service, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Filter, Params};
use crate::sim::wire::writer::Writer;
use crate::sim::world::Tags;

/// Its actions.
pub const ACTIONS: &[Action] = &[
    Action::read(Service::Rds, "DescribeDBClusters", clusters::describe),
    Action::read(Service::Rds, "DescribeDBInstances", instances::describe),
    Action::read(Service::Rds, "DescribeDBSubnetGroups", subnet_groups::describe),
    Action::read(Service::Rds, "DescribeEvents", events::describe),
    Action::read(Service::Rds, "DescribeGlobalClusters", global_clusters::describe),
    Action::read(Service::Rds, "DescribePendingMaintenanceActions", maintenance::describe),
    Action::read(Service::Rds, "ListTagsForResource", tags::list),
    Action::write(Service::Rds, "FailoverDBCluster", clusters::failover),
    Action::write(Service::Rds, "RebootDBInstance", instances::reboot),
];

/// The request's filters, all of them among `known`.
fn filters(params: &Params, known: &[&str]) -> Result<Vec<Filter>, ApiError> {
    let filters = params.filters()?;
    match filters.iter().find(|filter| !known.contains(&filter.name.as_str())) {
        Some(filter) => Err(ApiError::validation(format!("Unrecognized filter name: {}", filter.name))),
        None => Ok(filters),
    }
}

/// Whether a value of the filter is this identifier or ARN.
fn names(filter: &Filter, id: &str, arn: &str) -> bool {
    filter.values.iter().any(|value| is_same(value, id, arn))
}

/// Whether `asked` is this identifier, in any case, or ARN.
fn is_same(asked: &str, id: &str, arn: &str) -> bool {
    asked.eq_ignore_ascii_case(id) || asked == arn
}

/// The identifier that the request asks for, if it asks for one.
fn asked<'r>(params: &'r Params, name: &str) -> Option<&'r str> {
    params.text(name).filter(|text| !text.is_empty())
}

fn not_found(code: &'static str, message: String) -> ApiError {
    ApiError::new(code, message).status(404)
}

fn write_tags(w: &mut Writer, tags: &Tags) {
    w.list("TagList", "Tag", tags.iter(), |w, (key, value)| {
        w.text("Key", key);
        w.text("Value", value);
    });
}

fn write_security_groups(w: &mut Writer, groups: &[String]) {
    w.list("VpcSecurityGroups", "VpcSecurityGroupMembership", groups, |w, group| {
        w.text("VpcSecurityGroupId", group);
        w.text("Status", "active");
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::probe::{ask, column, nothing, world};
    use super::*;

    fn databases(params: Value) -> Result<Vec<String>, (u16, &'static str)> {
        let answer = ask(&world(), Service::Rds, "DescribeDBInstances", params)?;
        let databases = answer["DBInstances"].as_array().unwrap();
        Ok(column(databases, "DBInstanceIdentifier").into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn identifiers_are_names_in_any_case_or_arns() {
        let arn = "arn:aws:rds:us-east-1:123456789012:db:orders";
        assert_eq!(databases(json!({"DBInstanceIdentifier": "ORDERS"})), Ok(vec!["orders".to_owned()]));
        assert_eq!(databases(json!({"DBInstanceIdentifier": arn})), Ok(vec!["orders".to_owned()]));
        assert_eq!(databases(json!({"DBInstanceIdentifier": "order"})), Err((404, "DBInstanceNotFound")));
        let filter = |name: &str, value: &str| json!({"Filters": [{"Name": name, "Values": [value]}]});
        assert_eq!(databases(filter("db-cluster-id", "catalog")).unwrap().len(), 3);
        assert_eq!(databases(filter("domain", "x")), Ok(Vec::new()));
        assert_eq!(databases(filter("status", "available")), Err((400, "InvalidParameterValue")));
    }

    /// aws-domain.md A.4: 20 to 100 a page.
    #[test]
    fn refusals_carry_the_codes_of_their_kind() {
        let world = world();
        let table = [
            ("DescribeDBInstances", json!({"MaxRecords": 19}), (400, "InvalidParameterValue")),
            ("DescribeDBInstances", json!({"Marker": "x"}), (400, "InvalidParameterValue")),
            ("DescribeDBClusters", json!({"DBClusterIdentifier": "x"}), (404, "DBClusterNotFoundFault")),
            ("DescribeGlobalClusters", json!({"GlobalClusterIdentifier": "x"}), (404, "GlobalClusterNotFoundFault")),
            ("DescribeEvents", json!({"SourceIdentifier": "orders"}), (400, "InvalidParameterCombination")),
            ("DescribeEvents", json!({"SourceType": "db"}), (400, "InvalidParameterValue")),
            ("DescribeEvents", json!({"Duration": 20161}), (400, "InvalidParameterValue")),
            (
                "ListTagsForResource",
                json!({"ResourceName": "arn:aws:rds:us-east-1:1:db:x"}),
                (404, "DBInstanceNotFound"),
            ),
        ];
        for (action, params, refusal) in table {
            assert_eq!(ask(&world, Service::Rds, action, params.clone()), Err(refusal), "{action} {params}");
        }
    }

    #[test]
    fn events_of_the_last_hour_unless_asked_for_more() {
        let world = world();
        let dates = |params: Value| -> Vec<f64> {
            let answer = ask(&world, Service::Rds, "DescribeEvents", params).unwrap();
            answer["Events"].as_array().unwrap().iter().map(|event| event["Date"].as_f64().unwrap()).collect()
        };
        let (all, now) = (dates(json!({"Duration": 20160})), world.now.as_seconds_f64());
        assert!(!all.is_empty() && all.is_sorted());
        let recent = all.iter().filter(|date| **date >= now - 3600.0).count();
        assert_eq!(dates(nothing()).len(), recent);
        assert_eq!(dates(json!({"StartTime": all[0]})).len(), all.len());
    }
}
