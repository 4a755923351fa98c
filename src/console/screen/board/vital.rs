//! The columns of how a service does: its share of 5XX and its p99, or how long its queue waits.
//!
//! Must stay true: what nobody measures is blank, what nobody knows is `?`, and neither looks like zero.

use std::collections::BTreeMap;

use ratatui::text::Span;

use crate::console::app::Look;
use crate::console::text::fit_right;
use crate::console::theme::Role;
use crate::id::Arn;
use crate::judge::vitals::{Reading, Vitals};
use crate::judge::{Metrics, Picture, RegionJudgement};

use super::model::{Row, RowKey};

/// Columns that they take.
pub(super) const WIDTH: usize = 11;
/// Shares of failing requests that are worth a warning, and that hurt.
const SOME: f64 = 0.01;
const MANY: f64 = 0.05;

/// The heads of both.
pub(super) fn head() -> String {
    format!("{}{}", fit_right("5XX", 5, ""), fit_right("p99", 6, ""))
}

/// How many target groups each balancer of a region has.
pub(super) type Balancers<'a> = BTreeMap<&'a Arn, usize>;

/// Counts them.
pub(super) fn balancers(judged: &RegionJudgement) -> Balancers<'_> {
    let mut counts = Balancers::new();
    for group in judged.target_groups.keys().filter_map(|arn| judged.index.target_group(arn.as_str())) {
        for balancer in &group.load_balancers {
            *counts.entry(balancer).or_default() += 1;
        }
    }
    counts
}

/// How a service's row does; a part's says nothing.
pub(super) fn of(
    row: &Row,
    judged: &RegionJudgement,
    picture: &Picture,
    metrics: &Metrics<'_>,
    balancers: &Balancers<'_>,
) -> Option<Vitals> {
    let RowKey::Service(_, name) = &row.key else { return None };
    let at = judged.services.binary_search_by(|each| each.service.name.as_str().cmp(name.as_str())).ok()?;
    let service = &judged.services.get(at)?.service;
    let queue = picture.policy.services.get(name).and_then(|declared| declared.queue.as_deref());
    let group = |arn: &Arn| judged.index.target_group(arn.as_str());
    let has_whole = |balancer: &Arn| {
        let own =
            service.target_groups.iter().filter_map(group).filter(|group| group.load_balancers.contains(balancer));
        balancers.get(balancer).is_some_and(|all| own.count() == *all)
    };
    Some(Vitals::of(metrics, service, group, has_whole, queue))
}

/// Both columns of a row.
pub(super) fn spans(vitals: Option<Vitals>, look: &Look<'_>) -> [Span<'static>; 2] {
    let Some(Vitals { errors, p99_s, queue_s }) = vitals else { return [Span::raw(" ".repeat(WIDTH)), Span::raw("")] };
    if queue_s != Reading::Absent && errors == Reading::Absent {
        let (role, waits) = told(queue_s, seconds, |_| Role::Text);
        return [look.span(Role::Dim, "queue"), look.span(role, fit_right(&waits, 6, ""))];
    }
    let gravity = |share: f64| match share {
        MANY.. => Role::Critical,
        SOME.. => Role::Warning,
        _ => Role::Dim,
    };
    let (error_role, errors) = told(errors, share, gravity);
    let (role, p99) = told(p99_s, seconds, |_| Role::Dim);
    [look.span(error_role, fit_right(&errors, 5, "")), look.span(role, fit_right(&p99, 6, ""))]
}

fn told(reading: Reading, words: fn(f64) -> String, role: impl Fn(f64) -> Role) -> (Role, String) {
    match reading {
        Reading::Absent => (Role::Dim, String::new()),
        Reading::Unknown => (Role::Unknown, "?".to_owned()),
        Reading::Value(value) => (role(value), words(value)),
    }
}

/// `0%`, `.4%`, `6.1%`, `31%`: what is not nothing is never told as nothing.
fn share(share: f64) -> String {
    let per_cent = share * 100.0;
    match per_cent {
        0.0 => "0%".to_owned(),
        ..0.05 => "<.1%".to_owned(),
        ..0.95 => format!("{per_cent:.1}%").trim_start_matches('0').to_owned(),
        ..9.95 => format!("{per_cent:.1}%"),
        _ => format!("{per_cent:.0}%"),
    }
}

/// `40ms`, `2.9s`, `212s`, `1h`.
fn seconds(seconds: f64) -> String {
    match seconds {
        ..0.9995 => format!("{:.0}ms", seconds * 1000.0),
        ..9.95 => format!("{seconds:.1}s"),
        ..1000.0 => format!("{seconds:.0}s"),
        ..3600.0 => format!("{:.0}m", seconds / 60.0),
        _ => format!("{:.0}h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_nothing_is_never_told_as_nothing() {
        assert_eq!([0.0, 0.0001, 0.004, 0.061, 0.31, 1.0].map(share), ["0%", "<.1%", ".4%", "6.1%", "31%", "100%"]);
        assert_eq!([0.04, 2.94, 212.0, 1500.0, 7200.0].map(seconds), ["40ms", "2.9s", "212s", "25m", "2h"]);
    }
}
