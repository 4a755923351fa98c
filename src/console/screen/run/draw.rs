//! How a run is drawn: how it stands, its steps, the last lines of its log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::age::{ahead, stepped};
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::glyph::Glyphs;
use crate::console::operate::{Course, RunState, Stage, StageState};
use crate::console::text::{cut, fit, wrap};
use crate::console::theme::{Role, Theme};
use crate::id::Text;
use crate::judge::Verdict;

use super::Run;
use super::rows::{Pace, Row, is_told};

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
    for (y, line) in asks(course, look, area.width).iter().enumerate() {
        put(buf, area, y + 1, line, area);
    }
    let top = asks(course, look, area.width).len() + 1;
    let below = Rect { y: area.y + to_u16(top).min(area.height), height: to_u16(room(course, area)), ..area };
    let used = rows(run, course, world, look, below, buf);
    let y = below.y + to_u16(used);
    log(course, look, Rect { y, height: area.bottom().saturating_sub(y), ..area }, buf);
}

/// Lines for the rows: what the title, what is asked and the log leave.
pub(super) fn room(course: &Course, area: Rect) -> usize {
    let look = Look { theme: &Theme::default(), glyphs: Glyphs::default() };
    let asked = asks(course, &look, area.width).len();
    usize::from(area.height).saturating_sub(1 + asked + usize::from(LOG)).max(1)
}

/// Draws the rows, the selected one in sight; gives the lines that they take.
fn rows(run: &Run, course: &Course, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> usize {
    let columns = usize::from(area.width);
    let rows = super::rows::rows(course, usize::from(area.height), run.is_open);
    let mut lines: Vec<(usize, Line<'static>)> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let told = match row {
            Row::Stage(stage) => stage_lines(stage, None, course, world, look, columns),
            Row::Lane(part, stage, over) => stage_lines(stage, Some((part, *over)), course, world, look, columns),
            Row::Fold(pace, parts) => vec![fold_line(*pace, parts, look, columns)],
        };
        lines.extend(told.into_iter().map(|line| (n, line)));
    }
    let room = usize::from(area.height);
    let last = lines.iter().rposition(|(n, _)| *n == run.cursor.at).unwrap_or(0);
    let first = (last + 1).saturating_sub(room);
    let mut is_marked = false;
    let shown = lines.iter().skip(first).take(room);
    for (y, (n, line)) in shown.enumerate() {
        put(buf, area, y, line, area);
        if *n == run.cursor.at && !is_marked {
            is_marked = true;
            select(buf, Rect { y: area.y + to_u16(y), height: 1, ..area }, look);
        }
    }
    lines.len().saturating_sub(first).min(room)
}

