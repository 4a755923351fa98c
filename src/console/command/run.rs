//! Commands of a run: what is asked of a held step or of all of it.
//!
//! Must stay true: each asks for a reason or a word first; what makes calls needs an armed console, what stops them never does.

use crate::id::Text;

use super::super::app::App;
use super::super::msg::Effect;
use super::super::operate::{Course, Order, RunState, StageState, is_free};
use super::super::prompt::{Prompt, Then};
use super::super::screen::{Place, Run};
use super::place::open;
use super::{Argument, Command, Done};

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "retry",
        aliases: &[],
        argument: Argument::None,
        doc: "on a run: try the held step again",
        run: |app, _| order(app, Asking::Retry),
    },
    Command {
        name: "skip",
        aliases: &[],
        argument: Argument::None,
        doc: "on a run: leave the held step out, with a reason",
        run: |app, _| order(app, Asking::Skip),
    },
    Command {
        name: "undo",
        aliases: &[],
        argument: Argument::None,
        doc: "on a run: take back what was done",
        run: |app, _| order(app, Asking::Undo),
    },
    Command {
        name: "abort",
        aliases: &[],
        argument: Argument::None,
        doc: "on a run: give it up; what it did stays",
        run: |app, _| order(app, Asking::Abort),
    },
    Command {
        name: "hold-run",
        aliases: &["resume"],
        argument: Argument::None,
        doc: "on a run: make no further call, or go on",
        run: |app, _| order(app, Asking::Hold),
    },
];

/// What a key on a run asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Retry,
    Skip,
    Undo,
    Abort,
    Hold,
}

/// Asks for a reason; the answer gives the order.
fn order(app: &mut App, asking: Asking) -> Done {
    let course = course(app)?;
    let (id, name) = (course.id.clone(), format!("{} {}", course.plan.operation, course.plan.target));
    // The selected step where it is held, else the first that is.
    let selected = match app.place() {
        Some(Place::Run(run)) => run.selected(&app.world()).filter(|stage| stage.state == StageState::Held),
        _ => None,
    };
    let held = || selected.or(course.held()).map(|stage| stage.id.clone()).ok_or("no step is held");
    let (order, words) = match asking {
        Asking::Retry => {
            let step = held()?;
            let words =
                format!("{name}: try {step} again. A reason lets guards that only warn pass; Enter without one");
            (Order::Retry { step, accept: None }, words)
        }
        Asking::Skip => {
            let step = held()?;
            let words = format!("{name}: leave {step} out, and go on with what needs it. Why?");
            (Order::Skip { step, reason: "".into() }, words)
        }
        Asking::Undo if !course.offers("undo") => {
            return Err(format!("it is {} already: nothing is left to take back", course.word()));
        }
        Asking::Undo => (Order::Undo { reason: None }, format!("{name}: {}. Why? Type a reason", undo_words(course))),
        Asking::Abort if course.state == RunState::Undoing || course.is_live() => {
            (Order::Abort { reason: None }, format!("{name}: give it up; what it did stays. Why? Type a reason"))
        }
        Asking::Abort => return Err(format!("it is {} already", course.word())),
        Asking::Hold => match course.state {
            RunState::Paused | RunState::Stopped => {
                (Order::Resume, format!("{name}: go on where it stands. Enter goes on"))
            }
            RunState::Running | RunState::Undoing => {
                (Order::Pause, format!("{name}: no further call; what is on its way is waited for. Enter pauses"))
            }
            _ => return Err(format!("it is {} already", course.word())),
        },
    };
    if !is_free(&order) {
        if let Some(why) = &app.setting.never_armed {
            return Err(format!("this console stays read-only: {why}"));
        }
        if !app.operations.mode.is_armed(app.now) {
            return Err("read-only: `:arm` first; pausing and aborting need no arming".to_owned());
        }
    }
    app.prompt = Some(Prompt::ask(words, Then::Order(id, order), String::new()));
    Ok(Vec::new())
}

fn undo_words(course: &Course) -> String {
    match course.plan.summary.cannot_undo.as_slice() {
        [] => "take back what was done".to_owned(),
        lost => format!("take back what was done, but not: {}", lost.join("; ")),
    }
}

/// The run that is visible, or selected among the operations.
fn course(app: &App) -> Result<&Course, String> {
    let id = match app.place() {
        Some(Place::Run(run)) => Some(run.id.clone()),
        Some(Place::Operations(list)) => list.selected(&app.world()),
        _ => None,
    };
    let id = id.ok_or("open the run first: 8 lists what runs and what ran")?;
    app.operations.courses.get(&id).ok_or_else(|| format!("operation {id} is not read yet: Enter opens it"))
}

/// Opens a run, and has its journal read.
pub(super) fn follow(app: &mut App, id: &Text) -> Vec<Effect> {
    open(app, Place::Run(Run::new(id.clone())));
    vec![Effect::Follow(id.clone())]
}
