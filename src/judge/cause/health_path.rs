//! No target is healthy and all of them answer: the health check is broken, and not what it checks (`aws-domain.md` F.7).

use jiff::SignedDuration;

use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::group::Group;
use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Urgency};
use crate::judge::survey::Survey;
use crate::judge::target_group::{ANSWERS, Flow, TargetCounts, reason_words};
use crate::judge::verdict::Verdict;
use crate::judge::words::per_cent;

use super::booting;
use super::trouble::Trouble;

pub(super) fn find(trouble: &Trouble<'_>, _: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let groups = trouble.service.target_groups.iter().filter_map(|arn| survey.target_group(arn));
    groups.into_iter().find_map(|group| of_group(group, trouble, survey))
}

/// The same before metrics tell whether customers are answered: every target answers the check, and with another code, and nothing
/// else accounts for it.
pub(super) fn likely(trouble: &Trouble<'_>, _: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let groups = trouble.service.target_groups.iter().filter_map(|arn| survey.target_group(arn));
    groups.into_iter().find_map(|group| {
        let targets = none_healthy(group, survey)?;
        let wrong = |target: &&Target| target.reason.as_deref() == Some("Target.ResponseCodeMismatch");
        let failed = || targets.iter().filter(|target| target.state == TargetState::Unhealthy);
        let others = failed().filter(|target| !wrong(target)).all(|target| is_young(target, survey));
        if failed().filter(wrong).count() < 2 || !others || Flow::of(group, targets, &survey.sight).is_some() {
            return None;
        }
        let words = format!(
            "0 of {} healthy{}: {} fails open; whether it answers is not measured yet",
            TargetCounts::of(targets).expected(),
            why(targets),
            group.name
        );
        Some(finding(trouble, words, "see whether it answers: if so, mend the health check", survey))
    })
}

/// The targets of a group that routes and has none that is healthy; none where that is not known.
fn none_healthy<'a>(group: &TargetGroup, survey: &Survey<'a>) -> Option<&'a [Target]> {
    if !survey.index.has_answered(group.arn.as_str()) {
        return None;
    }
    let (targets, _) = survey.sight.part_of::<Target>(group.arn.text())?;
    let counts = TargetCounts::of(targets);
    (counts.healthy + counts.unavailable == 0 && counts.unhealthy > 1).then_some(targets)
}

fn of_group(group: &TargetGroup, trouble: &Trouble<'_>, survey: &Survey<'_>) -> Option<Finding> {
    let targets = none_healthy(group, survey)?;
    let flow = Flow::of(group, targets, &survey.sight)?;
    // A balancer that fails open sends to what boots as well, which answers nobody yet.
    let booting = targets.iter().filter(|target| is_young(target, survey)).count();
    let excused = booting as f64 / targets.len().max(1) as f64;
    let failing = flow.failing().filter(|share| *share < ANSWERS + excused)?;
    let words = format!(
        "0 of {} healthy{}, yet {} answers: it fails open, {:.0} requests a minute, {} fail",
        TargetCounts::of(targets).expected(),
        why(targets),
        group.name,
        flow.requests,
        per_cent(failing)
    );
    Some(finding(trouble, words, "mend the health check", survey))
}

/// Whether a target was launched a moment ago.
fn is_young(target: &Target, survey: &Survey<'_>) -> bool {
    survey.index.number(&target.id).is_some_and(|number| booting::is_young(number, survey, SignedDuration::ZERO))
}

fn why(targets: &[Target]) -> String {
    let mut failed = targets.iter().filter(|target| target.state == TargetState::Unhealthy);
    let why = failed.find_map(|target| target.reason.as_deref());
    why.map(|code| format!(" ({})", reason_words(code))).unwrap_or_default()
}

fn finding(trouble: &Trouble<'_>, words: String, next: &str, survey: &Survey<'_>) -> Finding {
    // A group that goes by the balancer's word ends one good member after another.
    let churns = |each: &&Group| each.checks_balancer() && !each.suspended.contains_key("ReplaceUnhealthy");
    let churning = trouble.service.groups.iter().filter_map(|name| survey.group(name)).find(churns);
    let hold = churning.map(|group| format!("; hold {}: suspend ReplaceUnhealthy", group.name)).unwrap_or_default();
    let finding = Finding::new(Verdict::Critical, super::subject(trouble.service), words);
    finding.next(format!("{next}{hold}")).urgency(Urgency::Now).since(trouble.since)
}
