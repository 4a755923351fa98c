//! Charts: asked for by a key, drawn with gaps and thresholds, truthful about what they cost and what they lack.

use jiff::SignedDuration;

use super::*;
use crate::estate::alarm::{Alarm, Series};
use crate::estate::chart::{Charted, Curve, Question, Span};
use crate::estate::query::Query;
use crate::estate::{FailureKind, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::{GroupName, Region};

fn question(span: Span) -> Question {
    Question { of: Charted::Group, id: "web-asg".into(), span }
}

/// The account with the chart of the group `web` read: its CPU by the minute, ten minutes missing, and an alarm on it.
fn charted(alarm_state: &str) -> Arc<Picture> {
    let mut picture = Arc::unwrap_or_clone(pictures::calm());
    let (east, query) = (Region::from("us-east-1"), Query::of_group(&GroupName::from("web-asg")));
    let minute = |back: i64| pictures::now() - SignedDuration::from_secs(60 * back + 22);
    let points = (2..180).rev().filter(|back| !(60..70).contains(back)).map(|back| (minute(back), 41.25));
    let series = Series {
        id: "chart".into(),
        metric: query.metric.clone(),
        statistic: query.statistic.clone(),
        points: points.collect(),
    };
    let read = Slice::read(Curve::rows(vec![Curve(series)]), pictures::now());
    picture.estate.apply(Update { whole: false, ..Update::part(question(Span::ThreeHours).slice(&east), read) });
    let alarm: Alarm = serde_json::from_value(serde_json::json!({
        "name": "web-cpu", "alarm_type": "metric", "state": alarm_state, "actions": [], "metric": query.metric,
        "statistic": query.statistic, "period_s": 300, "comparison": "GreaterThanThreshold", "threshold": 80.0,
    }))
    .unwrap();
    let alarms = Slice::read(Alarm::rows(vec![alarm]), pictures::now());
    picture.estate.apply(Update::part(SliceId::all(&east, Kind::Alarms), alarms));
    Arc::new(picture)
}

/// At the group `web` among the groups.
fn at_web(size: (u16, u16), setting: Setting) -> Desk {
    let mut desk = Desk::with(setting, size, Some(pictures::calm()));
    desk.command("region us-east-1");
    desk.command("groups name:web");
    desk
}

fn asked_slices(effects: &[Effect]) -> Vec<SliceId> {
    let watched = effects.iter().filter_map(|effect| match effect {
        Effect::Watch(wants) => Some(wants.slices.clone()),
        _ => None,
    });
    watched.flatten().collect()
}

#[test]
fn a_key_asks_for_a_chart_and_leaving_it_asks_no_more() {
    let east = Region::from("us-east-1");
    for size in SIZES {
        let mut desk = at_web(size, Setting::default());
        let effects = desk.press("c");
        assert_eq!(asked_slices(&effects), [question(Span::ThreeHours).slice(&east)]);
        desk.sees("group web-asg last 3h");
        desk.sees("asking");
        desk.sees("x $0.01/1,000, once a minute while open");
        desk.refresh(charted("OK"));
        desk.sees("CPUUtilization Average  web-asg");
        desk.sees("41.2% 2m ago");
        desk.sees("web-cpu > 80%");
        desk.sees("100");
        assert_eq!(asked_slices(&desk.press("+")), [question(Span::Day).slice(&east)]);
        desk.sees("last 24h");
        desk.press("+");
        desk.sees("24h is the longest");
        desk.command("chart 1h");
        desk.sees("last 1h");
        let effects = desk.press("esc");
        assert!(asked_slices(&effects).iter().all(|slice| slice.kind != Kind::Charts));
    }
}

#[test]
fn a_gap_stays_open_and_a_firing_alarm_has_its_sign() {
    let mut desk = at_web((120, 40), Setting::default());
    desk.press("c");
    desk.refresh(charted("ALARM"));
    desk.sees("✖ web-cpu > 80%");
    let screen = desk.screen();
    // The curve stands in one row of braille, with a hole in it.
    let is_braille = |c: &char| ('\u{2801}'..='\u{28ff}').contains(c);
    let rows: Vec<&str> = screen.lines().filter(|line| line.chars().filter(is_braille).count() > 40).collect();
    assert!(
        rows.iter().any(|row| row
            .trim()
            .trim_matches('│')
            .split(|c| !is_braille(&c))
            .filter(|run| run.len() > 30)
            .count()
            == 2),
        "{screen}"
    );
}

#[test]
fn in_ascii_nothing_else_is_drawn() {
    let setting = Setting { glyphs: Glyphs::Ascii, ..Setting::default() };
    let mut desk = at_web((120, 40), setting);
    desk.press("c");
    desk.refresh(charted("ALARM"));
    desk.sees("X web-cpu > 80%");
    desk.sees("****");
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
}

#[test]
fn what_may_not_be_read_and_what_has_no_metrics_say_so() {
    for size in SIZES {
        let mut desk = at_web(size, Setting::default());
        desk.press("c");
        let mut picture = Arc::unwrap_or_clone(pictures::calm());
        let why = ReadFailure {
            kind: FailureKind::Denied,
            action: "cloudwatch:GetMetricData".into(),
            code: Some("AccessDenied".into()),
            message: "not authorized".into(),
            request_id: None,
        };
        let slice = question(Span::ThreeHours).slice(&Region::from("us-east-1"));
        picture.estate.apply(Update { whole: false, ..Update::part(slice, Slice::failed(why, pictures::now())) });
        desk.refresh(Arc::new(picture));
        desk.sees("cloudwatch:GetMetricData");
        desk.sees("? not read");
        desk.command("zones");
        desk.press("c");
        desk.sees("no metrics are charted of a zone");
        desk.command("chart 5h");
        desk.sees("`5h` is no span: 1h, 3h or 24h");
    }
}
