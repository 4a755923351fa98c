//! `balancers`: load balancers of both generations (`aws-domain.md` A.3).

use crate::estate::balancer::{ClassicBalancer, ClassicState, ClassicTarget, LoadBalancer, Target};
use crate::estate::shift::{ManagedResource, ShiftStatus, ZonalShift};
use crate::estate::{Kind, Part, SliceId};
use crate::id::{Text, ZoneName};
use crate::judge::target_group::TargetCounts;
use crate::judge::{Assessment, balancer};

use super::list::{Column, List, Listed};
use super::lookup::Unread;
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Balancers>(
    "balancers",
    &["balancer", "load-balancers", "lb", "lbs", "elb"],
    "Load balancers: state, zones, cross-zone, whether they can be shifted, what is behind them",
    &[
        Kind::LoadBalancers,
        Kind::ClassicBalancers,
        Kind::TargetGroups,
        Kind::Targets,
        Kind::ClassicTargets,
        Kind::BalancerAttributes,
        Kind::ManagedResources,
        Kind::ZonalShifts,
        Kind::Zones,
    ],
    2,
);

/// The attribute that switches cross-zone balancing; classic balancers call it otherwise, and are read to the same name.
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";

struct Balancers;

type Col = Column<Balancers>;

#[derive(Clone, Copy)]
enum BalancerRow<'a> {
    Newer(&'a LoadBalancer),
    Classic(&'a ClassicBalancer),
}

impl Listed for Balancers {
    type Row<'a> = BalancerRow<'a>;

    const COLUMNS: &'static [Col] = &[
        Col::new("name", "NAME", "The balancer's name", |row, _| row.name().into()).sized(22, 0).called(&["balancer"]),
        Col::new("type", "TYPE", "application, network, gateway or classic", |row, _| match row {
            BalancerRow::Newer(balancer) => (&balancer.balancer_type).into(),
            BalancerRow::Classic(_) => "classic".into(),
        })
        .sized(11, 3),
        Col::new("scheme", "SCHEME", "internet-facing or internal", |row, _| {
            Value::maybe(row.newer().and_then(|balancer| balancer.scheme.as_ref()))
        })
        .sized(15, 5),
        Col::new(
            "state",
            "STATE",
            "Elastic Load Balancing's word; `active_impaired` routes but cannot scale",
            |row, _| Value::maybe(row.newer().and_then(|balancer| balancer.state.as_ref()).map(|state| state.as_str())),
        )
        .sized(12, 3),
        Col::new("healthy", "HEALTHY", "Targets behind it that pass their checks", |row, place| {
            row.counted(place, |counts| counts.healthy)
        })
        .sized(7, 1)
        .right(),
        Col::new("targets", "TARGETS", "Targets behind it that should serve", |row, place| {
            row.counted(place, |counts| counts.expected())
        })
        .sized(7, 1)
        .right(),
        Col::new("zones", "ZONES", "Zones that it has a node in", |row, _| {
            Value::Texts(row.zones().map(ToString::to_string).collect())
        })
        .sized(34, 5)
        .called(&["zone"]),
        Col::new("cross_zone", "CROSS-ZONE", "Whether each node sends to the targets of every zone", cross_zone)
            .sized(10, 3),
        Col::new("shiftable", "SHIFTABLE", "Whether ARC may shift it away from a zone", shiftable).sized(9, 4),
        Col::new("shifted", "SHIFTED", "The zone that a shift keeps traffic from now", shifted).sized(9, 2).loud(),
        Col::new("target_groups", "TARGET GROUPS", "The target groups that it routes to", |row, place| match row {
            BalancerRow::Newer(balancer) if place.trusts_all(Kind::TargetGroups) => {
                let groups = place.routed(balancer.arn.as_str());
                Value::Texts(groups.iter().map(|group| group.name.to_string()).collect())
            }
            BalancerRow::Newer(_) => Value::Unknown,
            BalancerRow::Classic(_) => Value::None,
        })
        .sized(24, 4)
        .called(&["target_group"]),
        Col::new("dns_name", "DNS NAME", "The name that clients connect to", |row, _| Value::maybe(row.dns_name()))
            .hidden(50),
        Col::new("arn", "ARN", "Its ARN; classic balancers have none", |row, _| {
            Value::maybe(row.newer().map(|balancer| balancer.arn.text()))
        })
        .hidden(60),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, BalancerRow<'a>>> {
        let newer = place.read::<LoadBalancer, _>(|_, _, slice, i| slice.rows().get(i).map(BalancerRow::Newer));
        let classic = place.read::<ClassicBalancer, _>(|_, _, slice, i| slice.rows().get(i).map(BalancerRow::Classic));
        newer.chain(classic).collect()
    }

    fn id(row: &BalancerRow<'_>) -> String {
        match row {
            BalancerRow::Newer(balancer) => balancer.arn.to_string(),
            BalancerRow::Classic(balancer) => balancer.name.to_string(),
        }
    }

    fn assess<'a>(row: &BalancerRow<'a>, place: &Place<'a>) -> Assessment {
        match row {
            BalancerRow::Newer(balancer) => match place.judged {
                Some(judged) => balancer::assess(balancer, place.routed(balancer.arn.as_str()), judged),
                None => Assessment::unknown("not judged yet"),
            },
            BalancerRow::Classic(balancer) => place.judged(|judged| judged.classic_balancers.get(&balancer.name)),
        }
    }
}

