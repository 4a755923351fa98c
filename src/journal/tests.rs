//! Journals on a disk: one writer, cut tails, another machine, retention.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::operation::plan::{Confirm, ConfirmKind, Plan, Summary};

/// A state folder that goes when the test does.
struct State(PathBuf);

impl State {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fournines-journal-{name}-{}", std::process::id()));
        fs::remove_dir_all(&path).ok();
        Self(path)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.0.join("operations").join(format!("{id}.jsonl"))
    }
}

impl Drop for State {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn record(id: &str, at: &str, event: Event) -> Record {
    Record { at: at.parse().unwrap(), operation_id: id.into(), step: None, event }
}

fn planned(id: &str) -> Event {
    let at = "2026-11-21T03:14:22Z".parse().unwrap();
    let plan = Plan {
        id: id.into(),
        operation: "reboot".into(),
        target: "i-1".into(),
        account: "123456789012".into(),
        account_name: "shop".into(),
        region: "us-east-1".into(),
        intent: crate::operation::Intent::default(),
        on_surprise: crate::operation::plan::Surprise::HoldLane,
        made_at: at,
        made_from: at,
        summary: Summary {
            changes: Vec::new(),
            cannot_undo: Vec::new(),
            expected_s: 60,
            confirm: Confirm { kind: ConfirmKind::Key, token: "y".into() },
            why: Vec::new(),
            rules: Vec::new(),
            parts: Vec::new(),
            notes: Vec::new(),
            expires_at: None,
        },
        steps: Vec::new(),
    };
    Event::Planned { digest: plan.digest().unwrap().into(), plan: Box::new(plan) }
}

fn confirmed() -> Event {
    Event::Confirmed {
        digest: "d".into(),
        confirmed_by: "arn:me".into(),
        confirmed_at: "2026-11-21T03:14:22Z".parse().unwrap(),
        reason: Some("disk full".into()),
        host: Host { name: "laptop".into(), pid: 4711, version: "0".into() },
    }
}

/// A journal of these events; its file is let go of.
fn write(path: &Path, id: &str, at: &str, events: Vec<Event>) {
    let mut journal = Journal::begin(FileSink::create(path).unwrap());
    for event in events {
        journal.write(&record(id, at, event)).unwrap();
    }
}

fn done() -> Event {
    Event::Done { took_s: 60.0, without: Vec::new() }
}

const AT: &str = "2026-11-21T03:14:22Z";

#[test]
fn a_journal_has_one_writer_and_nobody_else_may_read_it() {
    let state = State::new("writer");
    let path = state.path("op-1");
    let mut journal = Journal::begin(FileSink::create(&path).unwrap());
    journal.write(&record("op-1", AT, planned("op-1"))).unwrap();
    assert!(matches!(FileSink::reopen(&path), Err(OpenError::Busy(_))));
    assert!(is_written(&path));
    assert_eq!(read(&path).unwrap().records.len(), 1, "reading needs no turn");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    drop(journal);
    assert!(!is_written(&path));
    assert!(FileSink::create(&path).is_err(), "a journal is never begun twice");
}

/// What a crash cut short is kept beside the journal, and the journal goes on after its last whole line.
#[test]
fn a_cut_tail_is_set_aside_and_the_journal_goes_on() {
    let state = State::new("cut");
    let path = state.path("op-1");
    write(&path, "op-1", AT, vec![planned("op-1"), confirmed()]);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], b"{\"seq\":3,\"prev\""].concat()).unwrap();
    let (sink, reading) = FileSink::reopen(&path).unwrap();
    assert_eq!((reading.cut.len(), reading.records.len()), (15, 2));
    let mut journal = Journal::go_on(sink, &reading);
    journal.write(&record("op-1", AT, done())).unwrap();
    drop(journal);
    let reading = read(&path).unwrap();
    assert_eq!((reading.broken.len(), reading.cut.len(), reading.records.len()), (0, 0, 3));
    assert_eq!(fs::read(path.with_extension("jsonl.cut")).unwrap(), b"{\"seq\":3,\"prev\"\n");
}

#[test]
fn a_journal_that_was_edited_is_not_gone_on_with_and_the_line_is_named() {
    let state = State::new("edited");
    let path = state.path("op-1");
    write(&path, "op-1", AT, vec![planned("op-1"), confirmed(), done()]);
    let edited = fs::read_to_string(&path).unwrap().replace("disk full", "disk fine");
    fs::write(&path, edited).unwrap();
    let Err(OpenError::Broken { first, .. }) = FileSink::reopen(&path) else {
        panic!("an edited journal is refused");
    };
    assert_eq!(first.line, 2);
}

#[test]
fn retention_deletes_what_is_over_and_nothing_that_can_be_resumed() {
    let state = State::new("keep");
    let old = "2026-10-01T00:00:00Z";
    for (id, at, events) in [
        ("old-done", old, vec![planned("old-done"), confirmed(), done()]),
        ("old-stopped", old, vec![planned("old-stopped"), confirmed()]),
        ("new-done", AT, vec![planned("new-done"), confirmed(), done()]),
    ] {
        write(&state.path(id), id, at, events);
    }
    let now = "2026-11-21T04:00:00Z".parse().unwrap();
    let folder = state.0.join("operations");
    assert_eq!(sweep(&folder, 30, 1, now), ["old-done"]);
    assert_eq!(sweep(&folder, 30, 0, now), ["new-done"], "over what may be kept in all");
    assert!(state.path("old-stopped").exists());
}
