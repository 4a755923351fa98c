//! Services: what belongs together, by tags, stack names or the group's name.
//!
//! Owns: how things are gathered into services. Depends on: estate, policy. Must stay true: every instance, target group,
//! classic balancer and database of the region is in exactly one service, so that nothing is lost from the board.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::estate::Estate;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, ResourceTags, TargetGroup};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::tag::Tags;
use crate::id::{Arn, ClassicName, ClusterId, DatabaseId, GroupName, InstanceId, Region};

use super::index::{Index, Number};
use super::policy::Policy;

/// Things of one region that serve one purpose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its groups.
    pub groups: BTreeSet<GroupName>,
    /// Its target groups.
    pub target_groups: BTreeSet<Arn>,
    /// Its classic balancers.
    pub classic_balancers: BTreeSet<ClassicName>,
    /// Its databases outside clusters.
    pub databases: BTreeSet<DatabaseId>,
    /// Its clusters.
    pub clusters: BTreeSet<ClusterId>,
    /// Its instances that are in no group.
    pub standalone: BTreeSet<InstanceId>,
    /// What traffic comes through: `ALB`, `NLB`, `CLB`.
    pub entries: BTreeSet<&'static str>,
    /// How many of its members must be up for it to work, where policy says so, or a tag of its
    /// groups or instances.
    pub quorum: Option<usize>,
}

/// Tags by which a store of k of n declares its k (`aws-domain.md` C.1), the first that is present wins.
const QUORUM_TAGS: &[&str] = &["ops:quorum", "fournines:quorum", "Quorum", "quorum"];

impl Service {
    /// Whether it is databases alone.
    pub fn is_database(&self) -> bool {
        self.groups.is_empty()
            && self.target_groups.is_empty()
            && self.classic_balancers.is_empty()
            && self.standalone.is_empty()
            && !(self.databases.is_empty() && self.clusters.is_empty())
    }

    /// Whether it is, or has a part that is, what a finding's subject names.
    pub fn has(&self, what: &str, id: &str) -> bool {
        match what {
            "service" => self.name == id,
            "group" => self.groups.contains(id),
            "target group" => self.target_groups.contains(id),
            "classic balancer" => self.classic_balancers.contains(id),
            "database" => self.databases.contains(id),
            "cluster" => self.clusters.contains(id),
            "instance" => self.standalone.contains(id),
            _ => false,
        }
    }

    /// Takes the quorum that a tag declares; of several the greatest, which is the safe one.
    fn note_quorum(&mut self, tags: &Tags) {
        let words = QUORUM_TAGS.iter().find_map(|key| tags.get(key));
        let declared = words.and_then(|words| words.trim().parse().ok()).filter(|quorum| *quorum > 0);
        self.quorum = self.quorum.max(declared);
    }
}

/// The service that tags name: by the policy's keys, else by the stack's name.
pub fn name_from_tags(tags: &Tags, policy: &Policy) -> Option<String> {
    policy
        .service_tags
        .iter()
        .find_map(|key| tags.get(key))
        .or_else(|| tags.get("aws:cloudformation:stack-name"))
        .map(|name| name.to_string())
}

/// Gathers what is known of a region into services, but for the instances that are in no group: those come and go, and each has a
/// [`claim`] of its own.
pub(super) fn gather(estate: &Estate, index: &Index, region: &Region, now: Timestamp, policy: &Policy) -> Gathering {
    let mut services = Gathering::default();
    let claimed = claims(policy);
    for group in estate.table::<Group>(region, now).known() {
        // What policy says of a group outranks its tags.
        let by_policy = claimed.get(group.name.as_str()).map(|name| (*name).to_owned());
        let name = by_policy.or_else(|| name_from_tags(&group.tags, policy)).unwrap_or_else(|| group.name.to_string());
        services.by_group.insert(group.name.clone(), name.clone());
        let service = services.at(&name);
        service.groups.insert(group.name.clone());
        service.note_quorum(&group.tags);
    }
    services.add_target_groups(estate, index, region, now, policy);
    services.add_classic(estate, region, now);
    for database in estate.table::<Database>(region, now).known().filter(|database| database.cluster.is_none()) {
        let name = name_from_tags(&database.tags, policy).unwrap_or_else(|| database.id.to_string());
        services.at(&name).databases.insert(database.id.clone());
    }
    for cluster in estate.table::<Cluster>(region, now).known() {
        let name = name_from_tags(&cluster.tags, policy).unwrap_or_else(|| cluster.id.to_string());
        services.at(&name).clusters.insert(cluster.id.clone());
    }
    services
}

/// The service of an instance that stands alone; none where it does not, or is gone.
pub(super) fn claim(
    index: &Index,
    number: Number,
    instance: &Instance,
    gathered: &Gathering,
    policy: &Policy,
) -> Option<String> {
    let alive = !matches!(instance.state, InstanceState::Terminated | InstanceState::ShuttingDown);
    if !alive || index.membership_at(number).is_some() {
        return None;
    }
    // A member of a group that could not be read still runs here: seen behind its balancer, else by its own tags.
    let group = instance.group();
    // Where groups are known, one that is in none of them any more is gone, however an older listing has it.
    if group.is_some() && (index.groups_are_known() || index.is_target_at(number)) {
        return None;
    }
    let by_group =
        || group.as_ref().map(|group| gathered.by_group.get(group).cloned().unwrap_or_else(|| group.to_string()));
    name_from_tags(&instance.tags, policy)
        .or_else(by_group)
        .or_else(|| instance.name().map(str::to_owned))
        .or_else(|| Some("no service".to_owned()))
}

