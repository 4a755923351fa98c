//! Status checks and scheduled events of instances.

use serde::Serialize;

use super::SimTime;
use super::words::words;

/// The three status checks that EC2 makes each minute (`aws-domain.md A.1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceChecks {
    /// AWS's side: host, power, network.
    pub system: Check,
    /// The guest; impaired also when the system check is.
    pub instance: Check,
    /// Whether attached volumes complete their I/O.
    pub ebs: Check,
}

impl InstanceChecks {
    /// All three in one state.
    #[must_use]
    pub const fn all(state: CheckState) -> Self {
        let check = Check { state, impaired_since: None };
        Self { system: check, instance: check, ebs: check }
    }
}

/// One status check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its state.
    pub state: CheckState,
    /// Since when it fails.
    pub impaired_since: Option<SimTime>,
}

words! {
    /// Summary of a status check.
    pub enum CheckState {
        /// Passes.
        Ok = "ok",
        /// Fails.
        Impaired = "impaired",
        /// First minutes after a start.
        Initializing = "initializing",
        /// AWS cannot tell.
        InsufficientData = "insufficient-data",
        /// Not running.
        NotApplicable = "not-applicable",
    }

    /// `Events[].Code`.
    pub enum EventCode {
        /// The instance will be rebooted.
        InstanceReboot = "instance-reboot",
        /// The host will be rebooted.
        SystemReboot = "system-reboot",
        /// Brief loss of network or power.
        SystemMaintenance = "system-maintenance",
        /// The instance will be stopped, or ended if its root is an instance store.
        InstanceRetirement = "instance-retirement",
        /// The instance will be stopped.
        InstanceStop = "instance-stop",
    }
}

impl CheckState {
    /// The word for `Details[].Status` of `reachability`, where AWS gives details.
    #[must_use]
    pub const fn reachability(self) -> Option<&'static str> {
        match self {
            Self::Ok => Some("passed"),
            Self::Impaired => Some("failed"),
            Self::Initializing => Some("initializing"),
            Self::InsufficientData => Some("insufficient-data"),
            Self::NotApplicable => None,
        }
    }
}

/// A scheduled event of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScheduledEvent {
    /// `instance-event-…`.
    pub id: String,
    /// What will happen.
    pub code: EventCode,
    /// Text; begins with `[Completed]` once it is over.
    pub description: String,
    /// Earliest start.
    pub not_before: SimTime,
    /// Latest end, if one is given.
    pub not_after: Option<SimTime>,
    /// Until when its start may be moved, if at all.
    pub not_before_deadline: Option<SimTime>,
}
