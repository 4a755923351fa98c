//! Findings: one line a thing that is not well, in the order in which somebody on call should read them.
//!
//! Owns: [`Finding`], their order, and how a region's are drawn together. Depends on: the other judgements. Must stay true: the
//! summary's verdict is the worst of the findings; what is true of a whole kind is said once.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::estate::shift::{ShiftStatus, ZonalShift};
use crate::estate::zone::Zone;
use crate::estate::{Estate, FailureKind, Kind, Slice};
use crate::id::{Region, Text, ZoneName};

use super::policy::Policy;
use super::verdict::{Assessment, Verdict, age_words};
use super::zone::{ZoneAssessment, ZoneVerdict};
use super::{JUDGED, Judgement, RegionJudgement};

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// `zone`, `group`, `instance`, `service`, …
    pub what: &'static str,
    /// Its name as people know it.
    pub name: String,
    /// Its id or ARN, where that is another than the name.
    pub id: Option<Text>,
}

impl Subject {
    /// A thing whose name is its id.
    pub fn named(what: &'static str, name: impl Into<String>) -> Self {
        Self { what, name: name.into(), id: None }
    }

    /// A thing that has both.
    pub fn with_id(what: &'static str, name: impl Into<String>, id: impl Into<Text>) -> Self {
        Self { what, name: name.into(), id: Some(id.into()) }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.name)?;
        self.id.as_ref().map_or(Ok(()), |id| write!(f, " ({id})"))
    }
}

/// How soon somebody has to act, among findings of one verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Customers are hurt, or will be within the hour.
    Now,
    /// The next failure hurts: protection, capacity or a host is going.
    #[default]
    Soon,
    /// Known and planned, or a matter of tidiness.
    Planned,
}

/// One thing that is not well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad it is.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: Subject,
    /// Why, in words, numbers first.
    pub detail: String,
    /// What to do next, in a few words; none where nobody can say.
    pub next: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// Since when, or where it lies ahead, until when; none where nobody knows.
    pub since: Option<Timestamp>,
    /// The zone, where it is about one as a whole.
    pub zone: Option<ZoneName>,
    /// Whether it is only that something has not been read yet.
    pub waiting: bool,
}

impl Finding {
    /// A finding of which only the common sides are known.
    pub fn new(verdict: Verdict, subject: Subject, detail: impl Into<String>) -> Self {
        Self {
            verdict,
            subject,
            detail: detail.into(),
            next: None,
            urgency: Urgency::default(),
            since: None,
            zone: None,
            waiting: false,
        }
    }

    /// Subject and reasons in one sentence.
    pub fn words(&self) -> String {
        match self.detail.as_str() {
            "" => self.subject.to_string(),
            // A zone's detail begins with its verdict.
            detail if self.subject.what == "zone" => format!("{} {detail}", self.subject),
            detail => format!("{}: {detail}", self.subject),
        }
    }

    /// The same with the next action.
    pub fn sentence(&self) -> String {
        match &self.next {
            Some(next) => format!("{} → {next}", self.words()),
            None => self.words(),
        }
    }

    /// Where it stands among others: zones as a whole first, for that is what one leaves; then the gravest, the most urgent, and
    /// what is nearest in time.
    pub fn rank(&self, now: Timestamp) -> impl Ord + use<> {
        let leads = self.zone.is_some() && self.verdict != Verdict::Unknown;
        let distance = self.since.map_or(i64::MAX, |since| since.duration_since(now).as_secs().abs());
        (!leads, std::cmp::Reverse(self.verdict.severity()), self.urgency, distance)
    }
}

/// All findings of these regions in the order in which they are read, what is merely not read yet left out.
pub fn ranked<'a>(judgement: &'a Judgement, regions: &'a [Region], now: Timestamp) -> Vec<(&'a Region, &'a Finding)> {
    let judged = regions.iter().filter_map(|region| Some((region, judgement.regions.get(region)?)));
    let mut all: Vec<(&Region, &Finding)> = judged
        .flat_map(|(region, judged)| judged.findings.iter().map(move |finding| (region, finding)))
        .filter(|(_, finding)| !finding.waiting)
        .collect();
    all.sort_by_cached_key(|(_, finding)| finding.rank(now));
    all
}

