//! A region that does not answer while others do (`aws-domain.md` F.29).
//!
//! Must stay true: that nothing answers may be our own way there, so it is critical only where something else says so too: a
//! replica elsewhere to which nothing comes any more, or AWS Health.

use jiff::{SignedDuration, Timestamp};

use crate::estate::database::Database;
use crate::estate::health::{HealthEvent, HealthStatus};
use crate::estate::query::{Measure, Query};
use crate::estate::{Estate, FailureKind, Kind, age};
use crate::id::Region;
use crate::judge::database::Lag;
use crate::judge::finding::{Finding, Subject, Urgency};
use crate::judge::metrics::Metrics;
use crate::judge::survey::Survey;
use crate::judge::verdict::{Verdict, age_words};
use crate::judge::words::names;
use crate::judge::{JUDGED, RegionJudgement};

use super::Cause;
use super::claims::Claims;

/// How long nothing may have answered before a region is said not to.
const SILENT: SignedDuration = SignedDuration::from_secs(60);

pub(super) fn find(_: &RegionJudgement, survey: &Survey<'_>) -> Option<Cause> {
    let (since, reads) = silence(survey.estate, survey.region)?;
    if survey.now.duration_since(since) < SILENT {
        return None;
    }
    let elsewhere: Vec<&Region> = survey.estate.scope().iter().filter(|region| *region != survey.region).collect();
    let answering = elsewhere.iter().copied().find(|region| answers(survey.estate, region, since))?;
    let replicas: Vec<(&Region, &Database, Lag)> = elsewhere
        .iter()
        .flat_map(|region| replicas_of(survey, region).map(move |(db, lag)| (*region, db, lag)))
        .collect();
    let starved: Vec<_> = replicas.iter().filter(|(_, _, lag)| matches!(lag, Lag::Climbing(..))).collect();
    let health = declared(survey);
    let verdict = if starved.is_empty() && health.is_none() { Verdict::Unknown } else { Verdict::Critical };
    let minutes = age_words(age(since, survey.now));
    let mut words = vec![format!("does not answer for {minutes} ({reads} reads fail), {answering} does")];
    for (region, replica, lag) in replicas.iter().take(3) {
        words.push(match lag {
            Lag::Climbing(lag, Some((sane, at))) => format!(
                "{} in {region} gets nothing for {}, was {sane:.0} s behind at {}",
                replica.id,
                age_words(std::time::Duration::from_secs_f64(lag.clamp(0.0, 1e9))),
                at.strftime("%H:%MZ")
            ),
            Lag::Climbing(lag, None) => format!("{} in {region} gets nothing, lag {lag:.0} s", replica.id),
            Lag::Seconds(lag) => format!("{} in {region}: lag {lag:.0} s", replica.id),
            Lag::Unknown => format!("{} in {region}: lag ?", replica.id),
        });
    }
    words.extend(health.map(|event| format!("AWS Health: {} {}", event.service, event.code)));
    let next = match (verdict, replicas.as_slice()) {
        (Verdict::Critical, []) => "no replica of it is known elsewhere: restore from backups there".to_owned(),
        (Verdict::Critical, _) => {
            format!("fence it, then promote {}", names(replicas.iter().map(|(_, database, _)| database.id.as_str())))
        }
        _ => "see whether it answers from elsewhere: nothing else says that it is down".to_owned(),
    };
    let finding = Finding::new(verdict, Subject::named("region", survey.region.as_str()), words.join("; "));
    let finding = finding.next(next).urgency(Urgency::Now).since(Some(since));
    Some(Cause { finding, claims: Claims::everything() })
}

/// Since when every read of the region fails that was tried, and how many do; none while any succeeds.
fn silence(estate: &Estate, region: &Region) -> Option<(Timestamp, usize)> {
    let mut reads = 0;
    let mut since: Option<Timestamp> = None;
    for (_, slice) in JUDGED.iter().flat_map(|kind| estate.slices(region, *kind)) {
        let Some(failure) = slice.failure() else {
            // What was read before the silence began and not again since says nothing of it.
            if slice.read_at().is_some_and(|at| since.is_some_and(|since| at > since)) {
                return None;
            }
            continue;
        };
        if !matches!(failure.why.kind, FailureKind::Unreachable | FailureKind::Service | FailureKind::Malformed) {
            return None;
        }
        reads += 1;
        since = Some(since.map_or(failure.since, |known| known.min(failure.since)));
    }
    let since = since.filter(|_| reads * 2 > JUDGED.len())?;
    let newest =
        JUDGED.iter().flat_map(|kind| estate.slices(region, *kind)).filter_map(|(_, slice)| slice.read_at()).max();
    // An answer after the first failure: something still comes.
    newest.is_none_or(|at| at <= since + SILENT).then_some((since, reads))
}

/// Whether a region has answered since then.
fn answers(estate: &Estate, region: &Region, since: Timestamp) -> bool {
    let slices = [Kind::Groups, Kind::Instances, Kind::Alarms, Kind::Databases];
    let read = slices
        .iter()
        .flat_map(|kind| estate.slices(region, *kind))
        .filter_map(|(_, slice)| slice.read_at().filter(|_| slice.failure().is_none()));
    read.max().is_some_and(|at| at > since)
}

/// Databases of `elsewhere` that replicate one of this region, and how far each is behind.
fn replicas_of<'a>(
    survey: &'a Survey<'_>,
    elsewhere: &'a Region,
) -> impl Iterator<Item = (&'a Database, Lag)> + use<'a> {
    let metrics = Metrics::new(survey.estate, elsewhere, survey.now);
    let source = format!(":{}:", survey.region);
    let databases = survey.estate.table::<Database>(elsewhere, survey.now).known();
    databases.filter(move |database| database.replica_of.as_ref().is_some_and(|of| of.contains(&source))).map(
        move |database| {
            let query = Query::of_database(Measure::ReplicaLag, &database.id);
            (database, query.map_or(Lag::Unknown, |query| Lag::of(&metrics, &query)))
        },
    )
}

/// An open event of AWS Health about the region as a whole.
fn declared<'a>(survey: &'a Survey<'_>) -> Option<&'a HealthEvent> {
    let events = survey.estate.table::<HealthEvent>(&Region::global(), survey.now).known();
    let mut open = events.filter(|event| event.status == HealthStatus::Open && &*event.category == "issue");
    open.find(|event| event.region.as_ref() == Some(survey.region) && event.zone.is_none())
}
