//! `DescribeScalingActivities`.

use std::cmp::Reverse;
use std::time::Duration;

use super::{at_most, bounds, one_or_all, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::{Filter, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Activity, AutoScalingGroup, SimTime, World};

/// How far back activities and refreshes are told (`aws-domain.md` A.2).
pub(super) const SIX_WEEKS: Duration = Duration::from_secs(42 * 24 * 3600);

/// Activities of one group or of all: those under way first, then the newest first.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    at_most(&request.params, "ActivityIds", 50)?;
    let ids = request.params.texts("ActivityIds");
    let criteria = Criteria::read(request)?;
    let oldest = world.now - SIX_WEEKS;

    let pager = Pager::new(request, &bounds(100, 100))?;
    let groups = one_or_all(region, &request.params)?;
    let all = groups.into_iter().flat_map(|group| group.activities.iter().map(move |activity| (group, activity)));
    let wanted = all
        .filter(|(_, activity)| activity.started_at >= oldest && criteria.admit(activity))
        .filter(|(_, activity)| ids.is_empty() || ids.contains(&activity.id.as_str()));
    let after = pager.after().and_then(place_of);
    let page = pager.least(wanted, after, |(_, activity)| place(activity), |(_, activity)| text_of(place(activity)));
    w.list("Activities", "member", page.items, |w, (group, activity)| write_activity(w, group, activity));
    w.maybe_text("NextToken", page.token);
    Ok(())
}

/// An activity's place in the listing: those under way first, the newest first.
type Place<'a> = (bool, Reverse<SimTime>, &'a str);

fn place(activity: &Activity) -> Place<'_> {
    (activity.ended_at.is_some(), Reverse(activity.started_at), &activity.id)
}

/// A place as a token holds it.
fn text_of((ended, Reverse(started_at), id): Place<'_>) -> String {
    format!("{} {} {id}", u8::from(ended), started_at.as_millis())
}

fn place_of(text: &str) -> Option<Place<'_>> {
    let mut fields = text.splitn(3, ' ');
    let ended = fields.next()? == "1";
    let started_at = SimTime::from_millis(fields.next()?.parse().ok()?);
    Some((ended, Reverse(started_at), fields.next()?))
}

/// Text that sorts later instants first.
pub(super) fn newest_first(at: SimTime) -> String {
    format!("{:020}", i64::MAX - at.as_millis().max(0))
}

/// The request's filters.
#[derive(Debug, Default)]
struct Criteria {
    from: Option<SimTime>,
    to: Option<SimTime>,
    statuses: Vec<String>,
}

impl Criteria {
    fn read(request: &Request) -> Result<Self, ApiError> {
        let mut criteria = Self::default();
        for filter in request.params.filters()? {
            match filter.name.as_str() {
                "StartTimeLowerBound" => criteria.from = Some(instant(&filter)?),
                "StartTimeUpperBound" => criteria.to = Some(instant(&filter)?),
                "Status" if request.params.has("AutoScalingGroupName") => criteria.statuses = filter.values,
                "Status" => {
                    return Err(ApiError::validation(
                        "The Status filter can only be used together with AutoScalingGroupName",
                    ));
                }
                other => {
                    return Err(ApiError::validation(format!(
                        "Filter type {other} is not correct. Allowed Filter types are: \
                         StartTimeLowerBound, StartTimeUpperBound, Status"
                    )));
                }
            }
        }
        Ok(criteria)
    }

    fn admit(&self, activity: &Activity) -> bool {
        self.from.is_none_or(|from| activity.started_at >= from)
            && self.to.is_none_or(|to| activity.started_at <= to)
            && (self.statuses.is_empty() || self.statuses.iter().any(|status| status == activity.status.as_str()))
    }
}

/// An ISO 8601 instant; without an offset it is in UTC.
fn instant(filter: &Filter) -> Result<SimTime, ApiError> {
    let text = filter.values.first().map_or("", String::as_str);
    let parsed = text.parse::<jiff::Timestamp>().or_else(|_| format!("{text}Z").parse());
    let wrong = |_| ApiError::validation(format!("Value for filter {} is not an ISO 8601 timestamp", filter.name));
    parsed.map(|instant| SimTime::from_millis(instant.as_millisecond())).map_err(wrong)
}

/// An activity, as listings and the calls that begin one tell of it.
pub(super) fn write_activity(w: &mut Writer, group: &AutoScalingGroup, activity: &Activity) {
    w.text("ActivityId", &activity.id);
    w.text("AutoScalingGroupName", &group.name);
    w.text("AutoScalingGroupARN", &group.arn);
    w.text("Description", &activity.description);
    w.text("Cause", &activity.cause);
    w.time("StartTime", activity.started_at);
    w.maybe_time("EndTime", activity.ended_at);
    w.text("StatusCode", activity.status.as_str());
    w.maybe_text("StatusMessage", activity.message.as_ref());
    w.integer("Progress", activity.progress.into());
    w.text("Details", activity.details());
}
