//! What a cell says of a zone that traffic is kept from: requests a minute before, and now.
//!
//! Must stay true: what nobody knows is `?`; the count of targets stays beside it.

use std::collections::BTreeMap;

use ratatui::text::Span;

use crate::console::app::Look;
use crate::console::theme::Role;
use crate::id::{Arn, ZoneName};
use crate::judge::drain::Drain;
use crate::judge::{Metrics, RegionJudgement};

use super::model::{Row, RowKey};
use super::spark::short;

/// Of what was there before, the share below which it is gone.
const GONE: f64 = 0.1;

/// The drains of a row, by zone.
pub(super) type Drains = BTreeMap<ZoneName, Drain>;

/// How traffic of a service's row leaves the zones that are away; a part's row says nothing.
pub(super) fn of(row: &Row, judged: &RegionJudgement, metrics: &Metrics<'_>) -> Drains {
    let RowKey::Service(_, name) = &row.key else { return Drains::new() };
    let at = judged.services.binary_search_by(|each| each.service.name.as_str().cmp(name.as_str()));
    let Some(service) = at.ok().and_then(|at| judged.services.get(at)) else { return Drains::new() };
    let group = |arn: &Arn| judged.index.target_group(arn.as_str());
    let away = judged.zones.iter().filter(|zone| zone.shifted == Some(true));
    let drains = away.filter_map(|zone| {
        let since = zone.away.iter().filter_map(|away| away.since).min();
        Some((zone.name.clone(), Drain::of(metrics, &service.service, group, &zone.name, since)?))
    });
    // Where nothing at all is known of its requests, who stands there is told as anywhere.
    drains.filter(|(_, drain)| drain.before.is_some() || drain.now.is_some()).collect()
}

/// It in words, from the longest: `640>12/m`, `640>12`, `>12`.
fn forms(drain: Drain, look: &Look<'_>) -> [(Role, String); 3] {
    let arrow = look.glyphs.arrow();
    let words = |value: Option<f64>| value.map_or("?".to_owned(), |value| short(value.round()));
    let role = match (drain.before, drain.now) {
        (_, None) => Role::Unknown,
        (Some(before), Some(now)) if now <= 0.0 || now < before * GONE => Role::Ok,
        (None, Some(now)) if now <= 0.0 => Role::Ok,
        (_, Some(_)) => Role::Warning,
    };
    let now = words(drain.now);
    let both = drain.before.map_or_else(|| now.clone(), |before| format!("{}{arrow}{now}", words(Some(before))));
    [(role, format!("{both}/m")), (role, both), (role, format!("{arrow}{now}"))]
}

/// The form that fits into so many columns.
pub(super) fn span(drain: Drain, room: usize, look: &Look<'_>) -> Option<Span<'static>> {
    let fits = |(_, words): &(Role, String)| crate::console::text::width(words) <= room;
    forms(drain, look).into_iter().find(fits).map(|(role, words)| look.span(role, words))
}
