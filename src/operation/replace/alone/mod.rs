//! Instances that no group replaces: stopped and started on another host, or launched anew from an image (`aws-domain.md` C.1, F 1-3, 37).
//!
//! Owns: the steps of both, and what speaks against them. Depends on: draft, ground, waits. Must stay true: what a stop loses is told before it
//! is planned, and data is not lost unless somebody says so; an old instance is kept until what takes its place serves.

mod restore;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::call::{Action, Instances, Stop, TargetSpec, Targets, Whom};
use super::super::condition::Fact;
use super::super::draft::{Draft, Part};
use super::super::ground::{Ground, Here};
use super::super::intent::Settings;
use super::super::plan::{LocalCommand, Refusal, StepId};
use super::super::rules::{Effective, with_env};
use super::super::wait;
use super::way::{Chosen, Way};
use crate::estate::balancer::{Target, TargetGroup};
use crate::estate::image::Address;
use crate::estate::instance::{Instance, InstanceAttributes, InstanceState};
use crate::id::{Arn, InstanceId, Text};

/// How long a stop may take before it hangs (`aws-domain.md` C.5).
const STOP_S: u64 = 600;
/// How long a start may take until its checks pass.
const START_S: u64 = 900;
/// What registering takes until a target counts, at most.
const SERVE_S: u64 = 300;

/// The lane of one instance.
pub(super) struct Lane<'d, 'a> {
    pub(super) draft: &'d mut Draft<'a>,
    pub(super) ground: &'a Ground<'a>,
    pub(super) here: Here<'a, Instance>,
    pub(super) settings: Settings<'a>,
    pub(super) effective: Effective,
    /// What the next step comes after.
    pub(super) before: Vec<StepId>,
    targets: Vec<(&'a TargetGroup, Vec<&'a Target>)>,
}

impl<'d, 'a> Lane<'d, 'a> {
    pub(super) fn new(
        draft: &'d mut Draft<'a>,
        ground: &'a Ground<'a>,
        here: Here<'a, Instance>,
        settings: Settings<'a>,
        effective: Effective,
        before: Vec<StepId>,
    ) -> Result<Self, Refusal> {
        let targets = ground.targets_of(here.region, &here.thing.id).ok_or_else(|| {
            Refusal::new(
                format!("which balancers send to {} is not known: target health not read", here.thing.id),
                "wait until it is read, or see `fournines status` for why it is not",
            )
        })?;
        Ok(Self { draft, ground, here, settings, effective, before, targets })
    }

    pub(super) fn plan(&mut self, chosen: &Chosen) -> Result<Vec<StepId>, Refusal> {
        let id = &self.here.thing.id;
        self.draft.why.push(format!("{id}: {}: {}", chosen.way, chosen.why));
        self.commands("before", &self.effective.terms.before.clone(), None);
        let new = match chosen.way {
            Way::Restore => Some(self.restore(chosen)?),
            _ => {
                self.stop_start(chosen)?;
                None
            }
        };
        self.commands("after", &self.effective.terms.after.clone(), new.as_ref());
        Ok(self.before.clone())
    }

    fn add(&mut self, part: Part) -> StepId {
        let id = self.draft.add(part.after(self.before.clone()));
        self.before = vec![id.clone()];
        id
    }

    fn step(&self, title: String, why: impl Into<String>) -> Part {
        Part::new(self.here.thing.id.text(), title, why)
    }

