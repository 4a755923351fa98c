//! CloudWatch: alarms and metrics.
//!
//! Owns: the reads of `aws-domain.md` A.5. One set of actions answers in all three protocols that clients speak: CBOR
//! (the Rust SDK, newer boto3), JSON 1.0 (older ones) and Query. Must stay true: what was never published is absent,
//! not zero.

mod alarm_history;
mod alarms;
mod expression;
mod metric_data;
mod metric_query;
mod metric_statistics;
mod metrics;
mod series;

use super::{Action, Service, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Params;
use crate::sim::wire::throttle::{Bucket, ThrottleClass};
use crate::sim::world::SimTime;

/// Its actions; requests a second as `aws-domain.md` A.5 gives them.
pub const ACTIONS: &[Action] = &[
    Action::read(Service::CloudWatch, "DescribeAlarmHistory", alarm_history::describe),
    Action::read(Service::CloudWatch, "DescribeAlarms", alarms::describe).class(own("cloudwatch DescribeAlarms", 9.0)),
    Action::read(Service::CloudWatch, "GetMetricData", metric_data::get).class(own("cloudwatch GetMetricData", 50.0)),
    Action::read(Service::CloudWatch, "GetMetricStatistics", metric_statistics::get)
        .class(own("cloudwatch GetMetricStatistics", 400.0)),
    Action::read(Service::CloudWatch, "ListMetrics", metrics::list).class(own("cloudwatch ListMetrics", 25.0)),
];

const fn own(name: &'static str, a_second: f64) -> ThrottleClass {
    ThrottleClass::Own(Bucket::new(name, a_second, a_second))
}

/// What CloudWatch says of a malformed request, except for metric statistics, which have codes of their own.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message.into())
}

/// The same of a value that is none of the words which a member takes.
fn not_among(member: &str, value: &str, words: &[&str]) -> ApiError {
    let words = words.join(", ");
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
         Member must satisfy enum value set: [{words}]"
    ))
}

/// A string member that is not empty.
fn asked<'r>(params: &'r Params, name: &str) -> Option<&'r str> {
    params.text(name).filter(|text| !text.is_empty())
}

/// Which end a listing begins at: the newest, unless the request says otherwise.
fn oldest_first(params: &Params) -> Result<bool, ApiError> {
    match asked(params, "ScanBy") {
        None | Some("TimestampDescending") => Ok(false),
        Some("TimestampAscending") => Ok(true),
        Some(other) => Err(not_among("scanBy", other, &["TimestampDescending", "TimestampAscending"])),
    }
}

/// Text that sorts instants one way or the other.
fn order_of(at: SimTime, oldest_first: bool) -> String {
    let millis = at.as_millis().max(0);
    format!("{:020}", if oldest_first { millis } else { i64::MAX - millis })
}

/// `AlarmTypes`: without it, only metric alarms are answered.
fn alarm_types(params: &Params) -> Result<(bool, bool), ApiError> {
    let types = params.texts("AlarmTypes");
    let known = ["CompositeAlarm", "MetricAlarm", "LogAlarm"];
    if let Some(other) = types.iter().find(|kind| !known.contains(kind)) {
        return Err(not_among("alarmTypes", other, &known));
    }
    Ok((types.is_empty() || types.contains(&"MetricAlarm"), types.contains(&"CompositeAlarm")))
}
