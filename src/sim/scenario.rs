//! Scenarios: how the load runs over the day (and, with later work, what breaks when).
//!
//! Owns: the registry of scenario files in `scenarios/`. Knows: virtual time. Must stay true: a scenario is data; its
//! curve answers for any instant, past or future, from the seed alone.

use serde::Deserialize;

use super::SimTime;
use super::world::random;

/// The scenario files that are compiled in, in the order in which they are listed.
const FILES: &[&str] = &[include_str!("scenarios/daily.toml"), include_str!("scenarios/calm.toml")];

/// A named course of load.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// One line for lists.
    pub description: String,
    /// Load over the day.
    pub load: LoadCurve,
}

/// A factor on the demand of every service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadCurve {
    /// Factors at evenly spaced hours of the UTC day, joined by straight lines; one value is constant load.
    pub day: Vec<f64>,
    /// Noise from minute to minute, as a share of the factor.
    pub noise: f64,
}

/// A scenario that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// No scenario has this name.
    #[error("unknown scenario \"{name}\"{}; there are {}", hint(nearest), known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The valid name nearest to it, if one is near.
        nearest: Option<String>,
        /// All valid names.
        known: Vec<String>,
    },
    /// A scenario file does not parse.
    #[error("scenario file")]
    File(#[from] toml::de::Error),
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(", did you mean \"{name}\"?"))
}

impl Scenario {
    /// The scenario of a simulation that nobody chose one for.
    pub const DEFAULT: &str = "daily";

    /// The scenario called `name`.
    ///
    /// # Errors
    /// [`ScenarioError::Unknown`] names the valid ones.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let all = Self::all()?;
        let known: Vec<String> = all.iter().map(|scenario| scenario.name.clone()).collect();
        all.into_iter().find(|scenario| scenario.name == name).ok_or_else(|| ScenarioError::Unknown {
            name: name.to_owned(),
            nearest: super::world::nearest(name, known.iter().map(String::as_str)),
            known,
        })
    }

    /// Every scenario, the default one first.
    ///
    /// # Errors
    /// [`ScenarioError::File`] when a file does not parse, which its test excludes.
    pub fn all() -> Result<Vec<Self>, ScenarioError> {
        FILES.iter().map(|text| Ok(toml::from_str(text)?)).collect()
    }
}

impl LoadCurve {
    /// The same load at all times.
    #[must_use]
    pub fn constant() -> Self {
        Self { day: vec![1.0], noise: 0.0 }
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
    use super::*;

    #[test]
    fn every_file_parses_and_names_are_unique() {
        let names: Vec<_> = Scenario::all().unwrap().into_iter().map(|scenario| scenario.name).collect();
        let mut unique = names.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
        assert!(names.contains(&"calm".to_owned()));
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_valid_ones() {
        let message = Scenario::named("clam").unwrap_err().to_string();
        assert_eq!(message, "unknown scenario \"clam\", did you mean \"calm\"?; there are daily, calm");
    }

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
