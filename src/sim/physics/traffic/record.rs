//! What flowed, written down: seconds in the ledger, minutes for the metrics.
//!
//! Owns: the minutes' sums and how a past minute is answered. Must stay true: a minute that is over never changes.

use std::sync::Arc;

use super::super::super::ledger::{ServiceRow, ZoneRow};
use super::super::super::world::{Flow, InstanceId, Minute, Service, ServiceName, SimTime, Traffic, World, ZoneFlow};
use super::super::Scene;
use super::{flow, strain, wanted};

/// Seconds in a minute.
const MINUTE_S: f64 = 60.0;

impl World {
    /// What flowed in the minute that began at `at`, in sums over it.
    pub(in super::super) fn flow_of(&self, service: &Service, at: SimTime) -> Arc<Flow> {
        match service.traffic.past.at(at.minute()) {
            Minute::Counted(flow) => flow,
            Minute::Steady(layout) => {
                let factor = service.factor.at(at).copied().unwrap_or(1.0);
                let wanted = service.demand.rps * self.load.factor(at, self.seed) * factor;
                let mut minute = Flow::default();
                let now = &service.traffic;
                let as_now = now.settled && Arc::ptr_eq(&now.layout, &layout) && (now.demand - wanted).abs() < 1e-9;
                if as_now {
                    add(&mut minute, &now.flow, MINUTE_S);
                } else {
                    add(&mut minute, &flow::steady(&layout, &service.demand, wanted).0, MINUTE_S);
                }
                Arc::new(minute)
            }
        }
    }
}

impl Scene<'_> {
    /// Ends the minute that is over now for every service, and lets those at rest follow the load of the next.
    pub(in super::super) fn close_minute(&mut self) {
        let minute = self.now.minute() - 1;
        self.close_host_books(SimTime::of_minute(minute));
        self.forget_gone_instances();
        let load = self.load.factor(self.now, self.seed);
        let names: Vec<ServiceName> = self.region.services.keys().cloned().collect();
        for name in names {
            self.close_service(&name, minute, load);
        }
    }

    fn close_service(&mut self, name: &ServiceName, minute: i64, load: f64) {
        let now = self.now;
        let restless = self.region.restless.services.contains(name);
        let Some(service) = self.region.services.get_mut(name) else { return };
        let traffic = &mut service.traffic;
        if traffic.unrest || !traffic.settled {
            count_until(traffic, now);
            let sums = std::mem::take(&mut traffic.tally);
            traffic.past.note(minute, Minute::Counted(Arc::new(sums)));
            traffic.unrest = restless;
            forget_gone(traffic, &self.region.instances);
        } else {
            traffic.since = now;
            traffic.past.note(minute, Minute::Steady(Arc::clone(&traffic.layout)));
        }
        let wanted = wanted(service, load);
        if restless || (wanted - service.traffic.demand).abs() < 1e-9 {
            return;
        }
        if !service.traffic.settled {
            return self.stir_service(name);
        }
        let mut traffic = std::mem::take(&mut service.traffic);
        traffic.demand = wanted;
        (traffic.flow, traffic.retrying) = flow::steady(&traffic.layout, &service.demand, wanted);
        let behind = service.queue.is_some() && traffic.flow.done < traffic.flow.served;
        traffic.settled = !behind;
        self.publish(name, traffic);
        if behind {
            self.stir_service(name);
        }
    }
}

/// Counts what flowed until `now` into the running minute.
pub(super) fn count_until(traffic: &mut Traffic, now: SimTime) {
    // A service at rest did not keep count; of its last minute, only what belongs to the running one is missing.
    let since =
        traffic.since.max(SimTime::of_minute(now.minute() - i64::from(now == SimTime::of_minute(now.minute()))));
    let seconds = now.since(since).as_secs_f64();
    let rates = std::mem::take(&mut traffic.flow);
    add(&mut traffic.tally, &rates, seconds);
    traffic.tally.backlog = rates.backlog;
    traffic.flow = rates;
    traffic.since = now;
}

