//! Who can take a service's traffic: the layout, worked out from what balancers see and what is true.
//!
//! Owns: which targets traffic is sent to, with fail-open, cross-zone and shifts (`aws-domain.md A.3`, `C.3` step 2), and
//! which zones DNS names. Must stay true: a layout depends on the region alone; it is worked out anew only after something
//! in it changed.

use std::collections::BTreeMap;

use super::super::super::world::{
    Arn, ClassicName, ClassicState, InstanceId, Keep, Lane, Layout, LifecycleState, Mix, Node, Place, Region, Service,
    SimTime, SubnetId, Target, TargetReason, TargetState, Way, ZoneName,
};
use super::super::{database_serves, health};
use super::egress;
use super::route::Route;

/// Share of its zone's load that an instance carries whose answers are errors: those are cheap.
const CHEAP: f32 = 0.15;

/// Seconds after which two thirds of the clients that are pinned to a node have let go.
const PINNED_S: f64 = 1800.0;

/// A layout, and the share of its zone's load that each instance carries.
pub(super) struct Survey {
    pub layout: Layout,
    pub shares: Vec<(InstanceId, f32)>,
}

/// Looks at everything that can take the traffic of `service`.
pub(super) fn survey(region: &Region, service: &Service, now: SimTime) -> Survey {
    let weights = region.managed_resources.values().flat_map(|resource| resource.applied_weights.values());
    let any_shift = weights.into_iter().any(|weight| *weight <= 0.0);
    let cut_off = if service.demand.egress > 0.0 { egress::cut_off(region) } else { BTreeMap::new() };
    let mut survey = Surveyor { region, service, now, any_shift, cut_off, shares: Vec::new(), moving: false };
    let lanes = service.ways.iter().filter_map(|(way, share)| match way {
        Way::Group(arn) => survey.group_lane(way, arn, *share),
        Way::Classic(name) => survey.classic_lane(way, name, *share),
        Way::Direct | Way::Queue => Some(survey.member_lane(way, *share)),
    });
    let lanes = lanes.collect();
    let layout = Layout {
        lanes,
        moving: survey.moving,
        queue_down: region.causes.outage.is_some(),
        storm: service.retry_storm.is_some(),
        unwritable: 1.0 - database_serves(region, service, now),
    };
    if service.ways.len() > 1 {
        // An instance on two ways carries what the busier one brings.
        survey.shares.sort_by(|(one, less), (two, more)| one.cmp(two).then(more.total_cmp(less)));
        survey.shares.dedup_by(|(one, _), (two, _)| one == two);
    }
    Survey { layout, shares: survey.shares }
}

struct Surveyor<'w> {
    region: &'w Region,
    service: &'w Service,
    now: SimTime,
    /// A shift keeps traffic away from something.
    any_shift: bool,
    /// Subnets that lose what they send out of the network, each with the share.
    cut_off: BTreeMap<SubnetId, f64>,
    shares: Vec<(InstanceId, f32)>,
    moving: bool,
}

/// A target or member as traffic meets it.
struct Seen {
    id: InstanceId,
    /// Index of its zone.
    place: usize,
    /// Its weight while healthy targets are sent to; `None` for those that only a balancer without any would send to.
    weight: Option<f64>,
    /// Whether it counts as registered when the balancer sends to all.
    registered: bool,
    truth: Result<(), TargetReason>,
    /// Share of what it sends out of the network that is lost.
    cut_off: f64,
    /// On how many ways of the service it is.
    ways: usize,
}

