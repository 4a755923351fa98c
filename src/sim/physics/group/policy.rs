//! Scaling policies that act on their alarms (`aws-domain.md A.5`: again each minute while in ALARM).
//!
//! Must stay true: nothing acts while `AlarmNotification` is suspended; nothing scales in while a zonal shift is in force
//! (`aws-domain.md C.3`, step 4); the desired capacity stays within its limits.

use std::time::Duration;

use super::super::super::world::{
    AlarmRule, AlarmState, AutoScalingGroup, GroupName, PolicyType, Process, Region, RegionName, ScalingPolicy,
    SimTime, Statistic, World,
};
use super::super::Metric;

/// What a policy wants of a group.
struct Wish {
    region: RegionName,
    group: GroupName,
    desired: u32,
    cause: String,
}

impl World {
    /// Lets every policy act whose alarm is in ALARM, unless its group is still cooling down.
    pub(in super::super) fn act_on_alarms(&mut self) {
        let mut wishes = Vec::new();
        for region in self.regions.values() {
            for group in region.groups.values() {
                wishes.extend(self.wish(region, group));
            }
        }
        let now = self.now;
        for wish in wishes {
            let region = self.regions.get_mut(&wish.region);
            if let Some(group) = region.and_then(|region| region.groups.get_mut(&wish.group)) {
                group.desired = wish.desired;
                group.request = Some(wish.cause);
                group.scaled_at = Some(now);
                group.unsettled = true;
            }
        }
    }

    /// The largest capacity that a policy of the group wants, if it is another than now.
    fn wish(&self, region: &Region, group: &AutoScalingGroup) -> Option<Wish> {
        let pause = Duration::from_secs(u64::from(group.warmup_s.unwrap_or(group.cooldown_s)));
        let cooling = group.scaled_at.is_some_and(|at| self.now.since(at) < pause);
        if cooling || group.is_suspended(Process::AlarmNotification) {
            return None;
        }
        let acting = group.policies.iter().filter(|policy| policy.acts && policy.enabled);
        let wanted = acting.filter_map(|policy| self.wanted(region, group, policy));
        let (desired, policy, alarm) = wanted.max_by_key(|(desired, ..)| *desired)?;
        let shifted = group.zones.iter().any(|zone| region.is_shifted_away(group.arn.as_str(), zone.as_str()));
        let desired = desired.clamp(group.min, group.max.max(group.min));
        if desired == group.desired || desired < group.desired && shifted {
            return None;
        }
        let cause = format!(
            "At {} a monitor alarm {alarm} in state ALARM triggered policy {} changing the desired capacity from {} to {desired}.",
            self.now.rfc3339_seconds(),
            policy.name,
            group.desired
        );
        Some(Wish { region: region.name.clone(), group: group.name.clone(), desired, cause })
    }

    /// What one policy wants, and by which of its alarms.
    fn wanted<'g>(
        &self,
        region: &Region,
        group: &'g AutoScalingGroup,
        policy: &'g ScalingPolicy,
    ) -> Option<(u32, &'g ScalingPolicy, &'g str)> {
        let fires = |name: &str| {
            let alarm = region.alarms.get(name)?;
            (alarm.state == AlarmState::Alarm && alarm.actions_enabled).then_some(alarm)
        };
        let (name, alarm) = policy.alarms.iter().find_map(|(name, _)| Some((name.as_str(), fires(name)?)))?;
        let desired = match policy.kind {
            PolicyType::Step | PolicyType::Simple => group.desired.saturating_add_signed(policy.adjustment?),
            PolicyType::TargetTracking => {
                let AlarmRule::Metric(rule) = &alarm.rule else { return None };
                let metric = Metric {
                    namespace: rule.namespace.clone(),
                    name: rule.metric.clone(),
                    dimensions: rule.dimensions.clone(),
                };
                let counted = self.counted(region, &metric, SimTime::of_minute(self.now.minute() - 1))?;
                let value = if rule.statistic == Statistic::Sum { counted.sum } else { counted.average() };
                // AWS adds what the measure says, and takes away one at a time.
                let fits = (f64::from(group.desired) * value / policy.target_value?).ceil().clamp(0.0, 10_000.0) as u32;
                match fits > group.desired {
                    true => fits,
                    false if policy.disable_scale_in || fits == group.desired => return None,
                    false => group.desired.saturating_sub(1),
                }
            }
        };
        Some((desired, policy, name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture;
    use super::*;

    fn world(more: &str) -> World {
        fixture::world_with(|document| {
            document
                .replace("grace_s = 120", &format!("grace_s = 120, scales = true, warmup_s = 60, {more}"))
                .replace("rps = 300", "rps = 240")
        })
    }

    fn desired(world: &World) -> u32 {
        world.here().groups["web"].desired
    }

    #[test]
    fn target_tracking_follows_the_load_up_and_slowly_down_again_aws_domain_a5() {
        let mut world = world("cpu_target = 50.0");
        world.pass(1800);
        let calm = desired(&world);
        let load = Fault::Load { service: None, factor: 2.0 };
        world.apply(load.clone()).unwrap();
        world.pass(900);
        let busy = desired(&world);
        assert!(busy > calm, "{calm} to {busy}");
        let line = world.activity_lines(20).into_iter().find(|line| line.contains("triggered policy")).unwrap();
        assert!(line.contains("a monitor alarm TargetTracking-web-AlarmHigh-"), "{line}");
        assert!(line.contains("in state ALARM triggered policy web-cpu changing the desired capacity"), "{line}");
        world.heal(&load).unwrap();
        world.pass(3600);
        assert!(desired(&world) < busy);
        let policy = &world.here().groups["web"].policies[0];
        assert_eq!(policy.alarms.len(), 2, "as AWS makes them");
    }

    #[test]
    fn suspended_notifications_and_shifts_hold_policies_aws_domain_a2() {
        let mut world = world("cpu_target = 50.0, suspended = [\"AlarmNotification\"]");
        let before = desired(&world);
        world.apply(Fault::Load { service: None, factor: 2.0 }).unwrap();
        world.pass(900);
        assert_eq!(desired(&world), before);
    }

    #[test]
    fn a_step_policy_adds_its_step_at_each_pause_up_to_the_maximum() {
        let mut world = fixture::world_with(|document| {
            document.replace(
                "grace_s = 120",
                "grace_s = 120, scales = true, warmup_s = 300, step = { name = \"more\", alarm = \"sick\", add = 3 }",
            )
        });
        let ids: Vec<_> = world.members().into_iter().map(|member| member.instance).take(1).collect();
        world.apply(Fault::Application { instance: ids[0].to_string() }).unwrap();
        world.change_group(|group| group.suspended = super::super::suspended(&["ReplaceUnhealthy"]));
        world.pass(400);
        assert_eq!(desired(&world), 9);
        world.pass(1200);
        assert_eq!(desired(&world), 12, "no further");
    }
}
