//! How traffic leaves a zone: requests a minute through its balancer nodes before it was kept away, and now.
//!
//! Owns: [`Drain`]. Depends on: metrics by zone. Must stay true: what was not asked or not answered is unknown and never gone; a balancer
//! that reports nothing where it reported before takes no requests there (`aws-domain.md` A.5).

use jiff::{SignedDuration, Timestamp};

use crate::estate::balancer::TargetGroup;
use crate::estate::query::{Measure, Query};
use crate::id::{Arn, ZoneName};

use super::metrics::{Metrics, Sample};
use super::service::Service;

/// The minutes before a shift that are its *before*.
const BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// How traffic leaves a zone, in requests a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drain {
    /// Before it was kept away, over the last five minutes; none where those are not known any more.
    pub before: Option<f64>,
    /// In the newest settled minute; none where nobody knows.
    pub now: Option<f64>,
}

impl Drain {
    /// That of a service in a zone that is away since then; none where nothing of it takes requests. `group` finds target groups.
    pub fn of<'a>(
        metrics: &Metrics<'_>,
        service: &Service,
        group: impl Fn(&Arn) -> Option<&'a TargetGroup>,
        zone: &ZoneName,
        since: Option<Timestamp>,
    ) -> Option<Self> {
        let groups = service.target_groups.iter().filter_map(group);
        let newer = groups.flat_map(|group| {
            let of = |balancer: &Arn| Query::of_target_group(Measure::Requests, balancer, &group.arn, Some(zone));
            group.load_balancers.iter().filter_map(of).collect::<Vec<_>>()
        });
        let classic = service.classic_balancers.iter();
        let classic = classic.filter_map(|name| Query::of_classic(Measure::Requests, name, Some(zone)));
        let queries: Vec<Query> = newer.chain(classic).collect();
        if queries.is_empty() {
            return None;
        }
        let before = since.and_then(|since| queries.iter().map(|query| before(metrics, query, since)).sum());
        Some(Self { before, now: queries.iter().map(|query| now(metrics, query)).sum() })
    }
}

fn now(metrics: &Metrics<'_>, query: &Query) -> Option<f64> {
    match metrics.latest(query) {
        Sample::Value(value, _) => Some(value),
        // It was asked, answered, and told of requests there before.
        Sample::Silent => metrics.series(query).filter(|series| !series.points.is_empty()).map(|_| 0.0),
        Sample::Unasked | Sample::Unread => None,
    }
}

/// The mean of the minutes before the shift.
fn before(metrics: &Metrics<'_>, query: &Query, since: Timestamp) -> Option<f64> {
    let from = since.checked_sub(BEFORE).ok()?;
    let points = metrics.series(query)?.points.iter().filter(|(at, _)| *at >= from && *at < since);
    let (count, sum) = points.fold((0u32, 0.0), |(count, sum), (_, value)| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}
