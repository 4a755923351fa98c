//! `zones`: availability zones with what stands in them and what speaks against them.

use crate::estate::Kind;
use crate::estate::zone::{Subnet, Zone};
use crate::judge::zone::ZoneAssessment;
use crate::judge::{Assessment, Verdict};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Zones>(
    "zones",
    &["zone", "az", "azs"],
    "Availability zones: verdict, evidence, what stands in them",
    &[
        Kind::Zones,
        Kind::Instances,
        Kind::InstanceStatuses,
        Kind::Groups,
        Kind::TargetGroups,
        Kind::Targets,
        Kind::Subnets,
        Kind::Databases,
        Kind::Clusters,
        Kind::GlobalClusters,
        Kind::ManagedResources,
        Kind::ZonalShifts,
        Kind::Autoshifts,
    ],
    1,
);

struct Zones;

type Col = Column<Zones>;

#[derive(Clone, Copy)]
struct ZoneRow<'a> {
    zone: &'a Zone,
    judged: &'a ZoneAssessment,
}

impl Listed for Zones {
    type Row<'a> = ZoneRow<'a>;

    const COLUMNS: &'static [Col] = &[
        Col::new("zone", "ZONE", "The zone's name in this account", |row, _| row.zone.name.text().into())
            .sized(10, 0)
            .called(&["name"]),
        Col::new("zone_id", "ZONE ID", "Its physical id", |row, _| row.zone.id.text().into())
            .sized(8, 0)
            .called(&["id"]),
        Col::new("state", "EC2 SAYS", "EC2's word, which stays `available` in gray failures", |row, _| {
            row.zone.state.as_str().into()
        })
        .sized(9, 6),
        Col::new("shifted", "SHIFTED", "Whether traffic is kept from it now", |row, _| {
            Value::known(row.judged.shifted)
        })
        .sized(7, 2),
        Col::new("running", "RUNNING", "Instances running", |row, _| instances(row, |counts| counts.running))
            .sized(7, 3)
            .right(),
        Col::new("pending", "PENDING", "Instances launching", |row, _| instances(row, |counts| counts.pending))
            .sized(7, 6)
            .right(),
        Col::new("stopped", "STOPPED", "Instances stopping or stopped", |row, _| {
            instances(row, |counts| counts.stopped)
        })
        .sized(7, 6)
        .right(),
        Col::new("impaired", "IMPAIRED", "Instances running and failing a status check", |row, _| {
            Value::known(row.judged.instances.and_then(|counts| counts.impaired))
        })
        .sized(8, 2)
        .right(),
        Col::new("in_service", "IN SERVICE", "Group members in service", |row, _| Value::known(row.judged.in_service))
            .sized(10, 3)
            .right(),
        Col::new("targets_healthy", "HEALTHY", "Targets passing their checks", |row, _| {
            targets(row, |counts| counts.healthy)
        })
        .sized(7, 2)
        .right(),
        Col::new("targets_unhealthy", "UNHEALTHY", "Targets failing them", |row, _| {
            targets(row, |counts| counts.unhealthy)
        })
        .sized(9, 2)
        .right(),
        Col::new("targets_expected", "TARGETS", "Targets that should serve", |row, _| {
            targets(row, |counts| counts.expected())
        })
        .sized(7, 4)
        .right(),
        Col::new(
            "free_addresses",
            "FREE IPS",
            "Addresses left in its subnets; none left silently stops launches",
            addresses,
        )
        .sized(8, 6)
        .right(),
        Col::new("database_writers", "WRITERS", "Databases that write from it", |row, _| {
            Value::known(row.judged.database_writers)
        })
        .sized(7, 4)
        .right(),
        Col::new("database_standbys", "STANDBYS", "Multi-AZ standbys in it", |row, _| {
            Value::known(row.judged.database_standbys)
        })
        .sized(8, 5)
        .right(),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, ZoneRow<'a>>> {
        let judged = place.judged.map_or(&[][..], |judged| &judged.zones);
        place.made(|zone: &'a Zone| {
            let judged = judged.iter().find(|judged| judged.name == zone.name)?;
            Some(ZoneRow { zone, judged })
        })
    }

    fn id(row: &ZoneRow<'_>) -> String {
        row.zone.name.to_string()
    }

    fn assess<'a>(row: &ZoneRow<'a>, _: &Place<'a>) -> Assessment {
        Assessment {
            verdict: row.judged.verdict.verdict(),
            reasons: row.judged.evidence.iter().map(|evidence| evidence.detail.clone()).collect(),
            ..Assessment::ok()
        }
    }

    /// A zone has words of its own: suspect, degraded, not-zonal.
    fn verdict_word<'a>(row: &ZoneRow<'a>, _: Verdict) -> &'static str {
        row.judged.verdict.as_str()
    }
}

fn instances(row: &ZoneRow<'_>, count: impl Fn(crate::judge::zone::InstanceCounts) -> usize) -> Value {
    Value::known(row.judged.instances.map(count))
}

fn targets(row: &ZoneRow<'_>, count: impl Fn(crate::judge::target_group::TargetCounts) -> usize) -> Value {
    Value::known(row.judged.targets.map(count))
}

fn addresses<'a>(row: &ZoneRow<'a>, place: &Place<'a>) -> Value {
    if !place.trusts_all(Kind::Subnets) {
        return Value::Unknown;
    }
    let subnets = place.estate.known::<Subnet>(place.region).filter(|subnet| subnet.zone == row.zone.name);
    let free: Option<i32> = subnets.map(|subnet| subnet.free_addresses).sum();
    Value::known(free)
}
