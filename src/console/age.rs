//! Ages and moments on the screen, in steps: a calm screen changes seldom, so an ssh line carries next to nothing.
//!
//! Owns: how coarse time is shown. Depends on: the judgement's words for ages. Must stay true: an age is
//! rounded down to its step, and the steps above a minute are those of the documents.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::judge::age_words;

/// An age in steps: under a minute 5 s, 10 s, 20 s, 30 s and 45 s, then minutes, hours, days.
pub fn stepped(age: Duration) -> String {
    let s = match age.as_secs() {
        0..5 => return "now".to_owned(),
        5..10 => 5,
        10..20 => 10,
        20..30 => 20,
        30..45 => 30,
        45..60 => 45,
        more => more,
    };
    age_words(Duration::from_secs(s))
}

/// The same where many stand side by side and are read again all the time: to the minute, always as wide.
pub fn coarse(age: Duration) -> String {
    let words = if age.as_secs() < 60 { "<1m".to_owned() } else { age_words(age) };
    format!("{words:<3}")
}

/// How many calls a minute, in steps: the exact number moves several times a second and says no more.
pub fn pace(calls: u32) -> String {
    const STEPS: &[u32] = &[10, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
    match STEPS.iter().find(|step| calls < **step) {
        Some(step) => format!("<{step}"),
        None => ">10000".to_owned(),
    }
}

/// A span ahead, in minutes below an hour: `29m`, `1h05`, `2d`.
pub fn ahead(seconds: i64) -> String {
    match seconds.max(0) / 60 {
        0 => "<1m".to_owned(),
        m @ 1..60 => format!("{m}m"),
        m @ 60..2880 => format!("{}h{:02}", m / 60, m % 60),
        m => format!("{}d", m / 1440),
    }
}

/// The time of day in UTC, to the minute.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%MZ").to_string()
}

/// The time of day in the person's own zone, with its abbreviation: `04:14 CET`; none where that is UTC itself.
pub fn local(at: Timestamp, zone: &TimeZone) -> Option<String> {
    let here = at.to_zoned(zone.clone());
    (here.offset().seconds() != 0).then(|| here.strftime("%H:%M %Z").to_string())
}

/// A moment: the time of day where it is of the last 20 hours, else its day.
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    let hours = now.duration_since(at).as_hours().abs();
    if hours < 20 { at.strftime("%H:%MZ").to_string() } else { at.strftime("%m-%d").to_string() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ages_move_in_steps() {
        let shown: Vec<String> =
            [0, 7, 12, 29, 44, 59, 61, 3700, 180_000].map(|s| stepped(Duration::from_secs(s))).to_vec();
        assert_eq!(shown, ["now", "5s", "10s", "20s", "30s", "45s", "1m", "1h", "2d"]);
    }

    #[test]
    fn what_is_read_over_and_over_changes_no_cell() {
        let ages: BTreeSet<String> = (0..60).map(|s| coarse(Duration::from_secs(s))).collect();
        assert_eq!(ages.into_iter().collect::<Vec<_>>(), ["<1m"]);
        assert_eq!(coarse(Duration::from_secs(61)), "1m ");
        assert_eq!([0, 9, 48, 99, 123, 20_000].map(pace), ["<10", "<10", "<50", "<100", "<200", ">10000"]);
    }

    #[test]
    fn local_time_names_its_zone_and_is_silent_where_it_is_utc() {
        let at: Timestamp = "2026-11-21T23:14:22Z".parse().unwrap_or_default();
        let east = TimeZone::posix("CET-1").unwrap_or(TimeZone::UTC);
        assert_eq!(local(at, &east).as_deref(), Some("00:14 CET"));
        assert_eq!(local(at, &TimeZone::UTC), None);
    }

    #[test]
    fn what_is_ahead_is_never_negative() {
        assert_eq!([-5, 30, 1799, 3900, 200_000].map(ahead), ["<1m", "<1m", "29m", "1h05", "2d"]);
    }
}
