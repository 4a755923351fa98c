//! What the person has seen of what is not well, and what somebody has taken note of.
//!
//! Owns: [`Notes`]. Depends on: the judgement's findings. Must stay true: what is new stands right after the first finding until a
//! key is pressed where it can be read; what is merely read for the first time is not new.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::{Acknowledgements, Finding, JUDGED, Picture, Told, Verdict, finding};

/// What the person has seen and noted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// What somebody has taken note of.
    pub acknowledgements: Acknowledgements,
    /// What was there when the person last looked, and how bad it was.
    known: BTreeMap<String, u8>,
    /// What came, or got worse, since.
    fresh: BTreeMap<String, u8>,
    /// Everything has been read once: from then on what comes is news.
    settled: bool,
}

impl Notes {
    /// Compares what a picture finds with what the person has seen.
    pub fn take(&mut self, picture: &Picture) {
        let now = graded(picture);
        if self.settled {
            let is_news = |key: &String, grade: u8| self.known.get(key).is_none_or(|before| *before < grade);
            self.fresh = now.into_iter().filter(|(key, grade)| is_news(key, *grade)).collect();
        } else {
            self.known = now;
            self.settled = is_settled(picture);
        }
    }

    /// The person has looked at all there is.
    pub fn look(&mut self, picture: &Picture) {
        self.known = graded(picture);
        self.fresh.clear();
    }

    /// Whether a finding came, or got worse, since the person looked.
    pub fn is_new(&self, region: Option<&Region>, finding: &Finding) -> bool {
        !self.fresh.is_empty() && self.fresh.contains_key(&key(region, finding))
    }

    /// How many did.
    pub fn new_count(&self) -> usize {
        self.fresh.len()
    }

    /// All that is not well as it is told: the first, what is new, the rest, and last what somebody has taken note of.
    pub fn told<'a>(&'a self, picture: &'a Picture, regions: &'a [Region], now: Timestamp) -> Vec<Told<'a>> {
        let ranked = finding::ranked(&picture.judgement, regions, picture.taken_at);
        let mut told = self.acknowledgements.tell(ranked, now);
        if let Some((_, rest)) = told.split_first_mut().filter(|_| !self.fresh.is_empty()) {
            rest.sort_by_key(|each| (each.acknowledged.is_some(), !self.is_new(each.region, each.finding)));
        }
        told
    }
}

/// Everything that is not well and follows from nothing else, by its name, with how bad it is.
fn graded(picture: &Picture) -> BTreeMap<String, u8> {
    let judgement = &picture.judgement;
    let of_regions = judgement
        .regions
        .iter()
        .flat_map(|(region, judged)| judged.findings.iter().map(move |finding| (Some(region), finding)));
    of_regions
        .chain(judgement.findings.iter().map(|finding| (None, finding)))
        .filter(|(_, finding)| !finding.waiting && finding.follows.is_none() && finding.verdict != Verdict::Ok)
        .map(|(region, finding)| (key(region, finding), grade(finding.verdict)))
        .collect()
}

/// How bad it is: that a warning cannot be read any more is no news.
fn grade(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ok => 0,
        Verdict::Warning | Verdict::Unknown => 1,
        Verdict::Critical => 2,
    }
}

fn key(region: Option<&Region>, finding: &Finding) -> String {
    let (what, id) = finding.subject.key();
    format!("{} {what} {id}", region.map_or("", Region::as_str))
}

/// Whether everything has been read at least once.
fn is_settled(picture: &Picture) -> bool {
    let estate = &picture.estate;
    let is_read = |region: &Region| {
        JUDGED
            .iter()
            .all(|kind| estate.was_tried(region, *kind) || picture.judgement.reason_unread(region, *kind).is_none())
    };
    let waits = picture.judgement.regions.values().any(|judged| judged.findings.iter().any(|finding| finding.waiting));
    !estate.scope().is_empty() && estate.scope().iter().all(is_read) && !waits
}
