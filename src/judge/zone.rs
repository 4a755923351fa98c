//! What the direct signals say of each zone, compared with the others.
//!
//! Owns: a zone's counts and its verdict. Depends on: estate, the other judgements. Must stay true: missing data never makes a
//! zone *ok*. Judged here are only the signals that need no window of time: AWS's own declaration, unhealthy targets and
//! failed status checks, zone against zone.

mod tally;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::estate::shift::{Autoshift, AutoshiftStatus};
use crate::estate::silence::silences;
use crate::estate::zone::Zone;
use crate::estate::{Estate, FailureKind, Silence};
use crate::id::{Region, ZoneId, ZoneName};

use super::index::Index;
use super::policy::Policy;
use super::shifted::{self, Moved};
use super::target_group::TargetCounts;
use super::verdict::Verdict;
use tally::Tallies;

/// How a zone stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneVerdict {
    /// Nothing speaks against it.
    Ok,
    /// Something does, but not enough to leave it.
    Suspect,
    /// It is sick, by the rule or by AWS's own word.
    Degraded,
    /// There is trouble in it, but not its own: one host, a release, a dependency, the region.
    NotZonal,
    /// What would have to be known is not.
    Unknown,
}

impl ZoneVerdict {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Suspect => "suspect",
            Self::Degraded => "degraded",
            Self::NotZonal => "not-zonal",
            Self::Unknown => "unknown",
        }
    }

    /// The account's verdict that it asks for.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Ok => Verdict::Ok,
            Self::Suspect | Self::NotZonal => Verdict::Warning,
            Self::Degraded => Verdict::Critical,
            Self::Unknown => Verdict::Unknown,
        }
    }
}

/// One thing that speaks for a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which signal: `unhealthy-targets`, `status-checks`, `api-silence`, `autoshift`, `missing-data`.
    pub signal: &'static str,
    /// In words, numbers first.
    pub detail: String,
    /// The number compared, where there is one.
    pub value: Option<f64>,
}

/// Instances of a zone by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InstanceCounts {
    /// Running.
    pub running: usize,
    /// Launching.
    pub pending: usize,
    /// Stopping or stopped.
    pub stopped: usize,
    /// Running and failing a status check; none where checks could not be read.
    pub impaired: Option<usize>,
}

/// What is known of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneAssessment {
    /// Its name.
    pub name: ZoneName,
    /// Its id.
    pub id: ZoneId,
    /// The verdict.
    pub verdict: ZoneVerdict,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Whether traffic is kept away from it now, by any resource's weights; none where ARC was not read.
    pub shifted: Option<bool>,
    /// How many of the resources that zonal shift can move are moved off it, and of how many.
    pub moved: Option<Moved>,
    /// Its instances; none where not all are known.
    pub instances: Option<InstanceCounts>,
    /// Its targets, one count for each target group that a target is in; none where not all are known.
    pub targets: Option<TargetCounts>,
    /// Group members in service.
    pub in_service: Option<usize>,
    /// Databases that write from it.
    pub database_writers: Option<usize>,
    /// Multi-AZ standbys in it.
    pub database_standbys: Option<usize>,
    /// Since when AWS does not answer for its instances, while it does for others'.
    pub silent_since: Option<Timestamp>,
    hosts_hit: usize,
    /// Running instances that fail a status check, and running instances, by the checks alone.
    checks: Option<(usize, usize)>,
}

/// Judges the zones of a region, in the order of their names.
pub fn assess(estate: &Estate, index: &Index, region: &Region, now: Timestamp, policy: &Policy) -> Vec<ZoneAssessment> {
    let tallies = Tallies::new(estate, index, region, now);
    let mut zones: Vec<ZoneAssessment> = estate
        .table::<Zone>(region, now)
        .known()
        .filter(|zone| &*zone.zone_type == "availability-zone")
        .map(|zone| counted(estate, &tallies, region, zone, now))
        .collect();
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    let shares: Vec<Option<(usize, usize)>> =
        zones.iter().map(|zone| zone.targets.map(|t| (t.unhealthy, t.expected()))).collect();
    for (position, zone) in zones.iter_mut().enumerate() {
        let elsewhere = sum(shares.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, share)| *share));
        judge(zone, elsewhere, policy);
        declared(estate, region, now, zone);
    }
    zones
}

