//! Commands that copy: a thing's id, its ARN, the `aws` command that describes it, its page in AWS's console.

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::subject::Subject;
use super::{Argument, Command, Done};

/// The longest text that is copied, in bytes: as a sequence it is the 100,000 bytes that terminals commonly take.
const MOST: usize = 74_994;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "copy",
        aliases: &["yank"],
        argument: Argument::Required("`id`, `arn`, `command` or `url`", |_| {
            WHATS.iter().map(|(name, _)| (*name).to_owned()).collect()
        }),
        doc: "copy that of what is marked, else selected, by the terminal's clipboard (OSC 52)",
        run: copy,
    },
    Command {
        name: "url",
        aliases: &[],
        argument: Argument::None,
        doc: "copy the address of its page in AWS's own console",
        run: |app, _| copy(app, "url"),
    },
];

/// How a thing becomes text.
type Told = fn(&App, &Subject) -> Result<String, String>;

/// What can be copied of a thing.
const WHATS: &[(&str, Told)] = &[
    ("id", |_, subject| Ok(subject.id.clone())),
    ("arn", |app, subject| {
        let picture = app.picture.as_deref().ok_or("nothing is known yet")?;
        subject.arn(picture)
    }),
    ("command", |_, subject| Ok(subject.describe_command())),
    ("url", |_, subject| Ok(subject.console_url())),
];

fn copy(app: &mut App, what: &str) -> Done {
    let Some((_, told)) = WHATS.iter().find(|(name, _)| *name == what) else {
        let nearest = crate::listing::nearest(what, WHATS.iter().map(|(name, _)| *name));
        let hint = nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
        return Err(format!("`{what}` cannot be copied{hint}: id, arn, command or url"));
    };
    let chosen = app.chosen();
    let lines = match (chosen.as_slice(), app.chosen_name()) {
        ([], Some(name)) if what == "id" => vec![name],
        ([], Some(name)) => return Err(format!("{name} is no thing of AWS: only its name can be copied (y)")),
        ([], None) => return Err("nothing is selected here".to_owned()),
        (subjects, _) => subjects.iter().map(|subject| told(app, subject)).collect::<Result<Vec<_>, String>>()?,
    };
    // In a shell, or in the terminal that takes the sequence, it would be more than text.
    if let Some(line) = lines.iter().find(|line| line.chars().any(char::is_control)) {
        return Err(format!("not copied: there are control characters in {}", crate::listing::escape(line)));
    }
    let text = lines.join("\n");
    if text.len() > MOST {
        return Err(format!("not copied: {} bytes, and a terminal takes {MOST}", text.len()));
    }
    let (bytes, first) = (text.len(), lines.first().map(String::as_str).unwrap_or_default());
    let more = if lines.len() > 1 { format!(" and {} more", lines.len() - 1) } else { String::new() };
    app.tell(Level::Info, format!("sent {bytes} bytes by OSC 52 (a terminal without it stays silent): {first}{more}"));
    Ok(vec![Effect::Copy(text)])
}
