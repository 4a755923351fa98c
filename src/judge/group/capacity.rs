//! How many members serve, against what the group is told to keep (`aws-domain.md` A.2, `peers.md` 4b).

use crate::estate::group::{Group, LifecycleState};

use crate::estate::query::Query;
use crate::judge::finding::Urgency;
use crate::judge::sight::Sight;
use crate::judge::verdict::{Reason, Verdict};

/// Per cent of CPU from which a group that may not grow is worth a warning.
const BUSY: f64 = 80.0;

pub(super) fn reasons(group: &Group, sight: &Sight<'_>) -> Vec<Reason> {
    let in_service = group.in_service().count();
    let (min, desired) = (usize::try_from(group.min).unwrap_or(0), usize::try_from(group.desired).unwrap_or(0));
    let mut reasons = Vec::new();
    if in_service < min || in_service < desired {
        let coming = group.members.iter().filter(|member| is_coming(&member.state)).count();
        let coming = if coming > 0 { format!(", {coming} launching") } else { String::new() };
        if in_service < min {
            let words = format!("{in_service} in service, below its minimum of {min}{coming}");
            reasons.push(Reason::new(Verdict::Critical, words).urgency(Urgency::Now));
        } else if !group.suspended.contains_key("Launch") {
            // Where nothing may launch, that reason has the numbers.
            reasons.push(Reason::new(Verdict::Warning, format!("{in_service} of {desired} in service{coming}")));
        }
    }
    let is_full = group.desired >= group.max && group.max > 0;
    let cpu = is_full.then(|| sight.metrics().latest(&Query::of_group(&group.name)).value()).flatten();
    if let Some(cpu) = cpu.filter(|cpu| *cpu >= BUSY) {
        let words = format!("CPU {cpu:.0} % and desired at its max of {}: it cannot grow", group.max);
        reasons.push(Reason::new(Verdict::Warning, words).next(format!("raise max above {}", group.max)));
    }
    reasons
}

fn is_coming(state: &LifecycleState) -> bool {
    matches!(state, LifecycleState::Pending | LifecycleState::PendingWait | LifecycleState::PendingProceed)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Around, group};
    use super::*;
    use serde_json::json;

    #[test]
    fn below_its_minimum_it_is_broken_and_below_desired_worth_a_look() {
        let broken = Around::of(group(3, 6, json!({"min": 4}))).assess();
        assert_eq!(
            (broken.verdict, broken.reasons.join("")),
            (Verdict::Critical, "3 in service, below its minimum of 4".into())
        );
        let thin = Around::of(group(5, 6, json!({"min": 4}))).assess();
        assert_eq!((thin.verdict, thin.reasons.join("")), (Verdict::Warning, "5 of 6 in service".into()));
    }

    #[test]
    fn a_full_group_is_told_of_once_it_is_busy() {
        let mut around = Around::of(group(6, 6, json!({"max": 6})));
        assert_eq!(around.assess().verdict, Verdict::Ok, "fixed in size, and content");
        around.cpu = Some(91.0);
        assert_eq!(around.assess().reasons, ["CPU 91 % and desired at its max of 6: it cannot grow"]);
    }
}
