//! What to read next: visible and waited-for first, each kind at its pace, failures with back-off.
//!
//! Owns: the schedule of reads and the inventory kept on disk. May know: the estate and the adapter's questions. Must stay true:
//! no I/O in the schedule, which takes a time and returns what is due; no read runs twice at once; nothing is asked that depends
//! on what is not known yet.

mod by_ids;
mod instances;
mod pace;
mod question;
pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::aws::{Ask, Found, Priority, READS, Scope};
use crate::estate::balancer::{Target, TargetState};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;
use by_ids::ByIds;
use pace::Pace;
use question::{parents_of, zones_of};

/// A read that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What to read.
    pub id: SliceId,
    /// With what words.
    pub ask: Ask,
    /// How urgently.
    pub priority: Priority,
}

/// Which kinds are read, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A console or wall that stays: everything the board needs, again and again.
    Stay,
    /// One reading of these kinds, then done.
    Once(BTreeSet<Kind>),
}

/// The schedule of reads.
#[derive(Debug)]
pub struct Watch {
    purpose: Purpose,
    entries: BTreeMap<SliceId, Entry>,
    split: BTreeSet<(Region, Kind)>,
    /// Regions whose instances are read by their ids, since the paged call fails.
    by_ids: BTreeMap<Region, ByIds>,
    visible: BTreeSet<Kind>,
    wanted: BTreeSet<SliceId>,
    discovers: bool,
    stretch: f64,
    random: fastrand::Rng,
}

/// Two times: what AWS's clock says, by which ages are told, and a steady one, by which reads are due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// AWS's time.
    pub at: Timestamp,
    /// A time that only goes forward.
    pub steady: Timestamp,
}

#[derive(Debug, Default)]
struct Entry {
    /// On the steady clock.
    due_at: Option<Timestamp>,
    running: bool,
    tried: bool,
    failures: u32,
    /// Whether it was last asked for by explicit ids, or so as to learn them.
    by_id: bool,
}

impl Watch {
    /// A schedule with nothing read yet. `seed` decides the jitter.
    pub fn new(purpose: Purpose, seed: u64) -> Self {
        Self {
            purpose,
            entries: BTreeMap::new(),
            split: BTreeSet::new(),
            by_ids: BTreeMap::new(),
            visible: BTreeSet::new(),
            wanted: BTreeSet::new(),
            discovers: false,
            stretch: 1.0,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Reads everything so many times as seldom: 2 is half as often.
    pub fn stretch(&mut self, factor: f64) {
        self.stretch = factor;
    }

    /// Lists the account's regions too, again and again.
    pub fn discover_regions(&mut self) {
        self.discovers = true;
    }

    /// Says what somebody looks at: these kinds go first, and `detail` is read although the board does not need it.
    pub fn look_at(&mut self, kinds: impl IntoIterator<Item = Kind>, detail: impl IntoIterator<Item = SliceId>) {
        self.visible = kinds.into_iter().collect();
        self.wanted = detail.into_iter().collect();
    }

    /// Makes everything that is visible due now.
    pub fn refresh(&mut self, now: Moment) {
        for (id, entry) in &mut self.entries {
            if !entry.running
                && (self.visible.is_empty() || self.visible.contains(&id.kind) || self.wanted.contains(id))
            {
                entry.due_at = Some(now.steady);
            }
        }
    }

    /// The reads that are due at `now`, the most urgent first; they count as running until [`Watch::finished`].
    pub fn due(&mut self, estate: &Estate, now: Moment) -> Vec<Job> {
        let wanted = self.slices_to_read(estate, now.at);
        self.entries.retain(|id, entry| entry.running || wanted.contains(id));
        let mut jobs = Vec::new();
        for id in wanted {
            let entry = self.entries.entry(id.clone()).or_default();
            if entry.running || entry.due_at.is_some_and(|due| due > now.steady) || self.is_over(&id) {
                continue;
            }
            let Some(ask) = self.ask(&id, estate, now) else { continue };
            let priority = self.priority(&id);
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.running = true;
                entry.by_id = ask.by_id.is_some() || ask.of_all;
            }
            jobs.push(Job { id, ask, priority });
        }
        jobs.sort_by_key(|job| job.priority);
        jobs
    }

    /// When something is due next, on the steady clock; none while everything runs or is over.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.entries.values().filter(|entry| !entry.running).filter_map(|entry| entry.due_at).min()
    }

    /// Whether a read for one purpose is complete: nothing runs and everything was tried.
    pub fn is_done(&mut self, estate: &Estate, now: Timestamp) -> bool {
        self.entries.values().all(|entry| !entry.running)
            && self.slices_to_read(estate, now).iter().all(|id| self.entries.get(id).is_some_and(|entry| entry.tried))
    }

    /// How many reads run.
    pub fn running(&self) -> usize {
        self.entries.values().filter(|entry| entry.running).count()
    }

    /// Takes in how a read ended and gives what changes in the estate.
    pub fn finished(
        &mut self,
        id: &SliceId,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Moment,
    ) -> Option<Update> {
        let pace = self.pace(id, outcome.as_ref().ok(), estate);
        let is_probe = self.is_probe(id);
        let failure = outcome.as_ref().err().map(|why| why.kind);
        let jitter = 0.9 + self.random.f64() * 0.2;
        let entry = self.entries.entry(id.clone()).or_default();
        entry.running = false;
        entry.tried = true;
        entry.failures = if failure.is_some() { entry.failures.saturating_add(1) } else { 0 };
        let wait = match failure {
            None => pace.interval().mul_f64(self.stretch),
            Some(_) if is_probe => pace::wait_between_probes(entry.failures),
            Some(kind) => pace::wait_after_failure(kind, entry.failures),
        };
        entry.due_at =
            SignedDuration::try_from(wait.mul_f64(jitter)).ok().and_then(|wait| now.steady.checked_add(wait).ok());
        match id.kind {
            Kind::Instances => self.take_instances(id, outcome, estate, now),
            Kind::InstanceStatuses => self.take_statuses(id, outcome, estate, now.at),
            _ => self.take(id, outcome, estate, now.at),
        }
    }

