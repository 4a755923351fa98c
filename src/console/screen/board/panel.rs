//! The panels around the grid: problems, firing alarms, zonal shifts.
//!
//! Owns: their lines. Depends on: estate, judgement. Must stay true: *none* is said only where it is known.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::estate::alarm::{Alarm, AlarmState};
use crate::estate::shift::{Autoshift, AutoshiftStatus, ShiftStatus, ZonalShift};
use crate::estate::{Estate, Kind};
use crate::id::Region;
use crate::judge::{Picture, Verdict, reason_unread};
use crate::listing::shift_kind_word;

use crate::console::age::{ahead, moment};
use crate::console::app::Look;
use crate::console::text::{cut, fit, width};
use crate::console::theme::Role;

use super::headline;

/// A panel: its title, and lines that fit `columns`.
pub(super) struct Panel {
    pub(super) title: Vec<Span<'static>>,
    pub(super) lines: Vec<Line<'static>>,
}

/// What every panel is made from.
pub(super) struct Source<'a> {
    pub(super) picture: &'a Picture,
    pub(super) regions: &'a [Region],
    pub(super) now: Timestamp,
    pub(super) look: &'a Look<'a>,
    pub(super) columns: usize,
}

impl Source<'_> {
    fn title(&self, name: &str, rest: Vec<Span<'static>>) -> Vec<Span<'static>> {
        let mut title = vec![self.look.span(Role::Title, format!(" {name} "))];
        title.extend(rest);
        title
    }

    fn unread(&self, kind: Kind) -> Vec<Line<'static>> {
        let reasons = self.regions.iter().filter_map(|region| {
            let reason = reason_unread(&self.picture.estate, region, kind, self.picture.taken_at)?;
            Some(format!(" ? {region}: {reason}"))
        });
        reasons
            .map(|words| Line::from(self.look.span(Role::Unknown, cut(&words, self.columns, self.look.glyphs.ellipsis()))))
            .collect()
    }

    /// A region's name before what is in it, where more than one is shown.
    fn region_words(&self, region: &Region) -> String {
        if self.regions.len() > 1 { format!("{region} ") } else { String::new() }
    }

    fn estate(&self) -> &Estate {
        &self.picture.estate
    }
}

/// All reasons for the verdict, the gravest first.
pub(super) fn problems(source: &Source<'_>, room: usize) -> Panel {
    let look = source.look;
    let account = headline::scoped(source.picture, source.regions);
    let count = account.reasons.len();
    let rest = if count == 0 { Vec::new() } else { vec![look.span(Role::Strong, format!("{count} "))] };
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut shown = 0;
    for reason in &account.reasons {
        let wrapped = crate::console::text::wrap(reason, source.columns.saturating_sub(4), 2, look.glyphs.ellipsis());
        // The last line is kept for the count of what is left.
        if lines.len() + wrapped.len() + usize::from(shown + 1 < count) > room {
            break;
        }
        for (n, text) in wrapped.into_iter().enumerate() {
            let mark = if n == 0 { format!(" {} ", look.glyphs.dot()) } else { "   ".to_owned() };
            lines.push(Line::from(vec![look.span(Role::of(account.verdict), mark), look.span(Role::Text, text)]));
        }
        shown += 1;
    }
    if shown < count {
        lines.push(Line::from(look.span(Role::Dim, format!("   and {} more", count - shown))));
    }
    if count == 0 {
        lines.push(Line::from(look.span(Role::Dim, "   none")));
    }
    Panel { title: source.title("PROBLEMS", rest), lines }
}

/// Alarms that fire, the newest first.
pub(super) fn alarms(source: &Source<'_>) -> Panel {
    let look = source.look;
    let mut all: Vec<(&Region, &Alarm)> = Vec::new();
    for region in source.regions {
        all.extend(source.estate().table::<Alarm>(region, source.picture.taken_at).known().map(|alarm| (region, alarm)));
    }
    let count = |state: &AlarmState| all.iter().filter(|(_, alarm)| alarm.state == *state).count();
    let (fire, silent) = (count(&AlarmState::Alarm), count(&AlarmState::InsufficientData));
    let mut rest = Vec::new();
    if !all.is_empty() {
        let role = if fire > 0 { Role::Critical } else { Role::Dim };
        rest.push(look.span(role, format!("{fire} of {} fire ", all.len())));
        if silent > 0 {
            rest.push(look.span(Role::Dim, format!("{} {silent} no data ", look.glyphs.dot())));
        }
    }
    let mut lines = source.unread(Kind::Alarms);
    all.retain(|(_, alarm)| alarm.state == AlarmState::Alarm);
    all.sort_by(|(_, a), (_, b)| b.since.cmp(&a.since).then_with(|| a.name.cmp(&b.name)));
    if all.is_empty() && lines.is_empty() {
        lines.push(Line::from(look.span(Role::Dim, "   none fires")));
    }
    lines.extend(all.iter().map(|(region, alarm)| alarm_line(source, region, alarm)));
    Panel { title: source.title("ALARMS", rest), lines }
}

