//! The signals of `aws-domain.md` B.1, one file a signal: each says of one zone what it sees, and how much that weighs.
//!
//! Must stay true: a signal is pure, sees one zone against the others, and is silent where it sees nothing; what it cannot see
//! never speaks for a zone.

pub(super) mod checks;
mod databases;
mod declared;
mod egress;
mod emptied;
mod errors;
mod health;
mod launches;
mod shift;
mod silence;
mod targets;
mod traffic;
mod volumes;

use super::sign::Sign;
use super::view::View;

pub use launches::Entering;
pub(super) use launches::entering;
pub use shift::Away;
pub(super) use shift::away;

/// One signal: what it says of the zone at this place.
type Signal = fn(&View<'_>, usize) -> Option<Sign>;

/// Every signal, in the order in which what weighs the same is told.
pub(super) const ALL: &[Signal] = &[
    declared::sign,
    silence::sign,
    checks::volumes,
    checks::sign,
    targets::sign,
    errors::sign,
    shift::sign,
    traffic::sign,
    emptied::sign,
    checks::undecided,
    volumes::sign,
    databases::sign,
    health::sign,
    egress::sign,
    launches::sign,
];
