//! Commands that arm the console, and plan.
//!
//! Must stay true: none of them changes anything in AWS; each that would opens a review, whose question's typed answer
//! ([`super::answer`]) does.

use jiff::Timestamp;

use crate::id::Text;
use crate::operation::intent::Intent;
use crate::operation::registry::{self, Operation};

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::operate::Mode;
use super::super::prompt::{Prompt, Then};
use super::super::screen::{Actions, Place, Review};
use super::super::subject::SubjectKind;
use super::place::open;
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
        let target = SubjectKind::of_target(operation.target).with_article();
        return Err(format!("`{}` needs its target: {target}", operation.name));
    };
    super::super::screen::reason_unlike(&chosen, operation).map_or_else(
        || Ok((chosen.iter().map(|subject| subject.id.as_str().into()).collect(), Some(first.region.clone()))),
        Err,
    )
}

/// Asks for the account's name; its answer arms the console.
pub(super) fn arm(app: &mut App, _: &str) -> Done {
    if let Some(why) = &app.setting.never_armed {
        return Err(format!("this console stays read-only: {why}"));
    }
    if app.operations.mode.is_armed(app.now) {
        return Err(format!("{} already; `:disarm` ends it", app.operations.mode.words(app.now)));
    }
    let name = app.account_word().ok_or("who asks is not known yet: wait until the account has answered")?;
    let class = app.setting.account_class.as_ref().map(|class| format!(" ({})", class.word)).unwrap_or_default();
    app.operations.confirms_next = false;
    let review = if matches!(app.place(), Some(Place::Review(_))) { "; this review stays" } else { "" };
    let words = format!(
        "Type the account's name to arm for {name}{class}: for 30 minutes what a review confirms is done{review}"
    );
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
            assert!(super::super::all().any(|command| command.name == operation.name), "{}", operation.name);
        }
    }
}
