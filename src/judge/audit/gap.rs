//! Where a check could not look: what is not known, and what would have to be allowed.

use jiff::Timestamp;

use crate::estate::{Estate, Kind};
use crate::id::Region;
use crate::judge::parents;
use crate::judge::policy::Policy;

use super::Check;

/// Something that a check needs and that is not known.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Who needs it.
    pub check: &'static Check,
    /// Where.
    pub region: Region,
    /// What.
    pub kind: Kind,
    /// Why it is not known, in words.
    pub reason: String,
    /// The IAM action that is missing, for a denial.
    pub iam_action: Option<String>,
    /// Whether policy accepts that it is not read.
    pub is_accepted: bool,
}

/// Kinds of which the account has one set, whatever the region.
const OF_THE_ACCOUNT: &[Kind] = &[Kind::HostedZones, Kind::Records];

/// Where `kind` is kept for somebody who looks at `region`: for the whole account, in every region looked at.
pub(super) fn places(estate: &Estate, region: &Region, kind: Kind) -> Vec<Region> {
    match (OF_THE_ACCOUNT.contains(&kind), region.is_global()) {
        (true, _) => vec![Region::global()],
        (false, true) => estate.scope().to_vec(),
        (false, false) => vec![region.clone()],
    }
}

/// The gap in what is known of `kind` in `region`, if there is one.
pub(super) fn find(
    check: &'static Check,
    estate: &Estate,
    region: &Region,
    kind: Kind,
    now: Timestamp,
    policy: &Policy,
) -> Option<Gap> {
    let reason = crate::judge::reason_unread(estate, region, kind, parents::unread(estate, region, kind), now)?;
    let failures = estate.slices(region, kind).filter_map(|(_, slice)| slice.failure());
    let iam_action = failures.filter_map(|failure| failure.why.iam_action()).next().map(str::to_owned);
    let is_accepted = policy.accept_unread.contains(&kind);
    Some(Gap { check, region: region.clone(), kind, reason, iam_action, is_accepted })
}
