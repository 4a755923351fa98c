//! What must speak for a zone before anything enters it: positive evidence alone (`aws-domain.md` C.3, return).
//!
//! Must stay true: a zone without traffic looks clean and proves nothing; what was not sampled is unknown, and never *well*.

use jiff::SignedDuration;

use super::super::condition::Fact;
use super::super::ground::{Ground, ZoneCalled};
use super::super::plan::Refusal;
use super::scope::Scope;
use crate::estate::Kind;
use crate::estate::balancer::{BalancerAttributes, LoadBalancer};
use crate::estate::database::Database;
use crate::estate::health::{HealthEvent, HealthStatus};
use crate::estate::instance::Instance;
use crate::estate::shift::{Autoshift, AutoshiftStatus};
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::operation::away::Field;

/// How long nothing may have failed in the zone (`aws-domain.md` C.3: thirty to sixty minutes).
const CLEAN: SignedDuration = SignedDuration::from_mins(30);

/// A gate: its name, and what was judged when the plan was made.
pub(super) type Gate = (&'static str, Fact);

/// Why nothing returns to the zone now, whoever wants it.
///
/// # Errors
/// The zone is sick by our own evidence, or AWS keeps traffic from it (`aws-domain.md` F.13).
pub(super) fn refusals(ground: &Ground<'_>, zone: ZoneCalled<'_>) -> Result<(), Refusal> {
    let autoshifts = ground.estate.known::<Autoshift>(zone.region);
    let active = autoshifts.filter(|each| each.away_from == *zone.id && each.status == AutoshiftStatus::Active);
    if let Some(autoshift) = active.into_iter().next() {
        let since = autoshift.started_at.map(|at| format!(" since {}", at.strftime("%H:%MZ"))).unwrap_or_default();
        return Err(Refusal::new(
            format!("AWS itself keeps traffic from {}{since}: its autoshift is ACTIVE", zone.both()),
            "return once AWS calls it COMPLETED; what is away stays away until then",
        ));
    }
    let Some(judged) = judged(ground, zone) else {
        return Err(Refusal::new(
            format!("{} is not judged: the region was not read", zone.both()),
            "wait until it is read, or see `fournines status`",
        ));
    };
    if judged.verdict == ZoneVerdict::Degraded {
        let evidence: Vec<&str> = judged.evidence.iter().take(2).map(|evidence| &*evidence.detail).collect();
        return Err(Refusal::new(
            format!("{} is still degraded: {}", zone.both(), evidence.join("; ")),
            "stay away: `fournines plan extend` before the shifts end by themselves; return once it is well",
        ));
    }
    Ok(())
}

/// The gates, for whoever accepts one that does not hold.
pub(super) fn gates(ground: &Ground<'_>, zone: ZoneCalled<'_>, scope: &Scope<'_>) -> Vec<Gate> {
    let mut gates = vec![("signals", signals(ground, zone)), ("clean", clean(ground, zone))];
    gates.extend(health(ground, zone).map(|fact| ("health", fact)));
    gates.extend(standbys(ground, zone).map(|fact| ("standby", fact)));
    gates.extend(probes(ground, zone, scope).map(|fact| ("probe", fact)));
    gates
}

pub(super) fn told(holds: Option<bool>, detail: impl Into<String>) -> Fact {
    Fact::Told { holds, words: detail.into().into() }
}

fn judged<'a>(ground: &Ground<'a>, zone: ZoneCalled<'_>) -> Option<&'a ZoneAssessment> {
    ground.judgement.regions.get(zone.region)?.zones.iter().find(|judged| judged.name == *zone.name)
}

/// What the signals say, but for the one that we made ourselves by leaving.
fn signals(ground: &Ground<'_>, zone: ZoneCalled<'_>) -> Fact {
    let Some(judged) = judged(ground, zone) else { return told(None, "the zone is not judged") };
    let mut against = judged.evidence.iter().filter(|evidence| !matches!(evidence.signal, "shift" | "practice-run"));
    if judged.verdict != ZoneVerdict::Ok
        && let Some(evidence) = against.next()
    {
        let holds = (judged.verdict != ZoneVerdict::Unknown).then_some(false);
        return told(holds, format!("{} is {}: {}", zone.name, judged.verdict.as_str(), evidence.detail));
    }
    // Health checks go on while traffic is away: they alone tell.
    match &judged.targets {
        Some(targets) if targets.unhealthy > 0 => {
            told(Some(false), format!("{} targets of {} fail their checks", targets.unhealthy, zone.name))
        }
        Some(targets) if targets.healthy > 0 => {
            told(Some(true), format!("{} targets of {} pass their checks, none fails", targets.healthy, zone.name))
        }
        _ => told(None, format!("no target of {} is checked: that nothing speaks against it says nothing", zone.name)),
    }
}

/// For how long nothing failed there.
fn clean(ground: &Ground<'_>, zone: ZoneCalled<'_>) -> Fact {
    let Some(history) = ground.estate.history(zone.region) else {
        return told(None, format!("nobody has watched {} for 30 min", zone.name));
    };
    let there: std::collections::BTreeSet<&str> = ground
        .estate
        .known::<Instance>(zone.region)
        .filter(|instance| instance.zone == *zone.name)
        .map(|instance| instance.id.as_str())
        .collect();
    let is_there =
        |change: &&crate::estate::Change| change.zone.as_ref() == Some(zone.name) || there.contains(&*change.subject);
    let fails = |change: &&crate::estate::Change| {
        matches!(change.kind, Kind::Targets | Kind::InstanceStatuses | Kind::ClassicTargets)
            && change.to.as_deref().is_some_and(|to| matches!(to, "unhealthy" | "impaired" | "OutOfService"))
    };
    let minutes = |from| ground.now.duration_since(from).as_secs() / 60;
    let last = history.iter().rev().filter(is_there).find(fails);
    if let Some(last) = last.filter(|last| ground.now.duration_since(last.at) < CLEAN) {
        let detail = format!("{} failed in {} {} min ago; 30 min are asked", last.subject, zone.name, minutes(last.at));
        return told(Some(false), detail);
    }
    match history.iter().next().map(|first| first.after) {
        Some(first) if ground.now.duration_since(first) >= CLEAN => {
            told(Some(true), format!("nothing failed in {} for 30 min", zone.name))
        }
        Some(first) => told(None, format!("{} was watched for {} min; 30 min are asked", zone.name, minutes(first))),
        None => told(None, format!("nobody has watched {} for 30 min", zone.name)),
    }
}

/// What AWS Health still says of the zone.
fn health(ground: &Ground<'_>, zone: ZoneCalled<'_>) -> Option<Fact> {
    let mut events = ground.estate.known::<HealthEvent>(zone.region);
    let open = events.find(|event| {
        let is_zone = event.zone.as_deref().is_some_and(|text| text == zone.name.as_str() || text == zone.id.as_str());
        is_zone && event.status == HealthStatus::Open && &*event.category == "issue"
    })?;
    Some(told(Some(false), format!("AWS Health has {} ({}) open for {}", open.code, open.service, zone.name)))
}

/// Standbys that are being built: whoever loses a zone now has none.
fn standbys(ground: &Ground<'_>, zone: ZoneCalled<'_>) -> Option<Fact> {
    let Some(all) = ground.all::<Database>(zone.region) else {
        return Some(told(None, "databases are not known now: whether their standbys are rebuilt neither"));
    };
    let building = all.into_iter().filter(|database| database.multi_az && database.standby_zone.is_none());
    let names: Vec<&str> = building.filter(|each| each.cluster.is_none()).map(|each| each.id.as_str()).collect();
    (!names.is_empty()).then(|| told(Some(false), format!("the standby of {} is still being built", names.join(", "))))
}

/// Where cross-zone is off the zone's own name answers, and a probe on it is the one look at it from outside (`aws-domain.md` C.3).
fn probes(ground: &Ground<'_>, zone: ZoneCalled<'_>, scope: &Scope<'_>) -> Option<Fact> {
    let mut missing = Vec::new();
    let mut passed = 0;
    for merged in scope.ours() {
        let Field::Shift(arn) = &merged.change.field else { continue };
        let attributes = ground.of::<BalancerAttributes>(zone.region, arn.text()).and_then(|rows| rows.first());
        let crosses = attributes.and_then(|row| row.values.get("load_balancing.cross_zone.enabled"));
        if crosses.is_none_or(|crosses| &**crosses != "false") {
            continue;
        }
        let balancer = ground.estate.known::<LoadBalancer>(zone.region).find(|each| each.arn == *arn);
        let Some(dns) = balancer.and_then(|balancer| balancer.dns_name.as_deref()) else { continue };
        let name = format!("{}.{dns}", zone.name);
        let probe = ground.judgement.probes.iter().find(|probe| probe.aim.contains(&name));
        match probe.and_then(|probe| probe.up) {
            Some(true) => passed += 1,
            Some(false) => return Some(told(Some(false), format!("the probe of {name} fails"))),
            None => missing.push(name),
        }
    }
    match (missing.first(), passed) {
        (Some(name), _) => Some(told(None, format!("cross-zone is off and nothing probes {name}"))),
        (None, 0) => None,
        (None, passed) => Some(told(Some(true), format!("{passed} probes of the zone's own names pass"))),
    }
}
