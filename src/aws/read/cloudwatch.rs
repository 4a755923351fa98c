//! CloudWatch's reads (`aws-domain.md` A.5).

use aws_sdk_cloudwatch::types;
use aws_smithy_types::DateTime;
use jiff::SignedDuration;

use super::{Ask, Found, parent};
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::alarm::{Alarm, AlarmEvent, AlarmState, AlarmType, Metric, Series};
use crate::estate::chart::Curve;
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{AlarmName, Arn, Text};

/// Rows a page, the most that is given.
const PAGE: i32 = 100;
/// Queries that one call may ask.
const QUERIES: usize = 500;

/// All alarms. Without the types named, CloudWatch leaves out composite and log alarms.
pub(super) async fn alarms(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let kinds = [types::AlarmType::MetricAlarm, types::AlarmType::CompositeAlarm, types::AlarmType::LogAlarm];
    let mut rows = Vec::new();
    caller
        .pages(
            |token| {
                let call = caller.clients.cloudwatch.describe_alarms().max_records(PAGE).set_next_token(token);
                call.set_alarm_types(Some(kinds.to_vec())).send()
            },
            |page| {
                for alarm in page.metric_alarms() {
                    rows.push(metric_alarm(caller, alarm)?);
                }
                for alarm in page.composite_alarms() {
                    rows.push(composite_alarm(caller, alarm)?);
                }
                for alarm in page.log_alarms() {
                    rows.push(log_alarm(caller, alarm)?);
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Alarm::rows(rows)))
}

/// An alarm of which only the common fields are set.
fn alarm(
    caller: &Caller<'_>,
    name: Option<&str>,
    alarm_type: AlarmType,
    state: Option<&types::StateValue>,
) -> Result<Alarm, ReadFailure> {
    Ok(Alarm {
        name: AlarmName::from(caller.required(name, "AlarmName")?),
        arn: None,
        alarm_type,
        state: AlarmState::from(caller.required(state, "StateValue")?.as_str()),
        since: None,
        reason: None,
        actions_enabled: None,
        actions: Vec::new(),
        metric: None,
        statistic: None,
        period_s: None,
        comparison: None,
        threshold: None,
        missing_data: None,
        rule: None,
        suppressed_by: None,
        evaluation: None,
    })
}

fn metric_alarm(caller: &Caller<'_>, from: &types::MetricAlarm) -> Result<Alarm, ReadFailure> {
    let metric = from.namespace().zip(from.metric_name()).map(|(namespace, name)| Metric {
        namespace: namespace.into(),
        name: name.into(),
        dimensions: from.dimensions().iter().filter_map(|d| Some((d.name()?.into(), d.value()?.into()))).collect(),
    });
    Ok(Alarm {
        arn: from.alarm_arn().map(Arn::from),
        since: time::maybe(from.state_transitioned_timestamp().or(from.state_updated_timestamp())),
        reason: from.state_reason().map(Text::from),
        actions_enabled: from.actions_enabled(),
        actions: from.alarm_actions().iter().map(|action| Text::from(action.as_str())).collect(),
        metric,
        statistic: from.statistic().map(|s| s.as_str()).or(from.extended_statistic()).map(Text::from),
        period_s: from.period(),
        comparison: from.comparison_operator().map(|operator| operator.as_str().into()),
        threshold: from.threshold(),
        missing_data: from.treat_missing_data().map(Text::from),
        evaluation: from.evaluation_state().map(|state| state.as_str().into()),
        ..alarm(caller, from.alarm_name(), AlarmType::Metric, from.state_value())?
    })
}

fn composite_alarm(caller: &Caller<'_>, from: &types::CompositeAlarm) -> Result<Alarm, ReadFailure> {
    Ok(Alarm {
        arn: from.alarm_arn().map(Arn::from),
        since: time::maybe(from.state_transitioned_timestamp().or(from.state_updated_timestamp())),
        reason: from.state_reason().map(Text::from),
        actions_enabled: from.actions_enabled(),
        actions: from.alarm_actions().iter().map(|action| Text::from(action.as_str())).collect(),
        rule: from.alarm_rule().map(Text::from),
        suppressed_by: from.actions_suppressed_by().map(|by| by.as_str().into()),
        ..alarm(caller, from.alarm_name(), AlarmType::Composite, from.state_value())?
    })
}

fn log_alarm(caller: &Caller<'_>, from: &types::LogAlarm) -> Result<Alarm, ReadFailure> {
    Ok(Alarm {
        arn: from.alarm_arn().map(Arn::from),
        since: time::maybe(from.state_transitioned_timestamp().or(from.state_updated_timestamp())),
        reason: from.state_reason().map(Text::from),
        actions_enabled: from.actions_enabled(),
        actions: from.alarm_actions().iter().map(|action| Text::from(action.as_str())).collect(),
        ..alarm(caller, from.alarm_name(), AlarmType::Log, from.state_value())?
    })
}

/// The latest hundred things that happened to one alarm.
pub(super) async fn history(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let name = parent(caller, id)?;
    let answer = caller
        .call(|| {
            let call = caller.clients.cloudwatch.describe_alarm_history().alarm_name(name).max_records(PAGE);
            call.scan_by(types::ScanBy::TimestampDescending).send()
        })
        .await?;
    let rows: Result<Vec<AlarmEvent>, ReadFailure> = answer
        .alarm_history_items()
        .iter()
        .map(|item| {
            Ok(AlarmEvent {
                alarm: AlarmName::from(name),
                item: item.history_item_type().map_or("", |kind| kind.as_str()).into(),
                summary: item.history_summary().unwrap_or("").into(),
                at: caller.required(time::maybe(item.timestamp()), "Timestamp")?,
            })
        })
        .collect();
    Ok(Found::Rows(AlarmEvent::rows(rows?)))
}

/// The latest values of the metrics asked for, by the minute.
pub(super) async fn series(caller: &Caller<'_>, id: &SliceId, ask: &Ask) -> Result<Found, ReadFailure> {
    Ok(Found::Rows(Series::rows(values(caller, id, ask, SignedDuration::from_hours(3)).await?)))
}

/// The values of a chart that is open, up to a day of them.
pub(super) async fn curves(caller: &Caller<'_>, id: &SliceId, ask: &Ask) -> Result<Found, ReadFailure> {
    let rows = values(caller, id, ask, SignedDuration::from_hours(25)).await?;
    Ok(Found::Rows(Curve::rows(rows.into_iter().map(Curve).collect())))
}

/// Values of the metrics asked for, by the minute, from the time asked for to so long after it.
async fn values(
    caller: &Caller<'_>,
    id: &SliceId,
    ask: &Ask,
    length: SignedDuration,
) -> Result<Vec<Series>, ReadFailure> {
    let question = parent(caller, id)?;
    let since = caller.required(ask.since, "start of the time asked for")?;
    let until = caller.required(since.checked_add(length).ok(), "end of the time asked for")?;
    let mut rows: Vec<Series> = ask
        .metrics
        .iter()
        .map(|(metric, statistic)| Series {
            id: question.into(),
            metric: metric.clone(),
            statistic: statistic.clone(),
            points: Vec::new(),
        })
        .collect();
    for (batch, asked) in ask.metrics.chunks(QUERIES).enumerate() {
        let queries: Vec<types::MetricDataQuery> =
            asked.iter().enumerate().map(|(place, (metric, statistic))| query(place, metric, statistic)).collect();
        caller
            .pages(
                |token| {
                    let call =
                        caller.clients.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
                    call.start_time(DateTime::from_secs(since.as_second()))
                        .end_time(DateTime::from_secs(until.as_second()))
                        .scan_by(types::ScanBy::TimestampAscending)
                        .set_next_token(token)
                        .send()
                },
                |page| {
                    for result in page.metric_data_results() {
                        let place = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                        let place = caller.required(place, "Id that was asked for")?;
                        let row = caller.required(rows.get_mut(batch * QUERIES + place), "Id that was asked for")?;
                        let points = result.timestamps().iter().zip(result.values());
                        row.points.extend(points.filter_map(|(at, value)| Some((time::at(at)?, *value))));
                    }
                    Ok(page.next_token().map(str::to_owned))
                },
            )
            .await?;
    }
    Ok(rows)
}

fn query(place: usize, metric: &Metric, statistic: &str) -> types::MetricDataQuery {
    let dimensions = metric.dimensions.iter();
    let dimensions = dimensions.map(|(name, value)| types::Dimension::builder().name(&**name).value(&**value).build());
    types::MetricDataQuery::builder()
        .id(format!("m{place}"))
        .metric_stat(
            types::MetricStat::builder()
                .metric(
                    types::Metric::builder()
                        .namespace(&*metric.namespace)
                        .metric_name(&*metric.name)
                        .set_dimensions(Some(dimensions.collect()))
                        .build(),
                )
                .period(60)
                .stat(statistic)
                .build(),
        )
        .return_data(true)
        .build()
}
