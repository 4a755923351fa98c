//! CloudTrail: who called what.
//!
//! Owns: `LookupEvents`. Must stay true: an event appears minutes after its call; events that only read are not kept here, so
//! that asking for them finds none; zones and people are named as in the call.

use serde_json::json;

use super::{Action, Service, region};
use crate::sim::time::SimTime;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::throttle::{Bucket, ThrottleClass};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Region, TrailEntry, World};

/// CloudTrail's actions: two calls a second for an account and region.
pub const ACTIONS: &[Action] = &[Action::read(Service::CloudTrail, "LookupEvents", lookup_events)
    .class(ThrottleClass::Own(Bucket::new("cloudtrail lookups", 2.0, 2.0)))];

const BOUNDS: Bounds = Bounds { limit: "MaxResults", token: "NextToken", least: 1, most: 50, default: 50 };

fn lookup_events(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let params = &request.params;
    let (start, end) = (params.time("StartTime")?, params.time("EndTime")?);
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(ApiError::new("InvalidTimeRangeException", "The start time must be earlier than the end time."));
    }
    match params.text("EventCategory") {
        None | Some("" | "insight") => {}
        Some(other) => {
            let words = format!("{other} is not a valid event category.");
            return Err(ApiError::new("InvalidEventCategoryException", words));
        }
    }
    let attribute = Attribute::of(request)?;
    let insight = params.text("EventCategory") == Some("insight");
    let calls = region.trail.newest_first().filter(|entry| !insight && entry.visible_at(world.seed) <= world.now);
    let within =
        calls.filter(|entry| start.is_none_or(|start| start <= entry.at) && end.is_none_or(|end| entry.at <= end));
    let mut found: Vec<(String, &TrailEntry)> = within
        .filter(|entry| attribute.as_ref().is_none_or(|attribute| attribute.fits(world, entry)))
        .map(|entry| (newest_first(entry.at, &entry.id), entry))
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let page = Pager::new(request, &BOUNDS)?.page(found, |(order, _)| order.as_str().into());
    w.list("Events", "member", page.items, |w, (_, entry)| write_event(w, world, region, entry));
    w.maybe_text("NextToken", page.token);
    Ok(())
}

/// Whether an event has an attribute of this value.
type Has = fn(&World, &TrailEntry, &str) -> bool;

/// What events can be looked up by.
const ATTRIBUTES: &[(&str, Has)] = &[
    ("AccessKeyId", |world, entry, value| access_key(world, entry) == value),
    ("EventId", |_, entry, value| entry.id == value),
    ("EventName", |_, entry, value| entry.name == value),
    ("EventSource", |_, entry, value| entry.source == value),
    ("ReadOnly", |_, _, value| value == "false"),
    ("ResourceName", |_, entry, value| entry.resources.iter().any(|(_, name)| name == value)),
    ("ResourceType", |_, entry, value| entry.resources.iter().any(|(kind, _)| kind == value)),
    ("Username", |_, entry, value| entry.who.session == value),
];

/// What a request looks for: one attribute at most.
struct Attribute {
    has: Has,
    value: String,
}

impl Attribute {
    fn of(request: &Request) -> Result<Option<Self>, ApiError> {
        let wrong = |words: String| ApiError::new("InvalidLookupAttributesException", words);
        let given = request.params.objects("LookupAttributes");
        if given.len() > 1 {
            return Err(wrong("You can only specify one lookup attribute.".to_owned()));
        }
        let Some(given) = given.first() else { return Ok(None) };
        let key: String = given.text("AttributeKey").unwrap_or_default().chars().take(80).collect();
        let known = ATTRIBUTES.iter().find(|(name, _)| *name == key);
        let (_, has) = known.ok_or_else(|| wrong(format!("{key} is not a valid lookup attribute key.")))?;
        let value = given.text("AttributeValue").filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| wrong("The lookup attribute has no value.".to_owned()))?.to_owned();
        Ok(Some(Self { has: *has, value }))
    }

    fn fits(&self, world: &World, entry: &TrailEntry) -> bool {
        (self.has)(world, entry, &self.value)
    }
}

fn write_event(w: &mut Writer, world: &World, region: &Region, entry: &TrailEntry) {
    w.text("EventId", &entry.id);
    w.text("EventName", &entry.name);
    w.text("ReadOnly", "false");
    w.text("AccessKeyId", access_key(world, entry));
    w.time("EventTime", entry.at);
    w.text("EventSource", &entry.source);
    w.text("Username", &entry.who.session);
    w.list("Resources", "member", &entry.resources, |w, (kind, name)| {
        w.text("ResourceType", kind);
        w.text("ResourceName", name);
    });
    w.text("CloudTrailEvent", record(world, region, entry));
}

