//! An account in which nothing is wrong, and ways to spoil it: what each check is tried on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Rows, Slice, SliceId, Update};
use crate::id::Region;
use crate::judge::judge;
use crate::judge::policy::Policy;

use super::{Audit, CHECKS, Check, run};

/// AWS's time in the fixture.
pub const NOW: &str = "2026-11-21T03:14:00Z";
/// The region that serves.
pub const EAST: &str = "us-east-1";
/// The region that stands in for it.
pub const WEST: &str = "us-west-2";

/// How a check is shown to work: a world that it finds something in, and one much like it in which it finds nothing.
pub struct Case {
    /// Spoils the clean world.
    pub fires: fn(&mut World),
    /// The name of what it must find, and nothing else.
    pub subject: &'static str,
    /// Words that the evidence must have.
    pub evidence: &'static [&'static str],
    /// Changes the clean world in a way that is no flaw.
    pub silent: fn(&mut World),
}

/// Rows as JSON, slice by slice.
pub struct World {
    rows: BTreeMap<(String, Kind, Option<String>), Vec<Json>>,
    failed: BTreeMap<(String, Kind), ReadFailure>,
    /// What the account's owners have set.
    pub policy: Policy,
}

/// The ARN of a balancer of the fixture: `app/web`, `net/search`.
pub fn balancer_arn(region: &str, path: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{region}:1:loadbalancer/{path}/50dc6c495c0c9188")
}

/// The ARN of a target group of the fixture.
pub fn target_group_arn(region: &str, name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{region}:1:targetgroup/{name}/73e2d6bc24d8a067")
}

/// The zone of the region with this letter.
pub fn zone(region: &str, letter: char) -> String {
    format!("{region}{letter}")
}

impl World {
    /// The account in which nothing is wrong.
    pub fn clean() -> Self {
        let mut world = Self { rows: BTreeMap::new(), failed: BTreeMap::new(), policy: Policy::default() };
        for region in [EAST, WEST] {
            for kind in Kind::ALL {
                // Kinds with parents have a slice a parent, and a slice of the whole would be one parent too many.
                if !matches!(kind, Kind::Targets | Kind::ClassicTargets) {
                    world.rows.insert((region.to_owned(), *kind, None), Vec::new());
                }
            }
            world.network(region);
            world.service(region, "web", "abcabc");
            world.dns_and_data(region);
        }
        world.names();
        world
    }

    /// Adds a row.
    pub fn add(&mut self, region: &str, kind: Kind, row: Json) {
        self.rows.entry((region.to_owned(), kind, None)).or_default().push(row);
    }

    /// Adds a row to the part of a parent.
    pub fn add_of(&mut self, region: &str, kind: Kind, parent: &str, row: Json) {
        self.rows.entry((region.to_owned(), kind, Some(parent.to_owned()))).or_default().push(row);
    }

    /// Sets fields of the rows that this names, in whatever slice they are.
    pub fn set(&mut self, region: &str, kind: Kind, name: &str, fields: Json) {
        let mut found = false;
        for row in self.rows_mut(region, kind).filter(|row| is_called(row, name)) {
            found = true;
            let fields = fields.as_object().unwrap().clone();
            row.as_object_mut().unwrap().extend(fields);
        }
        assert!(found, "{kind} {name}");
    }

    /// Takes away the rows that this names.
    pub fn remove(&mut self, region: &str, kind: Kind, name: &str) {
        let mut found = false;
        for ((_, _, _), rows) in self.rows.iter_mut().filter(|((r, k, _), _)| r == region && *k == kind) {
            let before = rows.len();
            rows.retain(|row| !is_called(row, name));
            found |= rows.len() < before;
        }
        assert!(found, "{kind} {name}");
    }

    /// From now on reads of `kind` are denied there.
    pub fn deny(&mut self, region: &str, kind: Kind, action: &str) {
        let why = ReadFailure {
            kind: FailureKind::Denied,
            action: action.into(),
            code: Some("AccessDenied".into()),
            message: "not authorized".into(),
            request_id: None,
        };
        self.rows.retain(|(r, k, _), _| r != region || *k != kind);
        self.failed.insert((region.to_owned(), kind), why);
    }

    fn rows_mut(&mut self, region: &str, kind: Kind) -> impl Iterator<Item = &mut Json> {
        let region = region.to_owned();
        self.rows.iter_mut().filter(move |((r, k, _), _)| *r == region && *k == kind).flat_map(|(_, rows)| rows)
    }

