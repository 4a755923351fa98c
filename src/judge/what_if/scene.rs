//! What the questions are asked of: one region, its judgement and its metrics, and what is taken from it.
//!
//! Owns: [`Scene`] and its look-ups. Depends on: estate, index, metrics, policy. Must stay true: made without walking over
//! instances, so that a screen may ask about the rows it shows alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::estate::balancer::{BalancerAttributes, LoadBalancer, TargetGroup, TargetGroupAttributes};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::{Activity, ActivityStatus};
use crate::estate::shift::ManagedResource;
use crate::estate::{Estate, Kind, Row, SliceId};
use crate::id::{Arn, ClassicName, Region, Text, ZoneId, ZoneName};
use crate::judge::role::Clusters;
use crate::judge::{JudgedService, Metrics, Policy, RegionJudgement};

use super::gone::Gone;

/// How long a launch that failed for want of capacity speaks against its zone.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

/// A region from which something is taken.
pub struct Scene<'a> {
    pub(super) estate: &'a Estate,
    pub(super) region: &'a Region,
    pub(super) judged: &'a RegionJudgement,
    pub(super) metrics: &'a Metrics<'a>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
    pub(super) gone: Gone,
    pub(super) databases: BTreeMap<&'a str, &'a Database>,
    pub(super) clusters: Clusters<'a>,
    balancers: BTreeMap<&'a str, &'a LoadBalancer>,
    /// Resources that a zonal shift keeps from these zones.
    shifted: BTreeMap<&'a str, BTreeSet<&'a ZoneId>>,
    /// Zones where a launch failed lately for want of capacity, and none succeeded since.
    no_capacity: BTreeSet<&'a ZoneName>,
}

impl<'a> Scene<'a> {
    /// The region without `gone`.
    pub fn new(
        estate: &'a Estate,
        region: &'a Region,
        judged: &'a RegionJudgement,
        metrics: &'a Metrics<'a>,
        policy: &'a Policy,
        now: Timestamp,
        gone: Gone,
    ) -> Self {
        let databases = estate.table::<Database>(region, now).known();
        let balancers = estate.table::<LoadBalancer>(region, now).known();
        let mut shifted: BTreeMap<&str, BTreeSet<&ZoneId>> = BTreeMap::new();
        for resource in estate.table::<ManagedResource>(region, now).known() {
            let away = resource.weights.iter().filter(|(_, weight)| **weight < 0.5).map(|(zone, _)| zone);
            let away: BTreeSet<&ZoneId> = away.collect();
            if !away.is_empty() {
                shifted.insert(resource.arn.as_str(), away);
            }
        }
        Self {
            databases: databases.map(|database| (database.id.as_str(), database)).collect(),
            clusters: Clusters {
                clusters: estate.table::<Cluster>(region, now).known().collect(),
                globals: estate.table::<GlobalCluster>(region, now).known().collect(),
            },
            balancers: balancers.map(|balancer| (balancer.arn.as_str(), balancer)).collect(),
            shifted,
            no_capacity: no_capacity(estate, region, now),
            estate,
            region,
            judged,
            metrics,
            policy,
            now,
            gone,
        }
    }

