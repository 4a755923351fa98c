//! `DescribeEvents`.

use std::time::Duration;

use super::{asked, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{DbEvent, SimTime, World};

/// What RDS accepts as a source; only instances and clusters have events here.
const SOURCE_TYPES: &[&str] = &[
    "db-instance",
    "db-parameter-group",
    "db-security-group",
    "db-snapshot",
    "db-cluster",
    "db-cluster-snapshot",
    "custom-engine-version",
    "db-proxy",
    "blue-green-deployment",
    "db-shard-group",
    "zero-etl",
];

/// How far back events go, minutes.
const FOURTEEN_DAYS: u64 = 14 * 24 * 60;

/// The events of the last hour, or of the time asked for, oldest first (`aws-domain.md` A.4).
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let (from, to) = span(&request.params, world.now)?;
    let (kind, source) = source(&request.params)?;
    let categories = request.params.texts("EventCategories");

    let wanted = region
        .db_events
        .iter()
        .filter(|event| event.at >= from && event.at <= to)
        .filter(|event| kind.is_none_or(|kind| event.source_type.as_str() == kind))
        .filter(|event| source.is_none_or(|source| event.source.eq_ignore_ascii_case(source)))
        .filter(|event| categories.is_empty() || event.categories.iter().any(|own| categories.contains(&own.as_str())));
    let mut wanted: Vec<(String, &DbEvent)> = wanted.map(|event| (order(event), event)).collect();
    wanted.sort_by(|one, other| one.0.cmp(&other.0));
    let page = Pager::new(request, &Bounds::RDS)?.page(wanted, |(order, _)| order.as_str().into());
    w.maybe_text("Marker", page.token);
    w.list("Events", "Event", page.items, |w, (_, event)| {
        w.text("SourceIdentifier", &event.source);
        w.text("SourceType", event.source_type.as_str());
        w.text("Message", &event.message);
        w.texts("EventCategories", "EventCategory", &event.categories);
        w.time("Date", event.at);
        w.text("SourceArn", &event.arn);
    });
    Ok(())
}

/// Text that sorts earlier events first.
fn order(event: &DbEvent) -> String {
    format!("{:020}\n{}\n{}", event.at.as_millis(), event.source, event.message)
}

fn span(params: &Params, now: SimTime) -> Result<(SimTime, SimTime), ApiError> {
    let minutes = match params.integer("Duration")? {
        None => 60,
        Some(minutes) => match u64::try_from(minutes) {
            Ok(minutes) if minutes <= FOURTEEN_DAYS => minutes,
            _ => {
                return Err(ApiError::validation(format!(
                    "Invalid duration: {minutes}. Must be at most {FOURTEEN_DAYS} minutes"
                )));
            }
        },
    };
    let to = params.time("EndTime")?.unwrap_or(now);
    let from = params.time("StartTime")?.unwrap_or(to - Duration::from_secs(minutes * 60));
    if from > to {
        return Err(ApiError::new("InvalidParameterCombination", "The start time is later than the end time"));
    }
    Ok((from, to))
}

type Source<'r> = (Option<&'r str>, Option<&'r str>);

fn source(params: &Params) -> Result<Source<'_>, ApiError> {
    let (kind, source) = (asked(params, "SourceType"), asked(params, "SourceIdentifier"));
    match (kind, source) {
        (None, Some(_)) => {
            let message = "Cannot specify source identifier without source type";
            Err(ApiError::new("InvalidParameterCombination", message))
        }
        (Some(kind), _) if !SOURCE_TYPES.contains(&kind) => {
            Err(ApiError::validation(format!("Invalid source type: {kind}")))
        }
        asked => Ok(asked),
    }
}
