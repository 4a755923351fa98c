//! The health of an Auto Scaling group (`aws-domain.md` A.2).

use crate::estate::group::{Group, LifecycleState};

use super::verdict::{Assessment, Verdict};

/// Processes whose suspension leaves a group unable to heal itself.
const VITAL: &[&str] = &["Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AddToLoadBalancer"];

/// How a group stands by its own word.
pub fn assess(group: &Group) -> Assessment {
    let mut assessment = Assessment::ok();
    if let Some(status) = &group.status {
        assessment.add(Verdict::Warning, status.to_string());
    }
    let in_service = group.in_service().count();
    let (min, desired) = (usize::try_from(group.min).unwrap_or(0), usize::try_from(group.desired).unwrap_or(0));
    if in_service < min {
        assessment.add(Verdict::Critical, format!("{in_service} in service, below its minimum of {min}"));
    } else if in_service < desired {
        assessment.add(Verdict::Warning, format!("{in_service} of {desired} in service"));
    }
    let unhealthy = group.members.iter().filter(|member| !member.healthy).count();
    if unhealthy > 0 {
        assessment.add(Verdict::Warning, format!("{unhealthy} unhealthy"));
    }
    let retained = group.members.iter().filter(|member| member.state == LifecycleState::TerminatingRetained).count();
    if retained > 0 {
        assessment.add(Verdict::Warning, format!("{retained} retained by a hook: somebody must act"));
    }
    let vital: Vec<&str> = VITAL.iter().copied().filter(|process| group.suspended.contains_key(*process)).collect();
    if !vital.is_empty() {
        assessment.add(Verdict::Warning, format!("suspended: {}", vital.join(", ")));
    }
    assessment
}
