//! A run on the screen: its numbers, what can be asked of it, and who may.

use serde_json::json;

use super::operating::{changes_something, plan};
use super::*;
use crate::console::operate::Order;
use crate::journal::{Event, Record};
use crate::operation::Intent;

fn record(step: Option<&str>, event: Event) -> Msg {
    let record = Record { at: pictures::now(), operation_id: "op-7f3a".into(), step: step.map(Into::into), event };
    Msg::Recorded(Box::new(record))
}

/// A run that waits, and whose second step is held.
fn running(size: (u16, u16)) -> Desk {
    let mut desk = Desk::new(size, Some(pictures::calm()));
    let intent = Intent { operation: "replace".into(), targets: vec!["web-3".into()], ..Intent::default() };
    let plan = plan(&intent, 15);
    let digest = plan.digest().unwrap().as_str().into();
    desk.send(record(None, Event::Planned { plan, digest }));
    let confirmed: Event = serde_json::from_value(json!({
        "event": "confirmed", "digest": "x", "confirmed_by": "arn:aws:iam::1:user/alice", "confirmed_at": pictures::now(),
        "host": { "name": "desk", "pid": 7, "version": "0.1.0" },
    }))
    .unwrap();
    desk.send(record(None, confirmed));
    desk.send(record(Some("s1"), Event::StepStarted { attempt: 1, guards: Vec::new(), undo: Vec::new() }));
    let waiting = Event::Waiting {
        holds: Some(false),
        detail: "15 of 16 in service, 1 pending".to_owned(),
        deadline_at: pictures::now() + jiff::SignedDuration::from_mins(4),
    };
    desk.send(record(Some("s1"), waiting));
    desk
}

#[test]
fn a_run_shows_its_numbers_and_a_held_step_what_can_be_asked_of_it() {
    for size in SIZES {
        let mut desk = running(size);
        desk.press("1");
        desk.sees("OPERATIONS");
        desk.sees("replace web-3");
        let effects = desk.press("8");
        assert!(effects.contains(&Effect::ListOperations));
        desk.app.set_operations(Vec::new());
        desk.send(Msg::Listed);
        desk.sees("running");
        assert!(desk.press("enter").contains(&Effect::Follow("op-7f3a".into())));
        desk.sees("15 of 16 in service, 1 pending");
        desk.sees("4m left");
        desk.sees("LOG");
        if size.0 >= 200 {
            desk.sees("SERVICE");
        }
        let held = Event::Paused {
            reason: "autoscaling:SetDesiredCapacity denied: AccessDenied".to_owned(),
            choices: ["retry", "skip", "undo", "abort"].map(Into::into).to_vec(),
        };
        desk.send(record(Some("s1"), held));
        desk.sees("s1 is held: autoscaling:SetDesiredCapacity denied");
        desk.sees("[t] retry");
        desk.press("t");
        desk.sees("read-only: `:arm` first");
        desk.armed();
        desk.press("s");
        assert!(desk.press("enter").is_empty());
        desk.sees("a reason is needed");
        desk.text("done by hand");
        let skip = Order::Skip { step: "s1".into(), reason: "done by hand".into() };
        assert_eq!(desk.press("enter"), [Effect::Order { operation: "op-7f3a".into(), order: skip }]);
        // Leaving asks nothing and ends nothing.
        assert!(!desk.press("q").iter().any(changes_something));
        desk.sees_not("LOG");
    }
}

/// What stops calls needs no arming; what makes calls does.
#[test]
fn anybody_may_pause_and_abort_a_run_of_their_own() {
    let mut desk = running((80, 24));
    desk.command("operations");
    desk.press("enter");
    desk.press("space");
    assert_eq!(desk.press("enter"), [Effect::Order { operation: "op-7f3a".into(), order: Order::Pause }]);
    desk.press("u");
    desk.sees("read-only: `:arm` first");
    let end = Event::Failed { reason: "given up by alice".to_owned() };
    desk.send(record(None, end));
    desk.sees("FAILED");
    desk.sees("given up by alice");
    desk.sees("[u] undo");
    // One that stopped goes on from here, or is taken back.
    let mut desk = running((80, 24));
    desk.command("operations");
    desk.press("enter");
    let reason = "asked by alice".to_owned();
    desk.send(record(None, Event::Stopped { reason, resume: "fournines resume op-7f3a".to_owned() }));
    desk.sees("STOPPED");
    desk.sees("[u] undo   [space] resume");
    desk.armed();
    desk.press("space");
    assert_eq!(desk.press("enter"), [Effect::Order { operation: "op-7f3a".into(), order: Order::Resume }]);
    desk.send(record(None, Event::Undone { detail: "all is taken back".to_owned() }));
    desk.sees_not("[u] undo");
}

/// Each key on a run whose step is held: what is asked, what the answer orders, and that what makes calls needs an armed console.
#[test]
fn every_key_on_a_held_run_gives_its_order_and_nothing_before_it_is_answered() {
    let (step, why) = (crate::operation::StepId::from("s1"), "as agreed");
    let reason = || Some(why.into());
    let asked = [
        ("t", Order::Retry { step: step.clone(), accept: reason() }, true),
        ("s", Order::Skip { step, reason: why.into() }, true),
        ("u", Order::Undo { reason: reason() }, true),
        ("A", Order::Abort { reason: reason() }, false),
        ("space", Order::Pause, false),
    ];
    for (key, order, needs_arming) in asked {
        for is_armed in [false, true] {
            let mut desk = running((100, 30));
            let choices = ["retry", "skip", "undo", "abort"].map(Into::into).to_vec();
            desk.send(record(Some("s1"), Event::Paused { reason: "denied".to_owned(), choices }));
            desk.command("operations");
            desk.press("enter");
            if is_armed {
                desk.armed();
            }
            assert!(!desk.press(key).iter().any(changes_something), "{key}: it asks first");
            if needs_arming && !is_armed {
                desk.sees("read-only: `:arm` first");
                continue;
            }
            desk.text(why);
            let effects = desk.press("enter");
            assert_eq!(effects, [Effect::Order { operation: "op-7f3a".into(), order: order.clone() }], "{key}");
        }
    }
}