    /// The service of this name.
    pub(super) fn service_named(&self, name: &str) -> Option<&'a JudgedService> {
        let services = &self.judged.services;
        services.binary_search_by(|each| each.service.name.as_str().cmp(name)).ok().and_then(|at| services.get(at))
    }

    /// The balancer with this ARN.
    pub(super) fn balancer(&self, arn: &Arn) -> Option<&'a LoadBalancer> {
        self.balancers.get(arn.as_str()).copied()
    }

    /// Every load balancer that is known.
    pub(super) fn balancers(&self) -> impl Iterator<Item = &'a LoadBalancer> {
        self.balancers.values().copied()
    }

    /// The id of a zone.
    pub(super) fn zone_id(&self, zone: &ZoneName) -> Option<&'a ZoneId> {
        self.judged.zones.iter().find(|known| known.name == *zone).map(|known| &known.id)
    }

    /// The zones that remain, as far as the region's zones are known.
    pub(super) fn zones_left(&self) -> impl Iterator<Item = &'a ZoneName> {
        self.judged.zones.iter().map(|zone| &zone.name).filter(|zone| !self.gone.takes_zone(zone))
    }

    /// Whether a zonal shift keeps the traffic of any of these balancers from the zone.
    pub(super) fn is_shifted(&self, balancers: &[Arn], zone: &ZoneName) -> bool {
        let Some(id) = self.zone_id(zone) else { return false };
        balancers.iter().filter_map(|arn| self.shifted.get(arn.as_str())).any(|away| away.contains(id))
    }

    /// Whether ARC manages a resource.
    pub(super) fn is_managed(&self, arn: &str) -> bool {
        self.estate.table::<ManagedResource>(self.region, self.now).known().any(|resource| resource.arn.as_str() == arn)
    }

    /// Whether a launch failed in the zone lately for want of capacity, and none succeeded since.
    pub(super) fn lacks_capacity(&self, zone: &ZoneName) -> bool {
        self.no_capacity.contains(zone)
    }

    /// Whether every balancer's node sends to the targets of all zones; none where that was not read and may be either.
    pub(super) fn crosses_zones(&self, group: &TargetGroup) -> Option<bool> {
        match self.attribute::<TargetGroupAttributes>(group.arn.text(), |row| &row.values) {
            Some(Attribute::Said("true")) => return Some(true),
            Some(Attribute::Said("false")) => return Some(false),
            _ => {}
        }
        let balancer = group.load_balancers.first()?;
        match &*self.balancer(balancer)?.balancer_type {
            // An application balancer's own setting is always on, and its target groups follow it unless they say otherwise
            // (aws-domain.md A.3).
            "application" => Some(true),
            _ => match self.attribute::<BalancerAttributes>(balancer.text(), |row| &row.values)? {
                Attribute::Said(word) => Some(word == "true"),
                Attribute::Absent => Some(false),
            },
        }
    }

    /// The same of a classic balancer.
    pub(super) fn classic_crosses_zones(&self, name: &ClassicName) -> Option<bool> {
        match self.attribute::<BalancerAttributes>(name.text(), |row| &row.values)? {
            Attribute::Said(word) => Some(word == "true"),
            Attribute::Absent => None,
        }
    }

    /// Whether what a target group itself says of that was read.
    pub(super) fn is_cross_zone_read(&self, group: &TargetGroup) -> bool {
        self.attribute::<TargetGroupAttributes>(group.arn.text(), |row| &row.values).is_some()
            && self.crosses_zones(group).is_some()
    }

    /// The attribute `load_balancing.cross_zone.enabled`; none where its owner's attributes cannot be trusted now.
    fn attribute<T: Row + 'a>(
        &self,
        of: &Text,
        values: impl Fn(&'a T) -> &'a BTreeMap<Text, Text>,
    ) -> Option<Attribute<'a>> {
        let slice = self.estate.slice(&SliceId::of(self.region, T::KIND, of.clone()))?;
        if !slice.trust(T::KIND.age_limit(), self.now).is_known() {
            return None;
        }
        let row = slice.rows::<T>().first()?;
        Some(match values(row).get("load_balancing.cross_zone.enabled") {
            Some(word) => Attribute::Said(word),
            None => Attribute::Absent,
        })
    }

    /// Why a kind is not fully known, in words; none where it is, or where policy accepts that.
    pub(super) fn reason_unread(&self, kind: Kind) -> Option<&'a str> {
        let reason = self.judged.unknown.get(&kind).map(String::as_str);
        reason.filter(|_| !self.policy.accept_unread.contains(&kind))
    }
}

/// What an attribute says, where its owner's attributes were read.
enum Attribute<'a> {
    Said(&'a str),
    Absent,
}

/// Zones where the newest launch of the last half hour that ended, ended for want of capacity (`aws-domain.md` B.1, signal 6).
fn no_capacity<'a>(estate: &'a Estate, region: &Region, now: Timestamp) -> BTreeSet<&'a ZoneName> {
    let mut newest: BTreeMap<&ZoneName, (Timestamp, bool)> = BTreeMap::new();
    for activity in estate.table::<Activity>(region, now).known() {
        let Some(zone) = activity.zone.as_ref().filter(|_| now.duration_since(activity.started_at) <= LATELY) else {
            continue;
        };
        let failed = is_for_capacity(activity);
        let launched = activity.status == ActivityStatus::Successful && activity.description.starts_with("Launching");
        if !failed && !launched {
            continue;
        }
        let held = newest.entry(zone).or_insert((activity.started_at, failed));
        if activity.started_at >= held.0 {
            *held = (activity.started_at, failed);
        }
    }
    newest.into_iter().filter(|(_, (_, failed))| *failed).map(|(zone, _)| zone).collect()
}

fn is_for_capacity(activity: &Activity) -> bool {
    activity.status == ActivityStatus::Failed
        && activity.message.as_deref().is_some_and(|message| {
            message.contains("InsufficientInstanceCapacity")
                || message.contains("sufficient") && message.contains("capacity")
        })
}
