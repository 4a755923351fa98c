//! The health of a target group and of a classic balancer: what of it serves (`aws-domain.md` A.3).

mod flow;

use std::collections::BTreeMap;

use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetGroup, TargetState};

use super::finding::Urgency;
use super::sight::Sight;
use super::verdict::{Assessment, Reason, Verdict};
use super::words::per_cent;
pub use flow::Flow;

/// Targets counted by health.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TargetCounts {
    /// Passing their checks.
    pub healthy: usize,
    /// Failing them.
    pub unhealthy: usize,
    /// Being deregistered.
    pub draining: usize,
    /// Registering, or in their first checks.
    pub initial: usize,
    /// Not used by any listener, or in a zone that the balancer is not in.
    pub unused: usize,
    /// Without health checks.
    pub unavailable: usize,
    /// In a state that this program does not know.
    pub other: usize,
}

impl TargetCounts {
    /// Counts targets.
    pub fn of<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Self {
        let mut counts = Self::default();
        for target in targets {
            counts.add(&target.state);
        }
        counts
    }

    /// Counts one more.
    pub fn add(&mut self, state: &TargetState) {
        *match state {
            TargetState::Healthy => &mut self.healthy,
            TargetState::Unhealthy | TargetState::UnhealthyDraining => &mut self.unhealthy,
            TargetState::Draining => &mut self.draining,
            TargetState::Initial => &mut self.initial,
            TargetState::Unused => &mut self.unused,
            TargetState::Unavailable => &mut self.unavailable,
            TargetState::Other(_) => &mut self.other,
        } += 1;
    }

    /// Those that should serve: all but the leaving and the unused.
    pub fn expected(&self) -> usize {
        self.healthy + self.unhealthy + self.initial + self.unavailable + self.other
    }
}

/// The share of failing requests up to which a service still answers.
pub const ANSWERS: f64 = 0.05;

/// How a target group stands.
pub fn assess(group: &TargetGroup, targets: &[Target], sight: &Sight<'_>) -> Assessment {
    let mut assessment = Assessment::ok();
    if group.load_balancers.is_empty() {
        return assessment; // It carries nothing; the audit speaks of orphans.
    }
    let counts = TargetCounts::of(targets);
    let expected = counts.expected();
    let none_serves = counts.healthy + counts.unavailable == 0;
    if expected > 0 && none_serves && counts.unhealthy == 0 && counts.initial > 0 {
        let words = format!("0 of {expected} healthy yet: {} in their first checks", counts.initial);
        assessment.take(Reason::new(Verdict::Warning, words));
    } else if expected > 0 && none_serves && counts.unhealthy > 0 {
        assessment.take(none_healthy(expected, targets, Flow::of(group, targets, sight)));
    } else if counts.unhealthy > 0 {
        let words = format!("{} of {expected} unhealthy{}{}", counts.unhealthy, why(targets), kept_away(targets));
        assessment.take(Reason::new(Verdict::Warning, words));
    } else if expected == 0 {
        assessment.take(no_target(targets));
    }
    if counts.other > 0 {
        assessment.add(Verdict::Unknown, format!("{} in a state that fournines does not know", counts.other));
    }
    assessment
}

/// With no healthy target the balancer fails open: it routes to all of them. Whether they answer tells a broken check from a
/// broken service (`aws-domain.md` A.3, F.7).
fn none_healthy(expected: usize, targets: &[Target], flow: Option<Flow>) -> Reason {
    let why = why(targets);
    let failing = flow.and_then(|flow| Some((flow, flow.failing()?)));
    let (words, next) = match failing {
        Some((flow, failing)) if failing < ANSWERS => {
            let rate = format!("{:.0} requests a minute, {} fail", flow.requests, per_cent(failing));
            let words = format!("0 of {expected} healthy{why}: fails open, and they answer ({rate})");
            (words, Some("mend the health check's path, not the targets"))
        }
        Some((_, failing)) => {
            (format!("0 of {expected} healthy{why}: fails open, and {} of requests fail", per_cent(failing)), None)
        }
        None => (format!("0 of {expected} healthy{why}: fails open"), None),
    };
    let reason = Reason::new(Verdict::Critical, words).urgency(Urgency::Now);
    match next {
        Some(next) => reason.next(next),
        None => reason,
    }
}

/// Nothing that should serve: all are leaving, or the balancer does not use them.
fn no_target(targets: &[Target]) -> Reason {
    let counts = TargetCounts::of(targets);
    let what = match (counts.draining, counts.unused) {
        (0, 0) => "no target serves: none is registered".to_owned(),
        (draining, 0) => format!("no target serves: all {draining} are leaving"),
        (0, unused) => format!("no target serves: {unused} not used by a listener, or in a zone that is off"),
        (draining, unused) => format!("no target serves: {draining} leaving, {unused} not used"),
    };
    Reason::new(Verdict::Critical, what).urgency(Urgency::Now)
}

/// Targets that a zonal shift keeps traffic from, whatever their health (`aws-domain.md` A.3).
fn kept_away(targets: &[Target]) -> String {
    let away = |target: &&Target| {
        target.administrative_override.as_deref().is_some_and(|word| word.starts_with("zonal_shift"))
    };
    match targets.iter().filter(away).count() {
        0 => String::new(),
        count => format!("; {count} kept from traffic by a zonal shift"),
    }
}

