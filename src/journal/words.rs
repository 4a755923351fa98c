//! A record in few words, for somebody who watches.
//!
//! Must stay true: one wording for the console, for `apply` and for `journal show`.

use super::{Event, Found, Phase, Sent};

impl Event {
    /// What happened in a word, and the rest of it: not yet escaped.
    pub fn words(&self) -> (&'static str, String) {
        words(self)
    }
}

fn words(event: &Event) -> (&'static str, String) {
    match event {
        Event::Planned { plan, digest } => {
            let (steps, calls) = (plan.steps.len(), plan.calls().count());
            let words = format!("{} {}: {steps} steps, {calls} calls", plan.operation, plan.target);
            ("planned", format!("{words}; plan {}", digest.get(..8).unwrap_or(digest)))
        }
        Event::Confirmed { confirmed_by, reason, host, .. } => {
            let why = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            ("begun", format!("by {confirmed_by} on {} (process {}){why}", host.name, host.pid))
        }
        Event::Resumed { by, reason, .. } => ("resumed", with_reason(format!("by {by}"), reason.as_deref())),
        Event::StepStarted { guards, attempt, .. } => {
            let holding = guards.iter().filter(|guard| guard.holds == Some(true)).count();
            let again = if *attempt > 1 { format!("attempt {attempt}; ") } else { String::new() };
            ("started", format!("{again}{holding} of {} guards hold", guards.len()))
        }
        Event::GuardFailed { guard } => {
            let word = if guard.holds.is_none() { "unknown" } else { "does not hold" };
            ("guard", format!("{} {word}: {}", guard.guard, guard.detail))
        }
        Event::Call(sent) => call(sent),
        Event::CallFailed { error, retry_s, undo, .. } => {
            let again = retry_s.map(|wait| format!("; again in {wait:.0}s")).unwrap_or_default();
            (if *undo { "no undo" } else { "not done" }, format!("{error}{again}"))
        }
        Event::Probed { found, detail, .. } => {
            let word = match found {
                Found::Applied => "it happened",
                Found::NotApplied => "it did not happen",
                Found::Already => "it is so already, by somebody else",
                Found::Unclear => "nobody can tell",
            };
            ("looked up", format!("{word}: {detail}"))
        }
        Event::Command { argv, code, failed, phase, .. } => {
            let end = match (phase, failed, code) {
                (Phase::Sent, ..) => String::new(),
                (Phase::Answered, Some(why), _) => format!(": {why}"),
                (Phase::Answered, None, Some(code)) => format!(": exit code {code}"),
                (Phase::Answered, None, None) => ": ended without an exit code".to_owned(),
            };
            ("command", format!("{}{end}", argv.join(" ")))
        }
        Event::Waiting { detail, deadline_at, .. } => {
            ("waits", format!("{detail}; until {} at most", deadline_at.strftime("%TZ")))
        }
        Event::StepDone { detail, failed, .. } => match failed {
            Some(why) => ("left", format!("{why}; {detail}")),
            None => ("done", detail.clone()),
        },
        Event::Skipped { by, reason } => ("left out", format!("by {by}: {reason}")),
        Event::Paused { reason, choices } => ("HELD", format!("{reason}; {}", choices.join(", "))),
        Event::Accepted { guard, by, reason } => ("accepted", format!("{guard} by {by}: {reason}")),
        Event::Stopped { reason, resume } => ("STOPPED", format!("{reason}; to go on: {resume}")),
        Event::Undoing { by, reason, .. } => ("undoing", with_reason(format!("by {by}"), reason.as_deref())),
        Event::Undone { detail } => ("undone", detail.clone()),
        Event::Done { took_s, without } => {
            let left = match without.as_slice() {
                [] => String::new(),
                steps => {
                    let names: Vec<String> = steps.iter().map(ToString::to_string).collect();
                    format!("; without {}", names.join(", "))
                }
            };
            ("DONE", format!("in {took_s:.0}s{left}"))
        }
        Event::Failed { reason } => ("FAILED", reason.clone()),
    }
}

fn call(sent: &Sent) -> (&'static str, String) {
    match (sent.phase, sent.undo) {
        (Phase::Sent, false) => ("calls", sent.cli.clone()),
        (Phase::Sent, true) => ("undoes", sent.cli.clone()),
        (Phase::Answered, _) => {
            let request = sent.receipt.as_ref().and_then(|receipt| receipt.request_id.as_ref());
            let request = request.map(|id| format!(" (request {id})")).unwrap_or_default();
            ("answered", format!("{}{request}", sent.call.action.name()))
        }
    }
}

fn with_reason(words: String, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{words}: {reason}"),
        None => words,
    }
}
