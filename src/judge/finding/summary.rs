//! Draws a region's findings together: causes, what follows from them, and what could not be read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::zone::Zone;
use crate::estate::{Estate, FailureKind, Kind, Slice};
use crate::id::Region;
use crate::judge::cause::{self, Cause};
use crate::judge::survey::Survey;
use crate::judge::verdict::{Assessment, Verdict};
use crate::judge::zone::ZoneVerdict;
use crate::judge::{JUDGED, RegionJudgement};

use super::{Finding, Subject, unread};

/// Draws the region's findings together: one line a thing that is not well, the worst first.
pub(in crate::judge) fn summarise(judged: &mut RegionJudgement, survey: &Survey<'_>) {
    let (estate, region, now) = (survey.estate, survey.region, survey.now);
    let causes = cause::find(judged, survey);
    // What is true of a whole kind is said once, not of each thing of that kind.
    let unread: Vec<(Kind, String)> =
        JUDGED.iter().filter_map(|kind| Some((*kind, judged.unknown.get(kind)?.clone()))).collect();
    let mut findings = of_things(judged, survey, &unread);
    if judged.zones.is_empty() && estate.table::<Zone>(region, now).is_complete() {
        let subject = Subject::named("region", region.as_str());
        findings.push(Finding::new(Verdict::Unknown, subject, "no availability zone is known"));
    }
    let unread: Vec<(Kind, String)> =
        unread.into_iter().filter(|(kind, _)| !unread::is_accepted(estate, region, *kind, survey.policy)).collect();
    judged.unread = unread.iter().map(|(_, reason)| reason.clone()).collect();
    let said = is_said_by_zones(judged, estate, region, survey);
    let unread = unread.into_iter().filter(|(kind, _)| *kind != Kind::Instances || !said).collect();
    findings.extend(unread::findings(unread, estate, region, now));
    judged.findings = fold(causes, findings, survey);
    settle(judged, now);
}

/// Adds what no single region could find.
pub(in crate::judge) fn add(judged: &mut RegionJudgement, findings: Vec<Finding>, now: Timestamp) {
    if !findings.is_empty() {
        judged.findings.extend(findings);
        settle(judged, now);
    }
}

/// Puts the findings in order and draws the summary from them.
fn settle(judged: &mut RegionJudgement, now: Timestamp) {
    judged.findings.sort_by_cached_key(|finding| finding.rank(now));
    judged.summary.verdict = Verdict::worst(judged.findings.iter().map(|finding| finding.verdict));
    let told = judged.findings.iter().filter(|finding| finding.verdict != Verdict::Ok);
    judged.summary.reasons = told.map(Finding::words).collect();
}

/// Puts each finding behind the cause that it follows from. A cause takes only what is no worse than itself, so that the first line
/// is never better than what stands below; but a practice run takes the alarms of what it moves.
fn fold(causes: Vec<Cause>, findings: Vec<Finding>, survey: &Survey<'_>) -> Vec<Finding> {
    let (mut heads, claims): (Vec<Finding>, Vec<_>) =
        causes.into_iter().map(|cause| (cause.finding, cause.claims)).unzip();
    let mut rest: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        // What is said of a cause's own subject joins it; a region has many lines.
        let is_it = |head: &&mut Finding| head.subject.key() == finding.subject.key() && head.subject.what != "region";
        match heads.iter_mut().find(is_it) {
            Some(head) => join(head, finding),
            None => rest.push(finding),
        }
    }
    let takes = |head: &Finding, claims: &cause::Claims, finding: &Finding| {
        claims.takes_graver() || head.verdict.severity() >= finding.verdict.severity()
    };
    let holder = |heads: &[Finding], finding: &Finding, from: usize| {
        let (what, key) = finding.subject.key();
        let mut candidates = heads.iter().zip(&claims).enumerate().take(from);
        candidates
            .find(|(_, (head, claims))| {
                takes(head, claims, finding) && claims.holds(what, key) && head.subject != finding.subject
            })
            .map(|(at, _)| at)
    };
    for finding in &mut rest {
        if let Some(at) = holder(&heads, finding, usize::MAX) {
            finding.follows = heads.get(at).map(|head| head.subject.clone());
        }
    }
    // Causes follow only from causes before them, so that none follows from itself.
    for at in 0..heads.len() {
        let followed = heads.get(at).and_then(|head| holder(&heads, head, at));
        let subject = followed.and_then(|before| heads.get(before)).map(|head| head.subject.clone());
        if let Some(head) = heads.get_mut(at) {
            head.follows = subject;
        }
    }
    let mut all = heads;
    all.append(&mut rest);
    alarms_follow(&mut all, survey);
    let mut followers: BTreeMap<Subject, usize> = BTreeMap::new();
    for cause in all.iter().filter_map(|finding| finding.follows.as_ref()) {
        *followers.entry(cause.clone()).or_default() += 1;
    }
    for finding in &mut all {
        finding.followers = followers.get(&finding.subject).copied().unwrap_or(0);
    }
    all
}

