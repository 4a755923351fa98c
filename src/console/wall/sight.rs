//! Whether the wall can see: what it says in large words where it cannot.
//!
//! Owns: [`Sight`], and since when a region is blind. Depends on: the picture. Must stay true: what is not seen is never drawn as
//! healthy, and the word says since when.

use jiff::Timestamp;

use crate::estate::FailureKind;
use crate::id::Region;
use crate::judge::{JUDGED, Picture, Verdict};

/// How the wall sees.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// The first moments: nothing is known yet.
    Reading,
    /// It sees, and this is how the account stands.
    Sees(Verdict),
    /// Credentials or network died.
    Blind {
        /// Since when, as far as it is known.
        since: Option<Timestamp>,
        /// Why, and what to do.
        why: String,
    },
    /// Nothing was judged any more: what is shown is of then.
    Stale(Timestamp),
}

impl Sight {
    /// The large word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Reading => "READING",
            Self::Sees(Verdict::Ok) => "OK",
            Self::Sees(Verdict::Warning) => "WARNING",
            Self::Sees(Verdict::Critical) => "CRITICAL",
            Self::Sees(Verdict::Unknown) => "UNKNOWN",
            Self::Blind { .. } => "BLIND",
            Self::Stale(_) => "STALE",
        }
    }

    /// The verdict that it comes to.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Sees(verdict) => *verdict,
            Self::Reading | Self::Blind { .. } | Self::Stale(_) => Verdict::Unknown,
        }
    }

    /// Whether numbers are of now.
    pub fn is_clear(&self) -> bool {
        matches!(self, Self::Sees(_))
    }
}

/// Why nothing can be read of the whole account, with what to do.
pub fn reason_blind(picture: &Picture) -> Option<(Option<Timestamp>, String)> {
    let traffic = &picture.traffic;
    if let Some(failure) = &traffic.credentials {
        return Some((None, format!("{failure}. {}", failure.remedy())));
    }
    let (since, failure) = traffic.blind.as_ref()?;
    Some((Some(*since), format!("{}. {}", failure.message, failure.remedy())))
}

/// Since when no read of a region has been answered: from the last that was, else from the first that was not. None while any is.
pub fn region_blind_since(picture: &Picture, region: &Region) -> Option<Timestamp> {
    let slices = JUDGED.iter().flat_map(|kind| picture.estate.slices(region, *kind)).map(|(_, slice)| slice);
    let mut first: Option<Timestamp> = None;
    let mut last: Option<Timestamp> = None;
    for slice in slices.filter(|slice| slice.read_at().is_some() || slice.failure().is_some()) {
        let failure = slice.failure()?;
        match failure.why.kind {
            FailureKind::Unreachable | FailureKind::Credentials | FailureKind::Malformed | FailureKind::Service => {}
            // An answer all the same, if not the one that was wanted.
            FailureKind::Denied
            | FailureKind::Throttled
            | FailureKind::Gone
            | FailureKind::Unsupported
            | FailureKind::Invalid
            | FailureKind::Refused
            | FailureKind::Silent => return None,
        }
        first = Some(first.map_or(failure.since, |first| first.min(failure.since)));
        last = last.max(slice.read_at());
    }
    last.or(first)
}

/// Whether something that the verdict rests on has merely not been read yet.
pub fn is_reading(picture: &Picture) -> bool {
    let judged = || picture.judgement.regions.values().flat_map(|judged| &judged.findings);
    let waits = judged().any(|finding| finding.waiting);
    // What was refused or has failed is not waited for.
    let is_lost = judged().any(|finding| !finding.waiting && finding.verdict == Verdict::Unknown);
    picture.estate.scope().is_empty() || waits && !is_lost
}
