//! What becomes of a service: its pools, its quorum, its own databases, and what it needs.
//!
//! Owns: the verdict of one service. Depends on: pools, loads, databases. Must stay true: the worst part decides; what is not
//! touched keeps whatever its load; circular dependencies end.

use std::collections::BTreeSet;

use crate::estate::query::Query;
use crate::judge::JudgedService;
use crate::judge::index::Number;
use crate::judge::service::Service;

use super::load::Load;
use super::outcome::{Carrier, Outcome, Projection, Raise, ServiceOutlook};
use super::pool::{Pool, Serves};
use super::scene::Scene;
use super::{database, quorum, room};

/// Per cent of CPU beyond which those that remain do not do the work: a little more than all of it, since a few points of what is
/// measured are noise, and idle work that does not grow.
const FULL: f64 = 105.0;

impl<'a> Scene<'a> {
    /// What becomes of a service.
    pub fn service(&self, judged: &'a JudgedService) -> ServiceOutlook {
        let mut seen = BTreeSet::new();
        self.with_dependencies(judged, &mut seen)
    }

    /// What becomes of its machines alone, whatever it needs besides.
    pub fn machines(&self, judged: &'a JudgedService) -> ServiceOutlook {
        self.by_itself(&judged.service)
    }

    fn with_dependencies(&self, judged: &'a JudgedService, seen: &mut BTreeSet<&'a str>) -> ServiceOutlook {
        let service = &judged.service;
        seen.insert(&service.name);
        let mut outlook = self.by_itself(service);
        for id in &service.databases {
            let own = self.databases.get(id.as_str()).and_then(|each| database::of(self, each));
            outlook.follow_own(own.as_ref());
        }
        for id in &service.clusters {
            let own = self.clusters.clusters.iter().find(|cluster| cluster.id == *id);
            outlook.follow_own(own.and_then(|cluster| database::of_cluster(self, cluster)).as_ref());
        }
        let declared = self.policy.services.get(&service.name);
        for needs in declared.iter().flat_map(|declared| &declared.depends_on) {
            match self.fate_of(&needs.on, seen) {
                Fate::Seen => {}
                Fate::Nothing => {
                    outlook.add(Outcome::Unknown, format!("needs {}, and nothing here is called so", needs.on));
                }
                Fate::Known(fate) => outlook.follow(&needs.on, fate, needs.hard),
            }
        }
        outlook
    }

    /// What becomes of a service, database or cluster by its name.
    fn fate_of(&self, name: &str, seen: &mut BTreeSet<&'a str>) -> Fate {
        if seen.contains(name) {
            return Fate::Seen;
        }
        if let Some(service) = self.service_named(name) {
            return Fate::Known(self.with_dependencies(service, seen).outcome);
        }
        let untouched = |outlook: Option<super::DatabaseOutlook>| outlook.map_or(Outcome::Keeps, |each| each.outcome);
        if let Some(found) = self.databases.get(name) {
            return Fate::Known(untouched(database::of(self, found)));
        }
        match self.clusters.clusters.iter().find(|cluster| cluster.id.as_str() == name) {
            Some(found) => Fate::Known(untouched(database::of_cluster(self, found))),
            None => Fate::Nothing,
        }
    }

    /// What becomes of its machines.
    fn by_itself(&self, service: &'a Service) -> ServiceOutlook {
        let pools = self.pools(service);
        let declared = self.policy.services.get(&service.name);
        let mut outlook = ServiceOutlook {
            name: service.name.clone(),
            carrier: pools.first().map_or(Carrier::Database, |pool| pool.carrier),
            outcome: Outcome::Keeps,
            touched: pools.iter().any(|pool| pool.is_touched(self)),
            serving: Some(0),
            left: Some(0),
            cpu: None,
            cpu_limit: self.policy.headroom.cpu_limit,
            requests: None,
            safe_requests: declared.and_then(|declared| declared.safe_requests_per_target),
            queue_age_s: declared
                .and_then(|declared| declared.queue.as_deref())
                .and_then(|queue| self.metrics.latest(&Query::of_queue(queue)).value()),
            raise: None,
            without_writes_s: None,
            reasons: Vec::new(),
        };
        (outlook.serving, outlook.left) = (self.distinct(&pools, false), self.distinct(&pools, true));
        for pool in &pools {
            self.judge_pool(pool, pools.len() > 1, &mut outlook);
        }
        if let Some(quorum) = quorum::of(self, service, &pools) {
            outlook.judge_quorum(quorum);
        }
        outlook
    }

