//! What each message does to the console.
//!
//! Owns: [`update`]. Must stay true: it never waits and never reads a clock; all that takes time is an [`Effect`].

use crossterm::event::{KeyEvent, KeyEventKind};

use super::age::clock;
use super::app::{App, Notice};
use super::command;
use super::keymap::{Chord, Context};
use super::mouse;
use super::msg::{Effect, Level, Msg};
use super::operate::{Mode, Request};
use super::prompt::Purpose;
use super::screen::{Act, Outcome, Place};

/// Takes in a message; what comes back is to be done.
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Msg::Key(key) => press(app, key),
        Msg::Mouse(event) => mouse::take(app, event),
        Msg::Paste(text) => {
            if let Some(prompt) = app.prompt.as_mut() {
                prompt.paste(&text);
                typed(app);
            }
            Vec::new()
        }
        Msg::Resize { width, height } => {
            app.size = (width, height).into();
            app.refresh_screen();
            Vec::new()
        }
        // The screen was refreshed as the picture was set.
        Msg::Refreshed => {
            command::seek::look(app);
            Vec::new()
        }
        Msg::Arranged | Msg::Planned | Msg::Tried | Msg::Listed => Vec::new(),
        Msg::Tick => disarm_in_time(app).into_iter().collect(),
        Msg::Armed { until } => {
            app.operations.mode = Mode::Armed { until };
            let words = format!("armed until {}: what a review confirms is done; `:disarm` ends it", clock(until));
            app.tell(Level::Info, words);
            command::review::go_on_to_confirm(app);
            Vec::new()
        }
        Msg::Disarmed { why } => {
            app.operations.mode = Mode::ReadOnly;
            app.tell(Level::Info, format!("read-only: {why}"));
            Vec::new()
        }
        Msg::Recorded(record) => {
            app.operations.take(&record);
            app.refresh_screen();
            Vec::new()
        }
        Msg::Ground(ground) => {
            app.setting.ground = ground;
            command::preview_theme(app);
            Vec::new()
        }
        Msg::Notice { level, text } => {
            app.notice = Some(Notice { level, text });
            Vec::new()
        }
    };
    effects.extend(watch(app));
    effects.extend(arrange(app));
    effects.extend(plan(app));
    effects.extend(try_calls(app));
    effects
}

/// Asks once for each question that a screen has that the rest of the screen waits for: a plan.
fn plan(app: &mut App) -> Option<Effect> {
    let number = app.operations.asked + 1;
    let question = app.places.last_mut()?.inquiry_mut()?;
    if question.number.is_some() {
        return None;
    }
    question.number = Some(number);
    let intents = question.intents.clone();
    app.operations.asked = number;
    Some(Effect::Plan(Request { number, intents }))
}

/// Asks once for each plan under review whether its calls may be made: only where somebody armed the console.
fn try_calls(app: &mut App) -> Option<Effect> {
    if !app.operations.mode.is_armed(app.now) {
        return None;
    }
    let Some(Place::Review(review)) = app.places.last_mut() else { return None };
    let question = &mut review.inquiry;
    let Some((Ok(plan), number)) = question.planned.first().zip(question.number) else { return None };
    if question.is_tried {
        return None;
    }
    let calls = plan.calls().cloned().collect();
    question.is_tried = true;
    Some(Effect::Try { number, calls })
}

/// What was armed has had its time. What runs goes on: it has its grant.
fn disarm_in_time(app: &mut App) -> Option<Effect> {
    let is_over = matches!(app.operations.mode, Mode::Armed { until } if app.now >= until);
    is_over.then(|| {
        app.operations.mode = Mode::ReadOnly;
        app.tell(Level::Info, "read-only again: the time armed is over; runs go on");
        Effect::Disarm
    })
}

fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let context = app.context();
    look(app);
    app.notice = None;
    let chord = Chord::from(key);
    let line = app.keymap.command(context, chord).map(str::to_owned);
    if line.as_deref() != Some("interrupt") {
        app.interrupted = false;
    }
    let effects = match line {
        Some(line) => {
            let done = command::run(app, &line);
            typed(app);
            done.unwrap_or_else(|why| {
                app.tell(Level::Error, why);
                Vec::new()
            })
        }
        None => {
            if let (Context::Prompt, Some(prompt)) = (context, app.prompt.as_mut()) {
                prompt.edit(key);
                typed(app);
            }
            Vec::new()
        }
    };
    command::preview_theme(app);
    effects
}

/// A key where findings can be read: the person has seen them.
fn look(app: &mut App) {
    if let (Some(picture), Some(Place::Board(_) | Place::Findings(_)), None) =
        (app.picture.clone(), app.places.last(), &app.prompt)
    {
        app.notes.look(&picture);
    }
}

/// What is typed has changed: a filter applies at once.
fn typed(app: &mut App) {
    let Some(prompt) = app.prompt.as_mut() else { return };
    let refused = prompt.refused.as_ref().filter(|(answer, _)| answer == prompt.value()).map(|(_, why)| why.clone());
    prompt.error = command::reason_against(&app.places, prompt).or(refused);
    if prompt.purpose == Purpose::Filter {
        let text = prompt.value().to_owned();
        let outcome = app.with_screen(|screen, world| screen.act(&Act::Filter(text), world));
        // What cannot be read yet, such as `age<`, leaves the last good one in force.
        if let (Some(Outcome::Refused(why)), Some(prompt)) = (outcome, app.prompt.as_mut()) {
            prompt.error = Some(why);
        }
    }
}

/// Says what the visible screen needs, when that has changed.
fn watch(app: &mut App) -> Option<Effect> {
    let mut wants = app.place()?.screen().wants(&app.world());
    // What is sought is read as what is looked at.
    let sought = app.sought.iter().flat_map(|text| super::subject::seek::kinds(text));
    wants.kinds.extend(sought);
    if wants == app.watched {
        return None;
    }
    app.watched = wants.clone();
    Some(Effect::Watch(wants))
}

/// Has the rows of a large list arranged, once for each question and picture.
fn arrange(app: &mut App) -> Option<Effect> {
    let asked = match app.place() {
        Some(Place::List(list)) => list.asked().cloned(),
        _ => None,
    };
    let is_new = asked != app.asked;
    app.asked.clone_from(&asked);
    asked.filter(|_| is_new).map(Effect::Arrange)
}
