//! `AWS/AutoScaling` (only for groups that collect them) and `AWS/SQS`.

use super::super::super::world::LifecycleState;
use super::{Datapoint, Probe};

impl Probe<'_> {
    pub(super) fn group(&self) -> Option<Datapoint> {
        if !self.dimensions.are(&["AutoScalingGroupName"]) {
            return None;
        }
        let group = self.region.groups.get(self.dimensions.get("AutoScalingGroupName")?)?;
        if !group.metrics.iter().any(|metric| metric == self.name) {
            return None;
        }
        let in_service: u32 = group.serving.at(self.at)?.values().sum();
        let in_state = |states: &[LifecycleState]| {
            let members =
                group.members.values().filter(|member| states.contains(&member.state) && member.state_since <= self.at);
            u32::try_from(members.count()).unwrap_or(u32::MAX)
        };
        let value = match self.name {
            "GroupMinSize" => group.min,
            "GroupMaxSize" => group.max,
            "GroupDesiredCapacity" => group.desired,
            "GroupInServiceInstances" => in_service,
            "GroupPendingInstances" => {
                in_state(&[LifecycleState::Pending, LifecycleState::PendingWait, LifecycleState::PendingProceed])
            }
            "GroupStandbyInstances" => in_state(&[LifecycleState::Standby]),
            "GroupTerminatingInstances" => in_state(&[
                LifecycleState::Terminating,
                LifecycleState::TerminatingWait,
                LifecycleState::TerminatingProceed,
            ]),
            "GroupTotalInstances" => {
                in_service
                    + in_state(&[
                        LifecycleState::Pending,
                        LifecycleState::PendingWait,
                        LifecycleState::Terminating,
                        LifecycleState::TerminatingWait,
                    ])
            }
            _ => return None,
        };
        Some(Datapoint::one(f64::from(value)))
    }

    pub(super) fn queue(&self) -> Option<Datapoint> {
        if !self.dimensions.are(&["QueueName"]) {
            return None;
        }
        let name = self.dimensions.get("QueueName")?;
        let service = self
            .region
            .services
            .values()
            .find(|service| service.queue.as_ref().is_some_and(|queue| queue.name == name))?;
        let load = self.world.load_of(self.region, service, self.at);
        let jobs = load.rps * 60.0;
        // Waiting grows as workers fill up; past their capacity it would grow without end, and is capped at an hour.
        let waits = if load.utilisation < 1.0 { 2.0 / (1.0 - load.utilisation) } else { 3600.0 };
        let age = (waits * (1.0 + 0.3 * self.noise(name))).max(0.0).floor();
        match self.name {
            "ApproximateAgeOfOldestMessage" => Some(Datapoint::one(age)),
            "ApproximateNumberOfMessagesVisible" => Some(Datapoint::one((load.rps * age / 2.0).floor())),
            "NumberOfMessagesSent" => Datapoint::count(self.whole(jobs, name)),
            "NumberOfMessagesDeleted" => {
                Datapoint::count(self.whole(jobs * load.utilisation.min(1.0) / load.utilisation.max(1e-9), name))
            }
            _ => None,
        }
    }
}
