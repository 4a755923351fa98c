//! Commands of a review: what it shows, what is left out and how it is done, and the question whose answer runs it.
//!
//! Must stay true: none of them changes anything in AWS: what runs the plan is the typed answer ([`super::answer`]) to the question that
//! only an armed console asks.

use super::super::app::App;
use super::super::msg::Effect;
use super::super::prompt::{Prompt, Then};
use super::super::screen::{Form, Place, Review, Shows};
use super::operate::arm;
use super::place::{close_top, open};
use super::{Argument, Command, Done};

pub(super) const COMMANDS: &[Command] = &[
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
        name: "set",
        aliases: &[],
        argument: Argument::Required("a setting of the reviewed plan, `NAME` or `NAME=VALUE`", offer_settings),
        doc: "in a review: how it is done; without a value the next choice, or a question",
        run: set,
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
];

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

fn offer_settings(app: &App) -> Vec<String> {
    let Some(Place::Review(review)) = app.place() else { return Vec::new() };
    review.settings().map(|field| field.name.to_owned()).collect()
}

/// Sets how a reviewed plan is done: a value that is given, the next of a choice, else asks for it.
fn set(app: &mut App, words: &str) -> Done {
    let Some(Place::Review(review)) = app.places.last_mut() else { return Err("this is no review".to_owned()) };
    let (name, value) = words.split_once('=').map_or((words, None), |(name, value)| (name, Some(value)));
    match value.map(str::to_owned).or_else(|| review.next_choice(name)) {
        Some(value) => review.set(name, &value)?,
        None => {
            let (question, before) = review.asks_for(name)?;
            app.prompt = Some(Prompt::ask(question, Then::Setting(name.into()), before));
        }
    }
    app.refresh_screen();
    Ok(Vec::new())
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

/// Goes on to a review's own question once the console is armed for it: what is typed next answers that, and is no key.
pub(in crate::console) fn go_on_to_confirm(app: &mut App) {
    let is_asked = std::mem::take(&mut app.operations.confirms_next);
    if is_asked && app.prompt.is_none() && matches!(app.place(), Some(Place::Review(_))) {
        // What keeps the plan from running stands in the review.
        confirm(app, "").ok();
    }
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
        // The review stays open under the question; what it asks to run is asked once it is answered.
        let asked = arm(app, "");
        app.operations.confirms_next = asked.is_ok();
        return asked;
    }
    let words = review.question(plan);
    app.prompt = Some(Prompt::ask(words, Then::Confirm, String::new()));
    Ok(Vec::new())
}
