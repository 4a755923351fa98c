//! What the toy account does when it is asked.

use super::group::{ENDS_S, ToyMember};
use super::{World, error, id};
use crate::estate::group::LifecycleState;
use crate::id::InstanceId;
use crate::operation::call::{Action, CallError, ErrorClass, Receipt};

impl World {
    pub(super) fn act(&mut self, action: &Action) -> Result<Receipt, CallError> {
        let invalid = |message: &str| Err(error(ErrorClass::Invalid, message));
        match action {
            Action::StartZonalShift(start) => return self.start_shift(start),
            Action::CancelZonalShift(cancel) => return self.cancel_shift(cancel),
            Action::SetDesiredCapacity(set) => {
                let group = self.group(&set.auto_scaling_group_name)?;
                if set.desired_capacity > group.max || set.desired_capacity < group.min {
                    return invalid("outside of min and max");
                }
                group.desired = set.desired_capacity;
            }
            Action::UpdateAutoScalingGroup(resize) => {
                let group = self.group(&resize.auto_scaling_group_name)?;
                group.max = resize.max_size.unwrap_or(group.max);
                group.min = resize.min_size.unwrap_or(group.min);
                group.desired = resize.desired_capacity.unwrap_or(group.desired);
            }
            Action::SuspendProcesses(processes) => {
                let group = self.group(&processes.auto_scaling_group_name)?;
                group.suspended.extend(processes.scaling_processes.iter().map(|process| process.as_str().to_owned()));
            }
            Action::ResumeProcesses(processes) => {
                let group = self.group(&processes.auto_scaling_group_name)?;
                for process in &processes.scaling_processes {
                    group.suspended.remove(process.as_str());
                }
            }
            Action::TerminateInstanceInAutoScalingGroup(end) => {
                let id = InstanceId::from(end.instance_id.to_string());
                let Some(group) = self.groups.values_mut().find(|group| group.members.contains_key(&id)) else {
                    return Err(error(ErrorClass::NotFound, "no such member"));
                };
                if end.should_decrement_desired_capacity && group.desired <= group.min {
                    return invalid("desired would fall below min");
                }
                let Some(member) = group.members.get_mut(&id) else { return invalid("gone") };
                if member.state != LifecycleState::Terminating {
                    (member.state, member.left_s) = (LifecycleState::Terminating, ENDS_S);
                    group.desired -= i32::from(end.should_decrement_desired_capacity);
                }
            }
            Action::EnterStandby(removal) => {
                let group = self.group(&removal.auto_scaling_group_name)?;
                for whom in &removal.instance_ids {
                    match group.members.get_mut(&InstanceId::from(whom.to_string())) {
                        Some(member) if member.state == LifecycleState::InService => {
                            (member.state, member.left_s) = (LifecycleState::EnteringStandby, 10);
                            group.desired -= i32::from(removal.should_decrement_desired_capacity);
                        }
                        _ => return invalid("not in service"),
                    }
                }
            }
            Action::ExitStandby(members) => {
                let group = self.group(&members.auto_scaling_group_name)?;
                for whom in &members.instance_ids {
                    match group.members.get_mut(&InstanceId::from(whom.to_string())) {
                        Some(member) if member.state == LifecycleState::Standby && group.desired < group.max => {
                            (member.state, member.left_s) = (LifecycleState::Pending, 20);
                            group.desired += 1;
                        }
                        _ => return invalid("not standing by, or no room"),
                    }
                }
            }
            Action::LaunchInstances(launch) => {
                if let Some(receipt) = self.tokens.get(&launch.client_token) {
                    return Ok(receipt.clone());
                }
                let new = id(self.next);
                self.next += 1;
                let group = self.group(&launch.auto_scaling_group_name)?;
                if group.desired >= group.max {
                    return invalid("no room");
                }
                group.desired += 1;
                group.members.insert(new.clone(), ToyMember::pending());
                let receipt = Receipt { brought: vec![new], ..Receipt::default() };
                self.tokens.insert(launch.client_token.clone(), receipt.clone());
                return Ok(receipt);
            }
            Action::SetInstanceProtection(protection) => {
                let group = self.group(&protection.auto_scaling_group_name)?;
                for whom in &protection.instance_ids {
                    match group.members.get_mut(&InstanceId::from(whom.to_string())) {
                        Some(member) => member.protected = protection.protected_from_scale_in,
                        None => return Err(error(ErrorClass::NotFound, "no such member")),
                    }
                }
            }
            Action::RebootInstances(_) => {}
            other => panic!("the toy knows no {}", other.name()),
        }
        Ok(Receipt { request_id: Some("r".into()), ..Receipt::default() })
    }
}
