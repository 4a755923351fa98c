//! The health of a target group and of a classic balancer: what of it serves (`aws-domain.md` A.3).

use std::collections::BTreeMap;

use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetGroup, TargetState};

use super::verdict::{Assessment, Verdict};

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

/// How a target group stands.
pub fn assess(group: &TargetGroup, targets: &[Target]) -> Assessment {
    let mut assessment = Assessment::ok();
    if group.load_balancers.is_empty() {
        return assessment; // It carries nothing; the audit speaks of orphans.
    }
    let counts = TargetCounts::of(targets);
    let expected = counts.expected();
    let none_serves = counts.healthy + counts.unavailable == 0;
    if expected > 0 && none_serves && counts.unhealthy == 0 && counts.initial > 0 {
        assessment
            .add(Verdict::Warning, format!("0 of {expected} healthy yet: {} in their first checks", counts.initial));
    } else if expected > 0 && none_serves && counts.unhealthy > 0 {
        // With no healthy target the balancer fails open: it routes to all of them (aws-domain.md A.3).
        assessment.add(Verdict::Critical, format!("0 of {expected} healthy: fails open{}", why(targets)));
    } else if counts.unhealthy > 0 {
        assessment.add(Verdict::Warning, format!("{} of {expected} unhealthy{}", counts.unhealthy, why(targets)));
    } else if expected == 0 {
        assessment.add(Verdict::Critical, "no target serves".to_owned());
    }
    if counts.other > 0 {
        assessment.add(Verdict::Unknown, format!("{} in a state that fournines does not know", counts.other));
    }
    assessment
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