impl Surveyor<'_> {
    fn group_lane(&mut self, way: &Way, arn: &Arn, share: f64) -> Option<Lane> {
        let group = self.region.target_groups.get(arn)?;
        let route = Route::of(self.region, group);
        let mut keep = route.keep;
        if self.service.demand.pinned > 0.0 {
            keep = Keep { share: self.service.demand.pinned.max(keep.share), lasts_s: PINNED_S };
        }
        let seen: Vec<Seen> =
            group.targets.values().filter_map(|target| self.see_target(target, arn, &route)).collect();
        let zones: Vec<&ZoneName> = self.region.zones.keys().collect();
        let balancer = group.balancers.first().and_then(|balancer| self.region.balancers.get(balancer));
        let has_node = |zone: &ZoneName| balancer.is_some_and(|balancer| balancer.serves(zone.as_str()));
        let is_shifted = |zone: &ZoneName| {
            balancer.is_some_and(|balancer| self.region.is_shifted_away(balancer.arn.as_str(), zone.as_str()))
        };
        let sites: Vec<Site> =
            zones.iter().map(|zone| Site { node: has_node(zone), shifted: is_shifted(zone) }).collect();
        let places = self.places(&seen, &sites, &route);
        let share = match &route.divided {
            // What the groups of one action have together is divided by their weights, as they are now.
            Some((groups, part)) => {
                let shares = groups.iter().filter_map(|arn| self.service.ways.get(&Way::Group(arn.clone())));
                shares.sum::<f64>() * part
            }
            None => share,
        };
        Some(Lane { way: way.clone(), share, cross_zone: route.cross_zone, keep, places })
    }

    fn classic_lane(&mut self, way: &Way, name: &ClassicName, share: f64) -> Option<Lane> {
        let classic = self.region.classic_balancers.get(name)?;
        let see = |member: &super::super::super::world::ClassicMember| {
            let place = self.place_of(&member.zone)?;
            let weight = (member.state == ClassicState::InService).then_some(1.0);
            Some(self.see(&member.instance, place, weight, true))
        };
        let seen: Vec<Seen> = classic.members.values().filter_map(see).collect();
        let sites: Vec<Site> = (self.region.zones.keys())
            .map(|zone| Site { node: classic.zones.contains(zone), shifted: false })
            .collect();
        let keep = Keep { share: 0.2, lasts_s: f64::from(classic.idle_timeout_s.max(1)) };
        let route = Route::classic(classic.cross_zone, keep);
        let places = self.places(&seen, &sites, &route);
        Some(Lane { way: way.clone(), share, cross_zone: route.cross_zone, keep, places })
    }

    /// Members in service, and instances outside of groups, without a balancer that would find out which of them serve.
    fn member_lane(&mut self, way: &Way, share: f64) -> Lane {
        let groups = self.service.groups.iter().filter_map(|name| self.region.groups.get(name));
        let members = groups.flat_map(|group| group.members.values());
        let in_service = members.filter(|member| member.state == LifecycleState::InService);
        let ids = in_service.map(|member| &member.instance).chain(&self.service.instances);
        let see = |id: &InstanceId| {
            let place = self.place_of(&self.region.instances.get(id)?.zone)?;
            Some(self.see(id, place, Some(1.0), true))
        };
        let seen: Vec<Seen> = ids.filter_map(see).collect();
        let sites: Vec<Site> = self.region.zones.keys().map(|_| Site { node: false, shifted: false }).collect();
        let route = Route::classic(true, Keep { share: 0.0, lasts_s: 1.0 });
        let places = self.places(&seen, &sites, &route);
        Lane { way: way.clone(), share, cross_zone: true, keep: route.keep, places }
    }

    fn see_target(&mut self, target: &Target, group: &Arn, route: &Route) -> Option<Seen> {
        let place = self.place_of(target.zone.as_ref()?)?;
        let since = self.now.since(target.state_since).as_secs_f64();
        let (weight, registered) = match target.state {
            TargetState::Healthy | TargetState::Unavailable => {
                let ramp = if route.slow_start_s > since { (since / route.slow_start_s).max(0.03) } else { 1.0 };
                self.moving |= ramp < 1.0;
                (Some(ramp), true)
            }
            TargetState::Unhealthy | TargetState::Initial => (None, true),
            // What they still have thins out; nothing new is sent to them.
            TargetState::Draining | TargetState::UnhealthyDraining => {
                let left = route.drain.share * (-since / route.drain.lasts_s).exp();
                self.moving |= left > 0.005;
                (Some(left).filter(|left| *left > 0.005), false)
            }
            TargetState::Unused => return None,
        };
        let known = self.region.instances.get_key_value(target.key.id.as_str());
        let id = known.map_or_else(|| InstanceId::from(target.key.id.as_str()), |(id, _)| id.clone());
        let weight = if self.is_kept_off(&id, group, place) { Some(0.0) } else { weight };
        Some(self.see(&id, place, weight, registered))
    }

    fn see(&self, id: &InstanceId, place: usize, weight: Option<f64>, registered: bool) -> Seen {
        let instance = self.region.instances.get(id);
        let ways = instance.map_or(1, |instance| {
            let mine = |way: &Way| self.service.ways.contains_key(way);
            let groups = instance.target_groups.iter().filter(|arn| mine(&Way::Group((*arn).clone())));
            let classics = instance.classic_balancers.iter().filter(|name| mine(&Way::Classic((*name).clone())));
            groups.count() + classics.count()
        });
        let truth = health::target_check(self.region, id.as_str(), self.now);
        let subnet = instance.filter(|_| !self.cut_off.is_empty()).and_then(|instance| instance.subnet.as_ref());
        let cut_off = subnet.and_then(|subnet| self.cut_off.get(subnet)).copied().unwrap_or(0.0);
        Seen { id: id.clone(), place, weight, registered, truth, cut_off, ways: ways.max(1) }
    }

    /// Whether a shift of another balancer keeps traffic from a target that both have: with cross-zone on, such a target
    /// is lost to all of them (`aws-domain.md C.3`, step 2).
    fn is_kept_off(&self, id: &InstanceId, group: &Arn, place: usize) -> bool {
        if !self.any_shift {
            return false;
        }
        let Some(instance) = self.region.instances.get(id) else { return false };
        let Some(zone) = self.region.zones.keys().nth(place) else { return false };
        instance.target_groups.iter().filter(|other| *other != group).any(|other| {
            let Some(other) = self.region.target_groups.get(other) else { return false };
            let away = |balancer: &Arn| self.region.is_shifted_away(balancer.as_str(), zone.as_str());
            other.balancers.iter().any(away) && Route::of(self.region, other).cross_zone
        })
    }

    fn place_of(&self, zone: &ZoneName) -> Option<usize> {
        self.region.zones.keys().position(|name| name == zone)
    }

    /// Decides whom traffic is sent to, and where DNS sends clients.
    fn places(&mut self, seen: &[Seen], sites: &[Site], route: &Route) -> Vec<Place> {
        let census = Census::of(seen, sites.len());
        let shifted = |place: usize| sites.get(place).is_some_and(|site| site.shifted);
        let elsewhere: usize = (census.healthy.iter().enumerate())
            .filter_map(|(place, healthy)| (!shifted(place)).then_some(*healthy))
            .sum();
        let everyone: usize = census.registered.iter().sum();
        // With none healthy a balancer sends to all, and a shift has no effect (`aws-domain.md A.3`, fail-open).
        let all_open = route.fails_open && elsewhere < route.least_to_route(everyone);
        let zones = self.region.zones.values().zip(sites).zip(census.healthy.iter().zip(&census.registered));
        let (mut places, mut named, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for ((zone, site), (healthy, registered)) in zones {
            let well = match route.cross_zone {
                true => elsewhere >= route.least_for_dns(everyone),
                false => *healthy >= route.least_for_dns(*registered),
            };
            named.push(site.node && zone.causes.dark.is_none() && !site.shifted && well);
            open.push(match route.cross_zone {
                true => all_open,
                false => route.fails_open && *healthy < route.least_to_route(*registered),
            });
            places.push(Place {
                zone: zone.name.clone(),
                node: site.node.then_some(Node { wanted: 0.0 }),
                dark: zone.causes.dark.is_some(),
                loss: zone.causes.loss,
                shut: route.cross_zone && site.shifted && !all_open,
                mix: Mix::default(),
                in_service: 0,
            });
        }
        direct_clients(&mut places, &named);
        for one in seen {
            let open = open.get(one.place) == Some(&true);
            let weight = if open { f64::from(u8::from(one.registered)) } else { one.weight.unwrap_or(0.0) };
            let Some(place) = places.get_mut(one.place) else { continue };
            place.in_service += u32::from(one.registered && one.truth.is_ok());
            let carried = if place.shut { 0.0 } else { add(&mut place.mix, one, weight) };
            self.shares.push((one.id.clone(), carried));
        }
        places
    }
}

