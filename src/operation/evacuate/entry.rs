//! Ways for traffic to leave: each balancer with a node in the zone, and how that node stops taking any (`aws-domain.md` C.3, step 2).
//!
//! Must stay true: what is away already is adopted; a balancer of one zone, or one that is away from another, is left alone and told.

use super::place::Place;
use crate::estate::balancer::{BalancerAttributes, ClassicBalancer, LoadBalancer};
use crate::estate::{Kind, SliceId};
use crate::id::{Arn, ClassicName, SubnetId, Text};

/// A balancer with a node in the zone.
pub(super) struct Entry<'p> {
    pub(super) balancer: Balancer<'p>,
    pub(super) way: Way,
}

/// Which balancer.
#[derive(Clone, Copy)]
pub(super) enum Balancer<'p> {
    Modern(&'p LoadBalancer),
    Classic(&'p ClassicBalancer),
}

/// How its traffic leaves.
pub(super) enum Way {
    /// It is away already, by somebody.
    Adopted(String),
    /// A zonal shift.
    Shift,
    /// The zone's subnets are taken from an application balancer: its targets there get nothing.
    Subnets(Rest),
    /// The same of a network balancer: connections are cut and the node's address is lost.
    LastResort(Rest),
    /// A classic balancer leaves the zone's subnets.
    Detach(Rest),
    /// None of these.
    Stuck(String),
}

/// A balancer's subnets, and those that remain.
pub(super) struct Rest {
    pub(super) all: Vec<SubnetId>,
    pub(super) left: Vec<SubnetId>,
}

impl Rest {
    /// The subnets that it leaves.
    pub(super) fn gone(&self) -> Vec<SubnetId> {
        self.all.iter().filter(|subnet| !self.left.contains(subnet)).cloned().collect()
    }
}

impl<'p> Balancer<'p> {
    /// Its name.
    pub(super) fn name(self) -> &'p str {
        match self {
            Self::Modern(balancer) => &balancer.name,
            Self::Classic(balancer) => balancer.name.as_str(),
        }
    }

    /// `ALB`, `NLB`, `CLB`.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Modern(balancer) => match &*balancer.balancer_type {
                "application" => "ALB",
                "network" => "NLB",
                _ => "GWLB",
            },
            Self::Classic(_) => "CLB",
        }
    }

    /// How many nodes it has.
    pub(super) fn nodes(self) -> usize {
        match self {
            Self::Modern(balancer) => balancer.zones.len(),
            Self::Classic(balancer) => balancer.zones.len(),
        }
    }

    /// Its ARN, where it has one.
    pub(super) fn arn(self) -> Option<&'p Arn> {
        match self {
            Self::Modern(balancer) => Some(&balancer.arn),
            Self::Classic(_) => None,
        }
    }

    /// Its name, where it is of the old generation.
    pub(super) fn classic(self) -> Option<&'p ClassicName> {
        match self {
            Self::Modern(_) => None,
            Self::Classic(balancer) => Some(&balancer.name),
        }
    }

    /// As CloudWatch names it.
    pub(super) fn dimension(self) -> Text {
        match self {
            Self::Modern(balancer) => {
                let resource = balancer.arn.resource();
                resource.strip_prefix("loadbalancer/").unwrap_or(resource).into()
            }
            Self::Classic(balancer) => balancer.name.as_str().into(),
        }
    }
}

impl Entry<'_> {
    /// How its traffic leaves, in few words.
    pub(super) fn words(&self) -> String {
        let (kind, name) = (self.balancer.kind(), self.balancer.name());
        match &self.way {
            Way::Adopted(who) => format!("{kind} {name} is away already: {who}"),
            Way::Shift => format!("shift {kind} {name} away"),
            Way::Subnets(_) => format!("{kind} {name} without its subnet there (no zonal shift)"),
            Way::LastResort(_) => {
                format!("{kind} {name} without its subnet there: cuts all its connections, its address there is lost")
            }
            Way::Detach(_) => format!("detach its subnet there from {kind} {name}"),
            Way::Stuck(why) => format!("{kind} {name}: {why}"),
        }
    }

    /// Whether a call moves it.
    pub(super) fn moves(&self) -> bool {
        matches!(self.way, Way::Shift | Way::Subnets(_) | Way::LastResort(_) | Way::Detach(_))
    }

    /// Whether it moves by calls that AWS lets through one in five seconds (`aws-domain.md` A.8).
    pub(super) fn is_slow(&self) -> bool {
        matches!(self.way, Way::Subnets(_) | Way::LastResort(_) | Way::Detach(_))
    }
}

