//! Scaling activities: what a group did, and why.

use serde::Serialize;

use super::words::words;
use super::{InstanceId, SimTime, SubnetId, ZoneName};

/// One scaling activity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Activity {
    /// A UUID.
    pub id: String,
    /// `Launching a new EC2 instance: i-…`.
    pub description: String,
    /// `At 2026-11-21T03:14:22Z an instance was started in response to a difference between desired and actual capacity, …`.
    pub cause: String,
    /// Start.
    pub started_at: SimTime,
    /// End, once it ended.
    pub ended_at: Option<SimTime>,
    /// Status.
    pub status: ActivityStatus,
    /// What failed, when it did.
    pub message: Option<String>,
    /// 0–100.
    pub progress: u8,
    /// The zone it concerns: in `Details` on the wire.
    pub zone: ZoneName,
    /// The subnet it concerns: in `Details` on the wire.
    pub subnet: Option<SubnetId>,
    /// The instance it concerns, once there is one.
    pub instance: Option<InstanceId>,
}

impl Activity {
    /// The JSON text in `Details`, with AWS's keys.
    #[must_use]
    pub fn details(&self) -> String {
        match &self.subnet {
            Some(subnet) => format!(r#"{{"Subnet ID":"{subnet}","Availability Zone":"{}"}}"#, self.zone),
            None => format!(r#"{{"Availability Zone":"{}"}}"#, self.zone),
        }
    }
}

words! {
    /// `StatusCode` of an activity (`aws-domain.md A.2`).
    pub enum ActivityStatus {
        /// Waiting for the instance's id.
        WaitingForInstanceId = "WaitingForInstanceId",
        /// Launched; hooks and registration are ahead.
        PreInService = "PreInService",
        /// Under way.
        InProgress = "InProgress",
        /// The deregistration delay runs.
        WaitingForConnectionDraining = "WaitingForELBConnectionDraining",
        /// A lifecycle hook holds it.
        MidLifecycleAction = "MidLifecycleAction",
        /// Warm-up runs.
        WaitingForInstanceWarmup = "WaitingForInstanceWarmup",
        /// Done.
        Successful = "Successful",
        /// Failed; the message says why.
        Failed = "Failed",
        /// Called off.
        Cancelled = "Cancelled",
    }
}
