//! Every call there can be, as it is sent, printed and kept. What botocore's models and the `aws` command make of the same is a second
//! opinion of its own.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Action, Call};

/// A sample of each call: its parameters, as full as they can be.
const SAMPLES: &str = include_str!("../../../tests/it/second_opinion/calls.json");

#[test]
fn every_call_is_kept_and_sent_with_just_the_parameters_that_it_says() {
    let samples: BTreeMap<String, Value> = serde_json::from_str(SAMPLES).unwrap();
    let sampled: BTreeSet<&str> = samples.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = Action::LIST.iter().map(|(_, name)| *name).collect();
    assert_eq!(sampled, known, "a sample of each, and of nothing else");
    for (name, parameters) in &samples {
        let kept = json!({ "region": "us-east-1", "action": name, "parameters": parameters });
        let call: Call = serde_json::from_value(kept.clone()).unwrap();
        assert_eq!(call.parameters().unwrap(), *parameters, "{name}");
        assert_eq!(serde_json::to_value(&call).unwrap(), kept, "{name}");
        // The `aws` command knows neither of the two that it has `--count` for.
        assert!(!call.command().unwrap().contains("-count 1 --max-count"), "{name}");
        assert!(!call.action.iam().is_empty() && call.command().unwrap().starts_with("aws "), "{name}");
    }
}
