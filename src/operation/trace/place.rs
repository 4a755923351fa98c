//! A call's things in the account that was read: how far each has come, and instances, volumes and targets.

use jiff::Timestamp;

use super::{Before, Trace, group_of};
use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetState};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::{Estate, Row};
use crate::id::{InstanceId, Region, Text};
use crate::operation::Call;
use crate::operation::call::{TargetSpec, Volume};

/// How far one thing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Absent,
    Underway,
    There,
}

/// A call in the account that was read.
pub(super) struct Place<'a> {
    pub(super) call: &'a Call,
    pub(super) before: &'a Before,
    pub(super) estate: &'a Estate,
    pub(super) region: &'a Region,
    pub(super) now: Timestamp,
}

impl<'a> Place<'a> {
    /// The rows that were read for a need of the call, where they are known.
    pub(super) fn rows<T: Row + 'a>(&self) -> Result<Vec<&'a T>, String> {
        let table = self.estate.table::<T>(self.region, self.now);
        match table.complete() {
            Some(rows) => Ok(rows.collect()),
            None => Err(match table.failures().next() {
                Some(failure) => failure.why.to_string(),
                None => format!("{} not read", T::KIND),
            }),
        }
    }

    pub(super) fn group(&self) -> Result<&'a Group, String> {
        let name = group_of(self.call, self.estate).ok_or("its group is not known")?;
        let group = self.rows::<Group>()?.into_iter().find(|group| group.name == name);
        group.ok_or_else(|| format!("there is no group {name} any more"))
    }

    pub(super) fn instance(&self, id: &InstanceId) -> Result<Option<&'a Instance>, String> {
        Ok(self.rows::<Instance>()?.into_iter().find(|instance| instance.id == *id))
    }

    /// The call's instances, each by how far it has come; together they are as far as the last, and unclear where some have not begun.
    pub(super) fn each(
        &self,
        mut of: impl FnMut(&InstanceId) -> Result<(Step, String), String>,
    ) -> Result<Trace, String> {
        let mut steps = Vec::new();
        let mut details = Vec::new();
        for instance in self.call.action.known_instances() {
            let (step, detail) = of(instance)?;
            steps.push(step);
            details.push(detail);
        }
        let detail = details.join(", ");
        let (Some(least), Some(most)) = (steps.iter().min(), steps.iter().max()) else {
            return Err("it is about no instance that is known".to_owned());
        };
        Ok(match (least, most) {
            (Step::Absent, Step::Absent) => Trace::Absent(detail),
            (Step::Absent, _) => Trace::Unclear(format!("only some of them: {detail}")),
            (Step::Underway, _) => Trace::Underway(detail),
            (Step::There, _) => Trace::There(detail),
        })
    }

    pub(super) fn instances(&self, there: &[InstanceState], underway: &[InstanceState]) -> Result<Trace, String> {
        self.each(|id| {
            let Some(instance) = self.instance(id)? else {
                let step = if there.contains(&InstanceState::Terminated) { Step::There } else { Step::Absent };
                return Ok((step, format!("{id} is gone")));
            };
            let step = match &instance.state {
                state if there.contains(state) => Step::There,
                state if underway.contains(state) => Step::Underway,
                _ => Step::Absent,
            };
            Ok((step, format!("{id} is {}", instance.state)))
        })
    }

    pub(super) fn typed(&self, wanted: &Text) -> Result<Trace, String> {
        self.each(|id| {
            let instance = self.instance(id)?.ok_or_else(|| format!("{id} is gone"))?;
            let step = if instance.instance_type == *wanted { Step::There } else { Step::Absent };
            Ok((step, format!("{id} is of type {}", instance.instance_type)))
        })
    }

    pub(super) fn volume(&self, volume: &Volume, attached: bool) -> Result<Trace, String> {
        self.each(|id| {
            let instance = self.instance(id)?.ok_or_else(|| format!("{id} is gone"))?;
            let has = instance.volumes.contains(&volume.volume_id);
            let detail = format!("{} is {}attached to {id}", volume.volume_id, if has { "" } else { "not " });
            Ok((if has == attached { Step::There } else { Step::Absent }, detail))
        })
    }

    pub(super) fn targets(&self, targets: &[TargetSpec], registered: bool) -> Result<Trace, String> {
        let there = self.rows::<Target>()?;
        let mut least = Step::There;
        let mut details = Vec::new();
        for spec in targets {
            let own = there.iter().find(|target| {
                target.id == spec.id && spec.port.is_none_or(|port| target.port.is_none_or(|own| own == port))
            });
            let state = own.map(|target| &target.state).filter(|state| **state != TargetState::Unused);
            let step = match (state, registered) {
                (None, false) | (Some(TargetState::Healthy), true) => Step::There,
                (None, true) => Step::Absent,
                (Some(TargetState::Draining), false) => Step::Underway,
                (Some(TargetState::Draining), true) | (Some(_), false) => Step::Absent,
                (Some(_), true) => Step::Underway,
            };
            least = least.min(step);
            details.push(match state {
                Some(state) => format!("{} is {state}", spec.id),
                None => format!("{} is no target", spec.id),
            });
        }
        let detail = details.join(", ");
        Ok(match least {
            Step::Absent => Trace::Absent(detail),
            Step::Underway => Trace::Underway(detail),
            Step::There => Trace::There(detail),
        })
    }

    pub(super) fn classic(&self, registered: bool) -> Result<Trace, String> {
        let there = self.rows::<ClassicTarget>()?;
        self.each(|id| {
            let own = there.iter().find(|target| target.instance == *id);
            let step = match (own.map(|target| &target.state), registered) {
                (None, false) | (Some(ClassicState::InService), true) => Step::There,
                (Some(_), true) => Step::Underway,
                (None, true) | (Some(_), false) => Step::Absent,
            };
            let detail = own.map_or_else(|| format!("{id} is not registered"), |own| format!("{id} is {}", own.state));
            Ok((step, detail))
        })
    }
}
