//! What stands around every screen: who, where, in what mode and when on top; hints, words and what is typed at the bottom.
//!
//! Owns: the top bar, the line for lost credentials, the bottom line. Must stay true: account, mode and time are always
//! visible; a simulated account is never taken for a real one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::id::Region;
use crate::judge::{Picture, Told, Verdict, away};

use super::age::{ahead, clock, local, pace};
use super::app::{App, Look};
use super::draw::{put, spans_width};
use super::keymap::{Binding, Context};
use super::msg::Level;
use super::screen::Place;
use super::text::{cut, width};
use super::theme::Role;

/// The least size at which anything is drawn.
pub const LEAST: (u16, u16) = (40, 10);

/// Where the screen is drawn: all but the bar on top and the line at the bottom, and the alert under the bar where there is one.
pub fn body(area: Rect, alert: bool) -> Rect {
    let above = 1 + u16::from(alert);
    Rect { y: area.y + above.min(area.height), height: area.height.saturating_sub(above + 1), ..area }
}

/// What must be said on every screen while it lasts: that AWS does not answer, that the screen stands still, or a clock that
/// is off. What is said of AWS is of the newest picture, paused or not.
pub fn alert(app: &App) -> Option<String> {
    let newest = app.pause.as_ref().and_then(|pause| pause.newest.as_deref());
    let paused = app.pause.as_ref().map(|pause| pause.words(app.picture.as_deref()));
    let newest = newest.or(app.picture.as_deref());
    trouble(newest).or(paused).or_else(|| ending(app, newest)).or_else(|| skew(app.picture.as_deref()))
}

/// Traffic that returns to a zone by itself before long: told on every screen while there is time to do something about it.
fn ending(app: &App, picture: Option<&Picture>) -> Option<String> {
    let ending = away::ending(picture?, app.now)?;
    let left = ahead(ending.at.duration_since(app.now).as_secs());
    let (zone, at) = (ending.zone, clock(ending.at));
    // Where a key map of one's own has taken the key away, the command is told.
    let key = app.keymap.chord(Context::Everywhere, "extend").map_or(":extend".to_owned(), |chord| chord.to_string());
    let share = if ending.count == ending.of { String::new() } else { format!(" {} of {}", ending.count, ending.of) };
    let (id, name) = (&zone.id, &zone.name);
    Some(format!("{key} extends: {name} ({id}) AWAY{share} {left} more ({at}), then traffic RETURNS, healed or not"))
}

/// No credentials, or no answers.
fn trouble(picture: Option<&Picture>) -> Option<String> {
    let traffic = &picture?.traffic;
    if let Some(failure) = &traffic.credentials {
        return Some(format!("BLIND: {failure}. {}", failure.remedy()));
    }
    if let Some((since, why)) = &traffic.blind {
        let since = since.strftime("%H:%MZ");
        return Some(format!(
            "BLIND: AWS has not answered since {since}; all below is as of then ({}). {}",
            why.message,
            why.remedy()
        ));
    }
    None
}

/// A clock that is off.
fn skew(picture: Option<&Picture>) -> Option<String> {
    let traffic = &picture?.traffic;
    let skew = traffic.skew.map(|skew| skew.as_secs()).filter(|seconds| seconds.abs() > 60)?;
    let (by, side) = (skew.abs(), if skew < 0 { "ahead of" } else { "behind" });
    Some(format!("this machine's clock is {by} s {side} AWS's; ages here go by AWS's"))
}

/// Draws the bar on top and the alert under it.
pub fn draw_top(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let bar = Rect { height: area.height.min(1), ..area };
    buf.set_style(bar, look.style(Role::Bar));
    let right = badges(app, look);
    let room = usize::from(area.width).saturating_sub(spans_width(&right) + 1);
    put(buf, bar, 0, &Line::from(top_left(app, look, room)), area);
    let x = area.right().saturating_sub(u16::try_from(spans_width(&right)).unwrap_or(area.width));
    put(
        buf,
        Rect { x: x.max(area.x), width: area.right().saturating_sub(x.max(area.x)), ..bar },
        0,
        &Line::from(right),
        area,
    );
    if let Some(words) = alert(app) {
        let line = Rect { y: area.y + 1, height: 1, ..area };
        let role = if words.starts_with("BLIND") { Role::CriticalBadge } else { Role::WarningBadge };
        let text = super::text::fit(&format!(" {words}"), usize::from(area.width), look.glyphs.ellipsis());
        put(buf, line, 0, &Line::from(look.span(role, text)), area);
    }
}

