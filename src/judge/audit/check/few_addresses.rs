//! Subnets in which there is no room to launch.

use std::collections::BTreeMap;

use crate::estate::Kind;
use crate::estate::zone::Subnet;
use crate::id::SubnetId;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "few-addresses",
    title: "its subnets have too few free addresses for what it would launch",
    severity: Severity::Medium,
    explain: "A subnet without free addresses stops launches, and says so only in the activities of the group. When a zone is \
              left, the members of that zone have to come up in the subnets of the others: those need as many free addresses \
              as the group may still grow by, in the worst zone.",
    source: "AWS: VPC guide, subnet sizing (aws-domain.md A.1, B.4)",
    remedy: "add a larger subnet of that zone to the group",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::Subnets],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let subnets: BTreeMap<&SubnetId, &Subnet> = scene.rows::<Subnet>().map(|subnet| (&subnet.id, subnet)).collect();
    for group in scene.groups() {
        let own: Vec<&Subnet> = group.subnets.iter().filter_map(|id| subnets.get(id).copied()).collect();
        let Some(least) = own.iter().filter(|s| s.free_addresses.is_some()).min_by_key(|s| s.free_addresses) else {
            continue;
        };
        // What the loss of one zone adds to each of the others.
        let others = own.len() * own.len().saturating_sub(1);
        let needed = usize::try_from(group.desired).unwrap_or(0).div_ceil(others.max(1));
        let free = usize::try_from(least.free_addresses.unwrap_or(0)).unwrap_or(0);
        if own.len() > 1 && free < needed {
            let evidence = format!("{free} free in {}, {needed} needed once a zone is lost", least.id);
            report.flaw(scene::group(group), evidence).in_zone(Some(&least.zone));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Subnets, "subnet-us-east-1b", json!({"free_addresses": 0})),
        subject: "web-asg",
        evidence: &["0 free in subnet-us-east-1b", "1 needed"],
        silent: |world| world.set(EAST, Kind::Subnets, "subnet-us-east-1b", json!({"free_addresses": 1})),
    };
}
