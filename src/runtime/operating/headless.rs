//! `plan`, `apply`, `resume` and `undo` without a screen.
//!
//! Must stay true: nothing runs that was not confirmed for exactly this plan; what is refused says what would make it possible, and ends
//! with 10.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use crate::cli::args::{ApplyArgs, Global, GoOnArgs, PlanArgs, Wanted};
use crate::cli::journal::Condition;
use crate::cli::plan::Seen;
use crate::cli::status::AccountLabel;
use crate::cli::{self, Ending, Exit};
use crate::id::Text;
use crate::judge::Picture;
use crate::operation::call::Risk;
use crate::operation::plan::{ConfirmKind, Grant, Level};
use crate::operation::{self, Intent, Plan};

use super::super::headless::read_once;
use super::super::set_up::{Desk, SetUpError};
use super::attend::attend;
use super::drawing::{self, Drawn};
use super::follow::Follower;
use super::host::{self, Brief, Work};
use super::shelf::{self, journal_of};

/// `fournines plan`.
pub(in crate::runtime) async fn plan(global: &Global, asked: &PlanArgs) -> Result<Exit, SetUpError> {
    let (desk, picture, drawn) = draw(global, intent(global, &asked.wanted)?).await?;
    let label = AccountLabel::of(&picture.estate, &desk.rules);
    let rendered = cli::plan::render(drawn.outcome.as_ref(), seen(&desk, &drawn, &label), asked.json);
    if let (Some(file), Ok(plan)) = (&asked.out, &drawn.outcome) {
        save(file, plan)?;
        cli::output::note(&[format!(
            "fournines: kept in {}; nothing was changed. To run it: fournines apply --plan {0}",
            file.display()
        )]);
    }
    super::super::say(rendered)
}

/// What a plan is shown with.
fn seen<'a>(desk: &Desk, drawn: &'a Drawn, label: &'a AccountLabel) -> Seen<'a> {
    Seen { intent: &drawn.intent, estate: &drawn.estate, label, now: desk.clock.now() }
}

/// Keeps a plan for somebody to review. One that is there already is not written over.
pub(super) fn save(file: &Path, plan: &Plan) -> Result<(), SetUpError> {
    use std::os::unix::fs::OpenOptionsExt;
    let wrong = |why: String| SetUpError::Question(format!("{}: {why}", file.display()));
    let text = cli::plan::saved(plan).map_err(|error| wrong(error.to_string()))?;
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| wrong(error.to_string()))
}

/// `fournines apply`.
pub(in crate::runtime) async fn apply(global: &Global, asked: &ApplyArgs) -> Result<Exit, SetUpError> {
    let kept = asked.plan.as_deref().map(read_plan).transpose()?;
    let intent = match &kept {
        Some(plan) => plan.intent.clone(),
        None => intent(global, &asked.wanted)?,
    };
    let (desk, picture, drawn) = draw(global, intent).await?;
    // Whatever the plan would be, nothing of it is done.
    if let Some(why) = read_only(&desk) {
        return Ok(refused(&format!("{why}; `fournines plan` shows what would be done")));
    }
    let label = AccountLabel::of(&picture.estate, &desk.rules);
    let anew = match &drawn.outcome {
        Ok(plan) => plan,
        // A kept plan that could not be made today is not run today: policy may have changed, or the account.
        Err(_) => {
            return super::super::say(cli::plan::render(
                drawn.outcome.as_ref(),
                seen(&desk, &drawn, &label),
                asked.json,
            ));
        }
    };
    let plan = kept.as_ref().unwrap_or(anew);
    if !asked.json {
        let shown = cli::plan::render(Ok(plan), seen(&desk, &drawn, &label), false);
        cli::output::print(&shown.text).map_err(SetUpError::Output)?;
    }
    let changed = operation::registry::reason_off_policy(plan, anew);
    let reason = changed
        .map(|refusal| format!("{refusal}; {}", refusal.remedy))
        .or_else(|| blocked(plan, &drawn, desk.clock.now()));
    if let Some(why) = reason.or_else(|| confirmed(plan, asked).err()) {
        return Ok(refused(&why));
    }
    let by = caller(&desk).await?;
    let digest = plan.digest().map_err(|error| SetUpError::Question(error.to_string()))?.into();
    let reason = asked.wanted.reason.as_deref().map(Text::from).or_else(|| plan.intent.reason.clone());
    let grant = Grant { digest, confirmed_by: by.clone(), at: desk.clock.now(), reason };
    let work = Work::Begin { plan: Box::new(plan.clone()), grant };
    run(global, Brief { by, limits: limits(&desk), work }, &plan.id, asked.json).await
}

