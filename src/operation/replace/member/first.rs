//! Ways in which a member goes, or stands aside, before another has come; and the hook that holds one.

use std::collections::BTreeSet;

use super::super::super::call::{Action, HookResult, Hooked, MemberHealth, MembersOf, Process, Removal, Whom};
use super::super::super::condition::Fact;
use super::super::super::draft::Part;
use super::super::super::plan::{Refusal, StepId};
use super::{Job, Lane};
use crate::estate::group::{Hook, LifecycleState};
use crate::id::InstanceId;

impl<'a> Lane<'_, 'a> {
    /// What must hold so that a member may go before another has come.
    fn may_go_first(&self, job: &Job<'a>, part: Part) -> Part {
        let id = &job.here.thing.id;
        let gone: BTreeSet<InstanceId> = [id.clone()].into();
        let group = self.gate.group;
        let needed = job.effective.floor(group.desired).max(usize::try_from(group.min).unwrap_or(0)).max(1);
        part.blocks(self.gate.guards(true))
            .block("member", self.is_in_service(id))
            .block("in-service", self.gate.in_service(gone.clone(), needed))
            .blocks(self.gate.healthy(&gone, 0))
    }

    pub(super) fn terminate_first(&mut self, job: &Job<'a>) -> StepId {
        let id = &job.here.thing.id;
        let part =
            Part::new(id.text(), format!("end {id}; {} brings another", self.gate.group.name), job.chosen.why.clone());
        let step = self
            .may_go_first(job, part)
            .call(self.end(Whom::from(id), false))
            .until(
                Fact::All { of: vec![self.left(id), self.grown()] },
                self.times.come_s.max(self.times.go_s),
                self.times.come_deadline_s.max(self.times.go_deadline_s),
            )
            .fails(self.launch_failed());
        let step = self.add(step);
        self.tell(job, Some(&step));
        step
    }

    pub(super) fn mark(&mut self, job: &Job<'a>) -> StepId {
        let id = &job.here.thing.id;
        let health = |word: &str| {
            Action::SetInstanceHealth(MemberHealth {
                instance_id: Whom::from(id),
                health_status: word.into(),
                // AWS's default would ignore it in the grace period (`aws-domain.md` C.1).
                should_respect_grace_period: false,
            })
        };
        let runs = [Process::ReplaceUnhealthy, Process::HealthCheck].into();
        let part = Part::new(
            id.text(),
            format!("tell {} that {id} is unhealthy", self.gate.group.name),
            job.chosen.why.clone(),
        );
        let step = self
            .may_go_first(job, part)
            .block("replaces", Fact::ProcessesRun { group: self.gate.group.name.clone(), processes: runs })
            .call(health("Unhealthy"))
            .until(
                Fact::All { of: vec![self.left(id), self.grown()] },
                self.times.come_s + self.times.go_s,
                self.times.come_deadline_s + self.times.go_deadline_s,
            )
            .fails(self.launch_failed())
            .undo(health("Healthy"));
        let step = self.add(step);
        self.tell(job, Some(&step));
        step
    }

    /// Kept running for a look, out of its balancers and without health checks; another one comes for it.
    pub(super) fn stand_by(&mut self, job: &Job<'a>) -> StepId {
        let group = self.gate.group;
        let (name, id) = (&group.name, &job.here.thing.id);
        let removal = Removal {
            auto_scaling_group_name: name.clone(),
            instance_ids: vec![Whom::from(id)],
            should_decrement_desired_capacity: false,
        };
        let standing =
            Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![LifecycleState::Standby] };
        let this = self.draft.next();
        let part = Part::new(id.text(), format!("put {id} in Standby; {name} brings another"), job.chosen.why.clone());
        let back = MembersOf { auto_scaling_group_name: name.clone(), instance_ids: vec![Whom::from(id)] };
        let step = self
            .may_go_first(job, part)
            .call(Action::EnterStandby(removal))
            .until(Fact::All { of: vec![standing, self.grown()] }, self.times.come_s, self.times.come_deadline_s)
            .fails(self.launch_failed())
            // Back in service desired is one more, which must have room; then what came for it may go.
            .undo(self.resize(group.max.max(group.desired + 1)))
            .undo(Action::ExitStandby(back))
            .undo(self.end(Whom::From(this), true))
            .undo(self.resize(group.max));
        let step = self.add(step);
        self.draft
            .changes
            .push(format!("{id}: in service → standby in {}, billed until somebody ends it", job.member.zone));
        self.draft.changes.push(format!("{name}: desired stays {}, a new one comes for it", group.desired));
        step
    }

    pub(super) fn complete_hook(&mut self, job: &Job<'a>) -> Result<(), Refusal> {
        let group = self.gate.group;
        let (name, id) = (&group.name, &job.here.thing.id);
        let launching = job.member.state == LifecycleState::PendingWait;
        let transition = if launching { "LAUNCHING" } else { "TERMINATING" };
        let hooks = self.gate.ground.of::<Hook>(self.gate.region, name.text()).unwrap_or_default();
        let mut own = hooks.iter().filter(|hook| hook.transition.ends_with(transition)).peekable();
        if own.peek().is_none() {
            return Err(Refusal::new(
                format!("which hook of {name} holds {id} is not known: lifecycle hooks not read"),
                "look at the group once, so that they are read, then plan again",
            ));
        }
        let result = if launching { HookResult::Abandon } else { HookResult::Continue };
        let held = Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![job.member.state.clone()] };
        let mut step =
            Part::new(id.text(), format!("let {id} go on out of its hook"), job.chosen.why.clone()).block("held", held);
        for hook in own {
            step = step.call(Action::CompleteLifecycleAction(Hooked {
                auto_scaling_group_name: name.clone(),
                lifecycle_hook_name: hook.name.clone(),
                instance_id: Whom::from(id),
                lifecycle_action_result: result,
            }));
        }
        self.add(step.until(self.left(id), self.times.go_s, self.times.go_deadline_s));
        let word = if launching { "its launch is given up" } else { "its end goes on" };
        self.draft.changes.push(format!("{id}: {word}; what should have answered the hook stays unmended"));
        self.draft.cannot_undo.push(format!("{id} is ended"));
        Ok(())
    }
}
