//! Lifecycle hooks, scaling policies and scheduled actions of groups.

use std::time::Duration;

use serde::Serialize;

use super::words::words;
use super::{Arn, SimTime};

/// A lifecycle hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LifecycleHook {
    /// Its name.
    pub name: String,
    /// When it holds.
    pub transition: HookTransition,
    /// Seconds that it holds for at most without a heartbeat.
    pub heartbeat_s: u32,
    /// `GlobalTimeout`, seconds.
    pub global_s: u32,
    /// `CONTINUE` or `ABANDON`: what happens at the time-out.
    pub default_result: String,
    /// Where it notifies.
    pub target_arn: Option<String>,
    /// The role it notifies with.
    pub role_arn: Option<String>,
    /// A cause: seconds after which its consumer completes the action; `None` is a dead consumer.
    pub answers_after_s: Option<u32>,
}

/// A scaling policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScalingPolicy {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Arn,
    /// Its kind.
    pub kind: PolicyType,
    /// Enabled.
    pub enabled: bool,
    /// A cause: it acts on its alarms, where others are listed and move nothing.
    pub acts: bool,
    /// Target tracking: the predefined metric, `ASGAverageCPUUtilization`.
    pub metric: Option<String>,
    /// Target tracking: the resource label that goes with `ALBRequestCountPerTarget`.
    pub resource_label: Option<String>,
    /// Target tracking: the value aimed at.
    pub target_value: Option<f64>,
    /// Target tracking: never scales in.
    pub disable_scale_in: bool,
    /// Step scaling: change of capacity of its only step.
    pub adjustment: Option<i32>,
    /// Alarms that drive it: name and ARN.
    pub alarms: Vec<(String, Arn)>,
}

/// A scheduled action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScheduledAction {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Arn,
    /// Cron expression.
    pub recurrence: String,
    /// Time zone of the expression.
    pub time_zone: String,
    /// Next start.
    pub starts_at: SimTime,
    /// When it is over, if it ends.
    pub ends_at: Option<SimTime>,
    /// New minimum.
    pub min: Option<u32>,
    /// New maximum.
    pub max: Option<u32>,
    /// New desired capacity.
    pub desired: Option<u32>,
}

impl ScheduledAction {
    /// The simulation knows daily recurrences alone.
    pub const EVERY: Duration = Duration::from_secs(86_400);
}

words! {
    /// `LifecycleTransition`.
    pub enum HookTransition {
        /// Before an instance enters service.
        Launching = "autoscaling:EC2_INSTANCE_LAUNCHING",
        /// Before an instance ends.
        Terminating = "autoscaling:EC2_INSTANCE_TERMINATING",
    }

    /// `PolicyType`.
    pub enum PolicyType {
        /// Keeps a metric at a value.
        TargetTracking = "TargetTrackingScaling",
        /// Steps by the size of the breach.
        Step = "StepScaling",
        /// One step, then a cool-down.
        Simple = "SimpleScaling",
    }
}