/// Healthy and registered targets by zone.
struct Census {
    healthy: Vec<usize>,
    registered: Vec<usize>,
}

impl Census {
    fn of(seen: &[Seen], zones: usize) -> Self {
        let mut census = Self { healthy: vec![0; zones], registered: vec![0; zones] };
        for one in seen.iter().filter(|one| one.registered) {
            if let Some(count) = census.registered.get_mut(one.place) {
                *count += 1;
            }
            if let Some(count) = census.healthy.get_mut(one.place) {
                *count += usize::from(one.weight.is_some_and(|weight| weight > 0.0));
            }
        }
        census
    }
}

struct Site {
    node: bool,
    shifted: bool,
}

/// DNS names the nodes that are well, or all when none is.
fn direct_clients(places: &mut [Place], named: &[bool]) {
    let all = !named.contains(&true);
    let count = places.iter().zip(named).filter(|(place, named)| place.node.is_some() && (all || **named)).count();
    for (place, named) in places.iter_mut().zip(named) {
        if let Some(node) = &mut place.node {
            node.wanted = if all || *named { 1.0 / count.max(1) as f64 } else { 0.0 };
        }
    }
}

/// Adds a target to those that are sent to; returns the share of its zone's load that it carries.
fn add(mix: &mut Mix, one: &Seen, weight: f64) -> f32 {
    if weight <= 0.0 {
        return 0.0;
    }
    mix.count += 1.0;
    match one.truth {
        Ok(()) => {
            mix.serving += weight;
            mix.cut_off += weight * one.cut_off;
            mix.capacity += 1.0 / one.ways as f64;
            return weight as f32;
        }
        Err(TargetReason::ResponseCodeMismatch) => {
            mix.failing += weight;
            return CHEAP * weight as f32;
        }
        Err(TargetReason::FailedHealthChecks) => mix.refusing += weight,
        Err(_) => mix.silent += weight,
    }
    0.0
}
