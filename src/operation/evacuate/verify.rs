//! That traffic really left: balancer by balancer, by what their nodes in the zone count (`aws-domain.md` C.5, F.17).
//!
//! Must stay true: a tail is told and never taken for failure; what was not measured before is not promised.

use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::plan::StepId;
use super::Evacuation;
use super::entry::{Balancer, Entry};
use super::unit::count;
use crate::estate::balancer::TargetGroup;
use crate::estate::query::{Measure, Query};
use crate::id::Text;

/// The part's name.
pub(super) const PART: &str = "verify";
/// Seconds after which what still flows is a tail: keepalive clients, pinned names (`aws-domain.md` C.5).
const TAIL_S: u64 = 900;
/// Requests a minute below which nothing can be told.
const LEAST: f64 = 10.0;

/// A balancer that is looked at in the end.
pub(super) struct Watched {
    name: String,
    dimension: Text,
    before: f64,
    moved: StepId,
}

impl Evacuation<'_, '_> {
    /// Remembers a balancer that a step moves.
    pub(super) fn verify_later(&mut self, entry: &Entry<'_>, moved: StepId) {
        let before = self.requests_there(entry.balancer);
        let name = format!("{} {}", entry.balancer.kind(), entry.balancer.name());
        match before.filter(|before| *before >= LEAST) {
            Some(before) => self.watched.push(Watched {
                name,
                dimension: entry.balancer.dimension(),
                before: before.round(),
                moved,
            }),
            None => self.unmeasured.push(name),
        }
    }

    /// Requests a minute through a balancer's node in the zone: as it counts them, else its share of all, for DNS names nodes alike.
    fn requests_there(&self, balancer: Balancer<'_>) -> Option<f64> {
        let latest = |query: Option<Query>| self.place.metrics.latest(&query?).value();
        let (zone, nodes) = (Some(self.place.zone), balancer.nodes());
        let counted = match balancer {
            Balancer::Modern(modern) => latest(Query::of_balancer(Measure::Requests, &modern.arn, zone)),
            Balancer::Classic(classic) => latest(Query::of_classic(Measure::Requests, &classic.name, zone)),
        };
        let all = || match balancer {
            Balancer::Classic(classic) => latest(Query::of_classic(Measure::Requests, &classic.name, None)),
            Balancer::Modern(modern) => {
                let groups =
                    self.place.known::<TargetGroup>().filter(|group| group.load_balancers.contains(&modern.arn));
                let each = groups
                    .map(|group| latest(Query::of_target_group(Measure::Requests, &modern.arn, &group.arn, None)));
                let known: Vec<f64> = each.flatten().collect();
                (!known.is_empty()).then(|| known.iter().sum())
            }
        };
        counted.or_else(|| all().map(|all: f64| all / count(nodes.max(1))))
    }

    /// Adds a step a balancer, each after the one that moved it.
    pub(super) fn verify(&mut self) {
        if self.watched.is_empty() && self.unmeasured.is_empty() {
            return;
        }
        let watched = std::mem::take(&mut self.watched);
        let short = self.place.short(self.place.zone);
        let how = match watched.len() {
            0 => format!("requests through {short} are not measured: look at its targets yourself"),
            count => format!("requests through {short} under a tenth of before, {count} balancers; a tail is told"),
        };
        if watched.is_empty() {
            self.note("?", how);
        } else if self.wishes.skips(PART) {
            self.row_off(PART, how, "left out".to_owned(), None);
        } else {
            self.row_on(PART, how, Some(300));
            for balancer in watched {
                let fact = Fact::TrafficGone {
                    balancer: balancer.dimension,
                    zone: self.place.zone.clone(),
                    before: balancer.before,
                    after: self.draft.made_from,
                };
                let step = Part::new(
                    &PART.into(),
                    format!("see traffic of {} gone from {}", balancer.name, self.place.zone),
                    format!(
                        "{:.0} a minute before; what is left after 15 min is a tail (keepalive up to 60 min, pinned names): no failure",
                        balancer.before
                    ),
                )
                .after(vec![balancer.moved])
                .until(fact, 300, TAIL_S)
                .goes_on();
                self.draft.add(step);
            }
        }
        if !self.unmeasured.is_empty() {
            let names = self.unmeasured.join(", ");
            self.note("?", format!("requests through {} not known of {names}: not verified", self.place.zone));
        }
    }
}
