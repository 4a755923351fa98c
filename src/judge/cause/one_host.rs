//! One host that fails where the others do not: no zone and no service (`aws-domain.md` F.9).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::group::{Group, LifecycleState};
use crate::estate::query::{Measure, Query};
use crate::estate::{Change, Kind, age};
use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Urgency};
use crate::judge::index::Number;
use crate::judge::metrics::Sample;
use crate::judge::survey::{NOW, Survey};
use crate::judge::target_group::reason_words;
use crate::judge::verdict::{Verdict, age_words};
use crate::judge::words::{count, lasting};
use crate::judge::zone::{NotZonal, ZoneAssessment, ZoneVerdict};

use super::Cause;
use super::booting;
use super::claims::Claims;

/// The share of failing requests from which customers feel one host.
const FELT: f64 = 0.01;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub(super) fn find(judged: &RegionJudgement, survey: &Survey<'_>) -> Vec<Cause> {
    let failed = failed_lately(survey);
    let troubled = judged.target_groups.iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok);
    let arns: BTreeSet<&str> = troubled.map(|(arn, _)| arn.as_str()).chain(failed.keys().copied()).collect();
    let groups = arns.into_iter().filter_map(|arn| survey.index.target_group(arn));
    groups.filter_map(|group| of_group(group, failed.get(group.arn.as_str()), judged, survey)).collect()
}

/// Hosts that served and failed within the last minutes, by target group; each with the last change that says so.
type Failed<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Change>>;

fn failed_lately<'a>(survey: &Survey<'a>) -> Failed<'a> {
    let mut failed = Failed::new();
    let Some(history) = survey.history else { return failed };
    let from = survey.now.checked_sub(survey.policy.zones.window()).unwrap_or(survey.now);
    let healthy = Some(TargetState::Healthy.as_str());
    let is_failure = |change: &&Change| {
        change.kind == Kind::Targets
            && change.from.as_deref() == healthy
            && change.to.as_deref() == Some(TargetState::Unhealthy.as_str())
    };
    for change in history.since(from).filter(is_failure) {
        if let Some(arn) = change.within.as_deref() {
            failed.entry(arn).or_default().insert(&change.subject, change);
        }
    }
    failed
}

fn of_group(
    group: &TargetGroup,
    failed: Option<&BTreeMap<&str, &Change>>,
    judged: &RegionJudgement,
    survey: &Survey<'_>,
) -> Option<Cause> {
    let is_failing = |target: &Target| matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
    let targets = || survey.index.targets_behind(group.arn.text());
    // Of one that is not listed nobody knows whether it boots: it may be a second host, and is no first.
    let boots = |number: Number| booting::is_booting(number, survey);
    let is_listed = |number: Number| survey.index.instance_at(number).is_some();
    let mut failing =
        targets().filter(|(number, target)| is_failing(target) && !(is_listed(*number) && boots(*number)));
    let mut claims = Claims::nothing();
    claims.add("target group", group.arn.as_str());
    let (number, mut finding) = match (failing.next(), failing.next()) {
        (Some((number, _)), None) if boots(number) => return None,
        (Some((number, target)), None) => {
            // One whose own checks fail is told by them; what its balancer sees follows.
            let own = target.instance().and_then(|id| judged.instances.get(&id));
            let finding = match own.filter(|own| own.verdict == Verdict::Critical) {
                Some(own) => Finding {
                    next: own.next.clone(),
                    urgency: own.urgency,
                    since: own.since,
                    ..Finding::new(own.verdict, survey.instance(&target.id), own.reasons.join("; "))
                },
                None => by_balancer(number, target, group, judged, survey, &mut claims)?,
            };
            (number, finding)
        }
        (None, None) => leaving(group, failed?, judged, survey, &mut claims)?,
        _ => return None,
    };
    let zone = survey.index.zone_at(number);
    let is_wider =
        |known: &ZoneAssessment| known.verdict == ZoneVerdict::Degraded || known.not_zonal == Some(NotZonal::AllZones);
    let own = judged.zones.iter().find(|known| Some(&known.name) == zone).filter(|known| !is_wider(known))?;
    if matches!(own.verdict, ZoneVerdict::Suspect | ZoneVerdict::Unknown) {
        // That nothing else is wrong there is not known.
        finding.verdict = Verdict::Warning;
    }
    for known in judged.zones.iter().filter(|known| known.verdict == ZoneVerdict::NotZonal && Some(&known.name) == zone)
    {
        claims.add("zone", known.id.as_str());
    }
    Some(Cause { finding, claims: claims.with_alarms(judged, survey) })
}

