//! Commands that arm the console, plan, and ask things of runs.
//!
//! Must stay true: none of them changes anything in AWS; each that would opens a review or a question, whose typed answer
//! ([`super::answer`]) does.

use jiff::Timestamp;

use crate::id::Text;
use crate::operation::intent::Intent;
use crate::operation::registry::{self, Operation};

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::operate::{Course, Mode, Order, RunState, is_free};
use super::super::prompt::{Prompt, Then};
use super::super::screen::{Actions, Form, Place, Review, Run, Shows};
use super::place::{close_top, open};
use super::{Argument, Command, Done};

/// A command of an operation: the registry's name, and its first words.
macro_rules! operation {
    ($name:literal, $aliases:expr, $doc:literal) => {
        Command {
            name: $name,
            aliases: $aliases,
            argument: Argument::Optional(
                "targets, and how: `NAME=VALUE`; without targets, what is marked or selected",
                offer,
            ),
            doc: $doc,
            run: |app, words| plan(app, $name, words),
        }
    };
}

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "act",
        aliases: &["actions", "do"],
        argument: Argument::None,
        doc: "what can be done to what is marked, else selected, and what cannot and why",
        run: act,
    },
    operation!("replace", &[], "plan the replacement of an instance"),
    operation!("scale", &[], "plan another size of a group"),
    operation!("standby", &[], "plan to take an instance out of service, or back"),
    operation!("reboot", &[], "plan the reboot of an instance"),
    Command {
        name: "arm",
        aliases: &[],
        argument: Argument::None,
        doc: "let a review's answer change the account, for 30 minutes: asks for the account's name",
        run: arm,
    },
    Command { name: "disarm", aliases: &[], argument: Argument::None, doc: "read-only again; runs go on", run: disarm },
    Command {
        name: "show",
        aliases: &[],
        argument: Argument::Required("`calls` or `guards`", |_| vec!["calls".to_owned(), "guards".to_owned()]),
        doc: "in a review: every call as an `aws` command, every guard with its numbers",
        run: show,
    },
    Command {
        name: "leave-out",
        aliases: &[],
        argument: Argument::None,
        doc: "in a review: leave the selected part out, or take it in again",
        run: |app, _| with_review(app, |review, world| review.toggle_part(world)),
    },
    Command {
        name: "accept-guard",
        aliases: &[],
        argument: Argument::None,
        doc: "in a review: let the selected guard pass, with a reason",
        run: accept_guard,
    },
    Command { name: "form", aliases: &[], argument: Argument::None, doc: "in a review: how it is done", run: form },
    Command {
        name: "save-plan",
        aliases: &[],
        argument: Argument::None,
        doc: "in a review: save the plan for somebody else's review",
        run: save,
    },
    Command {
        name: "confirm",
        aliases: &[],
        argument: Argument::None,
        doc: "in a review: to the question whose answer runs the plan",
        run: confirm,
    },
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

/// What is typed after an operation: its settings.
fn offer(app: &App) -> Vec<String> {
    let name = app.prompt.as_ref().and_then(|prompt| prompt.stem().split_whitespace().next()).unwrap_or_default();
    let form = registry::find(name).map_or(&[][..], |operation| operation.form);
    form.iter().map(|field| format!("{}=", field.name)).collect()
}

fn act(app: &mut App, _: &str) -> Done {
    let chosen = app.chosen();
    if chosen.is_empty() {
        return Err("select what is to be acted on: an instance or a group, on the board or in a list".to_owned());
    }
    let actions = Actions::new(chosen)?;
    Ok(open(app, Place::Actions(actions)))
}

/// Plans an operation, and shows the review.
fn plan(app: &mut App, name: &str, words: &str) -> Done {
    let operation = registry::find(name).ok_or_else(|| format!("there is no operation {name}"))?;
    let mut intent = Intent { operation: name.into(), ..Intent::default() };
    for word in words.split_whitespace() {
        match word.split_once('=') {
            Some((field, value)) => drop(intent.settings.insert(field.into(), value.into())),
            None => intent.targets.push(word.into()),
        }
    }
    if intent.targets.is_empty() {
        (intent.targets, intent.region) = targets(app, operation)?;
    }
    Ok(open(app, Place::Review(Review::new(intent))))
}

/// The marked things, else the selected one, as an operation's targets.
fn targets(app: &App, operation: &Operation) -> Result<(Vec<Text>, Option<crate::id::Region>), String> {
    let chosen = app.chosen();
    let Some(first) = chosen.first() else {
        let word = operation.target.word();
        return Err(format!("`{}` needs its target: an {word}", operation.name).replace("an group", "a group"));
    };
    super::super::screen::reason_unlike(&chosen, operation).map_or_else(
        || Ok((chosen.iter().map(|subject| subject.id.as_str().into()).collect(), Some(first.region.clone()))),
        Err,
    )
}