fn to_u16(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
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

/// Why it stands still or ended, and what can be asked of it: above the steps, where one looks.
fn asks(course: &Course, look: &Look<'_>, width: u16) -> Vec<Line<'static>> {
    let held: Vec<&Stage> = course.stages.iter().filter(|stage| stage.state == StageState::Held).collect();
    let first = held.first().filter(|_| course.is_live());
    let words = match first {
        Some(stage) if held.len() > 1 => {
            format!("{} lanes are held, each alone; {}: {}", held.len(), stage.id, stage.detail)
        }
        Some(stage) => format!("{} is held: {}", stage.id, stage.detail),
        None => course.words.clone(),
    };
    let columns = usize::from(width).saturating_sub(4);
    let mut lines: Vec<Line<'static>> = wrap(&words, columns, 3, look.glyphs.ellipsis())
        .into_iter()
        .map(|line| Line::from(vec![Span::raw("  "), look.span(Role::Warning, line)]))
        .collect();
    let keys = [("retry", "t"), ("skip", "s"), ("undo", "u"), ("abort", "A"), ("resume", "space")];
    let is_offered = |word: &str| match first {
        Some(stage) => stage.choices.iter().any(|choice| **choice == *word),
        // What goes on is asked of by the keys below; what stands still or ended says what is left to ask.
        None => !matches!(course.state, RunState::Running | RunState::Undoing) && course.offers(word),
    };
    let mut spans = vec![Span::raw("  ")];
    for (word, key) in keys.into_iter().filter(|(word, _)| is_offered(word)) {
        spans.push(look.span(Role::Key, format!("[{key}]")));
        spans.push(look.span(Role::Text, format!(" {word}   ")));
    }
    if spans.len() > 1 {
        lines.push(Line::from(spans));
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
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

/// A step in its lines, or the lane that is at it; the first is the one that is selected.
fn stage_lines(
    stage: &Stage,
    lane: Option<(&Text, (usize, usize))>,
    course: &Course,
    world: &World<'_>,
    look: &Look<'_>,
    columns: usize,
) -> Vec<Line<'static>> {
    let ellipsis = look.glyphs.ellipsis();
    let step = course.plan.step(&stage.id);
    let title = step.map_or("", |step| step.title.as_str());
    let left = stage.deadline_at.map(|at| format!(" {} left", ahead(at.duration_since(world.now).as_secs())));
    let since = stage.since.filter(|_| !matches!(stage.state, StageState::Done | StageState::Ahead));
    let since = since.map(|at| format!(" {}", stepped(crate::estate::age(at, world.now)))).unwrap_or_default();
    let right = format!("{}{since}{}", stage.state.as_str(), left.unwrap_or_default());
    let id = stage.id.to_string();
    // A title that does not say what it is about is told with its lane.
    let title = match (lane, step) {
        (Some((part, (over, all))), _) => {
            format!("{part} {over}/{all}: {}", if stage.detail.is_empty() { title } else { &stage.detail })
        }
        (None, Some(step)) if is_many(course) && !title.contains(&*step.part) => format!("{}: {title}", step.part),
        _ => title.to_owned(),
    };
    let becomes = step.and_then(|step| becomes(course, &step.part)).unwrap_or_default();
    let title = format!("{title}{becomes}");
    let room = columns.saturating_sub(10 + right.len());
    let name = if matches!(stage.state, StageState::Ahead | StageState::Skipped) { Role::Dim } else { Role::Text };
    let mut lines = vec![Line::from(vec![
        sign(stage, look),
        look.span(Role::Dim, fit(&id, 4, ellipsis)),
        look.span(name, format!(" {} ", fit(&title, room, ellipsis))),
        look.span(if stage.state == StageState::Held { Role::Critical } else { Role::Dim }, right),
    ])];
    // The one step that is held is told above.
    let is_above = stage.state == StageState::Held && course.is_live() && course.held_count() == 1;
    if is_told(stage) && !is_above && lane.is_none() {
        let role = if stage.state == StageState::Held { Role::Critical } else { Role::Strong };
        let detail = cut(&stage.detail, columns.saturating_sub(9), ellipsis);
        lines.push(Line::from(vec![Span::raw("        "), look.span(role, detail)]));
    }
    lines
}

/// What the plan says becomes of a lane: who serves and CPU, before and after.
fn becomes(course: &Course, part: &Text) -> Option<String> {
    let part = course.plan.summary.parts.iter().find(|row| row.part == *part)?;
    let serves = part.serves.map(|(now, then)| format!("serves {now}>{then}"));
    let cpu = part.cpu.map(|(now, then)| format!("CPU {now:.0}>{then:.0}"));
    let words: Vec<String> = serves.into_iter().chain(cpu).collect();
    (!words.is_empty()).then(|| format!(" ({})", words.join(", ")))
}

/// Whether a plan has more than one lane.
fn is_many(course: &Course) -> bool {
    let first = course.plan.steps.first().map(|step| &step.part);
    course.plan.steps.iter().any(|step| Some(&step.part) != first)
}

/// Lanes that stand alike, in one line.
fn fold_line(pace: Pace, parts: &[&Text], look: &Look<'_>, columns: usize) -> Line<'static> {
    let (role, sign, word) = match pace {
        Pace::Over => (Role::Ok, look.glyphs.verdict(Verdict::Ok), "over"),
        Pace::Ahead | Pace::Moving | Pace::Held => (Role::Dim, look.glyphs.dot(), "ahead"),
    };
    let lanes = if parts.len() == 1 { "lane" } else { "lanes" };
    let names: Vec<&str> = parts.iter().map(|part| &***part).collect();
    let words = format!("{} {lanes} {word}: {}", parts.len(), names.join(", "));
    let tail = " Enter";
    let words = fit(&words, columns.saturating_sub(4 + tail.len()), look.glyphs.ellipsis());
    Line::from(vec![look.span(role, format!(" {sign} ")), look.span(Role::Dim, words), look.span(Role::Key, tail)])
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
