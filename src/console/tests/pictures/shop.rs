//! The shop: services behind balancers, groups and databases in two regions.

use super::*;

/// What a region of it holds, put together service by service.
pub(super) struct Shop {
    pub(super) region: Region,
    pub(super) sick: bool,
    pub(super) count: usize,
    pub(super) instances: Vec<Instance>,
    pub(super) statuses: Vec<InstanceStatus>,
    pub(super) groups: Vec<Group>,
    pub(super) target_groups: Vec<TargetGroup>,
    pub(super) balancers: Vec<LoadBalancer>,
    pub(super) classic: Vec<ClassicBalancer>,
    pub(super) alarms: Vec<Alarm>,
    pub(super) activities: Vec<Activity>,
}

impl Shop {
    pub(super) fn new(region: &Region, sick: bool) -> Self {
        Self {
            region: region.clone(),
            sick,
            count: 0,
            instances: Vec::new(),
            statuses: Vec::new(),
            groups: Vec::new(),
            target_groups: Vec::new(),
            balancers: Vec::new(),
            classic: Vec::new(),
            alarms: Vec::new(),
            activities: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, account: &mut Account, zones: &[(&str, &str)], plan: &Plan) {
        let Plan(name, entry, each, failing) = plan;
        let group_arn = arn("elasticloadbalancing", &self.region, &format!("targetgroup/{name}/73e2d6bc24d8a067"));
        let balancer_arn = match *entry {
            "network" => {
                arn("elasticloadbalancing", &self.region, &format!("loadbalancer/net/{name}/50dc6c495c0c9188"))
            }
            _ => arn("elasticloadbalancing", &self.region, &format!("loadbalancer/app/{name}/50dc6c495c0c9188")),
        };
        let mut members = Vec::new();
        let mut targets = Vec::new();
        let mut classic = Vec::new();
        for (z, (zone, _)) in zones.iter().enumerate() {
            for n in 0..*each {
                let fails = self.sick && z == 1 && n < *failing;
                let impaired = self.sick && z == 1 && *name == "workers" && n == 0;
                let id = self.instance(name, zone, impaired);
                let state = LifecycleState::InService;
                members.push(Member {
                    instance: id.clone().into(),
                    zone: (*zone).into(),
                    state,
                    healthy: true,
                    protected: false,
                    template_version: Some(text("7")),
                });
                let (state, reason) = if fails {
                    (TargetState::Unhealthy, Some(text("Target.Timeout")))
                } else {
                    (TargetState::Healthy, None)
                };
                let out = if fails { ClassicState::OutOfService } else { ClassicState::InService };
                targets.push(Target {
                    id: text(&id),
                    port: Some(8080),
                    zone: None,
                    state,
                    reason,
                    description: None,
                    administrative_override: None,
                });
                classic.push(ClassicTarget { instance: id.into(), state: out, reason: None, description: None });
            }
        }
        let has_targets = matches!(*entry, "application" | "network");
        if has_targets {
            account.put(&self.region.clone(), Part::Of(group_arn.text().clone()), targets);
            self.target_groups.push(target_group(name, &group_arn, &balancer_arn));
            self.balancers.push(balancer(name, entry, &balancer_arn, zones));
        } else if *entry == "classic" {
            let instances = classic.iter().map(|target| target.instance.clone()).collect();
            account.put(&self.region.clone(), Part::Of(text(name)), classic);
            self.classic.push(ClassicBalancer {
                name: (*name).into(),
                dns_name: None,
                zones: zones.iter().map(|(zone, _)| (*zone).into()).collect(),
                subnets: Vec::new(),
                instances,
                health_check: Some(text("HTTP:80/health")),
                created_at: None,
            });
        }
        let count = i32::try_from(members.len()).unwrap();
        self.groups.push(Group {
            name: format!("{name}-asg").into(),
            arn: None,
            min: count / 2,
            desired: count,
            max: count * 2,
            zones: zones.iter().map(|(zone, _)| (*zone).into()).collect(),
            subnets: Vec::new(),
            members,
            target_groups: if has_targets { vec![group_arn.clone()] } else { Vec::new() },
            classic_balancers: if *entry == "classic" { vec![(*name).into()] } else { Vec::new() },
            health_check: text("EC2,ELB"),
            grace_s: Some(300),
            suspended: BTreeMap::new(),
            launch_source: Some(LaunchSource { name: text(name), version: Some(text("$Latest")) }),
            zonal_shift_enabled: Some(true),
            impaired_zone_behavior: None,
            status: None,
            termination_policies: None,
            protects_new: None,
            tags: Tags::new([(text("Service"), text(name))]),
        });
        self.activities.push(Activity {
            id: text("a1"),
            group: format!("{name}-asg").into(),
            status: ActivityStatus::Successful,
            description: text("Launching a new EC2 instance"),
            cause: text("a user request"),
            message: None,
            zone: None,
            started_at: now() - SignedDuration::from_mins(90),
            ended_at: None,
            progress: Some(100),
        });
        self.alarm(name, &group_arn, self.sick && *failing > 1);
    }

    pub(super) fn instance(&mut self, name: &str, zone: &str, impaired: bool) -> String {
        self.count += 1;
        let id = format!("i-{:017x}", 0x0a00_0000 + self.count * 7919);
        let check = |bad: bool| Check {
            status: if bad { CheckStatus::Impaired } else { CheckStatus::Ok },
            impaired_since: bad.then(|| now() - SignedDuration::from_mins(4)),
        };
        self.instances.push(Instance {
            id: id.clone().into(),
            zone: zone.into(),
            state: InstanceState::Running,
            state_reason: None,
            instance_type: text("m7g.large"),
            image: Some("ami-0f1e2d3c4b5a69788".into()),
            launched_at: Some(now() - SignedDuration::from_hours(30)),
            subnet: None,
            vpc: None,
            private_address: Some(text(&format!("10.0.{}.{}", self.count / 200, self.count % 200 + 4))),
            public_address: None,
            lifecycle: None,
            volumes: Box::default(),
            make: None,
            tags: Tags::new([
                (text("Name"), text(name)),
                (text("aws:autoscaling:groupName"), text(&format!("{name}-asg"))),
            ]),
        });
        self.statuses.push(InstanceStatus {
            instance: id.clone().into(),
            zone: Some(zone.into()),
            system: check(impaired),
            guest: check(impaired),
            volumes: None,
            events: Box::default(),
        });
        id
    }

    pub(super) fn alarm(&mut self, name: &str, target_group: &crate::id::Arn, fires: bool) {
        let ending = target_group.as_str().rsplit(':').next().unwrap_or_default();
        let metric = |metric: &str| Metric {
            namespace: text("AWS/ApplicationELB"),
            name: text(metric),
            dimensions: vec![(text("TargetGroup"), text(ending))],
        };
        for (suffix, what, threshold) in
            [("5xx", "HTTPCode_Target_5XX_Count", 10.0), ("p99", "TargetResponseTime", 0.5)]
        {
            let fires = fires && (suffix == "5xx" || name == "web");
            self.alarms.push(Alarm {
                name: format!("{name}-{suffix}").into(),
                arn: None,
                alarm_type: AlarmType::Metric,
                state: if fires { AlarmState::Alarm } else { AlarmState::Ok },
                since: Some(now() - SignedDuration::from_mins(if fires { 4 } else { 3000 })),
                reason: Some(text("Threshold Crossed: 3 datapoints were greater than the threshold")),
                actions_enabled: Some(name != "search"),
                actions: vec![text("arn:aws:sns:us-east-1:123456789012:pager")],
                metric: Some(metric(what)),
                statistic: Some(text("Sum")),
                period_s: Some(60),
                comparison: Some(text("GreaterThanThreshold")),
                threshold: Some(threshold),
                missing_data: Some(text("notBreaching")),
                rule: None,
                suppressed_by: None,
                evaluation: None,
            });
        }
    }
}

pub(super) fn target_group(name: &str, arn: &crate::id::Arn, balancer: &crate::id::Arn) -> TargetGroup {
    TargetGroup {
        arn: arn.clone(),
        name: text(name),
        target_type: Some(text("instance")),
        protocol: Some(text("HTTP")),
        port: Some(8080),
        load_balancers: vec![balancer.clone()],
        interval_s: Some(30),
        healthy_threshold: Some(5),
        unhealthy_threshold: Some(2),
        vpc: None,
    }
}

pub(super) fn balancer(name: &str, balancer_type: &str, arn: &crate::id::Arn, zones: &[(&str, &str)]) -> LoadBalancer {
    LoadBalancer {
        arn: arn.clone(),
        name: text(name),
        balancer_type: text(balancer_type),
        scheme: Some(text("internet-facing")),
        state: Some(crate::estate::balancer::BalancerState::Active),
        state_reason: None,
        zones: zones.iter().map(|(zone, _)| ((*zone).into(), None)).collect(),
        dns_name: Some(text(&format!("{name}.elb.amazonaws.com"))),
        vpc: None,
    }
}
