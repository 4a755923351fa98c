//! One host that fails where the others do not: no zone and no service (`aws-domain.md` F.9).

use jiff::SignedDuration;

use crate::estate::Kind;
use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::query::{Measure, Query};
use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Urgency};
use crate::judge::index::Number;
use crate::judge::survey::{NOW, Survey};
use crate::judge::target_group::reason_words;
use crate::judge::verdict::Verdict;
use crate::judge::words::{count, lasting};
use crate::judge::zone::ZoneVerdict;

use super::Cause;
use super::claims::Claims;

/// The share of failing requests from which customers feel one host.
const FELT: f64 = 0.01;
/// Without a grace period of its group, how long a new member may fail its first checks.
const GRACE: SignedDuration = SignedDuration::from_secs(300);

pub(super) fn find(judged: &RegionJudgement, survey: &Survey<'_>) -> Vec<Cause> {
    let troubled = judged.target_groups.iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok);
    troubled
        .filter_map(|(arn, _)| survey.target_group(arn))
        .filter_map(|group| of_group(group, judged, survey))
        .collect()
}

fn of_group(group: &TargetGroup, judged: &RegionJudgement, survey: &Survey<'_>) -> Option<Cause> {
    let is_failing = |target: &Target| matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
    let mut failing = survey.index.targets_behind(group.arn.text()).filter(|(_, target)| is_failing(target));
    let ((number, target), None) = (failing.next()?, failing.next()) else { return None };
    let mut claims = Claims::nothing();
    claims.add("target group", group.arn.as_str());
    let zone = survey.index.zone_at(number);
    for known in judged.zones.iter().filter(|known| known.verdict == ZoneVerdict::NotZonal && Some(&known.name) == zone)
    {
        claims.add("zone", known.id.as_str());
    }
    // One whose own checks fail is told by them; what its balancer sees follows.
    let by_checks =
        target.instance().and_then(|id| judged.instances.get(&id)).filter(|own| own.verdict == Verdict::Critical);
    let finding = match by_checks {
        Some(own) => Finding {
            next: own.next.clone(),
            urgency: own.urgency,
            since: own.since,
            ..Finding::new(own.verdict, survey.instance(&target.id), own.reasons.join("; "))
        },
        None => by_balancer(number, target, group, judged, survey, &mut claims)?,
    };
    Some(Cause { finding, claims: claims.with_alarms(judged, survey) })
}

/// A host of which only its balancer says that it fails.
fn by_balancer(
    number: Number,
    target: &Target,
    group: &TargetGroup,
    judged: &RegionJudgement,
    survey: &Survey<'_>,
    claims: &mut Claims,
) -> Option<Finding> {
    let (owner, member) = survey.index.membership_at(number)?;
    let targets = survey.index.targets_behind(group.arn.text());
    let passing = targets.filter(|(_, target)| target.state == TargetState::Healthy).count();
    let launched = survey.index.instance_at(number).and_then(|instance| instance.launched_at);
    let grace = owner.grace_s.map_or(GRACE, |seconds| SignedDuration::from_secs(i64::from(seconds)));
    let is_new = launched.is_some_and(|at| survey.now.duration_since(at) < grace);
    // One that is new is still coming; one in a group that never looks is that group's trouble.
    if passing < 2 || is_new || !owner.checks_balancer() {
        return None;
    }
    let change = survey.history.and_then(|history| history.last_of(Kind::Targets, &target.id, "state"));
    let since = change.filter(|change| change.to.as_deref() == Some(target.state.as_str())).map(|change| change.at);
    let why = target.reason.as_deref().map(|code| format!(" ({})", reason_words(code))).unwrap_or_default();
    let lasting = lasting(since, survey.now);
    let words = format!(
        "one host: fails {}'s check{why}{lasting}, {} pass; {} in {}",
        group.name,
        count(passing, "other"),
        owner.name,
        member.zone
    );
    let is_felt = errors(group, survey).is_some_and(|share| share >= FELT);
    let verdict = if is_felt { Verdict::Critical } else { Verdict::Warning };
    let kept = ["Launch", "Terminate", "ReplaceUnhealthy"].iter().any(|process| owner.suspended.contains_key(*process));
    let next = match kept {
        true => "replace it: its group may not".to_owned(),
        false => format!("{} should replace it: see that it does", owner.name),
    };
    if judged.groups.get(&owner.name).is_some_and(|own| own.verdict != Verdict::Critical) && !kept {
        claims.add("group", owner.name.as_str());
    }
    let finding = Finding::new(verdict, survey.instance(&target.id), words);
    Some(finding.next(next).urgency(Urgency::Now).since(since))
}

/// The highest share of requests that failed in one of the last minutes, by targets or for want of one.
fn errors(group: &TargetGroup, survey: &Survey<'_>) -> Option<f64> {
    let balancer = group.load_balancers.first()?;
    let of_group = |measure| Query::of_target_group(measure, balancer, &group.arn, None);
    let minutes = |query: Option<Query>| query.map(|query| survey.metrics().minutes(&query, NOW)).unwrap_or_default();
    let requests = minutes(of_group(Measure::Requests));
    let failed = minutes(of_group(Measure::Errors));
    let unserved = minutes(Query::of_balancer(Measure::BalancerErrors, balancer, None));
    let at = |values: &[Option<f64>], minute: usize| values.get(minute).copied().flatten().unwrap_or(0.0);
    let shares = requests.iter().enumerate().filter_map(|(minute, all)| {
        let all = (*all)?;
        (all > 0.0).then(|| (at(&failed, minute) + at(&unserved, minute)) / all)
    });
    shares.reduce(f64::max)
}
