//! Every call that plans are made of, and the `aws` command that it is printed as, held to botocore's models.

use std::collections::BTreeMap;
use std::process::Command;

use fournines::operation::{Action, Call};
use serde_json::{Value, json};

use crate::support::folder::Folder;
use crate::support::process::{self, PATIENCE};
use crate::support::python::Python;

const SAMPLES: &str = include_str!("calls.json");

/// Every call: its service, its name, its parameters and the command.
fn calls() -> Vec<Value> {
    let samples: BTreeMap<String, Value> = serde_json::from_str(SAMPLES).unwrap();
    let call = |(service, name): &(&str, &str)| {
        let parameters = samples.get(*name).expect("a sample of each call");
        let kept = json!({ "region": "us-east-1", "action": name, "parameters": parameters });
        let call: Call = serde_json::from_value(kept).unwrap();
        let (parameters, cli) = (call.parameters().unwrap(), call.command().unwrap());
        json!({ "service": service, "action": name, "parameters": parameters, "cli": cli })
    };
    Action::LIST.iter().map(call).collect()
}

#[test]
fn botocore_takes_every_call_and_reads_the_same_from_its_command() {
    let calls = calls();
    let folder = Folder::new("shapes");
    let file = folder.path().join("calls.json");
    std::fs::write(&file, serde_json::to_vec(&calls).unwrap()).unwrap();
    let said = Python::ready().run("shapes.py", &[file.to_str().unwrap()]);
    assert!(said.contains(&format!("{} calls agree", calls.len())), "{said}");
}

/// Some options are the `aws` command's own, and some of the models' it has not: it is asked itself, and sends nothing.
#[test]
fn the_aws_command_takes_every_command_that_is_printed() {
    let aws = Python::aws_command();
    for call in calls() {
        let command = call["cli"].as_str().unwrap().strip_prefix("aws").unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{aws}{command} --generate-cli-skeleton output")]);
        shell.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x").env("AWS_PAGER", "");
        shell.env("AWS_EC2_METADATA_DISABLED", "true");
        let answer = process::run(shell, PATIENCE);
        assert_eq!(answer.code, Some(0), "{}: {answer:?}", call["cli"]);
    }
}
