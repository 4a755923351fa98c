//! Zonal shifts and autoshifts of the Application Recovery Controller (`aws-domain.md` A.6).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::word::words;
use crate::id::{Arn, Text, ZoneId};

words! {
    /// Who began a shift.
    ShiftType {
        Manual = "ZONAL_SHIFT",
        PracticeRun = "PRACTICE_RUN",
        Fis = "FIS_EXPERIMENT",
        Autoshift = "ZONAL_AUTOSHIFT",
    }

    /// How a shift stands.
    ShiftStatus {
        Active = "ACTIVE",
        Expired = "EXPIRED",
        Canceled = "CANCELED",
    }

    /// How an autoshift stands.
    AutoshiftStatus {
        Active = "ACTIVE",
        Completed = "COMPLETED",
    }
}

/// A resource that ARC can shift. Where its traffic goes is said by `weights` alone, not by the existence of a shift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManagedResource {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: Text,
    /// Weight by zone: 0 is away, 1 is in.
    pub weights: BTreeMap<ZoneId, f32>,
    /// `ENABLED` or `DISABLED`.
    pub autoshift: Option<Text>,
    /// `ENABLED` or `DISABLED`.
    pub practice_run: Option<Text>,
    /// Shifts by id and whether each is applied (`APPLIED`, `NOT_APPLIED`).
    pub applied: BTreeMap<Text, Text>,
}

/// A zonal shift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZonalShift {
    /// Its id.
    pub id: Text,
    /// What is shifted.
    pub resource: Arn,
    /// The zone left.
    pub away_from: ZoneId,
    /// How it stands.
    pub status: ShiftStatus,
    /// Who began it.
    pub shift_type: ShiftType,
    /// When it ends by itself, healed or not.
    pub expires_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// The words given with it.
    pub comment: Option<Text>,
}

/// AWS's own declaration that a zone is sick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Autoshift {
    /// The zone.
    pub away_from: ZoneId,
    /// How it stands.
    pub status: AutoshiftStatus,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}
