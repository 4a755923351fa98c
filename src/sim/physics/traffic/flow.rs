//! From clients to answers: what flows each second through nodes, borders and targets.
//!
//! Owns: the arithmetic of one second, pure. Must stay true: asked = served + failed; nothing flows that nobody asked for.

use super::super::super::world::{Demand, Entry, Flow, Lane, Layout, Mix, Place, Way, ZoneFlow};
use super::{drift, strain};

/// How often the balance of requests and retries is sought before the nearest found is taken.
const ROUNDS: usize = 60;
/// Retries that careful clients allow themselves, as a share of their requests: the SDKs' retry quotas and proxies' retry
/// budgets are of this order.
const RETRY_BUDGET: f64 = 0.1;
/// Answers that come after a lost packet come this much later, seconds.
const RESENT_S: f64 = 0.4;

/// What flows when `asked` requests a second come, entering as `entries` say.
pub(super) fn solve(layout: &Layout, demand: &Demand, entries: &[Entry], asked: f64, retried: f64) -> Flow {
    let mut flow = Flow { asked, retried, ..Flow::default() };
    // Without its database a target answers with an error, and quickly.
    let well = (1.0 - demand.error_share) * (1.0 - layout.unwritable);
    let demand = &Demand { error_share: 1.0 - well, ..*demand };
    for (lane, entry) in layout.lanes.iter().zip(entries) {
        let asked = asked * lane.share;
        let zones = match lane.way {
            Way::Group(_) | Way::Classic(_) => through_nodes(lane, demand, entry, asked),
            Way::Direct => directly(lane, demand, asked),
            Way::Queue => off_the_queue(layout, lane, demand, asked, &mut flow),
        };
        if lane.way != Way::Queue {
            flow.served += zones.iter().map(|zone| zone.served).sum::<f64>();
        }
        flow.lanes.push(zones);
    }
    flow.served = flow.served.min(asked);
    flow.failed = asked - flow.served;
    flow
}

/// What flows at rest when clients want `wanted` requests a second, and how many retries come with each.
pub(super) fn steady(layout: &Layout, demand: &Demand, wanted: f64) -> (Flow, f64) {
    let entries = drift::at_rest(layout);
    let mut retrying = 0.0;
    let mut flow = solve(layout, demand, &entries, wanted, 0.0);
    for _ in 0..ROUNDS {
        let next = retries(layout, demand, &flow, retrying);
        if (next - retrying).abs() < 1e-7 {
            break;
        }
        retrying = next;
        flow = solve(layout, demand, &entries, wanted * (1.0 + retrying), wanted * retrying);
    }
    (flow, retrying)
}

/// Retries for each request, a second after `flow` was what clients met: one a second later within a budget when calm, so
/// that no outage outlives its cause; three at once and without one in a storm. In trouble clients do not all move in step.
pub(super) fn retries(layout: &Layout, demand: &Demand, flow: &Flow, before: f64) -> f64 {
    let failed = if flow.asked > 0.0 { flow.failed / flow.asked } else { 0.0 };
    // What fails on a good day too, fails again: nobody retries it.
    let failed = (failed - demand.error_share).max(0.0);
    let after = if layout.storm { failed + failed.powi(2) + failed.powi(3) } else { failed.min(RETRY_BUDGET) };
    if (after - before).abs() < 0.05 { after } else { f64::midpoint(before, after) }
}

/// Through a balancer's nodes: clients enter at nodes, nodes send to targets, targets answer.
fn through_nodes(lane: &Lane, demand: &Demand, entry: &Entry, asked: f64) -> Vec<ZoneFlow> {
    let mut zones = vec![ZoneFlow::default(); lane.places.len()];
    let mut links: Vec<Vec<f64>> = Vec::with_capacity(lane.places.len());
    let shares = entry.fresh.iter().zip(&entry.kept).map(|(fresh, kept)| fresh + kept);
    for (from, (place, share)) in lane.places.iter().zip(shares).enumerate() {
        links.push(enter(lane, place, from, asked * share, &mut zones));
    }
    for (index, place) in lane.places.iter().enumerate() {
        let answer = Answer::of(&place.mix, demand, zones.get(index).map_or(0.0, |zone| zone.reached));
        if let Some(zone) = zones.get_mut(index) {
            zone.served += zone.reached * answer.well;
            zone.failed += zone.reached * (1.0 - answer.well);
            (zone.load, zone.targets) = (answer.load, place.mix.count);
        }
        for (from, (node, link)) in zones.iter_mut().zip(&links).enumerate() {
            let sent = link.get(index).copied().unwrap_or_default();
            if sent <= 0.0 {
                continue;
            }
            let resent = if from == index { 0.0 } else { place.loss };
            node.answered += sent * answer.well;
            node.target_5xx += sent * answer.badly;
            node.elb_502 += sent * answer.refused;
            node.elb_504 += sent * answer.never;
            node.connection_errors += sent * (answer.refused + answer.unreachable);
            node.seconds += sent * (answer.well + answer.badly) * (answer.seconds + RESENT_S * resent);
            node.slowest_s = node.slowest_s.max(answer.seconds + if resent > 0.0 { RESENT_S } else { 0.0 });
        }
    }
    zones
}