/// Account, regions, caller: as much as there is room for, the account above all.
fn top_left(app: &App, look: &Look<'_>, room: usize) -> Vec<Span<'static>> {
    let picture = app.picture.as_deref();
    let identity = picture.and_then(|picture| picture.estate.identity());
    let id = identity.map_or("account ?".to_owned(), |identity| identity.account.to_string());
    let name = app.setting.account_name.clone().or_else(|| picture.and_then(|p| p.estate.alias()).map(str::to_owned));
    let room = room.saturating_sub(class_span(app, look, room).map_or(0, |span| width(&span.content)));
    let forms = match &name {
        Some(name) => vec![format!("{name} {id}"), name.clone()],
        None => vec![id],
    };
    // An account's number is never cut: half of it is another account's.
    let account = forms.iter().find(|form| width(form) + 2 <= room).or(forms.last()).cloned().unwrap_or_default();
    let account = cut(&account, room.saturating_sub(2), look.glyphs.ellipsis());
    let mut spans = vec![look.span(Role::BarStrong, format!(" {account} "))];
    spans.extend(class_span(app, look, room.saturating_sub(width(&account) + 3)));
    let caller = identity.map(|identity| short_caller(identity.caller.as_str()).to_owned());
    let separator = || look.span(Role::Bar, format!("{} ", look.glyphs.bar()));
    let regions = region_spans(app, look, usize::MAX);
    let caller: Vec<Span<'static>> =
        caller.map(|caller| vec![separator(), look.span(Role::Bar, format!("{caller} "))]).unwrap_or_default();
    let used = spans_width(&spans);
    let fits =
        |parts: &[&[Span<'static>]]| used + 2 + parts.iter().map(|part| spans_width(part)).sum::<usize>() <= room;
    if fits(&[&regions, &caller]) {
        spans.push(separator());
        spans.extend(regions);
        spans.extend(caller);
    } else if fits(&[&regions]) {
        spans.push(separator());
        spans.extend(regions);
    } else {
        let short = region_spans(app, look, room.saturating_sub(used + 2));
        if fits(&[&short]) {
            spans.push(separator());
            spans.extend(short);
        }
    }
    spans
}

/// What the account is for, in its own colour: cut, but never left out.
fn class_span(app: &App, look: &Look<'_>, room: usize) -> Option<Span<'static>> {
    let class = app.setting.account_class.as_ref()?;
    let word = cut(&class.word.to_uppercase(), room.saturating_sub(2).clamp(1, 14), look.glyphs.ellipsis());
    Some(look.span(class.mark.role(), format!(" {word} ")))
}

/// The person or role behind a caller's ARN: its last segment.
fn short_caller(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// Each region with its sign; where they do not fit, the worst ones and how many there are besides.
fn region_spans(app: &App, look: &Look<'_>, room: usize) -> Vec<Span<'static>> {
    let Some(picture) = app.picture.as_deref() else { return vec![look.span(Role::Bar, "regions ? ")] };
    let verdict = |region: &Region| {
        picture.judgement.regions.get(region).map_or(Verdict::Unknown, |judged| judged.summary.verdict)
    };
    let mut regions: Vec<(&Region, Verdict)> =
        picture.estate.scope().iter().map(|region| (region, verdict(region))).collect();
    let draw = |regions: &[(&Region, Verdict)]| -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for (region, verdict) in regions {
            let chosen = app.region.as_ref() == Some(*region);
            spans.push(look.span(if chosen { Role::BarStrong } else { Role::Bar }, format!("{region} ")));
            spans.push(on_bar(look, *verdict));
            spans.push(look.span(Role::Bar, " "));
        }
        spans
    };
    let all = draw(&regions);
    if spans_width(&all) <= room {
        return all;
    }
    regions.sort_by_key(|(_, verdict)| std::cmp::Reverse(verdict.severity()));
    for shown in (0..regions.len()).rev() {
        let (front, rest) = regions.split_at(shown);
        let mut spans = draw(front);
        let worst = Verdict::worst(rest.iter().map(|(_, verdict)| *verdict));
        spans.push(look.span(
            Role::Bar,
            if shown == 0 { format!("{} regions ", rest.len()) } else { format!("+{} ", rest.len()) },
        ));
        spans.push(on_bar(look, worst));
        spans.push(look.span(Role::Bar, " "));
        if spans_width(&spans) <= room {
            return spans;
        }
    }
    Vec::new()
}

/// A verdict's sign with the bar's ground. A bar with an ink of its own keeps it: there the shape tells.
fn on_bar(look: &Look<'_>, verdict: Verdict) -> Span<'static> {
    let bar = look.style(Role::Bar);
    let is_turned = bar.add_modifier.contains(Modifier::REVERSED) || bar.fg != look.style(Role::Text).fg;
    let style =
        if is_turned { look.style(Role::BarStrong) } else { Style { bg: bar.bg, ..look.style(Role::of(verdict)) } };
    Span::styled(look.glyphs.verdict(verdict), style)
}

/// Mode, simulation and time: never left out.
fn badges(app: &App, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    if let Some(simulated) = &app.setting.simulated {
        let words = if app.size.width >= 100 { format!(" SIMULATED {simulated} ") } else { " SIMULATED ".to_owned() };
        spans.push(look.span(Role::Simulated, words));
        spans.push(look.span(Role::Bar, " "));
    } else if let Some(endpoint) = app.setting.endpoint.as_ref().filter(|_| app.size.width >= 100) {
        spans.push(look.span(Role::Warning, format!("at {} ", cut(endpoint, 30, look.glyphs.ellipsis()))));
    }
    if let Some(pause) = &app.pause {
        let since = pause.since.strftime("%H:%M:%SZ");
        let words = if app.size.width >= 70 { format!(" PAUSED {since} ") } else { " PAUSED ".to_owned() };
        spans.push(look.span(Role::WarningBadge, words));
        spans.push(look.span(Role::Bar, " "));
    }
    let new = app.notes.new_count();
    if new > 0 {
        spans.push(look.span(Role::WarningBadge, format!(" {new} NEW ")));
        spans.push(look.span(Role::Bar, " "));
    }
    let role = if app.operations.mode.is_armed(app.now) { Role::CriticalBadge } else { Role::ReadOnly };
    let space = if role == Role::CriticalBadge { " " } else { "" };
    spans.push(look.span(role, format!("{space}{} ", app.operations.mode.words(app.now))));
    spans.push(look.span(Role::BarStrong, format!(" {} ", clock(app.now))));
    if let Some(words) =
        app.setting.local.as_ref().filter(|_| app.size.width >= 110).and_then(|zone| local(app.now, zone))
    {
        spans.push(look.span(Role::Bar, format!("{words} ")));
    }
    spans
}

/// Draws the bottom line: what is typed, else words, else hints; the reading's pace on the right.
pub fn draw_bottom(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Option<(u16, u16)> {
    let line = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    if let Some(prompt) = &app.prompt {
        return Some(super::menu::draw(app, prompt, look, line, buf));
    }
    let right = traffic_spans(app, look);
    let room = usize::from(area.width).saturating_sub(spans_width(&right) + 1);
    let left = match &app.notice {
        Some(notice) => {
            let role = match notice.level {
                Level::Info => Role::Notice,
                Level::Error => Role::Error,
            };
            vec![look.span(role, cut(&format!(" {}", notice.text), usize::from(area.width), look.glyphs.ellipsis()))]
        }
        None => news(app, look, room).unwrap_or_else(|| hints(app, look, room)),
    };
    let used = spans_width(&left);
    put(buf, line, 0, &Line::from(left), area);
    if used <= room {
        let x = line.right().saturating_sub(u16::try_from(spans_width(&right)).unwrap_or(0));
        put(buf, Rect { x, width: line.right().saturating_sub(x), ..line }, 0, &Line::from(right), area);
    }
    None
}

/// What came since the person last looked, where the screen does not show it: the gravest, and where to read it.
fn news(app: &App, look: &Look<'_>, room: usize) -> Option<Vec<Span<'static>>> {
    if app.notes.new_count() == 0 || matches!(app.place(), Some(Place::Board(_) | Place::Findings(_))) {
        return None;
    }
    let picture = app.picture.as_deref()?;
    let told = app.notes.told(picture, picture.estate.scope(), app.now);
    // What could not be read is told where it would stand.
    let is_news =
        |told: &&Told<'_>| told.finding.verdict != Verdict::Unknown && app.notes.is_new(told.region, told.finding);
    let first = told.iter().find(is_news)?;
    let keys = " (1: the board)";
    let role = Role::of(first.finding.verdict);
    let sign = look.glyphs.verdict(first.finding.verdict);
    let words =
        cut(&format!(" {sign} NEW {}", first.finding.words()), room.saturating_sub(keys.len()), look.glyphs.ellipsis());
    Some(vec![look.span(role, words), look.span(Role::Dim, keys)])
}

fn hints(app: &App, look: &Look<'_>, room: usize) -> Vec<Span<'static>> {
    let mut spans = vec![Span::raw(" ")];
    if app.place().is_some_and(|place| place.screen().is_previewing()) {
        let keys = [("left", "zone before"), ("right", "next zone"), ("what-if", "end")];
        for (chord, word) in
            keys.into_iter().filter_map(|(run, word)| Some((app.keymap.chord(app.context(), run)?, word)))
        {
            spans.extend([look.span(Role::Key, chord.to_string()), look.span(Role::Dim, format!(" {word}  "))]);
        }
        return spans;
    }
    let offers = |binding: &&Binding| app.place().is_none_or(|place| place.screen().offers(&binding.run));
    for binding in app.keymap.hints(app.context()).filter(offers) {
        let (Some(chord), Some(word)) = (binding.on.first(), &binding.hint) else { continue };
        let pair = [look.span(Role::Key, chord.to_string()), look.span(Role::Dim, format!(" {word}  "))];
        if spans_width(&spans) + spans_width(&pair) > room {
            break;
        }
        spans.extend(pair);
    }
    spans
}

fn traffic_spans(app: &App, look: &Look<'_>) -> Vec<Span<'static>> {
    let Some(picture) = app.picture.as_deref() else { return Vec::new() };
    let traffic = &picture.traffic;
    let mut spans = vec![look.span(Role::Dim, format!("{} calls/min", pace(traffic.calls())))];
    if let Some(words) = traffic.metrics.short() {
        spans.push(look.span(Role::Dim, format!(" {words}")));
    }
    if traffic.throttled_a_minute > 0 {
        spans.push(look.span(Role::Warning, format!(" {} throttled", traffic.throttled_a_minute)));
    }
    if traffic.waiting > 0 {
        spans.push(look.span(Role::Dim, format!(" {} waiting", traffic.waiting)));
    }
    spans.push(Span::raw(" "));
    spans
}
