//! Application and network load balancers (ELB version 2).
//!
//! Owns: the reads of `aws-domain.md` A.3, one file a resource. Must stay true: an ARN that is not there is refused
//! with the code of its kind, never answered with an empty list.

mod listeners;
mod load_balancers;
mod registration;
mod rules;
mod tags;
mod target_groups;
mod target_health;

use super::{Action, Service, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Bounds;
use crate::sim::wire::request::Params;
use crate::sim::wire::throttle::{ELB_REGISTER, ELB_SLOW, ThrottleClass};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{LoadBalancer, Region, TargetGroup};

const SERVICE: Service = Service::ElasticLoadBalancingV2;

/// Its actions.
pub const ACTIONS: &[Action] = &[
    Action::read(SERVICE, "DescribeListeners", listeners::describe),
    Action::read(SERVICE, "DescribeLoadBalancerAttributes", load_balancers::describe_attributes),
    Action::read(SERVICE, "DescribeLoadBalancers", load_balancers::describe),
    Action::read(SERVICE, "DescribeRules", rules::describe),
    Action::read(SERVICE, "DescribeTags", tags::describe),
    Action::read(SERVICE, "DescribeTargetGroupAttributes", target_groups::describe_attributes),
    Action::read(SERVICE, "DescribeTargetGroups", target_groups::describe),
    Action::read(SERVICE, "DescribeTargetHealth", target_health::describe),
    Action::write(SERVICE, "DeregisterTargets", registration::deregister).class(REGISTER),
    Action::write(SERVICE, "RegisterTargets", registration::register).class(REGISTER),
    Action::write(SERVICE, "SetSubnets", load_balancers::set_subnets).class(ThrottleClass::Own(ELB_SLOW)),
];

/// Registrations have a bucket of their own (`aws-domain.md` A.8).
const REGISTER: ThrottleClass = ThrottleClass::Own(ELB_REGISTER);

const BOUNDS: Bounds = Bounds { limit: "PageSize", token: "Marker", least: 1, most: 400, default: 400 };

/// A load balancer by its ARN.
fn load_balancer<'w>(region: &'w Region, arn: &str) -> Result<&'w LoadBalancer, ApiError> {
    well_formed(arn, ":loadbalancer/", "load balancer")?;
    let unknown = || ApiError::new("LoadBalancerNotFound", format!("Load balancer '{arn}' not found"));
    region.balancers.get(arn).ok_or_else(unknown)
}

/// A target group by its ARN.
fn target_group<'w>(region: &'w Region, arn: &str) -> Result<&'w TargetGroup, ApiError> {
    well_formed(arn, ":targetgroup/", "target group")?;
    let unknown = || ApiError::new("TargetGroupNotFound", format!("Target groups '{arn}' not found"));
    region.target_groups.get(arn).ok_or_else(unknown)
}

fn well_formed(arn: &str, part: &str, kind: &str) -> Result<(), ApiError> {
    if arn.starts_with("arn:") && arn.contains(part) {
        return Ok(());
    }
    Err(ApiError::validation(format!("'{arn}' is not a valid {kind} ARN")))
}

/// Refuses a list longer than AWS takes.
fn at_most(params: &Params, name: &str, most: usize) -> Result<(), ApiError> {
    if params.texts(name).len() <= most {
        return Ok(());
    }
    Err(ApiError::validation(format!("The parameter {name} cannot hold more than {most} values")))
}

/// Refuses ways of choosing that exclude each other.
fn only_one_of(params: &Params, names: &[&str]) -> Result<(), ApiError> {
    if names.iter().filter(|name| params.has(name)).count() <= 1 {
        return Ok(());
    }
    Err(ApiError::validation(format!("Only one of {} can be specified", names.join(", "))))
}

