//! Virtual time of the simulated account.
//!
//! Owns: the instant type. Knows: nothing else. Must stay true: no clock is read here; an instant comes from
//! the start of the simulation and the durations that were added to it.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Serialize, Serializer};

/// An instant of virtual time: milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(i64);

impl SimTime {
    /// One minute, the period in which CloudWatch and the load model count.
    pub const MINUTE: Duration = Duration::from_secs(60);

    /// The instant `milliseconds` after the Unix epoch.
    #[must_use]
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The instant `seconds` after the Unix epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds since the Unix epoch with their fraction, as JSON and CBOR protocols carry timestamps.
    #[must_use]
    pub fn as_seconds_f64(self) -> f64 {
        // 2^53 milliseconds is beyond the year 280,000: nothing is lost.
        self.0 as f64 / 1000.0
    }

    /// The number of the minute that this instant lies in, counted from the epoch.
    #[must_use]
    pub const fn minute(self) -> i64 {
        self.0.div_euclid(60_000)
    }

    /// The first instant of minute `minute` (see [`SimTime::minute`]).
    #[must_use]
    pub const fn of_minute(minute: i64) -> Self {
        Self(minute.saturating_mul(60_000))
    }

    /// This instant rounded down to a whole second, as most AWS timestamps are.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self(self.as_seconds() * 1000)
    }

    /// Time passed since `earlier`; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// `2026-11-21T03:14:22Z`: RFC 3339 without a fraction.
    #[must_use]
    pub fn rfc3339_seconds(self) -> String {
        match self.date() {
            Some((year, month, day)) => format!("{year:04}-{month:02}-{day:02}T{}Z", self.clock()),
            None => self.format("%Y-%m-%dT%H:%M:%SZ"),
        }
    }

    /// `2026-11-21T03:14:22.000Z`: RFC 3339 with milliseconds, the form of the XML protocols.
    #[must_use]
    pub fn rfc3339_millis(self) -> String {
        self.to_string()
    }

    /// `Sat, 21 Nov 2026 03:14:22 GMT`: the form of HTTP's `Date` header.
    #[must_use]
    pub fn http_date(self) -> String {
        self.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Any other form, in jiff's `strftime` notation, in UTC.
    #[must_use]
    pub fn format(self, pattern: &str) -> String {
        self.timestamp().strftime(pattern).to_string()
    }

    /// Year, month and day in the proleptic Gregorian calendar; `None` outside of four-digit years. An answer of a thousand
    /// instances holds five thousand instants, too many for a general formatter.
    fn date(self) -> Option<(i64, i64, i64)> {
        // Days since 1 March of the year 0, in eras of 400 years: a year then ends with its leap day.
        let days = self.0.div_euclid(86_400_000) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (0..10_000).contains(&year).then_some((year, month, day))
    }

    /// `03:14:22`.
    fn clock(self) -> Clock {
        let seconds = self.as_seconds().rem_euclid(86_400);
        Clock { hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60 }
    }

    fn timestamp(self) -> jiff::Timestamp {
        let limit = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(limit)
    }
}

impl Add<Duration> for SimTime {
    type Output = Self;
    fn add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for SimTime {
    type Output = Self;
    fn sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((year, month, day)) = self.date() else {
            return f.write_str(&self.format("%Y-%m-%dT%H:%M:%S.%3fZ"));
        };
        write!(f, "{year:04}-{month:02}-{day:02}T{}.{:03}Z", self.clock(), self.0.rem_euclid(1000))
    }
}

/// A time of day.
struct Clock {
    hour: i64,
    minute: i64,
    second: i64,
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

impl Serialize for SimTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_aws_writes_it() {
        let at = SimTime::from_millis(1_795_230_862_045);
        assert_eq!(at.rfc3339_millis(), "2026-11-21T03:14:22.045Z");
        assert_eq!(at.rfc3339_seconds(), "2026-11-21T03:14:22Z");
        assert_eq!(at.http_date(), "Sat, 21 Nov 2026 03:14:22 GMT");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for day in (-719_528..2_932_896).step_by(17) {
            let at = SimTime::from_millis(day * 86_400_000 + 86_399_007);
            assert_eq!(at.rfc3339_millis(), at.format("%Y-%m-%dT%H:%M:%S.%3fZ"));
        }
        assert_eq!(SimTime::from_millis(-1).rfc3339_seconds(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let end = SimTime::from_millis(i64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert!(!end.rfc3339_millis().is_empty(), "an instant past jiff's range still prints");
        assert_eq!(SimTime::from_seconds(1).since(SimTime::from_seconds(5)), Duration::ZERO);
    }
}
