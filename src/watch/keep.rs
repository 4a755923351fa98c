//! What is kept fresh, and what is dropped because nothing stands behind it any more.
//!
//! Depends on: the reads' scopes, the parents that the estate names, the plan of metrics. Must stay true: what hangs on a listing
//! appears once that listing is known and goes with its parent; what somebody looked at stays as long as it is not old.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::aws::{READS, Scope};
use crate::estate::{Estate, Kind, Part, SliceId, parents};
use crate::id::Region;

use super::metrics::{Plan, Tier};
use super::pace::Pace;
use super::question::zones_of;
use super::{Purpose, Watch, by_ids};

/// How long a plan of metrics stands: groups and balancers come and go.
const PLAN_STANDS: SignedDuration = SignedDuration::from_secs(60);

impl Watch {
    /// Every slice that is to be kept fresh, as far as its parents are known.
    pub(super) fn slices_to_read(&mut self, estate: &Estate, steady: Timestamp) -> BTreeSet<SliceId> {
        self.plan_metrics(estate, steady);
        let mut slices: BTreeSet<SliceId> = self.wanted.clone();
        for read in READS.iter().filter(|read| self.wants(read.kind)) {
            match read.scope {
                Scope::Account => {
                    slices.insert(SliceId::all(&Region::global(), read.kind));
                }
                Scope::Region => {
                    for region in estate.scope() {
                        slices.extend(self.parts(read.kind, region, estate));
                    }
                }
                Scope::Parent if read.kind == Kind::Series => slices.extend(self.plan.slices()),
                Scope::Parent => {
                    for region in places(read.kind, estate) {
                        let parents = parents::of(read.kind, estate, &region);
                        slices.extend(parents.into_iter().map(|parent| SliceId::of(&region, read.kind, parent)));
                    }
                }
            }
        }
        slices
    }

    /// Whether a kind is read for its own sake, or because another hangs on it.
    pub(super) fn wants(&self, kind: Kind) -> bool {
        match &self.purpose {
            // Ids come from these while they must be named.
            _ if matches!(kind, Kind::Groups | Kind::InstanceStatuses) && !self.by_ids.is_empty() => true,
            Purpose::Stay if kind == Kind::Regions => self.discovers,
            Purpose::Stay => kind == Kind::Series || !Pace::of_kind(kind).is_on_request() || self.looks_at(kind),
            Purpose::Once(kinds) => {
                kinds.contains(&kind)
                    || matches!(kind, Kind::Identity | Kind::Alias)
                    || kinds.contains(&Kind::Series) && Tier::any_hangs_on(kind)
                    || kinds.iter().any(|wanted| parents::sources(*wanted).contains(&kind))
            }
        }
    }

    fn looks_at(&self, kind: Kind) -> bool {
        self.visible.contains(&kind) || self.visible.iter().any(|seen| parents::sources(*seen).contains(&kind))
    }

    /// Plans the metrics anew where what they hang on was read for the first time, and now and then.
    fn plan_metrics(&mut self, estate: &Estate, steady: Timestamp) {
        let stands = |planned: Timestamp| steady.duration_since(planned) < PLAN_STANDS;
        if self.planned_at.is_some_and(stands) || !self.wants(Kind::Series) {
            return;
        }
        self.plan = Plan::new(estate, &self.budget, self.stretch, |region, kind| self.were_tried(region, kind));
        self.planned_at = Some(steady);
    }

    fn parts(&self, kind: Kind, region: &Region, estate: &Estate) -> Vec<SliceId> {
        if kind == Kind::Instances && self.by_ids.contains_key(region) {
            return by_ids::parts(region, estate);
        }
        if self.split.contains(&(region.clone(), kind)) {
            return zones_of(estate, region)
                .map(|zone| SliceId { region: region.clone(), kind, part: Part::Zone(zone) })
                .collect();
        }
        vec![SliceId::all(region, kind)]
    }

    /// Drops from `estate` the parts whose parent is gone, and the whole where zones replaced it.
    pub fn prune(&self, estate: &mut Estate, region: &Region, now: Timestamp) {
        for kind in [Kind::Targets, Kind::ClassicTargets, Kind::Refreshes, Kind::Hooks, Kind::StandbyEntries] {
            let listing = parents::listing(kind).unwrap_or(kind);
            if estate.slice(&SliceId::all(region, listing)).is_some_and(|slice| slice.failure().is_none()) {
                let keep: BTreeSet<Part> = parents::of(kind, estate, region).into_iter().map(Part::Of).collect();
                estate.retain_parts(region, kind, |part| keep.contains(part) || self.is_wanted(region, kind, part));
            }
        }
        let zones: BTreeSet<Part> = zones_of(estate, region).map(Part::Zone).collect();
        let by_ids = self.by_ids.contains_key(region).then_some(Kind::Instances);
        let split = self.split.iter().filter(|(split, _)| split == region).map(|(_, kind)| *kind);
        for kind in split.chain(by_ids) {
            if !zones.is_empty() {
                estate.retain_parts(region, kind, |part| zones.contains(part));
            }
        }
        self.prune_unwanted(estate, region, now);
    }

    /// Drops what was read for somebody's look at it, once nobody looks and it is old, and answers that are no longer asked for.
    fn prune_unwanted(&self, estate: &mut Estate, region: &Region, now: Timestamp) {
        let on_request =
            READS.iter().filter(|read| read.scope == Scope::Parent && Pace::of_kind(read.kind).is_on_request());
        // What was refused has no age either, and whoever looks must be told of it.
        for kind in on_request.map(|read| read.kind).filter(|kind| !self.wants(*kind)) {
            let old: BTreeSet<Part> = estate
                .slices(region, kind)
                .filter(|(part, slice)| {
                    let is_old = slice.age(now).is_none_or(|age| age > kind.age_limit());
                    is_old && !self.is_wanted(region, kind, part)
                })
                .map(|(part, _)| part.clone())
                .collect();
            if !old.is_empty() {
                estate.retain_parts(region, kind, |part| !old.contains(part));
            }
        }
    }

    fn is_wanted(&self, region: &Region, kind: Kind, part: &Part) -> bool {
        let id = SliceId { region: region.clone(), kind, part: part.clone() };
        self.wanted.contains(&id) || kind == Kind::Series && self.plan.has(&id)
    }
}

/// Where the parents of a kind are.
fn places(kind: Kind, estate: &Estate) -> Vec<Region> {
    if parents::listing(kind) == Some(Kind::HostedZones) { vec![Region::global()] } else { estate.scope().to_vec() }
}
