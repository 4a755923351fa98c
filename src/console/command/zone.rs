//! Commands about a whole zone: leave it, come back to it, let its shifts last longer or end them.
//!
//! Must stay true: each opens a review or the run that is at it, and nothing else; which zone is meant is said by whoever asks, or is
//! the one that is sick, never guessed among healthy ones.

use crate::id::{Region, Text};
use crate::judge::Picture;
use crate::judge::away;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::operation::intent::Intent;

use super::super::app::App;
use super::super::msg::Level;
use super::super::operate::Course;
use super::super::screen::{Place, Review};
use super::super::subject::SubjectKind;
use super::place::open;
use super::{Argument, Command, Done, offer_zones};

/// A command of an operation on a zone.
macro_rules! operation {
    ($name:literal, $words:literal, $doc:literal) => {
        Command {
            name: $name,
            aliases: &[],
            argument: Argument::Optional($words, offer_zones),
            doc: $doc,
            run: |app, words| plan(app, $name, words),
        }
    };
}

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "leave",
        aliases: &[],
        argument: Argument::None,
        doc: "plan to leave the zone that is selected, previewed or sick; of one that is away, plan the way back",
        run: leave,
    },
    operation!(
        "evacuate",
        "a zone by name or id, and how: `NAME=VALUE`; without one, the selected, previewed or sick one",
        "plan to take all traffic out of a zone"
    ),
    operation!(
        "return",
        "a zone by name or id, and how: `NAME=VALUE`; without one, the one that is away",
        "plan the way back into a zone that was left"
    ),
    operation!(
        "extend",
        "a zonal shift or a zone, and how: `NAME=VALUE`; without one, the selected, else what ends first",
        "plan to let zonal shifts last longer"
    ),
    operation!(
        "cancel",
        "a zonal shift or a zone; without one, the selected, else the zone that is away",
        "plan to end zonal shifts: traffic returns at once"
    ),
];

/// A zone and where it is.
#[derive(Debug, Clone, Copy)]
struct At<'a> {
    region: &'a Region,
    zone: &'a ZoneAssessment,
}

/// Leaves a zone, or comes back to one that is left: whichever is at hand. Where a run is at it, shows that run.
fn leave(app: &mut App, _: &str) -> Done {
    if let Some(Place::Review(_) | Place::Form(_)) = app.place() {
        app.tell(Level::Info, "a plan is under review here: Enter asks what runs it, Esc leaves it");
        return Ok(Vec::new());
    }
    let Some(picture) = app.picture.clone() else { return Err("nothing is known yet".to_owned()) };
    let at = meant(app, &picture)?;
    if let Some(id) = at_it(app, at).map(|course| course.id.clone()) {
        app.tell(Level::Info, format!("{} ({}): this run is at it", at.zone.name, at.zone.id));
        return Ok(super::run::follow(app, &id));
    }
    let name = if is_left(at) { "return" } else { "evacuate" };
    let (zone, region) = (at.zone.name.to_string(), at.region.clone());
    Ok(review(app, name, vec![zone.as_str().into()], Some(region), ""))
}

/// Plans an operation on a zone or its shifts, and shows the review.
fn plan(app: &mut App, name: &'static str, words: &str) -> Done {
    let Some(picture) = app.picture.clone() else { return Err("nothing is known yet".to_owned()) };
    let named: Vec<Text> = words.split_whitespace().filter(|word| !word.contains('=')).map(Text::from).collect();
    if !named.is_empty() {
        let region = named.first().and_then(|word| called(&picture, word)).map(|at| at.region.clone());
        let region = region.or_else(|| app.region.clone());
        return Ok(review(app, name, named, region, words));
    }
    let shift = matches!(name, "extend" | "cancel").then(|| app.chosen()).unwrap_or_default();
    if let Some(shift) = shift.into_iter().find(|subject| subject.kind == SubjectKind::Shift) {
        return Ok(review(app, name, vec![shift.id.as_str().into()], Some(shift.region), words));
    }
    let at = match name {
        "evacuate" => meant(app, &picture)?,
        _ => left(app, &picture)?,
    };
    Ok(review(app, name, vec![at.zone.name.as_str().into()], Some(at.region.clone()), words))
}

