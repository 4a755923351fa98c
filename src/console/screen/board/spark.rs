//! A metric's last minutes as a row of bars.
//!
//! Owns: their heights. Must stay true: a bar beyond the threshold is of full height, so that colour is not the only sign; a minute
//! without a value is a gap and no zero.

use ratatui::text::Span;

use crate::console::app::Look;
use crate::console::glyph::Glyphs;
use crate::console::theme::Role;
use crate::estate::alarm::Alarm;
use crate::estate::query::Query;
use crate::judge::Metrics;

/// Minutes that are shown.
pub(super) const MINUTES: usize = 8;

/// What an alarm's metric did of late, the oldest minute first; none where nobody reads it.
pub(super) fn minutes(alarm: &Alarm, metrics: &Metrics<'_>) -> Option<Vec<Option<f64>>> {
    let mut metric = alarm.metric.clone()?;
    metric.dimensions.sort();
    let query = Query { metric, statistic: alarm.statistic.clone()? };
    let mut minutes = metrics.minutes(&query, MINUTES);
    minutes.reverse();
    (!minutes.is_empty()).then_some(minutes)
}

/// Whether a value breaks the alarm's threshold; none where its comparison is not one of a value with a number.
pub(super) fn breaks(alarm: &Alarm, value: f64) -> Option<bool> {
    let threshold = alarm.threshold?;
    Some(match alarm.comparison.as_deref()? {
        "GreaterThanThreshold" => value > threshold,
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "LessThanThreshold" => value < threshold,
        "LessThanOrEqualToThreshold" => value <= threshold,
        _ => return None,
    })
}

/// The bars, each coloured by whether it breaks the threshold.
pub(super) fn spans(alarm: &Alarm, minutes: &[Option<f64>], look: &Look<'_>) -> Vec<Span<'static>> {
    let bars = bars(look.glyphs);
    let top = bars.len() - 1;
    let greatest = minutes.iter().flatten().copied().fold(alarm.threshold.unwrap_or(0.0), f64::max);
    let bar = |value: f64| match breaks(alarm, value) {
        Some(true) => top,
        // What holds stays below: how near it is to the threshold is what one wants to see.
        Some(false) | None if greatest <= 0.0 => 0,
        Some(false) | None => ((value.max(0.0) / greatest) * (top as f64 - 1.0)).round() as usize,
    };
    minutes
        .iter()
        .map(|value| match value {
            None => look.span(Role::Dim, " "),
            Some(value) => {
                let role = if breaks(alarm, *value) == Some(true) { Role::Critical } else { Role::Dim };
                look.span(role, bars.get(bar(*value).min(top)).copied().unwrap_or(" "))
            }
        })
        .collect()
}

fn bars(glyphs: Glyphs) -> &'static [&'static str] {
    match glyphs {
        Glyphs::Unicode => &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        Glyphs::Ascii => &["_", ".", "-", "=", "#"],
    }
}

/// A value as short as it can be told: `1241`, `14`, `2.9`, `0.04`.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        ..0.1 => format!("{value:.2}"),
        ..10.0 => {
            let text = format!("{value:.1}");
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        ..100_000.0 => format!("{value:.0}"),
        _ => format!("{:.0}k", value / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::Theme;

    fn alarm(comparison: &str) -> Alarm {
        let json = serde_json::json!({
            "name": "web-p99", "alarm_type": "metric", "state": "ALARM", "actions": [], "threshold": 10.0, "comparison": comparison,
        });
        serde_json::from_value(json).unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn what_breaks_the_threshold_is_of_full_height_and_a_gap_is_no_zero() {
        let theme = Theme::default();
        let drawn = |comparison: &str, glyphs| -> String {
            let look = Look { theme: &theme, glyphs };
            let minutes = [Some(0.0), None, Some(5.0), Some(10.0), Some(11.0)];
            spans(&alarm(comparison), &minutes, &look).iter().map(|span| span.content.to_string()).collect()
        };
        assert_eq!(drawn("GreaterThanThreshold", Glyphs::Ascii), "_ .=#");
        assert_eq!(drawn("GreaterThanOrEqualToThreshold", Glyphs::Unicode), "▁ ▄██");
        assert_eq!(drawn("LessThanThreshold", Glyphs::Ascii), "# #==");
    }

    #[test]
    fn values_are_short() {
        assert_eq!(
            [1241.3, 14.0, 2.94, 2.0, 0.04, 0.0, 3_400_000.0].map(short),
            ["1241", "14", "2.9", "2", "0.04", "0", "3400k"]
        );
    }
}
