//! boto3 reads every answer of the simulated account and holds it against what the simulation says is true.

use std::collections::BTreeSet;

use fournines::sim::wire::service;
use serde_json::Value;

use crate::support::program::Sim;
use crate::support::python::Python;
use crate::support::web;

/// The simulated account has no Route 53 health checks, so that there is none whose status could be answered.
const ONLY_REFUSED: (&str, &str) = ("route53", "GetHealthCheckStatus");

#[test]
fn boto3_agrees_with_the_state_in_every_answer() {
    let python = Python::ready();
    let sim = Sim::start("");
    let said = python.run("simulated.py", &[&sim.url]);
    assert!(said.contains("comparisons agree"), "{said}");

    // Every action was among them.
    let calls = web::get_json(&format!("{}/_sim/calls", sim.url));
    assert_eq!(calls["dropped"], 0);
    let text = |call: &Value, key: &str| call[key].as_str().unwrap_or_default().to_owned();
    let calls = calls["calls"].as_array().unwrap().iter();
    let answered: BTreeSet<(String, String)> =
        calls.filter(|call| call["status"] == 200).map(|call| (text(call, "service"), text(call, "action"))).collect();
    // Writes have a test of their own.
    let registered =
        service::all().filter(|action| !action.is_write()).map(|action| (action.service.name(), action.name));
    let missed: Vec<(&str, &str)> = registered
        .filter(|(service, action)| !answered.contains(&((*service).to_owned(), (*action).to_owned())))
        .collect();
    assert_eq!(missed, [ONLY_REFUSED]);
}
