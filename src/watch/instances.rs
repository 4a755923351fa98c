//! Instances: read in pages, and while that fails, by their ids (`aws-domain.md` A.1).
//!
//! Owns: when one way gives way to the other. Depends on: the schedule, the ids. Must stay true: a zone that does not answer while
//! others do is *silent*, unknown since its first failure with its last rows kept; the paged call is probed and taken up again
//! as soon as it answers; no failure is met with more calls than before.

use jiff::Timestamp;

use crate::aws::{Ask, ById, Found};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update, parents};
use crate::id::{InstanceId, Region, ZoneName};

use super::by_ids::{Answer, ByIds, may_be_zonal};
use super::question::{self, zones_of};
use super::{Entry, Moment, Purpose, Watch, pace};

/// Reads of a zone that must fail in a row before it is called silent: one may fail by chance.
const SURE: u32 = 2;

impl Watch {
    /// The words of a question; none while it must wait for another answer.
    pub(super) fn ask(&self, id: &SliceId, estate: &Estate, now: Moment) -> Option<Ask> {
        if id.kind == Kind::Series {
            return self.plan.ask(id, now.at);
        }
        let Some(by_ids) = self.by_ids.get(&id.region) else { return question::ask(id, estate, now.at) };
        let region = &id.region;
        match &id.part {
            _ if id.kind == Kind::InstanceStatuses => Some(Ask { of_all: true, ..question::ask(id, estate, now.at)? }),
            _ if id.kind != Kind::Instances => question::ask(id, estate, now.at),
            Part::All => Some(Ask { is_probe: true, ..question::ask(id, estate, now.at)? }),
            Part::Zone(zone) => {
                if ![Kind::Groups, Kind::InstanceStatuses].into_iter().all(|kind| self.were_tried(region, kind)) {
                    return None;
                }
                let ids = by_ids.in_zone(zone, estate, region, now.at);
                // A zone that fails again and again is asked once.
                let is_probe = by_ids.failures(zone) >= SURE;
                Some(Ask { by_id: Some(ById::InZone(ids)), is_probe, ..Ask::default() })
            }
            Part::Of(_) => {
                if !self.targets_were_tried(estate, region) {
                    return None;
                }
                let ids = by_ids.unplaced(estate, region, now.at);
                Some(Ask { by_id: Some(ById::Unplaced(ids)), is_probe: true, ..Ask::default() })
            }
        }
    }

    /// Whether this is the paged call of a region that is read by ids.
    pub(super) fn is_probe(&self, id: &SliceId) -> bool {
        id.kind == Kind::Instances && id.part == Part::All && self.by_ids.contains_key(&id.region)
    }

    /// What changes by a read of instances that ended.
    pub(super) fn take_instances(
        &mut self,
        id: &SliceId,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Moment,
    ) -> Option<Update> {
        let was_by_id = self.entries.get(id).is_some_and(|entry| entry.by_id);
        let is_by_ids = self.by_ids.contains_key(&id.region);
        match (is_by_ids, was_by_id, &id.part) {
            (true, true, Part::Zone(zone)) => self.take_zone(id, zone, outcome, estate, now.at),
            (true, true, _) => {
                self.take_places(&id.region, outcome, now.at);
                None
            }
            (true, false, Part::All) => self.take_probe(id, outcome, estate, now.at),
            // Asked before the way of reading changed: it is asked again the new way.
            (true, false, _) | (false, true, _) => {
                self.make_due(id);
                None
            }
            (false, false, _) => self.take_paged(id, outcome, estate, now),
        }
    }

    /// What changes by a read of status checks that ended. One that did not name every instance is made again where they must be
    /// named.
    pub(super) fn take_statuses(
        &mut self,
        id: &SliceId,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Timestamp,
    ) -> Option<Update> {
        let named_all = self.entries.get(id).is_some_and(|entry| entry.by_id);
        if self.by_ids.contains_key(&id.region) && !named_all && outcome.is_ok() {
            self.make_due(id);
        }
        self.take(id, outcome, estate, now)
    }

