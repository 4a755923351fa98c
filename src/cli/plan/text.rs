//! `plan` for people: why, what changes, the guards, each step with its calls, what cannot be undone, what is asked.

use super::{Seen, answer, is_first};
use crate::listing::escape;
use crate::operation::plan::{ConfirmKind, Guard, Level, Refusal};
use crate::operation::{Plan, Step};

pub(super) fn text(outcome: Result<&Plan, &Refusal>, seen: Seen<'_>) -> String {
    let text = match outcome {
        Ok(plan) => planned(plan, seen),
        Err(refusal) => format!(
            "REFUSED {} {}: {}\n  {}\n",
            seen.intent.operation,
            seen.intent.targets.iter().map(|target| &**target).collect::<Vec<_>>().join(" "),
            refusal.reason,
            refusal.remedy
        ),
    };
    text.lines().map(|line| format!("{}\n", escape(line))).collect()
}

fn planned(plan: &Plan, seen: Seen<'_>) -> String {
    let digest = plan.digest().unwrap_or_default();
    let account = seen.label.name.as_deref().unwrap_or("");
    let mut text = format!(
        "PLAN {} {} | {account} {} {} | {} ({})\n",
        plan.operation,
        plan.target,
        plan.account,
        plan.region,
        plan.id,
        digest.get(..8).unwrap_or_default()
    );
    let mut say = |word: &str, lines: &[String]| {
        for (at, line) in lines.iter().enumerate() {
            let word = if at == 0 { word } else { "" };
            text.push_str(&format!("{word:<8} {line}\n"));
        }
    };
    say("why", &plan.summary.why);
    say("changes", &plan.summary.changes);
    say("policy", &plan.summary.rules);
    for step in &plan.steps {
        text.push_str(&steps(step, seen));
    }
    let mut say = |word: &str, line: String| text.push_str(&format!("{word:<8} {line}\n"));
    say("expect", format!("about {}s, {} calls", plan.summary.expected_s, plan.calls().count()));
    plan.summary.cannot_undo.iter().for_each(|lost| say("NOT undone", lost.clone()));
    say(
        "confirm",
        match plan.summary.confirm.kind {
            ConfirmKind::Key => "yes".to_owned(),
            ConfirmKind::Target | ConfirmKind::Account => format!("type {}", plan.summary.confirm.token),
        },
    );
    text
}

fn steps(step: &Step, seen: Seen<'_>) -> String {
    let after: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
    let after = if after.is_empty() { String::new() } else { format!(" (after {})", after.join(", ")) };
    let mut text = format!("\n{:<8} {}{after}\n", step.id.to_string(), step.title);
    text.push_str(&format!("         {}\n", step.why));
    for guard in &step.guards {
        text.push_str(&format!("  guard  {}\n", guarded(guard, is_first(step), seen)));
    }
    for command in &step.commands {
        text.push_str(&format!("  runs   {} (at most {}s)\n", command.argv.join(" "), command.timeout_s));
    }
    for call in &step.calls {
        text.push_str(&format!("  calls  {}\n", call.command().unwrap_or_default()));
    }
    if let Some(until) = &step.until {
        text.push_str(&format!("  waits  for the change, {}s at most\n", until.deadline_s));
    }
    for call in &step.undo {
        text.push_str(&format!("  undo   {}\n", call.command().unwrap_or_default()));
    }
    text
}

fn guarded(guard: &Guard, first: bool, seen: Seen<'_>) -> String {
    if !first {
        return format!("later    {}: asked in its turn", guard.id);
    }
    let said = answer(guard, seen);
    let word = match (said.holds, guard.level) {
        (Some(true), _) => "holds",
        (Some(false), Level::Block) => "FAILS",
        (Some(false), Level::Warn) => "warns",
        (None, _) => "UNKNOWN",
    };
    let accepted = guard.accepted.as_ref().map(|why| format!("; let pass: {why}")).unwrap_or_default();
    format!("{word:<8} {}: {}{accepted}", guard.id, said.detail)
}
