//! The command that opens a thing by its name, and how what was named at the start is opened once it is read.

use super::super::app::App;
use super::super::msg::Level;
use super::super::prompt::{Prompt, Purpose};
use super::super::screen::{Detail, Place};
use super::super::subject::Subject;
use super::super::subject::seek::{Sought, seek};
use super::{Argument, Command, Done};

pub(super) const COMMANDS: &[Command] = &[Command {
    name: "open",
    aliases: &["find"],
    argument: Argument::Optional("an ARN, an id or a name; without one, what is selected", offer_things),
    doc: "open a thing by its ARN, id or name: from any page",
    run: open,
}];

/// The things that what is typed could mean, where those are several.
fn offer_things(app: &App) -> Vec<String> {
    let typed = app.prompt.as_ref().map(Prompt::stem).and_then(|line| line.trim().split_once(char::is_whitespace));
    match (app.picture.as_deref(), typed) {
        (Some(picture), Some((_, name))) => match seek(picture, name) {
            Sought::Several(many) => many.iter().map(Subject::address).collect(),
            Sought::Found(_) | Sought::Reading | Sought::Refused(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn open(app: &mut App, text: &str) -> Done {
    if text.is_empty() {
        return super::place::act(app, &super::super::screen::Act::Enter);
    }
    app.sought = Some(text.to_owned());
    look(app);
    Ok(Vec::new())
}

/// Opens what is sought, where it is known by now; says so where it cannot be.
pub(crate) fn look(app: &mut App) {
    let Some(text) = app.sought.clone() else { return };
    let sought = app.picture.as_deref().map_or(Sought::Reading, |picture| seek(picture, &text));
    match sought {
        Sought::Reading => app.tell(Level::Info, format!("looking for {text}: not everything is read yet")),
        Sought::Found(subject) => {
            app.sought = None;
            app.notice = None;
            super::place::open(app, Place::Detail(Detail::new(subject)));
        }
        Sought::Several(_) => {
            app.sought = None;
            app.notice = None;
            app.prompt = Some(Prompt::new(Purpose::Command, format!("open {text}")));
        }
        Sought::Refused(why) => {
            app.sought = None;
            app.tell(Level::Error, why);
        }
    }
}
