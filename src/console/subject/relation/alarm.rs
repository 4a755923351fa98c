//! Ties between alarms and what they watch, by the dimensions of their metrics.

use crate::estate::alarm::{Alarm, AlarmType};
use crate::id::Region;

use super::super::{Subject, SubjectKind, find};
use super::Ties;

/// What an alarm watches, and the alarms that a composite is made of.
pub(super) fn of_alarm(ties: &mut Ties<'_>) {
    let region = ties.subject.region.clone();
    let Some((alarm, _)) = find::alarm(&ties.picture.estate, &region, &ties.subject.id) else { return };
    for subject in watched(ties, alarm, &region) {
        ties.add("watches", subject, "");
    }
    for name in alarm.parts() {
        ties.add_here("made of", SubjectKind::Alarm, name, "");
    }
}

/// The alarms that watch the thing itself, and the composites that an alarm is part of.
pub(super) fn watching(ties: &mut Ties<'_>) {
    let region = ties.subject.region.clone();
    let alarms: Vec<&Alarm> = ties.picture.estate.table::<Alarm>(&region, ties.picture.taken_at).known().collect();
    for alarm in alarms {
        let is_part = ties.subject.kind == SubjectKind::Alarm
            && alarm.alarm_type == AlarmType::Composite
            && alarm.parts().contains(&ties.subject.id.as_str());
        if is_part {
            ties.add_here("part of", SubjectKind::Alarm, alarm.name.as_str(), alarm.state.as_str());
        } else if ties.subject.kind != SubjectKind::Alarm && watched(ties, alarm, &region).contains(ties.subject) {
            ties.add_here("alarm", SubjectKind::Alarm, alarm.name.as_str(), alarm.state.as_str());
        }
    }
}

/// The things that an alarm's dimensions name.
fn watched(ties: &Ties<'_>, alarm: &Alarm, region: &Region) -> Vec<Subject> {
    let dimensions = alarm.metric.as_ref().map_or(&[][..], |metric| &metric.dimensions);
    dimensions
        .iter()
        .filter_map(|(name, value)| {
            let (kind, id) = match &**name {
                "InstanceId" => (SubjectKind::Instance, value.to_string()),
                "AutoScalingGroupName" => (SubjectKind::Group, value.to_string()),
                "DBInstanceIdentifier" => (SubjectKind::Database, value.to_string()),
                "DBClusterIdentifier" => (SubjectKind::Cluster, value.to_string()),
                "LoadBalancerName" => (SubjectKind::ClassicBalancer, value.to_string()),
                "AvailabilityZone" => (SubjectKind::Zone, value.to_string()),
                "ImageId" => (SubjectKind::Image, value.to_string()),
                // These two carry the end of the ARN: `targetgroup/web/73e2…`, `app/web/50dc…`.
                "TargetGroup" => (SubjectKind::TargetGroup, arn_ending(ties, SubjectKind::TargetGroup, value)?),
                "LoadBalancer" => (SubjectKind::LoadBalancer, arn_ending(ties, SubjectKind::LoadBalancer, value)?),
                _ => return None,
            };
            Some(Subject::new(kind, region, id))
        })
        .collect()
}

fn arn_ending(ties: &Ties<'_>, kind: SubjectKind, ending: &str) -> Option<String> {
    use crate::estate::balancer::{LoadBalancer, TargetGroup};
    let (estate, region, now) = (&ties.picture.estate, &ties.subject.region, ties.picture.taken_at);
    let ends_so = |arn: &str| arn.ends_with(ending);
    match kind {
        SubjectKind::TargetGroup => estate
            .table::<TargetGroup>(region, now)
            .known()
            .map(|row| &row.arn)
            .find(|arn| ends_so(arn.as_str()))
            .map(|arn| arn.to_string()),
        _ => estate
            .table::<LoadBalancer>(region, now)
            .known()
            .map(|row| &row.arn)
            .find(|arn| ends_so(arn.as_str()))
            .map(|arn| arn.to_string()),
    }
}