    fn take_paged(
        &mut self,
        id: &SliceId,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Moment,
    ) -> Option<Update> {
        match outcome {
            Err(why) if self.leads_on(id, &why, estate) => Some(self.read_by_ids(&id.region, why, estate, now)),
            Err(why) if self.stands_alone(id, &why, estate) => {
                let zone = id.part.to_string();
                let slice = Slice::failed(silent(&zone, &why, "the other zones"), now.at);
                Some(Update { whole: false, ..Update::part(id.clone(), slice) })
            }
            outcome => self.take(id, outcome, estate, now.at),
        }
    }

    /// Whether a paged call that failed gives way to asking by ids: after two attempts in a row, which a 5xx has had within the
    /// read and a time-out has not; at once where there is nothing to show meanwhile. One zone of many that fails alone does not.
    fn leads_on(&self, id: &SliceId, why: &ReadFailure, estate: &Estate) -> bool {
        let region = &id.region;
        let zones: Vec<ZoneName> = zones_of(estate, region).collect();
        if zones.is_empty() || !may_be_zonal(why.kind) || self.is_ec2_out_of_reach(why, estate, region) {
            return false;
        }
        let failures = |part: Part| {
            let id = SliceId { region: region.clone(), kind: Kind::Instances, part };
            self.entries.get(&id).map_or(0, |entry| entry.failures)
        };
        if matches!(id.part, Part::Zone(_)) {
            let failing = zones.iter().filter(|zone| failures(Part::Zone((*zone).clone())) > 0).count();
            return failing >= 2.min(zones.len());
        }
        let is_remembered = estate.slice(id).is_some_and(|slice| slice.read_at().is_some() && !slice.is_kept());
        let may_wait = is_remembered && matches!(self.purpose, Purpose::Stay);
        why.kind == FailureKind::Service || failures(Part::All) >= 2 || !may_wait
    }

    /// Whether nothing of EC2 answers: there is nobody to ask by ids either.
    fn is_ec2_out_of_reach(&self, why: &ReadFailure, estate: &Estate, region: &Region) -> bool {
        let mut checks = estate.slices(region, Kind::InstanceStatuses).filter_map(|(_, slice)| slice.failure());
        why.kind == FailureKind::Unreachable && checks.any(|failure| failure.why.kind == FailureKind::Unreachable)
    }

    /// Whether one zone's own paged read fails again and again while those of all others do not.
    fn stands_alone(&self, id: &SliceId, why: &ReadFailure, estate: &Estate) -> bool {
        let again = self.entries.get(id).is_some_and(|entry| entry.failures >= 2);
        let mut others = estate.slices(&id.region, Kind::Instances).filter(|(part, _)| **part != id.part).peekable();
        matches!(id.part, Part::Zone(_))
            && again
            && may_be_zonal(why.kind)
            && others.peek().is_some()
            && others.all(|(_, slice)| slice.read_at().is_some() && slice.failure().is_none())
    }

    /// From now on by ids: each zone keeps its share of what was read last, and the failure.
    fn read_by_ids(&mut self, region: &Region, why: ReadFailure, estate: &Estate, now: Moment) -> Update {
        let all = estate.slice(&SliceId::all(region, Kind::Instances));
        let slice_of = |zone: &ZoneName| {
            let id = SliceId { region: region.clone(), kind: Kind::Instances, part: Part::Zone(zone.clone()) };
            let failed = Slice::failed(why.clone(), now.at);
            match (estate.slice(&id), all) {
                (None, Some(all)) => all.narrowed(|row: &Instance| row.zone == *zone).followed_by(failed),
                _ => failed,
            }
        };
        let slices = zones_of(estate, region).map(|zone| (Part::Zone(zone.clone()), slice_of(&zone))).collect();
        self.by_ids.insert(region.clone(), ByIds::new(why));
        let checks: Vec<SliceId> = self.entries_of(region, Kind::InstanceStatuses).map(|(id, _)| id.clone()).collect();
        for id in super::by_ids::parts(region, estate).into_iter().chain(checks) {
            self.make_due(&id);
        }
        let probe = self.entries.entry(SliceId::all(region, Kind::Instances)).or_default();
        let wait = jiff::SignedDuration::try_from(pace::wait_between_probes(1)).unwrap_or_default();
        *probe = Entry { tried: true, failures: 1, due_at: now.steady.checked_add(wait).ok(), ..Entry::default() };
        Update { region: region.clone(), kind: Kind::Instances, slices, whole: false }
    }