fn read_only(desk: &Desk) -> Option<String> {
    desk.rules.read_only.value.then(|| format!("read-only ({})", desk.rules.read_only.origin))
}

/// `fournines resume`.
pub(in crate::runtime) async fn resume(global: &Global, asked: &GoOnArgs) -> Result<Exit, SetUpError> {
    let desk = Desk::for_one_reading(global).await?;
    let state_dir = state_dir(global)?;
    let id = shelf::find(&state_dir, &asked.id).map_err(SetUpError::Question)?;
    let kept = shelf::kept(&state_dir, &id).map_err(SetUpError::Question)?;
    let past = kept.past();
    let condition = kept.condition(past.as_ref());
    if kept.is_written {
        // It goes on already: whoever asks again wants to watch it.
        let path = journal_of(&state_dir, &id);
        let by = caller(&desk).await?;
        cli::output::note(&[format!("fournines: {id} is {}; attached", condition.word())]);
        return attend(Follower::from_start(&path), &path, by, asked.json).await.map(Exit::Run);
    }
    if !condition.is_open() {
        return Ok(refused(&format!("{id} is {}: there is nothing to go on with", condition.word())));
    }
    go_on(&desk, global, asked, &id, |id| Work::Resume { id }, "goes on with").await
}

/// `fournines undo`.
pub(in crate::runtime) async fn undo(global: &Global, asked: &GoOnArgs) -> Result<Exit, SetUpError> {
    let desk = Desk::for_one_reading(global).await?;
    let state_dir = state_dir(global)?;
    let id = shelf::find(&state_dir, &asked.id).map_err(SetUpError::Question)?;
    let kept = shelf::kept(&state_dir, &id).map_err(SetUpError::Question)?;
    let reason = asked.reason.clone().map(Text::from);
    if kept.is_written {
        return Ok(refused(&format!("{id} runs at this moment: stop it first (Ctrl-C where it is watched)")));
    }
    match kept.condition(kept.past().as_ref()) {
        Condition::Undone => Ok(refused(&format!("{id} is undone already"))),
        Condition::Broken => Ok(refused(&format!("{id}: its journal was changed; nothing is done with it"))),
        _ => go_on(&desk, global, asked, &id, |id| Work::Undo { id, reason }, "takes back").await,
    }
}

async fn go_on(
    desk: &Desk,
    global: &Global,
    asked: &GoOnArgs,
    id: &Text,
    work: impl FnOnce(Text) -> Work,
    words: &str,
) -> Result<Exit, SetUpError> {
    if let Some(why) = read_only(desk) {
        return Ok(refused(&why));
    }
    if !asked.yes && !agreed(&format!("this {words} {id}; type yes: "), "yes") {
        return Ok(refused("not confirmed: say --yes, or type yes on a terminal"));
    }
    let by = caller(desk).await?;
    run(global, Brief { by, limits: limits(desk), work: work(id.clone()) }, id, asked.json).await
}

/// Policy's; but a script decides nothing, so that a lane that is held ends the run, resumable, once nothing else goes on.
fn limits(desk: &Desk) -> operation::Limits {
    desk.rules.limits().unattended()
}

/// Starts a run in its own process and attends it.
async fn run(global: &Global, brief: Brief, id: &Text, json: bool) -> Result<Exit, SetUpError> {
    let path = journal_of(&state_dir(global)?, id);
    let follower = Follower::from_here(&path);
    let by = brief.by.clone();
    match host::start(global, &brief).await {
        Err(error) => Ok(refused(&error.to_string())),
        Ok(()) => attend(follower, &path, by, json).await.map(Exit::Run),
    }
}

fn refused(why: &str) -> Exit {
    cli::output::note(&[format!("fournines: refused: {why}")]);
    Exit::Run(Ending::Refused)
}

fn state_dir(global: &Global) -> Result<std::path::PathBuf, SetUpError> {
    global.state_dir.clone().or_else(crate::config::state_dir).ok_or(SetUpError::NoStateFolder)
}

