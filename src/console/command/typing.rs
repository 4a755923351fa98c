//! Commands of the line being typed: begin it, accept it, leave it, complete it.

use super::super::app::App;
use super::super::prompt::{Prompt, Purpose};
use super::super::screen::Act;
use super::completion::completions;
use super::place::act;
use super::{Argument, Command, Done, run};

/// How many command lines are remembered.
const HISTORY: usize = 100;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "nothing",
        aliases: &[],
        argument: Argument::None,
        doc: "nothing: for a key map that takes a key away",
        run: |_, _| Ok(Vec::new()),
    },
    Command {
        name: "prompt",
        aliases: &[],
        argument: Argument::Optional("how it begins", |_| Vec::new()),
        doc: "type a command",
        run: begin_command,
    },
    Command { name: "filter-prompt", aliases: &[], argument: Argument::None, doc: "type a filter", run: begin_filter },
    Command { name: "accept", aliases: &[], argument: Argument::None, doc: "run or keep what is typed", run: accept },
    Command { name: "dismiss", aliases: &[], argument: Argument::None, doc: "leave what is typed", run: cancel },
    Command {
        name: "complete",
        aliases: &[],
        argument: Argument::Optional("`previous`", |_| vec!["previous".to_owned()]),
        doc: "put in what is offered, one after the other",
        run: complete,
    },
    Command {
        name: "recall",
        aliases: &[],
        argument: Argument::Required("`earlier` or `later`", |_| vec!["earlier".to_owned(), "later".to_owned()]),
        doc: "step through earlier commands",
        run: recall,
    },
];

fn begin_command(app: &mut App, start: &str) -> Done {
    let start = if start.is_empty() { String::new() } else { format!("{start} ") };
    app.prompt = Some(Prompt::new(Purpose::Command, start));
    Ok(Vec::new())
}

fn begin_filter(app: &mut App, _: &str) -> Done {
    let before = app.place().map(|place| place.screen().filter().to_owned()).unwrap_or_default();
    app.prompt = Some(Prompt::new(Purpose::Filter, before));
    Ok(Vec::new())
}

fn accept(app: &mut App, _: &str) -> Done {
    let Some(prompt) = app.prompt.take() else { return Ok(Vec::new()) };
    match prompt.purpose {
        Purpose::Answer => super::answer::take(app, prompt),
        Purpose::Filter => {
            // One that is not understood is not in force: it stays to be mended, under the words that say why.
            let in_force = app.place().map(|place| place.screen().filter().to_owned()).unwrap_or_default();
            if in_force.trim() != prompt.value().trim() {
                app.prompt = Some(prompt);
            }
            Ok(Vec::new())
        }
        Purpose::Command => {
            let line = prompt.value().trim().to_owned();
            if !line.is_empty() && app.history.last() != Some(&line) {
                app.history.push(line.clone());
                let surplus = app.history.len().saturating_sub(HISTORY);
                app.history.drain(..surplus);
            }
            run(app, &line)
        }
    }
}

fn cancel(app: &mut App, _: &str) -> Done {
    match app.prompt.take() {
        Some(prompt) if prompt.purpose == Purpose::Filter => act(app, &Act::Filter(prompt.before)),
        _ => Ok(Vec::new()),
    }
}

/// Puts in the best completion, and at the next call the one after it; the only one is put in for good.
fn complete(app: &mut App, which: &str) -> Done {
    let Some(prompt) = app.prompt.as_ref() else { return Ok(Vec::new()) };
    let (purpose, stem) = (prompt.purpose, prompt.stem().to_owned());
    let offered = completions(app, purpose, &stem);
    let last = offered.len().saturating_sub(1);
    let choice = match (prompt.choice(), which) {
        (None, "previous") => last,
        (None, _) => 0,
        (Some(0), "previous") => last,
        (Some(at), "previous") => at - 1,
        (Some(at), _) => {
            if at >= last {
                0
            } else {
                at + 1
            }
        }
    };
    let Some(prompt) = app.prompt.as_mut() else { return Ok(Vec::new()) };
    match offered.as_slice() {
        [] => {}
        [only] if purpose == Purpose::Command && !only.line.ends_with(':') => prompt.replace(format!("{} ", only.line)),
        [only] => prompt.replace(only.line.clone()),
        several => {
            if let Some(completion) = several.get(choice) {
                prompt.choose(completion.line.clone(), stem, choice);
            }
        }
    }
    Ok(Vec::new())
}

fn recall(app: &mut App, which: &str) -> Done {
    let App { prompt, history, .. } = app;
    if let Some(prompt) = prompt.as_mut().filter(|prompt| prompt.purpose == Purpose::Command) {
        prompt.recall(history, which == "later");
    }
    Ok(Vec::new())
}
