//! Commands of the line being typed: begin it, accept it, leave it, complete it.

use super::super::app::App;
use super::super::prompt::{Prompt, Purpose};
use super::super::screen::Act;
use super::place::act;
use super::{Argument, Command, Done, completions, run};

/// How many command lines are remembered.
const HISTORY: usize = 100;

pub(super) const COMMANDS: &[Command] = &[
    Command { name: "prompt", aliases: &[], argument: Argument::None, doc: "type a command", run: begin_command },
    Command { name: "filter-prompt", aliases: &[], argument: Argument::None, doc: "type a filter", run: begin_filter },
    Command { name: "accept", aliases: &[], argument: Argument::None, doc: "run or keep what is typed", run: accept },
    Command { name: "cancel", aliases: &[], argument: Argument::None, doc: "leave what is typed", run: cancel },
    Command { name: "complete", aliases: &[], argument: Argument::None, doc: "complete what is typed", run: complete },
    Command {
        name: "recall",
        aliases: &[],
        argument: Argument::Required("`earlier` or `later`", |_| vec!["earlier".to_owned(), "later".to_owned()]),
        doc: "step through earlier commands",
        run: recall,
    },
];

fn begin_command(app: &mut App, _: &str) -> Done {
    app.prompt = Some(Prompt::new(Purpose::Command, String::new()));
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

/// Puts in what all completions share; with nothing to share, the first one.
fn complete(app: &mut App, _: &str) -> Done {
    let Some(typed) =
        app.prompt.as_ref().filter(|prompt| prompt.purpose == Purpose::Command).map(|prompt| prompt.value().to_owned())
    else {
        return Ok(Vec::new());
    };
    let offered = completions(app, &typed);
    let shared = shared_beginning(&offered);
    let line = match offered.as_slice() {
        [only] => format!("{only} "),
        [first, ..] if shared.len() <= typed.trim_start().len() => first.clone(),
        [] => typed,
        _ => shared,
    };
    if let Some(prompt) = app.prompt.as_mut() {
        prompt.replace(line);
    }
    Ok(Vec::new())
}

fn shared_beginning(words: &[String]) -> String {
    let Some((first, rest)) = words.split_first() else { return String::new() };
    let mut end = first.len();
    for word in rest {
        let same = first.char_indices().zip(word.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
        end = end.min(same.unwrap_or(first.len().min(word.len())));
    }
    first.get(..end).unwrap_or_default().to_owned()
}

fn recall(app: &mut App, which: &str) -> Done {
    let App { prompt, history, .. } = app;
    if let Some(prompt) = prompt.as_mut().filter(|prompt| prompt.purpose == Purpose::Command) {
        prompt.recall(history, which == "later");
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completion_shares_what_can_be_shared() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(shared_beginning(&words(&["instances", "interrupt"])), "in");
        assert_eq!(shared_beginning(&words(&["alarms"])), "alarms");
        assert_eq!(shared_beginning(&words(&["ä1", "ö1"])), "");
    }
}
