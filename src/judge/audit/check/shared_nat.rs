//! Zones whose way out leads through another zone.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::Kind;
use crate::estate::network::{NatGateway, RouteTable};
use crate::estate::zone::Subnet;
use crate::id::{SubnetId, ZoneName};
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "shared-nat",
    title: "another zone's way out leads through it",
    severity: Severity::Medium,
    explain: "A NAT gateway stands in one zone. When that zone fails, the zones that route through it lose their way out: calls \
              to payment, mail and AWS itself time out in a zone that looks well. A zonal shift does not change routes, so the \
              failure stays after the zone was left. It costs traffic between zones every day besides.",
    source: "AWS: VPC guide, NAT gateway per zone; Advanced Multi-AZ Resilience Patterns (aws-domain.md B.1, B.4, C.3)",
    remedy: "make a NAT gateway in that zone and route its subnets through it",
    reach: Reach::Region,
    needs: &[Kind::NatGateways, Kind::RouteTables, Kind::Subnets],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let zones: BTreeMap<&SubnetId, &ZoneName> = scene.rows::<Subnet>().map(|subnet| (&subnet.id, &subnet.zone)).collect();
    let gateways = scene.rows::<NatGateway>().filter(|gateway| &*gateway.state == "available");
    for gateway in gateways {
        // A regional gateway stands in no subnet and in every zone.
        let Some(home) = gateway.subnet.as_ref().and_then(|subnet| zones.get(subnet)) else { continue };
        let mut others: BTreeMap<&ZoneName, BTreeSet<&SubnetId>> = BTreeMap::new();
        for subnet in users(scene, gateway) {
            if let Some(zone) = zones.get(subnet).filter(|zone| *zone != home) {
                others.entry(zone).or_default().insert(subnet);
            }
        }
        if !others.is_empty() {
            let zones: Vec<String> = others.keys().map(ToString::to_string).collect();
            let subnets: usize = others.values().map(BTreeSet::len).sum();
            let words = if subnets == 1 { "1 subnet routes".to_owned() } else { format!("{subnets} subnets route") };
            let evidence = format!("{words} through it from {}; it stands in {home}", zones.join(", "));
            report.flaw(Subject::named("NAT gateway", &*gateway.id), evidence).in_zone(Some(home));
        }
    }
}

/// The subnets that route through a gateway: those with the table for their own, and for a main table those of its network that
/// have none.
fn users<'a>(scene: &Scene<'a>, gateway: &NatGateway) -> BTreeSet<&'a SubnetId> {
    let tables: Vec<&RouteTable> = scene.rows::<RouteTable>().collect();
    let claimed: BTreeSet<&SubnetId> = tables.iter().flat_map(|table| &table.subnets).collect();
    let mut users = BTreeSet::new();
    for table in tables {
        if !table.routes.iter().any(|route| route.target.as_deref() == Some(&*gateway.id)) {
            continue;
        }
        users.extend(&table.subnets);
        if table.main {
            let left = scene.rows::<Subnet>().filter(|subnet| subnet.vpc == table.vpc && !claimed.contains(&subnet.id));
            users.extend(left.map(|subnet| &subnet.id));
        }
    }
    users
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let through_a = json!([{"destination": "0.0.0.0/0", "target": "nat-us-east-1a", "state": "active"}]);
            world.set(EAST, Kind::RouteTables, "rtb-us-east-1c", json!({"routes": through_a}));
        },
        subject: "nat-us-east-1a",
        evidence: &["1 subnet routes through it from us-east-1c", "stands in us-east-1a"],
        silent: |world| {
            let regional = json!({"subnet": null});
            world.set(EAST, Kind::NatGateways, "nat-us-east-1a", regional);
            let through_a = json!([{"destination": "0.0.0.0/0", "target": "nat-us-east-1a", "state": "active"}]);
            world.set(EAST, Kind::RouteTables, "rtb-us-east-1c", json!({"routes": through_a}));
        },
    };
}
