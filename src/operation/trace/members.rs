//! Traces in groups: members that were ended, moved or told of, sizes, processes.

use super::place::{Place, Step};
use super::{Trace, member};
use crate::estate::group::{LifecycleState, Member};
use crate::estate::instance::InstanceState;
use crate::operation::call::{Process, Removal, Resize, TerminateMember};

pub(super) const STANDBY: Leaving =
    Leaving { on_the_way: LifecycleState::EnteringStandby, there: LifecycleState::Standby, may_be_gone: false };
pub(super) const DETACHED: Leaving =
    Leaving { on_the_way: LifecycleState::Detaching, there: LifecycleState::Detached, may_be_gone: true };

/// How members look that leave service and are kept.
pub(super) struct Leaving {
    on_the_way: LifecycleState,
    there: LifecycleState,
    may_be_gone: bool,
}

impl Place<'_> {
    /// A member that was ended, and desired with it where that was asked.
    pub(super) fn ended(&self, end: &TerminateMember) -> Result<Trace, String> {
        use LifecycleState as L;
        let group = self.group();
        let trace = self.each(|id| {
            let state = self.instance(id)?.map(|instance| instance.state.clone());
            let gone = matches!(state, None | Some(InstanceState::Terminated));
            let group = match &group {
                Ok(group) => group,
                // AWS forgets the tags of what is gone, and with them the group.
                Err(_) if gone => return Ok((Step::There, format!("{id} is gone"))),
                Err(why) => return Err(why.clone()),
            };
            Ok(match member(group, id).map(|member| &member.state) {
                Some(
                    state @ (L::Terminating | L::TerminatingWait | L::TerminatingProceed | L::TerminatingRetained),
                ) => (Step::Underway, format!("{id} is {state}")),
                Some(state) => (Step::Absent, format!("{id} is {state}")),
                None if gone => (Step::There, format!("{id} is gone")),
                None if state == Some(InstanceState::ShuttingDown) => {
                    (Step::Underway, format!("{id} is shutting down"))
                }
                None => return Err(format!("{id} runs, and is no member any more")),
            })
        })?;
        let (true, true, Ok(group)) = (end.should_decrement_desired_capacity, trace.is_applied(), &group) else {
            return Ok(trace);
        };
        let Some((_, desired, _)) = self.before.sizes.get(&group.name) else {
            return Err("nobody knows what desired was before".to_owned());
        };
        match group.desired == desired - 1 {
            true => Ok(trace),
            false => Err(format!("{}, and desired went from {desired} to {}", trace.detail(), group.desired)),
        }
    }

    pub(super) fn sized(&self, min: Option<i32>, desired: Option<i32>, max: Option<i32>) -> Result<Trace, String> {
        let group = self.group()?;
        let is = |wanted: Option<i32>, there: i32| wanted.is_none_or(|wanted| wanted == there);
        let detail = format!("min {}, desired {}, max {}", group.min, group.desired, group.max);
        if !(is(min, group.min) && is(desired, group.desired) && is(max, group.max)) {
            return Ok(Trace::Absent(detail));
        }
        let counted = |member: &&Member| !matches!(member.state, LifecycleState::Standby);
        let counted = group.members.iter().filter(counted).count();
        let in_service = group.in_service().count();
        let settled = usize::try_from(group.desired).is_ok_and(|desired| in_service == desired && counted == desired);
        let detail = format!("{detail}; {in_service} in service of {counted}");
        Ok(if desired.is_none() || settled { Trace::There(detail) } else { Trace::Underway(detail) })
    }

    pub(super) fn resized(&self, resize: &Resize) -> Result<Trace, String> {
        if let Some(subnets) = &resize.subnets {
            let group = self.group()?;
            let mut wanted: Vec<&str> = subnets.split(',').map(str::trim).collect();
            let mut there: Vec<&str> = group.subnets.iter().map(|subnet| subnet.as_str()).collect();
            wanted.sort_unstable();
            there.sort_unstable();
            if wanted != there {
                return Ok(Trace::Absent(format!("its subnets are {}", there.join(","))));
            }
        }
        if let Some(policy) = &resize.availability_zone_impairment_policy {
            let group = self.group()?;
            let is = |wanted: bool, there: bool| !wanted || there;
            let enabled =
                is(policy.zonal_shift_enabled.is_some(), group.zonal_shift_enabled == policy.zonal_shift_enabled);
            let wanted = &policy.impaired_zone_health_check_behavior;
            let behaves = is(wanted.is_some(), group.impaired_zone_behavior == *wanted);
            if !(enabled && behaves) {
                let there = group.impaired_zone_behavior.as_deref().unwrap_or("none");
                return Ok(Trace::Absent(format!("its impairment policy is {there}")));
            }
        }
        self.sized(resize.min_size, resize.desired_capacity, resize.max_size)
    }

    pub(super) fn removed(&self, _: &Removal, leaving: &Leaving) -> Result<Trace, String> {
        let group = self.group()?;
        self.each(|id| {
            Ok(match member(group, id).map(|member| &member.state) {
                Some(state) if *state == leaving.there => (Step::There, format!("{id} is {state}")),
                Some(state) if *state == leaving.on_the_way => (Step::Underway, format!("{id} is {state}")),
                Some(state @ LifecycleState::InService) => (Step::Absent, format!("{id} is {state}")),
                Some(state) => return Err(format!("{id} is {state}")),
                None if leaving.may_be_gone => (Step::There, format!("{id} is no member")),
                None => return Err(format!("{id} is no member any more")),
            })
        })
    }

    pub(super) fn in_service(&self) -> Result<Trace, String> {
        use LifecycleState as L;
        let group = self.group()?;
        self.each(|id| {
            Ok(match member(group, id).map(|member| &member.state) {
                Some(state @ L::InService) => (Step::There, format!("{id} is {state}")),
                Some(state @ (L::Pending | L::PendingWait | L::PendingProceed)) => {
                    (Step::Underway, format!("{id} is {state}"))
                }
                Some(state @ L::Standby) => (Step::Absent, format!("{id} is {state}")),
                Some(state) => return Err(format!("{id} is {state}")),
                None => (Step::Absent, format!("{id} is no member")),
            })
        })
    }

    pub(super) fn health(&self, wanted: &str) -> Result<Trace, String> {
        let group = self.group()?;
        let wanted = wanted.eq_ignore_ascii_case("healthy");
        self.each(|id| {
            let Some(member) = member(group, id) else { return Err(format!("{id} is no member any more")) };
            let step = if member.healthy == wanted { Step::There } else { Step::Absent };
            Ok((step, format!("{id} is {}", if member.healthy { "healthy" } else { "unhealthy" })))
        })
    }

    pub(super) fn protection(&self, wanted: bool) -> Result<Trace, String> {
        let group = self.group()?;
        self.each(|id| {
            let Some(member) = member(group, id) else { return Err(format!("{id} is no member any more")) };
            let step = if member.protected == wanted { Step::There } else { Step::Absent };
            Ok((step, format!("{id} is {}protected", if member.protected { "" } else { "not " })))
        })
    }

    pub(super) fn processes(&self, processes: &[Process], suspended: bool) -> Result<Trace, String> {
        let group = self.group()?;
        let is = |process: &&Process| group.suspended.keys().any(|key| **key == *process.as_str()) == suspended;
        let words: Vec<&str> = group.suspended.keys().map(|key| &**key).collect();
        let detail = match words.is_empty() {
            true => "nothing is suspended".to_owned(),
            false => format!("suspended: {}", words.join(", ")),
        };
        Ok(match processes.iter().filter(is).count() {
            count if count == processes.len() => Trace::There(detail),
            0 => Trace::Absent(detail),
            _ => Trace::Absent(format!("only in part; {detail}")),
        })
    }

    pub(super) fn left_its_hook(&self) -> Result<Trace, String> {
        let group = self.group()?;
        self.each(|id| {
            let state = member(group, id).map(|member| &member.state);
            Ok(match (state, self.before.members.get(id)) {
                (Some(state @ (LifecycleState::PendingWait | LifecycleState::TerminatingWait)), before)
                    if before.is_none_or(|before| before == state) =>
                {
                    (Step::Absent, format!("{id} is {state}"))
                }
                (Some(state), _) => (Step::There, format!("{id} is {state}")),
                (None, _) => (Step::There, format!("{id} is no member any more")),
            })
        })
    }
}
