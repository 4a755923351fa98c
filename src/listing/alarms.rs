//! `alarms`: CloudWatch alarms (`aws-domain.md` A.5).

use jiff::SignedDuration;

use crate::estate::Kind;
use crate::estate::alarm::{Alarm, AlarmState};
use crate::id::Text;
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
        Col::new(
            "tells",
            "TELLS",
            "Who hears of it: nobody where it is muted, held back or without action",
            |row, _| tells(row),
        )
        .sized(14, 3),
        Col::new("parts", "PARTS", "Of a composite: how many of its alarms are in ALARM", parts).sized(8, 4),
        Col::new(
            "stale",
            "STALE",
            "Without data for longer than two of its periods: what feeds it may be dead",
            |row, place| is_stale(row, place).into(),
        )
        .hidden(5),
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
        .hidden(7),
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

    const IS_TREE: bool = true;

    /// A composite, and under it the alarms that it is made of; one that is in several stands under the first.
    fn path<'a>(row: &&'a Alarm, place: &Place<'a>) -> Vec<String> {
        let mut path = vec![row.name.to_string()];
        while let Some(composite) = path.first().and_then(|name| place.composite_of(name)) {
            // Rules cannot go in circles at AWS; what we read may be of two moments.
            if path.iter().any(|name| name == composite) {
                break;
            }
            path.insert(0, composite.to_owned());
        }
        path
    }

    fn assess<'a>(row: &&'a Alarm, place: &Place<'a>) -> Assessment {
        place.judged(|judged| judged.alarms.get(&row.name))
    }
}

/// Who would hear of it (`aws-domain.md` A.5).
fn tells(alarm: &Alarm) -> Value {
    let scales = |action: &&Text| action.contains(":autoscaling:") || action.contains(":scalingPolicy:");
    let scaling = alarm.actions.iter().filter(scales).count();
    match (&alarm.suppressed_by, alarm.actions_enabled, alarm.actions.len()) {
        (Some(by), ..) => format!("nobody: held back by {by}").into(),
        (None, Some(false), _) => "nobody: muted".into(),
        (None, _, 0) => "nobody: no action".into(),
        (None, _, all) if scaling == all => "scaling".into(),
        (None, _, 1) => "1 action".into(),
        (None, _, all) => format!("{all} actions").into(),
    }
}

/// A part that is not known counts as unknown, and so does the sum.
fn parts<'a>(alarm: &&'a Alarm, place: &Place<'a>) -> Value {
    let names = alarm.parts();
    if names.is_empty() {
        return Value::None;
    }
    let known: Vec<&Alarm> = names.iter().filter_map(|name| place.alarm(name)).collect();
    if known.len() < names.len() {
        return Value::Unknown;
    }
    let firing = known.iter().filter(|alarm| alarm.state == AlarmState::Alarm).count();
    format!("{firing}/{}", known.len()).into()
}

fn is_stale(alarm: &Alarm, place: &Place<'_>) -> bool {
    let period = SignedDuration::from_secs(alarm.period_s.unwrap_or(60).into());
    alarm.state == AlarmState::InsufficientData
        && alarm.since.is_some_and(|since| place.now.duration_since(since) > period * 2)
}
