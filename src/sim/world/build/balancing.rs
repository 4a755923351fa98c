//! Builds target groups, load balancers with their listeners, and classic load balancers.

use std::collections::BTreeMap;

use super::super::document::{BalancerDoc, ListenerDoc, RegionDoc, RuleDoc, TargetGroupDoc, WorldError};
use super::super::{
    Arn, BalancerKind, BalancerState, BalancerZone, ClassicBalancer, ClassicHealthCheck, ClassicListener, ClassicName,
    Forward, HealthCheck, History, Listener, ListenerAction, ListenerRule, LoadBalancer, ManagedResource,
    RuleCondition, Scheme, TargetGroup, TargetType, ZoneName,
};
use super::site::{Site, word};

/// What AWS returns for a target group whose attributes nobody touched.
const GROUP_ATTRIBUTES: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("stickiness.enabled", "false"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
];
const HTTP_GROUP_ATTRIBUTES: &[(&str, &str)] = &[
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.type", "lb_cookie"),
];
const TCP_GROUP_ATTRIBUTES: &[(&str, &str)] = &[
    ("deregistration_delay.connection_termination.enabled", "false"),
    ("preserve_client_ip.enabled", "true"),
    ("proxy_protocol_v2.enabled", "false"),
    ("stickiness.type", "source_ip"),
    ("target_health_state.unhealthy.connection_termination.enabled", "true"),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];
/// What AWS returns for a load balancer whose attributes nobody touched.
const BALANCER_ATTRIBUTES: &[(&str, &str)] =
    &[("access_logs.s3.bucket", ""), ("access_logs.s3.enabled", "false"), ("access_logs.s3.prefix", ""), ("deletion_protection.enabled", "false")];