/// Every balancer with a node in the zone, or kept from it.
pub(super) fn entries<'p>(place: &Place<'p>) -> Vec<Entry<'p>> {
    let modern =
        place.known::<LoadBalancer>().filter(|balancer| balancer.zones.iter().any(|(zone, _)| zone == place.zone));
    let classic = place.known::<ClassicBalancer>().filter(|balancer| balancer.zones.contains(place.zone));
    let modern = modern.map(|balancer| Entry { way: way_of(place, balancer), balancer: Balancer::Modern(balancer) });
    let classic =
        classic.map(|balancer| Entry { way: classic_way(place, balancer), balancer: Balancer::Classic(balancer) });
    modern.chain(classic).collect()
}

fn way_of(place: &Place<'_>, balancer: &LoadBalancer) -> Way {
    if let Some(by) = place.away(&balancer.arn).filter(|by| !by.is_passing) {
        return Way::Adopted(by.who);
    }
    if let Some(other) = place.away_elsewhere(&balancer.arn) {
        return Way::Stuck(format!("it is away from {other}, and one zone is all that a shift does"));
    }
    let others = balancer.zones.iter().filter(|(zone, _)| zone != place.zone).count();
    if others == 0 {
        return Way::Stuck("it has no node in another zone".to_owned());
    }
    if may_shift(place, balancer) {
        return Way::Shift;
    }
    let all: Option<Vec<SubnetId>> = balancer.zones.iter().map(|(_, subnet)| subnet.clone()).collect();
    let Some(all) = all else {
        return Way::Stuck("zonal shift is not enabled, and its subnets are not known".to_owned());
    };
    let here: Vec<&Option<SubnetId>> =
        balancer.zones.iter().filter(|(zone, _)| zone == place.zone).map(|(_, subnet)| subnet).collect();
    let left = all.iter().filter(|subnet| !here.iter().any(|gone| gone.as_ref() == Some(subnet))).cloned().collect();
    match &*balancer.balancer_type {
        // An application balancer keeps two zones at least (`aws-domain.md` C.3).
        "application" if others >= 2 => Way::Subnets(Rest { all, left }),
        "application" => Way::Stuck("zonal shift is not enabled, and it must keep two zones".to_owned()),
        "network" => Way::LastResort(Rest { all, left }),
        _ => Way::Stuck("a gateway balancer leaves no zone".to_owned()),
    }
}

/// Whether zonal shift is enabled. Where nobody could read it a shift is tried: it is refused, or it works at once.
fn may_shift(place: &Place<'_>, balancer: &LoadBalancer) -> bool {
    if place.managed(&balancer.arn).is_some() {
        return true;
    }
    let id = SliceId::of(place.region, Kind::BalancerAttributes, balancer.arn.text().clone());
    let rows = place.ground.estate.slice(&id).map(|slice| slice.rows::<BalancerAttributes>()).unwrap_or_default();
    let said = rows.first().and_then(|row| row.values.get("zonal_shift.config.enabled"));
    match said {
        Some(word) => &**word == "true",
        None => rows.is_empty() && !place.ground.estate.was_tried(place.region, Kind::ManagedResources),
    }
}

fn classic_way(place: &Place<'_>, balancer: &ClassicBalancer) -> Way {
    let Some(left) = place.outside(&balancer.subnets) else {
        return Way::Stuck("the zones of its subnets are not known".to_owned());
    };
    if left.is_empty() {
        return Way::Stuck("it has no node in another zone".to_owned());
    }
    if left.len() == balancer.subnets.len() {
        return Way::Stuck("it is in no network: disable its zone by hand".to_owned());
    }
    Way::Detach(Rest { all: balancer.subnets.clone(), left })
}
