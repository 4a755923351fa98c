//! CloudWatch alarms and series (`aws-domain.md` A.5).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::word::words;
use crate::id::{AlarmName, Arn, Text};

words! {
    /// An alarm's state.
    AlarmState {
        Ok = "OK",
        Alarm = "ALARM",
        /// Started, metric missing, or not enough of it: what that means is [`Alarm::missing_data`]'s to say.
        InsufficientData = "INSUFFICIENT_DATA",
    }
}

/// What kind of alarm it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlarmType {
    /// On one metric or an expression.
    Metric,
    /// On other alarms.
    Composite,
    /// On a log query.
    Log,
}

impl AlarmType {
    /// The word of the documents: `metric`, `composite` or `log`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Composite => "composite",
            Self::Log => "log",
        }
    }
}

/// A metric of CloudWatch: namespace, name and dimensions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    /// `AWS/ApplicationELB`.
    pub namespace: Text,
    /// `HTTPCode_Target_5XX_Count`.
    pub name: Text,
    /// Dimensions by name.
    pub dimensions: Vec<(Text, Text)>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: AlarmName,
    /// Its ARN.
    pub arn: Option<Arn>,
    /// What kind it is.
    pub alarm_type: AlarmType,
    /// Its state.
    pub state: AlarmState,
    /// Since when it is in that state, which re-evaluation does not move.
    pub since: Option<Timestamp>,
    /// AWS's reason for the state.
    pub reason: Option<Text>,
    /// Whether its actions would fire.
    pub actions_enabled: Option<bool>,
    /// What fires when it goes to ALARM.
    pub actions: Vec<Text>,
    /// What it watches; none for expressions and composites.
    pub metric: Option<Metric>,
    /// `Average`, `Sum`, `p99`, …
    pub statistic: Option<Text>,
    /// Seconds a period.
    pub period_s: Option<i32>,
    /// `GreaterThanThreshold`, …
    pub comparison: Option<Text>,
    /// The threshold.
    pub threshold: Option<f64>,
    /// `missing` (the default), `ignore`, `breaching` or `notBreaching`.
    pub missing_data: Option<Text>,
    /// A composite's rule.
    pub rule: Option<Text>,
    /// A composite's actions are held back: by `WaitPeriod`, `ExtensionPeriod` or `Alarm`.
    pub suppressed_by: Option<Text>,
    /// `PARTIAL_DATA` or an evaluation that failed: not to be trusted.
    pub evaluation: Option<Text>,
}

impl Alarm {
    /// The alarms that a composite's rule names; none of any other.
    pub fn parts(&self) -> Vec<&str> {
        self.rule.as_deref().map(names_in_rule).unwrap_or_default()
    }
}

/// Something that happened to an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmEvent {
    /// Which alarm.
    pub alarm: AlarmName,
    /// `StateUpdate`, `Action` or `ConfigurationUpdate`.
    pub item: Text,
    /// AWS's summary.
    pub summary: Text,
    /// When.
    pub at: Timestamp,
}

/// Values of one metric over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What was asked: our own id of the question.
    pub id: Text,
    /// The metric.
    pub metric: Metric,
    /// `Average`, `Sum`, …
    pub statistic: Text,
    /// Start of each period, oldest first, with its value. A period without data has no entry: absence is not zero.
    pub points: Vec<(Timestamp, f64)>,
}

/// The alarm names in a composite's rule: what stands in `ALARM(…)`, `OK(…)` and `INSUFFICIENT_DATA(…)`.
fn names_in_rule(rule: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = rule;
    while let Some(open) = rest.find('(') {
        let (before, after) = rest.split_at(open);
        let after = after.get(1..).unwrap_or_default();
        let is_state = ["ALARM", "OK", "INSUFFICIENT_DATA"].iter().any(|word| before.trim_end().ends_with(word));
        if is_state && let Some(close) = after.find(')') {
            let inside = after.get(..close).unwrap_or_default();
            let name = inside.trim().trim_matches(['"', '\'']);
            // An alarm may be named by its ARN: the name follows `:alarm:`.
            names.push(name.rsplit_once(":alarm:").map_or(name, |(_, name)| name));
            rest = after.get(close..).unwrap_or_default();
        } else {
            rest = after;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_its_alarms() {
        let rule = "(ALARM(\"web-5xx\") OR ALARM(arn:aws:cloudwatch:us-east-1:1:alarm:web-p99)) AND NOT OK( jobs )";
        assert_eq!(names_in_rule(rule), ["web-5xx", "web-p99", "jobs"]);
        assert!(names_in_rule("TRUE").is_empty() && names_in_rule("ALARM(").is_empty());
    }
}