const APPLICATION_ATTRIBUTES: &[(&str, &str)] = &[
    ("client_keep_alive.seconds", "3600"),
    ("connection_logs.s3.bucket", ""),
    ("connection_logs.s3.enabled", "false"),
    ("connection_logs.s3.prefix", ""),
    ("idle_timeout.timeout_seconds", "60"),
    ("load_balancing.cross_zone.enabled", "true"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
];
const NETWORK_ATTRIBUTES: &[(&str, &str)] =
    &[("dns_record.client_routing_policy", "any_availability_zone"), ("load_balancing.cross_zone.enabled", "false")];

impl Site<'_> {
    pub(super) fn build_target_groups(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, group) in doc.target_groups.iter().enumerate() {
            let path = self.path("target_groups", index);
            let resource = format!("targetgroup/{}/{}", group.name, self.scene.mint.hex16());
            let arn = self.scene.arn("elasticloadbalancing", &resource);
            self.target_groups.add(&path, &group.name, arn.clone())?;
            let service = self.service(&path, group.service.as_deref())?;
            let is_http = is_http(&path, &group.protocol)?;
            let defaults = if is_http { HTTP_GROUP_ATTRIBUTES } else { TCP_GROUP_ATTRIBUTES };
            let attributes = attributes(&path, &[GROUP_ATTRIBUTES, defaults], &group.attributes)?;
            let health_check = health_check(&path, group, is_http)?;
            let built = TargetGroup {
                arn: arn.clone(),
                name: group.name.clone(),
                protocol: group.protocol.clone(),
                protocol_version: is_http.then(|| "HTTP1".to_owned()),
                port: group.port,
                vpc: self.vpc.clone(),
                target_type: TargetType::Instance,
                health_check,
                attributes,
                balancers: Vec::new(),
                targets: BTreeMap::new(),
                tags: Self::tags(None, service.as_ref(), &group.tags),
                service,
                serving: History::default(),
            };
            self.region().target_groups.insert(arn, built);
        }
        Ok(())
    }

    pub(super) fn build_balancers(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, balancer) in doc.load_balancers.iter().enumerate() {
            let path = self.path("load_balancers", index);
            let kind = word(&format!("{path}.kind"), &balancer.kind, BalancerKind::ALL, BalancerKind::as_str)?;
            let hash = self.scene.mint.hex16();
            let letter = if kind == BalancerKind::Application { "app" } else { "net" };
            let resource = format!("{letter}/{}/{hash}", balancer.name);
            let arn = self.scene.arn("elasticloadbalancing", &format!("loadbalancer/{resource}"));
            self.balancers.add(&path, &balancer.name, arn.clone())?;
            let defaults = if kind == BalancerKind::Application { APPLICATION_ATTRIBUTES } else { NETWORK_ATTRIBUTES };
            let mut attributes = attributes(&path, &[BALANCER_ATTRIBUTES, defaults], &balancer.attributes)?;
            attributes.insert("zonal_shift.config.enabled".to_owned(), balancer.zonal_shift.to_string());
            let zones = self.balancer_zones(&path, balancer)?;
            let listeners = self.listeners(&path, &resource, &balancer.listeners)?;
            for target_group in listeners.iter().flat_map(forwards) {
                if let Some(group) = self.region().target_groups.get_mut(&target_group)
                    && !group.balancers.contains(&arn)
                {
                    group.balancers.push(arn.clone());
                }
            }
            if balancer.zonal_shift {
                self.add_managed_resource(&arn, &balancer.name, zones.iter().map(|zone| &zone.zone), balancer.autoshift);
            }
            let name = self.name();
            let scheme = if balancer.internal { Scheme::Internal } else { Scheme::InternetFacing };
            let prefix = if balancer.internal { "internal-" } else { "" };
            let (dns_name, dns_zone) = match kind {
                BalancerKind::Application => {
                    let number = u32::from_str_radix(hash.get(..8).unwrap_or_default(), 16).unwrap_or_default();
                    (format!("{prefix}{}-{number}.{name}.elb.amazonaws.com", balancer.name), dns_zone(name.as_str(), false))
                }
                BalancerKind::Network => (format!("{}-{hash}.elb.{name}.amazonaws.com", balancer.name), dns_zone(name.as_str(), true)),
            };
            let built = LoadBalancer {
                arn: arn.clone(),
                name: balancer.name.clone(),
                kind,
                dns_name,
                dns_zone: dns_zone.to_owned(),
                scheme,
                state: BalancerState::Active,
                state_reason: None,
                created_at: self.ago(balancer.age.0),
                vpc: self.vpc.clone(),
                zones,
                security_groups: vec![self.security_group()],
                attributes,
                listeners,
                tags: Self::tags(None, None, &balancer.tags),
            };
            self.region().balancers.insert(arn, built);
        }
        Ok(())
    }

    fn balancer_zones(&mut self, path: &str, doc: &BalancerDoc) -> Result<Vec<BalancerZone>, WorldError> {
        let path = format!("{path}.zones");
        let mut zones = Vec::new();
        for zone in self.zones(&path, doc.zones.as_deref())? {
            let subnet = self.subnet(&path, &zone, !doc.internal)?;
            zones.push(BalancerZone { zone, subnet, allocation: None });
        }
        Ok(zones)
    }

    fn listeners(&mut self, path: &str, resource: &str, docs: &[ListenerDoc]) -> Result<Vec<Listener>, WorldError> {
        let mut listeners = Vec::new();
        for (index, doc) in docs.iter().enumerate() {
            let path = format!("{path}.listeners[{index}]");
            let hash = self.scene.mint.hex16();
            let default_action = match (&doc.to, doc.redirect) {
                (Some(to), false) => ListenerAction::Forward(self.forward(&path, [(to.as_str(), 1)])?),
                (None, true) => ListenerAction::RedirectToHttps,
                (None, false) => ListenerAction::FixedResponse(404),
                (Some(_), true) => return Err(WorldError::invalid(path, "a listener either redirects or forwards")),
            };
            let mut rules = Vec::new();
            for (rule, place) in doc.rules.iter().zip(1_u32..) {
                let actions = vec![self.rule_action(&format!("{path}.rules[{}]", place - 1), rule)?];
                let id = self.scene.mint.hex16();
                let arn = self.scene.arn("elasticloadbalancing", &format!("listener-rule/{resource}/{hash}/{id}"));
                rules.push(ListenerRule { arn, priority: place * 10, conditions: conditions(rule), actions });
            }
            let secure = matches!(doc.protocol.as_str(), "HTTPS" | "TLS");
            let certificate = secure.then(|| self.scene.mint.uuid());
            listeners.push(Listener {
                arn: self.scene.arn("elasticloadbalancing", &format!("listener/{resource}/{hash}")),
                port: doc.port,
                protocol: doc.protocol.clone(),
                certificate: certificate.map(|id| self.scene.arn("acm", &format!("certificate/{id}")).to_string()),
                ssl_policy: secure.then(|| "ELBSecurityPolicy-TLS13-1-2-2021-06".to_owned()),
                default_actions: vec![default_action],
                rules,
                tags: super::super::Tags::default(),
            });
        }
        Ok(listeners)
    }

    fn rule_action(&self, path: &str, rule: &RuleDoc) -> Result<ListenerAction, WorldError> {
        if rule.paths.is_empty() && rule.hosts.is_empty() {
            return Err(WorldError::invalid(path, "a rule needs paths or hosts"));
        }
        Ok(ListenerAction::Forward(self.forward(path, rule.to.iter().map(|(name, weight)| (name.as_str(), *weight)))?))
    }

    fn forward<'a>(&self, path: &str, to: impl IntoIterator<Item = (&'a str, u16)>) -> Result<Vec<Forward>, WorldError> {
        let target = |(name, weight)| Ok(Forward { target_group: self.target_groups.find(path, name)?, weight });
        to.into_iter().map(target).collect()
    }

    /// Lets zonal shift move a resource.
    pub(super) fn add_managed_resource<'a>(&mut self, arn: &Arn, name: &str, zones: impl Iterator<Item = &'a ZoneName>, autoshift: bool) {
        let ids: Vec<_> = zones.filter_map(|zone| self.scene.region.zone_id(zone.as_str()).cloned()).collect();
        let alarm = self.scene.arn("cloudwatch", &format!("alarm:{name}-practice-run"));
        let resource = ManagedResource {
            arn: arn.clone(),
            name: name.to_owned(),
            applied_weights: ids.iter().map(|id| (id.clone(), 1.0)).collect(),
            zones: ids,
            autoshift_enabled: autoshift,
            practice_run_alarm: autoshift.then_some(alarm),
        };
        self.region().managed_resources.insert(arn.clone(), resource);
    }

    pub(super) fn build_classic(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, classic) in doc.classic_balancers.iter().enumerate() {
            let path = self.path("classic_balancers", index);
            let name = ClassicName::from(classic.name.as_str());
            let service = self.service(&path, classic.service.as_deref())?;
            let zones = self.zones(&format!("{path}.zones"), classic.zones.as_deref())?;
            let subnets = zones.iter().map(|zone| self.subnet(&path, zone, !classic.internal)).collect::<Result<_, _>>()?;
            let region = self.name();
            let number = u32::from_str_radix(self.scene.mint.hex16().get(..8).unwrap_or_default(), 16).unwrap_or_default();
            let prefix = if classic.internal { "internal-" } else { "" };
            let built = ClassicBalancer {
                name: name.clone(),
                dns_name: format!("{prefix}{}-{number}.{region}.elb.amazonaws.com", classic.name),
                dns_zone: dns_zone(region.as_str(), false).to_owned(),
                created_at: self.ago(classic.age.0),
                scheme: if classic.internal { Scheme::Internal } else { Scheme::InternetFacing },
                vpc: self.vpc.clone(),
                zones,
                subnets,
                security_groups: vec![self.security_group()],
                listeners: vec![ClassicListener {
                    protocol: "HTTP".to_owned(),
                    port: classic.port,
                    instance_protocol: "HTTP".to_owned(),
                    instance_port: classic.instance_port,
                }],
                health_check: ClassicHealthCheck {
                    target: classic.health_target.clone(),
                    interval_s: 30,
                    timeout_s: 5,
                    healthy_threshold: 3,
                    unhealthy_threshold: 2,
                },
                members: BTreeMap::new(),
                cross_zone: classic.cross_zone,
                draining_s: classic.draining_s,
                idle_timeout_s: 60,
                tags: Self::tags(None, service.as_ref(), &classic.tags),
                service,
                serving: History::default(),
            };
            if self.region().classic_balancers.insert(name, built).is_some() {
                return Err(WorldError::invalid(path, format!("there are two classic load balancers called \"{}\"", classic.name)));
            }
        }
        Ok(())
    }
}

