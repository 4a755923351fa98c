//! Services from one judgement to the next: gathered anew only where what names them is otherwise, counted anew only where
//! something in them is.
//!
//! Owns: [`Gathered`]. Depends on: services, the board, the joins. Must stay true: services gathered after others are those gathered
//! from nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::board::{Board, Cells};
use super::index::{Delta, Index, Number, Pages};
use super::memo::Seen;
use super::region::{Memory, Stage};
use super::service::{self, Gathering, Service};
use crate::estate::Kind;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, ResourceTags, TargetGroup};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::Group;
use crate::id::{InstanceId, Text};

/// The services of a region.
#[derive(Clone, Default)]
pub(super) struct Gathered {
    named: Arc<Gathering>,
    /// By number, the service of what stands alone.
    claims: Pages<Option<Text>>,
    /// By service, what stands alone in it.
    alone: Arc<BTreeMap<Text, BTreeMap<InstanceId, Number>>>,
    /// Whose a target group or classic balancer is, by ARN or name.
    owners: Arc<HashMap<Text, String>>,
    services: Arc<BTreeMap<String, Entry>>,
}

/// One service, counted.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) service: Arc<Service>,
    /// Its cells without its databases, and with them.
    things: Arc<Cells>,
    pub(super) cells: Arc<Cells>,
}

impl Gathered {
    /// Every service, in the order of their names.
    pub(super) fn services(&self) -> impl Iterator<Item = &Entry> {
        self.services.values()
    }

