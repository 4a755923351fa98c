//! Commands that go somewhere: views, back, regions, out.

use crate::id::Region;

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::screen::{Act, Outcome, Place, View, views};
use super::{Argument, Command, Done};

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "back",
        aliases: &[],
        argument: Argument::None,
        doc: "clear the filter, else one screen back",
        run: back,
    },
    Command {
        name: "close",
        aliases: &[],
        argument: Argument::None,
        doc: "one screen back; on the first one, out",
        run: close,
    },
    Command {
        name: "quit",
        aliases: &["q", "q!", "exit"],
        argument: Argument::None,
        doc: "leave the console",
        run: quit,
    },
    Command {
        name: "interrupt",
        aliases: &[],
        argument: Argument::None,
        doc: "leave the console, the second time in a row",
        run: interrupt,
    },
    Command {
        name: "suspend",
        aliases: &[],
        argument: Argument::None,
        doc: "to the shell for a while",
        run: |_, _| Ok(vec![Effect::Suspend]),
    },
    Command {
        name: "refresh",
        aliases: &["reload"],
        argument: Argument::None,
        doc: "read again now what is visible",
        run: refresh,
    },
    Command {
        name: "region",
        aliases: &["regions"],
        argument: Argument::Optional("a region, `all`, `next` or `previous`", offer_regions),
        doc: "show one region, or all of them",
        run: region,
    },
    Command {
        name: "next-view",
        aliases: &[],
        argument: Argument::None,
        doc: "the next view",
        run: |app, _| step(app, 1),
    },
    Command {
        name: "previous-view",
        aliases: &[],
        argument: Argument::None,
        doc: "the previous view",
        run: |app, _| step(app, -1),
    },
    Command {
        name: "enter",
        aliases: &[],
        argument: Argument::None,
        doc: "open what is selected",
        run: |app, _| act(app, &Act::Enter),
    },
    Command {
        name: "fold",
        aliases: &[],
        argument: Argument::Optional("`all`", |_| vec!["all".to_owned()]),
        doc: "fold or unfold a service, or all",
        run: |app, what| act(app, &Act::Fold { all: what == "all" }),
    },
];

/// Lets the visible screen act, and opens what it asks for.
pub(super) fn act(app: &mut App, act: &Act) -> Done {
    match app.with_screen(|screen, world| screen.act(act, world)) {
        Some(Outcome::Open(place)) => Ok(open(app, *place)),
        Some(Outcome::Follow(id)) => Ok(super::run::follow(app, &id)),
        Some(Outcome::Ask(prompt)) => {
            app.prompt = Some(*prompt);
            Ok(Vec::new())
        }
        Some(Outcome::Service(region, name)) => {
            to_board(app);
            if app.region.as_ref().is_some_and(|only| *only != region) {
                app.region = None;
            }
            if let Some(Place::Board(board)) = app.places.last_mut() {
                board.reveal(&region, &name);
            }
            app.refresh_screen();
            Ok(Vec::new())
        }
        Some(Outcome::Refused(why)) => Err(why),
        Some(Outcome::Unknown) => Err("not on this screen".to_owned()),
        Some(Outcome::Done) | None => Ok(Vec::new()),
    }
}

/// Shows the board, under whatever is open.
pub(super) fn to_board(app: &mut App) {
    if app.places.len() > 1 {
        app.leave_place();
        app.keep_lists();
        app.refresh_screen();
    }
}

/// Opens a screen above the visible one.
pub(super) fn open(app: &mut App, place: Place) -> Vec<Effect> {
    // Long walks through relations stay bounded; the way back to the first screens is kept.
    app.leave_place();
    if app.places.len() >= 50 {
        app.places.remove(2);
    }
    app.places.push(place);
    app.refresh_screen();
    Vec::new()
}

/// Shows a view above the board, as it was when it was left.
pub(super) fn show(app: &mut App, view: View, filter: &str) -> Done {
    let Some(place) = view.open(&app.keymap) else { return Ok(Vec::new()) };
    if app.place().is_none_or(|here| here.screen().title() != place.screen().title()) {
        app.leave_place();
    }
    let place = match place {
        Place::Help(help) => Place::Help(help.on(app.context())),
        other => other,
    };
    match place {
        Place::Board(_) => app.keep_lists(),
        view if view.is_kept() => {
            app.keep_lists();
            let view = app.kept.remove(&view.screen().title()).unwrap_or(view);
            app.places.push(view);
        }
        other => {
            if app.places.last().map(std::mem::discriminant) != Some(std::mem::discriminant(&other)) {
                app.places.push(other);
            }
        }
    }
    app.refresh_screen();
    let mut effects = Vec::new();
    if matches!(app.place(), Some(Place::Operations(_))) {
        effects.push(Effect::ListOperations);
    }
    if !filter.is_empty() {
        effects.extend(act(app, &Act::Filter(filter.to_owned()))?);
    }
    Ok(effects)
}

