//! How a review is drawn: what it says, and at the bottom the way out, which has the focus, and what running it asks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::operate::spoken;
use crate::console::subject::{Subject, SubjectKind};
use crate::console::text::{cut, wrap};
use crate::console::theme::Role;
use crate::id::Region;
use crate::judge::Picture;
use crate::operation::plan::ConfirmKind;
use crate::operation::{Plan, Refusal};

use super::tell::{Told, lines};
use super::{Review, extent, room};

/// Draws the review.
pub(super) fn draw(review: &Review, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    title(review, world, look, area, buf);
    match review.inquiry.planned.first() {
        None => put(buf, below, 1, &Line::from(look.span(Role::Notice, "   planning: reading what it rests on")), area),
        Some(Err(refusal)) => refused(refusal, look, below, area, buf),
        Some(Ok(plan)) => {
            let told = lines(review, plan, world, usize::from(area.width));
            let offset = review.cursor.offset;
            for (y, each) in told.iter().skip(offset).take(room(world)).enumerate() {
                put(buf, below, y, &line(each, look), area);
                if offset + y == review.cursor.at && each.key.is_some() {
                    let y = below.y.saturating_add(u16::try_from(y).unwrap_or(0));
                    select(buf, Rect { y, height: 1, ..below }, look);
                }
            }
            let hidden = told.len().saturating_sub(offset + room(world));
            footer(review, plan, world, look, hidden, area, buf);
            return;
        }
    }
    let out = vec![look.span(Role::Selected, " [Esc] back "), look.span(Role::Dim, "  f form   r plans again")];
    put(buf, bottom(area), 0, &Line::from(out), area);
}

fn bottom(area: Rect) -> Rect {
    Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area }
}

fn title(review: &Review, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(intent) = review.inquiry.intent() else { return };
    let targets: Vec<&str> = intent.targets.iter().map(|target| &**target).collect();
    let region = review.plan().map(|plan| &plan.region).or(intent.region.as_ref());
    let target = match (targets.as_slice(), region, world.picture) {
        ([one], Some(region), Some(picture)) => named(one, region, picture),
        _ => None,
    };
    let targets = target.unwrap_or_else(|| targets.join(", "));
    let targets = cut(&targets, usize::from(area.width) / 2, look.glyphs.ellipsis());
    let left = vec![
        look.span(Role::Title, " REVIEW "),
        look.span(Role::Strong, format!("{} {targets} ", intent.operation)),
        look.span(Role::Dim, review.plan().map(|plan| format!("in {} ", plan.region)).unwrap_or_default()),
    ];
    let digest = review.plan().and_then(|plan| plan.digest().ok());
    let digest = digest.and_then(|digest| digest.get(..8).map(|head| format!("plan {head} "))).unwrap_or_default();
    title_rule(buf, area, look, left, vec![look.span(Role::Dim, format!(" {digest}"))]);
}

/// A target with what else it is called: a zone by its name and its id, an instance by its tag.
fn named(target: &str, region: &Region, picture: &Picture) -> Option<String> {
    let zones = picture.judgement.regions.get(region).map_or(&[][..], |judged| &judged.zones);
    if let Some(zone) = zones.iter().find(|zone| zone.name.as_str() == target || zone.id.as_str() == target) {
        return Some(format!("{} = {}", zone.name, zone.id));
    }
    let name = Subject::new(SubjectKind::Instance, region, target).tag_name(picture)?;
    Some(format!("{target} = {name}"))
}

/// Why there is no plan, and what would make it possible.
fn refused(refusal: &Refusal, look: &Look<'_>, below: Rect, area: Rect, buf: &mut Buffer) {
    let columns = usize::from(area.width).saturating_sub(5);
    let ellipsis = look.glyphs.ellipsis();
    let mut y = 1;
    put(buf, below, y, &Line::from(vec![Span::raw("   "), look.span(Role::WarningBadge, " NOT NOW ")]), area);
    y += 2;
    for (role, words) in [
        (Role::Warning, refusal.reason.clone()),
        (Role::Strong, format!("{} {}", look.glyphs.arrow(), spoken(&refusal.remedy))),
    ] {
        for line in wrap(&words, columns, 6, ellipsis) {
            put(buf, below, y, &Line::from(vec![Span::raw("   "), look.span(role, line)]), area);
            y += 1;
        }
        y += 1;
    }
}

fn line(told: &Told, look: &Look<'_>) -> Line<'static> {
    let mut spans = Vec::with_capacity(told.spans.len() + 1);
    if let Some(verdict) = told.sign {
        spans.push(look.span(Role::of(verdict), format!("     {} ", look.glyphs.verdict(verdict))));
    } else if told.key.is_some() && told.spans.len() == 1 {
        spans.push(Span::raw("       "));
    }
    spans.extend(told.spans.iter().map(|(role, words)| look.span(*role, words)));
    Line::from(spans)
}

/// The way out has the focus; beside it what running asks, or why it cannot be run.
fn footer(
    review: &Review,
    plan: &Plan,
    world: &World<'_>,
    look: &Look<'_>,
    hidden: usize,
    area: Rect,
    buf: &mut Buffer,
) {
    let token = match plan.summary.confirm.kind {
        ConfirmKind::Key => "y",
        ConfirmKind::Target | ConfirmKind::Account => &plan.summary.confirm.token,
    };
    let (role, words) = match review.reason_against(plan, world) {
        Some(why) => (Role::Critical, format!("cannot run: {why}")),
        None if !world.operations.mode.is_armed(world.now) => {
            (Role::Notice, format!("read-only: Enter arms, then {token} runs {}; s saves it", extent(plan)))
        }
        None => (Role::Strong, format!("Enter, then type {token} to run {}", extent(plan))),
    };
    let more = match hidden {
        0 => String::new(),
        1 => " 1 more line".to_owned(),
        hidden => format!(" {hidden} more lines"),
    };
    let room = usize::from(area.width).saturating_sub(15 + more.len());
    let line = Line::from(vec![
        look.span(Role::Selected, " [Esc] back "),
        look.span(role, format!("  {}", cut(&words, room, look.glyphs.ellipsis()))),
        look.span(Role::Dim, more),
    ]);
    put(buf, bottom(area), 0, &line, area);
}
