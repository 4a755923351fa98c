//! How a run is drawn: how it stands, its steps, the last lines of its log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::age::{ahead, stepped};
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::operate::{Course, RunState, Stage, StageState};
use crate::console::text::{cut, fit, wrap};
use crate::console::theme::Role;
use crate::judge::Verdict;

use super::Run;

/// Lines of the log at least.
const LOG: u16 = 5;

/// Draws the run.
pub(super) fn draw(run: &Run, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(course) = run.course(world) else {
        title_rule(buf, area, look, vec![look.span(Role::Title, format!(" run {} ", run.id))], Vec::new());
        put(buf, area, 2, &Line::from(look.span(Role::Notice, "   reading its journal")), area);
        return;
    };
    let (done, all) = course.progress();
    let title = vec![
        look.span(Role::Title, format!(" {} ", course.plan.operation)),
        look.span(Role::Strong, format!("{} ", course.plan.target)),
        look.span(Role::Dim, format!("in {} ", course.plan.region)),
        look.span(role(course), format!(" {} ", course.word().to_uppercase())),
        look.span(Role::Dim, format!(" {done}/{all} steps ")),
    ];
    let took = course.confirmed.as_ref().map(|(at, _)| crate::estate::age(*at, course.ended_at.unwrap_or(world.now)));
    let took = took.map(|took| format!(" {} ", stepped(took))).unwrap_or_default();
    title_rule(buf, area, look, title, vec![look.span(Role::Dim, took)]);
    let mut y = asks(course, look, area, buf);
    let below = Rect { y: area.y, height: area.height.saturating_sub(LOG), ..area };
    let from = run.cursor.at.saturating_sub(usize::from(below.height).saturating_sub(y + 1));
    for (n, stage) in course.stages.iter().enumerate().skip(from) {
        for (line, is_first) in stage_lines(stage, course, world, look, usize::from(area.width)) {
            if y >= usize::from(below.height) {
                break;
            }
            put(buf, below, y, &line, area);
            if n == run.cursor.at && is_first {
                let at = Rect { y: below.y + u16::try_from(y).unwrap_or(0), height: 1, ..below };
                select(buf, at, look);
            }
            y += 1;
        }
    }
    let y = area.y + u16::try_from(y).unwrap_or(0);
    log(course, look, Rect { y, height: area.bottom().saturating_sub(y), ..area }, buf);
}

fn role(course: &Course) -> Role {
    match (course.word(), course.state) {
        ("HELD", _) => Role::CriticalBadge,
        (_, RunState::Done | RunState::Undone) => Role::Ok,
        (_, RunState::Failed) => Role::CriticalBadge,
        (_, RunState::Stopped | RunState::Paused | RunState::Undoing) => Role::WarningBadge,
        (_, RunState::Planned | RunState::Running) => Role::Notice,
    }
}

/// Why it stands still and what can be asked of it: above the steps, where one looks. The line after it.
fn asks(course: &Course, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> usize {
    let columns = usize::from(area.width).saturating_sub(4);
    let (words, choices): (String, &[crate::id::Text]) = match course.held().filter(|_| course.is_live()) {
        Some(stage) => (format!("{} is held: {}", stage.id, stage.detail), &stage.choices),
        None => (course.words.clone(), &course.choices),
    };
    let mut y = 1;
    if words.is_empty() {
        return y;
    }
    for line in wrap(&words, columns, 3, look.glyphs.ellipsis()) {
        put(buf, area, y, &Line::from(vec![Span::raw("  "), look.span(Role::Warning, line)]), area);
        y += 1;
    }
    let keys = [("retry", "t"), ("skip", "s"), ("undo", "u"), ("abort", "A"), ("resume", "space")];
    let mut spans = vec![Span::raw("  ")];
    for (word, key) in keys.into_iter().filter(|(word, _)| choices.iter().any(|choice| **choice == **word)) {
        spans.push(look.span(Role::Key, format!("[{key}]")));
        spans.push(look.span(Role::Text, format!(" {word}   ")));
    }
    if spans.len() > 1 {
        put(buf, area, y, &Line::from(spans), area);
        y += 1;
    }
    y + 1
}

fn sign(stage: &Stage, look: &Look<'_>) -> Span<'static> {
    let (role, sign) = match stage.state {
        StageState::Ahead => (Role::Dim, look.glyphs.dot()),
        StageState::Calling | StageState::Waiting => (Role::Notice, look.glyphs.fold(false)),
        StageState::Held => (Role::Critical, look.glyphs.verdict(Verdict::Critical)),
        StageState::Done => (Role::Ok, look.glyphs.verdict(Verdict::Ok)),
        StageState::Skipped => (Role::Dim, "-"),
        StageState::Undoing | StageState::Undone => (Role::Warning, "<"),
    };
    look.span(role, format!(" {sign} "))
}

/// A step in its lines; the first is the one that is selected.
fn stage_lines(
    stage: &Stage,
    course: &Course,
    world: &World<'_>,
    look: &Look<'_>,
    columns: usize,
) -> Vec<(Line<'static>, bool)> {
    let ellipsis = look.glyphs.ellipsis();
    let title = course.plan.step(&stage.id).map_or("", |step| step.title.as_str());
    let left = stage.deadline_at.map(|at| format!(" {} left", ahead(at.duration_since(world.now).as_secs())));
    let since = stage.since.filter(|_| !matches!(stage.state, StageState::Done | StageState::Ahead));
    let since = since.map(|at| format!(" {}", stepped(crate::estate::age(at, world.now)))).unwrap_or_default();
    let right = format!("{}{since}{}", stage.state.as_str(), left.unwrap_or_default());
    let id = stage.id.to_string();
    let room = columns.saturating_sub(10 + right.len());
    let name = if matches!(stage.state, StageState::Ahead | StageState::Skipped) { Role::Dim } else { Role::Text };
    let mut lines = vec![(
        Line::from(vec![
            sign(stage, look),
            look.span(Role::Dim, fit(&id, 4, ellipsis)),
            look.span(name, format!(" {} ", fit(title, room, ellipsis))),
            look.span(if stage.state == StageState::Held { Role::Critical } else { Role::Dim }, right),
        ]),
        true,
    )];
    let is_told = matches!(stage.state, StageState::Calling | StageState::Waiting | StageState::Undoing);
    if is_told && !stage.detail.is_empty() {
        let detail = cut(&stage.detail, columns.saturating_sub(9), ellipsis);
        lines.push((Line::from(vec![Span::raw("        "), look.span(Role::Strong, detail)]), false));
    }
    lines
}

/// The last lines of the log that fit.
fn log(course: &Course, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 2 {
        return;
    }
    title_rule(buf, area, look, vec![look.span(Role::Title, " LOG ")], Vec::new());
    let room = usize::from(area.height) - 1;
    let first = course.log.len().saturating_sub(room);
    for (y, line) in course.log.iter().skip(first).enumerate() {
        let step = line.step.as_ref().map(ToString::to_string).unwrap_or_default();
        let at = line.at.strftime("%H:%M:%SZ").to_string();
        let words = cut(&line.words, usize::from(area.width).saturating_sub(17), look.glyphs.ellipsis());
        let line = Line::from(vec![
            look.span(Role::Dim, format!(" {at} {} ", fit(&step, 4, ""))),
            look.span(Role::Text, words),
        ]);
        put(buf, area, y + 1, &line, area);
    }
}
