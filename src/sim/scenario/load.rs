//! The load over the day.
//!
//! Must stay true: the curve answers for any instant, past or future, from the seed alone.

use serde::Deserialize;

use super::super::SimTime;
use super::super::place::Place;
use super::super::world::random;
use super::ScenarioError;

/// A factor on the demand of every service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadCurve {
    /// Factors at evenly spaced hours of the UTC day, joined by straight lines; one value is constant load.
    pub day: Vec<f64>,
    /// Noise from minute to minute, as a share of the factor.
    pub noise: f64,
    /// Requests and errors come by chance, so that their counts scatter from minute to minute as those of real traffic do.
    #[serde(default = "scatters")]
    pub scatter: bool,
}

const fn scatters() -> bool {
    true
}

impl LoadCurve {
    /// The same load at all times, like clockwork.
    #[must_use]
    pub fn constant() -> Self {
        Self { day: vec![1.0], noise: 0.0, scatter: false }
    }

    /// The load of a scenario that does not say: the same at all times, by chance in each minute.
    pub(super) fn usual() -> Self {
        Self { scatter: true, ..Self::constant() }
    }

    /// The curve, if it is one.
    pub(super) fn checked(self, text: &str) -> Result<Self, ScenarioError> {
        let sane = |value: &f64| (0.0..=1000.0).contains(value);
        if !self.day.is_empty() && self.day.iter().all(sane) && (0.0..=1.0).contains(&self.noise) {
            return Ok(self);
        }
        let place = Place::of(text, text.find("[load]").unwrap_or_default());
        Err(ScenarioError::at(place, "load: day is one factor at least, each from 0 to 1,000; noise is from 0 to 1"))
    }

    /// The factor for the minute of `at`.
    #[must_use]
    pub fn factor(&self, at: SimTime, seed: u64) -> f64 {
        if self.day.is_empty() {
            return 1.0;
        }
        let minute = at.minute();
        let place = minute.rem_euclid(1440) as f64 / 1440.0 * self.day.len() as f64;
        let point = |index: usize| self.day.get(index % self.day.len()).copied().unwrap_or(1.0);
        let index = place as usize;
        let base = point(index) + (point(index + 1) - point(index)) * place.fract();
        (base * (1.0 + self.noise * random::spread(seed, &["load"], minute))).max(0.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::Scenario;
    use super::*;

    #[test]
    fn calm_is_constant_and_daily_has_a_peak() {
        let factors = |name: &str| -> Vec<f64> {
            let curve = Scenario::named(name).unwrap().load;
            (0..1440).map(|minute| curve.factor(SimTime::of_minute(minute), 7)).collect()
        };
        assert!(factors("calm").iter().all(|factor| (*factor - 1.0).abs() < 1e-9));
        let daily = factors("daily");
        let (low, high) = (daily.iter().copied().fold(f64::MAX, f64::min), daily.iter().copied().fold(0.0, f64::max));
        assert!(low < 0.6 && high > 0.95, "low {low}, high {high}");
    }
}
