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