    /// The services of which something that is said of their parts differs from what the judgement before said; none where that may
    /// be all of them.
    pub(super) fn differing(&self, memory: &Memory) -> Option<BTreeSet<&str>> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let owners = |parent: &Text| self.owners.get(parent).map(String::as_str);
        names.extend(memory.target_groups.differing().only()?.iter().filter_map(|arn| owners(arn.text())));
        names.extend(memory.classic_balancers.differing().only()?.iter().filter_map(|name| owners(name.text())));
        let groups = memory.groups.differing().only()?.iter();
        names.extend(groups.filter_map(|name| self.named.by_group.get(name)).map(String::as_str));
        let alone = memory.instances.differing()?.iter();
        names.extend(alone.filter_map(|number| self.claims.get(number.position())?.as_deref()));
        let databases = memory.databases.differing().only()?;
        if !databases.is_empty() || !memory.clusters.differing().only()?.is_empty() {
            let has_databases = |service: &Service| !(service.databases.is_empty() && service.clusters.is_empty());
            let theirs = self.services.iter().filter(|(_, entry)| has_databases(&entry.service));
            names.extend(theirs.map(|(name, _)| name.as_str()));
        }
        Some(names)
    }

    /// The services as they are now.
    pub(super) fn after(&self, stage: &Stage<'_>, index_before: &Index, seen: (&Seen, &Seen)) -> Self {
        let mut next = self.clone();
        let mut dirty = BTreeSet::new();
        let is_first = self.services.is_empty();
        if is_first || !same_names(seen.0, seen.1) || next.is_guess_open(stage) {
            next.gather(stage, self, &mut dirty);
        }
        next.take_claims(stage, self, index_before, &mut dirty);
        let mut board = Board::new(stage.estate, stage.index, stage.sight.region(), stage.now);
        let touched = next.touched(stage, index_before, &dirty);
        let databases = seen.1.is_otherwise(seen.0, &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters]);
        if dirty.is_empty() && touched.is_empty() && !databases {
            return next;
        }
        let services = Arc::make_mut(&mut next.services);
        for name in &dirty {
            let alone = next.alone.get(name.as_str()).into_iter().flat_map(BTreeMap::values);
            let alone = alone.filter_map(|number| stage.index.instance_at(*number));
            let named = next.named.services.get(name);
            match Service::complete(name, named, alone, stage.sight.policy()) {
                Some(service) => {
                    let nothing = Arc::new(Cells::default());
                    let entry = Entry { service: Arc::new(service), things: nothing.clone(), cells: nothing };
                    services.insert(name.clone(), entry);
                }
                None => drop(services.remove(name)),
            }
        }
        for (name, entry) in services.iter_mut() {
            let counts = touched.contains(name) || dirty.contains(name);
            if counts {
                entry.things = Arc::new(board.of_things(&entry.service));
            }
            let has_databases = !(entry.service.databases.is_empty() && entry.service.clusters.is_empty());
            if !has_databases {
                entry.cells = entry.things.clone();
            } else if counts || databases {
                let mut cells = (*entry.things).clone();
                board.add_databases(&entry.service, &mut cells);
                entry.cells = Arc::new(cells);
            }
        }
        next
    }

    /// Whether a service that was guessed from targets may be another now.
    fn is_guess_open(&self, stage: &Stage<'_>) -> bool {
        match stage.delta {
            Delta::All => !self.named.guessed.is_empty(),
            Delta::Things(things) if things.is_empty() => false,
            Delta::Things(_) => self.named.guessed.iter().any(|arn| stage.touched.targets.contains(arn.as_str())),
        }
    }

    fn gather(&mut self, stage: &Stage<'_>, before: &Self, dirty: &mut BTreeSet<String>) {
        let policy = stage.sight.policy();
        let named = service::gather(stage.estate, stage.index, stage.sight.region(), stage.now, policy);
        let names = named.services.keys().chain(before.named.services.keys());
        let differs = |name: &&String| named.services.get(*name) != before.named.services.get(*name);
        dirty.extend(names.filter(differs).cloned());
        let owned = named.services.values().flat_map(|service| {
            let parents = service.target_groups.iter().map(|arn| arn.text());
            parents.chain(service.classic_balancers.iter().map(|name| name.text())).map(move |parent| (parent, service))
        });
        self.owners = Arc::new(owned.map(|(parent, service)| (parent.clone(), service.name.clone())).collect());
        self.named = Arc::new(named);
    }

    /// Finds anew which service each instance claims that stands alone, where that may be another.
    fn take_claims(&mut self, stage: &Stage<'_>, before: &Self, index: &Index, dirty: &mut BTreeSet<String>) {
        // Another group's service may be that of its members that are not known as such.
        let groups_differ = !Arc::ptr_eq(&self.named, &before.named) && self.named.by_group != before.named.by_group;
        let things = match stage.delta {
            Delta::Things(things) if !groups_differ => things,
            _ => {
                let all: Vec<Number> = stage.index.numbers().collect();
                if let Delta::All = stage.delta {
                    // Numbers may be others' now.
                    dirty.extend(self.alone.keys().map(|name| name.to_string()));
                    (self.claims, self.alone) = (Pages::default(), Arc::default());
                }
                self.claim_each(stage, index, &all, dirty);
                return;
            }
        };
        self.claim_each(stage, index, things, dirty);
    }

    fn claim_each(&mut self, stage: &Stage<'_>, before: &Index, things: &[Number], dirty: &mut BTreeSet<String>) {
        self.claims.lengthen(stage.index.numbers().len(), &None);
        let policy = stage.sight.policy();
        for number in things {
            let instance = stage.index.instance_at(*number);
            let claim = instance.and_then(|row| service::claim(stage.index, *number, row, &self.named, policy));
            let last = self.claims.get(number.position()).and_then(Option::as_ref);
            if last.map(|name| &**name) == claim.as_deref() {
                // Its tags may say more of its service than the name.
                let tags = before.instance_at(*number).map(|row| &row.tags);
                dirty.extend(claim.filter(|_| tags != instance.map(|row| &row.tags)));
                continue;
            }
            let alone = Arc::make_mut(&mut self.alone);
            if let Some((last, id)) = last.cloned().zip(stage.index.name_of(*number)) {
                let rest = alone.get_mut(&last);
                let is_empty = rest.is_some_and(|rest| rest.remove(id).is_some() && rest.is_empty());
                if is_empty {
                    alone.remove(&last);
                }
                dirty.insert(last.to_string());
            }
            let claim = claim.map(Text::from);
            if let Some((name, instance)) = claim.as_ref().zip(instance) {
                alone.entry(name.clone()).or_default().insert(instance.id.clone(), *number);
                dirty.insert(name.to_string());
            }
            if let Some(place) = self.claims.get_mut(number.position()) {
                *place = claim;
            }
        }
    }

    /// The services in which something stands otherwise, or did.
    fn touched(&self, stage: &Stage<'_>, before: &Index, dirty: &BTreeSet<String>) -> BTreeSet<String> {
        let Delta::Things(things) = stage.delta else {
            return self.services.keys().cloned().chain(dirty.iter().cloned()).collect();
        };
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        for number in things {
            for index in [stage.index, before] {
                let group = index.membership_at(*number).and_then(|(group, _)| self.named.by_group.get(&group.name));
                let targets = index.targets_at(*number).map(|(parent, _)| parent);
                let classic = index.classic_targets_at(*number).map(|(parent, _)| parent);
                let owners = targets.chain(classic).filter_map(|parent| self.owners.get(parent));
                touched.extend(group.into_iter().chain(owners).map(String::as_str));
            }
            touched.extend(self.claims.get(number.position()).and_then(Option::as_deref));
        }
        touched.into_iter().map(str::to_owned).collect()
    }
}

/// Whether all that services are named by is as it was.
fn same_names(before: &Seen, now: &Seen) -> bool {
    before.is_same::<Group>(now, |a, b| {
        a.name == b.name
            && a.tags == b.tags
            && a.target_groups == b.target_groups
            && a.classic_balancers == b.classic_balancers
    }) && before.is_same::<TargetGroup>(now, |a, b| {
        (&a.arn, &a.name, &a.load_balancers) == (&b.arn, &b.name, &b.load_balancers)
    }) && before.is_same::<Database>(now, |a, b| (&a.id, &a.cluster, &a.tags) == (&b.id, &b.cluster, &b.tags))
        && before.is_same::<Cluster>(now, |a, b| (&a.id, &a.tags) == (&b.id, &b.tags))
        && before.is_same::<ResourceTags>(now, |a, b| a == b)
        && before.is_same::<LoadBalancer>(now, |a, b| (&a.arn, &a.balancer_type) == (&b.arn, &b.balancer_type))
        && before.is_same::<ClassicBalancer>(now, |a, b| a.name == b.name)
}
