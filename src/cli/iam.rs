//! `fournines iam`: the IAM policy that exactly these calls need.

use serde::Serialize;

use super::args::IamArgs;
use super::{Exit, Rendered};
use crate::operation::{OPERATIONS, iam};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<String>,
    resource: &'static str,
}

/// The policy for reading, given what reading takes, and for these operations; for all of them where none is named.
///
/// # Errors
/// Where there is no such operation.
pub fn render(asked: &IamArgs, read_only: bool, reads: &[&str]) -> Result<Rendered, String> {
    let names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    if let Some(unknown) = asked.operations.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no operation `{unknown}`; there are {}", names.join(", ")));
    }
    let wanted: Vec<&str> = match (asked.operations.as_slice(), read_only) {
        (_, true) => Vec::new(),
        ([], false) => names,
        (some, false) => some.iter().map(String::as_str).collect(),
    };
    let needed = iam::of(&wanted);
    // An operation alone is asked for what it alone takes; else everything that screens show too.
    let of_screens = if asked.operations.is_empty() { reads } else { &[] };
    let mut look: Vec<String> = of_screens.iter().map(|action| (*action).to_owned()).collect();
    if !read_only {
        look.extend(needed.reads);
    }
    look.sort();
    look.dedup();
    let mut statement = vec![Statement { sid: "FourninesReads", effect: "Allow", action: look, resource: "*" }];
    if !needed.writes.is_empty() {
        let action = needed.writes.into_iter().collect();
        statement.push(Statement { sid: "FourninesActs", effect: "Allow", action, resource: "*" });
    }
    let text = super::document::write(&Document { version: "2012-10-17", statement });
    Ok(Rendered { text, notes: Vec::new(), exit: Exit::Done })
}

/// The operations with their settings and exactly the IAM actions that they act with, as a table for the README.
pub fn overview() -> String {
    let mut text = String::from("| operation | on | does | `--set` | acts with |\n| --- | --- | --- | --- | --- |\n");
    for operation in OPERATIONS {
        let settings: Vec<String> = operation.form.iter().map(|field| format!("`{}`", field.name)).collect();
        let actions: Vec<String> =
            iam::of(&[operation.name]).writes.iter().map(|action| format!("`{action}`")).collect();
        let (name, target, doc) = (operation.name, operation.target.word(), operation.doc);
        text.push_str(&format!("| `{name}` | {target} | {doc} | {} | {} |\n", settings.join(" "), actions.join(" ")));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn actions(operations: &[&str], read_only: bool) -> Vec<String> {
        let asked = IamArgs { operations: operations.iter().map(|name| (*name).to_owned()).collect() };
        let rendered = render(&asked, read_only, &["rds:DescribeDBInstances"]).unwrap();
        let policy: serde_json::Value = serde_json::from_str(&rendered.text).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        let all = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
        all.map(|action| action.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_policy_has_what_an_operation_calls_and_reading_has_nothing_that_changes() {
        let reboot = actions(&["reboot"], false);
        assert!(reboot.contains(&"ec2:RebootInstances".to_owned()));
        assert!(!reboot.contains(&"ec2:TerminateInstances".to_owned()));
        assert!(!reboot.contains(&"rds:DescribeDBInstances".to_owned()), "it reads no database");
        for action in actions(&[], true) {
            let verb = action.split(':').nth(1).unwrap();
            assert!(["Describe", "Get", "List"].iter().any(|read| verb.starts_with(read)), "{action}");
        }
        assert!(actions(&[], false).contains(&"iam:PassRole".to_owned()), "an instance is launched with its role");
    }
}
