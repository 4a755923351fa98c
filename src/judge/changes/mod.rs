//! What changed lately, and who did it.
//!
//! Owns: [`lately`]. Depends on: the estate's history, activities of groups, CloudTrail's events. Must stay true: a name is CloudTrail's
//! or none at all; what flaps is counted in one line, not listed; what could not be read is said in [`Changes::names`].
//!
//! CloudTrail is minutes late (`aws-domain.md` E): a change is seen first without its name, which comes to it later.

mod activity;
mod difference;
mod trail;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::index::Index;
use super::verdict::age_words;
use crate::estate::trail::TrailEvent;
use crate::estate::{Estate, Kind, Row, SliceId, Trust};
use crate::id::{Region, Text};

/// How far back it goes.
pub const LATELY: SignedDuration = SignedDuration::from_mins(30);
/// Lines a region has at most, the newest.
const MOST: usize = 200;

/// One thing that changed, or many of one kind in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// When: as AWS recorded it, else when it was seen.
    pub at: Timestamp,
    /// Who did it.
    pub who: Who,
    /// What, in words: `set media-asg desired 12>15`.
    pub what: String,
    /// What is differently since: names and ids.
    #[serde(skip)]
    subjects: Vec<Text>,
    /// When it was last seen otherwise.
    #[serde(skip)]
    after: Timestamp,
}

/// Who changed something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A user or role session, by CloudTrail.
    Named(Text),
    /// AWS itself, for this: `policy`, `schedule`, `health`, `balance`, `group`.
    Aws(&'static str),
    /// Somebody: a request, of which nobody has told the name.
    Unknown,
    /// Nobody: things went so by themselves.
    Nobody,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.pad(name),
            Self::Aws(what) => f.pad(what),
            Self::Unknown => f.pad("who ?"),
            Self::Nobody => f.pad(""),
        }
    }
}

/// A name, a word for AWS's own doing, or null where nobody knows.
impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(name) => serializer.serialize_some(&**name),
            Self::Aws(what) => serializer.serialize_some(what),
            Self::Unknown | Self::Nobody => serializer.serialize_none(),
        }
    }
}

/// What a region's last half hour brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The newest first.
    pub lines: Vec<Happening>,
    /// Why names may be missing, in words; none where CloudTrail was read just now.
    pub names: Option<String>,
}

impl Happening {
    /// Whether it made this thing, by its name or id, otherwise.
    pub fn concerns(&self, id: &str) -> bool {
        self.subjects.iter().any(|subject| &**subject == id)
    }

    /// Who and what in one sentence.
    pub fn words(&self) -> String {
        match &self.who {
            Who::Nobody => self.what.clone(),
            who => format!("{who} {}", self.what),
        }
    }
}

/// What changed in a region in the last half hour.
pub fn lately(estate: &Estate, index: &Index, region: &Region, now: Timestamp) -> Changes {
    since(estate, index, region, now - LATELY, now)
}

/// What changed in a region since then, as far as it is remembered.
pub fn since(estate: &Estate, index: &Index, region: &Region, since: Timestamp, now: Timestamp) -> Changes {
    let mut lines = difference::seen(estate, index, region, since, now);
    activity::explain(&mut lines, estate, region, since, now);
    trail::name(&mut lines, estate, region, since, now);
    lines.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.what.cmp(&b.what)));
    lines.truncate(MOST);
    Changes { lines, names: names(estate, region, now) }
}

/// What is to be said of the names: why there are none, or how late they are.
fn names(estate: &Estate, region: &Region, now: Timestamp) -> Option<String> {
    let Some(slice) = estate.slice(&SliceId::all(region, Kind::TrailEvents)) else {
        return Some("no names: CloudTrail not read".to_owned());
    };
    match slice.trust(TrailEvent::KIND.age_limit(), now) {
        Trust::Fresh | Trust::Failing(_) => None,
        Trust::Stale(age, _) => Some(format!("names as of {} ago", age_words(age))),
        Trust::Unknown(Some(failure)) => Some(format!("no names: {}", failure.why)),
        Trust::Unknown(None) => Some("no names: CloudTrail not read".to_owned()),
    }
}

#[cfg(test)]
mod tests;