    /// How many instances serve in any of the pools, or remain of those; none where not all are known.
    fn distinct(&self, pools: &[Pool<'_>], left: bool) -> Option<usize> {
        if pools.iter().any(|pool| pool.unread.is_some()) {
            return None;
        }
        let counts = |serves: Serves| {
            let seats = pools.iter().flat_map(|pool| &pool.seats).filter(move |seat| seat.serves == serves);
            let kept = seats.filter(|seat| !left || self.gone.takes(seat.zone) != Some(true));
            kept.map(|seat| (seat.number, self.gone.takes(seat.zone))).collect::<BTreeSet<(Number, _)>>()
        };
        let serving = counts(Serves::Yes);
        let is_known = serving.iter().all(|(_, taken)| taken.is_some()) && counts(Serves::Unknown).is_empty();
        is_known.then_some(serving.len())
    }

    fn judge_pool(&self, pool: &Pool<'_>, several: bool, outlook: &mut ServiceOutlook) {
        let of = if several { format!(" of {}", pool.name) } else { String::new() };
        if let Some(reason) = &pool.unread {
            outlook.touched = true;
            outlook.add(Outcome::Unknown, reason.clone());
            return;
        }
        let load = Load::of(self, pool, outlook.safe_requests);
        if !pool.is_touched(self) {
            outlook.take_measures(&load);
            return;
        }
        let unknown = pool.seats.iter().filter(|seat| seat.serves == Serves::Unknown || self.is_adrift(seat)).count();
        if load.left == 0 {
            let (outcome, words) = self.nothing_left(pool, &load, unknown, &of);
            outlook.add(outcome, words);
            return;
        }
        outlook.take_measures(&load);
        if unknown > 0 {
            outlook.add(Outcome::Unknown, format!("{unknown}{of} of which nobody knows whether they serve"));
        }
        let measured = load.cpu.is_some() || load.requests.is_some() && outlook.safe_requests.is_some();
        if !measured {
            outlook.add(Outcome::Unknown, format!("CPU{of} not known"));
        }
        self.judge_load(pool, &load, outlook);
    }

    /// Whether a serving seat's zone is not known, so that nobody can say whether it goes.
    fn is_adrift(&self, seat: &super::pool::Seat<'_>) -> bool {
        seat.serves == Serves::Yes && self.gone.takes(seat.zone).is_none()
    }

    fn nothing_left(&self, pool: &Pool<'_>, load: &Load, unknown: usize, of: &str) -> (Outcome, String) {
        let rest = pool.seats.iter().filter(|seat| self.gone.takes(seat.zone) == Some(false)).count();
        match (load.serving, unknown) {
            (_, 1..) => (Outcome::Unknown, format!("{unknown}{of} of which nobody knows whether they serve")),
            // A balancer without a healthy target sends to all of them (aws-domain.md A.3).
            (0, 0) if pool.carrier == Carrier::Balancer && rest > 0 => {
                (Outcome::Unknown, format!("0 of {}{of} healthy now: it fails open", pool.seats.len()))
            }
            (0, 0) if rest > 0 => (Outcome::Lost, format!("none of {}{of} serves even now", pool.seats.len())),
            (0, 0) => (Outcome::Lost, format!("all {}{of} are there, and none serves", pool.seats.len())),
            (serving, 0) if rest > 0 && pool.carrier == Carrier::Balancer => {
                (Outcome::Lost, format!("loses all {serving}{of} that serve; {rest} elsewhere fail their checks"))
            }
            (serving, 0) => (Outcome::Lost, format!("loses all {serving}{of}{}", self.replaced_elsewhere(pool))),
        }
    }

    /// Whether a group would start what it lost in another zone.
    fn replaced_elsewhere(&self, pool: &Pool<'_>) -> &'static str {
        if self.gone.is_region() {
            return "";
        }
        let groups = pool.groups(self);
        let has_other = groups.iter().any(|group| {
            !group.suspended.contains_key("Launch")
                && group.zones.iter().any(|zone| !self.gone.takes_zone(zone) && !self.lacks_capacity(zone))
        });
        match (groups.is_empty(), has_other) {
            (true, _) => "",
            (false, true) => "; its group starts others elsewhere, minutes later",
            (false, false) => "; its group has no other zone",
        }
    }

    fn judge_load(&self, pool: &Pool<'_>, load: &Load, outlook: &mut ServiceOutlook) {
        let over_full = load.cpu.is_some_and(|cpu| cpu.after > FULL);
        let maybe = over_full && load.at_best.is_some_and(|best| best <= FULL);
        let over = load.cpu.is_some_and(|cpu| cpu.after > outlook.cpu_limit)
            || load.requests.zip(outlook.safe_requests).is_some_and(|(requests, safe)| requests.after > safe);
        if !over && !over_full {
            return;
        }
        // What a queue holds is done later: workers fall behind, they do not fall.
        let (outcome, words) = match (over_full, pool.carrier) {
            (true, _) if maybe => (Outcome::Unknown, "too much if cross-zone balancing is off, which was not read"),
            (true, Carrier::Group) => (Outcome::Strained, "falls behind: more work than they can do"),
            (true, _) => (Outcome::Lost, "more than they can do"),
            (false, _) => (Outcome::Strained, ""),
        };
        outlook.add(outcome, words);
        let raise = room::raise(self, pool, load.missing.max(1));
        outlook.need(raise);
    }
}

enum Fate {
    /// Already looked at on this way: a circle, or two ways to one thing.
    Seen,
    /// Nothing is called so.
    Nothing,
    Known(Outcome),
}

impl ServiceOutlook {
    /// The worst wins, and its reasons stand first; an empty reason leaves the numbers to speak.
    pub(super) fn add(&mut self, outcome: Outcome, reason: impl Into<String>) {
        let is_worse = outcome.verdict().severity() > self.outcome.verdict().severity();
        let reason = reason.into();
        let at = if is_worse { 0 } else { self.reasons.len() };
        if !reason.is_empty() && !self.reasons.contains(&reason) {
            self.reasons.insert(at, reason);
        }
        self.outcome = self.outcome.or(outcome);
    }

    /// The figures of the pool that fares worst stand for the service.
    fn take_measures(&mut self, load: &Load) {
        let worse = |held: Option<Projection>, new: Option<Projection>| match (held, new) {
            (Some(held), Some(new)) if new.after > held.after => Some(new),
            (None, new) => new,
            (held, _) => held,
        };
        self.cpu = worse(self.cpu, load.cpu);
        self.requests = worse(self.requests, load.requests);
    }

    /// Several pools' needs add up.
    fn need(&mut self, raise: Raise) {
        let Some(held) = &mut self.raise else {
            self.raise = Some(raise);
            return;
        };
        held.by += raise.by;
        held.groups.extend(raise.groups.into_iter().filter(|group| !held.groups.contains(group)).collect::<Vec<_>>());
        held.zones.extend(raise.zones.into_iter().filter(|zone| !held.zones.contains(zone)).collect::<Vec<_>>());
        held.under_max = held.under_max.zip(raise.under_max).map(|(one, other)| one + other);
        held.free_addresses = held.free_addresses.zip(raise.free_addresses).map(|(one, other)| one.min(other));
        for obstacle in raise.obstacles {
            if !held.obstacles.contains(&obstacle) {
                held.obstacles.push(obstacle);
            }
        }
    }

    fn judge_quorum(&mut self, quorum: quorum::Quorum) {
        let quorum::Quorum { of, up, left, unknown } = quorum;
        if left >= of {
            return;
        }
        if left + unknown >= of {
            self.add(Outcome::Unknown, format!("quorum {of}: {left} remain, {unknown} more may"));
        } else if up < of {
            self.add(Outcome::Lost, format!("quorum {of} is not there even now: {up} up"));
        } else {
            self.add(Outcome::Lost, format!("quorum {of} breaks: {left} remain"));
        }
    }

    /// Its own databases are hard parts of it, but for replicas that only read.
    fn follow_own(&mut self, own: Option<&super::DatabaseOutlook>) {
        let Some(own) = own else { return };
        self.touched = true;
        match own.outcome {
            Outcome::Keeps if own.without_writes_s.is_some() || self.carrier == Carrier::Database => {
                self.without_writes_s = self.without_writes_s.max(own.without_writes_s);
                self.reasons.push(format!("{}: {}", own.id, own.detail));
            }
            Outcome::Keeps => {}
            outcome => self.add(outcome, format!("{}: {}", own.id, own.detail)),
        }
    }

    fn follow(&mut self, on: &str, fate: Outcome, hard: bool) {
        self.touched |= fate != Outcome::Keeps;
        match (fate, hard) {
            (Outcome::Keeps, _) | (Outcome::Strained | Outcome::Unknown, false) => {}
            (Outcome::Lost, true) => self.add(Outcome::Lost, format!("goes with {on}")),
            (Outcome::Lost, false) => self.add(Outcome::Strained, format!("does less without {on}")),
            (Outcome::Strained, true) => self.add(Outcome::Strained, format!("needs {on}, which is strained")),
            (Outcome::Unknown, true) => self.add(Outcome::Unknown, format!("needs {on}, of which nobody knows")),
        }
    }
}
