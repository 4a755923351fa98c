//! The command that opens a thing by its name, and how what was named at the start is opened once it is read.

use super::super::app::App;
use super::super::msg::Level;
use super::super::screen::{Detail, Place};
use super::super::subject::seek::{Sought, seek};
use super::{Argument, Command, Done, nothing};

pub(super) const COMMANDS: &[Command] = &[Command {
    name: "open",
    aliases: &["find"],
    argument: Argument::Optional("an ARN, an id or a name; without one, what is selected", nothing),
    doc: "open a thing by its ARN, id or name: from any page",
    run: open,
}];

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
        Sought::Refused(why) => {
            app.sought = None;
            app.tell(Level::Error, why);
        }
    }
}
