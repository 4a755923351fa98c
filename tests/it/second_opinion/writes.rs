//! boto3 makes every write of the simulated account, parses its answer, and sees its effect in a read that follows.

use std::collections::BTreeSet;

use fournines::sim::wire::service;
use serde_json::Value;

use crate::support::program::Sim;
use crate::support::python::Python;
use crate::support::web;

#[test]
fn boto3_makes_every_write_and_sees_what_it_did() {
    let python = Python::ready();
    let sim = Sim::start("");
    let said = python.run("writes.py", &[&sim.url]);
    assert!(said.contains("effects agree"), "{said}");

    let calls = web::get_json(&format!("{}/_sim/calls", sim.url));
    let text = |call: &Value, key: &str| call[key].as_str().unwrap_or_default().to_owned();
    let calls = calls["calls"].as_array().unwrap().iter();
    let done: BTreeSet<(String, String)> = calls
        .filter(|call| call["write"] == true && call["status"] == 200)
        .map(|call| (text(call, "service"), text(call, "action")))
        .collect();
    let writes = service::all().filter(|action| action.is_write());
    let missed: Vec<(&str, &str)> = writes
        .map(|action| (action.service.name(), action.name))
        .filter(|(service, action)| !done.contains(&((*service).to_owned(), (*action).to_owned())))
        .collect();
    assert_eq!(missed, [], "writes that nobody tried");
}
