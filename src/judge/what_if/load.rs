//! What those that remain would have to bear, at today's load (`aws-domain.md` B.4).
//!
//! Owns: the projection of CPU and requests, and how many members are missing to stay within the limits. Depends on: pools, metrics.
//! Must stay true: all work of today is borne by those that remain; a measure that was not read gives no number.
//!
//! A group's CPU is the mean over all its running members, those included that serve nothing; the work in it is theirs who serve.

use std::collections::BTreeMap;

use crate::estate::group::{Group, LifecycleState};
use crate::estate::query::{Measure, Query};
use crate::judge::index::Number;
use crate::judge::standing::Standing;

use super::outcome::Projection;
use super::pool::{Pool, Seat, Serves};
use super::scene::Scene;

/// What a pool bears today and what its rest would.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Load {
    /// Those that serve now.
    pub(super) serving: usize,
    /// Those of them that remain.
    pub(super) left: usize,
    /// CPU of one, per cent.
    pub(super) cpu: Option<Projection>,
    /// Requests a minute of one.
    pub(super) requests: Option<Projection>,
    /// CPU of one that remains if every zone's targets bore all work alike, where nobody knows whether they do.
    pub(super) at_best: Option<f64>,
    /// Members that are missing to stay within the limits, as far as these measures are known.
    pub(super) missing: usize,
}

impl Load {
    /// The load of a pool; `safe_requests`: what a target is known to bear a minute.
    pub(super) fn of(scene: &Scene<'_>, pool: &Pool<'_>, safe_requests: Option<f64>) -> Self {
        let share = Share::of(scene, pool);
        let rules = &scene.policy.headroom;
        let mut load = Self { serving: share.serving, left: share.left, ..Self::default() };
        let Some(factor) = share.factor().filter(|_| share.left > 0) else { return load };
        load.cpu = cpu_of(scene, pool).map(|now| {
            let idle = rules.idle_cpu.min(now);
            Projection { now, after: idle + (now - idle) * factor }
        });
        let at_best = load.cpu.zip(share.together()).filter(|_| share.cross_zone.is_none());
        load.at_best = at_best.map(|(cpu, factor)| {
            let idle = rules.idle_cpu.min(cpu.now);
            idle + (cpu.now - idle) * factor
        });
        load.requests = requests_of(scene, pool).map(|all| {
            let now = all / count(share.serving);
            Projection { now, after: now * factor }
        });
        let by_cpu = load.cpu.map(|cpu| {
            let idle = rules.idle_cpu.min(cpu.now);
            share.missing((cpu.now - idle) / (rules.cpu_limit - idle).max(1.0))
        });
        let by_requests = load.requests.zip(safe_requests).map(|(requests, safe)| share.missing(requests.now / safe));
        load.missing = by_cpu.into_iter().chain(by_requests).max().unwrap_or(0);
        load
    }
}

/// How a pool's work is shared out now, and over what remains.
struct Share {
    serving: usize,
    left: usize,
    /// Those that remain, zone by zone.
    zones: Vec<usize>,
    cross_zone: Option<bool>,
}

impl Share {
    fn of(scene: &Scene<'_>, pool: &Pool<'_>) -> Self {
        Self {
            serving: pool.serving().count(),
            left: pool.serving().filter(|seat| scene.remains(seat)).count(),
            zones: pool.left_by_zone(scene).into_values().collect(),
            cross_zone: pool.cross_zone,
        }
    }

    /// How much more the busiest of those that remain bears than one does on average today. With cross-zone balancing off every
    /// zone's node keeps its share of the clients to its own zone, however few targets are there; where that was not read, the
    /// worse of both counts.
    fn factor(&self) -> Option<f64> {
        let together = self.together();
        let fewest = self.zones.iter().copied().min().filter(|fewest| *fewest > 0);
        let apart = fewest.map(|fewest| count(self.serving) / (count(self.zones.len()) * count(fewest)));
        match self.cross_zone {
            Some(true) => together,
            Some(false) => apart,
            None => together.zip(apart).map(|(together, apart)| together.max(apart)),
        }
    }

