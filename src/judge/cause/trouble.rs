//! What a service in trouble shows: which of its members fail, where, since when, and what its metrics say.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::estate::Kind;
use crate::estate::balancer::TargetGroup;
use crate::estate::query::{Measure, Query};
use crate::id::{Arn, ZoneName};
use crate::judge::finding::{Finding, Urgency};
use crate::judge::policy::Policy;
use crate::judge::service::Service;
use crate::judge::standing::Standing;
use crate::judge::survey::{BEFORE, NOW, Survey};
use crate::judge::verdict::Verdict;
use crate::judge::words::{names, per_cent};
use crate::judge::zone::ZoneVerdict;
use crate::judge::{JudgedService, RegionJudgement};

use super::booting;

/// The share of failing requests from which a service is in trouble, whatever its targets' health says.
const FAILING: f64 = 0.05;
/// The share of members, or of requests, from which trouble without a known cause is said to be the service's.
const SEVERE: f64 = 0.5;
/// The share of failing requests that is severe.
const ERRORS: f64 = 0.2;
/// How far back the beginning of trouble is looked for.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_mins(60);

/// A service in trouble.
pub(super) struct Trouble<'a> {
    pub(super) service: &'a Service,
    /// Members that fail, and those that should serve, by zone.
    pub(super) zones: BTreeMap<&'a ZoneName, (usize, usize)>,
    pub(super) failing: usize,
    pub(super) total: usize,
    /// Requests a minute now.
    pub(super) requests: Option<f64>,
    /// Requests a minute before.
    pub(super) usual: Option<f64>,
    /// The share of requests that fail now.
    pub(super) errors: Option<f64>,
    /// Seconds a request takes, p99: now, and before.
    pub(super) latency: Option<(f64, f64)>,
    /// CPU of its groups in per cent now: the highest.
    pub(super) cpu: Option<f64>,
    /// When the first of its targets began to fail, within the window.
    pub(super) since: Option<Timestamp>,
}

impl<'a> Trouble<'a> {
    /// What is wrong with a service; none where nothing is, or one host at most.
    pub(super) fn of(judged: &'a JudgedService, survey: &Survey<'_>) -> Option<Self> {
        let service = &judged.service;
        let mut trouble = Self {
            service,
            zones: BTreeMap::new(),
            failing: 0,
            total: 0,
            requests: None,
            usual: None,
            errors: None,
            latency: None,
            cpu: None,
            since: None,
        };
        for (zone, cell) in &judged.cells.zones {
            let failing = cell.standings.of(Standing::Unhealthy) + cell.standings.of(Standing::Impaired);
            let booting = if failing > 0 { booting::failing_in(service, zone, survey) } else { 0 };
            let (failing, total) = (failing.saturating_sub(booting), cell.total().saturating_sub(booting));
            if total > 0 {
                trouble.zones.insert(zone, (failing, total));
                trouble.failing += failing;
                trouble.total += total;
            }
        }
        // Most services fail nothing, and then nobody asks how much is asked of them.
        if trouble.failing > 0 || fails_any(service, survey) {
            trouble.read_requests(survey);
        }
        let is_failing = trouble.errors.is_some_and(|share| share >= FAILING);
        if trouble.failing < 2 && !is_failing && !(trouble.failing == trouble.total && trouble.total > 0) {
            return None;
        }
        trouble.read_load(survey);
        trouble.since = first_failure(service, survey);
        Some(trouble)
    }

    /// The share of its members that fail.
    pub(super) fn share(&self) -> f64 {
        if self.total == 0 { 0.0 } else { self.failing as f64 / self.total as f64 }
    }

    /// Whether its zones fail alike: no zone's share is much below that of all, or requests fail and no target does.
    pub(super) fn is_alike(&self) -> bool {
        let share = self.share();
        let is_like = |(failing, all): &(usize, usize)| *failing as f64 >= 0.5 * share * *all as f64;
        self.zones.len() > 1 && self.zones.values().filter(|(_, all)| *all > 1).all(is_like)
    }

    /// Whether all that fails stands in zones that are sick themselves: then they are the cause.
    pub(super) fn is_of_sick_zones(&self, judged: &RegionJudgement) -> bool {
        let is_sick = |zone: &ZoneName| {
            judged.zones.iter().any(|known| known.name == *zone && known.verdict == ZoneVerdict::Degraded)
        };
        let mut hit = self.zones.iter().filter(|(_, (failing, _))| *failing > 0);
        self.failing > 0 && hit.all(|(zone, _)| is_sick(zone))
    }

    /// What fails of what: `12 of 14 fail, 97 % of requests fail`.
    pub(super) fn numbers(&self) -> String {
        let members = (self.failing > 0).then(|| format!("{} of {} fail", self.failing, self.total));
        let requests = self.errors.filter(|share| *share >= 0.01);
        let requests = requests.map(|share| format!("{} of requests fail", per_cent(share)));
        members.into_iter().chain(requests).collect::<Vec<_>>().join(", ")
    }

    /// `in all zones alike`, or the zones in which it fails.
    pub(super) fn place(&self) -> String {
        if self.is_alike() {
            return "in all zones alike".to_owned();
        }
        let hit = self.zones.iter().filter(|(_, (failing, _))| *failing > 0).map(|(zone, _)| zone.as_str());
        match names(hit) {
            zones if zones.is_empty() => "in no zone that is known".to_owned(),
            zones => format!("in {zones}"),
        }
    }

