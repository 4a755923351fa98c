//! Reboot, stop, start, end.
//!
//! Must stay true: a reboot keeps the host and mends the guest alone; a stop of a group's member is the group's affair; a
//! start that finds no room changes nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::super::world::{InstanceId, InstanceState, Market, ZoneName, random};
use super::super::life::user_shutdown;
use super::super::{Event, LaunchFailure, Refused, Scene};
use super::wrong_state;

/// A guest that does not react to a reboot is reset by EC2 after some minutes (`aws-domain.md` C.1).
const HARD_REBOOT: Duration = Duration::from_secs(240);

/// An instance's state before and after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The instance.
    pub id: InstanceId,
    /// Before.
    pub before: InstanceState,
    /// After.
    pub after: InstanceState,
}

impl Scene<'_> {
    /// Restarts guests, on the same hosts.
    ///
    /// # Errors
    /// `IncorrectInstanceState` unless all run.
    pub fn reboot_instances(&mut self, ids: &[InstanceId]) -> Result<(), Refused> {
        for id in ids {
            if self.instance(id)?.state != InstanceState::Running {
                return Err(wrong_state(format!("The instance '{id}' is not in the 'running' state.")));
            }
        }
        for id in ids {
            let hangs = self.region.instances.get(id).is_some_and(|instance| instance.causes.guest_broken.is_some());
            let at = self.now + if hangs { HARD_REBOOT } else { Duration::from_secs(2) };
            if let Some(instance) = self.region.instances.get_mut(id) {
                instance.reboot_at = Some(at);
            }
            self.schedule.put(at, Event::Reboot(self.region.name.clone(), id.clone()));
        }
        Ok(())
    }

    /// A reboot that was asked for happens.
    pub(in super::super) fn step_reboot(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id).filter(|found| found.reboot_at == Some(now)) else {
            return;
        };
        instance.reboot_at = None;
        if instance.state != InstanceState::Running {
            return;
        }
        // The host stays, with whatever is wrong with it.
        instance.booted_at = now;
        instance.causes.guest_broken = None;
        instance.causes.application_hung = None;
        self.boot_in(id, Duration::ZERO);
        self.touch_instance(id);
    }

    /// Stops instances. With `force` one that hangs already is stopped too, unless its zone has no power.
    ///
    /// # Errors
    /// `IncorrectInstanceState`, `OperationNotPermitted` for a protected one, `UnsupportedOperation` for Spot.
    pub fn stop_instances(&mut self, ids: &[InstanceId], force: bool) -> Result<Vec<Turn>, Refused> {
        for id in ids {
            let instance = self.instance(id)?;
            match instance.state {
                InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped => {}
                InstanceState::Pending | InstanceState::ShuttingDown | InstanceState::Terminated => {
                    return Err(wrong_state(format!(
                        "This instance '{id}' is not in a state from which it can be stopped."
                    )));
                }
            }
            if instance.market == Market::Spot {
                let words = format!(
                    "You can't stop the Spot Instance '{id}' because it is associated with a one-time Spot Instance request. \
                     You can only stop Spot Instances associated with persistent Spot Instance requests."
                );
                return Err(Refused::new("UnsupportedOperation", words));
            }
            if instance.stop_protection {
                let words = format!(
                    "The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
                );
                return Err(Refused::new("OperationNotPermitted", words));
            }
        }
        Ok(ids.iter().map(|id| self.turn(id, |scene| scene.stop_one(id, force))).collect())
    }

    fn stop_one(&mut self, id: &InstanceId, force: bool) {
        self.begin_stopping(id, user_shutdown());
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if !force || instance.state != InstanceState::Stopping {
            return;
        }
        instance.forced = true;
        let wait = 30_000 + random::below(self.seed, &["forced", id.as_str()], 60_000);
        let (at, sooner) = (self.now + Duration::from_millis(wait), instance.step_at);
        if sooner.is_none_or(|planned| planned > at) {
            self.step_instance_in(id, Duration::from_millis(wait));
        }
    }

    /// Starts stopped instances; they come up on other hosts.
    ///
    /// # Errors
    /// `IncorrectInstanceState`, or `InsufficientInstanceCapacity` where a zone has no room (`aws-domain.md` F.3): they stay
    /// stopped, with their data.
    pub fn start_instances(&mut self, ids: &[InstanceId]) -> Result<Vec<Turn>, Refused> {
        for id in ids {
            let instance = self.instance(id)?;
            match instance.state {
                InstanceState::Stopped if !self.has_room(&instance.zone) => {
                    let failure = self.no_room(&instance.instance_type.clone(), &instance.zone.clone());
                    let words = failure.to_string().replace(" Launching EC2 instance failed.", "");
                    return Err(Refused::new(failure.code(), words).status(500));
                }
                InstanceState::Stopped | InstanceState::Pending | InstanceState::Running => {}
                InstanceState::Stopping | InstanceState::ShuttingDown | InstanceState::Terminated => {
                    return Err(wrong_state(format!(
                        "The instance '{id}' is not in a state from which it can be started."
                    )));
                }
            }
        }
        Ok(ids.iter().map(|id| self.turn(id, |scene| scene.begin_starting(id))).collect())
    }

    pub(super) fn no_room(&self, instance_type: &str, zone: &ZoneName) -> LaunchFailure {
        let others = self.region.zones.keys().filter(|zone| self.has_room(zone)).cloned().collect();
        LaunchFailure::NoCapacity { instance_type: instance_type.to_owned(), zone: zone.clone(), others }
    }

    /// Ends instances, zone by zone: a protected one spares its zone and fails the request, although the others end
    /// (`aws-domain.md` A.10).
    ///
    /// # Errors
    /// `OperationNotPermitted` about the first protected one.
    pub fn terminate_instances(&mut self, ids: &[InstanceId]) -> Result<Vec<Turn>, Refused> {
        let mut spared: BTreeSet<ZoneName> = BTreeSet::new();
        let mut refused = None;
        for id in ids {
            let instance = self.instance(id)?;
            let over = matches!(instance.state, InstanceState::ShuttingDown | InstanceState::Terminated);
            if instance.termination_protection && !over {
                spared.insert(instance.zone.clone());
                refused.get_or_insert_with(|| {
                    Refused::new(
                        "OperationNotPermitted",
                        format!(
                            "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance attribute \
                             and try again."
                        ),
                    )
                });
            }
        }
        let zone = |scene: &Self, id: &InstanceId| scene.region.instances.get(id).map(|found| found.zone.clone());
        let mut turns = Vec::new();
        for id in ids {
            if zone(self, id).is_some_and(|zone| !spared.contains(&zone)) {
                turns.push(self.turn(id, |scene| scene.begin_terminating(id, user_shutdown())));
            }
        }
        refused.map_or(Ok(turns), Err)
    }

    fn turn(&mut self, id: &InstanceId, act: impl FnOnce(&mut Self)) -> Turn {
        let state =
            |scene: &Self| scene.region.instances.get(id).map_or(InstanceState::Terminated, |found| found.state);
        let before = state(self);
        act(self);
        Turn { id: id.clone(), before, after: state(self) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{CheckState, World};
    use super::super::super::fixture::{self, REGION};
    use super::super::super::health;
    use super::*;

    fn state(world: &World, id: &InstanceId) -> InstanceState {
        world.here().instances[id].state
    }

    #[test]
    fn a_reboot_mends_the_guest_and_never_the_host_aws_domain_c1() {
        let mut world = fixture::world();
        let id = world.standalone();
        let serves = |world: &World| health::serves(world.here(), &world.here().instances[&id], world.now);
        let guest = Fault::Guest { instance: id.to_string() };
        world.apply(guest).unwrap();
        world.pass(300);
        world.scene(REGION).unwrap().reboot_instances(std::slice::from_ref(&id)).unwrap();
        world.pass(200);
        assert!(!serves(&world), "a hung guest is reset after some minutes");
        world.pass(180);
        assert!(serves(&world));
        world.apply(Fault::NoCapacity { zone: "eu-west-1c".to_owned() }).unwrap();
        assert!(serves(&world), "what hung before the boot is over, whatever else happens");
        let instances = &mut world.regions.get_mut(REGION).unwrap().instances;
        instances.get_mut(&id).unwrap().auto_recovery = "disabled".to_owned();
        world.apply(Fault::Host { instance: id.to_string() }).unwrap();
        world.scene(REGION).unwrap().reboot_instances(std::slice::from_ref(&id)).unwrap();
        world.pass(600);
        assert_eq!(world.here().instances[&id].checks.system.state, CheckState::Impaired);
    }

    #[test]
    fn a_stop_that_hangs_on_a_broken_host_yields_to_force_and_not_to_patience_aws_domain_f2() {
        let mut world = fixture::world();
        world.change_group(|group| group.suspended = super::super::super::group::suspended(&["HealthCheck"]));
        let ids: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).collect();
        for id in &ids {
            world.apply(Fault::Host { instance: id.to_string() }).unwrap();
        }
        world.scene(REGION).unwrap().stop_instances(&ids, false).unwrap();
        world.pass(900);
        let hung: Vec<InstanceId> =
            ids.iter().filter(|id| state(&world, id) == InstanceState::Stopping).cloned().collect();
        assert!(!hung.is_empty());
        let early = world.scene(REGION).unwrap().start_instances(&hung[..1]).unwrap_err();
        assert_eq!(early.code, "IncorrectInstanceState");
        world.scene(REGION).unwrap().stop_instances(&hung, true).unwrap();
        world.pass(100);
        assert!(hung.iter().all(|id| state(&world, id) == InstanceState::Stopped));
    }

    #[test]
    fn a_stop_that_is_stuck_yields_to_force_alone_and_another_host_is_free_of_it_aws_domain_f2() {
        let mut world = fixture::world();
        let id = world.standalone();
        let ids = std::slice::from_ref(&id);
        world.apply(Fault::StuckStop { instance: id.to_string() }).unwrap();
        world.scene(REGION).unwrap().stop_instances(ids, false).unwrap();
        world.pass(3600);
        assert_eq!(state(&world, &id), InstanceState::Stopping);
        world.scene(REGION).unwrap().stop_instances(ids, true).unwrap();
        world.pass(100);
        assert_eq!(state(&world, &id), InstanceState::Stopped);
        for expected in [InstanceState::Running, InstanceState::Stopped] {
            let mut scene = world.scene(REGION).unwrap();
            let starts = expected == InstanceState::Running;
            if starts {
                scene.start_instances(ids).unwrap()
            } else {
                scene.stop_instances(ids, false).unwrap()
            };
            world.pass(100);
            assert_eq!(state(&world, &id), expected);
        }
    }

    #[test]
    fn a_start_without_room_is_refused_and_the_data_is_intact_aws_domain_f3() {
        let mut world = fixture::world();
        let id = world.standalone();
        let ids = std::slice::from_ref(&id);
        let volumes = world.here().instances[&id].block_devices.len();
        let turns = world.scene(REGION).unwrap().stop_instances(ids, false).unwrap();
        assert_eq!((turns[0].before, turns[0].after), (InstanceState::Running, InstanceState::Stopping));
        world.pass(60);
        let full = Fault::NoCapacity { zone: "eu-west-1a".to_owned() };
        world.apply(full.clone()).unwrap();
        let refused = world.scene(REGION).unwrap().start_instances(ids).unwrap_err();
        assert_eq!((refused.code, refused.status), ("InsufficientInstanceCapacity", 500));
        assert_eq!(
            (state(&world, &id), world.here().instances[&id].block_devices.len()),
            (InstanceState::Stopped, volumes)
        );
        world.heal(&full).unwrap();
        world.scene(REGION).unwrap().start_instances(ids).unwrap();
        world.pass(60);
        assert_eq!(state(&world, &id), InstanceState::Running);
    }

    #[test]
    fn a_protected_instance_spares_its_zone_and_fails_the_call_aws_domain_a10() {
        let mut world = fixture::world();
        let ids: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).collect();
        let protected = ids[0].clone();
        let instances = &mut world.regions.get_mut(REGION).unwrap().instances;
        instances.get_mut(&protected).unwrap().termination_protection = true;
        let zone = world.here().instances[&protected].zone.clone();
        let refused = world.scene(REGION).unwrap().terminate_instances(&ids).unwrap_err();
        assert_eq!(refused.code, "OperationNotPermitted");
        for id in &ids {
            let spared = world.here().instances[id].zone == zone;
            assert_eq!(state(&world, id) == InstanceState::Running, spared, "{id}");
        }
        // What the group ends is not protected by that.
        world.terminate_member(protected.as_str()).unwrap();
        world.pass(300);
        assert_eq!(state(&world, &protected), InstanceState::Terminated);
    }

    #[test]
    fn a_member_that_is_stopped_is_ended_and_replaced_aws_domain_c1() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.scene(REGION).unwrap().stop_instances(std::slice::from_ref(&id), false).unwrap();
        world.pass(400);
        assert_eq!(state(&world, &id), InstanceState::Terminated);
        assert_eq!(world.here().groups["web"].in_service(), 6);
    }
}
