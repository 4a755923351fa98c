//! What AWS Health has reason to tell of a region: zones and regions that lost power, since when and until when.
//!
//! Owns: the record of such troubles. Knows: names and instants; when AWS tells is the wire's. Must stay true: one open notice
//! for one trouble, whatever faults make it up.

use serde::Serialize;

use super::{SimTime, ZoneName};

/// Notices kept; older ones fall off.
const KEPT: usize = 100;

/// A trouble of a zone, or of a whole region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The zone; none for the region.
    pub zone: Option<ZoneName>,
    /// Since when.
    pub since: SimTime,
    /// Until when, if it is over.
    pub ended_at: Option<SimTime>,
}

/// The notices, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Notices(Vec<Notice>);

impl Notices {
    /// Notes whether a zone, or the region, is in trouble now.
    pub fn note(&mut self, zone: Option<&ZoneName>, since: Option<SimTime>, now: SimTime) {
        let open = self.0.iter_mut().find(|notice| notice.zone.as_ref() == zone && notice.ended_at.is_none());
        match (open, since) {
            (Some(notice), None) => notice.ended_at = Some(now),
            (None, Some(since)) => {
                self.0.push(Notice { zone: zone.cloned(), since, ended_at: None });
                if self.0.len() > KEPT {
                    self.0.remove(0);
                }
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.0.iter()
    }
}
