//! IAM: the account's alias, which is its name to people, and what the caller's role may do.
//!
//! Must stay true: what is simulated here is what the wire then allows or refuses.

use super::{Action, Service};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// IAM's actions.
pub const ACTIONS: &[Action] = &[
    Action::read(Service::Iam, "ListAccountAliases", list_account_aliases),
    Action::read(Service::Iam, "SimulatePrincipalPolicy", simulate_principal_policy),
];

const BOUNDS: Bounds = Bounds { limit: "MaxItems", token: "Marker", least: 1, most: 1000, default: 100 };
/// The shortest and the longest name of an action.
const ACTION_NAME: std::ops::RangeInclusive<usize> = 3..=128;

fn list_account_aliases(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let page = Pager::new(request, &BOUNDS)?.page(&world.alias, |alias| alias.as_str().into());
    w.texts("AccountAliases", "member", page.items);
    w.boolean("IsTruncated", page.token.is_some());
    w.maybe_text("Marker", page.token);
    Ok(())
}

fn simulate_principal_policy(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    principal(world, params.required("PolicySourceArn")?)?;
    let actions = params.texts("ActionNames");
    if actions.is_empty() {
        return Err(ApiError::validation("The request must contain the parameter ActionNames"));
    }
    if let Some(wrong) = actions.iter().find(|action| !is_action(action)) {
        let wrong: String = wrong.chars().take(80).collect();
        return Err(ApiError::new("InvalidInput", format!("Invalid Action Name: {wrong}")));
    }
    let resources = match params.texts("ResourceArns") {
        resources if resources.is_empty() => vec!["*"],
        resources => resources,
    };
    let questions = actions.iter().flat_map(|action| resources.iter().map(move |resource| (*action, *resource)));
    let numbered = questions.enumerate().map(|(number, question)| (format!("{number:010}"), question));
    let page = Pager::new(request, &BOUNDS)?.page(numbered, |(number, _)| number.as_str().into());
    w.list("EvaluationResults", "member", page.items, |w, (_, (action, resource))| {
        w.text("EvalActionName", action);
        w.text("EvalResourceName", resource);
        let decision = decision(world, action);
        w.text("EvalDecision", decision);
        let statement = (decision != "implicitDeny").then_some(());
        w.list("MatchedStatements", "member", statement, |w, ()| {
            w.text("SourcePolicyId", if decision == "allowed" { "operations" } else { "guard-rail" });
            w.text("SourcePolicyType", "IAM Policy");
        });
        w.texts("MissingContextValues", "member", [""; 0]);
    });
    w.boolean("IsTruncated", page.token.is_some());
    w.maybe_text("Marker", page.token);
    Ok(())
}

/// What the policies of the caller's role come to: one action that it lost is allowed by nothing any more; all of a service is
/// taken away by a statement that denies.
fn decision(world: &World, action: &str) -> &'static str {
    let Some((service, name)) = action.split_once(':') else { return "implicitDeny" };
    if world.denies(service, "*") {
        "explicitDeny"
    } else if world.denies(service, name) {
        "implicitDeny"
    } else {
        "allowed"
    }
}

/// `service:Name`.
fn is_action(text: &str) -> bool {
    let is_name =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    ACTION_NAME.contains(&text.len())
        && text.split_once(':').is_some_and(|(service, name)| is_name(service) && is_name(name))
}

/// A role is meant by its own ARN; that of a session, which STS gives, is none of IAM's.
fn principal(world: &World, arn: &str) -> Result<(), ApiError> {
    let shown: String = arn.chars().take(200).collect();
    let entity = arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':'));
    let Some((account, entity)) = entity.filter(|(_, entity)| entity.contains('/')) else {
        let words = format!("Invalid Entity Arn: {shown} does not clearly define entity type and name.");
        return Err(ApiError::new("InvalidInput", words));
    };
    let role = world.caller_arn.rsplit('/').nth(1).unwrap_or_default();
    let name = entity.rsplit('/').next().unwrap_or_default();
    if account == world.account && entity.starts_with("role/") && name == role {
        return Ok(());
    }
    Err(ApiError::new("NoSuchEntity", format!("The entity {shown} cannot be found.")).status(404))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::probe::{ask, column, pages, world};
    use super::*;
    use crate::sim::fault::Fault;

    const ROLE: &str = "arn:aws:iam::123456789012:role/ops";

    fn decisions(world: &World, actions: &[&str]) -> Vec<String> {
        let params = json!({ "PolicySourceArn": ROLE, "ActionNames": actions });
        let answer = ask(world, Service::Iam, "SimulatePrincipalPolicy", params).unwrap();
        let results = answer["EvaluationResults"].as_array().unwrap().clone();
        column(&results, "EvalDecision").into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_a_fault_denies_is_not_allowed_aws_domain_a11() {
        let mut world = world();
        let actions = ["arc-zonal-shift:StartZonalShift", "rds:FailoverDBCluster", "autoscaling:SetDesiredCapacity"];
        assert_eq!(decisions(&world, &actions), ["allowed"; 3]);
        world.apply(Fault::Deny { action: "arc-zonal-shift:StartZonalShift".to_owned() }).unwrap();
        world.apply(Fault::Deny { action: "rds:*".to_owned() }).unwrap();
        assert_eq!(decisions(&world, &actions), ["implicitDeny", "explicitDeny", "allowed"]);
    }

    #[test]
    fn answers_page_and_keep_the_order_of_the_question() {
        let world = world();
        let actions: Vec<String> = (0..7).map(|number| format!("ec2:Do{number}")).collect();
        let params = json!({ "PolicySourceArn": ROLE, "ActionNames": actions, "MaxItems": 3 });
        let tokens = ("Marker", "Marker");
        let (all, count) = pages(&world, Service::Iam, "SimulatePrincipalPolicy", params, "EvaluationResults", tokens);
        assert_eq!((column(&all, "EvalActionName"), count), (actions.iter().map(String::as_str).collect(), 3));
    }

    #[test]
    fn a_session_is_no_principal_and_a_stranger_is_not_found() {
        let world = world();
        let ask = |arn: &str, actions: Value| {
            let params = json!({ "PolicySourceArn": arn, "ActionNames": actions });
            ask(&world, Service::Iam, "SimulatePrincipalPolicy", params)
        };
        assert_eq!(ask(&world.caller_arn, json!(["ec2:X"])), Err((400, "InvalidInput")));
        assert_eq!(ask("arn:aws:iam::123456789012:role/dev", json!(["ec2:X"])), Err((404, "NoSuchEntity")));
        assert_eq!(ask(ROLE, json!(["everything"])), Err((400, "InvalidInput")));
        assert_eq!(ask(ROLE, json!([])), Err((400, "ValidationError")));
    }
}
