//! Whatever the estate: more loss is never better, less data is never better, and the order of zones says nothing.

use crate::estate::Kind;

use super::super::{Outcome, ServiceOutlook};
use super::town::Town;

/// What one may not see and still be asked.
const HIDDEN: &[Kind] = &[
    Kind::Instances,
    Kind::Groups,
    Kind::TargetGroups,
    Kind::LoadBalancers,
    Kind::Series,
    Kind::Subnets,
    Kind::NatGateways,
    Kind::RouteTables,
    Kind::Databases,
    Kind::Clusters,
];

fn town(random: &mut fastrand::Rng) -> Town {
    let zones = random.usize(1..=6);
    let mut town = Town::new(zones);
    for n in 0..random.usize(1..4) {
        let name = format!("s{n}");
        let members: Vec<usize> = (0..zones).map(|_| random.usize(0..5)).collect();
        let all = members.iter().sum::<usize>();
        let desired = i32::try_from(all).unwrap();
        let max = desired + random.i32(0..4);
        match random.usize(0..3) {
            0 => town.workers(&name, &members, desired, max),
            1 => town.network_service(&name, &members, desired, max),
            _ => town.service(&name, &members, desired, max),
        }
        if random.u8(0..10) > 0 {
            town.cpu(&name, random.f64() * 100.0);
        }
    }
    if random.bool() {
        let zone = |random: &mut fastrand::Rng| random.choice(0..zones).and_then(|n| town.zone_names().nth(n));
        let (writer, reader) = (zone(random).unwrap(), zone(random).unwrap());
        town.cluster("catalog", &[(writer, "db.r6g.large"), (reader, "db.r6g.large")]);
    }
    town
}

fn severity(outcome: Outcome) -> u8 {
    outcome.verdict().severity()
}

#[test]
fn what_is_lost_with_one_zone_is_lost_with_two() {
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..120 {
        let town = town(&mut random);
        let zones: Vec<&str> = town.zone_names().collect();
        for pair in zones.windows(2) {
            let (one, both) = (town.without(&pair[..1]), town.without(pair));
            for outlook in &one.0.services {
                let more = both.service(&outlook.name);
                let fewer = |each: &ServiceOutlook| each.left.unwrap();
                assert!(fewer(&more) <= fewer(outlook), "{} / {}", outlook.sentence(), more.sentence());
                // Without cross-zone balancing to lose the zone with the fewest targets may help the others.
                if outlook.outcome == Outcome::Lost && fewer(outlook) == 0 {
                    assert_eq!(more.outcome, Outcome::Lost, "{} / {}", outlook.sentence(), more.sentence());
                }
            }
            let turned: Vec<&str> = pair.iter().rev().copied().collect();
            assert_eq!(town.without(&turned).0.services, both.0.services, "the order of zones says nothing");
        }
    }
}

#[test]
fn less_data_never_makes_the_answer_better() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..120 {
        let town = town(&mut random);
        let zones: Vec<&str> = town.zone_names().collect();
        let zone = random.choice(zones.iter().copied()).unwrap();
        let whole = town.without(&[zone]);
        let mut blind = town.clone();
        let hidden = random.choice(HIDDEN.iter().copied()).unwrap();
        blind.unread(hidden);
        let less = blind.without(&[zone]);
        let (seen, told) = (whole.0.outcome, less.0.outcome);
        let is_honest = severity(told) >= severity(seen) || told == Outcome::Unknown;
        assert!(is_honest, "without {hidden}: {} became {}", seen.as_str(), told.as_str());
        for outlook in less.0.services.iter().filter(|each| each.outcome == Outcome::Keeps && each.touched) {
            let before = whole.0.services.iter().find(|each| each.name == outlook.name);
            assert!(
                before.is_none_or(|before| before.outcome == Outcome::Keeps) || told == Outcome::Unknown,
                "without {hidden}: {}",
                outlook.sentence()
            );
        }
    }
}

#[test]
fn work_is_neither_lost_nor_made() {
    let mut random = fastrand::Rng::with_seed(6);
    for _ in 0..200 {
        let town = town(&mut random);
        let Some(zone) = town.zone_names().next() else { continue };
        for outlook in town.without(&[zone]).0.services {
            let (Some(cpu), Some(serving), Some(left)) = (outlook.cpu, outlook.serving, outlook.left) else { continue };
            if left == 0 {
                continue;
            }
            #[allow(clippy::cast_precision_loss)]
            let least = cpu.now * serving as f64 / left as f64;
            assert!(cpu.after >= least - 1e-6, "{}", outlook.sentence());
            if let Some(raise) = &outlook.raise {
                #[allow(clippy::cast_precision_loss)]
                let spread = cpu.now * serving as f64 / (left + raise.by) as f64;
                assert!(spread <= outlook.cpu_limit + 1e-6, "{}", outlook.sentence());
            }
        }
    }
}