fn alarm_line(source: &Source<'_>, region: &Region, alarm: &Alarm) -> Line<'static> {
    let look = source.look;
    let muted = alarm.actions_enabled == Some(false) || alarm.suppressed_by.is_some();
    let since = alarm.since.map_or("     ?".to_owned(), |at| moment(at, source.now));
    let condition = match (&alarm.metric, alarm.threshold) {
        (Some(metric), Some(threshold)) => {
            let sign = match alarm.comparison.as_deref() {
                Some("GreaterThanThreshold") => ">",
                Some("GreaterThanOrEqualToThreshold") => ">=",
                Some("LessThanThreshold") => "<",
                Some("LessThanOrEqualToThreshold") => "<=",
                Some(_) | None => "~",
            };
            format!("{} {sign} {threshold}", metric.name)
        }
        _ => alarm.alarm_type.as_str().to_owned(),
    };
    let muted = if muted { "muted " } else { "" };
    let head = format!(" {} ", look.glyphs.verdict(Verdict::Critical));
    let name = format!("{}{}", source.region_words(region), alarm.name);
    let room = source.columns.saturating_sub(width(&head) + width(&since) + 2);
    let name = cut(&name, room, look.glyphs.ellipsis());
    let left = room.saturating_sub(width(&name) + 2);
    Line::from(vec![
        look.span(Role::Critical, head),
        look.span(Role::Dim, format!("{since} ")),
        look.span(Role::Strong, name),
        look.span(Role::Warning, format!("  {muted}")),
        look.span(Role::Dim, if left > 8 { cut(&condition, left.saturating_sub(muted.len()), look.glyphs.ellipsis()) } else { String::new() }),
    ])
}

/// Shifts and autoshifts that are active, with the time until traffic returns by itself.
pub(super) fn shifts(source: &Source<'_>) -> Panel {
    let look = source.look;
    let mut lines = source.unread(Kind::ZonalShifts);
    let unread = lines.len();
    let mut count = 0;
    for region in source.regions {
        let (estate, at) = (source.estate(), source.picture.taken_at);
        for shift in estate.table::<Autoshift>(region, at).known().filter(|shift| shift.status == AutoshiftStatus::Active) {
            let words = format!("{}away from {}", source.region_words(region), shift.away_from);
            lines.push(shift_line(source, &words, "autoshift by AWS", "until AWS ends it", Role::Warning));
            count += 1;
        }
        for shift in estate.table::<ZonalShift>(region, at).known().filter(|shift| shift.status == ShiftStatus::Active) {
            let left = shift.expires_at.map(|at| at.duration_since(source.now).as_secs());
            let ends = left.map_or("no expiry known".to_owned(), |left| format!("returns in {}", ahead(left)));
            let role = if left.is_none_or(|left| left <= 1800) { Role::Warning } else { Role::Notice };
            let words = format!("{}{} away from {}", source.region_words(region), shift.resource.short(), shift.away_from);
            lines.push(shift_line(source, &words, shift_kind_word(&shift.shift_type), &ends, role));
            count += 1;
        }
    }
    if count == 0 && unread == 0 {
        lines.push(Line::from(look.span(Role::Dim, "   none")));
    }
    let rest = if count > 0 { vec![look.span(Role::Strong, format!("{count} "))] } else { Vec::new() };
    Panel { title: source.title("ZONAL SHIFTS", rest), lines }
}

fn shift_line(source: &Source<'_>, words: &str, kind: &str, ends: &str, role: Role) -> Line<'static> {
    let look = source.look;
    let tail = format!(" {kind}, {ends}");
    let room = source.columns.saturating_sub(4 + width(&tail));
    if room >= 12 {
        let words = fit(words, width(words).min(room), look.glyphs.ellipsis());
        return Line::from(vec![
            look.span(role, format!(" {} ", look.glyphs.arrow())),
            look.span(Role::Strong, words),
            look.span(Role::Dim, tail),
        ]);
    }
    Line::from(vec![
        look.span(role, format!(" {} ", look.glyphs.arrow())),
        look.span(Role::Strong, cut(&format!("{words} {ends}"), source.columns.saturating_sub(4), look.glyphs.ellipsis())),
    ])
}
