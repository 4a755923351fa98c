//! What policy declares of services that the account does not bear out.
//!
//! Owns: those findings. Depends on: services, policy. Must stay true: nothing is called missing while any of the kinds that could
//! name it is not fully known.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::database::{Cluster, Database};
use crate::estate::{Estate, Kind};
use crate::id::Region;

use super::RegionJudgement;
use super::finding::{Finding, Subject, Urgency};
use super::policy::{DeclaredService, Policy};
use super::verdict::Verdict;

/// Kinds that give things their names.
const NAMING: &[Kind] =
    &[Kind::Instances, Kind::Groups, Kind::TargetGroups, Kind::ClassicBalancers, Kind::Databases, Kind::Clusters];

/// Names in policy that nothing goes by, and quorums that can never be met: a line each.
pub(super) fn gaps(
    regions: &BTreeMap<Region, RegionJudgement>,
    estate: &Estate,
    now: Timestamp,
    policy: &Policy,
) -> Vec<Finding> {
    let is_known = |judged: &RegionJudgement| NAMING.iter().all(|kind| !judged.unknown.contains_key(kind));
    if policy.services.is_empty() || regions.is_empty() || !regions.values().all(is_known) {
        return Vec::new();
    }
    let account = Account { regions, estate, now };
    let said = |(name, declared): (&String, &DeclaredService)| {
        let details = account.gaps_of(name, declared).into_iter();
        details.map(|detail| gap(name, detail)).collect::<Vec<_>>()
    };
    policy.services.iter().flat_map(said).collect()
}

fn gap(service: &str, detail: String) -> Finding {
    let next = Some("mend the policy file".to_owned());
    let subject = Subject::named("policy", format!("service {service}"));
    Finding { next, urgency: Urgency::Planned, ..Finding::new(Verdict::Warning, subject, detail) }
}

struct Account<'a> {
    regions: &'a BTreeMap<Region, RegionJudgement>,
    estate: &'a Estate,
    now: Timestamp,
}

impl Account<'_> {
    fn gaps_of(&self, name: &str, declared: &DeclaredService) -> Vec<String> {
        if !self.has_service(name) {
            return vec!["nothing here is called so".to_owned()];
        }
        let groups = declared.groups.iter().filter(|group| {
            let mut known = self.regions.values().flat_map(|judged| judged.groups.keys());
            !known.any(|known| known == *group)
        });
        let mut gaps: Vec<String> = groups.map(|group| format!("claims group {group}, which is not there")).collect();
        let dependencies = declared.depends_on.iter().filter(|dependency| !self.has(&dependency.on));
        gaps.extend(dependencies.map(|on| format!("depends on {}, and nothing here is called so", on.on)));
        gaps.extend(declared.quorum.and_then(|quorum| self.never_met(name, quorum)));
        gaps
    }

    fn has_service(&self, name: &str) -> bool {
        self.regions.values().flat_map(|judged| &judged.services).any(|each| each.service.name == name)
    }

    /// Whether a service, a database or a cluster goes by this name.
    fn has(&self, name: &str) -> bool {
        self.has_service(name)
            || self.regions.keys().any(|region| {
                let databases = self.estate.table::<Database>(region, self.now);
                let clusters = self.estate.table::<Cluster>(region, self.now);
                databases.known().any(|row| row.id.as_str() == name)
                    || clusters.known().any(|row| row.id.as_str() == name)
            })
    }

    /// Where no region has room for so many members. Addresses have no maximum, so nothing is said of them.
    fn never_met(&self, name: &str, quorum: usize) -> Option<String> {
        let most = |(_, judged): (&Region, &RegionJudgement)| {
            let service = &judged.services.iter().find(|each| each.service.name == name)?.service;
            let max = |group: &crate::estate::group::Group| usize::try_from(group.max).unwrap_or(0);
            let groups = service.groups.iter().filter_map(|group| judged.index.group(group.as_str()));
            Some((service.target_groups.is_empty(), groups.map(max).sum::<usize>() + service.standalone.len()))
        };
        let rooms: Vec<(bool, usize)> = self.regions.iter().filter_map(most).collect();
        let most = rooms.iter().map(|(_, most)| *most).max()?;
        (rooms.iter().all(|(is_counted, _)| *is_counted) && most < quorum)
            .then(|| format!("quorum {quorum}, and there is room for {most} members at most"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::judge::policy::Dependency;
    use crate::listing::fixture::Shop;

    fn said(shop: &Shop) -> Vec<String> {
        let findings = shop.picture().judgement.regions.into_values().flat_map(|judged| judged.findings);
        findings.filter(|finding| finding.subject.what == "policy").map(|finding| finding.words()).collect()
    }

    fn declaring() -> Shop {
        let mut shop = Shop::calm();
        let on = |name: &str| Dependency { on: name.to_owned(), hard: true };
        let declared = DeclaredService {
            depends_on: vec![on("orders"), on("ordres")],
            groups: ["web", "wbe"].map(Into::into).into(),
            ..DeclaredService::default()
        };
        shop.policy.services.insert("front".to_owned(), declared);
        shop.policy.services.insert("foo".to_owned(), DeclaredService::default());
        shop
    }

    #[test]
    fn what_policy_names_and_nothing_goes_by_is_a_warning() {
        let shop = declaring();
        assert_eq!(
            said(&shop),
            [
                "policy service foo: nothing here is called so",
                "policy service front: claims group wbe, which is not there",
                "policy service front: depends on ordres, and nothing here is called so",
            ]
        );
        assert_eq!(shop.picture().judgement.account.verdict, Verdict::Warning);
        let blind = declaring().denied(Kind::Databases, "rds:DescribeDBInstances");
        assert_eq!(said(&blind), [""; 0], "what could not be read may be called so");
    }

    #[test]
    fn a_quorum_that_no_group_has_room_for() {
        let mut shop = Shop::calm();
        let declared = DeclaredService { quorum: Some(9), groups: ["web".into()].into(), ..DeclaredService::default() };
        shop.policy.services.insert("mongo".to_owned(), declared);
        assert_eq!(said(&shop), [""; 0], "behind a balancer there may be more than groups tell");
        shop.put::<crate::estate::balancer::TargetGroup>(serde_json::json!([]));
        assert_eq!(said(&shop), ["policy service mongo: quorum 9, and there is room for 6 members at most"]);
    }
}
