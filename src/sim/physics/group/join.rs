//! Members that a person brings in: launched at once, or attached (`aws-domain.md` A.2, C.1).
//!
//! Must stay true: a client token launches once, whatever becomes of its answer; the desired capacity rises by exactly what
//! came, and never passes the maximum; no instance is in two groups.

use std::time::Duration;

use super::super::super::world::{
    ActivityStatus, GroupName, InstanceId, InstanceState, Member, Process, SubnetId, ZoneName,
};
use super::super::{LaunchFailure, Refused, Scene};
use super::refuse::{Doing, suspended, within_limits};

/// Instances that `LaunchInstances` launches at most.
const MOST_AT_ONCE: u32 = 100;

/// Answers that are remembered by their client tokens; the oldest fall off.
const TOKENS_KEPT: usize = 1_000;

/// What `LaunchInstances` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `RequestedCapacity`.
    pub count: u32,
    /// `ClientToken`.
    pub token: String,
    /// `AvailabilityZones`, by name.
    pub zone: Option<ZoneName>,
    /// `SubnetIds`.
    pub subnet: Option<SubnetId>,
    /// `RetryStrategy` is `retry-with-group-configuration`.
    pub retry: bool,
}

/// What came of it: instances in one place, and the failures there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launched {
    /// The zone.
    pub zone: Option<ZoneName>,
    /// The subnet.
    pub subnet: Option<SubnetId>,
    /// The type.
    pub instance_type: String,
    /// What was launched.
    pub instances: Vec<InstanceId>,
    /// Code and words of the launch that failed, if one did.
    pub failure: Option<(&'static str, String)>,
}

