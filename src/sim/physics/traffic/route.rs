//! How a target group is sent to: what its attributes and its balancer's say (`aws-domain.md A.3`).
//!
//! Owns: the reading of attributes that decide on traffic. Must stay true: an attribute that is unset means AWS's default.

use super::super::super::world::{Arn, BalancerKind, Keep, ListenerAction, LoadBalancer, Region, TargetGroup};

/// How a group is sent to.
pub(in super::super) struct Route {
    /// Every node sends to the targets of all zones.
    pub cross_zone: bool,
    /// With fewer healthy targets than that it sends to all.
    pub fails_open: bool,
    /// Healthy targets below which it sends to all: a count, or a share of those registered.
    to_route: Least,
    /// Healthy targets below which DNS leaves a zone out.
    for_dns: Least,
    /// `slow_start.duration_seconds`.
    pub slow_start_s: f64,
    /// How clients hold on to their connections.
    pub keep: Keep,
    /// The weight that a target still has when it begins to drain, and how that thins out.
    pub drain: Keep,
    /// Where a listener divides between several groups: these, and the part that this one gets.
    pub divided: Option<(Vec<Arn>, f64)>,
}

/// A least number of healthy targets: as a count and as a percentage, whichever is more.
#[derive(Clone, Copy)]
struct Least {
    count: usize,
    percentage: f64,
}

impl Route {
    /// How `group` is sent to.
    pub fn of(region: &Region, group: &TargetGroup) -> Self {
        let balancer = group.balancers.first().and_then(|balancer| region.balancers.get(balancer));
        let text = |key: &str| group.attributes.get(key).map(String::as_str);
        let own = |key: &str| balancer.and_then(|balancer| balancer.attributes.get(key)).map(String::as_str);
        let network = balancer.is_some_and(|balancer| balancer.kind == BalancerKind::Network);
        let cross_zone = match text("load_balancing.cross_zone.enabled") {
            Some("true") => true,
            Some("false") => false,
            _ => own("load_balancing.cross_zone.enabled").map_or(!network, |value| value == "true"),
        };
        let least = |what: &str| Least {
            count: number(text(&format!("target_group_health.{what}.minimum_healthy_targets.count"))).unwrap_or(1.0)
                as usize,
            percentage: number(text(&format!("target_group_health.{what}.minimum_healthy_targets.percentage")))
                .unwrap_or(0.0),
        };
        // Half of a network balancer's clients are pinned to a node by their flow; of an application balancer's a fifth
        // come over connections that it keeps alive.
        let keep = if network {
            Keep { share: 0.5, lasts_s: 240.0 }
        } else {
            Keep { share: 0.2, lasts_s: number(own("client_keep_alive.seconds")).unwrap_or(3600.0) / 24.0 }
        };
        // What an application balancer had under way is soon done; flows stay with their target.
        let drain = if network { Keep { share: 0.3, lasts_s: 60.0 } } else { Keep { share: 0.05, lasts_s: 10.0 } };
        Self {
            cross_zone,
            fails_open: true,
            to_route: least("unhealthy_state_routing"),
            for_dns: least("dns_failover"),
            slow_start_s: number(text("slow_start.duration_seconds")).unwrap_or(0.0),
            keep,
            drain,
            divided: balancer.and_then(|balancer| divided(balancer, group)),
        }
    }

    /// How a classic balancer sends: it does not fail open, with none in service it answers 503 itself.
    pub fn classic(cross_zone: bool, keep: Keep) -> Self {
        let one = Least { count: 1, percentage: 0.0 };
        let (fails_open, slow_start_s, drain) = (false, 0.0, Keep { share: 0.0, lasts_s: 1.0 });
        Self { cross_zone, fails_open, to_route: one, for_dns: one, slow_start_s, keep, drain, divided: None }
    }

    /// Healthy targets, of so many registered, below which the balancer sends to all.
    pub fn least_to_route(&self, registered: usize) -> usize {
        self.to_route.of(registered)
    }

    /// Healthy targets, of so many registered, below which DNS leaves a zone out.
    pub fn least_for_dns(&self, registered: usize) -> usize {
        self.for_dns.of(registered)
    }
}

impl Least {
    fn of(self, registered: usize) -> usize {
        let share = (registered as f64 * self.percentage / 100.0).ceil() as usize;
        self.count.max(share).max(1)
    }
}

fn number(text: Option<&str>) -> Option<f64> {
    text?.parse().ok()
}

/// The groups of the first action that divides between several, this one among them, and this one's part.
fn divided(balancer: &LoadBalancer, group: &TargetGroup) -> Option<(Vec<Arn>, f64)> {
    let rules = balancer.listeners.iter().flat_map(|listener| &listener.rules).flat_map(|rule| &rule.actions);
    let actions = rules.chain(balancer.listeners.iter().flat_map(|listener| &listener.default_actions));
    let forwards = actions.filter_map(|action| match action {
        ListenerAction::Forward(to) => Some(to),
        ListenerAction::RedirectToHttps | ListenerAction::FixedResponse(_) => None,
    });
    let mut mine = forwards.filter(|to| to.iter().any(|forward| forward.target_group == group.arn));
    let to = mine.find(|to| to.len() > 1)?;
    let own = to.iter().find(|forward| forward.target_group == group.arn)?;
    let all: u32 = to.iter().map(|forward| u32::from(forward.weight)).sum();
    let part = if all == 0 { 0.0 } else { f64::from(own.weight) / f64::from(all) };
    Some((to.iter().map(|forward| forward.target_group.clone()).collect(), part))
}