/// How a classic balancer stands by the health of its instances.
pub fn assess_classic(targets: &[ClassicTarget]) -> Assessment {
    let mut assessment = Assessment::ok();
    let total = targets.len();
    let out = targets.iter().filter(|target| target.state == ClassicState::OutOfService).count();
    let unknown =
        targets.iter().filter(|target| matches!(target.state, ClassicState::Unknown | ClassicState::Other(_))).count();
    if out == total && total > 0 {
        assessment.add(Verdict::Critical, format!("0 of {total} in service"));
    } else if out > 0 {
        assessment.add(Verdict::Warning, format!("{out} of {total} out of service"));
    } else if total == 0 {
        assessment.add(Verdict::Warning, "no instance registered".to_owned());
    }
    if unknown > 0 {
        assessment.add(Verdict::Unknown, format!("health of {unknown} unknown to the balancer"));
    }
    assessment
}

/// The commonest reason of those that fail, in words.
fn why(targets: &[Target]) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for target in targets.iter().filter(|t| matches!(t.state, TargetState::Unhealthy | TargetState::UnhealthyDraining))
    {
        if let Some(reason) = &target.reason {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    reasons
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(reason, _)| format!(", {}", reason_words(reason)))
        .unwrap_or_default()
}

/// A target's reason code in the words of `aws-domain.md` A.3.
pub fn reason_words(code: &str) -> &str {
    match code {
        "Target.ResponseCodeMismatch" => "wrong answer code",
        "Target.Timeout" => "time-outs",
        "Target.FailedHealthChecks" => "connections refused",
        "Elb.InternalError" => "an error on AWS's side",
        "Elb.RegistrationInProgress" => "registering",
        "Elb.InitialHealthChecking" => "first health checks",
        "Target.DeregistrationInProgress" => "deregistering",
        "Target.NotRegistered" => "not registered",
        "Target.NotInUse" => "not used by a listener, or its zone is off",
        "Target.InvalidState" => "instance stopped or terminated",
        "Target.IpUnusable" => "address in use by a balancer",
        "Target.HealthCheckDisabled" => "health checks off",
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::alarm::Series;
    use crate::estate::query::{Measure, Query};
    use crate::estate::{Estate, Kind, Row, Slice, SliceId, Update};
    use crate::id::{Arn, Region};
    use crate::judge::Policy;
    use crate::judge::index::Index;
    use jiff::Timestamp;
    use serde_json::json;

    /// What is said of a group of such targets, with so many requests and errors in each minute, where metrics were asked.
    fn assessed(states: &[&str], flow: Option<(f64, f64)>) -> Assessment {
        let balancer = Arn::from("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/lb/5");
        let row = json!({"arn": "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/tg/7", "name": "tg", "load_balancers": [balancer]});
        let group: TargetGroup = serde_json::from_value(row).unwrap();
        let target = |state: &&str| {
            let reason = (*state == "unhealthy").then_some("Target.ResponseCodeMismatch");
            json!({"id": "i-1", "port": 80, "state": state, "reason": reason})
        };
        let targets: Vec<Target> = states.iter().map(|state| serde_json::from_value(target(state)).unwrap()).collect();
        let (region, policy) = (Region::from("us-east-1"), Policy::default());
        let now: Timestamp = "2026-11-21T03:14:10Z".parse().unwrap();
        let mut estate = Estate::new(vec![region.clone()]);
        let of = |measure, value: f64| {
            let query = Query::of_target_group(measure, &balancer, &group.arn, None).unwrap();
            let points = vec![("2026-11-21T03:12:00Z".parse().unwrap(), value)];
            Series { id: "all".into(), metric: query.metric, statistic: query.statistic, points }
        };
        if let Some((requests, errors)) = flow {
            let mut series = vec![of(Measure::Errors, errors), of(Measure::Requests, requests)];
            series.sort_by(|a, b| (&a.metric, &a.statistic).cmp(&(&b.metric, &b.statistic)));
            let id = SliceId::of(&region, Kind::Series, "all");
            estate.apply(Update::part(id, Slice::read(Series::rows(series), now)));
        }
        let index = Index::new(&estate, &region, now);
        assess(&group, &targets, &Sight::new(&estate, &region, &index, &policy, now))
    }

    #[test]
    fn no_healthy_target_and_answers_all_the_same_is_the_check_not_the_targets_aws_domain_f7() {
        let open = assessed(&["unhealthy", "unhealthy", "draining"], Some((12_600.0, 3.0)));
        let words =
            "0 of 2 healthy, wrong answer code: fails open, and they answer (12600 requests a minute, 0.0 % fail)";
        assert_eq!((open.verdict, open.reasons[0].as_str()), (Verdict::Critical, words));
        assert_eq!(open.next.as_deref(), Some("mend the health check's path, not the targets"));
        let down = assessed(&["unhealthy", "unhealthy"], Some((100.0, 80.0)));
        assert_eq!(down.reasons, ["0 of 2 healthy, wrong answer code: fails open, and 80 % of requests fail"]);
        let unseen = assessed(&["unhealthy", "unhealthy"], None);
        assert_eq!(unseen.reasons, ["0 of 2 healthy, wrong answer code: fails open"]);
        assert_eq!(unseen.next, None, "without metrics nobody can say which it is");
        let quiet = assessed(&["unhealthy"], Some((0.0, 0.0)));
        assert_eq!(quiet.next, None, "no request has been answered");
    }

    #[test]
    fn targets_that_leave_or_are_not_used_serve_nobody_aws_domain_a3() {
        assert_eq!(assessed(&["draining", "draining"], None).reasons, ["no target serves: all 2 are leaving"]);
        assert_eq!(assessed(&["initial"], None).verdict, Verdict::Warning);
        assert_eq!(assessed(&["healthy", "draining"], None).verdict, Verdict::Ok);
    }
}
