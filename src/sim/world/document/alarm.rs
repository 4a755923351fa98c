//! Alarms in the document.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Age;
use super::region::TagsDoc;

/// An alarm: with `metric` a metric alarm, with `rule` a composite one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmDoc {
    /// Its name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Namespace and metric: `AWS/EC2 CPUUtilization`.
    pub metric: Option<String>,
    /// Dimensions. Names of load balancers, target groups and instances stand for AWS's long forms.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or `p99`; Average when absent.
    pub statistic: Option<String>,
    /// Seconds; 60 when absent.
    pub period_s: Option<u32>,
    /// M of N: `[3, 5]`; `[1, 1]` when absent.
    pub datapoints: Option<[u32; 2]>,
    /// `> 80`, `>= 1`, `< 2`, `<= 0`.
    pub breach: Option<String>,
    /// `missing`, `ignore`, `breaching`, `notBreaching`.
    pub missing: Option<String>,
    /// The rule of a composite alarm.
    pub rule: Option<String>,
    /// The alarm that mutes a composite one.
    pub suppressor: Option<String>,
    /// Actions are turned off.
    #[serde(default)]
    pub muted: bool,
    /// Topics that it notifies, by name; `oncall` when absent, none when empty.
    pub notify: Option<Vec<String>>,
    /// How long it has been in its state; 6 days when absent.
    pub state_age: Option<Age>,
    /// When it was in ALARM before, oldest first; the end of the last one is when it came into its present state.
    #[serde(default)]
    pub episodes: Vec<EpisodeDoc>,
    /// Tags.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A time in ALARM that is over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpisodeDoc {
    /// When it began.
    pub age: Age,
    /// How long it lasted.
    pub length: Age,
}