impl Service {
    /// A service of which `named` is gathered, with the instances that claim it; none where it has neither.
    pub(super) fn complete<'a>(
        name: &str,
        named: Option<&Self>,
        alone: impl Iterator<Item = &'a Instance>,
        policy: &Policy,
    ) -> Option<Self> {
        let mut service = named.cloned();
        for instance in alone {
            let service = service.get_or_insert_with(|| Self { name: name.to_owned(), ..Self::default() });
            service.standalone.insert(instance.id.clone());
            service.note_quorum(&instance.tags);
        }
        let mut service = service?;
        let declared = policy.services.get(name).and_then(|declared| declared.quorum);
        service.quorum = declared.or(service.quorum);
        Some(service)
    }
}

/// Which service policy gives each group to.
fn claims(policy: &Policy) -> BTreeMap<&str, &str> {
    let groups =
        policy.services.iter().flat_map(|(name, declared)| declared.groups.iter().map(move |group| (group, name)));
    groups.map(|(group, name)| (group.as_str(), name.as_str())).collect()
}

/// Services by name, without the instances that stand alone.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    pub(super) services: BTreeMap<String, Service>,
    pub(super) by_group: BTreeMap<GroupName, String>,
    /// Target groups whose service could only be guessed from their targets.
    pub(super) guessed: BTreeSet<Arn>,
}

impl Gathering {
    fn at(&mut self, name: &str) -> &mut Service {
        self.services.entry(name.to_owned()).or_insert_with(|| Service { name: name.to_owned(), ..Service::default() })
    }

    /// A target group belongs to the group that registers with it, else to its own or its balancer's tag, else stands by its name.
    fn add_target_groups(&mut self, estate: &Estate, index: &Index, region: &Region, now: Timestamp, policy: &Policy) {
        let mut owners: BTreeMap<&str, String> = BTreeMap::new();
        for group in estate.table::<Group>(region, now).known() {
            if let Some(name) = self.by_group.get(&group.name) {
                owners.extend(group.target_groups.iter().map(|arn| (arn.as_str(), name.clone())));
            }
        }
        let tags: BTreeMap<&str, &Tags> =
            estate.table::<ResourceTags>(region, now).known().map(|row| (row.of.as_str(), &row.tags)).collect();
        let balancers: BTreeMap<&str, &LoadBalancer> = estate
            .table::<LoadBalancer>(region, now)
            .known()
            .map(|balancer| (balancer.arn.as_str(), balancer))
            .collect();
        for target_group in estate.table::<TargetGroup>(region, now).known() {
            let own = std::iter::once(&target_group.arn).chain(&target_group.load_balancers);
            let name = owners
                .get(target_group.arn.as_str())
                .cloned()
                .or_else(|| own.filter_map(|arn| tags.get(arn.as_str())).find_map(|tags| name_from_tags(tags, policy)))
                .or_else(|| {
                    self.guessed.insert(target_group.arn.clone());
                    self.service_of_a_target(index, target_group)
                })
                .unwrap_or_else(|| target_group.name.to_string());
            let entries: Vec<&'static str> = target_group
                .load_balancers
                .iter()
                .filter_map(|arn| balancers.get(arn.as_str()))
                .map(|balancer| entry_word(&balancer.balancer_type))
                .collect();
            let service = self.at(&name);
            service.target_groups.insert(target_group.arn.clone());
            service.entries.extend(entries);
        }
    }

    fn service_of_a_target(&self, index: &Index, group: &TargetGroup) -> Option<String> {
        index.targets_behind(group.arn.text()).find_map(|(number, _)| {
            let (owner, _) = index.membership_at(number)?;
            self.by_group.get(&owner.name).cloned()
        })
    }

    fn add_classic(&mut self, estate: &Estate, region: &Region, now: Timestamp) {
        let groups = estate.table::<Group>(region, now).known();
        let mut owners: BTreeMap<&ClassicName, &GroupName> = BTreeMap::new();
        for (balancer, group) in groups.flat_map(|group| group.classic_balancers.iter().map(|b| (b, &group.name))) {
            owners.entry(balancer).or_insert(group);
        }
        for balancer in estate.table::<ClassicBalancer>(region, now).known() {
            let owner = owners
                .get(&balancer.name)
                .and_then(|group| self.by_group.get(*group).cloned())
                .unwrap_or_else(|| balancer.name.to_string());
            let service = self.at(&owner);
            service.classic_balancers.insert(balancer.name.clone());
            service.entries.insert("CLB");
        }
    }
}

fn entry_word(balancer_type: &str) -> &'static str {
    match balancer_type {
        "application" => "ALB",
        "network" => "NLB",
        "gateway" => "GWLB",
        _ => "LB",
    }
}
