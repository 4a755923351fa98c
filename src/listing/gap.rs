//! What could not be read: said beside what could, so that a part is never taken for the whole.

use std::time::Duration;

use jiff::Timestamp;

use crate::estate::{Estate, FailureKind, Kind, Slice, Trust};
use crate::id::Region;
use crate::judge::verdict::reason_untrusted;
use crate::judge::{Picture, parents};

/// A kind that is not fully known in a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Where.
    pub region: Region,
    /// What.
    pub kind: Kind,
    /// How many of its reads are missing.
    pub parts: usize,
    /// Why, in words.
    pub reason: String,
    /// What kind of failure it was, where a read failed.
    pub failure: Option<FailureKind>,
    /// AWS's error code.
    pub code: Option<String>,
    /// AWS's message.
    pub message: Option<String>,
    /// The IAM action that is missing, for a denial.
    pub iam_action: Option<String>,
    /// How old the last good reading is, where there is one.
    pub age: Option<Duration>,
    /// Whether the region or endpoint does not offer it, so that nothing is missed.
    pub unsupported: bool,
}

impl Gap {
    /// The kind as documents and the policy file write it: its name with hyphens.
    pub fn kind_word(&self) -> String {
        kind_word(self.kind)
    }
}

/// A kind as documents and the policy file write it: its name with hyphens, `instance-status`.
pub fn kind_word(kind: Kind) -> String {
    kind.name().replace(' ', "-")
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.region, super::escape(&self.reason))?;
        match self.parts {
            0 | 1 => Ok(()),
            parts => write!(f, " (and {} more)", parts - 1),
        }
    }
}

/// What a list misses: whatever of its kinds cannot be trusted.
pub(super) fn of_list(picture: &Picture, kinds: &[Kind]) -> Vec<Gap> {
    let now = picture.taken_at;
    let estate = &picture.estate;
    estate
        .scope()
        .iter()
        .flat_map(|region| kinds.iter().filter_map(move |kind| find(estate, region, *kind, now, false)))
        .collect()
}

/// Every kind of `kinds` whose last reading in `region` failed, is too old or was never made: also where older rows are still
/// good.
pub fn read_errors(estate: &Estate, region: &Region, kinds: &[Kind], now: Timestamp) -> Vec<Gap> {
    kinds.iter().filter_map(|kind| find(estate, region, *kind, now, true)).collect()
}

/// The gap of one kind, if there is one. `failing` counts reads that failed although what is known is not old yet.
fn find(estate: &Estate, region: &Region, kind: Kind, now: Timestamp, failing: bool) -> Option<Gap> {
    let mut gap: Option<Gap> = None;
    for (_, slice) in estate.slices(region, kind) {
        let Some(found) = of_slice(region, kind, slice, now, failing) else { continue };
        match gap.as_mut() {
            Some(first) => {
                first.parts += 1;
                first.unsupported &= found.unsupported;
            }
            None => gap = Some(found),
        }
    }
    let never = never_read(estate, region, kind);
    match gap.as_mut() {
        Some(gap) => gap.parts += never,
        None if never > 0 => gap = Some(bare(region, kind, format!("{kind} not read yet"), never)),
        None => {}
    }
    gap
}

fn of_slice(region: &Region, kind: Kind, slice: &Slice, now: Timestamp, failing: bool) -> Option<Gap> {
    let trust = slice.trust(kind.age_limit(), now);
    let reason = reason_untrusted(kind.name(), &trust).or_else(|| match trust {
        Trust::Failing(failure) if failing => Some(format!("{kind}: {}", failure.why)),
        _ => None,
    })?;
    let failure = slice.failure().map(|failure| &failure.why);
    Some(Gap {
        failure: failure.map(|why| why.kind),
        code: failure.and_then(|why| why.code.as_deref()).map(str::to_owned),
        message: failure.map(|why| why.message.to_string()),
        iam_action: failure.and_then(|why| why.iam_action()).map(str::to_owned),
        age: slice.age(now),
        unsupported: failure.is_some_and(|why| why.kind == FailureKind::Unsupported),
        ..bare(region, kind, reason, 1)
    })
}

fn bare(region: &Region, kind: Kind, reason: String, parts: usize) -> Gap {
    Gap {
        region: region.clone(),
        kind,
        parts,
        reason,
        failure: None,
        code: None,
        message: None,
        iam_action: None,
        age: None,
        unsupported: false,
    }
}

/// How many reads of a kind were never made: one for all, or one for each parent known to need it.
fn never_read(estate: &Estate, region: &Region, kind: Kind) -> usize {
    parents::unread(estate, region, kind).unwrap_or_else(|| usize::from(!estate.was_tried(region, kind)))
}
