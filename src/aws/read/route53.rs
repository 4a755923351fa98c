//! Route 53's reads: five requests a second for the whole account, so they are made on request.

use aws_sdk_route53::types;

use super::{Found, parent};
use crate::aws::caller::Caller;
use crate::estate::account::{HostedZone, Record};
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::Text;

/// Pages of records after which a zone is taken to be endless.
const MOST_PAGES: usize = 1_000;

pub(super) async fn hosted_zones(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| caller.clients.route53.list_hosted_zones().max_items(100).set_marker(marker).send(),
            |page| {
                for zone in page.hosted_zones() {
                    rows.push(HostedZone {
                        id: zone.id().trim_start_matches("/hostedzone/").into(),
                        name: zone.name().into(),
                        private: zone.config().map(|config| config.private_zone()),
                        record_count: zone.resource_record_set_count(),
                    });
                }
                if !page.is_truncated() {
                    return Ok(None);
                }
                caller.required(page.next_marker(), "NextMarker").map(|marker| Some(marker.to_owned()))
            },
        )
        .await?;
    Ok(Found::Rows(HostedZone::rows(rows)))
}

/// Records are paged by name, type and identifier together, not by a token.
pub(super) async fn records(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let zone = parent(caller, id)?;
    let mut rows = Vec::new();
    let mut next: (Option<String>, Option<types::RrType>, Option<String>) = (None, None, None);
    for _ in 0..MOST_PAGES {
        let page = caller
            .call(|| {
                let call = caller.clients.route53.list_resource_record_sets().hosted_zone_id(zone);
                call.set_start_record_name(next.0.clone())
                    .set_start_record_type(next.1.clone())
                    .set_start_record_identifier(next.2.clone())
                    .max_items(300)
                    .send()
            })
            .await?;
        rows.extend(page.resource_record_sets().iter().map(|set| record(zone, set)));
        if !page.is_truncated() {
            return Ok(Found::Rows(Record::rows(rows)));
        }
        let following = (
            page.next_record_name().map(str::to_owned),
            page.next_record_type().cloned(),
            page.next_record_identifier().map(str::to_owned),
        );
        caller.required(following.0.as_ref().filter(|_| following != next), "next record")?;
        next = following;
    }
    Err(caller
        .required(None::<()>, "last page")
        .err()
        .unwrap_or_else(|| crate::aws::error::lacking(caller.action, "last page")))
}

fn record(zone: &str, set: &types::ResourceRecordSet) -> Record {
    let alias = set.alias_target().map(|alias| Text::from(alias.dns_name()));
    let values = set.resource_records().iter().map(|value| Text::from(value.value()));
    let routing = set
        .failover()
        .map(|role| format!("failover {}", role.as_str()))
        .or_else(|| set.weight().map(|weight| format!("weight {weight}")))
        .or_else(|| set.region().map(|region| format!("latency {}", region.as_str())));
    Record {
        hosted_zone: zone.into(),
        name: set.name().into(),
        record_type: set.r#type().as_str().into(),
        ttl_s: set.ttl(),
        values: values.chain(alias).collect(),
        routing: routing.map(Text::from),
    }
}
