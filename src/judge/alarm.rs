//! The health of an alarm: does it fire, and would anybody hear it (`aws-domain.md` A.5).

use crate::estate::alarm::{Alarm, AlarmState, AlarmType};

use super::finding::Urgency;
use super::sight::Sight;
use super::verdict::{Assessment, Reason, Verdict};

/// How an alarm stands.
pub fn assess(alarm: &Alarm, sight: &Sight<'_>) -> Assessment {
    let mut assessment = Assessment::ok();
    match &alarm.state {
        AlarmState::Ok => {}
        AlarmState::Alarm if only_scales(alarm) => {} // A policy at work, as in every account every day.
        AlarmState::Alarm => assessment.take(fires(alarm, sight)),
        AlarmState::InsufficientData => assessment.take(silent(alarm, sight)),
        AlarmState::Other(word) => assessment.add(Verdict::Unknown, format!("state {word} is not known to fournines")),
    }
    if let Some(evaluation) = &alarm.evaluation {
        assessment.add(Verdict::Unknown, format!("evaluation {evaluation}: not to be trusted"));
    }
    assessment
}

/// Whether all that an alarm does is to drive a scaling policy.
fn only_scales(alarm: &Alarm) -> bool {
    let scales = |action: &crate::id::Text| action.contains(":autoscaling:") || action.contains(":scalingPolicy:");
    !alarm.actions.is_empty() && alarm.actions.iter().all(scales)
}

/// Who would be told.
fn audience(alarm: &Alarm) -> Option<String> {
    match (&alarm.suppressed_by, alarm.actions_enabled) {
        (Some(by), _) => Some(format!("held back by {by}: nobody is told")),
        (None, Some(false)) => Some("its actions are off: nobody is told".to_owned()),
        (None, _) if alarm.actions.is_empty() => Some("it has no action: nobody is told".to_owned()),
        (None, _) => None,
    }
}

fn fires(alarm: &Alarm, sight: &Sight<'_>) -> Reason {
    let condition = condition(alarm).map(|condition| format!(": {condition}")).unwrap_or_default();
    let audience = audience(alarm).map(|words| format!("; {words}")).unwrap_or_default();
    let words = format!("fires{}{condition}{audience}", sight.lasting(alarm.since));
    Reason::new(Verdict::Critical, words).since(alarm.since)
}

/// `HTTPCode_Target_5XX_Count > 50`; none of expressions and composites.
pub fn condition(alarm: &Alarm) -> Option<String> {
    let (metric, threshold) = (alarm.metric.as_ref()?, alarm.threshold?);
    let sign = match alarm.comparison.as_deref()? {
        "GreaterThanThreshold" => ">",
        "GreaterThanOrEqualToThreshold" => ">=",
        "LessThanThreshold" => "<",
        "LessThanOrEqualToThreshold" => "<=",
        _ => return None,
    };
    Some(format!("{} {sign} {threshold}", metric.name))
}

/// An alarm without data: what silence means is its own setting; with `missing` nobody knows (`aws-domain.md` A.5, F.38).
fn silent(alarm: &Alarm, sight: &Sight<'_>) -> Reason {
    let lasting = sight.lasting(alarm.since);
    let means = match alarm.missing_data.as_deref() {
        _ if alarm.alarm_type == AlarmType::Composite => "",
        Some("breaching" | "notBreaching") => ": too few values to tell",
        Some("ignore") => ": it keeps its last state when data is missing",
        Some(_) | None => ": it will not fire while its metric is missing",
    };
    // Counters are published only when they count something (aws-domain.md A.5): most such silence is peace.
    let counts = alarm.metric.as_ref().is_some_and(|metric| metric.name.starts_with("HTTPCode_"));
    let next = if counts { "treat missing data as notBreaching" } else { "see whether what it watches is still there" };
    Reason::new(Verdict::Warning, format!("no data{lasting}{means}"))
        .next(next)
        .urgency(Urgency::Planned)
        .since(alarm.since)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::Estate;
    use crate::id::Region;
    use crate::judge::Policy;
    use crate::judge::index::Index;
    use serde_json::json;

    fn assessed(more: serde_json::Value) -> Assessment {
        let mut row = json!({"name": "web-5xx", "alarm_type": "metric", "state": "ALARM", "since": "2026-11-21T03:10:00Z",
            "actions_enabled": true, "actions": ["arn:aws:sns:us-east-1:1:oncall"], "threshold": 50.0,
            "comparison": "GreaterThanThreshold",
            "metric": {"namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count", "dimensions": []}});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (region, policy) = (Region::from("us-east-1"), Policy::default());
        let estate = Estate::new(vec![region.clone()]);
        let now = "2026-11-21T03:14:00Z".parse().unwrap();
        let index = Index::new(&estate, &region, now);
        assess(&serde_json::from_value(row).unwrap(), &Sight::new(&estate, &region, &index, &policy, now))
    }

    #[test]
    fn an_alarm_says_what_it_saw_and_whether_anybody_is_told_aws_domain_a5() {
        let fires = assessed(json!({}));
        assert_eq!(fires.reasons, ["fires for 4m: HTTPCode_Target_5XX_Count > 50"]);
        let muted = assessed(json!({"actions_enabled": false}));
        assert_eq!(
            muted.reasons,
            ["fires for 4m: HTTPCode_Target_5XX_Count > 50; its actions are off: nobody is told"]
        );
        assert!(assessed(json!({"actions": []})).reasons[0].ends_with("it has no action: nobody is told"));
        assert!(assessed(json!({"suppressed_by": "Alarm"})).reasons[0].contains("held back by Alarm"));
    }

    #[test]
    fn a_scaling_policys_alarm_is_no_trouble_aws_domain_a5() {
        let policy = "arn:aws:autoscaling:us-east-1:1:scalingPolicy:x:autoScalingGroupName/web:policyName/cpu";
        assert_eq!(assessed(json!({"actions": [policy]})).verdict, Verdict::Ok);
        assert_eq!(assessed(json!({"actions": [policy, "arn:aws:sns:us-east-1:1:oncall"]})).verdict, Verdict::Critical);
    }

    #[test]
    fn silence_says_what_it_means_aws_domain_f38() {
        let silent = assessed(json!({"state": "INSUFFICIENT_DATA"}));
        assert_eq!(silent.reasons, ["no data for 4m: it will not fire while its metric is missing"]);
        assert_eq!((silent.verdict, silent.urgency), (Verdict::Warning, Urgency::Planned));
    }
}
