//! Out of service: lowering desired, or with another in its place.

use super::super::call::{Action, MembersOf, Removal, TerminateMember, Whom};
use super::super::condition::Fact;
use super::super::draft::{Draft, Part};
use super::super::gates;
use super::super::plan::Refusal;
use super::super::rules::Effective;
use super::{Lane, Target};
use crate::estate::group::LifecycleState;
use crate::id::InstanceId;

impl<'a> Lane<'a> {
    /// Takes a member out; `keep` brings another for it.
    pub(super) fn out(&mut self, draft: &mut Draft<'_>, target: &Target<'a>, keep: bool) -> Result<(), Refusal> {
        let name = &self.gate.group.name;
        let id = &target.here.thing.id;
        gates::in_service(self.gate.group, id, &target.member.state)?;
        self.gate.is_free()?;
        self.gone.insert(id.clone());
        let needed = self.room(&target.effective, keep)?;
        let after = if keep { self.desired } else { self.desired - 1 };
        let removal = Removal {
            auto_scaling_group_name: name.clone(),
            instance_ids: vec![Whom::from(id)],
            should_decrement_desired_capacity: !keep,
        };
        let state = |state| Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![state] };
        let step = Part::new(
            id.text(),
            format!("put {id} in Standby: {name} desired {} → {after}", self.desired),
            "asked for",
        )
        .blocks(self.gate.guards_of(self.desired, self.max, keep))
        .block("member", state(LifecycleState::InService))
        .block("in-service", self.gate.in_service(self.gone.clone(), needed))
        .blocks(self.gate.healthy(&self.gone, 0))
        .call(Action::EnterStandby(removal));
        let members = MembersOf { auto_scaling_group_name: name.clone(), instance_ids: vec![Whom::from(id)] };
        let back = Action::ExitStandby(members);
        let step = match keep {
            true => self.with_another(draft, step, state(LifecycleState::Standby), back),
            false => step.until(state(LifecycleState::Standby), self.times.go_s, self.times.go_deadline_s).undo(back),
        };
        draft.add(step);
        draft.changes.push(format!(
            "{id} in {}: in service → standby: no traffic, no health checks, still billed",
            target.member.zone
        ));
        draft.changes.push(format!("{name}: desired {} → {after}", self.desired));
        let why = "members in Standby are easily forgotten: put them back with `standby`, or end them";
        if !draft.why.iter().any(|told| told == why) {
            draft.why.push(why.to_owned());
        }
        self.desired = after;
        Ok(())
    }

    /// How many must serve beside those who leave.
    ///
    /// # Errors
    /// There are fewer, or desired cannot go lower.
    fn room(&self, effective: &Effective, keep: bool) -> Result<usize, Refusal> {
        let group = self.gate.group;
        let name = &group.name;
        if keep {
            self.gate.launches()?;
        } else if self.desired <= group.min {
            return Err(Refusal::new(
                format!("desired of {name} is {} and its minimum {}: it cannot go lower", self.desired, group.min),
                "--set desired=keep: another is launched for it",
            ));
        }
        let needed = effective.floor(group.desired).max(usize::try_from(group.min).unwrap_or(0)).max(1);
        let others = self.gate.others(&self.gone) + self.brought;
        if others < needed {
            return Err(Refusal::new(
                format!("{name} would keep {others} in service and {needed} are needed"),
                format!("`scale {name} --set desired=+1` first"),
            ));
        }
        Ok(needed)
    }

    /// The same, and another comes: taken back, that one goes again.
    fn with_another(&mut self, draft: &Draft<'_>, step: Part, standing: Fact, back: Action) -> Part {
        let group = self.gate.group;
        let this = draft.next();
        let grown = Fact::Grown { group: group.name.clone(), beside: self.known.clone(), by: 1 };
        let failed = Fact::LaunchFailed { group: group.name.clone(), after: self.gate.launched_at(), but_in: None };
        self.known.insert(InstanceId::from(format!("${{{this}}}")));
        self.brought += 1;
        let end = TerminateMember { instance_id: Whom::From(this), should_decrement_desired_capacity: true };
        step.until(Fact::All { of: vec![standing, grown] }, self.times.come_s, self.times.come_deadline_s)
            .fails(failed)
            .undo(self.resize(self.max.max(self.desired + 1)))
            .undo(back)
            .undo(Action::TerminateInstanceInAutoScalingGroup(end))
            .undo(self.resize(self.max))
    }
}
