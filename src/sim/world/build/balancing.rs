//! Builds target groups, load balancers with their listeners, and classic load balancers.

use std::collections::BTreeMap;

use super::super::document::{BalancerDoc, ListenerDoc, RegionDoc, RuleDoc, TargetGroupDoc, WorldError};
use super::super::{
    Arn, BalancerKind, BalancerState, BalancerZone, Forward, HealthCheck, HostBook, Listener, ListenerAction,
    ListenerRule, LoadBalancer, ManagedResource, RuleCondition, Scheme, TargetGroup, TargetType, ZoneName,
};
use super::attributes::{self, attributes};
use super::site::{Site, word};

impl Site<'_> {
    pub(super) fn build_target_groups(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, group) in doc.target_groups.iter().enumerate() {
            let path = self.path("target_groups", index);
            let resource = format!("targetgroup/{}/{}", group.name, self.scene.mint.hex16());
            let arn = self.scene.arn("elasticloadbalancing", &resource);
            self.target_groups.add(&path, &group.name, arn.clone())?;
            let service = self.service(&path, group.service.as_deref())?;
            let is_http = is_http(&path, &group.protocol)?;
            let defaults = if is_http { attributes::HTTP_GROUP } else { attributes::TCP_GROUP };
            let attributes = attributes(&path, &[attributes::GROUP, defaults], &group.attributes)?;
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
                hosts: HostBook::default(),
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
            let defaults =
                if kind == BalancerKind::Application { attributes::APPLICATION } else { attributes::NETWORK };
            let mut attributes = attributes(&path, &[attributes::BALANCER, defaults], &balancer.attributes)?;
            attributes.insert("zonal_shift.config.enabled".to_owned(), balancer.zonal_shift.to_string());
            let zones = self.balancer_zones(&path, balancer)?;
            let listeners = self.listeners(&path, &resource, &balancer.listeners)?;
            self.connect(&arn, &listeners);
            if balancer.zonal_shift {
                self.add_managed_resource(
                    &arn,
                    &balancer.name,
                    zones.iter().map(|zone| &zone.zone),
                    balancer.autoshift,
                );
            }
            let (dns_name, dns_zone) = dns(self.name().as_str(), kind, balancer, &hash);
            let built = LoadBalancer {
                arn: arn.clone(),
                name: balancer.name.clone(),
                kind,
                dns_name,
                dns_zone: dns_zone.to_owned(),
                scheme: if balancer.internal { Scheme::Internal } else { Scheme::InternetFacing },
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

    /// Notes with target groups which balancer's listeners forward to them.
    fn connect(&mut self, balancer: &Arn, listeners: &[Listener]) {
        for target_group in listeners.iter().flat_map(forwards) {
            if let Some(group) = self.region().target_groups.get_mut(&target_group)
                && !group.balancers.contains(balancer)
            {
                group.balancers.push(balancer.clone());
            }
        }
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

    fn forward<'a>(
        &self,
        path: &str,
        to: impl IntoIterator<Item = (&'a str, u16)>,
    ) -> Result<Vec<Forward>, WorldError> {
        let target = |(name, weight)| Ok(Forward { target_group: self.target_groups.find(path, name)?, weight });
        to.into_iter().map(target).collect()
    }

    /// Lets zonal shift move a resource.
    pub(super) fn add_managed_resource<'a>(
        &mut self,
        arn: &Arn,
        name: &str,
        zones: impl Iterator<Item = &'a ZoneName>,
        autoshift: bool,
    ) {
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
}

/// Name and hosted zone of a balancer, as AWS forms them.
fn dns(region: &str, kind: BalancerKind, doc: &BalancerDoc, hash: &str) -> (String, &'static str) {
    let prefix = if doc.internal { "internal-" } else { "" };
    match kind {
        BalancerKind::Application => {
            let number = hash.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default();
            (format!("{prefix}{}-{number}.{region}.elb.amazonaws.com", doc.name), dns_zone(region, false))
        }
        BalancerKind::Network => (format!("{}-{hash}.elb.{region}.amazonaws.com", doc.name), dns_zone(region, true)),
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
        other => Err(WorldError::invalid(
            format!("{path}.protocol"),
            format!("\"{other}\" is none of HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP"),
        )),
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
    let bounded = (5..=300).contains(&check.interval_s)
        && (2..=10).contains(&check.healthy_threshold)
        && (2..=10).contains(&check.unhealthy_threshold);
    if bounded { Ok(check) } else { Err(WorldError::invalid(path, "interval_s is 5 to 300, thresholds are 2 to 10")) }
}

/// The hosted zone of a region's load balancer names, for aliases.
pub(super) fn dns_zone(region: &str, network: bool) -> &'static str {
    match (region, network) {
        ("us-east-1", false) => "Z35SXDOTRQ7X7K",
        ("us-east-1", true) => "Z26RNL4JYFTOTI",
        ("us-west-2", false) => "Z1H1FL5HABSF5",
        ("us-west-2", true) => "Z18D5FSROUN65G",
        (_, false) => "Z32O12XQLNTSW2",
        (_, true) => "Z2IFOLAFXWLO4F",
    }
}