/// Adds `seconds` of `rates` to sums.
fn add(sums: &mut Flow, rates: &Flow, seconds: f64) {
    sums.asked += rates.asked * seconds;
    sums.retried += rates.retried * seconds;
    sums.served += rates.served * seconds;
    sums.failed += rates.failed * seconds;
    sums.done += rates.done * seconds;
    sums.backlog = rates.backlog;
    sums.lanes.resize_with(rates.lanes.len().max(sums.lanes.len()), Vec::new);
    for (sums, rates) in sums.lanes.iter_mut().zip(&rates.lanes) {
        sums.resize(rates.len().max(sums.len()), ZoneFlow::default());
        for (sum, rate) in sums.iter_mut().zip(rates) {
            add_zone(sum, rate, seconds);
        }
    }
}

fn add_zone(sum: &mut ZoneFlow, rate: &ZoneFlow, seconds: f64) {
    let pairs = [
        (&mut sum.requests, rate.requests),
        (&mut sum.answered, rate.answered),
        (&mut sum.target_5xx, rate.target_5xx),
        (&mut sum.elb_502, rate.elb_502),
        (&mut sum.elb_503, rate.elb_503),
        (&mut sum.elb_504, rate.elb_504),
        (&mut sum.connection_errors, rate.connection_errors),
        (&mut sum.seconds, rate.seconds),
        (&mut sum.reached, rate.reached),
        (&mut sum.served, rate.served),
        (&mut sum.failed, rate.failed),
        (&mut sum.load, rate.load),
        (&mut sum.targets, rate.targets),
    ];
    for (sum, rate) in pairs {
        *sum += rate * seconds;
    }
    sum.slowest_s = sum.slowest_s.max(rate.slowest_s);
}

/// The ledger's row for what flows now.
pub(super) fn row(traffic: &Traffic) -> ServiceRow {
    let flow = &traffic.flow;
    let count = traffic.layout.lanes.iter().map(|lane| lane.places.len()).max().unwrap_or_default();
    let mut zones = vec![(0_u32, 0.0, 0.0); count];
    for (lane, flows) in traffic.layout.lanes.iter().zip(&flow.lanes) {
        for (zone, (place, flow)) in zones.iter_mut().zip(lane.places.iter().zip(flows)) {
            zone.0 += place.in_service;
            zone.1 += flow.served;
            zone.2 += flow.failed;
        }
    }
    let zone = |(in_service, served, failed): (u32, f64, f64)| ZoneRow {
        in_service,
        served: served as f32,
        failed: failed as f32,
    };
    ServiceRow {
        asked: flow.asked as f32,
        retried: flow.retried as f32,
        failed: flow.failed as f32,
        backlog: flow.backlog as f32,
        zones: zones.into_iter().map(zone).collect(),
    }
}

/// Lanes and places where targets have too much to do.
pub(super) fn hot(flow: &Flow) -> Vec<(usize, usize)> {
    let lanes = flow.lanes.iter().enumerate();
    let zones =
        lanes.flat_map(|(lane, zones)| zones.iter().enumerate().map(move |(place, zone)| ((lane, place), zone)));
    zones.filter(|(_, zone)| zone.load > strain::TOO_MUCH).map(|(place, _)| place).collect()
}

/// Notes the share of its zone's load that each instance carries, of those that ever carried another than their own.
pub(super) fn note_shares(traffic: &mut Traffic, shares: Vec<(InstanceId, f32)>, now: SimTime) {
    for (id, share) in shares {
        match traffic.shares.get_mut(&id) {
            Some(past) => past.record(now, share),
            None if (share - 1.0).abs() > f32::EPSILON => {
                let mut past = super::super::super::world::History::default();
                past.record(SimTime::from_seconds(0), 1.0);
                past.record(now, share);
                traffic.shares.insert(id, past);
            }
            None => {}
        }
    }
}

fn forget_gone(
    traffic: &mut Traffic,
    instances: &std::collections::BTreeMap<InstanceId, super::super::super::world::Instance>,
) {
    traffic.shares.retain(|id, _| instances.contains_key(id));
}
