//! What would help: each change that could be made, by what the arithmetic then gives.
//!
//! Owns: the candidates. Depends on: the model. Must stay true: a change is reckoned, never guessed; one that gains nothing is not
//! named.

use crate::id::ZoneName;
use crate::judge::policy::AvailabilityRules;

use super::arithmetic::minutes_a_month;
use super::model::{Model, Pool, Single, SingleKind};
use super::parts::Parts;
use super::scene::Scene;
use super::{Help, Loss};

/// Minutes a month below which a change is not worth its name.
const WORTH: f64 = 0.05;
/// Zones over which a service in one zone would be spread.
const USUAL_ZONES: usize = 3;
/// Members taken away when the loss of scaling in is shown (`aws-domain.md` D).
const SCALED_IN: usize = 2;

/// Every change that helps, the one with the largest gain first.
pub(super) fn that_help(scenes: &[Scene<'_>], parts: &Parts, now: f64, rules: &AvailabilityRules) -> Vec<Help> {
    let mut candidates: Vec<(String, Model)> = Vec::new();
    for (at, pool) in parts.model.pools.iter().enumerate() {
        let zones = scenes.iter().find(|scene| *scene.region == pool.region).map_or(&[][..], |scene| &scene.zones);
        let others = of_pool(pool, zones).into_iter();
        candidates.extend(others.map(|(words, pool)| (words, with_pool(&parts.model, at, pool))));
    }
    for (at, single) in parts.model.singles.iter().enumerate() {
        let others = of_single(single).into_iter();
        candidates.extend(others.map(|(words, kind)| (words, with_single(&parts.model, at, kind))));
    }
    let softer = parts.without.iter().map(|(name, model)| (format!("{name} made soft: bear its loss"), model.clone()));
    candidates.extend(softer);
    let mut helps: Vec<Help> = candidates
        .into_iter()
        .filter_map(|(change, model)| {
            let availability = model.availability(rules)?;
            let minutes_gained = minutes_a_month(now) - minutes_a_month(availability);
            (minutes_gained >= WORTH).then_some(Help { change, availability, minutes_gained })
        })
        .collect();
    helps.sort_by(|a, b| b.minutes_gained.total_cmp(&a.minutes_gained).then_with(|| a.change.cmp(&b.change)));
    helps
}

/// What scaling in by two loses, in the pool where that loses most.
pub(super) fn scaled_in(parts: &Parts, now: f64, rules: &AvailabilityRules) -> Option<Loss> {
    let own = parts.model.pools.iter().enumerate().filter(|(_, pool)| pool.via.is_none() && pool.total() > SCALED_IN);
    let losses = own.filter_map(|(at, pool)| {
        let mut smaller = pool.clone();
        (0..SCALED_IN).for_each(|_| take_one(&mut smaller));
        let availability = with_pool(&parts.model, at, smaller).availability(rules)?;
        let minutes_lost = minutes_a_month(availability) - minutes_a_month(now);
        Some(Loss { of: pool.name.clone(), by: SCALED_IN, availability, minutes_lost })
    });
    losses.max_by(|a, b| a.minutes_lost.total_cmp(&b.minutes_lost))
}

/// A group scales in where it has most.
fn take_one(pool: &mut Pool) {
    if let Some(count) = pool.counts.values_mut().max_by_key(|count| **count) {
        *count = count.saturating_sub(1);
    }
}

fn of_pool(pool: &Pool, zones: &[ZoneName]) -> Vec<(String, Pool)> {
    let total = pool.total();
    let used: Vec<ZoneName> =
        pool.counts.iter().filter(|(_, count)| **count > 0).map(|(zone, _)| zone.clone()).collect();
    let name = &pool.name;
    let mut others = Vec::new();
    if total == 0 {
        return others;
    }
    let mut more = pool.clone();
    more.counts.values_mut().filter(|count| **count > 0).for_each(|count| *count += 1);
    let place = if let [one] = used.as_slice() { format!("in {one}") } else { "a zone".to_owned() };
    others.push((format!("{name} +1 {place} ({total}>{})", more.total()), more));
    if let Some(zone) = zones.iter().find(|zone| !used.contains(zone)) {
        let mut wider = pool.clone();
        wider.counts.insert(zone.clone(), 1);
        others.push((format!("{name} +1 in {zone} ({total}>{})", total + 1), wider));
        let wanted: Vec<ZoneName> = used.iter().chain([zone]).cloned().collect();
        if total >= wanted.len() {
            others.push((format!("{name}: the same {total} over {zone} too"), spread_evenly(pool, total, &wanted)));
        }
    }
    let even = spread_evenly(pool, total, &used);
    if even.counts != pool.counts {
        others.push((format!("{name}: the same {total} evenly over zones"), even));
    }
    others.extend(bearing_a_zone(pool, &used, zones));
    others
}

/// As many as are enough when a zone goes: capacity for what is needed in one zone less (`aws-domain.md` B.4).
fn bearing_a_zone(pool: &Pool, used: &[ZoneName], zones: &[ZoneName]) -> Option<(String, Pool)> {
    let others = zones.iter().filter(|zone| !used.contains(zone)).take(USUAL_ZONES.saturating_sub(used.len()));
    let home: Vec<ZoneName> = if used.len() > 1 { used.to_vec() } else { used.iter().chain(others).cloned().collect() };
    let ways = home.len();
    let total = pool.total();
    let bears = |all: usize| all - all.div_ceil(ways) >= pool.needed;
    // With one zone more than one, twice what is needed is always enough.
    let wanted = (ways > 1).then(|| (total..=total.max(pool.needed * 2)).find(|all| bears(*all)))??;
    let place = if ways > used.len() { format!(" over {ways} zones") } else { String::new() };
    let words = format!("{} {total}>{wanted}{place}: bears losing one", pool.name);
    let words = if place.is_empty() { words.replace("losing one", "losing a zone") } else { words };
    (wanted > total || ways > used.len()).then(|| (words, spread_evenly(pool, wanted, &home)))
}

/// So many of them, evenly over these zones.
fn spread_evenly(pool: &Pool, total: usize, zones: &[ZoneName]) -> Pool {
    let ways = zones.len().max(1);
    let share = |at: usize| total / ways + usize::from(at < total % ways);
    // Who has most now keeps most, so that an even pool stays as it is.
    let mut zones: Vec<&ZoneName> = zones.iter().collect();
    zones.sort_by_key(|zone| std::cmp::Reverse(pool.counts.get(*zone).copied().unwrap_or(0)));
    let counts = zones.into_iter().enumerate().map(|(at, zone)| (zone.clone(), share(at))).collect();
    Pool { counts, ..pool.clone() }
}

fn of_single(single: &Single) -> Vec<(String, SingleKind)> {
    let name = &single.name;
    match single.kind {
        SingleKind::BalancerOneZone => vec![(format!("balancer {name} in a second zone"), SingleKind::Balancer)],
        SingleKind::DatabaseOneZone => vec![(format!("{name} Multi-AZ on"), SingleKind::DatabaseMultiAz)],
        SingleKind::DatabaseStandbyMissing => {
            vec![(format!("{name}: its standby back"), SingleKind::DatabaseMultiAz)]
        }
        SingleKind::DatabaseMultiAz | SingleKind::ClusterMultiAz => {
            vec![(format!("{name} on Aurora over zones"), SingleKind::Aurora)]
        }
        SingleKind::AuroraOneZone => vec![(format!("{name}: a reader in another zone"), SingleKind::Aurora)],
        SingleKind::Balancer | SingleKind::Aurora => Vec::new(),
    }
}

fn with_pool(model: &Model, at: usize, pool: Pool) -> Model {
    let mut model = model.clone();
    if let Some(place) = model.pools.get_mut(at) {
        *place = pool;
    }
    model
}

fn with_single(model: &Model, at: usize, kind: SingleKind) -> Model {
    let mut model = model.clone();
    if let Some(single) = model.singles.get_mut(at) {
        single.kind = kind;
    }
    model
}
