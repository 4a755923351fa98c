//! The panels around the grid: problems, firing alarms, what is being done.
//!
//! Owns: their lines. Depends on: estate, judgement. Must stay true: *none* is said only where it is known.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::estate::alarm::{Alarm, AlarmState};
use crate::estate::{Estate, Kind};
use crate::id::Region;
use crate::judge::{Metrics, Picture, Verdict};

use crate::console::age::moment;
use crate::console::app::{Look, World};
use crate::console::draw::spans_width;
use crate::console::operate::StageState;
use crate::console::text::{cut, fit, width, wrap};
use crate::console::theme::Role;

use super::{headline, spark};

/// A panel: its title, and lines that fit `columns`.
pub(super) struct Panel {
    pub(super) title: Vec<Span<'static>>,
    pub(super) lines: Vec<Line<'static>>,
}

/// What every panel is made from.
pub(super) struct Source<'a> {
    pub(super) picture: &'a Picture,
    pub(super) regions: &'a [Region],
    pub(super) world: &'a World<'a>,
    pub(super) now: Timestamp,
    pub(super) look: &'a Look<'a>,
    pub(super) columns: usize,
}

impl Source<'_> {
    pub(super) fn title(&self, name: &str, rest: Vec<Span<'static>>) -> Vec<Span<'static>> {
        let mut title = vec![self.look.span(Role::Title, format!(" {name} "))];
        title.extend(rest);
        title
    }

    pub(super) fn unread(&self, kind: Kind) -> Vec<Line<'static>> {
        if self.regions.iter().any(|region| !self.picture.estate.was_tried(region, kind)) {
            return vec![Line::from(self.look.span(Role::Notice, "   reading"))];
        }
        let reasons = self.regions.iter().filter_map(|region| {
            let reason = self.picture.judgement.reason_unread(region, kind)?;
            // The panel's title has said what.
            let reason = reason.strip_prefix(kind.name()).map_or(reason, |rest| rest.trim_start_matches([':', ' ']));
            let place = if self.regions.len() > 1 { format!("{region}: ") } else { String::new() };
            Some(format!(" ? {place}{reason}"))
        });
        reasons
            .map(|words| {
                Line::from(self.look.span(Role::Unknown, cut(&words, self.columns, self.look.glyphs.ellipsis())))
            })
            .collect()
    }

    /// The one region that all entries are of, where several are looked at: said once, in the title.
    pub(super) fn one_place<'r>(&self, mut regions: impl Iterator<Item = &'r Region>) -> Option<&'r Region> {
        let first = regions.next().filter(|_| self.regions.len() > 1)?;
        regions.all(|region| region == first).then_some(first)
    }

    pub(super) fn place_words(&self, one_place: Option<&Region>) -> Option<Span<'static>> {
        one_place.map(|region| self.look.span(Role::Dim, format!("in {region} ")))
    }

    /// A region's name before what is in it, where the title does not say it.
    pub(super) fn region_words(&self, region: &Region, one_place: Option<&Region>) -> String {
        if self.regions.len() > 1 && one_place.is_none() { format!("{region} ") } else { String::new() }
    }

    pub(super) fn estate(&self) -> &Estate {
        &self.picture.estate
    }
}

/// All that is not well.
pub(super) fn problems(source: &Source<'_>) -> Panel {
    let look = source.look;
    let findings = source.world.notes.told(source.picture, source.regions, source.now);
    let one_place = source.one_place(findings.iter().filter_map(|told| told.region));
    let mut rest = Vec::new();
    if !findings.is_empty() {
        rest.push(look.span(Role::Strong, format!("{} ", findings.len())));
        rest.extend(source.place_words(one_place));
    }
    let mut lines: Vec<Line<'static>> = Vec::new();
    // More lines than any screen has are never made.
    for (n, told) in findings.iter().take(200).enumerate() {
        let finding = told.finding;
        let place = headline::place_words(told.region, finding, one_place.is_none() && source.regions.len() > 1);
        let place = headline::marked(told, source.world, place);
        let next = finding.next.as_ref().map(|next| format!(" {} {next}", look.glyphs.arrow())).unwrap_or_default();
        let followers = if finding.followers > 0 { format!(" (+{} follow)", finding.followers) } else { String::new() };
        let words = format!("{place}{}{next}{followers}", finding.words());
        // The first is told whole; what follows from a cause stands behind it, a line each.
        let most = match (n, &finding.follows) {
            (0, _) => 4,
            (_, None) => 2,
            (_, Some(_)) => 1,
        };
        let (sign_role, text_role) = headline::roles(told, source.world);
        let role = if finding.follows.is_some() { Role::Dim } else { text_role };
        let wrapped = wrap(&words, source.columns.saturating_sub(4), most, look.glyphs.ellipsis());
        for (n, text) in wrapped.into_iter().enumerate() {
            let sign = if n == 0 { look.glyphs.verdict(finding.verdict) } else { " " };
            let sign = look.span(sign_role, format!(" {sign} "));
            lines.push(Line::from(vec![sign, look.span(role, text)]));
        }
    }
    if findings.is_empty() {
        let waits = source
            .picture
            .judgement
            .regions
            .values()
            .any(|judged| judged.findings.iter().any(|finding| finding.waiting));
        let words = if waits { look.span(Role::Notice, "   reading") } else { look.span(Role::Dim, "   none") };
        lines.push(Line::from(words));
    }
    Panel { title: source.title("PROBLEMS", rest), lines }
}

