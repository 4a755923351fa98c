//! `alarms`: CloudWatch alarms (`aws-domain.md` A.5).

use crate::estate::Kind;
use crate::estate::alarm::Alarm;
use crate::judge::Assessment;

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Alarms>(
    "alarms",
    &["alarm", "cw"],
    "CloudWatch alarms: state, since when, what they watch",
    &[Kind::Alarms],
    1,
);

struct Alarms;

type Col = Column<Alarms>;

impl Listed for Alarms {
    type Row<'a> = &'a Alarm;

    const COLUMNS: &'static [Col] = &[
        Col::new("name", "NAME", "The alarm's name", |row, _| row.name.text().into()).sized(28, 0).called(&["alarm"]),
        Col::new("state", "STATE", "OK, ALARM or INSUFFICIENT_DATA", |row, _| row.state.as_str().into()).sized(17, 1),
        Col::new("age_s", "FOR", "Time in that state", |row, place| place.age_of(row.since))
            .sized(5, 2)
            .right()
            .called(&["for"]),
        Col::new("since", "SINCE", "Since when it is in that state", |row, _| Value::maybe(row.since)).hidden(17),
        Col::new("type", "TYPE", "metric, composite or log", |row, _| row.alarm_type.as_str().into()).sized(9, 6),
        Col::new("metric", "METRIC", "What it watches; expressions and composites have none", |row, _| {
            Value::maybe(row.metric.as_ref().map(|metric| format!("{} {}", metric.namespace, metric.name)))
        })
        .sized(36, 4),
        Col::new("dimensions", "DIMENSIONS", "Of what", |row, _| {
            let dimensions = row.metric.as_ref().map_or(&[][..], |metric| &metric.dimensions);
            Value::Texts(dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect())
        })
        .sized(30, 7),
        Col::new("comparison", "COMPARISON", "How the metric is compared", |row, _| {
            Value::maybe(row.comparison.as_ref())
        })
        .hidden(20),
        Col::new("threshold", "THRESHOLD", "With what", |row, _| Value::maybe(row.threshold)).sized(9, 4).right(),
        Col::new("period_s", "PERIOD", "Seconds a period", |row, _| {
            Value::maybe(row.period_s.map(|s| Value::Seconds(s.into())))
        })
        .hidden(6)
        .right(),
        Col::new("missing_data", "MISSING", "What missing data means to it", |row, _| {
            Value::maybe(row.missing_data.as_ref())
        })
        .hidden(12),
        Col::new("actions_enabled", "ACTIONS", "Whether its actions would fire", |row, _| {
            Value::maybe(row.actions_enabled)
        })
        .sized(7, 3),
        Col::new("suppressed_by", "SUPPRESSED", "What holds its actions back", |row, _| {
            Value::maybe(row.suppressed_by.as_ref())
        })
        .hidden(12),
        Col::new("reason", "AWS SAYS", "AWS's reason for the state", |row, _| Value::maybe(row.reason.as_ref()))
            .sized(40, 6),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, &'a Alarm>> {
        place.read::<Alarm, _>(|_, _, slice, i| slice.rows().get(i)).collect()
    }

    fn id(row: &&Alarm) -> String {
        row.name.to_string()
    }

    fn assess<'a>(row: &&'a Alarm, place: &Place<'a>) -> Assessment {
        place.judged(|judged| judged.alarms.get(&row.name))
    }
}
