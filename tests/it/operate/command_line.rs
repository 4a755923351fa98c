//! `plan`, `apply`, `resume`, `undo` and `journal` as scripts use them, on the simulated account on loopback, and their processes
//! really killed.

use std::process::Stdio;
use std::time::{Duration, Instant};

use fournines::operation::{OPERATIONS, TargetKind};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::process::{self, PATIENCE};
use crate::support::program::{Fournines, Sim};
use crate::support::python::Python;
use crate::support::web;

/// The first member of a group.
fn member_of(fournines: &Fournines, group: &str) -> String {
    let (list, _) = fournines.document(&format!("list instances --json --region us-east-1 --filter group:{group}"));
    list["rows"][0]["id"].as_str().unwrap().to_owned()
}

/// The mutating calls that an account saw of a run, by its id in their user agent; or of anybody.
fn writes(sim: &Sim, run: &str) -> Vec<String> {
    let calls = web::get_json(&format!("{}/_sim/calls", sim.url));
    let calls = calls.as_array().or_else(|| calls["calls"].as_array()).unwrap().clone();
    let mine = calls.iter().filter(|call| call["write"] == true && call["user_agent"].as_str().unwrap().contains(run));
    mine.map(|call| call["action"].as_str().unwrap().to_owned()).collect()
}

/// The one operation that a machine's journal has.
fn only_operation(fournines: &Fournines) -> Option<Value> {
    let (journal, _) = fournines.document("journal --json");
    journal["operations"].as_array().unwrap().first().cloned()
}

/// Waits until the run's journal has so many events, kills its process, and gives the operation's id.
fn kill_after(fournines: &Fournines, events: usize) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "the run comes to {events} events");
        if let Some(operation) = only_operation(fournines) {
            let id = operation["id"].as_str().unwrap().to_owned();
            let (shown, _) = fournines.document(&format!("journal show {id} --json"));
            if shown["events"].as_array().unwrap().len() >= events {
                let pid = shown["pid"].as_i64().expect("it runs");
                kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL).unwrap();
                return id;
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// One run that is killed once its journal has so many events, and goes on: here, or on another machine.
fn killed_and_resumed(group: &str, events: usize, elsewhere: bool) {
    let sim = Sim::start("--speed 20");
    let here = Fournines::at(&sim.url);
    let target = member_of(&here, group);
    let mut command = here.command(&format!("apply replace {target} --region us-east-1 --yes --json"));
    let mut applying = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = kill_after(&here, events);
    let ended = process::wait(&mut applying, PATIENCE).expect("whoever watched is told");
    assert_eq!(ended.code(), Some(11), "{group}: stopped part-way, resumable");
    assert_eq!(only_operation(&here).unwrap()["state"], "stopped");
    let (status, _) = here.document("status --json --region us-east-1");
    let told = json!([{ "id": &id, "operation": "replace", "target": &target, "state": "stopped" }]);
    assert_eq!(status["operations"], told, "what is not over is told");
    let there = Fournines::at(&sim.url);
    let resuming = if elsewhere {
        let exported = here.run(&format!("journal export {id}")).out;
        let file = there.home().write("operation.json", &exported);
        assert_eq!(there.run(&format!("journal import {file}")).code, Some(0));
        &there
    } else {
        &here
    };
    let (answer, _) = resuming.timed(&format!("resume {id} --yes --json"), PATIENCE * 2);
    assert_eq!(answer.code, Some(0), "{group}, killed after {events} events: {answer:?}");
    let last: Value = serde_json::from_str(answer.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["operation_id"]), (&json!("done"), &json!(id)));
    let saw = writes(&sim, &id);
    for (action, most) in [("SetDesiredCapacity", 2), ("TerminateInstanceInAutoScalingGroup", 1)] {
        let times = saw.iter().filter(|name| *name == action).count();
        assert!((1..=most).contains(&times), "{group}, killed after {events} events: {saw:?}");
    }
    assert_eq!(resuming.run("journal verify").code, Some(0), "the chain holds over both processes");
    let (list, _) = resuming.document(&format!("list instances --json --region us-east-1 --filter group:{group}"));
    let ids: Vec<&str> = list["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    let is_gone = |id: &&str| **id == target;
    assert!(!ids.iter().any(|id| is_gone(id) && list["rows"][0]["state"] == "running"), "{target} of {ids:?}");
}

#[test]
fn a_run_whose_process_is_killed_at_any_moment_goes_on_from_its_journal() {
    std::thread::scope(|threads| {
        let moments =
            [("web-asg", 3, false), ("api-asg", 8, false), ("media-asg", 10, true), ("checkout-asg", 14, false)];
        for (group, events, elsewhere) in moments {
            threads.spawn(move || killed_and_resumed(group, events, elsewhere));
        }
    });
}

/// By option, by environment and by policy: every operation is refused, and nothing that changes anything leaves.
#[test]
fn read_only_refuses_every_operation_and_no_call_leaves() {
    // In a time that stands still AWS's buckets never fill again.
    let sim = Sim::start("--speed 20");
    let plain = Fournines::at(&sim.url);
    let member = member_of(&plain, "web-asg");
    let policy = plain.home().write("held.toml", "read_only = true\n");
    for operation in OPERATIONS {
        let target = match operation.target {
            TargetKind::Instance => member.as_str(),
            TargetKind::Group => "workers-asg",
            TargetKind::Zone | TargetKind::Shift => "us-east-1b",
        };
        let how = if operation.name == "scale" { "--set desired=+1" } else { "" };
        let line = format!("apply {} {target} {how} --region us-east-1 --yes", operation.name);
        let by_environment = Fournines::at(&sim.url).with("FOURNINES_READ_ONLY", "1");
        for answer in [
            plain.run(&format!("{line} --read-only")),
            plain.run(&format!("{line} --policy {policy}")),
            by_environment.run(&line),
        ] {
            assert_eq!(answer.code, Some(10), "{line}: {answer:?}");
            assert!(answer.err.contains("read-only"), "{line}: {answer:?}");
        }
    }
    assert!(only_operation(&plain).is_none(), "nothing was begun");
    assert!(writes(&sim, "").is_empty(), "nothing left");
}

/// Nothing runs unless what was confirmed is this plan: no word, the wrong word, a plan that was changed, a plan a second time.
#[test]
fn what_is_not_confirmed_for_exactly_this_plan_does_not_run() {
    let sim = Sim::start("--speed 20");
    let fournines = Fournines::at(&sim.url);
    let file = fournines.home().path().join("kept.json");
    let kept = file.to_str().unwrap();
    let scale = "scale workers-asg --set desired=+1 --region us-east-1";
    let planned = fournines.run(&format!("plan {scale} --out {kept}"));
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["schema"], "fournines/plan/1");
    let changed = fournines.home().write("changed.json", &text.replace("workers-asg", "web-asg"));
    for (line, words) in [
        (format!("apply {scale}"), "not confirmed"),
        (format!("apply {scale} --confirm nonsense"), "is not what confirms this plan"),
        (format!("apply --plan {changed} --yes"), "changed after it was kept"),
    ] {
        let answer = fournines.run(&line);
        assert!(matches!(answer.code, Some(3 | 10)) && answer.err.contains(words), "{line}: {answer:?}");
    }
    assert!(writes(&sim, "").is_empty(), "nothing left");
    let (ran, _) = fournines.timed(&format!("apply --plan {kept} --region us-east-1 --yes"), PATIENCE * 2);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let again = fournines.run(&format!("apply --plan {kept} --region us-east-1 --yes"));
    assert_ne!(again.code, Some(0), "a plan runs once: {again:?}");
}

