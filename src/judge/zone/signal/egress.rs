//! What the zone's NAT gateways drop: egress only, and no reason to leave the zone by its balancers (`aws-domain.md` B.1, 9).

use crate::estate::network::NatGateway;
use crate::estate::query::{Measure, Query};
use crate::estate::zone::Subnet;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let here = &ground.zones.get(zone)?.name;
    let subnets = ground.estate.table::<Subnet>(ground.region, ground.now);
    let is_here = |gateway: &&NatGateway| {
        let subnet = gateway.subnet.as_ref();
        subnet.is_some_and(|id| subnets.known().any(|subnet| subnet.id == *id && subnet.zone == *here))
    };
    let gateways = ground.estate.table::<NatGateway>(ground.region, ground.now);
    let dropping = gateways.known().filter(is_here).filter_map(|gateway| {
        let rules = ground.rules();
        let lost = [Measure::NatDrops, Measure::NatPortErrors].into_iter().map(|measure| {
            let query = Query::of_nat(measure, &gateway.id)?;
            let minutes = view.metrics.minutes(&query, rules.periods);
            let bad: Vec<f64> = minutes.into_iter().flatten().filter(|lost| *lost > 0.0).collect();
            (bad.len() >= rules.bad_periods).then(|| bad.iter().sum::<f64>() / bad.len() as f64)
        });
        lost.flatten().reduce(f64::max).map(|lost| (gateway, lost))
    });
    let (gateway, lost) = dropping.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let detail = format!("NAT gateway {} drops {lost:.0} packets a minute: egress only", gateway.id);
    Some(Sign::new(Weight::Tells, "nat", detail).value(lost))
}