    fn commands(&mut self, when: &str, commands: &[LocalCommand], new: Option<&StepId>) {
        if commands.is_empty() {
            return;
        }
        let id = &self.here.thing.id;
        let mut env: std::collections::BTreeMap<Text, Text> = [
            ("FOURNINES_OPERATION", "replace"),
            ("FOURNINES_TARGET", id.as_str()),
            ("FOURNINES_REGION", self.here.region.as_str()),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        let new = new.map_or_else(|| id.text().clone(), |step| format!("${{{step}}}").into());
        env.insert("FOURNINES_NEW".into(), new);
        let commands: Vec<LocalCommand> = commands.iter().map(|command| with_env(command, &env)).collect();
        let words: Vec<String> = commands.iter().map(|command| command.argv.join(" ")).collect();
        let takes = commands.len() as u64 * 10;
        let part = self.step(format!("run {}", words.join("; ")), format!("policy asks for it {when} each"));
        self.add(part.commands(commands, takes));
    }

    fn stop_start(&mut self, chosen: &Chosen) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        self.may_be_stopped()?;
        let runs = matches!(instance.state, InstanceState::Running | InstanceState::Pending);
        let force = instance.state == InstanceState::Stopping;
        let drained = if runs { self.leave_balancers()? } else { Vec::new() };
        if instance.state != InstanceState::Stopped {
            let word = if force { "stop by force" } else { "stop" };
            let stop = Stop { instance_ids: vec![Whom::from(id)], force };
            let states = if force { vec![InstanceState::Stopping] } else { vec![InstanceState::Running] };
            let mut part = self
                .step(format!("{word} {id}"), chosen.why.clone())
                .block("state", Fact::InstanceIn { instance: id.clone(), states })
                .call(Action::StopInstances(stop))
                .until(Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] }, 90, STOP_S);
            if !force {
                part = part.undo(Action::StartInstances(Instances { instance_ids: vec![Whom::from(id)] }));
            }
            self.add(part);
        }
        let after = instance.launched_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let part = self
            .step(
                format!("start {id}"),
                "a start finds another host; where AWS has no capacity it stays stopped, its data intact",
            )
            .block("stopped", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] })
            .call(Action::StartInstances(Instances { instance_ids: vec![Whom::from(id)] }))
            .until(self.back(after), 180, START_S);
        self.add(part);
        self.join_balancers(&drained);
        self.tell_stop(force);
        Ok(())
    }

    /// Started anew, with what it had: its checks pass, and its elastic address is still its own.
    fn back(&self, after: Timestamp) -> Fact {
        let id = self.here.thing.id.clone();
        let restarted = Fact::Restarted { instance: id.clone(), after };
        let addresses = self.addresses().into_iter().filter_map(|address| address.allocation.clone());
        let mut of: Vec<Fact> = vec![restarted];
        of.extend(addresses.map(|allocation| Fact::AddressOn { allocation, instance: id.clone() }));
        if of.len() == 1 { of.remove(0) } else { Fact::All { of } }
    }

    fn addresses(&self) -> Vec<&'a Address> {
        let known = self.ground.estate.known::<Address>(self.here.region);
        known.filter(|address| address.instance.as_ref() == Some(&self.here.thing.id)).collect()
    }

    /// What a stop would lose, or why AWS would refuse it (`aws-domain.md` F.1).
    fn may_be_stopped(&self) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let root = instance.make.as_ref().and_then(|make| make.root.as_deref());
        if root == Some("instance-store") {
            return Err(Refusal::new(
                format!("{id} has its root on an instance store: it cannot be stopped, and an end loses it"),
                "way=restore launches another from its image; what is on its disks stays behind",
            ));
        }
        if instance.has_instance_store() != Some(false) && !self.settings.is_on("lose-instance-store") {
            return Err(Refusal::new(
                format!("{} comes with instance stores: a stop loses what {id} has on them", instance.instance_type),
                "way=restore keeps it until the new one serves; or, where nothing on them matters, --set lose-instance-store=yes",
            ));
        }
        if instance.lifecycle.is_some() && instance.lifecycle.as_deref() == Some("spot") {
            return Err(Refusal::new(
                format!("{id} is a Spot instance of one request: it cannot be stopped"),
                "way=restore",
            ));
        }
        let attributes = self.ground.of::<InstanceAttributes>(self.here.region, id.text()).unwrap_or_default();
        if attributes.iter().any(|attributes| attributes.keeps_from_stopping == Some(true)) {
            return Err(Refusal::new(
                format!("{id} is protected from being stopped"),
                format!(
                    "ask who protected it, then `aws ec2 modify-instance-attribute --instance-id {id} --no-disable-api-stop`"
                ),
            ));
        }
        Ok(())
    }

    fn tell_stop(&mut self, force: bool) {
        let instance = self.here.thing;
        let id = &instance.id;
        let draft = &mut self.draft;
        draft.changes.push(format!(
            "{id} in {}: stopped and started, on another host; private address and volumes stay",
            instance.zone
        ));
        draft.changes.push(format!(
            "risk: if AWS has no {} in {} at the start, it stays stopped, its data intact",
            instance.instance_type, instance.zone
        ));
        draft.cannot_undo.push(format!("{id}: what is in its memory"));
        if instance.has_instance_store() != Some(false) {
            draft.cannot_undo.push(format!("{id}: what is on its instance stores"));
        }
        if force {
            draft.cannot_undo.push(format!("{id}: what it had not written; its file systems may need a check"));
        }
        let elastic =
            self.ground.estate.known::<Address>(self.here.region).any(|address| address.instance.as_ref() == Some(id));
        if let Some(public) = instance.public_address.as_ref().filter(|_| !elastic) {
            self.draft.cannot_undo.push(format!("{id}: its public address {public}, which is not an elastic one"));
        }
    }

    fn specs(own: &[&Target], id: &Text) -> Vec<TargetSpec> {
        own.iter().map(|target| TargetSpec { id: id.clone(), port: target.port }).collect()
    }

    /// Drained from its balancers, so that a stop cuts no connection. Where it is the only one that serves, it is stopped all the same,
    /// and somebody says why.
    fn leave_balancers(&mut self) -> Result<Vec<(Arn, Vec<TargetSpec>)>, Refusal> {
        let id = &self.here.thing.id;
        let mut left = Vec::new();
        for (group, own) in self.targets.clone() {
            let specs = Self::specs(&own, id.text());
            let targets = Targets { target_group_arn: group.arn.clone(), targets: specs.clone() };
            let (delay, _) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(&group.arn));
            let beside: BTreeSet<InstanceId> = [id.clone()].into();
            let part = self
                .step(format!("drain {id} from {}", group.name), "its connections end before it does")
                .warn("healthy", Fact::Healthy { target_group: group.arn.clone(), beside, at_least: 1 })
                .call(Action::DeregisterTargets(targets.clone()))
                .until(Fact::Drained { target_group: group.arn.clone(), instance: id.clone() }, delay, delay + 60)
                .undo(Action::RegisterTargets(targets));
            self.add(part);
            left.push((group.arn.clone(), specs));
        }
        Ok(left)
    }

    fn join_balancers(&mut self, left: &[(Arn, Vec<TargetSpec>)]) {
        let id = self.here.thing.id.clone();
        for (arn, specs) in left {
            let targets = Targets { target_group_arn: arn.clone(), targets: specs.clone() };
            let (_, warm) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(arn));
            let serves = Fact::Serves { instance: id.clone(), target_groups: vec![arn.clone()], classic: Vec::new() };
            let part = self
                .step(format!("put {id} back behind {}", arn.short()), "it was drained for this")
                .call(Action::RegisterTargets(targets))
                .until(serves, 60, SERVE_S)
                .held_for(warm);
            self.add(part);
        }
    }
}
