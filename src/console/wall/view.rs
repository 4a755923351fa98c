//! Draws the wall: the bar, the large word with what is first to be known, a page, the strip of regions.
//!
//! Owns: the layout. Must stay true: the word and the strip are on every page; with too little room for large letters the words
//! are there in small ones.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::age::clock;
use crate::console::app::Look;
use crate::console::draw::{put, spans_width};
use crate::console::frame::LEAST;
use crate::console::text::{cut, wrap};
use crate::console::theme::Role;
use crate::id::Region;
use crate::judge::{Picture, Verdict};

use super::sight::{Sight, region_blind_since};
use super::{PLACES, Wall, font, page};

/// Draws the wall as it is; changes nothing.
pub fn view(wall: &Wall, frame: &mut Frame<'_>) {
    let look = wall.look_of();
    let area = frame.area();
    let buf = frame.buffer_mut();
    buf.set_style(area, look.style(Role::Text));
    let sight = wall.sight();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let words = look.span(Role::badge(sight.verdict()), sight.word());
        put(buf, area, 0, &Line::from(words), area);
        put(buf, area, 1, &Line::from(look.span(Role::Dim, format!("needs {}x{}", LEAST.0, LEAST.1))), area);
        return;
    }
    let parts = Parts::of(wall);
    draw_bar(wall, &look, parts.bar, buf);
    draw_banner(wall, &sight, &look, parts.banner, buf);
    page::draw(wall, &sight, &look, parts.page, buf);
    draw_strip(wall, &look, parts.strip, buf);
    draw_foot(wall, &look, parts.foot, buf);
}

/// Where the page is drawn.
pub(super) fn page_area(wall: &Wall) -> Rect {
    Parts::of(wall).page
}

struct Parts {
    bar: Rect,
    banner: Rect,
    page: Rect,
    strip: Rect,
    foot: Rect,
}

impl Parts {
    fn of(wall: &Wall) -> Self {
        let (dx, dy) = PLACES.get(wall.place).copied().unwrap_or_default();
        let (width, height) = (wall.size.width.saturating_sub(2), wall.size.height.saturating_sub(1));
        let row = |y: u16, tall: u16| Rect {
            x: dx,
            y: dy + y.min(height),
            width,
            height: tall.min(height.saturating_sub(y)),
        };
        // Where it cannot see, why and what to do about it is what matters.
        let banner = if wall.sight().is_clear() { (height / 6).max(3) } else { (height / 4).max(5) };
        let strip = if height >= 60 { font::rows(1, wall.setting.glyphs) } else { 1 };
        // The strip and the foot stand at the bottom, the banner under the bar; the page has the rest.
        let below = strip + 1;
        let top = 1 + u16::from(height >= 20) + banner + u16::from(height >= 20);
        Self {
            bar: row(0, 1),
            banner: row(1 + u16::from(height >= 20), banner),
            page: row(top, height.saturating_sub(top + below)),
            strip: row(height.saturating_sub(below), strip),
            foot: row(height.saturating_sub(1), 1),
        }
    }
}

fn draw_bar(wall: &Wall, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    buf.set_style(area, look.style(Role::Bar));
    let mut right = Vec::new();
    if let Some(simulated) = &wall.setting.simulated {
        let words = if area.width >= 90 { format!(" SIMULATED {simulated} ") } else { " SIMULATED ".to_owned() };
        right.push(look.span(Role::Simulated, words));
        right.push(look.span(Role::Bar, " "));
    }
    right.push(look.span(Role::ReadOnly, "WALL READ-ONLY "));
    right.push(look.span(Role::BarStrong, format!(" {} ", clock(wall.now))));
    let wide = u16::try_from(spans_width(&right)).unwrap_or(area.width).min(area.width);
    let room = usize::from(area.width.saturating_sub(wide + 2));
    let account = cut(&wall.account(), room, look.glyphs.ellipsis());
    put(buf, area, 0, &Line::from(look.span(Role::BarStrong, format!(" {account}"))), area);
    let place = Rect { x: area.right().saturating_sub(wide), width: wide, ..area };
    put(buf, place, 0, &Line::from(right), area);
}

