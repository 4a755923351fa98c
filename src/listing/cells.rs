//! What the cells of the lists say of a small account.

use serde_json::{Value as Json, json};

use super::fixture::{CHECKOUT, Shop};
use super::{Filter, Sort, find};
use crate::estate::balancer::{BalancerAttributes, ClassicBalancer, LoadBalancer, Target};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::{Activity, Group, Refresh};
use crate::estate::image::{LaunchTemplate, LaunchTemplateVersion};
use crate::estate::instance::InstanceStatus;
use crate::estate::shift::ManagedResource;
use crate::estate::{Kind, Part};

/// The cell of a row of a list, as it stands on screens.
fn cell(shop: &Shop, list: &str, row: &str, column: &str) -> String {
    let picture = shop.picture();
    let list = find(list).unwrap();
    let rows = list.rows(&picture);
    let at = (0..rows.len()).find(|i| rows.id(*i).id == row).unwrap_or_else(|| panic!("{row} is not there"));
    rows.cell(at, list.column(column).unwrap()).text()
}

fn from_json<T: serde::de::DeserializeOwned>(json: Json) -> Vec<T> {
    serde_json::from_value(json).unwrap()
}

/// The group of the shop, with more said of it.
fn group(shop: &mut Shop, more: Json) {
    let member = |id: &str, zone: &str, version: Option<&str>| {
        json!({"instance": id, "zone": zone, "state": "InService", "healthy": true, "protected": false,
            "template_version": version})
    };
    let mut row = json!({
        "name": "web", "min": 2, "desired": 6, "max": 6, "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "subnets": [], "target_groups": [CHECKOUT], "classic_balancers": [], "health_check": "ELB", "grace_s": 300,
        "members": [member("i-0a1", "us-east-1a", Some("3")), member("i-0b2", "us-east-1a", Some("4")),
            member("i-0c3", "us-east-1c", None)],
        "suspended": {}, "launch_source": {"name": "web", "version": "$Latest"}, "tags": [],
    });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    shop.put::<Group>(json!([row]));
}

fn template(shop: &mut Shop) {
    shop.put::<LaunchTemplate>(json!([{"id": "lt-1", "name": "web", "default_version": 3, "latest_version": 4}]));
}

#[test]
fn a_member_that_is_not_what_its_group_would_launch_says_so_aws_domain_c2() {
    let mut shop = Shop::calm();
    group(&mut shop, json!({}));
    assert_eq!(cell(&shop, "instances", "i-0a1", "drift"), "?", "the template is not known");
    template(&mut shop);
    assert_eq!(cell(&shop, "instances", "i-0a1", "drift"), "v3, now v4");
    assert_eq!(cell(&shop, "instances", "i-0b2", "drift"), "-");
    assert_eq!(cell(&shop, "instances", "i-0c3", "drift"), "not of the template");
    assert_eq!(cell(&shop, "instances", "i-0d4", "drift"), "-", "it is of no group");
    let versions = from_json::<LaunchTemplateVersion>(
        json!([{"template": "lt-1", "number": 4, "image": "ami-02", "instance_type": "m7g.large"}]),
    );
    shop.put_part(Part::Of("lt-1".into()), versions);
    assert_eq!(cell(&shop, "instances", "i-0a1", "drift"), "v3, now v4, other image");
    assert_eq!(cell(&shop, "templates", "lt-1", "groups"), "web $Latest");
    assert_eq!(cell(&shop, "templates", "lt-1", "drift"), "1");
    assert_eq!(cell(&shop, "templates", "lt-1", "image_age_s"), "?", "that image is another account's");
    assert_eq!(cell(&shop, "instances", "i-0a1", "image_age_s"), "20d");
    assert_eq!(cell(&shop, "images", "ami-01", "instances"), "4");
}

#[test]
fn finished_events_are_ghosts_and_the_next_one_is_counted_down_aws_domain_a1() {
    let mut shop = Shop::calm();
    let ok = json!({"status": "ok"});
    let event = |code: &str, words: &str, at: &str| json!({"code": code, "description": words, "not_before": at});
    shop.put::<InstanceStatus>(json!([{"instance": "i-0a1", "system": ok, "guest": ok, "events": [
        event("instance-reboot", "[Completed] reboot", "2026-11-20T00:00:00Z"),
        event("instance-retirement", "runs on degraded hardware", "2026-11-22T09:14:00Z"),
        event("system-reboot", "[Canceled] reboot", "2026-11-21T04:00:00Z"),
    ]}]));
    assert_eq!(cell(&shop, "instances", "i-0a1", "event"), "instance-retirement");
    assert_eq!(cell(&shop, "instances", "i-0a1", "event_in_s"), "30h");
    assert_eq!(cell(&shop, "instances", "i-0b2", "event"), "-");
}