fn write_attributes<'a>(w: &mut Writer, attributes: impl IntoIterator<Item = (&'a String, &'a String)>) {
    w.list("Attributes", "member", attributes, |w, (key, value)| {
        w.text("Key", key);
        w.text("Value", value);
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::probe::{ask, column, nothing, pages, world};
    use super::*;
    use crate::sim::world::World;

    fn arn(world: &World, name: &str) -> String {
        let region = world.region("us-east-1").unwrap();
        region.target_groups.values().find(|group| group.name == name).unwrap().arn.to_string()
    }

    #[test]
    fn target_health_is_one_group_a_call_and_knows_strangers() {
        let world = world();
        let group = arn(&world, "checkout");
        let all = ask(&world, SERVICE, "DescribeTargetHealth", json!({"TargetGroupArn": group})).unwrap();
        let all = all["TargetHealthDescriptions"].as_array().unwrap();
        assert_eq!(all.len(), world.region("us-east-1").unwrap().target_groups[group.as_str()].targets.len());
        assert!(all.iter().all(|target| target["Target"].get("AvailabilityZone").is_none()), "aws-domain.md A.3");
        assert_eq!(all[0]["AdministrativeOverride"]["State"], "no_override");

        let targets = json!([{"Id": "i-0123456789abcdef0"}, {"Id": all[0]["Target"]["Id"]}]);
        let asked = json!({"TargetGroupArn": group, "Targets": targets});
        let two = ask(&world, SERVICE, "DescribeTargetHealth", asked).unwrap();
        let state = |index: usize| &two["TargetHealthDescriptions"][index]["TargetHealth"];
        assert_eq!((&state(0)["State"], &state(0)["Reason"]), (&json!("unused"), &json!("Target.NotRegistered")));
        assert_eq!(state(1), &all[0]["TargetHealth"]);
    }

    #[test]
    fn what_is_not_there_is_refused_with_the_code_of_its_kind() {
        let world = world();
        let gone = |kind: &str| json!(format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:{kind}/x/0"));
        let table = [
            ("DescribeTargetHealth", json!({"TargetGroupArn": gone("targetgroup")}), "TargetGroupNotFound"),
            ("DescribeTargetHealth", json!({"TargetGroupArn": "x"}), "ValidationError"),
            ("DescribeTargetHealth", nothing(), "ValidationError"),
            ("DescribeLoadBalancers", json!({"LoadBalancerArns": [gone("loadbalancer")]}), "LoadBalancerNotFound"),
            ("DescribeLoadBalancers", json!({"Names": ["x"], "LoadBalancerArns": ["y"]}), "ValidationError"),
            ("DescribeListeners", json!({"LoadBalancerArn": gone("loadbalancer")}), "LoadBalancerNotFound"),
            ("DescribeListeners", nothing(), "ValidationError"),
            ("DescribeRules", json!({"ListenerArn": gone("listener")}), "ListenerNotFound"),
            ("DescribeRules", json!({"RuleArns": [gone("listener-rule")]}), "RuleNotFound"),
            ("DescribeTags", json!({"ResourceArns": [gone("targetgroup")]}), "TargetGroupNotFound"),
            ("DescribeTags", json!({"ResourceArns": vec!["x"; 21]}), "ValidationError"),
        ];
        for (action, params, code) in table {
            assert_eq!(ask(&world, SERVICE, action, params.clone()), Err((400, code)), "{action} {params}");
        }
    }

    #[test]
    fn rules_end_with_the_default_one_which_can_be_asked_for() {
        let world = world();
        let listeners = world.region("us-east-1").unwrap().balancers.values().flat_map(|balancer| &balancer.listeners);
        for listener in listeners {
            let rules = ask(&world, SERVICE, "DescribeRules", json!({"ListenerArn": listener.arn.as_str()})).unwrap();
            let rules = rules["Rules"].as_array().unwrap();
            assert_eq!(rules.len(), listener.rules.len() + 1);
            let default = rules.last().unwrap();
            assert_eq!((&default["IsDefault"], &default["Priority"]), (&json!(true), &json!("default")));
            let asked = ask(&world, SERVICE, "DescribeRules", json!({"RuleArns": [default["RuleArn"]]})).unwrap();
            assert_eq!(asked["Rules"], json!([default]));
        }
    }

    #[test]
    fn target_groups_page_and_belong_to_their_load_balancers() {
        let world = world();
        let markers = ("NextMarker", "Marker");
        let list = |params: Value| pages(&world, SERVICE, "DescribeTargetGroups", params, "TargetGroups", markers);
        let (whole, _) = list(nothing());
        assert_eq!(list(json!({"PageSize": 1})), (whole.clone(), whole.len()));
        let owner =
            whole.iter().find(|group| group["TargetGroupName"] == "checkout").unwrap()["LoadBalancerArns"][0].clone();
        let (owned, _) = list(json!({"LoadBalancerArn": owner}));
        assert!(column(&owned, "TargetGroupName").contains(&"checkout") && owned.len() < whole.len());
    }
}
