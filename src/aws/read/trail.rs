//! CloudTrail's read: which calls changed something, and whose they were. Minutes late, two calls a second at most.

use aws_sdk_cloudtrail::types;
use aws_smithy_types::DateTime;

use super::{Ask, Found};
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::trail::TrailEvent;
use crate::estate::{ReadFailure, Row};
use crate::id::Text;

/// Events a page, the most that is given.
const PAGE: i32 = 50;
/// Pages that are read: the newest come first, and a busy account has no end of them.
const MOST_PAGES: usize = 4;

/// Calls that changed something since the time asked for, the newest two hundred of them.
pub(super) async fn events(caller: &Caller<'_>, ask: &Ask) -> Result<Found, ReadFailure> {
    let changes = types::LookupAttribute::builder()
        .attribute_key(types::LookupAttributeKey::ReadOnly)
        .attribute_value("false")
        .build();
    let changes = caller.required(changes.ok(), "attribute to look up by")?;
    let since = ask.since.map(|since| DateTime::from_secs(since.as_second()));
    let mut rows = Vec::new();
    let mut pages = 0;
    caller
        .pages(
            |token| {
                let call = caller.clients.cloudtrail.lookup_events().lookup_attributes(changes.clone());
                call.set_start_time(since).max_results(PAGE).set_next_token(token).send()
            },
            |page| {
                for event in page.events() {
                    rows.push(event_row(caller, event)?);
                }
                pages += 1;
                Ok(page.next_token().filter(|_| pages < MOST_PAGES).map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(TrailEvent::rows(rows)))
}

fn event_row(caller: &Caller<'_>, event: &types::Event) -> Result<TrailEvent, ReadFailure> {
    let record = event.cloud_trail_event().map(Record::of).unwrap_or_default();
    let resources = event.resources().iter();
    Ok(TrailEvent {
        id: caller.required(event.event_id(), "EventId")?.into(),
        name: caller.required(event.event_name(), "EventName")?.into(),
        source: event.event_source().unwrap_or("").into(),
        at: caller.required(time::maybe(event.event_time()), "EventTime")?,
        user: event.username().filter(|user| !user.is_empty()).map(Text::from),
        invoked_by: record.invoked_by,
        resources: resources
            .filter_map(|resource| Some((resource.resource_type()?.into(), resource.resource_name()?.into())))
            .collect(),
        error: record.error,
    })
}

/// What only the event's own record tells: JSON in a text.
#[derive(Debug, Default, PartialEq)]
struct Record {
    invoked_by: Option<Text>,
    error: Option<Text>,
}

impl Record {
    fn of(text: &str) -> Self {
        let Ok(record) = serde_json::from_str::<serde_json::Value>(text) else { return Self::default() };
        let word = |value: &serde_json::Value| value.as_str().filter(|word| !word.is_empty()).map(Text::from);
        Self { invoked_by: word(&record["userIdentity"]["invokedBy"]), error: word(&record["errorCode"]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_tells_who_stood_behind_and_whether_the_call_was_refused() {
        let record = r#"{"userIdentity": {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
            "errorCode": "Client.UnauthorizedOperation", "requestParameters": null}"#;
        let read = Record::of(record);
        assert_eq!(read.invoked_by.as_deref(), Some("autoscaling.amazonaws.com"));
        assert_eq!(read.error.as_deref(), Some("Client.UnauthorizedOperation"), "it changed nothing");
        assert_eq!(Record::of(r#"{"userIdentity": {"type": "IAMUser"}}"#), Record::default());
        assert_eq!(Record::of("cut off in the mid"), Record::default());
    }
}
