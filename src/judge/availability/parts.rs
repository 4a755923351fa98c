//! From a service to the parts that must all work for it to work.
//!
//! Owns: the walk over what belongs to it and what it depends on. Depends on: services, policy. Must stay true: each part comes in
//! once, however many ways lead to it; what is not counted is said.

use std::collections::BTreeSet;

use crate::estate::database::{Cluster, Database};
use crate::id::Region;
use crate::judge::policy::Policy;
use crate::judge::service::Service;

use super::model::{Model, Pool, Single, SingleKind};
use super::scene::Scene;
use super::{need, pool};

/// A service's parts, and what is said beside them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parts {
    pub(super) model: Model,
    /// What had to be supposed. Empty where all is known.
    pub(super) supposed: Vec<String>,
    /// What it does less without, and what merely belongs to it: not counted.
    pub(super) soft: Vec<String>,
    /// Hard dependencies as declared, each with the model without it.
    pub(super) without: Vec<(String, Model)>,
}

/// The parts of a service, those of its hard dependencies included.
pub(super) fn of_service(scenes: &[Scene<'_>], home: &Scene<'_>, name: &str, policy: &Policy) -> Parts {
    let mut parts = walk(scenes, home, name, policy, None);
    let declared = policy.services.get(name).map(|declared| declared.depends_on.as_slice()).unwrap_or_default();
    for dependency in declared.iter().filter(|dependency| dependency.hard) {
        let without = walk(scenes, home, name, policy, Some(&dependency.on)).model;
        if without != parts.model {
            parts.without.push((dependency.on.clone(), without));
        }
    }
    parts
}

fn walk(scenes: &[Scene<'_>], home: &Scene<'_>, name: &str, policy: &Policy, leave_out: Option<&str>) -> Parts {
    let mut walk = Walk { scenes, policy, leave_out, parts: Parts::default(), seen: BTreeSet::new() };
    walk.parts.supposed.extend(home.gaps.iter().cloned());
    walk.add_service(home, name, None);
    walk.parts
}

struct Walk<'s, 'a> {
    scenes: &'s [Scene<'a>],
    policy: &'s Policy,
    /// A dependency of the first service that is taken as soft.
    leave_out: Option<&'s str>,
    parts: Parts,
    /// What came in already: its region, what it is and its name.
    seen: BTreeSet<(Region, &'static str, String)>,
}

impl Walk<'_, '_> {
    fn is_first(&mut self, scene: &Scene<'_>, what: &'static str, name: &str) -> bool {
        self.seen.insert((scene.region.clone(), what, name.to_owned()))
    }

    fn add_service(&mut self, scene: &Scene<'_>, name: &str, via: Option<&str>) {
        let Some(service) = scene.services.get(name).map(|judged| &judged.service) else { return };
        if !self.is_first(scene, "service", name) {
            return;
        }
        self.add_members(scene, service, via);
        self.add_balancers(scene, service, via);
        let policy = self.policy;
        let declared = policy.services.get(name).map(|declared| declared.depends_on.as_slice()).unwrap_or_default();
        let is_soft = |id: &str| declared.iter().any(|dependency| dependency.on == id && !dependency.hard);
        for id in service.databases.iter().filter(|id| !is_soft(id.as_str())) {
            self.add_database(scene, id.as_str(), via);
        }
        for id in service.clusters.iter().filter(|id| !is_soft(id.as_str())) {
            self.add_cluster(scene, id.as_str(), via);
        }
        for dependency in declared {
            match dependency.hard && (via.is_some() || self.leave_out != Some(dependency.on.as_str())) {
                true => self.add_dependency(scene, name, &dependency.on),
                false if via.is_none() => self.parts.soft.push(format!("{}: declared soft", dependency.on)),
                false => {}
            }
        }
    }

    /// By its name: a service, a database or a cluster, here first, then in the other regions.
    fn add_dependency(&mut self, here: &Scene<'_>, of: &str, name: &str) {
        let elsewhere = self.scenes.iter().filter(|scene| scene.region != here.region);
        for scene in std::iter::once(here).chain(elsewhere) {
            // A service that has the name of its own database is the whole of it.
            if scene.services.contains_key(name) && name != of {
                return self.add_service(scene, name, Some(name));
            }
            if scene.databases.contains_key(name) {
                return self.add_database(scene, name, Some(name));
            }
            if scene.clusters.contains_key(name) {
                return self.add_cluster(scene, name, Some(name));
            }
        }
        self.parts.supposed.push(format!("{of} depends on {name}, and nothing here is called so: left out"));
    }

    fn add_members(&mut self, scene: &Scene<'_>, service: &Service, via: Option<&str>) {
        let index = &scene.judged.index;
        if let Some(quorum) = service.quorum {
            let all = pool::as_one(index, service);
            if let Some(members) = all {
                let because = format!("quorum {quorum}");
                let need = need::Need { members: quorum, because, supposed: None };
                self.add_pool(scene, members, need, via);
            }
            return;
        }
        let pools = pool::of_service(index, service);
        let beside = pools.iter().any(|members| !members.alone);
        for members in pools {
            // What stands alone beside groups and balancers is most likely a helper.
            if members.alone && beside {
                if via.is_none() {
                    self.parts.soft.push(format!("{}: stands alone beside the others", members.name));
                }
                continue;
            }
            let need = need::of(scene, &service.name, &members, self.policy);
            self.add_pool(scene, members, need, via);
        }
    }

    fn add_pool(&mut self, scene: &Scene<'_>, members: pool::Members, need: need::Need, via: Option<&str>) {
        if !self.is_first(scene, "members", &members.name) {
            return;
        }
        if members.unknown > 0 {
            let (unknown, all, name) = (members.unknown, members.expected, &members.name);
            self.parts.supposed.push(format!("{unknown} of {all} of {name} unknown, taken as down"));
        }
        if members.nowhere > 0 {
            self.parts.supposed.push(format!("{} of {} in no known zone: left out", members.nowhere, members.name));
        }
        self.parts.supposed.extend(need.supposed);
        self.parts.model.pools.push(Pool {
            region: scene.region.clone(),
            name: members.name,
            via: via.map(str::to_owned),
            counts: members.serving,
            // With nobody serving, one would have to.
            needed: need.members.max(1),
            because: need.because,
        });
    }

    fn add_balancers(&mut self, scene: &Scene<'_>, service: &Service, via: Option<&str>) {
        let index = &scene.judged.index;
        let behind = service.target_groups.iter().filter_map(|arn| index.target_group(arn.as_str()));
        let arns: BTreeSet<&str> = behind.flat_map(|group| &group.load_balancers).map(|arn| arn.as_str()).collect();
        for balancer in arns.iter().filter_map(|arn| scene.balancers.get(arn)) {
            self.add_single(scene, &balancer.name, over_zones(balancer.zones.len()), via);
        }
        for balancer in service.classic_balancers.iter().filter_map(|name| scene.classics.get(name.as_str())) {
            self.add_single(scene, balancer.name.as_str(), over_zones(balancer.zones.len()), via);
        }
    }

    fn add_database(&mut self, scene: &Scene<'_>, id: &str, via: Option<&str>) {
        let Some(database) = scene.databases.get(id) else { return };
        if let Some(cluster) = &database.cluster {
            return self.add_cluster(scene, cluster.as_str(), via);
        }
        if database.replica_of.is_some() && via.is_none() {
            self.parts.soft.push(format!("{id}: a replica, writes do not need it"));
            return;
        }
        self.add_single(scene, id, kind_of_database(database), via);
    }

    fn add_cluster(&mut self, scene: &Scene<'_>, id: &str, via: Option<&str>) {
        let Some(cluster) = scene.clusters.get(id) else { return };
        if scene.roles.is_secondary(cluster) && via.is_none() {
            self.parts.soft.push(format!("{id}: a secondary, writes do not need it"));
            return;
        }
        self.add_single(scene, id, kind_of_cluster(scene, cluster), via);
    }

    fn add_single(&mut self, scene: &Scene<'_>, name: &str, kind: SingleKind, via: Option<&str>) {
        if self.is_first(scene, kind.what(), name) {
            let (region, name, via) = (scene.region.clone(), name.to_owned(), via.map(str::to_owned));
            self.parts.model.singles.push(Single { region, name, via, kind });
        }
    }
}

fn over_zones(zones: usize) -> SingleKind {
    if zones > 1 { SingleKind::Balancer } else { SingleKind::BalancerOneZone }
}

fn kind_of_database(database: &Database) -> SingleKind {
    match (database.multi_az, &database.standby_zone) {
        (true, Some(_)) => SingleKind::DatabaseMultiAz,
        // Multi-AZ without a standby protects nothing until it is built (aws-domain.md A.4).
        (true, None) => SingleKind::DatabaseStandbyMissing,
        (false, _) => SingleKind::DatabaseOneZone,
    }
}

fn kind_of_cluster(scene: &Scene<'_>, cluster: &Cluster) -> SingleKind {
    let zones: BTreeSet<_> = cluster
        .members
        .iter()
        .filter_map(|member| scene.databases.get(member.database.as_str())?.zone.as_ref())
        .collect();
    match (cluster.engine.starts_with("aurora"), zones.len()) {
        (true, 0 | 1) => SingleKind::AuroraOneZone,
        (true, _) => SingleKind::Aurora,
        (false, 0 | 1) => SingleKind::DatabaseOneZone,
        (false, _) => SingleKind::ClusterMultiAz,
    }
}
