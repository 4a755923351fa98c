//! AWS Health: what AWS itself says of its troubles.
//!
//! Owns: `DescribeEvents` (`aws-domain.md` A.7), global. Must stay true: without a support plan it says nothing but that; an
//! event appears ten to thirty minutes after the trouble began, and closes minutes after it ended.

use std::time::Duration;

use super::{Action, Service};
use crate::sim::time::SimTime;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::throttle::{Bucket, ThrottleClass};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Notice, Region, SupportPlan, World, random};

/// Its actions.
pub const ACTIONS: &[Action] = &[Action::read(Service::Health, "DescribeEvents", describe_events)
    .class(ThrottleClass::Own(Bucket::new("health events", 5.0, 2.0)))];

const BOUNDS: Bounds = Bounds { limit: "maxResults", token: "nextToken", least: 1, most: 100, default: 100 };
/// From a trouble's beginning to its event: seconds at least, and up to as many more.
const LATE_S: (u64, u64) = (600, 1_200);
/// From a trouble's end to the end of its event.
const CLOSES_AFTER: Duration = Duration::from_secs(300);

fn describe_events(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    if world.support == SupportPlan::Basic {
        let words = "Account is not subscribed to a support plan that includes the AWS Health API.";
        return Err(ApiError::new("SubscriptionRequiredException", words));
    }
    if let Some(locale) = request.params.text("locale").filter(|locale| !matches!(*locale, "" | "en")) {
        let locale: String = locale.chars().take(80).collect();
        return Err(ApiError::new("UnsupportedLocale", format!("The locale {locale} is not supported.")));
    }
    let filter = request.params.object("filter").unwrap_or_default();
    let mut events: Vec<Event> = world.regions.values().flat_map(|region| events_of(world, region)).collect();
    events.sort_by(|one, other| (other.updated_at, &one.arn).cmp(&(one.updated_at, &other.arn)));
    let mut found = Vec::new();
    for event in events {
        if event.passes(&filter)? {
            found.push((format!("{:020}{}", i64::MAX - event.updated_at.as_millis().max(0), event.arn), event));
        }
    }
    let page = Pager::new(request, &BOUNDS)?.page(found, |(order, _)| order.as_str().into());
    w.list("events", "member", page.items, |w, (_, event)| event.write(w));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

/// An event as it stands now.
struct Event {
    arn: String,
    service: &'static str,
    code: &'static str,
    region: String,
    zone: Option<String>,
    started_at: SimTime,
    ended_at: Option<SimTime>,
    updated_at: SimTime,
}

/// What AWS tells of a region by now. An autoshift in a trouble that it tells of anyway is no event of its own.
fn events_of(world: &World, region: &Region) -> Vec<Event> {
    let told: Vec<Notice> = region.notices.iter().cloned().collect();
    let shifts = region.autoshifts.iter().filter_map(|shift| {
        let zone = region.zone_by_id(shift.away_from.as_str())?.name.clone();
        Some(Notice { zone: Some(zone), since: shift.started_at, ended_at: shift.ended_at })
    });
    let overlaps = |one: &Notice, other: &Notice| {
        let begins_within = |one: &Notice, other: &Notice| {
            one.since >= other.since && other.ended_at.is_none_or(|ended| one.since <= ended)
        };
        begins_within(one, other) || begins_within(other, one)
    };
    let apart = |shift: &Notice| {
        !told
            .iter()
            .any(|own| own.zone.as_ref().is_none_or(|zone| shift.zone.as_ref() == Some(zone)) && overlaps(own, shift))
    };
    let shifts: Vec<Notice> = shifts.filter(apart).collect();
    told.iter().chain(&shifts).filter_map(|notice| event_of(world, region, notice)).collect()
}

/// The event of a trouble, once AWS has told it.
fn event_of(world: &World, region: &Region, notice: &Notice) -> Option<Event> {
    let zone = notice.zone.as_ref().map(ToString::to_string);
    let place = zone.as_deref().unwrap_or(region.name.as_str());
    let since = notice.since.as_millis().to_string();
    let told_at =
        notice.since + Duration::from_secs(LATE_S.0 + random::below(world.seed, &["health", place, &since], LATE_S.1));
    // What was over before it was told is told all the same.
    let closes_at = notice.ended_at.map(|ended| (ended + CLOSES_AFTER).max(told_at));
    if told_at > world.now {
        return None;
    }
    let closed = closes_at.filter(|at| *at <= world.now);
    let (service, code) = match zone {
        Some(_) => ("EC2", "AWS_EC2_OPERATIONAL_ISSUE"),
        None => ("MULTIPLE_SERVICES", "AWS_MULTIPLE_SERVICES_OPERATIONAL_ISSUE"),
    };
    let number = random::below(world.seed, &["health event", place, &since], u64::MAX);
    Some(Event {
        arn: format!("arn:aws:health:{}::event/{service}/{code}/{code}_{number:016X}", region.name),
        service,
        code,
        region: region.name.to_string(),
        zone,
        started_at: notice.since.whole_second(),
        ended_at: closed.and(notice.ended_at).map(SimTime::whole_second),
        updated_at: closed.unwrap_or(told_at).whole_second(),
    })
}

impl Event {
    fn status(&self) -> &'static str {
        if self.ended_at.is_some() { "closed" } else { "open" }
    }

    /// Whether the request's filter lets it through: each member a list of alternatives.
    fn passes(&self, filter: &Params) -> Result<bool, ApiError> {
        let lists = [
            ("eventArns", Some(self.arn.as_str())),
            ("eventTypeCodes", Some(self.code)),
            ("services", Some(self.service)),
            ("regions", Some(&self.region)),
            ("availabilityZones", self.zone.as_deref()),
            ("eventTypeCategories", Some("issue")),
            ("eventStatusCodes", Some(self.status())),
        ];
        let named = lists.into_iter().all(|(name, own)| {
            let wanted = filter.texts(name);
            wanted.is_empty() || own.is_some_and(|own| wanted.contains(&own))
        });
        let times = [
            ("startTimes", Some(self.started_at)),
            ("endTimes", self.ended_at),
            ("lastUpdatedTimes", Some(self.updated_at)),
        ];
        let mut passes = named;
        for (name, own) in times {
            let ranges = filter.objects(name);
            let mut within = ranges.is_empty();
            for range in &ranges {
                let (from, to) = (range.time("from")?, range.time("to")?);
                within |= own.is_some_and(|own| from.is_none_or(|from| from <= own) && to.is_none_or(|to| own <= to));
            }
            passes &= within;
        }
        Ok(passes)
    }

    fn write(&self, w: &mut Writer) {
        w.text("arn", &self.arn);
        w.text("service", self.service);
        w.text("eventTypeCode", self.code);
        w.text("eventTypeCategory", "issue");
        w.text("region", &self.region);
        w.maybe_text("availabilityZone", self.zone.as_ref());
        w.time("startTime", self.started_at);
        w.maybe_time("endTime", self.ended_at);
        w.time("lastUpdatedTime", self.updated_at);
        w.text("statusCode", self.status());
        w.text("eventScopeCode", "PUBLIC");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::probe::{ask, nothing, world};
    use super::*;
    use crate::sim::fault::Fault;

    fn events(world: &World, params: Value) -> Vec<Value> {
        ask(world, Service::Health, "DescribeEvents", params).unwrap()["events"].as_array().unwrap().clone()
    }

    fn open() -> Value {
        json!({ "filter": { "eventStatusCodes": ["open"] } })
    }

    #[test]
    fn aws_tells_of_a_power_loss_late_and_closes_it_after_its_end_aws_domain_a7() {
        let mut world = world();
        assert_eq!(events(&world, nothing()).len(), 1, "the autoshift of twelve days ago");
        let fault = Fault::ZonePowerLoss { zone: "us-east-1b".to_owned() };
        world.apply(fault.clone()).unwrap();
        world.advance_to(world.now + Duration::from_secs(599));
        assert!(events(&world, open()).is_empty(), "late");
        world.advance_to(world.now + Duration::from_secs(1_201));
        let told = events(&world, open());
        let event = &told[0];
        assert_eq!(
            (told.len(), &event["availabilityZone"], &event["eventTypeCategory"]),
            (1, &json!("us-east-1b"), &json!("issue"))
        );
        world.heal(&fault).unwrap();
        world.advance_to(world.now + Duration::from_secs(301));
        assert!(events(&world, open()).is_empty());
        let closed = events(&world, json!({ "filter": { "eventArns": [event["arn"]] } }));
        assert_eq!(closed[0]["statusCode"], "closed");
        assert!(closed[0]["endTime"].as_f64() > closed[0]["startTime"].as_f64());
    }

    #[test]
    fn a_region_that_is_out_is_one_event_and_a_gray_zone_is_none_until_aws_shifts_aws_domain_a7() {
        let mut world = world();
        world.apply(Fault::RegionOutage { region: "us-west-2".to_owned() }).unwrap();
        world.apply(Fault::Autoshift { zone: "us-east-1a".to_owned() }).unwrap();
        world.advance_to(world.now + Duration::from_secs(1_801));
        let told = events(&world, open());
        let mut zones: Vec<Value> = told.iter().map(|event| event["availabilityZone"].clone()).collect();
        zones.sort_by_key(ToString::to_string);
        assert_eq!(zones, [json!("us-east-1a"), Value::Null]);
        let west = events(&world, json!({ "filter": { "regions": ["us-west-2"], "availabilityZones": ["x"] } }));
        assert!(west.is_empty());
    }

    #[test]
    fn without_a_support_plan_there_is_no_health_aws_domain_a7() {
        let mut world = world();
        world.support = SupportPlan::Basic;
        let refused = ask(&world, Service::Health, "DescribeEvents", nothing());
        assert_eq!(refused, Err((400, "SubscriptionRequiredException")));
    }
}
