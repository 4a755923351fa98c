//! Suspended processes, and what each suspension does to a group (`aws-domain.md` A.2).

use jiff::Timestamp;

use crate::estate::group::Group;

use crate::judge::finding::Urgency;
use crate::judge::sight::Sight;
use crate::judge::verdict::{Reason, Verdict};

/// Processes whose suspension leaves a group unable to heal itself, the gravest first, with what follows from it.
const VITAL: &[(&str, &str)] = &[
    ("Launch", "it shrinks with each failure"),
    ("Terminate", "the unhealthy pile up, and all go at once on resume"),
    ("ReplaceUnhealthy", "the unhealthy pile up, and all go at once on resume"),
    ("HealthCheck", "failures go unnoticed"),
    ("AddToLoadBalancer", "what it launches meanwhile never gets traffic"),
];

pub(super) fn reasons(group: &Group, _: &Sight<'_>) -> Vec<Reason> {
    let vital: Vec<&(&str, &str)> =
        VITAL.iter().filter(|(process, _)| group.suspended.contains_key(*process)).collect();
    let Some((first, consequence)) = vital.first().copied().copied() else { return Vec::new() };
    let is_suspended = |process: &str| group.suspended.contains_key(process);
    let consequence = match first {
        // Who does not end the unhealthy does not melt: it merely never heals.
        "Launch" if is_suspended("ReplaceUnhealthy") || is_suspended("Terminate") => "nothing that fails is replaced",
        _ => consequence,
    };
    let processes: Vec<&str> = vital.iter().map(|(process, _)| *process).collect();
    let (has, wanted) = (group.in_service().count(), usize::try_from(group.desired).unwrap_or(0));
    let is_melting = first == "Launch" && has < wanted;
    let count = if is_melting { format!(", {has} of {wanted} in service") } else { String::new() };
    let by_aws = group.suspended.get(first).is_some_and(|why| why.starts_with("Administrative"));
    let next = if by_aws {
        format!("mend why launches fail, then resume {first}")
    } else {
        format!("resume {}", processes.join(" and "))
    };
    let since = group.suspended.get(first).and_then(|why| moment_in(why));
    let (verdict, urgency) =
        if is_melting { (Verdict::Critical, Urgency::Now) } else { (Verdict::Warning, Urgency::Soon) };
    let by = if by_aws { " by AWS" } else { "" };
    let words = format!("{} suspended{by}{count}: {consequence}", processes.join(", "));
    vec![Reason::new(verdict, words).next(next).urgency(urgency).since(since)]
}

/// The moment in AWS's sentence: `User suspended at 2026-11-12T03:00:00Z`.
fn moment_in(why: &str) -> Option<Timestamp> {
    why.split_whitespace().find_map(|word| word.parse().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture::{Around, group};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_group_that_may_not_launch_shrinks_with_each_failure_aws_domain_f19() {
        let why = "User suspended at 2026-11-12T03:00:00Z";
        let sight = Around::of(group(5, 6, json!({"suspended": {"Launch": why}})));
        let assessment = sight.assess();
        assert_eq!(assessment.verdict, Verdict::Critical);
        assert_eq!(assessment.reasons[0], "Launch suspended, 5 of 6 in service: it shrinks with each failure");
        assert_eq!(assessment.next.as_deref(), Some("resume Launch"));
        assert_eq!(assessment.since, Some("2026-11-12T03:00:00Z".parse().unwrap()));
    }

    #[test]
    fn while_all_serve_a_suspension_is_a_warning_in_the_words_of_what_will_not_happen() {
        let sight = Around::of(group(6, 6, json!({"suspended": {"Launch": "", "ReplaceUnhealthy": ""}})));
        let assessment = sight.assess();
        assert_eq!(assessment.verdict, Verdict::Warning);
        assert_eq!(assessment.reasons, ["Launch, ReplaceUnhealthy suspended: nothing that fails is replaced"]);
        assert_eq!(assessment.next.as_deref(), Some("resume Launch and ReplaceUnhealthy"));
        let harmless = Around::of(group(6, 6, json!({"suspended": {"ScheduledActions": ""}}))).assess();
        assert_eq!(harmless.verdict, Verdict::Ok, "an intended rest of schedules is no trouble");
    }
}
