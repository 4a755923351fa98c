//! How a service stands: the worst of its parts, and what its cells show that no part has said.
//!
//! Must stay true: a service is never better than the worst of its parts.

use super::RegionJudgement;
use super::board::Cells;
use super::service::Service;
use super::standing::Standing;
use super::verdict::{Assessment, Verdict};

/// The worst of a service's parts, each reason with the part's name where it is another than the service's.
pub(super) fn roll_up(judged: &RegionJudgement, service: &Service, cells: &Cells) -> Assessment {
    let mut whole = Assessment::ok();
    let mut add = |name: &str, part: Option<&Assessment>| {
        for reason in part.filter(|part| part.verdict != Verdict::Ok).into_iter().flat_map(|part| &part.reasons) {
            let words = if name == service.name { reason.clone() } else { format!("{name}: {reason}") };
            whole.add(part.map_or(Verdict::Unknown, |part| part.verdict), words);
        }
    };
    for arn in &service.target_groups {
        add(arn.short(), judged.target_groups.get(arn));
    }
    for name in &service.classic_balancers {
        add(name.as_str(), judged.classic_balancers.get(name));
    }
    for name in &service.groups {
        add(name.as_str(), judged.groups.get(name));
    }
    for id in &service.clusters {
        add(id.as_str(), judged.clusters.get(id));
    }
    for id in &service.databases {
        add(id.as_str(), judged.databases.get(id));
    }
    for id in &service.standalone {
        add(id.as_str(), judged.instances.get(id));
    }
    add_standings(&mut whole, cells);
    whole
}

/// What the pips show and no part has said: one impaired member among many.
fn add_standings(whole: &mut Assessment, cells: &Cells) {
    let count = |standing: Standing| -> usize { cells.all().map(|cell| cell.standings.of(standing)).sum() };
    for (standing, verdict) in [
        (Standing::Impaired, Verdict::Critical),
        (Standing::Unhealthy, Verdict::Warning),
        (Standing::Unknown, Verdict::Unknown),
    ] {
        let n = count(standing);
        if n > 0 && whole.verdict.severity() < verdict.severity() {
            whole.add(verdict, format!("{n} {standing}"));
        }
    }
    let emptied = cells.zones.iter().filter(|(_, cell)| {
        let tally = cell.tally();
        tally.total > 1 && tally.healthy == 0 && tally.unknown == 0
    });
    for (zone, cell) in emptied {
        whole.add(Verdict::Critical, format!("none of {} in service in {zone}", cell.tally().total));
    }
    let tally = cells.tally();
    if tally.total > 0 && tally.healthy == 0 && tally.unknown == 0 {
        whole.add(Verdict::Critical, format!("none of {} in service", tally.total));
    }
}