fn close(app: &mut App, _: &str) -> Done {
    if app.places.len() > 1 {
        app.leave_place();
        app.keep_top();
        app.refresh_screen();
        return Ok(Vec::new());
    }
    Ok(vec![Effect::Quit])
}

/// Leaves the visible screen.
pub(super) fn close_top(app: &mut App) {
    if app.places.len() > 1 {
        app.leave_place();
        app.keep_top();
        app.refresh_screen();
    }
}

fn back(app: &mut App, _: &str) -> Done {
    if app.place().is_some_and(|place| !place.screen().filter().is_empty()) {
        return act(app, &Act::Filter(String::new()));
    }
    if app.place().is_some_and(|place| place.screen().is_previewing()) {
        return act(app, &Act::WhatIf(String::new()));
    }
    if app.places.len() > 1 {
        app.leave_place();
        app.keep_top();
        app.refresh_screen();
    } else {
        app.tell(Level::Info, "this is the first screen; :q leaves");
    }
    Ok(Vec::new())
}

fn quit(_: &mut App, _: &str) -> Done {
    Ok(vec![Effect::Quit])
}

fn interrupt(app: &mut App, _: &str) -> Done {
    if app.interrupted {
        return Ok(vec![Effect::Quit]);
    }
    app.interrupted = true;
    app.tell(Level::Info, "Ctrl-C once more quits");
    Ok(Vec::new())
}

fn refresh(app: &mut App, _: &str) -> Done {
    if let Some(inquiry) = app.places.last_mut().and_then(Place::inquiry_mut) {
        inquiry.again();
    }
    app.tell(Level::Info, "reading again");
    Ok(vec![Effect::Refresh])
}

fn step(app: &mut App, by: isize) -> Done {
    let round: Vec<View> = views().filter(|view| view.in_round).collect();
    let here = app.places.iter().rev().find_map(|place| match place {
        Place::Detail(_)
        | Place::Chart(_)
        | Place::Actions(_)
        | Place::Form(_)
        | Place::Review(_)
        | Place::Run(_)
        | Place::Help(_) => None,
        other => Some(other.screen().title()),
    });
    let at = round.iter().position(|view| Some(view.name) == here.as_deref()).unwrap_or(0);
    let len = isize::try_from(round.len()).unwrap_or(1).max(1);
    let next = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(len);
    match usize::try_from(next).ok().and_then(|next| round.get(next)) {
        Some(view) => show(app, *view, ""),
        None => Ok(Vec::new()),
    }
}

fn scope(app: &App) -> &[Region] {
    app.picture.as_ref().map_or(&[], |picture| picture.estate.scope())
}

fn offer_regions(app: &App) -> Vec<String> {
    scope(app).iter().map(ToString::to_string).chain(["all", "next", "previous"].map(str::to_owned)).collect()
}

/// All regions, then each, then all again.
fn region(app: &mut App, name: &str) -> Done {
    let scope = scope(app).to_vec();
    let at = app.region.as_ref().and_then(|now| scope.iter().position(|region| region == now));
    let chosen = match name {
        "" | "all" => None,
        "next" => match at {
            None => scope.first().cloned(),
            Some(at) => scope.get(at + 1).cloned(),
        },
        "previous" => match at {
            None => scope.last().cloned(),
            Some(at) => at.checked_sub(1).and_then(|at| scope.get(at)).cloned(),
        },
        name => match scope.iter().find(|region| region.as_str() == name) {
            Some(region) => Some(region.clone()),
            None => {
                let nearest = crate::listing::nearest(name, scope.iter().map(Region::as_str));
                let hint = nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
                return Err(format!("`{name}` is not among the regions looked at{hint}"));
            }
        },
    };
    if chosen != app.region {
        app.leave_place();
        app.region = chosen;
    }
    app.refresh_screen();
    Ok(Vec::new())
}
