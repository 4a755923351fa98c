//! Commands that take note of what is not well.

use jiff::{SignedDuration, Timestamp};

use crate::id::Region;
use crate::judge::{Acknowledgement, Finding};

use super::super::age::moment;
use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::screen::Place;
use super::super::subject::Subject;
use super::{Argument, Command, Done, nothing};

/// How long a note holds where nothing else is said, and at most.
const USUAL: SignedDuration = SignedDuration::from_hours(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 30);

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "ack",
        aliases: &["acknowledge", "snooze", "note"],
        argument: Argument::Required("why, after how long where not for an hour: `ack 2h vendor called`", nothing),
        doc: "take note of what is selected: it stands last until then, or until it gets worse",
        run: acknowledge,
    },
    Command {
        name: "unack",
        aliases: &["unsnooze"],
        argument: Argument::None,
        doc: "take the note of what is selected back",
        run: withdraw,
    },
];

fn acknowledge(app: &mut App, text: &str) -> Done {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (span, reason) = match span(first) {
        Some(span) => (span, rest.trim()),
        None => (USUAL, text.trim()),
    };
    if reason.is_empty() {
        return Err(format!(
            "a note needs its reason: `:ack {} vendor called`; for how long, then why",
            if first.is_empty() { "1h" } else { first }
        ));
    }
    if span > LONGEST {
        return Err("a note holds for 30 days at most".to_owned());
    }
    let found = findings(app);
    let Some((_, first)) = found.first() else { return Err(nothing_here(app)) };
    let until = app.now.checked_add(span).unwrap_or(Timestamp::MAX);
    let who = who(app);
    let more = if found.len() > 1 { format!(" and {} more", found.len() - 1) } else { String::new() };
    let words = format!("noted until {}: {}{more}; `unack` takes it back", moment(until, app.now), first.subject);
    for (region, finding) in &found {
        let note = Acknowledgement::of((region.as_ref(), finding), (&who, reason), (app.now, until));
        app.notes.acknowledgements.add(note);
    }
    app.refresh_screen();
    app.tell(Level::Info, words);
    Ok(vec![Effect::Keep(app.notes.acknowledgements.clone())])
}

fn withdraw(app: &mut App, _: &str) -> Done {
    let found = findings(app);
    let now = app.now;
    let withdrawn = |(region, finding): &&(Option<Region>, Finding)| {
        app.notes.acknowledgements.withdraw(region.as_ref(), &finding.subject, now)
    };
    match found.iter().filter(withdrawn).count() {
        0 => Err("nobody has noted what is selected".to_owned()),
        count => {
            app.refresh_screen();
            app.tell(Level::Info, format!("{count} taken back"));
            Ok(vec![Effect::Keep(app.notes.acknowledgements.clone())])
        }
    }
}

/// Who sits here.
fn who(app: &App) -> String {
    let caller = || app.picture.as_ref().and_then(|picture| picture.estate.identity()).map(|it| it.caller.to_string());
    let caller = || caller().and_then(|arn| arn.rsplit(['/', ':']).next().map(str::to_owned));
    app.setting.user.clone().or_else(caller).unwrap_or_else(|| "somebody".to_owned())
}

/// What is not well about what is selected.
fn findings(app: &App) -> Vec<(Option<Region>, Finding)> {
    let world = app.world();
    let (Some(picture), Some(place)) = (world.picture, app.place()) else { return Vec::new() };
    let chosen = app.chosen();
    let is_about = |region: Option<&Region>, finding: &Finding| match place {
        Place::Board(board) => board.concerns(picture, region, finding),
        _ => chosen.iter().any(|subject| concerns(subject, region, finding)),
    };
    if let Place::Findings(screen) = place {
        return screen.selected(&world).into_iter().collect();
    }
    let scope = picture.estate.scope();
    let told = world.notes.told(picture, scope, world.now);
    let about = told.into_iter().filter(|told| is_about(told.region, told.finding));
    about.map(|told| (told.region.cloned(), told.finding.clone())).collect()
}

fn concerns(subject: &Subject, region: Option<&Region>, finding: &Finding) -> bool {
    region == Some(&subject.region)
        && finding.subject.what == subject.kind.as_str()
        && (finding.subject.name == subject.id || finding.subject.id.as_deref() == Some(subject.id.as_str()))
}

fn nothing_here(app: &App) -> String {
    match app.place() {
        Some(Place::Audit(_)) => {
            "risks of the audit are accepted in the policy file, with an owner and an end".to_owned()
        }
        _ => "nothing is wrong with what is selected; `:findings` lists all that is".to_owned(),
    }
}

/// `30m`, `2h`, `3d`.
fn span(word: &str) -> Option<SignedDuration> {
    let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| (1..=10_000).contains(number))?;
    Some(match unit {
        "m" => SignedDuration::from_mins(number),
        "h" => SignedDuration::from_hours(number),
        "d" => SignedDuration::from_hours(24 * number),
        _ => return None,
    })
}
