//! The panel of zonal shifts: what is kept from which zone, by whom, and how long yet.
//!
//! Must stay true: *none* is said only where it is known; many resources of one hand are one line, with the first of their ends.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::console::age::ahead;
use crate::console::text::{cut, width};
use crate::console::theme::Role;
use crate::estate::Kind;
use crate::estate::shift::{Autoshift, AutoshiftStatus, ShiftStatus, ZonalShift};
use crate::id::Region;
use crate::judge::away::WARNED_S;
use crate::judge::shifted::moved_off;
use crate::listing::shift_kind_word;

use super::panel::{Panel, Source};

/// Resources of one hand that are told one by one; of more their number.
const FEW: usize = 2;

/// A line of the panel.
struct Shift {
    words: String,
    kind: String,
    /// Who began it, where its comment says.
    by: Option<String>,
    ends: String,
    role: Role,
}

/// Shifts and autoshifts that are active, with the time until traffic returns by itself.
pub(super) fn panel(source: &Source<'_>) -> Panel {
    let look = source.look;
    let mut active: Vec<(&Region, Shift)> = Vec::new();
    let mut count = 0;
    for region in source.regions {
        let (shifts, all) = of_region(source, region);
        count += all;
        active.extend(shifts.into_iter().map(|shift| (region, shift)));
    }
    let mut lines = source.unread(Kind::ZonalShifts);
    let is_none = active.is_empty() && lines.is_empty();
    let one_place = source.one_place(active.iter().map(|(region, _)| *region));
    let mut rest = Vec::new();
    if is_none {
        rest.push(look.span(Role::Dim, "none "));
    }
    if !active.is_empty() {
        rest.push(look.span(Role::Strong, format!("{count} ")));
        rest.extend(source.place_words(one_place));
    }
    lines.extend(active.iter().map(|(region, shift)| {
        let words = format!("{}{}", source.region_words(region, one_place), shift.words);
        line(source, &words, shift)
    }));
    Panel { title: source.title("ZONAL SHIFTS", rest), lines }
}

/// The lines of a region, and how many shifts they are of.
fn of_region(source: &Source<'_>, region: &Region) -> (Vec<Shift>, usize) {
    let (estate, at) = (source.estate(), source.picture.taken_at);
    let autoshifts =
        estate.table::<Autoshift>(region, at).known().filter(|shift| shift.status == AutoshiftStatus::Active);
    let mut lines: Vec<Shift> = autoshifts
        .map(|shift| {
            let moved = moved_off(estate, region, &shift.away_from, at);
            let moved = moved.map_or("? moved".to_owned(), |moved| format!("{}/{} moved", moved.moved, moved.of));
            Shift {
                words: format!("{moved} off {}", shift.away_from),
                kind: "autoshift".to_owned(),
                by: None,
                ends: "until AWS ends it".to_owned(),
                role: Role::Warning,
            }
        })
        .collect();
    let mut count = lines.len();
    let mut hands: Vec<Vec<&ZonalShift>> = Vec::new();
    for shift in estate.table::<ZonalShift>(region, at).known().filter(|shift| shift.status == ShiftStatus::Active) {
        count += 1;
        match hands.iter_mut().find(|hand| hand.first().is_some_and(|first| is_of_one_hand(first, shift))) {
            Some(hand) => hand.push(shift),
            None => hands.push(vec![shift]),
        }
    }
    for hand in &hands {
        if hand.len() <= FEW {
            lines.extend(hand.iter().map(|shift| told(&[shift], shift.resource.short(), source.now)));
        } else {
            lines.push(told(hand, &hand.len().to_string(), source.now));
        }
    }
    (lines, count)
}

fn is_of_one_hand(one: &ZonalShift, other: &ZonalShift) -> bool {
    (&one.away_from, &one.shift_type, &one.comment) == (&other.away_from, &other.shift_type, &other.comment)
}

/// Shifts of one hand in words.
fn told(hand: &[&ZonalShift], what: &str, now: Timestamp) -> Shift {
    let first = hand.first();
    let until = hand.iter().filter_map(|shift| shift.expires_at).min();
    let left = until.map(|at| at.duration_since(now).as_secs());
    let comment = first.and_then(|shift| shift.comment.as_deref()).filter(|comment| !comment.trim().is_empty());
    Shift {
        words: format!("{what} away from {}", first.map_or("?", |shift| shift.away_from.as_str())),
        kind: first.map(|shift| shift_kind_word(&shift.shift_type).to_owned()).unwrap_or_default(),
        by: comment.map(owner),
        ends: left.map_or("no expiry known".to_owned(), |left| format!("{} left", ahead(left))),
        // Traffic returns by itself, healed or not: the last half hour is a warning.
        role: if left.is_none_or(|left| left <= WARNED_S) { Role::Warning } else { Role::Notice },
    }
}

/// Who began a shift, by its comment: ours name the operation and its caller, others say what they like.
fn owner(comment: &str) -> String {
    let words: Vec<&str> = comment.split_whitespace().collect();
    match words.as_slice() {
        ["fournines", _, caller @ ..] if !caller.is_empty() => {
            let caller = caller.join(" ");
            format!("by {}", caller.rsplit(['/', ':']).next().unwrap_or(&caller))
        }
        _ => format!("\"{comment}\""),
    }
}

fn line(source: &Source<'_>, words: &str, shift: &Shift) -> Line<'static> {
    let look = source.look;
    let room = source.columns.saturating_sub(4);
    let by = shift.by.as_ref().map(|by| format!(", {by}")).unwrap_or_default();
    let (kind, ends) = (&shift.kind, &shift.ends);
    let tails = [format!(" {kind}, {ends}{by}"), format!(" {ends}{by}"), format!(" {ends}"), String::new()];
    // What ends it matters more than who began it, and both less than what it is.
    let tail = tails.into_iter().find(|tail| width(words) + width(tail) <= room).unwrap_or_default();
    let words: Span<'static> = look.span(Role::Strong, cut(words, room, look.glyphs.ellipsis()));
    Line::from(vec![look.span(shift.role, format!(" {} ", look.glyphs.arrow())), words, look.span(shift.role, tail)])
}
