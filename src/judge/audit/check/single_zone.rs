//! Something that stands in one zone.

use std::collections::BTreeSet;

use crate::estate::Kind;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::id::ZoneName;
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "single-zone",
    title: "all of it stands in one zone",
    severity: Severity::High,
    explain: "When its zone goes, all of it goes, and there is nothing elsewhere to shift to: no zonal shift, no rebalancing and \
              no health check helps. A load balancer with one zone has an SLA of 99.9 % instead of 99.99 %, and a zonal shift \
              away from that zone is refused or without effect.",
    source: "AWS: static stability, ELB SLA (aws-domain.md B.4, C.3, D)",
    remedy: "give it subnets in two more zones",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::TargetGroups, Kind::LoadBalancers, Kind::ClassicBalancers, Kind::Zones],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    // One member is single-instance's to tell.
    for group in scene.groups().filter(|group| group.desired > 1 || group.zones.len() == 1) {
        let mut serving: BTreeSet<&ZoneName> = group.in_service().map(|member| &member.zone).collect();
        let sits = serving.pop_first().filter(|_| serving.is_empty());
        let Some(zone) = sits.or(group.zones.first().filter(|_| group.zones.len() == 1)) else { continue };
        let members = scene::count(group.in_service().count(), "member");
        let may = if group.zones.len() > 1 { format!("; it may use {} zones", group.zones.len()) } else { String::new() };
        let entry = scene.entry_of(group);
        let severity = if entry.is_some() { Severity::High } else { Severity::Medium };
        let entry = entry.map(|entry| format!(" {entry}")).unwrap_or_default();
        let evidence = format!("{members}{entry}, all in {zone}{may}");
        report.flaw(scene::group(group), evidence).with(severity).in_zone(Some(zone));
    }
    for balancer in scene.rows::<LoadBalancer>() {
        if let [(zone, _)] = balancer.zones.as_slice() {
            report.flaw(scene::balancer(balancer), format!("1 zone: {zone}")).in_zone(Some(zone));
        }
    }
    for balancer in scene.rows::<ClassicBalancer>() {
        if let [zone] = balancer.zones.as_slice() {
            let subject = Subject::named("classic balancer", balancer.name.as_str());
            report.flaw(subject, format!("1 zone: {zone}")).in_zone(Some(zone));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.service(EAST, "api", "bb"),
        subject: "api-asg",
        evidence: &["2 members", "us-east-1b", "may use 3 zones"],
        silent: |world| world.service(EAST, "api", "ba"),
    };
}