/// Draws the region's findings together: one line a thing that is not well, the worst first.
pub(super) fn summarise(
    judged: &mut RegionJudgement,
    estate: &Estate,
    region: &Region,
    now: Timestamp,
    policy: &Policy,
) {
    let mut findings: Vec<Finding> = Vec::new();
    for zone in &judged.zones {
        if zone.verdict != ZoneVerdict::Ok {
            let first = zone.evidence.first();
            // A silence is told whatever else is.
            let silence = zone.evidence.iter().skip(1).find(|evidence| evidence.signal == "api-silence");
            let details: Vec<&str> = first.into_iter().chain(silence).map(|evidence| &*evidence.detail).collect();
            let mut detail = vec![zone.verdict.as_str()];
            detail.extend(details);
            findings.push(Finding {
                zone: Some(zone.name.clone()),
                ..Finding::new(zone.verdict.verdict(), subject_of(zone), detail.join(": "))
            });
        }
    }
    if judged.zones.is_empty() && estate.table::<Zone>(region, now).is_complete() {
        let subject = Subject::named("region", region.as_str());
        findings.push(Finding::new(Verdict::Unknown, subject, "no availability zone is known"));
    }
    // What is true of a whole kind is said once, not of each thing of that kind.
    let unread: Vec<(Kind, String)> =
        JUDGED.iter().filter_map(|kind| Some((*kind, judged.unknown.get(kind)?.clone()))).collect();
    let mut add = |what, assessments| collect(&mut findings, what, assessments, &unread);
    add("group", named(&judged.groups));
    add("target group", judged.target_groups.iter().map(|(arn, a)| (arn.short().to_owned(), a)).collect());
    add("classic balancer", named(&judged.classic_balancers));
    add("instance", named(&judged.instances));
    add("database", named(&judged.databases));
    add("cluster", named(&judged.clusters));
    add("global cluster", named(&judged.global_clusters));
    add("alarm", named(&judged.alarms));
    findings.extend(expiring_shifts(estate, region, now));
    let unread: Vec<(Kind, String)> =
        unread.into_iter().filter(|(kind, _)| !is_accepted(estate, region, *kind, policy)).collect();
    judged.unread = unread.iter().map(|(_, reason)| reason.clone()).collect();
    let said = is_said_by_zones(judged, estate, region, now);
    let unread = unread.into_iter().filter(|(kind, _)| *kind != Kind::Instances || !said).collect();
    findings.extend(say_unread(unread, estate, region, now));
    judged.findings = findings;
    settle(judged, now);
}

/// Adds what no single region could find.
pub(super) fn add(judged: &mut RegionJudgement, findings: Vec<Finding>, now: Timestamp) {
    if !findings.is_empty() {
        judged.findings.extend(findings);
        settle(judged, now);
    }
}

/// Puts the findings in order and draws the summary from them.
fn settle(judged: &mut RegionJudgement, now: Timestamp) {
    let findings = &mut judged.findings;
    findings.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.verdict.severity()), finding.rank(now)));
    judged.summary.verdict = Verdict::worst(findings.iter().map(|finding| finding.verdict));
    judged.summary.reasons = findings.iter().map(Finding::words).collect();
}

/// Whether all that is unknown of instances is that zones are silent, and those zones are called unknown for it.
fn is_said_by_zones(judged: &RegionJudgement, estate: &Estate, region: &Region, now: Timestamp) -> bool {
    let silent = |slice: &Slice| slice.failure().is_some_and(|failure| failure.why.kind == FailureKind::Silent);
    let mut slices = estate.slices(region, Kind::Instances);
    let mut zones = judged.zones.iter().filter(|zone| zone.silent_since.is_some()).peekable();
    zones.peek().is_some()
        && zones.all(|zone| zone.verdict == ZoneVerdict::Unknown)
        && slices.all(|(_, slice)| silent(slice) || slice.trust(Kind::Instances.age_limit(), now).is_known())
}

/// A zone as a subject: its name and its id (`aws-domain.md` B.3).
pub fn subject_of(zone: &ZoneAssessment) -> Subject {
    Subject::with_id("zone", zone.name.as_str(), zone.id.text().clone())
}

