//! `plan --json`.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Seen, answer};
use crate::operation::call::{Repeat, Risk};
use crate::operation::plan::{Guard, Level, Refusal, Summary};
use crate::operation::{Call, LocalCommand, Plan, Step, StepId};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    id: Option<&'a str>,
    digest: Option<String>,
    operation: &'a str,
    target: &'a str,
    account: Option<String>,
    account_name: Option<&'a str>,
    region: Option<String>,
    made_at: Timestamp,
    made_from: Option<Timestamp>,
    refused: Option<&'a Refusal>,
    summary: Option<&'a Summary>,
    steps: Vec<ShownStep<'a>>,
    /// The plan itself, as `apply --plan` takes it.
    plan: Option<&'a Plan>,
}

#[derive(Serialize)]
struct ShownStep<'a> {
    id: &'a StepId,
    part: &'a str,
    needs: &'a [StepId],
    title: &'a str,
    why: &'a str,
    guards: Vec<ShownGuard<'a>>,
    commands: &'a [LocalCommand],
    calls: Vec<ShownCall>,
    until: Option<ShownUntil>,
    undo: Vec<ShownCall>,
}

#[derive(Serialize)]
struct ShownGuard<'a> {
    id: &'a str,
    level: Level,
    condition: Value,
    holds: Option<bool>,
    age_s: Option<f64>,
    detail: String,
    accepted: Option<&'a str>,
}

#[derive(Serialize)]
struct ShownCall {
    service: &'static str,
    action: &'static str,
    region: String,
    parameters: Value,
    cli: String,
    risk: Risk,
    repeat: Repeat,
}

#[derive(Serialize)]
struct ShownUntil {
    condition: Value,
    deadline_s: u64,
    hold_s: u64,
}

pub(super) fn document(outcome: Result<&Plan, &Refusal>, seen: Seen<'_>) -> String {
    let plan = outcome.ok();
    let target = seen.intent.targets.first().map_or("", |target| &**target);
    let document = Document {
        schema: "fournines/plan/1",
        id: plan.map(|plan| &*plan.id),
        digest: plan.and_then(|plan| plan.digest().ok()),
        operation: &seen.intent.operation,
        target: plan.map_or(target, |plan| &plan.target),
        account: seen.label.account.as_ref().map(ToString::to_string),
        account_name: seen.label.name.as_deref(),
        region: plan.map(|plan| plan.region.to_string()),
        made_at: plan.map_or(seen.now, |plan| plan.made_at),
        made_from: plan.map(|plan| plan.made_from),
        refused: outcome.err(),
        summary: plan.map(|plan| &plan.summary),
        steps: plan.iter().flat_map(|plan| &plan.steps).map(|step| shown(step, seen)).collect(),
        plan,
    };
    // Maps have text keys and no value refuses to be written, so this does not fail.
    crate::cli::document::write(&document)
}

fn shown<'a>(step: &'a Step, seen: Seen<'_>) -> ShownStep<'a> {
    ShownStep {
        id: &step.id,
        part: &step.part,
        needs: &step.needs,
        title: &step.title,
        why: &step.why,
        guards: step.guards.iter().map(|guard| guarded(guard, seen)).collect(),
        commands: &step.commands,
        calls: step.calls.iter().map(called).collect(),
        until: step.until.as_ref().map(|until| ShownUntil {
            condition: plain(&until.condition),
            deadline_s: until.deadline_s,
            hold_s: until.hold_s,
        }),
        undo: step.undo.iter().map(called).collect(),
    }
}

fn guarded<'a>(guard: &'a Guard, seen: Seen<'_>) -> ShownGuard<'a> {
    let said = answer(guard, seen);
    ShownGuard {
        id: &guard.id,
        level: guard.level,
        condition: plain(&guard.condition),
        holds: said.holds,
        age_s: said.age.map(|age| age.as_secs_f64()),
        detail: said.detail,
        accepted: guard.accepted.as_deref(),
    }
}

fn called(call: &Call) -> ShownCall {
    ShownCall {
        service: call.action.service(),
        action: call.action.name(),
        region: call.region.to_string(),
        parameters: call.parameters().unwrap_or_default(),
        cli: call.command().unwrap_or_default(),
        risk: call.action.risk(),
        repeat: call.action.repeat(),
    }
}

fn plain(data: &impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}
