//! Commands that change what is shown of a screen: filter, sort, problems, charts, theme.

use crate::estate::chart::Span;

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::prompt::{Prompt, Purpose};
use super::super::screen::{Act, Chart, Place, Sorting, span_of};
use super::super::theme;
use super::place::{act, open};
use super::{Argument, Command, Done, nothing, offer_zones};

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "filter",
        aliases: &[],
        argument: Argument::Optional("a filter", nothing),
        doc: "show only what passes; without one, everything",
        run: |app, text| act(app, &Act::Filter(text.to_owned())),
    },
    Command {
        name: "problems",
        aliases: &[],
        argument: Argument::None,
        doc: "only what is not well, or all again",
        run: |app, _| act(app, &Act::Problems),
    },
    Command {
        name: "sort",
        aliases: &[],
        argument: Argument::Required("a column (`-column` turns it around), `next` or `reverse`", offer_orders),
        doc: "sort by a column",
        run: sort,
    },
    Command {
        name: "columns",
        aliases: &[],
        argument: Argument::Several("columns in their order, commas between", offer_columns),
        doc: "choose the list's columns; without any, the usual ones",
        run: set_columns,
    },
    Command {
        name: "what-if",
        aliases: &["whatif"],
        argument: Argument::Optional("a zone, by name or id", offer_zones),
        doc: "preview on the board what is left if a zone goes; once more ends it",
        run: what_if,
    },
    Command {
        name: "chart",
        aliases: &["charts", "metrics"],
        argument: Argument::Optional("`1h`, `3h` or `24h`; on a chart `longer` and `shorter` too", |_| {
            Span::ALL.iter().map(|span| span.as_str().to_owned()).collect()
        }),
        doc: "chart the metrics of what is selected: asked while it is open, beyond the budget of the rest",
        run: chart,
    },
    Command {
        name: "right",
        aliases: &[],
        argument: Argument::None,
        doc: "columns to the right",
        run: |app, _| act(app, &Act::Sideways(1)),
    },
    Command {
        name: "left",
        aliases: &[],
        argument: Argument::None,
        doc: "columns to the left",
        run: |app, _| act(app, &Act::Sideways(-1)),
    },
    Command {
        name: "mouse",
        aliases: &[],
        argument: Argument::Optional("`on` or `off`", |_| vec!["on".to_owned(), "off".to_owned()]),
        doc: "listen to the mouse, or leave it to the terminal for selecting text",
        run: set_mouse,
    },
    Command {
        name: "theme",
        aliases: &[],
        argument: Argument::Required("a theme's name", offer_themes),
        doc: "change the colours; seen while it is typed, Escape brings the old ones back",
        run: set_theme,
    },
];

/// On a chart another span; elsewhere the charts of what is selected.
fn chart(app: &mut App, word: &str) -> Done {
    if matches!(app.place(), Some(Place::Chart(_))) {
        return act(app, &Act::Chart(word.to_owned()));
    }
    let span = span_of(word)?.unwrap_or_default();
    let chosen = app.place().and_then(|place| place.screen().chosen(&app.world()));
    let subject = chosen.ok_or("nothing is selected that has metrics")?;
    let chart = Chart::new(&subject, span);
    let chart = chart.ok_or_else(|| format!("no metrics are charted of a {}", subject.kind.as_str()))?;
    Ok(open(app, Place::Chart(chart)))
}

/// On the board itself; elsewhere the board is shown, with the loss of the zone that is selected or holds what is.
fn what_if(app: &mut App, zone: &str) -> Done {
    if matches!(app.place(), Some(Place::Board(_))) {
        return act(app, &Act::WhatIf(zone.to_owned()));
    }
    let here = app.place().and_then(|place| place.screen().chosen(&app.world()));
    let zone = match (zone, here, &app.picture) {
        ("", Some(subject), Some(picture)) => subject.zone(picture).unwrap_or_default(),
        (named, ..) => named.to_owned(),
    };
    super::place::to_board(app);
    if let Some(Place::Board(board)) = app.places.last_mut() {
        board.end_preview();
    }
    act(app, &Act::WhatIf(zone))
}

fn offer_columns(app: &App) -> Vec<String> {
    let list = app.place().and_then(|place| crate::listing::find(&place.screen().title()).ok());
    list.map(|list| list.columns().iter().map(|column| column.name.to_owned()).collect()).unwrap_or_default()
}

fn offer_orders(app: &App) -> Vec<String> {
    let columns = offer_columns(app);
    let turned: Vec<String> = columns.iter().map(|column| format!("-{column}")).collect();
    columns.into_iter().chain(turned).chain(["next", "reverse"].map(str::to_owned)).collect()
}

/// Chooses the visible list's columns, or brings the usual ones back: those of the config file, else the list's own.
fn set_columns(app: &mut App, names: &str) -> Done {
    let title = app.place().map(|place| place.screen().title()).unwrap_or_default();
    let list = crate::listing::find(&title).map_err(|_| "columns are chosen in lists".to_owned())?;
    let mut chosen = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let position = list.column(name).map_err(|unknown| unknown.to_string())?;
        let column = list.columns().get(position).map(|column| column.name.to_owned()).unwrap_or_default();
        if !chosen.contains(&column) {
            chosen.push(column);
        }
    }
    let usual = app.setting.columns.get(list.name).cloned().unwrap_or_default();
    let chosen = if chosen.is_empty() { usual } else { chosen };
    app.columns.insert(list.name.to_owned(), chosen);
    app.refresh_screen();
    Ok(Vec::new())
}

fn sort(app: &mut App, by: &str) -> Done {
    let sorting = match by {
        "next" => Sorting::Next,
        "reverse" => Sorting::Reverse,
        column => Sorting::By(column.to_owned()),
    };
    act(app, &Act::Sort(sorting))
}

fn set_mouse(app: &mut App, way: &str) -> Done {
    app.mouse = match way {
        "on" => true,
        "off" => false,
        "" => !app.mouse,
        other => return Err(format!("`mouse {other}`: `on` or `off`")),
    };
    let words = if app.mouse {
        "mouse on: click selects, again opens, a column's head sorts; Shift selects text"
    } else {
        "mouse off: the terminal selects text"
    };
    app.tell(Level::Info, words);
    Ok(vec![Effect::Mouse(app.mouse)])
}

/// `auto` last: the first that is offered should be seen to change something.
fn offer_themes(app: &App) -> Vec<String> {
    app.setting.themes.names().chain([theme::AUTO]).map(str::to_owned).collect()
}

fn set_theme(app: &mut App, name: &str) -> Done {
    app.theme = app.setting.find_theme(name).map_err(|error| error.to_string())?;
    app.setting.theme = name.to_owned();
    app.tell(Level::Info, format!("theme {name}, until you leave; the config file's `theme` keeps it"));
    Ok(Vec::new())
}

/// Shows the theme that is being typed, else the one that was chosen: whatever ends the typing brings that one back.
pub(in crate::console) fn preview_theme(app: &mut App) {
    let typed = app.prompt.as_ref().filter(|prompt| prompt.purpose == Purpose::Command).map(Prompt::value);
    let named = typed.and_then(|line| line.trim().strip_prefix("theme ")).map(str::trim);
    // Reading a theme takes longer than most keys; mostly it is the one that is shown.
    for name in named.into_iter().chain([app.setting.theme.as_str()]) {
        if app.setting.theme_name(name) == app.theme.name() {
            return;
        }
        if let Ok(theme) = app.setting.find_theme(name) {
            app.theme = theme;
            return;
        }
    }
}