fn named<K: std::fmt::Display>(assessments: &BTreeMap<K, Assessment>) -> Vec<(String, &Assessment)> {
    assessments.iter().filter(|(_, a)| a.verdict != Verdict::Ok).map(|(key, a)| (key.to_string(), a)).collect()
}

fn collect(
    findings: &mut Vec<Finding>,
    what: &'static str,
    assessments: Vec<(String, &Assessment)>,
    unread: &[(Kind, String)],
) {
    for (key, assessment) in assessments.into_iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok) {
        let is_said = |reason: &str| unread.iter().any(|(_, whole)| whole.starts_with(reason));
        let own: Vec<&str> = assessment.reasons.iter().map(String::as_str).filter(|reason| !is_said(reason)).collect();
        if !own.is_empty() {
            findings.push(Finding {
                next: assessment.next.clone(),
                urgency: assessment.urgency,
                since: assessment.since,
                ..Finding::new(assessment.verdict, Subject::named(what, key), own.join("; "))
            });
        }
    }
}

/// Traffic returns by itself when a shift expires, healed or not: worth a warning half an hour before (`aws-domain.md` C.3).
fn expiring_shifts(estate: &Estate, region: &Region, now: Timestamp) -> Vec<Finding> {
    estate
        .table::<ZonalShift>(region, now)
        .known()
        .filter(|shift| shift.status == ShiftStatus::Active)
        .filter_map(|shift| {
            let left = shift.expires_at?.duration_since(now);
            (left.as_secs() <= 1800).then(|| {
                let minutes = left.as_secs().max(0) / 60;
                let detail = format!("away from {}, ends in {minutes}m", shift.away_from);
                let subject = Subject::with_id("zonal shift", shift.resource.short(), shift.id.clone());
                Finding { since: shift.expires_at, ..Finding::new(Verdict::Warning, subject, detail) }
            })
        })
        .collect()
}

/// Whether policy accepts that a kind is unread: where the role may not read it, or it is not offered. An outage is never accepted.
fn is_accepted(estate: &Estate, region: &Region, kind: Kind, policy: &Policy) -> bool {
    let mut failures = estate.slices(region, kind).map(|(_, slice)| slice.failure().map(|failure| failure.why.kind));
    let refused = |kind| matches!(kind, Some(FailureKind::Denied | FailureKind::Unsupported));
    policy.accept_unread.contains(&kind) && estate.was_tried(region, kind) && failures.all(refused)
}

/// What could not be read: kind by kind, but in one line where many kinds have one cause, an outage or credentials.
fn say_unread(unread: Vec<(Kind, String)>, estate: &Estate, region: &Region, now: Timestamp) -> Vec<Finding> {
    let mut alone = Vec::new();
    let mut by_cause: BTreeMap<(FailureKind, &str), Vec<Kind>> = BTreeMap::new();
    let subject = || Subject::named("region", region.as_str());
    let finding = |detail, waiting| Finding { waiting, ..Finding::new(Verdict::Unknown, subject(), detail) };
    for (kind, reason) in unread {
        let cause = estate.slices(region, kind).find_map(|(_, slice)| slice.failure()).map(|failure| &failure.why);
        match cause.filter(|why| matches!(why.kind, FailureKind::Credentials | FailureKind::Unreachable)) {
            Some(why) => by_cause.entry((why.kind, &why.message)).or_default().push(kind),
            None => alone.push(finding(reason, !estate.was_tried(region, kind))),
        }
    }
    let mut findings = Vec::new();
    for ((cause, message), kinds) in by_cause {
        let names: Vec<&str> = kinds.iter().take(3).map(|kind| kind.name()).collect();
        let more = kinds.len().checked_sub(names.len()).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let ages = kinds.iter().map(|kind| estate.slices(region, *kind).filter_map(|(_, slice)| slice.age(now)).max());
        // What was read before and grew old is told with its age; what never was, is not.
        let oldest = ages.collect::<Option<Vec<_>>>().and_then(|ages| ages.into_iter().max());
        let known = oldest.map(|age| format!("read {} ago; since then ", age_words(age))).unwrap_or_default();
        let words = format!("{}{more}: {known}{}: {message}", names.join(", "), cause.as_str());
        findings.push(finding(words, false));
    }
    findings.extend(alone);
    findings
}