/// Alarms that fire, the newest first.
pub(super) fn alarms(source: &Source<'_>) -> Panel {
    let look = source.look;
    let mut all: Vec<(&Region, &Alarm)> = Vec::new();
    for region in source.regions {
        all.extend(
            source.estate().table::<Alarm>(region, source.picture.taken_at).known().map(|alarm| (region, alarm)),
        );
    }
    let count = |state: &AlarmState| all.iter().filter(|(_, alarm)| alarm.state == *state).count();
    let (fire, silent) = (count(&AlarmState::Alarm), count(&AlarmState::InsufficientData));
    let mut lines = source.unread(Kind::Alarms);
    let mut rest = Vec::new();
    if !all.is_empty() {
        let role = if fire > 0 { Role::Critical } else { Role::Dim };
        let known = if lines.is_empty() { "" } else { " known" };
        rest.push(look.span(role, format!("{fire} of {}{known} fire ", all.len())));
        if silent > 0 {
            rest.push(look.span(Role::Dim, format!("{} {silent} no data ", look.glyphs.dot())));
        }
    }
    all.retain(|(_, alarm)| alarm.state == AlarmState::Alarm);
    all.sort_by(|(_, a), (_, b)| b.since.cmp(&a.since).then_with(|| a.name.cmp(&b.name)));
    if all.is_empty() && lines.is_empty() {
        lines.push(Line::from(look.span(Role::Dim, "   none fires")));
    }
    let one_place = source.one_place(all.iter().map(|(region, _)| *region));
    let place = source.place_words(one_place);
    // Half a region's name is none.
    rest.extend(place.filter(|place| spans_width(&rest) + width(&place.content) + 9 <= source.columns));
    let metrics: Vec<(&Region, Metrics<'_>)> = source
        .regions
        .iter()
        .map(|region| (region, Metrics::new(source.estate(), region, source.picture.taken_at)))
        .collect();
    for (region, alarm) in all.iter().take(200) {
        let Some((_, metrics)) = metrics.iter().find(|(known, _)| known == region) else { continue };
        lines.push(alarm_line(source, &source.region_words(region, one_place), alarm, metrics));
    }
    Panel { title: source.title("ALARMS", rest), lines }
}

fn alarm_line(source: &Source<'_>, place: &str, alarm: &Alarm, metrics: &Metrics<'_>) -> Line<'static> {
    let look = source.look;
    let muted = alarm.actions_enabled == Some(false) || alarm.suppressed_by.is_some();
    let since = alarm.since.map_or("     ?".to_owned(), |at| moment(at, source.now));
    let head = format!(" {} ", look.glyphs.verdict(Verdict::Critical));
    let room = source.columns.saturating_sub(width(&head) + width(&since) + 2);
    let muted = if muted { " muted" } else { "" };
    let (value, bars) = course(alarm, metrics, look);
    let tail = width(&value) + spark::MINUTES + 3;
    // The name first, then how the metric goes; neither is worth half a word.
    let has_course = room >= 12 + tail;
    let name_room = if has_course { room - tail } else { room };
    let name = fit(&cut(&format!("{place}{}{muted}", alarm.name), name_room, look.glyphs.ellipsis()), name_room, "");
    let mut spans =
        vec![look.span(Role::Critical, head), look.span(Role::Dim, format!("{since} ")), look.span(Role::Strong, name)];
    if has_course {
        spans.push(look.span(Role::Text, format!(" {value} ")));
        spans.extend(bars);
    }
    Line::from(spans)
}

/// How an alarm's metric stands to its threshold, and its last minutes; the threshold alone where nobody reads it.
fn course(alarm: &Alarm, metrics: &Metrics<'_>, look: &Look<'_>) -> (String, Vec<Span<'static>>) {
    let sign = match alarm.comparison.as_deref() {
        Some("GreaterThanThreshold") => ">",
        Some("GreaterThanOrEqualToThreshold") => ">=",
        Some("LessThanThreshold") => "<",
        Some("LessThanOrEqualToThreshold") => "<=",
        Some(_) | None => "~",
    };
    let (Some(_), Some(threshold)) = (&alarm.metric, alarm.threshold) else {
        return (alarm.alarm_type.as_str().to_owned(), Vec::new());
    };
    let threshold = spark::short(threshold);
    match spark::minutes(alarm, metrics) {
        None => (format!("{sign}{threshold}"), Vec::new()),
        Some(minutes) => {
            let last = minutes.iter().rev().flatten().next().map_or("?".to_owned(), |value| spark::short(*value));
            (format!("{last}{sign}{threshold}"), spark::spans(alarm, &minutes, look))
        }
    }
}

/// What is being done to the account from here: nothing is shown where nothing is.
pub(super) fn operations(source: &Source<'_>) -> Option<Panel> {
    let look = source.look;
    let mut lines = Vec::new();
    for course in source.world.operations.live() {
        let (done, all) = course.progress();
        let role = if course.held().is_some() { Role::Critical } else { Role::Notice };
        let target = format!("{} {}", course.plan.operation, course.plan.target);
        let at = course.stages.iter().find(|stage| matches!(stage.state, StageState::Waiting | StageState::Held));
        let detail = at.map(|stage| format!(": {}", stage.detail)).unwrap_or_default();
        let words = format!("{target} {done}/{all}{detail}");
        lines.push(Line::from(vec![
            look.span(role, format!(" {} ", look.glyphs.fold(false))),
            look.span(role, format!("{} ", course.word())),
            look.span(Role::Text, cut(&words, source.columns.saturating_sub(12), look.glyphs.ellipsis())),
        ]));
    }
    if lines.is_empty() {
        return None;
    }
    let count = look.span(Role::Strong, format!("{} ", lines.len()));
    Some(Panel { title: source.title("OPERATIONS", vec![count, look.span(Role::Dim, "8 opens ")]), lines })
}