/// The large word, and beside it what is first to be known.
fn draw_banner(wall: &Wall, sight: &Sight, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let role = Role::of(sight.verdict());
    let since = match sight {
        Sight::Blind { since, .. } => *since,
        Sight::Stale(since) => Some(*since),
        Sight::Reading | Sight::Sees(_) => None,
    };
    let word = match since {
        Some(since) => format!("{} SINCE {}", sight.word(), since.strftime("%H:%MZ")),
        None => sight.word().to_owned(),
    };
    // Since when is worth as much room as the word; where both do not fit, it is among the small ones.
    let half = (area.width * if since.is_some() { 7 } else { 5 } / 10, area.height);
    let (large, times) = [word.as_str(), sight.word()]
        .into_iter()
        .find_map(|words| Some((words, font::largest(words, half, look.glyphs)?)))
        .unwrap_or((sight.word(), 0));
    let wide = font::columns(large, times);
    font::draw(buf, area, large, times, look.glyphs, look.style(role));
    let mut x = area.x + wide + if times > 0 { 2 + times } else { 0 };
    if times == 0 {
        let badge = look.span(Role::badge(sight.verdict()), format!(" {word} "));
        x += u16::try_from(spans_width(std::slice::from_ref(&badge))).unwrap_or(0) + 2;
        put(buf, area, 0, &Line::from(badge), area);
    }
    let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
    let rest = draw_subject(wall, sight, look, rest, buf);
    let small = if large == word { String::new() } else { format!("{word}. ").to_lowercase() };
    let reason = format!("{small}{}", wall.reason(sight).unwrap_or_else(|| "nothing to do".to_owned()));
    let role = if sight.verdict() == Verdict::Ok { Role::Dim } else { Role::Strong };
    let lines = wrap(&reason, usize::from(rest.width), usize::from(rest.height), look.glyphs.ellipsis());
    for (n, line) in lines.iter().enumerate() {
        put(buf, rest, n, &Line::from(look.span(role, line)), area);
    }
}

/// On a large screen, what it is about in large letters; what is left of the area.
fn draw_subject(wall: &Wall, sight: &Sight, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let subject = wall.subject().filter(|_| area.height >= 10 && sight.is_clear());
    let room = (area.width, area.height.saturating_sub(4));
    let fitting = subject.and_then(|words| Some((font::largest(&words, room, look.glyphs)?, words)));
    let Some((times, words)) = fitting else { return area };
    font::draw(buf, area, &words, times, look.glyphs, look.style(Role::Strong));
    let used = font::rows(times, look.glyphs) + 1;
    Rect { y: area.y + used, height: area.height.saturating_sub(used), ..area }
}

/// Every region with its sign; where they do not fit, the worst, and how many there are besides.
fn draw_strip(wall: &Wall, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(picture) = wall.picture.as_deref() else { return };
    let clear = wall.sight().is_clear();
    let mut regions: Vec<(&Region, Verdict)> = picture
        .estate
        .scope()
        .iter()
        .map(|region| {
            let judged = picture.judgement.regions.get(region).map(|judged| judged.summary.verdict);
            (region, judged.filter(|_| clear).unwrap_or(Verdict::Unknown))
        })
        .collect();
    let words = |region: &Region, verdict| words_of(picture, region, verdict);
    let wide = |at: &(&Region, Verdict)| if area.height > 1 { font::columns(&words(at.0, at.1), 1) + 6 } else { 0 };
    if area.height > 1 && regions.iter().map(|at| usize::from(wide(at))).sum::<usize>() <= usize::from(area.width) {
        let mut x = area.x;
        for at in &regions {
            let place = Rect { x, width: area.right().saturating_sub(x), ..area };
            font::draw(buf, place, &words(at.0, at.1), 1, look.glyphs, look.style(Role::of(at.1)));
            x += wide(at);
        }
        return;
    }
    regions.sort_by_key(|(_, verdict)| std::cmp::Reverse(verdict.severity()));
    let spans = |shown: usize| -> Vec<Span<'static>> {
        let mut spans: Vec<Span<'static>> = regions
            .iter()
            .take(shown)
            .map(|(region, verdict)| {
                let words = format!("{} {}  ", look.glyphs.verdict(*verdict), words(region, *verdict));
                look.span(Role::of(*verdict), words)
            })
            .collect();
        let rest = regions.iter().skip(shown).map(|(_, verdict)| *verdict);
        if shown < regions.len() {
            let worst = Verdict::worst(rest);
            let more = format!("{} +{} more", look.glyphs.verdict(worst), regions.len() - shown);
            spans.push(look.span(Role::of(worst), more));
        }
        spans
    };
    let fits = |shown: &usize| spans_width(&spans(*shown)) <= usize::from(area.width);
    let shown = (0..=regions.len()).rev().find(fits).unwrap_or(0);
    put(buf, area, 0, &Line::from(spans(shown)), area);
}

/// A region's name, and in words whether it is blind.
fn words_of(picture: &Picture, region: &Region, verdict: Verdict) -> String {
    match region_blind_since(picture, region) {
        Some(since) => format!("{region} BLIND since {}", since.strftime("%H:%MZ")),
        None if verdict == Verdict::Ok => region.to_string(),
        None => format!("{region} {}", verdict.as_str()),
    }
}

fn draw_foot(wall: &Wall, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let stops = wall.stops();
    let at = stops.iter().position(|stop| *stop == wall.stop).map_or(1, |at| at + 1);
    let region = wall.stop.region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
    let pinned = if wall.is_pinned() { ", stays while critical" } else { "" };
    let page = format!("{}{region} {at}/{}{pinned}", wall.stop.page.name(), stops.len());
    let keys = [
        look.span(Role::Dim, format!("{page}   ")),
        look.span(Role::Key, "space"),
        look.span(Role::Dim, " page  "),
        look.span(Role::Key, "q"),
        look.span(Role::Dim, " quit"),
    ];
    put(buf, area, 0, &Line::from(keys.to_vec()), area);
}
