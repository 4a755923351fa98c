//! ARC zonal shifts and autoshifts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::words;
use super::{Arn, SimTime, ZoneId};

/// A resource that zonal shift can move.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManagedResource {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Ids of its zones.
    pub zones: Vec<ZoneId>,
    /// Where traffic goes: 1 or 0 for each zone. This is the truth, not the existence of a shift (`aws-domain.md A.6`).
    pub applied_weights: BTreeMap<ZoneId, f32>,
    /// `zonalAutoshiftStatus` is ENABLED.
    pub autoshift_enabled: bool,
    /// `practiceRunConfiguration` exists: ARN of the alarm that judges the outcome.
    pub practice_run_alarm: Option<Arn>,
}

/// A zonal shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZonalShift {
    /// A UUID.
    pub id: String,
    /// The shifted resource.
    pub resource: Arn,
    /// The zone that traffic is moved from: an id, never a name.
    pub away_from: ZoneId,
    /// Start.
    pub started_at: SimTime,
    /// Expiry.
    pub expires_at: SimTime,
    /// Status.
    pub status: ShiftStatus,
    /// Whether it decides where traffic goes.
    pub applied: AppliedStatus,
    /// Who started it.
    pub kind: ShiftType,
    /// Comment.
    pub comment: String,
    /// `practiceRunOutcome`, of practice runs.
    pub outcome: Option<PracticeOutcome>,
}

/// An autoshift that AWS declared for a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Autoshift {
    /// The zone.
    pub away_from: ZoneId,
    /// Start.
    pub started_at: SimTime,
    /// End.
    pub ended_at: Option<SimTime>,
    /// Status.
    pub status: AutoshiftStatus,
}

/// What AWS's own watch over a zone knows of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ZoneWatch {
    /// It has noticed that the zone is dark, and does not trust it again yet.
    pub convinced: bool,
    /// When it changes its mind, if the zone stays as it is.
    pub decides_at: Option<SimTime>,
    /// How many times the zone is declared sick by hand.
    pub declared: u32,
}

words! {
    /// Status of a zonal shift.
    pub enum ShiftStatus {
        /// In force, or would be.
        Active = "ACTIVE",
        /// Ran out.
        Expired = "EXPIRED",
        /// Called off.
        Canceled = "CANCELED",
    }

    /// `appliedStatus`.
    pub enum AppliedStatus {
        /// It decides where traffic goes.
        Applied = "APPLIED",
        /// Another has precedence.
        NotApplied = "NOT_APPLIED",
    }

    /// `shiftType`.
    pub enum ShiftType {
        /// By hand.
        ZonalShift = "ZONAL_SHIFT",
        /// Weekly practice.
        PracticeRun = "PRACTICE_RUN",
        /// A fault injection experiment.
        FisExperiment = "FIS_EXPERIMENT",
        /// By AWS.
        ZonalAutoshift = "ZONAL_AUTOSHIFT",
    }

    /// `practiceRunOutcome`.
    pub enum PracticeOutcome {
        /// It goes on.
        Pending = "PENDING",
        /// It lasted its thirty minutes, and the outcome alarm stayed quiet.
        Succeeded = "SUCCEEDED",
        /// It was called off, or something of more precedence began.
        Interrupted = "INTERRUPTED",
        /// The outcome alarm went off.
        Failed = "FAILED",
        /// Capacity was not balanced across zones.
        CapacityCheckFailed = "CAPACITY_CHECK_FAILED",
    }

    /// Status of an autoshift.
    pub enum AutoshiftStatus {
        /// In force.
        Active = "ACTIVE",
        /// Over.
        Completed = "COMPLETED",
    }
}
