//! Scaling in: by name, or by AWS's choice, which is told before.

use std::collections::BTreeSet;

use super::super::call::{Action, Process, Protection, Whom};
use super::super::condition::Fact;
use super::super::gates;
use super::super::plan::Refusal;
use super::super::rules::Effective;
use super::super::wait::Times;
use super::victims::victims;
use super::{Scaling, Sizes, end};
use crate::id::InstanceId;

impl Scaling<'_, '_> {
    pub(super) fn within(
        &mut self,
        effective: &Effective,
        ends: &[InstanceId],
        spared: &[InstanceId],
    ) -> Result<(), Refusal> {
        let group = self.gate.group;
        let name = &group.name;
        if group.suspended.contains_key(Process::Terminate.as_str()) {
            return Err(Refusal::new(format!("Terminate is suspended in {name}: nobody would go"), "resume it first"));
        }
        let fewer = usize::try_from(self.now.desired - self.wanted.desired).unwrap_or(0);
        let left = group.in_service().count().saturating_sub(fewer);
        let needed = effective.floor(self.now.desired);
        if left < needed {
            return Err(Refusal::new(
                format!("{name} would keep {left} in service, and policy keeps {needed} of {}", self.now.desired),
                "scale in by less, or change `keep` in the policy file",
            ));
        }
        for id in ends.iter().chain(spared) {
            let member = group.members.iter().find(|member| member.instance == *id);
            let Some(member) = member else {
                return Err(Refusal::new(format!("{id} is no member of {name}"), "name members that are in service"));
            };
            if ends.contains(id) {
                gates::in_service(group, id, &member.state)?;
            }
        }
        if ends.is_empty() { self.by_aws(spared, fewer, needed) } else { self.by_name(ends, needed) }
    }

    /// Those who are named, each by its id.
    fn by_name(&mut self, ends: &[InstanceId], needed: usize) -> Result<(), Refusal> {
        let group = self.gate.group;
        let times = Times::of(self.gate.ground, self.gate.region, group);
        let held = self.hold();
        let before = Sizes { desired: self.now.desired, ..self.wanted };
        if before != self.now {
            let step = self
                .step(format!("set limits of {}: {before}", group.name), "desired may not go below min")
                .blocks(self.gate.guards(false))
                .call(self.resize(before, self.now))
                .until(self.sizes(before), 5, 120)
                .undo(self.resize(self.now, before));
            self.draft.add(step);
        }
        let mut gone = BTreeSet::new();
        for (done, id) in ends.iter().enumerate() {
            gone.insert(id.clone());
            let desired = self.now.desired - i32::try_from(done).unwrap_or(0);
            let step = self
                .step(format!("drain and end {id}: {} desired {desired} → {}", group.name, desired - 1), "it was named")
                .block("sizes", self.sizes(Sizes { desired, ..before }))
                .block("in-service", self.gate.in_service(gone.clone(), needed.max(1)))
                .blocks(self.gate.healthy(&gone, ends.len()))
                .call(end(Whom::from(id)))
                .until(
                    Fact::MemberLeft { group: group.name.clone(), instance: id.clone() },
                    times.go_s,
                    times.go_deadline_s,
                );
            self.draft.add(step);
            self.draft.cannot_undo.push(format!("{id} is ended"));
        }
        self.release(held);
        self.tell();
        Ok(())
    }

    /// Those whom AWS chooses; some may be protected meanwhile.
    fn by_aws(&mut self, spared: &[InstanceId], fewer: usize, needed: usize) -> Result<(), Refusal> {
        let group = self.gate.group;
        let found = victims(self.gate.ground, self.gate.region, group, spared, fewer);
        if found.len() < fewer {
            return Err(Refusal::new(
                format!("{} may be ended and {fewer} must: the others are protected or not in service", found.len()),
                "name whom with --set end=i-…, or protect fewer",
            ));
        }
        let times = Times::of(self.gate.ground, self.gate.region, group);
        let held = self.hold();
        let open: Vec<InstanceId> = spared
            .iter()
            .filter(|id| group.members.iter().any(|member| member.instance == **id && !member.protected))
            .cloned()
            .collect();
        self.protect(&open, true);
        let settled =
            Fact::Settled { group: group.name.clone(), in_service: usize::try_from(self.wanted.desired).unwrap_or(0) };
        let step = self
            .step(format!("shrink {} by {fewer}: {}", group.name, self.wanted), "asked for")
            .blocks(self.gate.guards(false))
            .block("in-service", self.gate.in_service(BTreeSet::new(), needed.max(1) + fewer))
            .call(self.resize(self.wanted, self.now))
            .until(Fact::All { of: vec![self.sizes(self.wanted), settled] }, times.go_s, times.go_deadline_s)
            .undo(self.resize(self.now, self.wanted));
        self.draft.add(step);
        self.protect(&open, false);
        self.release(held);
        self.tell();
        for victim in &found {
            self.draft.changes.push(format!("AWS would end {}", victim.words()));
        }
        self.draft.cannot_undo.push(format!("{fewer} members are ended: taken back, new ones come"));
        Ok(())
    }

    fn protect(&mut self, instances: &[InstanceId], protected: bool) {
        if instances.is_empty() {
            return;
        }
        let group = self.gate.group.name.clone();
        let action = |protected_from_scale_in| {
            Action::SetInstanceProtection(Protection {
                auto_scaling_group_name: group.clone(),
                instance_ids: instances.iter().map(Whom::from).collect(),
                protected_from_scale_in,
            })
        };
        let names: Vec<&str> = instances.iter().map(InstanceId::as_str).collect();
        let fact = Fact::Protected { group: group.clone(), instances: instances.iter().cloned().collect(), protected };
        let (word, why) = match protected {
            true => ("protect", "they are to stay"),
            false => ("no longer protect", "they were protected for this"),
        };
        let step = self
            .step(format!("{word} {} from scale-in", names.join(", ")), why)
            .call(action(protected))
            .until(fact, 5, 120);
        let step = if protected { step.undo(action(false)) } else { step };
        self.draft.add(step);
    }
}
