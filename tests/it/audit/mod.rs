//! The audit of the built-in world, read through the SDK: it finds exactly what is wrong in it.

use std::collections::BTreeMap;

use fournines::judge::audit::{self, CHECKS};

use crate::account::Account;

/// Names by region and check.
type Findings = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn expected() -> Findings {
    let mut expected: Findings = toml::from_str(include_str!("expected.toml")).unwrap();
    expected.values_mut().flat_map(BTreeMap::values_mut).for_each(|names| names.sort());
    expected
}

#[tokio::test(start_paused = true)]
async fn the_built_in_world_has_exactly_the_flaws_written_down() {
    let account = Account::calm(1);
    let picture = account.read(audit::kinds(CHECKS)).await;
    let audit = audit::of(&picture, CHECKS.iter().copied());
    let expected = expected();
    let mut found = Findings::new();
    for flaw in &audit.flaws {
        let (region, check, name) = (flaw.region.as_str(), flaw.check.name, &flaw.subject.name);
        let wanted = expected.get(region).and_then(|checks| checks.get(check));
        // Ids that the world made up stand by their beginning.
        let mut beginnings = wanted.into_iter().flatten().filter(|wanted| wanted.ends_with('-'));
        let name = beginnings.find(|begin| name.starts_with(begin.as_str())).unwrap_or(name);
        found.entry(region.to_owned()).or_default().entry(check.to_owned()).or_default().push(name.clone());
    }
    found.values_mut().flat_map(BTreeMap::values_mut).for_each(|names| names.sort());
    assert_eq!(found, expected);
    let blind: Vec<String> =
        audit.could_not_look.iter().map(|gap| format!("{} {}: {}", gap.check.name, gap.region, gap.reason)).collect();
    assert!(blind.is_empty(), "every check can look: {blind:#?}");
}

/// No check finds fault with a part of the account that it could not read: it says so, and the verdict is unknown at best.
#[tokio::test(start_paused = true)]
async fn a_denied_read_blinds_the_checks_that_need_it() {
    let account = Account::calm(1);
    account.deny("rds:DescribeDBInstances");
    let checks = ["multi-az-off", "backups-off"].map(|name| audit::find(name).unwrap());
    let picture = account.read(audit::kinds(&checks)).await;
    let audit = audit::of(&picture, checks);
    assert!(audit.flaws.iter().all(|flaw| flaw.subject.what != "database"));
    assert_eq!(audit.could_not_look.len(), 4, "two checks in two regions");
    assert!(audit.could_not_look.iter().all(|gap| gap.iam_action.as_deref() == Some("rds:DescribeDBInstances")));
    assert_eq!(audit.verdict().exit_code(), 3);
}
