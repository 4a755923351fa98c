//! Auto Scaling's sentences for what it does not do, and what several requests check alike.
//!
//! Must stay true: everything here looks and changes nothing, so that a request is refused before it began.

use super::super::super::world::{AutoScalingGroup, GroupName, InstanceId, LifecycleState, Member};
use super::super::{Refused, Scene};

/// What a request would do to the desired capacity, in the words of its refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// `EnterStandby`.
    EnterStandby,
    /// `ExitStandby`.
    ExitStandby,
    /// `DetachInstances`.
    Detach,
    /// `AttachInstances`.
    Attach,
}

impl Doing {
    const fn words(self) -> &'static str {
        match self {
            Self::EnterStandby => "place into standby",
            Self::ExitStandby => "exit standby",
            Self::Detach => "detach",
            Self::Attach => "attach",
        }
    }
}

/// The group does not exist.
pub(super) fn no_group(name: &str) -> Refused {
    Refused::validation(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"))
}

/// No group has the instance.
pub(super) fn no_member(id: &str) -> Refused {
    Refused::validation(format!("Instance Id not found - No managed instance found for instance ID: {id}"))
}

/// Something that the request needs is suspended.
pub(super) fn suspended(name: &GroupName, process: &str) -> Refused {
    Refused::validation(format!("The {process} process of AutoScalingGroup {name} is suspended."))
}

/// Whether the desired capacity may change by so many.
///
/// # Errors
/// AWS's sentence when it would leave its limits.
pub(super) fn within_limits(group: &AutoScalingGroup, by: i64, doing: Doing, count: usize) -> Result<u32, Refused> {
    let desired = i64::from(group.desired) + by;
    match u32::try_from(desired) {
        Ok(desired) if by == 0 || (group.min..=group.max).contains(&desired) => Ok(desired),
        _ => Err(Refused::validation(format!(
            "AutoScalingGroup {} has min-size={}, max-size={}, and desired-size={}. To {} {count} instance{}, please update \
             the AutoScalingGroup sizes appropriately.",
            group.name,
            group.min,
            group.max,
            group.desired,
            doing.words(),
            if count == 1 { "" } else { "s" }
        ))),
    }
}

impl Scene<'_> {
    /// The group of that name.
    ///
    /// # Errors
    /// AWS's sentence when there is none.
    pub(super) fn group_named(&self, name: &str) -> Result<&AutoScalingGroup, Refused> {
        self.region.groups.get(name).ok_or_else(|| no_group(name))
    }

    /// The members of these ids, each in one of `states`.
    ///
    /// # Errors
    /// AWS's sentence about the first that is no member of the group, or in another state, or named twice.
    pub(super) fn members_named(
        &self,
        name: &str,
        ids: &[InstanceId],
        states: &[LifecycleState],
    ) -> Result<Vec<&Member>, Refused> {
        let group = self.group_named(name)?;
        if ids.is_empty() {
            return Err(Refused::validation("At least one instance ID must be specified."));
        }
        let mut seen = std::collections::BTreeSet::new();
        let member = |id: &InstanceId| {
            let foreign =
                || Refused::validation(format!("The instance {id} is not part of Auto Scaling group {name}."));
            let member = group.members.get(id).ok_or_else(foreign)?;
            if !states.contains(&member.state) {
                let wanted: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
                return Err(Refused::validation(format!("The instance {id} is not in {}.", wanted.join(" or "))));
            }
            if !seen.insert(id.clone()) {
                return Err(Refused::validation(format!("The instance {id} is named more than once.")));
            }
            Ok(member)
        };
        ids.iter().map(member).collect()
    }
}