/// The event itself, JSON within a text.
fn record(world: &World, region: &Region, entry: &TrailEntry) -> String {
    let (account, who) = (&world.account, &entry.who);
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": format!("arn:aws:sts::{account}:assumed-role/{}/{}", who.role, who.session),
            "accountId": account,
            "accessKeyId": access_key(world, entry),
            "sessionContext": { "sessionIssuer": {
                "type": "Role",
                "arn": format!("arn:aws:iam::{account}:role/{}", who.role),
                "accountId": account,
                "userName": who.role,
            } },
        },
        "eventTime": entry.at.rfc3339_seconds(),
        "eventSource": entry.source,
        "eventName": entry.name,
        "awsRegion": region.name,
        "sourceIPAddress": "198.51.100.17",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": entry.parameters,
        "responseElements": null,
        "eventID": entry.id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": account,
        "eventCategory": "Management",
    })
    .to_string()
}

/// A session's temporary key, made from who it is.
fn access_key(world: &World, entry: &TrailEntry) -> String {
    let text = format!("{}/{}/{}", world.account, entry.who.role, entry.who.session);
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("ASIA{sum:016X}")
}

fn newest_first(at: SimTime, id: &str) -> String {
    format!("{:020}{id}", i64::MAX - at.as_millis().max(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::super::probe::{ask, column, nothing, pages, world};
    use super::*;
    use crate::sim::fault::Fault;

    fn look(world: &World, params: Value) -> Result<Value, (u16, &'static str)> {
        ask(world, Service::CloudTrail, "LookupEvents", params)
    }

    fn by(key: &str, value: &str) -> Value {
        json!({ "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }] })
    }

    #[test]
    fn calls_are_listed_newest_first_and_found_by_one_attribute_aws_domain_e() {
        let world = world();
        let tokens = ("NextToken", "NextToken");
        let (all, _) = pages(&world, Service::CloudTrail, "LookupEvents", nothing(), "Events", tokens);
        let (by_two, count) =
            pages(&world, Service::CloudTrail, "LookupEvents", json!({"MaxResults": 2}), "Events", tokens);
        assert_eq!((&by_two, count), (&all, all.len().div_ceil(2)));
        let times: Vec<f64> = all.iter().map(|event| event["EventTime"].as_f64().unwrap()).collect();
        assert!(times.windows(2).all(|pair| pair[0] >= pair[1]));

        let carol = look(&world, by("Username", "carol")).unwrap();
        let event = &carol["Events"][0];
        assert_eq!(
            (&event["EventName"], &event["Resources"][0]["ResourceName"]),
            (&json!("SetDesiredCapacity"), &json!("media-asg"))
        );
        let told: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert_eq!(told["requestParameters"]["desiredCapacity"], 6);
        let shifts = look(&world, by("EventSource", "arc-zonal-shift.amazonaws.com")).unwrap();
        assert_eq!(column(shifts["Events"].as_array().unwrap(), "EventName"), ["CancelZonalShift", "StartZonalShift"]);
        assert_eq!(look(&world, by("ReadOnly", "true")).unwrap()["Events"], json!([]));
    }

    #[test]
    fn a_release_can_be_looked_up_minutes_after_it_began_aws_domain_e() {
        let mut world = world();
        let start = world.now;
        world.apply(Fault::BadRelease { group: "checkout-asg".to_owned() }).unwrap();
        let since = json!({ "StartTime": start.as_millis() as f64 / 1000.0 - 1.0 });
        let names = |world: &World| -> Vec<String> {
            let events = look(world, since.clone()).unwrap()["Events"].clone();
            let mut names: Vec<String> =
                column(events.as_array().unwrap(), "EventName").iter().map(ToString::to_string).collect();
            names.sort();
            names
        };
        world.advance_to(start + Duration::from_secs(299));
        assert!(names(&world).is_empty(), "minutes late");
        world.advance_to(start + Duration::from_secs(900));
        assert_eq!(names(&world), ["CreateDeployment", "CreateLaunchTemplateVersion", "UpdateAutoScalingGroup"]);
    }

    #[test]
    fn what_cannot_be_looked_up_is_refused_in_cloudtrails_words() {
        let world = world();
        let two = json!({ "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}, {"AttributeKey": "EventId", "AttributeValue": "y"}] });
        for (params, code) in [
            (by("Colour", "red"), "InvalidLookupAttributesException"),
            (two, "InvalidLookupAttributesException"),
            (json!({"StartTime": 20, "EndTime": 10}), "InvalidTimeRangeException"),
            (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
            (json!({"NextToken": "x"}), "InvalidNextTokenException"),
            (json!({"EventCategory": "x"}), "InvalidEventCategoryException"),
        ] {
            assert_eq!(look(&world, params.clone()), Err((400, code)), "{params}");
        }
    }
}