    /// A group behind a balancer of its own, one member for each letter of `zones`.
    pub fn service(&mut self, region: &str, name: &str, zones: &str) {
        let (balancer, target_group) = (balancer_arn(region, &format!("app/{name}")), target_group_arn(region, name));
        self.group(region, name, zones);
        self.set(region, Kind::Groups, &format!("{name}-asg"), json!({"target_groups": [target_group]}));
        let nodes: Vec<Json> = "abc".chars().map(|letter| json!([zone(region, letter), null])).collect();
        self.add(
            region,
            Kind::LoadBalancers,
            json!({
                "arn": balancer, "name": name, "balancer_type": "application", "zones": nodes,
                "dns_name": format!("{name}-1.{region}.elb.amazonaws.com"),
            }),
        );
        self.add_of(
            region,
            Kind::BalancerAttributes,
            &balancer,
            json!({
                "of": balancer,
                "values": {"zonal_shift.config.enabled": "true", "load_balancing.cross_zone.enabled": "true"},
            }),
        );
        self.add(
            region,
            Kind::TargetGroups,
            json!({
                "arn": target_group, "name": name, "target_type": "instance", "protocol": "HTTP",
                "load_balancers": [balancer],
            }),
        );
        self.add_of(
            region,
            Kind::TargetGroupAttributes,
            &target_group,
            json!({
                "of": target_group,
                "values": {"deregistration_delay.timeout_seconds": "60", "stickiness.enabled": "false"},
            }),
        );
        for at in 0..zones.len() {
            let target = json!({"id": member_id(region, name, at), "port": 80, "state": "healthy"});
            self.add_of(region, Kind::Targets, &target_group, target);
        }
    }

    /// A group without a balancer.
    pub fn group(&mut self, region: &str, name: &str, zones: &str) {
        let group = format!("{name}-asg");
        let size = zones.len();
        let zones_of_region = ['a', 'b', 'c'].map(|letter| zone(region, letter));
        let subnets = ['a', 'b', 'c'].map(|letter| format!("subnet-{region}{letter}"));
        let members: Vec<Json> = zones
            .chars()
            .enumerate()
            .map(|(at, letter)| {
                json!({
                    "instance": member_id(region, name, at), "zone": zone(region, letter), "state": "InService",
                    "healthy": true, "protected": false, "template_version": "3",
                })
            })
            .collect();
        self.add(
            region,
            Kind::Groups,
            json!({
                "name": group, "min": size, "desired": size, "max": size * 2,
                "zones": zones_of_region, "subnets": subnets,
                "members": members, "target_groups": [], "classic_balancers": [], "health_check": "EC2,ELB",
                "grace_s": 180, "suspended": {}, "launch_source": {"name": name, "version": "3"},
                "zonal_shift_enabled": true, "tags": [],
            }),
        );
        for (at, letter) in zones.chars().enumerate() {
            self.instance(
                region,
                &member_id(region, name, at),
                letter,
                json!({
                    "image": format!("ami-{region}-{name}"),
                    "tags": [["Name", name], ["aws:autoscaling:groupName", group]],
                }),
            );
            self.launch(region, &group, at, 100);
        }
        let template = format!("lt-{name}");
        self.add(
            region,
            Kind::LaunchTemplates,
            json!({
                "id": template, "name": name, "default_version": 3, "latest_version": 3,
            }),
        );
        self.add_of(region, Kind::LaunchTemplateVersions, &template, json!({
            "template": template, "number": 3, "image": format!("ami-{region}-{name}"), "instance_type": "m7g.large",
        }));
        self.add(
            region,
            Kind::Images,
            json!({
                "id": format!("ami-{region}-{name}"), "name": format!("{name}-2026-11-12"), "state": "available",
                "created_at": "2026-11-12T00:00:00Z", "tags": [],
            }),
        );
        self.cpu(region, &group, &[40.0; 10]);
    }

    /// An instance that runs and passes its checks.
    pub fn instance(&mut self, region: &str, id: &str, letter: char, fields: Json) {
        let mut row = json!({
            "id": id, "zone": zone(region, letter), "state": "running", "instance_type": "m7g.large",
            "launched_at": "2026-11-14T00:00:00Z", "volumes": [format!("vol-{id}")], "tags": [],
        });
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.add(region, Kind::Instances, row);
        let ok = json!({"status": "ok"});
        let status = json!({"instance": id, "zone": zone(region, letter), "system": ok, "guest": ok, "events": []});
        self.add(region, Kind::InstanceStatuses, status);
    }

