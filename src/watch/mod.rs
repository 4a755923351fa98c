//! What to read next: visible and waited-for first, each kind at its pace, failures with back-off.
//!
//! Owns: the schedule of reads and the inventory kept on disk. May know: the estate and the adapter's questions. Must stay true:
//! no I/O in the schedule, which takes a time and returns what is due; no read runs twice at once; nothing is asked that depends
//! on what is not known yet.

mod by_ids;
mod instances;
mod keep;
pub mod metrics;
mod pace;
mod question;
pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::aws::{Ask, Found, Priority};
use crate::estate::balancer::{Target, TargetState};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;
use by_ids::ByIds;
use metrics::{Budget, Plan, Tier};
use pace::Pace;
use question::zones_of;

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
    budget: Budget,
    plan: Plan,
    /// When the metrics were last planned, on the steady clock; none where they must be planned anew.
    planned_at: Option<Timestamp>,
    /// How many metrics were asked for charts since the start.
    charted: u64,
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
            budget: Budget::default(),
            plan: Plan::default(),
            planned_at: None,
            charted: 0,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Reads everything so many times as seldom: 2 is half as often.
    pub fn stretch(&mut self, factor: f64) {
        self.stretch = factor;
    }

    /// Says what metrics may cost; until then none is asked.
    pub fn spend(&mut self, budget: Budget) {
        self.budget = budget;
        self.planned_at = None;
    }

    /// What is asked of metrics, how often, and what it costs.
    pub fn metrics(&self) -> &Plan {
        &self.plan
    }

    /// How many metrics were asked for charts since the start: a person's wish, beyond the budget of the rest.
    pub fn charted(&self) -> u64 {
        self.charted
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

    /// Makes everything that is visible due now, but for metrics: they cost money, and have a new value each minute.
    pub fn refresh(&mut self, now: Moment) {
        for (id, entry) in &mut self.entries {
            if !entry.running
                && !matches!(id.kind, Kind::Series | Kind::Charts)
                && (self.visible.is_empty() || self.visible.contains(&id.kind) || self.wanted.contains(id))
            {
                entry.due_at = Some(now.steady);
            }
        }
    }

    /// The reads that are due at `now`, the most urgent first; they count as running until [`Watch::finished`].
    pub fn due(&mut self, estate: &Estate, now: Moment) -> Vec<Job> {
        let wanted = self.slices_to_read(estate, now.steady);
        self.entries.retain(|id, entry| entry.running || wanted.contains(id));
        let mut jobs = Vec::new();
        for id in wanted {
            let entry = self.entries.entry(id.clone()).or_default();
            if entry.running || entry.due_at.is_some_and(|due| due > now.steady) || self.is_over(&id) {
                continue;
            }
            let Some(ask) = self.ask(&id, estate, now) else { continue };
            let priority = self.priority(&id);
            if id.kind == Kind::Charts {
                self.charted += ask.metrics.len() as u64;
            }
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
    pub fn is_done(&mut self, estate: &Estate, now: Moment) -> bool {
        self.entries.values().all(|entry| !entry.running)
            && self
                .slices_to_read(estate, now.steady)
                .iter()
                .all(|id| self.entries.get(id).is_some_and(|entry| entry.tried))
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
        if !entry.tried && Tier::any_hangs_on(id.kind) {
            self.planned_at = None;
        }
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

    fn is_over(&self, id: &SliceId) -> bool {
        matches!(self.purpose, Purpose::Once(_)) && self.entries.get(id).is_some_and(|entry| entry.tried)
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
        self.plan.interval_s(id).map_or(Pace::of_kind(id.kind), Pace::Every)
    }

    fn priority(&self, id: &SliceId) -> Priority {
        if self.wanted.contains(id) || self.visible.contains(&id.kind) {
            Priority::Visible
        } else {
            Priority::Background
        }
    }
}

/// Whether a failure of this kind says that the credentials, and not the call, are at fault.
pub fn is_credentials(failure: &ReadFailure) -> bool {
    failure.kind == FailureKind::Credentials
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
