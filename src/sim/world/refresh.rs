//! Instance refreshes.

use serde::Serialize;

use super::words::words;
use super::{SimTime, TemplateRef};

/// One instance refresh of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstanceRefresh {
    /// A UUID.
    pub id: String,
    /// Status.
    pub status: RefreshStatus,
    /// Why it is where it is, where AWS says.
    pub reason: Option<String>,
    /// Start.
    pub started_at: SimTime,
    /// End.
    pub ended_at: Option<SimTime>,
    /// `PercentageComplete`.
    pub percentage: u8,
    /// `InstancesToUpdate`.
    pub remaining: u32,
    /// `Preferences.MinHealthyPercentage`.
    pub min_healthy: u32,
    /// `Preferences.MaxHealthyPercentage`.
    pub max_healthy: Option<u32>,
    /// `Preferences.InstanceWarmup`, seconds.
    pub warmup_s: Option<u32>,
    /// `Preferences.SkipMatching`.
    pub skip_matching: bool,
    /// `Preferences.AutoRollback`.
    pub auto_rollback: bool,
    /// `DesiredConfiguration.LaunchTemplate`.
    pub desired: Option<TemplateRef>,
}

words! {
    /// `InstanceRefresh.Status`.
    pub enum RefreshStatus {
        /// Accepted.
        Pending = "Pending",
        /// Replacing.
        InProgress = "InProgress",
        /// Done.
        Successful = "Successful",
        /// Failed.
        Failed = "Failed",
        /// Being called off.
        Cancelling = "Cancelling",
        /// Called off: the fleet stays mixed.
        Cancelled = "Cancelled",
        /// Being taken back.
        RollbackInProgress = "RollbackInProgress",
        /// Taking it back failed.
        RollbackFailed = "RollbackFailed",
        /// Taken back.
        RollbackSuccessful = "RollbackSuccessful",
        /// Watching alarms after the last replacement.
        Baking = "Baking",
    }
}
