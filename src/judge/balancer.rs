//! The health of a load balancer: does it stand, and does what is behind it serve (`aws-domain.md` A.3).

use crate::estate::balancer::{BalancerState, LoadBalancer, TargetGroup};

use super::RegionJudgement;
use super::verdict::{Assessment, Reason, Verdict};

/// How a balancer stands: the worst of its own state and of the target groups that it routes to.
pub fn assess(balancer: &LoadBalancer, groups: &[&TargetGroup], judged: &RegionJudgement) -> Assessment {
    let mut assessment = Assessment::ok();
    let why = balancer.state_reason.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
    match &balancer.state {
        Some(BalancerState::Active) | None => {}
        Some(BalancerState::Provisioning) => assessment.reasons.push("being provisioned".to_owned()),
        Some(BalancerState::ActiveImpaired) => {
            let words = format!("routes but cannot scale{why}");
            assessment.take(Reason::new(Verdict::Warning, words).next("shift no load to it"));
        }
        Some(BalancerState::Failed) => assessment.take(Reason::new(Verdict::Critical, format!("failed{why}"))),
        Some(BalancerState::Other(word)) => {
            assessment.add(Verdict::Unknown, format!("state {word} is not known to fournines"));
        }
    }
    for group in groups {
        let Some(of_group) = judged.target_groups.get(&group.arn) else { continue };
        if of_group.verdict != Verdict::Ok {
            let why = of_group.reasons.first().map_or(of_group.verdict.as_str(), String::as_str);
            assessment.add(of_group.verdict, format!("{}: {why}", group.name));
        }
    }
    assessment
}
