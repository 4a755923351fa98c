//! Commands that change what is looked at as a whole: the regions, the account; and the one that leaves for a shell on an instance.

use jiff::SignedDuration;

use crate::estate::account::EnabledRegion;
use crate::estate::{Kind, SliceId};
use crate::id::Region;
use crate::listing::{escape, nearest};

use super::super::app::App;
use super::super::msg::{Effect, Level};
use super::super::subject::seek::{Sought, seek};
use super::super::subject::{Subject, SubjectKind};
use super::{Argument, Command, Done, nothing};

/// How soon a shell must be asked for again to open.
const SOON: SignedDuration = SignedDuration::from_secs(60);

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "scope",
        aliases: &[],
        argument: Argument::Required("regions to read, or `all` that are enabled", |app| {
            enabled(app).iter().map(ToString::to_string).chain(["all".to_owned()]).collect()
        }),
        doc: "read these regions and no others, until you leave",
        run: scope,
    },
    Command {
        name: "profile",
        aliases: &["account"],
        argument: Argument::Required("the name of an AWS profile", nothing),
        doc: "change to the account of another AWS profile; this one stays where that fails",
        run: profile,
    },
    Command {
        name: "shell",
        aliases: &["ssm", "ssh"],
        argument: Argument::Optional("an instance's id", nothing),
        doc: "a shell on the instance through `aws ssm start-session`; twice, after it said what it runs",
        run: shell,
    },
];

/// The regions enabled for the account, as far as they are known.
fn enabled(app: &App) -> Vec<Region> {
    let id = SliceId::all(&Region::global(), Kind::Regions);
    let slice = app.picture.as_ref().and_then(|picture| picture.estate.slice(&id));
    slice.map(|slice| slice.rows::<EnabledRegion>().iter().map(|row| row.region.clone()).collect()).unwrap_or_default()
}

fn scope(app: &mut App, text: &str) -> Done {
    let mut regions: Vec<Region> = Vec::new();
    for name in text.split([' ', ',']).filter(|name| !name.is_empty() && *name != "all") {
        let region = Region::from(name);
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    let known = enabled(app);
    // Where the regions could not be listed, AWS will say.
    if let Some(unknown) = regions.iter().find(|region| !known.is_empty() && !known.contains(region)) {
        let nearest = nearest(unknown.as_str(), known.iter().map(Region::as_str));
        let hint = nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        return Err(format!("region {} is not enabled for this account{hint}", escape(unknown.as_str())));
    }
    app.region = None;
    let names: Vec<&str> = regions.iter().map(Region::as_str).collect();
    let words = if names.is_empty() { "every region enabled".to_owned() } else { names.join(", ") };
    app.tell(Level::Info, format!("reading {words}"));
    Ok(vec![Effect::LookIn(regions)])
}

fn profile(app: &mut App, name: &str) -> Done {
    app.tell(Level::Info, format!("asking profile {name} who it is; this account stays until it has answered"));
    Ok(vec![Effect::Profile(name.to_owned())])
}

fn shell(app: &mut App, id: &str) -> Done {
    let subject = instance(app, id)?;
    if let Some(why) = &app.setting.no_shell {
        return Err(format!("no shell: {why}"));
    }
    let mut line: Vec<String> =
        ["aws", "ssm", "start-session", "--target", &subject.id, "--region", subject.region.as_str()]
            .map(str::to_owned)
            .to_vec();
    if let Some(profile) = &app.setting.profile {
        line.extend(["--profile".to_owned(), profile.clone()]);
    }
    let told = app.shell.take();
    if told.is_some_and(|(before, at)| before == line && app.now.duration_since(at) < SOON) {
        return Ok(vec![Effect::Shell(line)]);
    }
    app.tell(Level::Info, format!("once more runs: {}", line.join(" ")));
    app.shell = Some((line, app.now));
    Ok(Vec::new())
}

/// The instance that is meant: the one named, else the one selected.
fn instance(app: &App, id: &str) -> Result<Subject, String> {
    let picture = app.picture.as_deref().ok_or("nothing is known yet")?;
    let found = match id {
        "" => app.chosen().into_iter().find(|subject| subject.kind == SubjectKind::Instance),
        id => match seek(picture, &format!("instance/{id}")) {
            Sought::Found(subject) => Some(subject),
            Sought::Several(many) => {
                let ids: Vec<&str> = many.iter().map(|it| it.id.as_str()).collect();
                return Err(format!("`{id}` is {} instances: {}", many.len(), ids.join(", ")));
            }
            Sought::Refused(why) => return Err(why),
            Sought::Reading => return Err("the instances are not read yet".to_owned()),
        },
    };
    let subject = found.ok_or("a shell is opened on an instance: select one, or name it")?;
    // An id is an argument of another program: nothing but an id may be one.
    let is_id = |id: &str| id.strip_prefix("i-").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphanumeric()));
    if is_id(&subject.id) { Ok(subject) } else { Err(format!("{} is no instance's id", escape(&subject.id))) }
}