/// Clients enter at a node, which sends them on; returns what reaches the targets of each zone.
fn enter(lane: &Lane, place: &Place, from: usize, asked: f64, zones: &mut [ZoneFlow]) -> Vec<f64> {
    let mut links = vec![0.0; lane.places.len()];
    let arrived = if drift::answers(place) { asked * (1.0 - place.loss) } else { 0.0 };
    let open = |other: &Place, index: usize| {
        if lane.cross_zone { !other.shut } else { index == from }
    };
    let reachable = lane.places.iter().enumerate().filter(|(index, other)| open(other, *index));
    let total: f64 = reachable.map(|(_, other)| other.mix.total()).sum();
    if let Some(node) = zones.get_mut(from) {
        node.requests += arrived;
        node.failed += asked - arrived;
        if total <= 0.0 {
            node.elb_503 += arrived;
            node.failed += arrived;
        }
    }
    if total <= 0.0 || arrived <= 0.0 {
        return links;
    }
    let mut lost_here = 0.0;
    for (index, ((other, link), zone)) in lane.places.iter().zip(&mut links).zip(zones.iter_mut()).enumerate() {
        if !open(other, index) {
            continue;
        }
        let sent = arrived * other.mix.total() / total;
        let passes = if index == from { 1.0 } else { (1.0 - place.loss) * (1.0 - other.loss) };
        *link = sent * passes;
        zone.reached += *link;
        // The loss happened at the border of the worse of both zones.
        if other.loss > place.loss {
            zone.failed += sent - *link;
        } else {
            lost_here += sent - *link;
        }
    }
    let crossing = arrived - links.iter().sum::<f64>();
    if let Some(node) = zones.get_mut(from) {
        node.failed += lost_here;
        node.elb_504 += crossing.max(0.0);
    }
    links
}

/// Without a balancer clients know the instances, and find out by failing which of them are gone.
fn directly(lane: &Lane, demand: &Demand, asked: f64) -> Vec<ZoneFlow> {
    let total: f64 = lane.places.iter().map(|place| place.mix.total()).sum();
    let flow = |place: &Place| {
        let sent = if total > 0.0 { asked * place.mix.total() / total } else { 0.0 };
        let reached = sent * (1.0 - place.loss);
        let answer = Answer::of(&place.mix, demand, reached);
        let served = reached * answer.well;
        ZoneFlow {
            reached,
            served,
            failed: sent - served,
            load: answer.load,
            targets: place.mix.count,
            ..ZoneFlow::default()
        }
    };
    lane.places.iter().map(flow).collect()
}

/// Workers take jobs off a queue that takes them from clients: nothing fails as long as the queue is there, it waits.
fn off_the_queue(layout: &Layout, lane: &Lane, demand: &Demand, asked: f64, flow: &mut Flow) -> Vec<ZoneFlow> {
    let accepted = if layout.queue_down { 0.0 } else { asked };
    let workers: f64 = lane.places.iter().map(|place| at_work(&place.mix, demand)).sum();
    let can = workers * demand.capacity_rps * (1.0 - layout.unwritable);
    flow.served += accepted;
    flow.done = if layout.queue_down { 0.0 } else { accepted.min(can) };
    let load = if can > 0.0 { flow.done / can } else { 0.0 };
    let work = |place: &Place| {
        let done = if workers > 0.0 { flow.done * at_work(&place.mix, demand) / workers } else { 0.0 };
        ZoneFlow { reached: done, served: done, load, targets: place.mix.count, ..ZoneFlow::default() }
    };
    lane.places.iter().map(work).collect()
}

/// Workers whose jobs come to an end: those without a way out begin the jobs that need it again and again.
fn at_work(mix: &Mix, demand: &Demand) -> f64 {
    (mix.serving - demand.egress * mix.cut_off).max(0.0)
}

/// Works a waiting queue off: what can be done beyond what comes in. Returns what waits a second later.
pub(super) fn work_off(layout: &Layout, demand: &Demand, backlog: f64, flow: &mut Flow) -> f64 {
    let Some((lane, zones)) = layout.lanes.iter().zip(&mut flow.lanes).find(|(lane, _)| lane.way == Way::Queue) else {
        return 0.0;
    };
    let workers: f64 = lane.places.iter().map(|place| at_work(&place.mix, demand)).sum();
    let can = if layout.queue_down { 0.0 } else { workers * demand.capacity_rps * (1.0 - layout.unwritable) };
    let done = can.min(flow.served + backlog);
    if done > flow.done {
        flow.done = done;
        for (zone, place) in zones.iter_mut().zip(&lane.places) {
            let part = done * at_work(&place.mix, demand) / workers;
            (zone.reached, zone.served) = (part, part);
            zone.load = done / can;
        }
    }
    (backlog + flow.served - flow.done).max(0.0)
}

/// What becomes of a request that reached the targets of a zone, as shares.
#[derive(Default)]
struct Answer {
    well: f64,
    badly: f64,
    refused: f64,
    never: f64,
    /// Of those that get no answer, those that got no connection.
    unreachable: f64,
    load: f64,
    seconds: f64,
}

impl Answer {
    fn of(mix: &Mix, demand: &Demand, reached: f64) -> Self {
        let total = mix.total();
        if total <= 0.0 {
            return Self { seconds: demand.latency_s, ..Self::default() };
        }
        let serving = mix.serving / total;
        let each = if mix.serving > 0.0 { reached * serving / mix.serving } else { 0.0 };
        let can = if mix.count > 0.0 { demand.capacity_rps * mix.capacity / mix.count } else { 0.0 };
        let load = if can > 0.0 { each / can } else { 0.0 };
        let answered = strain::answered(load);
        // What is too much is answered with an error by some, and by others not in time.
        let over = serving * (1.0 - answered) / 2.0;
        // Without a way out it answers with an error what would have needed one.
        let lost = if mix.serving > 0.0 { demand.egress * mix.cut_off / mix.serving } else { 0.0 };
        let well = serving * answered * (1.0 - demand.error_share) * (1.0 - lost);
        Self {
            well,
            badly: serving * answered - well + mix.failing / total + over,
            refused: mix.refusing / total,
            never: mix.silent / total + over,
            unreachable: mix.silent / total,
            load,
            seconds: strain::latency(demand.latency_s, load),
        }
    }
}