#[test]
fn a_group_says_where_it_is_short_what_failed_and_how_far_its_refresh_is_aws_domain_a2() {
    let mut shop = Shop::calm();
    group(&mut shop, json!({"suspended": {"Launch": "user"}}));
    assert_eq!(cell(&shop, "groups", "web", "short"), "us-east-1b 2, us-east-1c 1");
    assert_eq!(cell(&shop, "groups", "web", "suspended"), "Launch");
    assert_eq!(cell(&shop, "groups", "web", "last_failure"), "-");
    assert_eq!(cell(&shop, "groups", "web", "refresh"), "-");
    let activity = |status: &str, at: &str, cause: &str, message: Option<&str>| {
        json!({"id": at, "group": "web", "status": status, "description": "Launching a new EC2 instance", "cause": cause,
            "message": message, "started_at": at})
    };
    shop.put::<Activity>(json!([
        activity("Failed", "2026-11-21T03:02:00Z", "instance refresh", Some("no capacity in us-east-1b")),
        activity("Failed", "2026-11-21T02:00:00Z", "", Some("an older one")),
        activity("Successful", "2026-11-21T03:10:00Z", "", None),
    ]));
    assert_eq!(cell(&shop, "groups", "web", "last_failure"), "no capacity in us-east-1b");
    assert_eq!(cell(&shop, "groups", "web", "failed_age_s"), "12m");
    assert_eq!(cell(&shop, "groups", "web", "refresh"), "?", "its activities tell of one, which nobody has read");
    let refreshes = from_json::<Refresh>(
        json!([{"id": "r", "group": "web", "status": "InProgress", "percentage": 40, "started_at": "2026-11-21T03:00:00Z"}]),
    );
    shop.put_part(Part::Of("web".into()), refreshes);
    assert_eq!(cell(&shop, "groups", "web", "refresh"), "InProgress 40%");
    let blind = Shop::calm().denied(Kind::Activities, "autoscaling:DescribeScalingActivities");
    assert_eq!(cell(&blind, "groups", "web", "last_failure"), "?");
}

#[test]
fn a_target_group_counts_by_zone_and_says_when_it_fails_open_aws_domain_a3() {
    let mut shop = Shop::calm();
    shop.targets(["healthy", "unhealthy", "healthy"]);
    assert_eq!(cell(&shop, "target-groups", CHECKOUT, "zones"), "us-east-1a 1, us-east-1b 0, us-east-1c 1");
    assert_eq!(cell(&shop, "target-groups", CHECKOUT, "failing"), "us-east-1b 1");
    assert_eq!(cell(&shop, "target-groups", CHECKOUT, "fail_open"), "no");
    shop.targets(["unhealthy"; 3]);
    assert_eq!(cell(&shop, "target-groups", CHECKOUT, "fail_open"), "yes");
    let targets =
        json!([{"id": "i-0a1", "port": 80, "state": "healthy", "administrative_override": "zonal_shift_active"}]);
    shop.put_part(Part::Of(CHECKOUT.into()), from_json::<Target>(targets));
    assert_eq!(cell(&shop, "target-groups", CHECKOUT, "shifted"), "1", "healthy, and it receives nothing");
    let blind = Shop::calm().denied(Kind::Targets, "elasticloadbalancing:DescribeTargetHealth");
    assert_eq!(cell(&blind, "target-groups", CHECKOUT, "healthy"), "?");
}

#[test]
fn balancers_tell_cross_zone_and_whether_they_can_be_shifted_aws_domain_a3() {
    let arn = |end: &str| format!("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/{end}");
    let (shop_arn, net) = (arn("app/shop/50dc6c495c0c9188"), arn("net/feed/1"));
    let mut shop = Shop::calm();
    shop.put::<LoadBalancer>(json!([
        {"arn": shop_arn, "name": "shop", "balancer_type": "application", "state": "active", "zones": []},
        {"arn": net, "name": "feed", "balancer_type": "network", "state": "active_impaired", "zones": []},
    ]));
    shop.targets(["healthy", "unhealthy", "healthy"]);
    let balancer = |shop: &Shop, row: &str, column: &str| cell(shop, "balancers", row, column);
    assert_eq!(
        (balancer(&shop, &shop_arn, "healthy"), balancer(&shop, &shop_arn, "targets")),
        ("2".into(), "3".into())
    );
    assert_eq!(balancer(&shop, &shop_arn, "reasons"), "checkout: 1 of 3 unhealthy, time-outs");
    assert_eq!(balancer(&shop, &shop_arn, "cross_zone"), "yes");
    assert_eq!(balancer(&shop, &net, "cross_zone"), "?", "its attributes were not read");
    assert_eq!(balancer(&shop, &net, "verdict"), "warning");
    let attributes = from_json::<BalancerAttributes>(json!([{"of": net, "values": {}}]));
    shop.put_part(Part::Of(net.as_str().into()), attributes);
    assert_eq!(balancer(&shop, &net, "cross_zone"), "no", "off where AWS does not say otherwise");
    shop.put::<ManagedResource>(json!([{"arn": shop_arn, "name": "shop", "weights": {}, "applied": {}}]));
    assert_eq!(balancer(&shop, &shop_arn, "shiftable"), "yes");
    assert_eq!(balancer(&shop, &net, "shiftable"), "no");
    shop.put::<ClassicBalancer>(json!([{"name": "legacy", "zones": [], "subnets": [], "instances": ["i-0d4"]}]));
    assert_eq!(balancer(&shop, "legacy", "healthy"), "1");
}

