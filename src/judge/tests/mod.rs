//! What is taken over from an earlier judgement changes nothing of the outcome.
#![allow(clippy::unwrap_used)]

mod account;
mod inputs;

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;

use super::{Judgement, Policy, judge, judge_again};
use crate::estate::Part;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::instance::Instance;
use crate::estate::zone::{Subnet, Zone};
use crate::id::Region;
use account::{Account, ZONES};

/// All of a judgement but the joins, of which numbers are their own affair.
fn words(mut judgement: Judgement) -> String {
    for judged in judgement.regions.values_mut() {
        judged.index = Arc::default();
        judged.memory = Arc::default();
    }
    judgement.at = None;
    judgement.policy = Arc::default();
    format!("{judgement:#?}")
}

/// What is said of the inputs that are not things themselves: one that never shows is no input.
const TELLING: [&str; 7] =
    ["CPU", "of requests fail", "AWS Health", "failover", "refused", "launches failed", "shifted away"];

#[test]
fn a_judgement_made_after_another_equals_one_made_from_nothing() {
    let mut unsaid = TELLING.to_vec();
    for seed in 0..40 {
        let region = Region::from("us-east-1");
        let mut account = Account::new(seed, seed % 4 == 0);
        let zone = |name: &&str| json!({"name": name, "id": format!("id-{name}"), "state": "available", "zone_type": "availability-zone", "messages": []});
        account.put::<Zone>(Part::All, ZONES.iter().map(zone).collect());
        account.put::<LoadBalancer>(
            Part::All,
            vec![json!({"arn": account::BALANCER, "name": "front", "balancer_type": "application", "zones": []})],
        );
        account.read_target_groups();
        account.put::<ClassicBalancer>(
            Part::All,
            vec![json!({"name": "clb", "zones": [], "subnets": [], "instances": []})],
        );
        account.put::<Subnet>(Part::All, vec![json!({"id": "subnet-1", "zone": ZONES[1], "cidr": "10.0.1.0/24"})]);
        let policies = inputs::policies();
        let mut policy = &policies[0];
        let mut before = Judgement::default();
        for step in 0..60 {
            // Time goes on whether anything is read or not, and now and then until all that was read is too old.
            match account.random.u8(0..8) {
                0 => account.now += SignedDuration::from_secs(account.random.i64(0..2000)),
                1 => policy = account.random.choice(&policies).unwrap(),
                2 | 3 => account.read_what_sights_show(),
                _ => account.read_something(),
            }
            let afresh = judge(&account.estate, account.now, policy);
            before = judge_again(&account.estate, account.now, policy, &before);
            let index = before.index_of(&region);
            for (number, instance) in index.instances() {
                let fresh = afresh.index_of(&region);
                let same = fresh.number(instance.id.as_str()).unwrap();
                assert_eq!(index.standing_at(number), fresh.standing_at(same), "{seed} {step} {}", instance.id);
                assert_eq!(index.targets_at(number).count(), fresh.targets_at(same).count(), "{seed} {step}");
            }
            let said = words(before.clone());
            unsaid.retain(|telling| !said.contains(telling));
            assert_eq!(said, words(afresh), "{seed} {step}");
        }
    }
    assert!(unsaid.is_empty(), "never said: {unsaid:?}");
}

#[test]
fn ranks_follow_the_ids_whatever_came_first() {
    let mut account = Account::new(7, true);
    let mut judged = Judgement::default();
    for _ in 0..30 {
        let rows = account.ids().iter().map(|id| account.instance(id, ZONES[0])).collect();
        account.put::<Instance>(Part::Zone(ZONES[0].into()), rows);
        judged = judge_again(&account.estate, account.now, &Policy::default(), &judged);
        let index = judged.index_of(&Region::from("us-east-1"));
        let mut ranked: Vec<(u64, &str)> = index.instances().map(|(n, row)| (index.rank(n), row.id.as_str())).collect();
        ranked.sort_unstable();
        assert!(ranked.is_sorted_by_key(|(_, id)| *id), "{ranked:?}");
    }
}