/// Reads the account and draws the plan.
async fn draw(global: &Global, intent: Intent) -> Result<(Desk, Arc<Picture>, Drawn), SetUpError> {
    let desk = Desk::for_one_reading(global).await?;
    let kinds = cli::what_if::kinds().chain(drawing::KINDS.iter().copied()).collect();
    let picture = read_once(&desk, kinds).await?;
    let remembered = shelf::remembered(&state_dir(global)?, desk.clock.now());
    let label = AccountLabel::of(&picture.estate, &desk.rules);
    let rules = desk.rules.operations();
    let sketch = drawing::Desk {
        reader: &desk.reader,
        picture: &picture,
        label: &label,
        rules: &rules,
        lately: remembered.touched_lately,
        records: &remembered.records,
    };
    let drawn = sketch.draw(&intent).await;
    Ok((desk, picture, drawn))
}

fn intent(global: &Global, wanted: &Wanted) -> Result<Intent, SetUpError> {
    let names = || operation::OPERATIONS.iter().map(|operation| operation.name).collect::<Vec<_>>().join(", ");
    let Some(operation) = &wanted.operation else {
        return Err(SetUpError::Question(format!("which operation? There are {}", names())));
    };
    if operation::registry::find(operation).is_none() {
        return Err(SetUpError::Question(format!("there is no operation `{operation}`; there are {}", names())));
    }
    if wanted.targets.is_empty() {
        return Err(SetUpError::Question(format!("{operation} what? Name its target")));
    }
    let reason: Option<Text> = wanted.reason.as_deref().map(Text::from);
    let because = reason.clone().unwrap_or_else(|| "".into());
    Ok(Intent {
        operation: operation.as_str().into(),
        targets: wanted.targets.iter().map(|target| target.as_str().into()).collect(),
        region: match global.regions.as_slice() {
            [one] => Some(one.as_str().into()),
            _ => None,
        },
        settings: wanted.set.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect(),
        skip: wanted.skip.iter().map(|part| part.as_str().into()).collect(),
        accept: wanted.accept.iter().map(|guard| (guard.as_str().into(), because.clone())).collect(),
        reason,
        ticket: wanted.ticket.as_deref().map(Text::from),
    })
}

/// A guard that bars a plan's beginning as things are: what is not begun need not be stopped.
fn blocked(plan: &Plan, drawn: &Drawn, now: jiff::Timestamp) -> Option<String> {
    let first = plan.steps.iter().filter(|step| step.needs.is_empty());
    let failing = first.flat_map(|step| &step.guards).find_map(|guard| {
        let answer = guard.condition.answer(&drawn.estate, now);
        let bars = guard.accepted.is_none() && answer.holds != Some(true) && guard.level == Level::Block;
        let word = if answer.holds.is_none() { "is not known" } else { "does not hold" };
        bars.then(|| format!("guard {} {word}: {}", guard.id, answer.detail))
    });
    failing.map(|why| format!("{why}; nothing was called"))
}

fn read_plan(file: &Path) -> Result<Plan, SetUpError> {
    let wrong = |why: String| SetUpError::Question(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    cli::plan::from_saved(&text).map_err(|error| wrong(error.to_string()))
}

/// Whether somebody confirmed this plan, as much as it asks.
fn confirmed(plan: &Plan, asked: &ApplyArgs) -> Result<(), String> {
    let wanted = &plan.summary.confirm;
    if let Some(typed) = &asked.confirm {
        return match **typed == *wanted.token {
            true => Ok(()),
            false => Err(format!("`{typed}` is not what confirms this plan: that is `{}`", wanted.token)),
        };
    }
    let is_covered = plan.risk() < Risk::Irreversible && wanted.kind < ConfirmKind::Account;
    if asked.yes {
        let why = match plan.risk() {
            Risk::Irreversible => "what is done cannot be undone",
            Risk::Harmless | Risk::Disruptive => "policy asks for the account's name",
        };
        return match is_covered {
            true => Ok(()),
            false => Err(format!("--yes does not cover it, since {why}: --confirm {}", wanted.token)),
        };
    }
    let word = if wanted.kind == ConfirmKind::Key { "yes" } else { &wanted.token };
    match agreed(&format!("type {word} to run it: "), word) {
        true => Ok(()),
        false => Err(format!("not confirmed: --confirm {}, or type it on a terminal", wanted.token)),
    }
}

/// Whether somebody at the terminal types a word.
fn agreed(question: &str, word: &str) -> bool {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return false;
    }
    let mut stderr = std::io::stderr();
    if write!(stderr, "{question}").and_then(|()| stderr.flush()).is_err() {
        return false;
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).is_ok() && line.trim() == word
}

/// Who asks, as AWS names them.
async fn caller(desk: &Desk) -> Result<Text, SetUpError> {
    let who = host::identity(&desk.reader).await.map_err(SetUpError::Question)?;
    Ok(who.caller.text().clone())
}
