//! Traffic: what clients ask, what serves it, and what they get.
//!
//! Owns: the flow of requests of every service, second by second while it is not at rest. Knows: the region's truth and
//! what its balancers see. Must stay true: a service at rest costs nothing a second and one look a minute; what flows in a
//! second follows from what was so at its beginning; every second is in the ledger.

mod check;
mod drift;
mod egress;
mod flow;
mod hosts;
mod layout;
mod record;
mod route;
mod strain;
mod wiring;

use std::sync::Arc;
use std::time::Duration;

use super::super::world::{
    Arn, ClassicName, Flow, GroupName, InstanceId, Past, Service, ServiceName, SimTime, TargetKey, Traffic, Way, World,
};
use super::{Event, Scene};

pub(super) use self::check::Checked;
pub(super) use self::egress::gateways_by_zone;
pub(super) use self::strain::busy;

const SECOND: Duration = Duration::from_secs(1);

impl World {
    /// Gives every service the traffic that it has always had: for worlds that just began, or whose load is another now.
    pub(super) fn settle_traffic(&mut self) {
        for name in self.region_names() {
            self.with_scene(&name, |scene| {
                let names: Vec<ServiceName> = scene.region.services.keys().cloned().collect();
                scene.region.ledger.open(names.iter().cloned());
                names.iter().for_each(|name| scene.begin_service(name));
            });
        }
    }
}

