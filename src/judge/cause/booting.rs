//! Members that boot: what fails its first checks after a launch is no trouble yet (`aws-domain.md` A.2, F.6).
//!
//! Must stay true: who has served and fails is in trouble at once, however young; where no other target serves, booting is no
//! excuse; nobody boots for longer than a grace that people would wait for.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::estate::Kind;
use crate::estate::alarm::Alarm;
use crate::estate::balancer::TargetState;
use crate::id::{Arn, Text, ZoneName};
use crate::judge::finding::{Finding, Urgency};
use crate::judge::index::Number;
use crate::judge::service::Service;
use crate::judge::standing::Standing;
use crate::judge::survey::Survey;
use crate::judge::verdict::Verdict;

/// How long a new member may fail its checks where its group does not say, and at most where it does.
const GRACE: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(5), SignedDuration::from_mins(10));
/// How much later than the trouble an alarm may end: metrics come late, and it asks for several minutes (`aws-domain.md` A.5).
const TRAIL: SignedDuration = SignedDuration::from_mins(5);

/// Whether an instance was launched a moment ago and has not served yet, while others do. Of one that is not listed nobody knows.
pub(super) fn is_booting(number: Number, survey: &Survey<'_>) -> bool {
    let index = survey.index;
    let is_new = is_young(number, survey, SignedDuration::ZERO);
    let name = index.name_of(number).unwrap_or_default();
    let last = || survey.sight.last_change(Kind::Targets, name, "state");
    let has_served = || last().is_some_and(|change| change.from.as_deref() == Some(TargetState::Healthy.as_str()));
    let others_serve = || {
        let passes = |arn: &str| {
            let mut behind = index.targets_behind(&Text::from(arn));
            behind.any(|(_, target)| target.state == TargetState::Healthy)
        };
        index.targets_at(number).all(|(arn, _)| passes(arn))
    };
    is_new && !has_served() && others_serve()
}

/// Whether an instance's grace has ended at most so long ago, or may have: an instance that is not listed may just have come.
pub(super) fn is_young(number: Number, survey: &Survey<'_>, ago: SignedDuration) -> bool {
    let Some(instance) = survey.index.instance_at(number) else {
        return survey.index.name_of(number).is_some_and(|name| name.starts_with("i-"));
    };
    let launched = instance.launched_at;
    let told = survey.index.membership_at(number).and_then(|(group, _)| group.grace_s);
    let told = told.map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
    let grace = told.filter(|grace| grace.is_positive()).unwrap_or(GRACE.0).min(GRACE.1);
    launched.is_some_and(|at| survey.now.duration_since(at) < grace + ago)
}

/// How many members and targets of a service fail in a zone only because they boot.
pub(super) fn failing_in(service: &Service, zone: &ZoneName, survey: &Survey<'_>) -> usize {
    let targets = service.target_groups.iter().flat_map(|arn| survey.index.targets_behind(arn.text()));
    let members = service.groups.iter().flat_map(|name| survey.index.members_of(name.as_str()));
    let all = targets.map(|(number, _)| number).chain(members.map(|(number, _)| number));
    let here = all.filter(|number| survey.index.zone_at(*number) == Some(zone));
    let fails = |number: &Number| survey.index.standing_at(*number) == Standing::Unhealthy;
    here.filter(fails).filter(|number| is_booting(*number, survey)).collect::<BTreeSet<_>>().len()
}

/// An alarm that fires on the count of unhealthy targets, where none fails but those that boot: a deployment, or what came in place
/// of something else. It stands, and nobody has to do anything yet.
pub(in crate::judge) fn calm(finding: Finding, survey: &Survey<'_>) -> Finding {
    let counts = |alarm: &Alarm| alarm.metric.as_ref().is_some_and(|metric| &*metric.name == "UnHealthyHostCount");
    let name = &finding.subject.name;
    if finding.verdict != Verdict::Critical || !survey.alarm(name).is_some_and(counts) || !only_boots(name, survey) {
        return finding;
    }
    let detail = format!("{}; of what it watches only members that boot fail now", finding.detail);
    Finding { verdict: Verdict::Warning, detail, ..finding }
        .next("see that they pass their checks")
        .urgency(Urgency::Planned)
}

/// Whether of what an alarm watches nothing fails but what boots, and something boots or did a moment ago.
fn only_boots(alarm: &str, survey: &Survey<'_>) -> bool {
    let watched = survey.watched_by(alarm);
    let groups = || watched.iter().filter(|(what, _)| *what == "target group").map(|(_, arn)| Arn::from(arn.as_str()));
    let mut targets = groups().flat_map(|arn| survey.index.targets_behind(arn.text()).collect::<Vec<_>>());
    targets.any(|(number, _)| is_young(number, survey, TRAIL)) && groups().all(|arn| alone_fail(&arn, survey))
}

/// Whether some targets of a group pass, and none fails but those that boot.
pub(super) fn alone_fail(group: &Arn, survey: &Survey<'_>) -> bool {
    let targets = || survey.index.targets_behind(group.text());
    let fails = |state: &TargetState| matches!(state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
    let passes = targets().any(|(_, target)| target.state == TargetState::Healthy);
    let heard = survey.index.has_answered(group.as_str());
    let mut failing = targets().filter(|(_, target)| fails(&target.state));
    heard && passes && failing.all(|(number, _)| is_booting(number, survey))
}
