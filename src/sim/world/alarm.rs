//! CloudWatch alarms.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::words::words;
use super::{AlarmName, Arn, SimTime, Tags};
use crate::sim::physics::Datapoint;

/// An alarm, metric or composite.
#[derive(Debug, Clone, Serialize)]
pub struct Alarm {
    /// Its name.
    pub name: AlarmName,
    /// Its ARN.
    pub arn: Arn,
    /// Description.
    pub description: Option<String>,
    /// What it looks at.
    pub rule: AlarmRule,
    /// `ActionsEnabled`.
    pub actions_enabled: bool,
    /// `AlarmActions`.
    pub alarm_actions: Vec<String>,
    /// `OKActions`.
    pub ok_actions: Vec<String>,
    /// `InsufficientDataActions`.
    pub insufficient_data_actions: Vec<String>,
    /// State.
    pub state: AlarmState,
    /// `StateReason`.
    pub reason: String,
    /// `StateReasonData`, JSON text.
    pub reason_data: Option<String>,
    /// `StateUpdatedTimestamp`: moves on re-evaluation as well.
    pub updated_at: SimTime,
    /// `StateTransitionedTimestamp`: the last change of state.
    pub transitioned_at: SimTime,
    /// `AlarmConfigurationUpdatedTimestamp`.
    pub configured_at: SimTime,
    /// `ActionsSuppressedBy`, for composites.
    pub suppressed_by: Option<SuppressedBy>,
    /// History, oldest first, bounded.
    pub history: VecDeque<AlarmHistoryItem>,
    /// Tags.
    pub tags: Tags,
    /// What CloudWatch remembers of it without saying so.
    #[serde(skip)]
    pub memory: AlarmMemory,
}

/// What CloudWatch remembers of an alarm without saying so.
#[derive(Debug, Clone, Default)]
pub struct AlarmMemory {
    /// What was published of its metric, by minute: `None` when there was nothing to publish. Bounded by its periods.
    pub seen: BTreeMap<i64, Option<Datapoint>>,
    /// The state whose actions ran last, of composites with a suppressor.
    pub told: Option<AlarmState>,
    /// When a wait or extension period ends.
    pub suppressed_until: Option<SimTime>,
}

impl Alarm {
    /// Whether it is a metric alarm.
    #[must_use]
    pub const fn is_metric(&self) -> bool {
        matches!(self.rule, AlarmRule::Metric(_))
    }
}

/// What an alarm looks at.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum AlarmRule {
    /// A metric.
    Metric(MetricRule),
    /// Other alarms.
    Composite {
        /// `ALARM("a") OR (ALARM("b") AND NOT OK("c"))`.
        expression: String,
        /// `ActionsSuppressor`: name or ARN of the alarm that mutes this one.
        suppressor: Option<String>,
        /// `ActionsSuppressorWaitPeriod`, seconds.
        wait_s: Option<u32>,
        /// `ActionsSuppressorExtensionPeriod`, seconds.
        extension_s: Option<u32>,
    },
}

/// The rule of a metric alarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricRule {
    /// `AWS/EC2`, …
    pub namespace: String,
    /// `CPUUtilization`, …
    pub metric: String,
    /// Dimensions in the order in which they were given.
    pub dimensions: Vec<(String, String)>,
    /// `Statistic`, unless `extended_statistic` is given.
    pub statistic: Statistic,
    /// `ExtendedStatistic`, `p99`.
    pub extended_statistic: Option<String>,
    /// Seconds of one datapoint.
    pub period_s: u32,
    /// Datapoints looked at (N).
    pub evaluation_periods: u32,
    /// Datapoints that must breach (M); all of them when `None`.
    pub datapoints_to_alarm: Option<u32>,
    /// Compared with.
    pub threshold: f64,
    /// How.
    pub comparison: Comparison,
    /// What silence means; `None` is written as `missing`.
    pub missing_data: Option<MissingData>,
}

/// An entry of `DescribeAlarmHistory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlarmHistoryItem {
    /// When.
    pub at: SimTime,
    /// Of what kind.
    pub kind: HistoryItemType,
    /// `Alarm updated from OK to ALARM`.
    pub summary: String,
    /// JSON text.
    pub data: String,
}

words! {
    /// `StateValue`.
    pub enum AlarmState {
        /// Within its threshold.
        Ok = "OK",
        /// Breached.
        Alarm = "ALARM",
        /// Just made, or its metric is missing.
        InsufficientData = "INSUFFICIENT_DATA",
    }

    /// `ActionsSuppressedBy`.
    pub enum SuppressedBy {
        /// The suppressor may still come.
        WaitPeriod = "WaitPeriod",
        /// The suppressor left ALARM a moment ago.
        ExtensionPeriod = "ExtensionPeriod",
        /// The suppressor is in ALARM.
        Alarm = "Alarm",
    }

    /// `Statistic`.
    pub enum Statistic {
        /// Sum over samples.
        Sum = "Sum",
        /// Mean of samples.
        Average = "Average",
        /// Smallest sample.
        Minimum = "Minimum",
        /// Largest sample.
        Maximum = "Maximum",
        /// Number of samples.
        SampleCount = "SampleCount",
    }

    /// `ComparisonOperator`.
    pub enum Comparison {
        /// `>`
        GreaterThan = "GreaterThanThreshold",
        /// `>=`
        GreaterOrEqual = "GreaterThanOrEqualToThreshold",
        /// `<`
        LessThan = "LessThanThreshold",
        /// `<=`
        LessOrEqual = "LessThanOrEqualToThreshold",
    }

    /// `TreatMissingData`.
    pub enum MissingData {
        /// No opinion.
        Missing = "missing",
        /// Keep the state.
        Ignore = "ignore",
        /// Silence is a breach.
        Breaching = "breaching",
        /// Silence is fine.
        NotBreaching = "notBreaching",
    }

    /// `HistoryItemType`.
    pub enum HistoryItemType {
        /// The state changed.
        StateUpdate = "StateUpdate",
        /// An action ran.
        Action = "Action",
        /// The alarm was changed.
        ConfigurationUpdate = "ConfigurationUpdate",
    }
}

impl Comparison {
    /// Whether `value` breaches `threshold`.
    #[must_use]
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThan => value > threshold,
            Self::GreaterOrEqual => value >= threshold,
            Self::LessThan => value < threshold,
            Self::LessOrEqual => value <= threshold,
        }
    }

    /// AWS's words for it in `StateReason`: `greater than`, …
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::GreaterThan => "greater than",
            Self::GreaterOrEqual => "greater than or equal to",
            Self::LessThan => "less than",
            Self::LessOrEqual => "less than or equal to",
        }
    }
}