#[test]
fn a_standby_that_is_missing_says_so_and_replication_in_rds_words_aws_domain_a4() {
    let mut shop = Shop::calm();
    let database = |id: &str, more: Json| {
        let mut row = json!({"id": id, "engine": "postgres", "status": "available", "multi_az": false, "replicas": [],
            "replication": [], "pending_changes": [], "tags": []});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    shop.put::<Database>(json!([
        database("orders", json!({"multi_az": true, "zone": "us-east-1a", "pending_changes": ["EngineVersion"]})),
        database(
            "copy",
            json!({"replica_of": "orders",
            "replication": [{"status": "error", "normal": false, "message": "disk full"}]})
        ),
        database("eu-1", json!({"cluster": "eu"})),
        database("alone", json!({})),
    ]));
    shop.put::<Cluster>(json!([{"id": "eu", "arn": "arn:aws:rds:us-east-1:1:cluster:eu", "engine": "aurora-mysql",
        "status": "available", "members": [{"database": "eu-1", "writer": true}], "tags": []}]));
    shop.put::<GlobalCluster>(json!([{"id": "world", "status": "available",
        "members": [{"cluster": "arn:aws:rds:us-east-1:1:cluster:eu", "writer": false, "synchronization": "connected"}]}]));
    assert_eq!(cell(&shop, "databases", "orders", "standby"), "missing");
    assert_eq!(cell(&shop, "databases", "copy", "standby"), "-");
    assert_eq!(cell(&shop, "databases", "copy", "replication"), "error: disk full");
    assert_eq!(cell(&shop, "databases", "global/world", "replication"), "eu connected");
    assert_eq!(cell(&shop, "databases", "orders", "pending_changes"), "EngineVersion");
    assert_eq!(tree(&shop, "databases", ""), ["alone", "orders", "  copy", "global/world", "  cluster/eu", "    eu-1"]);
}

#[test]
fn a_composite_stands_over_its_parts_and_a_muted_alarm_tells_nobody_aws_domain_a5() {
    let mut shop = Shop::calm();
    let alarm = |name: &str, state: &str, more: Json| {
        let mut row = json!({"name": name, "alarm_type": "metric", "state": state, "since": "2026-11-21T03:00:00Z",
            "actions_enabled": true, "actions": ["arn:aws:sns:us-east-1:1:oncall"]});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    shop.put::<crate::estate::alarm::Alarm>(json!([
        alarm("a-muted", "OK", json!({"actions_enabled": false})),
        alarm("errors", "ALARM", json!({})),
        alarm("lag", "INSUFFICIENT_DATA", json!({"period_s": 60})),
        alarm("silent", "OK", json!({"actions": []})),
        alarm(
            "web-down",
            "OK",
            json!({"alarm_type": "composite", "suppressed_by": "Alarm",
            "rule": "ALARM(errors) AND ALARM(\"lag\")"})
        ),
    ]));
    assert_eq!(cell(&shop, "alarms", "a-muted", "tells"), "nobody: muted");
    assert_eq!(cell(&shop, "alarms", "silent", "tells"), "nobody: no action");
    assert_eq!(cell(&shop, "alarms", "web-down", "tells"), "nobody: held back by Alarm");
    assert_eq!(cell(&shop, "alarms", "errors", "tells"), "1 action");
    assert_eq!(cell(&shop, "alarms", "web-down", "parts"), "1/2");
    assert_eq!(
        (cell(&shop, "alarms", "lag", "stale"), cell(&shop, "alarms", "errors", "stale")),
        ("yes".into(), "no".into())
    );
    assert_eq!(tree(&shop, "alarms", ""), ["a-muted", "silent", "web-down", "  errors", "  lag"]);
    assert_eq!(
        tree(&shop, "alarms", "verdict"),
        ["web-down", "  errors", "  lag", "a-muted", "silent"],
        "a tree stands where the gravest of it belongs"
    );
}

/// The rows in their order, each as deep as it stands.
fn tree(shop: &Shop, list: &str, sort: &str) -> Vec<String> {
    let picture = shop.picture();
    let list = find(list).unwrap();
    let rows = list.rows(&picture);
    let order = rows.order(&Filter::default(), Sort::parse(sort, list).ok().as_ref());
    order.into_iter().map(|i| format!("{}{}", "  ".repeat(rows.depth(i)), rows.id(i).id)).collect()
}