/// What a thing's own assessment says joins the cause that it is: the graver word stands first.
fn join(head: &mut Finding, own: Finding) {
    if head.detail == own.detail {
        return;
    }
    let graver = own.verdict.severity() > head.verdict.severity();
    let words = [std::mem::take(&mut head.detail), own.detail];
    let [first, second] = words;
    head.detail = if graver { format!("{second}; {first}") } else { format!("{first}; {second}") };
    if graver {
        head.verdict = own.verdict;
        head.next = own.next.or(head.next.take());
    }
    head.urgency = head.urgency.min(own.urgency);
}

/// An alarm is evidence: it follows from whatever is said of the thing that it watches (`aws-domain.md` A.5).
fn alarms_follow(findings: &mut [Finding], survey: &Survey<'_>) {
    let is_alarm = |finding: &Finding| finding.subject.what == "alarm";
    let mut told: BTreeMap<(&'static str, String), Subject> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !is_alarm(finding) && finding.verdict == Verdict::Critical) {
        let (what, key) = finding.subject.key();
        let cause = finding.follows.clone().unwrap_or_else(|| finding.subject.clone());
        told.insert((what, key.to_owned()), cause);
    }
    for finding in findings.iter_mut().filter(|finding| is_alarm(finding) && finding.follows.is_none()) {
        let watched = survey.watched_by(&finding.subject.name);
        let cause = watched.iter().find_map(|(what, key)| told.get(&(*what, key.to_string())));
        finding.follows = cause.cloned();
    }
}

/// One finding a thing that is not well, by its own assessment.
fn of_things(judged: &RegionJudgement, survey: &Survey<'_>, unread: &[(Kind, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |subject: Subject, assessment: &Assessment| findings.extend(of_one(subject, assessment, unread));
    let named = |what, name: &str| Subject::named(what, name);
    for (name, assessment) in judged.groups.iter().filter(|(_, a)| is_told(a)) {
        add(named("group", name.as_str()), assessment);
    }
    for (arn, assessment) in judged.target_groups.iter().filter(|(_, a)| is_told(a)) {
        add(Subject::with_id("target group", arn.short(), arn.text().clone()), assessment);
    }
    for (name, assessment) in judged.classic_balancers.iter().filter(|(_, a)| is_told(a)) {
        add(named("classic balancer", name.as_str()), assessment);
    }
    for (id, assessment) in judged.instances.iter().filter(|(_, a)| is_told(a)) {
        add(survey.instance(id.as_str()), assessment);
    }
    for (id, assessment) in judged.databases.iter().filter(|(_, a)| is_told(a)) {
        add(named("database", id.as_str()), assessment);
    }
    for (id, assessment) in judged.clusters.iter().filter(|(_, a)| is_told(a)) {
        add(named("cluster", id.as_str()), assessment);
    }
    for (id, assessment) in judged.global_clusters.iter().filter(|(_, a)| is_told(a)) {
        add(named("global cluster", id.as_str()), assessment);
    }
    for (name, assessment) in judged.alarms.iter().filter(|(_, a)| is_told(a)) {
        let finding = of_one(named("alarm", name.as_str()), assessment, unread);
        findings.extend(finding.map(|finding| cause::calm(finding, survey)));
    }
    findings
}

fn is_told(assessment: &Assessment) -> bool {
    assessment.verdict != Verdict::Ok
}

fn of_one(subject: Subject, assessment: &Assessment, unread: &[(Kind, String)]) -> Option<Finding> {
    let is_said = |reason: &str| unread.iter().any(|(_, whole)| whole.starts_with(reason));
    let own: Vec<&str> = assessment.reasons.iter().map(String::as_str).filter(|reason| !is_said(reason)).collect();
    (!own.is_empty()).then(|| Finding {
        next: assessment.next.clone(),
        urgency: assessment.urgency,
        since: assessment.since,
        ..Finding::new(assessment.verdict, subject, own.join("; "))
    })
}

/// Whether all that is unknown of instances is that zones are silent, and those zones are called unknown or degraded for it.
fn is_said_by_zones(judged: &RegionJudgement, estate: &Estate, region: &Region, survey: &Survey<'_>) -> bool {
    let silent = |slice: &Slice| slice.failure().is_some_and(|failure| failure.why.kind == FailureKind::Silent);
    let mut slices = estate.slices(region, Kind::Instances);
    let mut zones = judged.zones.iter().filter(|zone| zone.silent_since.is_some()).peekable();
    zones.peek().is_some()
        && zones.all(|zone| matches!(zone.verdict, ZoneVerdict::Unknown | ZoneVerdict::Degraded))
        && slices.all(|(_, slice)| silent(slice) || slice.trust(Kind::Instances.age_limit(), survey.now).is_known())
}
