//! Unhealthy targets by the targets' own zone, per service and over services: the strongest signal of our own (`aws-domain.md`
//! B.1, 2, and B.2).
//!
//! Must stay true: cross-zone balancing does not blur it; more than one host, more than one service where there are more, and
//! only where the other zones are well; whatever of that is not known makes it a suspicion at most.

use std::collections::BTreeSet;

use crate::judge::zone::failing::{Owner, ZoneTargets, failing_since};
use crate::judge::zone::not_zonal::NotZonal;
use crate::judge::zone::release;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::statistics::{chance_of_none, is_outlier, share};
use crate::judge::zone::view::View;

const SIGNAL: &str = "unhealthy-targets";

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let here = view.failing.zones.get(zone).filter(|here| !here.hits.is_empty())?;
    let hosts = here.hosts();
    let (weight, instead) = weigh(view, zone, here, &hosts);
    let sign = Sign::new(weight, SIGNAL, words(view, zone, here, instead.as_ref()))
        .value(share(here.hits.len(), here.serving))
        .since(failing_since(&view.ground, &hosts, zone));
    Some(match instead {
        Some(instead) => sign.instead(instead),
        None => sign,
    })
}

/// How much the failing targets of a zone weigh, and what they are instead of the zone's.
fn weigh(view: &View<'_>, zone: usize, here: &ZoneTargets<'_>, hosts: &BTreeSet<&str>) -> (Weight, Option<NotZonal>) {
    let rules = view.ground.rules();
    let bad = share(here.hits.len(), here.serving);
    let owners = here.owners();
    let services = distinct(&owners);
    let alone = stands_alone(view, zone, services > 1);
    if alone == Alone::No && bad >= rules.share && hosts.len() >= rules.hosts {
        let release = release::of_zone(&view.ground, here).filter(|_| owners.len() == 1);
        return (Weight::Excuses, Some(release.unwrap_or(NotZonal::AllZones)));
    }
    if !view.failing.complete || here.hits.iter().any(|hit| !hit.sure) {
        // What was not read may be what fails elsewhere, or what merely boots here.
        return (if bad >= rules.share { Weight::Unwatched } else { Weight::Tells }, None);
    }
    if hosts.len() < rules.hosts {
        let host = hosts.first().filter(|_| hosts.len() == 1 && bad >= rules.share);
        return match host {
            Some(host) => (Weight::Excuses, Some(NotZonal::OneHost { host: (*host).into() })),
            None => (Weight::Tells, None),
        };
    }
    if bad < rules.share {
        // Half of what it takes, and all of it in this zone: worth a look. Less than that speaks only beside another signal.
        let suspicious = bad >= rules.share / 2.0 && services > 1;
        return match (alone, suspicious) {
            (Alone::Yes | Alone::Unknown, true) => (Weight::Suggests, None),
            (Alone::Yes, false) => (Weight::Corroborates, None),
            _ => (Weight::Tells, None),
        };
    }
    if alone == Alone::Unknown {
        return (Weight::Suggests, None);
    }
    if services > 1 {
        return (Weight::Decides, None);
    }
    if let Some(release) = release::of_zone(&view.ground, here) {
        return (Weight::Excuses, Some(release));
    }
    // One service alone fails: is it because there is no other to fail?
    let others = here.services.iter().filter(|(owner, serving)| !owners.contains(owner) && **serving > 1);
    let clean: usize = others.map(|(_, serving)| serving).sum();
    let own: usize = owners.iter().filter_map(|owner| here.services.get(owner)).sum();
    match owners.first() {
        _ if clean == 0 => (Weight::Decides, None),
        Some(owner) if chance_of_none(share(here.hits.len(), own), clean) < rules.doubt => {
            (Weight::Excuses, Some(NotZonal::OneService { service: owner.service.to_owned() }))
        }
        _ => (Weight::Suggests, None),
    }
}

/// Whether the other zones are well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alone {
    Yes,
    No,
    /// There is no other zone to compare with, or none that serves.
    Unknown,
}

/// Whether a zone fails and no other does: each other below the policy's share or with a single bad host, or all of them together
/// for sure less than half as bad. Where only one service fails, the plain share alone counts.
fn stands_alone(view: &View<'_>, zone: usize, several: bool) -> Alone {
    let rules = view.ground.rules();
    let others = || view.others(zone).filter_map(|other| view.failing.zones.get(other));
    let all: usize = others().map(|other| other.serving).sum();
    if all == 0 {
        return Alone::Unknown;
    }
    let is_clean = |other: &ZoneTargets<'_>| {
        share(other.hits.len(), other.serving) < rules.elsewhere || (several && other.hosts().len() < rules.hosts)
    };
    let bad: usize = others().map(|other| other.hits.len()).sum();
    let here = view.failing.zones.get(zone);
    let outlier =
        here.is_some_and(|here| is_outlier((here.hits.len() as f64, here.serving as f64), (bad as f64, all as f64)));
    if others().all(is_clean) || (several && outlier) { Alone::Yes } else { Alone::No }
}

/// How many services are hit at least: those of which nobody knows whose they are may all be one of the others.
fn distinct(owners: &BTreeSet<Owner<'_>>) -> usize {
    owners.iter().filter(|owner| owner.sure).count().max(usize::from(!owners.is_empty()))
}

fn words(view: &View<'_>, zone: usize, here: &ZoneTargets<'_>, instead: Option<&NotZonal>) -> String {
    let others = || view.others(zone).filter_map(|other| view.failing.zones.get(other));
    let (bad, all) =
        (others().map(|other| other.hits.len()).sum::<usize>(), others().map(|o| o.serving).sum::<usize>());
    let elsewhere = match all {
        0 => "no other zone to compare with".to_owned(),
        _ => format!("elsewhere {bad} of {all}"),
    };
    let percent = share(here.hits.len(), here.serving) * 100.0;
    let flapped = if here.hits.iter().all(|hit| hit.now) {
        String::new()
    } else {
        format!(" within {}m", view.ground.rules().periods)
    };
    let services: BTreeSet<&str> = here.owners().into_iter().map(|owner| owner.service).collect();
    let services = match services.first().filter(|_| services.len() == 1) {
        Some(service) => format!(" in {service}"),
        None => format!(" in {} services", services.len()),
    };
    let (hit, serving) = (here.hits.len(), here.serving);
    let counts = format!("{hit} of {serving} targets unhealthy{flapped} ({percent:.0}%){services}, {elsewhere}");
    match instead {
        Some(instead) => format!("{instead} ({counts})"),
        None => counts,
    }
}
