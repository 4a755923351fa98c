//! `journal --json`.

use jiff::Timestamp;
use serde::Serialize;

use super::Kept;
use crate::engine::{Past, StepPast};
use crate::journal::{Event, Phase, Record, Sent};
use crate::operation::{Call, Step};

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    operations: Vec<Operation<'a>>,
}

#[derive(Serialize)]
struct Operation<'a> {
    id: &'a str,
    operation: Option<String>,
    target: Option<String>,
    account: Option<String>,
    region: Option<String>,
    state: &'static str,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    by: Option<&'a str>,
    host: Option<&'a str>,
    /// The process, while it runs.
    pid: Option<u32>,
    /// Whether the chain of lines holds.
    verified: bool,
}

#[derive(Serialize)]
struct Show<'a> {
    schema: &'static str,
    #[serde(flatten)]
    operation: Operation<'a>,
    digest: Option<&'a str>,
    head: &'a str,
    steps: Vec<ShownStep>,
    events: &'a [Record],
}

#[derive(Serialize)]
struct ShownStep {
    id: String,
    part: String,
    title: String,
    state: String,
    attempt: u32,
    brought: Vec<String>,
    calls: Vec<ShownCall>,
}

#[derive(Serialize)]
struct ShownCall {
    undo: bool,
    region: String,
    service: &'static str,
    action: &'static str,
    parameters: serde_json::Value,
    cli: Option<String>,
    sent_at: Timestamp,
    outcome: &'static str,
    request_id: Option<String>,
}

#[derive(Serialize)]
struct Verified<'a> {
    schema: &'static str,
    journals: Vec<VerifiedOne<'a>>,
}

#[derive(Serialize)]
struct VerifiedOne<'a> {
    id: &'a str,
    verified: bool,
    lines: u64,
    head: &'a str,
    /// Bytes at the end that a crash cut short.
    cut: usize,
    broken: Vec<BrokenLine<'a>>,
}

#[derive(Serialize)]
struct BrokenLine<'a> {
    line: u64,
    why: &'a str,
}

pub(super) fn list(kept: &[Kept]) -> String {
    let operations = kept.iter().map(|one| operation(one, one.past().as_ref())).collect();
    crate::cli::document::write(&List { schema: "fournines/journal/1", operations })
}

pub(super) fn show(kept: &Kept) -> String {
    let past = kept.past();
    let steps = past.iter().flat_map(|past| past.steps().map(|(step, past)| shown(kept, step, past))).collect();
    let digest = kept.reading.records.iter().find_map(|record| match &record.event {
        Event::Planned { digest, .. } => Some(&**digest),
        _ => None,
    });
    crate::cli::document::write(&Show {
        schema: "fournines/journal/1",
        operation: operation(kept, past.as_ref()),
        digest,
        head: &kept.reading.head.hash,
        steps,
        events: &kept.reading.records,
    })
}

pub(super) fn verify(kept: &[Kept]) -> String {
    let journals = kept.iter().map(|one| VerifiedOne {
        id: &one.id,
        verified: one.reading.broken.is_empty(),
        lines: one.reading.head.seq,
        head: &one.reading.head.hash,
        cut: one.reading.cut.len(),
        broken: one.reading.broken.iter().map(|line| BrokenLine { line: line.line, why: &line.why }).collect(),
    });
    crate::cli::document::write(&Verified { schema: "fournines/journal/1", journals: journals.collect() })
}

fn operation<'a>(kept: &'a Kept, past: Option<&Past>) -> Operation<'a> {
    let condition = kept.condition(past);
    let span = kept.span();
    Operation {
        id: &kept.id,
        operation: past.map(|past| past.plan.operation.to_string()),
        target: past.map(|past| past.plan.target.to_string()),
        account: past.map(|past| past.plan.account.to_string()),
        region: past.map(|past| past.plan.region.to_string()),
        state: condition.word(),
        started_at: span.map(|(first, _)| first),
        ended_at: span.map(|(_, last)| last).filter(|_| !condition.is_open()),
        last_at: span.map(|(_, last)| last),
        by: kept.by().map(|by| &**by),
        host: kept.host().map(|host| &*host.name),
        pid: kept.host().filter(|host| kept.is_written && host.pid > 0).map(|host| host.pid),
        verified: kept.reading.broken.is_empty(),
    }
}

fn shown(kept: &Kept, step: &Step, past: &StepPast) -> ShownStep {
    let of_step: Vec<&Record> =
        kept.reading.records.iter().filter(|record| record.step.as_ref() == Some(&step.id)).collect();
    let mut calls: Vec<ShownCall> = Vec::new();
    for record in of_step {
        match &record.event {
            Event::Call(sent) if sent.phase == Phase::Sent => calls.push(announced(sent, record.at)),
            Event::Call(sent) => settle(&mut calls, &sent.call, "answered", request(sent)),
            Event::CallFailed { error, .. } => {
                if let Some(last) = calls.last_mut() {
                    last.outcome = if error.class.is_passing() { "not sent" } else { "failed" };
                    last.request_id = error.request_id.as_ref().map(ToString::to_string);
                }
            }
            Event::Probed { found, .. } => {
                if let Some(last) = calls.last_mut() {
                    last.outcome = match found {
                        crate::journal::Found::Applied => "found applied",
                        crate::journal::Found::NotApplied => "found not applied",
                        crate::journal::Found::Already => "found as wanted, by somebody else",
                        crate::journal::Found::Unclear => "unclear",
                    };
                }
            }
            _ => {}
        }
    }
    ShownStep {
        id: step.id.to_string(),
        part: step.part.to_string(),
        title: step.title.clone(),
        state: format!("{:?}", past.state).to_lowercase(),
        attempt: past.attempt,
        brought: past.brought.iter().map(ToString::to_string).collect(),
        calls,
    }
}

fn announced(sent: &Sent, at: Timestamp) -> ShownCall {
    ShownCall {
        undo: sent.undo,
        region: sent.call.region.to_string(),
        service: sent.call.action.service(),
        action: sent.call.action.name(),
        parameters: sent.call.parameters().unwrap_or_default(),
        cli: Some(sent.cli.clone()),
        sent_at: at,
        outcome: "announced",
        request_id: None,
    }
}

fn request(sent: &Sent) -> Option<String> {
    sent.receipt.as_ref().and_then(|receipt| receipt.request_id.as_ref()).map(ToString::to_string)
}

fn settle(calls: &mut [ShownCall], call: &Call, outcome: &'static str, request_id: Option<String>) {
    let open = calls.iter_mut().rev().find(|shown| shown.action == call.action.name() && shown.outcome == "announced");
    if let Some(open) = open {
        (open.outcome, open.request_id) = (outcome, request_id);
    }
}
