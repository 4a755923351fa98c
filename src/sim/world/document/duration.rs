//! Lengths of time in documents: `9d`, `2h 15m`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, de};

/// A length of time, written as people write it. Days have 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Age(pub Duration);

impl Age {
    /// Reads `2h 15m`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let span: Span = text
            .parse()
            .map_err(|error| format!("\"{text}\" is no length of time such as \"9d\" or \"2h 15m\": {error}"))?;
        let signed = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|error| error.to_string())?;
        Duration::try_from(signed).map(Self).map_err(|_| format!("\"{text}\" is negative"))
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}
