//! What the typed answer to a question does. Here, and nowhere else, the console begins what changes the account.
//!
//! Must stay true: an answer that is not the one asked for does nothing and says so; an effect that changes anything is made only while
//! armed, of what was on the screen.

use crate::id::Text;
use crate::operation::plan::ConfirmKind;

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::operate::{Confirmation, Order, is_free};
use super::super::prompt::{Prompt, Then};
use super::super::screen::{Place, Run};
use super::Done;
use super::operate::armed_until;

/// Takes an answer; one that does not do leaves the question standing, with what is wrong.
pub(super) fn take(app: &mut App, prompt: Prompt) -> Done {
    let Some(question) = prompt.question.clone() else { return Ok(Vec::new()) };
    let typed = prompt.value().trim().to_owned();
    let done = match question.then {
        Then::Arm => arm(app, &typed),
        Then::Confirm => confirm(app, &typed),
        Then::Accept(guard) => accept(app, guard, &typed),
        Then::Field(field) => set_field(app, &field, &typed),
        Then::Setting(name) => set_setting(app, name, &typed),
        Then::Order(operation, order) => give(app, operation, order, &typed),
    };
    done.or_else(|why| {
        let mut prompt = prompt;
        prompt.refused = Some((prompt.value().to_owned(), why));
        app.prompt = Some(prompt);
        Ok(Vec::new())
    })
}

fn arm(app: &mut App, typed: &str) -> Done {
    if let Some(why) = &app.setting.never_armed {
        return Err(format!("this console stays read-only: {why}"));
    }
    let name = app.account_word().ok_or("who asks is not known yet")?;
    if typed != name {
        return Err("that is not this account's name: it stays read-only; Esc leaves".to_owned());
    }
    app.tell(Level::Info, "opening a writing session");
    Ok(vec![Effect::Arm { until: armed_until(app.now) }])
}

fn confirm(app: &mut App, typed: &str) -> Done {
    if app.setting.never_armed.is_some() || !app.operations.mode.is_armed(app.now) {
        return Err("read-only: the time armed is over; `:arm` again".to_owned());
    }
    let Some(Place::Review(review)) = app.place() else { return Err("the review is gone".to_owned()) };
    let plan = review.plan().ok_or("the plan is gone")?;
    if let Some(why) = review.reason_against(plan, &app.world()) {
        return Err(why);
    }
    let confirm = &plan.summary.confirm;
    let is_it = typed == &*confirm.token || (confirm.kind == ConfirmKind::Key && typed.eq_ignore_ascii_case("y"));
    if !is_it {
        return Err("that is not what was asked for: nothing is done; Esc leaves".to_owned());
    }
    let digest: Text = plan.digest().map_err(|error| error.to_string())?.as_str().into();
    let by = app.picture.as_ref().and_then(|picture| picture.estate.identity()).map(|it| it.caller.to_string());
    let by: Text = by.or(app.setting.user.clone()).unwrap_or_else(|| "somebody".to_owned()).as_str().into();
    let reason = review.inquiry.intent().and_then(|intent| intent.reason.clone());
    let confirmation = Confirmation { plan: plan.clone(), digest, by, at: app.now, reason };
    let run = Run::new(plan.id.clone());
    app.places.pop();
    app.leave_place();
    app.places.push(Place::Run(run));
    app.refresh_screen();
    Ok(vec![Effect::Run(Box::new(confirmation))])
}

fn accept(app: &mut App, guard: Text, typed: &str) -> Done {
    if typed.is_empty() {
        return Err("a reason is needed: it is journaled".to_owned());
    }
    if let Some(Place::Review(review)) = app.places.last_mut() {
        review.inquiry.change(|intent| {
            intent.accept.insert(guard, typed.into());
        });
    }
    app.refresh_screen();
    Ok(Vec::new())
}

fn set_field(app: &mut App, field: &str, typed: &str) -> Done {
    if let Some(Place::Form(form)) = app.places.last_mut() {
        form.set(field, typed)?;
    }
    app.refresh_screen();
    Ok(Vec::new())
}

fn set_setting(app: &mut App, name: Text, typed: &str) -> Done {
    if let Some(Place::Review(review)) = app.places.last_mut() {
        review.set(&name, typed)?;
    }
    app.refresh_screen();
    Ok(Vec::new())
}

/// Gives an order, with the reason that was typed.
fn give(app: &mut App, operation: Text, order: Order, typed: &str) -> Done {
    if !is_free(&order) && (app.setting.never_armed.is_some() || !app.operations.mode.is_armed(app.now)) {
        return Err("read-only: the time armed is over; `:arm` again".to_owned());
    }
    let given: Option<Text> = Some(typed).filter(|typed| !typed.is_empty()).map(Text::from);
    let needed = || given.clone().ok_or("a reason is needed: it is journaled");
    let order = match order {
        Order::Pause | Order::Resume | Order::Hold { .. } | Order::Stop => order,
        Order::Retry { step, .. } => Order::Retry { step, accept: given },
        Order::Skip { step, .. } => Order::Skip { step, reason: needed()? },
        Order::Undo { .. } => Order::Undo { reason: Some(needed()?) },
        Order::Abort { .. } => Order::Abort { reason: Some(needed()?) },
    };
    Ok(vec![Effect::Order { operation, order }])
}

/// What is wrong with what is being typed, as it is typed.
pub(in crate::console) fn reason_against(places: &[Place], prompt: &Prompt) -> Option<String> {
    match (&prompt.question.as_ref()?.then, places.last()?) {
        (Then::Setting(name), Place::Review(review)) => review.reason_against_setting(name, prompt.value().trim()),
        (Then::Field(field), Place::Form(form)) => form.reason_against(field, prompt.value().trim()),
        _ => None,
    }
}
