//! An account made up in memory, as a reading would leave it: so many instances, groups and target groups over four zones, some
//! of them sick. No two readings of it are alike, as in life.

use jiff::{SignedDuration, Timestamp};

use crate::estate::account::Identity;
use crate::estate::alarm::{Alarm, AlarmState, AlarmType};
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, ResourceTags, Target, TargetGroup, TargetState};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::{Activity, Group, LaunchSource, LifecycleState, Member};
use crate::estate::image::Image;
use crate::estate::instance::{Check, CheckStatus, Instance, InstanceState, InstanceStatus};
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::tag::Tags;
use crate::estate::zone::{Subnet, Zone};
use crate::estate::{Estate, Part, Row, Slice, SliceId, Update};
use crate::id::{Arn, InstanceId, Region, Text, ZoneName};

/// How large the account is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Instances in all, nine of ten in groups.
    pub instances: usize,
    /// Groups, each with a target group.
    pub groups: usize,
}

/// The account, and what is shared among its rows.
pub struct Account {
    size: Size,
    zones: Vec<ZoneName>,
    words: Words,
    /// When everything was first read.
    pub start: Timestamp,
}

struct Words {
    types: Vec<Text>,
    image: Text,
    vpc: Text,
    subnets: Vec<Text>,
    keys: [Text; 4],
    values: [Text; 2],
    groups: Vec<Text>,
    arns: Vec<Text>,
    services: Vec<Text>,
}

impl Account {
    /// An account of that size.
    pub fn new(size: Size) -> Self {
        let text = |words: String| Text::from(words);
        let zones = ["a", "b", "c", "d"].map(|letter| ZoneName::from(format!("us-east-1{letter}"))).to_vec();
        let words = Words {
            types: ["m7g.large", "m7g.xlarge", "c7g.large", "r7g.2xlarge"].map(Text::from).to_vec(),
            image: "ami-0f3c9a1b2c3d4e5f6".into(),
            vpc: "vpc-0a1b2c3d4e5f60718".into(),
            subnets: (0..4).map(|n| text(format!("subnet-0a1b2c3d4e5f6071{n}"))).collect(),
            keys: ["Name", "Service", "aws:autoscaling:groupName", "env"].map(Text::from),
            values: ["prod", "staging"].map(Text::from),
            groups: (0..size.groups).map(|n| text(format!("fleet-{n:04}"))).collect(),
            arns: (0..size.groups).map(arn).collect(),
            // Two groups a service, as blue and green have it.
            services: (0..size.groups).map(|n| text(format!("service-{:04}", n / 2))).collect(),
        };
        Self { size, zones, words, start: "2026-11-21T03:14:00Z".parse().unwrap() }
    }

    /// Everything, read at the start.
    pub fn estate(&self) -> Estate {
        let region = Region::from("us-east-1");
        let mut estate = Estate::new(vec![region.clone()]);
        let global = Region::global();
        let identity =
            Identity { account: "123456789012".into(), caller: "arn:aws:iam::123456789012:user/alice".into() };
        put(&mut estate, &global, Part::All, vec![identity], self.start);
        put(&mut estate, &region, Part::All, self.zones(), self.start);
        for zone in 0..self.zones.len() {
            self.read_instances(&mut estate, zone, 0, self.start);
            self.read_statuses(&mut estate, zone, 0, self.start);
        }
        self.read_groups(&mut estate, 0, self.start);
        put(&mut estate, &region, Part::All, self.target_groups(), self.start);
        for group in 0..self.size.groups {
            self.read_targets(&mut estate, group, 0, self.start);
        }
        put(&mut estate, &region, Part::All, self.alarms(), self.start);
        put(&mut estate, &region, Part::All, self.databases(), self.start);
        put(&mut estate, &region, Part::All, self.balancers(), self.start);
        put(&mut estate, &region, Part::All, self.subnets(), self.start);
        put(&mut estate, &region, Part::All, Vec::<ResourceTags>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<ClassicBalancer>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<Cluster>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<GlobalCluster>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<ZonalShift>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<Autoshift>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<ManagedResource>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<Image>::new(), self.start);
        put(&mut estate, &region, Part::All, Vec::<Activity>::new(), self.start);
        estate
    }

    /// What the `round`th refresh brings at `at`: a slice or some, in turn, as the schedule has it.
    pub fn refresh(&self, estate: &mut Estate, round: usize, at: Timestamp) {
        match round % 6 {
            0 => self.read_instances(estate, round / 6 % self.zones.len(), round, at),
            1 => self.read_statuses(estate, round / 6 % self.zones.len(), round, at),
            2 => self.read_groups(estate, round, at),
            3 | 4 => {
                for group in 0..50 {
                    self.read_targets(estate, (round * 50 + group) % self.size.groups, round, at);
                }
            }
            _ => put(estate, &Region::from("us-east-1"), Part::All, self.alarms(), at),
        }
    }