fn conditions(rule: &RuleDoc) -> Vec<RuleCondition> {
    let condition = |field: &str, values: &[String]| RuleCondition { field: field.to_owned(), values: values.to_vec() };
    let both = [condition("host-header", &rule.hosts), condition("path-pattern", &rule.paths)];
    both.into_iter().filter(|condition| !condition.values.is_empty()).collect()
}

fn forwards(listener: &Listener) -> Vec<Arn> {
    let actions = listener.rules.iter().flat_map(|rule| &rule.actions).chain(&listener.default_actions);
    let targets = |action: &ListenerAction| match action {
        ListenerAction::Forward(forwards) => forwards.iter().map(|forward| forward.target_group.clone()).collect(),
        ListenerAction::RedirectToHttps | ListenerAction::FixedResponse(_) => Vec::new(),
    };
    actions.flat_map(targets).collect()
}

fn is_http(path: &str, protocol: &str) -> Result<bool, WorldError> {
    match protocol {
        "HTTP" | "HTTPS" => Ok(true),
        "TCP" | "TLS" | "UDP" | "TCP_UDP" => Ok(false),
        other => Err(WorldError::invalid(format!("{path}.protocol"), format!("\"{other}\" is none of HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP"))),
    }
}

fn health_check(path: &str, doc: &TargetGroupDoc, is_http: bool) -> Result<HealthCheck, WorldError> {
    let check = HealthCheck {
        enabled: true,
        protocol: if is_http { doc.protocol.clone() } else { "TCP".to_owned() },
        port: "traffic-port".to_owned(),
        path: is_http.then(|| doc.health_path.clone().unwrap_or_else(|| "/health".to_owned())),
        interval_s: doc.interval_s.unwrap_or(30),
        timeout_s: doc.timeout_s.unwrap_or(if is_http { 5 } else { 10 }),
        healthy_threshold: doc.healthy_threshold.unwrap_or(5),
        unhealthy_threshold: doc.unhealthy_threshold.unwrap_or(2),
        matcher: is_http.then(|| "200".to_owned()),
    };
    let bounded = (5..=300).contains(&check.interval_s) && (2..=10).contains(&check.healthy_threshold) && (2..=10).contains(&check.unhealthy_threshold);
    if bounded { Ok(check) } else { Err(WorldError::invalid(path, "interval_s is 5 to 300, thresholds are 2 to 10")) }
}

/// AWS's defaults with what the document changes; a key that AWS does not know for the kind is refused.
fn attributes(path: &str, defaults: &[&[(&str, &str)]], changed: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, WorldError> {
    let mut attributes: BTreeMap<String, String> =
        defaults.iter().copied().flatten().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    for (key, value) in changed {
        let Some(known) = attributes.get_mut(key) else {
            let hint = super::super::nearest(key, attributes.keys().map(String::as_str));
            let hint = hint.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            return Err(WorldError::invalid(format!("{path}.attributes"), format!("no attribute \"{key}\"{hint}")));
        };
        known.clone_from(value);
    }
    Ok(attributes)
}

/// The hosted zone of a region's load balancer names, for aliases.
fn dns_zone(region: &str, network: bool) -> &'static str {
    match (region, network) {
        ("us-east-1", false) => "Z35SXDOTRQ7X7K",
        ("us-east-1", true) => "Z26RNL4JYFTOTI",
        ("us-west-2", false) => "Z1H1FL5HABSF5",
        ("us-west-2", true) => "Z18D5FSROUN65G",
        (_, false) => "Z32O12XQLNTSW2",
        (_, true) => "Z2IFOLAFXWLO4F",
    }
}
