//! What the wall tells: how it sees, what is first to be known, whether something stays on the screen, when it rings.
//!
//! Owns: these words and decisions. Depends on: the picture. Must stay true: what is not seen is told before what was seen last.

use crate::console::text::cut;
use crate::id::Region;
use crate::judge::{Verdict, finding};

use super::sight::{self, Sight};
use super::{Effect, Wall};

/// Ticks without a picture after which what is shown is stale. One comes every few seconds even where nothing changes.
const SILENT: u64 = 20;
/// Ticks that the first reading may take before what is unknown is called so.
const FIRST: u64 = 90;
/// Ticks between two bells.
const RING: u64 = 60;

impl Wall {
    /// A verdict that became worse is told to whoever does not look, once a minute at most.
    pub(super) fn announce(&mut self) -> Vec<Effect> {
        let sight = self.sight();
        if sight == Sight::Reading {
            return Vec::new();
        }
        let verdict = sight.verdict();
        let worse = self.seen.is_some_and(|before| verdict.severity() > before.severity());
        self.seen = Some(verdict);
        let quiet = self.rang_at.is_some_and(|at| self.ticks.saturating_sub(at) < RING);
        if !worse || quiet {
            return Vec::new();
        }
        self.rang_at = Some(self.ticks);
        let ring = self.manner.bell.then_some(Effect::Ring);
        let notice = self.manner.notify.then(|| Effect::Notify(self.sentence(&sight)));
        ring.into_iter().chain(notice).collect()
    }

    /// Account, word and first reason in one harmless line.
    fn sentence(&self, sight: &Sight) -> String {
        let name = self.account();
        let words = format!("{name}: {}: {}", sight.word(), self.reason(sight).unwrap_or_default());
        cut(&words, 200, "...")
    }

    /// What is first to be known beside the large word.
    pub(super) fn reason(&self, sight: &Sight) -> Option<String> {
        match sight {
            Sight::Reading => Some("nothing is known yet".to_owned()),
            Sight::Blind { why, .. } => Some(why.clone()),
            Sight::Stale(_) => {
                Some("fournines has judged nothing since: what is below is of then. Start the wall again".to_owned())
            }
            Sight::Sees(_) => {
                let picture = self.picture.as_deref()?;
                let regions = picture.estate.scope();
                let many = regions.len() > 1;
                let (region, first) =
                    finding::ranked(&picture.judgement, regions, picture.taken_at).into_iter().next()?;
                let place = region.filter(|_| many && first.subject.what != "region");
                let place = place.map(|region| format!("{region}: ")).unwrap_or_default();
                Some(format!("{place}{}", first.words()))
            }
        }
    }

    /// What the first finding is about, in few letters.
    pub(super) fn subject(&self) -> Option<String> {
        let picture = self.picture.as_deref()?;
        let ranked = finding::ranked(&picture.judgement, picture.estate.scope(), picture.taken_at);
        let (_, first) = ranked.into_iter().next()?;
        Some(format!("{} {}", first.subject.what, first.subject.name))
    }

    pub(super) fn account(&self) -> String {
        let picture = self.picture.as_deref();
        let id = picture.and_then(|picture| picture.estate.identity()).map(|identity| identity.account.to_string());
        let alias = picture.and_then(|picture| picture.estate.alias()).map(str::to_owned);
        match (self.setting.account_name.clone().or(alias), id) {
            (Some(name), Some(id)) => format!("{name} {id}"),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => "account ?".to_owned(),
        }
    }

    pub(super) fn sight(&self) -> Sight {
        let Some(picture) = self.picture.as_deref() else { return Sight::Reading };
        if self.heard_at.is_none_or(|at| self.ticks.saturating_sub(at) > SILENT) {
            return Sight::Stale(picture.taken_at);
        }
        if let Some((since, why)) = sight::reason_blind(picture) {
            return Sight::Blind { since: since.or(self.blind_since), why };
        }
        let verdict = picture.judgement.account.verdict;
        if verdict == Verdict::Unknown && self.ticks < FIRST && sight::is_reading(picture) {
            return Sight::Reading;
        }
        Sight::Sees(verdict)
    }

    /// Whether somebody has to come: then nothing turns away from it.
    pub(super) fn is_pinned(&self) -> bool {
        self.picture.as_ref().is_some_and(|picture| picture.judgement.account.verdict == Verdict::Critical)
    }

    /// The region that stands worst, the first of several.
    pub(super) fn worst_region(&self) -> Option<Region> {
        let picture = self.picture.as_deref()?;
        let severity = |region: &Region| {
            picture.judgement.regions.get(region).map_or(0, |judged| judged.summary.verdict.severity())
        };
        // The last of equals is what `max_by_key` gives.
        picture.estate.scope().iter().rev().max_by_key(|region| severity(region)).cloned()
    }
}