impl Scene<'_> {
    /// Begins the records of a region that was just built.
    pub(super) fn begin_traffic(&mut self) {
        self.region.restless = super::super::world::Restless::default();
        let now = self.now;
        let restless = &mut self.region.restless;
        for zone in self.region.zones.values() {
            restless.dark.entry(zone.name.clone()).or_default().record(now, zone.causes.dark.is_some());
        }
        self.open_host_books();
    }

    /// Traffic finds its way anew after causes or shifts changed.
    pub(super) fn feel_traffic(&mut self) {
        let now = self.now;
        for zone in self.region.zones.values() {
            let dark = self.region.restless.dark.entry(zone.name.clone()).or_default();
            dark.record(now, zone.causes.dark.is_some());
        }
        let names: Vec<ServiceName> = self.region.services.keys().cloned().collect();
        for name in names {
            self.wake_for_health_path(&name);
            self.stir_service(&name);
        }
    }

    /// Something changed at a target group: its hosts are counted and its traffic looked at in the next second.
    pub(super) fn stir_target_group(&mut self, arn: &Arn) {
        self.region.restless.target_groups.insert(arn.clone());
        match self.region.target_groups.get(arn).and_then(|group| group.service.clone()) {
            Some(service) => self.stir_service(&service),
            None => self.look_soon(),
        }
    }

    /// Something changed at a classic balancer.
    pub(super) fn stir_classic(&mut self, name: &ClassicName) {
        self.region.restless.classics.insert(name.clone());
        match self.region.classic_balancers.get(name).and_then(|classic| classic.service.clone()) {
            Some(service) => self.stir_service(&service),
            None => self.look_soon(),
        }
    }

    /// A member of a group entered or left service.
    pub(super) fn stir_group(&mut self, name: &GroupName) {
        self.region.restless.groups.insert(name.clone());
        let service = self.region.groups.get(name).and_then(|group| group.service.clone());
        if let Some(service) = service.filter(|service| self.is_without_balancer(service)) {
            self.stir_service(&service);
        }
    }

    /// The truth about an instance changed.
    pub(super) fn stir_instance(&mut self, id: &InstanceId) {
        let Some(instance) = self.region.instances.get(id) else { return };
        let broken = instance.causes.host_broken.is_some();
        let service = instance.service.clone();
        if broken || self.region.restless.hostless.contains_key(id) {
            let past = self.region.restless.hostless.entry(id.clone()).or_default();
            if past.latest().is_none() {
                past.record(SimTime::from_seconds(0), false);
            }
            past.record(self.now, broken);
        }
        if let Some(service) = service.filter(|service| self.is_without_balancer(service)) {
            self.stir_service(&service);
        }
    }

    fn is_without_balancer(&self, service: &ServiceName) -> bool {
        let ways = self.region.services.get(service).map(|service| &service.ways);
        ways.is_some_and(|ways| ways.contains_key(&Way::Direct) || ways.contains_key(&Way::Queue))
    }

    /// Something that a service depends on changed.
    pub(in super::super) fn stir_service(&mut self, name: &ServiceName) {
        let Some(service) = self.region.services.get_mut(name) else { return };
        service.traffic.stale = true;
        self.region.restless.services.insert(name.clone());
        self.look_soon();
    }

    fn look_soon(&mut self) {
        if self.region.restless.at.is_none() {
            let at = self.now.whole_second() + SECOND;
            self.region.restless.at = Some(at);
            self.schedule.put(at, Event::Traffic(self.region.name.clone()));
        }
    }

    /// The second that begins now, for everything that is not at rest.
    pub(super) fn step_traffic(&mut self) {
        if self.region.restless.at != Some(self.now) {
            return;
        }
        self.region.restless.at = None;
        self.count_stirred();
        for name in std::mem::take(&mut self.region.restless.services) {
            if self.step_service(&name) {
                self.region.restless.services.insert(name);
            }
        }
        if !self.region.restless.services.is_empty() {
            self.look_soon();
        }
    }

    /// Returns whether the service's traffic goes on changing by itself.
    fn step_service(&mut self, name: &ServiceName) -> bool {
        let (now, load) = (self.now, self.load.factor(self.now, self.seed));
        let Some(service) = self.region.services.get_mut(name) else { return false };
        let mut traffic = std::mem::take(&mut service.traffic);
        record::count_until(&mut traffic, now);
        traffic.unrest = true;
        if traffic.stale {
            self.survey_service(name, &mut traffic);
        }
        let Some(service) = self.region.services.get(name) else { return false };
        let demand = &service.demand;
        traffic.demand = wanted(service, load);
        let mut moving = traffic.layout.moving;
        for (lane, entry) in traffic.layout.lanes.iter().zip(&mut traffic.entries) {
            moving |= drift::follow(lane, entry);
        }
        let retrying = flow::retries(&traffic.layout, demand, &traffic.flow, traffic.retrying);
        traffic.retrying = retrying;
        let (first, retried) = (traffic.demand, traffic.demand * retrying);
        let mut flow = flow::solve(&traffic.layout, demand, &traffic.entries, first + retried, retried);
        // What fails in this second comes again in the next.
        moving |= (flow::retries(&traffic.layout, demand, &flow, retrying) - retrying).abs() > 1e-6;
        flow.backlog = traffic.flow.backlog;
        let waits = flow::work_off(&traffic.layout, demand, traffic.flow.backlog, &mut flow);
        // What was left of a queue was still worked off in this second.
        moving |= waits > 0.0 || traffic.flow.backlog > 0.0;
        flow.backlog = waits;
        let (steady, steady_retrying) = flow::steady(&traffic.layout, demand, traffic.demand);
        traffic.settled = !moving && is_near(&flow, &steady);
        if traffic.settled {
            (flow, traffic.retrying) = (steady, steady_retrying);
        }
        traffic.flow = flow;
        traffic.stale = traffic.layout.moving;
        self.publish(name, traffic);
        moving
    }

    /// Works the layout out anew; clients stay where they are.
    fn survey_service(&mut self, name: &ServiceName, traffic: &mut Traffic) {
        let Some(service) = self.region.services.get(name) else { return };
        let survey = layout::survey(self.region, service, self.now);
        let before = std::mem::take(&mut traffic.layout);
        let mut entries = std::mem::take(&mut traffic.entries);
        traffic.entries = (survey.layout.lanes.iter())
            .map(|lane| {
                let known = before.lanes.iter().position(|other| other.way == lane.way);
                let entry = known.and_then(|place| entries.get_mut(place)).map(std::mem::take);
                entry.filter(|entry| entry.fresh.len() == lane.places.len()).unwrap_or_else(|| drift::settled(lane))
            })
            .collect();
        // The same layout as before stays the same thing, so that minutes at rest are seen to be alike.
        traffic.layout = if *before == survey.layout { before } else { Arc::new(survey.layout) };
        record::note_shares(traffic, survey.shares, self.now);
    }

    /// Puts a service's traffic back, tells the ledger, and wakes targets that have too much to do.
    fn publish(&mut self, name: &ServiceName, mut traffic: Traffic) {
        let row = record::row(&traffic);
        self.region.ledger.note(name.as_str(), self.now, row);
        let hot = record::hot(&traffic.flow);
        let fresh: Vec<(usize, usize)> = hot.iter().filter(|place| !traffic.hot.contains(place)).copied().collect();
        traffic.hot = hot;
        let ways: Vec<(Way, usize)> = (fresh.iter())
            .filter_map(|(lane, place)| Some((traffic.layout.lanes.get(*lane)?.way.clone(), *place)))
            .collect();
        if let Some(service) = self.region.services.get_mut(name) {
            service.traffic = traffic;
        }
        for (way, place) in ways {
            let zone = self.region.zones.keys().nth(place).cloned();
            self.wake_lane(&way, |instance| Some(&instance.zone) == zone.as_ref());
        }
    }

    /// Has the targets of a way checked from now on.
    fn wake_lane(&mut self, way: &Way, which: impl Fn(&super::super::world::Instance) -> bool) {
        match way {
            Way::Group(arn) => {
                let Some(group) = self.region.target_groups.get(arn) else { return };
                let known = |key: &&TargetKey| self.region.instances.get(key.id.as_str()).is_some_and(&which);
                let keys: Vec<TargetKey> = group.targets.keys().filter(known).cloned().collect();
                keys.iter().for_each(|key| self.wake_target(arn, key));
            }
            Way::Classic(name) => {
                let Some(classic) = self.region.classic_balancers.get(name) else { return };
                let known = |id: &&InstanceId| self.region.instances.get(*id).is_some_and(&which);
                let ids: Vec<InstanceId> = classic.members.keys().filter(known).cloned().collect();
                ids.iter().for_each(|id| self.wake_classic(name, id));
            }
            Way::Direct | Way::Queue => {}
        }
    }

    /// A health check path that breaks, or works again, is met by every target's checks.
    fn wake_for_health_path(&mut self, name: &ServiceName) {
        let Some(service) = self.region.services.get_mut(name) else { return };
        let broken = service.health_path_broken.is_some();
        if std::mem::replace(&mut service.traffic.health_path_broken, broken) == broken {
            return;
        }
        let ways: Vec<Way> = service.ways.keys().cloned().collect();
        for way in ways {
            self.wake_lane(&way, |_| true);
        }
    }

    /// Gives a service the traffic that it has always had.
    fn begin_service(&mut self, name: &ServiceName) {
        let (now, load) = (self.now, self.load.factor(self.now, self.seed));
        let Some(service) = self.region.services.get(name) else { return };
        let survey = layout::survey(self.region, service, now);
        let layout = Arc::new(survey.layout);
        let demand = wanted(service, load);
        let (flow, retrying) = flow::steady(&layout, &service.demand, demand);
        let entries = drift::at_rest(&layout);
        let past = Past::of(Arc::clone(&layout));
        let mut traffic = Traffic { layout, entries, retrying, flow, since: now, demand, past, ..Traffic::default() };
        let behind = service.queue.is_some() && traffic.flow.done < traffic.flow.served;
        traffic.settled = !traffic.layout.moving && !behind;
        let rests = traffic.settled;
        record::note_shares(&mut traffic, survey.shares, SimTime::from_seconds(0));
        self.publish(name, traffic);
        if !rests {
            self.stir_service(name);
        }
    }
}

/// What clients of a service want, requests a second without retries, at a load factor of the day.
fn wanted(service: &Service, load: f64) -> f64 {
    service.demand.rps * load * service.factor.latest().copied().unwrap_or(1.0)
}

fn is_near(flow: &Flow, steady: &Flow) -> bool {
    let near = |one: f64, two: f64| (one - two).abs() <= 1e-5 * (1.0 + one.abs().max(two.abs()));
    near(flow.asked, steady.asked) && near(flow.served, steady.served) && near(flow.done, steady.done)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
