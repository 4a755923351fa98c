//! Builds lifecycle hooks, scaling policies and scheduled actions of groups.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::document::{GroupDoc, HookDoc, RegionDoc, StepDoc, WorldError};
use super::super::{
    Alarm, AlarmMemory, AlarmName, AlarmRule, AlarmState, Arn, Comparison, GroupName, HookTransition, LifecycleHook,
    MetricRule, PolicyType, ScalingPolicy, ScheduledAction, SimTime, Statistic, Tags,
};
use super::site::Site;

impl Site<'_> {
    pub(super) fn hooks(&self, path: &str, doc: &GroupDoc) -> Result<Vec<LifecycleHook>, WorldError> {
        let hook = |(index, hook)| self.hook(&format!("{path}.hooks[{index}]"), hook);
        doc.hooks.iter().enumerate().map(hook).collect()
    }

    fn hook(&self, path: &str, doc: &HookDoc) -> Result<LifecycleHook, WorldError> {
        let transition = match doc.on.as_str() {
            "launching" => HookTransition::Launching,
            "terminating" => HookTransition::Terminating,
            other => {
                return Err(WorldError::invalid(
                    format!("{path}.on"),
                    format!("\"{other}\" is none of launching, terminating"),
                ));
            }
        };
        Ok(LifecycleHook {
            name: doc.name.clone(),
            transition,
            heartbeat_s: doc.heartbeat_s.unwrap_or(3600),
            global_s: 172_800,
            default_result: doc.default_result.clone().unwrap_or_else(|| "ABANDON".to_owned()),
            target_arn: Some(self.scene.arn("sqs", &format!("{}-hooks", doc.name)).to_string()),
            role_arn: Some(format!("arn:aws:iam::{}:role/hooks", self.scene.account)),
            answers_after_s: doc.answers_after_s,
        })
    }

    pub(super) fn policies(&mut self, doc: &GroupDoc, target_groups: &[Arn]) -> Vec<ScalingPolicy> {
        let mut policies = Vec::new();
        let wanted = [
            (doc.cpu_target, "cpu", "ASGAverageCPUUtilization"),
            (doc.request_target, "requests", "ALBRequestCountPerTarget"),
        ];
        for (target, short, metric) in wanted {
            let Some(target_value) = target else { continue };
            let id = self.scene.mint.uuid();
            let name = format!("{}-{short}", doc.name);
            let label = target_groups.first().and_then(|arn| self.resource_label(arn)).filter(|_| short == "requests");
            policies.push(ScalingPolicy {
                arn: self.scene.arn(
                    "autoscaling",
                    &format!("scalingPolicy:{id}:autoScalingGroupName/{}:policyName/{name}", doc.name),
                ),
                name,
                kind: PolicyType::TargetTracking,
                enabled: true,
                acts: doc.scales,
                metric: Some(metric.to_owned()),
                resource_label: label,
                target_value: Some(target_value),
                disable_scale_in: false,
                adjustment: None,
                alarms: Vec::new(),
            });
        }
        policies.extend(doc.step.as_ref().map(|step| self.step_policy(doc, step)));
        policies
    }

    fn step_policy(&self, group: &GroupDoc, doc: &StepDoc) -> ScalingPolicy {
        let id = self.mint_of(&format!("step policy {}", group.name)).uuid();
        let resource = format!("scalingPolicy:{id}:autoScalingGroupName/{}:policyName/{}", group.name, doc.name);
        ScalingPolicy {
            name: doc.name.clone(),
            arn: self.scene.arn("autoscaling", &resource),
            kind: PolicyType::Step,
            enabled: true,
            acts: group.scales,
            metric: None,
            resource_label: None,
            target_value: None,
            disable_scale_in: false,
            adjustment: Some(doc.add),
            alarms: vec![(doc.alarm.clone(), self.scene.arn("cloudwatch", &format!("alarm:{}", doc.alarm)))],
        }
    }

    /// Has the alarms that drive policies act on them: each must be there.
    pub(super) fn connect_policies(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, group) in doc.groups.iter().enumerate() {
            let Some(step) = &group.step else { continue };
            let region = self.region();
            let policies = region.groups.get(group.name.as_str()).map(|group| group.policies.as_slice());
            let policy = policies.unwrap_or_default().iter().find(|policy| policy.name == step.name);
            let Some(arn) = policy.map(|policy| policy.arn.to_string()) else { continue };
            let Some(alarm) = region.alarms.get_mut(step.alarm.as_str()) else {
                let message = format!("there is no alarm called \"{}\"", step.alarm);
                return Err(WorldError::invalid(format!("{}.step.alarm", self.path("groups", index)), message));
            };
            alarm.alarm_actions.push(arn);
        }
        for group in doc.groups.iter().filter(|group| group.scales) {
            self.track(&GroupName::from(group.name.as_str()));
        }
        Ok(())
    }

    /// Makes the two alarms by which each target tracking policy of a group acts, as AWS does.
    fn track(&mut self, name: &GroupName) {
        let group = self.scene.region.groups.get(name);
        let Some((target_group, policies)) = group.map(|group| (group.target_groups.first(), group.policies.clone()))
        else {
            return;
        };
        let target_group = target_group.and_then(|arn| self.scene.region.target_groups.get(arn));
        let target_group = target_group.map(|found| found.metric_dimension().to_owned());
        for policy in policies {
            let Some(target) = policy.target_value.filter(|_| policy.kind == PolicyType::TargetTracking) else {
                continue;
            };
            let by_cpu = policy.metric.as_deref() == Some("ASGAverageCPUUtilization");
            let (namespace, metric, statistic, dimension) = if by_cpu {
                let own = ("AutoScalingGroupName".to_owned(), name.to_string());
                ("AWS/EC2", "CPUUtilization", Statistic::Average, own)
            } else {
                let Some(target_group) = target_group.clone() else { continue };
                let own = ("TargetGroup".to_owned(), target_group);
                ("AWS/ApplicationELB", "RequestCountPerTarget", Statistic::Sum, own)
            };
            let id = self.mint_of(&format!("tracking {}", policy.name)).uuid();
            let rule = |comparison, threshold, periods| MetricRule {
                namespace: namespace.to_owned(),
                metric: metric.to_owned(),
                dimensions: vec![dimension.clone()],
                statistic,
                extended_statistic: None,
                period_s: 60,
                evaluation_periods: periods,
                datapoints_to_alarm: None,
                threshold,
                comparison,
                missing_data: None,
            };
            let high = rule(Comparison::GreaterThan, target, 3);
            let low = rule(Comparison::LessThan, target * 0.9, 15);
            for (side, rule) in [("High", high), ("Low", low)] {
                let alarm = self.tracking_alarm(format!("TargetTracking-{name}-Alarm{side}-{id}"), rule, &policy.arn);
                let entry = (alarm.name.to_string(), alarm.arn.clone());
                let region = self.region();
                region.alarms.insert(alarm.name.clone(), alarm);
                let own = region.groups.get_mut(name).map(|group| &mut group.policies);
                if let Some(own) = own.and_then(|own| own.iter_mut().find(|own| own.arn == policy.arn)) {
                    own.alarms.push(entry);
                }
            }
        }
    }

    fn tracking_alarm(&self, name: String, rule: MetricRule, policy: &Arn) -> Alarm {
        let since = self.start - Duration::from_secs(86_400);
        Alarm {
            arn: self.scene.arn("cloudwatch", &format!("alarm:{name}")),
            description: Some(format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy}.")),
            rule: AlarmRule::Metric(rule),
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: vec![policy.to_string()],
            insufficient_data_actions: Vec::new(),
            state: AlarmState::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            reason_data: None,
            updated_at: since,
            transitioned_at: since,
            configured_at: since,
            suppressed_by: None,
            history: VecDeque::new(),
            tags: Tags::default(),
            memory: AlarmMemory::default(),
            name: AlarmName::from(name),
        }
    }

    /// `app/web/50dc6c495c0c9188/targetgroup/web/73e2d6bc24d8a067`.
    fn resource_label(&self, target_group: &Arn) -> Option<String> {
        let group = self.scene.region.target_groups.get(target_group)?;
        let balancer = self.scene.region.balancers.get(group.balancers.first()?)?;
        Some(format!("{}/{}", balancer.metric_dimension(), group.metric_dimension()))
    }

    pub(super) fn scheduled_actions(&mut self, path: &str, doc: &GroupDoc) -> Result<Vec<ScheduledAction>, WorldError> {
        let mut actions = Vec::new();
        for (index, action) in doc.schedule.iter().enumerate() {
            let (hour, minute) = time_of_day(&format!("{path}.schedule[{index}].daily_at"), &action.daily_at)?;
            let midnight = SimTime::from_seconds(self.start.as_seconds().div_euclid(DAY_S) * DAY_S);
            let today = midnight + Duration::from_secs(u64::from(hour * 60 + minute) * 60);
            let id = self.scene.mint.uuid();
            let resource = format!(
                "scheduledUpdateGroupAction:{id}:autoScalingGroupName/{}:scheduledActionName/{}",
                doc.name, action.name
            );
            actions.push(ScheduledAction {
                name: action.name.clone(),
                arn: self.scene.arn("autoscaling", &resource),
                recurrence: format!("{minute} {hour} * * *"),
                time_zone: "Etc/UTC".to_owned(),
                starts_at: if today > self.start { today } else { today + ScheduledAction::EVERY },
                ends_at: None,
                min: action.min,
                max: action.max,
                desired: action.desired,
            });
        }
        Ok(actions)
    }
}

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// `05:30` as hour and minute.
fn time_of_day(path: &str, text: &str) -> Result<(u32, u32), WorldError> {
    let parts = text.split_once(':').and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
    let valid = parts.filter(|(hour, minute)| *hour < 24_u32 && *minute < 60_u32);
    valid.ok_or_else(|| WorldError::invalid(path, format!("\"{text}\" is no time of day such as \"05:30\"")))
}