    /// The paged call answers again, or it does not.
    fn take_probe(
        &mut self,
        id: &SliceId,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Timestamp,
    ) -> Option<Update> {
        if let Err(why) = outcome {
            if let Some(by_ids) = self.by_ids.get_mut(&id.region) {
                by_ids.paged = why;
            }
            return None;
        }
        self.by_ids.remove(&id.region);
        self.split.remove(&(id.region.clone(), Kind::Instances));
        for zone in zones_of(estate, &id.region) {
            self.make_due(&SliceId { region: id.region.clone(), kind: Kind::Instances, part: Part::Zone(zone) });
        }
        self.take(id, outcome, estate, now)
    }

    /// One zone's answer by ids.
    fn take_zone(
        &mut self,
        id: &SliceId,
        zone: &ZoneName,
        outcome: Result<Found, ReadFailure>,
        estate: &Estate,
        now: Timestamp,
    ) -> Option<Update> {
        let by_ids = self.by_ids.get_mut(&id.region)?;
        let mut slices = Vec::new();
        match outcome {
            Ok(Found::Named { rows, missing }) => {
                let read = <Instance as Row>::of(&rows).unwrap_or(&[]);
                let asked = read.len() + missing.len();
                by_ids.note(read.iter().map(|instance| &instance.id), missing, now);
                let nothing_is_there = || estate.table::<InstanceStatus>(&id.region, now).covers(zone);
                if asked > 0 || nothing_is_there() {
                    by_ids.answers.insert(zone.clone(), Answer::Read(asked));
                    let rows = with_unbelieved(by_ids, zone, read, estate.slice(id).map(|slice| &**slice), now);
                    slices.push((id.part.clone(), Slice::read(Instance::rows(rows), now)));
                } else {
                    // Nobody names an instance there, and nobody can be asked whether there is one.
                    by_ids.answers.remove(zone);
                    slices.push((id.part.clone(), Slice::failed(by_ids.paged.clone(), now)));
                }
            }
            Ok(_) => return None,
            Err(why) => {
                slices.push((id.part.clone(), Slice::failed(why.clone(), now)));
                let times = by_ids.failures(zone).saturating_add(1);
                by_ids.answers.insert(zone.clone(), Answer::Failed(why, times));
            }
        }
        tell_silent(by_ids, &id.region, &mut slices, estate, now);
        // A single reading makes sure at once; a watch comes back to it soon.
        if matches!(self.purpose, Purpose::Once(_)) && (1..SURE).contains(&self.by_ids.get(&id.region)?.failures(zone))
        {
            self.make_due(id);
        }
        Some(Update { region: id.region.clone(), kind: id.kind, slices, whole: false })
    }

    /// Where unplaced instances are: their zones are read again with them.
    fn take_places(&mut self, region: &Region, outcome: Result<Found, ReadFailure>, now: Timestamp) {
        let Some(by_ids) = self.by_ids.get_mut(region) else { return };
        let Ok(Found::Placed { zones, missing, unanswered }) = outcome else { return };
        by_ids.note(zones.iter().map(|(id, _)| id), missing, now);
        by_ids.note_unanswered(unanswered);
        by_ids.placed.extend(zones.iter().cloned());
        for (_, zone) in zones {
            self.make_due(&SliceId { region: region.clone(), kind: Kind::Instances, part: Part::Zone(zone) });
        }
    }