impl<'a> BalancerRow<'a> {
    fn newer(&self) -> Option<&'a LoadBalancer> {
        match self {
            Self::Newer(balancer) => Some(balancer),
            Self::Classic(_) => None,
        }
    }

    fn name(&self) -> &'a Text {
        match self {
            Self::Newer(balancer) => &balancer.name,
            Self::Classic(balancer) => balancer.name.text(),
        }
    }

    fn dns_name(&self) -> Option<&'a Text> {
        match self {
            Self::Newer(balancer) => balancer.dns_name.as_ref(),
            Self::Classic(balancer) => balancer.dns_name.as_ref(),
        }
    }

    fn zones(&self) -> Box<dyn Iterator<Item = &'a ZoneName> + 'a> {
        match self {
            Self::Newer(balancer) => Box::new(balancer.zones.iter().map(|(zone, _)| zone)),
            Self::Classic(balancer) => Box::new(balancer.zones.iter()),
        }
    }

    /// A count over all that is behind it: unknown where the health of a part of it is.
    fn counted(&self, place: &Place<'a>, count: impl Fn(TargetCounts) -> usize) -> Value {
        let slice = |kind: Kind, parent: &Text| {
            let part = Part::Of(parent.clone());
            let id = SliceId { region: place.region.clone(), kind, part: part.clone() };
            place.estate.slice(&id).filter(|_| place.trusts(kind, part))
        };
        match self {
            Self::Newer(_) if !place.trusts_all(Kind::TargetGroups) => Value::Unknown,
            Self::Newer(balancer) => {
                let groups = place.routed(balancer.arn.as_str()).iter();
                let counts = groups.map(|group| {
                    let targets = slice(Kind::Targets, group.arn.text())?;
                    Some(count(TargetCounts::of(targets.rows::<Target>())))
                });
                Value::known(counts.sum::<Option<usize>>())
            }
            Self::Classic(balancer) => {
                let targets =
                    slice(Kind::ClassicTargets, balancer.name.text()).map(|slice| slice.rows::<ClassicTarget>());
                let healthy = |target: &&ClassicTarget| target.state == ClassicState::InService;
                let counts = targets.map(|targets| {
                    let healthy = targets.iter().filter(healthy).count();
                    count(TargetCounts { healthy, unhealthy: targets.len() - healthy, ..TargetCounts::default() })
                });
                Value::known(counts)
            }
        }
    }
}

/// Always on for application balancers; else an attribute, off where AWS does not say otherwise (`aws-domain.md` A.3).
fn cross_zone<'a>(row: &BalancerRow<'a>, place: &Place<'a>) -> Value {
    let name = match row {
        BalancerRow::Newer(balancer) if &*balancer.balancer_type == "application" => return true.into(),
        BalancerRow::Newer(balancer) => balancer.arn.as_str(),
        BalancerRow::Classic(balancer) => balancer.name.as_str(),
    };
    match place.attribute(name, CROSS_ZONE) {
        Ok(value) => (value == Some("true")).into(),
        Err(Unread) => Value::Unknown,
    }
}

/// Only what ARC manages can be shifted; classic balancers never.
fn shiftable<'a>(row: &BalancerRow<'a>, place: &Place<'a>) -> Value {
    let Some(balancer) = row.newer() else { return false.into() };
    if !place.trusts_all(Kind::ManagedResources) {
        return Value::Unknown;
    }
    place.estate.known::<ManagedResource>(place.region).any(|resource| resource.arn == balancer.arn).into()
}

fn shifted<'a>(row: &BalancerRow<'a>, place: &Place<'a>) -> Value {
    let Some(balancer) = row.newer() else { return Value::None };
    let mut shifts = place.estate.known::<ZonalShift>(place.region);
    match shifts.find(|shift| shift.resource == balancer.arn && shift.status == ShiftStatus::Active) {
        Some(shift) => shift.away_from.text().into(),
        None if place.trusts_all(Kind::ZonalShifts) => Value::None,
        None => Value::Unknown,
    }
}