    fn ids_of(&self, zone: usize) -> impl Iterator<Item = usize> {
        (0..self.size.instances).filter(move |n| n % 4 == zone)
    }

    /// The group of an instance: nine of ten are in one.
    fn group_of(&self, n: usize) -> Option<usize> {
        (n % 10 != 9).then_some(n / 4 % self.size.groups)
    }

    fn read_instances(&self, estate: &mut Estate, zone: usize, round: usize, at: Timestamp) {
        let rows = self.ids_of(zone).map(|n| self.instance(n, zone, round)).collect();
        put(estate, &Region::from("us-east-1"), Part::Zone(self.zones[zone].clone()), rows, at);
    }

    fn read_statuses(&self, estate: &mut Estate, zone: usize, round: usize, at: Timestamp) {
        let rows = self.ids_of(zone).map(|n| self.status(n, zone, round)).collect();
        put(estate, &Region::from("us-east-1"), Part::Zone(self.zones[zone].clone()), rows, at);
    }

    fn instance(&self, n: usize, zone: usize, round: usize) -> Instance {
        let words = &self.words;
        let [name, service, group, env] = &words.keys;
        let mut tags =
            vec![(name.clone(), Text::from(format!("node-{n:06}"))), (env.clone(), words.values[n % 2].clone())];
        match self.group_of(n) {
            Some(of) => {
                tags.push((group.clone(), words.groups[of].clone()));
                tags.push((service.clone(), words.services[of].clone()));
            }
            None => tags.push((service.clone(), words.services[n / 100 % self.size.groups].clone())),
        }
        Instance {
            id: id(n),
            zone: self.zones[zone].clone(),
            state: if (n + round).is_multiple_of(997) { InstanceState::Pending } else { InstanceState::Running },
            state_reason: None,
            instance_type: words.types[n / 7 % words.types.len()].clone(),
            image: Some(words.image.clone().into()),
            launched_at: Some(self.start - SignedDuration::from_secs(600 + (n % 100_000) as i64 * 7)),
            subnet: Some(words.subnets[zone].clone().into()),
            vpc: Some(words.vpc.clone().into()),
            private_address: Some(format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255).into()),
            public_address: None,
            lifecycle: None,
            volumes: Box::new([format!("vol-0{n:016x}").into()]),
            make: None,
            tags: Tags::new(tags),
        }
    }

    fn status(&self, n: usize, zone: usize, round: usize) -> InstanceStatus {
        let impaired = (n + round).is_multiple_of(4999);
        let check = |bad| Check {
            status: if bad { CheckStatus::Impaired } else { CheckStatus::Ok },
            impaired_since: bad.then_some(self.start),
        };
        InstanceStatus {
            instance: id(n),
            zone: Some(self.zones[zone].clone()),
            system: check(false),
            guest: check(impaired),
            volumes: Some(check(false)),
            events: Box::new([]),
        }
    }

    fn members(&self, group: usize) -> impl Iterator<Item = usize> {
        // Instances 4g..4g+3 of each stride of 4 × groups.
        let stride = 4 * self.size.groups;
        (0..self.size.instances.div_ceil(stride))
            .flat_map(move |turn| (0..4).map(move |zone| turn * stride + group * 4 + zone))
            .filter(|n| *n < self.size.instances && self.group_of(*n).is_some())
    }

    fn read_groups(&self, estate: &mut Estate, round: usize, at: Timestamp) {
        let rows = (0..self.size.groups).map(|group| self.group(group, round)).collect();
        put(estate, &Region::from("us-east-1"), Part::All, rows, at);
    }

    fn group(&self, group: usize, round: usize) -> Group {
        let members: Vec<Member> = self
            .members(group)
            .map(|n| Member {
                instance: id(n),
                zone: self.zones[n % 4].clone(),
                state: if (n + round).is_multiple_of(997) {
                    LifecycleState::Pending
                } else {
                    LifecycleState::InService
                },
                healthy: !(n + round).is_multiple_of(3001),
                protected: false,
                template_version: Some("7".into()),
            })
            .collect();
        let desired = i32::try_from(members.len()).unwrap();
        let words = &self.words;
        Group {
            name: words.groups[group].clone().into(),
            arn: None,
            min: desired / 2,
            desired,
            max: desired * 2,
            zones: self.zones.clone(),
            subnets: words.subnets.iter().map(|subnet| subnet.clone().into()).collect(),
            members,
            target_groups: vec![words.arns[group].clone().into()],
            classic_balancers: Vec::new(),
            health_check: "ELB".into(),
            grace_s: Some(300),
            suspended: Default::default(),
            launch_source: Some(LaunchSource { name: words.groups[group].clone(), version: Some("$Latest".into()) }),
            zonal_shift_enabled: Some(false),
            impaired_zone_behavior: None,
            status: None,
            termination_policies: None,
            protects_new: None,
            tags: Tags::new([(words.keys[1].clone(), words.services[group].clone())]),
        }
    }

    fn read_targets(&self, estate: &mut Estate, group: usize, round: usize, at: Timestamp) {
        let rows: Vec<Target> = self
            .members(group)
            .map(|n| {
                let bad = (n + round).is_multiple_of(1999);
                Target {
                    id: id(n).text().clone(),
                    port: Some(8080),
                    zone: None,
                    state: if bad { TargetState::Unhealthy } else { TargetState::Healthy },
                    reason: bad.then(|| "Target.Timeout".into()),
                    description: None,
                    administrative_override: Some("no_override".into()),
                }
            })
            .collect();
        put(estate, &Region::from("us-east-1"), Part::Of(self.words.arns[group].clone()), rows, at);
    }

    fn zones(&self) -> Vec<Zone> {
        std::iter::zip(&self.zones, [6, 4, 1, 2])
            .map(|(name, number)| Zone {
                name: name.clone(),
                id: format!("use1-az{number}").into(),
                state: "available".into(),
                zone_type: "availability-zone".into(),
                messages: Vec::new(),
            })
            .collect()
    }

    fn target_groups(&self) -> Vec<TargetGroup> {
        (0..self.size.groups)
            .map(|n| TargetGroup {
                arn: self.words.arns[n].clone().into(),
                name: self.words.groups[n].clone(),
                target_type: Some("instance".into()),
                protocol: Some("HTTP".into()),
                port: Some(8080),
                load_balancers: vec![balancer_arn(n / 100)],
                interval_s: Some(10),
                healthy_threshold: Some(5),
                unhealthy_threshold: Some(2),
                vpc: Some(self.words.vpc.clone().into()),
            })
            .collect()
    }

    fn balancers(&self) -> Vec<LoadBalancer> {
        (0..self.size.groups.div_ceil(100))
            .map(|n| LoadBalancer {
                arn: balancer_arn(n),
                name: format!("front-{n}").into(),
                balancer_type: "application".into(),
                scheme: None,
                state: None,
                state_reason: None,
                zones: self.zones.iter().map(|zone| (zone.clone(), None)).collect(),
                dns_name: None,
                vpc: None,
            })
            .collect()
    }

    fn subnets(&self) -> Vec<Subnet> {
        std::iter::zip(&self.zones, &self.words.subnets)
            .enumerate()
            .map(|(n, (zone, id))| Subnet {
                id: id.clone().into(),
                zone: zone.clone(),
                vpc: None,
                cidr: Some(format!("172.{n}.0.0/16").into()),
                free_addresses: Some(4000),
            })
            .collect()
    }

    fn alarms(&self) -> Vec<Alarm> {
        (0..self.size.groups)
            .map(|n| Alarm {
                name: format!("fleet-{n:04}-5xx").into(),
                arn: None,
                alarm_type: AlarmType::Metric,
                state: if n % 211 == 0 { AlarmState::Alarm } else { AlarmState::Ok },
                reason: None,
                evaluation: None,
                since: Some(self.start),
                actions_enabled: Some(true),
                suppressed_by: None,
                metric: None,
                statistic: None,
                period_s: None,
                missing_data: None,
                threshold: Some(1.0),
                comparison: None,
                rule: None,
                actions: Vec::new(),
            })
            .collect()
    }

    fn databases(&self) -> Vec<Database> {
        (0..self.size.groups / 4)
            .map(|n| Database {
                id: format!("db-{n:04}").into(),
                arn: None,
                engine: "postgres".into(),
                engine_version: None,
                class: Some("db.r6g.large".into()),
                status: if n % 97 == 0 { "rebooting" } else { "available" }.into(),
                multi_az: true,
                zone: Some(self.zones[n % 4].clone()),
                standby_zone: Some(self.zones[(n + 1) % 4].clone()),
                cluster: None,
                replica_of: None,
                replicas: Vec::new(),
                replication: Vec::new(),
                backup_days: Some(7),
                restorable_until: None,
                pending_changes: Vec::new(),
                promotion_tier: None,
                endpoint: None,
                deletion_protection: None,
                created_at: None,
                tags: Tags::new([(self.words.keys[1].clone(), self.words.services[n * 4].clone())]),
            })
            .collect()
    }
}

fn put<T: Row>(estate: &mut Estate, region: &Region, part: Part, rows: Vec<T>, at: Timestamp) {
    let id = SliceId { region: region.clone(), kind: T::KIND, part };
    estate.apply(Update::part(id, Slice::read(T::rows(rows), at)));
}

fn id(n: usize) -> InstanceId {
    // Ids look random and sort at random.
    InstanceId::from(format!("i-0{:016x}", (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn arn(n: usize) -> Text {
    format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/fleet-{n:04}/73e2d6bc24d8{n:04}").into()
}

fn balancer_arn(n: usize) -> Arn {
    Arn::from(format!(
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front-{n}/50dc6c495c0c9188"
    ))
}
