//! Names that somebody would have to change.

use std::collections::BTreeMap;

use crate::estate::Kind;
use crate::estate::account::{HostedZone, Record};
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::database::{Cluster, Database};
use crate::id::{Region, Text};
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "dns-needs-control-plane",
    title: "to fail over, this name would have to be changed",
    severity: Severity::Medium,
    explain: "Route 53 answers queries everywhere, but its records are changed through a control plane in us-east-1. A name that \
              points at one region alone has to be changed by somebody on the day that region is lost, through what may be \
              lost with it; failover records with health checks, made beforehand, switch by themselves. And a name of a \
              database that resolvers keep for an hour points at the old one for an hour: to lower its TTL then is too late.",
    source: "AWS: Route 53 guide, failover; Advanced Multi-AZ Resilience Patterns (aws-domain.md C.3, C.4, F.36)",
    remedy: "make failover records with health checks for both regions",
    reach: Reach::Account,
    needs: &[
        Kind::HostedZones,
        Kind::LoadBalancers,
        Kind::ClassicBalancers,
        Kind::Databases,
        Kind::Clusters,
    ],
    by_part: &[Kind::Records],
    run,
};

/// What stands behind a name of AWS.
struct Behind {
    region: Region,
    is_database: bool,
    /// Its name, by which its like in another region is found.
    name: Text,
}

fn run(scene: &Scene<'_>, report: &mut Report) {
    let behind = behind(scene);
    let private: BTreeMap<&Text, bool> = scene
        .rows_in::<HostedZone>(&Region::global())
        .map(|zone| (&zone.id, zone.private.unwrap_or(false)))
        .collect();
    for record in scene.rows_in::<Record>(&Region::global()).filter(|record| record.routing.is_none()) {
        let Some(target) = record.values.iter().find_map(|value| behind.get(host(value))) else { continue };
        let is_private = private.get(&record.hosted_zone) == Some(&true);
        let place = if is_private { "private name" } else { "name" };
        let subject = Subject::named(place, record.name.trim_end_matches('.'));
        if target.is_database {
            let limit = i64::from(scene.policy.audit.dns_ttl_s);
            if let Some(ttl) = record.ttl_s.filter(|ttl| *ttl > limit) {
                let evidence = format!("kept {ttl} s by resolvers, limit {limit}; database {}", target.name);
                report.flaw(subject, evidence).mended_by(format!("lower its TTL to {limit} s now"));
            }
            continue;
        }
        let like = behind.values().find(|b| !b.is_database && b.name == target.name && b.region != target.region);
        if let Some(like) = like {
            let evidence = format!("points at {} in {} alone; {} has one too", target.name, target.region, like.region);
            report.flaw(subject, evidence);
        }
    }
}

/// Every balancer, database and cluster by the name that DNS gives it.
fn behind(scene: &Scene<'_>) -> BTreeMap<String, Behind> {
    let mut behind = BTreeMap::new();
    for region in scene.regions() {
        let mut add = |dns: &Option<Text>, is_database, name: &Text| {
            if let Some(dns) = dns {
                let place = Behind { region: region.clone(), is_database, name: name.clone() };
                behind.insert(host(dns).to_owned(), place);
            }
        };
        scene.rows_in::<LoadBalancer>(region).for_each(|row| add(&row.dns_name, false, &row.name));
        scene.rows_in::<ClassicBalancer>(region).for_each(|row| add(&row.dns_name, false, row.name.text()));
        scene.rows_in::<Database>(region).for_each(|row| add(&row.endpoint, true, row.id.text()));
        scene.rows_in::<Cluster>(region).for_each(|row| add(&row.endpoint, true, row.id.text()));
    }
    behind
}

/// A host's name as it compares: AWS adds a final dot, a port and `dualstack.` where it likes.
fn host(name: &str) -> &str {
    let name = name.trim_end_matches('.');
    let name = name.split_once(':').map_or(name, |(host, _)| host);
    name.strip_prefix("dualstack.").unwrap_or(name)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::judge::audit::fixture::Case;

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.record("pay", json!({"values": ["dualstack.web-1.us-east-1.elb.amazonaws.com."]})),
        subject: "pay.shop.example",
        evidence: &["web in us-east-1 alone", "us-west-2 has one too"],
        silent: |world| {
            let endpoint = json!(["orders.c1.us-east-1.rds.amazonaws.com"]);
            world.record("orders", json!({"record_type": "CNAME", "ttl_s": 60, "values": endpoint}));
            world.record("mail", json!({"record_type": "MX", "ttl_s": 3600, "values": ["10 mx.example."]}));
        },
    };
}
