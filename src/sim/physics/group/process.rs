//! What a person tells a group to leave alone: its processes, and members that scale-in spares.

use super::super::super::world::{InstanceId, LifecycleState, Process, Suspension};
use super::super::{Refused, Scene};
use super::refuse::no_group;

impl Scene<'_> {
    /// Suspends processes; none named means all.
    ///
    /// # Errors
    /// AWS's sentence for an unknown group.
    pub fn suspend_processes(&mut self, name: &str, processes: &[Process]) -> Result<(), Refused> {
        let reason = format!("User suspended at {}", self.now.rfc3339_seconds());
        let Some(group) = self.region.groups.get_mut(name) else { return Err(no_group(name)) };
        let processes = if processes.is_empty() { Process::ALL } else { processes };
        for process in processes {
            if !group.is_suspended(*process) {
                group.suspended.push(Suspension { process: *process, reason: reason.clone() });
            }
        }
        group.unsettled = true;
        Ok(())
    }

    /// Resumes processes; none named means all. What piled up meanwhile happens now.
    ///
    /// # Errors
    /// AWS's sentence for an unknown group.
    pub fn resume_processes(&mut self, name: &str, processes: &[Process]) -> Result<(), Refused> {
        let Some(group) = self.region.groups.get_mut(name) else { return Err(no_group(name)) };
        group.suspended.retain(|held| !processes.is_empty() && !processes.contains(&held.process));
        group.unsettled = true;
        Ok(())
    }

    /// Protects members from scale-in, and from nothing else.
    ///
    /// # Errors
    /// AWS's sentence when one is no member that may be protected.
    pub fn protect_members(&mut self, name: &str, ids: &[InstanceId], protected: bool) -> Result<(), Refused> {
        let states = [
            LifecycleState::InService,
            LifecycleState::EnteringStandby,
            LifecycleState::Standby,
            LifecycleState::Pending,
            LifecycleState::PendingWait,
            LifecycleState::PendingProceed,
        ];
        self.members_named(name, ids, &states)?;
        let Some(group) = self.region.groups.get_mut(name) else { return Err(no_group(name)) };
        for id in ids {
            if let Some(member) = group.members.get_mut(id) {
                member.protected = protected;
            }
        }
        group.unsettled = true;
        Ok(())
    }
}
