//! A region whose instances are read by their ids, zone by zone, while the paged call fails (`aws-domain.md` A.1).
//!
//! Owns: which ids are asked for, and what the answers so far say of zones and ids. Depends on: the estate. Must stay true: ids
//! come from every source that names instances, so that replacements and an empty memory are covered; an id that AWS does not
//! know is *gone* only once that has been said for long enough (A.9).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::estate::balancer::{ClassicTarget, Target};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState, InstanceStatus};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, SliceId};
use crate::id::{InstanceId, Region, ZoneName};

use super::question::zones_of;

/// The part that stands for the question where unplaced instances are. No slice has it.
const UNPLACED: &str = "zone unknown";

/// How long an id may be unknown to AWS before that is believed: a new one is unknown for seconds (`aws-domain.md` A.9).
const BELIEVED: SignedDuration = SignedDuration::from_secs(60);

/// What is known of a region while its instances are read by their ids.
#[derive(Debug)]
pub(super) struct ByIds {
    /// Why the paged call failed.
    pub(super) paged: ReadFailure,
    /// How each zone last answered.
    pub(super) answers: BTreeMap<ZoneName, Answer>,
    /// Zones learned for ids that only balancers name.
    pub(super) placed: BTreeMap<InstanceId, ZoneName>,
    /// Ids that AWS does not know.
    missing: BTreeMap<InstanceId, Missing>,
    /// Ids of no known zone for which AWS does not answer.
    unanswered: BTreeSet<InstanceId>,
}

/// How a zone answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// With its instances, after so many ids were asked for.
    Read(usize),
    /// Not, and how often in a row.
    Failed(ReadFailure, u32),
}

#[derive(Debug)]
struct Missing {
    since: Timestamp,
    times: u32,
    ask_again_at: Timestamp,
}

/// What is read of a region: each zone, the paged call as a probe, and the zones of those that have none.
pub(super) fn parts(region: &Region, estate: &Estate) -> Vec<SliceId> {
    let zones = zones_of(estate, region).map(Part::Zone);
    let parts = zones.chain([Part::All, Part::Of(UNPLACED.into())]);
    parts.map(|part| SliceId { region: region.clone(), kind: Kind::Instances, part }).collect()
}

impl ByIds {
    /// Nothing has been asked for by id yet.
    pub(super) fn new(paged: ReadFailure) -> Self {
        Self {
            paged,
            answers: BTreeMap::new(),
            placed: BTreeMap::new(),
            missing: BTreeMap::new(),
            unanswered: BTreeSet::new(),
        }
    }

    /// The ids to ask for in a zone: what is remembered there, what groups and status checks place there, what was learned.
    pub(super) fn in_zone(&self, zone: &ZoneName, estate: &Estate, region: &Region, now: Timestamp) -> Vec<InstanceId> {
        let mut ids: BTreeSet<InstanceId> = BTreeSet::new();
        each_placed(estate, region, now, |id, of| {
            if of == zone {
                ids.insert(id.clone());
            }
        });
        ids.extend(self.placed.iter().filter(|(_, of)| *of == zone).map(|(id, _)| id.clone()));
        ids.retain(|id| self.may_ask(id, now));
        ids.into_iter().collect()
    }

    /// Targets of which nobody knows the zone: those never asked about first.
    pub(super) fn unplaced(&self, estate: &Estate, region: &Region, now: Timestamp) -> Vec<InstanceId> {
        let mut known: HashSet<&str> = self.placed.keys().map(InstanceId::as_str).collect();
        each_placed(estate, region, now, |id, _| {
            known.insert(id.as_str());
        });
        let targets = estate.table::<Target>(region, now).known().filter_map(Target::instance);
        let classic = estate.table::<ClassicTarget>(region, now).known().map(|target| target.instance.clone());
        let ids: BTreeSet<InstanceId> =
            targets.chain(classic).filter(|id| !known.contains(id.as_str()) && self.may_ask(id, now)).collect();
        let (asked, new): (Vec<InstanceId>, Vec<InstanceId>) =
            ids.into_iter().partition(|id| self.unanswered.contains(id));
        new.into_iter().chain(asked).collect()
    }

    /// Takes note of what AWS said of ids: those that it knows, and those that it does not.
    pub(super) fn note<'i>(
        &mut self,
        found: impl Iterator<Item = &'i InstanceId>,
        missing: Vec<InstanceId>,
        now: Timestamp,
    ) {
        for id in found {
            self.missing.remove(id);
            self.unanswered.remove(id);
        }
        for id in missing {
            self.unanswered.remove(&id);
            let known = self.missing.entry(id).or_insert(Missing { since: now, times: 0, ask_again_at: now });
            known.times = known.times.saturating_add(1);
            let wait = (1i64 << known.times.saturating_sub(1).min(6)).min(60);
            known.ask_again_at = now.checked_add(SignedDuration::from_secs(wait)).unwrap_or(now);
        }
    }

    /// Takes note of ids, each asked for alone, for which AWS does not answer.
    pub(super) fn note_unanswered(&mut self, ids: Vec<InstanceId>) {
        self.unanswered.extend(ids);
    }

    /// Whether AWS does not know the id, and not for so long yet that it is gone.
    pub(super) fn is_unbelieved(&self, id: &InstanceId, now: Timestamp) -> bool {
        self.missing.get(id).is_some_and(|missing| now.duration_since(missing.since) < BELIEVED)
    }

    /// The zones that answer, of those that have instances.
    pub(super) fn answering(&self) -> impl Iterator<Item = &ZoneName> {
        self.answers.iter().filter(|(_, answer)| matches!(answer, Answer::Read(ids) if *ids > 0)).map(|(zone, _)| zone)
    }

    /// How often in a row a zone's read has failed.
    pub(super) fn failures(&self, zone: &ZoneName) -> u32 {
        match self.answers.get(zone) {
            Some(Answer::Failed(_, times)) => *times,
            Some(Answer::Read(_)) | None => 0,
        }
    }

    fn may_ask(&self, id: &InstanceId, now: Timestamp) -> bool {
        self.missing.get(id).is_none_or(|missing| missing.ask_again_at <= now)
    }
}

/// Every instance that anything places in a zone: the inventory, however old, groups, and status checks. Terminated ones are not
/// asked for: AWS forgets them within the hour.
fn each_placed<'a>(
    estate: &'a Estate,
    region: &Region,
    now: Timestamp,
    mut see: impl FnMut(&'a InstanceId, &'a ZoneName),
) {
    let is_over = |instance: &&Instance| instance.state == InstanceState::Terminated;
    for instance in estate.table::<Instance>(region, now).known().filter(|instance| !is_over(instance)) {
        see(&instance.id, &instance.zone);
    }
    for member in estate.table::<Group>(region, now).known().flat_map(|group| &group.members) {
        see(&member.instance, &member.zone);
    }
    for status in estate.table::<InstanceStatus>(region, now).known() {
        if let Some(zone) = &status.zone {
            see(&status.instance, zone);
        }
    }
}

/// Whether a failure may be a zone's trouble: AWS failed, or said nothing.
pub(super) fn may_be_zonal(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Service | FailureKind::Unreachable | FailureKind::Malformed)
}
