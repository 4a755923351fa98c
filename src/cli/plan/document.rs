//! `fournines/plan/1` (`contract.md`, plan).
//!
//! Must stay true: no name of the contract is missing or renamed; what nobody knows is null.

use serde_json::{Map, Value, json};

use crate::operation::plan::{Refusal, Until};
use crate::operation::{Call, Plan, Step};

use super::Seen;

/// The name and version of the document.
pub(super) const SCHEMA: &str = "fournines/plan/1";

/// The whole document.
pub(super) fn value(outcome: Result<&Plan, &Refusal>, seen: Seen<'_>) -> Value {
    match outcome {
        Ok(plan) => of_plan(plan, Some(seen)),
        Err(refusal) => json!({
            "schema": SCHEMA, "id": null, "digest": null, "operation": seen.intent.operation,
            "target": seen.intent.targets.join(","), "account": seen.label.account, "account_name": seen.label.name,
            "region": seen.intent.region, "made_at": seen.now, "made_from": null,
            "refused": { "reason": refusal.reason, "remedy": refusal.remedy },
            "intent": seen.intent, "summary": null, "steps": [],
        }),
    }
}

/// A plan, its guards answered where there is something to answer them by.
pub(super) fn of_plan(plan: &Plan, seen: Option<Seen<'_>>) -> Value {
    let steps: Vec<Value> = plan.steps.iter().map(|step| of_step(step, seen)).collect();
    json!({
        "schema": SCHEMA, "id": plan.id, "digest": plan.digest().ok(), "operation": plan.operation, "target": plan.target,
        "account": plan.account, "account_name": plan.account_name, "region": plan.region, "made_at": plan.made_at,
        "made_from": plan.made_from, "refused": null, "intent": plan.intent, "on_surprise": plan.on_surprise,
        "summary": plan.summary, "steps": steps,
    })
}

fn of_step(step: &Step, seen: Option<Seen<'_>>) -> Value {
    let guards: Vec<Value> = step
        .guards
        .iter()
        .map(|guard| {
            let answer = seen.map(|seen| super::answer(step, guard, seen));
            let age = answer.as_ref().and_then(|answer| answer.age);
            json!({
                "id": guard.id, "level": guard.level, "condition": guard.condition,
                "holds": answer.as_ref().and_then(|answer| answer.holds), "age_s": age.map(|age| age.as_secs_f64()),
                "detail": answer.map_or_else(|| format!("asked when it runs: {}", guard.condition.words()), |answer| answer.detail),
                "accepted": guard.accepted,
            })
        })
        .collect();
    json!({
        "id": step.id, "part": step.part, "needs": step.needs, "title": step.title, "why": step.why, "guards": guards,
        "commands": step.commands, "calls": calls(&step.calls), "until": step.until.as_ref().map(until),
        "undo": calls(&step.undo), "on_failure": step.on_failure,
    })
}

fn until(until: &Until) -> Value {
    let mut value = Map::new();
    value.insert("condition".to_owned(), json!(until.condition));
    value.insert("deadline_s".to_owned(), json!(until.deadline_s));
    value.insert("hold_s".to_owned(), json!(until.hold_s));
    value.insert("fails".to_owned(), json!(until.fails));
    Value::Object(value)
}

fn calls(calls: &[Call]) -> Vec<Value> {
    let value = |call: &Call| {
        json!({
            "service": call.action.service(), "action": call.action.name(), "region": call.region,
            "parameters": call.parameters().ok(), "cli": call.command().ok(), "risk": call.action.risk(),
            "repeat": call.action.repeat(),
        })
    };
    calls.iter().map(value).collect()
}