/// The `aws` commands that a plan prints do what the plan would do.
#[test]
fn the_commands_that_a_plan_prints_do_the_same_when_the_aws_command_runs_them() {
    let sim = Sim::start("");
    let fournines = Fournines::at(&sim.url);
    let (plan, _) = fournines.document("plan scale workers-asg --set desired=+1 --region us-east-1 --json");
    let before = plan["steps"].to_string();
    let aws = Python::aws_command();
    let mut ran = 0;
    for call in plan["steps"].as_array().unwrap().iter().flat_map(|step| step["calls"].as_array().unwrap()) {
        let line = call["cli"].as_str().unwrap().replacen("aws", &aws, 1);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &line]).env("AWS_ENDPOINT_URL", &sim.url).env("AWS_ACCESS_KEY_ID", "x");
        shell.env("AWS_SECRET_ACCESS_KEY", "x").env("AWS_PAGER", "").env("AWS_EC2_METADATA_DISABLED", "true");
        let answer = process::run(shell, PATIENCE);
        assert_eq!(answer.code, Some(0), "{line}: {answer:?}");
        ran += 1;
    }
    assert!(ran > 0, "{before}");
    let shown: Vec<&str> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|step| step["calls"].as_array().unwrap())
        .map(|call| call["action"].as_str().unwrap())
        .collect();
    assert_eq!(writes(&sim, ""), shown);
    let (groups, _) = fournines.document("list groups --json --region us-east-1 --filter name:workers-asg");
    assert_eq!(groups["rows"][0]["desired"], 13, "{groups}");
}
