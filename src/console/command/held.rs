//! Commands that hold something: marks on rows, places to return to, the screen while it is paused.

use super::super::app::App;
use super::super::msg::Level;
use super::super::pause::Pause;
use super::super::screen::Place;
use super::super::trail::Stop;
use super::{Argument, Command, Done};

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "mark",
        aliases: &[],
        argument: Argument::Optional("`all`", |_| vec!["all".to_owned()]),
        doc: "mark the selected row, or take its mark away; `all`: every row that the filter shows",
        run: mark,
    },
    Command {
        name: "unmark",
        aliases: &[],
        argument: Argument::None,
        doc: "take all marks of this list away",
        run: unmark,
    },
    Command {
        name: "jump",
        aliases: &[],
        argument: Argument::Required("`back` or `forth`", |_| vec!["back".to_owned(), "forth".to_owned()]),
        doc: "to the place where you were before, or forth again",
        run: jump,
    },
    Command {
        name: "pause",
        aliases: &["freeze"],
        argument: Argument::None,
        doc: "hold the screen still, or let it go on; reading goes on all the while",
        run: pause,
    },
];

fn mark(app: &mut App, what: &str) -> Done {
    let Some(Place::List(list)) = app.places.last() else { return Err("rows are marked in lists".to_owned()) };
    let name = list.name().to_owned();
    match what {
        "" => {
            let row = list.selected().cloned().ok_or("no row is selected")?;
            app.marks.toggle(&name, row)?;
        }
        "all" => {
            let rows = list.shown_rows(super::super::marks::MOST + 1);
            app.marks.add(&name, rows)?;
        }
        other => return Err(format!("`mark {other}`: only `all` may follow")),
    }
    Ok(Vec::new())
}

fn unmark(app: &mut App, _: &str) -> Done {
    let Some(Place::List(list)) = app.places.last() else { return Err("rows are marked in lists".to_owned()) };
    let name = list.name().to_owned();
    let count = app.marks.clear(&name);
    app.tell(
        Level::Info,
        if count == 0 { "nothing was marked".to_owned() } else { format!("{count} marks taken away") },
    );
    Ok(Vec::new())
}

fn jump(app: &mut App, way: &str) -> Done {
    let here = Stop::of(&app.places, app.region.as_ref());
    let stop = match way {
        "back" => app.trail.back(here).ok_or("nowhere further back")?,
        "forth" => app.trail.forth(here).ok_or("nowhere further forth")?,
        other => return Err(format!("`jump {other}`: `back` or `forth`")),
    };
    app.keep_lists();
    (app.places, app.region) = (stop.places, stop.region);
    app.refresh_screen();
    Ok(Vec::new())
}

fn pause(app: &mut App, _: &str) -> Done {
    match app.pause.take() {
        Some(pause) => {
            if let Some(newest) = pause.newest {
                app.set_picture(newest);
            }
            app.tell(Level::Info, "going on");
        }
        None => app.pause = Some(Pause { since: app.now, newest: None }),
    }
    app.refresh_screen();
    Ok(Vec::new())
}
