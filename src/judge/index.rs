//! Joins that AWS leaves to its callers: instance to zone, to checks, to group, to targets.
//!
//! Owns: the look-ups over one region of one estate. Depends on: estate. Must stay true: a thing that is not found is
//! unknown, never healthy.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use crate::estate::balancer::{ClassicTarget, Target, TargetGroup};
use crate::estate::group::{Group, Member};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::zone::Subnet;
use crate::estate::{Estate, Kind, Part};
use crate::id::{Region, ZoneName};

/// Look-ups over one region.
pub struct Index<'a> {
    instances: HashMap<&'a str, &'a Instance>,
    statuses: HashMap<&'a str, &'a InstanceStatus>,
    members: HashMap<&'a str, (&'a Group, &'a Member)>,
    targets: HashMap<&'a str, Vec<(&'a str, &'a Target)>>,
    classic: HashMap<&'a str, Vec<(&'a str, &'a ClassicTarget)>>,
    target_groups: BTreeMap<&'a str, &'a TargetGroup>,
    subnets: Vec<(Block, &'a ZoneName)>,
    /// Instances whose reading is too old, or kept from an earlier run.
    doubted: HashSet<&'a str>,
    /// Target groups and classic balancers whose health was read and can be trusted.
    answered: HashSet<&'a str>,
    groups_are_known: bool,
}

/// An IPv4 block.
struct Block {
    network: u32,
    mask: u32,
}

impl<'a> Index<'a> {
    /// Builds the look-ups from what is known of `region`.
    pub fn new(estate: &'a Estate, region: &Region, now: Timestamp) -> Self {
        let mut index = Self {
            instances: estate.table::<Instance>(region, now).known().map(|i| (i.id.as_str(), i)).collect(),
            statuses: estate.table::<InstanceStatus>(region, now).known().map(|s| (s.instance.as_str(), s)).collect(),
            members: HashMap::new(),
            targets: HashMap::new(),
            classic: HashMap::new(),
            target_groups: estate.table::<TargetGroup>(region, now).known().map(|g| (g.arn.as_str(), g)).collect(),
            subnets: Vec::new(),
            doubted: HashSet::new(),
            answered: HashSet::new(),
            groups_are_known: estate.table::<Group>(region, now).is_complete(),
        };
        let doubted = estate.table::<Instance>(region, now).known_with_trust().filter(|(_, trust)| !trust.is_known());
        index.doubted = doubted.map(|(instance, _)| instance.id.as_str()).collect();
        for kind in [Kind::Targets, Kind::ClassicTargets] {
            for (part, slice) in estate.slices(region, kind) {
                if let Part::Of(parent) = part
                    && slice.trust(kind.age_limit(), now).is_known()
                {
                    index.answered.insert(parent);
                }
            }
        }
        for group in estate.table::<Group>(region, now).known() {
            for member in &group.members {
                index.members.insert(member.instance.as_str(), (group, member));
            }
        }
        for (part, target) in estate.table::<Target>(region, now).known_by_part() {
            if let Part::Of(parent) = part {
                index.targets.entry(&*target.id).or_default().push((parent, target));
            }
        }
        for (part, target) in estate.table::<ClassicTarget>(region, now).known_by_part() {
            if let Part::Of(parent) = part {
                index.classic.entry(target.instance.as_str()).or_default().push((parent, target));
            }
        }
        for subnet in estate.table::<Subnet>(region, now).known() {
            if let Some(block) = subnet.cidr.as_deref().and_then(Block::parse) {
                index.subnets.push((block, &subnet.zone));
            }
        }
        index
    }

    /// The instance with this id.
    pub fn instance(&self, id: &str) -> Option<&'a Instance> {
        self.instances.get(id).copied()
    }

    /// The instance with this id, where what EC2 says of it can be trusted now.
    pub fn trusted_instance(&self, id: &str) -> Option<&'a Instance> {
        self.instance(id).filter(|_| !self.doubted.contains(id))
    }

    /// Whether a target group's or classic balancer's word on its targets can be trusted now.
    pub fn has_answered(&self, parent: &str) -> bool {
        self.answered.contains(parent)
    }

    /// Whether a balancer routes to the instance, through its group, of whose health nobody knows now.
    pub fn awaits_balancer(&self, id: &str) -> bool {
        let Some((group, _)) = self.membership(id) else { return false };
        let unused = |arn: &str| self.target_group(arn).is_some_and(|known| known.load_balancers.is_empty());
        group.target_groups.iter().any(|arn| !self.has_answered(arn.as_str()) && !unused(arn.as_str()))
            || group.classic_balancers.iter().any(|name| !self.has_answered(name.as_str()))
    }

    /// Whether what groups say of their members can be trusted now.
    pub fn groups_are_known(&self) -> bool {
        self.groups_are_known
    }

    /// Its status checks.
    pub fn status(&self, id: &str) -> Option<&'a InstanceStatus> {
        self.statuses.get(id).copied()
    }

    /// Its group and its place in it.
    pub fn membership(&self, id: &str) -> Option<(&'a Group, &'a Member)> {
        self.members.get(id).copied()
    }

    /// Where it is a target: the target group's ARN and its health there.
    pub fn targets_of(&self, id: &str) -> &[(&'a str, &'a Target)] {
        self.targets.get(id).map_or(&[], |targets| targets)
    }

    /// Where it stands behind a classic balancer: the balancer's name and its health there.
    pub fn classic_targets_of(&self, id: &str) -> &[(&'a str, &'a ClassicTarget)] {
        self.classic.get(id).map_or(&[], |targets| targets)
    }

    /// Whether it is known behind any balancer.
    pub fn is_target(&self, id: &str) -> bool {
        self.targets.contains_key(id) || self.classic.contains_key(id)
    }

    /// The target group with this ARN.
    pub fn target_group(&self, arn: &str) -> Option<&'a TargetGroup> {
        self.target_groups.get(arn).copied()
    }

    /// The zone of an instance, by EC2's word or by its group's.
    pub fn zone_of_instance(&self, id: &str) -> Option<&'a ZoneName> {
        self.instance(id).map(|instance| &instance.zone).or_else(|| self.membership(id).map(|(_, member)| &member.zone))
    }

    /// The zone of a target: AWS names it for addresses only, so instances are joined by id and addresses by subnet
    /// (`aws-domain.md` A.3).
    pub fn zone_of_target(&self, target: &'a Target) -> Option<&'a ZoneName> {
        if let Some(zone) = self.zone_of_instance(&target.id) {
            return Some(zone);
        }
        if let Some(zone) = target.zone.as_ref().filter(|zone| zone.as_str() != "all") {
            return Some(zone);
        }
        let address: std::net::Ipv4Addr = target.id.parse().ok()?;
        let address = u32::from(address);
        self.subnets.iter().find(|(block, _)| block.contains(address)).map(|(_, zone)| *zone)
    }
}

impl Block {
    fn parse(cidr: &str) -> Option<Self> {
        let (network, bits) = cidr.split_once('/')?;
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        let network: std::net::Ipv4Addr = network.parse().ok()?;
        Some(Self { network: u32::from(network) & mask, mask })
    }

    fn contains(&self, address: u32) -> bool {
        address & self.mask == self.network
    }
}
