//! Which metrics are asked, and how often, so that they stay within what they may cost (`aws-domain.md` A.5).
//!
//! Owns: [`Tier`], [`Budget`] and [`Plan`]. Depends on: the estate, which spells the queries. Must stay true: a pure function of
//! what is known; a tier comes before those after it; what does not fit is read less often, then not at all, and the plan says so.

mod tier;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::aws::Ask;
use crate::estate::query::Query;
use crate::estate::{Estate, Kind, Part, SliceId};
use crate::id::{Region, Text};

pub use tier::Tier;

/// Minutes between two readings of a tier at most: what is older says nothing of the present.
const RAREST: u32 = 5;
/// How far back is asked at each reading: late values are caught up with, and more minutes cost no more.
const LOOK_BACK: SignedDuration = SignedDuration::from_mins(15);
const MINUTES_A_DAY: f64 = 1440.0;

/// What metrics may cost, and what is asked besides what the estate names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budget {
    /// US dollars a day over all regions; with none, nothing is asked.
    pub usd_a_day: f64,
    /// What a thousand metrics asked for cost.
    pub usd_per_thousand: f64,
    /// Queues that somebody declared, whose age is asked wherever there are groups.
    pub queues: BTreeSet<Text>,
}

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The queries of each tier and region that is asked, sorted as their answers are.
    asked: BTreeMap<(Region, Tier), Vec<Query>>,
    /// Every tier that there is anything to ask of, the first first.
    tiers: Vec<Planned>,
}

/// A tier in the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// Which.
    pub tier: Tier,
    /// Queries over all regions.
    pub queries: usize,
    /// Minutes between two readings; none where even the rarest does not fit.
    pub every_min: Option<u32>,
    /// What it costs a day, in US dollars.
    pub usd_a_day: f64,
}

impl Plan {
    /// Plans for what is known of `estate`. A tier is planned in the regions where `is_ready` says that what it hangs on was read.
    /// Everything is read `stretch` times as seldom.
    pub fn new(estate: &Estate, budget: &Budget, stretch: f64, is_ready: impl Fn(&Region, Kind) -> bool) -> Self {
        let mut plan = Self::default();
        let mut left = budget.usd_a_day;
        for tier in Tier::ALL {
            let regions = estate.scope().iter().filter(|region| tier.hangs_on().iter().all(|k| is_ready(region, *k)));
            let asked: Vec<(&Region, Vec<Query>)> = regions
                .map(|region| (region, tier.queries(estate, region, &budget.queues)))
                .filter(|(_, queries)| !queries.is_empty())
                .collect();
            let queries = asked.iter().map(|(_, queries)| queries.len()).sum();
            if queries == 0 {
                continue;
            }
            let cost = |minutes: u32| cost_a_day(queries, f64::from(minutes) * stretch, budget.usd_per_thousand);
            let every_min = (1..=RAREST).find(|minutes| cost(*minutes) <= left);
            let usd_a_day = every_min.map_or(0.0, cost);
            left -= usd_a_day;
            plan.tiers.push(Planned { tier: *tier, queries, every_min, usd_a_day });
            if every_min.is_some() {
                let of_regions = asked.into_iter().map(|(region, queries)| ((region.clone(), *tier), queries));
                plan.asked.extend(of_regions);
            }
        }
        plan
    }

    /// Every tier that there is anything to ask of.
    pub fn tiers(&self) -> &[Planned] {
        &self.tiers
    }

    /// What all of it costs a day, in US dollars.
    pub fn usd_a_day(&self) -> f64 {
        self.tiers.iter().map(|planned| planned.usd_a_day).sum()
    }

    /// The slices that are kept fresh.
    pub(super) fn slices(&self) -> impl Iterator<Item = SliceId> {
        self.asked.keys().map(|(region, tier)| SliceId::of(region, Kind::Series, tier.name()))
    }

    /// Whether a slice is kept fresh.
    pub(super) fn has(&self, id: &SliceId) -> bool {
        Tier::of(&id.part).is_some_and(|tier| self.asked.contains_key(&(id.region.clone(), tier)))
    }

    /// Seconds between two readings of a slice.
    pub(super) fn interval_s(&self, id: &SliceId) -> Option<u64> {
        let tier = Tier::of(&id.part)?;
        let planned = self.tiers.iter().find(|planned| planned.tier == tier)?;
        planned.every_min.map(|minutes| u64::from(minutes) * 60)
    }

    /// The words of a slice's question.
    pub(super) fn ask(&self, id: &SliceId, now: Timestamp) -> Option<Ask> {
        let queries = self.asked.get(&(id.region.clone(), Tier::of(&id.part)?))?;
        let metrics = queries.iter().map(|query| (query.metric.clone(), query.statistic.clone())).collect();
        // Whole minutes: CloudWatch's periods begin there.
        let since = now.checked_sub(LOOK_BACK).ok()?.as_second().div_euclid(60) * 60;
        Some(Ask { metrics, since: Timestamp::from_second(since).ok(), ..Ask::default() })
    }
}

/// What so many queries cost a day in US dollars when asked every so many minutes.
fn cost_a_day(queries: usize, minutes: f64, usd_per_thousand: f64) -> f64 {
    let count = u32::try_from(queries).map_or(f64::INFINITY, f64::from);
    count * MINUTES_A_DAY / minutes * usd_per_thousand / 1000.0
}

impl Tier {
    /// The tier whose answer a part holds.
    fn of(part: &Part) -> Option<Tier> {
        let Part::Of(name) = part else { return None };
        Self::ALL.iter().copied().find(|tier| tier.name() == &**name)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
