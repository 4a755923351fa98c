//! The account's verdict in one line, with its denominators, and the first reasons for it.
//!
//! Owns: the words of that line. Depends on: judgement. Must stay true: a count that depends on something unread is `?`.

use ratatui::text::{Line, Span};

use crate::estate::Kind;
use crate::estate::alarm::{Alarm, AlarmState};
use crate::id::Region;
use crate::judge::zone::ZoneVerdict;
use crate::judge::{Assessment, Picture, RegionJudgement, Verdict, reason_unread};

use crate::console::app::Look;
use crate::console::draw::spans_width;
use crate::console::text::cut;
use crate::console::theme::Role;

/// A count of things and how many of them are not well.
struct Share {
    words: String,
    is_bad: bool,
    is_unknown: bool,
}

/// The verdict line, and the first reasons on lines of their own: at most `most` lines in all.
pub(super) fn lines(picture: &Picture, regions: &[Region], look: &Look<'_>, columns: usize, most: usize) -> Vec<Line<'static>> {
    let account = scoped(picture, regions);
    let badge = format!(" {} {} ", look.glyphs.verdict(account.verdict), account.verdict.as_str().to_uppercase());
    let mut spans = vec![Span::raw(" "), look.span(Role::badge(account.verdict), badge), Span::raw("  ")];
    for (n, share) in shares(picture, regions).into_iter().enumerate() {
        let role = match (share.is_unknown, share.is_bad) {
            (true, _) => Role::Unknown,
            (false, true) => Role::Strong,
            (false, false) => Role::Dim,
        };
        let separator = if n == 0 { String::new() } else { format!(" {} ", look.glyphs.dot()) };
        let pair = [look.span(Role::Dim, separator), look.span(role, share.words)];
        if spans_width(&spans) + spans_width(&pair) < columns {
            spans.extend(pair);
        }
    }
    let mut lines = vec![Line::from(spans)];
    let room = most.saturating_sub(1);
    let reasons = &account.reasons;
    for (n, reason) in reasons.iter().take(room).enumerate() {
        let more = reasons.len().saturating_sub(room);
        let tail = if n + 1 == room && more > 0 { format!("  (+{more} more)") } else { String::new() };
        let text = cut(reason, columns.saturating_sub(5 + tail.len()), look.glyphs.ellipsis());
        lines.push(Line::from(vec![Span::raw("   "), look.span(Role::Text, text), look.span(Role::Dim, tail)]));
    }
    lines
}

/// The account's verdict, or that of the one region looked at.
pub(super) fn scoped(picture: &Picture, regions: &[Region]) -> Assessment {
    match regions {
        [only] if picture.estate.scope().len() > 1 => {
            picture.judgement.regions.get(only).map(|judged| judged.summary.clone()).unwrap_or_default()
        }
        _ => picture.judgement.account.clone(),
    }
}

/// The counts that tell most, each with its denominator.
fn shares(picture: &Picture, regions: &[Region]) -> Vec<Share> {
    let judged: Vec<(&Region, &RegionJudgement)> =
        regions.iter().filter_map(|region| picture.judgement.regions.get_key_value(region)).collect();
    let unread = |kind: Kind| {
        regions.iter().any(|region| reason_unread(&picture.estate, region, kind, picture.taken_at).is_some())
    };
    let zones: Vec<_> = judged.iter().flat_map(|(_, judged)| &judged.zones).collect();
    let not_ok = zones.iter().filter(|zone| zone.verdict != ZoneVerdict::Ok).count();
    let targets = zones.iter().try_fold((0, 0), |(bad, all), zone| {
        zone.targets.map(|counts| (bad + counts.unhealthy, all + counts.expected()))
    });
    let groups = assessments(&judged, |judged| judged.groups.values().collect());
    let databases = assessments(&judged, |judged| {
        judged.databases.values().chain(judged.clusters.values()).chain(judged.global_clusters.values()).collect()
    });
    vec![
        share("zones", "not ok", Some((not_ok, zones.len())), unread(Kind::Zones)),
        share("targets", "unhealthy", targets.filter(|_| !zones.is_empty()), targets.is_none()),
        share("groups", "not ok", Some(groups), unread(Kind::Groups)),
        share("databases", "not ok", Some(databases), unread(Kind::Databases) || unread(Kind::Clusters)),
        share("alarms", "firing", Some(firing(picture, regions)), unread(Kind::Alarms)),
    ]
}

fn assessments<'a>(judged: &[(&Region, &'a RegionJudgement)], of: impl Fn(&'a RegionJudgement) -> Vec<&'a Assessment>) -> (usize, usize) {
    let all: Vec<&Assessment> = judged.iter().flat_map(|(_, judged)| of(judged)).collect();
    (all.iter().filter(|assessment| assessment.verdict != Verdict::Ok).count(), all.len())
}

fn firing(picture: &Picture, regions: &[Region]) -> (usize, usize) {
    regions.iter().flat_map(|region| picture.estate.table::<Alarm>(region, picture.taken_at).known()).fold(
        (0, 0),
        |(fire, all), alarm| (fire + usize::from(alarm.state == AlarmState::Alarm), all + 1),
    )
}

fn share(what: &str, bad: &str, counts: Option<(usize, usize)>, is_unknown: bool) -> Share {
    let words = match counts {
        _ if is_unknown => format!("{what} ?"),
        None | Some((_, 0)) => format!("no {what}"),
        Some((0, all)) => format!("{all} {what}{}", if what == "alarms" { " quiet" } else { " ok" }),
        Some((some, all)) => format!("{some} of {all} {what} {bad}"),
    };
    Share { words, is_bad: counts.is_some_and(|(bad, _)| bad > 0), is_unknown }
}