    /// What changes in the estate by a read that ended.
    fn take(
        &mut self,
        id: &SliceId,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Timestamp,
    ) -> Option<Update> {
        match outcome {
            Ok(Found::Split) => {
                self.split.insert((id.region.clone(), id.kind));
                // Every zone is there to be read from now on, so that the first that answers does not pass for all.
                let slices = zones_of(estate, &id.region).map(|zone| (Part::Zone(zone), Slice::unread())).collect();
                Some(Update { region: id.region.clone(), kind: id.kind, slices, whole: false })
            }
            Ok(Found::Rows(rows)) => Some(Update::part(id.clone(), Slice::read(rows, now))),
            // These answer questions about ids, which are taken in elsewhere.
            Ok(Found::Named { .. } | Found::Placed { .. }) => None,
            // A parent that is gone takes its part with it at the next listing; until then nothing is known of it.
            Err(why) => Some(Update { whole: false, ..Update::part(id.clone(), Slice::failed(why, now)) }),
        }
    }

    /// Drops from `estate` the parts whose parent is gone, and the whole where zones replaced it.
    pub fn prune(&self, estate: &mut Estate, region: &Region, now: Timestamp) {
        for kind in [Kind::Targets, Kind::ClassicTargets] {
            let listing = if kind == Kind::Targets { Kind::TargetGroups } else { Kind::ClassicBalancers };
            if estate.slice(&SliceId::all(region, listing)).is_some_and(|slice| slice.failure().is_none()) {
                let keep: BTreeSet<Part> = parents_of(kind, estate, region, now).into_iter().map(Part::Of).collect();
                estate.retain_parts(region, kind, |part| keep.contains(part));
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

    /// Drops what was read for somebody's look at it, once nobody looks and it is old.
    fn prune_unwanted(&self, estate: &mut Estate, region: &Region, now: Timestamp) {
        let on_request =
            READS.iter().filter(|read| read.scope == Scope::Parent && Pace::of_kind(read.kind) == Pace::OnRequest);
        for kind in on_request.map(|read| read.kind) {
            let old: BTreeSet<Part> = estate
                .slices(region, kind)
                .filter(|(part, slice)| {
                    let id = SliceId { region: region.clone(), kind, part: (*part).clone() };
                    !self.wanted.contains(&id) && slice.age(now).is_none_or(|age| age > kind.age_limit())
                })
                .map(|(part, _)| part.clone())
                .collect();
            estate.retain_parts(region, kind, |part| !old.contains(part));
        }
    }

    fn is_over(&self, id: &SliceId) -> bool {
        matches!(self.purpose, Purpose::Once(_)) && self.entries.get(id).is_some_and(|entry| entry.tried)
    }

    fn wants(&self, kind: Kind) -> bool {
        match &self.purpose {
            // Ids come from these while they must be named.
            _ if matches!(kind, Kind::Groups | Kind::InstanceStatuses) && !self.by_ids.is_empty() => true,
            Purpose::Stay if kind == Kind::Regions => self.discovers,
            Purpose::Stay => Pace::of_kind(kind) != Pace::OnRequest || self.visible.contains(&kind),
            Purpose::Once(kinds) => kinds.contains(&kind) || matches!(kind, Kind::Identity | Kind::Alias),
        }
    }

    /// The pace of what was just read: of targets by their health now, or as it was known where the read failed.
    fn pace(&self, id: &SliceId, found: Option<&Found>, estate: &Estate) -> Pace {
        if id.kind == Kind::Targets {
            let now = match found {
                Some(Found::Rows(rows)) => <Target as Row>::of(rows),
                Some(Found::Split | Found::Named { .. } | Found::Placed { .. }) | None => None,
            };
            let known = estate.slice(id).map(|slice| slice.rows::<Target>());
            let troubled = now.or(known).is_some_and(|targets| {
                targets.iter().any(|target| !matches!(target.state, TargetState::Healthy | TargetState::Unused))
            });
            return Pace::of_targets(self.wanted.contains(id), troubled);
        }
        Pace::of_kind(id.kind)
    }

    fn priority(&self, id: &SliceId) -> Priority {
        if self.wanted.contains(id) || self.visible.contains(&id.kind) {
            Priority::Visible
        } else {
            Priority::Background
        }
    }

    /// Every slice that is to be kept fresh, as far as its parents are known.
    fn slices_to_read(&self, estate: &Estate, now: Timestamp) -> BTreeSet<SliceId> {
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
                Scope::Parent => {
                    for region in estate.scope() {
                        let parents = parents_of(read.kind, estate, region, now);
                        slices.extend(parents.into_iter().map(|parent| SliceId::of(region, read.kind, parent)));
                    }
                }
            }
        }
        slices
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
}

/// Whether a failure of this kind says that the credentials, and not the call, are at fault.
pub fn is_credentials(failure: &ReadFailure) -> bool {
    failure.kind == FailureKind::Credentials
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
