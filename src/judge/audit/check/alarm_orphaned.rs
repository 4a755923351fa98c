//! Alarms on what is not there any more.

use crate::estate::Kind;
use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "alarm-orphaned",
    title: "the alarm watches something that is gone",
    severity: Severity::Low,
    explain: "An alarm names what it watches by id. When that is replaced, by a new instance, balancer or group, the alarm goes \
              on watching the old one, which never has data again; what took its place is watched by nobody, though the list \
              of alarms looks complete.",
    source: "AWS: CloudWatch guide, metric dimensions (aws-domain.md A.5)",
    remedy: "point it at what took its place, or delete it",
    reach: Reach::Region,
    needs: &[
        Kind::Alarms,
        Kind::Instances,
        Kind::Groups,
        Kind::LoadBalancers,
        Kind::TargetGroups,
        Kind::ClassicBalancers,
        Kind::Databases,
        Kind::Clusters,
    ],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for alarm in scene.rows::<Alarm>() {
        if let Some((dimension, value)) = missing_resource(scene, alarm) {
            report.flaw(scene::alarm(alarm), format!("{dimension} {value} is not there; state {}", alarm.state));
        }
    }
}

/// The dimension of an alarm that names something of AWS that is not there, with its value. What was not read is taken to be there.
pub(super) fn missing_resource<'a>(scene: &Scene<'_>, alarm: &'a Alarm) -> Option<(&'a str, &'a str)> {
    let metric = alarm.metric.as_ref().filter(|metric| metric.namespace.starts_with("AWS/"))?;
    let dimensions = metric.dimensions.iter().map(|(name, value)| (&**name, &**value));
    dimensions.into_iter().find(|(name, value)| is_there(scene, name, value) == Some(false))
}

/// Whether what a dimension names is there; none where that cannot be told.
fn is_there(scene: &Scene<'_>, dimension: &str, value: &str) -> Option<bool> {
    let ends = |arn: &str| arn.ends_with(&format!("/{value}")) || arn.ends_with(&format!(":{value}"));
    match dimension {
        // There may be very many of both.
        "InstanceId" => scene.whole::<Instance>().map(|_| {
            let instance = scene.index().instance(value);
            instance.is_some_and(|instance| instance.state != InstanceState::Terminated)
        }),
        "AutoScalingGroupName" => scene.whole::<Group>().map(|_| scene.index().group(value).is_some()),
        "LoadBalancer" => scene.whole::<LoadBalancer>().map(|mut rows| rows.any(|row| ends(row.arn.as_str()))),
        "TargetGroup" => scene.whole::<TargetGroup>().map(|mut rows| rows.any(|row| ends(row.arn.as_str()))),
        "LoadBalancerName" => scene.whole::<ClassicBalancer>().map(|mut rows| rows.any(|row| row.name.as_str() == value)),
        "DBInstanceIdentifier" => scene.whole::<Database>().map(|mut rows| rows.any(|row| row.id.as_str() == value)),
        "DBClusterIdentifier" => scene.whole::<Cluster>().map(|mut rows| rows.any(|row| row.id.as_str() == value)),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.alarm(EAST, "old-cpu", "AWS/EC2 CPUUtilization", json!([["InstanceId", "i-gone"]])),
        subject: "old-cpu",
        evidence: &["InstanceId i-gone is not there"],
        silent: |world| {
            world.alarm(EAST, "cpu", "AWS/EC2 CPUUtilization", json!([["InstanceId", "i-web0e"]]));
            world.alarm(EAST, "own", "Shop CPUUtilization", json!([["InstanceId", "i-of-ours"]]));
            world.set(EAST, Kind::Alarms, "cpu", json!({"state": "INSUFFICIENT_DATA"}));
        },
    };
}
