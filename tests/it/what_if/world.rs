//! Accounts made by chance: services of every kind over two to four zones, at every load, with and without databases.

use fournines::judge::Policy;
use fournines::judge::policy::{DeclaredService, Dependency};
use fournines::sim::SimTime;
use fournines::sim::world::{Format, Origin, World};
use serde_json::{Value as Json, json};

use crate::account::START;

const ZONES: [(&str, &str); 4] =
    [("us-east-1a", "use1-az6"), ("us-east-1b", "use1-az4"), ("us-east-1c", "use1-az1"), ("us-east-1d", "use1-az2")];

/// An account as it was made.
pub struct Made {
    pub zones: Vec<String>,
    /// Services; each is a group of the same name.
    pub services: Vec<String>,
    /// What its owners declare.
    pub policy: Policy,
    queues: Vec<String>,
    apart: Vec<String>,
    document: Json,
}

impl Made {
    /// One account for each seed.
    pub fn by_chance(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x9e37_79b9);
        let count = random.usize(2..=4);
        let zones: Vec<String> = ZONES.iter().take(count).map(|(name, _)| (*name).to_owned()).collect();
        let ids: serde_json::Map<String, Json> =
            ZONES.iter().take(count).map(|(name, id)| ((*name).to_owned(), json!(id))).collect();
        let mut made = Self {
            zones,
            services: Vec::new(),
            policy: Policy::default(),
            queues: Vec::new(),
            apart: Vec::new(),
            document: Json::Null,
        };
        let mut region = json!({"network": 0, "zones": ids, "nat_zones": made.zones, "services": [], "groups": [],
            "images": [{"name": "base", "age": "30d"}], "target_groups": [], "load_balancers": [],
            "classic_balancers": [], "databases": [],
            "templates": [{"name": "base", "instance_type": "m6i.large", "detailed_monitoring": true,
                "versions": [{"image": "base", "age": "30d"}]}]});
        for n in 0..random.usize(2..=4) {
            made.add_service(&mut region, &format!("s{n}"), &mut random);
        }
        made.document = json!({"account": "123456789012", "regions": {"us-east-1": region}});
        made
    }

    fn add_service(&mut self, region: &mut Json, name: &str, random: &mut fastrand::Rng) {
        let desired = random.u32(1..=12);
        let capacity = 20.0 + random.f64() * 60.0;
        let load = 0.15 + random.f64() * 0.8;
        let zones: Vec<&String> =
            if random.u8(0..5) == 0 { self.zones.iter().take(1).collect() } else { self.zones.iter().collect() };
        let mut service = json!({"name": name, "rps": load * f64::from(desired) * capacity, "capacity_rps": capacity});
        let mut group = json!({"name": name, "service": name, "template": "base", "version": "1", "min": 1,
            "desired": desired, "max": desired + 6, "zones": zones, "health_checks": ["EC2", "ELB"], "grace_s": 120,
            "boot_s": 40, "age": "90d", "members_age": "9d"});
        let (way, cross_zone) = (random.u8(0..5), random.bool());
        let target_group = json!({"name": name, "service": name, "protocol": if way == 2 { "TCP" } else { "HTTP" },
            "port": 8080, "interval_s": 10});
        let balancer = |kind: &str, attributes: Json| {
            json!({"name": name, "kind": kind, "zones": zones, "age": "90d", "attributes": attributes,
                "listeners": [{"port": 443, "protocol": if kind == "network" { "TCP" } else { "HTTPS" }, "to": name}]})
        };
        match way {
            0 | 1 => {
                push(region, "target_groups", target_group);
                push(region, "load_balancers", balancer("application", json!({})));
                group["target_groups"] = json!([name]);
            }
            2 => {
                push(region, "target_groups", target_group);
                let on = json!({"load_balancing.cross_zone.enabled": cross_zone.to_string()});
                push(region, "load_balancers", balancer("network", on));
                group["target_groups"] = json!([name]);
                if !cross_zone {
                    self.apart.push(name.to_owned());
                }
            }
            3 => {
                push(
                    region,
                    "classic_balancers",
                    json!({"name": name, "service": name, "port": 80, "instance_port": 8080,
                    "health_target": "HTTP:8080/ping", "zones": zones, "cross_zone": cross_zone, "age": "900d"}),
                );
                group["classic_balancers"] = json!([name]);
                self.apart.push(name.to_owned());
            }
            _ => {
                service["queue"] = json!(format!("{name}-work"));
                group["health_checks"] = json!(["EC2"]);
                self.queues.push(name.to_owned());
            }
        }
        if random.u8(0..4) == 0 && way < 4 {
            self.add_database(region, &mut service, name, random);
        }
        push(region, "services", service);
        push(region, "groups", group);
        self.services.push(name.to_owned());
    }

    /// A database that the service needs and its owners declare, tagged as another service's.
    fn add_database(&mut self, region: &mut Json, service: &mut Json, name: &str, random: &mut fastrand::Rng) {
        let id = format!("db-{name}");
        let zone = random.usize(0..self.zones.len());
        let standby = (random.bool()).then(|| self.zones[(zone + 1) % self.zones.len()].clone());
        push(
            region,
            "databases",
            json!({"id": id, "engine": "postgres", "version": "16.8", "class": "db.r6g.large",
            "storage_gib": 100, "zone": self.zones[zone], "standby_zone": standby, "backup_days": 7, "age": "90d"}),
        );
        service["uses"] = json!({&id: 0.6});
        let depends_on = vec![Dependency { on: id, hard: true }];
        self.policy.services.insert(name.to_owned(), DeclaredService { depends_on, ..DeclaredService::default() });
    }

    /// The account, to be run.
    pub fn world(&self, seed: u64) -> World {
        let start: jiff::Timestamp = START.parse().unwrap();
        let origin = Origin { seed, start: SimTime::from_millis(start.as_millisecond()) };
        World::from_document(&self.document.to_string(), Format::Json, origin).unwrap()
    }

    /// Whether its projection is that of its fullest zone, or the worse of two, and no mean of its group.
    pub fn is_apart(&self, name: &str) -> bool {
        self.apart.iter().any(|each| each == name)
    }

    /// Share of what was asked of a service that was done well. A queue holds what nobody does yet: a service that works one off is
    /// kept while anybody does.
    pub fn kept_share(&self, world: &World, name: &str, from: SimTime, until: SimTime) -> f64 {
        let region = world.regions.get("us-east-1").unwrap();
        if self.queues.iter().any(|queue| queue == name) {
            let book = region.ledger.services.get(name).unwrap();
            let in_service: u32 =
                book.spans(from, until).last().unwrap().0.zones.iter().map(|zone| zone.in_service).sum();
            return f64::from(u8::from(in_service > 0));
        }
        region.ledger.sums(name, from, until).and_then(|sums| sums.availability()).unwrap_or(0.0)
    }
}

fn push(region: &mut Json, list: &str, one: Json) {
    region[list].as_array_mut().unwrap().push(one);
}
