//! Behind its balancers and away from them: target groups and classic balancers alike.

use std::collections::BTreeSet;

use super::super::super::call::{Action, ClassicInstance, ClassicMembers, TargetSpec, Targets, Whom};
use super::super::super::condition::Fact;
use super::super::super::draft::Part;
use super::super::super::wait;
use super::restore::blank_or;
use super::{Lane, SERVE_S};
use crate::estate::balancer::{ClassicBalancer, Target, TargetGroup};
use crate::id::{InstanceId, Text};

/// How long a classic balancer lets connections end, at most, where it does.
const CLASSIC_DRAIN_S: u64 = 300;

impl<'a> Lane<'_, 'a> {
    /// Behind how many balancers it is.
    pub(super) fn balancers(&self) -> usize {
        self.targets.len() + self.classics.len()
    }

    /// Drained from its balancers, so that a stop cuts no connection. Where it is the only one that serves, it is stopped all the
    /// same, and somebody says why.
    pub(super) fn leave_balancers(&mut self) {
        let id = &self.here.thing.id;
        for (group, own) in self.targets.clone() {
            let targets = targets(group, &own, id.text());
            let (delay, _) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(&group.arn));
            let beside: BTreeSet<InstanceId> = [id.clone()].into();
            let part = self
                .step(format!("drain {id} from {}", group.name), "its connections end before it does")
                .warn("healthy", Fact::Healthy { target_group: group.arn.clone(), beside, at_least: 1 })
                .call(Action::DeregisterTargets(targets.clone()))
                .until(Fact::Drained { target_group: group.arn.clone(), instance: id.clone() }, delay, delay + 60)
                .undo(Action::RegisterTargets(targets));
            self.add(part);
        }
        for classic in self.classics.clone() {
            let members = members(classic, id);
            let beside: BTreeSet<InstanceId> = [id.clone()].into();
            let left = Fact::OffClassic { balancer: classic.name.clone(), instance: id.clone() };
            let part = self
                .step(format!("drain {id} from {}", classic.name), "its connections end before it does")
                .warn("healthy", Fact::HealthyClassic { balancer: classic.name.clone(), beside, at_least: 1 })
                .call(Action::DeregisterInstancesFromLoadBalancer(members.clone()))
                .until(left, 30, CLASSIC_DRAIN_S + 60)
                .undo(Action::RegisterInstancesWithLoadBalancer(members));
            self.add(part);
        }
    }

    /// Back behind the balancers that it left.
    pub(super) fn join_balancers(&mut self) {
        let id = self.here.thing.id.clone();
        for (group, own) in self.targets.clone() {
            let part = self.step(format!("put {id} back behind {}", group.name), "it was drained for this");
            let part = self.registering(part, group, targets(group, &own, id.text()), &id);
            self.add(part);
        }
        for classic in self.classics.clone() {
            let part = self
                .step(format!("put {id} back behind {}", classic.name), "it was drained for this")
                .call(Action::RegisterInstancesWithLoadBalancer(members(classic, &id)))
                .until(registered(classic, &id), 60, SERVE_S);
            self.add(part);
        }
    }

    /// Another one behind every balancer of this one.
    pub(super) fn put_behind(&mut self, new: &InstanceId) {
        for (group, own) in self.targets.clone() {
            let targets = targets(group, &own, new.text());
            let part =
                self.step(format!("put the new one behind {}", group.name), "it must serve before the old one goes");
            let part = self.registering(part, group, targets.clone(), new).undo(Action::DeregisterTargets(targets));
            self.add(part);
        }
        for classic in self.classics.clone() {
            let members = members(classic, new);
            let part = self
                .step(format!("put the new one behind {}", classic.name), "it must serve before the old one goes")
                .call(Action::RegisterInstancesWithLoadBalancer(members.clone()))
                .until(registered(classic, new), 60, SERVE_S)
                .undo(Action::DeregisterInstancesFromLoadBalancer(members));
            self.add(part);
        }
    }

    /// Registered, and healthy for as long as its slow start lasts.
    fn registering(&self, part: Part, group: &TargetGroup, targets: Targets, whom: &InstanceId) -> Part {
        let (_, warm) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(&group.arn));
        let target_groups = vec![group.arn.clone()];
        let serves = Fact::Serves { instance: whom.clone(), target_groups, classic: Vec::new() };
        part.call(Action::RegisterTargets(targets)).until(serves, 60, SERVE_S).held_for(warm)
    }
}

fn targets(group: &TargetGroup, own: &[&Target], id: &Text) -> Targets {
    let targets = own.iter().map(|target| TargetSpec { id: id.clone(), port: target.port }).collect();
    Targets { target_group_arn: group.arn.clone(), targets }
}

fn members(classic: &ClassicBalancer, id: &InstanceId) -> ClassicMembers {
    let instance_id: Whom = blank_or(id);
    ClassicMembers { load_balancer_name: classic.name.clone(), instances: vec![ClassicInstance { instance_id }] }
}

fn registered(classic: &ClassicBalancer, id: &InstanceId) -> Fact {
    Fact::Serves { instance: id.clone(), target_groups: Vec::new(), classic: vec![classic.name.clone()] }
}