fn arm(app: &mut App, _: &str) -> Done {
    if let Some(why) = &app.setting.never_armed {
        return Err(format!("this console stays read-only: {why}"));
    }
    if app.operations.mode.is_armed(app.now) {
        return Err(format!("{} already; `:disarm` ends it", app.operations.mode.words(app.now)));
    }
    let name = app.account_word().ok_or("who asks is not known yet: wait until the account has answered")?;
    let class = app.setting.account_class.as_ref().map(|class| format!(" ({})", class.word)).unwrap_or_default();
    let words =
        format!("Type the account's name to arm for {name}{class}: for 30 minutes what a review confirms is done");
    app.prompt = Some(Prompt::ask(words, Then::Arm, String::new()));
    Ok(Vec::new())
}

fn disarm(app: &mut App, _: &str) -> Done {
    if app.operations.mode == Mode::ReadOnly {
        return Err("it is read-only".to_owned());
    }
    app.operations.mode = Mode::ReadOnly;
    app.tell(Level::Info, "read-only; runs go on");
    Ok(vec![Effect::Disarm])
}

/// Lets the visible review do something; elsewhere says that it is none.
fn with_review(
    app: &mut App,
    call: impl FnOnce(&mut Review, &super::super::app::World<'_>) -> Result<(), String>,
) -> Done {
    let Some(mut place) = app.places.pop() else { return Ok(Vec::new()) };
    let done = match &mut place {
        Place::Review(review) => call(review, &app.world()),
        _ => Err("this is no review: `a` shows what can be done".to_owned()),
    };
    app.places.push(place);
    app.refresh_screen();
    done.map(|()| Vec::new())
}

fn show(app: &mut App, what: &str) -> Done {
    let shows = match what {
        "calls" => Shows::Calls,
        "guards" => Shows::Guards,
        other => return Err(format!("`show {other}`: `calls` or `guards`")),
    };
    with_review(app, |review, _| {
        review.show(shows);
        Ok(())
    })
}

fn accept_guard(app: &mut App, _: &str) -> Done {
    let Some(Place::Review(review)) = app.place() else { return Err("this is no review".to_owned()) };
    let guard = review.selected_guard(&app.world())?;
    let words = format!("let {guard} pass although it does not hold or is not known: why? It is journaled");
    app.prompt = Some(Prompt::ask(words, Then::Accept(guard), String::new()));
    Ok(Vec::new())
}

fn form(app: &mut App, _: &str) -> Done {
    let Some(Place::Review(review)) = app.place() else { return Err("this is no review".to_owned()) };
    let intent = review.inquiry.intent().cloned().ok_or("nothing is wanted")?;
    // The form comes in the review's place; from it the review is made anew.
    close_top(app);
    Ok(open(app, Place::Form(Form::new(intent))))
}

fn save(app: &mut App, _: &str) -> Done {
    let Some(Place::Review(review)) = app.place() else { return Err("this is no review".to_owned()) };
    let plan = review.plan().ok_or("there is no plan to save")?;
    Ok(vec![Effect::SavePlan(Box::new(plan.clone()))])
}

/// The question whose answer runs the plan; whoever is not armed is told how to be.
fn confirm(app: &mut App, _: &str) -> Done {
    let Some(Place::Review(review)) = app.place() else { return Err("this is no review".to_owned()) };
    let plan = review.plan().ok_or("there is no plan to run")?;
    let world = app.world();
    if let Some(why) = review.reason_against(plan, &world) {
        return Err(why);
    }
    if let Some(why) = &app.setting.never_armed {
        return Err(format!("this console stays read-only: {why}; `s` saves the plan"));
    }
    if !app.operations.mode.is_armed(app.now) {
        return Err("read-only: `:arm` first, this review stays open; `s` saves the plan".to_owned());
    }
    let words = review.question(plan);
    app.prompt = Some(Prompt::ask(words, Then::Confirm, String::new()));
    Ok(Vec::new())
}

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
    let held = || course.held().map(|stage| stage.id.clone()).ok_or("no step is held");
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

/// Until when an arming now holds.
pub(super) fn armed_until(now: Timestamp) -> Timestamp {
    now.checked_add(super::super::operate::ARMED_FOR).unwrap_or(Timestamp::MAX)
}

/// Every operation has its command.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_the_registry_has_its_command() {
        for operation in registry::OPERATIONS {
            assert!(COMMANDS.iter().any(|command| command.name == operation.name), "{}", operation.name);
        }
    }
}
