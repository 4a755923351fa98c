//! Traffic that stays away from one zone's nodes though nobody moved it: silence may be the failure (`aws-domain.md` B.1, 12, F.38).
//!
//! Must stay true: explained by a shift it is no news; where every zone is without data, the metric is late and nothing is said.

use crate::judge::shifted;
use crate::judge::zone::by_node::{BEFORE, Minutes, Nodes};
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let id = &ground.zones.get(zone)?.id;
    if shifted::from_zone(ground.estate, ground.region, id, ground.now) == Some(true) {
        return None;
    }
    let lacking: Vec<&Nodes<'_>> = view.nodes.iter().filter(|nodes| lacks(view, nodes, zone)).collect();
    let first = lacking.first()?;
    let more = match lacking.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let detail = format!("{}{more}: no traffic here, while other zones have theirs", first.balancer.name);
    Some(Sign::new(Weight::Unwatched, "traffic", detail).value(lacking.len() as f64))
}

fn lacks(view: &View<'_>, nodes: &Nodes<'_>, zone: usize) -> bool {
    let rules = view.ground.rules();
    let Some(here) = nodes.zones.get(&zone) else { return false };
    let peers: Vec<&Minutes> = nodes.zones.iter().filter(|(place, _)| **place != zone).map(|(_, m)| m).collect();
    // What a zone gets of its peers' mean, in each minute in which all of them had some.
    let ratio = |minute: usize| {
        let at = |minutes: &Minutes| minutes.requests.get(minute).copied().flatten();
        let peers: Option<Vec<f64>> = peers.iter().map(|peer| at(peer)).collect();
        let peers = peers.filter(|peers| !peers.is_empty())?;
        let mean = peers.iter().sum::<f64>() / peers.len() as f64;
        (mean * rules.periods as f64 >= rules.min_requests).then(|| at(here).unwrap_or(0.0) / mean)
    };
    let now: Vec<f64> = (0..rules.periods).filter_map(ratio).collect();
    let low = now.iter().filter(|ratio| **ratio < rules.traffic_share).count();
    let none = now.iter().filter(|ratio| **ratio == 0.0).count();
    // Few clients may always favour a zone: less than half is news only where it was more.
    let before: Vec<f64> = (rules.periods..rules.periods + BEFORE).filter_map(ratio).collect();
    let was_more = !before.is_empty() && before.iter().all(|ratio| *ratio >= rules.traffic_share);
    none >= rules.bad_periods || (low >= rules.bad_periods && was_more)
}