    /// Due now, though it was tried.
    fn make_due(&mut self, id: &SliceId) {
        let entry = self.entries.entry(id.clone()).or_default();
        entry.due_at = None;
        entry.tried = false;
    }

    /// Whether every slice of a kind was tried in a region, and there is one.
    pub(super) fn were_tried(&self, region: &Region, kind: Kind) -> bool {
        let mut entries = self.entries_of(region, kind).peekable();
        entries.peek().is_some() && entries.all(|(_, entry)| entry.tried)
    }

    fn entries_of(&self, region: &Region, kind: Kind) -> impl Iterator<Item = (&SliceId, &Entry)> {
        // Of a kind's parts `All` is the first.
        let from = self.entries.range(SliceId::all(region, kind)..);
        from.take_while(move |(id, _)| id.region == *region && id.kind == kind)
    }

    /// Whether all that names instances without their zones was tried, as far as it is read at all.
    fn targets_were_tried(&self, estate: &Estate, region: &Region) -> bool {
        let pairs = [(Kind::TargetGroups, Kind::Targets), (Kind::ClassicBalancers, Kind::ClassicTargets)];
        pairs.into_iter().filter(|(_, health)| self.wants(*health)).all(|(listing, health)| {
            let none = parents::of(health, estate, region).is_empty();
            self.were_tried(region, listing) && (none || self.were_tried(region, health))
        })
    }
}

/// The zone's rows as read, and as they were last known those that AWS does not know for less than a minute.
fn with_unbelieved(
    by_ids: &mut ByIds,
    zone: &ZoneName,
    read: &[Instance],
    before: Option<&Slice>,
    now: Timestamp,
) -> Vec<Instance> {
    let (here, elsewhere): (Vec<&Instance>, Vec<&Instance>) = read.iter().partition(|row| row.zone == *zone);
    by_ids.placed.extend(elsewhere.into_iter().map(|row| (row.id.clone(), row.zone.clone())));
    let mut rows: Vec<Instance> = here.into_iter().cloned().collect();
    let found: std::collections::HashSet<InstanceId> = rows.iter().map(|row| row.id.clone()).collect();
    let known = before.map(|slice| slice.rows::<Instance>()).unwrap_or(&[]);
    let kept = known.iter().filter(|row| !found.contains(&row.id) && by_ids.is_unbelieved(&row.id, now));
    rows.extend(kept.cloned());
    rows
}

/// Calls silent each zone that fails while another answers, once that is known. A zone stays silent until it answers.
fn tell_silent(by_ids: &ByIds, region: &Region, slices: &mut Vec<(Part, Slice)>, estate: &Estate, now: Timestamp) {
    let answering: Vec<&str> = by_ids.answering().map(ZoneName::as_str).collect();
    for (zone, answer) in &by_ids.answers {
        let Answer::Failed(why, times) = answer else { continue };
        let part = Part::Zone(zone.clone());
        let id = SliceId { region: region.clone(), kind: Kind::Instances, part: part.clone() };
        let told = estate.slice(&id).and_then(|slice| slice.failure()).map(|failure| &failure.why);
        let told = told.filter(|why| why.kind == FailureKind::Silent);
        let is_new = slices.iter().any(|(of, _)| *of == part);
        if !may_be_zonal(why.kind) || *times < SURE || (told.is_some() && !is_new) {
            continue;
        }
        let why = match told {
            Some(told) if answering.is_empty() => told.clone(),
            _ if answering.is_empty() => continue,
            _ => silent(zone.as_str(), why, &answering.join(", ")),
        };
        slices.retain(|(of, _)| *of != part);
        slices.push((part, Slice::failed(why, now)));
    }
}

fn silent(zone: &str, why: &ReadFailure, others: &str) -> ReadFailure {
    let message = format!("no answer for the instances of {zone}, while there is one for {others}: {}", why.message);
    ReadFailure { kind: FailureKind::Silent, message: message.into(), ..why.clone() }
}