/// Weighs one zone against the rest: unhealthy targets beyond the policy's share on more than one host, others below theirs. What
/// is bad counts though other data is missing; only to be *ok* takes all of it.
fn judge(zone: &mut ZoneAssessment, elsewhere: Option<(usize, usize)>, policy: &Policy) {
    let targets = zone.targets.unwrap_or_default();
    let here = share(targets.unhealthy, targets.expected());
    let conspicuous = targets.unhealthy > 0 && here >= policy.zones.share;
    let stands_out =
        conspicuous && elsewhere.is_some_and(|(bad, all)| all > 0 && share(bad, all) <= policy.zones.elsewhere);
    // Where the inventory is not known the checks speak for themselves: AWS keeps them of running instances only.
    let by_inventory = zone.instances.and_then(|counts| Some((counts.impaired?, counts.running)));
    let (impaired, running) = by_inventory.or(zone.checks).unwrap_or_default();
    let checks = impaired >= 2 && share(impaired, running) >= 0.10;
    let by_targets = target_evidence(targets, here, elsewhere);
    let by_checks = (impaired > 0).then(|| Evidence {
        signal: "status-checks",
        detail: format!("{impaired} of {running} instances impaired"),
        value: Some(impaired as f64),
    });
    // What decides stands first.
    let found = if checks && !stands_out { [by_checks, by_targets] } else { [by_targets, by_checks] };
    // Silence was found first; what decides goes before it.
    let at = if (stands_out && zone.hosts_hit > 1) || checks { 0 } else { zone.evidence.len() };
    zone.evidence.splice(at..at, found.into_iter().flatten());
    let missing = missing(zone);
    if (stands_out && zone.hosts_hit > 1) || checks {
        zone.verdict = ZoneVerdict::Suspect;
    } else if conspicuous && elsewhere.is_some() {
        zone.verdict = ZoneVerdict::NotZonal;
        let detail = match (zone.hosts_hit, elsewhere) {
            (1, _) => "one host, not the zone".to_owned(),
            (_, Some((_, 0))) => "no other zone to compare with".to_owned(),
            _ => "other zones fail too: a release, a dependency or the region".to_owned(),
        };
        zone.evidence.push(Evidence { signal: "not-zonal", detail, value: None });
    } else if missing.is_some() {
        zone.verdict = ZoneVerdict::Unknown;
    }
    zone.evidence.extend(missing);
}

fn target_evidence(targets: TargetCounts, here: f64, elsewhere: Option<(usize, usize)>) -> Option<Evidence> {
    let (bad, all) = (targets.unhealthy, targets.expected());
    let there = elsewhere.map_or("elsewhere unknown".to_owned(), |(bad, all)| format!("elsewhere {bad} of {all}"));
    (bad > 0).then(|| Evidence {
        signal: "unhealthy-targets",
        detail: format!("{bad} of {all} targets unhealthy ({:.0}%), {there}", here * 100.0),
        value: Some(here),
    })
}

/// What would have to be known of a zone to call it ok, and is not.
fn missing(zone: &ZoneAssessment) -> Option<Evidence> {
    let what = match (zone.targets, zone.instances) {
        (None, None) => "target health and instances",
        (None, Some(_)) => "target health",
        (Some(_), None) => "instances",
        (Some(_), Some(counts)) if counts.impaired.is_none() => "status checks",
        (Some(_), Some(_)) => return None,
    };
    Some(Evidence { signal: "missing-data", detail: format!("{what} not fully known"), value: None })
}

/// AWS's own declaration outranks what we see (`aws-domain.md` B.1, signal 1).
fn declared(estate: &Estate, region: &Region, now: Timestamp, zone: &mut ZoneAssessment) {
    let table = estate.table::<Autoshift>(region, now);
    let is_active = |shift: &Autoshift| shift.away_from == zone.id && shift.status == AutoshiftStatus::Active;
    let declared = table.known_with_trust().any(|(shift, trust)| trust.is_known() && is_active(shift));
    let offered = table.failures().all(|failure| failure.why.kind != FailureKind::Unsupported);
    if !declared && offered && !table.is_complete() && zone.verdict == ZoneVerdict::Ok {
        zone.verdict = ZoneVerdict::Unknown;
        let detail = "whether AWS declared it sick is not known".to_owned();
        zone.evidence.push(Evidence { signal: "missing-data", detail, value: None });
    }
    if declared {
        zone.verdict = ZoneVerdict::Degraded;
        // An autoshift moves only what has autoshift enabled: the rest still gets its traffic (aws-domain.md A.6).
        let moved = zone.moved.map(|moved| format!("; {moved}")).unwrap_or_default();
        let detail = format!("AWS declared it: an autoshift away from it is active{moved}");
        zone.evidence.insert(0, Evidence { signal: "autoshift", detail, value: None });
    }
}

fn counted(estate: &Estate, tallies: &Tallies<'_>, region: &Region, zone: &Zone, now: Timestamp) -> ZoneAssessment {
    let silences = silences(estate, region);
    let silence = silences.iter().find(|silence| *silence.zone == zone.name);
    ZoneAssessment {
        name: zone.name.clone(),
        id: zone.id.clone(),
        verdict: ZoneVerdict::Ok,
        evidence: silence.map(|silence| silence_evidence(silence)).into_iter().collect(),
        silent_since: silence.map(|silence| silence.since),
        checks: tallies.checks(&zone.name),
        shifted: shifted::from_zone(estate, region, &zone.id, now),
        moved: shifted::moved_off(estate, region, &zone.id, now),
        instances: tallies.instances(&zone.name),
        targets: tallies.targets(&zone.name),
        in_service: tallies.in_service(&zone.name),
        database_writers: tallies.writers(&zone.name),
        database_standbys: tallies.standbys(&zone.name),
        hosts_hit: tallies.hosts_hit(&zone.name),
    }
}

fn silence_evidence(silence: &Silence<'_>) -> Evidence {
    let value = silence.last_seen.map(|count| count as f64);
    Evidence { signal: "api-silence", detail: silence.words(), value }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The sum over zones, where each is known.
fn sum(shares: impl Iterator<Item = Option<(usize, usize)>>) -> Option<(usize, usize)> {
    shares.into_iter().try_fold((0, 0), |(bad, all), share| share.map(|(b, a)| (bad + b, all + a)))
}