    /// A launch of a group that took so long; `nth` tells it from the others.
    pub fn launch(&mut self, region: &str, group: &str, nth: usize, seconds: i64) {
        let ended: Timestamp = format!("2026-11-21T02:{:02}:00Z", 10 + nth).parse().unwrap();
        self.add(
            region,
            Kind::Activities,
            json!({
                "id": format!("{group}-{nth}"), "group": group, "status": "Successful",
                "description": format!("Launching a new EC2 instance: i-{group}{nth}"), "cause": "",
                "started_at": ended - jiff::SignedDuration::from_secs(seconds), "ended_at": ended,
            }),
        );
    }

    /// The CPU of a group over the last settled minutes, the oldest first.
    pub fn cpu(&mut self, region: &str, group: &str, values: &[f64]) {
        let now: Timestamp = NOW.parse().unwrap();
        let minutes = i64::try_from(values.len()).unwrap();
        let start = |at: usize| now - jiff::SignedDuration::from_mins(minutes + 1 - i64::try_from(at).unwrap());
        let points: Vec<Json> = values.iter().enumerate().map(|(at, value)| json!([start(at), value])).collect();
        let series = self.rows.entry((region.to_owned(), Kind::Series, Some("board".to_owned()))).or_default();
        series.retain(|row| row["metric"]["dimensions"][0][1] != group);
        series.push(json!({
            "id": group, "statistic": "Average", "points": points,
            "metric": {
                "namespace": "AWS/EC2", "name": "CPUUtilization", "dimensions": [["AutoScalingGroupName", group]],
            },
        }));
        series.sort_by_key(|row| row["metric"]["dimensions"][0][1].to_string());
    }

    /// An alarm that is well kept, on one metric.
    pub fn alarm(&mut self, region: &str, name: &str, metric: &str, dimensions: Json) {
        let (namespace, metric) = metric.split_once(' ').unwrap();
        self.add(
            region,
            Kind::Alarms,
            json!({
                "name": name, "alarm_type": "metric", "state": "OK", "since": "2026-11-20T00:00:00Z",
                "actions_enabled": true, "actions": ["arn:aws:sns:us-east-1:1:oncall"],
                "metric": {"namespace": namespace, "name": metric, "dimensions": dimensions},
                "statistic": "Sum", "period_s": 60, "threshold": 1.0, "comparison": "GreaterThanThreshold",
            }),
        );
    }

    /// A database of its own that lacks nothing.
    pub fn database(&mut self, region: &str, id: &str, fields: Json) {
        let mut row = json!({
            "id": id, "arn": format!("arn:aws:rds:{region}:1:db:{id}"), "engine": "postgres", "class": "db.r6g.large",
            "status": "available", "multi_az": false, "zone": zone(region, 'a'), "replicas": [], "replication": [],
            "pending_changes": [], "backup_days": 7, "deletion_protection": true, "tags": [],
            "endpoint": format!("{id}.c1.{region}.rds.amazonaws.com"),
        });
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.add(region, Kind::Databases, row);
    }

    /// A record of the fixture's domain.
    pub fn record(&mut self, name: &str, fields: Json) {
        let mut row = json!({
            "hosted_zone": "Z1", "name": format!("{name}.shop.example."), "record_type": "A", "values": [],
        });
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.add_of("global", Kind::Records, "Z1", row);
    }

    fn network(&mut self, region: &str) {
        for (letter, number) in [('a', 6), ('b', 4), ('c', 1)] {
            let (name, subnet, nat) =
                (zone(region, letter), format!("subnet-{region}{letter}"), format!("nat-{region}{letter}"));
            self.add(
                region,
                Kind::Zones,
                json!({
                    "name": name, "id": format!("{region}-az{number}"), "state": "available",
                    "zone_type": "availability-zone", "messages": [],
                }),
            );
            self.add(
                region,
                Kind::Subnets,
                json!({"id": subnet, "zone": name, "vpc": "vpc-1", "free_addresses": 4000}),
            );
            self.add(
                region,
                Kind::NatGateways,
                json!({
                    "id": nat, "subnet": subnet, "vpc": "vpc-1", "state": "available", "tags": [],
                }),
            );
            self.add(region, Kind::RouteTables, json!({
                "id": format!("rtb-{region}{letter}"), "vpc": "vpc-1", "main": false, "subnets": [subnet], "tags": [],
                "routes": [
                    {"destination": "10.0.0.0/16", "target": "local", "state": "active"},
                    {"destination": "0.0.0.0/0", "target": nat, "state": "active"},
                ],
            }));
        }
    }

