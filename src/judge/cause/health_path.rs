//! No target is healthy and all of them answer: the health check is broken, and not what it checks (`aws-domain.md` F.7).

use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::group::Group;
use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Urgency};
use crate::judge::survey::Survey;
use crate::judge::target_group::{ANSWERS, Flow, TargetCounts, reason_words};
use crate::judge::verdict::Verdict;
use crate::judge::words::per_cent;

use super::trouble::Trouble;

pub(super) fn find(trouble: &Trouble<'_>, _: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let groups = trouble.service.target_groups.iter().filter_map(|arn| survey.target_group(arn));
    groups.into_iter().find_map(|group| of_group(group, trouble, survey))
}

fn of_group(group: &TargetGroup, trouble: &Trouble<'_>, survey: &Survey<'_>) -> Option<Finding> {
    if !survey.index.has_answered(group.arn.as_str()) {
        return None;
    }
    let (targets, _) = survey.sight.part_of::<Target>(group.arn.text())?;
    let counts = TargetCounts::of(targets);
    if counts.healthy + counts.unavailable > 0 || counts.unhealthy < 2 {
        return None;
    }
    let flow = Flow::of(group, targets, &survey.sight)?;
    let failing = flow.failing().filter(|share| *share < ANSWERS)?;
    let mut failed = targets.iter().filter(|target| target.state == TargetState::Unhealthy);
    let why = failed.find_map(|target| target.reason.as_deref());
    let why = why.map(|code| format!(" ({})", reason_words(code))).unwrap_or_default();
    let words = format!(
        "0 of {} healthy{why}, yet {} answers: it fails open, {:.0} requests a minute, {} fail",
        counts.expected(),
        group.name,
        flow.requests,
        per_cent(failing)
    );
    // A group that goes by the balancer's word ends one good member after another.
    let churns = |each: &&Group| each.checks_balancer() && !each.suspended.contains_key("ReplaceUnhealthy");
    let churning = trouble.service.groups.iter().filter_map(|name| survey.group(name)).find(churns);
    let hold = churning.map(|group| format!("; hold {}: suspend ReplaceUnhealthy", group.name)).unwrap_or_default();
    let finding = Finding::new(Verdict::Critical, super::subject(trouble.service), words);
    Some(finding.next(format!("mend the health check{hold}")).urgency(Urgency::Now).since(trouble.since))
}