    fn read_requests(&mut self, survey: &Survey<'_>) {
        let (mut requests, mut errors, mut usual) = (None, None, None);
        let add = |sum: &mut Option<f64>, more: Option<f64>| {
            if let Some(more) = more {
                *sum = Some(sum.unwrap_or(0.0) + more);
            }
        };
        for group in self.service.target_groups.iter().filter_map(|arn| survey.target_group(arn)) {
            for balancer in &group.load_balancers {
                let query = |measure| Query::of_target_group(measure, balancer, &group.arn, None);
                let own = survey.minutes(query(Measure::Requests), 0, NOW);
                if own.is_empty() {
                    continue;
                }
                add(&mut requests, mean(&own));
                add(&mut usual, median(survey.minutes(query(Measure::Requests), NOW, BEFORE - NOW)));
                // A minute without errors has no value (aws-domain.md A.5): they are spread over the minutes with requests.
                let failed: f64 = survey.minutes(query(Measure::Errors), 0, NOW).iter().sum();
                add(&mut errors, Some(failed / own.len() as f64));
            }
        }
        (self.requests, self.usual) = (requests, usual);
        self.errors = errors.zip(requests).filter(|(_, all)| *all > 0.0).map(|(failed, all)| (failed / all).min(1.0));
    }

    fn read_load(&mut self, survey: &Survey<'_>) {
        let highest = |values: Vec<f64>| values.into_iter().reduce(f64::max);
        let cpu = self.service.groups.iter().map(|group| survey.minutes(Some(Query::of_group(group)), 0, NOW));
        self.cpu = cpu.filter_map(highest).reduce(f64::max);
        for group in self.service.target_groups.iter().filter_map(|arn| survey.target_group(arn)) {
            for balancer in &group.load_balancers {
                let query = || Query::of_target_group(Measure::Latency, balancer, &group.arn, None);
                let now = highest(survey.minutes(query(), 0, NOW));
                let before = median(survey.minutes(query(), NOW, BEFORE - NOW));
                let worse = |pair: &(f64, f64)| self.latency.is_none_or(|known| pair.0 > known.0);
                self.latency = now.zip(before).filter(worse).or(self.latency);
            }
        }
    }
}

/// Whether any request of a service fails now.
fn fails_any(service: &Service, survey: &Survey<'_>) -> bool {
    let failed = |group: &TargetGroup| {
        let behind = group.load_balancers.iter();
        let errors = |balancer: &Arn| Query::of_target_group(Measure::Errors, balancer, &group.arn, None);
        behind.flat_map(|balancer| survey.minutes(errors(balancer), 0, NOW)).any(|count| count > 0.0)
    };
    let groups = || service.target_groups.iter().filter_map(|arn| survey.target_group(arn));
    survey.metrics().are_known() && groups().any(failed)
}

/// When the first target of a service began to fail within the window, as far as it is remembered.
fn first_failure(service: &Service, survey: &Survey<'_>) -> Option<Timestamp> {
    let from = survey.now.checked_sub(WINDOW).ok()?;
    let is_own = |within: &Option<crate::id::Text>| {
        within.as_deref().is_some_and(|arn| service.target_groups.iter().any(|own| own.as_str() == arn))
    };
    let fails = |word: Option<&str>| word == Some("unhealthy");
    let mut changes =
        survey.history?.since(from).filter(|change| change.kind == Kind::Targets && is_own(&change.within));
    // What came unhealthy into the group was being launched: only what had served counts.
    changes.find(|change| fails(change.to.as_deref()) && change.from.is_some()).map(|change| change.at)
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Trouble for which nothing here accounts, severe in all zones or in several: what it depends on comes next (`aws-domain.md` B.2).
pub(super) fn unexplained(trouble: &Trouble<'_>, judged: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let is_severe = trouble.share() >= SEVERE || trouble.errors.is_some_and(|share| share >= ERRORS);
    let is_alike = is_severe && trouble.is_alike();
    if !is_alike && !fails_in_zones(trouble, judged, survey.policy) {
        return None;
    }
    let databases = judged.databases.iter().filter(|(_, assessment)| assessment.verdict == Verdict::Critical);
    let databases = names(databases.map(|(id, _)| id.as_str()));
    let (beside, next) = match databases.as_str() {
        "" => (String::new(), "look at what it depends on".to_owned()),
        databases => (format!("; database {databases} fails too"), format!("see to {databases} first")),
    };
    let several = if is_alike { "" } else { ": more than one zone, so no way out of one" };
    let words = format!("{} {}{several}: no release seen{beside}", trouble.numbers(), trouble.place());
    let finding = Finding::new(Verdict::Critical, super::subject(trouble.service), words);
    Some(finding.next(next).urgency(Urgency::Now).since(trouble.since))
}

/// Whether a service fails in several zones that are not called sick, each as badly as would make a zone sick alone.
fn fails_in_zones(trouble: &Trouble<'_>, judged: &RegionJudgement, policy: &Policy) -> bool {
    let rules = &policy.zones;
    let is_hit = |(failing, all): (usize, usize)| failing > 0 && failing as f64 >= rules.share * all as f64;
    let hit = || trouble.zones.iter().filter(|(_, counts)| is_hit(**counts)).map(|(zone, _)| *zone);
    let is_sick = |zone: &ZoneName| {
        let mut known = judged.zones.iter().filter(|known| known.name == *zone);
        known.any(|known| matches!(known.verdict, ZoneVerdict::Degraded | ZoneVerdict::Suspect))
    };
    hit().count() > 1 && trouble.share() >= rules.share && !hit().any(is_sick)
}