    /// How much more each of those that remain bears where all share alike.
    fn together(&self) -> Option<f64> {
        (self.left > 0).then(|| count(self.serving) / count(self.left))
    }

    /// How many are missing so that each bears no more than its limit, where one bears `full` times the limit today.
    fn missing(&self, full: f64) -> usize {
        let all = count(self.serving) * full;
        let together = needed(all).saturating_sub(self.left);
        let each = needed(all / count(self.zones.len()));
        let apart = self.zones.iter().map(|zone| each.saturating_sub(*zone)).sum();
        match self.cross_zone {
            Some(true) => together,
            Some(false) => apart,
            None => together.max(apart),
        }
    }
}

/// CPU of one that serves, averaged over the pool: none where any part of it is not known.
fn cpu_of(scene: &Scene<'_>, pool: &Pool<'_>) -> Option<f64> {
    let index = &scene.judged.index;
    let mut members: BTreeMap<&str, (&Group, usize)> = BTreeMap::new();
    let (mut sum, mut counted) = (0.0, 0);
    for seat in pool.serving() {
        match index.membership_at(seat.number) {
            Some((group, _)) => members.entry(group.name.as_str()).or_insert((group, 0)).1 += 1,
            None => {
                let id = index.instance_at(seat.number)?.id.as_str();
                sum += scene.metrics.latest(&Query::of_instance(id)).value()?;
                counted += 1;
            }
        }
    }
    for (group, serving) in members.into_values() {
        sum += cpu_of_group(scene, pool, group)? * count(serving);
        counted += serving;
    }
    (counted > 0).then(|| sum / count(counted))
}

/// CPU of a member of a group that serves, where the mean is over some that do not.
fn cpu_of_group(scene: &Scene<'_>, pool: &Pool<'_>, group: &Group) -> Option<f64> {
    let mean = scene.metrics.latest(&Query::of_group(&group.name)).value()?;
    let index = &scene.judged.index;
    let idle = scene.policy.headroom.idle_cpu.min(mean);
    let serves =
        |number: Number| pool.seats.iter().any(|seat: &Seat<'_>| seat.number == number && seat.serves == Serves::Yes);
    let (mut measured, mut serving) = (0, 0);
    for (number, member) in index.members_of(group.name.as_str()) {
        let runs = !matches!(
            index.standing_at(number),
            Standing::Impaired | Standing::Unknown | Standing::Stopped | Standing::Terminating
        );
        let aside = matches!(member.state, LifecycleState::Standby | LifecycleState::EnteringStandby);
        // Behind another of the group's balancers it may work although this one does not send to it.
        let works =
            serves(number) || (!aside && index.standing_at(number) == Standing::InService && !is_seated(pool, number));
        serving += usize::from(works);
        measured += usize::from(runs || works);
    }
    if serving == 0 {
        return None;
    }
    // No processor is more than full: what the idle ones seem to have done then was none of this work.
    Some((idle + (mean - idle) * count(measured) / count(serving)).min(100.0_f64.max(mean)))
}

fn is_seated(pool: &Pool<'_>, number: Number) -> bool {
    pool.seats.iter().any(|seat| seat.number == number)
}

/// Requests a minute of the whole pool; none where any balancer's count is not known.
fn requests_of(scene: &Scene<'_>, pool: &Pool<'_>) -> Option<f64> {
    if let Some(name) = pool.classic {
        let query = Query::of_classic(Measure::Requests, name, None)?;
        return scene.metrics.latest(&query).value();
    }
    let group = pool.target_group?;
    let of_balancer = |balancer| {
        let query = Query::of_target_group(Measure::Requests, balancer, &group.arn, None)?;
        scene.metrics.latest(&query).value()
    };
    group.load_balancers.iter().map(of_balancer).sum()
}

fn count(n: usize) -> f64 {
    n as f64
}

/// The whole number of members that `work` takes; a hair over one is one.
fn needed(work: f64) -> usize {
    (work - 1e-9).ceil().clamp(0.0, 1e9) as usize
}
