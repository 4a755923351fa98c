//! A region goes: what of it stands elsewhere.
//!
//! Must stay true: what runs elsewhere bears both loads, as far as both are known and the machines are alike; a replica elsewhere
//! writes only once somebody promotes it.

use jiff::Timestamp;

use crate::estate::Estate;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::id::{Arn, Region};
use crate::judge::{Judgement, Metrics, Policy};

use super::outcome::{DatabaseOutlook, Outcome, Projection, Question, ServiceOutlook, WhatIf};
use super::{Given, Gone, answer};

/// What is left if `region` goes; none where it is not looked at.
pub fn region(
    estate: &Estate,
    judgement: &Judgement,
    policy: &Policy,
    now: Timestamp,
    region: &Region,
) -> Option<WhatIf> {
    let judged = judgement.regions.get(region)?;
    let metrics = Metrics::new(estate, region, now);
    let given = Given { estate, region, judged, metrics: &metrics, policy, now };
    let mut what_if = answer(&given.without(Gone::region()), Question::Region);
    let today = given.without(Gone::default());
    let others: Vec<&Region> = judgement.regions.keys().filter(|other| *other != region).collect();
    for outlook in &mut what_if.services {
        let here = judged.services.iter().find(|each| each.service.name == outlook.name);
        let here = here.map(|each| today.service(each));
        for other in &others {
            let Some(there) = elsewhere(estate, judgement, policy, now, other, &outlook.name) else { continue };
            take_over(outlook, here.as_ref(), &there, other);
        }
    }
    for outlook in &mut what_if.databases {
        if let Some(words) = heir(estate, now, region, outlook, &others) {
            outlook.detail = words;
        }
    }
    let parts =
        what_if.services.iter().map(|each| each.outcome).chain(what_if.databases.iter().map(|each| each.outcome));
    let unknown = if what_if.unread.is_empty() { Outcome::Keeps } else { Outcome::Unknown };
    what_if.outcome = parts.fold(unknown, Outcome::or);
    Some(what_if)
}

/// A service of the same name in another region, as it stands today.
fn elsewhere(
    estate: &Estate,
    judgement: &Judgement,
    policy: &Policy,
    now: Timestamp,
    other: &Region,
    name: &str,
) -> Option<ServiceOutlook> {
    let judged = judgement.regions.get(other)?;
    let service = judged.services.iter().find(|each| each.service.name == name)?;
    let metrics = Metrics::new(estate, other, now);
    let given = Given { estate, region: other, judged, metrics: &metrics, policy, now };
    let outlook = given.without(Gone::default()).service(service);
    outlook.serving.is_none_or(|serving| serving > 0).then_some(outlook)
}

/// What the other region's members would bear if they took everything.
fn take_over(outlook: &mut ServiceOutlook, here: Option<&ServiceOutlook>, there: &ServiceOutlook, other: &Region) {
    let serving = there.serving;
    let cpu = here.and_then(|here| {
        let (mine, theirs) = (here.cpu?.now * as_f64(here.serving?), there.cpu?.now * as_f64(serving?));
        Some(Projection { now: there.cpu?.now, after: (mine + theirs) / as_f64(serving?) })
    });
    outlook.reasons.retain(|reason| !reason.starts_with("loses all"));
    let words = match (serving, cpu) {
        (Some(serving), Some(cpu)) => {
            format!("{other} has {serving}: CPU {:.0} → {:.0} % if alike", cpu.now, cpu.after)
        }
        (Some(serving), None) => format!("{other} has {serving}, CPU not known"),
        (None, _) => format!("{other} has some, of which nobody knows how many serve"),
    };
    outlook.reasons.insert(0, words);
    outlook.outcome = match cpu {
        Some(cpu) if cpu.after > 100.0 => Outcome::Lost,
        Some(_) => Outcome::Strained,
        None => Outcome::Unknown,
    };
}

/// Who elsewhere could be promoted.
fn heir(
    estate: &Estate,
    now: Timestamp,
    region: &Region,
    outlook: &DatabaseOutlook,
    others: &[&Region],
) -> Option<String> {
    let arn: Option<Arn> = if outlook.is_cluster {
        let cluster = estate.table::<Cluster>(region, now).known().find(|each| each.id.as_str() == &*outlook.id)?;
        cluster.arn.clone()
    } else {
        let database = estate.table::<Database>(region, now).known().find(|each| each.id.as_str() == &*outlook.id)?;
        database.arn.clone()
    };
    let arn = arn?;
    for other in others {
        let replica =
            estate.table::<Database>(other, now).known().find(|each| each.replica_of.as_deref() == Some(arn.as_str()));
        if let Some(replica) = replica {
            return Some(format!("{} in {other} can be promoted, without what it lags", replica.id));
        }
        let global = estate.table::<GlobalCluster>(other, now).known();
        let with_both = |global: &&GlobalCluster| global.members.iter().any(|member| member.cluster == arn);
        let Some(global) = global.into_iter().find(with_both) else { continue };
        let second = estate.table::<Cluster>(other, now).known().find(|cluster| {
            cluster.arn.as_ref().is_some_and(|arn| global.members.iter().any(|member| member.cluster == *arn))
        });
        if let Some(second) = second {
            return Some(format!("{} in {other} can be promoted: fail {} over", second.id, global.id));
        }
    }
    None
}

fn as_f64(n: usize) -> f64 {
    n as f64
}
