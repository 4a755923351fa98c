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
        let flow = self.world.flow_of(service, self.at);
        let (sent, done) = (flow.served, flow.done);
        let loads = flow.lanes.iter().flatten().map(|zone| zone.load / 60.0);
        let busy = loads.fold(0.0, f64::max).min(0.98);
        // What waits because workers are busy, and what has piled up: the oldest job came before all that waits.
        let passing = (2.0 / (1.0 - busy) * (1.0 + 0.3 * self.noise(name))).max(0.0);
        let a_second = sent.max(1.0) / 60.0;
        let age = (passing + flow.backlog / a_second).floor();
        match self.name {
            "ApproximateAgeOfOldestMessage" => Some(Datapoint::one(age)),
            "ApproximateNumberOfMessagesVisible" => {
                Some(Datapoint::one((flow.backlog + a_second * passing / 2.0).floor()))
            }
            "NumberOfMessagesSent" => Datapoint::count(self.whole(sent, name)),
            "NumberOfMessagesDeleted" => Datapoint::count(self.whole(done, name)),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{Origin, SimTime, World};

    /// Seconds that the oldest job of the workers' queue waits, a minute ago.
    fn age(world: &World) -> f64 {
        let dimensions = [("QueueName".to_owned(), "orders-work".to_owned())];
        let at = world.now - Duration::from_secs(60);
        let region = &world.regions["us-east-1"];
        world.measure(region, "AWS/SQS", "ApproximateAgeOfOldestMessage", &dimensions, at).unwrap().maximum
    }

    #[test]
    fn jobs_wait_longer_and_longer_while_workers_are_dead_and_are_worked_off_after_aws_domain_f() {
        let mut world = World::builtin(Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) }).unwrap();
        assert!(age(&world) < 30.0);
        let workers = world.regions["us-east-1"].groups["workers-asg"].members.keys();
        let faults: Vec<Fault> = workers.take(8).map(|id| Fault::Application { instance: id.to_string() }).collect();
        faults.iter().for_each(|fault| world.apply(fault.clone()).unwrap());
        let mut before = age(&world);
        for _ in 0..3 {
            world.advance_to(world.now + Duration::from_secs(300));
            assert!(age(&world) > before + 60.0, "{} after {before}", age(&world));
            before = age(&world);
        }
        faults.iter().for_each(|fault| world.heal(fault).unwrap());
        world.advance_to(world.now + Duration::from_secs(1_800));
        assert!(age(&world) < 30.0, "{}", age(&world));
    }
}