impl Scene<'_> {
    /// Launches members at once, in one zone, and raises the desired capacity by them.
    ///
    /// # Errors
    /// AWS's sentence when the place is unclear or foreign, the maximum would be passed, `Launch` is suspended, or the token
    /// belongs to another request.
    pub fn launch_members(&mut self, name: &str, wanted: &Wanted) -> Result<Launched, Refused> {
        let group = self.group_named(name)?;
        let name = group.name.clone();
        if let Some((_, before, answer)) = group.tokens.iter().find(|(token, ..)| *token == wanted.token) {
            if before == wanted {
                return Ok(answer.clone());
            }
            let words = format!("The client token {} was used for another request.", wanted.token);
            return Err(Refused::new("IdempotentParameterMismatch", words));
        }
        if wanted.count == 0 || wanted.count > MOST_AT_ONCE {
            return Err(Refused::validation(format!("RequestedCapacity must be between 1 and {MOST_AT_ONCE}")));
        }
        if group.is_suspended(Process::Launch) {
            return Err(suspended(&name, "Launch"));
        }
        let desired = group.desired.saturating_add(wanted.count);
        if desired > group.max {
            return Err(Refused::validation(format!(
                "The requested capacity {} would bring the desired capacity of AutoScalingGroup {name} to {desired}, above max \
                 value {}.",
                wanted.count, group.max
            )));
        }
        let (zone, subnet) = self.place_of(&name, wanted)?;
        let launched = self.launch_there(&name, &zone, &subnet, wanted);
        if let Some(group) = self.region.groups.get_mut(&name) {
            if group.tokens.len() == TOKENS_KEPT {
                group.tokens.pop_front();
            }
            group.tokens.push_back((wanted.token.clone(), wanted.clone(), launched.clone()));
        }
        Ok(launched)
    }

    fn launch_there(&mut self, name: &GroupName, zone: &ZoneName, subnet: &SubnetId, wanted: &Wanted) -> Launched {
        let mut launched = Launched { zone: Some(zone.clone()), subnet: Some(subnet.clone()), ..Launched::default() };
        for _ in 0..wanted.count {
            match self.launch_for_group(name, zone, subnet) {
                Ok(id) => {
                    let size = self.grow(name);
                    let at = self.now.rfc3339_seconds();
                    let cause = format!("At {at} an instance was launched in response to a user request{size}.");
                    self.begin_member(name, &id, &cause, None);
                    if let Some(instance) = self.region.instances.get(&id) {
                        launched.instance_type.clone_from(&instance.instance_type);
                    }
                    launched.instances.push(id);
                }
                Err(failure) => {
                    launched.failure = Some((failure.code(), failure.to_string()));
                    if let LaunchFailure::NoCapacity { instance_type, .. } = failure {
                        launched.instance_type = instance_type;
                    }
                    break;
                }
            }
        }
        if wanted.retry {
            // The group goes on by itself, wherever it can.
            for _ in launched.instances.len()..usize::try_from(wanted.count).unwrap_or(usize::MAX) {
                self.grow(name);
            }
        }
        launched
    }

    /// Where `LaunchInstances` launches: in the one zone or subnet that is named, which a group of one zone need not name.
    fn place_of(&self, name: &GroupName, wanted: &Wanted) -> Result<(ZoneName, SubnetId), Refused> {
        let group = self.group_named(name.as_str())?;
        let own = |id: &SubnetId| Some((self.region.subnets.get(id)?.zone.clone(), id.clone()));
        let mut places = group.subnets.iter().filter_map(own);
        match (&wanted.zone, &wanted.subnet) {
            (None, None) if group.zones.len() > 1 => Err(Refused::validation(
                "Either AvailabilityZones or SubnetIds must be specified for an AutoScalingGroup with multiple Availability Zones.",
            )),
            (zone, subnet) => places
                .find(|(own_zone, own_subnet)| {
                    zone.as_ref().is_none_or(|zone| zone == own_zone)
                        && subnet.as_ref().is_none_or(|subnet| subnet == own_subnet)
                })
                .ok_or_else(|| {
                    let named = zone.as_ref().map(ToString::to_string).into_iter();
                    let named: Vec<String> = named.chain(subnet.as_ref().map(ToString::to_string)).collect();
                    Refused::validation(format!("{} is not part of AutoScalingGroup {name}.", named.join(", ")))
                }),
        }
    }

    /// Makes instances members, each of which raises the desired capacity by one.
    ///
    /// # Errors
    /// AWS's sentence unless all run in a zone of the group, belong to no group, and fit under the maximum.
    pub fn attach_members(&mut self, name: &str, ids: &[InstanceId]) -> Result<(), Refused> {
        let group = self.group_named(name)?;
        if group.is_suspended(Process::Launch) {
            return Err(suspended(&group.name, "Launch"));
        }
        if ids.is_empty() {
            return Err(Refused::validation("At least one instance ID must be specified."));
        }
        for (place, id) in ids.iter().enumerate() {
            if ids.iter().take(place).any(|other| other == id) {
                return Err(Refused::validation(format!("The instance {id} is named more than once.")));
            }
            let invalid = || Refused::validation(format!("Invalid Instance ID(s): [{id}]"));
            let instance = self.region.instances.get(id).ok_or_else(invalid)?;
            if let Some(owner) = &instance.group {
                return Err(Refused::validation(format!(
                    "Instance {id} is already part of AutoScalingGroup:{owner}, so can't attach it to AutoScalingGroup:{name}"
                )));
            }
            if instance.state != InstanceState::Running {
                return Err(Refused::validation(format!(
                    "Invalid Instance ID(s): [{id}] specified. Instance(s) not in running state. Please specify running instance(s)."
                )));
            }
            if !group.zones.contains(&instance.zone) {
                return Err(Refused::validation(format!(
                    "The Availability Zones of instances [{id}] ({}) are not part of AutoScalingGroup {name}.",
                    instance.zone
                )));
            }
        }
        within_limits(group, i64::try_from(ids.len()).unwrap_or(i64::MAX), Doing::Attach, ids.len())?;
        let name = group.name.clone();
        ids.iter().for_each(|id| self.attach_member(&name, id));
        Ok(())
    }

    fn attach_member(&mut self, name: &GroupName, id: &InstanceId) {
        let size = self.grow(name);
        let at = self.now.rfc3339_seconds();
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        instance.group = Some(name.clone());
        instance.tags.set("aws:autoscaling:groupName", name.as_str());
        if instance.service.is_none() {
            instance.service.clone_from(&group.service);
        }
        let member = Member::joining(instance, group, self.now);
        group.members.insert(id.clone(), member);
        group.unsettled = true;
        let cause = format!("At {at} an instance was attached in response to a user request{size}.");
        let description = format!("Attaching an existing EC2 instance: {id}");
        self.begin_activity(name, id, description, &cause, ActivityStatus::PreInService);
        self.step_member_in(name, id, Duration::from_secs(2));
    }

    /// Raises the desired capacity by one, in the words of an activity's cause.
    pub(super) fn grow(&mut self, name: &GroupName) -> String {
        let Some(group) = self.region.groups.get_mut(name) else { return String::new() };
        let before = group.desired;
        group.desired = before.saturating_add(1).min(group.max.max(before));
        group.unsettled = true;
        format!(", increasing the capacity from {before} to {}", group.desired)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::World;
    use super::super::super::fixture::{self, REGION};
    use super::*;

    fn wanted(count: u32, token: &str) -> Wanted {
        let zone = Some(ZoneName::from("eu-west-1b"));
        Wanted { count, token: token.to_owned(), zone, subnet: None, retry: false }
    }

    fn launch(world: &mut World, wanted: &Wanted) -> Result<Launched, Refused> {
        world.scene(REGION).unwrap().launch_members("web", wanted)
    }

    #[test]
    fn a_token_launches_once_in_the_zone_asked_for_and_raises_desired_aws_domain_a10() {
        let mut world = fixture::world();
        let first = launch(&mut world, &wanted(2, "op-1")).unwrap();
        let again = launch(&mut world, &wanted(2, "op-1")).unwrap();
        assert_eq!((first.instances.len(), &first), (2, &again));
        assert!(first.instances.iter().all(|id| world.here().instances[id].zone == *"eu-west-1b"));
        assert_eq!(world.here().groups["web"].desired, 8);
        let other = launch(&mut world, &wanted(1, "op-1")).unwrap_err();
        assert_eq!(other.code, "IdempotentParameterMismatch");
        world.pass(60);
        assert_eq!(world.here().groups["web"].in_service(), 8, "no more than that");
        let refused = launch(&mut world, &wanted(5, "op-2")).unwrap_err();
        assert!(refused.words.contains("above max value 12"), "{refused}");
        let nowhere = Wanted { zone: None, ..wanted(1, "op-3") };
        assert!(launch(&mut world, &nowhere).unwrap_err().words.starts_with("Either AvailabilityZones or SubnetIds"));
    }

    #[test]
    fn a_launch_without_room_is_told_and_changes_nothing_unless_it_may_go_elsewhere_aws_domain_f11() {
        let mut world = fixture::world();
        world.apply(Fault::NoCapacity { zone: "eu-west-1b".to_owned() }).unwrap();
        let failed = launch(&mut world, &wanted(1, "op-1")).unwrap();
        assert_eq!((failed.instances.len(), failed.failure.unwrap().0), (0, "InsufficientInstanceCapacity"));
        assert_eq!(world.here().groups["web"].desired, 6);
        launch(&mut world, &Wanted { retry: true, ..wanted(1, "op-2") }).unwrap();
        world.pass(120);
        assert_eq!((world.here().groups["web"].desired, world.here().groups["web"].in_service()), (7, 7));
    }

    #[test]
    fn what_was_detached_can_be_attached_again_and_nothing_else_twice_aws_domain_c6() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.scene(REGION).unwrap().detach_members("web", std::slice::from_ref(&id), true).unwrap();
        world.pass(150);
        assert_eq!(world.here().groups["web"].desired, 5);
        world.scene(REGION).unwrap().attach_members("web", std::slice::from_ref(&id)).unwrap();
        let twice = world.scene(REGION).unwrap().attach_members("web", std::slice::from_ref(&id)).unwrap_err();
        assert!(twice.words.starts_with(&format!("Instance {id} is already part of AutoScalingGroup:web")), "{twice}");
        world.pass(60);
        assert_eq!(world.here().groups["web"].in_service(), 6);
        assert!(world.target_state(&id).is_some());
        let alone = world.standalone();
        world.change_group(|group| group.max = 6);
        let full = world.scene(REGION).unwrap().attach_members("web", &[alone]).unwrap_err();
        assert!(full.words.contains("To attach 1 instance, please update"), "{full}");
    }

    #[test]
    fn while_launch_is_suspended_nothing_joins_aws_domain_a2() {
        let mut world = fixture::world();
        world.change_group(|group| group.suspended = super::super::suspended(&["Launch"]));
        let alone = world.standalone();
        assert!(world.scene(REGION).unwrap().attach_members("web", &[alone]).is_err());
        assert!(launch(&mut world, &wanted(1, "op-1")).is_err());
    }
}