    fn dns_and_data(&mut self, region: &str) {
        let is_home = region == EAST;
        if is_home {
            let zones = json!({"multi_az": true, "standby_zone": zone(region, 'b'), "replicas": ["arn:aws:rds:us-west-2:1:db:orders-west"]});
            self.database(region, "orders", zones);
        } else {
            let source = json!({"replica_of": "arn:aws:rds:us-east-1:1:db:orders"});
            self.database(region, "orders-west", source);
            self.alarm(region, "orders-lag", "AWS/RDS ReplicaLag", json!([["DBInstanceIdentifier", "orders-west"]]));
        }
        let cluster = if is_home { "catalog" } else { "catalog-west" };
        let members = [format!("{cluster}-1"), format!("{cluster}-2")];
        for (member, letter) in members.iter().zip(['a', 'b']) {
            let fields = json!({"engine": "aurora-postgresql", "cluster": cluster, "zone": zone(region, letter)});
            self.database(region, member, fields);
        }
        self.add(region, Kind::Clusters, json!({
            "id": cluster, "arn": format!("arn:aws:rds:{region}:1:cluster:{cluster}"), "engine": "aurora-postgresql",
            "status": "available", "backup_days": 7, "tags": [],
            "endpoint": format!("{cluster}.cluster-c1.{region}.rds.amazonaws.com"),
            "members": [
                {"database": members[0], "writer": true, "promotion_tier": 0},
                {"database": members[1], "writer": false, "promotion_tier": 1},
            ],
        }));
        let member = |region: &str, id: &str, writer: bool| json!({"cluster": format!("arn:aws:rds:{region}:1:cluster:{id}"), "writer": writer});
        self.add(
            region,
            Kind::GlobalClusters,
            json!({
                "id": "catalog-global", "status": "available",
                "members": [member(EAST, "catalog", true), member(WEST, "catalog-west", false)],
            }),
        );
        if !is_home {
            let dimensions = json!([["DBClusterIdentifier", "catalog-west"]]);
            self.alarm(region, "catalog-lag", "AWS/RDS AuroraGlobalDBRPOLag", dimensions);
            self.add(
                region,
                Kind::Snapshots,
                json!({
                    "id": "snap-1", "state": "completed", "started_at": "2026-11-20T00:00:00Z",
                    "description": "nightly copy", "tags": [],
                }),
            );
        }
        let dimensions = json!([["LoadBalancer", "app/web/50dc6c495c0c9188"]]);
        self.alarm(region, "web-5xx", "AWS/ApplicationELB HTTPCode_Target_5XX_Count", dimensions);
    }

    fn names(&mut self) {
        self.add("global", Kind::HostedZones, json!({"id": "Z1", "name": "shop.example.", "private": false}));
        for (region, role) in [(EAST, "PRIMARY"), (WEST, "SECONDARY")] {
            let values = [format!("dualstack.web-1.{region}.elb.amazonaws.com.")];
            self.record("www", json!({"values": values, "routing": format!("failover {role}")}));
        }
    }

    /// The estate that these rows make.
    pub fn estate(&self) -> Estate {
        let mut estate = Estate::new(vec![Region::from(EAST), Region::from(WEST)]);
        let now: Timestamp = NOW.parse().unwrap();
        for ((region, kind, parent), rows) in &self.rows {
            let part = parent.as_deref().map_or(Part::All, |parent| Part::Of(parent.into()));
            // A kind's variant is called as the kind is.
            let rows: Rows = serde_json::from_value(json!({format!("{kind:?}"): rows})).unwrap();
            let id = SliceId { region: Region::from(region.as_str()), kind: *kind, part };
            estate.apply(Update { whole: false, ..Update::part(id, Slice::read(rows, now)) });
        }
        for ((region, kind), why) in &self.failed {
            let id = SliceId::all(&Region::from(region.as_str()), *kind);
            estate.apply(Update::part(id, Slice::failed(why.clone(), now)));
        }
        estate
    }

    /// What the whole audit finds.
    pub fn audit(&self) -> Audit {
        self.audit_by(CHECKS.iter().copied())
    }

    /// What these checks find.
    pub fn audit_by(&self, checks: impl IntoIterator<Item = &'static Check>) -> Audit {
        let (estate, now) = (self.estate(), NOW.parse().unwrap());
        let judgement = judge(&estate, now, &self.policy);
        run(&estate, &judgement, &self.policy, now, checks)
    }
}

/// The id of the member at this place.
pub fn member_id(region: &str, name: &str, at: usize) -> String {
    format!("i-{name}{at}{}", if region == EAST { "e" } else { "w" })
}

fn is_called(row: &Json, name: &str) -> bool {
    ["name", "id", "of", "instance", "arn"].iter().any(|key| row[key] == name)
}
