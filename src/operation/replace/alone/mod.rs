//! Instances that no group replaces: stopped and started on another host, or launched anew from an image (`aws-domain.md` C.1, F 1-3, 37).
//!
//! Owns: the lane of one, a stop and a start, and what speaks against it; `restore`, `volumes`, `root` and `balancers` the rest. Depends on: draft, ground, waits. Must stay true: what a stop loses is told before it
//! is planned, and data is not lost unless somebody says so; an old instance is kept until what takes its place serves.

mod balancers;
mod restore;
mod root;
mod volumes;

use jiff::Timestamp;

use super::super::call::{Action, AttributeValue, Instances, Stop, TypeChange, Whom};
use super::super::condition::Fact;
use super::super::draft::{Draft, Part};
use super::super::ground::{Ground, Here};
use super::super::intent::Settings;
use super::super::plan::{LocalCommand, Refusal, StepId};
use super::super::rules::{Effective, with_env};
use super::way::{Chosen, Way};
use crate::estate::balancer::{ClassicBalancer, Target, TargetGroup};
use crate::estate::image::Address;
use crate::estate::instance::{Instance, InstanceAttributes, InstanceState};
use crate::id::Text;

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
    classics: Vec<&'a ClassicBalancer>,
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
        let id = &here.thing.id;
        let unknown = |what: &str| {
            Refusal::new(
                format!("which balancers send to {id} is not known: {what} not read"),
                "wait until it is read, or see `fournines status` for why it is not",
            )
        };
        let targets = ground.targets_of(here.region, id).ok_or_else(|| unknown("target health"))?;
        let classics = ground.classics_of(here.region, id).ok_or_else(|| unknown("classic balancers"))?;
        Ok(Self { draft, ground, here, settings, effective, before, targets, classics })
    }

    pub(super) fn plan(&mut self, chosen: &Chosen) -> Result<Vec<StepId>, Refusal> {
        let id = &self.here.thing.id;
        self.draft.why.push(format!("{id}: {}: {}", chosen.way, chosen.why));
        self.commands("before", &self.effective.terms.before.clone(), None);
        let new = match chosen.way {
            Way::Restore => Some(self.restore(chosen)?),
            Way::RootVolume => {
                self.root_volume(chosen)?;
                None
            }
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
        if runs {
            self.leave_balancers();
        }
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
        let changed = self.change_type();
        let after = instance.launched_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let why = format!(
            "a start finds another host; where AWS has no capacity it stays stopped, its data intact: abort then, and \
             `fournines apply replace {id} --set way=stop-start --set type=…` starts it as another type"
        );
        let mut part = self
            .step(format!("start {id}"), why)
            .block("stopped", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] })
            .call(Action::StartInstances(Instances { instance_ids: vec![Whom::from(id)] }))
            .until(self.back(after), 180, START_S);
        if changed {
            // Its type is given back only while it is stopped.
            part = part.undo(Action::StopInstances(Stop { instance_ids: vec![Whom::from(id)], force: false }));
        }
        self.add(part);
        if runs {
            self.join_balancers();
        }
        self.tell_stop(force);
        Ok(())
    }

    /// Another type, where one is asked for: for a start that found no capacity (`aws-domain.md` F.3).
    fn change_type(&mut self) -> bool {
        let instance = self.here.thing;
        let id = &instance.id;
        let Some(wanted) = self.settings.get("type").filter(|wanted| *wanted != &*instance.instance_type) else {
            return false;
        };
        let change = |to: &str| {
            Action::ModifyInstanceAttribute(TypeChange {
                instance_id: Whom::from(id),
                instance_type: AttributeValue { value: to.into() },
            })
        };
        let part = self
            .step(format!("make {id} a {wanted}: it was a {}", instance.instance_type), "another type was asked for")
            .block("stopped", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] })
            .call(change(wanted))
            .until(Fact::TypeIs { instance: id.clone(), instance_type: wanted.into() }, 5, 120)
            .undo(change(&instance.instance_type));
        self.add(part);
        self.draft.changes.push(format!("{id}: {} → {wanted}", instance.instance_type));
        true
    }

    /// The type that it has from then on.
    fn wanted_type(&self) -> &'a str {
        self.settings.get("type").unwrap_or(&self.here.thing.instance_type)
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
        let wanted = self.wanted_type();
        let draft = &mut self.draft;
        draft.changes.push(format!(
            "{id} in {}: stopped and started, on another host; private address and volumes stay",
            instance.zone
        ));
        draft.changes.push(format!(
            "risk: if AWS has no {} in {} at the start, it stays stopped, its data intact; --set type=… is another type",
            wanted, instance.zone
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
}
