//! AWS Health's read: what AWS itself says of its troubles (`aws-domain.md` A.7). One endpoint for all regions.

use aws_sdk_health::types;
use aws_smithy_types::DateTime;

use super::{Ask, Found};
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::health::{HealthEvent, HealthStatus};
use crate::estate::{ReadFailure, Row};
use crate::id::{Arn, Region, Text};

/// Events a page, the most that is given.
const PAGE: i32 = 100;

/// What stands open or is ahead, however long AWS has been silent about it, and what was closed since the time asked for.
pub(super) async fn events(caller: &Caller<'_>, ask: &Ask) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let current = about().event_status_codes(types::EventStatusCode::Open);
    read(caller, current.event_status_codes(types::EventStatusCode::Upcoming).build(), &mut rows).await?;
    if let Some(since) = ask.since {
        let lately = types::DateTimeRange::builder().from(DateTime::from_secs(since.as_second())).build();
        let closed = about().event_status_codes(types::EventStatusCode::Closed).end_times(lately);
        read(caller, closed.build(), &mut rows).await?;
    }
    Ok(Found::Rows(HealthEvent::rows(rows)))
}

/// Troubles and what is planned; notices about the account are none of ours.
fn about() -> types::builders::EventFilterBuilder {
    types::EventFilter::builder()
        .event_type_categories(types::EventTypeCategory::Issue)
        .event_type_categories(types::EventTypeCategory::Investigation)
        .event_type_categories(types::EventTypeCategory::ScheduledChange)
}

async fn read(caller: &Caller<'_>, filter: types::EventFilter, rows: &mut Vec<HealthEvent>) -> Result<(), ReadFailure> {
    caller
        .pages(
            |token| {
                let call = caller.clients.health.describe_events().filter(filter.clone());
                call.max_results(PAGE).set_next_token(token).send()
            },
            |page| {
                for event in page.events() {
                    rows.push(event_row(caller, event)?);
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await
}

fn event_row(caller: &Caller<'_>, event: &types::Event) -> Result<HealthEvent, ReadFailure> {
    let region = event.region().filter(|region| !region.is_empty());
    Ok(HealthEvent {
        arn: Arn::from(caller.required(event.arn(), "arn")?),
        service: event.service().unwrap_or("").into(),
        code: event.event_type_code().unwrap_or("").into(),
        category: event.event_type_category().map_or("", |category| category.as_str()).into(),
        region: region.map(Region::from),
        zone: event.availability_zone().filter(|zone| !zone.is_empty()).map(Text::from),
        scope: event.event_scope_code().map(|scope| scope.as_str().into()),
        status: HealthStatus::from(caller.required(event.status_code(), "statusCode")?.as_str()),
        started_at: time::maybe(event.start_time()),
        ended_at: time::maybe(event.end_time()),
        updated_at: time::maybe(event.last_updated_time()),
    })
}