fn review(
    app: &mut App,
    name: &str,
    targets: Vec<Text>,
    region: Option<Region>,
    words: &str,
) -> Vec<super::super::msg::Effect> {
    let settings = words.split_whitespace().filter_map(|word| word.split_once('='));
    let settings = settings.map(|(field, value)| (field.into(), value.into())).collect();
    let intent = Intent { operation: name.into(), targets, region, settings, ..Intent::default() };
    open(app, Place::Review(Review::new(intent)))
}

/// Every zone in sight, in the order of the regions.
fn zones<'a>(app: &App, picture: &'a Picture) -> impl Iterator<Item = At<'a>> + use<'a> {
    let only = app.region.clone();
    let regions =
        picture.judgement.regions.iter().filter(move |(region, _)| only.as_ref().is_none_or(|it| it == *region));
    regions.flat_map(|(region, judged)| judged.zones.iter().map(move |zone| At { region, zone }))
}

/// The zone of a name or id, wherever it is.
fn called<'a>(picture: &'a Picture, word: &str) -> Option<At<'a>> {
    picture.judgement.regions.iter().find_map(|(region, judged)| {
        let zone = judged.zones.iter().find(|zone| zone.name.as_str() == word || zone.id.as_str() == word)?;
        Some(At { region, zone })
    })
}

/// The zone that is meant: selected, previewed, the sick one, else the one that is away.
fn meant<'a>(app: &App, picture: &'a Picture) -> Result<At<'a>, String> {
    if let Some(at) = pointed_at(app, picture) {
        return Ok(at);
    }
    let sick = |at: &At<'_>| matches!(at.zone.verdict, ZoneVerdict::Degraded | ZoneVerdict::Suspect);
    let rank = |at: &At<'_>| usize::from(at.zone.verdict == ZoneVerdict::Degraded);
    let mut sick: Vec<At<'a>> = zones(app, picture).filter(sick).collect();
    sick.sort_by_key(|at| std::cmp::Reverse(rank(at)));
    let first = sick.first().copied();
    match (first, sick.get(1).filter(|second| first.is_some_and(|first| rank(second) == rank(&first)))) {
        (Some(first), None) => Ok(first),
        (Some(first), Some(second)) => Err(format!(
            "{} and {} are both sick: w picks one, then e; or `:evacuate ZONE`",
            first.zone.name, second.zone.name
        )),
        (None, _) => left(app, picture)
            .map_err(|_| "no zone is known to be sick: w picks one, then e; or `:evacuate ZONE`".to_owned()),
    }
}

/// The zone that is selected as such, or whose loss is previewed.
fn pointed_at<'a>(app: &App, picture: &'a Picture) -> Option<At<'a>> {
    if let Some(Place::Board(board)) = app.place() {
        return board.previewed().and_then(|zone| called(picture, zone.as_str()));
    }
    let chosen = app.chosen().into_iter().next()?;
    match chosen.kind {
        SubjectKind::Zone => called(picture, &chosen.id),
        SubjectKind::Shift => {
            away::zone_of(picture, &chosen.region, &chosen.id).and_then(|id| called(picture, id.as_str()))
        }
        _ => None,
    }
}

/// The zone that is away by somebody's hand: the selected one, else the one whose shifts end first.
fn left<'a>(app: &App, picture: &'a Picture) -> Result<At<'a>, String> {
    let first = zones(app, picture).filter(|at| away::is_by_hand(at.zone));
    let first = first.min_by_key(|at| (away::until(at.zone).is_none(), away::until(at.zone)));
    pointed_at(app, picture).or(first).ok_or_else(|| "no zone is known to be away: name one".to_owned())
}

/// Whether a zone is left, as far as zonal shifts tell: nothing that can be moved off it is still there, or it is away and well.
fn is_left(at: At<'_>) -> bool {
    let is_sick = matches!(at.zone.verdict, ZoneVerdict::Degraded | ZoneVerdict::Suspect);
    let is_whole = at.zone.moved.is_some_and(|moved| moved.of > 0 && moved.moved >= moved.of);
    away::is_by_hand(at.zone) && (is_whole || !is_sick)
}

/// The run that leaves this zone or comes back to it, where one goes on.
fn at_it<'a>(app: &'a App, at: At<'_>) -> Option<&'a Course> {
    let is_its = |course: &&Course| {
        let target = &*course.plan.target;
        matches!(&*course.plan.operation, "evacuate" | "return")
            && course.plan.region == *at.region
            && (target == at.zone.name.as_str() || target == at.zone.id.as_str())
    };
    app.operations.live().find(is_its)
}
