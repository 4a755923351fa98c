//! `DescribeAlarmHistory`.

use super::alarms::BOUNDS;
use super::{alarm_types, asked, not_among, oldest_first, order_of, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Alarm, AlarmHistoryItem, HistoryItemType, World};

/// What happened to one alarm or to all, the newest first; of metric alarms alone, unless types are asked for.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (region, params) = (region(world, request)?, &request.params);
    let pager = Pager::new(request, &BOUNDS)?;
    let (name, kind) = (asked(params, "AlarmName"), asked(params, "HistoryItemType").map(kind).transpose()?);
    let (metric, composite) = alarm_types(params)?;
    let (from, to) = (params.time("StartDate")?, params.time("EndDate")?);
    let oldest_first = oldest_first(params)?;

    let all = region
        .alarms
        .values()
        .filter(|alarm| name.is_none_or(|name| alarm.name == name))
        .filter(|alarm| if alarm.is_metric() { metric } else { composite })
        .flat_map(|alarm| alarm.history.iter().map(move |item| (alarm, item)));
    let mut wanted: Vec<(String, &Alarm, &AlarmHistoryItem)> = all
        .filter(|(_, item)| kind.is_none_or(|kind| kind == item.kind.as_str()))
        .filter(|(_, item)| from.is_none_or(|from| item.at >= from) && to.is_none_or(|to| item.at <= to))
        .map(|(alarm, item)| {
            (format!("{}{}\n{}", order_of(item.at, oldest_first), alarm.name, item.summary), alarm, item)
        })
        .collect();
    wanted.sort_by(|one, other| one.0.cmp(&other.0));
    let page = pager.page(wanted, |(order, ..)| order.as_str().into());
    w.list("AlarmHistoryItems", "member", page.items, |w, (_, alarm, item)| {
        w.text("AlarmName", &alarm.name);
        w.text("AlarmType", if alarm.is_metric() { "MetricAlarm" } else { "CompositeAlarm" });
        w.time("Timestamp", item.at);
        w.text("HistoryItemType", item.kind.as_str());
        w.text("HistorySummary", &item.summary);
        w.text("HistoryData", &item.data);
    });
    w.maybe_text("NextToken", page.token);
    Ok(())
}

/// A type of item: those that the simulation never has are accepted too, and match nothing.
fn kind(word: &str) -> Result<&str, ApiError> {
    let own = HistoryItemType::ALL.iter().map(|kind| kind.as_str());
    let known: Vec<&str> = own.chain(["AlarmContributorStateUpdate", "AlarmContributorAction"]).collect();
    if known.contains(&word) { Ok(word) } else { Err(not_among("historyItemType", word, &known)) }
}
