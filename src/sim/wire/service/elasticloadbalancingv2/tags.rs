//! `DescribeTags`.

use super::{at_most, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Region, Tags, World};

/// The tags of at most 20 load balancers, target groups and listeners.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    at_most(&request.params, "ResourceArns", 20)?;
    let arns = request.params.texts("ResourceArns");
    if arns.is_empty() {
        return Err(ApiError::validation("The request must contain the parameter ResourceArns"));
    }
    let found: Vec<(&str, &Tags)> =
        arns.into_iter().map(|arn| Ok((arn, tags(region, arn)?))).collect::<Result<_, ApiError>>()?;
    w.list("TagDescriptions", "member", found, |w, (arn, tags)| {
        w.text("ResourceArn", arn);
        w.list("Tags", "member", tags.iter(), |w, (key, value)| {
            w.text("Key", key);
            w.text("Value", value);
        });
    });
    Ok(())
}

fn tags<'w>(region: &'w Region, arn: &str) -> Result<&'w Tags, ApiError> {
    region.elbv2_tags(arn).ok_or_else(|| {
        let (code, kind) = if arn.contains(":loadbalancer/") {
            ("LoadBalancerNotFound", "Load balancer")
        } else if arn.contains(":targetgroup/") {
            ("TargetGroupNotFound", "Target group")
        } else if arn.contains(":listener/") {
            ("ListenerNotFound", "Listener")
        } else if arn.contains(":listener-rule/") {
            ("RuleNotFound", "Rule")
        } else {
            return ApiError::validation(format!(
                "'{arn}' is not a valid load balancer, target group, listener or rule ARN"
            ));
        };
        ApiError::new(code, format!("{kind} '{arn}' not found"))
    })
}
