//! What the caller's role may do, as IAM's simulator says: nothing is called for it (`aws-domain.md` A.11).
//!
//! Must stay true: who may not ask is told so, and what was not answered is *untested*, never allowed.

use super::{Ask, Found};
use crate::aws::caller::Caller;
use crate::estate::permission::Permission;
use crate::estate::{FailureKind, ReadFailure, Row};
use crate::id::Text;

/// Answers a page, the most that IAM gives.
const PAGE: i32 = 1000;

/// The mutating actions of the operations, by service: the rows *Replace*, *Evacuate* and *Promote* of `aws-domain.md` A.11.
const ACTIONS: &[(&str, &[&str])] = &[
    ("arc-zonal-shift", &["CancelZonalShift", "StartZonalShift", "UpdateZonalShift"]),
    (
        "autoscaling",
        &[
            "AttachInstances",
            "CompleteLifecycleAction",
            "DetachInstances",
            "EnterStandby",
            "ExitStandby",
            "LaunchInstances",
            "RecordLifecycleActionHeartbeat",
            "ResumeProcesses",
            "SetDesiredCapacity",
            "SetInstanceHealth",
            "SetInstanceProtection",
            "SuspendProcesses",
            "TerminateInstanceInAutoScalingGroup",
            "UpdateAutoScalingGroup",
        ],
    ),
    (
        "ec2",
        &[
            "AssociateAddress",
            "AttachVolume",
            "AuthorizeSecurityGroupIngress",
            "CreateNetworkAclEntry",
            "CreateReplaceRootVolumeTask",
            "CreateTags",
            "DeleteNetworkAclEntry",
            "DetachVolume",
            "ModifyInstanceAttribute",
            "ModifyInstanceEventStartTime",
            "RebootInstances",
            "RevokeSecurityGroupIngress",
            "RunInstances",
            "StartInstances",
            "StopInstances",
            "TerminateInstances",
        ],
    ),
    (
        "elasticloadbalancing",
        &[
            "AttachLoadBalancerToSubnets",
            "DeregisterInstancesFromLoadBalancer",
            "DeregisterTargets",
            "DetachLoadBalancerFromSubnets",
            "DisableAvailabilityZonesForLoadBalancer",
            "EnableAvailabilityZonesForLoadBalancer",
            "ModifyCapacityReservation",
            "ModifyLoadBalancerAttributes",
            "ModifyTargetGroupAttributes",
            "RegisterInstancesWithLoadBalancer",
            "RegisterTargets",
            "SetSubnets",
        ],
    ),
    ("iam", &["PassRole"]),
    (
        "rds",
        &[
            "AddTagsToResource",
            "CopyDBClusterSnapshot",
            "CopyDBSnapshot",
            "CreateDBInstance",
            "CreateDBInstanceReadReplica",
            "FailoverDBCluster",
            "FailoverGlobalCluster",
            "ModifyDBCluster",
            "ModifyDBInstance",
            "ModifyDBParameterGroup",
            "PromoteReadReplica",
            "PromoteReadReplicaDBCluster",
            "RebootDBInstance",
            "RemoveFromGlobalCluster",
            "SwitchoverGlobalCluster",
        ],
    ),
    ("route53", &["ChangeResourceRecordSets"]),
];

/// What whoever asks may do. The question names the caller, as STS does.
pub(super) async fn permissions(caller: &Caller<'_>, ask: &Ask) -> Result<Found, ReadFailure> {
    let who = ask.parents.first().map(|arn| &**arn);
    let Some(principal) = who.and_then(principal) else {
        let who = who.unwrap_or("a caller who is not known");
        let why = super::super::error::lacking(caller.action, "principal");
        let message = format!("IAM simulates policies of roles and users only, and this is {who}");
        return Err(ReadFailure { kind: FailureKind::Unsupported, message: message.into(), ..why });
    };
    let actions: Vec<String> =
        ACTIONS.iter().flat_map(|(service, names)| names.iter().map(move |name| format!("{service}:{name}"))).collect();
    let mut rows = Vec::new();
    let asked = caller
        .pages(
            |marker| {
                let call = caller.clients.iam.simulate_principal_policy().policy_source_arn(&*principal);
                call.set_action_names(Some(actions.clone())).max_items(PAGE).set_marker(marker).send()
            },
            |page| {
                rows.extend(page.evaluation_results().iter().map(|result| Permission {
                    action: result.eval_action_name().into(),
                    decision: result.eval_decision().as_str().into(),
                }));
                if !page.is_truncated() {
                    return Ok(None);
                }
                caller.required(page.marker(), "Marker").map(|marker| Some(marker.to_owned()))
            },
        )
        .await;
    asked.map_err(|why| with_path(why, &principal))?;
    Ok(Found::Rows(Permission::rows(rows)))
}

/// A role's session does not tell the path that its role's name begins with, as those of IAM Identity Center do.
fn with_path(why: ReadFailure, principal: &str) -> ReadFailure {
    if why.kind != FailureKind::Gone {
        return why;
    }
    let message = format!("no {principal}: its path is not told by its session ({})", why.message);
    ReadFailure { kind: FailureKind::Unsupported, message: message.into(), ..why }
}

/// The principal behind a caller: a session's role, or the user itself; none for the root user and federated ones.
fn principal(caller: &str) -> Option<Text> {
    let mut parts = caller.splitn(6, ':').skip(1);
    let (partition, service, _, account, resource) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    match (service, resource.split_once('/')?) {
        ("sts", ("assumed-role", role)) => {
            let role = role.rsplit_once('/').map_or(role, |(role, _)| role);
            Some(format!("arn:{partition}:iam::{account}:role/{role}").into())
        }
        ("iam", ("user" | "role", _)) => Some(caller.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `aws-domain.md` A.11: a session is asked about by its role.
    #[test]
    fn a_session_is_asked_about_by_its_role_aws_domain_a11() {
        for (caller, wanted) in [
            ("arn:aws:sts::1:assumed-role/oncall/anna", Some("arn:aws:iam::1:role/oncall")),
            ("arn:aws-cn:sts::1:assumed-role/oncall/i-0abc", Some("arn:aws-cn:iam::1:role/oncall")),
            ("arn:aws:iam::1:user/ops/anna", Some("arn:aws:iam::1:user/ops/anna")),
            ("arn:aws:iam::1:root", None),
            ("arn:aws:sts::1:federated-user/anna", None),
            ("anna", None),
        ] {
            assert_eq!(principal(caller).as_deref(), wanted, "{caller}");
        }
    }

    #[test]
    fn actions_are_named_once_each_and_sorted() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(ACTIONS.iter().all(|(_, names)| names.is_sorted_by(|a, b| a < b)));
    }
}
