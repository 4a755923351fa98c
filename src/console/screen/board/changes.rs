//! The panel of what changed in the last half hour, and who did it.
//!
//! Owns: its lines. Depends on: the judgement's changes. Must stay true: no name is shown that CloudTrail did not give; that none were
//! seen does not say that there were none.

use ratatui::text::{Line, Span};

use crate::id::Region;
use crate::judge::changes::{Changes, Happening, LATELY, Who, lately};

use crate::console::age::moment;
use crate::console::app::World;
use crate::console::text::{cut, width};
use crate::console::theme::Role;

use super::panel::{Panel, Source};

/// What each region looked at brought in the last half hour.
pub(super) fn gather(world: &World<'_>) -> Vec<(Region, Changes)> {
    let Some(picture) = world.picture else { return Vec::new() };
    let of = |region: Region| {
        let index = picture.judgement.index_of(&region);
        let changes = lately(&picture.estate, index, &region, picture.taken_at);
        (region, changes)
    };
    world.regions().into_iter().map(of).collect()
}

/// The newest first, over all regions.
pub(super) fn panel(source: &Source<'_>, changes: &[(Region, Changes)]) -> Panel {
    let look = source.look;
    let mut all: Vec<(&Region, &Happening)> =
        changes.iter().flat_map(|(region, changes)| changes.lines.iter().map(move |line| (region, line))).collect();
    all.sort_by_key(|(_, line)| std::cmp::Reverse(line.at));
    let one_place = source.one_place(all.iter().map(|(region, _)| *region));
    let mut rest = vec![look.span(Role::Dim, format!("{}m ", LATELY.as_mins()))];
    rest.extend(source.place_words(one_place));
    // Why names are missing matters only where one is.
    let unnamed = changes.iter().find(|(_, changes)| changes.lines.iter().any(|line| line.who == Who::Unknown));
    if let Some(reason) = unnamed.and_then(|(_, changes)| changes.names.as_deref()) {
        let room = source.columns.saturating_sub(24);
        rest.push(look.span(Role::Dim, format!("{} ", cut(reason, room, look.glyphs.ellipsis()))));
    }
    let mut lines: Vec<Line<'static>> = all
        .iter()
        .map(|(region, line)| {
            let place = source.region_words(region, one_place);
            let at = format!("   {} ", moment(line.at, source.now));
            let who = if line.who == Who::Nobody { String::new() } else { format!("{} ", line.who) };
            let used = width(&at) + width(&who) + width(&place);
            let what = cut(&line.what, source.columns.saturating_sub(used), look.glyphs.ellipsis());
            let by = if matches!(line.who, Who::Named(_)) { Role::Strong } else { Role::Dim };
            Line::from(vec![
                look.span(Role::Dim, at),
                look.span(Role::Dim, place),
                look.span(by, who),
                look.span(Role::Text, what),
            ])
        })
        .collect();
    if lines.is_empty() {
        lines.push(Line::from(vec![Span::raw("   "), look.span(Role::Dim, "none seen")]));
    }
    Panel { title: source.title("CHANGES", rest), lines }
}
