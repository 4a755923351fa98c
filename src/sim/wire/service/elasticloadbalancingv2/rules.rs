//! `DescribeRules`.

use super::listeners::{listener, write_actions};
use super::{BOUNDS, only_one_of, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Listener, ListenerAction, ListenerRule, RuleCondition, World};

/// One row of the answer; a listener's default actions are a rule too, its last.
struct Row<'w> {
    arn: String,
    priority: Option<u32>,
    conditions: &'w [RuleCondition],
    actions: &'w [ListenerAction],
}

/// The rules of one listener, or those of ARNs, in the order of their priorities.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    only_one_of(&request.params, &["ListenerArn", "RuleArns"])?;
    let arns = request.params.texts("RuleArns");
    let mut rows: Vec<Row<'_>> = match request.params.text("ListenerArn") {
        Some(arn) if !arn.is_empty() => rows(listener(region, arn)?.1).collect(),
        _ if arns.is_empty() => {
            return Err(ApiError::validation("You must specify either a listener ARN or rule ARNs"));
        }
        _ => {
            let all = region.balancers.values().flat_map(|balancer| &balancer.listeners).flat_map(rows);
            all.filter(|row| arns.contains(&row.arn.as_str())).collect()
        }
    };
    if let Some(arn) = arns.iter().find(|arn| !rows.iter().any(|row| row.arn == **arn)) {
        return Err(ApiError::new("RuleNotFound", format!("One or more rules not found: '{arn}'")));
    }

    rows.sort_by_cached_key(Row::order);
    let page = Pager::new(request, &BOUNDS)?.page(rows, |row| row.order().into());
    w.list("Rules", "member", page.items, |w, row| row.write(w));
    w.maybe_text("NextMarker", page.token);
    Ok(())
}

fn rows(listener: &Listener) -> impl Iterator<Item = Row<'_>> {
    let own = listener.rules.iter().map(Row::of);
    let default = Row {
        arn: default_rule_arn(listener.arn.as_str()),
        priority: None,
        conditions: &[],
        actions: &listener.default_actions,
    };
    own.chain([default])
}

/// AWS numbers a default rule like any other: a number made from the listener's.
fn default_rule_arn(listener: &str) -> String {
    let number = listener
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{}/{number:016x}", listener.replacen(":listener/", ":listener-rule/", 1))
}

impl<'w> Row<'w> {
    fn of(rule: &'w ListenerRule) -> Self {
        let ListenerRule { arn, priority, conditions, actions } = rule;
        Self { arn: arn.to_string(), priority: Some(*priority), conditions, actions }
    }

    /// Text that sorts by listener, then by priority, the default rule last.
    fn order(&self) -> String {
        let listener = self.arn.rsplit_once('/').map_or("", |(listener, _)| listener);
        format!("{listener}\n{:010}", self.priority.unwrap_or(u32::MAX))
    }

    fn write(&self, w: &mut Writer) {
        w.text("RuleArn", &self.arn);
        match self.priority {
            Some(priority) => w.text("Priority", priority.to_string()),
            None => w.text("Priority", "default"),
        }
        w.list("Conditions", "member", self.conditions, |w, condition| {
            w.text("Field", &condition.field);
            w.texts("Values", "member", &condition.values);
            let config = match condition.field.as_str() {
                "path-pattern" => "PathPatternConfig",
                "host-header" => "HostHeaderConfig",
                _ => return,
            };
            w.structure(config, |w| w.texts("Values", "member", &condition.values));
        });
        write_actions(w, "Actions", self.actions);
        w.boolean("IsDefault", self.priority.is_none());
    }
}