/// The one host that failed a moment ago, and that its group ends and replaces by now.
fn leaving(
    group: &TargetGroup,
    failed: &BTreeMap<&str, &Change>,
    judged: &RegionJudgement,
    survey: &Survey<'_>,
    claims: &mut Claims,
) -> Option<(Number, Finding)> {
    let mut hosts = failed.iter();
    let ((id, change), None) = (hosts.next()?, hosts.next()) else { return None };
    let number = survey.index.number(id)?;
    let (owner, member) = survey.index.membership_at(number)?;
    let passing = passing(group, survey);
    let leaves = matches!(
        member.state,
        LifecycleState::Terminating | LifecycleState::TerminatingWait | LifecycleState::TerminatingProceed
    );
    if passing < 2 || !leaves || owner.suspended.contains_key("Launch") {
        return None;
    }
    let (verdict, urgency) = if is_felt(group, Some(change.at), passing, survey) {
        (Verdict::Critical, Urgency::Now)
    } else {
        (Verdict::Warning, Urgency::Soon)
    };
    claim_owner(owner, judged, claims);
    let words = format!(
        "one host: failed {}'s check {} ago, {} pass; {} in {} ends it",
        group.name,
        age_words(age(change.at, survey.now)),
        count(passing, "other"),
        owner.name,
        member.zone
    );
    let finding = Finding::new(verdict, survey.instance(id), words);
    let next = format!("{} replaces it: see that what comes in its place passes", owner.name);
    Some((number, finding.next(next).urgency(urgency).since(Some(change.at))))
}

/// How many targets of a group pass their checks.
fn passing(group: &TargetGroup, survey: &Survey<'_>) -> usize {
    let targets = survey.index.targets_behind(group.arn.text());
    targets.filter(|(_, target)| target.state == TargetState::Healthy).count()
}

/// What is said of the host's group follows, unless it is graver.
fn claim_owner(owner: &Group, judged: &RegionJudgement, claims: &mut Claims) {
    if judged.groups.get(&owner.name).is_some_and(|own| own.verdict != Verdict::Critical) {
        claims.add("group", owner.name.as_str());
    }
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
    let passing = passing(group, survey);
    // One in a group that never looks is that group's trouble.
    if passing < 2 || !owner.checks_balancer() {
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
    // One that answers its check, if wrongly, may answer customers too.
    let answers = target.reason.as_deref() == Some("Target.ResponseCodeMismatch");
    let failed = since.filter(|_| !answers);
    let verdict = if is_felt(group, failed, passing, survey) { Verdict::Critical } else { Verdict::Warning };
    let kept = ["Launch", "Terminate", "ReplaceUnhealthy"].iter().any(|process| owner.suspended.contains_key(*process));
    let next = match kept {
        true => "replace it: its group may not".to_owned(),
        false => format!("{} should replace it: see that it does", owner.name),
    };
    if !kept {
        claim_owner(owner, judged, claims);
    }
    let finding = Finding::new(verdict, survey.instance(&target.id), words);
    Some(finding.next(next).urgency(Urgency::Now).since(since))
}

/// Whether customers feel a host that began to fail then: by what metrics say of these minutes, and before they say it by its part of
/// what the balancer sent until its checks had failed often enough (`aws-domain.md` A.3, A.5).
fn is_felt(group: &TargetGroup, since: Option<Timestamp>, passing: usize, survey: &Survey<'_>) -> bool {
    let share = errors(group, survey);
    let awaited = since.is_some_and(|since| {
        let newest = group.load_balancers.first().and_then(|balancer| {
            let query = Query::of_target_group(Measure::Requests, balancer, &group.arn, None)?;
            match survey.metrics().latest(&query) {
                Sample::Value(_, minute) => Some(minute),
                _ => None,
            }
        });
        let is_news = survey.now.duration_since(since) <= survey.policy.zones.window();
        is_news && newest.is_some_and(|minute| minute + MINUTE < since)
    });
    let sent = if awaited { 1.0 / (passing as f64 + 1.0) } else { 0.0 };
    share.is_some_and(|share| share >= FELT) || sent >= FELT
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
