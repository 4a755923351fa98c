//! Capacity outside the zone before traffic leaves, and members that go where no traffic can be shifted (`aws-domain.md` B.4, C.3).
//!
//! Must stay true: desired is raised only once the group launches nothing in the zone; min goes up with it, so that no alarm takes
//! away what was brought; nobody is ended before as many more serve outside.

use std::collections::BTreeSet;

use super::super::call::{Action, Process, Processes, Resize, TerminateMember, Whom};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::gates::Gate;
use super::super::plan::StepId;
use super::super::wait::Times;
use super::Evacuation;
use super::launches::{barred, tag, tags, untag};
use crate::estate::group::{Group, LifecycleState, Member};
use crate::id::{GroupName, InstanceId, Text};

/// Up to how many new members an undo ends one by one; beyond, AWS chooses.
const ONE_BY_ONE: usize = 20;

/// A growth that is planned.
pub(super) struct Growth {
    /// The step.
    pub(super) step: StepId,
    /// Min, desired and max before it, and with it.
    was: (i32, i32, i32),
    is: (i32, i32, i32),
    /// In words: `web-asg: desired 21 → 25`.
    pub(super) words: String,
    /// Seconds until who came serves.
    pub(super) takes_s: u64,
}

impl<'p> Evacuation<'_, 'p> {
    /// Grows a group by so many outside the zone. `pinned`: min goes up too, and nothing but an undo or a return takes it back.
    pub(super) fn grow(
        &mut self,
        part: &Text,
        group: &'p Group,
        by: usize,
        pinned: bool,
        after: Vec<StepId>,
    ) -> Option<Growth> {
        let place = self.place;
        let name = &group.name;
        let gate = Gate { ground: place.ground, region: place.region, group };
        let times = Times::of(place.ground, place.region, group);
        let coming = |member: &&Member| {
            use LifecycleState::{InService, Pending, PendingProceed, PendingWait};
            matches!(member.state, InService | Pending | PendingProceed | PendingWait)
        };
        // Over desired while it rebalances: who is there beyond it does not count as one that comes.
        let there = i32::try_from(group.members.iter().filter(coming).count()).unwrap_or(i32::MAX);
        let own_sizes = ((group.min, group.desired.max(there), group.max), 0);
        let (before, came) = self.sizes.get(name).copied().unwrap_or(own_sizes);
        let now = if came == 0 { (group.min, group.desired, group.max) } else { before };
        let desired = before.1.saturating_add(i32::try_from(by).ok()?);
        let max = now.2.max(desired);
        let min = if pinned { now.0.max(desired) } else { now.0 };
        self.sizes.insert(name.clone(), ((min, desired, max), came + by));
        let mut own = Vec::new();
        if self.tagged.insert(name.clone()) {
            own.push(tag(self, group));
        }
        let scheduled = pinned && gate.interferes().contains(&Process::ScheduledActions);
        let processes =
            || Processes { auto_scaling_group_name: name.clone(), scaling_processes: vec![Process::ScheduledActions] };
        let resize = |to: (i32, i32, i32), but: (i32, i32, i32)| {
            let said = |to: i32, but: i32| (to != but).then_some(to);
            Action::UpdateAutoScalingGroup(Resize {
                min_size: said(to.0, but.0),
                desired_capacity: said(to.1, but.1),
                max_size: said(to.2, but.2),
                ..Resize::of(name)
            })
        };
        let then = (min, desired, max);
        let sizes = |(min, desired, max): (i32, i32, i32)| Fact::Sizes { group: name.clone(), min, desired, max };
        let grown =
            Fact::GrownOutside { group: name.clone(), zone: place.zone.clone(), beside: gate.members(), by: came + by };
        let launching = [Process::Launch, Process::AddToLoadBalancer].into();
        let this = self.draft.next();
        let words = said(name, now, then);
        let mut step =
            Part::new(part, format!("{words}: {by} more outside {}", place.zone), "who remains could not take it all")
                .after(after)
                .block("sizes", sizes(now))
                .block("barred", barred(self, group)?)
                .block("processes", Fact::ProcessesRun { group: name.clone(), processes: launching });
        if !own.is_empty() {
            step = step.call(tags(own.clone()));
        }
        if scheduled {
            step = step.call(Action::SuspendProcesses(processes()));
        }
        step = step
            .call(resize(then, now))
            .until(Fact::All { of: vec![sizes(then), grown] }, times.come_s, times.come_deadline_s)
            .held_for(times.warm_s)
            // Until it was barred the group itself went on trying there.
            .fails(Fact::LaunchFailed {
                group: name.clone(),
                after: gate.launched_at(),
                but_in: Some(place.zone.clone()),
            });
        // Taken back, those go that came, each by its id, above the old minimum; then the old sizes.
        if min != now.0 {
            step = step.undo(resize((now.0, desired, max), then));
        }
        if by <= ONE_BY_ONE {
            for which in 0..by {
                let one = StepId::from(format!("{this}#{which}").as_str());
                step = step.undo(end(Whom::From(one)));
            }
        } else {
            self.draft.cannot_undo.push(format!(
                "{by} new of {name} are too many to end one by one: taken back, AWS chooses whom it ends"
            ));
        }
        step = step.undo(Action::UpdateAutoScalingGroup(Resize {
            min_size: Some(now.0),
            desired_capacity: Some(now.1),
            max_size: Some(now.2),
            ..Resize::of(name)
        }));
        if scheduled {
            step = step.undo(Action::ResumeProcesses(processes()));
            self.draft.changes.push(format!("{name}: ScheduledActions suspended until it returns"));
        }
        if !own.is_empty() {
            step = step.undo(untag(&own));
        }
        self.draft.changes.push(words.clone());
        self.brought += by;
        let step = self.draft.add(step);
        Some(Growth { step, was: now, is: then, words, takes_s: times.come_s + times.warm_s })
    }

    /// Ends the members of a group in the zone one by one, once as many more serve outside; then the maximum goes back.
    pub(super) fn end_there(
        &mut self,
        part: &Text,
        group: &'p Group,
        grown: &Growth,
        by: usize,
        after: Vec<StepId>,
    ) -> usize {
        let place = self.place;
        let name = &group.name;
        let times = Times::of(place.ground, place.region, group);
        let outside = group.in_service().filter(|member| member.zone != *place.zone).count() + by;
        let mut before = after;
        let mut gone: BTreeSet<InstanceId> = BTreeSet::new();
        let there: Vec<InstanceId> = serving_there(place.zone, group).map(|member| member.instance.clone()).collect();
        for id in &there {
            gone.insert(id.clone());
            let step = Part::new(
                part,
                format!("drain and end {id} in {}", place.zone),
                "no traffic can be shifted from it, and as many more serve outside",
            )
            .after(before)
            .block(
                "member",
                Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![LifecycleState::InService] },
            )
            .block(
                "outside",
                Fact::InServiceOutside { group: name.clone(), zone: place.zone.clone(), at_least: outside },
            )
            .call(end(Whom::from(id)))
            .until(
                Fact::MemberLeft { group: name.clone(), instance: id.clone() },
                times.go_s,
                times.go_deadline_s,
            );
            before = vec![self.draft.add(step)];
        }
        let (was, is) = (grown.was, grown.is);
        let desired = is.1 - i32::try_from(there.len()).unwrap_or(0);
        if is.2 != was.2 && !there.is_empty() && desired <= was.2 {
            let sizes = |max| Fact::Sizes { group: name.clone(), min: is.0, desired, max };
            let step = Part::new(part, format!("put max of {name} back to {}", was.2), "it was raised for this")
                .after(before)
                .block("sizes", sizes(is.2))
                .call(Action::UpdateAutoScalingGroup(Resize { max_size: Some(was.2), ..Resize::of(name) }))
                .until(sizes(was.2), 5, 120);
            self.draft.add(step);
        }
        if !there.is_empty() {
            self.draft.cannot_undo.push(format!("{} of {name} in {} are ended", there.len(), place.zone));
        }
        there.len()
    }
}

/// Members of a group in service in a zone.
pub(super) fn serving_there<'g>(zone: &'g crate::id::ZoneName, group: &'g Group) -> impl Iterator<Item = &'g Member> {
    group.in_service().filter(move |member| member.zone == *zone)
}

fn end(whom: Whom) -> Action {
    Action::TerminateInstanceInAutoScalingGroup(TerminateMember {
        instance_id: whom,
        should_decrement_desired_capacity: true,
    })
}

/// `web-asg: desired 21 → 25, min 12 → 25`.
fn said(group: &GroupName, was: (i32, i32, i32), is: (i32, i32, i32)) -> String {
    let all = [("desired", was.1, is.1), ("min", was.0, is.0), ("max", was.2, is.2)];
    let parts = all.iter().filter(|(_, was, is)| was != is).map(|(name, was, is)| format!("{name} {was} → {is}"));
    format!("{group}: {}", parts.collect::<Vec<_>>().join(", "))
}
