//! Where a finding stands among others.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::id::Region;
use crate::judge::Judgement;
use crate::judge::verdict::Verdict;

use super::Finding;

/// What a finding is about decides between two that are equally bad: a region holds zones, a zone services, a service its parts.
fn width(what: &str) -> u8 {
    match what {
        "region" => 0,
        "zone" => 1,
        "service" => 2,
        "NAT gateway" => 3,
        "database" | "cluster" | "global cluster" => 4,
        "group" => 5,
        "instance" => 6,
        "target group" | "classic balancer" => 7,
        "zonal shift" => 8,
        // It is evidence, and no cause: it stands after the thing it is about.
        "alarm" => 9,
        _ => 8,
    }
}

impl Finding {
    /// Where it stands among others: causes before what follows from them, the gravest first, then the most urgent, then the
    /// widest and what is nearest in time. A notice about a zone that is well stands above what can wait. Equals stay as they stood.
    pub fn rank(&self, now: Timestamp) -> impl Ord + use<> {
        let severity = match (self.verdict, self.zone.is_some()) {
            (Verdict::Critical, _) => 0,
            (Verdict::Ok, true) => 1,
            (Verdict::Unknown, _) => 2,
            (Verdict::Warning, true) => 3,
            (Verdict::Warning, false) => 4,
            (Verdict::Ok, false) => 5,
        };
        let distance = self.since.map_or(i64::MAX, |since| since.duration_since(now).as_secs().abs());
        let width = width(self.subject.what);
        // Regions stand as they were asked for, and what is as wide as a service before its parts.
        let distance = if width == 0 { 0 } else { distance };
        (self.follows.is_some(), severity, width.min(2), self.urgency, width, distance, Reverse(self.followers))
    }
}

/// All findings of these regions, and those that belong to none, in the order in which they are read; what is merely not read yet
/// is left out.
pub fn ranked<'a>(
    judgement: &'a Judgement,
    regions: &'a [Region],
    now: Timestamp,
) -> Vec<(Option<&'a Region>, &'a Finding)> {
    let judged = regions.iter().filter_map(|region| Some((region, judgement.regions.get(region)?)));
    let of_regions =
        judged.flat_map(|(region, judged)| judged.findings.iter().map(move |finding| (Some(region), finding)));
    let of_none = judgement.findings.iter().map(|finding| (None, finding));
    let mut all: Vec<_> = of_regions.chain(of_none).filter(|(_, finding)| !finding.waiting).collect();
    all.sort_by_cached_key(|(_, finding)| finding.rank(now));
    all
}
